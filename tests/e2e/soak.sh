#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Random steps and faults with RIB = zebra = kernel after each settles, and grevyd's memory flat: 200
# steps here, 1,000 of another seed by `make soak`. SOAK_STEPS and SOAK_SEED choose; a failure says
# how to repeat it: the same seed takes the same steps.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

steps=${SOAK_STEPS:-200} seed=${SOAK_SEED:-20260101}
if [ "${GREVY_SOAK-}" = full ]; then
    steps=${SOAK_STEPS:-1000} seed=${SOAK_SEED:-$EPOCHSECONDS}
fi
lab_start links 4
in_ns router sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1 net.ipv6.conf.default.keep_addr_on_down=1
frr_config
mgmtd_start
# Killed so often, a zebra before 8.0 would not start any more: the file says why.
frr_from 8.0 || zebra_command+=(-f /etc/frr/zebra-7.conf)
grevyd_conf </dev/null
in_ns router python3 "$e2e_dir/soak.py" "$manifests" "$steps" "$seed" "$lab/log" "$(frr_version)" \
    -- "${zebra_command[@]}" -- "${as_frr[@]}" grevyd -f "$conf" || {
    say "the last steps: $(tail -n 5 "$lab/log/steps.log")"
    say "again: ${FRR_ROOT+FRR_ROOT=$FRR_ROOT }SOAK_SEED=$seed SOAK_STEPS=$steps $0"
    fail 'see above'
}
