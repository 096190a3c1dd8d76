#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Layer 2, the LAN falls apart into two: on each side one node answers for each address, never two;
# when it is whole again, exactly one within 2 s, the one from before, and clients learn of it.
# shellcheck source=tests/e2e/l2_lib.sh
. "$(dirname "$0")/l2_lib.sh"

l2_lan
vips=("$vip4.100" "$vip4.101" "$vip4.102" "$vip4.103" "$vip4.104" "$vip4.105" "$vip6:1" "$vip6:2")
for a in "${vips[@]}"; do
    family=''
    [[ $a != *:* ]] || family=v6
    echo "service default/s-${a//[.:]/-} ips=$a $family on=node1,node2,node3,node4"
done | manifest
l2_record
l2_start 1 2 3 4

# owners NAMESPACE: "1 1 3 ...", of each address one; fails if one has none or two.
owners() {
    local a o all=''
    for a in "${vips[@]}"; do
        o=$(l2_owner "$1" "$a")
        [[ $o == [1-4] ]] || return 1
        all+=" $o"
    done
    echo "${all# }"
}
# The same from both ends, twice.
settled() { before=$(owners client) && [ "$(owners client2)" = "$before" ] && [ "$(owners client)" = "$before" ]; }
before=''
wait_for 15 settled
say "      owners: $before"
l2_watch client "${vips[@]}"
l2_watch client2 "${vips[@]}"
moves() { for i in 1 2 3 4; do l2_metric "$i" grevy_l2_moves_total; done | paste -sd ' '; }

# stayed SIDE OWNERS: what a node of that side ("12" or "34") had before, it has.
stayed() {
    local was i=0 now
    read -ra now <<<"$2"
    for was in $before; do
        [[ $1 != *$was* || ${now[i]} == "$was" ]] || fail "${vips[i]} moved from node$was to node${now[i]}"
        i=$((i + 1))
    done
    ok "nothing moved that a node of $1 had"
}

# round NAME: falls apart, and becomes whole again.
left='' right=''
round() {
    local t0 t1 t2 side a i=0 was
    t0=$(now_ms)
    lan_split
    wait_for 10 'left=$(owners client) && [[ $left != *[34]* ]] && right=$(owners client2) && [[ $right != *[12]* ]]'
    ok "$1: apart, one owner on each side: $left | $right"
    stayed 12 "$left"
    stayed 34 "$right"
    for a in "${vips[@]}"; do in_ns client2 ping -c1 -W2 "$a" >/dev/null || fail "client2: ping $a"; done
    pause 1
    t1=$(now_ms)
    lan_heal
    wait_for 10 'in_ns client ping -c1 -W1 192.168.2.52'
    t2=$(now_ms)
    wait_for 10 '[ "$(owners client)" = "$before" ] && [ "$(owners client2)" = "$before" ]'
    ok "$1: whole: the owners from before"
    for was in $before; do
        becomes 5 "$1: client2's entry for ${vips[i]}, unasked" "l2_entry client2 ${vips[i]}" "$(mac_of "$was")"
        i=$((i + 1))
    done
    wait_for 5 "[ \$(now_ms) -ge $((t2 + 3000)) ]"
    for side in client client2; do
        l2_judge "$side" "$t0" "$t1"
        is "$1: $side: apart: never two owners on its side" "$two" 0
        l2_judge "$side" $((t2 + 2000)) $((t2 + 2900))
        is "$1: $side: whole for 2 s: exactly one" "asked=$((asked > 0)) silent=$silent two=$two" 'asked=1 silent=0 two=0'
    done
}

round first
round second
before_moves=$(moves)
holds_for 2 settled
is 'no move when nothing broke' "$(moves)" "$before_moves"

# A node that is heard by nobody, and hears the others: its port takes nothing in.
lan_mute() { in_ns lan nft "add table netdev mute; add chain netdev mute in { type filter hook ingress device $1 priority 0; policy drop; }"; }
lan_unmute() { in_ns lan nft delete table netdev mute; }
t0=$(now_ms)
lan_mute node1
wait_for 10 'left=$(owners client) && [[ $left != *1* ]]'
ok "node1 is heard by nobody: the others answer: $left"
t1=$(now_ms)
lan_unmute
wait_for 10 settled
say "      owners: $before"
t2=$(now_ms)
pause 1
l2_judge client "$t0" "$t1"
is 'never two owners' "$two" 0
l2_judge client $((t2 > t1 + 2000 ? t2 : t1 + 2000)) "$(now_ms)"
is 'heard again: exactly one' "$two" 0

# A node that hears nobody, and is heard: it takes the others for dead, and answers beside them.
# What the heartbeat cannot settle, ARP does (RFC 5227).
one_each() {
    local now
    now=$(now_ms)
    l2_judge client $((now - 2500)) $((now - 500))
    [ "$asked $silent $two" != "0 0 0" ] && [ "$silent $two" = '0 0' ]
}
in_ns node1 nft 'add table inet deaf; add chain inet deaf in { type filter hook input priority 0; }'
in_ns node1 nft 'add rule inet deaf in udp dport 7474 drop'
heard() { l2_ask 1 'show l2 peers json' | json "' '.join(p['node'] for p in d['peers'] if p['alive'])"; }
wait_for 10 '[ -z "$(heard)" ]'
ok 'node1 hears nobody any more'
wait_for 30 'one_each && left=$(owners client)'
ok "exactly one answers for each: $left"
in_ns node1 nft delete table inet deaf
wait_for 60 settled
wait_for 10 one_each
ok 'it hears them again: exactly one'

l2_watched client
l2_watched client2
l2_well_formed
