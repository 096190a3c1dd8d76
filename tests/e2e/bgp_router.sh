#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Role router: grevyd takes the announcements of nodes into zebra, without a source of Kubernetes:
# one node speaks by grevyd, one by FRR's bgpd. ECMP in the kernel, the import list, what a node
# withdraws or a dead one had, and a restart of the router's grevyd under traffic.
# shellcheck source=tests/e2e/bgp_lib.sh
. "$(dirname "$0")/bgp_lib.sh"

lab_start 2
zebra_start
nodes 2
manifest <<EOM
service default/one ips=$pool4.6 on=node1
service default/six ips=$pool6::6 v6 on=node1
EOM
pools_conf </dev/null >"$lab/pools"
{
    cat "$lab/pools"
    cat <<EOF
peers:
- {my-asn: 64512, peer-asn: 64512, peer-address: 192.168.2.1, hold-time: 3s, connect-time: 1s, enable-graceful-restart: yes}
- {my-asn: 64512, peer-asn: 64512, peer-address: "fd00:2::1", hold-time: 3s, connect-time: 1s, enable-graceful-restart: yes}
EOF
} | speaker_conf 1
bgpd_start node2 two <<EOF
router bgp 64512
 bgp router-id 192.168.2.14
 bgp graceful-restart
 no bgp network import-check
 neighbor 192.168.2.1 remote-as 64512
 neighbor 192.168.2.1 timers 1 3
 neighbor 192.168.2.1 timers connect 1
 address-family ipv4 unicast
  network $pool4.6/32
  network 203.0.113.0/24
 exit-address-family
EOF
cat >"$conf" <<EOF
role: router
http: no
bgp:
  asn: 64512
  restart-time: 8
  neighbors:
  - address: 192.168.2.13
    asn: 64512
    passive: yes
    hold-time: 3
    import: {prefixes: ["$pool4.0/24 ge 24 le 32"]}
  - range: fd00:2::/64
    asn: internal
    hold-time: 3
    import: {prefixes: ["$pool6::/64 le 128"]}
  - address: 192.168.2.14
    asn: 64512
    hold-time: 3
    import: {prefixes: ["$pool4.0/24 ge 24 le 32"]}
EOF
# As user frr, with the one right to port 179.
router_start() {
    start grevyd router "${as_frr[@]}" grevyd -f "$conf"
    wait_for 10 'grevy "show version"'
}
router_start
speaker_start 1

becomes 20 'from both nodes: ECMP in the kernel' 'kernel "$pool4.6/32"' \
    "$pool4.6/32 192.168.2.13*1,192.168.2.14*1"
becomes 10 'IPv6, from a peer of a range' 'kernel "$pool6::6/128"' "$pool6::6/128 fd00:2::13*1"
is 'what no list lets in stays out' "$(kernel 203.0.113.0/24)" ''
is 'no source of Kubernetes is asked for' "$(logged ' k8s: ' | wc -l)" 0

# A node withdraws; a node dies; it comes back.
bgpd two 'show version' >/dev/null
in_ns node2 vtysh -N two -d bgpd -c 'configure terminal' -c 'router bgp 64512' \
    -c 'address-family ipv4 unicast' -c "no network $pool4.6/32" || fail 'vtysh of node 2'
becomes 5 'withdrawn by node 2' 'kernel "$pool4.6/32"' "$pool4.6/32 192.168.2.13*1"
in_ns node2 vtysh -N two -d bgpd -c 'configure terminal' -c 'router bgp 64512' \
    -c 'address-family ipv4 unicast' -c "network $pool4.6/32" || fail 'vtysh of node 2'
becomes 5 'announced again' 'kernel "$pool4.6/32"' "$pool4.6/32 192.168.2.13*1,192.168.2.14*1"

# grevyd of the router is killed and comes back, under traffic: zebra and the nodes hold.
stream_start kill "$pool4.6"
monitor_start
stop grevyd KILL
router_start
wait_for 40 'logged "bgp: what peers announce is known again"'
becomes 10 'after kill -9 and a restart' 'kernel "$pool4.6/32"' "$pool4.6/32 192.168.2.13*1,192.168.2.14*1"
is 'IPv6' "$(kernel "$pool6::6/128")" "$pool6::6/128 fd00:2::13*1"
wait_for 30 'grevy "show zserv json" | grep -E "\"complete\": ?true"'
stream_stop kill
is 'no packet was lost' "$lost" 0
is 'no route was deleted' "$(deletions "$pool4.6" | wc -l)" 0
is 'none lost a next hop in between' "$(grep -c "$pool4.6 .*via" "$lab/log/monitor.log")" 0

# The node's grevyd is killed: its routes are held for it, and there again.
stream_start node "$pool4.6"
stop grevyd-node1 KILL
speaker_start 1
holds_for 4 '[ "$(kernel "$pool4.6/32")" = "$pool4.6/32 192.168.2.13*1,192.168.2.14*1" ]'
stream_stop node
is 'a node restarts: no packet was lost' "$lost" 0

# What no list lets in any more goes at once, by reload.
sed -i '/asn: internal/,/import/s/le 128/le 64/' "$conf"
kill -HUP "${pids[grevyd]}"
becomes 5 'reload: the list of the range is narrower' 'kernel "$pool6::6/128"' ''
is 'and nothing else changed' "$(kernel "$pool4.6/32")" "$pool4.6/32 192.168.2.13*1,192.168.2.14*1"

# What a list lets in from now on is asked for again (RFC 2918), of both families.
sed -i 's/ge 24 le 32/ge 24 le 31/; /asn: internal/,/import/s/le 64/le 128/' "$conf"
kill -HUP "${pids[grevyd]}"
becomes 5 'reload: no list has host routes of IPv4' 'kernel "$pool4.6/32"' ''
becomes 5 'and one has those of IPv6 again' 'kernel "$pool6::6/128"' "$pool6::6/128 fd00:2::13*1"
sed -i 's/ge 24 le 31"/ge 24 le 32", 203.0.113.0\/24/' "$conf"
kill -HUP "${pids[grevyd]}"
becomes 5 'reload: the lists have them again' 'kernel "$pool4.6/32"' \
    "$pool4.6/32 192.168.2.13*1,192.168.2.14*1"
becomes 5 'and more' 'kernel 203.0.113.0/24' '203.0.113.0/24 192.168.2.14*1'

# A limit below what a peer has announced already.
sed -i '/address: 192.168.2.14/,$s/import: {/import: {max-prefix: 1, /' "$conf"
kill -HUP "${pids[grevyd]}"
becomes 5 'reload: max-prefix of node 2' 'kernel 203.0.113.0/24' ''
is 'node 1 is left' "$(kernel "$pool4.6/32")" "$pool4.6/32 192.168.2.13*1"
is 'the session ended by it' \
    "$(logged 'peer 192.168.2.14: .*Maximum Number of Prefixes Reached' | wc -l)" 1
