# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kube_lib.sh - lib.sh's lab with a real Kubernetes API server in it. A case sources this one first,
# in lib.sh's place. What runs is built by tests/kube/build.sh, before the case enters its namespaces.
#
#     client --- router --- node1..3
#                  |
#                 kube     etcd, kube-apiserver, kube-controller-manager: https://192.168.3.10:6443,
#                          https://[fd00:3::10]:6443, from the router and from every node
#
# There is no kubelet: kube_node keeps a Node's Lease alive until kube_silence; kube_pod says what a
# kubelet would say of a Pod. Slices, Node conditions, accounts and what goes with its owner are the
# work of the real controllers.

if [ -z "${KUBE_BIN-}" ]; then
    # shellcheck disable=SC2154 # its status is told
    KUBE_BIN=$("$(dirname "${BASH_SOURCE[0]}")/../kube/build.sh") || {
        kube_status=$?
        [ $kube_status != 3 ] || echo "SKIP $(basename "$0" .sh): tests/kube: its Go modules cannot be had here"
        exit $((kube_status == 3 ? 77 : 1))
    }
    export KUBE_BIN
fi
# shellcheck source=tests/e2e/lib.sh
[ -n "${e2e_dir-}" ] || . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

kube4=192.168.3.10
kube6=$fd00:3::10
kube_port=6443
kube=$lab/kube # pki, kubeconfigs, and one file for each Node that is alive
# What the API server tells a pod; the account itself lies where kube_account puts it.
kube_pod_env=("KUBERNETES_SERVICE_HOST=$kube4" "KUBERNETES_SERVICE_PORT=$kube_port")
kube_account_dir=/var/run/secrets/kubernetes.io/serviceaccount
# Set these before kube_start: how long a silent Node stays Ready (s); which controllers run.
kube_grace=${kube_grace-50}
kube_controllers=${kube_controllers-endpointslice-controller,node-lifecycle-controller,namespace-controller,serviceaccount-controller,root-ca-certificate-publisher-controller,garbage-collector-controller}

export KUBERC=off # no preferences of the person who runs this
kubelab() { "$KUBE_BIN/kubelab" "$@"; }
# As administrator, from beside the API server.
kubectl() { in_ns kube "$KUBE_BIN/kubectl" --kubeconfig "$kube/admin.conf" --cache-dir "$kube/cache" "$@"; }

# --- the control plane -----------------------------------------------------------------------

# kube_start [OPTION...]: after lab_start; all of it, with these options for the API server.
kube_start() {
    ns_add kube
    link router k0 kube eth0
    addr router k0 192.168.3.1/24 "$fd00:3::1/64"
    addr kube eth0 "$kube4/24" "$kube6/64"
    in_ns kube ip route add default via 192.168.3.1
    in_ns kube ip route add default via "$fd00:3::1"
    install -d -m 755 "$kube" "$kube/nodes" "$kube/pki"
    kube_server_cert
    kube_user admin.conf kubelab-admin system:masters
    start etcd kube "$KUBE_BIN/kubelab" etcd --data-dir "$kube/etcd" --unsafe-no-fsync --log-level warn \
        --quota-backend-bytes $((4 << 30))
    kube_apiserver=("$KUBE_BIN/kubelab" kube-apiserver --etcd-servers http://127.0.0.1:2379
        --bind-address :: --secure-port "$kube_port" --advertise-address "$kube4"
        --tls-cert-file "$kube/pki/server.crt" --tls-private-key-file "$kube/pki/server.key"
        --client-ca-file "$kube/pki/ca.crt" --authorization-mode RBAC --allow-privileged
        --service-cluster-ip-range "10.43.0.0/16,fd43::/112"
        --service-account-issuer https://kubernetes.default.svc
        --service-account-key-file "$kube/pki/sa.pub" --service-account-signing-key-file "$kube/pki/sa.key"
        --profiling=false "$@")
    kube_up
    kube_controllers_start
    start kubelets kube "$KUBE_BIN/kubelab" kubelets --kubeconfig "$kube/admin.conf" --dir "$kube/nodes"
    wait_for 60 'kubectl get serviceaccount default'
}

# kube_server_cert [OPTION...]: made, or made anew; the API server takes a new one within a minute.
kube_server_cert() {
    kubelab certs -dir "$kube/pki" -name server "$@" \
        -hosts "localhost,kube,kubernetes,kubernetes.default,kubernetes.default.svc,127.0.0.1,10.43.0.1,$kube4,$kube6"
}

kube_up() {
    start apiserver kube "${kube_apiserver[@]}"
    wait_for 60 'running apiserver && kubectl get --raw /readyz'
}
kube_kill() { stop apiserver KILL; }
kube_freeze() { kill -STOP "${pids[apiserver]}"; }
kube_thaw() { kill -CONT "${pids[apiserver]}"; }
# kube_compact: etcd forgets what was before now.
kube_compact() { in_ns kube "$KUBE_BIN/kubelab" compact >/dev/null; }

kube_controllers_start() {
    [ -n "$kube_controllers" ] || return 0
    start controllers kube "$KUBE_BIN/kubelab" kube-controller-manager --kubeconfig "$kube/admin.conf" \
        --controllers "$kube_controllers" --leader-elect=false --secure-port 0 --root-ca-file "$kube/pki/ca.crt" \
        --node-monitor-period 500ms --node-monitor-grace-period "${kube_grace}s" \
        --kube-api-qps 500 --kube-api-burst 1000
}

# --- who may ask -----------------------------------------------------------------------------

# kube_config FILE USER-LINES: a kubeconfig in $kube for user frr to read; server $kube_server.
kube_server=https://$kube4:$kube_port
kube_config() {
    cat >"$kube/$1.new" <<CONF
apiVersion: v1
kind: Config
current-context: lab
clusters:
- name: lab
  cluster:
    server: ${kube_server}
    certificate-authority: $kube/pki/ca.crt
contexts:
- name: lab
  context: {cluster: lab, user: lab}
users:
- name: lab
  user:
$2
CONF
    kube_readable "$kube/$1.new"
    mv "$kube/$1.new" "$kube/$1"
}
kube_readable() { chown root:frr "$@" && chmod 640 "$@"; }

# kube_user FILE USER [GROUPS [OPTION...]]: a kubeconfig with a client certificate (-until 10s ...).
kube_user() {
    kubelab certs -dir "$kube/pki" -name "$2" -user "$2" -groups "${3-}" "${@:4}" || fail "no certificate for $2"
    kube_readable "$kube/pki/$2.key"
    kube_config "$1" "    client-certificate: $kube/pki/$2.crt
    client-key: $kube/pki/$2.key"
}

# kube_token FILE NS/ACCOUNT [OPTION...]: a token of it (--duration 600s) in $kube/FILE.
kube_token() {
    kubectl create token -n "${2%/*}" "${2#*/}" "${@:3}" >"$kube/$1.new" || fail "no token for $2"
    kube_readable "$kube/$1.new"
    mv "$kube/$1.new" "$kube/$1"
}

# kube_account_config FILE NS/ACCOUNT: a kubeconfig with its token in FILE.token.
kube_account_config() {
    kube_token "$1.token" "$2"
    kube_config "$1" "    tokenFile: $kube/$1.token"
}

# kube_account NS/ACCOUNT: mounted as in a pod of its own, for every process of the lab;
# with "${kube_pod_env[@]}" in the environment it is in the cluster.
kube_account() {
    install -d -m 755 "$kube_account_dir"
    kube_token account.token "$1"
    cp -p "$kube/account.token" "$kube_account_dir/.token" && mv "$kube_account_dir/.token" "$kube_account_dir/token"
    cp "$kube/pki/ca.crt" "$kube_account_dir/ca.crt"
    printf %s "${1%/*}" >"$kube_account_dir/namespace"
}

# --- objects ---------------------------------------------------------------------------------

# kube_apply <<EOF: lines as for manifest, applied by kubectl. A Service made so has no selector and
# the slices that its line says; NODE notready is silent, and said to be not ready at once.
kube_apply() {
    local lines words
    lines=$(cat)
    LAB_KUBE=$kube/nodes python3 "$e2e_dir/lab.py" kube "$kube/objects" "$kube/status" "$kube/gone" <<<"$lines" ||
        fail "kube_apply: $lines"
    while read -ra words; do
        kubectl delete --ignore-not-found "${words[@]}" >/dev/null || fail "kubectl delete ${words[*]}"
    done <"$kube/gone"
    [ ! -s "$kube/objects" ] ||
        kubectl apply --server-side --force-conflicts --field-manager lab -f "$kube/objects" >/dev/null || fail "kubectl apply: $lines"
    # Not by apply, which takes only one address of a type; again, if a heartbeat came between.
    [ ! -s "$kube/status" ] || wait_for 5 'kubectl replace --subresource status -f "$kube/status"'
}

# kube_nodes [N]: the Nodes of the lab, alive.
kube_nodes() {
    local i lines=''
    for ((i = 1; i <= ${1:-3}; i++)); do
        lines+="node node$i $(node_ip "$i") $(node_ip "$i" 6)"$'\n'
    done
    kube_apply <<<"$lines"
}
# A Node's kubelet falls silent: after $kube_grace the controller says so. And speaks again.
kube_silence() { rm -f "$kube/nodes/$1"; }
kube_speak() { : >"$kube/nodes/$1"; }

# kube_pod NAME NODE APP IP...: a Pod in default that runs there and is ready.
kube_pod() {
    local name=$1 node=$2 app=$3
    shift 3
    kubectl apply -f - >/dev/null <<POD || fail "kubectl apply: Pod $name"
apiVersion: v1
kind: Pod
metadata: {name: $name, labels: {app: $app}}
spec:
  nodeName: $node
  terminationGracePeriodSeconds: 600
  containers: [{name: main, image: registry.invalid/none}]
POD
    kube_pod_status "$name" True "$@"
}

# kube_pod_status NAME True|False [IP...]: its Ready condition, and its addresses.
kube_pod_status() {
    local name=$1 ready=$2 ip ips=''
    shift 2
    for ip; do ips+="${ips:+,}{\"ip\":\"$ip\"}"; done
    kubectl patch pod "$name" --subresource status --type strategic -p "{\"status\":{\"phase\":\"Running\"
        ${1:+,\"podIP\":\"$1\",\"podIPs\":[$ips]},\"conditions\":[{\"type\":\"Ready\",\"status\":\"$ready\"}]}}" >/dev/null ||
        fail "kubectl patch: Pod $name"
}

# kube_pod_end NAME: it is told to end, and stays until kube_pod_gone, as its kubelet would have it.
kube_pod_end() { kubectl delete pod "$1" --wait=false >/dev/null; }
kube_pod_gone() { kubectl delete pod "$1" --grace-period 0 --force >/dev/null 2>&1; }

# kube_service NAME [FIELDS]: type LoadBalancer for the Pods of app NAME; FIELDS in YAML flow style.
kube_service() {
    kubectl apply --server-side --field-manager lab -f - >/dev/null <<SVC || fail "kubectl apply: Service $1"
apiVersion: v1
kind: Service
metadata: {name: $1}
spec: {type: LoadBalancer, selector: {app: $1}, ports: [{port: 80}]${2:+, $2}}
SVC
}

# --- grevyd ----------------------------------------------------------------------------------

# kube_rights NS/ACCOUNT [controller]: an account, and what grevyd needs there, no more.
kube_rights() {
    local ns=${1%/*} name=${1#*/} writes=''
    [ -z "${2-}" ] || writes='- {apiGroups: [""], resources: [services], verbs: [get]}
- {apiGroups: [""], resources: [services/status], verbs: [patch]}
- {apiGroups: [metallb.io], resources: [ipaddresspools/status], verbs: [patch]}
- {apiGroups: [""], resources: [events], verbs: [create, patch]}
- {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [get, create, update]}'
    [ "$ns" = default ] || kubectl create namespace "$ns" >/dev/null
    kubectl apply -f - >/dev/null <<RIGHTS || fail "kubectl apply: rights of $1"
apiVersion: v1
kind: ServiceAccount
metadata: {name: $name, namespace: $ns}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: $name}
rules:
- {apiGroups: [""], resources: [services, nodes, namespaces], verbs: [list, watch]}
- {apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch]}
$writes
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: $name}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: $name}
subjects: [{kind: ServiceAccount, name: $name, namespace: $ns}]
RIGHTS
}

# kube_router_conf KUBECONFIG [FILE]: grevyd_conf for the router on the API, whose controller it is.
kube_router_conf() {
    grevyd_conf "${2:-$conf}"
    sed -i "/manifests:/s,manifests:.*,kubeconfig: $kube/$1,; /state-file:/d" "${2:-$conf}"
}
