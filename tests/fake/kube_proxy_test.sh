#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The fault proxy does what it says, to an API server of few words; tests/kube/build.sh builds it.
set -u
here=$(cd "$(dirname "$0")" && pwd)
status=0
bin=${KUBE_BIN:-$("$here/../kube/build.sh")} || status=$?
if [ $status = 3 ]; then
    echo 'SKIP kube_proxy_test: tests/kube: its Go modules cannot be had here'
    exit 77
fi
[ $status = 0 ] && exec "$bin/kube_proxy_test" -test.v
