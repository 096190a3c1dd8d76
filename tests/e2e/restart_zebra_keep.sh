#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zebra is killed and started again with -K30: an unchanged route does not leave the kernel
# and no packet is lost, watched until after zebra's sweep at 30 s.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes
manifest <<EOF
service default/web ips=$pool4.1 on=node1,node2,node3
service default/web6 ips=$pool6::1 v6 local on=node2*2,node3
service default/goes ips=$pool4.2 local on=node1
EOF
grevyd_conf </dev/null
grevyd_start
wait_for 10 '[ "$(kernel | wc -l)" = 3 ] && [ "$(zebra | wc -l)" = 3 ]'
before=$(kernel "$pool4.1/32")
before6=$(kernel "$pool6::1/128")
monitor_start
stream_start v4 "$pool4.1"
stream_start v6 "$pool6::1"

stop zebra KILL
check 'zebra killed: the routes stay' '[ "$(kernel | wc -l)" = 3 ]'
wait_for 5 '! zserv_up'
manifest <<EOF
delete service default/goes
EOF
started=$(now_ms)
zebra_start -K30
becomes 15 'zebra has the route again' 'zebra "$pool4.1/32"' "$before"
becomes 15 'and the IPv6 one' 'zebra "$pool6::1/128"' "$before6"
say "..    replayed after $(($(now_ms) - started)) ms; watching beyond the sweep"
wait_for 45 '[ "$(now_ms)" -ge $((started + 34000)) ]'
stream_stop v4
is "no packet of the stream was lost: $stream" "$lost" 0
stream_stop v6
is "nor of the IPv6 stream: $stream" "$lost" 0
check 'no RTM_DELROUTE for the unchanged route' '! deletions "$pool4.1"'
check 'nor for the IPv6 one' '! deletions "$pool6::1"'
is 'the route is as it was' "$(kernel "$pool4.1/32")" "$before"
is 'the IPv6 one, too' "$(kernel "$pool6::1/128")" "$before6"
is 'what went meanwhile is gone' "$(kernel "$pool4.2/32")" ''
