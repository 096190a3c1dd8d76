#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who reads BGP out of FRR for a monitoring system reads grevyd's: a script over vtysh's JSON, and
# Debian's prometheus-frr-exporter, which asks bgpd.vty itself, and then vtysh.
# shellcheck source=tests/e2e/vtysh_bgp_lib.sh
. "$(dirname "$0")/vtysh_bgp_lib.sh"

command -v prometheus-frr-exporter >/dev/null || fail 'no prometheus-frr-exporter: apt-get install it'
lab_start 2
zebra_start
grevyd_r1
grevyd_start
speaker_of_frr one 1 65001:7
speaker_of_frr two 2 65002:7
script() { in_ns router python3 "$e2e_dir/exporter.py" vtysh --vty_socket /run/grevy; }
wanted='ipv4 192.168.2.13 65001: 1 2 3
ipv4 192.168.2.14 65002: 1 2 3
ipv4 192.168.2.15 65003: 0 0 0
ipv6 fd00:2::13 65001: 1 1 2
ipv6 fd00:2::14 65002: 1 1 2'
becomes 40 'a script over vtysh' script "$wanted"

# exporter NAME PORT OPTION...: what it serves of this grevyd.
exporter() {
    local name=$1 port=$2
    shift 2
    start "$name" router prometheus-frr-exporter --web.listen-address="127.0.0.1:$port" --collector.bgp6 \
        --no-collector.ospf --no-collector.bfd "$@"
    wait_for 10 "in_ns router curl -sf http://127.0.0.1:$port/metrics >'$lab/$name'"
    in_ns router curl -sf "http://127.0.0.1:$port/metrics" >"$lab/$name"
    is "$name" "$(python3 "$e2e_dir/exporter.py" metrics <"$lab/$name")" "$wanted"
    is "$name: its collectors" "$(grep -E '^frr_collector_up\{collector="bgp6?"' "$lab/$name" | sed 's/.*} //' | tr -d '\n')" 11
    is "$name: peers" "$(grep -E '^frr_bgp_peers_count_total' "$lab/$name" | sed 's/.*} //' | tr '\n' ' ')" '3 2 '
}
exporter 'frr_exporter at the socket' 9342 --frr.socket.dir-path=/run/grevy
exporter 'frr_exporter by vtysh' 9343 --frr.vtysh "--frr.vtysh.options=--vty_socket /run/grevy"

# A neighbour goes: its state says so.
stop bgpd-two KILL
wait_for 20 "script | grep -F 'ipv4 192.168.2.14 65002: 0'"
ok 'a script sees that a neighbour went'
