#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# frr-config/pfsense does what its README says, as far as Linux can tell: the router runs zebra and
# bgpd on frr.conf, then on frr-gui.conf, and three nodes announce Services to it by bgpd: prefix
# list, next hops, multipath, nothing the other way, hold time, maximum-prefix. No grevyd here.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

shipped=$top_dir/frr-config/pfsense
lab_start

# --- the nodes -------------------------------------------------------------------------------

at_node() { in_ns "node$1" vtysh -N "node$1" -c "$2" 2>>"$lab/log/vtysh.log"; }

# node_conf I: its bgpd; what stands on stdin is said in both families.
node_conf() {
    local i=$1 announced
    announced=$(cat)
    cat <<EOF
router bgp 64513
 bgp router-id $(node_ip "$i")
 no bgp default ipv4-unicast
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 192.168.2.1 remote-as 64512
 neighbor 192.168.2.1 timers connect 1
 neighbor $fd00:2::1 remote-as 64512
 neighbor $fd00:2::1 timers connect 1
 address-family ipv4 unicast
  neighbor 192.168.2.1 activate
$(grep -v : <<<"$announced")
 exit-address-family
 address-family ipv6 unicast
  neighbor $fd00:2::1 activate
$(grep : <<<"$announced")
 exit-address-family
exit
EOF
}

node_start() {
    local i=$1
    node_conf "$i" >"$lab/frr/node$i/frr.conf"
    start "bgpd$i" "node$i" "$FRR/bgpd" -A 127.0.0.1 -N "node$i"
    wait_for 10 "at_node $i 'show bgp summary'"
    in_ns "node$i" vtysh -N "node$i" -f "$lab/frr/node$i/frr.conf" >>"$lab/log/vtysh.log" 2>&1 ||
        fail "node$i: vtysh -f"
}

# --- the router ------------------------------------------------------------------------------

at_router() { in_ns router vtysh -c "$1" 2>>"$lab/log/vtysh.log"; }

# router_start FILE: as pfSense's frr.sh does: check, daemons, vtysh -b.
router_start() {
    local said d
    cp "$shipped/$1" "$lab/frr/frr.conf"
    mgmtd_start
    for d in zebra staticd bgpd; do
        start $d router "$FRR/$d"
        wait_for 10 "running $d && in_ns router vtysh -d $d -c 'show version'"
    done
    said=$(in_ns router vtysh -C 2>&1) && [ -z "$said" ] || fail "$1: vtysh -C: $said"
    # The package puts route maps after their users: FRR says so, and takes them all the same.
    said=$(vtysh_load router -b | grep -vE "^The route-map 'grevy-[a-z]*' does not exist")
    [ -z "$said" ] || fail "$1: vtysh -b: $said"
    ok "$1: vtysh -C and -b take every line"
}

# state NEIGHBOUR: as show bgp summary has it.
state() { at_router 'show bgp summary json' | json "{a: p['state'] for f in d.values() for a, p in f.get('peers', {}).items()}['$1']"; }
established() { at_router 'show bgp summary json' | json "sum(p['state'] == 'Established' for f in d.values() for p in f.get('peers', {}).values()) == $1"; }

# learned: the addresses that bgpd gave zebra, and zebra the kernel.
learned() {
    { in_ns router ip -o route show proto bgp && in_ns router ip -o -6 route show proto bgp; } |
        cut -d' ' -f1 | sort -u | xargs
}
# hops PREFIX: the next hops, of IPv4 in the kernel; of IPv6 (link-local there) those of bgpd's paths.
hops() {
    if [[ $1 == *:* ]]; then
        at_router "show bgp ipv6 unicast $1 json" |
            json "' '.join(sorted(h['ip'] for p in d['paths'] for h in p['nexthops'] if h['scope'] == 'global' and (p.get('multipath') or p.get('bestpath'))))"
    else
        in_ns router ip -j route show "$1" proto bgp |
            json "' '.join(sorted(h['gateway'] for h in d[0].get('nexthops', d)))"
    fi
}
hops_in_kernel() { in_ns router ip -6 -j route show "$1" proto bgp | json "len(d[0].get('nexthops', d)) == $2"; }

# --- what README.md says ---------------------------------------------------------------------

all4='192.168.2.13 192.168.2.14 192.168.2.15'
all6="$fd00:2::13 $fd00:2::14 $fd00:2::15"
pool="$pool4.1 $pool4.2 $pool6::1 $pool6::2"

# said I PREFIX: the node does announce it, IPv4.
said() { at_node "$1" 'show bgp ipv4 unicast neighbors 192.168.2.1 advertised-routes json' | json "'$2' in d['advertisedRoutes']"; }

works() {
    local i
    wait_for 60 'established 6'
    ok "$1: six sessions are up"
    becomes 20 "$1: ECMP over the nodes that announce it, IPv4" "hops $pool4.1" "$all4"
    becomes 20 "$1: and IPv6" "hops $pool6::1/128" "$all6"
    wait_for 10 "hops_in_kernel $pool6::1 3"
    becomes 20 "$1: of one node only, IPv4" "hops $pool4.2" 192.168.2.13
    becomes 20 "$1: and IPv6" "hops $pool6::2/128" "$fd00:2::13"
    for i in 0.0.0.0/0 10.99.0.0/16 192.168.1.0/24 "$pool4.0/24"; do
        check "$1: node1 announces $i, too" "said 1 $i"
    done
    is "$1: what is not of the pools is not taken" "$(learned)" "$pool"
    check "$1: the client reaches a Service" "in_ns client ping -c1 -W2 $pool4.1"
    check "$1: by IPv6, too" "in_ns client ping -c1 -W2 $pool6::1"
    check "$1: the nodes are told nothing" "at_router 'show bgp summary json' |
        json \"[p['pfxSnt'] for f in d.values() for p in f.get('peers', {}).values()] == [0] * 6\""
}

fails() {
    local i
    stop bgpd2 KILL
    becomes 5 "$1: a node's speaker dies: out at once" "hops $pool4.1" '192.168.2.13 192.168.2.15'
    in_ns node3 ip link set eth0 down
    becomes 12 "$1: a node dies without a word: out within the hold time" "hops $pool4.1" 192.168.2.13
    becomes 12 "$1: and of IPv6" "hops $pool6::1/128" "$fd00:2::13"
    check "$1: the client reaches the one that is left" "in_ns client ping -c1 -W2 $pool4.1"
    node_up 3
    node_start 2 < <(services)
    becomes 60 "$1: both come back" "hops $pool4.1" "$all4"
    for i in 3 2; do
        wait_for 60 "[ \"\$(hops $pool6::1/128)\" = '$all6' ]"
    done

    {
        echo 'router bgp 64513'
        echo ' address-family ipv6 unicast'
        printf "  network $pool6::1:%x/128\n" {0..1000}
    } >"$lab/frr/node3/more.conf"
    in_ns node3 vtysh -N node3 -f "$lab/frr/node3/more.conf" >>"$lab/log/vtysh.log" 2>&1 || fail 'node3: vtysh -f'
    becomes 60 "$1: 1,001 addresses of one node: it is shut out" "state $fd00:2::15" 'Idle (PfxCt)'
    becomes 20 "$1: of the others nothing is lost" "hops $pool6::1/128" "$fd00:2::13 $fd00:2::14"
    becomes 20 "$1: nor of the other family" "hops $pool4.1" "$all4"
    becomes 20 "$1: and its addresses are gone" learned "$pool"
}

services() {
    echo "  network $pool4.1/32"
    echo "  network $pool6::1/128"
}

frr_config
for i in 1 2 3; do
    install -d -o frr -g frr "/run/frr/node$i" "$lab/frr/node$i"
    : >"$lab/frr/node$i/vtysh.conf"
    start "zebra$i" "node$i" "$FRR/zebra" -A 127.0.0.1 -N "node$i"
    wait_for 10 "[ -S /run/frr/node$i/zserv.api ]"
done
for file in frr.conf frr-gui.conf; do
    node_start 1 < <(
        services
        echo "  network $pool4.2/32"
        echo "  network $pool6::2/128"
        for i in 0.0.0.0/0 10.99.0.0/16 192.168.1.0/24 "$pool4.0/24"; do
            echo "  network $i"
        done
        echo "  network ::/0"
        echo "  network $pool6::/64"
    )
    for i in 2 3; do
        node_start $i < <(services)
    done
    router_start $file
    works $file
    fails $file
    for i in bgpd bgpd1 bgpd2 bgpd3 staticd zebra mgmtd; do
        stop $i
    done
    rm -f /run/frr/*.vty /run/frr/node?/bgpd.vty
    wait_for 10 '[ -z "$(learned)" ]'
done
