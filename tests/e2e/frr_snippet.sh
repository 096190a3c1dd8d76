#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# grevyd -T --frr-config: bgpd, ospfd and ospf6d take every line, from frr.conf (vtysh -b) and
# from a file of its own (vtysh -f), and say so in show running-config. What we ship for a node
# is what it prints. With peers in our configuration the session comes up by it alone.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

shipped=$top_dir/frr-config/node-sidecar
lab_start 1
cat >"$conf" <<EOF
role: node
node-name: node1
router-id: 192.168.2.13
kubernetes: {manifests: $manifests}
zebra: {enabled: auto, vty-socket: /run/frr/peer/zebra.vty, socket: /run/frr/peer/zserv.api}
vty: {dir: /run/grevy}
address-pools:
  - {name: default, protocol: bgp, addresses: [$pool4.0/24, "$pool6::/64"]}
  - {name: range, protocol: bgp, addresses: [10.9.0.1-10.9.0.6, 10.9.1.0/32, "$pool6:1::3-$pool6:1::9"]}
peers:
  - {my-asn: 64513, peer-asn: 64512, peer-address: 192.168.2.1, hold-time: 3s, password: s3cret}
  - {my-asn: 64513, peer-asn: 64512, peer-address: "fd00:2::1", hold-time: 3s, ebgp-multihop: true}
EOF
snippet() { grevyd -f "$conf" -T --frr-config="$1" 2>>"$lab/log/grevyd-T.log"; }

check 'frr.conf of node-sidecar holds what grevyd prints for its grevyd.yaml' \
    'printed=$(grevyd -f "$shipped/grevyd.yaml" -T --frr-config --asn 64513 2>/dev/null) &&
     [[ $(<"$shipped/frr.conf") == *"$printed"* ]]'

# A whole FRR in node1: each snippet from frr.conf, then again from a file.
install -d -o frr -g frr /run/frr/peer "$lab/frr/peer"
zebra_start
: >"$lab/frr/peer/vtysh.conf"
for kind in bgp ospf ospf6; do snippet $kind >"$lab/frr/peer/$kind.conf" || fail "nothing for $kind"; done
cat "$lab"/frr/peer/{bgp,ospf,ospf6}.conf >"$lab/frr/peer/frr.conf"
chown -R frr:frr "$lab/frr/peer"
daemons=(zebra bgpd ospfd ospf6d)
[ ! -x "$FRR/mgmtd" ] || daemons=(mgmtd "${daemons[@]}")
for d in "${daemons[@]}"; do
    start "$d-peer" node1 "$FRR/$d" -A 127.0.0.1 -N peer --log stdout --log-level warnings
    wait_for 10 "running $d-peer && [ -S /run/frr/peer/$d.vty ]"
done
is 'vtysh -b takes every line' "$(vtysh_load node1 -N peer -b)" ''
for kind in bgp ospf ospf6; do
    is "vtysh -f takes every line for ${kind}d" "$(vtysh_load node1 -N peer -f "$lab/frr/peer/$kind.conf")" ''
done
in_ns node1 vtysh -N peer -c 'show running-config' >"$lab/running"
# What FRR leaves out: comments, what is normal.
grep -hEv '^ *!|exit-address-family|^ +(no )?neighbor .* activate|^ +neighbor .* timers|password' "$lab"/frr/peer/{bgp,ospf,ospf6}.conf |
    sort -u >"$lab/lines"
while IFS= read -r line; do
    grep -qE "^${line//./\\.}( 255)?\$" "$lab/running" || fail "not in show running-config: '$line'"
done <"$lab/lines"
ok "every one of the $(wc -l <"$lab/lines") lines is in show running-config of FRR $(frr_version)"

# The session comes up, and tells what is ours alone.
start bgpd router "$FRR/bgpd" -A 127.0.0.1 --log stdout --log-level warnings
wait_for 10 '[ -S /run/frr/bgpd.vty ]'
cat >"$lab/frr/bgp.conf" <<EOF
router bgp 64512
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 192.168.2.13 remote-as 64513
 neighbor 192.168.2.13 password s3cret
 neighbor 192.168.2.13 timers connect 1
 neighbor fd00:2::13 remote-as 64513
 neighbor fd00:2::13 timers connect 1
 address-family ipv4 unicast
  network 203.0.113.0/24
 exit-address-family
 address-family ipv6 unicast
  neighbor fd00:2::13 activate
 exit-address-family
EOF
is 'the router takes its own' "$(vtysh_load router -f "$lab/frr/bgp.conf")" ''
nodes 1
manifest <<EOF
service default/web ips=$pool4.1,$pool6::1 dual on=node1
service default/range ips=10.9.0.6 on=node1
EOF
# With peers, zebra is left alone unless the configuration says yes.
start grevyd node1 "${as_frr[@]}" grevyd -f "$conf"
wait_for 10 'grevy_at /run/grevy "show version"'
zserv_state() { grevy_at /run/grevy 'show zserv json' | json "d['state']"; }
becomes 5 'enabled: auto with peers: zebra is off' zserv_state off
check 'show zserv says why' 'grevy_at /run/grevy "show zserv" | grep "auto means no on role node with peers"'
check 'so does why' 'grevy_at /run/grevy "why default/web" | grep "^zebra  *ok  *off: .*auto means no on role node with peers"'
check 'and the log' 'logged "off: zebra: enabled: auto means no on role node with peers"'
reload() {
    sed -i "s/zebra: {enabled: [a-z]*/zebra: {enabled: $1/" "$conf"
    kill -HUP "${pids[grevyd]}"
}
reload yes
becomes 10 'reloaded with yes: up' zserv_state up
learned() { in_ns router "$@" proto bgp | cut -d' ' -f1 | sort; }
becomes 20 'the router has the IPv4 addresses' 'learned ip route show' "$(printf '%s\n' 10.9.0.6 "$pool4.1")"
becomes 20 'and the IPv6 address' 'learned ip -6 route show' "$pool6::1"
summary() { in_ns "$1" vtysh ${2:+-N "$2"} -c 'show bgp ipv4 unicast summary json'; }
wait_for 10 'summary router | json "d[\"peers\"][\"192.168.2.13\"][\"pfxSnt\"]"'
ok 'the router sends it a network of its own'
is 'which the node does not take' \
    "$(summary node1 peer | json "d['peers']['192.168.2.1']['pfxRcd']")" 0
reload auto
becomes 10 "reloaded with auto: zebra has no route of ours; our speaker tells the router" \
    'in_ns node1 ip route show proto 197' ''
becomes 5 'off again' zserv_state off
