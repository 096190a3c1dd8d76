#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Layer 2, the heartbeat: without a key there is none, and owners change with Kubernetes' state
# alone; datagrams of another key, replayed, of a run that is over, cut short or changed do nothing
# but count; another key by reload moves nothing, and a bad one leaves the old in force.
# shellcheck source=tests/e2e/l2_lib.sh
. "$(dirname "$0")/l2_lib.sh"
l2_interval=300 # nobody is to be missed because the machine is slow

l2_lan
vips=("$vip4.100" "$vip4.101" "$vip4.102" "$vip4.103" "$vip6:1" "$vip6:2")
for a in "${vips[@]}"; do
    family=''
    [[ $a != *:* ]] || family=v6
    echo "service default/s-${a//[.:]/-} ips=$a $family on=node1,node2,node3,node4"
done | manifest
l2_record

peers() { l2_ask "$1" 'show l2 peers json' | json "$2"; } # I EXPRESSION
alive() { peers "$1" "' '.join(p['node'] for p in d['peers'] if p['alive'])"; }
count() { peers "$1" "str(d['datagrams']['$2'])"; } # I KIND
owners() {
    local a
    for a in "${vips[@]}"; do l2_owner "${1-client}" "$a"; done | paste -sd ,
}
# Exactly one for each, twice the same.
settled() { before=$(owners) && [[ $before =~ ^[1-4](,[1-4])+$ ]] && [ "$(owners client2)" = "$before" ]; }
before=''
moves() { for i in 1 2 3 4; do l2_metric "$i" grevy_l2_moves_total; done | paste -sd ' '; }

# --- no key ---------------------------------------------------------------------------------------

for i in 1 2 3 4; do l2_conf "$i" '{}' </dev/null; done
l2_start 1 2 3 4
wait_for 10 settled
say "      owners: $before"
check 'no key: the log warns' 'logged "warn l2: .*key-file" grevyd-node1'
check 'no key: why warns' 'l2_ask 1 "why $vip4.100" | grep -i "key-file"'
is 'no key: no socket of the heartbeat' "$(in_ns node1 ss -Huan 'sport = :7474')" ''
first=${before%%,*}
l2_stop "$first" KILL
holds_for 2 '[ -z "$(l2_owner client $vip4.100)" ]'
ok 'its owner is dead: nobody knows'
manifest <<EOF
node node$first $(node_ip "$first") $(node_ip "$first" 6) notready
EOF
wait_for 10 'settled && [[ $before != *$first* ]]'
ok "Kubernetes says that it is not Ready: $before"
l2_start "$first"
nodes 4
wait_for 10 settled
for i in 1 2 3 4; do
    l2_conf "$i" </dev/null
    l2_reload "$i"
done
becomes 10 'a key comes by reload: they hear each other' 'alive 1' 'node2 node3 node4'
wait_for 10 settled
say "      owners: $before"

# --- what does nothing but count ------------------------------------------------------------------

l2_watch client "${vips[@]}"
t0=$(now_ms)
l2_capture beats client eth0 udp port 7474
wait_for 10 '[ "$(l2_frames beats udp.port==7474 | wc -l)" -ge 100 ]'
stop beats INT
# datagrams FILTER: of the capture, those to IPv4's group, a line of hex each.
datagrams() { l2_frames beats "udp.dstport == 7474 && ip && ($1)" data.data | tr -d ':' | head -n "${2-50}"; }
forge() { in_ns client python3 "$e2e_dir/l2_watch.py" udp 224.0.0.254 7474 eth0; }
# counted KIND N: node 2 counts as many more as since $was.
counted() { wait_for 5 "[ \$(($(count 2 "$1") - was)) -ge $2 ]"; }
datagrams 'ip.src == 192.168.2.13' >"$lab/replay"
n=$(wc -l <"$lab/replay")
check "there are datagrams of node1: $n" "[ $n -ge 10 ]"
was=$(count 2 replayed)
forge <"$lab/replay"
wait_for 5 "[ \$(count 2 replayed) -ge $((was + n)) ]"
ok "replayed: $n are counted"
was=$(count 2 wrongKey)
sed 's/^\(.\{24\}\)./\1f/; s/^\(.\{26\}\)./\10/' "$lab/replay" | grep -vxFf "$lab/replay" >"$lab/flipped"
sed 's/..$//' "$lab/replay" >>"$lab/flipped"
n=$(wc -l <"$lab/flipped")
forge <"$lab/flipped"
wait_for 5 "[ \$(count 2 wrongKey) -ge $((was + n)) ]"
ok "changed or cut short: $n are counted"
was=$(peers 2 "str(d['datagrams']['wrongKey'] + d['datagrams']['malformed'])")
printf '%s\n' 00 ff 67726576 "$(printf '00%.0s' {1..1400})" "$(printf 'ff%.0s' {1..1472})" | forge
wait_for 5 "[ \$(peers 2 \"str(d['datagrams']['wrongKey'] + d['datagrams']['malformed'])\") -ge $((was + 5)) ]"
ok 'noise: counted'

# One that has another key, and nothing to answer for: nobody hears it.
l2_key "$lab/other.key" another
before4=$(count 1 wrongKey)
l2_stop 4
wait_for 10 'settled && [[ $before != *4* ]]'
sed "s#^- {name: .*##; s#^address-pools:#address-pools: []#; s#$lab/l2.key#$lab/other.key#" "$lab/node4.yaml" >"$lab/other.yaml"
cp "$lab/other.yaml" "$lab/node4.yaml"
l2_start 4
wait_for 10 "[ \$(count 1 wrongKey) -gt $((before4 + 10)) ]"
is 'another key: it is not alive to the others' "$(alive 1)" 'node2 node3'
is 'nor they to it' "$(alive 4)" ''
l2_stop 4
l2_conf 4 </dev/null
l2_start 4
becomes 10 'the right key: it is' 'alive 1' 'node2 node3 node4'

# What was recorded of a run that is over does not bring it back, nor does it hold a new one off.
l2_stop 3 KILL
becomes 10 'killed: not alive any more' 'alive 1' 'node2 node4'
wait_for 10 'settled && [[ $before != *3* ]]'
datagrams 'ip.src == 192.168.2.15' >"$lab/replay"
check 'there are datagrams of node3' '[ -s $lab/replay ]'
for i in 1 2 3; do
    forge <"$lab/replay"
    is 'replayed: it stays dead' "$(alive 1)" 'node2 node4'
done
l2_stop 2
l2_start 2
becomes 10 'who has just started hears the living' 'alive 2' 'node1 node4'
forge <"$lab/replay"
pause 0.3
is 'and of the dead one nothing' "$(alive 2)" 'node1 node4'
l2_start 3
becomes 10 'it comes back' 'alive 2' 'node1 node3 node4'
wait_for 10 settled
say "      owners: $before"
l2_judge client "$t0" "$(now_ms)"
is 'never two owners' "$two" 0

# --- another key by reload ------------------------------------------------------------------------

t0=$(now_ms)
was=$(moves)
: >"$lab/empty.key"
chown frr "$lab/empty.key"
l2_conf 1 "{heartbeat: {key-file: $lab/empty.key}}" </dev/null
lines=$(log_lines grevyd-node1)
l2_reload 1
wait_for 5 'logged_since "$lines" "$lab/empty.key" grevyd-node1'
check 'an empty key file: told' 'logged_since "$lines" "(warn|err).*$lab/empty.key" grevyd-node1'
holds_for 1 '[ "$(alive 1)" = "node2 node3 node4" ] && [ "$(alive 2)" = "node1 node3 node4" ]'
ok 'the old key stays in force'
rm "$lab/empty.key"
l2_conf 1 </dev/null
# Node by node: the new one is good for all before anybody signs with it.
for words in 'key next' 'next key' next; do
    read -ra keys <<<"$words"
    l2_key "$lab/l2.key" "${keys[@]}"
    for i in 1 2 3 4; do
        l2_reload "$i"
        holds_for 1 "[ \"\$(alive 1; alive 4)\" = \$'node2 node3 node4\\nnode1 node2 node3' ]"
    done
    ok "key file: $words: they hear each other all the time"
done
is 'nothing moved' "$(moves)" "$was"
is 'the owners are the same' "$(owners)" "$before"
l2_judge client "$t0" "$(now_ms)"
is 'and always one' "silent=$silent two=$two" 'silent=0 two=0'
was=$(count 2 wrongKey)
forge <"$lab/replay"
wait_for 5 "[ \$(count 2 wrongKey) -gt $was ]"
ok 'what the old key signed counts as of a wrong one'
for i in 1 2 3 4; do
    is "node$i: no key in the log or show" "$(grep -c 'of the lab, 16' "$lab/log/grevyd-node$i.log")$(l2_ask "$i" \
        'show running-config' | grep -c 'of the lab, 16')" 00
done
lines=$(log_lines grevyd-node4)
l2_conf 4 '{}' </dev/null
l2_reload 4
wait_for 5 'logged_since "$lines" "warn l2: .*key-file" grevyd-node4'
check 'the key goes by reload: the log warns' 'logged_since "$lines" "warn l2: .*key-file" grevyd-node4'
l2_watched client
l2_well_formed
