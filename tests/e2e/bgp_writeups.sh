#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What people write about MetalLB and their routers, with grevyd in its place:
#
#   1. a Debian router takes 192.168.254.6/32 from two nodes of AS 64512 into zebra
#   2. the same without FRR, into the kernel; grevyd restarts under traffic
#   3. iBGP to an FRR with the prefix list and route map of a pfSense, which takes the pool of
#      protocol bgp and never hears of that of layer2
#   4. eBGP from two nodes of AS 65001 to an FRR in AS 65000: ECMP
# shellcheck source=tests/e2e/bgp_interop_lib.sh
. "$(dirname "$0")/bgp_interop_lib.sh"

address=$pool4.6
hops() { in_ns router ip -j route show "$1" proto "$2" | json "' '.join(sorted(h['gateway'] for h in d[0].get('nexthops', d)))"; }
both="$(node_ip 1) $(node_ip 2)"

# announcer I AS ROUTER-AS ROUTER: role node on node I.
announcer() {
    cat >"$lab/node$1.yaml"
    us_start "node$1"
}
peers() { # AS ROUTER ROUTER-AS
    echo "peers: [{my-asn: $1, peer-asn: $3, peer-address: $2, hold-time: 9s, connect-time: 1s, enable-graceful-restart: true}]"
}
node_words() { # NAME ADDRESS
    cat <<EOF
role: node
node-name: $1
router-id: $2
kubernetes: {manifests: $manifests}
http: no
EOF
}

lab_start 2
manifest <<EOF
node node1 $(node_ip 1)
node node2 $(node_ip 2)
service default/web ips=$address on=node1,node2
EOF

# --- 1: into zebra -----------------------------------------------------------------------------

router_words() {
    cat <<EOF
role: router
router-id: 192.168.2.1
$1
bgp:
  asn: 64512
  neighbors:
  - {address: $(node_ip 2), asn: 64512, connect-time: 1, hold-time: 9, import: {prefixes: ["$pool4.0/24 ge 24 le 32"]}}
  - {range: 192.168.2.0/24, asn: 64512, hold-time: 9, import: {prefixes: ["$pool4.0/24 ge 24 le 32"]}}
EOF
}
zebra_start
# FRR, as helper of a router that restarts, waits for its call: it is a neighbour with an address.
router_words '' >"$lab/router.yaml"
us_start router
announcer 1 < <(
    node_words node1 "$(node_ip 1)"
    echo "address-pools: [{name: default, protocol: bgp, addresses: [$pool4.0/24]}]"
    peers 64512 192.168.2.1 64512
)
frr_run 2 < <(metallb_frr 192.168.2.1 64512 64512 "$address/32")
becomes 20 'ip route: the address over grevyd of one node and MetalLB of the other' "hops $address/32 openfabric" "$both"
is 'zebra has it, too' "$(zebra "$address/32")" "$address/32 $(node_ip 1)*1,$(node_ip 2)*1"
check 'one of them is of the range' "us router 'show bgp summary json' | grep $(node_ip 1)"
check 'the client reaches it' "in_ns client ping -c1 -W2 $address"
in_ns node2 vtysh -N node2 -c 'configure terminal' -c 'router bgp 64512' -c 'address-family ipv4 unicast' -c "no network $address/32" >/dev/null
becomes 10 'MetalLB withdraws it there' "hops $address/32 openfabric" "$(node_ip 1)"
in_ns node2 vtysh -N node2 -c 'configure terminal' -c 'router bgp 64512' -c 'address-family ipv4 unicast' -c "network $address/32" >/dev/null
becomes 10 'and says it again' "hops $address/32 openfabric" "$both"

# --- 2: into the kernel ------------------------------------------------------------------------

stop grevyd-router
stop zebra
rm -f /run/frr/zserv.api
in_ns router ip route flush proto openfabric
us_start router
becomes 30 'without FRR: in the kernel' "hops $address/32 187" "$both"
for signal in TERM KILL; do
    stream_start "restart-$signal" "$address"
    stop grevyd-router $signal
    holds_for 1 "[ \"\$(hops $address/32 187)\" = '$both' ]"
    us_start router
    wait_for 20 'us_up router 2'
    becomes 10 "$signal and back: it is there" "hops $address/32 187" "$both"
    stream_stop "restart-$signal"
    is "$signal and back: lost of $sent packets" "$lost" 0
done
for signal in TERM KILL; do
    stream_start "node-$signal" "$address"
    stop grevyd-node1 $signal
    holds_for 1 "[ \"\$(hops $address/32 187)\" = '$both' ]"
    us_start node1
    wait_for 20 'us_up node1 1 && us_up router 2'
    holds_for 1 "[ \"\$(hops $address/32 187)\" = '$both' ]"
    stream_stop "node-$signal"
    is "grevyd of a node, $signal and back: lost of $sent packets" "$lost" 0
done
stop grevyd-router
stop grevyd-node1
stop peer2
in_ns router ip nexthop flush >>"$lab/log/ip.log" 2>&1 # and with them the routes

# --- 3 and 4: an FRR that knows nothing of us --------------------------------------------------

addr router br0 192.168.0.1/24
for i in 1 2; do
    addr "node$i" eth0 "192.168.0.11$i/24"
    in_ns "node$i" ip route add local 192.168.10.0/24 dev lo
done
zebra_start
# router_bgpd <CONFIGURATION
router_bgpd() {
    local said
    cat >"$lab/frr/bgp.conf"
    start bgpd router "$FRR/bgpd" -A 127.0.0.1 --log stdout --log-level warnings
    wait_for 10 '[ -S /run/frr/bgpd.vty ] && in_ns router vtysh -d bgpd -c "show version"'
    said=$(vtysh_load router -f "$lab/frr/bgp.conf")
    is 'FRR takes every line' "$said" ''
}
at_router() { in_ns router vtysh -c "$1"; }

# pfsense AS NODE-AS: frr-config/pfsense/frr.conf for this network.
pfsense() {
    sed -e "s,$pool4.0/24,192.168.10.0/24,; s/router bgp 64512/router bgp $1/; s/remote-as 64513/remote-as $2/" \
        -e 's/router-id .*/router-id 192.168.0.1/; s/192.168.2.13/192.168.0.111/; s/192.168.2.14/192.168.0.112/' \
        -e '/192.168.2.15/d' -e '/^frr defaults/d; /^service/d; /^log /d' "$top_dir/frr-config/pfsense/frr.conf"
}
manifest <<EOF
node node1 192.168.0.111
node node2 192.168.0.112
service default/web ips=192.168.10.1 on=node1
service default/layer2 ips=192.168.0.200 on=node1
EOF
router_bgpd < <(pfsense 64512 64512)
announcer 1 < <(
    node_words node1 192.168.0.111
    cat <<EOF
address-pools:
- {name: routed, protocol: bgp, addresses: [192.168.10.0/24]}
- {name: local, protocol: layer2, addresses: [192.168.0.200-192.168.0.210]}
EOF
    peers 64512 192.168.0.1 64512
)
becomes 20 'show bgp ipv4 unicast' \
    "at_router 'show bgp ipv4 unicast' | grep -oE '[*]>i *192.168.10.1/32 +[0-9.]+' | tr -s ' '" '*>i192.168.10.1/32 192.168.0.111'
holds_for 1 "! at_router 'show bgp ipv4 unicast' | grep 192.168.0.200"
is 'and nothing else: the pool of layer2 is not announced' \
    "$(at_router 'show bgp ipv4 unicast json' | json "' '.join(d['routes'])")" 192.168.10.1/32
is 'nor is that the doing of the route map' \
    "$(us node1 'show bgp ipv4 unicast neighbors 192.168.0.1 advertised-routes json' | json "' '.join(d['advertisedRoutes'])")" 192.168.10.1/32
check 'the client reaches it' 'in_ns client ping -c1 -W2 192.168.10.1'
stop grevyd-node1
stop bgpd

manifest <<EOF
delete service default/web
delete service default/layer2
service default/one ips=192.168.0.30 on=node1,node2
service default/two ips=192.168.0.31 on=node1,node2
EOF
router_bgpd <<EOF
router bgp 65000
 bgp router-id 192.168.0.1
 no bgp ebgp-requires-policy
 neighbor 192.168.0.111 remote-as 65001
 neighbor 192.168.0.112 remote-as 65001
 address-family ipv4 unicast
  maximum-paths 4
 exit-address-family
EOF
for i in 1 2; do
    announcer $i < <(
        node_words node$i 192.168.0.11$i
        echo 'address-pools: [{name: default, protocol: bgp, addresses: [192.168.0.30-192.168.0.49]}]'
        peers 65001 192.168.0.1 65000
    )
done
for address in 192.168.0.30 192.168.0.31; do
    becomes 20 "eBGP: $address/32 is ECMP in the router's table" "hops $address/32 bgp" '192.168.0.111 192.168.0.112'
done
stop grevyd-node2
