#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Zebras before 7.0, which no distribution has any more, so scripted ones (old_zebra.py): found by
# header versions and HELLO numbers, or by their vty; up without CAPABILITIES; routes in their
# form, confirmed by notifications where there are any, else by the vty; taken back.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
nodes
zserv_is() { grevy "show zserv json" | json "d$1"; }
dir=/run/old

# old_zebra RELEASE [vty], with one Service for it.
old_zebra() {
    rm -rf "$dir"
    install -d -o frr -g frr "$dir"
    : >"$lab/log/zebra.log"
    : >"$lab/log/grevyd.log"
    start zebra router python3 "$e2e_dir/old_zebra.py" "$1" "$top_dir/tests/data/zapi/messages.hex" \
        "$dir/zserv.api" ${2:+"$dir/zebra.vty"}
    wait_for 5 '[ -S "$dir/zserv.api" ]'
    manifest <<EOF
service default/web ips=$pool4.1 local on=node1
EOF
}

conf() {
    grevyd_conf <<EOF
zebra: {socket: $dir/zserv.api, vty-socket: $dir/zebra.vty, distance: 150$1}
EOF
}

# old RELEASE FOUND [vty]: up, and found as that.
old() {
    old_zebra "$1" "${3-}"
    conf ''
    grevyd_start
    wait_for 15 zserv_up
    is 'found' "$(zserv_is "['release']")" "$2"
}

# The Service goes, and its route; grevyd ends.
gone() {
    manifest <<EOF
delete service default/web
EOF
    wait_for 10 'logged "got route-delete .*c0a8fe01$" zebra'
    is 'every message of it is understood' \
        "$(zserv_is "['counters']['badMessages']")$(zserv_is "['counters']['unknownMessages']")" 00
    stop grevyd
    stop zebra
}

# RELEASE TYPE, and a route to 192.168.254.1 via 192.168.2.13, distance 150, metric 20, as it is sent
releases='1.2 babel 0d 00 0d 0001 20 c0a8fe01 01 03 c0a8020d 96 00000014
3.0 nhrp 0b 0000 00000000 0d 0001 20 c0a8fe01 01 02 c0a8020d 96 00000014
4.0 babel 16 0000 00000000 07 01 02 20 c0a8fe01 0001 00000000 02 c0a8020d 96 00000014
5.0 babel 16 0000 00000000 07 01 02 20 c0a8fe01 0001 00000000 02 c0a8020d 96 00000014
6.0 babel 16 0000 00000000 07 01 02 20 c0a8fe01 0001 00000000 02 c0a8020d 96 00000014'

while read -r release type route; do
    say "--- $release, by the probe"
    old "$release" "${release/1.2/Quagga}"
    is 'the route type' "$(zserv_is "['routeType']")" "$type"
    is 'the next hops that a route may have' "$(zserv_is "['nextHopLimit']")" "$([ "${release%.*}" -ge 5 ] && echo 255 || echo 16)"
    wait_for 10 'logged "^got route-add-v4" zebra'
    is 'its form of the route' "$(logged '^got route-add-v4' zebra | head -1 | cut -d' ' -f3)" "${route// /}"
    if [ "${release%.*}" -ge 4 ]; then
        becomes 5 'installed, by its notification' "zserv_is \"['routes']['installed']\"" 1
    else
        is 'not called installed: nothing says so' "$(zserv_is "['routes']['installing']")" 1
    fi
    gone
done <<<"$releases"

while read -r release type route; do
    say "--- $release, by its vty"
    old "$release" "$release.4" vty
    is 'the route type' "$(zserv_is "['routeType']")" "$type"
    becomes 10 'installed' "zserv_is \"['routes']['installed']\"" 1
    is 'no graceful restart' "$(zserv_is "['gracefulRestart']")" False
    check 'and why' 'logged "no graceful restart without FRR 7.4"'
    gone
done <<<"$releases"

say '--- a type that has an owner'
old_zebra 4.0
start babeld router python3 -c "import socket, time
s = socket.socket(socket.AF_UNIX)
s.bind('$dir/babeld.vty')
s.listen()
time.sleep(1000)"
wait_for 5 '[ -S "$dir/babeld.vty" ] && chmod 777 "$dir/babeld.vty"'
conf ''
grevyd_start
wait_for 15 zserv_up
is 'the next one' "$(zserv_is "['routeType']")" nhrp
stop babeld
stop grevyd
stop zebra

say '--- a table where there are none'
old_zebra 4.0
conf ', table: 100'
grevyd_start
wait_for 10 'logged "zebra.table 100 cannot be used with zebra 4.0"'
ok 'refused'
check 'nothing was sent there' '! logged "^got route-add-v4" zebra'
