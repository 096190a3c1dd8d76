#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A node that is not in a subnet of the router, but behind another one: reached over a route
# of somebody else, which may change, go and come back.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes
in_ns router ip route add 10.77.0.0/24 via 192.168.2.14
manifest <<EOF
node far 10.77.0.9
service default/far ips=$pool4.1 local on=far
service default/both ips=$pool4.2 local on=far,node1
EOF
grevyd_conf </dev/null
grevyd_start
via() { in_ns router ip route show "$pool4.$1" | grep -oE 'via [0-9.]+' | sort | paste -sd' '; }
becomes 10 'over the router before it' 'via 1' 'via 192.168.2.14'
becomes 10 'beside a node nearby' 'via 2' 'via 192.168.2.13 via 192.168.2.14'

in_ns router ip route replace 10.77.0.0/24 via 192.168.2.15
becomes 10 'the way there changed: so did the route' 'via 1' 'via 192.168.2.15'
becomes 10 'and the one over two nodes' 'via 2' 'via 192.168.2.13 via 192.168.2.15'

in_ns router ip route del 10.77.0.0/24
becomes 10 'no way there: withdrawn' 'via 1' ''
becomes 10 'the node nearby carries on' 'via 2' 'via 192.168.2.13'
why_says hop_unreachable 'grevy "why default/far"' "next hop: zebra has no way to 10.77.0.9, the only one. Cure: vtysh" \
    "-c 'show ip route 10.77.0.9'; it must show a connected subnet, or a route that is no default"

# Only a default route: not followed, by any release.
in_ns router ip route add default via 192.168.2.14
holds_for 2 '[ -z "$(via 1)" ]'
ok 'a default route does not count'
in_ns router ip route add 10.77.0.0/24 via 192.168.2.14
becomes 10 'back' 'via 1' 'via 192.168.2.14'
becomes 10 'back, over two nodes' 'via 2' 'via 192.168.2.13 via 192.168.2.14'

# A subnet that the router has a route to, but no address in: zebra does not take it for connected.
in_ns router ip route add 10.88.0.0/24 dev br0
manifest <<EOF
node beside 10.88.0.9
service default/beside ips=$pool4.3 local on=beside
EOF
becomes 10 'in a subnet without an address of ours' 'via 3' 'via 10.88.0.9'
lines=$(log_lines)
in_ns router ip addr add 10.88.0.1/24 dev br0
wait_for 10 'vty_zebra "show ip route 10.88.0.0/24" | grep connected'
becomes 10 'the address comes: a connected one' 'via 3' 'via 10.88.0.9'
check 'zebra refused nothing' '! logged_since "$lines" "could not install"'
