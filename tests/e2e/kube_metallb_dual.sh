#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Families, as MetalLB has them: metallb-compat.md 3.3: which Service gets which addresses from pools
# of one family and of two, and what becomes of it when pools and policies change.
# shellcheck source=tests/e2e/kube_metallb_lib.sh
. "$(dirname "$0")/kube_metallb_lib.sh"

prefer='ipFamilyPolicy: PreferDualStack'
require='ipFamilyPolicy: RequireDualStack'
metallb_start
{
    pool four 10.3.4.0/29
    pool six '"fd34::/125"'
    probe_pool
} | apply
grevyd_start

# --- no pool has both ---------------------------------------------------------------------------

{
    lb one4
    lb one6 'ipFamilies: [IPv6]'
    lb pair "$require"
    lb prefer4 "$prefer"
    lb prefer6 "$prefer, ipFamilies: [IPv6, IPv4]"
} | apply
gets 'one family' 'one4 one6' '10.3.4.0, fd34::'
denied 'trap 8: two addresses come from one pool or not at all' pair
gets '3.3: PreferDualStack: of the first family, the first of the Service' 'prefer4 prefer6' '10.3.4.1, fd34::1'

# --- a pool becomes dual -------------------------------------------------------------------------

pool four '10.3.4.0/29, "fd33::/125"' | apply
gets 'trap 8: one pool has both now' pair '10.3.4.2 fd33::1'
gets '5.6-5: a pool becomes dual: an address more' prefer4 '10.3.4.1 fd33::'
told '3.8: an Event' prefer4 'Normal IPAllocated .*fd33::'
is '5.6-5: the first is kept, and never was away' "$(moves prefer4)" '10.3.4.1 10.3.4.1,fd33::'
is '5.6-6: nobody jumps to it' "$(moves prefer6) $(moves one6)" 'fd34::1 fd34::'
lb new "$prefer" | apply
gets '3.3: PreferDualStack: the first pool with both' new '10.3.4.3 fd33::2'
lb asks "$require" '+loadBalancerIPs: "10.3.4.7,fd33::7"' | apply
gets '3.2: both are asked for' asks '10.3.4.7 fd33::7'
lb mixed "$require" '+loadBalancerIPs: "10.3.4.6,fd34::6"' | apply
denied 'trap 8: both are asked for, of two pools' mixed 'Warning (AllocationFailed|LoadBalancerFailed) '

# --- policies change ----------------------------------------------------------------------------

lb prefer6 "$require, ipFamilies: [IPv6, IPv4]" | apply
gets '5.1: Prefer becomes Require: one address is not enough, two come from another pool' prefer6 '10.3.4.4 fd33::3'
lb prefer6 'ipFamilyPolicy: SingleStack, ipFamilies: [IPv6]' | apply
gets '3.1-6: two become one' prefer6 fd33::3
lb one4 "$prefer" | apply
gets '5.1: one becomes two: the first is kept' one4 '10.3.4.0 fd33::4'
is 'and was never away' "$(moves one4)" '10.3.4.0 10.3.4.0,fd33::4'

# --- a dual pool shrinks to one family ------------------------------------------------------------

{ pool more '10.3.5.0/24, "fd35::/120"' && pool few 10.3.6.0/24 'autoAssign: false'; } | apply
wait_for 15 '[ "$(counts few)" = "0/256 0/0" ]'
is '5.6-6: nobody jumps to a new pool' "$(moves pair) $(moves new)" '10.3.4.2,fd33::1 10.3.4.3,fd33::2'
pool four 10.3.4.0/29 | apply
for i in pair new one4 prefer4; do
    wait_for 15 "[[ \"\$(has $i)\" = '10.3.5.'*' fd35::'* ]]"
    ok "5.6-4: a dual pool shrinks: both addresses from another: $i $(has $i)"
    [ "$(of "$i" '{.status.loadBalancer.ingress[*].ip}' | wc -w)" = 2 ] || fail "$i: not two"
done
told '3.8: an Event' pair 'Normal ClearAssignment .*fd33::1'

# --- counters ----------------------------------------------------------------------------------

delete service one4 one6 pair prefer4 prefer6 new asks mixed
pool counted '10.3.9.0/30, "fd39::/126"' 'autoAssign: false' | apply
becomes 15 '5.1: counters: 4 of each' 'counts counted' '0/4 0/4'
lb counted "$require" '+address-pool: counted' | apply
becomes 15 '5.1: one Service has one of each' 'counts counted' '1/3 1/3'
pool counted '10.3.9.0/29, "fd39::/125"' 'autoAssign: false' | apply
becomes 15 '5.1: the pool grows' 'counts counted' '1/7 1/7'
{
    lb shares1 'ports: [{port: 81}]' '+address-pool: counted, +allow-shared-ip: x'
    lb shares2 'ports: [{port: 82}]' '+address-pool: counted, +allow-shared-ip: x'
} | apply
becomes 15 '3.9: an address that is shared counts once' 'counts counted' '2/6 1/7'
delete service counted shares1 shares2
becomes 15 '5.1: all is free again' 'counts counted' '0/8 0/8'
pool huge '"fd40::/16", 10.3.10.0/31' 'autoAssign: false' | apply
becomes 15 '3.9: what is too much for a counter is the most that it holds' 'counts huge' '0/2 0/9223372036854775807'
pool buggy 10.3.12.0/23 'autoAssign: false, avoidBuggyIPs: true' | apply
becomes 15 '3.9: addresses that are avoided do not count' 'counts buggy' '0/508 0/0'
