# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vtysh_bgp_lib.sh - bgp_lib.sh's lab for what others read of BGP: FRRs on nodes 1 and 2, which speak
# IPv4 and IPv6, each in a session of its own; the router's neighbours are these and one that is not
# there.
# shellcheck source=tests/e2e/bgp_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/bgp_lib.sh"

# ADDRESS ASN FAMILY, of the router's neighbours.
neighbors=("192.168.2.13 65001 ipv4" "192.168.2.14 65002 ipv4" "192.168.2.15 65003 ipv4"
    "fd00:2::13 65001 ipv6" "fd00:2::14 65002 ipv6")

# speaker_of_frr NAME I COMMUNITIES: an FRR on node I; 198.18.I.1 and 2001:db8:I::1 are its own.
speaker_of_frr() {
    local i=$2
    bgpd_start "node$i" "$1" <<EOC
route-map tagged permit 10
 set community $3
 set large-community 6500$i:1:2
 set metric 50
exit
router bgp 6500$i
 bgp router-id 192.168.2.$((12 + i))
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 192.168.2.1 remote-as 65000
 neighbor 192.168.2.1 timers connect 1
 neighbor fd00:2::1 remote-as 65000
 neighbor fd00:2::1 timers connect 1
 address-family ipv4 unicast
  network 198.18.$i.1/32 route-map tagged
  network 198.18.$i.2/32
  no neighbor fd00:2::1 activate
 exit-address-family
 address-family ipv6 unicast
  network 2001:db8:$i::1/128
  neighbor fd00:2::1 activate
 exit-address-family
EOC
}

# grevyd_r1: the router's configuration; 192.168.254.6 and fd00:254::6 are its own.
grevyd_r1() {
    nodes 2
    manifest <<EOM
service default/one ips=$pool4.6 on=node1
service default/six ips=$pool6::6 v6 on=node1
EOM
    grevyd_conf <<EOC
router-id: 192.168.2.1
http: no
zebra: {enabled: no}
kernel: {enabled: no}
bgp:
  asn: 65000
  restart-time: 8
  neighbors:
$(for peer in "${neighbors[@]}"; do
    read -r address asn family <<<"$peer"
    echo "  - {address: \"$address\", asn: $asn, address-families: [$family], hold-time: 90s, connect-time: 1s,"
    echo "     import: {prefixes: [\"0.0.0.0/0 le 32\", \"::/0 le 128\"]}, export: {next-hop: unchanged, prefixes: [\"0.0.0.0/0 le 32\", \"::/0 le 128\"]}}"
done)
EOC
}
