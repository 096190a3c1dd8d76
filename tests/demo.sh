#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# demo.sh [--kube] [--keep] - watch grevy work: a home lab in network namespaces with a real FRR.
#
#   tests/demo.sh                 as root on Debian 12; installs and builds what is missing
#   tests/demo.sh --kube          on a real Kubernetes API server (tests/kube; built once, minutes)
#   tests/demo.sh --keep          leaves the lab up afterwards
#   tests/demo.sh --enter [NS]    a shell in a kept lab: router (default), client, node1..3
#   tests/demo.sh --down          takes a kept lab down
#
# Each scene ends with one line of what was measured; the exit status is not 0 if any scene
# did not happen. Everything is in namespaces and gone at the end: nothing of the host changes
# but the packages.

here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
work=${GREVY_DEMO_DIR:-/var/cache/grevy-demo}
export BUILD_DIR=$work/build
pid_file=$work/lab.pid

bold='' dim='' green='' red='' cyan='' plain=''
[ -z "${DEMO_KEEP-}" ] || exec >"$DEMO_KEEP/out" 2>&1
if { [ -t 1 ] || [ -n "${DEMO_COLOUR-}" ]; } && [ -z "${NO_COLOR-}" ]; then
    bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' cyan=$'\e[36m' plain=$'\e[0m'
fi

die() {
    printf '%s\n' "${red}demo: $*$plain" >&2
    exit 1
}

# --- before the lab: packages, build, who enters --------------------------------------------

# Nothing of the tree is newer than the copy that was made last, and that one is whole.
copy_is_fresh() {
    [ -e "$work/copied" ] &&
        ! (cd "$top" && build-aux/files.sh | xargs -d '\n' -I{} find {} -newer "$work/copied") | grep -q .
}
copy() {
    rm -f "$work/copied"
    touch "$work/copying"
    source_copy "$top" "$work/source" && mv "$work/copying" "$work/copied"
}

prepare() {
    local log=$work/build.log
    [ "$(id -u)" = 0 ] || die 'run me as root: sudo tests/demo.sh (network namespaces, packages)'
    mkdir -p "$BUILD_DIR" || die "cannot make $BUILD_DIR"
    # shellcheck source=tests/deps.sh
    . "$here/deps.sh"
    printf '%s' "${dim}packages ... $plain"
    [ -z "${DEMO_KUBE-}" ] || deps_demo+=("${deps_kube[@]}")
    deps_install "${deps_build[@]}" "${deps_lab[@]}" "${deps_demo[@]}" >"$log" 2>&1 || {
        cat "$log" >&2
        die 'packages are missing'
    }
    printf '%s' "${dim}build ... $plain"
    {
        { copy_is_fresh || copy; } &&
            (cd "$BUILD_DIR" && { [ -f Makefile ] || ../source/configure; } && make -j"$(nproc)" &&
                make tests/e2e/stream)
    } >>"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        die "build failed: see $log"
    }
    [ -z "${DEMO_KUBE-}" ] || [ -n "${KUBE_BIN-}" ] || {
        printf '%s' "${dim}API server ... $plain"
        KUBE_BIN=$("$here/kube/build.sh" 2>>"$log") || {
            tail -n 20 "$log" >&2
            die "the API server cannot be built: see $log"
        }
        export KUBE_BIN
    }
    printf '%s\n' "${dim}done$plain"
}

kept_pid() {
    [ -s "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null && cat "$pid_file"
}

enter() {
    local pid
    pid=$(kept_pid) || die 'no lab is kept: tests/demo.sh --keep'
    exec nsenter -t "$pid" --mount --pid env PATH="/run/lab/bin:$PATH" PS1="${1:-router}# " \
        nsenter --net="/run/netns/${1:-router}" bash --norc
}

# The lab of --keep outlives this script: a session of its own, told to go by --down. It talks
# through a pipe that it closes when the story is told, so that nothing of it holds our output.
keep() {
    local outer pid status dir=$work/keep
    unshare --mount --net --pid --fork true || die 'no namespaces here'
    rm -rf "$dir" && mkdir -p "$dir" && mkfifo "$dir/out"
    env LAB_INSIDE=1 DEMO_KEEP="$dir" DEMO_COLOUR="$green" setsid unshare --mount --net --pid --fork \
        --mount-proc "$BASH" "$0" </dev/null >/dev/null 2>&1 &
    outer=$!
    trap 'kill -KILL "$(lab_init $outer)" 2>/dev/null; exit 130' INT TERM HUP
    cat "$dir/out" &
    wait $!
    trap - INT TERM HUP
    status=$(cat "$dir/status" 2>/dev/null) || die 'the lab is gone'
    pid=$(lab_init $outer) || die 'the lab is not to be found'
    echo "$pid" >"$pid_file"
    cat <<EOF

The lab is still up (pid $pid):
  $0 --enter          a shell on the router: grevysh, vtysh, ip route
  $0 --enter client   a shell on the client: dig @192.168.254.6 pi.hole
  $0 --down           takes it down
EOF
    exit "$status"
}

# lab_init PID: of it and its descendants the first in a pid namespace of its own, as the host
# names it.
lab_init() {
    local pid=$1
    while [ "$(readlink "/proc/$pid/ns/pid")" = "$(readlink /proc/self/ns/pid)" ]; do
        pid=$(pgrep -o -P "$pid") || return 1
    done
    echo "$pid"
}

if [ -z "${LAB_INSIDE-}" ]; then
    if [ "${1-}" = --kube ]; then
        export DEMO_KUBE=1
        shift
    fi
    case ${1-} in
    --enter) enter "${2-}" ;;
    --down)
        pid=$(kept_pid) || die 'no lab is kept'
        kill -KILL "$pid" && rm "$pid_file"
        exit
        ;;
    --keep | '') prepare ;;
    *) die "usage: $0 [--kube] [--keep | --enter [NAMESPACE] | --down]" ;;
    esac
    if [ "${1-}" = --keep ]; then
        ! kept_pid >/dev/null || die 'a lab is up already: --down takes it down'
        keep
    fi
fi

if [ -n "${DEMO_KUBE-}" ]; then
    # shellcheck source=tests/e2e/kube_lib.sh
    . "$here/e2e/kube_lib.sh"
    # What is said in manifests below goes to the API server, by kubectl.
    manifest() {
        touch "$lab/applied"
        kube_apply
    }
    nodes() { kube_nodes "$@"; }
else
    # shellcheck source=tests/e2e/lib.sh
    . "$here/e2e/lib.sh"
fi

# --- telling the story ----------------------------------------------------------------------

scene_no=0 failed=0 summary=''
title() {
    scene_no=$((scene_no + 1))
    printf '\n%s\n' "$bold$cyan== Scene $scene_no: $*$plain"
}
tell() { printf '%s\n' "   $*"; }

# shown NAMESPACE 'COMMAND': as a person would type it, with what it printed.
shown() {
    printf '%s\n' "   $bold$1# $2$plain"
    in_ns "$1" bash -c "$2" 2>&1 | sed "s/^/     /"
}

# closing 'WHAT WAS MEASURED', or 'not: WHAT' if the scene did not happen.
closing() {
    local mark="$green✔$plain"
    case $1 in
    not:*)
        mark="$red✘$plain"
        failed=$((failed + 1))
        ;;
    esac
    printf '%s\n' "   $mark $bold$1$plain"
    summary+="   $mark scene $scene_no: $1"$'\n'
}

# within SECONDS 'CONDITION': leaves the time it took in $took (ms).
within() {
    local from end
    from=$(now_ms)
    end=$((from + $1 * 1000))
    until eval "$2" >/dev/null 2>&1; do
        [ "$(now_ms)" -lt "$end" ] || return 1
        pause 0.005
    done
    took=$(($(now_ms) - from))
}
dns() { in_ns client dig +short +time=1 +tries=1 "$@" @192.168.254.6; }
web() { in_ns client curl -sS --max-time 2 "http://$1/"; }
pod() { # NAME NODE dns|http ADDRESS
    start "$1" "$2" python3 "$here/fake/pod.py" "$3" "$2" "$4"
}
# Unix time in ms: of the last line of ip monitor that matches, and of a manifest's writing.
told_ms() {
    date -d "$(grep -E "$1" "$lab/log/monitor.log" | tail -n 1 | sed 's/^\[\([^]]*\)\].*/\1/')" +%s%3N
}
written_ms() {
    local file=$manifests/$1.yaml
    [ -z "${DEMO_KUBE-}" ] || file=$lab/applied # when kubectl was started
    stat -c %.3Y "$file" | tr -d .
}
written='the manifest being written' said_so='Kubernetes saying so'
[ -z "${DEMO_KUBE-}" ] || written='kubectl being started' said_so=$written

pihole() { # NODE
    cat <<EOF
service pihole/pihole-dns-tcp ips=192.168.254.6 share=pihole local ports=tcp:53 selector=pihole on=$1
service pihole/pihole-dns-udp ips=192.168.254.6 share=pihole local ports=udp:53 selector=pihole on=$1
EOF
}

# --- the scenes -----------------------------------------------------------------------------

scene_first() {
    local from heard
    title 'Services become routes'
    if [ -n "${DEMO_KUBE-}" ]; then
        tell 'grevyd starts as user frr without any capability, and watches a Kubernetes API server:'
        shown kube 'kubectl get nodes -o wide | cut -c1-60; kubectl get services -A'
    else
        tell 'grevyd starts as user frr without any capability, and reads a folder of manifests:'
        shown router "ls $manifests"
    fi
    from=$(now_ms)
    grevyd_start
    within 20 '[ "$(kernel | wc -l)" -ge 4 ]' || {
        closing "not: 4 routes within 20 s: $(kernel | wc -l)"
        return
    }
    took=$(($(now_ms) - from))
    [ -z "${DEMO_KUBE-}" ] || shown kube 'kubectl get services -A'
    shown router 'grevysh -c "show services"'
    shown router 'vtysh -c "show ip route openfabric" | tail -n +8'
    shown router 'ip route show proto openfabric; ip -6 route show proto openfabric'
    shown client 'dig +short @192.168.254.6 pi.hole A; dig +tcp +short @192.168.254.6 pi.hole TXT'
    shown client "curl -s http://192.168.254.10/; curl -s 'http://[fd00:254::20]/'"
    if [ "$(dns pi.hole A)" != 192.0.2.53 ] || [ "$(dns +tcp pi.hole TXT)" != '"node1"' ]; then
        closing 'not: DNS through the address'
        return
    fi
    if ! web 192.168.254.10 | grep -q 'hello from' || ! web '[fd00:254::20]' | grep -q 'hello from'; then
        closing 'not: HTTP through the addresses'
        return
    fi
    heard=$(for _ in {1..30}; do web 192.168.254.10; done | sort | uniq -c | awk '{ printf "%s%s %s times", s, $4, $1; s = ", " }')
    closing "$(kernel | wc -l) routes in the kernel $took ms after grevyd was started; DNS by UDP and TCP, HTTP by IPv4 and IPv6; 30 requests: $heard"
}

scene_move() {
    local took
    title 'The Pi-hole moves to another node, its address follows'
    pod dns2 node2 dns 192.168.254.6
    wait_for 5 'in_ns node2 ss -Hltn "sport = 53" | grep -q .'
    pihole node2 | manifest
    within 10 '[ "$(kernel 192.168.254.6)" = "192.168.254.6/32 192.168.2.14*1" ]' || {
        closing "not: the route did not follow: $(kernel 192.168.254.6)"
        return
    }
    stop dns1 KILL
    took=$(($(told_ms '192.168.254.6 .*via 192.168.2.14') - $(written_ms service-pihole-pihole-dns-tcp)))
    shown router 'ip route show 192.168.254.6'
    shown client 'dig +short @192.168.254.6 pi.hole TXT'
    [ "$(dns pi.hole TXT)" = '"node2"' ] || {
        closing 'not: no answer from the new node'
        return
    }
    closing "the route was on node2 within $((took + 1)) ms of $written; DNS answers from there"
}

scene_node_fails() {
    local answers
    title 'A node fails, the others carry on'
    in_ns node3 ip link set eth0 down
    manifest <<EOF
node node3 192.168.2.15 fd00:2::15 notready
service shop/web ips=192.168.254.10 on=node1,node2,node3!
service shop/dual ips=192.168.254.20,fd00:254::20 dual local on=node1*2,node2,node3!
EOF
    within 10 '[ "$(kernel | grep -c 2::15)" = 0 ] && [ "$(kernel | grep -c 192.168.2.15)" = 0 ]' || {
        closing 'not: node3 is still in a route'
        return
    }
    took=$(($(told_ms '192.168.254.|fd00:254:') - $(written_ms node-node3)))
    shown router 'ip route show 192.168.254.10'
    answers=$(for _ in {1..30}; do web 192.168.254.10; done | grep -c hello)
    [ "$answers" = 30 ] || {
        closing "not: $answers of 30 requests were answered"
        return
    }
    closing "out of every route within $((took + 1)) ms of $said_so; 30 of 30 requests answered by the others"
    node_up 3
    objects
    within 10 'kernel 192.168.254.10 | grep -q 192.168.2.15'
}

scene_grevyd_killed() {
    local from
    title 'grevyd is killed, routes stay'
    stream_start killed 192.168.254.10
    from=$(wc -l <"$lab/log/monitor.log")
    stop grevyd KILL
    tell 'kill -9. A stream of 1,000 packets a second runs through a Service meanwhile.'
    pause 1
    shown router 'ip route show proto openfabric'
    grevyd_start
    within 15 zserv_up || {
        closing 'not: grevyd did not come back'
        return
    }
    pause 2
    stream_stop killed
    if [ "$lost" = 0 ] && ! tail -n "+$((from + 1))" "$lab/log/monitor.log" | grep -q '^.*Deleted.*192.168.254'; then
        closing "killed and started again: $sent packets sent, $lost lost; no route left the kernel"
    else
        closing "not: $stream; $(tail -n "+$((from + 1))" "$lab/log/monitor.log" | grep -c Deleted) routes left the kernel"
    fi
}

scene_zebra_restarted() {
    local before kept
    title 'zebra is restarted, routes are back'
    before=$(kernel)
    stream_start kept 192.168.254.10
    stop zebra KILL
    tell 'kill -9, and started again with -K30, as frr-config/debian-router/daemons has it:'
    zebra_start -K30
    within 20 '[ "$(zebra)" = "$before" ]' || {
        closing 'not: zebra did not get its routes back'
        return
    }
    pause 1
    stream_stop kept
    kept=$lost
    tell "$sent packets, $kept lost"
    stream_start plain 192.168.254.10
    stop zebra TERM
    tell 'and stopped and started as Debian does it, without -K: zebra empties the kernel first:'
    zebra_start
    within 20 '[ "$(kernel)" = "$before" ] && [ "$(zebra)" = "$before" ]' || {
        closing 'not: the routes did not come back'
        return
    }
    within 5 'in_ns client ping -c1 -W1 192.168.254.10'
    stream_stop plain
    [ "$kept" = 0 ] || {
        closing "not: $kept packets were lost although zebra kept the routes (-K30)"
        return
    }
    closing "with -K30: $kept packets lost; plainly: a gap of $gap_ms ms, zebra's own start included"
}

scene_no_server() {
    local from
    title 'The API server is killed, routes stay'
    from=$(wc -l <"$lab/log/monitor.log")
    kube_kill
    within 60 'grevy "show kubernetes json" | json "not d[\"reachable\"]"' || {
        closing 'not: grevyd did not notice'
        return
    }
    shown router 'grevysh -c "show kubernetes"'
    stream_start away 192.168.254.10
    pause 3
    kube_up
    within 90 'grevy "show kubernetes json" | json "d[\"reachable\"]"' || {
        closing 'not: grevyd is not back'
        return
    }
    stream_stop away
    if [ "$lost" = 0 ] && ! tail -n "+$((from + 1))" "$lab/log/monitor.log" | grep -qE '192.168.254|fd00:254:'; then
        closing "killed, started, watched again: no route was touched, $sent packets sent, $lost lost"
    else
        closing "not: $stream; $(tail -n "+$((from + 1))" "$lab/log/monitor.log" | grep -cE '192.168.254|fd00:254:') routes touched"
    fi
}

scene_why() {
    title 'Why is this Service not there?'
    manifest <<EOF
service shop/broken ips=203.0.113.7 on=node1
EOF
    within 10 'grevy "why shop/broken" | grep -q 203.0.113.7' || {
        closing 'not: why knows nothing'
        return
    }
    shown router 'grevysh -c "why shop/broken"'
    tell 'and one that is well:'
    shown router 'grevysh -c "why 192.168.254.6"'
    if grevy 'why shop/broken' | grep -qiE 'pool' && [ -z "$(kernel 203.0.113.7)" ]; then
        closing 'why names the first broken link and its cure; nothing outside the pools was installed'
    else
        closing 'not: why does not name the pool'
    fi
}

objects() {
    nodes
    {
        pihole "${1:-node2}"
        cat <<EOF
service shop/web ips=192.168.254.10 on=node1,node2,node3
service shop/dual ips=192.168.254.20,fd00:254::20 dual local on=node1*2,node2,node3
EOF
    } | manifest
}

stage() {
    lab_start
    in_ns router sysctl -qw net.ipv4.fib_multipath_hash_policy=1 net.ipv6.fib_multipath_hash_policy=1
    zebra_start
    monitor_start
    pod dns1 node1 dns 192.168.254.6
    for n in 1 2 3; do
        pod "web$n" "node$n" http 192.168.254.10
        pod "dual4$n" "node$n" http 192.168.254.20
        pod "dual6$n" "node$n" http fd00:254::20
    done
    for n in 1 2 3; do
        wait_for 10 "[ \"\$(in_ns node$n ss -Hltn 'sport = 80' | wc -l)\" = 3 ]"
    done
    wait_for 10 'in_ns node1 ss -Hltn "sport = 53" | grep -q .'
    if [ -n "${DEMO_KUBE-}" ]; then
        kube_start
        printf '#!/bin/sh\nexec "%s/kubectl" --kubeconfig "%s" "$@"\n' "$KUBE_BIN" "$kube/admin.conf" >"$lab/bin/kubectl"
        chmod 755 "$lab/bin/kubectl"
        kube_rights grevy-system/grevy controller
        kube_account_config router.conf grevy-system/grevy
        kube_router_conf router.conf </dev/null
    else
        grevyd_conf </dev/null
    fi
    objects node1
}

release=$("$FRR/zebra" --version | sed -n 's/.*version //p')
cat <<EOF

$bold   grevy: a Service's address, installed by a real zebra$plain
$dim
                        router              node1  192.168.2.13  Pi-hole, web
     client ------- zebra (FRR) ----------- node2  192.168.2.14  web
     192.168.1.2      grevyd                node3  192.168.2.15  web

     FRR $release, Linux $(uname -r), everything in network namespaces
$plain
EOF
stage
scene_first
scene_move
scene_node_fails
scene_grevyd_killed
scene_zebra_restarted
[ -z "${DEMO_KUBE-}" ] || scene_no_server
scene_why

printf '\n%s\n%s' "$bold$cyan== What was seen$plain" "$summary"
if [ "$failed" != 0 ]; then
    printf '\n%s\n' "$red$failed of $scene_no scenes did not happen$plain"
    lab_dump
else
    printf '\n%s\n' "$green$scene_no scenes, all of them happened$plain"
fi
trap - EXIT
if [ -n "${DEMO_KEEP-}" ]; then
    echo $((failed != 0)) >"$DEMO_KEEP/status"
    exec >/dev/null 2>&1
    while :; do pause 60; done
fi
exit $((failed != 0))
