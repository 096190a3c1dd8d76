#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zserv.md 18, trap 9: `ip protocol TYPE route-map NAME` in zebra's configuration denies a route,
# or sets its source. zebra then takes its next hops for inactive; from 8.0 on it says so, 7.5 says
# nothing. Only zebra can do that: why names the route map, the manual too, other routes do not
# suffer, and the denied one comes as soon as it is permitted.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/raw.sh
. "$e2e_dir/raw.sh"

lab_start 1
zebra_start
nodes 1
manifest <<EOM
service default/denied ips=$pool4.1 local on=node1
service default/other ips=$pool4.2 local on=node1
service default/denied6 ips=$pool6::1 v6 local on=node1
EOM
configure() { in_ns router vtysh -c 'configure terminal' "$@" || fail "vtysh: $*"; }
configure -c "ip prefix-list denied permit $pool4.1/32" -c 'ip prefix-list denied permit 203.0.113.1/32' \
    -c "ipv6 prefix-list denied6 permit $pool6::1/128" \
    -c 'route-map no-lb deny 10' -c 'match ip address prefix-list denied' -c 'exit' \
    -c 'route-map no-lb permit 20' -c 'set src 192.168.2.1' -c 'exit' \
    -c 'route-map no-lb6 deny 10' -c 'match ipv6 address prefix-list denied6' -c 'exit' \
    -c 'route-map no-lb6 permit 20' -c 'exit' \
    -c 'ip protocol openfabric route-map no-lb' -c 'ip protocol babel route-map no-lb' \
    -c 'ipv6 protocol any route-map no-lb6'
wait_for 10 'vty_zebra "show ip protocol" | grep -E "^babel +: no-lb"'
wait_for 10 'vty_zebra "show ipv6 protocol" | grep -E "^any +: no-lb6"'

# What zebra does to a client that only listens to its notices.
raw_start raw
raw_hello raw babel
raw raw "add 203.0.113.1/32 192.168.2.13; add 203.0.113.2/32 192.168.2.13"
wait_for 5 '[ "$(notes raw installed 203.0.113.2/32)" -ge 1 ]'
wait_for 10 'vty_zebra "show ip route 203.0.113.1" | grep "192.168.2.13, via br0 inactive"'
ok 'denied: inactive in zebra'
if frr_from 8.0; then
    wait_for 5 '[ "$(notes raw failed 203.0.113.1/32)" -ge 1 ]'
    ok 'a notice says that it failed'
else
    holds_for 1 '! logged "203.0.113.1/32" raw'
    ok 'no notice at all'
fi
raw_end raw

grevyd_conf </dev/null
grevyd_start
becomes 10 'the other route is installed, with the source that was set' \
    'in_ns router ip route show "$pool4.2" | grep -oE "src [0-9.]+"' 'src 192.168.2.1'
denied='BROKEN.*zebra does not install it: its route-map'
why_says zebra_route_map 'grevy "why default/denied"' "zebra: zebra does not install it: its route-map no-lb (ip" \
    "protocol) may deny it. Cure: vtysh -c 'show route-map no-lb'; permit the prefix there"
why_says zebra_route_map 'grevy "why $pool6::1"' "zebra: zebra does not install it: its route-map no-lb6 (ipv6" \
    "protocol) may deny it. Cure: vtysh -c 'show route-map no-lb6'; permit the prefix there"
holds_for 3 'grevy "why default/denied" | grep -E "$denied"'
ok 'and goes on to, from one try to the next'
check 'why of the other notes it' 'grevy "why default/other" | grep "note.*route-map no-lb applies"'
check 'show zserv, too' 'grevy "show zserv" | grep -E "route map:.* no-lb$" && grevy "show zserv" | grep -E "IPv6:.* no-lb6$"'
check 'the manual names it' 'grep -F "ip protocol openfabric route-map" "$top_dir/man/grevyd.8"'
is 'in the kernel' "$(kernel)" "$pool4.2/32 192.168.2.13*1"
check 'the other Service answers' 'in_ns client ping -c1 -W2 "$pool4.2"'

configure -c 'no ip protocol openfabric route-map no-lb' -c 'no ipv6 protocol any route-map no-lb6'
becomes 20 'the route maps are taken away: all are installed' 'kernel | cut -d" " -f1 | paste -sd" "' \
    "$pool4.1/32 $pool4.2/32 $pool6::1/128"
wait_for 15 '! grevy "why default/other" | grep "route-map"'
ok 'why is silent about them again'
