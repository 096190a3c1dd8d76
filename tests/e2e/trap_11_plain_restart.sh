#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zserv.md 18, trap 11: a zebra of 10.3 that was killed and is started plainly leaves the routes of
# its former life in the kernel, for ever; 7.5, 8.4 and 10.7 remove them as they start. (10.3 too
# replaces its next-hop groups then, which takes IPv6 routes, and packets, away for some 10 ms.) A
# client that does not come back shows it. grevyd: what is still wanted is taken over, on 10.3
# without any loss; what is not, is removed; also when grevyd was away, too.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/raw.sh
. "$e2e_dir/raw.sh"

lab_start 3
zebra_start
nodes
manifest <<EOM
service default/stays ips=$pool4.1 local on=node1
service default/stays6 ips=$pool6::1 v6 local on=node1,node2
service default/goes ips=$pool4.2 local on=node1
service default/goes6 ips=$pool6::2 v6 local on=node2
service default/moves ips=$pool4.3 local on=node1
service default/later ips=$pool4.4 local on=node2
EOM
leaves() { frr_from 9.0 && ! frr_from 10.5; } # of what is in the lab: 10.3

grevyd_conf </dev/null
grevyd_start
wait_for 10 '[ "$(kernel | wc -l)" = 6 ] && [ "$(zebra | wc -l)" = 6 ]'
raw_start raw
raw_hello raw babel
raw raw add "203.0.113.1/32" 192.168.2.13
wait_for 5 '[ "$(raw_kernel 203.0.113.1)" = 192.168.2.13 ]'
monitor_start

stop zebra KILL
wait_for 5 '! zserv_up && ! running raw'
manifest <<EOM
delete service default/goes
delete service default/goes6
service default/moves ips=$pool4.3 local on=node3
EOM
check 'zebra is killed: all routes stay' '[ "$(kernel | wc -l)" = 6 ] && [ -n "$(raw_kernel 203.0.113.1)" ]'
if leaves; then
    # grevyd comes when zebra has done all that it does by itself.
    kill -STOP "${pids[grevyd]}"
    zebra_start
    becomes 10 'started plainly, without grevyd: all routes are there' 'zebra | wc -l' 6
    holds_for 2 '[ "$(kernel | wc -l)" = 6 ] && [ -n "$(raw_kernel 203.0.113.1)" ]'
    ok 'and stay'
    stream_start stays "$pool4.1"
    before=$(log_lines monitor)
    kill -CONT "${pids[grevyd]}"
else
    stream_start stays "$pool4.1"
    zebra_start
fi
expected="$pool4.1/32 192.168.2.13*1
$pool4.3/32 192.168.2.15*1
$pool4.4/32 192.168.2.14*1
$pool6::1/128 fd00:2::13*1,fd00:2::14*1"
becomes 20 'with grevyd: what is wanted, and only that' kernel "$expected"
becomes 5 'zebra has the same' zebra "$expected"
if leaves; then
    holds_for 2 '[ "$(raw_kernel 203.0.113.1)" = 192.168.2.13 ]'
    ok 'the route of the client that did not come back is still there'
    check 'a wanted route did not leave the kernel' \
        '! logged_since "$before" "Deleted.* ($pool4.1|$pool6::1) " monitor'
else
    becomes 5 'the route of the client that did not come back' 'raw_kernel 203.0.113.1' ''
fi
wait_for 5 'in_ns client ping -c1 -W1 "$pool4.1"'
stream_stop stays
if leaves; then
    is "no packet was lost: $stream" "$lost" 0
else
    say "..    gap $gap_ms ms ($stream)"
fi

# Both are killed; grevyd's next run does not know what it had.
stop grevyd KILL
stop zebra KILL
manifest <<EOM
delete service default/stays
delete service default/stays6
EOM
zebra_start
if leaves; then
    holds_for 2 '[ -n "$(kernel "$pool4.1/32")" ] && [ -n "$(kernel "$pool6::1/128")" ]'
    ok 'both killed, zebra started plainly: our routes are still there'
else
    becomes 5 'both killed, zebra started plainly: our routes' kernel ''
fi
deletions_before=$(deletions "$pool4.4" | wc -l)
grevyd_start
becomes 20 'a new run of grevyd: what is wanted, and only that' kernel \
    "$pool4.3/32 192.168.2.15*1
$pool4.4/32 192.168.2.14*1"
if leaves; then
    is 'deletions of a wanted route' "$(deletions "$pool4.4" | wc -l)" "$deletions_before"
fi
becomes 5 'zebra has the same' 'zebra | wc -l' 2
