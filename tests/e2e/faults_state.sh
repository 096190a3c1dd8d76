#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The state file keeps addresses across restarts; damaged, it is said, kept aside, and
# everything else goes on.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes
state=$lab/state/assignments.json
address_of() { grevy "show services $1 json" | grep -oE "$pool4\.[0-9]+" | head -1; }
grevyd_conf </dev/null
grevyd_start
manifest <<EOF
service default/a local on=node1
EOF
wait_for 10 '[ -n "$(address_of default/a)" ]'
manifest <<EOF
service default/b local on=node2
EOF
wait_for 10 '[ -n "$(address_of default/b)" ]'
a=$(address_of default/a)
b=$(address_of default/b)
check "assigned without being asked for: $a $b" '[ "$a" != "$b" ]'
wait_for 5 'grep -q "$b" "$state"'
ok 'and kept in the state file'

# Restarted while the first Service is away: the other keeps its address.
stop grevyd KILL
manifest <<EOF
delete service default/a
EOF
grevyd_start
becomes 10 'restart: the address stays' 'address_of default/b' "$b"
becomes 10 'and the route' "kernel '$b/32'" "$b/32 192.168.2.14*1"
stop grevyd TERM

# damaged 'WHAT' [ADDRESS]: the state file as it stands now; default/b has this address.
damaged() {
    local address=${2-}
    : >"$lab/log/grevyd.log"
    grevyd_start
    wait_for 10 'logged "(warn|err).*assignments.json"'
    ok "$1: log: $(logged '(warn|err).*assignments.json' | head -1 | cut -d' ' -f2- | cut -c1-160)"
    wait_for 10 '[ -n "$(address_of default/b)" ]'
    [ -z "$address" ] || becomes 1 "$1: that of another is whole: its address stays" 'address_of default/b' "$address"
    check "$1: Services are served" 'wait_for 10 "kernel | grep 192.168.2.14"'
    why_says state_damaged 'grevy "why default/b"' "state file: $(logged 'alloc: .*assignments.json' | log_text);" \
    "Services without a status may have got other addresses. Cure: put a backup in its place, then: systemctl restart grevyd"
    check "$1: the damaged file is kept aside" 'find "$lab/state" -name "assignments.json?*" | grep .'
    wait_for 5 'json d <"$state"'
    ok "$1: a good one is written"
    stop grevyd TERM
    find "$lab/state" -name 'assignments.json?*' -delete
}
# Without its line default/b would get the first address, that of default/a.
grevyd_start
manifest <<EOF
service default/a local on=node1
EOF
wait_for 10 'grep -q "\"$a\"" "$state"'
stop grevyd TERM
manifest <<EOF
delete service default/a
EOF
sed -i '/^"default\/a"/s/pool/pOol/' "$state"
damaged 'a bit of a line' "$b"
head -c 20 "$state" >"$lab/half"
cat "$lab/half" >"$state"
damaged 'cut in half'
head -c 64 /dev/urandom >"$state"
damaged 'noise'
echo '{"version": 1, "assignments": "none"}' >"$state"
damaged 'of another form'

# A state file that cannot be written is said, too, and harms nothing.
rm -f "$state"
mkdir "$state"
: >"$lab/log/grevyd.log"
grevyd_start
wait_for 10 'logged "(warn|err).*assignments.json"'
wait_for 10 'kernel | grep 192.168.2.14'
ok "a folder in its place: $(logged '(warn|err).*assignments.json' | head -1 | cut -d' ' -f2- | cut -c1-160)"
stop grevyd TERM

# A folder that grevyd may not write to.
rmdir "$state"
chown root:root "$lab/state"
chmod 755 "$lab/state"
grevyd_start
why_says state_unwritable 'grevy "why default/b"' "state file: $state: cannot write assignments: Permission denied; a" \
    "restart forgets addresses assigned since. Cure: make it writable for grevyd's user; it is tried again"
chown frr:frrvty "$lab/state"
wait_for 15 'json d <"$state"'
wait_for 5 '! grevy "why default/b" | grep "state file"'
ok 'it may: written'
