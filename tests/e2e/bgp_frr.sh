#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Both ways with FRR's bgpd: bgp_interop_lib.sh has the story. zebra of a node forwards by what its
# bgpd learned of ours; a killed bgpd takes that with it, so that this stream runs while we restart.
# As helper bgpd dials a peer that restarts but once, and waits for its call then.
# shellcheck source=tests/e2e/bgp_interop_lib.sh
. "$(dirname "$0")/bgp_interop_lib.sh"

# shellcheck disable=SC2034 # bgp_story reads them
forwards=1 restarts=1 helper_waits=false
bgp_story frr
