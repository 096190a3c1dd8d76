#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# redistribute of our type as frr-config/debian-router does it, by real daemons, carried to a
# peer: bgpd (IPv4 and IPv6), ospfd and ospf6d, there and withdrawn again.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
# The client is the other router here: it knows the way to the nodes, and of the Services what
# it is told.
in_ns client ip route del default
in_ns client ip -6 route del default
in_ns client ip route add 192.168.2.0/24 via 192.168.1.1
in_ns client ip route add fd00:2::/64 via fd00:1::1
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
start zebra-peer client "$FRR/zebra" -A 127.0.0.1 -N peer
wait_for 10 '[ -S /run/frr/peer/zserv.api ]'
daemons router
daemons client -N peer
for d in bgpd ospfd ospf6d; do
    wait_for 10 "[ -S /run/frr/$d.vty ] && [ -S /run/frr/peer/$d.vty ]"
done
# Both sides wait less than the protocols' defaults.
impatient() { # INTERFACE BGP-NEIGHBOURS...
    cat <<EOF
interface $1
 ip ospf network point-to-point
 ip ospf hello-interval 1
 ip ospf dead-interval 4
 ipv6 ospf6 network point-to-point
 ipv6 ospf6 hello-interval 1
 ipv6 ospf6 dead-interval 4
exit
router bgp 64512
 neighbor $2 timers connect 1
 neighbor $3 timers connect 1
exit
EOF
}
{
    cat "$lab"/frr/redistribute-*.conf
    impatient c0 192.168.1.2 fd00:1::2
} >"$lab/frr/routing.conf"
cat >"$lab/frr/peer/routing.conf" <<EOF
router bgp 64512
 neighbor 192.168.1.1 remote-as 64512
 neighbor fd00:1::1 remote-as 64512
 address-family ipv6 unicast
  neighbor fd00:1::1 activate
 exit-address-family
exit
router ospf
 ospf router-id 192.168.1.2
 network 192.168.1.0/24 area 0
exit
router ospf6
 ospf6 router-id 192.168.1.2
exit
interface eth0
 ipv6 ospf6 area 0.0.0.0
exit
$(impatient eth0 192.168.1.1 fd00:1::1)
EOF
: >"$lab/frr/peer/vtysh.conf"
frr_words "$lab/frr/peer/routing.conf"
in_ns router vtysh -f "$lab/frr/routing.conf" >"$lab/log/vtysh.log" 2>&1 || fail 'router: vtysh -f'
in_ns client vtysh -N peer -f "$lab/frr/peer/routing.conf" >>"$lab/log/vtysh.log" 2>&1 || fail 'peer: vtysh -f'
at_peer() { in_ns client vtysh -N peer -c "$1" 2>/dev/null; }
established='all(p["state"] == "Established" for f in d.values() for p in f["peers"].values())'
wait_for 60 'at_peer "show ip ospf neighbor" | grep Full'
wait_for 60 'at_peer "show ipv6 ospf6 neighbor" | grep Full'
wait_for 60 'at_peer "show bgp summary json" | json "$established"'
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
carried() { at_peer "show $1 route $2 json" | json "'$3' in [r['protocol'] for r in d['$2']]"; }
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
wait_for 15 'in_ns client ip route get "$pool4.1" | grep "via 192.168.1.1"'
check 'the peer reaches the Service' 'in_ns client ping -c1 -W2 "$pool4.1"'
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
