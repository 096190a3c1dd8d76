#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# burst.sh - how long a real API server and grevyd as its controller take until every Service of a
# burst has its address in its status, in namespaces, as root. run.sh calls it.
#
#   own      the API server's own rate: burst_own.py writes the same into the status of each, 32 at a time
#   takeover all of them are to have another address, as grevyd begins to lead
#   burst    as many new Services are created while it leads, as fast as the server takes them
#   late     of these: from the last creation to the last status
#
#   BENCH_BURST    10000: Services
# shellcheck source=tests/e2e/kube_lib.sh
. "$(dirname "$0")/../e2e/kube_lib.sh"
services=${BENCH_BURST:-10000}
rows=${BENCH_ROWS:-$build_dir/tests/bench/rows.json}

lab_start 0
# Local ones have a health check port each.
kube_start --service-node-port-range 1024-65535
kubectl create namespace grevy-system >/dev/null
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
# until_written N: looked at seldom: looking is work, too.
until_written() {
    until [ "$(written)" -ge "$1" ]; do
        running grevyd || fail 'grevyd is gone'
        pause 0.3
    done
}

fill "$services"
own=$(in_ns kube python3 "$(dirname "$0")/burst_own.py" "$kube4" "$kube_port" "$kube/pki" "$services" 32) || fail 'burst_own.py'
read -r ms rate <<<"$own"
row own "$services" "$ms" "$rate"

grevyd_start
until_written 1
began=$(now_ms)
first=$(written)
until_written "$services"
took=$(($(now_ms) - began))
row takeover "$services" $took $(((services - first) * 1000 / took))

began=$(now_ms)
{ fill $((2 * services)) && now_ms >"$lab/filled"; } &
filling=$!
until_written $((2 * services))
ended=$(now_ms)
wait $filling
row burst "$services" $((ended - began)) $((services * 1000 / (ended - began)))
row late "$services" $((ended - $(<"$lab/filled"))) 0
trap - EXIT
