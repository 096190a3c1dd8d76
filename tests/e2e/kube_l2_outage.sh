#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Layer 2 without the API server: for all nodes, or for the one that answers. What works stays where
# it is; who is cut off keeps an address only while no other owner of it is heard. Nodes watch over
# the LAN's router.
kube_grace=600
# shellcheck source=tests/e2e/kube_lib.sh
. "$(dirname "$0")/kube_lib.sh"
# shellcheck source=tests/e2e/l2_failover_lib.sh
. "$(dirname "$0")/l2_failover_lib.sh"

outage_s=${KUBE_OUTAGE_S:-10}
web=$vip4.110 pods=$vip4.111
l2_lan 4
kube_start
kube_rights default/grevy
kube_account_config grevy.conf default/grevy
kube_nodes 4
kube_apply <<EOM
service default/web ips=$web on=node1,node2,node3,node4
service default/pods ips=$pods local on=node1,node2
EOM
for i in 1 2 3 4; do
    l2_conf "$i" </dev/null
    sed -i "s,manifests: [^}]*,kubeconfig: $kube/grevy.conf," "$lab/node$i.yaml"
done
l2_start 1 2 3 4
l2_hears 1 2 3 4
l2_agree "$web" 1 2 3 4
first=$owner
l2_agree "$pods" 1 2 3 4
firstp=$owner

cut_off() { l2_ask "$1" 'show l2 json' | json "d['cutOff']"; }
moved_of() { echo "$(l2_moves "$first" "$web") $(l2_moves "$firstp" "$pods")"; }

# --- away for all ----------------------------------------------------------------------------

moved=$(moved_of)
streams_start away "$web" "$pods"
kube_kill
for i in 1 2 3 4; do wait_for 60 "cut_off $i"; done
holds_for "$outage_s" "[ \"\$(l2_owner client $web)\" = $first ]"
is 'the API server is away: nothing moves' "$(moved_of)" "$moved"
streams_stop 'the API server is away: lost' 0

# What was last known is enough for the others.
rest=()
for i in 1 2 3 4; do [ "$i" = "$first" ] || rest+=("$i"); done
streams_start dead "$web"
node_dies "$first"
l2_agree "$web" "${rest[@]}"
check "meanwhile a node dies: from node$first to node$owner" "[ $owner != $first ]"
streams_stop 'and a node dies: lost' "$(dead_bound)"
second=$owner
# One that starts knows nothing, and takes nothing from anybody.
streams_start rises "$web"
node_rises "$first"
l2_hears 1 2 3 4
holds_for 3 "[ \"\$(l2_owner client $web)\" = $second ]"
streams_stop 'it is back, with no API server to ask: lost' 0
streams_start returns "$web"
kube_up
for i in 1 2 3 4; do wait_for 60 "! cut_off $i"; done
l2_agree "$web" 1 2 3 4
is 'the API server is back: nothing moves' "$owner" "$second"
streams_stop 'the API server is back: lost' 0

# --- away for one ----------------------------------------------------------------------------

# api_cut I: what node I says to the API server comes back refused; it learns that from what it is
# told. api_join I.
api_cut() {
    in_ns "node$1" nft -f - <<EOF || fail "nft in node$1"
table inet cut {
    chain output {
        type filter hook output priority filter
        ip daddr $kube4 tcp dport $kube_port reject with tcp reset
    }
}
EOF
    kube_stir
    wait_for 60 "cut_off $1"
}
kube_stir() { kubectl annotate --overwrite service/web "node/node$from" "stirred=$(now_ms)" >/dev/null; }
api_join() {
    in_ns "node$1" nft delete table inet cut
    wait_for 60 "! cut_off $1"
}

l2_agree "$web" 1 2 3 4
from=$owner
moved=$(l2_moves "$from" "$web")
streams_start cut "$web"
api_cut "$from"
holds_for 3 "[ \"\$(l2_owner client $web)\" = $from ]"
is 'its owner alone is cut off: it keeps it' "$(l2_moves "$from" "$web")" "$moved"
# The others know better: it may not have it any more. It hears that one of them has it, and yields.
kube_apply <<<"node node$from $(node_ip "$from") $(node_ip "$from" 6) $exclude"
wait_for 40 "l2_owned $web && [ \$owner != $from ]"
l2_agree "$web" 1 2 3 4
second=$owner
ok "the others know that it may not: node$second takes it, and node$from yields"
streams_stop 'cut off, and yields: lost' 0
streams_start joins "$web"
api_join "$from"
kube_apply <<<"node node$from $(node_ip "$from") $(node_ip "$from" 6)"
wait_for 20 "l2_could $from $web"
holds_for 2 "[ \"\$(l2_owner client $web)\" = $second ]"
streams_stop 'it is back: nothing moves; lost' 0

# The endpoint went elsewhere, which its owner is not told.
l2_agree "$pods" 1 2 3 4
from=$owner to=$((3 - owner))
api_cut "$from"
kube_apply <<<"service default/pods ips=$pods local on=node$to"
wait_for 40 "l2_owned $pods && [ \$owner = $to ]"
l2_agree "$pods" 1 2 3 4
ok "the endpoint goes while its owner is cut off: node$from yields to node$to"
api_join "$from"

# It hears nobody and cannot ask: it keeps what it has; and yields to who has it on the LAN, though
# it had it first.
l2_agree "$web" 1 2 3 4
from=$owner
api_cut "$from"
in_ns lan bridge link set dev "node$from" state disabled
wait_for 10 "owner=\$(l2_owner client $web) && [[ \$owner == [1-4] && \$owner != $from ]]"
second=$owner
is 'cut off from API and LAN: it keeps what it has' "$(l2_of "$from" "$web")" "owner node$from"
in_ns lan bridge link set dev "node$from" state forwarding
healed=$(now_ms)
wait_for 10 "[ \"\$(l2_of $from $web)\" = 'other node$second' ]"
ok "the LAN is back, its API is not: it yields after $(($(now_ms) - healed)) ms"
l2_agree "$web" 1 2 3 4
is 'and the one who has its API keeps it' "$owner" "$second"
api_join "$from"
l2_agree "$web" 1 2 3 4
is 'the API server, too: nothing moves' "$owner" "$second"
