#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh [SECTION...] - the figures of tests/bench/README.md, in namespaces, as root: bulk, change,
# idle, show on each release of FRR that they are for, bgp (bgp.sh), kube (kube.sh) on this machine's, burst (burst.sh),
# l2 (l2.sh), alloc (bench_alloc); all of them by default. Ends with the tables.
#
#   BENCH_FRR      "host trixie bullseye": this machine's FRR and the roots of tests/zebras.sh
#   BENCH_RUNS     5; of more than 50,000 routes at most 3
#   BENCH_SIZES    "1000 10000 100000"
#   BENCH_ONLY     "floor grevyd bgpd gobgpd"; "bgp", "kube", "burst", "l2" or "alloc" is that section alone
#   BENCH_CHANGES  400
set -u
bench=$(cd "$(dirname "$0")" && pwd)
sections=("$@")
[ $# != 0 ] || sections=(bulk change idle show bgp kube burst l2 alloc)
case ${BENCH_ONLY-} in
bgp | kube | burst | l2 | alloc) sections=("$BENCH_ONLY") ;;
esac

# sections_of SUITE: bullseye is there for the release that gobgpd was made for, and the memory of
# grevyd does not depend on FRR's release; nor does what it shows.
sections_of() {
    local s
    for s in "${sections[@]}"; do
        case $s,$1 in
        change,bullseye | idle,trixie | idle,bullseye | show,trixie | show,bullseye | bgp,* | kube,* | burst,* | l2,* | alloc,*) ;;
        *) echo "$s" ;;
        esac
    done
}

# Outside: each release in turn, in namespaces of its own.
if [ -z "${BENCH_SECTIONS-}" ]; then
    export BENCH_ROWS=${BENCH_ROWS:-${BUILD_DIR:-$bench/../..}/tests/bench/rows.json}
    rm -f "$BENCH_ROWS"
    worst=0
    for suite in ${BENCH_FRR:-host trixie bullseye}; do
        mapfile -t these < <(sections_of "$suite")
        [ ${#these[@]} != 0 ] || continue
        root=''
        if [ "$suite" != host ]; then
            found=$(bash "$bench/../zebras.sh" "$suite")
            read -r _ release root <<<"$found"
            if [ "$release" = - ]; then
                echo "SKIP  bench: $found" >&2
                continue
            fi
        fi
        # Debian 12's own gobgpd ends as soon as a zebra from 8.3 on tells it of an interface.
        gobgpd=${root:-$(bash "$bench/../zebras.sh" trixie | cut -d' ' -f3)}/usr/bin/gobgpd
        GOBGPD=${GOBGPD:-$gobgpd} FRR_ROOT=$root BENCH_SECTIONS=${these[*]} bash "$0" || worst=$?
    done
    for section in bgp kube burst l2; do
        [[ " ${sections[*]} " == *" $section "* ]] || continue
        bash "$bench/$section.sh"
        status=$?
        [ $status = 0 ] || [ $status = 77 ] || worst=$status
    done
    [[ " ${sections[*]} " != *" alloc "* ]] || "${BUILD_DIR:-$bench/../..}/tests/bench/bench_alloc" || worst=$?
    [ ! -s "$BENCH_ROWS" ] || python3 "$bench/bench_table.py" "$BENCH_ROWS"
    exit $worst
fi

# shellcheck source=tests/e2e/lib.sh
. "$bench/../e2e/lib.sh"
lab_start
frr_config
cp "$build_dir"/tests/bench/bench_{bgp_send,floor,watch} "$lab/bin/"
cat >"$conf" <<EOF
role: router
kubernetes: {manifests: $manifests}
controller: {enabled: true, state-file: $lab/state/assignments.json}
address-pools:
  - {name: default, protocol: bgp, addresses: [10.128.0.0/15]}
hold-on-exit: no
EOF
read -ra sections <<<"$BENCH_SECTIONS"
FRR=$FRR in_ns router python3 "$bench/bench.py" "$manifests" "$lab" "$BENCH_ROWS" "${sections[@]}" \
    -- "${zebra_command[@]}" -- "${as_frr[@]}" grevyd -f "$conf" || fail 'see above'
trap - EXIT
