#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which pool an address comes from, as MetalLB has it: priority, namespaces and selectors; and what
# becomes of the addresses when pools are renamed, split, changed, refused and deleted.
# shellcheck source=tests/e2e/kube_metallb_lib.sh
. "$(dirname "$0")/kube_metallb_lib.sh"

red='app: red'
metallb_start
{
    namespace blue 'team: blue'
    namespace green 'team: green'
    namespace greener 'team: green' # so that the selector matches one, whatever becomes of the others
    # Created in the wrong order.
    pool plain-b 10.1.2.0/24
    pool plain-a 10.1.1.0/30
    pool nowhere 10.1.3.0/24 'serviceAllocation: {priority: 1, namespaceSelectors: [{matchLabels: {team: none}}]}'
    pool labelled 10.1.4.0/24 'serviceAllocation: {priority: 10, namespaces: [blue], serviceSelectors: [{matchLabels: {app: red}}]}'
    pool team 10.1.5.0/24 'serviceAllocation: {priority: 20, namespaceSelectors: [{matchLabels: {team: green}}]}'
    probe_pool
} | apply
kubectl create namespace elsewhere >/dev/null
custom IPAddressPool foreign 'addresses: [10.1.9.0/24]' elsewhere | apply
grevyd_start

# --- which one ---------------------------------------------------------------------------------

{ lb a1 && lb a2 && lb a3 && lb a4; } | apply
gets '5.1: the first pool without serviceAllocation serves everybody' 'a1 a2 a3 a4' '10.1.1.0, 10.1.1.1, 10.1.1.2, 10.1.1.3'
lb a5 | apply
gets 'trap 5: the next by name, when it is full' a5 10.1.2.0
{
    lb blue/both '' '' "$red"
    lb blue/namespace
    lb label '' '' "$red"
    lb green/any
    lb asked '' '+address-pool: nowhere'
    lb stranger '' '+address-pool: labelled'
    lb outsider '' '+address-pool: foreign'
} | apply
gets '5.6-8: a namespace and a label: who has both' blue/both 10.1.4.0
gets '5.6-8: the namespace alone, the label alone: not that pool' 'blue/namespace label' '10.1.2.1, 10.1.2.2'
gets '5.1: a namespace by its label, before pools for everybody' green/any 10.1.5.0
gets 'trap 7: a pool for namespaces that do not exist serves who asks for it' asked 10.1.3.0
denied '3.2: who asks for a pool that is not for it' stranger
denied 'trap 24: a pool of another namespace is none' outsider
pool prio 10.1.6.0/31 'serviceAllocation: {priority: 50}' | apply
pool zero 10.1.7.0/24 'serviceAllocation: {priority: 0}' | apply
wait_for 15 '[ "$(counts zero)" = "0/256 0/0" ]'
{ lb b1 && lb b2 && lb b3; } | apply
gets 'trap 6, 5.6-7: a pool with nothing but a priority is for everybody, and before those without; 0 is last' 'b1 b2 b3' \
    '10.1.6.0, 10.1.6.1, 10.1.7.0'
is '5.6-6: nobody jumps to a better pool' "$(moves a5) $(moves label)" '10.1.2.0 10.1.2.2'

# --- labels change -----------------------------------------------------------------------------

kubectl label namespace green team=blue --overwrite >/dev/null
gets '3.6: its namespace does not match any more: another pool' green/any 10.1.7.1
told 'and an Event says so' green/any 'Normal ClearAssignment 10\.1\.5\.0: .*: its pool is not for this Service any more'
lb blue/both | apply
gets '3.6: its label does not match any more' blue/both 10.1.7.2
lb blue/early '' '+address-pool: team' | apply
told '3.2: a pool that is not for it yet' blue/early 'Warning AllocationFailed '
kubectl label namespace blue team=green --overwrite >/dev/null
gets '3.6: its namespace matches from now on' blue/early 10.1.5.0
lb blue/late | apply
gets 'for others in it as well' blue/late 10.1.5.1
is '5.6-6: who has an address does not move there' "$(moves blue/namespace)" 10.1.2.1

# --- rename, split, grow ------------------------------------------------------------------------

pool renamed 10.1.1.0/30 | apply
refused '1.8: what overlaps is refused, alone' IPAddressPool renamed '.*plain-a'
delete_pool plain-a
becomes 15 '5.6-10: it is in force when the other is gone' 'pool_of a1' renamed
pool second 10.1.1.2-10.1.1.3 | apply
refused 'a part of it is refused as well' IPAddressPool second '.*renamed'
pool renamed 10.1.1.0/31 | apply
becomes 15 '5.6-10: until the other gives it up: split' 'pool_of a3' second
becomes 15 'and its counters say so' 'counts second' '2/0 0/0'
becomes 15 'of both' 'counts renamed' '2/0 0/0'
pool renamed '10.1.1.0/31, 10.1.1.16/31' | apply
becomes 15 'a pool grows' 'counts renamed' '2/2 0/0'
is '5.6-10: nobody moved' "$(moves a1) $(moves a2) $(moves a3) $(moves a4)" '10.1.1.0 10.1.1.1 10.1.1.2 10.1.1.3'

# --- refused, and the last good form ------------------------------------------------------------

pool prio 10.1.6.9-10.1.6.1 'serviceAllocation: {priority: 50}' | apply
refused '1.1: a range that goes down is refused' IPAddressPool prio
delete service b2
lb b4 | apply
gets 'its last good form stays in force' 'b1 b4' '10.1.6.0, 10.1.6.1'
pool prio 10.1.6.0-10.1.6.2 'serviceAllocation: {priority: 50}' | apply
becomes 15 'it is corrected' 'counts prio' '2/1 0/0'
lb b5 | apply
gets 'and in force' b5 10.1.6.2

# --- a hole, and the end -----------------------------------------------------------------------

pool second 10.1.1.3-10.1.1.3 | apply
gets '3.6: an address that is in no pool any more: another is given' a3 10.1.7.3
told 'and an Event says so' a3 'Normal ClearAssignment 10\.1\.1\.2: .*: it is in no pool any more'
is 'who is in it stays' "$(moves a4)" 10.1.1.3
pool second 10.1.1.2-10.1.1.3 | apply
becomes 15 'what was taken out is there again, and what moved stays' 'counts second' '1/1 0/0'
delete_pool second
gets '5.1: a pool is deleted: to another one' a4 10.1.7.4
becomes 10 'its name is in the annotation' 'pool_of a4' zero
lb waits '' '+loadBalancerIPs: 10.1.6.0' | apply
denied '3.2: an address of another' waits
delete service b1
gets '5.6-3: a freed address goes to who waits for it' waits 10.1.6.0
kubectl delete -n "$metallb" ipaddresspool --all >/dev/null
for i in a1 a2 a5 b3 green/any waits; do gets '3.6: all pools are gone: nobody has an address' $i none; done
becomes 10 'trap 23: nor the annotation' 'pool_of a1' ''
