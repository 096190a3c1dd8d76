#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zserv.md 18, trap 6: before 10.2 zebra counts the next hops of a route in 8 bits: of exactly 256
# none is installed and nothing is said. A message of more than 16384 bytes is dropped in silence,
# and so is a route of more next hops than the build takes. A raw client shows each; grevyd caps at
# 255, or 256 from 10.2 on, says so in why, and its longest message is far from the limit.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/raw.sh
. "$e2e_dir/raw.sh"

lab_start 1
addr router br0 10.50.0.1/16 fd00:50::1/64
zebra_start
limit=255
! frr_from 10.2 || limit=256

raw_start raw
raw_hello raw babel
gateways() { seq -f '10.50.1.%.0f' 0 254 | head -n "$1" && seq -f '10.50.2.%.0f' 0 254 | head -n "$(($1 > 255 ? $1 - 255 : 0))"; }
many() { raw raw "add 203.0.113.$1/32 $(gateways "$2" | paste -sd' ')"; }
# silence PREFIX 'WHAT': the connection lives, the prefix is not told of.
silence() {
    local errors
    errors=$(grep -c '^error' "$lab/log/raw.log")
    raw raw bad
    wait_for 5 '[ "$(grep -c "^error" "$lab/log/raw.log")" -gt "$errors" ]'
    holds_for 1 "! logged '^note .* $1/32' raw"
    check "$2: dropped in silence" "! in_ns router ip route get $1 | grep br0"
}
many 1 255
wait_for 5 '[ "$(notes raw installed 203.0.113.1/32)" = 1 ]'
ok '255 next hops: installed'
many 2 256
if frr_from 10.2; then
    wait_for 5 '[ "$(notes raw installed 203.0.113.2/32)" = 1 ]'
    ok '256 next hops: installed'
else
    silence 203.0.113.2 '256 next hops'
fi
many 3 257
silence 203.0.113.3 '257 next hops'

# A header of 10 bytes, a body of 37 with one next hop.
raw raw add 203.0.113.4/32 10.50.1.1 pad=16000
wait_for 5 '[ "$(notes raw installed 203.0.113.4/32)" = 1 ]'
ok 'a long message: installed'
raw raw add 203.0.113.5/32 10.50.1.1 pad=16384
silence 203.0.113.5 'a message over 16384 bytes'
raw_end raw

# grevyd, with 300 nodes, through a relay that measures its messages.
install -d -m 777 "$lab/relay"
start relay router python3 "$e2e_dir/zapi.py" relay "$lab/relay/zserv.api" /run/frr/zserv.api
wait_for 5 '[ -S "$lab/relay/zserv.api" ]'
nodes=$(seq -f 'm%03.0f' 300)
for i in {1..300}; do
    printf 'node m%03d 10.50.%d.%d fd00:50::%x\n' "$i" $((3 + i / 200)) $((i % 200 + 1)) $((i + 99))
done | manifest
manifest <<EOM
service default/many ips=$pool4.1 local on=$(paste -sd, <<<"$nodes")
service default/many6 ips=$pool6::1 v6 local on=m001*2,$(tail -n +2 <<<"$nodes" | paste -sd,)
service default/few ips=$pool4.2 local on=m001,m300
EOM
grevyd_conf <<EOM
zebra: {socket: $lab/relay/zserv.api}
EOM
grevyd_start
# in_fib 'ip|ipv6' PREFIX: next hops that zebra has in the kernel.
in_fib() { vty_zebra "show $1 route $2 json" | json "sum(1 for h in d['$2'][0]['nexthops'] if h.get('fib'))"; }
becomes 15 'IPv4 over 300 nodes: next hops in zebra' 'in_fib ip "$pool4.1/32"' "$limit"
becomes 15 'IPv6, weighted' 'in_fib ipv6 "$pool6::1/128"' "$limit"
# ip route show stops at such a route: the kernel's group, by the number that zebra gave it.
group() { # 'ip|ipv6' PREFIX
    local id
    id=$(vty_zebra "show $1 route $2 nexthop-group" | sed -n 's/.*Nexthop Group ID: *\([0-9]*\).*/\1/p' | tail -1)
    in_ns router ip -j nexthop show id "$id" | json 'len(d[0]["group"])'
}
is 'its group in the kernel' "$(group ip "$pool4.1/32")" "$limit"
is 'and that of IPv6' "$(group ipv6 "$pool6::1/128")" "$limit"
check 'the kernel sends to one of them' 'in_ns router ip route get "$pool4.1" | grep "via 10.50"'
is 'show zserv: the limit' "$(grevy 'show zserv json' | json "d['nextHopLimit']")" "$limit"
why_says nodes_limit 'grevy "why default/many"' "nodes: $((300 - limit)) left out: zebra takes no more next hops in one" \
    "route. Cure: raise zebra's --ecmp, or select fewer nodes by node-selectors of an advertisement"
becomes 5 'a route beside them' 'in_fib ip "$pool4.2/32"' 2
longest=$(sed -n 's/^longest //p' "$lab/log/relay.log" | tail -1)
check "the longest message of grevyd: $longest bytes" "[ $longest -gt 7000 ] && [ $longest -le 16384 ]"
check 'nothing was refused' '! logged " (warn|err) zserv: .*(cannot be sent|could not install)"'
