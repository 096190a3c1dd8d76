#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# files.sh [PATTERN...] - the files and links that belong to the tree, one a line, sorted.
# Run at its top. A checkout asks git; a tarball looks at the disk, where what autogen.sh, a
# build in place and the tests make is left out, and whole folders that are builds.
set -eu
made='^(configure|config[.].*|aclocal[.]m4|stamp-h1|Makefile([.]in)?|compile_commands[.]json|grevyd[.]service)$'
made="$made|^build-aux/(ar-lib|compile|depcomp|install-sh|missing|test-driver)\$"
made="$made|[.](o|a|log|trs|gcda|gcno|pyc|gz|xz)\$|^(zclient/zclient[.]pc|announcer/grevyd|announcer/grevysh)\$"
made="$made|^tests/[a-z0-9]+/[a-z0-9_]+\$"

from_disk() {
    find . -name .git -prune -o -name autom4te.cache -prune -o -name .deps -prune -o \
        -type d ! -path . -exec test -e '{}/config.status' \; -prune -o \
        -name .dirstamp -o '(' -type f -o -type l ')' -print | sed 's|^\./||' | grep -Ev "$made"
}

list() {
    if test -e .git && git -c safe.directory='*' rev-parse >/dev/null 2>&1; then
        git -c safe.directory='*' ls-files --cached --others --exclude-standard
    else
        from_disk
    fi
}

test $# -gt 0 || set -- '*'
list | LC_ALL=C sort -u | while IFS= read -r file; do
    test -f "$file" || test -L "$file" || continue
    for pattern; do
        # shellcheck disable=SC2254 # a pattern is meant
        case $file in
        $pattern) printf '%s\n' "$file" && break ;;
        esac
    done
done
