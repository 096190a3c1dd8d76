#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Both ways with ExaBGP: bgp_interop_lib.sh has the story. Its listening socket has no TTL of 255, so that
# with GTSM it dials.
# shellcheck source=tests/e2e/bgp_interop_lib.sh
. "$(dirname "$0")/bgp_interop_lib.sh"

# shellcheck disable=SC2034 # bgp_story reads them
restarts=1 gtsm_dials_only=1
bgp_story exabgp
