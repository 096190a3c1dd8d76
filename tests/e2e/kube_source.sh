#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A router with a kubeconfig: what kubectl does becomes routes, addresses go into the status of the
# Services, and what is seen of it.
# shellcheck source=tests/e2e/kube_lib.sh
. "$(dirname "$0")/kube_lib.sh"

lab_start '' 2
kube_start
zebra_start
kube_nodes 2
cat >"$conf" <<CONF
role: router
kubernetes: {kubeconfig: $kube/admin.conf}
controller: {enabled: yes}
address-pools:
- {name: default, protocol: bgp, addresses: [$pool4.0/24, "$pool6::/64"]}
CONF
kubectl create namespace grevy-system
grevyd_start
kube_service web
kube_pod web-1 node1 web 10.42.1.2
kube_pod web-2 node2 web 10.42.2.2
sleep 3
grevy 'show kubernetes'
grevy 'show services'
grevy 'show queue'
grevy 'why default/web'
kernel
kubectl get service web -o yaml | tail -20
kubectl get events -A
kubectl get lease -n grevy-system -o yaml
cat "$lab/log/grevyd.log"
