#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# burst.sh - how long a real API server and grevyd as its controller take until every Service of a
# burst has its address in its status, in namespaces, as root. run.sh calls it.
#
#   own      the API server's own rate: kubelab writes the same into the status of each, 32 at a time
#   takeover all of them are to have another address, as grevyd begins to lead
#   burst    as many new Services are created while it leads, as fast as the server takes them
#
#   BENCH_BURST    10000: Services
# shellcheck source=tests/e2e/kube_lib.sh
. "$(dirname "$0")/../e2e/kube_lib.sh"
services=${BENCH_BURST:-10000}
rows=${BENCH_ROWS:-$build_dir/tests/bench/rows.json}

lab_start 0
kube_start
# What they would make of the Services is not to be measured.
stop controllers
stop kubelets
kube_router_conf admin.conf <<EOC
zebra: {enabled: no}
kernel: {enabled: no}
EOC
sed -i 's,addresses:.*,addresses: [10.200.0.0/15],' "$conf"

# row WHO N MS RATE
row() {
    say "  burst: $1: $2 Services, $3 ms, $4 a second" >&2
    printf '{"section": "burst", "frr": "", "who": "%s", "n": %d, "ms": %d, "rate": %d}\n' "$@" >>"$rows"
}
fill() {
    in_ns kube "$KUBE_BIN/kubelab" fill -kubeconfig "$kube/admin.conf" -nodes 0 -slices 0 -endpoints 0 -services "$1" >/dev/null ||
        fail 'kubelab fill'
}
written() { grevy 'show kubernetes json' | json 'd["statusesWritten"] if d["leading"] else 0'; }
all_written() { [ "$(written)" -ge "$1" ]; }

fill "$services"
own=$(in_ns kube "$KUBE_BIN/kubelab" churn -kubeconfig "$kube/admin.conf" -statuses -parallel 32 -services "$services" -for 10m) ||
    fail 'kubelab churn'
rate=$(grep -o 'rate=[0-9]*' <<<"$own")
row own "$services" $((services * 1000 / ${rate#*=})) "${rate#*=}"

grevyd_start
wait_for 60 'all_written 1'
began=$(now_ms)
first=$(written)
wait_for 600 'all_written "$services"'
took=$(($(now_ms) - began))
row takeover "$services" $took $(((services - first) * 1000 / took))

began=$(now_ms)
fill $((2 * services)) &
filling=$!
wait_for 900 'all_written $((2 * services))'
took=$(($(now_ms) - began))
wait $filling
row burst "$services" $took $((services * 1000 / took))
trap - EXIT
