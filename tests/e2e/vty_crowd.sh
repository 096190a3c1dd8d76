#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# 100,000 routes from BGP, and operators: one that reads a table of them slowly costs no memory
# to speak of; of 1,000 at once, half of them stalled or sending garbage, the others are answered, and timers
# of grevyd are never late by more than 5 ms of its own doing.
# shellcheck source=tests/e2e/bgp_lib.sh
. "$(dirname "$0")/bgp_lib.sh"

routes=100000 clients=1000
rss() { sed -n 's/^RssAnon:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/${pids[grevyd]}/status"; }
loop() { grevy 'show queue json' | json "d['loop']['$1']"; }
crowd() { python3 "$e2e_dir/vty_crowd.py" "$@"; }

lab_start 0
user_frr net_bind_service
cat >"$conf" <<EOF
role: router
http: no
zebra: {enabled: no}
kernel: {enabled: no}
kubernetes: {manifests: $manifests}
bgp:
  asn: 65000
  neighbors:
  - {address: 192.168.1.2, asn: 65001, passive: true, import: {prefixes: ["10.128.0.0/9 le 32"]}}
EOF
start grevyd router prlimit --nofile=1024:5000 "${as_frr[@]}" grevyd -f "$conf"
wait_for 10 'grevy "show version"'
start peer client python3 "$e2e_dir/vty_crowd.py" bgp 192.168.1.1 $routes
wait_for 30 '[ "$(grevy "show rib | count 10\\.")" = '$routes' ]'
ok "$routes routes; $(rss) kB"
is 'files that may be open, of 1024 before' "$(sed -n 's/^Max open files *\([0-9]*\).*/\1/p' "/proc/${pids[grevyd]}/limits")" 4096

for command in 'show rib' 'show rib json' 'show ip bgp' 'show bgp ipv4 unicast json' \
    'show ip bgp neighbors 192.168.1.2 routes'; do
    grown=$(crowd slow /run/grevy/grevyd.vty "${pids[grevyd]}" $routes "$command") || fail "$command: $grown"
    check "$command, read slowly: $grown kB more" '[ $grown -lt 1024 ]'
done

# A machine that has no time for us, nor for its own interrupts, may spoil one try.
for try in 1 2 3; do
    in_ns router grevysh -c enable -c 'debug loop'
    grown=$(crowd crowd /run/grevy/grevyd.vty "${pids[grevyd]}" $clients $routes) || fail "$grown"
    check "$clients clients, half of them stalled or sending garbage: $grown kB more" '[ $grown -lt $((clients * 64)) ]'
    wait_for 10 '[ "$(find /proc/${pids[grevyd]}/fd | wc -l)" -lt 100 ]'
    ok "$(loop timers) timers of 50 ms: late by $(loop lateMaxUs) us at most, $(loop ownMaxUs) us of our own doing"
    [ "$(loop slow)" != 0 ] || break
done
check "never late by more than 5 ms of our own doing (try $try)" '[ "$(loop timers)" -gt 10 ] && [ "$(loop ownMaxUs)" -le 5000 ]'
is 'that were late by more than that' "$(loop slow)" 0

# Whoever is on this machine may look, but not keep others out.
chmod 755 /run/grevy
cp "$e2e_dir"/{vty_crowd,bgp_many}.py "$lab/bin/" # where nobody may read them
as_nobody=(setpriv --reuid nobody --regid nogroup --clear-groups)
start hold router "${as_nobody[@]}" python3 "$lab/bin/vty_crowd.py" hold /run/grevy/grevyd.vty 600
wait_for 20 '[ -s "$lab/log/hold.log" ]'
is 'of 600 without privilege may stay' "$(cat "$lab/log/hold.log")" 512
check 'root is answered beside them' 'grevy "show version"'
wait_for 10 'in_ns router "${as_nobody[@]}" grevysh -c "show version"'
ok 'and one more of them, for which the idlest gave way'
stop hold
grevy 'show queue' | grep -A4 '^Timers'
in_ns router grevysh -c enable -c 'no debug loop'
check 'it is off again' '! grevy "show queue" | grep -q "^Timers"'
