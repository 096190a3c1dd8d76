# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bgp_peers.sh - the BGP speakers of others, each in the network namespace of a node: what it is
# configured with, how it starts, and what it has. bgp_interop_lib.sh sources it and says what a session is:
#
#   sessions I          of node I, a line each: NAME ADDRESS AS ROLE GTSM PASSWORD
#                       ROLE: active, passive; GTSM: hops, or -; PASSWORD: or -
#   announced I 4|6     of node I, a line each: PREFIX plain|marked
#
# Of a speaker KIND (frr, bird, gobgp, openbgpd, exabgp) there are: KIND_start I [again], KIND_up I COUNT
# (that many sessions are established), KIND_told I [ADDRESS] (what it has, as bgp_routes.py writes it),
# KIND_withdraw I PREFIX.
# shellcheck source=tests/e2e/lib.sh
[ -n "${e2e_dir-}" ] || . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mark_community=64512:77
mark_large=4200000001:1:2
mark=$mark_community,$mark_large

routes_of() { python3 "$e2e_dir/bgp_routes.py" "$@"; } # KIND [PEER], of what is on stdin
family_of() { case $1 in *:*) echo 6 ;; *) echo 4 ;; esac }
at_space() { in_ns "node$1" vtysh -N "node$1" "${@:2}" 2>>"$lab/log/vtysh.log"; } # I OPTION...

# --- FRR -------------------------------------------------------------------------------------

frr_networks() { # I FAMILY
    local prefix kind
    while read -r prefix kind; do
        echo "  network $prefix$([ "$kind" = plain ] || echo ' route-map marked')"
    done < <(announced "$1" "$2")
}

frr_conf() {
    local i=$1 family name address as role gtsm password
    echo "router bgp $(as_of "$i")"
    echo " bgp router-id $(node_ip "$i")"
    printf ' %s\n' 'no bgp default ipv4-unicast' 'no bgp ebgp-requires-policy' 'no bgp network import-check' \
        'bgp graceful-restart preserve-fw-state' 'bgp graceful-restart'
    while read -r name address as role gtsm password; do
        echo " neighbor $address remote-as $as"
        echo " neighbor $address timers 3 9"
        echo " neighbor $address timers connect 1"
        [ "$role" = active ] || echo " neighbor $address passive"
        [ "$gtsm" = - ] || echo " neighbor $address ttl-security hops $gtsm"
        [ "$password" = - ] || echo " neighbor $address password $password"
    done < <(sessions "$i")
    for family in 4 6; do
        echo " address-family ipv$family unicast"
        frr_networks "$i" $family
        while read -r name address _; do
            [ "$(family_of "$address")" != $family ] || echo "  neighbor $address activate"
        done < <(sessions "$i")
        echo ' exit-address-family'
    done
    echo exit
    echo 'route-map marked permit 10'
    echo " set community $mark_community"
    echo " set large-community $mark_large"
}

# frr_run I < <(CONFIGURATION): zebra and bgpd of the node; zebra stays when its bgpd is killed.
frr_run() {
    local i=$1
    frr_config
    if ! running "zebra$i"; then
        install -d -o frr -g frr "/run/frr/node$i" "$lab/frr/node$i"
        : >"$lab/frr/node$i/vtysh.conf"
        # Without it zebra of FRR 10 is busy with its log.
        [ ! -x "$FRR/mgmtd" ] || start "mgmtd$i" "node$i" "$FRR/mgmtd" -A 127.0.0.1 -N "node$i"
        start "zebra$i" "node$i" "$FRR/zebra" -A 127.0.0.1 -N "node$i" --log stdout --log-level warnings
        wait_for 10 "at_space $i -d zebra -c 'show version'"
    fi
    # By -f: it has all its words before the first of its peers calls.
    cat >"$lab/frr/node$i/frr.conf"
    chown frr:frr "$lab/frr/node$i/frr.conf"
    start "peer$i" "node$i" "$FRR/bgpd" -A 127.0.0.1 -N "node$i" -f "/etc/frr/node$i/frr.conf" --log stdout --log-level warnings
    wait_for 10 "running peer$i && at_space $i -d bgpd -c 'show version'"
}
frr_start() { frr_run "$1" < <(frr_conf "$1"); }
frr_up() { at_space "$1" -c 'show bgp summary json' | json "sum(p['state'] == 'Established' for f in d.values() for p in f.get('peers', {}).values()) == $2"; }
frr_told() {
    local family prefix
    for family in ipv4 ipv6; do
        for prefix in $(at_space "$1" -c "show bgp $family unicast json" | json "' '.join(d['routes'])"); do
            at_space "$1" -c "show bgp $family unicast $prefix json"
        done
    done | routes_of frr "${@:2}"
}
frr_withdraw() {
    at_space "$1" -c 'configure terminal' -c "router bgp $(as_of "$1")" \
        -c "address-family ipv$(family_of "$2") unicast" -c "no network $2"
}

# metallb_frr ROUTER AS ROUTER-AS PREFIX...: what MetalLB's FRR mode makes of one BGPPeer and a pool
# of these addresses; with metallb_graceful, enableGracefulRestart.
metallb_frr() {
    local router=$1 prefix list=
    for prefix in "${@:4}"; do
        list+="ip$([ "$(family_of "$prefix")" = 4 ] || echo v6) prefix-list $router-allowed-ipv$(family_of "$prefix") permit $prefix"$'\n'
    done
    [[ $list == *allowed-ipv4* ]] || list+="ip prefix-list $router-allowed-ipv4 deny any"$'\n'
    [[ $list == *allowed-ipv6* ]] || list+="ipv6 prefix-list $router-allowed-ipv6 deny any"$'\n'
    cat <<EOF
log timestamp precision 3
ip nht resolve-via-default
ipv6 nht resolve-via-default
route-map $router-in deny 20
$list
route-map $router-out permit 1
 match ip address prefix-list $router-allowed-ipv4
route-map $router-out permit 2
 match ipv6 address prefix-list $router-allowed-ipv6
router bgp $2
 no bgp ebgp-requires-policy
 no bgp network import-check
 no bgp default ipv4-unicast
 bgp graceful-restart preserve-fw-state
 neighbor $router remote-as $3
 neighbor $router port ${metallb_port-179}
 neighbor $router timers 3 9
 neighbor $router timers connect 1
$([ -z "${metallb_graceful-}" ] || echo " neighbor $router graceful-restart")
 address-family ipv$(family_of "$router") unicast
  neighbor $router activate
  neighbor $router route-map $router-in in
  neighbor $router route-map $router-out out
$(printf '  network %s\n' "${@:4}")
 exit-address-family
EOF
}

# --- BIRD ------------------------------------------------------------------------------------

bird_conf() {
    local i=$1 family name address as role gtsm password prefix kind
    echo 'log stderr all;'
    echo "router id $(node_ip "$i");"
    echo 'graceful restart wait 20;'
    echo 'protocol device { }'
    echo 'protocol direct { ipv4; ipv6; }'
    for family in 4 6; do
        echo "protocol kernel k$family { persist; graceful restart on; ipv$family { import none; export where source = RTS_BGP; }; }"
        echo "protocol static s$family { ipv$family;"
        while read -r prefix kind; do
            echo " route $prefix unreachable$([ "$kind" = plain ] ||
                echo " { bgp_community.add((${mark_community/:/,})); bgp_large_community.add((${mark_large//:/,})); }");"
        done < <(announced "$i" $family)
        echo '}'
    done
    while read -r name address as role gtsm password; do
        family=$(family_of "$address")
        cat <<EOF
protocol bgp $name {
 local $(node_ip "$i" "$family") as $(as_of "$i");
 neighbor $address as $as;
 hold time 9; connect delay time 1; connect retry time 1; error wait time 1, 2;
 graceful restart on; graceful restart time 120;
 passive $([ "$role" = passive ] && echo on || echo off);
 $([ "$gtsm" = - ] || echo 'ttl security on;') $([ "$password" = - ] || echo "password \"$password\";")
 ipv$family { import all; export where source = RTS_STATIC; next hop self; };
}
EOF
    done < <(sessions "$i")
}

bird_start() {
    local i=$1
    bird_conf "$i" >"$lab/bird$i.conf"
    start "peer$i" "node$i" bird -f -c "$lab/bird$i.conf" -s "$lab/bird$i.ctl" ${2:+-R}
    wait_for 10 "running peer$i && bird_ask $i show status"
}
bird_ask() { in_ns "node$1" birdc -s "$lab/bird$1.ctl" "${@:2}"; }
bird_up() { [ "$(bird_ask "$1" show protocols | grep -c Established)" = "$2" ]; }
bird_told() {
    local name address
    while read -r name address _; do
        [ -n "${2-}" ] && [ "$2" != "$address" ] || bird_ask "$1" show route protocol "$name" all | routes_of bird
    done < <(sessions "$1") | sort -u
}
bird_withdraw() {
    sed -i "\\, route $2 ,d" "$lab/bird$1.conf"
    bird_ask "$1" configure
}

# --- GoBGP, which has no routes of the kernel's ------------------------------------------------

gobgp_conf() {
    local i=$1 name address as role gtsm password
    printf '[global.config]\nas = %s\nrouter-id = "%s"\n' "$(as_of "$i")" "$(node_ip "$i")"
    while read -r name address as role gtsm password; do
        cat <<EOF
[[neighbors]]
[neighbors.config]
neighbor-address = "$address"
peer-as = $as
$([ "$password" = - ] || echo "auth-password = \"$password\"")
[neighbors.timers.config]
connect-retry = 1
hold-time = 9
keepalive-interval = 3
[neighbors.transport.config]
passive-mode = $([ "$role" = passive ] && echo true || echo false)
local-address = "$(node_ip "$i" "$(family_of "$address")")"
[neighbors.graceful-restart.config]
enabled = true
restart-time = 120
deferral-time = 20
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv$(family_of "$address")-unicast"
[neighbors.afi-safis.mp-graceful-restart.config]
enabled = true
$([ "$gtsm" = - ] || printf '[neighbors.ttl-security.config]\nenabled = true\nttl-min = %s\n' $((256 - gtsm)))
EOF
    done < <(sessions "$i")
}

gobgp_ask() { in_ns "node$1" "$gobgp" "${@:2}"; }
gobgp=gobgp
gobgpd=gobgpd
gobgp_start() {
    local i=$1 family prefix kind
    gobgp_conf "$i" >"$lab/gobgp$i.toml"
    # It takes a peer's call before it has any route; then a restart ends by losing them all.
    in_ns "node$i" nft 'table inet later { chain input { type filter hook input priority 0; tcp dport 179 drop; tcp sport 179 drop; }; }'
    start "peer$i" "node$i" "$gobgpd" -f "$lab/gobgp$i.toml" ${2:+-r}
    wait_for 10 "running peer$i && gobgp_ask $i global"
    for family in 4 6; do
        while read -r prefix kind; do
            # shellcheck disable=SC2046 # words
            gobgp_ask "$i" global rib add "$prefix" nexthop "$(node_ip "$i" $family)" \
                $([ "$kind" = plain ] || echo "community $mark_community large-community $mark_large") -a ipv$family
        done < <(announced "$i" $family)
    done
    in_ns "node$i" nft delete table inet later
}
gobgp_up() { gobgp_ask "$1" -j neighbor | json "sum(n['state'].get('session-state', n['state'].get('session_state')) in (6, 'established') for n in d) == $2"; }
gobgp_told() {
    local family
    for family in ipv4 ipv6; do
        gobgp_ask "$1" -j global rib -a $family | routes_of gobgp "${@:2}"
    done
}
gobgp_withdraw() { gobgp_ask "$1" global rib del "$2" -a "ipv$(family_of "$2")"; }

# --- OpenBGPD, which on Linux leaves the kernel alone ------------------------------------------

openbgpd_conf() {
    local i=$1 family name address as role gtsm password prefix kind
    echo "AS $(as_of "$i")"
    echo "router-id $(node_ip "$i")"
    printf '%s\n' 'fib-update no' 'connect-retry 1'
    echo "socket \"$lab/openbgpd$i.ctl\""
    printf 'listen on %s\n' "$(node_ip "$i")" "$(node_ip "$i" 6)"
    for family in 4 6; do
        while read -r prefix kind; do
            echo "network $prefix set { nexthop $(node_ip "$i" $family)$([ "$kind" = plain ] ||
                echo " community $mark_community large-community $mark_large") }"
        done < <(announced "$i" $family)
    done
    while read -r name address as role gtsm password; do
        family=$(family_of "$address")
        cat <<EOF
neighbor $address {
 remote-as $as
 local-address $(node_ip "$i" "$family")
 holdtime 9
 announce IPv4 $([ "$family" = 4 ] && echo unicast || echo none)
 announce IPv6 $([ "$family" = 6 ] && echo unicast || echo none)
 $([ "$role" = active ] || echo passive)
 $([ "$gtsm" = - ] || echo 'ttl-security yes')
 $([ "$password" = - ] || echo "tcp md5sig password $password")
}
EOF
    done < <(sessions "$i")
    echo 'allow from any'
    echo 'allow to any'
}

openbgpd_start() {
    local i=$1
    openbgpd_conf "$i" >"$lab/openbgpd$i.conf"
    chmod 600 "$lab/openbgpd$i.conf"
    install -d -o _openbgpd -g _openbgpd /run/openbgpd
    start "peer$i" "node$i" /usr/sbin/bgpd -d -f "$lab/openbgpd$i.conf"
    wait_for 10 "running peer$i && openbgpd_ask $i show"
}
openbgpd_ask() { in_ns "node$1" bgpctl -s "$lab/openbgpd$1.ctl" "${@:2}"; }
openbgpd_up() { openbgpd_ask "$1" -j show | json "sum(n['state'] == 'Established' for n in d['neighbors']) == $2"; }
openbgpd_told() { openbgpd_ask "$1" -j show rib detail | routes_of openbgpd "${@:2}"; }
openbgpd_withdraw() {
    sed -i "\\,^network $2 ,d" "$lab/openbgpd$1.conf"
    openbgpd_ask "$1" reload
}

# --- ExaBGP, which has no table at all: what it is told it writes down --------------------------

exabgp_conf() {
    local i=$1 family name address as role gtsm password prefix kind
    echo "process told { run /usr/bin/python3 $e2e_dir/bgp_routes.py keep $lab/exabgp$i.told; encoder json; }"
    while read -r name address as role gtsm password; do
        family=$(family_of "$address")
        cat <<EOF
neighbor $address {
 router-id $(node_ip "$i");
 local-address $(node_ip "$i" "$family");
 local-as $(as_of "$i");
 peer-as $as;
 hold-time 9;
 passive $([ "$role" = passive ] && echo true || echo false);
 $([ "$gtsm" = - ] || echo "outgoing-ttl 255; incoming-ttl $((256 - gtsm));")
 $([ "$password" = - ] || echo "md5-password \"$password\";")
 capability { graceful-restart 120; asn4 enable; }
 family { ipv$family unicast; }
 api { processes [ told ]; neighbor-changes; receive { parsed; update; } }
 announce { ipv$family {
EOF
        while read -r prefix kind; do
            echo "  unicast $prefix next-hop self$([ "$kind" = plain ] ||
                echo " community [$mark_community] large-community [$mark_large]");"
        done < <(announced "$i" "$family")
        echo ' } }'
        echo '}'
    done < <(sessions "$i")
}

exabgp_start() {
    local i=$1
    exabgp_conf "$i" >"$lab/exabgp$i.conf"
    start "peer$i" "node$i" env exabgp.daemon.user=root exabgp.tcp.bind="$(node_ip "$i") $(node_ip "$i" 6)" \
        exabgp.tcp.port=179 exabgp.tcp.delay=0 exabgp.api.cli=false exabgp.log.level=WARNING \
        exabgp "$lab/exabgp$i.conf"
}
exabgp_up() {
    # shellcheck disable=SC2016
    python3 -c '
import json, sys
up = {}
for said in map(json.loads, open(sys.argv[1], encoding="ascii")):
    if said["type"] == "state":
        up[said["neighbor"]["address"]["peer"]] = said["neighbor"]["state"] == "up"
sys.exit(sum(up.values()) != int(sys.argv[2]))' "$lab/exabgp$1.told" "$2"
}
exabgp_told() { routes_of exabgp "${@:2}" <"$lab/exabgp$1.told"; }
exabgp_withdraw() {
    sed -i "\\, unicast $2 ,d" "$lab/exabgp$1.conf"
    kill -USR1 "${pids[peer$1]}"
}
