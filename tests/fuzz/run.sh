#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh SECONDS CORPUS PROGRAM... - each fuzzer for SECONDS on what CORPUS/NAME holds. New inputs
# go to a scratch copy; one that crashes a reader is kept, and named.
set -eu
seconds=$1 corpus=$2
shift 2
failed=0
test $# -gt 0 || {
    echo "there are no fuzzers to run" >&2
    exit 1
}
for program; do
    name=${program##*/}
    name=${name#fuzz_}
    scratch=fuzz-work/$name
    rm -rf "$scratch"
    mkdir -p "$scratch/new" "fuzz-crash"
    test -n "$(ls -A "$corpus/$name" 2>/dev/null)" || {
        echo "$name: no corpus in $corpus/$name" >&2
        exit 1
    }
    if "./$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="fuzz-crash/$name-" "$scratch/new" "$corpus/$name" >"$scratch/log" 2>&1; then
        echo "$name: clean, $(sed -n 's/^stat::number_of_executed_units: *//p' "$scratch/log") runs in $seconds s, corpus" \
            "$(find "$corpus/$name" -type f | wc -l), $(find "$scratch/new" -type f | wc -l) new"
    else
        failed=1
        tail -n 60 "$scratch/log"
        echo "$name: FAILED, by $(pwd)/$(sed -n 's/.*Test unit written to //p' "$scratch/log" | tail -n 1)"
    fi
done
exit $failed
