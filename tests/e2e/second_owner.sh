#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A second grevyd on the same zebra: two clients with one route type, instance and graceful
# restart crash zebra. The second keeps its Zserv output down and says who holds the key; it
# takes over when the holder is gone; zebra lives through all of it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
zebra_pid=${pids[zebra]}
nodes
manifest <<EOF
service default/web ips=$pool4.1 local on=node1
EOF
install -d -o frr -g frrvty -m 750 /run/grevy2 "$lab/state2"
second() { grevy_at /run/grevy2 "$1"; }
first_up() { zserv_up /run/grevy; }
second_up() { zserv_up /run/grevy2; }

grevyd_conf </dev/null
grevyd_conf "$lab/second.yaml" <<EOF
vty: {dir: /run/grevy2}
EOF
sed -i "s,/state/,/state2/," "$lab/second.yaml"
grevyd_start
wait_for 10 first_up
wait_for 10 '[ -n "$(kernel "$pool4.1/32")" ]'
monitor_start
stream_start v4 "$pool4.1"

grevyd_spawn second grevyd -f "$lab/second.yaml"
wait_for 10 'second "show version"'
holder="\\b${pids[grevyd]}\\b"
wait_for 5 'logged "$holder" second'
ok "the log names the holder: $(logged "$holder" second | head -1 | cut -d' ' -f2-)"
check 'show zserv names the holder' 'second "show zserv" | grep -E "$holder"'
why_says zebra_key_held "second 'why default/web'" "zebra: route type openfabric instance 0 of this zebra is held by" \
    "another grevyd, pid ${pids[grevyd]}; this one waits. Cure: stop the other grevyd; or set zebra: {instance: 1}"
holds_for 3 '! second_up && first_up'
ok 'the second stays down, the first stays up'
is 'zebra sees one client of the type' "$(vty_zebra 'show zebra client summary' | grep -ic openfabric)" 1

stop grevyd KILL
wait_for 20 second_up
ok 'the holder was killed: the second took over'
check 'with the same route' '[ "$(kernel "$pool4.1/32")" = "$pool4.1/32 192.168.2.13*1" ]'

# And back, by SIGTERM, while the first waits in turn.
grevyd_start
holds_for 1 '! first_up'
stop second TERM
wait_for 20 first_up
ok 'the holder was stopped: the first took over'

# Two start at the same moment: one of them.
stop grevyd KILL
grevyd_spawn second grevyd -f "$lab/second.yaml"
grevyd_spawn grevyd grevyd -f "$conf"
wait_for 20 'first_up || second_up'
holds_for 2 '! { first_up && second_up; }'
ok 'started at the same moment: one of them is up'
stream_stop v4
is "no packet was lost in all of this: $stream" "$lost" 0
check 'the route never left the kernel' '! deletions "$pool4.1"'
check 'zebra lives, the same one' '[ "${pids[zebra]}" = "$zebra_pid" ] && running zebra && vty_zebra "show version"'
