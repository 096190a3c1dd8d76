#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# frr-config/debian-router is what it says: Debian's daemons take its options and every line of
# its files, the redistribute-*.conf ones too, and say so in show running-config.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

shipped=$top_dir/frr-config/debian-router
lab_start
frr_config
cat "$lab"/frr/redistribute-*.conf >>"$lab/frr/frr.conf"
# shellcheck source=frr-config/debian-router/daemons
. "$shipped/daemons"
mgmtd_start
for daemon in zebra staticd bgpd ospfd ospf6d; do
    options=${daemon}_options
    # shellcheck disable=SC2086 # options are words
    start $daemon router "$FRR/$daemon" ${!options} --log stdout
    wait_for 10 "running $daemon && [ -S /run/frr/$daemon.vty ]"
done
ok "the daemons take the options of $shipped/daemons"
check 'zebra is told to keep what it finds' '[[ " $zebra_options " == *" -K30 "* ]]'
vtysh_b
is 'vtysh -b takes every line' "$(vtysh_complaints)" ''

in_ns router vtysh -c 'show running-config' >"$lab/running"
# What these releases of FRR leave out of what they print: normal values, and vtysh's own.
grep -hEv '^ *!|^ *(exit|exit-address-family)?$|^(service|frr defaults|ip forwarding|ipv6 forwarding)' \
    "$lab/frr/frr.conf" >"$lab/lines"
while IFS= read -r line; do
    grep -Fxq "$line" "$lab/running" || fail "not in show running-config: '$line'"
done <"$lab/lines"
ok "every one of the $(wc -l <"$lab/lines") lines is in show running-config"
check 'zebra work-queue 0 among them' 'grep -x "zebra work-queue 0" "$lab/running"'
