#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# 5,000 addresses on one node that dies, and on one that is stopped: all of them have another owner as
# soon as one alone has. Those who come meanwhile take nothing of what works.
# shellcheck source=tests/e2e/l2_failover_lib.sh
. "$(dirname "$0")/l2_failover_lib.sh"

many=${L2_MANY-5000}
l2_patience=30
at() { echo "$many4.$(($1 / 250)).$(($1 % 250 + 1))"; }
# Of the first, of the last, and of some in between.
some=("$(at 1)" "$(at $((many / 3)))" "$(at $((many * 2 / 3)))" "$(at "$many")")

l2_lan 4
in_ns client ip route add "$many4.0.0/16" dev eth0
l2_services 1 "$many"
l2_start 1
wait_for 60 "[ \"\$(owned 1)\" = $many ]"
ok "node1 alone has all $many"
streams_start join "${some[@]}"
l2_start 2 3 4
l2_hears 1 2 3 4
# known I: node I knows who has each of them.
known() { l2_ask "$1" 'show l2 json' | json "d['states']['other'] + d['states']['owner'] == $many"; }
for i in 2 3 4; do wait_for 30 "known $i"; done
is 'three nodes join: node1 still has all' "$(owned 1)" "$many"
is 'and took each of them once' "$(l2_moves 1)" "$many"
streams_stop 'three nodes join: lost' 0

# spread OF I...: these have all of them, and each its share.
spread() {
    local i from=$1
    shift
    wait_for 60 "[ \"\$(owned $*)\" = $many ]"
    for i; do
        check "node$from is gone: node$i has its share, $(owned "$i")" "[ \$(owned $i) -gt $((many / ($# + 2))) ]"
    done
}
streams_start dead "${some[@]}"
node_dies 1
spread 1 2 3 4
streams_stop "a node dies with $many addresses: lost" "$(($(dead_bound) + 400))"
for address in "${some[@]}"; do l2_agree "$address" 2 3 4; done

streams_start back "${some[@]}"
node_rises 1
l2_hears 1 2 3 4
wait_for 30 'known 1'
is 'it is back: it takes nothing' "$(owned 1)" 0
streams_stop 'it is back: lost' 0

streams_start term "${some[@]}"
l2_stop 2
is 'SIGTERM: a clean exit' "$status" 0
wait_for 60 "[ \"\$(owned 1 3 4)\" = $many ]"
for address in "${some[@]}"; do l2_agree "$address" 1 3 4; done
streams_stop 'one of them is stopped: lost' 0
