#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Layer 2, a node with many interfaces: two LANs, a bridge with its port, a macvlan, a pod's veth
# and a network plugin's bridge. It answers only where it should: by default, as the configuration
# and L2Advertisements have it, and as interfaces come, go, lose their link, get addresses and
# other names. Bonds, VLANs, OVS ports and the like: tests/unit/test_links.c.
# shellcheck source=tests/e2e/l2_lib.sh
. "$(dirname "$0")/l2_lib.sh"

lab_prepare
user_frr net_raw
for ns in node1 router lan-a lan-b host-c host-e pod pod2; do ns_add "$ns"; done
node() { in_ns node1 "$@"; }

link node1 eth0 lan-a eth0
addr node1 eth0 192.168.2.13/24 "$fd00:2::13/64"
addr lan-a eth0 192.168.2.1/24 "$fd00:2::1/64"
node ip route add default via 192.168.2.1
link node1 eth1 lan-b eth0
addr node1 eth1 198.51.100.13/24 fd00:b::13/64
addr lan-b eth0 198.51.100.1/24 fd00:b::1/64
node ip link add br9 address 02:00:00:00:09:09 type bridge forward_delay 0
node ip link set br9 up
link node1 port9 host-c eth0
node ip link set port9 master br9
addr node1 br9 10.9.0.13/24 fd00:9::13/64
addr host-c eth0 10.9.0.1/24 fd00:9::1/64
node ip link add br7 address 02:00:00:00:07:07 type bridge forward_delay 0
node ip link set br7 up
link node1 port7 host-e eth0
node ip link set port7 master br7
addr host-e eth0 10.70.0.1/24
node ip link add mac0 link eth0 type macvlan mode bridge
node ip link set mac0 up
addr node1 mac0 192.168.2.77/24
link node1 veth7 pod eth0
addr node1 veth7 10.244.9.1/32
addr pod eth0 10.244.9.2/24
node ip link add cni0 address 02:00:00:00:0c:00 type bridge forward_delay 0
node ip link set cni0 up
link node1 veth8 pod2 eth0
node ip link set veth8 master cni0
addr node1 cni0 10.244.0.1/24
addr pod2 eth0 10.244.0.2/24

# conf [L2]: with this section l2, and pools of these LANs.
conf() {
    l2_conf 1 "${1-"{}"}" </dev/null
    sed -i '/^address-pools:/,/^l2:/{/^l2:/!d}' "$lab/node1.yaml"
    cat >>"$lab/node1.yaml" <<EOF
address-pools:
- {name: a, protocol: layer2, addresses: [192.168.2.100-192.168.2.120, "fd00:2::a:0/112"]}
- {name: b, protocol: layer2, addresses: [198.51.100.100-198.51.100.120, "fd00:b::a:0/112"]}
- {name: c, protocol: layer2, addresses: [10.9.0.100-10.9.0.120, "fd00:9::a:0/112"]}
- {name: wide, protocol: layer2, addresses: [10.0.42.0/24]}
- {name: named, protocol: layer2, addresses: [10.50.0.0/24], l2-advertisements: [{interfaces: [eth1]}]}
- {name: bare, protocol: layer2, addresses: [10.70.0.0/24], l2-advertisements: [{interfaces: [br7]}]}
- {name: never, protocol: layer2, addresses: [10.60.0.0/24], l2-advertisements: [{interfaces: [port9, veth7, cni0]}]}
- {name: new, protocol: layer2, addresses: [203.0.113.0/24, "fd00:d::a:0/112"]}
EOF
}
reload() { conf "$@" && l2_reload 1; }

manifest <<EOF
node node1 192.168.2.13 fd00:2::13
service default/a ips=192.168.2.100 on=node1
service default/a6 ips=fd00:2::a:1 v6 on=node1
service default/b ips=198.51.100.100 on=node1
service default/b6 ips=fd00:b::a:1 v6 on=node1
service default/c ips=10.9.0.100 on=node1
service default/c6 ips=fd00:9::a:1 v6 on=node1
service default/wide ips=10.0.42.0 on=node1
service default/named ips=10.50.0.1 on=node1
service default/bare ips=10.70.0.9 on=node1
service default/never ips=10.60.0.1 on=node1
service default/new ips=203.0.113.9 on=node1
service default/new6 ips=fd00:d::a:1 v6 on=node1
EOF
conf
for ns in lan-a lan-b pod pod2; do l2_capture "seen-$ns" "$ns" eth0 arp or icmp6; done
l2_start 1

# who HOST ADDRESS: the node's interfaces whose MAC answers there.
who() {
    local mac
    for mac in $(l2_macs "$1" "$2"); do
        node ip -o link show | sed -n "s/^[0-9]*: \([^@:]*\).* link\/ether $mac .*/\1/p"
    done | sort | paste -sd ' '
}
# asked HOST ADDRESS...: by which each is answered, in one line; - = nobody.
asked() {
    local host=$1 n=10 i
    shift
    rm -f "$lab"/asked.*
    for i; do
        who "$host" "$i" | sed 's/^$/-/' >"$lab/asked.$n" &
        n=$((n + 1))
    done
    wait
    cat "$lab"/asked.* | paste -sd ' '
}
answers() { becomes 10 "$1, asked from $2" "asked $2 ${*:4}" "$3"; } # WHAT HOST ANSWERS ADDRESS...

all=(192.168.2.100 fd00:2::a:1 198.51.100.100 fd00:b::a:1 10.9.0.100 fd00:9::a:1 10.0.42.0 10.50.0.1 10.60.0.1)
answers 'by default' lan-a 'eth0 eth0 - - - - eth0 - -' "${all[@]}"
answers 'by default' lan-b '- - eth1 eth1 - - - eth1 -' "${all[@]}"
answers 'by default: the bridge, not its port' host-c '- - - - br9 br9 - - -' "${all[@]}"
answers 'by default: nothing for a pod' pod '- - - - - - - - -' "${all[@]}"
answers 'by default: nothing for a pod of a bridge' pod2 '- - - - - - - - -' "${all[@]}"
answers 'an interface without an address, named by an advertisement' host-e '- br7' 192.168.2.100 10.70.0.9
answers 'it is only there' lan-a - 10.70.0.9

# seen HOST: for which of the addresses the node sent frames there, unasked ones too.
seen() {
    stop "seen-$1" INT
    l2_frames "seen-$1" 'arp.opcode == 2 || arp.isgratuitous || icmpv6.type == 136' \
        arp.src.proto_ipv4 icmpv6.nd.na.target_address | tr -d '\t' | sort -u |
        grep -xF "$(printf '%s\n' "${all[@]}")" | paste -sd ' '
}
is 'the first LAN was told of' "$(seen lan-a)" '10.0.42.0 192.168.2.100 fd00:2::a:1'
is 'the second LAN was told of' "$(seen lan-b)" '10.50.0.1 198.51.100.100 fd00:b::a:1'
check 'no address was added to an interface' \
    "! node ip addr show | grep -E '192.168.2.100|198.51.100.100|10.9.0.100|10.0.42.0|10.50.0.1|a:1/'"

# The configuration.
reload '{exclude-interfaces: ["eth1", "br*"]}'
answers 'excluded' lan-b '- - -' 198.51.100.100 fd00:b::a:1 10.50.0.1
answers 'excluded' host-c '- -' 10.9.0.100 fd00:9::a:1
answers 'the others as before' lan-a 'eth0 eth0 eth0' 192.168.2.100 fd00:2::a:1 10.0.42.0
reload '{interfaces: ["eth[1-9]"]}'
answers 'named by a pattern: the others are out' lan-a '- - -' 192.168.2.100 fd00:2::a:1 10.9.0.100
answers 'named by a pattern: for what suits nothing, too' lan-b 'eth1 eth1 eth1 eth1 eth1' \
    198.51.100.100 fd00:b::a:1 10.50.0.1 10.0.42.0 192.168.2.100
reload '{interfaces: ["*"]}'
answers 'a pattern for all: no port, no macvlan' lan-a 'eth0 eth0' 192.168.2.100 10.0.42.0
answers 'a pattern for all: no pod, still' pod '- -' 192.168.2.100 10.0.42.0
is 'no frame for a pod' "$(seen pod)" ''
is 'no frame for a pod of a bridge' "$(seen pod2)" ''
reload '{interfaces: [eth0, mac0]}'
answers 'a macvlan named in full' lan-a 'eth0 mac0' 192.168.2.100
reload
answers 'as before' lan-a 'eth0 - eth0' 192.168.2.100 198.51.100.100 10.0.42.0
answers 'as before' lan-b 'eth1 eth1' 198.51.100.100 fd00:b::a:1
answers 'as before' host-c 'br9 br9' 10.9.0.100 fd00:9::a:1
choice() { l2_ask 1 'show l2 interfaces json' | json "[i['choice'] for i in d['interfaces'] if i['name'] == '$1'][0]"; }
is 'br7 is chosen by the advertisement' "$(choice br7)" chosen
sed -i '/name: bare/d' "$lab/node1.yaml"
l2_reload 1
becomes 10 'without it, it is not' 'choice br7' no-subnet
reload
becomes 10 'with it, it is again' 'choice br7' chosen
answers 'and its address is answered' host-e br7 10.70.0.9

# One that appears while it runs, and gets its addresses later.
ns_add lan-d
link node1 eth5 lan-d eth0
addr lan-d eth0 203.0.113.1/24 fd00:d::1/64
choice() { l2_ask 1 'show l2 interfaces json' | json "next(i['choice'] for i in d['interfaces'] if i['name'] == '$1')"; }
becomes 10 'a veth without an address may be a pod'\''s' 'choice eth5' pod
answers 'an interface without an address' lan-d '- -' 203.0.113.9 fd00:d::a:1
addr node1 eth5 203.0.113.13/24 fd00:d::13/64
answers 'it gets some' lan-d 'eth5 eth5' 203.0.113.9 fd00:d::a:1
in_group() { node ip maddr show dev eth5 | grep -c 33:33:ff:0a:00:01; }
becomes 10 'it is in the solicited-node group' in_group 1
answers 'and it is nowhere else now' lan-a '- -' 203.0.113.9 fd00:d::a:1
node ip addr del 203.0.113.13/24 dev eth5
answers 'it loses one' lan-d '- eth5' 203.0.113.9 fd00:d::a:1
addr node1 eth5 203.0.113.13/24
answers 'it has both again' lan-d 'eth5 eth5' 203.0.113.9 fd00:d::a:1
node ip link del eth5
link node1 eth5 lan-d eth0
addr lan-d eth0 203.0.113.1/24 fd00:d::1/64
addr node1 eth5 203.0.113.13/24 fd00:d::13/64
becomes 10 'gone and come again: in the group' in_group 1
answers 'gone and come again, with another MAC' lan-d 'eth5 eth5' 203.0.113.9 fd00:d::a:1

# A link that is lost, a default route that moves, other names.
in_ns lan-b ip link set eth0 down
becomes 10 'no carrier' 'choice eth1' down
in_ns lan-b ip link set eth0 up
answers 'a carrier again' lan-b 'eth1 eth1' 198.51.100.100 10.50.0.1
answers 'and nowhere else' lan-a '- -' 198.51.100.100 10.50.0.1
node ip route del default
answers 'no default route' lan-a 'eth0 -' 192.168.2.100 10.0.42.0
node ip route add default via 198.51.100.1
answers 'the default route over the other LAN' lan-b 'eth1 eth1' 198.51.100.100 10.0.42.0
answers 'the default route over the other LAN' lan-a 'eth0 -' 192.168.2.100 10.0.42.0
node ip link set br9 down
node ip link set br9 name br-lan
node ip link set br-lan up
answers 'by another name' host-c br-lan 10.9.0.100
reload '{exclude-interfaces: [br9]}'
answers 'the name is the new one' host-c br-lan 10.9.0.100
reload '{exclude-interfaces: [br-lan]}'
answers 'the name is the new one' host-c - 10.9.0.100
