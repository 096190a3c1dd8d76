#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# MetalLB's words on a Service: which address or pool it asks for, what is refused and how that is
# told, what becomes of an address when the request changes, when the Service is no LoadBalancer any
# more, and when somebody else writes its status.
# shellcheck source=tests/e2e/kube_metallb_lib.sh
. "$(dirname "$0")/kube_metallb_lib.sh"

metallb_start
{
    pool hosts 10.0.42.10/29
    pool other 10.0.43.0-10.0.43.3 'autoAssign: false'
    pool six 'fd42::/126' 'autoAssign: false'
    pool buggy 10.0.45.254-10.0.46.1 'autoAssign: false, avoidBuggyIPs: true'
    probe_pool
    lb a
} | apply
grevyd_start

# --- what is written ---------------------------------------------------------------------------

gets 'trap 21: a CIDR with host bits is the whole network, and its first address is given first' a 10.0.42.8
told '3.8: an Event' a 'Normal IPAllocated Assigned IP \["10.0.42.8"\]'
becomes 10 'trap 23: the annotation says from which pool, with the rights to the status alone' 'pool_of a' hosts
pool bare 10.0.43.7 | apply
refused 'trap 21: a bare address is refused, alone' IPAddressPool bare
{ lb b && lb c && lb d '' '+address-pool: other' && lb e '' '-address-pool: other' && lb f '' '+address-pool: six'; } | apply
gets 'in order of creation and name; autoAssign: false by the word alone, in both prefixes' 'b c d e' \
    '10.0.42.9, 10.0.42.10, 10.0.43.0, 10.0.43.1'
denied 'a pool without the family of the Service' f
lb f2 'ipFamilies: [IPv6]' '+address-pool: six' | apply
gets 'IPv6 as well' f2 fd42::

# --- requests ----------------------------------------------------------------------------------

{
    lb r1 'loadBalancerIP: 10.0.42.12'
    lb r2 '' '+loadBalancerIPs: 10.0.42.13'
    lb r3 '' '-loadBalancerIPs: 10.0.43.3'
    lb r4 '' '+loadBalancerIPs: 10.0.43.2, -loadBalancerIPs: 10.0.42.14'
    lb r5 '' '+address-pool: "", -address-pool: other'
    lb r6 '' '+loadBalancerIPs: " 10.0.42.15 ", +address-pool: hosts'
} | apply
gets '3.2: by field, by annotation of either prefix; the new one wins, even if it is empty; with a pool that has it' \
    'r1 r2 r3 r4 r5 r6' '10.0.42.12, 10.0.42.13, 10.0.43.3, 10.0.43.2, 10.0.42.11, 10.0.42.15'
{
    lb n1 'loadBalancerIP: 10.0.43.3' '+loadBalancerIPs: 10.0.43.3'
    lb n2 '' '+loadBalancerIPs: bogus'
    lb n3 '' '+loadBalancerIPs: "10.0.43.3,10.0.43.2"'
    lb n4 '' '+loadBalancerIPs: "fd42::2"'
    lb n5 '' '+loadBalancerIPs: 198.51.100.1'
    lb n6 '' '+address-pool: nosuch'
    lb n7 '' '+address-pool: hosts, +loadBalancerIPs: 10.0.43.2'
    lb n8 '' '+loadBalancerIPs: 10.0.42.12'
    lb n9 '' '+loadBalancerIPs: 10.0.45.255'
    lb n10 'ipFamilyPolicy: PreferDualStack' '+loadBalancerIPs: 10.0.42.14'
} | apply
denied 'trap 10: annotation and field together' n1 'Warning LoadBalancerFailed '
denied '5.1: bogus strings' n2 'Warning LoadBalancerFailed '
denied '5.1: two addresses of one family' n3 'Warning (AllocationFailed|LoadBalancerFailed) '
denied '5.1: an address of another family' n4 'Warning (AllocationFailed|LoadBalancerFailed) '
denied '5.1: an address in no pool' n5
denied '5.1: an unknown pool' n6
denied '5.1: an address outside of the pool that is asked for' n7
denied '3.4: an address of another, without the annotation' n8
denied '5.1: .255 where buggy addresses are avoided' n9
denied 'trap 9: one address for two ClusterIPs, with PreferDualStack as well' n10 \
    'Warning (AllocationFailed|LoadBalancerFailed) '
lb g '' '+address-pool: buggy' | apply
gets 'avoidBuggyIPs: .255 and .0 are passed over, .254 is not' g 10.0.45.254
lb g2 '' '+address-pool: buggy' | apply
gets 'avoidBuggyIPs: the next is .1' g2 10.0.46.1

# --- requests change ---------------------------------------------------------------------------

delete service r3 r4
lb a '' '+address-pool: other' | apply
gets '5.1: another pool is asked for: it moves' a 10.0.43.2
becomes 10 'and the annotation with it' 'pool_of a' other
lb r1 'loadBalancerIP: 10.0.43.3' | apply
gets 'another address is asked for: it moves' r1 10.0.43.3
lb r1 'loadBalancerIP: 198.51.100.7' | apply
told 'trap 11, 5.6-9: an impossible address is asked for: a Warning' r1 \
    'Warning AllocationFailed Failed to allocate IP for "default/r1": .*198\.51\.100\.7'
is 'trap 11, 5.6-9: the address that works is kept' "$(has r1)" 10.0.43.3
lb b '' '+address-pool: nosuch' | apply
told 'trap 11: an impossible pool is asked for: a Warning' b 'Warning AllocationFailed '
is 'trap 11: the address that works is kept' "$(has b)" 10.0.42.9
pool later 198.51.100.6-198.51.100.7 'autoAssign: false' | apply
gets 'trap 11: what was impossible is possible: it moves' r1 198.51.100.7
is 'and never had none between' "$(moves r1)" '10.0.42.12 10.0.43.3 198.51.100.7'
lb n1 'loadBalancerIP: 10.0.43.3' | apply
gets 'trap 10: one of both is gone' n1 10.0.43.3

# --- the Service changes -----------------------------------------------------------------------

lb c 'type: ClusterIP' | apply
gets '3.1-1: no LoadBalancer any more: the status is emptied' c none
becomes 10 'trap 23: and the annotation is gone' 'pool_of c' ''
{
    lb classed 'loadBalancerClass: example.com/other'
    lb c2 '' '+loadBalancerIPs: 10.0.42.10'
} | apply
gets 'and what it had can be had' c2 10.0.42.10
is '3.5: a class that is not ours is left alone' "$(has classed)$(events classed)$(pool_of classed)" none

# --- somebody else writes the status -----------------------------------------------------------

# ingress NAME JSON
ingress() {
    kubectl patch service "$1" --subresource status --type merge -p "{\"status\": {\"loadBalancer\": {\"ingress\": $2}}}" >/dev/null ||
        fail "kubectl patch: $1"
}
ingress r2 null
gets 'trap 1: an emptied status is filled again' r2 10.0.42.13
ingress d '[{"ip": "fd42::1"}]'
gets '5.1: a status of the wrong family is repaired' d 10.0.43.0
ingress d '[{"hostname": "lb.example.com"}, {"ip": "192.0.2.99"}]'
becomes 15 '5.1: a hostname and a foreign address are repaired' \
    "of d '{.status.loadBalancer.ingress}' | json \"' '.join(i.get('ip', '?') for i in d)\"" 10.0.43.0
ingress n5 '[{"ip": "192.0.2.99"}]'
gets '5.1: a foreign address is taken away' n5 none
