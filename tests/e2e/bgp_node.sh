#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Role node: grevyd announces Services by itself, in MetalLB's words: by iBGP to one router and by
# eBGP to another, with the attributes of each pool's advertisements; what becomes of that when
# Services, configuration and the Node change; nothing is taken from peers.
# shellcheck source=tests/e2e/bgp_lib.sh
. "$(dirname "$0")/bgp_lib.sh"

lab_start 2
mkdir -p "$lab/frr"
nodes 2
manifest <<EOM
service default/one ips=$pool4.1 on=node1,node2
service default/six ips=$pool6::1 v6 on=node1,node2
service default/local ips=$pool4.2 local on=node2
EOM

# A router of our own AS, and one of another behind the client's link: not directly connected.
bgpd_start router inside <<EOF
router bgp 64512
 bgp router-id 192.168.2.1
 no bgp ebgp-requires-policy
 neighbor nodes peer-group
 neighbor nodes remote-as 64512
 neighbor nodes timers 1 3
 neighbor nodes6 peer-group
 neighbor nodes6 remote-as 64512
 neighbor nodes6 timers 1 3
 bgp listen range 192.168.2.0/24 peer-group nodes
 bgp listen range fd00:2::/64 peer-group nodes6
 address-family ipv4 unicast
  network 203.0.113.0/24
  no neighbor nodes6 activate
 exit-address-family
 address-family ipv6 unicast
  neighbor nodes6 activate
 exit-address-family

EOF
bgpd_start client outside <<EOF
router bgp 64999
 bgp router-id 192.168.1.2
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 192.168.2.13 remote-as 64512
 neighbor 192.168.2.13 ebgp-multihop
 neighbor 192.168.2.13 passive
 neighbor 192.168.2.13 timers 1 3
 address-family ipv4 unicast
  network 203.0.113.0/24
 exit-address-family
EOF

peers_conf() {
    cat <<EOF
peers:
- {my-asn: 64512, peer-asn: 64512, peer-address: 192.168.2.1, hold-time: 3s, connect-time: 1s}
- {my-asn: 64512, peer-asn: 64512, peer-address: "fd00:2::1", hold-time: 3s, connect-time: 1s}
- {name: outside, my-asn: 64512, peer-asn: 64999, peer-address: 192.168.1.2, hold-time: 3s,
   connect-time: 1s, ebgp-multihop: yes, node-selectors: [{match-labels: {edge: "yes"}}]}
bgp-communities: {mark: "64512:100", no-advertise: "65535:65282"}
EOF
}
ads_conf() {
    cat <<EOF
  bgp-advertisements:
  - {localpref: 200, communities: [mark, no-advertise], peers: [peer1, peer2]}
  - {communities: ["64512:7"], peers: [outside]}
EOF
}
for i in 1 2; do
    { ads_conf | pools_conf && peers_conf; } | speaker_conf "$i"
    speaker_start "$i"
done

becomes 20 'iBGP: the Service from both nodes, next hop self' \
    "bgp_path inside ipv4 $pool4.1/32 \"\$hops\"" $'192.168.2.13\n192.168.2.14'
becomes 10 'over IPv6, too' "bgp_path inside ipv6 $pool6::1/128 \"\$hops\"" $'fd00:2::13\nfd00:2::14'
becomes 10 'policy Local: from the node with the endpoint alone' \
    "bgp_path inside ipv4 $pool4.2/32 \"\$hops\"" '192.168.2.14'
is 'local preference of the advertisement' \
    "$(bgp_path inside ipv4 "$pool4.1/32" "p['locPrf']" | sort -u)" 200
is 'its communities, by name' \
    "$(bgp_path inside ipv4 "$pool4.1/32" "p['community']['string']" | sort -u)" '64512:100 no-advertise'
is 'origin' "$(bgp_path inside ipv4 "$pool4.1/32" "p['origin']" | sort -u)" IGP
is 'a session has its own family alone' "$(bgp_path inside ipv4 "$pool6::1/128" '0')" ''

# The Node's labels choose who dials whom.
holds_for 1 '[ -z "$(bgp_path outside ipv4 "$pool4.1/32" 0)" ]'
ok 'a peer whose selector is not met is not dialled'
manifest <<EOM
node node1 $(node_ip 1) $(node_ip 1 6) edge=yes
EOM
becomes 20 'the label comes: eBGP, over more than one hop' "bgp_path outside ipv4 $pool4.1/32 \"\$hops\"" 192.168.2.13
is 'AS path' "$(bgp_path outside ipv4 "$pool4.1/32" "p['aspath']['string']")" 64512
is 'no local preference, and the communities of its advertisement' \
    "$(bgp_path outside ipv4 "$pool4.1/32" "p['community']['string'] + ' ' + str(p.get('locPrf', 'none'))")" '64512:7 none'

# Nothing is taken from peers.
wait_for 5 'bgpd outside "show bgp ipv4 unicast 203.0.113.0/24 json" | grep -q 203'
is 'the RIB of the node has nothing of peers' \
    "$(LAB_SPACE=node1 in_ns node1 python3 "$e2e_dir/lab.py" rib | grep -c 203.0.113)" 0

# Changes.
flaps() { bgpd "$1" 'show bgp neighbors json' | json "sorted(n['connectionsDropped'] for n in d.values())"; }
before=$(flaps inside)$(flaps outside)
manifest <<EOM
delete service default/local
service default/two ips=$pool4.3 on=node1,node2
EOM
becomes 5 'a Service came' "bgp_path inside ipv4 $pool4.3/32 \"\$hops\"" $'192.168.2.13\n192.168.2.14'
becomes 5 'one went' "bgp_path inside ipv4 $pool4.2/32 0" ''
{ printf '  bgp-advertisements: [{aggregation-length: 24, localpref: 50, peers: [peer1]}]\n' | pools_conf && peers_conf; } |
    speaker_conf 1
speaker_reload 1
becomes 5 'reload: an aggregate from node 1 alone' "bgp_path inside ipv4 $pool4.0/24 \"str(p['locPrf']) + ' ' + \$hops\"" \
    '50 192.168.2.13'
becomes 5 'and not the address any more' "bgp_path inside ipv4 $pool4.1/32 \"\$hops\"" 192.168.2.14
becomes 5 'the peer that no advertisement names has nothing' "bgp_path outside ipv4 $pool4.1/32 0" ''
is 'all sessions stayed as they were' "$(flaps inside)$(flaps outside)" "$before"

# The end: hold-on-exit no takes it all back.
{ ads_conf | pools_conf && peers_conf && echo 'hold-on-exit: no'; } | speaker_conf 1
speaker_reload 1
becomes 5 'back' "bgp_path inside ipv4 $pool4.1/32 \"\$hops\"" $'192.168.2.13\n192.168.2.14'
stop grevyd-node1
becomes 3 'node 1 left' "bgp_path inside ipv4 $pool4.1/32 \"\$hops\"" 192.168.2.14
is 'exit status' "$status" 0
