#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's routes are what zebra confirmed: whoever deletes, changes or adds some there is
# noticed within a second and told, and what is ours is put right; a route of another owner is
# told and left alone; and nothing is alarmed without a cause.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# fib KIND: differences of that kind found so far; fib open: those that there are now.
fib() {
    local what="d['found']['$1']['total']"
    [ "$1" != open ] || what="sum(k['now'] for k in d['found'].values())"
    [ "$1" != repairs ] && [ "$1" != restored ] && [ "$1" != overruns ] && [ "$1" != compared ] || what="d['$1']"
    grevy 'show fib json' | json "$what"
}
compared() { wait_for 10 '[ "$(fib compared)" = True ]'; }
why() { grevy "why $1"; }
kernel_ip() { in_ns router ip "$@"; }
# A look and its confirmation are over: what had to be said was said.
quiet() { holds_for 1 '[ "$(fib open)" = 0 ]'; }

# back WHAT COUNTER: the kernel has all again within a second, and it was counted and logged.
back() {
    local what=$1 counter=$2 before=$3 line=$4
    becomes 1 "$what: all routes are back" kernel "$all"
    wait_for 2 '[ "$(fib "$counter")" -gt "$before" ]'
    wait_for 2 'logged_since "$line" "warn fib: "'
    say "..    $what: $(logged_since "$line" 'warn fib: ' | cut -d' ' -f2- | head -1)"
    wait_for 5 '[ "$(fib open)" = 0 ]'
    ok "$what: counted, told, and over"
}

# harm WHAT KIND COMMAND...: somebody changes the kernel's routes.
harm() {
    local what=$1 kind=$2 before line
    shift 2
    before=$(fib "$kind") line=$(log_lines)
    "$@"
    back "$what" "$kind" "$before" "$line"
}

lab_start links
zebra_start
nodes
manifest <<EOT
service default/one ips=$pool4.1 local on=node1
service default/one6 ips=$pool6::1 v6 local on=node1
service default/three ips=$pool4.2 local on=node1*2,node2,node3
service default/three6 ips=$pool6::2 v6 local on=node1*2,node2,node3
EOT
grevyd_conf </dev/null
grevyd_start
wait_for 10 '[ "$(kernel | wc -l)" = 4 ] && [ "$(zebra | wc -l)" = 4 ]'
all=$(kernel)
compared
quiet
check 'why ends in the kernel' 'why $pool4.2 | grep -E "^fib +ok +the kernel has it as zebra confirmed it"'

# --- deleted, changed: repaired within a second, counted, told ---------------------------------

for compat in 1 0; do
    in_ns router sysctl -qw "net.ipv4.nexthop_compat_mode=$compat"
    mode="nexthop_compat_mode=$compat"
    harm "ip route del ($mode)" missing kernel_ip route del "$pool4.1/32"
    harm "ip route del of several next hops ($mode)" missing kernel_ip route del "$pool4.2/32"
    harm "ip -6 route del ($mode)" missing kernel_ip -6 route del "$pool6::2/128"
    harm "ip route replace ($mode)" different \
        kernel_ip route replace "$pool4.1/32" via 192.168.22.14 proto 197 metric 20
    harm "ip route replace of several next hops ($mode)" different \
        kernel_ip route replace "$pool4.2/32" via 192.168.22.14 proto 197 metric 20
    harm "ip -6 route replace ($mode)" different \
        kernel_ip -6 route replace "$pool6::1/128" via fd00:22::14 proto 197 metric 20
    harm "other weights ($mode)" different kernel_ip route replace "$pool4.2/32" proto 197 metric 20 \
        nexthop via 192.168.21.13 weight 1 nexthop via 192.168.22.14 weight 1 nexthop via 192.168.23.15 weight 1
done
in_ns router sysctl -qw net.ipv4.nexthop_compat_mode=1

# The next-hop object under a route goes: the kernel drops the IPv4 route without a word.
object=$(kernel_ip -j route show "$pool4.1/32" | json "d[0]['nhid']")
harm 'ip nexthop del' missing kernel_ip nexthop del id "$object"
check 'it was repaired by grevyd, not by zebra' '[ "$(fib repairs)" -gt 0 ] && [ "$(fib restored)" -gt 0 ]'
quiet

# --- routes of others ---------------------------------------------------------------------------

kernel_ip route add "$pool4.1/32" via 192.168.22.14 proto static
wait_for 5 '[ "$(fib foreign)" = 1 ]'
check 'a foreign route: why names its protocol, gateway, metric, and the cure' \
    'why "$pool4.1" | grep -A1 -E "^fib .*protocol static via 192.168.22.14, metric 0" |
        grep "cure: ip route del $pool4.1/32 proto 4 metric 0"'
check 'a foreign route: show services says where it fails' 'grevy "show services default/one" | grep -E "lost|foreign"'
holds_for 3 'kernel_ip route show "$pool4.1/32" | grep "proto static"'
ok 'a foreign route is not fought'
kernel_ip route del "$pool4.1/32" proto static
becomes 5 'the foreign route is gone: ours is back' kernel "$all"
wait_for 5 '[ "$(fib open)" = 0 ]'

# Up to 9.x zebra takes no notice of protocol kernel, and ours stays behind it.
kernel_ip route add "$pool4.1/32" via 192.168.22.14 proto kernel
wait_for 5 '[ "$(fib foreign)" -ge 2 ]'
check 'a foreign route before ours: why tells' \
    'why "$pool4.1" | grep -E "^fib +(BROKEN|note) .*protocol kernel via 192.168.22.14, metric 0"'
kernel_ip route del "$pool4.1/32" proto kernel
becomes 5 'it is gone: ours is back' kernel "$all"
wait_for 5 '[ "$(fib open)" = 0 ]'

# --- routes of nobody ---------------------------------------------------------------------------

kernel_ip route add "$pool4.77/32" via 192.168.22.14 proto 197 metric 20
wait_for 10 '[ "$(fib stray)" = 1 ]'
cure="ip route del $pool4.77/32 proto 197 metric 20"
check 'a stray: show fib tells how to remove it' 'grevy "show fib" | grep "$cure"'
in_ns router sh -c "$cure"
wait_for 5 '[ "$(fib open)" = 0 ]'
ok "a stray: over, by '$cure'"

# --- many at once -------------------------------------------------------------------------------

for ((i = 1; i <= 200; i++)); do echo "service many/s$i ips=$pool4.$((i + 20)) local on=node1,node2"; done | manifest
wait_for 20 '[ "$(kernel | wc -l)" = 204 ]'
many=$(kernel)
quiet
before=$(fib missing)
for ((i = 1; i <= 200; i++)); do echo "route del $pool4.$((i + 20))/32"; done >"$lab/batch"
in_ns router ip -batch "$lab/batch" || fail 'ip -batch'
wait_for 3 '[ "$(kernel)" = "$many" ]'
ok '200 deleted at once: all are back'
wait_for 5 '[ "$(fib open)" = 0 ] && [ "$(fib missing)" -gt "$before" ]'
say "..    200 deleted at once: $(($(fib missing) - before)) counted, $(fib overruns) overruns, $(fib repairs) repairs, $(fib restored) put back by zebra"
check 'the log of it is short' '[ "$(logged "warn fib: $pool4.*(deleted|not in)" | wc -l)" -lt 60 ]'
quiet

# More changes than the kernel keeps for one who does not listen: everything is compared anew.
for ((i = 0; i < 2000; i++)); do
    echo "route add 198.18.$((i / 250)).$((i % 250))/32 dev n1 table 999"
    echo "route del 198.18.$((i / 250)).$((i % 250))/32 dev n1 table 999"
done >"$lab/noise"
# The kernel has dropped something that it meant to tell grevyd: a netlink port is a process, mostly.
dropped() { in_ns router awk -v pid="${pids[grevyd]}" '$3 == pid && $9 { n = 1 } END { exit !n }' /proc/net/netlink; }
kill -STOP "${pids[grevyd]}"
wait_for 30 'in_ns router ip -batch "$lab/noise" && dropped'
in_ns router ip route replace "$pool4.21/32" via 192.168.23.15 proto 197 metric 20
before=$(log_lines)
kill -CONT "${pids[grevyd]}"
wait_for 5 '[ "$(fib overruns)" -gt 0 ]'
wait_for 10 '[ "$(kernel)" = "$many" ] && [ "$(fib open)" = 0 ]'
wait_for 2 'logged_since "$before" "warn fib: $pool4.21/32: in the kernel over other next hops"'
ok "changes were lost ($(fib overruns) times): the difference among them is found and repaired all the same"
quiet

# --- metrics ------------------------------------------------------------------------------------

metric() { in_ns router python3 "$e2e_dir/lab.py" get http://127.0.0.1:7473/metrics; }
metric >"$lab/metrics" || fail 'no metrics'
is 'metric: differences' "$(grep '^grevy_fib_differences_total{kind="missing"}' "$lab/metrics" | cut -d' ' -f2)" "$(fib missing)"
is 'metric: routes' "$(grep '^grevy_routes{state="installed"}' "$lab/metrics" | cut -d' ' -f2)" 204
is 'metric: zebra' "$(grep '^grevy_zserv_up' "$lab/metrics")" 'grevy_zserv_up 1'

# --- no alarm without a cause -------------------------------------------------------------------

for ((i = 1; i <= 200; i++)); do echo "delete service many/s$i"; done | manifest
wait_for 20 '[ "$(kernel | wc -l)" = 4 ]'
quiet
from=$(log_lines)
stop grevyd TERM
grevyd_start
compared
quiet
stop zebra TERM
wait_for 5 '! zserv_up'
zebra_start
wait_for 20 '[ "$(kernel)" = "$all" ]'
compared
quiet
node_down() { in_ns node1 ip link set eth0 down; }
for ((round = 1; round <= 3; round++)); do
    node_down
    wait_for 10 '[ "$(kernel | wc -l)" = 2 ]'
    node_up 1
    becomes 20 "link flap $round: all are back" kernel "$all"
done
quiet
logged_since "$from" 'warn fib: ' | sed 's/^/..    /'
check 'restarts and link flaps alarm nothing' '! logged_since "$from" "warn fib: "'

# --- without zebra's vty: nothing tells that a link flapped while grevyd was away ----------------

stop grevyd TERM
grevyd_conf <<<'zebra: {vty-socket: /run/nowhere/zebra.vty}'
grevyd_start
wait_for 20 '[ "$(kernel)" = "$all" ]'
stop grevyd KILL
node_down
node_up 1
grevyd_start
becomes 20 'a link flap while grevyd was away, without zebra.vty' kernel "$all"
compared
# What zebra put back from a group that the kernel had damaged is found, and repaired.
wait_for 5 '[ "$(fib open)" = 0 ] && [ "$(kernel)" = "$all" ]'
quiet
holds_for 1 '[ "$(kernel)" = "$all" ]'
ok 'and it stays so'
say "..    $(logged 'warn fib: ' | grep -c 'in the kernel over') differences found and repaired in all"
