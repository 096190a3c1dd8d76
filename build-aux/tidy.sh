#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tidy.sh JOBS FLAG... - clang-tidy ($CLANG_TIDY) over the sources named on stdin, as the compiler
# would see them with these flags. One process a file: with many files in one, version 14 calls
# every va_list uninitialised. Prints what it found and nothing of the headers it skipped.
set -eu
if [ "$1" != --one ]; then
    jobs=$1
    shift
    exec xargs -n 1 -P "$jobs" "$0" --one "$@"
fi
shift
for source; do :; done # the last argument
status=0
said=$("${CLANG_TIDY:-clang-tidy}" --quiet --warnings-as-errors='*' "$source" -- "$@" 2>&1) || status=1
printf '%s\n' "$said" | grep -Ev '^$|warnings? (and [0-9]+ errors? )?generated|^Suppressed|^Use -header-filter' || :
exit $status
