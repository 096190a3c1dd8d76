#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Addresses without an API: pools by priority, namespace and labels, requests in both prefixes, what the
# addresses do when labels and pools change, and what show, why and the metrics say of it.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes

# namespace NAME [LABELS]
namespace() {
    cat >"$manifests/.new" <<EOF
{apiVersion: v1, kind: Namespace, metadata: {name: $1, labels: {${2-}}}}
EOF
    mv "$manifests/.new" "$manifests/namespace-$1.yaml"
}
# service NS/NAME [LABELS] [ANNOTATIONS] [SPEC]: served by node2.
service() {
    local ns=${1%/*} name=${1#*/} spec=${4-}
    [ -n "$spec" ] || spec='clusterIP: 10.96.0.1, ports: [{port: 80}]'
    cat >"$manifests/.new" <<EOF
apiVersion: v1
kind: Service
metadata: {name: $name, namespace: $ns, labels: {${2-}}, annotations: {${3-}}}
spec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: x}, $spec}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: $name-1, namespace: $ns, labels: {kubernetes.io/service-name: $name}}
addressType: IPv4
endpoints: [{addresses: [10.244.2.9], nodeName: node2, conditions: {ready: true}}]
EOF
    mv "$manifests/.new" "$manifests/svc-$ns-$name.yaml"
}
addresses='",".join(a["address"] for a in d["addresses"])'
# has 'WHAT' NS/NAME ADDRESS[,ADDRESS]
has() { becomes 10 "$1: $2" "grevy 'show services $2 json' | json '$addresses'" "$3"; }
# pools_conf FRONT: the addresses of pool front.
pools_conf() {
    grevyd_conf <<EOF
  - name: front
    protocol: bgp
    addresses: [$1]
    service-allocation: {priority: 10, service-selectors: [{match-labels: {tier: front}}]}
  - name: shop
    protocol: layer2
    addresses: [10.77.2.0-10.77.2.1]
    service-allocation: {priority: 5, namespaces: [shop]}
  - name: team
    protocol: bgp
    addresses: [10.77.3.0/29]
    service-allocation: {namespace-selectors: [{match-labels: {team: a}}]}
  - {name: shy, protocol: bgp, addresses: [10.77.4.0/30], auto-assign: no}
  - {name: buggy, protocol: bgp, addresses: [10.77.5.255-10.77.6.1], avoid-buggy-ips: yes, auto-assign: no}
http: {listen: "127.0.0.1:7473"}
EOF
}
pools_conf 10.77.1.0/30
namespace shop
namespace lab
namespace crew 'team: a'
service default/first
grevyd_start
has 'the first address of the first pool that is for all' default/first "$pool4.0"

# --- whom a pool is for ------------------------------------------------------------------------
service shop/one
has 'a pool for its namespace' shop/one 10.77.2.0
service shop/two 'tier: front'
has 'two pools for it: by priority' shop/two 10.77.2.1
service shop/three 'tier: front'
has 'that pool is full: the next by priority' shop/three 10.77.1.0
service shop/four
has 'none of them serves it: a pool that is for all' shop/four "$pool4.1"
service lab/before
has 'its namespace has no such label' lab/before "$pool4.2"
namespace lab 'team: a'
service lab/after
has 'its namespace has the label now' lab/after 10.77.3.0
has 'what is valid stays' lab/before "$pool4.2"
becomes 10 'and is routed' 'kernel 10.77.3.0/32' '10.77.3.0/32 192.168.2.14*1'
namespace lab 'team: b'
has 'the label is gone, and with it the address' lab/after "$pool4.3"
becomes 10 'and its route' 'kernel 10.77.3.0/32' ''

# --- what is asked for -------------------------------------------------------------------------
service default/shy '' 'metallb.universe.tf/address-pool: shy'
has 'the old prefix of the annotation' default/shy 10.77.4.0
service default/new '' 'metallb.universe.tf/address-pool: default, metallb.io/address-pool: shy'
has 'the new prefix goes before the old one' default/new 10.77.4.1
service default/even '' 'metallb.io/address-pool: buggy'
has '.0 and .255 are left out' default/even 10.77.6.1
service default/odd '' 'metallb.io/loadBalancerIPs: 10.77.5.255'
why_says address_buggy "grevy 'why default/odd'" 'address: pending: asks for 10.77.5.255, which pool buggy avoids.' \
    'Cure: ask for another address, or set avoid-buggy-ips: no of the pool'
service default/front '' 'metallb.io/address-pool: front'
why_says pool_not_for_it "grevy 'why default/front'" 'address: pending: asks for pool front, which is for Services with other' \
    'labels. Cure: change service-allocation of a pool, or the labels of the Service or its Namespace'
service default/tcp '' 'metallb.io/allow-shared-ip: dns, metallb.io/loadBalancerIPs: 10.77.4.3' \
    'clusterIP: 10.96.0.1, ports: [{port: 53, protocol: TCP}]'
has 'asked for' default/tcp 10.77.4.3
service default/udp '' 'metallb.universe.tf/allow-shared-ip: dns, metallb.universe.tf/loadBalancerIPs: 10.77.4.3' \
    'clusterIP: 10.96.0.1, ports: [{port: 53, protocol: UDP}]'
has 'shared' default/udp 10.77.4.3
service default/dual '' '' \
    'clusterIPs: [10.96.0.2, "fd00:96::2"], ipFamilyPolicy: RequireDualStack, ports: [{port: 80}]'
has 'dual stack of one pool' default/dual "$pool4.4,$pool6::"

# --- what is said of it ------------------------------------------------------------------------
is 'show pools: what is full' "$(grevy 'show pools json' | json '[p["name"] for p in d["pools"] if p["exhausted"]]')" \
    "['shop', 'buggy']"
check 'and whom they are for' 'grevy "show pools" | grep -E "^team .* namespaces with team=a  "'
check 'of one also more' 'grevy "show pools front" | grep -E "^Services with: +tier=front$"'
is 'also where it is written' "$(grevy 'show pools front json' | json 'd["place"]')" "$conf"
metric() { in_ns router curl -s 127.0.0.1:7473/metrics | sed -n "s/^$1 //p"; }
is "MetalLB's alert of a full pool: in use" "$(metric 'metallb_allocator_addresses_in_use_total{pool="shop"}')" 2
is 'of' "$(metric 'metallb_allocator_addresses_total{pool="shop"}')" 2
is 'a shared address counts once' "$(metric 'grevy_pool_addresses_in_use{pool="shy",family="ipv4"}')" 3
is 'no configuration is refused' "$(metric metallb_k8s_client_config_stale_bool)" 0
service default/full '' 'metallb.io/address-pool: buggy'
why_says pool_full "grevy 'why default/full'" 'address: pending: pool buggy has no free IPv4 address. Cure: grevysh -c' \
    "'show pools'; add a range to addresses of the pool, or delete a Service that has one"
check 'why: the pool that was tried' 'grevy "why default/full" | grep -E "^pool +note +buggy is full: 1 IPv4 in use$"'

# --- what is changed ---------------------------------------------------------------------------
others() { grevy 'show services json' | json '{s["name"]: s["addresses"] for s in d["services"] if s["name"] != "three"}'; }
before=$(others)
pools_conf 10.77.9.0/30
kill -HUP "${pids[grevyd]}"
has 'its pool is another: moved' shop/three 10.77.9.0
becomes 10 'and its route' 'kernel | grep -E "^10.77.[19].0/"' '10.77.9.0/32 192.168.2.14*1'
is 'nobody else moved' "$(others)" "$before"
wait_for 10 'grep -q 10.77.9.0 "$lab/state/assignments.json"'
stop grevyd KILL
grevyd_start
has 'after a restart' shop/three 10.77.9.0
becomes 10 'all have what they had' others "$before"
