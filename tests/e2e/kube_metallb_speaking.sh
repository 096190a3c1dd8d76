#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What nodes announce by BGP, as objects of metallb.io say: which pools an advertisement is of, what
# nobody advertises, names that nobody has, hold times, and that an object that is refused takes
# nothing else with it. One grevyd on the router assigns, one on each node announces.
kube_controllers=endpointslice-controller,node-lifecycle-controller,serviceaccount-controller,garbage-collector-controller
# shellcheck source=tests/e2e/kube_metallb_lib.sh
. "$(dirname "$0")/kube_metallb_lib.sh"
# shellcheck source=tests/e2e/bgp_lib.sh
. "$e2e_dir/bgp_lib.sh"

# What the router has from the nodes: 'PREFIX NODE,NODE; ...'.
table() {
    bgpd inside 'show bgp ipv4 unicast json' | json "'; '.join(sorted(p + ' ' + ','.join(sorted(
        'node' + str(int(h['ip'].split('.')[3]) - 12) for r in rs for h in r['nexthops'])) for p, rs in d.get('routes', {}).items()))"
}
# sessions EXPRESSION: of each neighbour n that bgpd has, sorted.
sessions() { bgpd inside 'show bgp neighbors json' | json "' '.join(sorted(str($1) for n in d.values()))"; }
announced() { becomes 20 "$1" table "$2"; }
# changes PREFIX: which change of bgpd's table was the last of it.
changes() { bgpd inside "show bgp ipv4 unicast $1 json" | json "d['version']"; }
advertisement() { custom BGPAdvertisement "$@"; }
peer() { custom v1beta2/BGPPeer "$1" "myASN: 64512, peerASN: 64512, peerAddress: ${2-192.168.2.1}${3:+, $3}"; }

metallb_start 2
kube_nodes 2
kubectl label node node1 rack=a >/dev/null
mkdir -p "$lab/frr"
bgpd_start router inside <<CONF
router bgp 64512
 bgp router-id 192.168.2.1
 neighbor nodes peer-group
 neighbor nodes remote-as 64512
 bgp listen range 192.168.2.0/24 peer-group nodes
 bgp listen range fd00:2::/64 peer-group nodes
 address-family ipv4 unicast
  neighbor nodes activate
 exit-address-family
CONF
web='selector: {app: web}'
{
    pool one 10.4.1.0/24
    pool two 10.4.2.0/24 'autoAssign: false'
    pool tell 10.4.9.0/24 'autoAssign: false'
    lb one "$web"
    lb two "$web" '+address-pool: two'
    lb tell "$web" '+address-pool: tell'
    peer router
} | apply
kube_pod web-1 node1 web 10.42.1.2
kube_pod web-2 node2 web 10.42.2.2
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

# --- of which pools -----------------------------------------------------------------------------

gets 'trap 17: a pool that nobody advertises allocates' 'one two tell' '10.4.1.0, 10.4.2.0, 10.4.9.0'
becomes 30 'a BGPPeer: both nodes dial' "sessions \"n['bgpState']\"" 'Established Established'
is 'trap 20: holdTime is not set: 90 s' "$(sessions "n['bgpTimerHoldTimeMsecs'] // 1000")" '90 90'
{ advertisement some 'ipAddressPools: [nosuch]' && advertisement tell 'ipAddressPools: [tell]'; } | apply
announced 'trap 16, 17: a list that names an absent pool is of none; the pool that is named is announced' '10.4.9.0/32 node1,node2'
advertisement some '' | apply
announced 'trap 16: no list and no selector is of all pools' '10.4.1.0/32 node1,node2; 10.4.2.0/32 node1,node2; 10.4.9.0/32 node1,node2'
advertisement some 'ipAddressPools: [one, two], peers: [nosuch]' | apply
announced 'trap 18: a peer that nobody has is none' '10.4.9.0/32 node1,node2'
advertisement some 'ipAddressPools: [one, two], peers: [nosuch, router]' | apply
announced 'trap 18: beside one that there is' '10.4.1.0/32 node1,node2; 10.4.2.0/32 node1,node2; 10.4.9.0/32 node1,node2'

# --- nodes and endpoints ------------------------------------------------------------------------

advertisement some 'ipAddressPools: [one, two], nodeSelectors: [{matchLabels: {rack: a}}]' | apply
announced '1.3: nodes are selected' '10.4.1.0/32 node1; 10.4.2.0/32 node1; 10.4.9.0/32 node1,node2'
kube_pod there-1 node2 there 10.42.2.3
lb there 'externalTrafficPolicy: Local, selector: {app: there}' '+address-pool: two' | apply
gets 'a Local Service, whose endpoint is on the other node' there 10.4.2.1
lb tell2 "$web" '+address-pool: tell' | apply
announced '5.6-12: the endpoint on one node, the advertisement on another: nobody' \
    '10.4.1.0/32 node1; 10.4.2.0/32 node1; 10.4.9.0/32 node1,node2; 10.4.9.1/32 node1,node2'
advertisement some 'ipAddressPools: [one, two]' | apply
announced '5.6-12: the advertisement on every node' \
    '10.4.1.0/32 node1,node2; 10.4.2.0/32 node1,node2; 10.4.2.1/32 node2; 10.4.9.0/32 node1,node2; 10.4.9.1/32 node1,node2'
kube_pod_end there-1
kube_pod_end web-1
kubectl annotate service tell2 --overwrite metallb.io/loadBalancerIPs=10.4.9.2 >/dev/null
announced 'trap 15: an endpoint that ends but serves keeps the route' \
    '10.4.1.0/32 node1,node2; 10.4.2.0/32 node1,node2; 10.4.2.1/32 node2; 10.4.9.0/32 node1,node2; 10.4.9.2/32 node1,node2'
kube_pod_gone there-1
all='10.4.1.0/32 node1,node2; 10.4.2.0/32 node1,node2; 10.4.9.0/32 node1,node2; 10.4.9.2/32 node1,node2'
announced 'until it is gone' "$all"

# --- what is refused takes nothing with it ---------------------------------------------------------

before=$(sessions "n['connectionsDropped']")
since=$(changes 10.4.1.0/32)
{
    peer router 192.168.2.1 'holdTime: 10s, keepaliveTime: 20s'
    peer lost 192.168.2.99 'holdTime: 1s'
    advertisement wide 'aggregationLength: 16'
    advertisement some 'ipAddressPools: [one, two], communities: ["1:2:3"]'
} | apply
refused '5.6-24: a BGPPeer that is wrong now' BGPPeer router
refused '5.6-24: one that is wrong from the beginning' BGPPeer lost
refused '5.6-24: a BGPAdvertisement that is wrong from the beginning' BGPAdvertisement wide
refused '5.6-24: one that is wrong now' BGPAdvertisement some
lb tell3 "$web" '+address-pool: tell' | apply
all+='; 10.4.9.1/32 node1,node2'
all=$(tr ';' '\n' <<<"$all" | sed 's/^ //' | sort | paste -sd ';' | sed 's/;/; /g')
announced 'the rest goes on' "$all"
is 'the last good forms stay in force: no session was lost' "$(sessions "n['connectionsDropped']")" "$before"
is 'and no route has changed' "$(changes 10.4.1.0/32)" "$since"
{ advertisement some 'ipAddressPools: [one, two], communities: ["1:2"]' && peer router; } | apply
becomes 20 'corrected: in force' "bgp_path inside ipv4 10.4.1.0/32 \"p['community']['string']\" | sort -u" 1:2
is 'with the same sessions' "$(sessions "n['connectionsDropped']")" "$before"

# --- an address that is announced and in no pool any more --------------------------------------------

since=$(changes 10.4.1.0/32)
pool two 10.4.3.0/24 'autoAssign: false' | apply
announced 'trap 22: its pool does not cover it any more: the new address is announced, the old one is not' \
    "${all/10.4.2.0/10.4.3.0}"
is 'trap 22: the others were never withdrawn' "$(changes 10.4.1.0/32)" "$since"
delete -n "$metallb" bgppeer router
becomes 20 'the BGPPeer is deleted: its sessions end' \
    "bgpd inside 'show bgp neighbors json' | json \"str(sum(n['bgpState'] == 'Established' for n in d.values()))\"" 0
custom BGPPeer older 'myASN: 64512, peerASN: 64512, peerAddress: 192.168.2.1' | apply
becomes 30 '1.4: a BGPPeer v1beta1' "sessions \"n['bgpState']\"" 'Established Established'
