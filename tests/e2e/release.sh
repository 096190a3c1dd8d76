#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# show zserv names the release of FRR, with and without access to zebra's vty: asked for it, or
# probed as far as the wire tells. Without the vty there is no graceful restart, and a warning.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes
manifest <<EOF
service default/web ips=$pool4.1 on=node1,node2,node3
service default/web6 ips=$pool6::1 v6 local on=node2*2,node3
service default/goes ips=$pool4.2 local on=node1
EOF
grevyd_conf </dev/null
release=$(frr_version)
field() { grevy_at /run/grevy 'show zserv json' | json "d['$1']"; }

grevyd_start
wait_for 10 zserv_up
is 'with the vty: release' "$(field release)" "$release"
is 'and how it is known' "$(field releaseFrom)" zebra.vty
# A suite that goes on brings releases that the table does not have yet.
if frr_from 10.8; then
    check 'it is newer than what we know, and that is said' 'logged "warn zserv: .* is not known: using the form of"'
else
    check 'it is one that we know' 'field releaseExact'
fi
check 'graceful restart' 'field gracefulRestart'
becomes 10 'routes' 'kernel | wc -l' 3
before=$(kernel)
ok "show zserv: $(grevy 'show zserv' | grep -E 'Release')"
# zebra compares whole seconds: a route younger than one would survive what follows.
wait_for 5 'vty_zebra "show ip route openfabric" | grep "$pool4.2/32" | grep -v " 00:00:0[01]"'
stop grevyd KILL
wait_for 5 '! vty_zebra "show zebra client summary" | grep -i openfabric'
is 'killed: zebra holds the routes' "$(kernel)" "$before"
manifest <<EOF
delete service default/goes
EOF
before=$(grep -v "^$pool4.2/" <<<"$before")

# What the wire tells of it (zclient/zprobe.c).
frr_from 7.5 && range='7.5'
frr_from 8.0 && range='8.0'
frr_from 8.1 && range='8.1'
frr_from 8.2 && range='8.2'
frr_from 8.3 && range='8.3 to 9.0'
frr_from 9.1 && range='9.1'
frr_from 10.0 && range='10.0 or 10.1'
frr_from 10.2 && range='10.2 to 10.5'
frr_from 10.6 && range='10.6 or 10.7'
# A vty that is not ours to open: someone else's, and we are not in its group.
monitor_start
chown root:frrvty /run/frr/zebra.vty
as_frr=("${as_frr[@]/#frrvty/frr}")
: >"$lab/log/grevyd.log"
grevyd_start
wait_for 20 zserv_up
is 'without the vty: as much of the release as the wire tells' "$(field release)" "$range"
is 'and how it is known' "$(field releaseFrom)" probe
check 'no graceful restart' '! field gracefulRestart'
check 'said once' '[ "$(logged "warn zserv: .*no graceful restart without /run/frr/zebra.vty" | wc -l)" = 1 ]'
ok "log: $(logged 'no graceful restart' | head -1 | cut -d' ' -f2-)"
ok "show zserv: $(grevy 'show zserv' | grep -E 'Release')"
becomes 10 'the same routes, less what was gone' kernel "$before"
check 'they did not leave the kernel' '! deletions "$pool4.1" && ! deletions "$pool6::1"'
stop monitor
becomes 10 'confirmed by zebra' 'grevy "show zserv json" | json "d[\"routes\"][\"installed\"]"' 2
manifest <<EOF
delete service default/web6
service default/web ips=$pool4.1 local on=node1
EOF
becomes 10 'changes are followed' kernel "$pool4.1/32 192.168.2.13*1"
check 'no message of zebra was misread' \
    'grevy "show zserv json" | json "d[\"counters\"][\"badMessages\"] == 0 and d[\"counters\"][\"errors\"] == 0"'
# zebra was in graceful restart because of the first: it is told that this is over.
wait_for 10 '! vty_zebra "show zebra client" | sed -n "/Client: openfabric/,/Client: /p" | grep "Graceful Restart"'
stop grevyd TERM
becomes 10 'left without graceful restart: zebra removes the routes' kernel ''
check 'which the log foretold' 'logged "warn zserv: zebra removes our routes"'
