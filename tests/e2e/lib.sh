# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lib.sh - the lab of the end-to-end tests. A case sources it first; it then runs again inside
# mount, net and pid namespaces of its own, with an empty /run, so that every path is FRR's
# and ours by default, nothing of the host is touched, and nothing outlives the case.
#
#     client --- router --- node1..3        node1 is 192.168.2.13, fd00:2::13, and so on
#
# The router runs a real zebra as Debian does; grevyd runs there as user frr, group frrvty,
# without any capability. Never a fixed wait: wait_for polls a condition.
#
# FRR_ROOT=FOLDER: the FRR in that root folder (tests/zebras.sh) instead of this machine's. A case
# asks frr_version what it has, never what the folder is called.

e2e_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top_dir=$(cd "$e2e_dir/../.." && pwd)
build_dir=${BUILD_DIR:-$top_dir}
GREVYD=${GREVYD:-$build_dir/announcer/grevyd}
GREVYSH=${GREVYSH:-$build_dir/announcer/grevysh}
STREAM=${STREAM:-$build_dir/tests/e2e/stream}
FRR=${FRR:-${FRR_ROOT-}/usr/lib/frr}
case_name=$(basename "$0" .sh)

skip() {
    echo "SKIP $case_name: $*"
    exit 77
}

# --- into the namespaces ---------------------------------------------------------------------

lab_enter() {
    [ -z "${LAB_INSIDE-}" ] || return 0
    [ "$(id -u)" = 0 ] || skip "needs root: network namespaces and a zebra of its own"
    [ -x "$FRR/zebra" ] || {
        echo "FAIL $case_name: no zebra in $FRR: apt-get install frr"
        exit 1
    }
    exec unshare --mount --net --pid --fork --kill-child --mount-proc \
        env LAB_INSIDE=1 "$BASH" "$0" "$@"
}
lab_enter "$@"

set -u
shopt -s extglob
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:$FRR LC_ALL=C PYTHONDONTWRITEBYTECODE=1
# Not LeakSanitizer's: a daemon that is killed or stopped by a case has nothing to tell.
export ASAN_OPTIONS=${ASAN_OPTIONS-detect_leaks=1:abort_on_error=0}

lab=/run/lab
manifests=$lab/manifests.d
conf=$lab/grevyd.yaml
fd00=fd00
pool4=192.168.254
pool6=fd00:254
exec {pause_fd}<> <(:)

# --- small words -----------------------------------------------------------------------------

say() { printf '%s\n' "$*"; }
ok() { say "ok    $*"; }

fail() {
    say "FAIL  $*"
    lab_dump
    exit 1
}

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
pause() { read -rt "$1" -u "$pause_fd" || true; } # SECONDS, only between two looks

# wait_for SECONDS 'CONDITION': looks every 20 ms; its failure is the case's.
wait_for() {
    local end=$(($(now_ms) + $1 * 1000)) seconds=$1
    shift
    until eval "$*" >/dev/null 2>&1; do
        [ "$(now_ms)" -lt "$end" ] || fail "not within $seconds s: $*"
        pause 0.02
    done
}

# check 'WHAT IT SHOWS' 'CONDITION'
check() {
    eval "$2" >/dev/null 2>&1 || fail "$1: $2"
    ok "$1"
}

# Stays true for SECONDS: a condition that must not come to pass.
holds_for() {
    local end=$(($(now_ms) + $1 * 1000)) seconds=$1
    shift
    while [ "$(now_ms)" -lt "$end" ]; do
        eval "$*" >/dev/null 2>&1 || fail "did not hold for $seconds s: $*"
        pause 0.1
    done
}

# is 'WHAT IT SHOWS' GOT WANTED
is() {
    [ "$2" = "$3" ] || fail "$1: got '$2', wanted '$3'"
    ok "$1: ${2//$'\n'/; }"
}

# becomes SECONDS 'WHAT IT SHOWS' 'COMMAND' WANTED
becomes() {
    local end=$(($(now_ms) + $1 * 1000)) got
    until got=$(eval "$3" 2>&1) && [ "$got" = "$4" ]; do
        [ "$(now_ms)" -lt "$end" ] || fail "$2: got '$got', wanted '$4'"
        pause 0.02
    done
    ok "$2: ${got//$'\n'/; }"
}

in_ns() {
    local ns=$1
    shift
    nsenter --net="/run/netns/$ns" "$@"
}

# start NAME NAMESPACE COMMAND...: in the background, output to log/NAME.log; pid in pids[NAME].
declare -A pids=()
start() {
    local name=$1 ns=$2
    shift 2
    # nsenter replaces itself: the pid is the command's own.
    nsenter --net="/run/netns/$ns" "$@" >>"$lab/log/$name.log" 2>&1 &
    pids[$name]=$!
}

running() { [ -n "${pids[$1]-}" ] && kill -0 "${pids[$1]}" 2>/dev/null; }

# stop NAME [SIGNAL]: and wait until it is gone; its exit status is left in $status.
# shellcheck disable=SC2034 # the cases read it
stop() {
    local pid=${pids[$1]-}
    [ -n "$pid" ] || return 0
    kill "-${2:-TERM}" "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    status=$?
    unset "pids[$1]"
}

# --- what to show when a case fails, and the end ----------------------------------------------

lab_dump() {
    local f
    {
        echo "--- manifests: $(find "$manifests" -printf "%f " 2>/dev/null | cut -c1-500)"
        in_ns router ip route show proto 197
        in_ns router ip -6 route show proto 197
        for f in "$lab"/log/*.log; do
            [ -s "$f" ] || continue
            echo "--- ${f##*/}"
            tail -n "${LAB_LOG_LINES:-25}" "$f" | cut -c1-300
        done
    } 2>/dev/null
    [ -z "${LAB_LOGS-}" ] || cp -r "$lab/." "$LAB_LOGS/" 2>/dev/null
}

# A sanitizer's report is a failure, whatever the case was about.
lab_end() {
    local rc=$?
    trap - EXIT
    if grep -lE '(ERROR|WARNING): (Address|Leak|Thread)Sanitizer|runtime error:' "$lab"/log/*.log 2>/dev/null; then
        grep -hE -A20 '(ERROR|WARNING): (Address|Leak|Thread)Sanitizer|runtime error:' "$lab"/log/*.log | head -60
        [ $rc != 0 ] || rc=1
    fi
    [ $rc != 0 ] || say "PASS  $case_name, $SECONDS s"
    exit $rc
}

# --- the topology ----------------------------------------------------------------------------

# The node's address: node_ip 1; node_ip 1 6. On links of their own, node 2 is 192.168.22.14.
lab_links=
node_ip() {
    local net=2
    [ -z "$lab_links" ] || net=2$1
    if [ "${2-4}" = 6 ]; then
        echo "$fd00:$net::$((12 + $1))"
    else
        echo "192.168.$net.$((12 + $1))"
    fi
}

# link A IFA B IFB: a veth pair between two namespaces.
link() {
    ip link add "$2" netns "$1" type veth peer name "$4" netns "$3"
    in_ns "$1" ip link set "$2" up
    in_ns "$3" ip link set "$4" up
}

# addr NS IF ADDRESS...
addr() {
    local ns=$1 dev=$2 a
    shift 2
    for a; do
        case $a in
        *:*) in_ns "$ns" ip addr add "$a" dev "$dev" nodad ;;
        *) in_ns "$ns" ip addr add "$a" dev "$dev" ;;
        esac
    done
}

ns_add() {
    ip netns add "$1"
    in_ns "$1" ip link set lo up
    in_ns "$1" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
        net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# A node answers for every address of the pools: as kube-proxy would.
node_add() {
    local i=$1
    ns_add "node$i"
    link router "n$i" "node$i" eth0
    if [ -n "$lab_links" ]; then
        addr router "n$i" "192.168.2$i.1/24" "$fd00:2$i::1/64"
    else
        in_ns router ip link set "n$i" master br0
    fi
    addr "node$i" eth0 "$(node_ip "$i")/24" "$(node_ip "$i" 6)/64"
    node_up "$i"
    in_ns "node$i" sysctl -qw net.ipv6.ip_nonlocal_bind=1
    in_ns "node$i" ip route add local "$pool4.0/24" dev lo
    in_ns "node$i" ip route add local "$pool6::/64" dev lo
}

# node_up I: its link, with what the kernel forgets when a link goes down.
node_up() {
    local i=$1 gw4=192.168.2.1 gw6=$fd00:2::1
    [ -z "$lab_links" ] || gw4=192.168.2$i.1 gw6=$fd00:2$i::1
    in_ns "node$i" ip link set eth0 up
    in_ns "node$i" ip addr replace "$(node_ip "$i" 6)/64" dev eth0 nodad
    in_ns "node$i" ip route replace default via "$gw4"
    in_ns "node$i" ip route replace default via "$gw6"
}

# lab_prepare: /run, the folders, and the programs where user frr may read them.
lab_prepare() {
    local i
    mount -t tmpfs -o mode=755 none /run
    [ ! -d /var/tmp/frr ] || mount -t tmpfs -o mode=1777 none /var/tmp/frr
    mkdir -p "$lab/log" "$manifests" /run/netns
    trap lab_end EXIT
    chmod 755 "$lab" "$manifests"
    install -d -o frr -g frr -m 755 /run/frr
    install -d -o frr -g frrvty -m 750 /run/grevy "$lab/state"
    install -d -m 755 "$lab/bin"
    for i in "$GREVYD" "$GREVYSH" "$STREAM"; do
        [ ! -x "$i" ] || cp "$i" "$lab/bin/" # where user frr may read it, whatever the tree's modes
    done
    PATH=$lab/bin:$PATH
}

# lab_start [links] [N]: client, router and N nodes (3), on one bridge or on links of their own.
lab_start() {
    local n i
    [ "${1-}" != links ] || {
        lab_links=1
        shift
    }
    n=${1:-3}
    lab_prepare
    frr_root
    ! frr_from 10.0 || export ZEBRA_SCALES=1 # weights: lab.py compares them by what they stand for
    zebra_command=("$FRR/zebra" -A 127.0.0.1 -s 90000000 --v6-rr-semantics --log stdout --log-level warnings)
    ns_add router
    ns_add client
    link router c0 client eth0
    addr router c0 192.168.1.1/24 "$fd00:1::1/64"
    addr client eth0 192.168.1.2/24 "$fd00:1::2/64"
    in_ns client ip route add default via 192.168.1.1
    in_ns client ip route add default via "$fd00:1::1"
    if [ -z "$lab_links" ]; then
        in_ns router ip link add br0 type bridge forward_delay 0
        in_ns router ip link set br0 up
        addr router br0 192.168.2.1/24 "$fd00:2::1/64"
    fi
    for ((i = 1; i <= n; i++)); do
        node_add "$i"
        start "echo$i" "node$i" stream echo 7000
    done
}

# --- FRR -------------------------------------------------------------------------------------

# The programs of FRR_ROOT run in a chroot that shares /run, /etc/frr and the names of users with
# this machine; $FRR and vtysh become scripts that enter it and are replaced by the program.
frr_root() {
    local program root=${FRR_ROOT-}
    [ -n "$root" ] || return 0
    FRR=$lab/bin/frr
    mkdir -p "$FRR"
    for program in "$root"/usr/lib/frr/{zebra,watchfrr,*d} "$root/usr/bin/vtysh"; do
        printf '#!/bin/sh\nexec chroot "%s" "%s" "$@"\n' "$root" "${program#"$root"}" >"$FRR/${program##*/}"
    done
    chmod 755 "$FRR"/*
    PATH=$FRR:$PATH
    mount --bind /run "$root/run"
    mount --bind /sys "$root/sys"
    mount --bind /dev "$root/dev"
    mount -t proc none "$root/proc"
    mount --bind /etc/passwd "$root/etc/passwd"
    mount --bind /etc/group "$root/etc/group"
    for program in var/tmp var/lib/frr var/log/frr tmp; do
        mount -t tmpfs -o mode=1777 none "$root/$program"
    done
}

# frr_version: 8.4.4, of what runs here. frr_from 10.3: it is of that release or later.
frr_version() { "$FRR/zebra" --version | sed -n 's/^zebra version \([0-9.]*\).*/\1/p'; }
frr_from() { printf '%s\n' "$1" "$(frr_version)" | sort -VC; }

# frr_words FILE...: written anew in the words of this release. Before 8.0 ospf6d takes the area of
# an interface in "router ospf6" alone, as the comment in redistribute-ospf6.conf says.
frr_words() {
    local file
    frr_from 8.0 || for file; do
        awk '/^interface / { dev = $2; held = $0; next }
            /^ ipv6 ospf6 area / { lines = lines " interface " dev " area " $4 "\n"; next }
            held && /^exit/ { held = ""; next }
            held { print held; held = "" }
            { print }
            END { if (lines) printf "router ospf6\n%sexit\n", lines }' "$file" >"$file.words"
        mv "$file.words" "$file"
    done
}

# /etc/frr is the configuration that we ship for a Debian router.
frr_config() {
    mkdir -p "$lab/frr"
    cp "$top_dir"/frr-config/debian-router/*.conf "$lab/frr/"
    frr_words "$lab"/frr/redistribute-*.conf
    : >>"$lab/frr/vtysh.conf"
    chown -R frr:frr "$lab/frr"
    mountpoint -q "${FRR_ROOT-}/etc/frr" || mount --bind "$lab/frr" "${FRR_ROOT-}/etc/frr"
}

# mgmtd_start: FRR 10 gives zebra part of its configuration through it.
mgmtd_start() {
    [ -x "$FRR/mgmtd" ] || return 0
    running mgmtd || start mgmtd router "$FRR/mgmtd" -A 127.0.0.1
    wait_for 10 'running mgmtd && [ -S /run/frr/mgmtd.vty ]'
}

# zebra_start [OPTION...]: as Debian's frrinit.sh does: the daemons, then vtysh -b with frr.conf.
zebra_start() {
    frr_config
    mgmtd_start
    start zebra router "${zebra_command[@]}" "$@"
    wait_for 10 'running zebra && [ -S /run/frr/zserv.api ] && vty_zebra "show version"'
    vtysh_b
}

# vtysh_said: what vtysh says to a configuration, on stdin, but for FRR 10's progress.
vtysh_said() {
    grep -vE '^\[[0-9]+\|[a-z0-9]+\] (sending configuration|done)$|^Waiting for children to finish' |
        grep -vE '^(MGMTD: )?No changes found to be committed!$|^% Configuration applied with notes:$'
}

# vtysh_b: load frr.conf. FRR 10 loads it into all daemons at once and may find mgmtd's store
# locked by another of them: then once more, as an operator would.
vtysh_b() {
    local try
    for try in 1 2 3 4 5; do
        in_ns router vtysh -b >"$lab/vtysh.out" 2>&1 || fail "vtysh -b refused frr.conf"
        tee -a "$lab/log/vtysh.log" <"$lab/vtysh.out" | grep 'locked by another' >/dev/null || return 0
    done
    fail "vtysh -b: still locked in try $try"
}
vtysh_complaints() { vtysh_said <"$lab/vtysh.out"; } # of the last vtysh_b
# vtysh_load NAMESPACE OPTION...: vtysh with these (-b, -f FILE), and what it says; again, where
# vtysh_b would.
vtysh_load() {
    local try said
    for try in 1 2 3 4 5; do
        said=$(in_ns "$1" vtysh "${@:2}" 2>&1)
        [[ $said == *'locked by another'* ]] || break
    done
    vtysh_said <<<"$said"
}

# vty_zebra 'COMMAND', grevy 'COMMAND': ask zebra, ask grevyd.
vty_zebra() { in_ns router vtysh -d zebra -c "$1"; }
grevy() { in_ns router grevysh -c "$1"; }
grevy_at() { in_ns router python3 "$e2e_dir/lab.py" vty "$1/grevyd.vty" "$2"; } # DIR COMMAND
zserv_up() { grevy_at "${1:-/run/grevy}" 'show zserv json' | grep -E '"state": ?"up"'; }
json() { python3 "$e2e_dir/lab.py" json "$1"; } # EXPRESSION, of the JSON on stdin, named d
lab_py() { in_ns router python3 "$e2e_dir/lab.py" "$@"; }

# Routes as lines 'PREFIX NEXTHOP*WEIGHT,...', of one prefix or of all: in the kernel, in zebra, in our RIB.
kernel() { lab_py kernel "$@"; }
zebra() { lab_py zebra "$@"; }
rib() { lab_py rib "$@"; }

# --- grevyd ----------------------------------------------------------------------------------

# grevyd_conf [FILE]: what every case starts from, with what stands on stdin after it.
grevyd_conf() {
    cat >"${1:-$conf}.new" <<CONF
role: router
kubernetes:
  manifests: $manifests
controller:
  enabled: true
  state-file: $lab/state/assignments.json
address-pools:
  - name: default
    protocol: bgp
    addresses: [$pool4.0/24, "$pool6::/64"]
CONF
    cat >>"${1:-$conf}.new"
    mv "${1:-$conf}.new" "${1:-$conf}"
}

# user_frr [CAPABILITY...]: leaves in $as_frr how user frr is, as grevyd.service has it, with these
# rights and not one more.
user_frr() {
    local rights=-all right
    for right; do
        rights+=",+$right"
    done
    as_frr=(setpriv --reuid frr --regid frr --groups frrvty "--bounding-set=$rights" "--inh-caps=$rights"
        "--ambient-caps=$rights" --no-new-privs)
}
user_frr

# grevyd_start [OPTION...]: and wait until it answers.
grevyd_start() {
    grevyd_spawn grevyd grevyd -f "$conf" "$@"
    wait_for 10 'grevy "show version"'
}

# grevyd_spawn NAME COMMAND...
grevyd_spawn() {
    local name=$1
    shift
    start "$name" router "${as_frr[@]}" "$@"
}

# manifests <<EOF: nodes and services, one a line (lab.py says how), each into a file of its own.
manifest() { python3 "$e2e_dir/lab.py" manifest "$manifests"; }

# nodes [N]: the Nodes of the lab.
nodes() {
    local i
    for ((i = 1; i <= ${1:-3}; i++)); do
        echo "node node$i $(node_ip "$i") $(node_ip "$i" 6)"
    done | manifest
}

# why_says FAULT 'COMMAND' SENTENCE...: what why sums up becomes that, word for word; times read TIME.
# FAULT is the name of it in tests/data/why/faults.txt.
why_says() {
    local end=$(($(now_ms) + 20000)) said want="${*:3}"
    until said=$(eval "$2" 2>&1 | sed -nE 's/[0-9-]{10}T[0-9:]{8}Z/TIME/g; s/^=> ((but|also) )?//p') &&
        grep -qxF -- "$want" <<<"$said"; do
        [ "$(now_ms)" -lt "$end" ] || fail "$1: $2 says '$said', wanted '$want'"
        pause 0.05
    done
    ok "$1: $want"
}

logged() { grep -E "$1" "$lab/log/${2:-grevyd}.log"; }
# On stdin: the first line of a log, without time, level and area.
log_text() { sed -nE '1s/^[^ ]+ [a-z]+ [a-z0-9]+: //p'; }
log_lines() { wc -l <"$lab/log/${1:-grevyd}.log"; }
# logged_since LINE 'REGEX': in the lines after that one.
logged_since() { tail -n "+$(($1 + 1))" "$lab/log/${3:-grevyd}.log" | grep -E "$2"; }

# --- watching --------------------------------------------------------------------------------

monitor_start() {
    start monitor router ip -ts monitor route
    # The listener is there once it has told us of a route of our own.
    wait_for 5 'in_ns router ip route add 198.51.100.1/32 dev lo
        in_ns router ip route del 198.51.100.1/32 dev lo
        grep -q "Deleted 198.51.100.1" "$lab/log/monitor.log"'
}
deletions() { grep -E "Deleted.* $1" "$lab/log/monitor.log"; }

# stream_start NAME ADDRESS: 1,000 datagrams a second from the client, echoed by a node.
stream_start() {
    start "$1" client stream send "$2" 7000
    wait_for 5 "grep -q first '$lab/log/$1.log'"
}

# stream_stop NAME: leaves 'sent=N received=N lost=N gap_ms=N' in $stream, and the numbers in
# $sent, $lost and $gap_ms.
stream='' sent='' lost='' gap_ms=''
stream_stop() {
    stop "$1" TERM
    stream=$(grep sent= "$lab/log/$1.log") || fail "stream $1 said nothing at its end"
    # shellcheck disable=SC2034 # the cases read them
    read -r sent _ lost gap_ms <<<"${stream//[a-z_]*([a-z_])=/}"
}
