#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Faults of BGP with a real bgpd at the other end: each is made, and why says what it is and what to do,
# word for word. First a node that announces Services, then a router that takes routes.
# shellcheck source=tests/e2e/bgp_lib.sh
. "$(dirname "$0")/bgp_lib.sh"

lab_start 1
mkdir -p "$lab/frr"
us=$(node_ip 1) it=192.168.2.1 out=203.0.113.1
nodes 1
manifest <<EOF
service default/web ips=$pool4.1 on=node1
service default/six ips=$pool6::1 v6 on=node1
EOF

# conf: of the node, with what stands on stdin; then it is in force.
conf() {
    speaker_conf 1
    if running grevyd-node1; then
        speaker_reload 1
    else
        speaker_start 1
    fi
}
# peer [KEYS]: one, in MetalLB's words; pool: more of the pool.
at=$it as=64513 pool=
peer() {
    pools_conf <<EOF >"$lab/words"
$pool
peers: [{my-asn: 64512, peer-asn: $as, peer-address: $at, hold-time: 3s, connect-time: 1s${1-}}]
EOF
    conf <"$lab/words"
}
# neighbor KEYS: one of bgp.neighbors.
neighbor() {
    pools_conf <<EOF >"$lab/words"
router-id: $us
bgp: {asn: 64512, neighbors: [{address: $it, asn: 64513, hold-time: 3, connect-time: 1, $1}]}
EOF
    conf <"$lab/words"
}
# tell LINE...: to bgpd.
tell() {
    local words=(-c 'configure terminal') line
    for line; do words+=(-c "$line"); done
    vtysh -N it -d bgpd "${words[@]}" >>"$lab/log/vtysh.log" 2>&1 || fail "vtysh: $*"
}
# says FAULT SENTENCE...: what is wrong with the one peer; of: for whom.
of=default/web name='peer1 '
says() { why_says "$1" "speaker 1 'why $of'" "bgp: $name$at: $2" "${@:3}"; }
told() {
    wait_for 20 "speaker 1 'why default/web' | grep -xF '=> $pool4.1/32 is announced to 1 of 1 peer'"
    ok "$1"
}

# --- nobody there ------------------------------------------------------------------------------

peer
says bgp_refused 'connect: Connection refused (port 179). Cure: at the neighbour: ss -tln; BGP must run there, and we be' \
    'configured'
in_ns node1 ip route add unreachable 172.16.0.9
at=172.16.0.9 peer
at=172.16.0.9 says bgp_no_way 'connect: No route to host. Cure: ip route get 172.16.0.9'
in_ns router nft 'add table t; add chain t c {type filter hook input priority 0;}; add rule t c tcp dport 179 drop'
peer
says bgp_unanswered "connect: no answer. Cure: ping $it; is TCP port 179 filtered? if it is hops away: ebgp-multihop: true"
in_ns router nft 'delete table t'

# --- the AS ------------------------------------------------------------------------------------

bgpd_start router it <<EOF
router bgp 64513
 bgp router-id $it
 bgp graceful-restart
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor $us remote-as 64999
 neighbor $us timers 1 3
 neighbor $us timers connect 1
EOF
says bgp_not_our_as 'it expects another AS of us than 64512. Cure: at the neighbour: remote-as 64512 for us, or another my-asn' \
    'here'
tell 'router bgp 64513' "neighbor $us remote-as 64512"
told 'its remote-as is mended: told'
as=64514 peer
says bgp_not_its_as 'it is not of AS 64514, which is configured here. Cure: set peer-asn to its own AS'

# --- passwords ---------------------------------------------------------------------------------

tell 'router bgp 64513' "neighbor $us password theirs"
peer ', password: ours'
says bgp_wrong_password "connect: no answer. Cure: is the password the same there? another one looks like silence; else:" \
    "ping $it"
peer ", password-file: $lab/nothing.key"
says bgp_no_password_file "the password file cannot be read: $lab/nothing.key. Cure: ls -l $lab/nothing.key; grevyd's user" \
    'must be able to read it'
peer ', password-secret: {name: tor, namespace: net}'
says bgp_no_secret 'it waits for its password: the Secret is not there. Cure: create the Secret that its password-secret names'
tell 'router bgp 64513' "no neighbor $us password"
peer
told 'without passwords: told'

# --- what the neighbour wants ------------------------------------------------------------------

tell 'router bgp 64513' "neighbor $us shutdown message work on the roof"
says bgp_shut_down 'it is shut down at the neighbour (work on the roof). Cure: at the neighbour: no shutdown for us'
tell 'router bgp 64513' "no neighbor $us shutdown"
told 'it is back'
tell 'router bgp 64513' "no neighbor $us"
says bgp_closed 'it closes the connection without a word. Cure: at the neighbour: see its log; we must be configured there'
tell 'router bgp 64513' "neighbor $us remote-as 64512" "neighbor $us timers 1 3" "neighbor $us timers connect 1"
told 'configured again: told'
kill -STOP "${pids[bgpd-it]}"
says bgp_hold_timer "nothing was heard of it for the hold time. Cure: ping $it; if that is well, a longer hold-time at both" \
    'sides'
kill -CONT "${pids[bgpd-it]}"
told 'it goes on'

# --- a session, and the route is not told --------------------------------------------------------

of=default/six says bgp_not_offered 'the session has no IPv6: we did not offer it. Cure: set dual-stack-address-family: true, or add a peer of' \
    'that family'
peer ', dual-stack-address-family: true'
told 'both families are offered'
of=default/six says bgp_other_family 'the session has no IPv6: the neighbour did not offer it. Cure: at the neighbour: address-family ipv6' \
    'unicast, activate us'
pool='  bgp-advertisements: [{peers: [another]}]' peer
says bgp_no_advertisement 'no advertisement of the pool names this peer. Cure: add it to peers of a bgp-advertisements entry,' \
    'or leave peers out there'
peer ', node-selectors: [{match-labels: {rack: b}}]'
why_says bgp_nobody 'speaker 1 "why default/web"' "bgp: none of 1 peer is for this node. Cure: grevysh -c 'show nodes'; change" \
    'node-selectors of a peer, or the labels of this Node'

# --- in the words of bgp.neighbors ---------------------------------------------------------------

name=''
neighbor 'graceful-restart: false'
says bgp_no_export_list 'it has no export list, so nothing is announced to it (RFC 8212). Cure: add the prefix to export:' \
    '{prefixes: [...]} of this neighbour'
neighbor 'export: {prefixes: [203.0.113.0/24]}'
says bgp_export_refuses 'its export list refuses the prefix. Cure: add the prefix to export: {prefixes: [...]} of this neighbour'
tell 'router bgp 64513' 'address-family ipv4 unicast' "network $out/32" 'network 203.0.113.2/32'
neighbor 'export: {prefixes: ["192.168.0.0/16 le 32"]}, import: {prefixes: ["0.0.0.0/0 le 32"], max-prefix: 1}'
says bgp_too_many "it announced more routes than max-prefix allows: 1. Cure: raise import: {max-prefix: ...}, then: grevysh -c" \
    "'clear bgp $it'"
stop grevyd-node1
tell 'router bgp 64513' "neighbor $us shutdown"
neighbor 'passive: true, export: {prefixes: ["192.168.0.0/16 le 32"]}'
says bgp_not_dialled 'it is to dial us, and has not. Cure: at the neighbour: configure us; or set passive: no here'
stop grevyd-node1
start taken node1 python3 -c 'import signal, socket
s = socket.create_server(("", 179))
signal.pause()'
wait_for 5 'in_ns node1 ss -tln | grep ":179 "'
neighbor 'passive: true, export: {prefixes: ["192.168.0.0/16 le 32"]}'
says bgp_port_taken "it is to dial us, and we cannot listen on 0.0.0.0: Address already in use. Cure: ss -tlnp 'sport =" \
    "179'; stop who has the port, or set another bgp: {listen: [...]}"
stop grevyd-node1
stop taken

# --- a router that takes routes --------------------------------------------------------------------

tell 'router bgp 64513' "no neighbor $us shutdown"
# takes KEYS: of the neighbour.
takes() {
    cat >"$lab/node1.yaml.new" <<EOF
role: router
router-id: $us
zebra: {enabled: no}
kernel: {enabled: no}
http: no
vty: {dir: /run/grevy/node1}
bgp: {asn: 64512, neighbors: [{address: $it, asn: 64513, hold-time: 3, connect-time: 1$1}]}
EOF
    mv "$lab/node1.yaml.new" "$lab/node1.yaml"
    if running grevyd-node1; then
        speaker_reload 1
    else
        speaker_start 1
    fi
}
of=$out
lacks() { why_says "$1" "speaker 1 'why $of'" "received: no route to $of; $it: $2" "${@:3}"; }

takes ''
lacks received_no_list "it has no import list, so nothing of it is accepted (RFC 8212). Cure: import: {prefixes: [$out/32]} of" \
    'this neighbour'
takes ', import: {prefixes: [198.51.100.0/24]}'
lacks received_refused "its import list lets no prefix through that holds $out. Cure: import: {prefixes: [$out/32]} of this" \
    'neighbour'
takes ', import: {prefixes: ["203.0.113.0/24 le 32"]}'
wait_for 20 "speaker 1 'why $out' | grep -E '^received +ok +from $it'"
ok 'it is taken'
of=203.0.113.9 lacks received_nothing "it does not announce it. Cure: at the neighbour: announce it; here: grevysh -c 'show bgp neighbors $it" \
    "routes'"
tell 'route-map loop permit 10' 'set as-path prepend 64512' 'router bgp 64513' 'address-family ipv4 unicast' \
    'network 203.0.113.7/32 route-map loop'
of=203.0.113.7 lacks received_loop 'none is known; refused so far: 1, with our AS 64512 in the path. Cure: if that is meant: import:' \
    '{allow-own-as: 1}'
stop bgpd-it KILL
why_says received_stale "speaker 1 'why $out'" "received: that of $it is stale: the session is gone, and its routes are held for" \
    "the restart time that it asked for. Cure: grevysh -c 'show bgp neighbors $it'"
of=203.0.113.9 lacks received_down 'connect: Connection refused (port 179). Cure: at the neighbour: ss -tln; BGP must run there, and we be' \
    'configured'
check 'no password is to be read anywhere' '! grep -rE "theirs|ours" "$lab/log/grevyd-node1.log"'
