#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# k8s/deploy on a real API server: every folder and every role of the chart is taken by it, without
# a warning, and both make the same objects; the rights are those that the README names; the
# kubeconfig of kubeconfig.sh works from the router.
# shellcheck source=tests/e2e/kube_lib.sh
. "$(dirname "$0")/kube_lib.sh"

deploy=$top_dir/k8s/deploy
roles='router router-controller node node-frr node-l2 controller'
rights='policy-crds policy-configmap peer-secrets'
pools='[{"name":"default","protocol":"bgp","addresses":["192.168.254.0/24","fd00:254::/64"]}]'
lan_pools='[{"name":"default","protocol":"layer2","addresses":["192.168.1.240-192.168.1.250"]}]'
# What the chart is told so that it makes what the folder of that name does.
declare -A told=([policy-crds]=policy.crds=true [policy-configmap]=policy.configMap=config
    [peer-secrets]='policy.peerSecrets={bgp-password}')

# helm ROLES [OPTION...]: the chart, rendered.
helm() {
    [ "$1" != node-l2 ] || local pools=$lan_pools
    "$KUBE_BIN/helm" template grevy "$deploy/chart/grevy" -n grevy-system --kube-version 1.36.0 \
        --set "roles={$1}" --set-json "pools=$pools" "${@:2}" 2> >(grep -v 'symbolic link' >&2)
}
# taken WORDS: the API server would take what is on stdin; what it says of it, by itself.
taken() { kubectl apply --validate=strict --dry-run=server "$@" 2>&1 | grep -vE ' (created|configured|unchanged|serverside-applied) \(server dry run\)$'; }
# objects NAME: what is on stdin as the API server would keep it, in $kube/NAME.
objects() { kubectl apply --dry-run=server -o json -f - >"$kube/$1" 2>"$kube/$1.err" || fail "$(cat "$kube/$1.err")"; }

lab_start '' 1
kube_start
# It says that the chart's crds are those beside it.
is 'helm lint' "$("$KUBE_BIN/helm" lint --quiet "$deploy/chart/grevy" 2>&1 | grep -v 'symbolic link')" ''
kubectl apply -k "$deploy/kustomize/base" >/dev/null || fail 'kubectl apply -k base'
kubectl create namespace metallb-system >/dev/null

# --- taken -----------------------------------------------------------------------------------

for role in $roles $rights; do
    is "kubectl apply -k $role" "$(taken -k "$deploy/kustomize/$role")" ''
done
kubectl apply --server-side --force-conflicts -k "$deploy/kustomize/base" >/dev/null 2>&1 || fail 'kubectl apply --server-side -k base'
for role in $roles $rights; do
    is "kubectl apply --server-side -k $role" "$(taken --server-side -k "$deploy/kustomize/$role")" ''
done
for role in $roles; do
    helm "$role" >"$kube/chart.yaml" || fail "helm template: $role"
    is "the chart: $role" "$(taken -f "$kube/chart.yaml")" ''
done
for both in node,node-frr node,node-l2 node-frr,node-l2; do check "$both at once: refused" "! helm $both"; done
check 'a role that is none: refused' '! helm nodes'
check 'a word that the chart does not know: refused' '! helm node --set node.tolerance=x'

# --- the same ----------------------------------------------------------------------------------

# same A B: the objects in A, without Namespaces, are those in B; what differs, by kind and name.
cat >"$lab/same.py" <<'PY'
import json, os, re, subprocess, sys

DROP = {'status', 'creationTimestamp', 'uid', 'resourceVersion', 'generation', 'managedFields', 'annotations'}
HELM = {'helm.sh/chart', 'app.kubernetes.io/managed-by', 'app.kubernetes.io/instance'}
HASHED = re.compile('^(grevy-[a-z]+-config)-[a-z0-9]{10}$')

def printed(text):
    """grevyd.yaml with every default, so that only what it means is compared."""
    path = os.path.join(os.environ['SAME_DIR'], 'same.yaml')
    with open(path, 'w') as f:
        f.write(text)
    return subprocess.run([os.environ['SAME_GREVYD'], '-T', '-f', path], check=True, capture_output=True, text=True).stdout

def plain(o):
    if isinstance(o, dict):
        out = {k: plain(v) for k, v in o.items() if k not in DROP}
        labels = {k: v for k, v in out.get('labels', {}).items() if k not in HELM}
        out.pop('labels', None)
        if labels:
            out['labels'] = labels
        if 'grevyd.yaml' in out:
            out['grevyd.yaml'] = printed(out['grevyd.yaml'])
        return out
    if isinstance(o, list):
        return [plain(v) for v in o]
    return HASHED.sub(r'\1', o) if isinstance(o, str) else o

def objects(path):
    d = json.load(open(path))
    items = d['items'] if d['kind'] == 'List' else [d]
    out = {}
    for o in items:
        # The account that is told who it is for is an annotation, and is ours.
        account = o['metadata'].get('annotations', {}).get('kubernetes.io/service-account.name')
        name = HASHED.sub(r'\1', o['metadata']['name'])
        out['%s %s/%s' % (o['kind'], o['metadata'].get('namespace', ''), name)] = (plain(o), account)
    return {k: v for k, v in out.items() if not k.startswith('Namespace ')}

def unordered(o):
    """Lists of rights and of a pod are the same in another order."""
    if isinstance(o, dict):
        return {k: unordered(v) for k, v in o.items()}
    if isinstance(o, (list, tuple)):
        return sorted((unordered(v) for v in o), key=lambda v: json.dumps(v, sort_keys=True))
    return o

a, b = objects(sys.argv[1]), objects(sys.argv[2])
for name in sorted(a.keys() | b.keys()):
    if unordered(a.get(name)) != unordered(b.get(name)):
        print(name, json.dumps(a.get(name), sort_keys=True), json.dumps(b.get(name), sort_keys=True), sep='\n  ')
PY
same() { SAME_DIR=$kube SAME_GREVYD=$GREVYD python3 "$lab/same.py" "$kube/$1" "$kube/$2" 2>&1; }

for role in $roles; do
    kubectl kustomize "$deploy/kustomize/$role" | objects folder.json
    helm "$role" | objects chart.json
    is "$role: the folder and the chart make the same $(json 'len(d["items"])' <"$kube/chart.json") objects" "$(same folder.json chart.json)" ''
done
for role in $rights; do
    { kubectl kustomize "$deploy/kustomize/$role"; echo ---; kubectl kustomize "$deploy/kustomize/router"; echo ---
        kubectl kustomize "$deploy/kustomize/node"; echo ---; kubectl kustomize "$deploy/kustomize/controller"; } | objects folder.json
    helm router,node,controller --set "${told[$role]}" | objects chart.json
    # policy-from is the chart's own addition.
    is "$role as well" "$(same folder.json chart.json | grep '^[A-Z]' | grep -v ^ConfigMap)" ''
done
helm node --set node.uid=7 | objects chart.json
kubectl kustomize "$deploy/kustomize/node" | objects folder.json
is 'another user is another object' "$(same folder.json chart.json | grep '^[A-Z]')" 'DaemonSet grevy-system/grevy-node'
helm node-l2 --set node.heartbeatSecret= | objects chart.json
check 'without a heartbeat: no Secret, no key' '! grep heartbeat "$kube/chart.json"'
helm router,node --set policy.crds=true,policy.configMap=config,frr.uid=7 | objects chart.json
check 'the chart tells grevyd of the policy that it may read' \
    'json "[o[\"data\"][\"grevyd.yaml\"] for o in d[\"items\"] if o[\"kind\"] == \"ConfigMap\"][0]" <"$kube/chart.json" | grep -A3 "^policy-from:" | grep "configmap:metallb-system/config"'

# --- the pods ----------------------------------------------------------------------------------

# pod_of KIND ROLE: a Pod as that kind's template says.
pod_of() {
    kubectl kustomize "$deploy/kustomize/$2" | objects folder.json
    python3 -c 'if True:
        import json, sys
        items = {o["kind"]: o for o in json.load(sys.stdin)["items"]}
        pod = items[sys.argv[1]]["spec"]["template"]
        print(json.dumps(dict(pod, apiVersion="v1", kind="Pod", metadata={"name": "a", "namespace": "strict"})))' "$1" <"$kube/folder.json"
}
kubectl create namespace strict >/dev/null
kubectl label namespace strict pod-security.kubernetes.io/enforce=restricted >/dev/null
for account in grevy-controller grevy-node; do kubectl -n strict create serviceaccount "$account" >/dev/null; done
check 'a pod of the controller is taken where pods are restricted' 'pod_of Deployment controller | kubectl create --dry-run=server -f -'
check 'a pod of a node wants the host network and nothing else' \
    '[ "$(pod_of DaemonSet node | kubectl create --dry-run=server -f - 2>&1 | grep -o "violates.*")" = "violates PodSecurity \"restricted:latest\": host namespaces (hostNetwork=true)" ]'
is 'one that answers ARP wants root with NET_RAW besides' \
    "$(pod_of DaemonSet node-l2 | kubectl create --dry-run=server -f - 2>&1 | grep -o 'host namespaces.*' | sed 's/ (container[^)]*)//g')" \
    'host namespaces (hostNetwork=true), unrestricted capabilities, runAsNonRoot != true, runAsUser=0'

# --- rights ------------------------------------------------------------------------------------

for role in router-controller node controller $rights; do
    kubectl apply --server-side -k "$deploy/kustomize/$role" >/dev/null || fail "kubectl apply -k $role"
done
# may ACCOUNT: what it may, a line each, without what everybody may.
may() {
    kubectl create --validate=false -o json -f - --as "system:serviceaccount:grevy-system:grevy-$1" <<RULES | json "'\n'.join(sorted(
        '%s %s%s' % (','.join(sorted(r['verbs'])), ','.join(r['resources']), '=' + ','.join(r['resourceNames']) if r.get('resourceNames') else '')
        for r in d['status']['resourceRules'] if not r['apiGroups'][0].endswith(('authorization.k8s.io', 'authentication.k8s.io'))))"
{"apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectRulesReview", "spec": {"namespace": "$2"}}
RULES
}
read_rights='list,watch endpointslices
list,watch services,nodes,namespaces'
write_rights='create,patch events
get services
patch ipaddresspools/status
patch services/status'
is 'a node may read' "$(may node default)" "$read_rights"
is 'and in grevy-system no more' "$(may node grevy-system)" "$read_rights"
kubectl apply --server-side --force-conflicts -k "$deploy/kustomize/node-l2" >/dev/null || fail 'kubectl apply -k node-l2'
l2_rights='create,delete,list,watch servicel2statuses
create,patch events
patch servicel2statuses/status'
is 'one that answers ARP says so' "$(may node default)" "$(sort <<<"$read_rights"$'\n'"$l2_rights")"
kubectl delete clusterrolebinding grevy-node-l2 >/dev/null || fail 'kubectl delete clusterrolebinding'
for account in router controller; do
    is "a $account that leads writes" "$(may $account default)" "$(sort <<<"$read_rights"$'\n'"$write_rights")"
    is 'and holds a Lease' "$(may $account grevy-system)" "$(sort <<<"$read_rights"$'\n'"$write_rights
create leases
get,update leases=grevy-controller")"
done
crds='list,watch ipaddresspools,addresspools,bgpadvertisements,l2advertisements,bgppeers,bfdprofiles,communities'
is 'what the policy is made of' "$(may node metallb-system)" "$(sort <<<"$read_rights
$crds
list,watch configmaps=config
list,watch secrets=bgp-password")"

# --- the kubeconfig ----------------------------------------------------------------------------

kubectl delete clusterrolebinding grevy-router-write >/dev/null
kubectl -n grevy-system delete rolebinding grevy-router-lease >/dev/null
cat >"$lab/bin/kubectl" <<EOF
#!/bin/sh
exec nsenter --net=/run/netns/kube "$KUBE_BIN/kubectl" --kubeconfig "$kube/admin.conf" --cache-dir "$kube/cache" "\$@"
EOF
chmod 755 "$lab/bin/kubectl"
check 'kubeconfig.sh says that the account has no token yet' \
    '! "$deploy/kubeconfig.sh" >/dev/null 2>"$kube/said" && grep "grevy-system/grevy-router-token holds no token yet" "$kube/said"'
start tokens kube "$KUBE_BIN/kubelab" kube-controller-manager --kubeconfig "$kube/admin.conf" \
    --controllers serviceaccount-token-controller --leader-elect=false --secure-port 0 --root-ca-file "$kube/pki/ca.crt" \
    --service-account-private-key-file "$kube/pki/sa.key"
wait_for 20 '"$deploy/kubeconfig.sh" >"$kube/router.conf"'
kube_readable "$kube/router.conf"
cp "$KUBE_BIN/kubectl" "$lab/bin/kubectl-bare"
router() { in_ns router "${as_frr[@]}" "$lab/bin/kubectl-bare" --kubeconfig "$kube/router.conf" --cache-dir /nonexistent "$@" 2>&1; }
check 'with it user frr on the router lists Services' 'router get services -A | grep "default *kubernetes"'
is 'and may not write their status' "$(router auth can-i patch services --subresource status)" no
is 'nor read a Secret' "$(router auth can-i get secrets -n grevy-system)" no
is 'another server' "$("$deploy/kubeconfig.sh" grevy-system https://192.0.2.1:6443 | sed -n 's/^    server: //p')" https://192.0.2.1:6443
kubectl -n grevy-system delete secret grevy-router-token >/dev/null
wait_for 30 'router get services | grep -E "Unauthorized|provide credentials|logged in"'
ok 'the Secret is deleted: its token is worth nothing'
