#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Moving over from MetalLB's speakers as README.md says, without loss, and the way back: on the router
# beside bgpd (whose routes win?), on the nodes beside either kind of speaker, and where port 179 is
# somebody else's. MetalLB's FRR mode is FRR's bgpd with what it renders; its native mode is scripted.
# shellcheck source=tests/e2e/bgp_interop_lib.sh
. "$(dirname "$0")/bgp_interop_lib.sh"

web=$pool4.6 alone=$pool4.7
lab_start 3
manifest <<EOF
node node1 $(node_ip 1)
node node2 $(node_ip 2)
service default/web ips=$web on=node1,node2
service default/alone ips=$alone on=node1 local
EOF

native_start() { # I
    start "native$1" "node$1" python3 "$top_dir/tests/fake/metallb_native.py" 192.168.2.1 179 64513 64512 "$(node_ip "$1")" "$web/32"
}
metallb_start() {
    frr_run 1 < <(metallb_frr 192.168.2.1 64513 64512 "$web/32" "$alone/32")
    native_start 2
}
# route PREFIX: what of zebra's is in the kernel: PROTOCOL NEXTHOPS.
route() {
    in_ns router ip -j route show "$1" |
        json "' '.join([d[0]['protocol']] + sorted(h['gateway'] for h in d[0].get('nexthops', d)))"
}
lost_none() { # STREAM 'WHAT'
    stream_stop "$1"
    is "$2: lost of $sent packets" "$lost" 0
}
moved() { becomes 20 "$1" "route $2" "$3"; }

zebra_start
cat >"$lab/frr/bgp.conf" <<EOF
router bgp 64512
 bgp router-id 192.168.2.1
 no bgp ebgp-requires-policy
 neighbor nodes peer-group
 neighbor nodes remote-as 64513
 neighbor nodes timers 3 9
 bgp listen range 192.168.2.0/24 peer-group nodes
 address-family ipv4 unicast
  maximum-paths 8
 exit-address-family
EOF
start bgpd router "$FRR/bgpd" -A 127.0.0.1 --log stdout --log-level warnings
wait_for 10 'in_ns router vtysh -d bgpd -c "show version"'
is 'FRR takes every line' "$(vtysh_load router -f "$lab/frr/bgp.conf")" ''
n1=$(node_ip 1) n2=$(node_ip 2) n3=$(node_ip 3)

# --- the router: grevyd beside bgpd, by the API -------------------------------------------------

metallb_start
moved 'MetalLB: eBGP' "$web" "bgp $n1 $n2"
stream_start router "$web"
router_words() {
    cat <<EOF
role: router
kubernetes: {manifests: $manifests}
address-pools: [{name: default, protocol: bgp, addresses: [$pool4.0/24]}]
EOF
    cat
}
router_words </dev/null >"$lab/router.yaml"
us_start router
wait_for 20 zserv_up
becomes 10 'both are there, and the route of eBGP wins: distance 20 as ours, metric 0' \
    "vty_zebra 'show ip route $web/32 json' | json \"' '.join(r['protocol'] + ('*' if r.get('selected') else '') for r in sorted(d['$web/32'], key=lambda r: r['protocol']))\"" \
    'bgp* openfabric'
why_says zebra_bgp "us router 'why $web'" 'zebra: zebra prefers another route: bgp, distance 20. Cure: set zebra:' \
    '{distance: 19}; or remove that route'
moved 'nothing moved' "$web" "bgp $n1 $n2"
stop peer1
stop native2
moved 'MetalLB is gone: ours' "$web" "openfabric $n1 $n2"
metallb_start
moved 'the way back: MetalLB is there again, and wins' "$web" "bgp $n1 $n2"
stop grevyd-router
holds_for 1 "[ \"\$(route $web)\" = 'bgp $n1 $n2' ]"
lost_none router 'over to ours and back'

# --- the nodes: grevyd beside MetalLB's speaker -------------------------------------------------

node_words() { # I SOURCE
    cat <<EOF
role: node
node-name: node$1
router-id: $2
kubernetes: {manifests: $manifests}
zebra: {enabled: no}
http: no
address-pools: [{name: default, protocol: bgp, addresses: [$pool4.0/24]}]
peers: [{my-asn: 64513, peer-asn: 64512, peer-address: 192.168.2.1, source-address: $2, connect-time: 1s}]
EOF
}
# Where other nodes have the Service, too: one node after the other.
stream_start nodes "$web"
for i in 2 1; do
    if [ $i = 1 ]; then stop peer1; else stop native2; fi
    other=$([ $i = 1 ] && echo 2 || echo 1)
    moved "node$i: MetalLB is stopped, node$other serves" "$web" "bgp $(node_ip "$other")"
    node_words $i "$(node_ip $i)" >"$lab/node$i.yaml"
    us_start node$i
    moved "node$i: grevyd announces" "$web" "bgp $n1 $n2"
done
moved 'what one node alone has' "$alone" "bgp $n1"
lost_none nodes 'one node after the other'
stop grevyd-node1 KILL
moved 'without graceful restart it is gone with grevyd' "$web" "bgp $n2"

# Where one node alone has it: both speakers at once, ours from an address of its own.
frr_run 1 < <(metallb_frr 192.168.2.1 64513 64512 "$web/32" "$alone/32")
moved 'MetalLB again' "$alone" "bgp $n1"
addr node1 eth0 192.168.2.113/24
stream_start alone "$alone"
node_words 1 192.168.2.113 >"$lab/node1.yaml"
us_start node1
moved 'node1: both announce, side by side' "$alone" "bgp 192.168.2.113 $n1"
stop peer1
moved 'MetalLB is stopped' "$alone" 'bgp 192.168.2.113'
frr_run 1 < <(metallb_frr 192.168.2.1 64513 64512 "$web/32" "$alone/32")
moved 'the way back: both' "$alone" "bgp 192.168.2.113 $n1"
stop grevyd-node1
moved 'grevyd is stopped' "$alone" "bgp $n1"
lost_none alone 'side by side and back'

# --- port 179 is taken -------------------------------------------------------------------------

# On node 3 a speaker that takes calls, on the router bgpd, which has the port.
frr_run 3 <<EOF
router bgp 64513
 bgp router-id $n3
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 192.168.2.101 remote-as 64512
 neighbor 192.168.2.101 timers 3 9
 neighbor 192.168.2.101 passive
 address-family ipv4 unicast
  network $pool4.8/32
 exit-address-family
EOF
addr router br0 192.168.2.101/24
router_words <<EOF >"$lab/router.yaml"
router-id: 192.168.2.101
bgp:
  asn: 64512
  neighbors:
  - {address: $n3, asn: 64513, source-address: 192.168.2.101, connect-time: 1, hold-time: 9, import: {prefixes: ["$pool4.0/24 le 32"]}}
EOF
us_start router
moved 'the port is taken: grevyd dials out beside bgpd' "$pool4.8" "openfabric $n3"
is 'and says once that it cannot listen, by address' "$(grep -ciE 'address already in use' "$lab/log/grevyd-router.log")" 2
sed -i 's/^bgp:/&\n  listen: []/' "$lab/router.yaml"
kill -HUP "${pids[grevyd-router]}"
wait_for 5 'logged "reload|SIGHUP|configuration" grevyd-router'
holds_for 1 "[ \"\$(route $pool4.8)\" = 'openfabric $n3' ]"
ok 'with listen: [] the same'
check 'bgpd still has its sessions' "in_ns router vtysh -c 'show bgp summary json' | json \"sum(p['state'] == 'Established' for p in d['ipv4Unicast']['peers'].values()) == 2\""
