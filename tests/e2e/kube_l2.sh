#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Layer 2 on a real API server: four nodes with the rights and the account of k8s/deploy answer for
# what objects of metallb.io say, ServiceL2Status objects and Events tell who does, and are cleared
# away by whoever is there; and nodes that find the objects of others, or may not write any.
kube_controllers=endpointslice-controller,serviceaccount-controller,garbage-collector-controller
# shellcheck source=tests/e2e/kube_metallb_lib.sh
. "$(dirname "$0")/kube_metallb_lib.sh"
# shellcheck source=tests/e2e/l2_lib.sh
. "$e2e_dir/l2_lib.sh"

deploy=$top_dir/k8s/deploy/kustomize
advertisement() { custom L2Advertisement "$@"; }

# node_conf I [L2]: of node I, whose policy is in objects.
node_conf() {
    [ -e "$lab/l2.key" ] || l2_key "$lab/l2.key"
    cat >"$lab/node$1.yaml" <<CONF
role: node
node-name: node$1
kubernetes: {kubeconfig: $kube/node.conf}
policy-from: [file, crds]
zebra: {enabled: no}
kernel: {enabled: no}
vty: {dir: /run/grevy/node$1}
http: {listen: "127.0.0.1:7473"}
l2: ${2-"{heartbeat: {key-file: $lab/l2.key}}"}
CONF
}

# said NAME: its ServiceL2Status objects, 'NODE INTERFACE...' of each, sorted.
said() {
    kubectl get servicel2statuses -n "$metallb" -l "metallb.io/service-name=$1" -o json | json "'; '.join(sorted(
        ' '.join([o.get('status', {}).get('node', '-')] + [i['name'] for i in o.get('status', {}).get('interfaces', [])])
        for o in d['items'] if o['metadata']['labels']['metallb.io/node'] == o.get('status', {}).get('node', '-')))"
}
# agrees 'WHAT IT SHOWS' NAME [NODES]: one node answers, of these numbers; it is the one that the
# object of the Service names, and there is no other object. Left in $owner.
agrees() {
    local address
    address=$(has "$2")
    wait_for 30 "owner=\$(l2_owner client $address) && [[ \$owner == [${3-1234}] && \$(said $2) == \"node\$owner eth0\" ]]"
    ok "$1: $2, $address: node$owner"
}
# nobody 'WHAT IT SHOWS' NAME: nobody has its address, and no object says so.
nobody() { becomes 30 "$1: nobody" "l2_owner client $(has "$2"); said $2; :" ''; }
assigned() { events "$1" | grep -c '^Normal nodeAssigned '; }
# label NODE KEY=VALUE|KEY-
label() { kubectl label --overwrite node "node$1" "$2" >/dev/null || fail "kubectl label node$1 $2"; }
# network NODE True|False: its condition NetworkUnavailable.
network() {
    kubectl patch node "node$1" --subresource status --type strategic -p "{\"status\":{\"conditions\":[
        {\"type\":\"NetworkUnavailable\",\"status\":\"$2\"}]}}" >/dev/null || fail "kubectl patch node$1"
}

l2_lan 4
metallb_up
kube_nodes 4
for folder in node-l2 policy-crds; do
    kubectl apply --server-side --force-conflicts -k "$deploy/$folder" >/dev/null || fail "kubectl apply -k $folder"
done
kube_account_config node.conf grevy-system/grevy-node
grevyd_start # the controller
all='selector: {app: all}'
for i in 1 2 3 4; do kube_pod "all-$i" "node$i" all "10.42.$i.2" "fd00:42:$i::2"; done
{
    pool lan "$vip4.100-$vip4.150"
    advertisement lan 'ipAddressPools: [lan]'
    pool six "\"$vip6:0/120\"" 'autoAssign: false'
    advertisement six 'ipAddressPools: [six]'
    lb web "$all"
} | apply
gets 'a Service gets its address from the pool' web "$vip4.100"
for i in 1 2 3 4; do node_conf "$i"; done
l2_start 1 2 3 4

# --- who answers, and who says so --------------------------------------------------------------

agrees '5.3: the object names the node whose MAC answers' web
told '4.10: an Event' web "Normal nodeAssigned announcing from node \"node$owner\" with protocol \"layer2\"$"
is '1.7: its labels' "$(kubectl get servicel2statuses -n "$metallb" -o json | json "[dict(o['metadata']['labels']) for o in d['items']]")" \
    "[{'metallb.io/node': 'node$owner', 'metallb.io/service-name': 'web', 'metallb.io/service-namespace': 'default'}]"
first=$owner
advertisement again 'ipAddressPools: [lan], nodeSelectors: [{}]' | apply
{
    lb share1 "ports: [{port: 53, protocol: UDP}], $all" '+allow-shared-ip: dns'
    lb share2 "ports: [{port: 53}], $all" "+allow-shared-ip: dns, +loadBalancerIPs: $vip4.101"
} | apply
gets '5.6-11: two Services share an address' 'share1 share2' "$vip4.101, $vip4.101"
agrees '5.6-11: one node for both' share1
agrees '5.6-11' share2 "$owner"
agrees '5.6-13: two advertisements, one announcer, and nothing moved' web "$first"
is 'and no Event more' "$(assigned web)" 1

# A host that claims it once: it is defended.
address=$(has web)
in_ns client arping -q -U -c 1 -i eth0 -S "$address" "$address"
told 'another host claims it: an Event' web "Warning L2Conflict another host, 02:.*, answers for $address, too; as does node node$first"
agrees 'and it stays' web "$first"

six="ipFamilies: [IPv6], $all"
{
    lb six1 "$six" "+loadBalancerIPs: \"$vip6:7\", +allow-shared-ip: six"
    lb six2 "ports: [{port: 81}], $six" "+loadBalancerIPs: \"$vip6:7\", +allow-shared-ip: six"
} | apply
gets '5.3: two Services share an IPv6 address' 'six1 six2' "$vip6:7, $vip6:7"
agrees '5.3: one node for both' six1
agrees '5.3' six2 "$owner"
delete service six1 six2
becomes 20 'deleted: nobody has it' "l2_owner client $vip6:7; said six1; said six2; :" ''

# series ADDRESS: 'NODE NAME{LABELS} VALUE' of each of MetalLB's series about it, of every node.
series() {
    local i
    for i in 1 2 3 4; do
        in_ns "node$i" python3 "$e2e_dir/lab.py" get http://127.0.0.1:7473/metrics |
            sed -n "/^metallb_.*ip=\"$1\"/s/^/node$i /p"
    done
}
dns=$vip4.140
lb dns "ports: [{name: tcp, port: 53}, {name: udp, port: 53, protocol: UDP}], $all" "+loadBalancerIPs: $dns" | apply
gets '5.3: a Service of both TCP and UDP' dns "$dns"
agrees '5.3: one node answers for it' dns
is '5.3: metrics: announced is 1 there, and nowhere else' "$(series "$dns" | grep _announced)" \
    "node$owner metallb_speaker_announced{service=\"default/dns\",protocol=\"layer2\",node=\"node$owner\",ip=\"$dns\"} 1"
for metric in requests_received responses_sent gratuitous_sent; do
    is "5.3: metrics: $metric: at least 1 there, and nowhere else" \
        "$(series "$dns" | awk -v name="metallb_layer2_$metric{ip=\"$dns\"}" '$2 == name { print $1, ($3 >= 1) }')" "node$owner 1"
done
delete service dns
becomes 20 '5.3: metrics: its series vanish with it' "series $dns" ''

# --- which nodes ---------------------------------------------------------------------------------

lb local 'externalTrafficPolicy: Local' | apply
gets 'policy Local' local "$vip4.102"
nobody '4.5: without an endpoint' local
kube_pod local-1 node2 local 10.42.2.9
agrees '5.3: policy Local: where the endpoint is' local 2
kube_pod_gone local-1
kube_pod local-2 node3 local 10.42.3.9
agrees '5.3: it follows the endpoint' local 3
label 1 rack=a
label 2 rack=b
{ delete -n "$metallb" l2advertisement again && advertisement lan 'nodeSelectors: [{matchLabels: {rack: a}}]'; } | apply
nobody '5.6-12: the endpoint on one node, the advertisement on another' local
agrees '1.2: a node is selected' web 1
advertisement lan 'nodeSelectors: [{matchLabels: {rack: b}}]' | apply
agrees '5.3: the selector is another' web 2
advertisement lan 'ipAddressPools: [lan]' | apply
agrees 'all nodes again: nothing moves back' web 2
label 2 node.kubernetes.io/exclude-from-external-load-balancers=
agrees '5.3: a node that is excluded' web 134
second=$owner
label 2 node.kubernetes.io/exclude-from-external-load-balancers-
network "$second" True
agrees 'trap 14: its network is not available' web "${second/[134]/$(tr -d "$second" <<<1234)}"
network "$second" False

# --- preferred nodes -------------------------------------------------------------------------------

advertisement lan 'preferredNodeSelectors: [{weight: 10, preference: {matchLabels: {rack: a}}}, {weight: 5, preference: {matchLabels: {rack: b}}}]' | apply
agrees '5.6-14: the preferred node has it' web 1
l2_stop 1 KILL
agrees '5.6-14: it is lost: the next best, which clears its object away' web 2
l2_start 1
agrees '5.6-14: and reclaims it' web 1
label 1 rack-
agrees '5.3: the label goes: the next best' web 2
advertisement lan 'nodeSelectors: [{matchLabels: {kubernetes.io/hostname: nosuch}}], preferredNodeSelectors: [{weight: 10, preference: {matchLabels: {rack: b}}}]' | apply
nobody '5.3: a hard filter comes first' web

# --- interfaces ------------------------------------------------------------------------------------

advertisement lan 'interfaces: [nosuch]' | apply
nobody '5.6-15: an interface that no node has' web
told '5.6-15' web 'Warning announceFailed the interfaces specified by LB IP "192.168.2.100" doesn.t exist in assigned node "node[1-4]" with protocol "layer2"'
advertisement again 'interfaces: [eth0]' | apply
agrees '5.3: two advertisements: the union of their interfaces, and the object lists it' web
delete -n "$metallb" l2advertisement again
advertisement lan 'ipAddressPools: [lan]' | apply
agrees 'every interface' web

# --- which Services --------------------------------------------------------------------------------

advertisement lan 'serviceSelectors: [{matchLabels: {tier: front}}, {matchLabels: {tier: back}}]' | apply
nobody '5.3: a Service that is not selected' web
kubectl label service web share1 tier=back >/dev/null
agrees '5.3: selected by the second of two' web
nobody 'trap 1.2: a Service that shares its address is not announced by such' share1
advertisement lan 'ipAddressPools: [lan]' | apply
agrees 'all Services' share1

# --- nodes that come and go --------------------------------------------------------------------------

agrees 'before' web
gone=$owner
l2_stop "$gone" KILL
agrees '5.3: a node dies: another one has it' web "$(tr -d "$gone" <<<1234)"
then=$owner
l2_start "$gone"
agrees 'it comes back, and takes nothing' web "$then"
l2_stop "$then"
ok "node$then ends in peace; objects that name it: $(kubectl get servicel2statuses -n "$metallb" -l "metallb.io/node=node$then" -o name | wc -l)"
agrees 'another one has it' web "$(tr -d "$then" <<<1234)"
is 'and what ended left nothing behind' \
    "$(kubectl get servicel2statuses -n "$metallb" -l "metallb.io/node=node$then" -o name)" ''
l2_start "$then"
delete service web
becomes 20 'the Service is deleted: so is the object' 'said web; :' ''

# --- objects of others -------------------------------------------------------------------------------

# metallb_object NAME NODE SERVICE: as a speaker of MetalLB makes them.
metallb_object() {
    apply <<OBJECT
apiVersion: metallb.io/v1beta1
kind: ServiceL2Status
metadata:
  name: $1
  namespace: $metallb
  labels: {metallb.io/node: $2, metallb.io/service-name: $3, metallb.io/service-namespace: default}
OBJECT
}
# metallb_fills NAME NODE SERVICE: and what it says.
metallb_fills() {
    kubectl patch servicel2status -n "$metallb" "$1" --subresource status --type merge \
        -p "{\"status\":{\"node\":\"$2\",\"serviceName\":\"$3\",\"serviceNamespace\":\"default\"}}" >/dev/null || fail "kubectl patch $1"
}
agrees 'before' share1
other=$(tr -d "$owner" <<<1234 | cut -c1)
metallb_object l2-stale "node$other" share1
wait_for 20 '! kubectl get servicel2status -n "$metallb" l2-stale'
agrees 'what names another node is cleared away' share1 "$owner"
kubectl delete servicel2statuses -n "$metallb" --all >/dev/null
agrees 'what somebody deletes is made again' share1 "$owner"

# From MetalLB: its speakers are gone, their objects say who had what. Without a heartbeat that is all
# that a node has to go by.
lb web "$all" | apply
gets 'a Service' web "$vip4.100"
agrees 'before' web
kubectl delete events --field-selector reason=nodeAssigned >/dev/null
for i in 1 2 3 4; do l2_stop "$i" KILL; done
kubectl delete servicel2statuses -n "$metallb" --all >/dev/null
for name in web share1 share2 local; do
    metallb_object "l2-$name" node4 "$name"
    metallb_fills "l2-$name" node4 "$name"
done
for i in 1 2 3 4; do node_conf "$i" '{}'; done
l2_start 1 2 3 4
agrees 'from MetalLB: who had it keeps it' web 4
agrees 'and that' share1 4
agrees 'but not where its endpoint is not' local 3
is 'it answered before, by its object: no Event' "$(events web | grep nodeAssigned)" ''

# --- rights ------------------------------------------------------------------------------------------

may_create() { kubectl auth can-i create servicel2statuses.metallb.io -n "$metallb" --as system:serviceaccount:grevy-system:grevy-node; }
kubectl patch clusterrole grevy-l2 --type json -p '[{"op":"replace","path":"/rules/0/verbs","value":["list","watch","delete"]}]' >/dev/null
wait_for 10 '! may_create'
kubectl delete servicel2statuses -n "$metallb" --all >/dev/null
wait_for 20 'logged "cannot write: create servicel2statuses" grevyd-node4'
is 'what is deleted says nothing of who answers' "$(l2_owner client "$vip4.100")" 4
ok "no right to create: $(logged 'cannot write' grevyd-node4 | tail -n 1 | cut -d' ' -f2- | cut -c1-200)"
kubectl delete clusterrolebinding grevy-node-l2 >/dev/null
for i in 1 2 3 4; do l2_stop "$i" KILL; done
l2_start 1 2 3 4
wait_for 30 'logged "servicel2statuses" grevyd-node1'
wait_for 20 "[[ \$(l2_owner client $vip4.100) == [1234] ]]"
ok "without the right: $(logged servicel2statuses grevyd-node1 | tail -n 1 | cut -d' ' -f2- | cut -c1-200)"
is 'told once' "$(logged 'who answers for an address is not written' grevyd-node1 | wc -l)" 1
