#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The way to zebra is broken: socket missing, refusing, forbidden; zebra hangs up in the middle
# of a message, talks nonsense, is of an unknown release. Each: a line in the log and in why,
# grevyd lives, and routes come as soon as it can be.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
nodes
manifest <<EOF
service default/web ips=$pool4.1 local on=node1
EOF
route="$pool4.1/32 192.168.2.13*1"
install -d -m 777 "$lab/fake"

# told 'WHAT' 'REGEX' FAULT SENTENCE...: in the log, in show zserv and in why.
told() {
    wait_for 10 "logged '$2'"
    ok "$1: log: $(logged "$2" | head -1 | cut -d' ' -f2- | cut -c1-150)"
    wait_for 5 "grevy 'show zserv' | grep -iE '$2'"
    why_says "$3" 'grevy "why default/web"' "zebra: ${*:4}"
    check "$1: everything else goes on" 'grevy "show services" | grep "$pool4.1"'
}
fresh() {
    stop grevyd KILL
    : >"$lab/log/grevyd.log"
}
# A Service that zebra has not heard of: a route that is there was sent over this connection.
number=100
another() {
    number=$((number + 1))
    manifest <<<"service default/new$number ips=$pool4.$number local on=node1"
}
# comes SECONDS 'WHAT': its route.
comes() { becomes "$1" "$2" "kernel $pool4.$number/32" "$pool4.$number/32 192.168.2.13*1"; }

grevyd_conf <<EOF
zebra: {enabled: yes}
EOF
grevyd_start
told 'no socket' 'No such file' zebra_missing "/run/frr/zserv.api: No such file or directory (is zebra" \
    "running?). Cure: systemctl start frr; or set zebra.socket to where it is"
fresh

python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("/run/frr/zserv.api")'
chown frr:frr /run/frr/zserv.api
grevyd_start
told 'nobody listens' 'refused' zebra_dead "connect /run/frr/zserv.api: Connection refused. Cure:" \
    "systemctl restart frr; nobody listens there"
fresh

chown root:root /run/frr/zserv.api
chmod 700 /run/frr/zserv.api
grevyd_start
told 'socket of someone else' '[Pp]ermission denied' zebra_forbidden "connect /run/frr/zserv.api: Permission" \
    "denied. Cure: ls -l /run/frr/zserv.api; run grevyd as its owner, frr"
rm /run/frr/zserv.api
zebra_start
becomes 20 'zebra comes: routes without a restart of grevyd' 'kernel "$pool4.1/32"' "$route"
fresh

# Through a proxy that breaks the first connections and then lets all pass.
grevyd_conf <<EOF
zebra: {socket: $lab/fake/zserv.api}
EOF
proxied() { # 'WHAT' BEHAVIOUR...
    local what=$1
    shift
    another
    start proxy router python3 "$top_dir/tests/fake/zserv_proxy.py" "$lab/fake/zserv.api" \
        /run/frr/zserv.api "$@" pass
    wait_for 5 '[ -S "$lab/fake/zserv.api" ]'
    grevyd_start
    comes 40 "$what: gets over it"
    check "$what: grevyd lives" 'running grevyd && grevy "show version"'
    [ -z "${log-}" ] || check "$what: the log says so" 'logged "$log"'
    [ -z "$(logged ' (warn|err) zserv')" ] || ok "$what: log: $(logged ' (warn|err) zserv' | head -1 | cut -d' ' -f2- | cut -c1-150)"
    fresh
    stop proxy KILL
    wait_for 5 '! vty_zebra "show zebra client summary" | grep -i openfabric'
}
proxied 'hang-ups in the middle of messages' hangup:3 hangup:15 hangup:40 hangup:100
check 'zebra lives' 'running zebra && vty_zebra "show version"'
log='sent what is no message of Zserv' proxied 'a wrong marker' marker
log='sent what is no message of Zserv' proxied 'a length below the header' short
proxied 'a message of an unknown command' unknown
log='warn zserv: message .* is not in the form of [0-9.]+: skipped' proxied 'truncated messages' truncated
proxied 'a message over the limit, never ended' oversize
log='did not answer HELLO' proxied 'silence' silent

# A release that nobody knows: the nearest known layout, said aloud, and it works. Between 8.6 and
# 8.9, and beyond 10.7, that is the layout of what runs here; else zebra cannot be understood.
unknown=8.9.1 understood=
! frr_from 8.3 || frr_from 9.0 || understood=1
! frr_from 10.6 || unknown=10.99.1 understood=1
grevyd_conf <<EOF
zebra: {vty-socket: $lab/fake/zebra.vty}
EOF
start vty_proxy router python3 "$top_dir/tests/fake/vty_proxy.py" "$lab/fake/zebra.vty" /run/frr/zebra.vty $unknown
wait_for 5 '[ -S "$lab/fake/zebra.vty" ]'
another
grevyd_start
if [ -n "$understood" ]; then
    comes 20 "unknown release $unknown: routes all the same"
    told 'unknown release' "${unknown//./\\.}" zebra_unknown_release "release $unknown is not known: treated" \
    "as the nearest that is. Cure: set zebra.frr-version if routes are not confirmed"
    check 'show zserv says that it is not known' 'grevy "show zserv" | grep "Release: *$unknown, .*not known"'
    check 'so does the log' 'logged "warn zserv: zebra $unknown is not known: using the form of"'
    wait_for 5 'logged "zebra $unknown installed a route in the form of"'
    ok 'and a route proves it'
else
    told 'a zebra that says it is another' "zebra ${unknown//./\\.} did not answer HELLO" zebra_strange \
        "zebra $unknown did not answer HELLO. Cure: wait; if it stays: grevysh -c 'show zserv'"
    check 'it gets no route' '[ -z "$(kernel "$pool4.$number/32")" ]'
fi
fresh
stop vty_proxy KILL

# No vty at all: the release is found by probing zserv.
grevyd_conf <<EOF
zebra: {vty-socket: $lab/fake/nothing.vty}
EOF
another
grevyd_start
comes 20 'without vty: routes, release found by the probe'
wait_for 15 'grevy "show zserv" | grep -i probe'
ok 'show zserv says how'
lost='so our routes go when grevyd ends, and which route zebra prefers to ours is not told'
why_says zebra_vty_missing 'grevy "why default/web"' "zebra: $lab/fake/nothing.vty cannot be asked: No such file" \
    "or directory; $lost. Cure: ls -l $lab/fake/nothing.vty; or set zebra.vty-socket to where it is"
fresh
wait_for 5 '! vty_zebra "show zebra client summary" | grep -i openfabric'

# One that grevyd may not open.
grevyd_conf </dev/null
chown root:root /run/frr/zebra.vty
chmod 700 /run/frr/zebra.vty
another
grevyd_start
comes 20 'a vty that is forbidden: routes all the same'
why_says zebra_vty 'grevy "why default/web"' "zebra: /run/frr/zebra.vty cannot be asked: Permission denied; $lost." \
    "Cure: SupplementaryGroups=frrvty in grevyd's unit; its user must be in that group"
fresh
wait_for 5 '! vty_zebra "show zebra client summary" | grep -i openfabric'

# zebra off: no Zserv at all.
grevyd_conf <<EOF
zebra: {enabled: no}
kernel: {enabled: no}
EOF
grevyd_start
wait_for 5 'grevy "show services" | grep "$pool4.1"'
why_says zebra_off 'grevy "why default/web"' "zebra: off: zebra: enabled: no; and there is no other output. Cure:" \
    "set zebra: {enabled: yes}"
check 'enabled: no: zebra is left alone' '! vty_zebra "show zebra client summary" | grep -i openfabric'
