#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zserv.md 18, trap 1: a link flap loses routes. The kernel drops the route with the link, zebra
# says nothing, keeps it selected and does not put it back; the same where the way to a recursive
# gateway changes. A raw client shows it on every release; grevyd's routes beside it are
# withdrawn with the link (so that bgpd withdraws them, too) and come back with it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/raw.sh
. "$e2e_dir/raw.sh"

lab_start links 2
zebra_start
nodes 2
in_ns router ip route add 10.77.0.0/24 via 192.168.22.14
manifest <<EOM
node far 10.77.0.9
service default/web ips=$pool4.1 local on=node1
service default/far ips=$pool4.2 local on=far
EOM
grevyd_conf </dev/null
grevyd_start
raw_start raw
raw_hello raw babel
raw raw add 203.0.113.1/32 192.168.21.13
raw raw add 203.0.113.2/32 10.77.0.9 recursive
raw raw add 203.0.113.3/32 1
raw raw add 203.0.113.4/32 blackhole
via() { in_ns router ip route show "$1" | grep -oE 'via [0-9.]+' | cut -d' ' -f2; }
wait_for 10 '[ "$(via 203.0.113.1)" = 192.168.21.13 ] && [ "$(via 203.0.113.2)" = 192.168.22.14 ]'
wait_for 10 '[ "$(via $pool4.1)" = 192.168.21.13 ] && [ "$(via $pool4.2)" = 192.168.22.14 ]'
wait_for 10 '[ "$(notes raw installed 203.0.113.4/32)" -ge 1 ]'
selected() { vty_zebra "show ip route $1/32 json" | json "any(r.get('selected') for r in d['$1/32'])"; }
unmoved() { in_ns router ip route show 203.0.113.3 && in_ns router ip route show type blackhole 203.0.113.4; }
unmoved=$(unmoved)

admin_down() { in_ns router ip link set n1 down; }
admin_up() { in_ns router ip link set n1 up; }
carrier_down() { in_ns node1 ip link set eth0 down; }
carrier_up() { node_up 1; }
flap() { # KIND
    local told
    told=$(grep -c '^note' "$lab/log/raw.log")
    "$1_down"
    wait_for 5 '[ -z "$(via 203.0.113.1)" ]'
    becomes 5 "$1 down: grevyd's route is out of zebra, too" "vty_zebra 'show ip route $pool4.1/32 json' | json 'not d'" True
    check "$1 down: zebra still selects the raw client's route, which is not in the kernel" 'selected 203.0.113.1'
    "$1_up"
    becomes 10 "$1 up: grevyd's route is back" 'via "$pool4.1"' 192.168.21.13
    holds_for 1 '[ -z "$(via 203.0.113.1)" ]'
    ok "$1 up: the raw client's is not"
    is "$1: notes to the raw client" "$(($(grep -c '^note' "$lab/log/raw.log") - told))" 0
    # What helps: DELETE, wait for REMOVED, ADD.
    raw raw del 203.0.113.1/32
    wait_for 5 '[ "$(tail -n1 "$lab/log/raw.log")" = "note removed 203.0.113.1/32" ]'
    raw raw add 203.0.113.1/32 192.168.21.13
    becomes 5 "$1: deleted and added: back" 'via 203.0.113.1' 192.168.21.13
}
flap admin
flap carrier
is 'routes without a gateway were immune' "$(unmoved)" "$unmoved"

in_ns router ip route replace 10.77.0.0/24 via 192.168.21.13
becomes 10 'the way to the gateway changed: so did grevyd'"'s route" 'via "$pool4.2"' 192.168.21.13
is "the raw client's stays as it was" "$(via 203.0.113.2)" 192.168.22.14
in_ns client ping -c1 -W2 "$pool4.1" >/dev/null || fail 'the Service does not answer'
ok 'the Service answers'
