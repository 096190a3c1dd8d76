#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zebra.redistribute: routes of zebra by our BGP speaker to FRR's bgpd on a node: as they come and
# go, with another list, over a restart of zebra; and on role node with peers, where zebra is told
# of no route of ours.
# shellcheck source=tests/e2e/bgp_lib.sh
. "$(dirname "$0")/bgp_lib.sh"

lab_start 1
in_ns router ip link add edge type veth peer name edge2
in_ns router ip link set edge up
in_ns router ip link set edge2 up
in_ns router ip address add 203.0.113.1/24 dev edge
in_ns router ip route add 198.51.100.0/24 via "$(node_ip 1)"
zebra_start
nodes 1
manifest <<EOM
service default/one ips=$pool4.1 on=node1
EOM
bgpd_start node1 one <<EOF
router bgp 64512
 bgp router-id 192.168.2.13
 bgp graceful-restart
 neighbor 192.168.2.1 remote-as 64512
 neighbor 192.168.2.1 timers 1 3
 neighbor 192.168.2.1 timers connect 1
EOF
# router_conf TYPES
router_conf() {
    cat >"$conf" <<EOF
role: router
http: no
zebra: {redistribute: [$1]}
bgp:
  asn: 64512
  neighbors:
  - address: 192.168.2.13
    asn: 64512
    hold-time: 3
    connect-time: 1
    export: {prefixes: [203.0.113.0/24, "198.51.100.0/22 le 24"]}
EOF
}
router_start() {
    start grevyd router "${as_frr[@]}" grevyd -f "$conf"
    wait_for 10 'grevy "show version"'
}
path() { bgp_path one ipv4 "$1" "'{} {}'.format(p['origin'].lower(), $hops)"; }
session() { bgpd one 'show bgp neighbors 192.168.2.1 json' | json "d['192.168.2.1'].get('connectionsEstablished')"; }
connects() { logged 'connected to zebra' | wc -l; }
redistributed() { grevy 'show rib' | grep redistributed | grep -F "$1"; }

router_conf connected,kernel
router_start
becomes 20 'a connected route' 'path 203.0.113.0/24' 'incomplete 192.168.2.1'
is 'a route of the kernel, whose only next hop is the peer, is not told to it' \
    "$(path 198.51.100.0/24)" ''
check 'show rib has both' 'redistributed 203.0.113.0/24 && redistributed 198.51.100.0/24'
in_ns router ip route add 198.51.101.0/24 dev edge
becomes 5 'a route that comes' 'path 198.51.101.0/24' 'incomplete 192.168.2.1'
is 'what the export list does not name stays here' "$(path 192.168.2.0/24)" ''

router_conf kernel
kill -HUP "${pids[grevyd]}"
becomes 10 'another list: what it lacks goes' 'path 203.0.113.0/24' ''
is 'and the rest stays' "$(path 198.51.101.0/24)" 'incomplete 192.168.2.1'
router_conf connected,kernel
kill -HUP "${pids[grevyd]}"
becomes 10 'and comes back' 'path 203.0.113.0/24' 'incomplete 192.168.2.1'
is 'with neither connection made anew' "$(session) $(connects)" '1 1'

stop zebra KILL
wait_for 10 '! zserv_up'
is 'zebra is away: its routes stay' "$(path 203.0.113.0/24), $(path 198.51.101.0/24)" \
    'incomplete 192.168.2.1, incomplete 192.168.2.1'
in_ns router ip route del 198.51.101.0/24
zebra_start
wait_for 20 zserv_up
becomes 20 'what zebra does not tell any more goes' 'path 198.51.101.0/24' ''
is 'the rest was never away' "$(path 203.0.113.0/24) $(session)" 'incomplete 192.168.2.1 1'
stop grevyd TERM

# Role node: the Service by BGP alone, and routes of zebra beside it.
{
    pools_conf </dev/null
    cat <<EOF
role: node
node-name: node1
kubernetes: {manifests: $manifests}
http: no
zebra: {redistribute: [connected]}
peers: [{my-asn: 64512, peer-asn: 64512, peer-address: 192.168.2.13, hold-time: 3s, connect-time: 1s}]
EOF
} >"$conf"
router_start
becomes 20 'role node: the Service' 'path "$pool4.1/32"' 'igp 192.168.2.1'
becomes 10 'and what zebra has' 'path 203.0.113.0/24' 'incomplete 192.168.2.1'
is 'zebra is told of nothing' "$(zebra "$pool4.1/32")" ''
sed -i 's/^peers:/#peers:/' "$conf"
kill -HUP "${pids[grevyd]}"
becomes 15 'the last peer goes: zebra is told' '[ -z "$(zebra "$pool4.1/32")" ] || echo told' told
sed -i 's/^#peers:/peers:/' "$conf"
kill -HUP "${pids[grevyd]}"
becomes 15 'a peer comes: zebra is told of nothing any more' 'zebra "$pool4.1/32"' ''
becomes 20 'and the Service goes by BGP' 'path "$pool4.1/32"' 'igp 192.168.2.1'
