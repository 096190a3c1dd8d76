#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Both ways with GoBGP, started again with -r after it was killed: bgp_interop_lib.sh has the story.
# shellcheck source=tests/e2e/bgp_interop_lib.sh
. "$(dirname "$0")/bgp_interop_lib.sh"

# shellcheck disable=SC2034 # bgp_story reads them
restarts=1
bgp_story gobgp
