#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# From kubectl to the kernel: grevyd on the router, with a kubeconfig, follows what is created,
# patched and deleted on a real API server, and as its controller gives Services their addresses.
kube_grace=4
# shellcheck source=tests/e2e/kube_lib.sh
. "$(dirname "$0")/kube_lib.sh"

# address SERVICE: what kubectl get svc shows as its EXTERNAL-IP.
address() { kubectl get service "$@" --no-headers | awk '{ print $4 }'; }
all() { [ "$(kernel "$1")" = "$2" ] && [ "$(zebra "$1")" = "$2" ] && [ "$(rib "$1")" = "$2" ]; }
# everywhere 'WHAT' PREFIX NEXTHOPS: RIB = zebra = kernel.
everywhere() {
    wait_for 15 "all '$2' '${3:+$2 $3}'"
    ok "$1: $2 ${3:-is gone}"
}

lab_start
zebra_start
kube_start
kube_nodes
kube_rights grevy-system/grevy controller
kube_account_config router.conf grevy-system/grevy
kube_router_conf router.conf </dev/null
kube_service web "loadBalancerIP: $pool4.1"
for i in 1 2 3; do kube_pod "web-$i" "node$i" web "10.42.$i.2" "fd42:$i::2"; done

# --- created ---------------------------------------------------------------------------------

grevyd_start
becomes 20 'kubectl get svc shows the address that grevyd gave' 'address web' "$pool4.1"
everywhere 'every node that is ready' "$pool4.1/32" '192.168.2.13*1,192.168.2.14*1,192.168.2.15*1'
check 'the client reaches it' 'in_ns client ping -c1 -W2 "$pool4.1"'
check 'an Event says so' 'wait_for 10 "kubectl get events -n default -o name --field-selector involvedObject.name=web | grep ."'
is 'the Lease says who is the controller' \
    "$(kubectl get lease -n grevy-system grevy-controller -o json | json "bool(d['spec']['holderIdentity'])")" True

kube_service dual 'externalTrafficPolicy: Local, ipFamilyPolicy: RequireDualStack'
for i in 1 2; do kube_pod "dual-$i" "node$i" dual "10.42.$i.3" "fd42:$i::3"; done
kube_pod dual-3 node2 dual 10.42.2.4 fd42:2::4
wait_for 15 '[[ "$(address dual)" = *,* ]]'
dual=$(address dual)
dual4=${dual%,*} dual6=${dual#*,}
everywhere 'created later, from the pools; weights are ready Pods' "$dual4/32" '192.168.2.13*1,192.168.2.14*2'
everywhere 'IPv6' "$dual6/128" 'fd00:2::13*1,fd00:2::14*2'
kubectl apply -f - >/dev/null <<EOF || fail 'kubectl apply: slice'
apiVersion: v1
kind: Service
metadata: {name: hand, annotations: {metallb.io/loadBalancerIPs: $pool4.20}}
spec: {type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: hand-1, labels: {kubernetes.io/service-name: hand}}
addressType: IPv4
ports: [{port: 80}]
endpoints: [{addresses: [10.42.3.9], nodeName: node3, conditions: {ready: true}}]
EOF
everywhere 'a slice made by hand' "$pool4.20/32" '192.168.2.15*1'

# --- patched ---------------------------------------------------------------------------------

kube_pod_status dual-1 False
everywhere 'a Pod is not ready any more' "$dual4/32" '192.168.2.14*1'
kube_pod_status dual-1 True
everywhere 'and is again' "$dual4/32" '192.168.2.13*1,192.168.2.14*2'
kubectl patch endpointslice hand-1 --type json \
    -p '[{"op": "replace", "path": "/endpoints/0/nodeName", "value": "node1"}]' >/dev/null
everywhere 'a slice is patched' "$pool4.20/32" '192.168.2.13*1'
kubectl patch service web -p '{"spec": {"externalTrafficPolicy": "Local"}}' >/dev/null
kube_pod_end web-3
kube_pod_gone web-3
everywhere 'a Service becomes Local, a Pod is gone' "$pool4.1/32" '192.168.2.13*1,192.168.2.14*1'
kubectl patch service web -p '{"spec": {"externalTrafficPolicy": "Cluster"}}' >/dev/null
everywhere 'and Cluster again' "$pool4.1/32" '192.168.2.13*1,192.168.2.14*1,192.168.2.15*1'
kubectl annotate service hand --overwrite "metallb.io/loadBalancerIPs=$pool4.21" >/dev/null
becomes 15 'another address is asked for' 'address hand' "$pool4.21"
everywhere 'it is there' "$pool4.21/32" '192.168.2.13*1'
everywhere 'the other is not' "$pool4.20/32" ''
kubectl patch node node2 --subresource status --type json \
    -p '[{"op": "replace", "path": "/status/addresses", "value": [{"type": "InternalIP", "address": "192.168.2.16"}, {"type": "InternalIP", "address": "fd00:2::16"}]}]' >/dev/null
addr node2 eth0 192.168.2.16/24 fd00:2::16/64
everywhere 'a Node has another address' "$pool4.1/32" '192.168.2.13*1,192.168.2.15*1,192.168.2.16*1'
kube_silence node3
everywhere 'a Node falls silent' "$pool4.1/32" '192.168.2.13*1,192.168.2.16*1'
kube_speak node3
everywhere 'and speaks' "$pool4.1/32" '192.168.2.13*1,192.168.2.15*1,192.168.2.16*1'
kubectl label node node3 node.kubernetes.io/exclude-from-external-load-balancers= >/dev/null
everywhere 'a Node is labelled out of it' "$pool4.1/32" '192.168.2.13*1,192.168.2.16*1'
kubectl label node node3 node.kubernetes.io/exclude-from-external-load-balancers- >/dev/null
everywhere 'and into it' "$pool4.1/32" '192.168.2.13*1,192.168.2.15*1,192.168.2.16*1'

# Somebody else writes the status: ours is written again.
kubectl patch service web --subresource status --type merge -p '{"status": {"loadBalancer": {"ingress": null}}}' >/dev/null
becomes 15 'an address that somebody took away is given again' 'address web' "$pool4.1"

# --- deleted ---------------------------------------------------------------------------------

kubectl delete endpointslice hand-1 >/dev/null
everywhere 'a slice is deleted' "$pool4.21/32" ''
kube_pod_end dual-3
holds_for 1 'all "$dual4/32" "$dual4/32 192.168.2.13*1,192.168.2.16*1" || all "$dual4/32" "$dual4/32 192.168.2.13*1,192.168.2.16*2"'
kube_pod_gone dual-3
everywhere 'a Pod is deleted' "$dual4/32" '192.168.2.13*1,192.168.2.16*1'
kubectl delete service dual >/dev/null
everywhere 'a Service is deleted' "$dual4/32" ''
everywhere 'IPv6 as well' "$dual6/128" ''
kube_silence node1
kubectl delete node node1 >/dev/null
everywhere 'a Node is deleted' "$pool4.1/32" '192.168.2.15*1,192.168.2.16*1'
kubectl patch service web -p '{"spec": {"type": "ClusterIP"}}' >/dev/null
everywhere 'a Service that is no LoadBalancer any more' "$pool4.1/32" ''
is 'nothing else is left' "$(kernel)" ''
check 'no token and no key is in the log' '! grep -rF -e "$(cut -c1-200 "$kube/router.conf.token")" -e "PRIVATE KEY" "$lab/log/grevyd.log"'
