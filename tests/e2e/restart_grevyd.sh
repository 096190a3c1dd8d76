#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# grevyd is killed and started again: an unchanged route does not leave the kernel and no
# packet is lost; what was really gone meanwhile is withdrawn, what is new is installed.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes
manifest <<EOF
service default/stays ips=$pool4.1 on=node1,node2,node3
service default/stays6 ips=$pool6::1 v6 local on=node2*2,node3
service default/goes ips=$pool4.2 local on=node1
service default/moves ips=$pool4.3 local on=node1
EOF
grevyd_conf </dev/null
grevyd_start
wait_for 10 '[ "$(kernel | wc -l)" = 4 ] && [ "$(zebra | wc -l)" = 4 ]'
stays=$(kernel "$pool4.1/32")
stays6=$(kernel "$pool6::1/128")

unchanged() {
    check 'no RTM_DELROUTE for the unchanged route' '! deletions "$pool4.1"'
    check 'nor for the IPv6 one' '! deletions "$pool6::1"'
    stream_stop v4
    is "no packet of the stream was lost: $stream" "$lost" 0
    stream_stop v6
    is "nor of the IPv6 stream: $stream" "$lost" 0
    is 'the route is as it was' "$(kernel "$pool4.1/32")" "$stays"
    is 'the IPv6 one, too' "$(kernel "$pool6::1/128")" "$stays6"
}

monitor_start
stream_start v4 "$pool4.1"
stream_start v6 "$pool6::1"
stop grevyd KILL
holds_for 1 '[ "$(kernel | wc -l)" = 4 ]'
ok 'killed: all routes stay'
manifest <<EOF
delete service default/goes
service default/moves ips=$pool4.3 local on=node3
service default/new ips=$pool4.4 local on=node2
EOF
grevyd_start
becomes 15 'what was gone is withdrawn' 'kernel "$pool4.2/32"' ''
becomes 15 'what moved is replaced' 'kernel "$pool4.3/32"' "$pool4.3/32 192.168.2.15*1"
becomes 15 'what is new is installed' 'kernel "$pool4.4/32"' "$pool4.4/32 192.168.2.14*1"
# zebra compares ages in whole seconds: its sweep is over when the stale ones are gone.
holds_for 3 '[ -n "$(kernel "$pool4.1/32")" ]'
unchanged

# SIGTERM holds as well, and so does a quick restart, several times over.
stream_start v4 "$pool4.1"
stream_start v6 "$pool6::1"
for round in 1 2 3; do
    stop grevyd TERM
    is "round $round: SIGTERM: a clean exit" "$status" 0
    grevyd_start
    wait_for 15 zserv_up
done
holds_for 2 '[ "$(kernel | wc -l)" = 4 ]'
unchanged
check 'zebra lives' 'running zebra && vty_zebra "show version"'
