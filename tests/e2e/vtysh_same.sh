#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same set-up of neighbours (two that speak IPv4 and IPv6, one that is not there), once towards
# FRR 8.4's bgpd and once towards grevyd; the same commands by the real vtysh; and every answer
# compared: vtysh_same.py says what may differ, and why. Then the vtysh of Debian 13 and of sid,
# whose bgpd writes another layout: grevyd answers them what it answers 8.4's.
if [ -z "${LAB_INSIDE-}" ] && [ "$(id -u)" = 0 ]; then
    "$(dirname "$0")/../zebras.sh" trixie sid || {
        rc=$?
        [ $rc != 3 ] || echo 'SKIP vtysh_same: no mirror serves Debian 13 and sid'
        exit $((rc == 3 ? 77 : 1))
    }
fi
# shellcheck source=tests/e2e/vtysh_bgp_lib.sh
. "$(dirname "$0")/vtysh_bgp_lib.sh"
[[ $(frr_version) == 8.4* ]] || skip "FRR of this machine is not 8.4"

same=$e2e_dir/vtysh_same.py

# announce NAME I: what both announce. FRR lists the newest path first and we the best, which is
# that of the lowest router ID: node 1 announces last.
announce() {
    in_ns "node$2" vtysh -N "$1" -d bgpd -c 'configure terminal' -c "router bgp 6500$2" \
        -c 'address-family ipv4 unicast' -c 'network 198.18.9.9/32' -c 'exit-address-family' \
        -c 'address-family ipv6 unicast' -c 'network 2001:db8:9::9/128' || fail "vtysh -N $1"
}

# What r1 says, which is bgpd or grevyd: of paths, and of prefixes that each neighbour was sent.
ask_r1() { in_ns router vtysh "${r1[@]}" -c "$1"; }
sent_by() { ask_r1 "show bgp $1 unicast summary json" | json "[p['pfxSnt'] for _, p in sorted(d['peers'].items())]"; }
told_all() { ask_r1 'show bgp neighbors json' | json "sum(bool(p['gracefulRestartInfo']['endOfRibSend']) for p in d.values())"; }
paths_of() { ask_r1 "show bgp $1 unicast json" | json "sum(len(p) for p in d['routes'].values())"; }

# set_up: the speakers towards what `r1` reaches, in a known order.
set_up() {
    speaker_of_frr one 1 '65001:7 65001:8'
    speaker_of_frr two 2 '65002:7'
    wait_for 20 '[ "$(paths_of ipv4)" = 5 ] && [ "$(paths_of ipv6)" = 3 ]'
    announce two 2
    wait_for 10 '[ "$(paths_of ipv4)" = 6 ] && [ "$(paths_of ipv6)" = 4 ]'
    announce one 1
    wait_for 10 '[ "$(paths_of ipv4)" = 7 ] && [ "$(paths_of ipv6)" = 5 ]'
    # grevyd says that it told all once what its neighbours had before it came is known again, or
    # the restart time is over.
    wait_for 30 '[ "$(sent_by ipv4)$(sent_by ipv6)" = "[3, 4, 0][2, 3]" ] && [ "$(told_all)" = 4 ]'
}
tear_down() {
    stop bgpd-one
    stop bgpd-two
    rm -rf /run/frr/one /run/frr/two
}

# ask_all FILE all|texts COMMAND...: the commands of vtysh_same.py by this vtysh, with its exit status.
ask_all() {
    local file=$1 which=$2 command
    shift 2
    python3 "$same" commands "$which" | while IFS= read -r command; do
        printf '=== %s\n' "$command"
        in_ns router "$@" -c "$command" 2>&1
        printf -- '--- %s\n' $?
    done >"$file"
}

lab_start 2
zebra_start

r1=(-N r1 -d bgpd)
bgpd_start router r1 -z /run/frr/zserv.api <<EOC
router bgp 65000
 bgp router-id 192.168.2.1
 bgp graceful-restart
 bgp graceful-restart restart-time 8
 bgp bestpath compare-routerid
 no bgp ebgp-requires-policy
 no bgp network import-check
$(for peer in "${neighbors[@]}"; do
    read -r address asn _ <<<"$peer"
    echo " neighbor $address remote-as $asn"
    printf " neighbor $address %s\n" 'timers 30 90' 'timers connect 1' sender-as-path-loop-detection solo
done)
 address-family ipv4 unicast
  network 192.168.254.6/32
  no neighbor fd00:2::13 activate
  no neighbor fd00:2::14 activate
 exit-address-family
 address-family ipv6 unicast
  network fd00:254::6/128
  neighbor fd00:2::13 activate
  neighbor fd00:2::14 activate
 exit-address-family
EOC
set_up
ask_all "$lab/frr.txt" all vtysh "${r1[@]}"
tear_down
stop bgpd-r1
ok 'bgpd 8.4 was asked'

grevyd_r1
grevyd_start
r1=(--vty_socket /run/grevy -d bgpd)
set_up
ask_all "$lab/grevy.txt" all vtysh "${r1[@]}"
ok 'grevyd was asked'

python3 "$same" compare "$lab/frr.txt" "$lab/grevy.txt" || fail 'grevyd answers otherwise than bgpd'
ok "the same fields, columns, keys and types: $(python3 "$same" commands | wc -l) commands"

for suite in trixie sid; do
    root=${GREVY_ZEBRAS_DIR:-/var/cache/grevy-zebras}/$suite
    (
        FRR_ROOT=$root
        frr_root
        ask_all "$lab/$suite.txt" texts "$FRR/vtysh" "${r1[@]}"
    )
    python3 "$same" compare "$lab/grevy.txt" "$lab/$suite.txt" times || fail "the vtysh of $suite is told something else"
    ok "the vtysh of FRR $(chroot "$root" /usr/lib/frr/zebra --version | sed -n 's/^zebra version \([0-9.]*\).*/\1/p') is told the same"
done
