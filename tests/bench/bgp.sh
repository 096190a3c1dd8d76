#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bgp.sh [fib|neighbors|hops]... - the figures of tests/bench/README.md about BGP, in namespaces, as
# root; all of them by default. run.sh calls it.
#
#   BENCH_BGP_RUNS   5; of more than 50,000 routes at most 3
#   BENCH_BGP_SIZES  "1000 10000 100000", of fib
#   BENCH_BGP_ONLY   "grevyd bgpd gobgpd bird"
#
# Through this machine's zebra and straight into the kernel. gobgpd is that of the trixie root of
# tests/zebras.sh: Debian 12's own ends as soon as a zebra from 8.3 on tells it of an interface.
bench=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$bench/../e2e/lib.sh"
sections=("$@")
[ $# != 0 ] || sections=(fib neighbors hops)

lab_start 3
frr_config
cp "$build_dir"/tests/bench/bench_{bgp_count,bgp_send,watch} "$lab/bin/"
# 250 neighbours, and the receiver on a subnet of its own.
for ((i = 3; i < 252; i++)); do
    echo "addr add 192.168.1.$i/24 dev eth0"
done | in_ns client ip -batch -
addr router c0 192.168.9.1/24
addr client eth0 192.168.9.2/24
trixie=$(bash "$bench/../zebras.sh" trixie | cut -d' ' -f3)
export GOBGPD=${GOBGPD:-$trixie/usr/bin/gobgpd} FRR LAB=$lab
export BENCH_ROWS=${BENCH_ROWS:-$build_dir/tests/bench/rows.json}
user_frr net_admin net_bind_service
in_ns router python3 "$bench/bgp_bench.py" "${sections[@]}" -- "${zebra_command[@]}" -- "${as_frr[@]}" grevyd -f \
    || fail 'see above'
trap - EXIT
