#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two controllers, one Lease: one assigns addresses. It is stopped for longer than its term: the
# other takes over, and when the first goes on it writes nothing any more, though it had work. Then
# the leader is killed, is told to end, and cannot reach the server. What each writes is seen by a
# proxy of its own.
kube_grace=600 # no Node falls silent because this machine is busy
# shellcheck source=tests/e2e/kube_proxy_lib.sh
. "$(dirname "$0")/kube_proxy_lib.sh"

lab_start
zebra_start
kube_start
kube_nodes
kube_rights grevy-system/grevy controller
proxy_start one 6444
proxy_start two 6445
install -d -o frr -g frrvty -m 750 /run/grevy2
for i in one:6444 two:6445; do
    kube_server=https://$kube4:${i#*:}
    kube_account_config "${i%:*}.conf" grevy-system/grevy
done
kube_router_conf one.conf </dev/null
kube_router_conf two.conf "$lab/two.yaml" <<EOF
vty: {dir: /run/grevy2}
EOF

# say_one, say_two COMMAND; leads one|two: it says so itself.
say_one() { grevy_at /run/grevy "$1"; }
say_two() { grevy_at /run/grevy2 "$1"; }
leads() { "say_$1" 'show kubernetes json' | json "d['leading']"; }
holder() { kubectl get lease -n grevy-system grevy-controller -o jsonpath='{.spec.holderIdentity}'; }
transitions() { kubectl get lease -n grevy-system grevy-controller -o jsonpath='{.spec.leaseTransitions}'; }
# writes one|two [LINE]: its requests that write, but those about the Lease, after that line.
writes() { tail -n "+$((${2-0} + 1))" "$lab/$1.requests" | grep -E '^[^ ]+ (create|update|patch|delete) ' | grep -v '/leases'; }
requests() { wc -l <"$lab/$1.requests"; }
# services_of FIRST LAST: Services that want an address.
services_of() {
    local i
    for ((i = $1; i <= $2; i++)); do
        echo "service default/s$i local on=node$((i % 3 + 1))"
    done | kube_apply
}
# addresses: SERVICE ADDRESS, a line each; assigned N: so many have one, and no two the same.
addresses() {
    kubectl get services -o json | json "'\n'.join(sorted('%s %s' % (s['metadata']['name'], i['ip'])
        for s in d['items'] for i in s['status']['loadBalancer'].get('ingress') or []))"
}
assigned() { [ "$(addresses | wc -l)" = "$1" ] && [ "$(addresses | cut -d' ' -f2 | sort -u | wc -l)" = "$1" ]; }
versions() { kubectl get services -o jsonpath='{range .items[*]}{.metadata.name} {.metadata.resourceVersion}{"\n"}{end}'; }

grevyd_start
wait_for 30 'leads one'
first=$(holder)
check 'the first leads, and the Lease says so' '[ -n "$first" ]'
grevyd_spawn two grevyd -f "$lab/two.yaml"
wait_for 20 "say_two 'show version'"
services_of 1 5
wait_for 20 'assigned 5'
ok "addresses: $(addresses | tr '\n' ' ')"
check 'an Event says so' 'kubectl get events -o json | grep -E "IPAllocated"'
check 'the other stands by' '! leads two && [ "$(holder)" = "$first" ]'
check 'and has written nothing' '! writes two'
check 'it knows who leads' "say_two 'show kubernetes' | grep -F '$first'"
becomes 20 'it has taken over what is assigned' "say_two 'show services json' | grep -o '${pool4}[.0-9]*' | sort -u | wc -l" 5

# Stopped with work to do, for longer than its term: its writes are on their way, and come late.
held=$(proxy_ctl one fault freeze verb=patch resource=services/status)
services_of 6 15
wait_for 20 "! proxy_ctl one stats | grep -E '^fault $held .*applied=0'"
kill -STOP "${pids[grevyd]}"
why_says lease_elsewhere "say_two 'why default/s15'" "controller: $first holds the Lease grevy-system/grevy-controller, and has" \
    "not assigned an address. Cure: grevysh -c 'why default/s15'; at that grevyd"
wait_for 60 'leads two'
second=$(holder)
check 'stopped: the other leads' '[ "$second" != "$first" ]'
services_of 16 17
wait_for 30 'assigned 17'
ok 'and assigns what was left over, and what is new'
had=$(addresses)
seen=$(versions)
late=$(proxy_ctl one stats | sed -nE "s/^fault $held .*applied=([0-9]+).*/\1/p")
proxy_ctl one clear
becomes 20 'what was on its way is refused: another wrote since' "writes one | grep -c ' 409 '" "$late"
before=$(requests one)
kill -CONT "${pids[grevyd]}"
wait_for 20 "say_one 'show kubernetes' | grep -F '$second'"
holds_for 5 '! leads one && leads two'
is 'it goes on: what it writes is not taken' "$(addresses)" "$had"
is 'nothing of the Services was written' "$(versions)" "$seen"
is 'it did not even try' "$(writes one "$before")" ''

# Its server cannot be reached: the leader gives up within its term, before the other may begin.
proxy_ctl two fault freeze >/dev/null
began=$(now_ms)
wait_for 20 '! leads two'
ok "frozen: it does not lead any more, after $(($(now_ms) - began)) ms"
wait_for 40 'leads one'
services_of 18 19
wait_for 20 'assigned 19'
before=$(requests two)
proxy_ctl two clear
holds_for 5 '! leads two'
is 'thawed: it writes nothing' "$(writes two "$before")" ''
is 'what is assigned stays' "$(addresses | grep -Ev '^s1[89] ')" "$had"

# Told to end, it gives the Lease up at once; killed, its term must pass.
n=$(transitions)
stop grevyd TERM
began=$(now_ms)
wait_for 12 'leads two'
ok "the leader ended: the other leads $(($(now_ms) - began)) ms later, change $n -> $(transitions)"
grevyd_start
wait_for 20 "say_one 'show kubernetes' | grep -F '$(holder)'"
stop two KILL
wait_for 40 'leads one'
ok 'the leader was killed: the other leads'
services_of 20 20
wait_for 20 'assigned 20'

# What goes wrong with a write is said, and the write is done later.
n=20
while read -r sign fault; do
    n=$((n + 1))
    mark=$(log_lines)
    # shellcheck disable=SC2086 # words are meant
    number=$(proxy_ctl one fault $fault verb=patch resource=services/status)
    services_of $n $n
    wait_for 30 "! proxy_ctl one stats | grep -E '^fault $number .*applied=0'"
    wait_for 30 "said '(cannot write|Last failure).*$sign'"
    proxy_ctl one clear
    wait_for 60 "assigned $n"
    ok "$fault: $(said "(cannot write|Last failure).*$sign" | tail -n 1 | tr -s ' ' | cut -c1-150)"
done <<EOF
500 answer status=500
429 answer status=429 retry=2
403 answer status=403
reset rst
EOF

# A Service that another changed meanwhile: refused by its version, done again with the new one.
held=$(proxy_ctl one fault freeze verb=patch resource=services/status)
services_of 25 25
wait_for 20 "! proxy_ctl one stats | grep -E '^fault $held .*applied=0'"
kubectl annotate service s25 note=1 >/dev/null
proxy_ctl one clear
wait_for 30 'assigned 25'
check 'a conflict: 409, then done' 'writes one | grep " 409 "'
is 'and what the other wrote is there' "$(kubectl get service s25 -o jsonpath='{.metadata.annotations.note}')" 1
