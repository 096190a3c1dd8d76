#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kube.sh [sync|churn|replay]... - the figures of tests/bench/README.md that a real API server takes
# part in, in namespaces, as root; all of them by default. run.sh calls it.
#
#   BENCH_KUBE_RUNS     3, of sync
#   BENCH_KUBE_SIZE     "10000 5000": Services, Nodes
#   BENCH_KUBE_SECONDS  60, of churn and of replay
#   BENCH_KUBE_RATE     1000, of replay
#
# Filling takes minutes: what etcd has then is kept beside the programs, for the next time.
# shellcheck source=tests/e2e/kube_proxy_lib.sh
. "$(dirname "$0")/../e2e/kube_proxy_lib.sh"
bench=$top_dir/tests/bench
read -r services nodes <<<"${BENCH_KUBE_SIZE:-10000 5000}"

lab_start 0
cp "$build_dir/tests/bench/bench_watch" "$lab/bin/"
# The Nodes' addresses are in a subnet of the router's, and nobody else's.
in_ns router ip link add nodes type bridge
in_ns router ip link set nodes up
addr router nodes 172.16.0.1/16
zebra_start
kept=$KUBE_BIN/filled-$services-$nodes
if [ -d "$kept" ]; then
    mkdir -p "$kube"
    cp -a "$kept" "$kube/etcd"
fi
# A Service of policy Local has a port for health checks on every node.
kube_start --service-node-port-range 10000-65000 --disable-admission-plugins TaintNodesByCondition
# What the controllers would make of Pods that are not there is not to be measured.
stop controllers
stop kubelets
if [ ! -d "$kept" ]; then
    filled=$(in_ns kube "$KUBE_BIN/kubelab" fill -kubeconfig "$kube/admin.conf" -services "$services" -nodes "$nodes" \
        -slices $((2 * services)) -endpoints $((15 * services)) -images 50 -addresses -local) || fail 'kubelab fill'
    say "  kube: ${filled//$'\n'/; }" >&2
    # As a crash would leave it.
    kill -STOP "${pids[etcd]}"
    rm -rf "$kept.new"
    { cp -a "$kube/etcd" "$kept.new" && mv "$kept.new" "$kept"; } || say "  kube: $kept: cannot be kept" >&2
    kill -CONT "${pids[etcd]}"
fi
proxy_certs
kube_router_conf admin.conf <<<"hold-on-exit: no"
sed -i 's,addresses:.*,addresses: [10.200.0.0/15],' "$conf"
sed "s,:$kube_port,:$proxy_port," "$kube/admin.conf" >"$kube/replay.conf"
kube_readable "$kube/replay.conf"
sed "s,kubeconfig:.*,kubeconfig: $kube/replay.conf," "$conf" >"$lab/replay.yaml"
sections=("$@")
[ $# != 0 ] || sections=(sync churn replay)
export LAB=$lab KUBE_BIN BENCH_ROWS=${BENCH_ROWS:-$build_dir/tests/bench/rows.json}
# shellcheck disable=SC2016 # of the shell that it starts
in_ns router python3 "$bench/kube_bench.py" "$services" "$nodes" "${sections[@]}" \
    -- "${as_frr[@]}" grevyd -f || fail 'see above'
