#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Random faults of BGP sessions with FRR's bgpd and BIRD, retry timers at their least; after each
# settles: what grevyd says it told a peer = what it should tell = what the peer has. 25 steps here,
# 1,000 of another seed by `make soak`. SOAK_STEPS and SOAK_SEED choose; the same seed takes the same
# steps.
# shellcheck source=tests/e2e/bgp_lib.sh
. "$(dirname "$0")/bgp_lib.sh"
[ -x "$(command -v bird)" ] || skip 'no bird'

steps=${SOAK_STEPS:-25} seed=${SOAK_SEED:-20260102}
if [ "${GREVY_SOAK-}" = full ]; then
    steps=${SOAK_STEPS:-1000} seed=${SOAK_SEED:-$EPOCHSECONDS}
fi
lab_start links 2
for ns in router node1 node2; do
    in_ns $ns sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1 net.ipv6.conf.default.keep_addr_on_down=1
done
install -d -o frr -g frr /run/frr/soak
install -d /run/bird
# vtysh reads its own file, of this pathspace.
install -d "$lab/frr/soak"
: >"$lab/frr/soak/vtysh.conf"
mount --bind "$lab/frr" "${FRR_ROOT-}/etc/frr"
in_ns router python3 "$e2e_dir/bgp_soak.py" "$manifests" "$steps" "$seed" "$lab/log" "$FRR/bgpd" \
    -- "${as_frr[@]}" grevyd -f "$conf" || {
    say "the last steps: $(tail -n 5 "$lab/log/steps.log")"
    say "again: SOAK_SEED=$seed SOAK_STEPS=$steps $0"
    fail 'see above'
}
