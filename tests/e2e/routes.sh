#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# From a Service to the kernel: one and many next hops, weights, IPv4, IPv6, IPv4 over an IPv6
# next hop, replace, delete; by user frr without any capability.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes
manifest <<EOF
service default/one ips=$pool4.1 local on=node1
EOF
grevyd_conf </dev/null
grevyd_start
all() { [ "$(kernel "$1")" = "$2" ] && [ "$(zebra "$1")" = "$2" ] && [ "$(rib "$1")" = "$2" ]; }
# everywhere 'WHAT' PREFIX NEXTHOPS: RIB = zebra = kernel.
everywhere() {
    wait_for 10 "all '$2' '${3:+$2 $3}'"
    ok "$1: $2 ${3:-is gone}"
}

everywhere 'one next hop' "$pool4.1/32" '192.168.2.13*1'
check 'no capability is left to grevyd' \
    '! grep -E "^Cap(Inh|Prm|Eff|Bnd|Amb):.*[1-9a-f]" "/proc/${pids[grevyd]}/status"'
is 'it runs as frr, group frr, frrvty' \
    "$(grep -E '^(Uid|Gid|Groups):' "/proc/${pids[grevyd]}/status" | awk '{printf "%s%s ", $1, $2}')" \
    "Uid:$(id -u frr) Gid:$(id -g frr) Groups:$(getent group frrvty | cut -d: -f3) "
check 'vtysh: show ip route shows it as f>*' \
    'in_ns router vtysh -c "show ip route" | grep -E "^f>\* $pool4.1/32 \[20/20\]"'
check 'the client reaches it' 'in_ns client ping -c1 -W2 "$pool4.1"'

manifest <<EOF
service default/many ips=$pool4.2 on=node2
service default/weights ips=$pool4.3 local on=node1*3,node2,node3*2
service default/six ips=$pool6::4 v6 on=node1
service default/dual ips=$pool4.5,$pool6::5 dual local on=node2*2,node3
EOF
everywhere 'Cluster: every node' "$pool4.2/32" '192.168.2.13*1,192.168.2.14*1,192.168.2.15*1'
everywhere 'Local: weight is the number of ready endpoints' "$pool4.3/32" \
    '192.168.2.13*3,192.168.2.14*1,192.168.2.15*2'
# FRR 10 scales weights: the most becomes 254 (10.3) or 255 (10.7).
most=3
! frr_from 10.0 || most='25[45]'
check 'weights are seen in ip route' \
    'in_ns router ip route show "$pool4.3" | grep "via 192.168.2.13 dev br0 weight $most *$"'
everywhere 'IPv6' "$pool6::4/128" 'fd00:2::13*1,fd00:2::14*1,fd00:2::15*1'
everywhere 'dual stack, IPv4' "$pool4.5/32" '192.168.2.14*2,192.168.2.15*1'
everywhere 'dual stack, IPv6' "$pool6::5/128" 'fd00:2::14*2,fd00:2::15*1'
check 'the client reaches it by IPv6' 'in_ns client ping -c1 -W2 "$pool6::5"'

manifest <<EOF
service default/one ips=$pool4.1 local on=node3
service default/many ips=$pool4.2 local on=node2,node3~
EOF
everywhere 'replaced when the pod moves' "$pool4.1/32" '192.168.2.15*1'
wait_for 5 'kernel "$pool4.2/32" | grep -v 192.168.2.13'
everywhere 'Cluster becomes Local' "$pool4.2/32" "$(rib "$pool4.2/32" | cut -d' ' -f2)"
check 'the ready node is in it' 'kernel "$pool4.2/32" | grep "192.168.2.14\*"'

manifest <<EOF
delete service default/one
service default/weights ips=$pool4.3 local on=
service default/dual ips=$pool4.5,$pool6::5 dual local on=node2!
EOF
everywhere 'Service deleted' "$pool4.1/32" ''
everywhere 'last endpoint gone' "$pool4.3/32" ''
everywhere 'none ready' "$pool6::5/128" ''
check 'the client cannot reach it any more' '! in_ns client ping -c1 -W1 "$pool4.1"'

manifest <<EOF
node node1 fd00:2::13
node node2 fd00:2::14
node node3 fd00:2::15
service default/many ips=$pool4.2 on=node2
EOF
everywhere 'IPv4 over IPv6 next hops' "$pool4.2/32" 'fd00:2::13*1,fd00:2::14*1,fd00:2::15*1'
check 'as via inet6 in the kernel' 'in_ns router ip route show "$pool4.2" | grep "via inet6 fd00:2::14"'
check 'the client reaches it' 'in_ns client ping -c1 -W2 "$pool4.2"'

stop grevyd TERM
is 'SIGTERM: a clean exit' "$status" 0
check 'and routes are held (hold-on-exit)' 'kernel "$pool4.2/32" | grep fd00:2::14'
