#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zebra is killed and started plainly: it removes the routes of its former life, and we put
# them back. How long they were away is printed.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes
manifest <<EOF
service default/web ips=$pool4.1 on=node1,node2,node3
service default/web6 ips=$pool6::1 v6 local on=node2*2,node3
EOF
grevyd_conf </dev/null
grevyd_start
wait_for 10 '[ "$(kernel | wc -l)" = 2 ] && [ "$(zebra | wc -l)" = 2 ]'
before=$(kernel)

# A Service goes while zebra is away: 10.3 finds its route in the kernel and leaves it there.
restart() {
    manifest <<EOF
service default/goes ips=$pool4.2 local on=node1
service default/goes6 ips=$pool6::2 v6 local on=node1
EOF
    wait_for 10 '[ "$(kernel | wc -l)" = 4 ] && [ "$(zebra | wc -l)" = 4 ]'
    stream_start v4 "$pool4.1"
    stream_start v6 "$pool6::1"
    stop zebra "$1"
    wait_for 5 '! zserv_up'
    manifest <<EOF
delete service default/goes
delete service default/goes6
EOF
    zebra_start
    becomes 15 "$2: the routes are back" kernel "$before"
    becomes 5 'zebra has them' zebra "$before"
    # The streams end after an answer went through each of them again.
    wait_for 5 'in_ns client ping -c1 -W1 "$pool4.1" && in_ns client ping -c1 -W1 "$pool6::1"'
    stream_stop v4
    say "..    $2, IPv4: gap $gap_ms ms ($stream)"
    stream_stop v6
    say "..    $2, IPv6: gap $gap_ms ms ($stream)"
    check 'the gap is no longer than 10 s' '[ "$gap_ms" -le 10000 ]'
}
restart KILL 'killed and started plainly'
restart TERM 'stopped and started plainly'

# Nor can zebra's vty be asked what it has.
stop grevyd TERM
grevyd_conf <<EOF
zebra: {vty-socket: /run/frr/nothing.vty}
EOF
grevyd_start
wait_for 20 zserv_up
restart KILL 'killed and started plainly, without its vty'
stop grevyd TERM
grevyd_conf </dev/null
grevyd_start

# systemd starts both at once at boot: grevyd without a socket waits for it.
stop zebra TERM
stop grevyd KILL
grevyd_start
wait_for 5 'grevy "show zserv"'
zebra_start
becomes 15 'grevyd was there first: the routes come with zebra' kernel "$before"
