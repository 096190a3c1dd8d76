#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# l2_responder.sh - the packet sockets and what goes over them, on two LANs: l2_answer is the
# responder alone, told what to do. Who asks are real kernels, arping and ndisc6; tshark reads all
# that was sent.
#
#     client, other --- br0 --- eth0 node eth1 --- far
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

mount -t tmpfs -o mode=755 none /run
mkdir -p "$lab/log" /run/netns
trap lab_end EXIT
for ns in lan node client other far; do
    ns_add "$ns"
done
in_ns lan ip link add br0 type bridge forward_delay 0 mcast_snooping 0
in_ns lan ip link set br0 up
for ns in node client other; do
    link lan "$ns" "$ns" eth0
    in_ns lan ip link set "$ns" master br0
done
link node eth1 far eth0
addr node eth0 192.168.2.13/24 fd00:2::13/64
addr client eth0 192.168.2.50/24 fd00:2::50/64 10.0.50.50/16
addr other eth0 192.168.2.60/24 fd00:2::60/64
addr far eth0 192.168.2.70/24 fd00:2::70/64
# As with kube-proxy: the addresses are the node's, but not on its interfaces.
in_ns node sysctl -qw net.ipv4.conf.all.arp_ignore=1
for net in 192.168.2.128/25 10.0.42.0/24 fd00:2::8000/113; do
    in_ns node ip route add local "$net" dev lo
done
in_ns node ip route add 10.0.0.0/16 dev eth0
mac_of() { in_ns "$1" ip link show "$2" | sed -n 's/.*link.ether \([^ ]*\).*/\1/p'; }
mac=$(mac_of node eth0)

capture=$lab/frames.pcap
start capture lan tcpdump -Z root --immediate-mode -U -s 0 -i br0 -w "$capture" arp or icmp6
wait_for 10 'grep -q "listening on" "$lab/log/capture.log"'

# --- l2_answer ---------------------------------------------------------------------------------

answers=$lab/log/answer.log
mkfifo "$lab/orders"
exec {orders}<>"$lab/orders"
answer_start() { # [COMMAND...]: what it is started by
    : >"$answers"
    # shellcheck disable=SC2016 # the inner shell's
    start answer node "$@" bash -c 'exec "$0" <"$1"' "$build_dir/tests/e2e/l2_answer" "$lab/orders"
    wait_for 10 'grep -q ready "$answers"'
}
tell() { printf '%s\n' "$*" >&"$orders"; }
ask() { # COMMAND...: its answer
    local n
    n=$(grep -c "^$1 " "$answers")
    tell "$@"
    wait_for 10 "[ \$(grep -c '^$1 ' '$answers') -gt $n ]"
    grep "^$1 " "$answers" | tail -n 1
}
stop_answer() {
    tell end
    wait_for 10 '! running answer'
    unset "pids[answer]"
}

asks4() { in_ns "$1" arping -q -c 1 -w 1 -I eth0 "$2"; }
asks6() { in_ns "$1" ndisc6 -q -1 -r 1 -w 300 "$2" eth0 2>/dev/null; }
entry() { in_ns "$1" ip neigh show "$2" dev eth0 | sed -n 's/.*lladdr \([^ ]*\).*/\1/p'; }
state() { in_ns "$1" ip neigh show "$2" dev eth0 | awk '{ print $NF }'; }
groups() { in_ns node awk -v dev="$1" '$2 == dev && $3 ~ /^ff0200000000000000000001ff00[89]/' /proc/net/igmp6 | wc -l; }

answer_start

# --- who is answered ---------------------------------------------------------------------------

check 'before it is taken nobody answers' '! asks4 client 192.168.2.200'
for a in 192.168.2.200 10.0.42.0 fd00:2::8001; do
    tell "take $a eth0"
    becomes 5 "$a is reached by a client that has no entry" \
        "in_ns client ping -q -c 1 -W 1 $a >/dev/null && entry client $a" "$mac"
done
check 'arping finds 10.0.42.0' 'in_ns client arping -q -c 1 -w 5 -I eth0 10.0.42.0'
check 'a probe for 192.168.2.200, from no address, is answered' \
    'in_ns client arping -q -0 -c 1 -w 5 -I eth0 192.168.2.200'
becomes 5 'ndisc6 finds fd00:2::8001' 'asks6 client fd00:2::8001 | tr A-F a-f' "$mac"
check 'the other LAN is not answered' '! asks4 far 192.168.2.200 && ! asks6 far fd00:2::8001'
tell 'take 192.168.2.200 eth0 eth1'
becomes 5 'until it is to be' 'asks4 far 192.168.2.200 && echo yes' yes
tell 'take 192.168.2.200 eth0'
becomes 5 'and not any more' 'asks4 far 192.168.2.200 || echo no' no
read -r _ requests responses gratuitous conflicts <<<"$(ask counts 10.0.42.0)"
check "counted: $requests requests, $responses responses, $gratuitous gratuitous, $conflicts conflicts" \
    '[ "$requests" -ge 2 ] && [ "$responses" = "$requests" ] && [ "$gratuitous" -ge 2 ] && [ "$conflicts" = 0 ]'

before=$(ask counts 192.168.2.200)
in_ns client arping -q -V 7 -c 2 -w 1 -I eth0 192.168.2.200
tagged=$(tshark -r "$capture" -Y 'vlan.id == 7 and arp' 2>>"$lab/log/tshark.log" | wc -l)
check "$tagged questions in a VLAN that the node has not: went over the LAN" '[ "$tagged" -gt 0 ]'
is 'and are none for us' "$(ask counts 192.168.2.200 | cut -d' ' -f2,3)" "$(cut -d' ' -f2,3 <<<"$before")"

# --- unicast probes, duplicate addresses ---------------------------------------------------------

for a in 192.168.2.200 fd00:2::8001; do
    before=$(ask counts $a)
    in_ns client ip neigh change $a dev eth0 lladdr "$mac" nud probe
    becomes 10 "$a: a unicast probe is answered" "state client $a" REACHABLE
    check "$a: by us" '[ "$before" != "$(ask counts $a)" ]'
done
in_ns other sysctl -qw net.ipv6.conf.all.accept_dad=1 net.ipv6.conf.eth0.accept_dad=1
in_ns other ip addr add fd00:2::8001/64 dev eth0
becomes 10 'a host that wants the IPv6 address finds it taken' \
    "in_ns other ip -6 addr show dadfailed | grep -c 8001" 1
in_ns other ip addr del fd00:2::8001/64 dev eth0
check 'which is no conflict' '! grep -q conflict "$answers"'

# --- the LAN is told -----------------------------------------------------------------------------

for a in 192.168.2.201 fd00:2::8002; do
    in_ns client ip neigh replace $a dev eth0 lladdr 02:00:00:00:00:99 nud reachable
    tell "take $a eth0"
    becomes 10 "$a: an entry of another host becomes ours by the announcement alone" "entry client $a" "$mac"
done
mac=02:00:00:00:00:13
in_ns node ip link set eth0 address $mac
tell links
for a in 192.168.2.201 fd00:2::8002; do
    becomes 10 "$a: and follows a new MAC of the interface" "entry client $a" $mac
done

# --- claimed by others -----------------------------------------------------------------------------

foreign=$(mac_of other eth0)
in_ns other arping -q -U -S 192.168.2.200 -c 1 -w 1 -I eth0 192.168.2.200 >/dev/null
wait_for 10 'grep -qx "conflict 192.168.2.200 $foreign $mac" "$answers"'
ok 'who announces an address of ours is seen'
in_ns other sysctl -qw net.ipv6.conf.all.ndisc_notify=1 net.ipv6.conf.eth0.ndisc_notify=1
in_ns other ip addr add fd00:2::8002/64 dev eth0 nodad
in_ns other ping -q -c 1 -W 1 -I fd00:2::8002 fd00:2::50 >/dev/null
wait_for 10 'grep -qx "conflict fd00:2::8002 $foreign $mac" "$answers"'
ok 'who uses one of IPv6, too'
in_ns other ip addr del fd00:2::8002/64 dev eth0
in_ns client ip neigh replace 192.168.2.200 dev eth0 lladdr "$foreign" nud reachable
tell 'defend 192.168.2.200'
becomes 10 'defended, the entry is ours again' 'entry client 192.168.2.200' $mac

# --- groups ----------------------------------------------------------------------------------------

unasked() { ask stats | cut -d' ' -f6; }
before=$(unasked)
tell 'take fd00:2::9000+3000 eth0'
becomes 30 '3,000 IPv6 addresses: as many groups are joined on eth0' 'groups eth0' 3002
becomes 5 'the last is answered' 'asks6 client fd00:2::9bb7 | tr A-F a-f' "$mac"
becomes 30 'all of them are told, six times' '[ "$(unasked)" -ge $((before + 18000)) ] && echo yes' yes
tell 'leave fd00:2::9000+3000'
becomes 30 'and left with them' 'groups eth0' 2
in_ns node ip link add name late type veth peer name late netns far
in_ns node ip link set late up
in_ns far ip link set late up
tell links
tell 'take fd00:2::8001 eth0 late'
becomes 10 'a new interface joins, too' 'groups late' 1
in_ns node ip link del late
tell 'take fd00:2::8001 eth0'
tell links
is 'an interface that is gone is no problem' "$(ask problem eth0)" 'problem none'
in_ns node ip link set eth1 mtu 1200 # too small for IPv6
tell 'take fd00:2::8003 eth1'
wait_for 10 'grep -q "hears all multicast groups" "$answers"'
becomes 10 'an interface without IPv6 hears all groups, and answers' \
    "asks6 far fd00:2::8003 | tr A-F a-f" "$(mac_of node eth1)"
tell 'leave fd00:2::8003'
in_ns node ip link set eth1 mtu 1500
addr node eth1 fd00:3::13/64
tell links
tell 'take fd00:2::8003 eth1'
becomes 10 'with IPv6 again it joins' 'groups eth1' 1

# --- down and up, gone -----------------------------------------------------------------------------

in_ns node ip link set eth0 down
in_ns node ip link set eth0 up
in_ns node ip addr replace fd00:2::13/64 dev eth0 nodad
becomes 10 'down and up again it is answered as before' 'asks4 client 192.168.2.200 && echo yes' yes
becomes 10 'IPv6, too' 'asks6 client fd00:2::8001 | tr A-F a-f' $mac
for a in 192.168.2.200 fd00:2::8001; do
    tell "leave $a"
done
is 'left: nothing is counted for it any more' "$(ask counts 192.168.2.200)" 'counts none'
check 'nor answered' '! asks4 client 192.168.2.200 && ! asks6 client fd00:2::8001'
read -r _ _ malformed _ _ _ errors <<<"$(ask stats)"
is 'nothing was malformed' "$malformed" 0
say "send errors, while the link was down: $errors"
stop_answer

# --- what was sent ---------------------------------------------------------------------------------

stop capture TERM
wrong() {
    tshark -r "$1" -T fields -e frame.number -e _ws.col.Info -e _ws.expert.message \
        -Y '(arp or icmpv6.type == 135 or icmpv6.type == 136) and (_ws.malformed or _ws.expert.severity == "Error" or _ws.expert.group == "Malformed" or _ws.expert.group == "Protocol" or _ws.expert.group == "Checksum")' \
        2>>"$lab/log/tshark.log"
}
count() { tshark -r "$capture" -Y "($1) and (eth.src == $mac or eth.src == $first_mac)" 2>>"$lab/log/tshark.log" | wc -l; }
first_mac=$(tshark -r "$capture" -Y 'arp.src.proto_ipv4 == 10.0.42.0 and arp.opcode == 2' -T fields -e eth.src 2>>"$lab/log/tshark.log" | head -n 1)
for what in 'arp.opcode == 1 and arp.src.proto_ipv4 == 192.168.2.200 and arp.isannouncement' \
    'arp.opcode == 2 and arp.src.proto_ipv4 == 192.168.2.200' \
    'icmpv6.nd.na.flag.s == 1 and icmpv6.nd.na.flag.o == 1 and icmpv6.nd.na.target_address == fd00:2::8001' \
    'icmpv6.nd.na.flag.s == 0 and ipv6.dst == ff02::1 and icmpv6.nd.na.target_address == fd00:2::8001'; do
    check "captured: $what" '[ "$(count "$what")" -gt 0 ]'
done
is 'tshark finds nothing wrong in it' "$(wrong "$capture")" ''
printf '0000 33 33 00 00 00 01 02 00 00 00 00 0a 86 dd 60 00 00 00 00 20 3a ff fe 80 00 00 00 00 00 00 00 00 00 00 00 00 00 01 ff 02 00 00 00 00 00 00 00 00 00 00 00 00 00 01 88 00 12 34 20 00 00 00 fd 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 02 01 02 00 00 00 00 0a\n' >"$lab/bad.hex"
text2pcap -q "$lab/bad.hex" "$lab/bad.pcap" >>"$lab/log/tshark.log" 2>&1
check 'and does where something is' '[ -n "$(wrong "$lab/bad.pcap")" ]'

# --- without the right to ---------------------------------------------------------------------------

answer_start setpriv --bounding-set -all --inh-caps -all
tell 'take 192.168.2.200 eth0'
becomes 10 'without CAP_NET_RAW it says so' 'ask problem eth0' 'problem eth0: Operation not permitted'
stop_answer
