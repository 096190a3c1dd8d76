#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a controller writes, on a real API server: address and annotation by one patch of the status;
# the annotation alone when only that is wrong; nothing when nothing is; what is left of a Service that
# is no LoadBalancer any more; Events with MetalLB's reasons.
# shellcheck source=tests/e2e/kube_proxy_lib.sh
. "$(dirname "$0")/kube_proxy_lib.sh"
kube_grace=600

address() { kubectl get service "$1" -o jsonpath='{.status.loadBalancer.ingress[*].ip}'; }
noted() { kubectl get service "$1" -o jsonpath='{.metadata.annotations.metallb\.io/ip-allocated-from-pool}'; }
has() { echo "$(address "$1") of $(noted "$1")"; }
event() { kubectl get events --field-selector "reason=$1,involvedObject.name=$2" -o jsonpath='{range .items[*]}{.message}{"\n"}{end}' | tail -n 1 | grep .; }
# written: how often grevyd has written a Service so far.
written() { grep -cE '^[^ ]+ (create|update|patch|delete) .*services' "$lab/proxy.requests"; }
# settled: a Service made now has its address: what came before was seen, too.
settled() {
    probes=$((${probes-0} + 1))
    kube_service "probe$probes"
    wait_for 60 '[ -n "$(address "probe$probes")" ]'
}
# pools NAME: the pool in grevyd's file has that name.
pools() {
    kube_router_conf grevy.conf </dev/null
    sed -i "s/name: default/name: $1/" "$conf"
}

lab_start '' 1
zebra_start
kube_start
kube_nodes 1
kube_rights grevy-system/grevy controller
kube_server=https://$kube4:$proxy_port
kube_account_config grevy.conf grevy-system/grevy
proxy_start
pools lan

# --- as MetalLB left it ------------------------------------------------------------------------

# left NAME ADDRESS POOL: a Service that has its address already.
left() {
    kube_service "$1" "${4-}"
    kubectl annotate service "$1" "metallb.io/ip-allocated-from-pool=$3" >/dev/null
    kubectl patch service "$1" --subresource status --type merge -p "{\"status\": {\"loadBalancer\": {\"ingress\": [$2]}}}" >/dev/null
}
left first "{\"ip\": \"$pool4.7\"}" lan
left proxied "{\"ip\": \"$pool4.8\", \"ipMode\": \"Proxy\"}" lan
left dual "{\"ip\": \"$pool6::9\"}, {\"ip\": \"$pool4.9\"}" lan 'ipFamilyPolicy: RequireDualStack'
kept="$(kubectl get services first proxied dual -o jsonpath='{range .items[*]}{.metadata.resourceVersion} {end}')"
grevyd_start
settled
is 'one Service was written, the new one' "$(written)" 1
is 'the others are as they were' "$(kubectl get services first proxied dual -o jsonpath='{range .items[*]}{.metadata.resourceVersion} {end}')" "$kept"

# --- a new one -----------------------------------------------------------------------------------

kube_service web
becomes 20 'a new Service' 'has web' "$pool4.1 of lan"
settled
is 'by one request each' "$(written)" 3
check 'which are patches of the status' '! grep -E "^[^ ]+ (create|update|patch|delete) .*services" "$lab/proxy.requests" | grep -v "patch.*/status"'
is 'Event' "$(event IPAllocated web)" "Assigned IP [\"$pool4.1\"]"

# --- the annotation --------------------------------------------------------------------------------

kubectl annotate service web metallb.io/ip-allocated-from-pool- >/dev/null
becomes 20 'taken away, it comes back' 'has web' "$pool4.1 of lan"
pools house
kill -HUP "${pids[grevyd]}"
becomes 20 'the pool has another name' 'has web' "$pool4.1 of house"
becomes 20 'in the order in which they stood' 'has dual' "$pool6::9 $pool4.9 of house"
becomes 20 'what MetalLB gave is of the new name, too' 'has first' "$pool4.7 of house"
kubectl patch service first --subresource status --type merge \
    -p "{\"status\": {\"loadBalancer\": {\"ingress\": [{\"ip\": \"$pool4.7\"}, {\"hostname\": \"lb.example.com\"}]}}}" >/dev/null
becomes 20 'a host name beside the address goes' \
    "kubectl get service first -o jsonpath='{.status.loadBalancer.ingress[*].hostname}{.status.loadBalancer.ingress[*].ip}'" "$pool4.7"

# --- no LoadBalancer any more ----------------------------------------------------------------------

kubectl patch service web -p '{"spec": {"type": "ClusterIP"}}' >/dev/null
becomes 20 'no LoadBalancer any more' 'has web' ' of '
kubectl patch service web -p '{"spec": {"type": "LoadBalancer"}}' >/dev/null
becomes 20 'and one again' 'has web' "$pool4.1 of house"
kubectl annotate service kubernetes metallb.io/ip-allocated-from-pool=house >/dev/null
becomes 20 'what never was one loses what only those have' 'has kubernetes' ' of '

# --- Events ------------------------------------------------------------------------------------------

kube_service outside 'loadBalancerIP: 203.0.113.1'
wait_for 20 'event AllocationFailed outside'
check 'an address of no pool' 'event AllocationFailed outside | grep "^Failed to allocate IP for \"default/outside\": not allowed in config: "'
kubectl create service loadbalancer asks --tcp 80 --dry-run=client -o yaml |
    kubectl annotate --local -f - metallb.universe.tf/loadBalancerIPs=web -o yaml | kubectl apply -f - >/dev/null
wait_for 20 'event LoadBalancerFailed asks'
ok "a request that is none: $(event LoadBalancerFailed asks)"
kubectl annotate service asks --overwrite "metallb.universe.tf/loadBalancerIPs=$pool4.77" >/dev/null
becomes 20 'the request is mended' 'has asks' "$pool4.77 of house"
wait_for 20 'event deprecatedAnnotation asks'
ok "its annotation is an old one: $(event deprecatedAnnotation asks)"
kubectl patch service first -p "{\"spec\": {\"loadBalancerIP\": \"$pool4.70\"}}" >/dev/null
becomes 20 'another request' 'has first' "$pool4.70 of house"
wait_for 20 'event ClearAssignment first'
ok "and why the first one went: $(event ClearAssignment first)"
settled
before=$(written)
settled
is 'nothing is written but what is new' "$(written)" $((before + 1))
check 'nothing failed' '[ "$(grevy "show kubernetes json" | json "d[\"writesFailed\"]")" = 0 ]'
stop grevyd
is 'it ends well' "$status" 0
