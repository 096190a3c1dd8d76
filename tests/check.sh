#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# check.sh - everything that can be checked, on a Debian 12 with nothing prepared, as root (it
# installs FRR and makes network namespaces): builds with gcc and clang, unit and end-to-end tests,
# those with a real Kubernetes API server (tests/kube), the others once more on the FRR of Debian's
# other suites (tests/zebras.sh), sanitizers, lint, the tarball, the fuzzers. Works on a copy in
# /var/cache/grevy-check; the logs stay there. The last line is "N passed, N failed, N skipped".
# FUZZ_SECONDS=10: for each fuzzer. GREVY_CHECK_STEPS="gcc lint": only these steps.
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=${GREVY_CHECK_DIR:-/var/cache/grevy-check}
jobs=${GREVY_CHECK_JOBS:-$(nproc)}
fuzz_seconds=${FUZZ_SECONDS:-10}
steps=${GREVY_CHECK_STEPS:-gcc kube matrix sanitizers threads clang lint dist fuzz}
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
# What the caller's own make or configure left behind must not reach the builds.
unset MAKEFLAGS MFLAGS MAKELEVEL CFLAGS CPPFLAGS LDFLAGS CC TESTS TEST_DATA DESTDIR
# shellcheck source=tests/deps.sh
. "$top/tests/deps.sh"

passed=0 failed=0 skipped=0 under=()

finish() {
    local status=$?
    deps_guard_end
    [ $status = 0 ] || [ $failed != 0 ] || failed=1
    echo "$passed passed, $failed failed, $skipped skipped"
    [ $failed = 0 ] || exit 1
}
trap finish EXIT

# run NAME COMMAND...: into log/NAME.log; says how long it took, and how it ended when it failed.
run() {
    local name=$1 start=$SECONDS status=0
    shift
    "$@" >"$work/log/$name.log" 2>&1 </dev/null || status=$?
    if [ $status = 0 ]; then
        printf '  ok      %-28s %4d s\n' "$name" $((SECONDS - start))
    else
        printf '  FAILED  %-28s %4d s, see %s\n' "$name" $((SECONDS - start)) "$work/log/$name.log"
    fi
    return $status
}

# single NAME COMMAND...: a step that is one case of its own.
single() {
    if run "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        tail -n 40 "$work/log/$1.log" | sed 's/^/    | /'
        return 1
    fi
}

lines() { grep -cE "$1" "$2" || :; }

# count_test LABEL TRS: the cases of one program of make check. A cmocka program tells of each of
# its cases, and of one that died, those it did not come to count as failed; any other is one case.
count_test() {
    local log=${2%.trs}.log name ran ok=0 skip=0 result
    name=${2#"$work/build-"*/}
    name=${name%.trs}
    result=$(sed -n 's/^:test-result: //p' "$2")
    ran=$(sed -n 's/^\[==========\].* Running \([0-9]*\) test.*/\1/p' "$log" | awk '{ n += $1 } END { print n + 0 }')
    if [ "$ran" -gt 0 ]; then
        ok=$(lines '^\[       OK \]' "$log")
        skip=$(sed -n 's/^\[  SKIPPED \] \([^ ]*\)$/\1/p' "$log" | sort -u | wc -l)
        if [ "$result" != PASS ] && [ "$result" != SKIP ] && [ $((ok + skip)) -ge "$ran" ]; then
            ran=$((ok + skip + 1)) # every case went well, the program did not
        fi
    else
        ran=1
        case $result in
        PASS) ok=1 ;;
        SKIP) skip=1 ;;
        esac
    fi
    passed=$((passed + ok)) skipped=$((skipped + skip)) failed=$((failed + ran - ok - skip))
    if [ "$skip" -gt 0 ]; then
        echo "  skipped $1: $name: $(grep -m 1 -E 'SKIP' "$log" || echo 'no reason given')"
    fi
    if [ $((ran - ok - skip)) -gt 0 ]; then
        echo "  FAILED  $1: $name, end of $log:"
        tail -n 60 "$log" | sed 's/^/    | /'
    fi
}

# again LABEL BUILD: end-to-end cases that failed, once more, each alone: on a machine too busy for
# several at once their waits run out. It is said, and the log of the first time is shown and kept.
# Return: 0 when there were any.
again() {
    local trs case log status=1
    while IFS= read -r trs; do
        case=$(basename "$trs" .trs)
        log=$work/log/$1-$case.first.log
        cp "${trs%.trs}.log" "$log"
        echo "  AGAIN   $1: $case failed beside others, end of $log:"
        tail -n 40 "$log" | sed 's/^/    | /'
        run "$1-$case-alone" make -C "$2" check TESTS="tests/e2e/$case.sh" || :
        status=0
    done < <(grep -lE '^:test-result: (FAIL|ERROR)' "$2"/tests/e2e/*.trs 2>/dev/null)
    return $status
}

# suite LABEL BUILD TESTS: make check of these tests there, and count. What $under says goes first.
suite() {
    local label=$1 build=$work/build-$2 trs before=$((passed + failed + skipped)) status=0
    find "$build" -name '*.trs' -delete
    run "$label" ${under[@]+"${under[@]}"} make -C "$build" -k -j "$jobs" check TESTS="$3" || status=1
    [ $status = 0 ] || ! again "$label" "$build" || status=0
    while IFS= read -r trs; do
        count_test "$label" "$trs"
    done < <(find "$build" -name '*.trs' | sort)
    # Nothing ran at all, or make failed where no test did: the build is broken.
    if [ $((passed + failed + skipped)) = $before ] || { [ $status != 0 ] && [ $failed = 0 ]; }; then
        failed=$((failed + 1))
        tail -n 40 "$work/log/$label.log" | sed 's/^/    | /'
    fi
    echo "          $label: $((passed + failed + skipped - before)) cases"
}

# build NAME [CONFIGURE-ARGUMENT...]: configured and made in build-NAME, its test programs too.
configure_and_make() (
    build=$work/build-$1
    shift
    mkdir -p "$build" && cd "$build" && ../source/configure --enable-werror "$@" &&
        make -j "$jobs" all && make -j "$jobs" check TESTS=
)
build() { single "build-$1" configure_and_make "$@"; }

step_gcc() {
    build gcc || return 0
    # shellcheck disable=SC2016 # make's variables here and below
    suite unit gcc '$(UNIT_TESTS) $(FUZZ_TESTS) $(OTHER_TESTS)'
    # shellcheck disable=SC2016
    end_to_end "$(/usr/lib/frr/zebra --version | sed -n 's/^zebra version \([^ ]*\).*/\1/p')" '$(E2E_TESTS)'
}

# end_to_end RELEASE CASES: these, on the FRR that FRR_ROOT or this machine has, each by its name, how
# long it took, and what `show zserv` says there. They mostly wait: more of them at once. The logs of
# the cases go to log/e2e-RELEASE.
end_to_end() {
    local log results
    rm -f "$work"/build-gcc/tests/e2e/*.log
    jobs=$((2 * jobs)) suite "e2e-$1" gcc "$2"
    results=$work/log/e2e-$1
    rm -rf "$results" && mkdir -p "$results" && cp "$work"/build-gcc/tests/e2e/*.log "$results/" || return 0
    for log in "$results"/*.log; do
        printf '          %-8s %-28s %s\n' "$1" "$(basename "$log" .log)" \
            "$(sed -nE 's/^PASS .*, ([0-9]+ s)$/PASS \1/p; s/^(FAIL|SKIP) .*/\1/p' "$log" | tail -n 1)"
    done
    sed -n "s/^ok    \(show zserv: *Release.*\)/          $1: \1/p" "$results"/*.log
}

# With a real Kubernetes API server, on this machine's FRR.
step_kube() {
    plain || return 0
    single kube-build "$work/source/tests/kube/build.sh" || return 0
    # shellcheck disable=SC2016
    end_to_end kube '$(KUBE_TESTS)'
}

# The same on the FRR of each other suite: skipped only where no mirror serves the suite any more.
# That of bookworm is this machine's own; where it is not, it must be had as the others are.
step_matrix() {
    local debian told status root version suites=(bullseye trixie sid)
    plain || return 0
    /usr/lib/frr/zebra --version | grep -q '^zebra version 8[.]4' || suites=(bookworm "${suites[@]}")
    for debian in "${suites[@]}"; do
        status=0
        told=$("$work/source/tests/zebras.sh" "$debian") || status=$?
        read -r _ version root <<<"$told"
        # shellcheck disable=SC2016
        case $status,$debian in
        0,*) FRR_ROOT=$root end_to_end "$version" '$(E2E_ON_RELEASES)' ;;
        3,bullseye | 3,trixie | 3,sid)
            skipped=$((skipped + 1))
            echo "  skipped zebra of $told"
            ;;
        *)
            failed=$((failed + 1))
            echo "  FAILED  zebra of $told"
            ;;
        esac
    done
}

step_sanitizers() {
    build sanitizers --enable-sanitizers=address,undefined || return 0
    # shellcheck disable=SC2016
    suite unit-asan-ubsan sanitizers '$(UNIT_TESTS) $(FUZZ_TESTS)'
    # shellcheck disable=SC2016
    suite e2e-asan-ubsan sanitizers '$(E2E_SANITIZED)'
}

# ThreadSanitizer wants its addresses where it knows them; some kernels scatter them too widely.
step_threads() {
    build threads --enable-sanitizers=thread || return 0
    if setarch -R true 2>/dev/null; then under=(setarch -R); fi
    # shellcheck disable=SC2016
    suite tsan threads '$(THREAD_TESTS)'
    under=()
}

step_clang() {
    build clang CC=clang || return 0
    # shellcheck disable=SC2016
    suite unit-clang clang '$(UNIT_TESTS)'
}

# plain: a build whose only use is to run a make target in it.
plain() {
    [ -e "$work/build-gcc/Makefile" ] || build gcc
}

step_lint() {
    local target
    plain || return 0
    for target in rules format shell man cppcheck tidy; do
        single "lint-$target" make -C "$work/build-gcc" "lint-$target" LINT_JOBS="$jobs" || :
    done
}

step_dist() {
    plain || return 0
    single distcheck make -C "$work/build-gcc" -j "$jobs" distcheck-unit || :
}

step_fuzz() {
    plain || return 0
    single fuzz make -C "$work/build-gcc" -j "$jobs" fuzz FUZZ_SECONDS="$fuzz_seconds" || return 0
    sed -n 's/^\([a-z0-9_]*: clean, .*\)/          \1/p' "$work/log/fuzz.log"
}

[ "$(id -u)" = 0 ] || {
    echo "tests/check.sh installs packages and makes network namespaces: run it as root" >&2
    exit 1
}
mkdir -p "$work/log"
exec 9>"$work/lock"
flock -n 9 || {
    echo "another tests/check.sh is at work in $work" >&2
    exit 1
}
echo "grevy, checked in $work with $jobs jobs"
single packages deps_install "${deps_build[@]}" "${deps_lab[@]}" "${deps_check[@]}" "${deps_bgp[@]}" \
    "${deps_l2[@]}"
single source source_copy "$top" "$work/source"
for step in $steps; do
    "step_$step"
done
echo "done in $SECONDS s"
