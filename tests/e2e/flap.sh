#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The interface of a next hop goes down and comes back: zebra says nothing and does not put
# the kernel's route back, so grevyd must. Admin down and lost carrier, the only next hop and
# one of three, IPv4 and IPv6.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start links
zebra_start
nodes
manifest <<EOF
service default/only ips=$pool4.1 local on=node1
service default/only6 ips=$pool6::1 v6 local on=node1
service default/three ips=$pool4.2 local on=node1*2,node2,node3
service default/three6 ips=$pool6::2 v6 local on=node1*2,node2,node3
EOF
grevyd_conf </dev/null
grevyd_start
wait_for 10 '[ "$(kernel | wc -l)" = 4 ] && [ "$(zebra | wc -l)" = 4 ]'
all_up=$(kernel)

# What is left while node1's link is down.
two="$pool4.2/32 192.168.22.14*1,192.168.23.15*1
$pool6::2/128 fd00:22::14*1,fd00:23::15*1"

admin_down() { in_ns router ip link set n1 down; }
admin_up() {
    in_ns router ip link set n1 up
    # The kernel forgets IPv6 addresses of an interface that is set down.
    in_ns router ip addr replace fd00:21::1/64 dev n1 nodad
}
carrier_down() { in_ns node1 ip link set eth0 down; }
carrier_up() { node_up 1; }

flap() {
    local kind=$1 what=$2 from
    "${kind}_down"
    becomes 10 "$what down: the others carry on" kernel "$two"
    check "$what down: the Service over three nodes answers" 'in_ns client ping -c3 -i0.2 -W1 "$pool4.2"'
    from=$(now_ms)
    "${kind}_up"
    becomes 20 "$what back: all routes are back" kernel "$all_up"
    say "..    $what back: $(($(now_ms) - from)) ms until the kernel had all again"
    becomes 5 "$what back: zebra agrees" zebra "$all_up"
    wait_for 10 'in_ns client ping -c1 -W1 "$pool4.1"'
    wait_for 10 'in_ns client ping -c1 -W1 "$pool6::1"'
    ok "$what back: the Service on that node answers"
}
for round in 1 2; do
    flap admin "admin flap $round"
    flap carrier "carrier flap $round"
done

# A flap that is over at once leaves nothing missing either.
for round in 1 2 3; do
    carrier_down
    carrier_up
    becomes 20 "a quick carrier flap ($round)" kernel "$all_up"
    admin_down
    admin_up
    becomes 20 "a quick admin flap ($round)" kernel "$all_up"
done

# The link comes back while grevyd is away.
stop grevyd KILL
carrier_down
wait_for 5 '! kernel "$pool4.1/32" | grep .'
carrier_up
grevyd_start
becomes 20 'the link flapped while grevyd was away' kernel "$all_up"

# All links, so that the kernel drops groups as a whole; grevyd is away, then it is there.
all_down() { for i in 1 2 3; do in_ns "node$i" ip link set eth0 down; done; }
all_back() { for i in 1 2 3; do node_up $i; done; }
for round in 1 2; do
    stop grevyd KILL
    all_down
    wait_for 5 '[ -z "$(kernel)" ]'
    all_back
    grevyd_start
    becomes 20 "all links flapped while grevyd was away ($round)" kernel "$all_up"
    all_down
    wait_for 5 '[ -z "$(kernel)" ]'
    all_back
    becomes 20 "all links flapped while it was there ($round)" kernel "$all_up"
done

# Someone deletes our route in the kernel by hand.
in_ns router ip route del "$pool4.2/32" || fail "ip route del"
becomes 10 'deleted by hand in the kernel: back' kernel "$all_up"
