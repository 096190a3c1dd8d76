#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Both ways with BIRD 2, started again with -R after it was killed: bgp_interop_lib.sh has the story.
# shellcheck source=tests/e2e/bgp_interop_lib.sh
. "$(dirname "$0")/bgp_interop_lib.sh"

# shellcheck disable=SC2034 # bgp_story reads them
forwards=1 restarts_forwarding=1 restarts=1 ebgp_pref=100
bgp_story bird
