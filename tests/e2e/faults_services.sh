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

# broken 'WHAT' NS/NAME 'REGEX OF WHY' ['REGEX OF LOG']: why names the reason, nothing is routed for it.
broken() {
    wait_for 10 "grevy 'why $2' | grep -iE '$3'"
    ok "$1: why: $(grevy "why $2" | grep -iE "$3" | head -1 | sed 's/^ *//' | cut -c1-150)"
    if [ -n "${4-}" ]; then
        wait_for 5 "logged '(warn|err).*($4)'"
        ok "$1: log: $(logged "(warn|err).*($4)" | head -1 | cut -d' ' -f2- | cut -c1-150)"
    fi
    is "$1: only the good one is routed" "$(kernel)" "$good"
}

manifest <<EOF
service default/outside ips=203.0.113.5 on=node1
EOF
broken 'outside every pool' default/outside '203.0.113.5.*(pool|outside)' 'default/outside'
check 'the hard guard: nothing outside the pools in the kernel' \
    '! in_ns router ip route show | grep 203.0.113.5'
manifest <<EOF
delete service default/outside
service default/two ips=$pool4.2,$pool4.3 on=node1
EOF
broken 'two IPv4s' default/two '(two|one|more).*IPv4|IPv4.*(two|one|more)' 'default/two'
manifest <<EOF
delete service default/two
service default/idle ips=$pool4.4 on=
EOF
broken 'no endpoints' default/idle 'endpoint'
manifest <<EOF
delete service default/idle
service default/nowhere ips=$pool4.5 local on=bare
EOF
broken 'a node without an InternalIP' default/nowhere 'InternalIP|address'
manifest <<EOF
delete service default/nowhere
service default/stranger ips=$pool4.6 local on=nosuchnode
EOF
broken 'an endpoint on an unknown node' default/stranger 'nosuchnode'
manifest <<EOF
delete service default/stranger
service default/other ips=$pool4.7 class=example.com/lb on=node1
EOF
broken 'another load balancer class' default/other 'class'
manifest <<EOF
delete service default/other
service default/nopool pool=nosuchpool on=node1
EOF
broken 'an unknown pool' default/nopool 'nosuchpool' 'default/nopool'
manifest <<EOF
delete service default/nopool
service default/bad ips=not-an-address on=node1
EOF
broken 'an address that is none' default/bad 'not-an-address' 'default/bad'
manifest <<EOF
delete service default/bad
service default/rival ips=$pool4.1 on=node2
EOF
broken 'an address that another Service has' default/rival "default/good|in use|taken|allow-shared-ip" 'default/rival'
manifest <<EOF
delete service default/rival
node far 192.168.77.7
service default/far ips=$pool4.8 local on=far
EOF
broken 'a next hop that zebra cannot resolve' default/far '192.168.77.7'
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
node node3 192.168.2.15 fd00:2::15 notready
EOF
becomes 10 'a NotReady node as well, while others are Ready' 'kernel "$pool4.1/32"' \
    "$pool4.1/32 192.168.2.13*1,192.168.2.14*1"
manifest <<EOF
node node1 192.168.2.13 fd00:2::13 notready
node node2 192.168.2.14 fd00:2::14 notready
EOF
becomes 10 'all NotReady: a sick control plane takes nothing down' 'kernel "$pool4.1/32"' "$good"
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
check '1,000 next hops: why says so' 'grevy "why default/crowd" | grep -iE "1,?000|limit|$most"'
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
