#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# grevyd -t: a wrong configuration is refused with file:line:col and what was expected.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
check_conf() { in_ns router "${as_frr[@]}" grevyd -t -f "$conf" >"$lab/log/check.log" 2>&1; }

# refused 'WHAT' LINE 'REGEX': the configuration on stdin, the line of its fault from the top.
refused() {
    grevyd_conf
    check_conf && fail "$1: was accepted"
    grep -qE "grevyd.yaml:$2:[0-9]+: $3" "$lab/log/check.log" ||
        fail "$1: no '$2:COLUMN: $3' in: $(cat "$lab/log/check.log")"
    ok "$1: $(grep -E "grevyd.yaml:$2:" "$lab/log/check.log" | head -1 | sed 's,.*/grevyd,grevyd,')"
}
grevyd_conf </dev/null
own=$(wc -l <"$conf")
check 'a good one is accepted' check_conf
check 'silently' '! grep -E "err|warn" "$lab/log/check.log"'

refused 'an unknown key' $((own + 1)) '.*zebrra' <<EOF
zebrra: {distance: 1}
EOF
refused 'an unknown key inside' $((own + 3)) '.*distanze' <<EOF
zebra:
  metric: 5
  distanze: 20
EOF
refused 'a value out of range' $((own + 1)) '.*distance.*(1|255)' <<EOF
zebra: {distance: 256}
EOF
refused 'a duplicate pool' $((own + 1)) '.*default' <<EOF
  - {name: default, protocol: bgp, addresses: [10.1.0.0/24]}
EOF
refused 'overlapping pools' $((own + 1)) '.*(overlap|default)' <<EOF
  - {name: more, protocol: bgp, addresses: [$pool4.128/25]}
EOF
refused 'a duplicate key' $((own + 2)) '.*distance' <<EOF
zebra: {distance: 20,
  distance: 21}
EOF
refused 'broken YAML' $((own + 1)) '.' <<EOF
zebra: {distance: 20]
EOF
refused 'what is not built yet' $((own + 1)) '.*not supported yet' <<EOF
probes: {enabled: yes}
EOF
refused 'a route type that would abort zebra' $((own + 1)) '.*route-type' <<EOF
zebra: {route-type: nhg}
EOF

grevyd_conf <<EOF
probes: {enabled: no}
bgp: {}
peers:
  - {my-asn: 64512, peer-asn: 64512, peer-address: 192.168.2.1}
zebra: {redistribute: []}
l2: {interfaces: []}
EOF
check 'the words of later features are accepted while they are off' check_conf

# -T prints what is in force, and that parses to the same.
in_ns router grevyd -T -f "$conf" >"$lab/printed.yaml" 2>/dev/null
in_ns router grevyd -T -f "$lab/printed.yaml" >"$lab/again.yaml" 2>"$lab/log/again.log"
check '-T prints it back' '[ -s "$lab/printed.yaml" ] && grep -q "$pool4.0/24" "$lab/printed.yaml"'
check 'and that parses to the same' 'cmp "$lab/printed.yaml" "$lab/again.yaml"'

# A daemon that cannot have started says why and fails.
printf 'role: gateway\n' >"$conf"
grevyd_spawn grevyd grevyd -f "$conf"
wait_for 5 '! running grevyd'
stop grevyd
check 'started with a bad file: fails' '[ "$status" != 0 ] && logged "grevyd.yaml:1:[0-9]+: .*role"'
rm "$conf"
grevyd_spawn nofile grevyd -f "$conf"
wait_for 5 '! running nofile'
stop nofile
check 'started without its file: fails' '[ "$status" != 0 ] && logged "grevyd.yaml.*No such file" nofile'
