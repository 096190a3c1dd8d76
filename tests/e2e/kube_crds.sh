#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# k8s/deploy/crds on a real API server: taken without a warning, by each way of applying them; defaults,
# what is refused, status, columns and both versions of BGPPeer are those of MetalLB; kubectl takes what
# its tutorials say.
# shellcheck source=tests/e2e/kube_lib.sh
. "$(dirname "$0")/kube_lib.sh"

crds=$top_dir/k8s/deploy/crds
ns=metallb-system

lab_start '' 1
kube_start
kubectl create namespace $ns >/dev/null

# --- taken -------------------------------------------------------------------------------------

said() { grep -vE ' (created|configured|unchanged|serverside-applied)( \(server dry run\))?$'; }
is 'kubectl apply -f, strictly' "$(kubectl apply --validate=strict --dry-run=server -f "$crds" 2>&1 | said)" ''
is 'kubectl apply -k' "$(kubectl apply --dry-run=server -k "$crds" 2>&1 | said)" ''
"$KUBE_BIN/helm" template grevy "$top_dir/k8s/deploy/chart/grevy" --include-crds >"$kube/chart.yaml" 2>/dev/null
is 'the chart has them, too' "$(kubectl apply --dry-run=server -f "$kube/chart.yaml" 2>&1 | grep -c 'metallb.io created')" 7
is 'kubectl apply --server-side' "$(kubectl apply --server-side -f "$crds" 2>&1 | said)" ''
kubectl wait --for condition=Established crd --all --timeout 30s >/dev/null || fail 'they are not established'
is 'every schema is structural' "$(kubectl get crd -o json |
    json "[c['type'] for d in d['items'] for c in d['status']['conditions'] if c['type'] == 'NonStructuralSchema']")" '[]'

# --- defaults ------------------------------------------------------------------------------------

# object KIND NAME SPEC [VERSION]: spec in YAML flow style.
object() { printf 'apiVersion: metallb.io/%s\nkind: %s\nmetadata: {name: %s, namespace: %s}\nspec: %s\n' "${4:-v1beta1}" "$1" "$2" "$ns" "$3"; }
spec() { kubectl get "$1" -n $ns "$2" -o json | json 'sorted(d["spec"].items())'; }
{
    object IPAddressPool lan '{addresses: [192.0.2.0/24]}'
    echo ---
    object BGPAdvertisement all '{}'
    echo ---
    object L2Advertisement all '{}'
    echo ---
    object BGPPeer tor '{myASN: 64512, peerASN: 4200000000, peerAddress: 192.0.2.1}' v1beta2
    echo ---
    object BFDProfile fast '{receiveInterval: 100, detectMultiplier: 3}'
    echo ---
    object Community names '{communities: [{name: blue, value: "64512:1"}]}'
    echo ---
    object ServiceL2Status l2-web '{}'
} | kubectl apply --validate=strict -f - 2>&1 | said && fail 'see above'
is 'IPAddressPool' "$(spec ipaddresspool lan)" "[('addresses', ['192.0.2.0/24']), ('autoAssign', True), ('avoidBuggyIPs', False)]"
is 'BGPAdvertisement' "$(spec bgpadvertisement all)" "[('aggregationLength', 32), ('aggregationLengthV6', 128)]"
is 'L2Advertisement' "$(spec l2advertisement all)" '[]'
is 'BGPPeer' "$(spec bgppeer tor)" "[('disableMP', False), ('dualStackAddressFamily', False), ('myASN', 64512), ('peerASN', 4200000000), ('peerAddress', '192.0.2.1'), ('peerPort', 179)]"

# --- what is taken and what is refused -----------------------------------------------------------

# takes KIND SPEC [VERSION]; refuses SAYING KIND SPEC [VERSION]: by the API server, before grevyd sees it.
takes() {
    local got
    got=$(object "$1" some "$2" "${3-}" | kubectl apply --validate=strict --dry-run=server -f - 2>&1 | said)
    is "$1 takes $2" "$got" ''
}
refuses() {
    local got says=$1
    got=$(object "$2" some "$3" "${4-}" | kubectl apply --dry-run=server -f - 2>&1)
    check "$2 refuses $3: $says" 'grep -F "$says" <<<"$got"'
}
peer='myASN: 1, peerAddress: 192.0.2.1'
takes IPAddressPool '{addresses: [192.0.2.1-192.0.2.9, "2001:db8::/64"], serviceAllocation: {priority: 5, namespaces: [a], namespaceSelectors: [{matchLabels: {a: b}}], serviceSelectors: [{matchExpressions: [{key: a, operator: In, values: [b, c]}]}]}}'
takes L2Advertisement '{ipAddressPools: [a], ipAddressPoolSelectors: [{matchLabels: {a: b}}], nodeSelectors: [{}], interfaces: [eth0], serviceSelectors: [{}], preferredNodeSelectors: [{weight: 100, preference: {matchLabels: {a: b}}}]}'
takes BGPAdvertisement '{aggregationLength: 24, localPref: 4294967295, communities: [blue, "large:1:2:3"], ipAddressPools: [a], peers: [tor], nodeSelectors: [{}]}'
takes BGPAdvertisement '{serviceSelectors: [{matchLabels: {a: b}}]}'
takes BGPPeer "{$peer, dynamicASN: external, connectTime: 65535s, holdTime: 90s, keepaliveTime: 30s, routerID: 192.0.2.9, passwordSecret: {name: a, namespace: b}, bfdProfile: fast, ebgpMultiHop: true, vrf: red, localASN: 4294967295, enableGracefulRestart: true}" v1beta2
takes BFDProfile '{receiveInterval: 10, transmitInterval: 60000, echoInterval: 50, detectMultiplier: 255, echoMode: true, passiveMode: true, minimumTtl: 254}'
refuses 'spec: Required value' IPAddressPool null
refuses 'spec.addresses: Required value' IPAddressPool '{autoAssign: true}'
refuses 'must be of type boolean' IPAddressPool '{addresses: [a], autoAssign: "no"}'
refuses 'operator: Required value' IPAddressPool '{addresses: [a], serviceAllocation: {serviceSelectors: [{matchExpressions: [{key: a}]}]}}'
refuses 'greater than or equal to 1' BGPAdvertisement '{aggregationLength: 0}'
refuses 'serviceSelectors go only with' BGPAdvertisement '{aggregationLength: 24, serviceSelectors: [{}]}'
refuses 'serviceSelectors go only with' BGPAdvertisement '{aggregationLengthV6: 64, serviceSelectors: [{}]}'
refuses 'less than or equal to 4294967295' BGPAdvertisement '{localPref: 4294967296}'
refuses 'less than or equal to 100' L2Advertisement '{preferredNodeSelectors: [{weight: 101, preference: {}}]}'
refuses 'weight: Required value' L2Advertisement '{preferredNodeSelectors: [{preference: {}}]}'
refuses 'preference: Required value' L2Advertisement '{preferredNodeSelectors: [{weight: 1}]}'
refuses 'spec.myASN: Required value' BGPPeer '{peerASN: 1}' v1beta2
refuses 'less than or equal to 4294967295' BGPPeer '{myASN: 4294967296}' v1beta2
refuses 'less than or equal to 16384' BGPPeer "{$peer, peerPort: 16385}" v1beta2
refuses 'greater than or equal to 1' BGPPeer "{$peer, peerPort: 0}" v1beta2
refuses 'Unsupported value' BGPPeer "{$peer, dynamicASN: both}" v1beta2
refuses 'greater than or equal to 1' BGPPeer "{$peer, localASN: 0}" v1beta2
refuses 'must be whole seconds' BGPPeer "{$peer, connectTime: 1500ms}" v1beta2
refuses 'must be whole seconds' BGPPeer "{$peer, connectTime: 0s}" v1beta2
refuses 'must be whole seconds' BGPPeer "{$peer, connectTime: 65536s}" v1beta2
refuses 'spec.peerASN: Required value' BGPPeer "{$peer}"
refuses 'should have at least 1 items' BGPPeer "{$peer, peerASN: 1, nodeSelectors: [{matchExpressions: [{key: a, operator: In, values: []}]}]}"
for field in receiveInterval transmitInterval echoInterval; do
    refuses 'greater than or equal to 10' BFDProfile "{$field: 9}"
    refuses 'less than or equal to 60000' BFDProfile "{$field: 60001}"
done
refuses 'greater than or equal to 2' BFDProfile '{detectMultiplier: 1}'
refuses 'less than or equal to 255' BFDProfile '{detectMultiplier: 256}'
refuses 'greater than or equal to 1' BFDProfile '{minimumTtl: 0}'
refuses 'less than or equal to 254' BFDProfile '{minimumTtl: 255}'
kubectl patch bgppeer -n $ns tor --type merge -p '{"spec": {"enableGracefulRestart": true}}' >/dev/null
check 'enableGracefulRestart cannot be changed' \
    'kubectl patch bgppeer -n $ns tor --type merge -p "{\"spec\": {\"enableGracefulRestart\": false}}" 2>&1 | grep "cannot be changed"'

# --- versions, status, columns -------------------------------------------------------------------

object BGPPeer old '{myASN: 1, peerASN: 2, peerAddress: 192.0.2.3, nodeSelectors: [{matchLabels: {a: b}}]}' v1beta1 |
    kubectl apply -f - >"$kube/said" 2>&1
check 'v1beta1 of BGPPeer is deprecated' 'grep "Warning: .*v1beta2" "$kube/said"'
is 'and is the same object in v1beta2' "$(kubectl get bgppeers.v1beta2.metallb.io -n $ns old -o jsonpath='{.spec.peerAddress} {.spec.nodeSelectors}')" \
    '192.0.2.3 [{"matchLabels":{"a":"b"}}]'
for kind in ipaddresspools bgpadvertisements l2advertisements bgppeers bfdprofiles communities servicel2statuses; do
    check "$kind: a status of its own" 'kubectl get --raw /apis/metallb.io/v1beta1 | grep "\"$kind/status\""'
done
kubectl patch ipaddresspool -n $ns lan --subresource status --type merge \
    -p '{"status": {"assignedIPv4": 1, "assignedIPv6": 0, "availableIPv4": 255, "availableIPv6": 9223372036854775807}}' >/dev/null
is 'counts are kept, also the largest' "$(kubectl get ipaddresspool -n $ns lan -o jsonpath='{.status}')" \
    '{"assignedIPv4":1,"assignedIPv6":0,"availableIPv4":255,"availableIPv6":9223372036854775807}'
columns() { kubectl get "$1" -n $ns ${2+-o "$2"} | head -n 1 | tr -s ' '; }
is 'columns of pools' "$(columns ipaddresspools)" 'NAME AUTO ASSIGN AVOID BUGGY IPS ADDRESSES'
is 'of BGP advertisements' "$(columns bgpadvertisements)" 'NAME IPADDRESSPOOLS IPADDRESSPOOL SELECTORS PEERS'
is 'and wide' "$(columns bgpadvertisements wide)" 'NAME IPADDRESSPOOLS IPADDRESSPOOL SELECTORS PEERS NODE SELECTORS'
is 'of L2 advertisements, wide' "$(columns l2advertisements wide)" 'NAME IPADDRESSPOOLS IPADDRESSPOOL SELECTORS INTERFACES NODE SELECTORS'
is 'of who answers' "$(columns servicel2statuses)" 'NAME ALLOCATED NODE SERVICE NAME SERVICE NAMESPACE'
is 'of peers' "$(columns bgppeers)" 'NAME ADDRESS ASN BFD PROFILE MULTI HOPS'
is 'of BFD profiles' "$(columns bfdprofiles)" 'NAME PASSIVE MODE TRANSMIT INTERVAL RECEIVE INTERVAL MULTIPLIER'
