#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zserv.md 18, trap 2: 10.7 does not program the kernel for a route that is sent again unchanged,
# and says INSTALLED although the kernel has no such route; nor for DELETE and ADD in one go, nor
# for another metric. DELETE, wait for REMOVED, ADD works, and so does another next hop. Earlier
# releases program every ADD. A raw client shows which of the two this zebra does; grevyd gets its
# route back where it has nothing else to send: after a flap, and in a new run after a flap.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/raw.sh
. "$e2e_dir/raw.sh"

lab_start links 2
zebra_start
nodes 2
manifest <<EOM
service default/one ips=$pool4.1 local on=node1
service default/two ips=$pool4.2 local on=node1,node2
EOM
grevyd_conf </dev/null
grevyd_start
raw_start raw
raw_hello raw babel
route=203.0.113.1/32
via() { in_ns router ip route show "$1" | grep -oE 'via [0-9.]+' | cut -d' ' -f2 | paste -sd' '; }
down() { in_ns node1 ip link set eth0 down; }
up() { node_up 1; }
wait_for 10 '[ "$(kernel | wc -l)" = 2 ]'
all=$(kernel)

# What works on every release, by the raw client.
delete() {
    raw raw del "$route"
    wait_for 5 '[ "$(tail -n1 "$lab/log/raw.log")" = "note removed $route" ]'
}
# lose: the raw client's route is added, and lost with the link.
lose() {
    ! logged "^note" raw >/dev/null || delete
    raw raw add "$route" 192.168.21.13
    wait_for 5 '[ "$(via "$route")" = 192.168.21.13 ]'
    down
    wait_for 5 '[ -z "$(via "$route")" ]'
    up
    becomes 10 "grevyd's routes come back" kernel "$all"
}
# again 'WHAT' 'GATEWAY|skipped' COMMAND: what the kernel has after that, once zebra says INSTALLED.
again() {
    local what=$1 outcome=$2 before
    before=$(notes raw installed "$route")
    raw raw "$3"
    wait_for 5 '[ "$(notes raw installed "$route")" -gt "$before" ]'
    if [ "$outcome" = skipped ]; then
        holds_for 1 '[ -z "$(via "$route")" ]'
        ok "$what: zebra said INSTALLED, the kernel has nothing"
    else
        becomes 5 "$what: in the kernel" 'via "$route"' "$outcome"
    fi
}
# What this release does with what it takes for the same.
same=192.168.21.13
! frr_from 10.7 || same=skipped
lose
again 'the same again' "$same" "add $route 192.168.21.13"
lose
again 'DELETE and ADD in one go' "$same" "del $route; add $route 192.168.21.13"
lose
again 'another metric' "$same" "add $route 192.168.21.13 metric=7"
lose
again 'another next hop' 192.168.22.14 "add $route 192.168.22.14"
lose
delete
again 'DELETE, REMOVED, ADD' 192.168.21.13 "add $route 192.168.21.13"

# A new run of grevyd sends what zebra holds for it already.
stop grevyd KILL
down
wait_for 5 '[ -z "$(kernel "$pool4.1/32")" ]'
up
grevyd_start
becomes 15 'a flap while grevyd was away: its routes are back' kernel "$all"
stop grevyd KILL
down
wait_for 5 '[ -z "$(kernel "$pool4.1/32")" ]'
grevyd_start
wait_for 10 zserv_up
up
becomes 15 'a new run while the link was down: its routes are back' kernel "$all"
