#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Five configurations that people published for MetalLB, as they stand: its ConfigMap and their
# Services are applied to a real API server; grevyd on the router gives the addresses and makes the
# routes, whatever the protocol of a pool.
#
#   a  layer2, a range of the LAN          d  a pool of BGP and one of layer 2, avoid-buggy-ips
#   b  layer2, a whole /24                 e  TCP and UDP on one address of a pool of BGP
#   c  BGP of nodes with a router; the ConfigMap is edited while it runs
kube_grace=600 # no Node falls silent because this machine is busy
# shellcheck source=tests/e2e/kube_policy_lib.sh
. "$(dirname "$0")/kube_policy_lib.sh"
# shellcheck source=tests/e2e/bgp_lib.sh
. "$e2e_dir/bgp_lib.sh"
user_frr # a node that only dials needs no right

both='192.168.2.13*1,192.168.2.14*1'
# has SERVICE ADDRESS POOL [NEXTHOPS]: it has the address, of that pool, and what leads there is in
# zebra and in the kernel.
has() {
    becomes 20 "$1 has its address" "address '$1'" "$2"
    becomes 10 'of the pool' "pool_of '$1'" "$3"
    becomes 20 'the kernel has the route' "kernel '$2/32'" "$2/32 ${4-$both}"
    becomes 10 'and zebra' "zebra '$2/32'" "$2/32 ${4-$both}"
}
# over: the write-up is told; its Services go.
over() {
    kubectl delete services -l '!component' >/dev/null
    becomes 20 'nothing is left of it' kernel ''
}
# asks NAME [REQUEST]: what such write-ups try it with.
asks() {
    applied <<YAML
apiVersion: v1
kind: Service
metadata: {name: $1${2:+, $2}}
spec: {type: LoadBalancer, selector: {app: nginx}, ports: [{port: 80, targetPort: 80}]}
YAML
}

policy_lab
# One LAN, as at home: the router, the nodes, and whoever else is there.
in_ns router ip addr flush dev c0
in_ns router ip link set c0 master br0
addr router br0 192.168.1.1/24
for i in 1 2; do addr "node$i" eth0 "192.168.1.11$i/24"; done
kube_pod nginx-1 node1 nginx 10.42.1.2
kube_pod nginx-2 node2 nginx 10.42.2.2
kube_pod dns-1 node1 dns 10.42.1.3
policy_conf router.conf '"configmap:metallb-system/config"' </dev/null
# As MetalLB 0.12 leaves a Service: it noted no pool.
asks held
kubectl patch service held --subresource status --type merge \
    -p '{"status": {"loadBalancer": {"ingress": [{"ip": "192.168.1.37"}]}}}' >/dev/null
seen=$(kubectl get service held -o jsonpath='{.metadata.resourceVersion}')
grevyd_start
wait_for 30 'leads'
asks early
becomes 20 'no ConfigMap yet: a Service waits, and why says so' \
    "grevy 'why default/early' | grep -ciE '^=> .*no (address )?pool'" 1
is 'who has an address keeps it' "$(kubectl get service held -o jsonpath='{.metadata.resourceVersion}')" "$seen"

# --- a -----------------------------------------------------------------------------------------

applied <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata:
  namespace: metallb-system
  name: config
data:
  config: |
    address-pools:
    - name: default
      protocol: layer2
      addresses:
      - 192.168.1.30-192.168.1.49
YAML
has held 192.168.1.37 default
has early 192.168.1.30 default
asks nginx
has nginx 192.168.1.31 default
comes 'an Event says so' "event IPAllocated nginx | grep '192.168.1.31'"
asks last 'annotations: {metallb.universe.tf/loadBalancerIPs: 192.168.1.49}'
has last 192.168.1.49 default
asks beyond 'annotations: {metallb.universe.tf/loadBalancerIPs: 192.168.1.50}'
wait_for 20 "event AllocationFailed beyond | grep -F 192.168.1.50"
is 'the address after the last is not to be had' "$(address beyond)" ''
over

# --- b -----------------------------------------------------------------------------------------

applied <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata:
  namespace: metallb-system
  name: config
data:
  config: |
    address-pools:
    - name: default
      protocol: layer2
      addresses:
      - 10.0.42.0/24
YAML
asks web
has web 10.0.42.0 default
asks asks-255 'annotations: {metallb.universe.tf/loadBalancerIPs: 10.0.42.255}'
has asks-255 10.0.42.255 default
asks next
has next 10.0.42.1 default
over

# --- c -----------------------------------------------------------------------------------------

# The router of the write-up speaks BGP itself: 192.168.1.2.
bgpd_start client tor <<'CONF'
router bgp 65000
 bgp router-id 192.168.1.2
 no bgp ebgp-requires-policy
 neighbor nodes peer-group
 neighbor nodes remote-as 65001
 bgp listen range 192.168.1.0/24 peer-group nodes
CONF
paths() { bgp_path tor ipv4 "$1/32" "$hops"; }
sessions() { bgpd tor 'show bgp neighbors json' | json "' '.join(sorted('%s %d' % (a, n['connectionsEstablished']) for a, n in d.items()))"; }
for i in 1 2; do
    install -d -o frr -g frrvty -m 750 "/run/grevy/node$i"
    cat >"$lab/node$i.yaml" <<CONF
role: node
node-name: node$i
router-id: 192.168.1.11$i
kubernetes: {kubeconfig: $kube/node.conf}
policy-from: ["configmap:metallb-system/config"]
vty: {dir: /run/grevy/node$i}
http: {listen: ""}
CONF
    speaker_start "$i"
done
peering() {
    applied <<YAML
apiVersion: v1
kind: ConfigMap
metadata:
  namespace: metallb-system
  name: config
data:
  config: |
    peers:
    - peer-address: 192.168.1.2
      peer-asn: 65000
      my-asn: 65001
    address-pools:
    - name: default
      protocol: bgp
      addresses:
      - $1
YAML
}
peering 192.168.0.30-192.168.0.49
becomes 20 'a node has peers now: it leaves zebra alone' "speaker 1 'show zserv json' | json \"d['state']\"" off
asks nginx
has nginx 192.168.0.30 default
becomes 40 'its router has it from both nodes' 'paths 192.168.0.30' $'192.168.1.111\n192.168.1.112'
asks two
has two 192.168.0.31 default
becomes 20 'and the next one' 'paths 192.168.0.31' $'192.168.1.111\n192.168.1.112'
met=$(sessions)

peering 192.168.0.31-192.168.0.60
has nginx 192.168.0.32 default
is 'the ConfigMap is edited: who does not fit moves, who fits stays' "$(addresses)" \
    $'default/nginx 192.168.0.32\ndefault/two 192.168.0.31'
becomes 20 'the route of before is gone' 'kernel 192.168.0.30/32' ''
comes 'an Event says why' "event ClearAssignment nginx | grep -F '192.168.0.30'"
becomes 20 'its router learns of it' 'paths 192.168.0.32' $'192.168.1.111\n192.168.1.112'
becomes 20 'and that the other is gone' 'paths 192.168.0.30' ''
is 'over the same sessions' "$(sessions)" "$met"

seen=$(versions)
peering '192.168.0.31-192.168.0.60
      protocl: bgp'
comes 'a word that is none: an Event names it and where it stands' \
    "kubectl get events -n $metallb --field-selector involvedObject.kind=ConfigMap,involvedObject.name=config | grep -E 'config:10:[0-9]+: .*protocl'"
holds_for 1 '[ "$(addresses)" = $'\''default/nginx 192.168.0.32\ndefault/two 192.168.0.31'\'' ]'
is 'nothing was written' "$(versions)" "$seen"
is 'what was in force stays' "$(paths 192.168.0.32)" $'192.168.1.111\n192.168.1.112'
comes 'show policy says so' "grevy 'show policy' | grep -F 'config:10:'"
peering 192.168.0.40-192.168.0.60
has two 192.168.0.41 default
has nginx 192.168.0.40 default
kubectl delete configmap config -n $metallb >/dev/null
becomes 20 'no ConfigMap, no pool, no address' 'addresses' ''
becomes 20 'its router has nothing any more' 'paths 192.168.0.41' ''
over
stop grevyd-node1
stop grevyd-node2
stop bgpd-tor

# --- d -----------------------------------------------------------------------------------------

applied <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata:
  namespace: metallb-system
  name: config
data:
  config: |
    peers:
    - peer-address: 192.168.1.1
      peer-asn: 64512
      my-asn: 64512
    address-pools:
    - name: bgp
      protocol: bgp
      addresses:
      - 192.168.10.0/24
      avoid-buggy-ips: true
    - name: layer2
      protocol: layer2
      addresses:
      - 192.168.0.50-192.168.0.100
      avoid-buggy-ips: true
YAML
asks web
has web 192.168.10.1 bgp
asks lan 'annotations: {metallb.universe.tf/address-pool: layer2}'
has lan 192.168.0.50 layer2
asks routed 'annotations: {metallb.universe.tf/address-pool: bgp}'
has routed 192.168.10.2 bgp
for buggy in 192.168.10.0 192.168.10.255; do
    asks "buggy-${buggy##*.}" "annotations: {metallb.universe.tf/loadBalancerIPs: $buggy}"
    wait_for 20 "event AllocationFailed buggy-${buggy##*.} | grep -F $buggy"
    is "$buggy is not to be had" "$(address "buggy-${buggy##*.}")" ''
done
is 'show pools: what may be used, what is' "$(grevy 'show pools json' | json "' '.join('%s %s/%s' % (p['name'], p['ipv4Used'], p['ipv4Usable']) for p in d['pools'])")" \
    'bgp 2/254 layer2 1/51'
over

# --- e -----------------------------------------------------------------------------------------

applied <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata:
  namespace: metallb-system
  name: config
data:
  config: |
    peers:
    - peer-address: 192.168.2.1
      peer-asn: 64512
      my-asn: 64512
    address-pools:
    - name: default
      protocol: bgp
      addresses:
      - 192.168.254.0/24
---
apiVersion: v1
kind: Service
metadata:
  name: dns-tcp
  annotations:
    metallb.universe.tf/allow-shared-ip: dns
spec:
  type: LoadBalancer
  loadBalancerIP: 192.168.254.6
  externalTrafficPolicy: Local
  selector: {app: dns}
  ports:
  - {name: dns, port: 53, protocol: TCP}
---
apiVersion: v1
kind: Service
metadata:
  name: dns-udp
  annotations:
    metallb.universe.tf/allow-shared-ip: dns
spec:
  type: LoadBalancer
  loadBalancerIP: 192.168.254.6
  externalTrafficPolicy: Local
  selector: {app: dns}
  ports:
  - {name: dns, port: 53, protocol: UDP}
YAML
has dns-tcp 192.168.254.6 default '192.168.2.13*1'
has dns-udp 192.168.254.6 default '192.168.2.13*1'
check 'the client reaches it' 'in_ns client ip route replace 192.168.254.0/24 via 192.168.1.1 && in_ns client ping -c1 -W2 192.168.254.6'
asks web
has web 192.168.254.0 default
asks dns-dot 'annotations: {metallb.universe.tf/loadBalancerIPs: 192.168.254.6}'
wait_for 20 "event AllocationFailed dns-dot | grep -F 192.168.254.6"
is 'who does not share it does not get it' "$(address dns-dot)" ''
kubectl delete service dns-tcp >/dev/null
holds_for 1 '[ "$(kernel 192.168.254.6/32)" = "192.168.254.6/32 192.168.2.13*1" ]'
ok 'one of them goes: the other keeps it'
over
check 'nothing in the log speaks of a right that is missing' '! logged "forbidden|may not|HTTP 403"'
