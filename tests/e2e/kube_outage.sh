#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The API server is away: killed for a while, grevyd restarted meanwhile, etcd compacted behind
# watches that hear nothing, a new list that breaks off. No route is touched until what really
# happened is known. KUBE_OUTAGE_S: how long it is killed, 10 s; make soak takes 60.
# A controller manager that lost its Lease starts anew and finds no Node silent; this one has none.
kube_grace=600
# shellcheck source=tests/e2e/kube_proxy_lib.sh
. "$(dirname "$0")/kube_proxy_lib.sh"

outage_s=${KUBE_OUTAGE_S:-10}
[ "${GREVY_SOAK-}" != full ] || outage_s=${KUBE_OUTAGE_S:-60}
reader_lab
services <<EOF
service default/stays ips=$pool4.1 on=node1,node2,node3
service default/stays6 ips=$pool6::1 v6 local on=node2*2,node3
service default/goes ips=$pool4.2 local on=node1
service default/moves ips=$pool4.3 local on=node1
EOF
kube_server=$direct
kube_account_config direct.conf default/grevy
reader_conf </dev/null
grevyd_start
kept="$pool4.1/32 192.168.2.13*1,192.168.2.14*1,192.168.2.15*1"
kept6="$pool6::1/128 $fd00:2::14*2,$fd00:2::15*1"
all="$kept
$pool4.2/32 192.168.2.13*1
$pool4.3/32 192.168.2.13*1
$kept6"
becomes 30 'all of it' kernel "$all"
wait_for 20 watching
monitor_start

# touched: lines of the kernel's monitor about our routes, since $mark.
touched() { tail -n "+$((mark + 1))" "$lab/log/monitor.log" | grep -E " ($pool4|$pool6:)"; }

# outage WAY
outage() {
    mark=$(log_lines monitor)
    kube_kill
    wait_for 60 '! reachable'
    holds_for "$outage_s" '[ "$(kernel)" = "$all" ]'
    check "$1: show kubernetes says since when" \
        "grevy 'show kubernetes json' | json \"d['outageSeconds'] > 0 and d['outage']\""
    why_says api_away 'grevy "why default/stays"' "source: the API server is away since" \
        "TIME: $(grevy 'show kubernetes json' | json 'd["outage"]'); what was last known is used. Cure: grevysh -c" \
        "'show kubernetes'; make the API server reachable again"
    kube_up
    wait_for 60 watching
    holds_for 2 '[ "$(kernel)" = "$all" ]'
    check "$1: killed for $outage_s s and back: no route was touched" '! touched'
}
# switch FILE SERVER: another kubeconfig, by SIGHUP.
switch() {
    reader_conf </dev/null
    sed -i "s|/grevy.conf|/$1|" "$conf"
    kill -HUP "${pids[grevyd]}"
    wait_for 30 "grevy 'show kubernetes' | grep '$2' && watching"
}
outage 'behind the proxy'
switch direct.conf ":$kube_port"
outage 'without it'
switch grevy.conf ":$proxy_port"

# grevyd is killed and started again while there is no server: it knows nothing, and holds all.
mark=$(log_lines monitor)
kube_kill
stop grevyd KILL
grevyd_start
holds_for 5 '[ "$(kernel)" = "$all" ]'
why_says api_unread 'grevy "why default/stays"' "source: the API server has not been read" \
    "yet: $(grevy 'show kubernetes json' | json 'd["outage"]'); what an earlier run announced stays. Cure: grevysh -c" \
    "'show kubernetes'; make the API server reachable"
kube_up
wait_for 60 watching
holds_for 3 '[ "$(kernel)" = "$all" ]'
check 'restarted without a server: no route was deleted' '! touched | grep Deleted'

# etcd is compacted, and the API server forgets, while the watches hear nothing.
mark=$(log_lines monitor)
lists=$(state services lists)
frozen=$(proxy fault freeze verb=watch lost=1)
proxy fault freeze verb=list >/dev/null
wait_for 10 '[ "$(applied "$frozen")" -ge 3 ]'
kubectl delete service goes >/dev/null
kubectl delete endpointslice goes-ipv4 >/dev/null
services <<EOF
service default/moves ips=$pool4.3 local on=node3
service default/new ips=$pool4.4 local on=node2
EOF
kube_kill
kube_compact
kube_up
is 'meanwhile nothing moves' "$(kernel)" "$all"
all="$kept
$pool4.3/32 192.168.2.15*1
$pool4.4/32 192.168.2.14*1
$kept6"
line=$(log_lines)
proxy clear
becomes 60 'compacted behind the watches: what happened is found' kernel "$all"
wait_for 60 watching
check 'by listing anew: the server forgot what the watches would go on from' '[ "$(state services lists)" -gt "$lists" ]'
check 'only what changed was touched' "! touched | grep -E 'Deleted.* ($pool4.1|$pool6::1) '"
say "      $(logged_since "$line" k8s | head -n 3)"

# The new list breaks off after its first pages: nothing is withdrawn before one is whole.
kubectl delete service new >/dev/null
all="$kept
$pool4.3/32 192.168.2.15*1
$kept6"
becomes 20 'a Service is deleted' kernel "$all"
mark=$(log_lines monitor)
proxy fault nostream >/dev/null
proxy fault pages limit=1 >/dev/null
half=$(proxy fault answer status=500 path=continue=)
proxy fault expire verb=watch count=4 >/dev/null
wait_for 60 '[ "$(applied "$half")" -ge 4 ]'
holds_for 2 '[ "$(kernel)" = "$all" ]'
check 'half a list takes nothing away' '! touched'
proxy clear
wait_for 60 watching
check 'nor does the whole one' '! touched'
