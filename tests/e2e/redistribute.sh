#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# redistribute of our type by real daemons, carried to a peer: bgpd (IPv4 and IPv6), ospfd and
# ospf6d, there and withdrawn again.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
ns_add peer
link router p0 peer p0
addr router p0 10.9.0.1/24 fd00:9::1/64
addr peer p0 10.9.0.2/24 fd00:9::2/64
zebra_start

# daemons NAMESPACE [PATHSPACE OPTIONS]
daemons() {
    local ns=$1 d
    shift
    for d in bgpd ospfd ospf6d; do
        start "$d-$ns" "$ns" "$FRR/$d" -A 127.0.0.1 "$@"
    done
}
install -d -o frr -g frr /run/frr/peer "$lab/frr/peer"
start zebra-peer peer "$FRR/zebra" -A 127.0.0.1 -N peer
wait_for 10 '[ -S /run/frr/peer/zserv.api ]'
daemons router
daemons peer -N peer
for d in bgpd ospfd ospf6d; do
    wait_for 10 "[ -S /run/frr/$d.vty ] && [ -S /run/frr/peer/$d.vty ]"
done
routing() { # ASN PEER-ASN PEER4 PEER6 ROUTER-ID
    cat <<EOF
router bgp $1
 bgp router-id $5
 no bgp ebgp-requires-policy
 neighbor $3 remote-as $2
 neighbor $3 timers connect 1
 neighbor $4 remote-as $2
 neighbor $4 timers connect 1
 address-family ipv4 unicast
  redistribute openfabric
 exit-address-family
 address-family ipv6 unicast
  neighbor $4 activate
  redistribute openfabric
 exit-address-family
exit
router ospf
 ospf router-id $5
 redistribute openfabric
 network 10.9.0.0/24 area 0
exit
router ospf6
 ospf6 router-id $5
 redistribute openfabric
exit
interface p0
 ip ospf network point-to-point
 ip ospf hello-interval 1
 ip ospf dead-interval 4
 ipv6 ospf6 area 0
 ipv6 ospf6 network point-to-point
 ipv6 ospf6 hello-interval 1
 ipv6 ospf6 dead-interval 4
exit
EOF
}
routing 65001 65002 10.9.0.2 fd00:9::2 10.9.0.1 >"$lab/frr/routing.conf"
routing 65002 65001 10.9.0.1 fd00:9::1 10.9.0.2 >"$lab/frr/peer/routing.conf"
: >"$lab/frr/peer/vtysh.conf"
in_ns router vtysh -f "$lab/frr/routing.conf" >"$lab/log/vtysh.log" 2>&1 || fail 'router: vtysh -f'
in_ns peer vtysh -N peer -f "$lab/frr/peer/routing.conf" >>"$lab/log/vtysh.log" 2>&1 || fail 'peer: vtysh -f'
at_peer() { in_ns peer vtysh -N peer -c "$1" 2>/dev/null; }
wait_for 60 'at_peer "show ip ospf neighbor" | grep Full'
wait_for 60 'at_peer "show ipv6 ospf6 neighbor" | grep Full'
wait_for 60 'at_peer "show bgp summary json" | jq -e "[.. | .state? // empty] | length > 0 and all(. == \"Established\")"'
ok 'bgpd, ospfd and ospf6d speak with their peers'

nodes
manifest <<EOF
service default/web ips=$pool4.1 local on=node1
service default/web6 ips=$pool6::1 v6 local on=node1
service default/many ips=$pool4.2 on=node1
EOF
grevyd_conf </dev/null
grevyd_start
wait_for 10 '[ "$(kernel | wc -l)" = 3 ]'
# carried 'ip|ipv6' PREFIX PROTOCOL: the peer's zebra has it from that daemon.
carried() { at_peer "show $1 route $2 json" | jq -e "[.[\"$2\"][]?.protocol] | index(\"$3\")"; }
carried_all() {
    carried ip "$pool4.1/32" bgp && carried ip "$pool4.2/32" bgp && carried ipv6 "$pool6::1/128" bgp &&
        carried ip "$pool4.1/32" ospf && carried ip "$pool4.2/32" ospf && carried ipv6 "$pool6::1/128" ospf6
}
wait_for 15 'carried ip "$pool4.1/32" bgp'
ok 'redistribute openfabric into bgpd, IPv4: at the peer'
wait_for 15 'carried ipv6 "$pool6::1/128" bgp'
ok 'into bgpd, IPv6: at the peer'
wait_for 30 'carried ip "$pool4.1/32" ospf'
ok 'into ospfd: at the peer'
wait_for 30 'carried ipv6 "$pool6::1/128" ospf6'
ok 'into ospf6d: at the peer'
wait_for 15 'in_ns peer ip route get "$pool4.1" | grep "via 10.9.0.1"'
check 'the peer reaches the Service' 'in_ns peer ping -c1 -W2 "$pool4.1"'
wait_for 15 carried_all

# grevyd restarts: the peers keep what they have.
stop grevyd KILL
grevyd_start
wait_for 10 zserv_up
holds_for 3 carried_all
ok 'grevyd killed and restarted: nothing is withdrawn at the peer'

manifest <<EOF
delete service default/web
delete service default/web6
EOF
wait_for 15 '! carried ip "$pool4.1/32" bgp && ! carried ipv6 "$pool6::1/128" bgp'
wait_for 30 '! carried ip "$pool4.1/32" ospf && ! carried ipv6 "$pool6::1/128" ospf6'
ok 'deleted: withdrawn by all of them'
check 'the other one stays' 'carried ip "$pool4.2/32" bgp && carried ip "$pool4.2/32" ospf'
