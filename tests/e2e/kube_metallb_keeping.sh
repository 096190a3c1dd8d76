#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# More Services than addresses: who has one keeps it, whatever happens to grevyd and meanwhile; who
# has none gets what becomes free.
# shellcheck source=tests/e2e/kube_metallb_lib.sh
. "$(dirname "$0")/kube_metallb_lib.sh"

metallb_start
{
    pool main 10.0.60.0/30
    probe_pool
    # Those that wait are older and come first by name.
    for i in 1 2 3 4; do lb "a-waits$i" '' '+address-pool: later'; done
    for i in 1 2 3 4; do lb "holds$i"; done
} | apply
grevyd_start
holders='holds1 holds2 holds3 holds4'
waiting='a-waits1 a-waits2 a-waits3 a-waits4'
all='10.0.60.0, 10.0.60.1, 10.0.60.2, 10.0.60.3'
gets 'in order' "$holders" "$all"
for i in 1 2 3 4; do lb "a-waits$i"; done | apply
probe
gets 'nothing is left for the others' "$waiting" 'none, none, none, none'

# --- restarts ----------------------------------------------------------------------------------

for i in 1 2 3 4 5; do
    stop grevyd "$([ "$i" = 3 ] && echo KILL || echo TERM)"
    grevyd_start
    probe
done
# shellcheck disable=SC2086 # words
is '5.6-1: ended or killed, and back, five times: holders keep' "$(has $holders), $(has $waiting)" "$all, none, none, none, none"
for i in 1 2 3 4; do
    [ "$(moves "holds$i")" = "10.0.60.$((i - 1))" ] || fail "5.6-1: holds$i had $(moves "holds$i")"
done
ok '5.6-1: and never had another'

stop grevyd
lb a-wants '' '+loadBalancerIPs: 10.0.60.1' | apply
lb a-shares 'ports: [{port: 81}]' '+loadBalancerIPs: 10.0.60.2, +allow-shared-ip: x' | apply
pool alike 10.0.61.0/24 'serviceAllocation: {priority: 1, serviceSelectors: [{matchLabels: {better: "yes"}}]}' | apply
kubectl label service holds4 better=yes >/dev/null
delete service holds1
grevyd_start
gets '5.6-3: what was freed meanwhile goes to the oldest that waits' a-waits1 10.0.60.0
probe
gets '3.7: who came meanwhile and asks for an address in use has none' 'a-wants a-shares' 'none, none'
is '5.6-6: holders keep, though there is a better pool' "$(moves holds2) $(moves holds3) $(moves holds4)" \
    '10.0.60.1 10.0.60.2 10.0.60.3'

# --- freed -------------------------------------------------------------------------------------

delete service holds3
gets '5.6-3: deleted: an address goes to who waits, in order' a-waits2 10.0.60.2
lb holds4 'type: ClusterIP' | apply
gets '5.6-3: no LoadBalancer any more: its address as well' 'holds4 a-waits3' 'none, 10.0.60.3'
lb holds4 | apply
gets '3.7: a LoadBalancer again: as a new one, from the better pool' holds4 10.0.61.0
delete service holds2
gets '5.6-3: to the oldest' 'a-waits4 a-wants' '10.0.60.1, none'

# A Service that somebody else keeps from vanishing is there until it is gone.
kubectl patch service a-waits4 --type merge -p '{"metadata": {"finalizers": ["example.com/held"]}}' >/dev/null
delete service a-waits4
probe
is '3.7: deleted, but held by a finalizer: it keeps its address' "$(has a-waits4 a-wants)" '10.0.60.1, none'
kubectl patch service a-waits4 --type merge -p '{"metadata": {"finalizers": null}}' >/dev/null
gets '3.7: and then who asked for that very address has it' a-wants 10.0.60.1

# --- own writes --------------------------------------------------------------------------------

# Each is changed as soon as it is there: grevyd sees it without what it has just written itself.
pool many 10.0.62.0/24 'autoAssign: false' | apply
for i in 1 2 3 4 5 6 7 8; do
    lb "stale$i" '' '+address-pool: many' | apply
    kubectl annotate service "stale$i" x=y >/dev/null
done
delete service stale1
lb stale9 '' '+address-pool: many' | apply
gets '3.2: what was freed is given again' stale9 10.0.62.0
for i in 2 3 4 5 6 7 8; do
    wait_for 15 "has_any stale$i"
    [ "$(moves "stale$i")" = "10.0.62.$((i - 1))" ] || fail "trap 1: stale$i had $(moves "stale$i")"
done
ok 'trap 1: own writes that are not seen yet move no address'
kubectl patch service stale4 --subresource status --type merge -p '{"status": {"loadBalancer": {"ingress": null}}}' >/dev/null
gets 'trap 1: an emptied status is filled again' stale4 10.0.62.3
is '3.6: none that had one ever lost it' "$(moves a-waits1) $(moves a-waits2) $(moves a-waits3)" '10.0.60.0 10.0.60.2 10.0.60.3'
