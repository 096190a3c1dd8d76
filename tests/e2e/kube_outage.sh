#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The API server is away: killed for a while, frozen, etcd compacted behind a watch that hears
# nothing, grevyd restarted meanwhile. No route is touched until what really happened is known.
# KUBE_OUTAGE_S: how long it is killed, 10 s; make soak takes 60.
# shellcheck source=tests/e2e/kube_proxy_lib.sh
. "$(dirname "$0")/kube_proxy_lib.sh"

outage_s=${KUBE_OUTAGE_S:-10}
[ "${GREVY_SOAK-}" != full ] || outage_s=${KUBE_OUTAGE_S:-60}
lab_start
zebra_start
kube_start
kube_nodes
reader_start
proxy_start
services <<EOF
service default/stays ips=$pool4.1 on=node1,node2,node3
service default/stays6 ips=$pool6::1 v6 local on=node2*2,node3
service default/goes ips=$pool4.2 local on=node1
service default/moves ips=$pool4.3 local on=node1
