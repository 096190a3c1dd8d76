#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kubeconfig.sh [NAMESPACE [SERVER]] - print a kubeconfig for the account grevy-router, with the
# token that the cluster made for it. NAMESPACE: grevy-system by default. SERVER: the URL at which
# the router reaches the API server; by default that of kubectl's current context.
set -eu
namespace=${1:-grevy-system}
server=${2-}
kubectl=${KUBECTL:-kubectl}

secret() { "$kubectl" -n "$namespace" get secret grevy-router-token -o "jsonpath={.data.$1}"; }

[ -n "$server" ] || server=$("$kubectl" config view --minify -o 'jsonpath={.clusters[0].cluster.server}')
ca=$(secret 'ca\.crt')
token=$(secret token | base64 -d)
if [ -z "$ca" ] || [ -z "$token" ]; then
    echo "kubeconfig.sh: Secret $namespace/grevy-router-token holds no token yet: try again" >&2
    exit 1
fi
cat <<EOF
apiVersion: v1
kind: Config
current-context: grevy
clusters:
- name: grevy
  cluster:
    server: $server
    certificate-authority-data: $ca
contexts:
- name: grevy
  context: {cluster: grevy, user: grevy-router, namespace: $namespace}
users:
- name: grevy-router
  user:
    token: $token
EOF
