#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A router without FRR: routes go into the kernel by netlink, one next-hop object a gateway and one
# group a set of them; what others delete or change is put back, what is theirs stays; links flap.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/kernel_lib.sh
. "$e2e_dir/kernel_lib.sh"

lab_start links
n1=192.168.21.13 n2=192.168.22.14 n3=192.168.23.15
nodes
manifest <<EOF
service default/one ips=$pool4.1 local on=node1
service default/many ips=$pool4.2 on=node2
service default/weights ips=$pool4.3 local on=node1*3,node2,node3*2
service default/six ips=$pool6::4 v6 on=node1
service default/dual ips=$pool4.5,$pool6::5 dual local on=node2*2,node3
EOF
grevyd_conf </dev/null
grevyd_start

# --- routes ---------------------------------------------------------------------------------------

shows "$pool4.1/32" "$n1*1" 'one next hop'
shows "$pool4.2/32" "$n1*1,$n2*1,$n3*1" 'every node'
shows "$pool4.3/32" "$n1*3,$n2*1,$n3*2" 'weights'
shows "$pool6::4/128" 'fd00:21::13*1,fd00:22::14*1,fd00:23::15*1' 'IPv6'
shows "$pool4.5/32" "$n2*2,$n3*1" 'dual stack, IPv4'
shows "$pool6::5/128" 'fd00:22::14*2,fd00:23::15*1' 'dual stack, IPv6'
check 'the client reaches them' 'in_ns client ping -c1 -W2 "$pool4.2" && in_ns client ping -c1 -W2 "$pool6::4"'
check 'metric 20, protocol 187' 'kernel_ip route show "$pool4.1" proto 187 | grep "metric 20"'
check 'it has CAP_NET_ADMIN and nothing else' \
    'grep -E "^CapEff:[[:space:]]*0000000000001000$" "/proc/${pids[grevyd]}/status"'
is 'objects: one a gateway' "$(objects | grep -c ' via ')" 6
manifest <<EOF
service default/again ips=$pool4.6 on=node1
EOF
shows "$pool4.6/32" "$n1*1,$n2*1,$n3*1" 'one more over every node'
is 'it shares the group' "$(nhid "$pool4.6")" "$(nhid "$pool4.2")"

manifest <<EOF
service default/one ips=$pool4.1 local on=node3
service default/weights ips=$pool4.3 local on=node1*3,node2
EOF
shows "$pool4.1/32" "$n3*1" 'replaced'
shows "$pool4.3/32" "$n1*3,$n2*1" 'one next hop less'
manifest <<EOF
delete service default/weights
delete service default/again
EOF
shows "$pool4.3/32" '' 'deleted'
shows "$pool4.6/32" '' 'deleted'
becomes 5 'the group that nobody uses is gone, too' groups 4

check 'why is good: no zebra is needed' 'grevy "why default/many json" | json "all(c[\"good\"] for c in d[\"chains\"])"'

# --- what others do -------------------------------------------------------------------------------

kernel_ip route del "$pool4.1/32" proto 187
has "$pool4.1/32" "$n3*1" 'deleted by hand: it is back'
check 'the log tells' 'logged "warn kernel: $pool4.1/32: deleted by somebody .netlink port [0-9]+.: put back"'
kernel_ip route replace "$pool4.1/32" via "$n2" proto 187 metric 20
has "$pool4.1/32" "$n3*1" 'changed by hand: it is back'
check 'the log tells' 'logged "warn kernel: $pool4.1/32: changed by somebody"'
kernel_ip -6 route del "$pool6::4/128" proto 187
has "$pool6::4/128" 'fd00:21::13*1,fd00:22::14*1,fd00:23::15*1' 'IPv6, deleted by hand: it is back'
kernel_ip nexthop del id "$(nhid "$pool4.2")"
has "$pool4.2/32" "$n1*1,$n2*1,$n3*1" 'its group deleted by hand: it is back'
kernel_ip nexthop del id "$(nhid "$pool4.1")"
has "$pool4.1/32" "$n3*1" 'its next-hop object deleted by hand: it is back'
has "$pool4.2/32" "$n1*1,$n2*1,$n3*1" 'and in the groups that it was in'
check 'the log tells' 'logged "warn kernel: next-hop object [0-9]+: deleted or changed"'
kernel_ip nexthop replace id "$(nhid "$pool4.1")" via "$n2" dev n2
has "$pool4.1/32" "$n3*1" 'its next-hop object changed by hand: it is back'
kernel_ip route add "$pool4.77/32" via "$n1" proto 187 metric 20
has "$pool4.77/32" '' 'a route with our number that nobody asked for: removed'

# --- routes of others -----------------------------------------------------------------------------

kernel_ip route add "$pool4.20/32" via "$n1" proto static metric 20
manifest <<EOF
service default/taken ips=$pool4.20 local on=node3
EOF
wait_for 5 'logged "warn kernel: $pool4.20/32: not installed: a route of protocol static via $n1, metric 20"'
ok 'another route with its prefix and metric: told'
why_says kernel_taken 'grevy "why default/taken"' "kernel: the kernel has another route of this metric: a route of" \
    "protocol static via $n1, metric 20. Cure: ip route del $pool4.20/32 proto 4 metric 20"
is 'it is not touched' "$(kernel_ip route show "$pool4.20" proto static | wc -l)" 1
kernel_ip route del "$pool4.20/32" proto static
has "$pool4.20/32" "$n3*1" 'it is gone: ours comes'
kernel_ip route add "$pool4.20/32" via "$n1" proto static metric 7
why_says kernel_shadowed 'grevy "why default/taken"' "kernel: the kernel prefers another route: a route of protocol static" \
    "via $n1, metric 7. Cure: ip route del $pool4.20/32 proto 4 metric 7"
kernel_ip route del "$pool4.20/32" metric 7
kernel_ip route replace "$pool4.20/32" via "$n1" proto static metric 20
wait_for 5 'logged "$pool4.20/32: somebody put another route in its place"'
pause 0.2
is 'put in the place of ours: it stays' "$(kernel_ip route show "$pool4.20" proto static | wc -l)" 1
kernel_ip route del "$pool4.20/32" proto static
has "$pool4.20/32" "$n3*1" 'it is gone: ours is back'

# --- links ----------------------------------------------------------------------------------------

before=$(kernel)
in_ns node1 ip link set eth0 down
has "$pool4.2/32" "$n2*1,$n3*1" 'the far end of a link is down: without it'
has "$pool6::4/128" 'fd00:22::14*1,fd00:23::15*1' 'IPv6, too'
node_up 1
becomes 5 'it is up again: everything is as before' kernel "$before"
kernel_ip link set n3 down
has "$pool4.1/32" '' 'a link is down: no next hop is left'
why_says kernel_waiting 'grevy "why default/one"' 'kernel: not sent: no next hop is in a connected subnet whose link is' \
    'up. Cure: ip -br addr; a subnet of the next hops must be on an interface that is up'
has "$pool4.2/32" "$n1*1,$n2*1" 'the others without it'
kernel_ip link set n3 up
addr router n3 fd00:23::1/64 2>/dev/null
becomes 5 'it is up again: everything is as before' kernel "$before"
for round in 1 2 3 4 5; do
    kernel_ip link set n3 down
    kernel_ip link set n3 up
    addr router n3 fd00:23::1/64 2>/dev/null
done
becomes 5 "$round quick flaps: everything is as before" kernel "$before"
kernel_ip addr del 192.168.23.1/24 dev n3
has "$pool4.1/32" '' 'the address of the subnet is gone: the route, too'
kernel_ip addr add 192.168.23.1/24 dev n3
becomes 5 'it is back: everything is as before' kernel "$before"

# --- IPv4 over IPv6 -------------------------------------------------------------------------------

manifest <<EOF
node node4 fd00:21::13
service default/over ips=$pool4.40 local on=node4
EOF
shows "$pool4.40/32" 'fd00:21::13*1' 'IPv4 over an IPv6 next hop'
check 'the client reaches it' 'in_ns client ping -c1 -W2 "$pool4.40"'

# --- the key --------------------------------------------------------------------------------------

monitor_start
before=$(kernel)
grevyd_conf <<<'kernel: {metric: 30}'
kill -HUP "${pids[grevyd]}"
wait_for 10 'kernel_ip route show "$pool4.2" | grep "metric 30" && ! kernel_ip route show "$pool4.2" | grep "metric 20"'
becomes 5 'another metric, live: the same routes' kernel "$before"
grevyd_conf <<<'kernel: {metric: 30, protocol: 189}'
kill -HUP "${pids[grevyd]}"
wait_for 10 'kernel_ip route show "$pool4.2" | grep "proto rip" && ! kernel_ip route show "$pool4.2" | grep "proto isis"'
LAB_PROTO=189 becomes 5 'another protocol number, live: the same routes' kernel "$before"
grevyd_conf <<<'kernel: {table: 77}'
kill -HUP "${pids[grevyd]}"
wait_for 10 '[ "$(kernel table 77)" = "$before" ] && [ -z "$(LAB_PROTO=189 kernel)" ]'
ok 'another table, live: the same routes'
grevyd_conf </dev/null
kill -HUP "${pids[grevyd]}"
becomes 10 'back into the main table' kernel "$before"
wait_for 5 '[ -z "$(kernel table 77)" ]'

# --- the end --------------------------------------------------------------------------------------

grevyd_conf <<<'kernel: {enabled: no}'
kill -HUP "${pids[grevyd]}"
wait_for 10 '[ -z "$(kernel)" ] && [ -z "$(objects)" ]'
ok 'turned off: no route and no object of ours is left'
grevyd_conf <<<'hold-on-exit: no'
kill -HUP "${pids[grevyd]}"
becomes 10 'turned on again' kernel "$before"
stop grevyd TERM
is 'hold-on-exit no: all is gone at the end' "$(kernel)$(objects)" ''

# --- without the right ----------------------------------------------------------------------------

user_frr
grevyd_start
why_says kernel_forbidden 'grevy "why default/one"' "kernel: $(logged 'kernel: .*Operation not permitted' | tail -n 1 | log_text |
    sed 's/; trying again$//'). Cure: AmbientCapabilities=CAP_NET_ADMIN in grevyd's unit"
