#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# BGPPeers and BGPAdvertisements change sessions and prefixes live, and only those that they are
# about: whom they tell, for which Services and nodes, with which attributes; what contradicts itself
# is not announced, and why says so. One grevyd on the router assigns, one on each node announces, by
# iBGP to a router and by eBGP to another.
kube_controllers=endpointslice-controller,node-lifecycle-controller,serviceaccount-controller,garbage-collector-controller
# shellcheck source=tests/e2e/kube_metallb_lib.sh
. "$(dirname "$0")/kube_metallb_lib.sh"
# shellcheck source=tests/e2e/bgp_lib.sh
. "$e2e_dir/bgp_lib.sh"

# table NAME [FAMILY]: what it has from the nodes: 'PREFIX NODE,NODE; ...'; without any, it prints no JSON.
table() {
    bgpd "$1" "show bgp ${2-ipv4} unicast json" | json "'; '.join(sorted(p + ' ' + ','.join(sorted(
        'node' + str(int(r['peerId'].split('.')[-1].split(':')[-1]) - 12) for r in rs)) for p, rs in d.get('routes', {}).items()))" || :
}
# announced 'WHAT IT SHOWS' PREFIXES [NAME [FAMILY]]
announced() { becomes 20 "$1" "table ${3-inside} ${4-}" "$2"; }
# changed PREFIX: when what node 1 announces of it last changed; more than a second ago.
changed() {
    local at
    at=$(speaker 1 "show bgp ipv4 unicast $1 json" | json "d['paths'][0]['lastUpdate']['epoch']") || return
    wait_for 5 "[ \$(date +%s) -gt $((at + 1)) ]"
    echo "$at"
}
# with PREFIX: communities and local preference.
with() { bgp_path inside ipv4 "$1" "p.get('community', {}).get('string', 'none') + ', ' + str(p['locPrf'])" | sort -u; }
# sessions NAME: of each node its state, sorted.
sessions() { bgpd "$1" 'show bgp neighbors json' | json "' '.join(sorted(n['bgpState'] for n in d.values()))"; }
drops() { bgpd inside 'show bgp neighbors json' | json "sum(n['connectionsDropped'] for n in d.values())"; }
advertisement() { custom BGPAdvertisement "$@"; }
peer() { custom v1beta2/BGPPeer "$1" "myASN: 64512, peerASN: ${3-64512}, peerAddress: \"$2\", holdTime: 3s, connectTime: 1s${4:+, $4}"; }
for_app() { echo "serviceSelectors: [{matchLabels: {app: $1}}]"; }
# why_node 'WHAT IT SHOWS' 'COMMAND' 'REGEX': what node 1 says.
why_node() {
    wait_for 15 "speaker 1 '$2' | grep -E -- '$3'"
    ok "$1: $(speaker 1 "$2" | grep -E -m1 -- "$3")"
}

metallb_start 2
kube_nodes 2
kubectl create role grevy-secrets -n "$metallb" --verb get,list,watch --resource secrets >/dev/null
kubectl create rolebinding grevy-secrets -n "$metallb" --role grevy-secrets --serviceaccount grevy-system:grevy >/dev/null
mkdir -p "$lab/frr"
bgpd_start router inside <<CONF
router bgp 64512
 bgp router-id 192.168.2.1
 no bgp default ipv4-unicast
 neighbor nodes peer-group
 neighbor nodes remote-as 64512
 neighbor nodes timers 1 3
 neighbor nodes6 peer-group
 neighbor nodes6 remote-as 64512
 neighbor nodes6 timers 1 3
 bgp listen range 192.168.2.0/24 peer-group nodes
 bgp listen range fd00:2::/64 peer-group nodes6
 address-family ipv4 unicast
  neighbor nodes activate
 exit-address-family
 address-family ipv6 unicast
  neighbor nodes6 activate
 exit-address-family
CONF
bgpd_start client outside <<CONF
router bgp 64999
 bgp router-id 192.168.1.2
 no bgp ebgp-requires-policy
 neighbor 192.168.2.13 remote-as 64512
 neighbor 192.168.2.13 ebgp-multihop
 neighbor 192.168.2.13 passive
 neighbor 192.168.2.13 password secret4711
 neighbor 192.168.2.13 timers 1 3
CONF
{
    pool lan '10.5.1.0/24, "fd05:1::/64"'
    lb red 'selector: {app: web}' '+loadBalancerIPs: 10.5.1.1' 'app: red'
    lb blue 'selector: {app: web}' '+loadBalancerIPs: 10.5.1.2' 'app: blue'
    peer router 192.168.2.1
} | apply
kube_pod web-1 node1 web 10.42.1.2 fd42:1::2
kube_pod web-2 node2 web 10.42.2.2 fd42:2::2
grevyd_start
for i in 1 2; do
    install -d -o frr -g frrvty -m 750 "/run/grevy/node$i"
    cat >"$lab/node$i.yaml" <<CONF
role: node
node-name: node$i
kubernetes: {kubeconfig: $kube/grevy.conf}
policy-from: [file, crds]
vty: {dir: /run/grevy/node$i}
http: no
zebra: {enabled: no}
CONF
    speaker_start "$i"
done
gets 'Services have addresses' 'red blue' '10.5.1.1, 10.5.1.2'
becomes 30 'a BGPPeer: both nodes dial' 'sessions inside' 'Established Established'

# --- for which Services -------------------------------------------------------------------------

both='node1,node2'
why_node 'trap 17: no advertisement: why' 'why default/red' 'its pool has no advertisement'
{
    advertisement red "$(for_app red), communities: [\"64512:1\"]"
    advertisement blue "$(for_app blue), localPref: 200"
} | apply
announced '1.3: serviceSelectors: each Service by its own' "10.5.1.1/32 $both; 10.5.1.2/32 $both"
is 'with its communities, and no local preference of its own' "$(with 10.5.1.1/32)" '64512:1, 100'
is 'with its local preference' "$(with 10.5.1.2/32)" 'none, 200'
since=$(changed 10.5.1.2/32)
advertisement red "$(for_app nosuch)" | apply
announced '5.6-18: one that matches no more: its Service goes' "10.5.1.2/32 $both"
is '5.6-18: the other was not touched' "$(changed 10.5.1.2/32)" "$since"
why_node 'why' 'why default/red' 'the advertisements of its pool are for other Services'
kubectl label service red --overwrite app=blue >/dev/null
announced '5.4: another label of the Service' "10.5.1.1/32 $both; 10.5.1.2/32 $both"
becomes 10 'the attributes of that one' 'with 10.5.1.1/32' 'none, 200'
kubectl label service red --overwrite app=red >/dev/null
announced 'and back' "10.5.1.2/32 $both"
advertisement red "serviceSelectors: [{matchLabels: {app: nosuch}}, {matchExpressions: [{key: app, operator: In, values: [red, green]}]}]" | apply
announced '5.4: selectors are ORed' "10.5.1.1/32 $both; 10.5.1.2/32 $both"

# --- communities, aggregates, local preference -----------------------------------------------------

{
    custom Community words 'communities: [{name: mark, value: "64512:7"}]'
    advertisement red "$(for_app red), communities: [\"64512:1\"]"
    advertisement more "$(for_app red), communities: [mark, \"64512:1\"]"
} | apply
becomes 15 '5.6-19: advertisements that overlap unite communities; an alias' 'with 10.5.1.1/32' '64512:1 64512:7, 100'
custom Community words 'communities: [{name: mark, value: "64512:8"}]' | apply
becomes 15 '5.4: another value of the alias' 'with 10.5.1.1/32' '64512:1 64512:8, 100'
delete -n "$metallb" bgpadvertisement more
becomes 15 'one of them is deleted' 'with 10.5.1.1/32' '64512:1, 100'
advertisement all 'aggregationLength: 24, aggregationLengthV6: 64' | apply
announced '5.6-20: an aggregate beside the selected addresses' "10.5.1.0/24 $both; 10.5.1.1/32 $both; 10.5.1.2/32 $both"
delete -n "$metallb" bgpadvertisement red blue
announced '5.6-20: the aggregate alone' "10.5.1.0/24 $both"
advertisement all 'aggregationLength: 26, localPref: 50' | apply
announced '5.4: another aggregation' "10.5.1.0/26 $both"
is 'its local preference' "$(with 10.5.1.0/26)" 'none, 50'
advertisement all 'aggregationLength: 26, localPref: 60' | apply
becomes 15 '5.4: another one' 'with 10.5.1.0/26' 'none, 60'

# --- what contradicts itself -----------------------------------------------------------------------

{
    advertisement all "$(for_app blue), localPref: 100"
    advertisement one "$(for_app red), localPref: 100"
    advertisement two "serviceSelectors: [{matchExpressions: [{key: tier, operator: Exists}]}], localPref: 200"
} | apply
announced 'two local preferences, of which a Service has one' "10.5.1.1/32 $both; 10.5.1.2/32 $both"
since=$(changed 10.5.1.2/32)
kubectl label service red tier=front >/dev/null
announced '1.3: conflictingAdvertisements: the Service is not announced' "10.5.1.2/32 $both"
why_node 'why' 'why default/red' 'give one prefix two local preferences'
is 'the other was not touched' "$(changed 10.5.1.2/32)" "$since"
advertisement two "serviceSelectors: [{matchExpressions: [{key: tier, operator: Exists}]}], localPref: 100" | apply
announced 'they agree: it is' "10.5.1.1/32 $both; 10.5.1.2/32 $both"
advertisement two "serviceSelectors: [{matchExpressions: [{key: tier, operator: Exists}]}], localPref: 200, peers: [nosuch]" | apply
advertisement one "$(for_app red), localPref: 100, peers: [router]" | apply
announced 'or they are for other peers' "10.5.1.1/32 $both; 10.5.1.2/32 $both"
delete -n "$metallb" bgpadvertisement one two
advertisement all '' | apply
announced 'one for all' "10.5.1.1/32 $both; 10.5.1.2/32 $both"

# --- peers --------------------------------------------------------------------------------------------

before=$(drops)
peer six fd00:2::1 | apply
becomes 30 '5.4: a peer is added' 'sessions inside' 'Established Established Established Established'
lb dual 'selector: {app: web}, ipFamilyPolicy: RequireDualStack' '+loadBalancerIPs: "10.5.1.9,fd05:1::9"' | apply
announced 'a dual Service: IPv4 by the session of IPv4' "10.5.1.1/32 $both; 10.5.1.2/32 $both; 10.5.1.9/32 $both"
announced 'IPv6 by that of IPv6' "fd05:1::9/128 $both" inside ipv6
advertisement all 'peers: [six]' | apply
announced '5.6-21: named is the peer of IPv6: nothing by the other' ''
announced '5.6-21: and IPv6 as before' "fd05:1::9/128 $both" inside ipv6
advertisement all '' | apply
announced 'all peers again' "10.5.1.1/32 $both; 10.5.1.2/32 $both; 10.5.1.9/32 $both"
is 'no session was lost' "$(drops)" "$before"

peer outside 192.168.1.2 64999 'ebgpMultiHop: true, passwordSecret: {name: tor}, nodeSelectors: [{matchLabels: {edge: "yes"}}]' | apply
holds_for 1 '[ "$(sessions outside)" != Established ]'
kubectl label node node1 edge=yes >/dev/null
why_node '1.4: a Secret that is not there' 'show bgp neighbors' 'Secret|password'
kubectl create secret generic tor -n "$metallb" --type kubernetes.io/basic-auth --from-literal password=secret4711 >/dev/null
becomes 30 '1.4: passwordSecret: the session, once it is' 'sessions outside' Established
announced '1.4: nodeSelectors: of one node' '10.5.1.1/32 node1; 10.5.1.2/32 node1; 10.5.1.9/32 node1' outside
check 'no password is said' '! grep -rq secret4711 "$lab/log" && ! speaker 1 "show running-config" | grep -q secret4711'
kubectl label node node1 edge- >/dev/null
becomes 20 'the label goes: so does the session' '[[ "$(sessions outside)" = Established ]] || echo gone' gone
delete -n "$metallb" bgppeer outside

# --- both protocols -------------------------------------------------------------------------------------

custom L2Advertisement arp '' | apply
custom L2Advertisement arp 'nodeSelectors: [{matchLabels: {edge: "yes"}}]' | apply
since=$(changed 10.5.1.1/32)
lb green 'selector: {app: web}' '+loadBalancerIPs: 10.5.1.3' | apply
announced '2.6: a pool of both protocols: BGP by its own advertisement' \
    "10.5.1.1/32 $both; 10.5.1.2/32 $both; 10.5.1.3/32 $both; 10.5.1.9/32 $both"
is 'what was announced stayed' "$(changed 10.5.1.1/32)" "$since"
delete -n "$metallb" bgpadvertisement all
announced 'of layer 2 alone: nothing by BGP' ''
why_node 'why' 'why default/red' 'BROKEN .*no advertisement of the pool selects it'
