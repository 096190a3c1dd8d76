#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# In the cluster: on each node a grevyd of role node, beside an FRR, with the service account of its
# pod and nothing else to say where the API server is; one of them leads and gives addresses.
# shellcheck source=tests/e2e/kube_lib.sh
. "$(dirname "$0")/kube_lib.sh"
# shellcheck source=tests/e2e/sidecar_lib.sh
. "$e2e_dir/sidecar_lib.sh"

local4=$pool4.1 local6=$pool6::1 cluster4=$pool4.2

# node_grevyd I: in a pod of node I: no kubeconfig, no home.
node_grevyd() {
    start "grevyd$1" "node$1" env -u KUBECONFIG HOME=/nonexistent NODE_NAME="node$1" POD_NAME="grevy-$1" "${kube_pod_env[@]}" \
        "${as_frr[@]}" grevyd -N "node$1" -f "$lab/node.yaml"
    wait_for 10 "zserv_up /run/grevy/node$1"
}
# On node I: it reads all that it needs. It leads.
synced() { node_grevy "$1" 'show kubernetes json' | json "d['reachable'] and d['synced']"; }
leads() { running "grevyd$1" && node_grevy "$1" 'show kubernetes json' | json "d['leading']"; }
leader() {
    local i
    for i in 1 2 3; do ! leads "$i" >/dev/null 2>&1 || echo "$i"; done
}

lab_start
for i in 1 2 3; do node_setup "$i"; done
router_bgp
kube_start
kube_nodes
kube_rights grevy-system/grevy controller
kube_account grevy-system/grevy
# As shipped, with the API in place of the folder.
sed "/^kubernetes:/d; /^  manifests:/d" "$shipped/grevyd.yaml" >"$lab/node.yaml"
cat >>"$lab/node.yaml" <<EOF
controller:
  enabled: yes
EOF
for i in 1 2; do kube_pod "local-$i" "node$i" local "10.42.$i.2" "fd42:$i::2"; done
kube_pod cluster-1 node1 cluster 10.42.1.3
kube_apply <<EOF
service default/asks ips=$pool4.9 local on=node3
EOF
kube_service local "externalTrafficPolicy: Local, ipFamilyPolicy: RequireDualStack"
kubectl annotate service local "metallb.io/loadBalancerIPs=$local4,$local6" >/dev/null
kube_service cluster "loadBalancerIP: $cluster4"

for i in 1 2 3; do
    node_frr "$i"
    node_grevyd "$i"
done
for i in 1 2 3; do wait_for 20 "synced $i"; done
becomes 30 'one of them leads' 'leader | wc -l' 1
becomes 20 'kubectl get svc shows both addresses of Local' \
    "kubectl get service local -o jsonpath='{.status.loadBalancer.ingress[*].ip}'" "$local4 $local6"
for i in 1 2; do
    becomes 20 "node$i: what runs here, and Cluster, over lo" "node_kernel $i" \
        "$(printf '%s lo*1\n' "$local4/32" "$cluster4/32" "$local6/128")"
done
becomes 20 'node3: what runs here, and Cluster' 'node_kernel 3' "$(printf '%s lo*1\n' "$cluster4/32" "$pool4.9/32")"
for i in 1 2 3; do
    is "node$i: zebra and RIB have the same" "$(node_zebra "$i")" "$(node_rib "$i")"
done
routed 'BGP told the router' "$local4" '1 2'
routed 'Local, IPv6' "$local6" '1 2'
routed 'Cluster' "$cluster4" '1 2 3'

# --- what happens ----------------------------------------------------------------------------

kube_pod_status local-1 False
routed 'a Pod is not ready: its node is out' "$local4" 2
kube_pod_status local-1 True
routed 'and in' "$local4" '1 2'
kube_pod local-3 node3 local 10.42.3.2 fd42:3::2
kube_pod_end local-2
kube_pod_gone local-2
routed 'a Pod moves' "$local4" '1 3'

# The leader dies: another leads when its term is over, and gives addresses.
was=$(leader)
stop "grevyd$was" KILL
becomes 40 "grevyd$was, the leader, is killed: another leads" 'leader | wc -l' 1
check 'which it is not' '[ "$(leader)" != "$was" ]'
kube_service late "loadBalancerIP: $pool4.7"
kube_pod late-1 node1 late 10.42.1.4
becomes 20 'and gives an address' "kubectl get service late -o jsonpath='{.status.loadBalancer.ingress[*].ip}'" "$pool4.7"
node_grevyd "$was"
routed 'the one that is back announces it, too' "$pool4.7" '1 2 3'
is 'and does not lead' "$(leader | grep -c "$was")" 0

# Another token in the same place, as a kubelet renews it, and the old one is good for nothing. The
# API server may know our rights a little later than it answers.
kubectl delete serviceaccount -n grevy-system grevy >/dev/null
kubectl create serviceaccount -n grevy-system grevy >/dev/null
kube_account grevy-system/grevy
kube_kill
kube_up
kubectl delete service late >/dev/null
becomes 150 'another token in the same place: what happens is still heard' "router_has '$pool4.7'" ''
is 'no daemon of ours fell over' "$(for i in 1 2 3; do running "grevyd$i" && echo "$i"; done | tr -d '\n')" 123
