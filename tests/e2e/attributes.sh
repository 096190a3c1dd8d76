#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# distance, metric, tag and a table of its own, as zebra and the kernel show them.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes
manifest <<EOF
service default/web ips=$pool4.1 local on=node1
service default/web6 ips=$pool6::1 v6 local on=node1
EOF
# attributes 'ip|ipv6' PREFIX: protocol, distance, metric, tag
attributes() {
    vty_zebra "show $1 route $2 json" |
        json "' '.join(str(d['$2'][0].get(k)) for k in ('protocol', 'distance', 'metric', 'tag'))"
}

grevyd_conf <<EOF
zebra: {distance: 33, metric: 44, tag: 5577}
EOF
grevyd_start
becomes 10 'distance, metric and tag, IPv4' \
    'attributes ip "$pool4.1/32"' 'openfabric 33 44 5577'
becomes 5 'distance, metric and tag, IPv6' \
    'attributes ipv6 "$pool6::1/128"' 'openfabric 33 44 5577'
becomes 5 'and in the kernel' 'kernel "$pool4.1/32"' "$pool4.1/32 192.168.2.13*1"

grevyd_conf <<EOF
zebra: {distance: 34, metric: 45, tag: 5578}
EOF
monitor_start
kill -HUP "${pids[grevyd]}"
becomes 10 'changed by a reload' 'attributes ip "$pool4.1/32"' 'openfabric 34 45 5578'
check 'the route did not leave the kernel for it' \
    '! deletions "$pool4.1" && [ -n "$(kernel "$pool4.1/32")" ]'
stop monitor
stop grevyd

# A kernel route of someone else wins over every zebra route: said, and mended when it goes.
grevyd_conf </dev/null
in_ns router ip route add "$pool4.9/32" via 192.168.2.14
grevyd_start
manifest <<EOF
service default/lost ips=$pool4.9 local on=node1
EOF
why_says zebra_kernel 'grevy "why $pool4.9"' "zebra: zebra prefers another route: kernel, distance 0. Cure: ip" \
    "route del $pool4.9/32; no distance wins over a kernel route"
in_ns router ip route del "$pool4.9/32" via 192.168.2.14
becomes 30 'installed once the winner is gone' 'kernel "$pool4.9/32"' "$pool4.9/32 192.168.2.13*1"
stop grevyd KILL

# A table of its own.
grevyd_conf <<EOF
zebra: {table: 254254}
hold-on-exit: no
EOF
grevyd_start
becomes 10 'table 254254 in the kernel' \
    'lab_py kernel "$pool4.1/32" table 254254' "$pool4.1/32 192.168.2.13*1"
becomes 5 'and IPv6' 'lab_py kernel "$pool6::1/128" table 254254' "$pool6::1/128 fd00:2::13*1"
becomes 5 'zebra shows it in that table' \
    'lab_py zebra "$pool4.1/32" table 254254' "$pool4.1/32 192.168.2.13*1"
becomes 10 'and nothing is left in main' 'kernel' ''
manifest <<EOF
delete service default/web
EOF
becomes 10 'deleted from that table' 'lab_py kernel "$pool4.1/32" table 254254' ''

stop grevyd
is 'hold-on-exit: no: a clean exit' "$status" 0
becomes 5 'and everything is withdrawn' 'lab_py kernel table 254254' ''
