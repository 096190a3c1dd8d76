#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Where objects come from, in a running grevyd: a kubeconfig that is not there yet, an account that
# may do nothing, another source after a reload, and back; who assigns, when there are two; and that
# no route is missing meanwhile.
# shellcheck source=tests/e2e/kube_lib.sh
. "$(dirname "$0")/kube_lib.sh"

web=$pool4.0
over2="$web/32 $(node_ip 1)*1,$(node_ip 2)*1"

# api_conf FILE [ROUTER-DIR]: a router that may assign, with what stands on stdin after it.
api_conf() {
    cat >"$conf.new" <<CONF
role: router
kubernetes: {kubeconfig: $kube/$1}
controller: {enabled: yes}
address-pools:
- {name: default, protocol: bgp, addresses: [$pool4.0/24, "$pool6::/64"]}
CONF
    cat >>"$conf.new"
    mv "$conf.new" "$conf"
}
reload() {
    local line
    line=$(log_lines)
    kill -HUP "${pids[grevyd]}"
    wait_for 10 "logged_since $line 'in force'"
}
phase() { grevy 'show kubernetes json' | json "[r['state'] for r in d['resources'] if r['resource'] == '$1'][0]"; }
cluster() { grevy 'show kubernetes json' | json "d['$1']"; }
holder() { kubectl get lease -n grevy-system grevy-controller -o jsonpath='{.spec.holderIdentity}'; }
status() { kubectl get service "$1" -o jsonpath='{.status.loadBalancer.ingress[*].ip}'; }

lab_start '' 2
kube_start
zebra_start
kube_nodes 2
kubectl create namespace grevy-system >/dev/null
kubectl create namespace metallb-system >/dev/null
kube_service web
kube_pod web-1 node1 web 10.42.1.2

# --- a kubeconfig that comes later --------------------------------------------------------------

api_conf late.conf </dev/null
is '-t is content, and says what is missing' "$(in_ns router "${as_frr[@]}" grevyd -t -f "$conf" 2>&1)" \
    "$kube/late.conf: No such file or directory"
grevyd_start
becomes 20 'no credentials: said' "cluster credentialError" "$kube/late.conf: No such file or directory"
check 'in the log as well' "logged 'warn k8s: $kube/late.conf: No such file'"
why_says api_unknown 'grevy "why default/web"' "source: no API server is known: $kube/late.conf: No such file or directory." \
    'Cure: set kubernetes.kubeconfig to a file that this user can read, or kubernetes.manifests'
cp -p "$kube/admin.conf" "$kube/late.new" && mv "$kube/late.new" "$kube/late.conf"
becomes 40 'it is there: routes' kernel "$over2"
becomes 20 'the address is in the status' 'status web' "$web"
check 'an Event tells of it' "kubectl get events --field-selector reason=IPAllocated -o name | grep event"
becomes 20 'we hold the Lease' 'cluster leading' True
is 'as the server says' "$(holder)" "$(cluster leader)"

# --- an object that cannot be read, as whoever may write Services can make one ----------------------

printf '%s' '{"apiVersion":"v1","kind":"Service","metadata":{"name":"nul","annotations":{"metallb.io/loadBalancerIPs":"a\u0000b"}},
    "spec":{"type":"LoadBalancer","ports":[{"port":80}]}}' | kubectl create -f - >/dev/null
becomes 20 'it is named' "grevy 'show queue json' | json \"d['problems'][0]['where']\"" 'services default/nul'
kube_service next
becomes 20 'the others get addresses all the same' 'status next' "$pool4.1"
is 'it gets none' "$(status nul)" ''
kubectl delete service nul next >/dev/null
becomes 20 'it is gone' "grevy 'show queue json' | json \"str(d['problems'])\"" '[]'

# --- another source, and back -------------------------------------------------------------------

monitor_start
api_conf admin.conf <<CONF
policy-from: [file, crds, "configmap:metallb-system/config"]
CONF
reload
becomes 20 'the same cluster by another file' 'cluster source' "$kube/admin.conf, context lab"
becomes 20 'policy-from: what there is is watched' 'phase "configmap metallb-system/config"' watching
is 'what is not there is absent' "$(phase ipaddresspools.metallb.io)" absent
manifest <<EOF
node node1 $(node_ip 1)
node node2 $(node_ip 2)
service default/other ips=$pool4.77 on=node2
service default/web ips=$web on=node1
EOF
grevyd_conf </dev/null
reload
becomes 20 'a folder instead: what it has' kernel "$over2
$pool4.77/32 $(node_ip 1)*1,$(node_ip 2)*1"
check 'show kubernetes knows' "grevy 'show kubernetes' | grep 'a folder of manifests'"
api_conf admin.conf </dev/null
reload
becomes 20 'the API again: what only the folder had is gone' kernel "$over2"
is 'the route that all had was never withdrawn' "$(deletions "$web")" ''
stop monitor TERM

# --- who may not --------------------------------------------------------------------------------

kube_user reader.conf reader readers
kubectl create clusterrole reads --verb list,watch --resource nodes,services,endpointslices.discovery.k8s.io >/dev/null
kubectl create clusterrolebinding reads --clusterrole reads --user reader >/dev/null
api_conf reader.conf </dev/null
reload
becomes 20 'a right that is missing' 'phase namespaces' forbidden
check 'is named in the log' "logged 'warn k8s: namespaces: may not .*namespaces is forbidden: User'"
becomes 20 'and that of the Lease' "grevy 'show kubernetes' | grep -c 'Last failure: *get leases'" 1
why_says lease_forbidden 'grevy "why default/web"' "controller: nobody holds the Lease grevy-system/grevy-controller, so" \
    "nobody assigns an address: $(cluster writeError). Cure: kubectl apply -k k8s/deploy/kustomize/router-controller"
is 'the routes stay' "$(kernel)" "$over2"
is 'everything else goes on' "$(phase services)" watching

# --- two of them --------------------------------------------------------------------------------

api_conf admin.conf </dev/null
reload
becomes 20 'we lead again' 'cluster leading' True
kube_service two
becomes 20 'who leads gives addresses' 'status two' "$pool4.1"
sed 's,^role: router,&\nvty: {dir: /run/grevy2}\nhttp: {listen: ""}\nzebra: {enabled: no},' "$conf" >"$lab/second.yaml"
install -d -o frr -g frrvty -m 750 /run/grevy2
grevyd_spawn second grevyd -f "$lab/second.yaml"
second() { grevy_at /run/grevy2 "$1"; }
becomes 20 'the second stands by' "second 'show kubernetes json' | json \"d['leader']\"" "$(holder)"
becomes 20 'with the addresses that the status says' \
    "second 'show services json' | json \"' '.join(sorted(a for s in d['services'] for a in s['addresses']))\"" "$web $pool4.1"
line=$(log_lines second)
stop grevyd TERM
check 'who ends gives the Lease back: the second has it at once' \
    "wait_for 5 \"logged_since $line 'the Lease is ours' second\""
kube_service three
becomes 20 'and assigns' 'status three' "$pool4.2"
is 'what there was stays' "$(status web) $(status two)" "$web $pool4.1"
