#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Services that cannot be served, each for its own reason: a clear line in the log and in why,
# and everything else goes on.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes
manifest <<EOF
node bare
service default/good ips=$pool4.1 on=node1
EOF
grevyd_conf </dev/null
grevyd_start
good="$pool4.1/32 192.168.2.13*1,192.168.2.14*1,192.168.2.15*1"
becomes 10 'the good one' 'kernel "$pool4.1/32"' "$good"

# [warns=1] broken 'WHAT' NS/NAME FAULT SENTENCE...: why says it, the log too, nothing is routed for it.
broken() {
    why_says "$3" "grevy 'why $2'" "${@:4}"
    if [ -n "${warns-}" ]; then
        wait_for 5 "logged '(warn|err).*$2'"
        ok "$1: log: $(logged "(warn|err).*$2" | head -1 | cut -d' ' -f2- | cut -c1-150)"
    fi
    is "$1: only the good one is routed" "$(kernel)" "$good"
}

manifest <<EOF
service default/outside ips=203.0.113.5 on=node1
EOF
warns=1 broken 'outside every pool' default/outside address_outside "address: pending: asks for 203.0.113.5, which is in no pool." \
    "Cure: grevysh -c 'show pools'; ask for an address of a pool, or add it to one"
why_says address_waited_for "grevy 'why 203.0.113.5'" "pool: no address pool contains 203.0.113.5. Cure: add 203.0.113.5/32 to" \
    "addresses of a pool"
check 'the hard guard: nothing outside the pools in the kernel' \
    '! in_ns router ip route show | grep 203.0.113.5'
manifest <<EOF
delete service default/outside
service default/two ips=$pool4.2,$pool4.3 on=node1
EOF
warns=1 broken 'two IPv4s' default/two annotation_two_v4 'address: pending: asks for two IPv4 addresses. Cure: ask for one' \
    'IPv4 address at most, and for one IPv6 address at most'
manifest <<EOF
delete service default/two
service default/idle ips=$pool4.4 on=
EOF
broken 'no endpoints' default/idle endpoints_no_manifest 'endpoints: it has no endpoint. Cure: give the source its' \
    'EndpointSlices, too'
manifest <<EOF
delete service default/idle
service default/nowhere ips=$pool4.5 local on=bare
EOF
broken 'a node without an InternalIP' default/nowhere node_no_address 'nodes: bare, the only node that could serve it, is' \
    'left out: has no usable InternalIP. Cure: give Node bare an address of type InternalIP'
manifest <<EOF
delete service default/nowhere
delete node bare
service default/stranger ips=$pool4.6 local on=nosuchnode
EOF
broken 'an endpoint on an unknown node' default/stranger node_no_manifest 'nodes: nosuchnode, the only node that could' \
    'serve it, is left out: endpoints name it, but there is no such Node. Cure: give the source the manifest of Node' \
    'nosuchnode'
manifest <<EOF
delete service default/stranger
service default/other ips=$pool4.7 class=example.com/lb on=node1
EOF
broken 'another load balancer class' default/other service_class 'service: its loadBalancerClass is "example.com/lb",' \
    'ours is "". Cure: set controller: {load-balancer-class: example.com/lb}, or make it anew without it'
manifest <<EOF
delete service default/other
service default/nopool pool=nosuchpool on=node1
EOF
warns=1 broken 'an unknown pool' default/nopool pool_unknown 'address: pending: asks for pool nosuchpool, which is not there.' \
    'Cure: annotate it with metallb.io/address-pool: default'
manifest <<EOF
delete service default/nopool
service default/bad ips=not-an-address on=node1
EOF
warns=1 broken 'an address that is none' default/bad annotation_bad 'address: pending: asks for "not-an-address", which is no' \
    'address. Cure: write one address, or two with a comma: metallb.io/loadBalancerIPs: 192.0.2.1,2001:db8::1'
manifest <<EOF
delete service default/bad
service default/rival ips=$pool4.1 on=node2
EOF
warns=1 broken 'an address that another Service has' default/rival address_in_use "address: pending: asks for $pool4.1, which" \
    "default/good uses. Cure: ask for another address, or give both metallb.io/allow-shared-ip: rival"
manifest <<EOF
delete service default/rival
node far 192.168.77.7
service default/far ips=$pool4.8 local on=far
EOF
broken 'a next hop that zebra cannot resolve' default/far hop_unreachable 'next hop: zebra has no way to 192.168.77.7, the' \
    "only one. Cure: vtysh -c 'show ip route 192.168.77.7'; it must show a connected subnet, or a route that is no default"
manifest <<EOF
delete service default/far
delete node far
EOF

# The exclude label silently kills single-node clusters: why shows it.
manifest <<EOF
node node3 192.168.2.15 fd00:2::15 label=node.kubernetes.io/exclude-from-external-load-balancers:
EOF
becomes 10 'an excluded node is left out' 'kernel "$pool4.1/32"' "$pool4.1/32 192.168.2.13*1,192.168.2.14*1"
check 'why names the label' 'grevy "why default/good" | grep exclude-from-external-load-balancers'
manifest <<EOF
service default/lonely ips=$pool4.9 local on=node3
EOF
why_says node_excluded_manifest "grevy 'why default/lonely'" 'nodes: node3, the only node that could serve it, is left out:' \
    'labelled node.kubernetes.io/exclude-from-external-load-balancers. Cure: remove that label from the manifest of Node node3'
manifest <<<'delete service default/lonely'
manifest <<EOF
node node3 192.168.2.15 fd00:2::15 notready
EOF
becomes 10 'a NotReady node as well, while others are Ready' 'kernel "$pool4.1/32"' \
    "$pool4.1/32 192.168.2.13*1,192.168.2.14*1"
why_says node_unready "grevy 'why default/good'" 'node: node3: NotReady, and other nodes are Ready. Cure: kubectl describe' \
    'node node3'
manifest <<EOF
node node1 192.168.2.13 fd00:2::13 notready
node node2 192.168.2.14 fd00:2::14 notready
EOF
becomes 10 'all NotReady: a sick control plane takes nothing down' 'kernel "$pool4.1/32"' "$good"
why_says nodes_all_unready "grevy 'why default/good'" 'node: node1: serves, though NotReady: no node that could serve is' \
    'Ready. Cure: kubectl describe node node1'
nodes
becomes 10 'all are back' 'kernel "$pool4.1/32"' "$good"

# 1,000 next hops: a stable subset of what zebra can take, with a warning. Before 10.2 it counts
# to 255.
most=255
! frr_from 10.2 || most=256
in_ns router ip addr add 10.64.0.1/16 dev br0
python3 - <<EOF | manifest
for i in range(1000):
    print(f"node many{i} 10.64.{i // 250 + 1}.{i % 250 + 1}")
print("service default/crowd ips=$pool4.20 local on=" + ",".join(f"many{i}" for i in range(1000)))
EOF
hops() { in_ns router ip -j nexthop show | json 'max(len(n.get("group", [])) for n in d)'; }
wait_for 30 '[ "$(hops)" = "$most" ]'
ok "1,000 next hops: a route over $(hops) of them"
wait_for 10 'in_ns router ip route get "$pool4.20" | grep "via 10.64"'
ok '1,000 next hops: the kernel answers by it'
wait_for 5 'logged "(warn|err).*(1000|limit)"'
ok "1,000 next hops: log: $(logged '(warn|err).*(1000|limit)' | head -1 | cut -d' ' -f2- | cut -c1-150)"
why_says nodes_limit "grevy 'why default/crowd'" "nodes: $((1000 - most)) left out: zebra takes no more next hops in one" \
    "route. Cure: raise zebra's --ecmp, or select fewer nodes by node-selectors of an advertisement"
subset() { lab_py rib "$pool4.20/32"; }
before=$(subset)
manifest <<EOF
service default/after ips=$pool4.21 local on=node1
EOF
# ip route show ends at a route of so many next hops; ip route get does not.
wait_for 10 'in_ns router ip route get "$pool4.21" | grep "via 192.168.2.13"'
ok 'everything else goes on'
is 'the subset is stable' "$(subset | md5sum)" "$(md5sum <<<"$before")"
is 'the good one has a subset, too' "$(zebra "$pool4.1/32")" "$(lab_py rib "$pool4.1/32")"
check 'zebra lives' 'running zebra && vty_zebra "show version"'
