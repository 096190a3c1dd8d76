#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# 500 neighbours of a range with 3 s of hold time, grevyd on one core, 100,000 routes that come and go
# all the time: no session is lost. 15 s here, 10 minutes by `make soak`; SOAK_SECONDS chooses.
# shellcheck source=tests/e2e/bgp_lib.sh
. "$(dirname "$0")/bgp_lib.sh"

sessions=500 seconds=${SOAK_SECONDS:-15}
[ "${GREVY_SOAK-}" != full ] || seconds=${SOAK_SECONDS:-600}
lab_start 1
# 10.9.0.3 and the 499 after it, of one host.
addr router c0 10.9.0.1/16
for ((i = 2; i < 2 + sessions; i++)); do
    echo "addr add 10.9.$((i / 250)).$((i % 250 + 1))/16 dev eth0"
done | in_ns client ip -batch -
cat >"$conf" <<EOF
role: router
http: no
zebra: {enabled: no}
kernel: {enabled: no}
bgp:
  asn: 65000
  neighbors:
  - {range: 10.9.0.0/16, asn: external, limit: $sessions, hold-time: 3, import: {prefixes: ["10.128.0.0/9 le 32"]}}
EOF
start grevyd router taskset -c 0 "${as_frr[@]}" grevyd -f "$conf"
wait_for 10 'grevy "show version"'
in_ns client python3 "$e2e_dir/bgp_many.py" 10.9.0.1 "$sessions" 100000 "$seconds" >"$lab/log/many.log" 2>&1 ||
    fail "$(tail -n 3 "$lab/log/many.log")"
ok "$(tail -n 1 "$lab/log/many.log")"
is 'sessions that were lost' "$(logged 'established -> idle: .*(hold|NOTIFICATION)' | wc -l)" 0
