#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Random steps with RIB = zebra = kernel after each settles: 200 here, 2,000 by `make soak`.
# SOAK_STEPS and SOAK_SEED choose; a failure names its seed, and the same seed takes the same steps.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

steps=200
[ "${GREVY_SOAK-}" != full ] || steps=2000
lab_start links 4
in_ns router sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1 net.ipv6.conf.default.keep_addr_on_down=1
frr_config
grevyd_conf </dev/null
in_ns router python3 "$e2e_dir/soak.py" "$manifests" "${SOAK_STEPS:-$steps}" "${SOAK_SEED:-20260101}" "$lab/log" \
    -- "${zebra_command[@]}" -- "${as_frr[@]}" grevyd -f "$conf" || {
    say "the last steps: $(tail -n 5 "$lab/log/steps.log")"
    fail 'see above'
}
