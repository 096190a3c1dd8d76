# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kube_metallb_lib.sh - kube_lib.sh's lab for what MetalLB's users know of it: policy in objects of
# metallb.io, grevyd on the router as the controller, with the rights of an account and no more. A
# case sources this one first. Each thing shown begins with its number in metallb-compat.md: "trap 4"
# of section 0, "5.6-2" of the most discriminating ones, "5.1" of the rest.

# Slices and Nodes belong to no case but those that announce; they say so before this one is sourced.
kube_controllers=${kube_controllers-serviceaccount-controller}
# shellcheck source=tests/e2e/kube_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/kube_lib.sh"

metallb='metallb-system'

# --- the lab -----------------------------------------------------------------------------------

# metallb_start [NODES]: the API server with our CRDs, and grevyd's account.
metallb_start() {
    lab_start "${1-0}"
    metallb_up
}
# metallb_up: the same in a lab that is there.
metallb_up() {
    kube_start
    kubectl apply --server-side -f "$top_dir/k8s/deploy/crds" >/dev/null || fail 'kubectl apply: our CRDs'
    kubectl wait --for condition=Established crd --all --timeout 30s >/dev/null || fail 'our CRDs are not established'
    kubectl create namespace "$metallb" >/dev/null
    kube_rights grevy-system/grevy controller
    kubectl apply -f - >/dev/null <<RIGHTS || fail 'kubectl apply: rights in metallb-system'
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: grevy, namespace: $metallb}
rules:
- apiGroups: [metallb.io]
  resources: [ipaddresspools, addresspools, bgpadvertisements, l2advertisements, bgppeers, bfdprofiles, communities]
  verbs: [list, watch]
- {apiGroups: [metallb.io], resources: [ipaddresspools/status], verbs: [patch]}
- {apiGroups: [""], resources: [events], verbs: [create, patch]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: grevy, namespace: $metallb}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: grevy}
subjects: [{kind: ServiceAccount, name: grevy, namespace: grevy-system}]
RIGHTS
    kube_account_config grevy.conf grevy-system/grevy
    start watched kube "$KUBE_BIN/kubectl" --kubeconfig "$kube/admin.conf" --cache-dir "$kube/cache" get services -A -w \
        --no-headers -o 'custom-columns=NS:.metadata.namespace,NAME:.metadata.name,IP:.status.loadBalancer.ingress[*].ip'
    cat >"$conf" <<CONF
role: router
kubernetes: {kubeconfig: $kube/grevy.conf}
policy-from: [file, crds]
controller: {enabled: yes}
zebra: {enabled: no}
kernel: {enabled: no}
CONF
}

shopt -s lastpipe # so that what apply says of a failure ends the case

# --- objects -----------------------------------------------------------------------------------

# apply <<EOF: YAML documents, among them those of the words below.
apply() {
    local documents
    documents=$(cat)
    kubectl apply --server-side --force-conflicts --field-manager lab -f - >/dev/null <<<"$documents" ||
        fail "kubectl apply: $documents"
}

# custom KIND NAME SPEC [NAMESPACE]: an object of metallb.io, v1beta1 unless KIND says VERSION/KIND.
custom() {
    local version=v1beta1
    [[ $1 != */* ]] || version=${1%/*}
    printf -- '---\napiVersion: metallb.io/%s\nkind: %s\nmetadata: {name: %s, namespace: %s}\nspec: {%s}\n' \
        "$version" "${1#*/}" "$2" "${4-$metallb}" "$3"
}
# pool NAME ADDRESSES [SPEC]: both in YAML flow style, without its brackets.
pool() { custom IPAddressPool "$1" "addresses: [$2]${3:+, $3}"; }

# namespace NAME [LABELS]
namespace() { printf -- '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: %s, labels: {%s}}\n' "$1" "${2-}"; }

# lb [NAMESPACE/]NAME [SPEC [ANNOTATIONS [LABELS]]]: a Service of type LoadBalancer, port 80 unless
# SPEC has ports; a word of ANNOTATIONS that begins with + or - is of MetalLB's new or old prefix.
lb() {
    local ns=default name=$1 spec=${2-} notes=${3-}
    [[ $1 != */* ]] || ns=${1%/*} name=${1#*/}
    [[ $spec == *ports:* ]] || spec+="${spec:+, }ports: [{port: 80}]"
    [[ $spec == *selector:* ]] || spec+=", selector: {app: $name}"
    [[ $spec == *type:* ]] || spec+=', type: LoadBalancer'
    notes=$(sed -E 's,(^|[ ])\+,\1metallb.io/,g; s,(^|[ ])-([a-zA-Z]),\1metallb.universe.tf/\2,g' <<<"$notes")
    printf -- '---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: %s, annotations: {%s}, labels: {%s}}\nspec: {%s}\n' \
        "$name" "$ns" "$notes" "${4-}" "$spec"
}
delete() { kubectl delete --wait=false "$@" >/dev/null || fail "kubectl delete $*"; }
delete_pool() { delete -n "$metallb" ipaddresspool "$@"; }

# of [NAMESPACE/]NAME JSONPATH: of a Service.
of() {
    local ns=default
    [[ $1 != */* ]] || ns=${1%/*}
    kubectl get service -n "$ns" "${1#*/}" -o "jsonpath=$2"
}
# has NAME...: what kubectl get svc shows: the addresses of each or none, a comma between Services.
has() {
    local name one said=''
    for name; do
        one=$(of "$name" '{.status.loadBalancer.ingress[*].ip}') || return
        said+="${said:+, }${one:-none}"
    done
    echo "$said"
}
has_any() { [[ $(has "$1") == *[.:]* ]]; }
pool_of() { of "$1" '{.metadata.annotations.metallb\.io/ip-allocated-from-pool}'; }

# gets 'WHAT IT SHOWS' 'NAME...' ADDRESSES: within 15 s.
gets() { becomes 15 "$1" "has $2" "$3"; }

# moves [NAMESPACE/]NAME: every set of addresses that it ever had, in order.
moves() {
    local ns=default
    [[ $1 != */* ]] || ns=${1%/*}
    awk -v ns="$ns" -v name="${1#*/}" '$1 == ns && $2 == name && $3 != last { last = $3; print last }' "$lab/log/watched.log" |
        grep -v '^<none>$' | paste -sd ' '
}

# events [NAMESPACE/]NAME [KIND]: 'TYPE REASON MESSAGE', one a line.
events() {
    local ns=default
    [[ $1 != */* ]] || ns=${1%/*}
    kubectl get events -n "$ns" --field-selector "involvedObject.name=${1#*/},involvedObject.kind=${2-Service}" \
        -o 'jsonpath={range .items[*]}{.type} {.reason} {.message}{"\n"}{end}'
}
# told 'WHAT IT SHOWS' NAME 'REGEX' [KIND]: an Event, within 15 s, whose line begins so.
told() {
    wait_for 15 "events '$2' '${4-Service}' | grep -E -- '^$3'"
    ok "$1: $(events "$2" "${4-Service}" | grep -E -m1 -- "^$3")"
}
# refused 'WHAT IT SHOWS' KIND NAME ['REGEX']: an Event that warns of an object of metallb.io.
refused() { told "$1" "$metallb/$3" "Warning .*${4-}" "$2"; }
# A Service that gets nothing, and its Event.
denied() {
    told "$1" "$2" "${3-Warning AllocationFailed Failed to allocate IP for \"default/$2\": }"
    gets "$1: no address" "$2" none
}

# probe: every change of a Service before this one has been judged: a Service of its own gets its
# address from pool probe, which probe_pool made.
probe_pool() { pool probe 203.0.113.0/24 'autoAssign: false'; }
probes=0
probe() {
    probes=$((probes + 1))
    lb "probe$probes" '' '+address-pool: probe' | apply
    wait_for 40 "has_any probe$probes" # whose Lease was left to expire by one that was killed
}
# counts POOL: its status as the controller writes it: assigned/available of IPv4, then of IPv6.
counts() {
    kubectl get ipaddresspool -n "$metallb" "$1" \
        -o 'jsonpath={.status.assignedIPv4}/{.status.availableIPv4} {.status.assignedIPv6}/{.status.availableIPv6}'
}
