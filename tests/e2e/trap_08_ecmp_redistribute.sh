#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zserv.md 18, trap 8: bgpd advertises one next hop of an ECMP route that it redistributes. Only
# bgpd could do otherwise: the manual says so. What it advertises works, and the router, where the
# traffic then arrives, spreads it over all of them; a change of the other next hops is no news to
# the peer, the loss of the one is.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start 3
zebra_start
nodes
manifest <<EOM
service default/many ips=$pool4.1 local on=node1,node2,node3
service default/many6 ips=$pool6::1 v6 local on=node1,node2,node3
service default/one ips=$pool4.2 local on=node3
EOM
install -d -o frr -g frr /run/frr/peer
start bgpd router "$FRR/bgpd" -A 127.0.0.1
start zebra-peer client "$FRR/zebra" -A 127.0.0.1 -N peer
wait_for 10 '[ -S /run/frr/peer/zserv.api ]'
start peer client "$FRR/bgpd" -A 127.0.0.1 -N peer
wait_for 10 '[ -S /run/frr/bgpd.vty ] && [ -S /run/frr/peer/bgpd.vty ]'
{
    cat "$lab/frr/redistribute-bgp.conf"
    printf '%s\n' 'router bgp 64512' 'neighbor 192.168.1.2 timers connect 1' 'neighbor fd00:1::2 timers connect 1'
} >"$lab/frr/routing.conf"
in_ns router vtysh -d bgpd -f "$lab/frr/routing.conf" >>"$lab/log/vtysh.log" 2>&1 || fail 'vtysh -f'
install -d -o frr -g frr "$lab/frr/peer"
: >"$lab/frr/peer/vtysh.conf"
peer() { in_ns client vtysh -N peer -d bgpd "$@"; }
peer -c 'configure terminal' -c 'router bgp 64512' -c 'neighbor 192.168.1.1 remote-as 64512' \
    -c 'neighbor 192.168.1.1 timers connect 1' -c 'neighbor fd00:1::1 remote-as 64512' \
    -c 'neighbor fd00:1::1 timers connect 1' -c 'address-family ipv6 unicast' \
    -c 'neighbor fd00:1::1 activate' || fail 'vtysh of the peer'

grevyd_conf </dev/null
grevyd_start
becomes 10 'the router spreads over all' 'kernel "$pool4.1/32"' \
    "$pool4.1/32 192.168.2.13*1,192.168.2.14*1,192.168.2.15*1"
# advertised 'ipv4|ipv6' PREFIX: the next hops that reach the peer.
advertised() {
    peer -c "show bgp $1 unicast $2 json" |
        json "' '.join(sorted(h['ip'] for p in d['paths'] for h in p['nexthops'] if h.get('scope', 'global') == 'global'))"
}
wait_for 30 'advertised ipv4 "$pool4.1/32"'
chosen=$(advertised ipv4 "$pool4.1/32")
check "to the peer one next hop: $chosen" '[[ "$chosen" =~ ^192\.168\.2\.1[345]$ ]]'
wait_for 15 'advertised ipv6 "$pool6::1/128"'
chosen6=$(advertised ipv6 "$pool6::1/128")
check "IPv6, too: $chosen6" '[[ "$chosen6" =~ ^fd00:2::1[345]$ ]]'
becomes 5 'a route with one next hop: that' 'advertised ipv4 "$pool4.2/32"' 192.168.2.15
check 'the manual says it' \
    'grep -F "bgpd announces one next hop of a route that it redistributes" "$top_dir/man/grevyd.8"'

# What arrives from the client is spread, connection by connection.
in_ns router sysctl -qw net.ipv4.fib_multipath_hash_policy=1
ways() {
    local port
    for port in {1024..1087}; do
        in_ns router ip route get "$pool4.1" from 192.168.1.2 iif c0 ipproto udp sport "$port" dport 7000 |
            grep -oE 'via [0-9.]+'
    done | sort -u | wc -l
}
is 'ways of 64 connections from the client' "$(ways)" 3

# What the peer knows stays while its next hop does.
other=node1 gone=node$((${chosen##*.} - 12))
[ "$gone" != node1 ] || other=node2
left=$(printf '%s\n' node1 node2 node3 | grep -v "$other" | paste -sd,)
manifest <<EOM
service default/many ips=$pool4.1 local on=$left
EOM
becomes 5 'one of the others left: in the kernel' 'kernel "$pool4.1/32" | tr , "\n" | wc -l' 2
holds_for 1 '[ "$(advertised ipv4 "$pool4.1/32")" = "$chosen" ]'
ok 'the peer has what it had'
manifest <<EOM
service default/many ips=$pool4.1 local on=$other
EOM
becomes 15 'the advertised one left: the peer has the one that is left' 'advertised ipv4 "$pool4.1/32"' \
    "192.168.2.$((12 + ${other#node}))"
check 'the other Service did not suffer' '[ "$(advertised ipv4 "$pool4.2/32")" = 192.168.2.15 ]'
check 'the client reaches both' 'in_ns client ping -c1 -W2 "$pool4.1" && in_ns client ping -c1 -W2 "$pool4.2"'
