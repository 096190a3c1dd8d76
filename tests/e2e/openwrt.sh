#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# frr-config/openwrt does what its README says, as far as Debian's programs can tell: its daemons
# and frr.conf on zebra as user network; grevyd.init, run by a stand-in for rc.common and procd in a
# root laid out as OpenWrt's, starts grevyd on that zebra, reloads and stops it. Then the Quagga
# variant: its files, and grevyd at Quagga's places. What answers there is FRR's zebra, then a
# scripted one of Quagga 1.2 (old_zebra.py): no Debian that is still served carries Quagga.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

shipped=$top_dir/frr-config/openwrt
lab_start

# --- a root as OpenWrt's: user network, /var on /tmp, programs in /usr/sbin, no /run --------------

for i in passwd group; do
    cp "/etc/$i" "$lab/$i"
done
echo 'network:*:64101:64101:network:/var:/bin/false' >>"$lab/passwd"
# Debian's zebra was built for a group that OpenWrt's has not; its user has to be in it.
sed -i '/^frrvty:/s/$/,network/; s/:,/:/' "$lab/group"
echo 'network:*:64101:network' >>"$lab/group"
for i in passwd group; do
    mount --bind "$lab/$i" "/etc/$i"
    [ -z "${FRR_ROOT-}" ] || mount --bind "$lab/$i" "$FRR_ROOT/etc/$i"
done
chown -R network:network /run/frr
rm -rf /run/grevy

root=$lab/openwrt
mkdir -p "$root"/{etc/grevy,etc/init.d,usr,proc,dev,tmp/run,fake} "$lab/sbin"
chmod 1777 "$root/tmp"
ln -s tmp "$root/var"
cp -P /bin /lib "$root/"
[ ! -e /lib64 ] || cp -P /lib64 "$root/"
ln -s usr/sbin "$root/sbin"
grep -E '^(root|network):' "$lab/passwd" >"$root/etc/passwd"
grep -E '^(root|network):' "$lab/group" >"$root/etc/group"
cp "$GREVYD" "$lab/sbin/"
mount --rbind /usr "$root/usr"
mount --bind "$lab/sbin" "$root/usr/sbin"
mount --bind /run "$root/tmp/run"
mount --bind /dev "$root/dev"
mount -t proc none "$root/proc"

# As README.md says it.
cp "$shipped/grevyd.init" "$root/etc/init.d/grevyd"
cp "$e2e_dir/../fake/rc_common.sh" "$root/etc/rc.common"
install -d "$root/fake/grevyd"

# rc ACTION: as the kernel runs a script whose first line is #!/bin/sh /etc/rc.common.
rc() {
    in_ns router env PROCD_DIR=/fake/grevyd chroot "$root" /bin/sh /etc/rc.common /etc/init.d/grevyd "$1" \
        >>"$lab/log/rc.log" 2>&1
}
declared() { xargs <"$root/fake/grevyd/$1"; }

# procd: what it does with an instance: limits, group and user, then the command.
procd() {
    local command
    mapfile -t command <"$root/fake/grevyd/command"
    start grevyd router chroot "$root" prlimit "--nofile=$(sed -n 's/nofile=//; s/ /:/p' "$root/fake/grevyd/limits")" \
        setpriv --reuid "$(declared user)" --regid "$(declared group)" --clear-groups \
        --inh-caps -all --no-new-privs "${command[@]}"
    echo "${pids[grevyd]}" >"$root/fake/grevyd/pid"
}

manifests=$root/tmp/grevy/manifests.d
route="$pool4.1/32 192.168.2.13*1"
route6="$pool6::1/128 fd00:2::14*1"
# push: README.md's own command, left in $pushing, with a kubectl that prints the objects on stdin, and an ssh that
# ends in the root.
push() {
    # shellcheck disable=SC2317 # eval calls them
    kubectl() { cat "$lab/list.yaml"; }
    # shellcheck disable=SC2317
    ssh() { chroot "$root" /bin/sh -c "$2"; }
    pushing=$(sed -n "/^kubectl get/,/^\`\`\`/{/^\`/!p}" "$shipped/README.md")
    [ "$(wc -l <<<"$pushing")" = 2 ] || fail "README.md has no command for it: $pushing"
    python3 "$e2e_dir/lab.py" list "$lab/list.yaml"
    eval "$pushing"
}
grevy() { in_ns router grevysh --vty_socket /run/grevy -c "$1"; }

# --- FRR ---------------------------------------------------------------------------------------

# daemon NAME [OPTION...]: as frrcommon.sh starts it, but in the foreground.
daemon() {
    local options=$1_options
    # shellcheck disable=SC2086 # options are words
    start "$1" router "$FRR/$1" -u network -g network -F traditional ${!options-} "${@:2}"
    wait_for 10 "running $1"
}

frr_config
cp "$shipped/frr.conf" "$lab/frr/frr.conf"
chown -R network:network "$lab/frr"
# shellcheck source=frr-config/openwrt/daemons
. "$shipped/daemons"
[ ! -x "$FRR/mgmtd" ] || daemon mgmtd
wait_for 10 '[ ! -x "$FRR/mgmtd" ] || [ -S /run/frr/mgmtd.vty ]'
daemon zebra
daemon staticd
wait_for 10 '[ -S /run/frr/zserv.api ] && vty_zebra "show version"'
check "zebra runs on $(frr_version) with the options of daemons, as user network" \
    '[ "$(stat -c %U /run/frr/zserv.api)" = network ]'
is 'vtysh -b takes frr.conf' "$(vtysh_load router -b)" ''
check 'and it is in force' 'vty_zebra "show running-config" | grep -x "zebra work-queue 0"'

check 'no configuration: nothing is declared' 'rc start && [ ! -e "$root/fake/grevyd/command" ]'
cp "$shipped/grevyd.yaml" "$root/etc/grevy/"
check 'start' 'rc start'
is 'the command' "$(declared command)" '/usr/sbin/grevyd -f /etc/grevy/grevyd.yaml'
is 'as user and group' "$(declared user):$(declared group)" network:network
is 'started again for ever, 2 s later' "$(declared respawn)" '3600 2 0'
check 'after FRR (95) and Quagga (60)' '[ "$(in_ns router env PROCD_DIR=/fake/grevyd chroot "$root" /bin/sh /etc/rc.common /etc/init.d/grevyd order | cut -d" " -f1)" -gt 95 ]'
procd
wait_for 10 zserv_up
ok "grevyd speaks with zebra: $(grevy 'show zserv' | head -1)"
check 'and with its vty: its release is its own word' 'logged "connected to zebra $(frr_version) .by zebra.vty"'
is 'its limit of files, as far as it may raise it' "$(awk '/open files/ { print $4, $5 }' "/proc/${pids[grevyd]}/limits")" '4096 4096'
is 'without any capability' "$(awk '/CapEff/ { print $2 }' "/proc/${pids[grevyd]}/status")" 0000000000000000

push <<EOF
node node1 192.168.2.13
node node2 192.168.2.14 $fd00:2::14
node node3 192.168.2.15
service default/web ips=$pool4.1 local on=node1
service default/web6 ips=$pool6::1 v6 local on=node2
service default/auto local on=node3
EOF
becomes 10 'what is pushed to /tmp/grevy/manifests.d is routed' "kernel $pool4.1" "$route"
becomes 10 'and by IPv6' "kernel $pool6::1" "$route6"
kubectl() { head -c 500 "$lab/list.yaml"; }
is 'a transfer that breaks changes nothing' \
    "$(eval "$pushing" && echo changed; cmp "$manifests/cluster.yaml" "$lab/list.yaml")" ''
becomes 10 'a Service without an address is given one' "kernel $pool4.0" "$pool4.0/32 192.168.2.15*1"
check 'which is written to /etc/grevy/state' 'grep -q default/auto "$root/etc/grevy/state/assignments.json"'

pid=${pids[grevyd]}
sed -i 's,^  - fd00:254::/64,&\n  - 10.77.0.0/24,' "$root/etc/grevy/grevyd.yaml"
manifest <<<"service default/more ips=10.77.0.1 local on=node2"
holds_for 1 '[ -z "$(kernel 10.77.0.1)" ]'
check 'reload' 'rc reload'
becomes 10 'reload: the new pool is in force' 'kernel 10.77.0.1' '10.77.0.1/32 192.168.2.14*1'
check 'in the same process' 'running grevyd && [ "$(cat "$root/fake/grevyd/pid")" = "$pid" ]'
cp "$root/etc/grevy/grevyd.yaml" "$lab/good.yaml"
echo 'nonsense: yes' >>"$root/etc/grevy/grevyd.yaml"
check 'reload of a bad file fails and says where' \
    '! rc reload && tail -n1 "$lab/log/rc.log" | grep -E "grevyd.yaml:[0-9]+:[0-9]+: .*nonsense"'
check 'nor does it start' '! rc start && [ ! -e "$root/fake/grevyd/command" ]'
check 'and grevyd goes on' 'zserv_up'
cp "$lab/good.yaml" "$root/etc/grevy/grevyd.yaml"

all=$(kernel)
stop grevyd KILL
rc start
procd
wait_for 10 zserv_up
holds_for 1 '[ "$(kernel)" = "$all" ]'
ok 'killed and started again: the same routes'
check 'stop' 'rc stop'
wait "${pids[grevyd]}"
is 'stop: it ends well' $? 0
unset "pids[grevyd]"
is 'and zebra keeps the routes' "$(kernel)" "$all"

# --- Quagga ------------------------------------------------------------------------------------

for i in staticd zebra mgmtd; do
    stop $i
done
in_ns router ip route flush proto 197
in_ns router ip -6 route flush proto 197
rm -f /run/frr/*
install -d -o network -g network /run/quagga
for i in zebra bgpd; do
    cp "$shipped/quagga/$i.conf" "$lab/frr/quagga-$i.conf"
    printf -v ${i}_options '%s ' -z /var/run/quagga/zserv.api --vty_socket /var/run/quagga \
        -i /var/run/quagga/$i.pid -f /etc/frr/quagga-$i.conf
    daemon $i
    wait_for 10 "[ -S /run/quagga/zserv.api ] && in_ns router vtysh --vty_socket /run/quagga -d $i -c 'show version'"
done
# README.md's own command.
sed -n 's,^ *\(sed -i .*quagga.*\) /etc/grevy/grevyd.yaml$,\1,p' "$shipped/README.md" >"$lab/sed"
is 'README.md has one command for it' "$(wc -l <"$lab/sed")" 1
sh -c "$(cat "$lab/sed") '$root/etc/grevy/grevyd.yaml'" || fail "$(cat "$lab/sed")"
# Quagga has no openfabric: there it is babel by itself.
sed -i 's,^zebra:,&\n  route-type: babel,' "$root/etc/grevy/grevyd.yaml"
rc start
procd
wait_for 10 'grevy "show zserv json" | grep -E "\"state\": ?\"up\""'
check "grevyd at Quagga's places" 'grevy "show zserv" | grep /var/run/quagga/zserv.api'
babel() { in_ns router ip route show proto 42 | cut -d' ' -f1 | sort -V | xargs; }
becomes 10 'routes' babel "10.77.0.1 $pool4.0 $pool4.1"
bgp() { in_ns router vtysh --vty_socket /run/quagga -c "show bgp $1 unicast json" | json "' '.join(sorted(d['routes']))"; }
becomes 20 'bgpd.conf hands on what is of the pool' 'bgp ipv4' "$pool4.0/32 $pool4.1/32"
becomes 20 'and by IPv6' 'bgp ipv6' "$pool6::1/128"
peers() { in_ns router vtysh --vty_socket /run/quagga -c 'show bgp summary json' | json "' '.join(d['$1']['peers'])"; }
is 'to its neighbour' "$(peers ipv4Unicast)" 192.168.1.2
is 'and by IPv6' "$(peers ipv6Unicast)" "$fd00:1::2"

say '--- a scripted zebra of Quagga 1.2'
stop grevyd
for i in bgpd zebra; do
    stop $i
done
rm -f /run/quagga/*
sed -i '/route-type: babel/d' "$root/etc/grevy/grevyd.yaml"
: >"$lab/log/zebra.log"
start zebra router setpriv --reuid network --regid network --clear-groups python3 "$e2e_dir/old_zebra.py" 1.2 \
    "$top_dir/tests/data/zapi/messages.hex" /run/quagga/zserv.api /run/quagga/zebra.vty
wait_for 5 '[ -S /run/quagga/zserv.api ]'
rc start
procd
wait_for 15 'grevy "show zserv json" | grep -E "\"state\": ?\"up\""'
check 'found by its vty, as Quagga 1.2, with babel as the type' 'logged "connected to zebra 1.2.* babel"'
wait_for 10 'logged "^got route-add-v4 .*20c0a8fe0101" zebra'
ok 'and it is told the routes'
