# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# l2_lib.sh - lib.sh's words with the LAN of layer 2: nodes where grevyd answers ARP and NDP, with
# CAP_NET_RAW and no other right, and a heartbeat between them.
#
#     node1 node2 client router       node3 node4 client2        far: 192.168.1.2, behind the router
#       |     |     |      |            |     |     |             |
#     [ bridge left ]------------- [ bridge right ]             router
#
# node1 is 192.168.2.13 and fd00:2::13 with the MAC 02:00:00:00:00:01, and so on. The kernel of a
# node has no address of the pools: as kube-proxy, it translates what comes for one to the node's
# own. A case adds what each node is to have in its configuration, and wants to be told.
# shellcheck source=tests/e2e/lib.sh
[ -n "${e2e_dir-}" ] || . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# The pools: on the LAN's subnet, outside of it, and a large one.
vip4=192.168.2 vip6=$fd00:2::a # $vip4.100 to .250, $vip6:1 to $vip6:ffff
wide4=10.0.42 many4=10.1       # $wide4.0/24, $many4.0.0/16

# --- the topology ----------------------------------------------------------------------------

# l2_attach BRIDGE NAMESPACE MAC ADDRESS...: its eth0, on the LAN.
l2_attach() {
    local bridge=$1 ns=$2 mac=$3
    shift 3
    ip link add "$ns" netns lan type veth peer name eth0 address "$mac" netns "$ns"
    in_ns lan ip link set "$ns" master "$bridge" up
    in_ns "$ns" ip link set eth0 up
    addr "$ns" eth0 "$@"
}

# l2_host BRIDGE NAME MAC N: a host that does not forward, .N on the LAN, default over the router.
l2_host() {
    ns_add "$2"
    in_ns "$2" sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
    l2_attach "$1" "$2" "$3" "192.168.2.$4/24" "$fd00:2::$4/64"
    in_ns "$2" ip route add default via 192.168.2.1
    in_ns "$2" ip route add default via "$fd00:2::1"
}

mac_of() { echo "02:00:00:00:00:0$1"; } # of node I

# l2_node I: what comes for a pool is the node's own, as with kube-proxy; UDP port 7000 is echoed.
l2_node() {
    local i=$1 bridge=left
    [ "$i" -le 2 ] || bridge=right
    ns_add "node$i"
    l2_attach "$bridge" "node$i" "$(mac_of "$i")" "$(node_ip "$i")/24" "$(node_ip "$i" 6)/64"
    node_up "$i"
    in_ns "node$i" nft -f - <<EOF || fail "nft in node$i"
table inet pools {
    chain prerouting {
        type nat hook prerouting priority dstnat
        ip daddr { $vip4.100-$vip4.250, $wide4.0/24, $many4.0.0/16 } dnat ip to $(node_ip "$i")
        ip6 daddr $vip6:0/112 dnat ip6 to $(node_ip "$i" 6)
    }
}
EOF
    start "echo$i" "node$i" stream echo 7000
}

# l2_lan [N]: N nodes (4), two clients, the router, a client behind it; what user frr may do.
l2_lan() {
    local i n=${1:-4}
    lab_prepare
    ip netns add lan
    in_ns lan sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
    for i in left right; do
        in_ns lan ip link add "$i" type bridge forward_delay 0
        in_ns lan ip link set "$i" up
    done
    in_ns lan ip link add joint0 type veth peer name joint1
    in_ns lan ip link set joint0 master left
    in_ns lan ip link set joint1 master right
    lan_heal
    ns_add router
    l2_attach left router 02:00:00:00:01:01 192.168.2.1/24 "$fd00:2::1/64"
    in_ns router ip route add "$wide4.0/24" dev eth0
    in_ns router ip route add "$many4.0.0/16" dev eth0
    ns_add far
    link router c0 far eth0
    addr router c0 192.168.1.1/24 "$fd00:1::1/64"
    addr far eth0 192.168.1.2/24 "$fd00:1::2/64"
    in_ns far sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
    in_ns far ip route add default via 192.168.1.1
    in_ns far ip route add default via "$fd00:1::1"
    l2_host left client 02:00:00:00:02:01 51
    l2_host right client2 02:00:00:00:02:02 52
    for ((i = 1; i <= n; i++)); do l2_node "$i"; done
    nodes "$n"
    user_frr net_raw
}

# The LAN in two: node1, node2 and client; node3, node4 and client2. And as before.
lan_split() { in_ns lan ip link set joint0 down; }
lan_heal() { in_ns lan ip link set joint0 up && in_ns lan ip link set joint1 up; }
# lan_cut NAMESPACE, lan_join NAMESPACE: its cable.
lan_cut() { in_ns lan ip link set "$1" down; }
lan_join() { in_ns lan ip link set "$1" up; }

# --- grevyd ----------------------------------------------------------------------------------

# l2_key FILE [WORD...]: keys that user frr alone may read; the first is signed with.
l2_key() {
    local file=$1 word
    shift
    for word in "${@:-key}"; do echo "$word of the lab, 16 bytes and more"; done >"$file.new"
    chown frr:frr "$file.new"
    chmod 400 "$file.new"
    mv "$file.new" "$file"
}

# l2_conf I [L2]: of node I. L2 is its section l2; without it, a heartbeat every $l2_interval ms
# with the key of all, $lab/l2.key. More on stdin.
l2_interval=100
l2_conf() {
    local file=$lab/node$1.yaml
    [ -e "$lab/l2.key" ] || l2_key "$lab/l2.key"
    {
        cat <<CONF
role: node
node-name: node$1
kubernetes: {manifests: $manifests}
zebra: {enabled: no}
kernel: {enabled: no}
vty: {dir: /run/grevy/node$1}
http: {listen: "127.0.0.1:7473"}
address-pools:
- {name: lan, protocol: layer2, addresses: ["$vip4.100-$vip4.250", "$vip6:0/112"]}
- {name: wide, protocol: layer2, addresses: ["$wide4.0/24"]}
- {name: many, protocol: layer2, addresses: ["$many4.0.0/16"]}
l2: ${2-"{heartbeat: {interval-ms: $l2_interval, key-file: $lab/l2.key}}"}
CONF
        cat
    } >"$file.new"
    mv "$file.new" "$file"
}

# l2_spawn I: grevyd on node I. l2_start I...: on each, and wait until they answer.
l2_spawn() {
    install -d -o frr -g frrvty -m 750 "/run/grevy/node$1"
    [ -e "$lab/node$1.yaml" ] || l2_conf "$1" </dev/null
    start "grevyd-node$1" "node$1" "${as_frr[@]}" grevyd -f "$lab/node$1.yaml"
}
l2_start() {
    local i
    for i; do l2_spawn "$i"; done
    for i; do wait_for 10 "l2_ask $i 'show version'"; done
}
l2_stop() { stop "grevyd-node$1" "${2:-TERM}"; } # I [SIGNAL]
l2_reload() { kill -HUP "${pids[grevyd-node$1]}"; }
l2_ask() { grevy_at "/run/grevy/node$1" "$2"; } # I COMMAND
# l2_metric I 'NAME{LABELS}': its value, of node I; nothing: it is not there.
l2_metric() {
    in_ns "node$1" python3 "$e2e_dir/lab.py" get http://127.0.0.1:7473/metrics |
        awk -v name="$2" 'index($0, name " ") == 1 { print $NF }'
}

# --- who answers, as the LAN sees it ----------------------------------------------------------

# l2_macs NAMESPACE ADDRESS [INTERFACE]: the MACs that answer a question, sorted, a line each.
l2_macs() {
    case $2 in
    *:*) in_ns "$1" ndisc6 -q -m -r 1 -w 300 "$2" "${3-eth0}" | tr '[:upper:]' '[:lower:]' | sort -u ;;
    *) in_ns "$1" arping -r -c 1 -w 0.3 -i "${3-eth0}" "$2" | tr '[:upper:]' '[:lower:]' | sort -u ;;
    esac
}
# l2_owner NAMESPACE ADDRESS: the nodes that answer there: "1"; "1 3" would be two; "" nobody.
l2_owner() { l2_macs "$1" "$2" | sed 's/^02:00:00:00:00:0//' | paste -sd ' '; }
# l2_owned ADDRESS [NAMESPACE]: exactly one node answers: left in $owner.
owner=''
l2_owned() {
    wait_for "${l2_patience-10}" "owner=\$(l2_owner '${2-client}' '$1') && [[ \$owner == [1-4] ]]"
}
# l2_entry NAMESPACE ADDRESS: the MAC of its neighbour entry.
l2_entry() { in_ns "$1" ip neigh show "$2" dev eth0 | sed -n 's/.* lladdr \([^ ]*\).*/\1/p'; }
l2_forget() { in_ns "$1" ip neigh flush dev eth0; }

# l2_watch NAMESPACE ADDRESS...: asks there for each every 20 ms, until l2_watched NAMESPACE.
# l2_judge NAMESPACE FROM_MS TO_MS [ADDRESS]: of the questions of that time how many were asked, how
# many nobody answered, how many more than one MAC, for how long at most, and which MACs:
# left in $asked, $silent, $two, $streak_ms, $macs.
l2_watch() {
    start "watch-$1" "$1" python3 "$e2e_dir/l2_watch.py" ask eth0 20 "${@:2}"
    wait_for 10 "[ -s '$lab/log/watch-$1.log' ]"
}
l2_watched() { stop "watch-$1"; }
asked='' silent='' two='' streak_ms='' macs=''
# shellcheck disable=SC2034 # the cases read them
l2_judge() {
    local told
    told=$(python3 "$e2e_dir/l2_watch.py" judge "${@:2}" <"$lab/log/watch-$1.log") || fail "l2_watch.py judge $*"
    say "      $1: $told"
    read -r asked silent two streak_ms macs <<<"${told//[a-z_]*([a-z_])=/}"
}

# l2_services FIRST N [WORDS...]: Services default/s-FIRST and on, with the addresses from $many4.0.0 on.
l2_services() {
    local i first=$1 n=$2
    shift 2
    for ((i = first; i < first + n; i++)); do
        echo "service default/s-$i ips=$many4.$((i / 250)).$((i % 250 + 1)) ${*:-on=node1,node2,node3,node4}"
    done | manifest
}

# --- what went over the LAN --------------------------------------------------------------------

# l2_capture NAME NAMESPACE [INTERFACE [FILTER...]]: all of it into $lab/NAME.pcap until it is stopped.
l2_capture() {
    local name=$1 ns=$2 dev=${3-eth0}
    shift $(($# < 3 ? $# : 3))
    start "$name" "$ns" tcpdump -Z root -U -i "$dev" -w "$lab/$name.pcap" --immediate-mode "$@"
    wait_for 10 "grep -q 'listening on' '$lab/log/$name.log'"
}
# l2_frames NAME FILTER [FIELD...]: of a capture, tshark's; the heartbeat is nobody's protocol.
l2_frames() {
    local name=$1 filter=$2 fields=() field
    shift 2
    for field; do fields+=(-e "$field"); done
    [ ${#fields[@]} = 0 ] || fields=(-T fields "${fields[@]}")
    tshark -r "$lab/$name.pcap" -d udp.port==7474,data -Y "$filter" "${fields[@]}" 2>/dev/null
}

# l2_record [N]: what goes in and out of each node, until l2_well_formed [N]: nothing that a node
# sent for an address of the pools is malformed, by tshark, and something was sent.
l2_record() {
    local i
    for ((i = 1; i <= ${1:-4}; i++)); do
        l2_capture "wire$i" "node$i" eth0 'arp or icmp6 or udp port 7474'
    done
}
l2_well_formed() {
    local i frames=0 bad='' ours
    for ((i = 1; i <= ${1:-4}; i++)); do
        stop "wire$i" INT
        ours="eth.src == $(mac_of "$i")"
        frames=$((frames + $(l2_frames "wire$i" "$ours && (arp.src.proto_ipv4 == $vip4.96/27 ||
            arp.src.proto_ipv4 == $wide4.0/24 || arp.src.proto_ipv4 == $many4.0.0/16 ||
            icmpv6.nd.na.target_address == $vip6:0/112)" | wc -l)))
        bad+=$(l2_frames "wire$i" "$ours && (_ws.malformed || _ws.expert.severity == error ||
            icmpv6.checksum.status == 0)")
    done
    is 'tshark finds nothing malformed in what the nodes sent' "$bad" ''
    check "that were $frames frames of ARP and NDP" "[ $frames -gt 0 ]"
}
