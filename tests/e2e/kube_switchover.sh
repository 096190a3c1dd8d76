#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# From MetalLB to grevy and back, on a real API server, with MetalLB's own controller: what it gave is
# taken over as it is, without a write; grevy goes on where it stopped; then MetalLB takes the cluster
# back and no Service changes its address.
kube_grace=600 # no Node falls silent because this machine is busy
# shellcheck source=tests/e2e/kube_proxy_lib.sh
. "$(dirname "$0")/kube_proxy_lib.sh"
# shellcheck source=tests/e2e/kube_policy_lib.sh
. "$e2e_dir/kube_policy_lib.sh"

# service NAME [META [SPEC]]: of type LoadBalancer, in YAML flow style; a document each.
service() {
    cat <<YAML
---
apiVersion: v1
kind: Service
metadata: {name: $1${2:+, $2}}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, protocol: TCP}]${3:+, $3}}
YAML
}
note() { echo "annotations: {$1}"; }
# settled: nobody writes any more: this probe was the last to be served.
probes=0
settled() {
    probes=$((probes + 1))
    service "probe$probes" "$(note 'metallb.io/address-pool: probes')" | applied
    wait_for 60 "[ -n \"\$(address probe$probes)\" ]"
    # Both count what a pool has in use, a little after.
    becomes 20 "probe $probes is counted" \
        "kubectl get ipaddresspool -n $metallb probes -o jsonpath='{.status.assignedIPv4}'" $probes
}
# Without the probes: they come and stay.
kept() { addresses | grep -v ^default/probe; }
untouched() { { versions && versions ipaddresspools.metallb.io; } | grep -vE '^(default/probe[0-9]|metallb-system/probes) '; }
annotated() {
    kubectl get services -A -o json | json "'\n'.join(sorted('%s %s' % (s['metadata']['name'],
        sorted((s['metadata'].get('annotations') or {}).items())) for s in d['items'] if 'probe' not in s['metadata']['name']))"
}
counted() {
    kubectl get ipaddresspools -n $metallb -o json |
        json "'\n'.join(sorted('%s %s' % (p['metadata']['name'], sorted(p['status'].items())) for p in d['items'] if p['metadata']['name'] != 'probes'))"
}
events_of() {
    kubectl get events -A -o json | json "'\n'.join(e['reason'] + ' ' + e['involvedObject']['name'] + ' ' + e['message'] for e in d['items']
        if e['involvedObject']['kind'] == 'Service' and e['source'].get('component') != 'metallb-controller')"
}
# writes [LINE]: the requests of grevyd that write, after that line, but for those about its Lease.
writes() { tail -n "+$((${1-0} + 1))" "$lab/proxy.requests" | grep -E '^[^ ]+ (create|update|patch|delete) ' | grep -v '/leases'; }

policy_lab
policy_crds
kube_pod web-1 node1 web 10.42.1.2 fd42:1::2
kube_pod web-2 node2 web 10.42.2.2 fd42:2::2
kubectl create namespace other >/dev/null

# --- a cluster of MetalLB ------------------------------------------------------------------------

applied <<YAML
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: first, namespace: $metallb, labels: {kind: main}}
spec: {addresses: [$pool4.0/25, "$pool6::/120"], avoidBuggyIPs: true}
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: manual, namespace: $metallb}
spec: {addresses: [$pool4.128-$pool4.139], autoAssign: false}
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: small, namespace: $metallb}
spec: {addresses: [$pool4.144/31], autoAssign: false}
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: others, namespace: $metallb}
spec: {addresses: [$pool4.160/28], serviceAllocation: {priority: 10, namespaces: [other]}}
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: probes, namespace: $metallb}
spec: {addresses: [$pool4.192/26], autoAssign: false}
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: all, namespace: $metallb}
spec: {ipAddressPoolSelectors: [{matchLabels: {kind: main}}], communities: [ours], aggregationLength: 32}
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: rest, namespace: $metallb}
spec: {ipAddressPools: [manual, small, others, probes]}
---
apiVersion: metallb.io/v1beta1
kind: Community
metadata: {name: ours, namespace: $metallb}
spec: {communities: [{name: ours, value: "64512:1"}]}
---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: tor, namespace: $metallb}
spec: {myASN: 64512, peerASN: 64512, peerAddress: 192.168.2.1}
YAML
metallb_start
for i in 1 2 3 4 5 6; do
    service "plain$i" | applied
    wait_for 20 '[ "$(address "plain$i")" = "$pool4.$i" ]'
done
{
    service local '' 'externalTrafficPolicy: Local'
    service six '' 'ipFamilyPolicy: SingleStack, ipFamilies: [IPv6]'
    service prefer '' 'ipFamilyPolicy: PreferDualStack'
    service both '' 'ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6, IPv4]'
    service field '' "loadBalancerIP: $pool4.77"
    service asked "$(note "metallb.io/loadBalancerIPs: $pool4.99")"
    service asked-two "$(note "metallb.io/loadBalancerIPs: '$pool6::99,$pool4.98'")" 'ipFamilyPolicy: RequireDualStack'
    service old-words "$(note "metallb.universe.tf/loadBalancerIPs: $pool4.97")"
    service by-pool "$(note 'metallb.io/address-pool: manual')"
    service small1 "$(note 'metallb.io/address-pool: small')"
    service small2 "$(note 'metallb.io/address-pool: small')"
    service elsewhere 'namespace: other'
    service share-a "$(note "metallb.io/allow-shared-ip: x, metallb.io/loadBalancerIPs: $pool4.66")"
    service share-b "$(note "metallb.io/allow-shared-ip: x, metallb.io/loadBalancerIPs: $pool4.66")" 'ports: [{port: 53, protocol: UDP}]'
} | applied
wait_for 60 '[ "$(addresses | wc -l)" = 20 ]'
ok 'MetalLB gives 20 Services their addresses'
service small3 "$(note 'metallb.io/address-pool: small')" | applied
wait_for 20 'event AllocationFailed small3'
# Holes: who assigned anew would give other addresses than these.
kubectl delete service plain1 plain3 plain4 >/dev/null
settled
in_use() { kubectl get ipaddresspool -n $metallb "$1" -o jsonpath='{.status.assignedIPv4} {.status.assignedIPv6}'; }
becomes 20 'what is in use is counted' 'in_use first' '11 4'
stop metallb KILL # told to end, it waits for itself
had=$(kept)
seen=$(untouched)
noted=$(annotated)
counts=$(counted)
say "$had"
check 'as it leaves them' "grep -c '^default/plain' <<<\"\$had\" | grep -x 3"

# --- adopted -------------------------------------------------------------------------------------

kube_server=https://$kube4:$proxy_port
kube_account_config router.conf grevy-system/grevy-router
proxy_start
policy_conf router.conf crds </dev/null
grevyd_start
wait_for 30 'leads'
becomes 30 'every address is known' "grevy 'show services json' | json \"sum(len(s['addresses']) for s in d['services'])\"" 21
# Two share one, and the one elsewhere has no Pods.
becomes 10 'and what serves is a route, in the kernel' 'kernel | wc -l' 19
wait_for 10 "event AllocationFailed small3"
is 'it has written no status' "$(writes | grep -v '/events')" ''
settled
is 'adopted: no address has changed' "$(kept)" "$had"
is 'nor has any Service or pool been written' "$(untouched)" "$seen"
is 'nor has what is counted' "$(counted)" "$counts"
is 'one Service was written: the new one, and its pool' "$(writes | grep -v '/events' | grep -oE '(services|ipaddresspools)/[a-z0-9]+/status' | sort -u)" \
    $'ipaddresspools/probes/status\nservices/probe2/status'
is 'and Events tell of nothing else' "$(events_of | cut -d' ' -f1,2 | sort -u)" $'AllocationFailed small3\nIPAllocated probe2'

# A restart changes nothing either.
mark=$(wc -l <"$lab/proxy.requests")
stop grevyd KILL
grevyd_start
wait_for 60 'leads'
settled
is 'restarted: no address has changed' "$(kept)" "$had"
is 'nor has anything been written' "$(untouched)" "$seen"
is 'but for the new one' "$(writes "$mark" | grep -v '/events' | grep -oE '(services|ipaddresspools)/[a-z0-9]+/status' | sort -u)" \
    $'ipaddresspools/probes/status\nservices/probe3/status'

# --- grevy's own ---------------------------------------------------------------------------------

kubectl delete service small1 >/dev/null
becomes 20 'what is freed goes to who waits' 'address small3' "$pool4.144"
is 'noted as MetalLB does' "$(pool_of small3)" small
{
    service ours1
    service ours2 '' 'ipFamilyPolicy: RequireDualStack'
    service ours3 "$(note "metallb.io/allow-shared-ip: x, metallb.io/loadBalancerIPs: $pool4.66")" 'ports: [{port: 443}]'
} | applied
becomes 20 'the first hole, as MetalLB would' 'address ours1' "$pool4.1"
becomes 20 'both families' 'address ours2' "$pool4.3 $pool6::3"
becomes 20 'shared' 'address ours3' "$pool4.66"
kubectl patch service plain2 -p '{"spec": {"type": "ClusterIP"}}' >/dev/null
becomes 20 'no LoadBalancer any more: no address' 'address plain2' ''
becomes 10 'and no annotation' 'pool_of plain2' ''
becomes 20 'all of that is counted' 'in_use first' '12 5'
settled

# --- and back ------------------------------------------------------------------------------------

stop grevyd TERM
had=$(kept)
seen=$(untouched)
noted=$(annotated)
counts=$(counted)
metallb_start
settled
is 'back: no address has changed' "$(kept)" "$had"
is 'nor any annotation' "$(annotated)" "$noted"
is 'nor what is counted' "$(counted)" "$counts"
# It counts its pools anew, from nothing, as it always does.
is 'MetalLB found nothing to write in a Service' "$(untouched | grep -v ^$metallb/)" "$(grep -v ^$metallb/ <<<"$seen")"
check 'it has taken none away' "! kubectl get events -A -o name --field-selector reason=ClearAssignment | grep ."
service last | applied
becomes 30 'and goes on' 'address last' "$pool4.2"
