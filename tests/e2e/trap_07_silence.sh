#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zserv.md 18, trap 7: 7.5 gives no notice of a route whose next hop it cannot reach; from 8.0 on
# there is one. A raw client shows it. grevyd does not send such a route at all, because it has
# zebra track each gateway, and why names the next hop; where a route that was sent meets silence,
# without zebra's vty to ask, a time-out says so. Routes beside it do not wait.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/raw.sh
. "$e2e_dir/raw.sh"

lab_start 2
zebra_start
nodes 2
raw_start raw
raw_hello raw babel
raw raw add 203.0.113.1/32 198.51.100.9
wait_for 5 'vty_zebra "show ip route 203.0.113.1" | grep "198.51.100.9 inactive"'
if frr_from 8.0; then
    wait_for 5 '[ "$(notes raw failed 203.0.113.1/32)" = 1 ]'
    ok 'an unreachable next hop: a notice says that it failed'
else
    raw raw add 203.0.113.2/32 192.168.2.13
    wait_for 5 '[ "$(notes raw installed 203.0.113.2/32)" = 1 ]'
    holds_for 1 '! logged "^note .* 203.0.113.1/32" raw'
    ok 'an unreachable next hop: no notice'
fi
raw_end raw

manifest <<EOM
node far 198.51.100.9
service default/far ips=$pool4.1 local on=far
service default/both ips=$pool4.2 local on=far,node1
service default/near ips=$pool4.3 local on=node1
EOM
grevyd_conf </dev/null
grevyd_start
becomes 10 'the routes that can be are installed, over what can be reached' kernel \
    "$pool4.2/32 192.168.2.13*1
$pool4.3/32 192.168.2.13*1"
look="vtysh -c 'show ip route 198.51.100.9'; it must show a connected subnet, or a route that is no default"
why_says hop_unreachable 'grevy "why default/far"' "next hop: zebra has no way to 198.51.100.9, the only one. Cure: $look"
why_says hop_one_unreachable 'grevy "why default/both"' "next hop: 198.51.100.9: zebra has no way to it. Cure: $look"
check 'zebra was not given the route' 'vty_zebra "show ip route $pool4.1/32 json" | json "not d"'
in_ns router ip route add 198.51.100.0/24 via 192.168.2.14
becomes 5 'it can be reached now: installed' 'zebra "$pool4.1/32"' "$pool4.1/32 192.168.2.14*1"
becomes 5 'over both' 'kernel "$pool4.2/32"' "$pool4.2/32 192.168.2.13*1,192.168.2.14*1"
check 'why is good' 'grevy "why default/far json" | json "all(c[\"good\"] for c in d[\"chains\"])"'
stop grevyd KILL

# A route that is sent, and not installed: zebra's configuration denies it. No vty to ask.
in_ns router vtysh -c 'configure terminal' -c "ip prefix-list denied permit $pool4.4/32" \
    -c 'route-map no-lb deny 10' -c 'match ip address prefix-list denied' -c 'exit' \
    -c 'route-map no-lb permit 20' -c 'exit' -c 'ip protocol openfabric route-map no-lb' || fail vtysh
wait_for 5 'vty_zebra "show ip protocol" | grep -E "^openfabric +: no-lb"'
grevyd_conf <<EOM
zebra: {vty-socket: $lab/nothing.vty}
EOM
wait_for 5 '! vty_zebra "show zebra client" | grep -E "^Client: openfabric"'
grevyd_start
becomes 10 'without vty: the other routes' 'kernel | wc -l' 3
manifest <<EOM
service default/late ips=$pool4.4 local on=node1
EOM
why_says zebra_rejects 'grevy "why default/late"' 'zebra: zebra could not install it; it is tried again. Cure:' \
    'journalctl -u frr; dmesg'
holds_for 2 'grevy "why default/late" | grep -E "BROKEN.*zebra could not install it"'
is 'in the kernel' "$(kernel | wc -l)" 3
in_ns router vtysh -c 'configure terminal' -c 'no ip protocol openfabric route-map no-lb' || fail vtysh
becomes 20 'permitted: installed' 'kernel "$pool4.4/32"' "$pool4.4/32 192.168.2.13*1"
becomes 10 'and confirmed' 'grevy "show zserv json" | json "d[\"routes\"][\"installed\"]"' 4
