#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zserv.md 18, trap 3: what crashes zebra. A route of type NHG, in 7.5 also of type ALL, and two
# connections of one key with graceful restart that end one after the other. A raw client does it
# to a zebra of its own; grevyd refuses such a type in its configuration, a second grevyd waits for
# the first, and so does one whose key another client has.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/raw.sh
. "$e2e_dir/raw.sh"

lab_start 1
crashed() { ! running victim; }

# type_sent TYPE: a route of that type, to a victim, which says something afterwards if it lives.
type_sent() {
    victim_start
    raw_start raw client "$victim"
    raw_hello raw babel
    raw raw "add 203.0.113.1/32 blackhole type=$1; bad"
    wait_for 10 "crashed || logged '^error 2' raw"
}
for type in nhg all; do
    type_sent "$type"
    if [ "$type" = all ] && frr_from 8.0; then
        holds_for 1 '! crashed'
        ok "type $type: $(frr_version) lives"
    else
        wait_for 5 crashed
        ok "type $type: $(frr_version) is gone: $(logged 'signal 6|[Aa]ssert' victim | head -1 | cut -c1-140)"
    fi
    victim_stop
    raw_end raw
done

: >"$lab/log/victim.log"
victim_start
for name in one two; do
    raw_start "$name" client "$victim"
    raw_hello "$name" babel gr=60
    raw "$name" add "203.0.113.1/32" blackhole
done
wait_for 5 "in_ns client ip route show type blackhole | grep 203.0.113.1"
raw_end one
holds_for 1 '! crashed'
ok 'one of two sessions ended: it lives'
raw_end two
wait_for 5 crashed
ok "two sessions with graceful restart: $(frr_version) is gone: $(logged 'signal 6|[Aa]ssert' victim | head -1 | cut -c1-140)"

# grevyd never sends such a type.
for type in nhg all table-direct srte system kernel connected local vrrp bfd hsls olsr 29; do
    grevyd_conf "$lab/bad.yaml" <<EOM
zebra: {route-type: $type}
EOM
    grevyd -t -f "$lab/bad.yaml" >"$lab/bad.txt" 2>&1 && fail "route-type $type is accepted"
    grep -q 'bad.yaml:[0-9]*:[0-9]*: .*route-type: must be' "$lab/bad.txt" ||
        fail "route-type $type: $(cat "$lab/bad.txt")"
done
ok "refused: $(cut -d: -f2- "$lab/bad.txt" | cut -c1-120)"

# Two grevyds, both with graceful restart: the second waits, whichever ends first.
zebra_start
nodes 1
manifest <<EOM
service default/web ips=$pool4.1 local on=node1
EOM
install -d -o frr -g frrvty -m 750 /run/grevy2 "$lab/state2"
grevyd_conf </dev/null
grevyd_conf "$lab/second.yaml" <<EOM
vty: {dir: /run/grevy2}
EOM
sed -i "s,/state/,/state2/," "$lab/second.yaml"
clients() { vty_zebra 'show zebra client' | grep -c '^Client: openfabric'; }
grevyd_start
wait_for 10 zserv_up
grevyd_spawn second grevyd -f "$lab/second.yaml"
wait_for 10 'logged "held by another grevyd" second'
is 'sessions of the key' "$(clients)" 1
stop grevyd KILL
wait_for 10 'zserv_up /run/grevy2'
stop second KILL
wait_for 5 '[ "$(clients)" = 0 ]'
check 'both were killed: zebra lives' 'running zebra && vty_zebra "show version"'
is 'and holds the route' "$(kernel)" "$pool4.1/32 192.168.2.13*1"

# Another client that has the key.
raw_start raw
raw_hello raw openfabric gr=60
: >"$lab/log/grevyd.log"
grevyd_start
wait_for 10 'logged "still lists a client of type openfabric"'
why_says zebra_key_waits 'grevy "why default/web"' "zebra: zebra still lists a client of type openfabric instance 0:" \
    "waiting for it to go. Cure: vtysh -c 'show zebra client'; end that client, or set another zebra.route-type"
is 'sessions of the key' "$(clients)" 1
raw_end raw
wait_for 10 zserv_up
stop grevyd KILL
wait_for 5 '[ "$(clients)" = 0 ]'
check 'that client and grevyd are gone: zebra lives' 'running zebra && vty_zebra "show version"'
