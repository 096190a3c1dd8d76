#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# grevyd is away for longer than stale-time: zebra removes the routes then; FRR 9.0 to 10.4 keep
# them until it is back, which the log and show zserv say beforehand.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes
manifest <<EOF
service default/web ips=$pool4.1 on=node1,node2,node3
service default/web6 ips=$pool6::1 v6 local on=node2
service default/goes ips=$pool4.2 local on=node1
EOF
grevyd_conf <<EOF
zebra: {stale-time: 3}
EOF
kept=
! frr_from 9.0 || frr_from 10.5 || kept=1
grevyd_start
becomes 10 'routes' 'kernel | wc -l' 3
wait_for 10 zserv_up
all=$(kernel)
if [ -n "$kept" ]; then
    check 'show zserv says what will be' 'grevy "show zserv" | grep "While away: *routes are kept until grevyd comes back"'
    check 'so does the log' 'logged "info zserv: zebra keeps our routes while we are away until grevyd comes back"'
else
    check 'show zserv says what will be' 'grevy "show zserv" | grep "While away: *routes are kept for 3 s"'
fi
# zebra compares whole seconds: a younger route would survive.
wait_for 5 'vty_zebra "show ip route openfabric" | grep "$pool4.2/32.* 00:00:0[2-9]"'
away() {
    if [ -n "$kept" ]; then
        holds_for 7 '[ "$(kernel)" = "$all" ]'
        ok "$1: beyond stale-time all are there"
    else
        holds_for 2 '[ "$(kernel)" = "$all" ]'
        ok "$1: before stale-time is over all are there"
        becomes 10 "$1: then they are removed" kernel ''
    fi
}
stop grevyd TERM
if [ -n "$kept" ]; then
    check 'stopped: the log says so again' 'logged "left zebra, which holds our routes until grevyd is back"'
else
    check 'stopped: the log says for how long' 'logged "left zebra, which holds our routes for 3 s"'
fi
away stopped
grevyd_start
becomes 10 'back: all routes' kernel "$all"
wait_for 5 'vty_zebra "show ip route openfabric" | grep "$pool4.2/32.* 00:00:0[2-9]"'
stop grevyd KILL
away killed
manifest <<EOF
delete service default/goes
EOF
grevyd_start
becomes 10 'back: what was gone meanwhile is removed, the others are there' kernel "$(grep -v "^$pool4.2/" <<<"$all")"
check 'zebra lives' 'running zebra && vty_zebra "show version"'
