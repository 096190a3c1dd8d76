#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Policy from the file, custom resources of metallb.io and MetalLB's old ConfigMap at once, live: what
# an earlier place says wins; what is wrong is refused alone, with an Event on it, its last good form
# stays; objects of other namespaces are nobody's; nothing changes while the API server is away.
kube_grace=600 # no Node falls silent because this machine is busy
# shellcheck source=tests/e2e/kube_lib.sh
. "$(dirname "$0")/kube_lib.sh"

ns=metallb-system
lab_start
zebra_start
kube_start
kube_nodes
kubectl create namespace $ns >/dev/null
kubectl create namespace grevy-system >/dev/null
kubectl apply --server-side -f "$top_dir/k8s/deploy/crds" >/dev/null
kubectl wait --for condition=Established crd --all --timeout 30s >/dev/null || fail 'they are not established'

conf_of() { # POOL-ADDRESSES...
    cat >"$conf.new" <<CONF
role: router
kubernetes: {kubeconfig: $kube/admin.conf}
controller: {enabled: yes}
policy-from: [file, crds, "configmap:$ns/config"]
CONF
    [ -z "${1-}" ] || echo "address-pools: [{name: file, protocol: bgp, addresses: [$1]}]" >>"$conf.new"
    mv "$conf.new" "$conf"
}
reload() {
    local line
    line=$(log_lines)
    kill -HUP "${pids[grevyd]}"
    wait_for 10 "logged_since $line 'in force'"
}
# object KIND NAME SPEC [NAMESPACE]
object() {
    printf 'apiVersion: metallb.io/v1beta1\nkind: %s\nmetadata: {name: %s, namespace: %s}\nspec: %s\n' "$1" "$2" "${4:-$ns}" "$3" |
        kubectl apply -f - >/dev/null || fail "kubectl apply: $1 $2"
}
configmap() { kubectl create configmap config -n $ns --from-literal config="$1" --dry-run=client -o yaml | kubectl apply -f - >/dev/null 2>&1; }
# state OBJECT: "good", or "refused: why".
state() {
    grevy 'show policy json' | json "'\n'.join(p['state'] + (': ' + p['why'] if p['why'] else '') for p in d['policy'] if p['name'] == '$1')"
}
pools() { grevy 'show pools json' | json "' '.join(p['name'] for p in d['pools']) or 'none'"; }
address() { kubectl get service "$1" -o jsonpath='{.status.loadBalancer.ingress[*].ip}'; }

# --- each place, and all of them ------------------------------------------------------------------

conf_of
grevyd_start
kube_service web
becomes 20 'nothing says anything: no pools' pools none
object IPAddressPool lan "{addresses: [$pool4.0/28]}"
becomes 20 'a pool comes, the Service that waits gets its first address' 'address web' "$pool4.0"
becomes 5 'show policy' 'state "IPAddressPool metallb-system/lan"' good
configmap "address-pools: [{name: old, protocol: layer2, addresses: [$pool4.32/28]}]"
becomes 20 'the ConfigMap counts, too' pools 'lan old'
conf_of "$pool4.64/28"
reload
becomes 20 'and the file, before both' pools 'file lan old'
becomes 5 'nobody moved' 'address web' "$pool4.0"

# --- what is refused ------------------------------------------------------------------------------

object IPAddressPool twin "{addresses: [$pool4.8/29]}"
becomes 20 'an overlap is refused alone' 'state "IPAddressPool metallb-system/twin"' \
    "refused: $pool4.8/29 overlaps $pool4.0/28 of pool lan (IPAddressPool metallb-system/lan)"
is 'the others stay' "$(pools)" 'file lan old'
becomes 20 'an Event tells it' \
    "kubectl get events -n $ns --field-selector reason=PolicyRefused -o jsonpath='{range .items[*]}{.type} {.involvedObject.kind} {.involvedObject.name}{end}'" \
    'Warning IPAddressPool twin'
check 'the log as well' "logged 'warn policy: IPAddressPool metallb-system/twin: refused: '"
object IPAddressPool lan '{addresses: [192.0.2.1]}'
becomes 20 'what was good stays as it was' 'state "IPAddressPool metallb-system/lan" | cut -d: -f1,2' \
    'old: spec.addresses[0]'
is 'with its addresses' "$(address web)" "$pool4.0"
object IPAddressPool elsewhere "{addresses: [198.51.100.0/24]}" default
object IPAddressPool lan "{addresses: [$pool4.0/29]}"
becomes 20 'a good one again' 'state "IPAddressPool metallb-system/lan"' good
becomes 20 'which makes room for the other' 'state "IPAddressPool metallb-system/twin"' good
is 'objects of other namespaces do not count' "$(pools)" 'file lan twin old'
kubectl delete ipaddresspool -n $ns twin >/dev/null
configmap 'address-pools: [{name: old, protocol: layer2, addresses: [nonsense]}]'
becomes 20 'a ConfigMap that is wrong, too' 'state "ConfigMap metallb-system/config" | cut -d: -f1' old
is 'leaves what was there' "$(pools)" 'file lan old'
check 'with line and column' 'state "ConfigMap metallb-system/config" | grep "config:1:"'
becomes 20 'and an Event' \
    "kubectl get events -n $ns --field-selector involvedObject.kind=ConfigMap -o jsonpath='{.items[*].involvedObject.apiVersion} {.items[*].reason}'" \
    'v1 PolicyRefused'
# Events are written in the order in which they came up.
is 'nothing was told again because something else is refused, too' \
    "$(kubectl get events -n $ns --field-selector involvedObject.name=twin -o jsonpath='{.items[*].count}')" 1
configmap "address-pools: [{name: lan, protocol: layer2, addresses: [$pool4.32/28]}, {name: new, protocol: bgp, addresses: [$pool4.48/28]}]"
becomes 20 'of a list what has a name that is taken is left out' 'state "ConfigMap metallb-system/config"' \
    'partly: pool lan: pool lan stands in IPAddressPool metallb-system/lan, too'
becomes 5 'the rest is in force' pools 'file lan new'

# --- an outage ------------------------------------------------------------------------------------

kube_kill
becomes 60 'the server is away' "grevy 'show kubernetes json' | json \"str(d['reachable'])\"" False
conf_of "$pool4.0/24"
reload
is 'a reload changes no pool then' "$(pools)" 'file lan new'
check 'and says so' "grevy 'show running-config' | grep 'address-pools: those before the last reload'"
kube_up
becomes 60 'it is back: the file wins' pools file
becomes 5 'the objects are refused' 'state "IPAddressPool metallb-system/lan" | cut -d: -f1' refused
becomes 20 'nobody moved all the while' 'address web' "$pool4.0"
conf_of
reload
becomes 20 'and the file takes nothing with it' pools 'lan new'
kubectl delete ipaddresspool -n $ns lan >/dev/null
becomes 20 'a pool that goes: its name is free for another, its Services move' 'address web' "$pool4.32"
is 'metrics' "$(in_ns router curl -s http://127.0.0.1:7473/metrics | grep '^grevy_policy_objects{state="good"}')" \
    'grevy_policy_objects{state="good"} 2'

# --- peers on a node ------------------------------------------------------------------------------

stop grevyd
cat >"$conf" <<CONF
role: node
node-name: node1
kubernetes: {kubeconfig: $kube/admin.conf}
policy-from: [file, crds]
CONF
zserv_state() { grevy 'show zserv json' | json "d['state']"; }
grevyd_start
becomes 20 'without peers zebra is told' zserv_state up
object BGPPeer tor '{myASN: 64512, peerASN: 64513, peerAddress: 192.168.1.9}'
becomes 20 'a peer comes: nothing is announced twice' zserv_state off
check 'it has a session' "grevy 'show bgp summary json' | grep 192.168.1.9"
kubectl delete bgppeer -n $ns tor >/dev/null
becomes 20 'it goes: zebra again' zserv_state up
