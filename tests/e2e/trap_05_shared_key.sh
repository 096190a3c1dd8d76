#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zserv.md 18, trap 5: two connections of one type and instance. zebra notifies only the first of
# them, of the other's routes, too, and when either closes it removes the routes of both. Two raw
# clients show it. grevyd waits for a client that has its key (trap_03), holds a lock against
# another grevyd (second_owner.sh), and tells of a client that comes later: log, show zserv, why;
# when that one goes, the routes are put back at once.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/raw.sh
. "$e2e_dir/raw.sh"

lab_start 1
zebra_start
nodes 1
manifest <<EOM
service default/web ips=$pool4.1 local on=node1
service default/web6 ips=$pool6::1 v6 local on=node1
EOM
for name in one two; do
    raw_start "$name"
    raw_hello "$name" babel
done
raw one add 203.0.113.1/32 192.168.2.13
raw two add 203.0.113.2/32 192.168.2.13
wait_for 5 '[ "$(raw_kernel 203.0.113.1)$(raw_kernel 203.0.113.2)" = 192.168.2.13192.168.2.13 ]'
wait_for 5 '[ "$(notes one installed 203.0.113.1/32)$(notes one installed 203.0.113.2/32)" = 11 ]'
is 'the first is told of both routes, the second of' "$(grep -c ^note "$lab/log/two.log")" 0
raw_end two
wait_for 5 '[ -z "$(raw_kernel 203.0.113.1)$(raw_kernel 203.0.113.2)" ]'
ok 'the second ended: the routes of both are gone'
raw_end one

grevyd_conf <<EOM
zebra: {stale-time: 60}
EOM
grevyd_start
wait_for 10 '[ "$(kernel | wc -l)" = 2 ]'
all=$(kernel)
check 'alone: show zserv tells of no other' '! grevy "show zserv" | grep "Other clients"'
raw_start rival
raw_hello rival openfabric
# What zebra tells of its route is what makes grevyd look.
raw rival add 203.0.113.3/32 192.168.2.13
wait_for 15 'logged "zebra lists 1 more client of type openfabric instance 0"'
ok 'another client took the key: log'
check 'show zserv tells' 'grevy "show zserv" | grep -E "^Other clients of these: +1"'
why_says zebra_rival 'grevy "why default/web"' "zebra: 1 more client of route type openfabric instance 0: its end" \
    "removes our routes, too. Cure: vtysh -c 'show zebra client'; end it, or set another zebra.route-type or instance"
monitor_start
raw_end rival
wait_for 5 'deletions "$pool4.1" && deletions "$pool6::1"'
becomes 2 'it ended, and zebra removed our routes: they are back' kernel "$all"
wait_for 5 'logged "$pool4.1/32: removed from zebra, not by us"'
ok 'log: who removes routes of ours'
wait_for 15 'logged "the other client of type openfabric instance 0 is gone"'
check 'why is good again' '! grevy "why default/web" | grep "more client"'
