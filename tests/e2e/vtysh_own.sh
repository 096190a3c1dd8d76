#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The real vtysh in grevyd's own folder: zebra and our BGP together, and nothing of FRR's is touched.
# shellcheck source=tests/e2e/vtysh_lib.sh
. "$(dirname "$0")/vtysh_lib.sh"

vty_dir=/run/grevy
vtysh_lab
no_grevyd_conf
frr_before=$(stat -c '%n %i %A %U %G' /run/frr/*)
ln -s /run/lab/isisd.vty /run/grevy/isisd.vty # somebody's
router_start

# The folder: our two sockets and links to what runs.
is 'our sockets' "$(stat -c '%n %A %U %G' /run/grevy/bgpd.vty)" '/run/grevy/bgpd.vty srwxrwx--- frr frrvty'
for daemon in zebra staticd $([ ! -x "$FRR/mgmtd" ] || echo mgmtd); do
    is "a link to $daemon" "$(readlink "/run/grevy/$daemon.vty")" "/run/frr/$daemon.vty"
done
becomes 5 'show vty' 'grevy "show vty json" | json "[s[\"state\"] for s in d[\"sockets\"]]"' "['open', 'open']"
grevy 'show vty' | grep -E '^Links to FRR.s *: .*staticd.*zebra' >/dev/null || fail "$(grevy 'show vty')"

what_vtysh_shows
what_vtysh_says_to_all
configuration_is_frrs
whole_files 'own folder'

# A start of FRR that finds us.
vt -b
is 'vtysh -b: status' "$status" 0

# On a terminal: completion has our neighbours; log lines come by themselves (FRR from 8.3).
typed 'show bgp neighbors \t\t\x15quit\n' >"$lab/log/typed.log"
grep -F "$peer" "$lab/log/typed.log" >/dev/null || fail 'no completion of neighbours'
ok 'neighbours are completed'
if frr_from 8.3; then
    typed 'terminal monitor\nclear bgp *\nno terminal monitor\nquit\n' | sed 's/\x1b\[[0-9;]*[mK]//g' >"$lab/log/typed.log"
    line=$(grep -aoE "INFO\] bgpd: bgp: peer $peer: .*" "$lab/log/typed.log" | head -n 1) ||
        fail 'terminal monitor shows no line'
    ok "terminal monitor: $line"
fi

# A daemon comes and goes; what is somebody's stays.
start ripd router "$FRR/ripd" -A 127.0.0.1 --log stdout
becomes 10 'a daemon comes: a link' 'readlink /run/grevy/ripd.vty' /run/frr/ripd.vty
start isisd router "$FRR/isisd" -A 127.0.0.1 --log stdout
wait_for 10 'logged "isisd.vty: no link to FRR.s: something else is there"'
is 'which stays' "$(readlink /run/grevy/isisd.vty)" /run/lab/isisd.vty
stop ripd
stop isisd
rm -f /run/frr/{ripd,isisd}.{vty,pid}
wait_for 10 '[ ! -L /run/grevy/ripd.vty ]'
ok 'it is gone: no link'
rm /run/grevy/bgpd.vty
wait_for 10 '[ -S /run/grevy/bgpd.vty ]'
ok 'a socket that somebody removes is made anew'

# All over.
stop grevyd-node1
stop grevyd
is 'what is left in our folder' "$(find /run/grevy -mindepth 1 -not -name node1 | sort)" /run/grevy/isisd.vty
is 'in the folder of FRR nothing has changed' \
    "$(stat -c '%n %i %A %U %G' /run/frr/* | grep -vE 'zserv.api')" "$(grep -vE 'zserv.api' <<<"$frr_before")"
