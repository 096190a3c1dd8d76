#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Layer 2, a foreign host that has an address of ours (RFC 5227): of a lower MAC, and it keeps on:
# the node steps back, says so, and has it again when the host is gone; of a higher MAC: the node
# defends the address and keeps it.
# shellcheck source=tests/e2e/l2_lib.sh
. "$(dirname "$0")/l2_lib.sh"

l2_lan
manifest <<EOF
service default/low ips=$vip4.100 local on=node2
service default/high ips=$vip4.101 local on=node2
service default/six ips=$vip6:1 v6 local on=node2
EOF
l2_host left lower 02:00:00:00:00:00 61
l2_host left higher 02:00:00:00:09:09 62
l2_record
l2_start 1 2
for a in "$vip4.100" "$vip4.101" "$vip6:1"; do
    l2_owned "$a"
    is "$a: the node with the endpoint" "$owner" 2
done
is 'no conflict so far' "$(l2_metric 2 grevy_l2_conflicts_total)" 0
conflicts() { l2_ask 2 "show l2 $1 json" | json "str(d['conflicts'])"; }
state() { l2_ask 2 "show l2 $1 json" | json "d['state']"; }
# An announcement of it: NAMESPACE ADDRESS.
claim4() { in_ns "$1" arping -q -U -c 1 -i eth0 -S "$2" "$2"; }
claim6() { in_ns "$1" python3 "$e2e_dir/l2_watch.py" claim eth0 "$2"; }

# Once: it is defended, and kept.
l2_capture defence client2 eth0 arp
claim4 lower "$vip4.101"
wait_for 5 "[ \$(l2_metric 2 grevy_l2_conflicts_total) -ge 1 ]"
wait_for 5 "[ \"\$(l2_frames defence 'arp.isgratuitous && eth.src == $(mac_of 2) && arp.src.proto_ipv4 == $vip4.101' | wc -l)\" -ge 1 ]"
is 'one claim: defended, and kept' "$(state "$vip4.101")" owner
stop defence INT

# A host that has it, with a lower MAC.
in_ns lower ip addr add "$vip4.100/32" dev eth0
claim4 lower "$vip4.100"
claim4 lower "$vip4.100"
becomes 5 'a lower MAC keeps on: the node steps back' "state $vip4.100" conflict
is 'the host alone answers' "$(l2_macs client "$vip4.100")" 02:00:00:00:00:00
is 'the other address is not touched' "$(state "$vip4.101") $(l2_owner client "$vip4.101")" 'owner 2'
check 'why names its MAC' 'l2_ask 2 "why $vip4.100" | grep -F 02:00:00:00:00:00'
check 'the log names it, too' 'logged "02:00:00:00:00:00" grevyd-node2'
check 'a metric counts' "[ \$(l2_metric 2 'grevy_l2_addresses{state=\"conflict\"}') = 1 ]"
is 'it is not announced' "$(l2_metric 2 "metallb_speaker_announced{service=\"default/low\",protocol=\"layer2\",node=\"node2\",ip=\"$vip4.100\"}")" ''

# A host that has it, with a higher MAC.
in_ns higher ip addr add "$vip4.101/32" dev eth0
for i in 1 2 3; do claim4 higher "$vip4.101"; done
holds_for 2 "[ \$(state $vip4.101) = owner ] && l2_macs client $vip4.101 | grep -q '$(mac_of 2)'"
ok 'a higher MAC keeps on: the node stays'
in_ns higher ip addr del "$vip4.101/32" dev eth0

# NDP.
in_ns lower ip addr add "$vip6:1/128" dev eth0 nodad
claim6 lower "$vip6:1"
wait_for 5 "[ \$(conflicts $vip6:1) = 1 ]"
is 'NDP: one claim is defended' "$(state "$vip6:1")" owner
claim6 lower "$vip6:1"
becomes 5 'a lower MAC keeps on: the node steps back' "state $vip6:1" conflict

# As long as the host has it, nobody tries it again.
holds_for 33 "[ \$(l2_macs client $vip4.100) = 02:00:00:00:00:00 ]"
is 'more than 30 s later: the host alone answers still' "$(state "$vip4.100") $(state "$vip6:1")" 'conflict conflict'

# The host is gone: it comes back.
in_ns lower ip addr del "$vip4.100/32" dev eth0
in_ns lower ip addr del "$vip6:1/128" dev eth0
becomes 45 'the host is gone: the node has it again' "state $vip4.100" owner
is 'and answers' "$(l2_owner client "$vip4.100")" 2
becomes 45 'IPv6, too' "state $vip6:1; l2_owner client $vip6:1" $'owner\n2'
l2_well_formed 2
