# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kube_policy_lib.sh - kube_lib.sh's lab where the policy comes from the API server, with the accounts
# and rights of k8s/deploy. A case sources this one first, or after kube_proxy_lib.sh.
# shellcheck source=tests/e2e/kube_lib.sh
[ -n "${kube-}" ] || . "$(dirname "${BASH_SOURCE[0]}")/kube_lib.sh"

deploy=$top_dir/k8s/deploy/kustomize
metallb='metallb-system' # the namespace that its objects are in

# deployed FOLDER...: of k8s/deploy/kustomize.
deployed() {
    local folder
    for folder; do
        kubectl apply --server-side --force-conflicts -k "$deploy/$folder" >/dev/null || fail "kubectl apply -k $folder"
    done
}

# policy_lab [N]: client, router with zebra, N nodes (2); the rights that k8s/deploy gives a router that
# assigns addresses, a node, and who reads MetalLB's objects; router.conf and node.conf are theirs.
policy_lab() {
    lab_start "${1-2}"
    zebra_start
    kube_start
    kube_nodes "${1-2}"
    kubectl create namespace $metallb >/dev/null || fail 'kubectl create namespace'
    deployed router-controller node policy-crds policy-configmap
    kube_account_config router.conf grevy-system/grevy-router
    kube_account_config node.conf grevy-system/grevy-node
}

# policy_crds: the API server learns of MetalLB's objects, from what we ship.
policy_crds() {
    kubectl apply --server-side -f "$top_dir/k8s/deploy/crds" >/dev/null || fail 'kubectl apply: our CRDs'
    kubectl wait --for condition=Established crd --all --timeout 30s >/dev/null || fail 'our CRDs are not established'
}

# metallb_start [OPTION...]: MetalLB's controller, without its webhooks; with a kind that it looks for
# and that is of no use to anybody else.
metallb_start() {
    applied <<'YAML'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: servicebgpstatuses.metallb.io}
spec:
  group: metallb.io
  scope: Namespaced
  names: {kind: ServiceBGPStatus, listKind: ServiceBGPStatusList, plural: servicebgpstatuses, singular: servicebgpstatus}
  versions:
  - {name: v1beta1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
YAML
    kubectl wait --for condition=Established crd/servicebgpstatuses.metallb.io --timeout 30s >/dev/null || fail 'ServiceBGPStatus'
    start metallb kube env HOME=/nonexistent "$KUBE_BIN/metallb" --kubeconfig "$kube/admin.conf" --namespace $metallb \
        --webhook-mode disabled --port 7472 --log-level debug "$@"
    wait_for 30 'logged ipaddresspool metallb' # it reads them
}

# policy_conf KUBECONFIG SOURCES [FILE]: grevyd of the router, which assigns addresses; nothing of the
# policy is in its file; what stands on stdin comes after it.
policy_conf() {
    cat >"${3-$conf}.new" <<CONF
role: router
kubernetes: {kubeconfig: $kube/$1}
controller: {enabled: yes}
policy-from: [$2]
CONF
    cat >>"${3-$conf}.new"
    mv "${3-$conf}.new" "${3-$conf}"
}

# configmap: MetalLB's ConfigMap of the days before 0.13 becomes what stands on stdin.
configmap() {
    kubectl create configmap config -n $metallb --from-file config=/dev/stdin --dry-run=client -o yaml |
        kubectl apply --server-side --force-conflicts -f - >/dev/null || fail 'kubectl apply: ConfigMap'
}
applied() { kubectl apply --server-side --force-conflicts --field-manager lab -f - >/dev/null || fail 'kubectl apply'; } # YAML on stdin

# address [-n NS] SERVICE: its addresses, as its status has them. pool_of: the pool that is noted there.
address() { kubectl get service "$@" -o jsonpath='{.status.loadBalancer.ingress[*].ip}'; }
pool_of() { kubectl get service "$@" -o jsonpath='{.metadata.annotations.metallb\.io/ip-allocated-from-pool}'; }
# addresses: NS/SERVICE ADDRESS..., a line each, of those that have one.
addresses() {
    kubectl get services -A -o json | json "'\n'.join(sorted('%s/%s %s' % (s['metadata']['namespace'], s['metadata']['name'],
        ' '.join(i.get('ip', '?') for i in s['status']['loadBalancer']['ingress']))
        for s in d['items'] if s['status']['loadBalancer'].get('ingress')))" || : # none
}
# versions [RESOURCE]: what would change if somebody wrote a Service, or one of those.
versions() {
    kubectl get "${1-services}" -A -o jsonpath='{range .items[*]}{.metadata.namespace}/{.metadata.name} {.metadata.resourceVersion}{"\n"}{end}'
}

# comes 'WHAT IT SHOWS' 'CONDITION': within 20 s.
comes() {
    wait_for 20 "$2"
    ok "$1"
}

# event REASON NAME [NS]: what was last said of the object of that name for that reason.
event() {
    kubectl get events -n "${3-default}" --field-selector "reason=$1,involvedObject.name=$2" \
        --sort-by .lastTimestamp -o jsonpath='{range .items[*]}{.message}{"\n"}{end}' | tail -n 1 | grep .
}
leads() { grevy_at "${1:-/run/grevy}" 'show kubernetes json' | json "d['leading']"; }
