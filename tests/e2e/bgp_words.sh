#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the words of a neighbour do, between grevyd and two FRRs of other AS: passwords of a Secret and
# of a file; one session with both families; multipath over two AS; next-hop; clear; reloads
# that leave other sessions alone; max-prefix with restart; what each end is told of a shutdown; and
# `show` beside what FRR shows of the same session.
# shellcheck source=tests/e2e/bgp_interop_lib.sh
. "$(dirname "$0")/bgp_interop_lib.sh"

lab_start 3
export LAB_PROTO=187
n1=$(node_ip 1) n2=$(node_ip 2) n3=$(node_ip 3) third=192.168.2.99
addr node2 eth0 $third/24
manifest <<EOF
node node3 $n3
service default/web ips=$pool4.130 on=node3
EOF

frr_of() { # I LINE-OF-IPV4...
    cat <<EOF
router bgp 6500$1
 bgp router-id $(node_ip "$1")
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 192.168.2.1 remote-as 64512
 neighbor 192.168.2.1 timers connect 1
 neighbor $n3 remote-as 64512
 neighbor $n3 password planted-$1
 neighbor $n3 passive
 address-family ipv4 unicast
  network $pool4.1/32
$(printf '  %s\n' "${@:2}")
  no neighbor $n3 activate
  neighbor $n3 activate
 exit-address-family
 address-family ipv6 unicast
  network $pool6::1/128
  neighbor 192.168.2.1 activate
 exit-address-family
exit
EOF
}
frr_run 1 < <(frr_of 1)
frr_run 2 < <(
    frr_of 2 "network $pool4.2/32 route-map third"
    printf '%s\n' 'route-map third permit 10' " set ip next-hop $third"
)
# tell I LINE...: into the configuration of that FRR.
tell() {
    local words=(-c 'configure terminal') line
    for line in "router bgp 6500$1" "${@:2}"; do
        words+=(-c "$line")
    done
    at_space "$1" "${words[@]}" >>"$lab/log/vtysh.log" || fail "vtysh of node $1: ${*:2}"
}
# of_frr I ADDRESS EXPRESSION, of_us I EXPRESSION: of the session, n, as either end shows it.
of_frr() { at_space "$1" -c "show bgp neighbors $2 json" | json "(lambda n: $3)(d['$2'])"; }
of_us() { us router "show bgp neighbors $(node_ip "$1") json" | json "(lambda n: $2)(d['$(node_ip "$1")'])"; }
established() { of_us "$1" "'{} {}'.format(n['bgpState'], n['connectionsEstablished'])"; }

# --- passwords ---------------------------------------------------------------------------------

secret_is() {
    cat >"$manifests/.tor.new" <<EOF
apiVersion: v1
kind: Secret
metadata: {name: tor, namespace: net}
type: kubernetes.io/basic-auth
data: {password: $(printf %s "$1" | base64)}
EOF
    mv "$manifests/.tor.new" "$manifests/tor.yaml"
}
echo planted-2 >"$lab/password"
cat >"$lab/node3.yaml" <<EOF
role: node
node-name: node3
kubernetes: {manifests: $manifests}
zebra: {enabled: no}
http: no
log: {level: debug}
address-pools: [{name: default, protocol: bgp, addresses: [$pool4.0/24]}]
peers:
- {my-asn: 64512, peer-asn: 65001, peer-address: $n1, hold-time: 9s, connect-time: 1s, password-secret: {name: tor, namespace: net}}
- {my-asn: 64512, peer-asn: 65002, peer-address: $n2, hold-time: 9s, connect-time: 1s, password-file: $lab/password}
EOF
us_start node3
heard_by() { at_space "$1" -c "show bgp ipv4 unicast $pool4.130/32 json" | json "d['paths'][0]['peer']['peerId']"; }
becomes 20 'a password of a file' 'heard_by 2' "$n3"
wait_for 5 'logged "warn bgp: .*Secret net/tor is not there: the session waits for it" grevyd-node3'
ok 'a Secret that is not there: the session waits'
secret_is planted-wrong
wait_for 10 '! us node3 "show bgp neighbors $n1" | grep "Secret is not there"'
holds_for 1 '[ -z "$(heard_by 1 2>/dev/null)" ]'
ok 'a Secret with another password: no session'
secret_is planted-1
becomes 20 'the right password comes into the Secret' 'heard_by 1' "$n3"
us node3 'show bgp neighbors' >"$lab/said"
us node3 'show running-config' >>"$lab/said"
check 'they are shown as hidden' 'grep "<hidden>\|Peer Authentication Enabled" "$lab/said"'
check 'and are nowhere to be read' '! grep planted "$lab/said" "$lab/log/grevyd-node3.log"'

# --- what is taken -----------------------------------------------------------------------------

relax=yes hop=peer more=
router_words() {
    cat >"$lab/router.yaml.new" <<EOF
role: router
router-id: 192.168.2.1
zebra: {enabled: no}
bgp:
  asn: 64512
  multipath-relax: $relax
  neighbors:
$more
  - {address: $n1, asn: 65001, hold-time: 9, connect-time: 1, export: {prefixes: [$pool4.2/32]},
     import: {prefixes: ["$pool4.0/25 le 32", "$pool6::/64 le 128"], max-prefix: {limit: 3, restart: 2}}}
  - {address: $n2, asn: 65002, hold-time: 9, connect-time: 1,
     import: {prefixes: ["$pool4.0/25 le 32", "$pool6::/64 le 128"], next-hop: $hop}}
EOF
    mv "$lab/router.yaml.new" "$lab/router.yaml"
}
reload() {
    router_words
    kill -HUP "${pids[grevyd-router]}"
}
router_words
us_start router
becomes 20 'multipath over two AS' "kernel $pool4.1/32" "$pool4.1/32 $n1*1,$n2*1"
becomes 10 'IPv6 of the same session' "kernel $pool6::1/128" "$pool6::1/128 $(node_ip 1 6)*1"
becomes 10 'next-hop: peer, which has no address for IPv6' "kernel $pool4.2/32" "$pool4.2/32 $n2*1"

# --- show, at both ends ------------------------------------------------------------------------

both() { # WHAT OURS THEIRS
    becomes 5 "$1" "of_us 1 \"$2\"" "$(of_frr 1 192.168.2.1 "$3")"
}
both 'state, AS, identifiers' \
    "(n['bgpState'], n['localAs'], n['remoteAs'], n['remoteRouterId'], n['localRouterId'] if 'localRouterId' in n else '192.168.2.1')" \
    "(n['bgpState'], n['remoteAs'], n['localAs'], n['localRouterId'] if 'localRouterId' in n else '$n1', n['remoteRouterId'])"
both 'addresses and ports' "(n['hostLocal'], n['portLocal'], n['hostForeign'], n['portForeign'])" \
    "(n['hostForeign'], n['portForeign'], n['hostLocal'], n['portLocal'])"
both 'timers' "(n['bgpTimerHoldTimeMsecs'], n['bgpTimerKeepAliveIntervalMsecs'])" \
    "(n['bgpTimerHoldTimeMsecs'], n['bgpTimerKeepAliveIntervalMsecs'])"
becomes 10 'export: FRR has it' "at_space 1 -c 'show bgp ipv4 unicast $pool4.2/32 json' | json \"d['paths'][0]['aspath']['string']\"" '64512 65002'
families="('ipv4Unicast', 'ipv6Unicast')"
both 'prefixes of each family' "[n['addressFamilyInfo'][f]['sentPrefixCounter'] for f in $families]" \
    "[n['addressFamilyInfo'][f]['acceptedPrefixCounter'] for f in $families]"
is 'the words are those of FRR' "$(
    {
        us router "show bgp neighbors $n1 json"
        at_space 1 -c 'show bgp neighbors 192.168.2.1 json'
    } | python3 -c '
import json, sys
text, ends, at = sys.stdin.read(), [], 0
while text[at:].strip():
    at += len(text[at:]) - len(text[at:].lstrip())
    got, at = json.JSONDecoder().raw_decode(text, at)
    ends.append(next(iter(got.values())))
print(" ".join(sorted(ends[0].keys() - ends[1].keys() - {"lastReset", "hostname"})))
# FRR may have a reset behind it, and alone tells its name'
)" ''

# --- clear, and reloads: of the other session nothing is to be seen ------------------------------

is 'each session began once' "$(established 1), $(established 2)" 'Established 1, Established 1'
asked=$(of_frr 1 192.168.2.1 "n['messageStats']['routeRefreshRecv']")
grevy "clear bgp $n1 soft in"
becomes 5 'clear soft in: FRR is asked for its routes' \
    "of_frr 1 192.168.2.1 \"n['messageStats']['routeRefreshRecv'] > $asked\"" True
told=$(of_frr 1 192.168.2.1 "n['messageStats']['updatesRecv']")
grevy "clear bgp $n1 soft out"
becomes 5 'clear soft out: FRR is told again' \
    "of_frr 1 192.168.2.1 \"n['messageStats']['updatesRecv'] > $told\"" True
relax=no hop=unchanged reload
becomes 10 'reload: one AS alone' "kernel $pool4.1/32" "$pool4.1/32 $n1*1"
becomes 10 'and the next hop that the peer says' "kernel $pool4.2/32" "$pool4.2/32 $third*1"
becomes 10 'of both families' "kernel $pool6::1/128" "$pool6::1/128 $(node_ip 1 6)*1"
relax=yes hop=unchanged reload
becomes 10 'reload: IPv6 over both' "kernel $pool6::1/128" "$pool6::1/128 $(node_ip 1 6)*1,$(node_ip 2 6)*1"
hop=self reload
becomes 10 'next-hop: self' "rib $pool4.2/32" "$pool4.2/32 lo*1"
more="  - {address: $n3, asn: internal, passive: true}" reload
wait_for 10 "us router 'show bgp summary' | grep '$n3 '"
more='' relax=yes hop=unchanged reload
wait_for 10 "! us router 'show bgp summary' | grep '$n3 '"
ok 'a neighbour came and went'
is 'through all of it the sessions stayed' "$(established 1), $(established 2)" 'Established 1, Established 1'
ended=$(of_frr 1 192.168.2.1 "n['messageStats']['notificationsRecv']")
grevy "clear bgp $n1"
becomes 10 'clear: that one session begins again' 'echo "$(established 1), $(established 2)"' 'Established 2, Established 1'
check 'by a NOTIFICATION' "of_frr 1 192.168.2.1 \"n['messageStats']['notificationsRecv'] > $ended\""

# --- max-prefix ----------------------------------------------------------------------------------

tell 1 'address-family ipv4 unicast' "network $pool4.11/32" "network $pool4.12/32" "network $pool4.13/32"
becomes 10 'one prefix too many: the session ends' "of_frr 1 192.168.2.1 \"n['lastErrorCodeSubcode']\"" 0601
becomes 10 'and its routes go' "kernel $pool4.1/32" "$pool4.1/32 $n2*1"
check 'show tells why' "us router 'show bgp neighbors $n1' | grep 'Maximum Number of Prefixes'"
tell 1 'address-family ipv4 unicast' "no network $pool4.11/32" "no network $pool4.12/32" "no network $pool4.13/32"
becomes 20 'after the restart time it is back by itself' "kernel $pool4.1/32" "$pool4.1/32 $n1*1,$n2*1"

# --- shutdown ------------------------------------------------------------------------------------

tell 2 'neighbor 192.168.2.1 shutdown message work on the roof'
becomes 10 'FRR shuts down: its routes go' "kernel $pool4.1/32" "$pool4.1/32 $n1*1"
check 'with its words, by RFC 9003' "us router 'show bgp neighbors $n2' | grep 'work on the roof'"
tell 2 'no neighbor 192.168.2.1 shutdown'
becomes 20 'and is back' "kernel $pool4.1/32" "$pool4.1/32 $n1*1,$n2*1"
echo 'hold-on-exit: no' >>"$lab/router.yaml"
kill -HUP "${pids[grevyd-router]}"
wait_for 5 'logged "reload|SIGHUP|configuration" grevyd-router'
at_space 1 -c 'configure terminal' -c 'log stdout informational'
tell 1 'bgp log-neighbor-changes'
stop grevyd-router
wait_for 10 'logged "NOTIFICATION: received from neighbor 192.168.2.1 .*6/2.*grevyd stops" peer1'
ok 'hold-on-exit no: FRR has our words'
is 'and the kernel nothing of ours' "$(kernel)" ''

# --- a restart, with neighbours of a range ---------------------------------------------------------

# Who waits for our call, while it is a helper, and then as long again to dial: later than the restart
# time by that.
cat >"$lab/router.yaml" <<EOF
role: router
router-id: 192.168.2.1
zebra: {enabled: no}
bgp:
  asn: 64512
  restart-time: 5
  neighbors:
  - {range: 192.168.2.0/24, asn: external, hold-time: 9, import: {prefixes: ["$pool4.0/25 le 32"]}}
EOF
for i in 1 2; do
    tell $i 'bgp graceful-restart' 'neighbor 192.168.2.1 timers connect 5'
done
us_start router
wait_for 20 'us_up router 2'
for i in 1 2; do
    becomes 10 "graceful restart with node $i" "of_us $i \"n['gracefulRestartInfo']['remoteGrMode']\"" Restart
done
becomes 20 'neighbours of a range' "kernel $pool4.2/32" "$pool4.2/32 $third*1"
stream_start range "$pool4.2"
known() { logged 'what peers announce is known again' grevyd-router | wc -l; }
before=$(known)
stop grevyd-router KILL
holds_for 2 '[ "$(kernel "$pool4.2/32")" = "$pool4.2/32 $third*1" ]' # they dial, and nobody answers
us_start router
wait_for 30 'us_up router 2'
is 'killed, started, and they call in their own time' "$(kernel "$pool4.2/32")" "$pool4.2/32 $third*1"
is 'which was waited for' "$(known)" "$before"
wait_for 20 '[ "$(known)" -gt $before ]'
is 'at the end it is as it was' "$(kernel "$pool4.2/32")" "$pool4.2/32 $third*1"
stream_stop range
is "lost of $sent packets" "$lost" 0
