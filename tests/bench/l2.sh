#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# l2.sh - what layer 2 costs and how fast it answers, in namespaces, as root. run.sh calls it.
#
# One node has BENCH_L2 addresses (5,000) and answers for them, 1,000 questions a second by ARP, all
# addresses in turn: processor time and RssAnon of grevyd meanwhile. Then one address of it and one
# that the node's kernel has itself, in turn, 1,000 questions a second each, BENCH_RUNS times (5): how
# long the answers took.
# shellcheck source=tests/e2e/l2_lib.sh
. "$(dirname "$0")/../e2e/l2_lib.sh"
n=${BENCH_L2:-5000}
runs=${BENCH_RUNS:-5}
rate=1000 seconds=10
rows=${BENCH_ROWS:-$build_dir/tests/bench/rows.json}
bench_l2=$build_dir/tests/bench/bench_l2

l2_lan 1
in_ns client ip route add "$many4.0.0/16" dev eth0
for ((i = 1; i <= n; i++)); do
    echo "service default/s-$i ips=$many4.$((i / 256)).$((i % 256)) on=node1"
done | python3 "$e2e_dir/lab.py" list "$manifests/all.yaml"
l2_start 1
owned() { l2_ask 1 'show l2 json' | json "d['states']['owner']"; }
wait_for 60 "[ \"\$(owned)\" = $n ]"
pid=${pids[grevyd-node1]}

rss() { awk '/^RssAnon/ { print $2 }' "/proc/$pid/status"; }
# User and system, in ms.
cpu() { awk -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15) * 1000 / hz }' "/proc/$pid/stat"; }
# asks FIRST N SECONDS: JSON
asks() { in_ns client "$bench_l2" eth0 192.168.2.51 "$1" "$2" "$rate" "$3" || fail "bench_l2 $*"; }

asks "$many4.0.1" "$n" 2 >/dev/null # the first burst is over, all is warm
before=$(cpu)
got=$(asks "$many4.0.1" "$n" "$seconds")
used=$(($(cpu) - before))
printf '{"section": "l2", "what": "load", "n": %d, "rate": %d, "cpu_permille": %d, "rss_kib": %d, "run": %s}\n' \
    "$n" "$rate" $((used / seconds)) "$(rss)" "$got" >>"$rows"
say "  l2: $n addresses, $rate questions a second: $((used / seconds)) permille of a processor, RssAnon $(rss) KiB; $got" >&2
for ((run = 0; run < runs; run++)); do
    for who in kernel grevyd; do
        address=$(node_ip 1)
        [ $who = kernel ] || address=$many4.0.1
        got=$(asks "$address" 1 3)
        printf '{"section": "l2", "what": "%s", "run": %s}\n' $who "$got" >>"$rows"
        say "  l2: $who: $got" >&2
    done
done
