#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Layer 2: what it costs a client when the node that answers dies, its link goes, its grevyd is killed
# or stopped, an endpoint goes, a label says so: at most 600 packets of a stream of 1,000 a second
# where something died, none where it was meant. And nothing moves when nothing broke.
# shellcheck source=tests/e2e/l2_failover_lib.sh
. "$(dirname "$0")/l2_failover_lib.sh"

web=$vip4.110 six=${vip6}:110 pods=$vip4.111
all=(1 2 3 4)

l2_lan 4
manifest <<EOM
delete node node4
service default/web ips=$web on=node1,node2,node3
service default/six ips=$six v6 on=node1,node2,node3
service default/pods ips=$pods local on=node1,node2
EOM
l2_start 1 2 3
l2_hears 1 2 3

# others OF: the running nodes but that one.
others() {
    local i
    for i in "${all[@]}"; do [ "$i" = "$1" ] || echo -n "$i "; done
}
# owner_of ADDRESS: all that run agree; left in $owner.
owner_of() { l2_agree "$1" "${all[@]}"; }
# taken_from OF 'WHAT IT SHOWS' [ADDRESS]: another node has it, all that run say so, and the client
# knows: the entry of its neighbour is that node's.
taken_from() {
    local address=${3-$web}
    wait_for 10 "l2_owned $address && [ \$owner != $1 ]"
    owner_of "$address"
    is "$2: from node$1 to node$owner, whose MAC the client has" "$(l2_entry client "$address")" "$(mac_of "$owner")"
}

# --- a node comes ----------------------------------------------------------------------------

all=(1 2 3)
owner_of "$web"
first=$owner
owner_of "$six"
first6=$owner
owner_of "$pods"
firstp=$owner
check 'policy Local: a node with an endpoint has it' "[[ $firstp == [12] ]]"

# kept 'WHAT IT SHOWS': each has the owner that it had, which took and lost it no more often.
moved_of() { echo "$(l2_moves "$first" "$web") $(l2_moves "$first6" "$six") $(l2_moves "$firstp" "$pods")"; }
kept() {
    local address now=''
    for address in "$web" "$six" "$pods"; do
        owner_of "$address"
        now+=" $owner"
    done
    is "$1: the owners" "${now# }" "$first $first6 $firstp"
    is "$1: how often they took and lost it" "$(moved_of)" "$moved"
}
moved=$(moved_of)

streams_start joins "$web" "$six" "$pods"
all=(1 2 3 4)
node_is 4
manifest <<EOM
service default/web ips=$web on=node1,node2,node3,node4
service default/six ips=$six v6 on=node1,node2,node3,node4
EOM
l2_start 4
l2_hears 1 2 3 4
kept 'a node joins'
streams_stop 'a node joins: lost' 0

# --- what breaks nothing ---------------------------------------------------------------------

streams_start calm "$web" "$six" "$pods"
spare=0 # owns none of them
for i in 1 2 3 4; do [[ $i == "$first" || $i == "$first6" || $i == "$firstp" ]] || spare=$i; done
for signal in TERM KILL; do
    l2_stop $spare $signal
    l2_start $spare
done
l2_hears 1 2 3 4
kept "grevyd of node$spare, which has none of them, restarts, by SIGTERM and by SIGKILL"
for i in 1 2 3 4; do
    l2_conf "$i" <<<"log: {level: debug}"
    l2_reload "$i"
done
for i in 1 2 3 4; do
    wait_for 10 "l2_ask $i 'show running-config' | grep -q 'log level debug'"
done
kept 'every one reloads'
node_is "$first" label=rack:a
l2_services 1 200
wait_for 20 '[ "$(owned 1 2 3 4)" = 203 ]'
for ((i = 1; i <= 200; i++)); do echo "delete service default/s-$i"; done | manifest
wait_for 20 '[ "$(owned 1 2 3 4)" = 3 ]'
kept 'labels and 200 Services come and go'
hogs=$(($(nproc) * 2))
for ((i = 1; i <= hogs; i++)); do start "hog$i" client sh -c 'while :; do :; done'; done
holds_for 5 "[ \"\$(moved_of)\" = '$moved' ]"
for ((i = 1; i <= hogs; i++)); do stop "hog$i" KILL; done
kept "the processors are taken by $hogs others for 5 s"
node_is "$first" label=rack:a cordoned
holds_for 1 "[ \"\$(moved_of)\" = '$moved' ]"
kept 'a node that is cordoned'
node_is "$first"
streams_stop 'nothing broke: lost' 0

# --- moves that are meant --------------------------------------------------------------------

# planned NAME 'WHAT IT SHOWS' 'COMMAND' ['BACK']: it moves away by COMMAND, with $owner set, and
# after BACK it stays where it went.
planned() {
    local from to
    owner_of "$web"
    from=$owner
    streams_start "$1" "$web"
    eval "$3"
    read -ra all <<<"$(others "$from")" # the other one may hear nobody
    taken_from "$from" "$2"
    all=(1 2 3 4)
    to=$owner
    streams_stop "$2: lost" 0
    streams_start "$1-back" "$web"
    eval "${4//OWNER/$from}"
    l2_hears 1 2 3 4
    wait_for 10 "l2_could $from $web"
    holds_for 1 "[ \"\$(l2_owner client $web)\" = $to ]"
    streams_stop "$2, and back: nothing moves; lost" 0
}
planned excluded 'the label exclude-from-external-load-balancers' \
    'node_is $owner "$exclude"' 'node_is OWNER'
planned unready 'a Node that is not ready' 'node_is $owner notready' 'node_is OWNER'
planned netdown 'a Node whose network is not' 'node_is $owner netdown' 'node_is OWNER'
planned unchosen "l2.exclude-interfaces, by reload" \
    'l2_conf $owner "{exclude-interfaces: [eth0], heartbeat: {key-file: $lab/l2.key}}" </dev/null; l2_reload $owner' \
    'l2_conf OWNER </dev/null; l2_reload OWNER'

# --- a node that is preferred ----------------------------------------------------------------

rack='l2-advertisements: [{preferred-node-selectors: [{weight: 10, preference: {match-labels: {rack: a}}}]}]'
owner_of "$web"
from=$owner to=$((owner % 4 + 1))
streams_start prefers "$web"
for i in 1 2 3 4; do
    l2_conf "$i" </dev/null
    sed -i "/name: lan,/s/}\$/, $rack}/" "$lab/node$i.yaml"
    l2_reload "$i"
done
for i in 1 2 3 4; do
    wait_for 10 "l2_ask $i 'show running-config' | grep -q 'preference rack=a'"
done
owner_of "$web"
is 'nodes are preferred by a label that none has: nothing moves' "$owner" "$from"
node_is "$to" label=rack:a
taken_from "$from" 'one has the label'
is 'it is the one' "$owner" "$to"
streams_stop 'one has the label: lost' 0
streams_start falls "$web"
node_dies "$to"
read -ra all <<<"$(others "$to")"
taken_from "$to" 'the one that is preferred dies'
streams_stop 'the one that is preferred dies: lost' "$(dead_bound)"
streams_start reclaims "$web"
all=(1 2 3 4)
node_rises "$to"
wait_for 10 "l2_owned $web && [ \$owner = $to ]"
owner_of "$web"
is 'it is back, and has the address again' "$owner" "$to"
node_is "$to"
holds_for 1 "[ \"\$(l2_owner client $web)\" = $to ]"
ok 'the label is taken away: nothing moves'
streams_stop 'back to the one that is preferred: lost' 0

# --- the end of a grevyd ---------------------------------------------------------------------

# SIGTERM: the others hear that it goes.
owner_of "$web"
from=$owner
read -ra all <<<"$(others "$from")"
streams_start term "$web"
l2_stop "$from"
is 'SIGTERM: a clean exit' "$status" 0
taken_from "$from" 'SIGTERM'
to=$owner
all=(1 2 3 4)
l2_start "$from"
l2_hears 1 2 3 4
owner_of "$web"
is 'it is started again: nothing moves' "$owner" "$to"
streams_stop 'SIGTERM and started again: lost' 0

# --- an endpoint goes ------------------------------------------------------------------------

owner_of "$pods"
from=$owner to=$((3 - owner))
streams_start drains "$pods"
manifest <<<"service default/pods ips=$pods local on=node$from~,node$to"
taken_from "$from" 'the last endpoint drains' "$pods"
manifest <<<"service default/pods ips=$pods local on=node$to"
stop "echo$from"
streams_stop 'the last endpoint drains, then ends: lost' 0
start "echo$from" "node$from" stream echo 7000
manifest <<<"service default/pods ips=$pods local on=node1,node2"
wait_for 10 "l2_could $from $pods"
holds_for 1 "[ \"\$(l2_owner client $pods)\" = $to ]"
ok 'it is back: nothing moves'
from=$to to=$((3 - to))
streams_start crashes "$pods"
stop "echo$from" KILL
manifest <<<"service default/pods ips=$pods local on=node$to"
taken_from "$from" 'an endpoint is gone at once' "$pods"
streams_stop 'an endpoint is gone at once: lost' "$(dead_bound)"
start "echo$from" "node$from" stream echo 7000
manifest <<<"service default/pods ips=$pods local on=node1,node2"

# --- something dies --------------------------------------------------------------------------

# dead NAME 'WHAT IT SHOWS' ADDRESS 'COMMAND' 'BACK'
dead() {
    local from to
    owner_of "$3"
    from=$owner
    streams_start "$1" "$3"
    eval "${4//OWNER/$from}"
    read -ra all <<<"$(others "$from")"
    taken_from "$from" "$2" "$3"
    to=$owner
    streams_stop "$2: lost" "$(dead_bound)"
    streams_start "$1-back" "$3"
    eval "${5//OWNER/$from}"
    all=(1 2 3 4)
    l2_hears 1 2 3 4
    owner_of "$3"
    is "$2, and back: nothing moves" "$owner" "$to"
    streams_stop "$2, and back: lost" 0
}
for address in "$web" "$six"; do
    dead node 'a node dies' "$address" 'node_dies OWNER' 'node_rises OWNER'
    dead link 'its link goes' "$address" 'lan_cut nodeOWNER' 'lan_join nodeOWNER; node_up OWNER'
    # Who has the address in its table is served as before; who asks now is not, until it is taken.
    dead killed 'grevyd is killed, and the client asks anew' "$address" \
        'l2_stop OWNER KILL; l2_forget client' 'l2_start OWNER'
done

# meets NAME 'WHAT IT SHOWS' 'COMMAND' 'BACK': for a while two have it, one of whom is not heard; when
# it is again, one of them stays, whichever.
meets() {
    local from since
    owner_of "$web"
    from=$owner
    streams_start "$1" "$web"
    eval "${3//OWNER/$from}"
    read -ra all <<<"$(others "$from")"
    taken_from "$from" "$2"
    eval "${4//OWNER/$from}"
    since=$(now_ms)
    all=(1 2 3 4)
    owner_of "$web"
    ok "$2, and back: one has it, node$owner, $(($(now_ms) - since)) ms later"
    l2_hears 1 2 3 4
    holds_for 1 "[ \"\$(l2_owner client $web)\" = $owner ]"
    streams_stop "$2, and back: lost" "$(dead_bound)"
}
meets deaf 'its port forwards nothing, but has a carrier' 'in_ns lan bridge link set dev nodeOWNER state disabled' \
    'in_ns lan bridge link set dev nodeOWNER state forwarding'
meets frozen 'grevyd stands still' 'kill -STOP "${pids[grevyd-nodeOWNER]}"' 'kill -CONT "${pids[grevyd-nodeOWNER]}"'
