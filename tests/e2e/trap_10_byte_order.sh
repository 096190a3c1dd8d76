#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zserv.md 18, trap 10: among numbers in network order, the note of a notice, the code of an ERROR
# and the table of a VRF come in the byte order of zebra's machine. A raw client shows the bytes;
# grevyd, without zebra's vty and so by these numbers alone, knows installed from lost and removed,
# and one error from another.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/raw.sh
. "$e2e_dir/raw.sh"

lab_start 1
zebra_start
nodes 1
# host NUMBER: as this machine has it in memory.
host() { python3 -c 'import struct, sys; print(struct.pack("=I", int(sys.argv[1])).hex())' "$1"; }
came() { sed -n "s/^bytes $1 //p" "$lab/log/raw.log"; }
raw_start raw
raw_hello raw babel
raw raw add "203.0.113.1/32" 192.168.2.13
wait_for 5 '[ -n "$(came note)" ] && [ -n "$(came vrf-table)" ]'
is 'INSTALLED in the byte order of this machine' "$(came note)" "$(host 2)"
is 'the table of the VRF' "$(came vrf-table)" "$(host 254)"
raw raw bad
wait_for 5 '[ -n "$(came error)" ]'
is 'the code of an unknown command' "$(came error)" "$(host 2)"

manifest <<EOM
service default/one ips=$pool4.1 local on=node1
service default/two ips=$pool4.2 local on=node1
service default/six ips=$pool6::1 v6 local on=node1
EOM
install -d -m 777 "$lab/relay"
start relay router python3 "$e2e_dir/zapi.py" relay "$lab/relay/zserv.api" /run/frr/zserv.api spoil
wait_for 5 '[ -S "$lab/relay/zserv.api" ]'
grevyd_conf <<EOM
zebra: {socket: $lab/relay/zserv.api, vty-socket: $lab/nothing.vty, frr-version: "$(frr_version)"}
EOM
grevyd_start
states() { grevy 'show zserv json' | json '" ".join(str(d["routes"][k]) for k in ("installed", "lost", "rejected"))'; }
becomes 10 'installed, lost and rejected: by notices alone' states '3 0 0'
wait_for 5 'logged "zebra answers with an error: unknown command"'
wait_for 5 'logged "zebra answers with an error: no such VRF"'
ok 'two errors of zebra are told by name'
is 'and counted' "$(grevy 'show zserv json' | json 'd["counters"]["errors"]')" 2

raw raw add "$pool4.2/32" 192.168.2.13 distance=5
becomes 5 'a better route: lost' states '2 1 0'
check 'why says so' 'grevy "why default/two" | grep "BROKEN.*zebra prefers another route"'
raw raw del "$pool4.2/32"
becomes 10 'it is gone: installed again' states '3 0 0'
check 'no message was misread' 'grevy "show zserv json" | json "d[\"counters\"][\"badMessages\"] == 0"'
# REMOVED, of a route that another client of our key sweeps.
raw_start rival
raw_hello rival openfabric
raw_end rival
wait_for 5 'logged "removed from zebra, not by us"'
becomes 5 'swept: understood, and put back' states '3 0 0'
