#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Layer 2, reached: ping, curl, arping and ndisc6 of clients with and without an entry in their
# cache, on both ends of the LAN and behind a router; whoever checks whether an address is free or
# still there is answered, too; a router's redirects name nothing wrong; nothing is malformed.
# shellcheck source=tests/e2e/l2_lib.sh
. "$(dirname "$0")/l2_lib.sh"

l2_lan
all=on=node1,node2,node3,node4
manifest <<EOF
service default/web ips=$vip4.100,$vip6:1 dual $all
service default/zero ips=$wide4.0 $all
service default/local ips=$vip4.102 local on=node3
service default/one ips=$vip4.103 $all
service default/two ips=$vip4.104 $all
service default/three ips=$vip4.105 $all
EOF
for i in 1 2 3 4; do
    mkdir "$lab/www$i"
    echo "node$i" >"$lab/www$i/index.html"
    start "www$i" "node$i" python3 -m http.server 80 --bind :: --directory "$lab/www$i"
done
l2_record
l2_start 1 2 3 4

# --- who answers ----------------------------------------------------------------------------------

# answers NAMESPACE ADDRESS: the node that answers on the LAN serves the client, and is its entry.
answers() {
    local url=$2
    [[ $2 != *:* ]] || url="[$2]"
    l2_forget "$1"
    check "$1: ping $2" "in_ns $1 ping -c1 -W2 $2"
    is "$1: curl http://$url/, from the owner" "$(in_ns "$1" curl -s -m 5 "http://$url/")" "node$owner"
    [ "$1" = far ] || is "$1: its entry for $2" "$(l2_entry "$1" "$2")" "$(mac_of "$owner")"
}
for a in "$vip4.100" "$vip6:1" "$vip4.102"; do
    l2_owned "$a"
    for ns in client client2 far; do answers "$ns" "$a"; done
done
l2_owned "$vip4.102"
is 'policy Local: the node with the endpoint' "$owner" 3
l2_owned "$vip4.100"
web=$owner
l2_owned "$vip6:1"
is 'both addresses of a Service are on one node' "$owner" "$web"
for i in 1 2 3 4; do
    is "node$i: no address was added" "$(in_ns "node$i" ip -o addr show to "$vip4.96/27")$(in_ns "node$i" \
        ip -o addr show to "$vip6:0/112")" ''
    check "node$i: it has CAP_NET_RAW and nothing else" \
        "grep -E '^CapEff:[[:space:]]*0000000000002000$' /proc/${pids[grevyd-node$i]}/status"
done
is 'an address that nobody wants is not answered for' "$(l2_owner client "$vip4.200")$(l2_owner client "$vip6:200")" ''

# --- who asks whether it is free, or still there --------------------------------------------------

is 'arping with sender 0.0.0.0 is answered' "$(in_ns client arping -0 -r -c 2 -C 1 -w 2 -i eth0 "$vip4.100")" "$(mac_of "$web")"
in_ns client2 sysctl -qw net.ipv6.conf.eth0.accept_dad=1 net.ipv6.conf.eth0.dad_transmits=1
in_ns client2 ip addr add "$vip6:1/64" dev eth0
wait_for 10 "in_ns client2 ip -6 addr show dev eth0 to $vip6:1 | grep -q dadfailed"
ok 'a client that would take the address finds it taken: dadfailed'
in_ns client2 ip addr del "$vip6:1/64" dev eth0
is 'and it was no conflict' "$(l2_metric "$web" grevy_l2_conflicts_total)" 0
for a in "$vip4.100" "$vip6:1"; do
    in_ns client ip neigh replace "$a" lladdr "$(mac_of "$web")" dev eth0 nud probe
    becomes 5 "$a: a unicast probe of the kernel is answered" "in_ns client ip -o neigh show $a dev eth0 | grep -o REACHABLE" REACHABLE
done
is 'NDP: one without the link-layer option, too' \
    "$(in_ns client python3 "$e2e_dir/l2_watch.py" probe eth0 "$(mac_of "$web")" "$vip6:1")" "$(mac_of "$web") R=0 S=1 O=1 to us"

# --- behind a router that sends redirects ---------------------------------------------------------

l2_capture redirects client eth0 icmp or icmp6
l2_capture told far eth0 icmp or icmp6
l2_owned "$wide4.0" router
zero=$owner
in_ns client ping -c 5 -i 0.2 -W 2 "$wide4.0" >"$lab/log/ping.log"
check 'an address that ends in 0: all pings come back' "grep ' 5 received' $lab/log/ping.log"
wait_for 5 "in_ns client ip route get $wide4.0 | grep -q 'via $wide4.0 '"
ok 'the router sent a redirect, and the client follows it'
is 'its entry is the owner' "$(l2_entry client "$wide4.0")" "$(mac_of "$zero")"
check 'behind the router: it answers' "in_ns far ping -c 3 -i 0.2 -W 2 $wide4.0"

# --- the owner leaves: entries are made anew ------------------------------------------------------

# moved NAMESPACE ADDRESS OLD: its cached entry becomes the new owner's, unasked.
moved() {
    l2_owned "$2" "$1"
    check "$2: another owner" "[ $owner != $3 ]"
    becomes 5 "$1: its entry for $2" "l2_entry $1 $2" "$(mac_of "$owner")"
    check "$1: ping $2" "in_ns $1 ping -c1 -W2 $2"
}
in_ns client2 ping -c1 -W2 "$vip4.100" >/dev/null
in_ns client2 ping -c1 -W2 "$vip6:1" >/dev/null
l2_stop "$web"
moved client2 "$vip4.100" "$web"
moved client2 "$vip6:1" "$web"
answers far "$vip4.100"
l2_start "$web"
if [ "$zero" != "$web" ]; then
    l2_stop "$zero"
    l2_owned "$wide4.0" router
fi
moved client "$wide4.0" "$zero"
check 'behind the router: it answers' "in_ns far ping -c 3 -i 0.2 -W 2 $wide4.0"
stop redirects INT
stop told INT
is 'redirects: of the router alone, to the address itself' \
    "$(l2_frames redirects icmp.type==5 ip.src icmp.redir_gw | sort -u)" "192.168.2.1,192.168.2.51"$'\t'"$wide4.0"
# A kernel that forwards takes a unicast probe for an address that it does not have for a packet to
# be forwarded: it says that the address is on the link, which is so, and names no MAC for it.
is 'IPv6: if any, that the address itself is on the link' "$(l2_frames redirects 'icmpv6.type == 137 &&
    (icmpv6.nd.rd.target_address != icmpv6.rd.na.destination_address || icmpv6.opt.type == 2)')" ''
is 'behind the router: none' "$(l2_frames told 'icmp.type == 5 || icmpv6.type == 137')" ''
l2_well_formed
