#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab itself, without grevyd: what the other cases look with must see what they look for.
# A route comes from a real staticd here, is taken away for a while and put back.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
staticd_start() {
    start staticd router "$FRR/staticd" -A 127.0.0.1
    wait_for 20 '[ -S /run/frr/staticd.vty ]'
}
staticd_start
# FRR 10 may find mgmtd's store locked by another session: then once more, as an operator would.
config() {
    local said try
    for try in 1 2 3 4 5; do
        said=$(in_ns router vtysh -c 'configure terminal' "$@" 2>&1)
        [[ $said == *'could not lock'* ]] || return 0
    done
    fail "configure terminal: still locked in try $try"
}
config -c "ip route $pool4.6/32 192.168.2.13" -c "ipv6 route $pool6::6/128 fd00:2::13"
wait_for 20 'in_ns router ip route show "$pool4.6" | grep "via 192.168.2.13"'
ok 'zebra runs in the router and installs'

wait_for 20 'in_ns client ping -c1 -W1 "$pool4.6"'
wait_for 20 'in_ns client ping -c1 -W1 "$pool6::6"'
ok 'the client reaches the node by the Service address, IPv4 and IPv6'

monitor_start
stream_start quiet "$pool4.6"
stream_start quiet6 "$pool6::6"
pause 0.5
stream_stop quiet
is 'a stream over a route that stays loses nothing' "$lost" 0
check "the stream runs at some 1,000 a second: $stream" '[ "$sent" -ge 200 ]'
stream_stop quiet6
is 'IPv6 as well' "$lost" 0
check 'no deletion was seen' '! deletions "$pool4.6"'

# A machine that is late: first one end does not run for a while, then the other.
stream_start late "$pool4.6"
for late in echo1 late; do
    kill -STOP "${pids[$late]}"
    pause 1
    kill -CONT "${pids[$late]}"
    pause 0.2
done
stream_stop late
is "a process that does not run loses nothing: $stream" "$lost" 0

stream_start cut "$pool4.6"
config -c "no ip route $pool4.6/32 192.168.2.13"
wait_for 5 '[ -z "$(in_ns router ip route show "$pool4.6")" ]'
pause 0.1
config -c "ip route $pool4.6/32 192.168.2.13"
wait_for 20 'in_ns router ip route show "$pool4.6" | grep "via 192.168.2.13"'
pause 0.1
stream_stop cut
check "a gap is counted: $stream" '[ "$lost" -ge 50 ] && [ "$gap_ms" -ge 50 ] && [ "$lost" -le 5000 ]'
check 'the deletion was seen by ip monitor' 'deletions "$pool4.6"'

stop zebra KILL
check 'a killed zebra leaves the route in the kernel' \
    'in_ns router ip route show "$pool4.6" | grep "via 192.168.2.13"'
