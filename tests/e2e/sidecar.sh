#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Role node beside a local FRR, by the files of frr-config/node-sidecar: on each of three nodes
# zebra, bgpd and grevyd; the router has bgpd and no grevyd. The nodes have what kube-proxy
# would make, so that a Service is answered by its pods.
# shellcheck source=tests/e2e/sidecar_lib.sh
. "$(dirname "$0")/sidecar_lib.sh"

local4=$pool4.1 cluster4=$pool4.2 local6=$pool6::1 cluster6=$pool6::2
stale=5

# --- the nodes -------------------------------------------------------------------------------

# pod I: behind node I, answers on port 80 and says where it is.
pod() {
    ns_add "pod$1"
    link "node$1" p0 "pod$1" eth0
    addr "node$1" p0 "10.42.$1.1/24" "fd42:$1::1/64"
    addr "pod$1" eth0 "10.42.$1.2/24" "fd42:$1::2/64"
    in_ns "pod$1" ip route add default via "10.42.$1.1"
    in_ns "pod$1" ip route add default via "fd42:$1::1"
    start "web4-$1" "pod$1" python3 "$top_dir/tests/fake/pod.py" http "node$1" "10.42.$1.2"
    start "web6-$1" "pod$1" python3 "$top_dir/tests/fake/pod.py" http "node$1" "fd42:$1::2"
}

# pod_routes I: from node I to the pods of the other nodes, as a network plugin has them.
pod_routes() {
    local j
    for j in 1 2 3; do
        [ "$j" != "$1" ] || continue
        in_ns "node$1" ip route add "10.42.$j.0/24" via "$(node_ip "$j")"
        in_ns "node$1" ip route add "fd42:$j::/64" via "$(node_ip "$j" 6)"
    done
}

# kube_proxy I PODS: the rules of node I for the nodes that have a pod, e.g. '1 2'.
kube_proxy() {
    local i=$1 n=0 j map4='' map6='' here4 here6
    for j in $2; do
        map4+="${map4:+, }$n : 10.42.$j.2" map6+="${map6:+, }$n : fd42:$j::2"
        n=$((n + 1))
    done
    here4="dnat ip to numgen inc mod $n map { $map4 }" here6="dnat ip6 to numgen inc mod $n map { $map6 }"
    [[ " $2 " != *" $i "* ]] || here4="dnat ip to 10.42.$i.2" here6="dnat ip6 to fd42:$i::2"
    in_ns "node$i" nft -f - <<EOF
table inet kube
delete table inet kube
table inet kube {
    chain services {
        ip daddr $local4 tcp dport 80 $here4
        ip6 daddr $local6 tcp dport 80 $here6
        ip daddr $cluster4 tcp dport 80 meta mark set 0x4000 dnat ip to numgen inc mod $n map { $map4 }
        ip6 daddr $cluster6 tcp dport 80 meta mark set 0x4000 dnat ip6 to numgen inc mod $n map { $map6 }
    }
    chain prerouting { type nat hook prerouting priority dstnat; jump services; }
    chain output { type nat hook output priority -100; jump services; }
    chain postrouting { type nat hook postrouting priority srcnat; meta mark 0x4000 masquerade; }
}
EOF
}

# node_grevyd I: as the shipped grevyd.yaml says, in little time.
node_grevyd() {
    start "grevyd$1" "node$1" env NODE_NAME="node$1" "${as_frr[@]}" grevyd -N "node$1" -f "$lab/node.yaml"
    wait_for 10 "zserv_up /run/grevy/node$1"
}

web() { in_ns "$1" curl -sS -m 2 "http://$2/"; }

lab_start
# By ports, too: one client sees more than one node.
in_ns router sysctl -qw net.ipv4.fib_multipath_hash_policy=1 net.ipv6.fib_multipath_hash_policy=1
for i in 1 2 3; do
    node_setup "$i"
    pod_routes "$i"
    pod "$i"
    kube_proxy "$i" '1 2'
done
nodes
manifest <<EOF
service default/local ips=$local4,$local6 dual local on=node1,node2
service default/cluster ips=$cluster4,$cluster6 dual on=node1,node2
service default/nobody on=node1
EOF

router_bgp
sed "s,/etc/grevy/manifests.d,$manifests,; s,^zebra:,&\n  stale-time: $stale," "$shipped/grevyd.yaml" >"$lab/node.yaml"
for i in 1 2 3; do
    node_frr "$i"
    node_grevyd "$i"
done

# --- who announces what ----------------------------------------------------------------------

for i in 1 2; do
    becomes 10 "node$i: Local and Cluster, dev lo, in RIB" "node_rib $i" \
        "$(printf '%s lo*1\n' "$local4/32" "$cluster4/32" "$local6/128" "$cluster6/128")"
done
becomes 10 'node3, without a pod: Cluster alone' 'node_rib 3' "$(printf '%s lo*1\n' "$cluster4/32" "$cluster6/128")"
for i in 1 2 3; do
    becomes 10 "node$i: zebra has what the RIB has" "node_zebra $i" "$(node_rib "$i")"
    becomes 10 "node$i: the kernel, too" "node_kernel $i" "$(node_rib "$i")"
done
routed 'eBGP multipath on the router: Local, IPv4' "$local4" '1 2'
routed 'Local, IPv6' "$local6" '1 2'
routed 'Cluster, IPv4' "$cluster4" '1 2 3'
routed 'Cluster, IPv6' "$cluster6" '1 2 3'

# --- traffic ---------------------------------------------------------------------------------

# answers 'WHAT' FROM ADDRESS 'NODES': the pods of these nodes and no others do, each of them;
# no request fails.
answers() {
    local what=$1 seen='' one n
    for n in {1..40}; do
        one=$(web "$2" "$3" 2>&1)
        [[ $one =~ ^"hello from node"[$4]$ ]] || fail "$what: request $n got '$one'"
        [[ $seen == *"${one: -1}"* ]] || seen+=${one: -1}
        [ ${#seen} != ${#4} ] || break
    done
    is "$what" "$(grep -o . <<<"$seen" | sort | tr -d '\n')" "$4"
}
for a in "$local4" "$cluster4" "[$local6]" "[$cluster6]"; do
    answers "the client, through the router, is answered by both pods: $a" client "$a" 12
done

# A process in the host network of a node has the node's network, and nothing else of it.
host_network() { in_ns "$1" unshare --mount --pid --fork --mount-proc setpriv --reuid nobody --clear-groups "${@:2}"; }
fetch='import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=2).read().decode(), end="")'
for a in "$local4" "[$local6]"; do
    answers "node1 itself is answered by its own pod: $a" node1 "$a" 1
    is "a process in node1's host network, too: $a" "$(host_network node1 python3 -c "$fetch" "http://$a/")" 'hello from node1'
done
for a in "$cluster4" "[$cluster6]"; do
    answers "node3, which has no pod, is answered by both: $a" node3 "$a" 12
    check "a process in node3's host network, too: $a" 'host_network node3 python3 -c "$fetch" "http://$a/" | grep "^hello from node"'
done

# What kube-proxy has no rule for goes round lo, until the shipped rules drop it.
check 'a ping of the address goes round lo' 'in_ns client ping -c1 -W2 "$local4" | grep "Time to live exceeded"'
for i in 1 2 3; do in_ns "node$i" nft -f "$shipped/nftables.conf"; done
check 'not with nftables.conf' '! in_ns client ping -c1 -W1 "$local4" | grep "Time to live exceeded"'
answers 'which leaves the Service alone' client "$local4" 12
answers 'and the node itself' node1 "$local4" 1

# --- the words -------------------------------------------------------------------------------

check 'a Service that asks for no address is pending: no controller' \
    'node_grevy 1 "show services" | grep -E "default/nobody .*pending: no-controller"'
check 'why: node1 announces it' 'node_grevy 1 "why default/local" | grep -E "this node +ok +node1 announces it, one of 2"'
check 'why: its next hop is lo' 'node_grevy 1 "why default/local" | grep -E "next hop +ok +interface lo"'
why_says here_no_endpoint 'node_grevy 3 "why default/local"' 'this node: node3 does not announce it: no ready endpoint' \
    'here. Cure: have a pod on node3, or set externalTrafficPolicy: Cluster'
check 'show zserv: where routes lead' 'node_grevy 1 "show zserv" | grep "Routes lead to interface: lo"'
kept_on() { frr_from 9.0 && ! frr_from 10.5; } # beyond stale-time
if kept_on; then
    check 'show zserv: stale-time is not kept' 'node_grevy 1 "show zserv" | grep "While away: .*kept until grevyd comes back"'
    check 'so does the log' 'logged "does not end that after stale-time" grevyd1'
else
    check 'show zserv: the stale time' 'node_grevy 1 "show zserv" | grep "While away: .*kept for $stale s"'
    check 'nothing else in the log' '! logged "does not end that after stale-time" grevyd1'
fi
becomes 10 'show fib: the kernel has what zebra confirmed' \
    "node_grevy 1 'show fib json' | json 'd[\"compared\"] and not sum(k[\"now\"] for k in d[\"found\"].values())'" True

check 'nor was there ever a difference' '! logged "warn fib:" grevyd1 && ! logged "warn fib:" grevyd2 && ! logged "warn fib:" grevyd3'

# --- what happens ----------------------------------------------------------------------------

manifest <<EOF
service default/local ips=$local4,$local6 dual local on=node2,node3
EOF
for i in 1 2 3; do kube_proxy "$i" '2 3'; done
routed 'the pods of Local moved, and so did its route' "$local4" '2 3'
routed 'IPv6 as well' "$local6" '2 3'
answers 'the client is answered by where they are now' client "$local4" 23
check 'node1 has it nowhere' '[ -z "$(node_kernel 1 $local4/32)$(node_zebra 1 $local4/32)$(node_rib 1 $local4/32)" ]'
manifest <<EOF
service default/local ips=$local4,$local6 dual local on=node2~,node3
EOF
holds_for 1 '[ "$(router_has "$local4")" = "2 3" ]'
ok 'a pod that drains keeps its route'
manifest <<EOF
service default/local ips=$local4,$local6 dual local on=node2!,node3
EOF
routed 'until it no longer serves' "$local4" 3
manifest <<EOF
service default/local ips=$local4,$local6 dual local on=node2,node3
EOF
routed 'and back' "$local4" '2 3'

echo 'node node3 192.168.2.15 fd00:2::15 notready' | manifest
routed 'a node that is NotReady, and others are Ready: not over it' "$cluster4" '1 2'
nodes
routed 'Ready again' "$cluster4" '1 2 3'

in_ns node3 ip link set eth0 down
wait_for 5 '! in_ns node3 ip route show 192.168.2.0/24 | grep -q eth0'
holds_for 1 '[ "$(node_kernel 3 $local4/32)" = "$local4/32 lo*1" ]'
ok 'the link of node3 is down: its route over lo stays'
routed 'while the router goes elsewhere' "$cluster4" '1 2'
node_up 3
routed 'and comes back with the link' "$cluster4" '1 2 3'

# Somebody deletes our route from the kernel.
missing() { node_grevy 3 'show fib json' | json "d['found']['missing']['total']"; }
is 'routes that node3 missed in the kernel' "$(missing)" 0
in_ns node3 ip route del "$local4/32" proto 197 || fail 'ip route del'
becomes 2 'ip route del on node3: repaired' "node_kernel 3 '$local4/32'" "$local4/32 lo*1"
in_ns node3 ip -6 route del "$local6/128" proto 197 || fail 'ip -6 route del'
becomes 2 'IPv6 as well' "node_kernel 3 '$local6/128'" "$local6/128 lo*1"
becomes 5 'both were noticed' missing 2

# grevyd dies: zebra holds the route, for stale-time or until grevyd is back.
stop grevyd2 KILL
killed=$(now_ms)
holds_for $((stale - 2)) '[ "$(router_has "$local4")" = "2 3" ]'
ok 'grevyd killed on node2: the route stays'
if kept_on; then
    holds_for 4 '[ "$(router_has "$local4")" = "2 3" ]'
    ok "beyond stale-time on FRR $(frr_version)"
else
    routed "for stale-time on FRR $(frr_version)" "$local4" 3
    ok "which was $(($(now_ms) - killed)) ms"
fi
answers 'the client is answered' client "$local4" "$(router_has "$local4" | tr -d ' ')"
manifest <<EOF
service default/local ips=$local4,$local6 dual local on=node3
EOF
kube_proxy 2 3
kube_proxy 3 3
node_grevyd 2
routed 'grevyd is back, and the Service is not there any more: withdrawn' "$local4" 3
becomes 10 'on node2, too' 'node_kernel 2' "$(printf '%s lo*1\n' "$cluster4/32" "$cluster6/128")"
manifest <<EOF
service default/local ips=$local4,$local6 dual local on=node2,node3
EOF
kube_proxy 2 '2 3'
kube_proxy 3 '2 3'
routed 'back on node2' "$local4" '2 3'

# FRR dies on a node: the others serve.
node_frr_kill 2
killed=$(now_ms)
routed 'every daemon of FRR killed on node2: traffic moves' "$local4" 3
ok "within $(($(now_ms) - killed)) ms"
routed 'of Cluster, too' "$cluster4" '1 3'
answers 'the client is answered by node3' client "$local4" 3
node_frr 2
routed 'FRR is back on node2, grevyd found it by itself' "$local4" '2 3'
routed 'IPv6, too' "$local6" '2 3'
answers 'the client is answered by both' client "$local4" 23
is 'and no daemon of ours fell over' "$(for i in 1 2 3; do running "grevyd$i" && echo "$i"; done | tr -d '\n')" 123
