#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Both ways with OpenBGPD, as helper of our restarts only: it announces no address family that it
# keeps over one of its own. On Linux it does not take calls with MD5, only makes them.
# bgp_interop_lib.sh has the story.
# shellcheck source=tests/e2e/bgp_interop_lib.sh
. "$(dirname "$0")/bgp_interop_lib.sh"

# shellcheck disable=SC2034 # bgp_story reads them
ebgp_pref=100 md5_dials_only=1
bgp_story openbgpd
