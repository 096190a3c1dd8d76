#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Of the faults of kube_faults.sh each sixth, from the fifth on.
# shellcheck disable=SC2034 # for kube_faults.sh
part=5 parts=6
# shellcheck source=tests/e2e/kube_faults.sh
. "$(dirname "$0")/kube_faults.sh"
