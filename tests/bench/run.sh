#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh [SECTION...] - the figures of tests/bench/README.md, in namespaces, as root: routes, change,
# idle; all of them by default. BENCH_RUNS (5) runs each, BENCH_SIZES ("1000 10000").
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

sections=("$@")
[ $# != 0 ] || sections=(routes change idle)
lab_start
frr_config
bench_dir=$BUILD_DIR/tests/bench
cp "$bench_dir/bench_floor" "$bench_dir/bench_watch" "$lab/bin/"
cat >"$conf" <<EOF
role: router
kubernetes: {manifests: $manifests}
controller: {enabled: true, state-file: $lab/state/assignments.json}
address-pools:
  - {name: default, protocol: bgp, addresses: [10.128.0.0/16]}
hold-on-exit: no
EOF
in_ns router python3 "$top_dir/tests/bench/bench.py" "$manifests" "$lab/log" "${sections[@]}" \
    -- "${zebra_command[@]}" -- "${as_frr[@]}" grevyd -f "$conf" || fail 'see above'
trap - EXIT
