#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Routes of BIRD over fe80::, whose next hop is link-local and nothing else (RFC 2545), from two
# peers: into the kernel, and by zebra; each over the interface of its session.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/kernel_lib.sh
. "$e2e_dir/kernel_lib.sh"

lab_start links
nodes
linklocal() { in_ns "$1" ip -6 -o addr show dev "$2" scope link | awk '{ sub("/.*", "", $4); print $4 }'; }
# The interface of a namespace that has this address.
interface_of() { in_ns "$1" ip -o addr show | awk -v a="$2/" 'index($4, a) == 1 { print $2 }'; }

neighbors=
for i in 1 2; do
    theirs=$(interface_of "node$i" "192.168.2$i.1$((i + 2))")
    wait_for 10 '[ -n "$(linklocal "router" "n$i")" ] && [ -n "$(linklocal "node$i" "$theirs")" ]'
    peer=$(linklocal "node$i" "$theirs")
    neighbors+="  - {address: \"$peer\", interface: n$i, asn: 65002, connect-time: 1, hold-time: 9,"
    neighbors+=" address-families: [ipv6], import: {prefixes: [\"$pool6::/64 le 128\"]}}"$'\n'
    cat >"$lab/bird$i.conf" <<EOF
router id 10.0.0.$i;
protocol device {}
protocol static both { ipv6; route $pool6::77/128 unreachable; route $pool6::$i/128 unreachable; }
protocol bgp ours {
    local $peer as 65002;
    neighbor $(linklocal router "n$i")%$theirs as 65001;
    hold time 9;
    ipv6 { import none; export all; };
}
EOF
    start "bird$i" "node$i" bird -f -c "$lab/bird$i.conf" -s "$lab/bird$i.ctl"
done
conf_with() {
    grevyd_conf <<EOF
$1
bgp:
  asn: 65001
  listen: []
  neighbors:
$neighbors
EOF
}
# The next hops of a route, whoever put it there.
ways() {
    in_ns router ip -6 -o route show "$pool6::$1/128" | grep -oE 'via fe80::[^ ]* dev [^ ]*' |
        sed 's/.* dev //' | sort | paste -sd ' '
}

conf_with 'zebra: {enabled: no}'
grevyd_start
becomes 20 'the kernel: one route over each link' 'ways 1; ways 2' $'n1\nn2'
becomes 20 'and one over both' 'ways 77' 'n1 n2'
zebra_start
conf_with 'zebra: {enabled: yes}'
kill -HUP "${pids[grevyd]}"
wait_for 20 'grevy "show zserv json" | grep "\"up\""'
becomes 20 'the kernel output left' 'in_ns router ip -6 route show proto 187 | wc -l' 0
becomes 20 'zebra: one route over each link' 'ways 1; ways 2' $'n1\nn2'
becomes 20 'and one over both' 'ways 77' 'n1 n2'
in_ns router ip link set n1 down
becomes 20 'a link goes down: its next hop goes' 'ways 1; ways 77' $'\nn2'
in_ns router ip link set n1 up
becomes 30 'and comes back' 'ways 1; ways 77' $'n1\nn1 n2'
