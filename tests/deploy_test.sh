#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What k8s/deploy ships for grevyd and FRR: each grevyd.yaml passes grevyd -t, and files that stand in
# several places are the same.
set -eu
top=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd)
grevyd=${BUILD_DIR:-$top}/announcer/grevyd
cases=0 failed=0

# expect WHAT COMMAND...
expect() {
    what=$1
    shift
    cases=$((cases + 1))
    said=$("$@" 2>&1) && return
    failed=$((failed + 1))
    printf 'FAIL %s\n%s\n' "$what" "$said"
}

for file in "$top"/k8s/deploy/kustomize/*/grevyd.yaml; do
    expect "grevyd -t -f $file" "$grevyd" -t -f "$file"
done
for file in daemons frr.conf; do
    for copy in kustomize/node-frr chart/grevy/files; do
        expect "k8s/deploy/$copy/$file is that of frr-config/node-sidecar" \
            cmp "$top/frr-config/node-sidecar/$file" "$top/k8s/deploy/$copy/$file"
    done
done
echo "$cases cases, $failed failed"
[ "$failed" = 0 ] && [ "$cases" = 8 ]
