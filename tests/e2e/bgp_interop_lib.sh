# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bgp_interop_lib.sh - lib.sh's lab for BGP, without FRR on the router:
#
#   router  grevyd, role router, takes what nodes announce into the kernel
#   node1   a BGP speaker of others, in our AS: MD5; dials the router, is dialled by node3
#   node2   the same in another AS: GTSM with the router; is dialled by both
#   node3   grevyd, role node, announces Services to node1 and node2
#
# The lower half of each pool is announced by the speakers of others (192.168.254.1 and .11 by node1,
# .2 and .12 by node2), the upper half has our Services. All traffic of BGP is captured.
# shellcheck source=tests/e2e/lib.sh
[ -n "${e2e_dir-}" ] || . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=tests/e2e/bgp_peers.sh
. "$e2e_dir/bgp_peers.sh"

our_as=4200000001
their_as=4200000002
secret=sesame
speaker= # frr, bird ...: of bgp_story
declare -A ll=() # the link-local address of node I
as_of() { [ "$1" = 1 ] && echo $our_as || echo $their_as; }

sessions() {
    local role=passive gtsm=1 password=-
    if [ "$1" = 1 ]; then
        role=active gtsm=- password=$secret
    fi
    [ -z "${gtsm_dials_only-}" ] || role=active
    echo "router4 192.168.2.1 $our_as $role $gtsm $password"
    echo "router6 $fd00:2::1 $our_as $role $gtsm $password"
    [ -z "${md5_dials_only-}" ] || password=-
    [ -z "${gtsm_dials_only-}" ] || gtsm=-
    echo "node4 $(node_ip 3) $our_as passive $gtsm $password"
    echo "node6 $(node_ip 3 6) $our_as passive $gtsm $password"
}

# left_out: what speakers of others no longer announce, e.g. ' 192.168.254.11/32'.
left_out=
announced() { # I FAMILY
    local prefix kind
    if [ "$2" = 4 ]; then
        printf '%s\n' "$pool4.$1/32 plain" "$pool4.1$1/32 marked"
    else
        printf '%s\n' "$pool6::$1/128 plain" "$pool6::1$1/128 marked"
    fi | while read -r prefix kind; do
        [[ " $left_out " == *" $prefix "* ]] || echo "$prefix $kind"
    done
}

# --- grevyd ----------------------------------------------------------------------------------

# neighbor ADDRESS AS [KEY: VALUE, ...]: of bgp.neighbors, taking what is in the pools.
neighbor() {
    echo "  - {address: \"$1\", asn: $2, hold-time: 9, connect-time: 1, ${3:+$3, }address-families: [ipv$(family_of "$1")],"
    echo "     import: {prefixes: [$pool4.0/24 le 32, \"$pool6::/64 le 128\"]}}"
}

router_conf() {
    cat <<EOF
role: router
router-id: 192.168.2.1
zebra: {enabled: no}
bgp:
  asn: $our_as
  neighbors:
$(neighbor "$(node_ip 1)" $our_as "passive: ${helper_waits:-true}, password: $secret")
$(neighbor "$(node_ip 1 6)" $our_as "passive: ${helper_waits:-true}, password: $secret")
$(neighbor "$(node_ip 2)" $their_as "ttl-security: 1${gtsm_dials_only:+, passive: true}")
$(neighbor "$(node_ip 2 6)" $their_as "ttl-security: 1${gtsm_dials_only:+, passive: true}")
EOF
}

node_peers() {
    local i family more
    for i in 1 2; do
        more="password: $secret"
        [ -z "${md5_dials_only-}" ] || more=
        if [ $i = 2 ]; then
            more='ttl-security: 1'
            [ -z "${gtsm_dials_only-}" ] || more=
        fi
        for family in 4 6; do
            echo "- {my-asn: $our_as, peer-asn: $(as_of $i), peer-address: \"$(node_ip $i $family)\", ${more:+$more, }"
            echo '   hold-time: 9s, connect-time: 1s, enable-graceful-restart: true}'
        done
    done
}

node_conf() {
    cat <<EOF
role: node
node-name: node3
router-id: $(node_ip 3)
kubernetes: {manifests: $manifests}
zebra: {enabled: no}
http: no
address-pools:
- name: default
  protocol: bgp
  addresses: [$pool4.128/25, "$pool6::8000/113"]
  bgp-advertisements:
  - {localpref: 150, communities: ["$mark_community", "large:$mark_large"]}
peers:
$(node_peers)
EOF
}

# us_start router|nodeI: grevyd with $lab/router.yaml or nodeI.yaml.
us_start() {
    user_frr net_admin net_bind_service # of one that listens and has a kernel to fill
    if [ "$1" != router ]; then
        user_frr # who only dials needs none
        install -d -o frr -g frrvty -m 750 "/run/grevy/$1"
        set -- "$1" -N "$1"
    fi
    start "grevyd-$1" "$1" "${as_frr[@]}" grevyd -f "$lab/$1.yaml" "${@:2}"
    wait_for 10 "us $1 'show version'"
}
us() { # router|nodeI COMMAND
    local dir=/run/grevy
    [ "$1" = router ] || dir=/run/grevy/$1
    in_ns "$1" python3 "$e2e_dir/lab.py" vty "$dir/grevyd.vty" "$2"
}
us_router() {
    router_conf >"$lab/router.yaml"
    us_start router
}
us_node() {
    node_conf >"$lab/node3.yaml"
    us_start node3
}

# What the router took of a node: as bgp_routes.py writes it.
us_told() { # [ADDRESS]
    local family prefix
    for family in ipv4 ipv6; do
        for prefix in $(us router "show bgp $family unicast json" | json "' '.join(d['routes'])"); do
            us router "show bgp $family unicast $prefix json"
        done
    done | routes_of frr "$@"
}
us_up() { # router|node3 COUNT
    us "$1" 'show bgp summary json' |
        json "len({a for f in d.values() for a, p in f.get('peers', {}).items() if p['state'] == 'Established'}) == $2"
}

# kernel_has: what BGP put into the router's kernel, a line each: PREFIX GATEWAY,... A node's link-local
# address is told as its other one.
kernel_has() {
    local i
    { in_ns router ip -j route show proto 187 && in_ns router ip -j -6 route show proto 187; } |
        sed "$(for i in "${!ll[@]}"; do echo "s/\"${ll[$i]}\"/\"$(node_ip "$i" 6)\"/g"; done)" |
        python3 "$e2e_dir/bgp_routes.py" kernel
}

# --- the lab ---------------------------------------------------------------------------------

# bgp_lab: nodes 1 and 2 answer for the lower half of the pools and route the upper half by what
# they learn; the router sends that half to node 1.
bgp_lab() {
    local i
    lab_start
    for i in 1 2 3; do
        wait_for 5 "ll[$i]=\$(in_ns node$i ip -6 -o addr show dev eth0 | grep -o 'fe80::[0-9a-f:]*')"
    done
    for i in 1 2; do
        in_ns "node$i" ip route del local "$pool4.0/24" dev lo
        in_ns "node$i" ip route del local "$pool6::/64" dev lo
        in_ns "node$i" ip route add local "$pool4.0/25" dev lo
        in_ns "node$i" ip route add local "$pool6::/113" dev lo
        in_ns "node$i" sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0
    done
    in_ns router ip route add "$pool4.128/25" via "$(node_ip 1)"
    in_ns router ip route add "$pool6::8000/113" via "$(node_ip 1 6)"
    capture_start
}

# --- what we sent, as tshark reads it ----------------------------------------------------------

capture=
capture_start() { # [INTERFACE]
    capture=$lab/bgp.pcap
    start capture router tcpdump -Z root -U -s 0 -i "${1-br0}" -w "$capture" tcp port 179
    wait_for 10 'grep -q "listening on" "$lab/log/capture.log"'
}

# What tshark finds wrong with BGP in FILE, of what these addresses sent: malformed, or an expert's
# error or warning (not TCP's: a daemon that is killed leaves those).
wrong_in() { # FILE ADDRESS...
    local from='' a
    for a in "${@:2}"; do
        from+="${from:+ or }ip$([ "$(family_of "$a")" = 4 ] || echo v6).src == $a"
    done
    tshark -r "$1" -o tcp.desegment_tcp_streams:TRUE -T fields -e frame.number -e _ws.col.Info -e _ws.expert.message \
        -Y "bgp and ($from) and (_ws.malformed or _ws.expert.severity == \"Error\" or _ws.expert.group == \"Malformed\" or _ws.expert.group == \"Protocol\")" 2>>"$lab/log/tshark.log"
}

# capture_check ADDRESS...: of ours.
capture_check() {
    local sent
    stop capture TERM
    sent=$(tshark -r "$capture" -Y "bgp.type == 2 and (ip.src == $1 or ipv6.src == $2)" 2>>"$lab/log/tshark.log" | wc -l)
    check "captured: $sent packets with UPDATEs of ours" '[ "$sent" -gt 0 ]'
    is 'tshark finds nothing wrong with what we sent' "$(wrong_in "$capture" "$@")" ''
    # An UPDATE whose AS_PATH is longer than all attributes, to see that it would.
    printf '0000 %s 002e 02 0000 0014 40 01 01 00 40 02 f0 02 01 00 01 40 03 04 c0 a8 02 0d 00 00 20 c0 a8\n' \
        "$(printf 'ff %.0s' {1..16})" | sed 's/ \([0-9a-f][0-9a-f]\)\([0-9a-f][0-9a-f]\)/ \1 \2/g' >"$lab/bad.hex"
    text2pcap -q -T 40000,179 -4 192.0.2.1,192.0.2.2 "$lab/bad.hex" "$lab/bad.pcap" >>"$lab/log/tshark.log" 2>&1
    check 'and does where something is' '[ -n "$(wrong_in "$lab/bad.pcap" 192.0.2.1)" ]'
}

# --- the story of each speaker -----------------------------------------------------------------

# told_us I: what the router is to have of node I; told_them I: what node I is to have of node 3.
told_us() {
    local prefix kind path=- pref=100
    [ "$1" = 1 ] || path=$their_as pref=-
    for family in 4 6; do
        while read -r prefix kind; do
            echo "$prefix $(node_ip "$1" "$family") $path $pref $([ "$kind" = plain ] && echo - || echo $mark)"
        done < <(announced "$1" "$family")
    done | sort
}
services="$pool4.130/32 $pool4.131/32 $pool6::8002/128 $pool6::8003/128"
told_them() { # I
    local prefix path=- pref=150
    [ "$1" = 1 ] || path=$our_as pref=${ebgp_pref--}
    for prefix in $services; do
        echo "$prefix $(node_ip 3 "$(family_of "$prefix")") $path $pref $mark"
    done | sort
}
kernel_wanted() {
    local i family
    for i in 1 2; do
        for family in 4 6; do
            announced $i $family | sed "s, .*, $(node_ip $i $family),"
        done
    done | sort
}

# heard I: what node I has of node 3.
heard() { { "${speaker}_told" "$1" "$(node_ip 3)" && "${speaker}_told" "$1" "$(node_ip 3 6)"; } | sort; }

bgp_services() {
    echo "node node3 $(node_ip 3) $(node_ip 3 6)"
    echo "service default/one ips=$pool4.130,$pool6::8002 dual on=node3"
    echo "service default/two ips=$pool4.131,$pool6::8003 dual on=node3"
}

# all_up 'WHAT': every session, and what goes over it. A session that both ends begin at once may end
# in an error, and OpenBGPD waits 30 s after one.
all_up() {
    local i
    for i in 1 2; do
        wait_for 50 "${speaker}_up $i 4"
    done
    wait_for 20 'us_up router 4'
    wait_for 20 'us_up node3 4'
    for i in 1 2; do
        becomes 20 "$1: what the router took of node$i" "{ us_told $(node_ip $i); us_told $(node_ip $i 6); } | sort" "$(told_us $i)"
        becomes 20 "$1: what node$i took of ours" "heard $i" "$(told_them $i)"
    done
    becomes 10 "$1: the kernel of the router" kernel_has "$(kernel_wanted)"
}

# streams [theirs]: what is sent to; with theirs, by way of what node 1 learned of ours, too.
streams() {
    printf '%s\n' "$pool4.1" "$pool6::1" "$pool4.2" "$pool6::2"
    [ -z "${1-}" ] || printf '%s\n' "$pool4.130" "$pool6::8002"
}
streams_start() {
    local address
    for address in $(streams "${1-}"); do
        : >"$lab/log/to-$address.log"
        stream_start "to-$address" "$address"
    done
}
streams_end() { # 'WHAT' [theirs]
    local address
    for address in $(streams "${2-}"); do
        stream_stop "to-$address"
        is "$1: lost of $sent packets to $address" "$lost" 0
    done
}

# bgp_story SPEAKER. What a case says of its speaker before:
#   ebgp_pref            what it shows as LOCAL_PREF of eBGP
#   forwards             its node forwards by what it learns
#   restarts             killed and back, its peers keep its routes
#   restarts_forwarding  so does its own kernel
#   helper_waits=false   it may wait for the call of a peer that restarts: then we dial it, too
#   md5_dials_only, gtsm_dials_only   not on calls that it takes
bgp_story() {
    speaker=$1
    bgp_lab
    bgp_services | manifest
    "${speaker}_start" 1
    "${speaker}_start" 2
    us_router
    us_node
    all_up 'at first'

    "${speaker}_withdraw" 1 "$pool4.11/32" >>"$lab/log/vtysh.log" 2>&1
    "${speaker}_withdraw" 2 "$pool6::12/128" >>"$lab/log/vtysh.log" 2>&1
    left_out="$pool4.11/32 $pool6::12/128"
    services="$pool4.130/32 $pool6::8002/128"
    echo 'delete service default/two' | manifest
    all_up 'withdrawn'

    if [ -n "${restarts-}" ]; then
        streams_start "${restarts_forwarding-}"
        stop peer1 KILL
        stop peer2 KILL
        wait_for 10 'us_up router 0'
        is 'they are killed: the kernel keeps it all' "$(kernel_has)" "$(kernel_wanted)"
        left_out+=" $pool4.12/32 $pool6::11/128" # meanwhile
        "${speaker}_start" 1 again
        "${speaker}_start" 2 again
        all_up 'they are back'
        streams_end 'they are killed and back' "${restarts_forwarding-}"
    fi
    streams_start "${forwards-}"
    stop grevyd-router KILL
    stop grevyd-node3 KILL
    for i in 1 2; do wait_for 10 "${speaker}_up $i 0"; done
    is 'we are killed: the kernel keeps it all' "$(kernel_has)" "$(kernel_wanted)"
    bgp_services | manifest
    services="$pool4.130/32 $pool4.131/32 $pool6::8002/128 $pool6::8003/128"
    us_router
    us_node
    all_up 'we are back'
    streams_end 'we are killed and back' "${forwards-}"
    capture_check 192.168.2.1 "$fd00:2::1" "$(node_ip 3)" "$(node_ip 3 6)"
}
