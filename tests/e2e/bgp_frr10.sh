#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bgp_frr.sh with the FRR of Debian 13, which tests/zebras.sh unpacks where it is not there yet.
root=${GREVY_ZEBRAS_DIR:-/var/cache/grevy-zebras}/trixie
if [ -z "${LAB_INSIDE-}" ] && [ "$(id -u)" = 0 ]; then
    "$(dirname "$0")/../zebras.sh" trixie || {
        rc=$?
        [ $rc != 3 ] || echo 'SKIP bgp_frr10: no mirror serves Debian 13'
        exit $((rc == 3 ? 77 : 1))
    }
fi
export FRR_ROOT=$root
# shellcheck source=tests/e2e/bgp_frr.sh
. "$(dirname "$0")/bgp_frr.sh"
