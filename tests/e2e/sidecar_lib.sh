# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sidecar_lib.sh - lib.sh's lab for role node: nodes with an FRR of their own, by the files of
# frr-config/node-sidecar, and a router with bgpd and no grevyd. A case sources this one first, or
# kube_lib.sh before it.
# shellcheck source=tests/e2e/lib.sh
[ -n "${e2e_dir-}" ] || . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

shipped=$top_dir/frr-config/node-sidecar
declare -A ll6=() # the link-local address of node I

# node_setup I: without what lib.sh's nodes answer for, and with the configuration as shipped.
node_setup() {
    local i=$1
    in_ns "node$i" ip route del local "$pool4.0/24" dev lo
    in_ns "node$i" ip route del local "$pool6::/64" dev lo
    install -d -o frr -g frr "/run/frr/node$i" "$lab/frr/node$i"
    install -d -o frr -g frrvty -m 750 "/run/grevy/node$i"
    wait_for 5 "ll6[$i]=\$(in_ns node$i ip -6 -o addr show dev eth0 | grep -o 'fe80::[0-9a-f:]*')"
    : >"$lab/frr/node$i/vtysh.conf"
    # What makes the case short: the rest is the file as it is.
    { cat "$shipped/frr.conf" && cat <<EOF; } >"$lab/frr/node$i/frr.conf"
router bgp 64513
 neighbor 192.168.2.1 timers 1 3
 neighbor 192.168.2.1 timers connect 1
 neighbor fd00:2::1 timers 1 3
 neighbor fd00:2::1 timers connect 1
EOF
    chown -R frr:frr "$lab/frr/node$i"
}

# node_frr I: the daemons of node I as shipped, in a pathspace of their own.
node_frr() {
    local i=$1 d daemons=(zebra bgpd) options
    [ ! -x "$FRR/mgmtd" ] || daemons=(mgmtd zebra bgpd)
    # shellcheck source=frr-config/node-sidecar/daemons
    . "$shipped/daemons"
    for d in "${daemons[@]}"; do
        options=${d}_options
        [ -n "${!options-}" ] || options=staticd_options # mgmtd: from FRR 10 on
        options=${!options}
        # shellcheck disable=SC2086 # options are words
        start "$d-node$i" "node$i" "$FRR/$d" $options -N "node$i" --log stdout --log-level warnings
        # A socket of one that was killed may still be there: it must answer.
        wait_for 10 "running $d-node$i && in_ns node$i vtysh -N node$i -d $d -c 'show version'"
    done
    is "node$i: vtysh -b takes every line of frr.conf" "$(vtysh_load "node$i" -N "node$i" -b)" ''
}

node_frr_kill() {
    local d
    for d in bgpd zebra mgmtd; do
        stop "$d-node$1" KILL
    done
}

# router_bgp: the router has an FRR that knows nothing of grevyd.
router_bgp() {
    zebra_start
    start bgpd router "$FRR/bgpd" -A 127.0.0.1 --log stdout --log-level warnings
    wait_for 10 '[ -S /run/frr/bgpd.vty ]'
    cat >"$lab/frr/bgp.conf" <<EOF
router bgp 64512
 no bgp ebgp-requires-policy
 neighbor nodes peer-group
 neighbor nodes remote-as 64513
 neighbor nodes timers 1 3
 neighbor nodes6 peer-group
 neighbor nodes6 remote-as 64513
 neighbor nodes6 timers 1 3
 bgp listen range 192.168.2.0/24 peer-group nodes
 bgp listen range fd00:2::/64 peer-group nodes6
 address-family ipv4 unicast
  maximum-paths 8
 exit-address-family
 address-family ipv6 unicast
  neighbor nodes6 activate
  maximum-paths 8
 exit-address-family
EOF
    in_ns router vtysh -f "$lab/frr/bgp.conf" >>"$lab/log/vtysh.log" 2>&1 || fail 'the router takes no BGP'
}

# --- what is to be seen ----------------------------------------------------------------------

node_kernel() { LAB_SPACE=node$1 in_ns "node$1" python3 "$e2e_dir/lab.py" kernel "${@:2}"; }
node_zebra() { LAB_SPACE=node$1 in_ns "node$1" python3 "$e2e_dir/lab.py" zebra "${@:2}"; }
node_rib() { LAB_SPACE=node$1 in_ns "node$1" python3 "$e2e_dir/lab.py" rib "${@:2}"; }
node_grevy() { grevy_at "/run/grevy/node$1" "$2"; }
# router_has PREFIX: the nodes that the router's kernel sends it to, e.g. '1 2'.
router_has() {
    local i nodes='' hops
    case $1 in
    *:*) hops=$(in_ns router ip -6 route show "$1" proto bgp) ;;
    *) hops=$(in_ns router ip route show "$1" proto bgp) ;;
    esac
    for i in 1 2 3; do
        ! grep -qE "via ($(node_ip "$i")|$(node_ip "$i" 6)|${ll6[$i]}) " <<<"$hops " || nodes+=" $i"
    done
    echo "${nodes# }"
}
routed() { becomes 15 "$1" "router_has '$2'" "$3"; }
