#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zserv.md 18, trap 12: zebra 10.x without mgmtd logs without end that it cannot tell it of the
# interfaces; it works all the same. Releases before have no mgmtd and do not log so. Only FRR
# could mend it: the manual names it. grevyd installs, repairs and removes as ever and says nothing
# of its own to it; once mgmtd runs, zebra is quiet, and no route was touched.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start 2
start_mgmtd=$(declare -f mgmtd_start)
mgmtd_start() { :; }
zebra_command=("$FRR/zebra" -A 127.0.0.1 --v6-rr-semantics --log stdout --log-level informational)
zebra_start
complaints() { grep -c "can't send message on closed connection" "$lab/log/zebra.log"; }
if frr_from 10.0; then
    first=$(complaints)
    wait_for 10 '[ "$(complaints)" -gt $((first + 20)) ]'
    ok "without mgmtd $(frr_version) logs on and on: $(grep "can't send message" "$lab/log/zebra.log" | tail -1 | cut -c1-120)"
    check 'the manual names it' 'grep -F mgmtd "$top_dir/man/grevyd.8"'
else
    check "$(frr_version) has no mgmtd" '[ ! -e "$FRR/mgmtd" ]'
    holds_for 2 '[ "$(complaints)" = 0 ]'
    ok 'and does not log so'
fi

nodes 2
manifest <<EOM
service default/web ips=$pool4.1 local on=node1
service default/two ips=$pool4.2 local on=node1,node2
service default/six ips=$pool6::1 v6 local on=node2
EOM
grevyd_conf </dev/null
grevyd_start
all="$pool4.1/32 192.168.2.13*1
$pool4.2/32 192.168.2.13*1,192.168.2.14*1
$pool6::1/128 fd00:2::14*1"
becomes 10 'installed' kernel "$all"
becomes 5 'zebra agrees' zebra "$all"
check 'the release is found, and graceful restart is on' \
    'grevy "show zserv" | grep -E "Release: +$(frr_version | sed s/[.]/[.]/g)" && grevy "show zserv" | grep -E "Graceful restart: +yes"'
in_ns router ip route del "$pool4.1/32" || fail "ip route del"
becomes 10 'deleted by hand: repaired' kernel "$all"
wait_for 5 'logged "warn fib: $pool4.1/32: deleted in the kernel"'
ok 'and told'
manifest <<EOM
service default/web ips=$pool4.1 local on=node2
EOM
becomes 10 'changed' 'kernel "$pool4.1/32"' "$pool4.1/32 192.168.2.14*1"
manifest <<EOM
delete service default/web
EOM
becomes 10 'removed' 'kernel "$pool4.1/32"' ''
check 'why is good' 'grevy "why default/two json" | json "all(c[\"good\"] for c in d[\"chains\"])"'
check 'grevyd warns of nothing but the route that was deleted by hand' \
    '! logged " (warn|err) " | grep -vF " fib: $pool4.1/32: "'

if frr_from 10.0; then
    eval "$start_mgmtd"
    monitor_start
    mgmtd_start
    wait_for 15 'in_ns router vtysh -d mgmtd -c "show mgmt backend-adapter all" | grep -i zebra'
    n=$(complaints)
    holds_for 2 '[ "$(complaints)" = "$n" ]'
    ok 'with mgmtd it is quiet'
    check 'no route was touched' '! deletions "$pool4" && ! deletions "$pool6"'
    becomes 5 'all is as it was' 'kernel | wc -l' 2
fi
