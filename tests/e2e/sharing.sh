#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Services that share an address (allow-shared-ip) make one prefix: equal keys and different
# ports; next hops are the nodes that can serve all of them.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes
shared=192.168.254.6
manifest <<EOF
service pihole/dns-tcp ips=$shared share=pihole local ports=tcp:53 selector=pihole on=node1
service pihole/dns-udp ips=$shared share=pihole local ports=udp:53 selector=pihole on=node1
EOF
grevyd_conf </dev/null
grevyd_start
becomes 10 'TCP and UDP 53 on one address' 'kernel "$shared/32"' "$shared/32 192.168.2.13*1"

# The pod moves: for a moment only one of the two slices has been rewritten.
manifest <<EOF
service pihole/dns-tcp ips=$shared share=pihole local ports=tcp:53 selector=pihole on=node2
service pihole/dns-udp ips=$shared share=pihole local ports=udp:53 selector=pihole on=node2
EOF
becomes 10 'the pod moves, the route follows' 'kernel "$shared/32"' "$shared/32 192.168.2.14*1"

manifest <<EOF
service pihole/dns-tcp ips=$shared share=pihole local ports=tcp:53 selector=pihole on=node1*3,node2*2
service pihole/dns-udp ips=$shared share=pihole local ports=udp:53 selector=pihole on=node2,node3
EOF
becomes 10 'next hops: nodes that serve all, least weight' 'kernel "$shared/32"' "$shared/32 192.168.2.14*1"
manifest <<EOF
service pihole/dns-udp ips=$shared share=pihole local ports=udp:53 selector=pihole on=
EOF
becomes 10 'one without a node is left out' 'kernel "$shared/32"' "$shared/32 192.168.2.13*3,192.168.2.14*2"
check 'why says so of that one' 'grevy "why pihole/dns-udp" | grep -i endpoint'

manifest <<EOF
service pihole/dns-tcp ips=$shared share=pihole local ports=tcp:53 selector=pihole on=node1
service pihole/dns-udp ips=$shared share=pihole local ports=udp:53 selector=pihole on=node3
EOF
becomes 10 'no node serves both: the oldest wins' 'kernel "$shared/32"' "$shared/32 192.168.2.13*1"
why_says sharing_split 'grevy "why pihole/dns-udp"' "sharing: no node serves all who share the address: the oldest one's are" \
    "used. Cure: have a pod of each on one node, set externalTrafficPolicy: Cluster, or do not share"

manifest <<EOF
service pihole/dns-udp ips=$shared share=pihole local ports=udp:53 selector=pihole on=node1
service other/clash ips=$shared share=pihole local ports=tcp:53 on=node1
service other/key ips=$shared share=another local ports=tcp:80 on=node1
service other/nokey ips=$shared local ports=tcp:81 on=node1
EOF
asks="address: pending: asks for $shared, which"
why_says address_port_in_use 'grevy "why other/clash"' "$asks pihole/dns-tcp shares, but not its port TCP 53. Cure: give" \
    "one of them another port, or ask for another address"
for name in key nokey; do
    why_says address_in_use "grevy 'why other/$name'" "$asks pihole/dns-tcp uses. Cure: ask for another address, or give" \
    "both metallb.io/allow-shared-ip: $name"
done
is 'and harms nobody' "$(kernel)" "$shared/32 192.168.2.13*1"

# auto-assign: no, avoid-buggy-ips and first fit.
grevyd_conf <<EOF
  - {name: byhand, protocol: bgp, addresses: [10.99.0.0/24], auto-assign: false, avoid-buggy-ips: true}
EOF
kill -HUP "${pids[grevyd]}"
manifest <<EOF
service default/auto local on=node1
service default/asks pool=byhand local on=node1
EOF
wait_for 10 'kernel | grep "^10.99.0.1/32"'
ok 'a pool asked for by name; .0 is avoided'
wait_for 10 'grevy "show services default/auto" | grep "$pool4"'
ok 'the other pool is never taken by itself'
