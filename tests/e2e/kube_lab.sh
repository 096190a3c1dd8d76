#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The control plane of kube_lib.sh does what the other cases build on: reached over TLS from the
# router and from a node, by certificate and by account; its controllers make slices from Pods, find
# a silent Node and take away what has lost its owner; it is killed, and comes back with everything.
kube_grace=4
# shellcheck source=tests/e2e/kube_lib.sh
. "$(dirname "$0")/kube_lib.sh"

lab_start '' 2
kube_start
is 'the API server is of the release that go.mod names' "$(kubectl version -o json | json "d['serverVersion']['gitVersion']")" \
    "$(sed -n 's,^\tk8s.io/kubernetes ,,p' "$top_dir/tests/kube/go.mod")"
is 'and so is kubectl' "$(kubectl version -o json | json "d['clientVersion']['gitVersion']")" \
    "$(kubectl version -o json | json "d['serverVersion']['gitVersion']")"

# --- who may ask, from where -----------------------------------------------------------------

as() { # FILE NAMESPACE KUBECTL-WORDS: as user frr, as grevyd would
    in_ns "$2" "${as_frr[@]}" "$lab/bin/kubectl" --kubeconfig "$kube/$1" --cache-dir /nonexistent "${@:3}" 2>&1
}
cp "$KUBE_BIN/kubectl" "$lab/bin/"
kube_user reader.conf reader readers
kubectl create serviceaccount grevy >/dev/null
kube_account_config account.conf default/grevy
check 'a certificate without rights: forbidden' 'as reader.conf router get nodes | grep "nodes is forbidden: User \"reader\""'
check 'an account without rights: forbidden' \
    'as account.conf router get nodes | grep "User \"system:serviceaccount:default:grevy\" cannot list"'
kubectl create clusterrole nodes --verb list,get --resource nodes >/dev/null
kubectl create clusterrolebinding nodes --clusterrole nodes --group readers --serviceaccount default:grevy >/dev/null
becomes 20 'with rights, from the router' 'as reader.conf router get nodes' 'No resources found'
becomes 20 'the account as well' 'as account.conf router get nodes' 'No resources found'
kube_server=https://[$kube6]:$kube_port
kube_user six.conf reader readers
kube_server=https://$kube4:$kube_port
becomes 20 'over IPv6' 'as six.conf router get nodes' 'No resources found'
kube_account default/grevy
is 'a pod of that account on node1' "$(in_ns node1 env "${kube_pod_env[@]}" "${as_frr[@]}" curl -sS \
    --cacert "$kube_account_dir/ca.crt" -H "Authorization: Bearer $(cat $kube_account_dir/token)" \
    "https://$kube4:$kube_port/api/v1/nodes" | json "d['kind']")" NodeList
kube_user late.conf reader readers -from -2h -until -1h
check 'a certificate that has expired' 'as late.conf router get nodes | grep -E "Unauthorized|logged in|expired"'

# --- the controllers -------------------------------------------------------------------------

kube_nodes 2
ready() { kubectl get node "$1" -o json | json "[c['status'] for c in d['status']['conditions'] if c['type'] == 'Ready'][0]"; }
becomes 20 'node1 is ready' 'ready node1' True
kube_service web 'ipFamilyPolicy: RequireDualStack, externalTrafficPolicy: Local'
kube_pod web-1 node1 web 10.42.1.2 fd42:1::2
kube_pod web-2 node2 web 10.42.2.2 fd42:2::2
# slices SERVICE: ADDRESS NODE READY SERVING TERMINATING, a line each.
slices() {
    kubectl get endpointslices -l "kubernetes.io/service-name=$1" -o json | json "'\n'.join(sorted(
        '%s %s %s%s%s' % (e['addresses'][0], e['nodeName'], *(str(e['conditions'][c])[0] for c in ('ready', 'serving', 'terminating')))
        for s in d['items'] for e in s.get('endpoints') or []))"
}
becomes 20 'slices of both families follow the Pods' 'slices web' '10.42.1.2 node1 TTF
10.42.2.2 node2 TTF
fd42:1::2 node1 TTF
fd42:2::2 node2 TTF'
kube_pod_status web-1 False
becomes 20 'a Pod that is not ready' 'slices web | grep node1 | cut -d" " -f3 | uniq' FFF
kube_pod_status web-1 True
kube_pod_end web-2
becomes 20 'one that ends' 'slices web | grep node2 | cut -d" " -f3 | uniq' FTT
kube_pod_gone web-2
becomes 20 'and is gone' 'slices web' '10.42.1.2 node1 TTF
fd42:1::2 node1 TTF'
kube_silence node2
becomes 20 "a Node that is silent for $kube_grace s" 'ready node2' Unknown
kube_speak node2
becomes 20 'and speaks again' 'ready node2' True
kubectl delete service web >/dev/null
becomes 20 'slices go with their Service' 'kubectl get endpointslices -o name' 'endpointslice.discovery.k8s.io/kubernetes'

# --- lines, as for manifests ------------------------------------------------------------------

kube_apply <<EOF
service shop/two ips=$pool4.2,$pool6::2 dual on=node1*2,node2~
service shop/ports ips=$pool4.3 share=a ports=tcp:53,udp:53 on=
node node2 192.168.2.14 notready
EOF
is 'a Service with its slices' "$(kubectl get endpointslices -n shop two-ipv4 -o json | json "len(d['endpoints'])")" 3
is 'annotations' "$(kubectl get service -n shop ports -o json | json "d['metadata']['annotations']['metallb.io/allow-shared-ip']")" a
is 'a Node that is not ready' "$(ready node2)" Unknown
is 'its addresses' "$(kubectl get node node2 -o jsonpath='{.status.addresses[*].address}')" '192.168.2.14 node2'
kube_apply <<EOF
delete service shop/two
delete node node2
EOF
is 'deleted' "$(kubectl get services,endpointslices -n shop -o name | grep two; kubectl get nodes -o name)" node/node1

# --- what happens to it ----------------------------------------------------------------------

version=$(kubectl get service -n shop ports -o jsonpath='{.metadata.resourceVersion}')
kubectl annotate service -n shop ports note=1 >/dev/null
kube_kill
check 'killed: it does not answer' '! kubectl get --raw /readyz'
kube_compact
kube_up
is 'back, with what it had' "$(kubectl get service -n shop ports -o jsonpath='{.metadata.annotations.note}')" 1
check 'a watch from before the compaction is refused: 410' \
    'kubectl get --raw "/api/v1/services?watch=1&timeoutSeconds=5&resourceVersion=$version" 2>&1 | grep -E "410|too old|Expired"'
