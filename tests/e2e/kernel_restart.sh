#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A router without FRR, and grevyd restarted under traffic, by kill -9 and by TERM: no packet is
# lost, an unchanged route and its next-hop objects are not touched; what is gone meanwhile goes
# once everything was read, and nothing of anybody else's. Without CAP_NET_ADMIN it says so.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/kernel_lib.sh
. "$e2e_dir/kernel_lib.sh"

lab_start links
n1=192.168.21.13 n3=192.168.23.15
nodes
manifest <<EOF
service default/stays ips=$pool4.1 on=node1,node2,node3
service default/stays6 ips=$pool6::1 v6 local on=node2*2,node3
service default/single ips=$pool4.4 local on=node3
service default/goes ips=$pool4.2 local on=node1
service default/moves ips=$pool4.3 local on=node1
EOF

# --- without the capability -----------------------------------------------------------------------

grevyd_conf </dev/null
user_frr
grevyd_start
wait_for 10 'logged "error kernel: changing the kernel.s routes: Operation not permitted; grevyd needs the capability CAP_NET_ADMIN"'
ok 'without CAP_NET_ADMIN: the log tells'
is 'and nothing is in the kernel' "$(kernel)" ''
stop grevyd TERM
user_frr net_admin

# --- restarts -------------------------------------------------------------------------------------

grevyd_start
wait_for 10 '[ "$(kernel | wc -l)" = 5 ]'
kernel_ip route add "$pool4.200/32" via "$n1" proto static
kernel_ip route add "$pool4.201/32" via "$n1" proto 187 table 99
unchanged=("$pool4.1/32" "$pool6::1/128" "$pool4.4/32")
routes_of() { for p in "${unchanged[@]}"; do kernel "$p"; done; }
before=$(routes_of)
objects_before=$(objects | sort)
# Every route and object that anybody touches, in the order in which it happens.
in_ns router ip -ts monitor route nexthop >"$lab/log/touched.log" 2>&1 &
wait_for 5 'kernel_ip route add 198.51.100.1/32 dev lo; kernel_ip route del 198.51.100.1/32 dev lo
    grep -q "Deleted 198.51.100.1" "$lab/log/touched.log"'
touched() { grep -E "$1" "$lab/log/touched.log"; }
not_touched() {
    local p
    for p in "$pool4.1 " "$pool6::1 " "$pool4.4 " "$pool4.200"; do
        check "not touched: $p" '! touched "$p"'
    done
    stream_stop v4
    is "no packet of the stream was lost: $stream" "$lost" 0
    stream_stop v6
    is "nor of the IPv6 stream: $stream" "$lost" 0
    is 'the routes are as they were' "$(routes_of)" "$before"
}

for signal in KILL TERM; do
    stream_start v4 "$pool4.1"
    stream_start v6 "$pool6::1"
    stop grevyd "$signal"
    holds_for 1 '[ "$(kernel | wc -l)" = 5 ]'
    ok "$signal: all routes stay"
    grevyd_start
    wait_for 10 'logged "info kernel: up" && grevy "show rib" | grep "$pool4.1"'
    holds_for 1 '[ "$(kernel | wc -l)" = 5 ]'
    not_touched
    is 'nor are the objects' "$(objects | sort)" "$objects_before"
    check 'nothing at all was told' '! touched "proto (isis|187)|^id"'
    rm -f "$lab"/log/v[46].log
done

stream_start v4 "$pool4.1"
stream_start v6 "$pool6::1"
stop grevyd KILL
manifest <<EOF
delete service default/goes
service default/moves ips=$pool4.3 local on=node3
service default/comes ips=$pool4.5 local on=node2
EOF
kernel_ip route add "$pool4.99/32" via "$n1" proto 187 metric 55
kernel_ip nexthop add id 777 via "$n1" dev n1 proto 187
grevyd_start
has "$pool4.2/32" '' 'gone meanwhile: swept'
has "$pool4.3/32" "$n3*1" 'moved meanwhile'
has "$pool4.5/32" '192.168.22.14*1' 'new meanwhile'
has "$pool4.99/32" '' 'with another metric and our number, of nobody: swept'
wait_for 5 '! objects | grep "^id 777 "'
ok 'an object of our number that nobody uses: swept'
not_touched
check "a route of others stays" 'kernel_ip route show "$pool4.200" | grep static'
check "one of our number in another table, too" 'kernel_ip route show table 99 | grep "$pool4.201"'

# --- the source cannot be read at the start: nothing is swept -------------------------------------

stop grevyd TERM
mv "$manifests" "$manifests.away"
grevyd_start
wait_for 10 'logged "info kernel: up"'
holds_for 1 '[ "$(kernel | wc -l)" = 5 ]'
ok 'the folder of manifests is away: all routes stay'
mv "$manifests.away" "$manifests"
kill -HUP "${pids[grevyd]}"
wait_for 10 'grevy "show rib" | grep "$pool4.1"'
is 'it is back: the routes are as they were' "$(routes_of)" "$before"

# --- zebra was here, and is switched off by reload: the kernel's output takes over, and back ------

zserv_state() { grevy 'show zserv json' | json "d['state']"; }
reload() {
    grevyd_conf
    kill -HUP "${pids[grevyd]}"
}
zebra_start
becomes 20 'zebra comes: grevyd connects' zserv_state up
becomes 20 "its routes take the place of the kernel output's" 'kernel | wc -l' 0
becomes 20 'and zebra has them' 'zebra | wc -l' 5
echo 'zebra: {enabled: no}' | reload
becomes 10 'zebra is switched off' zserv_state off
becomes 20 'the kernel output takes over' 'kernel | wc -l' 5
is 'with the routes as they were' "$(routes_of)" "$before"
reload </dev/null
becomes 20 'zebra is switched on again' zserv_state up
becomes 20 'the kernel output leaves' 'kernel | wc -l' 0
becomes 20 'and zebra has them again' 'zebra | wc -l' 5
