#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# With the roles of k8s/deploy/kustomize/router-controller everything works; with one right less, each
# in turn, the log names verb and resource, the rest goes on, and no route is touched; with the right
# back, so is the work.
# shellcheck source=tests/e2e/kube_proxy_lib.sh
. "$(dirname "$0")/kube_proxy_lib.sh"

shipped=$top_dir/k8s/deploy/kustomize/router-controller
account=system:serviceaccount:grevy-system:grevy-router
nodes4='192.168.2.13*1,192.168.2.14*1'
apply() { kubectl apply --server-side --force-conflicts -k "$shipped" >/dev/null || fail "kubectl apply -k $shipped"; }
address() { kubectl get service "$1" -o jsonpath='{.status.loadBalancer.ingress[0].ip}'; }
route() { [ "$(kernel "$1/32")" = "$1/32 $nodes4" ]; }
# logs 'REGEX': since the right was taken.
logs() { logged_since "$since" "$1"; }
line() { logs "$1" | tail -n 1 | cut -d' ' -f2- | cut -c1-250; }
# may WORDS yes|no: what the server thinks of it, and that it knows the roles as they are now.
may() { [ "$(kubectl auth can-i "${@:1:$#-1}" -n grevy-system --as "$account" 2>/dev/null)" = "${*: -1}" ]; }

# service NAME [FIELDS]: with a Pod on each node.
service() {
    kube_service "$1" "${2-}"
    kube_pod "$1-1" node1 "$1" 10.42.1.9
    kube_pod "$1-2" node2 "$1" 10.42.2.9
}

lab_start '' 2
zebra_start
kube_start
kube_nodes 2
apply
kube_server=https://$kube4:$proxy_port
kube_account_config grevy.conf grevy-system/grevy-router
proxy_start
kube_router_conf grevy.conf </dev/null
service stays "loadBalancerIP: $pool4.1"

# --- all of them -------------------------------------------------------------------------------

since=0
grevyd_start
becomes 20 'with the shipped roles a Service gets its address' 'address stays' "$pool4.1"
wait_for 10 'route "$pool4.1"'
wait_for 10 'watching'
ok 'the route, and every resource is watched'
wait_for 10 'kubectl get events -o name | grep .'
is 'the Lease is held' "$(kubectl get lease -n grevy-system grevy-controller -o json | json "bool(d['spec']['holderIdentity'])")" True
check 'nothing in the log speaks of a right' '! logs "forbidden|may not|HTTP 403"'
monitor_start

# --- one less ----------------------------------------------------------------------------------

# less ROLE VERB RESOURCE [NAME]: the right is taken from that role.
less() {
    kubectl get "$1" ${lease_ns:+-n "$lease_ns"} -o json | python3 -c 'if True:
        import json, sys
        verb, resource = sys.argv[1:3]
        d = json.load(sys.stdin)
        rules = []
        for r in d["rules"]:
            if resource in r["resources"] and verb in r["verbs"]:
                others = [x for x in r["resources"] if x != resource]
                rules += [dict(r, resources=others)] if others else []
                verbs = [v for v in r["verbs"] if v != verb]
                rules += [dict(r, resources=[resource], verbs=verbs)] if verbs else []
            else:
                rules.append(r)
        print(json.dumps(dict(d, rules=rules)))' "$2" "$3" >"$kube/role.json"
    kubectl replace -f "$kube/role.json" >/dev/null || fail "kubectl replace $1"
    since=$(log_lines)
}
# again: grevyd is restarted: an API server asks for rights where a request begins.
again() {
    stop grevyd
    grevyd_start
}
untouched() { check "$1: the route stayed" 'route "$pool4.1" && ! deletions "$pool4.1"'; }
# back WORDS: the right is there again, and grevyd is told to look.
back() {
    apply
    wait_for 10 "may $* yes"
    proxy clear >/dev/null
    kill -HUP "${pids[grevyd]}"
}

# others RESOURCE: all but this one are watched.
others() {
    grevy 'show kubernetes json' | json "sorted(r['resource'].split('.')[0] for r in d['resources'] if r['state'] == 'watching')" |
        tr -d "[]', " | grep -qx "$(printf '%s\n' endpointslices namespaces nodes services | grep -vx "$1" | tr -d '\n')"
}

for resource in services endpointslices nodes namespaces; do
    full=$resource
    [ $resource != endpointslices ] || full=endpointslices.discovery.k8s.io
    for verb in list watch; do
        less clusterrole/grevy-read $verb $resource
        wait_for 10 "may $verb $full -A no"
        # As with a server that has no streaming lists, which are watches.
        [ $verb = watch ] || proxy fault nostream >/dev/null
        again
        wait_for 30 "logs '$resource.*may not \"$verb\" \"$resource\"'"
        ok "$verb $resource: $(line "may not")"
        [ "$verb $resource" != 'list services' ] || why_says api_forbidden 'grevy "why default/stays"' \
            "source: $(line 'services: may not' | sed 's/^[a-z]* k8s: services: /services: never read: /'). Cure:" \
            'kubectl apply -k k8s/deploy/kustomize/router-controller'
        wait_for 15 "others $resource"
        untouched "$verb $resource, the others are watched"
        back $verb $full -A
        wait_for 30 watching
        ok 'and with it back all are'
    done
done

# What is written. A Service more shows whether writing works.
n=10
asks() {
    n=$((n + 1))
    service "web$n" "loadBalancerIP: $pool4.$n"
}
written() { [ "$(address "web$n")" = "$pool4.$n" ] && route "$pool4.$n"; }

less clusterrole/grevy-write patch services/status
wait_for 10 'may patch services --subresource status no'
asks
wait_for 20 'logs "cannot patch resource .*services/status"'
ok "patch services/status: $(line 'services/status')"
wait_for 10 'grevy "show kubernetes json" | json "d[\"writeError\"]" | grep .'
why_says status_forbidden 'grevy "why default/stays"' 'controller: the Lease grevy-system/grevy-controller is ours, but what we' \
    "assign cannot be written: $(grevy 'show kubernetes json' | json 'd["writeError"]'). Cure: kubectl apply -k" \
    k8s/deploy/kustomize/router-controller
untouched 'it'
check 'every resource is watched' watching
back patch services --subresource status
again # it would try again within a minute
wait_for 90 written
ok 'and with it back the address is written'

less clusterrole/grevy-write get services
wait_for 10 'may get services no'
proxy fault answer status=409 verb=patch resource=services/status count=1 >/dev/null
asks
wait_for 20 'logs "cannot get resource .*services"'
ok "get services, of a conflict: $(line 'cannot get')"
untouched 'it'
back get services
again
wait_for 90 written
ok 'and with it back the address is written'

less clusterrole/grevy-write create events
wait_for 10 'may create events no'
asks
wait_for 20 'logs "cannot create resource .*events"'
ok "create events: $(line 'cannot create')"
wait_for 20 written
ok 'the address is written all the same'
back create events

# The same words twice raise the count of the Event.
events() { kubectl get events -o json | json "sum(e['reason'] == 'AllocationFailed' for e in d['items'])"; }
service fails "loadBalancerIP: 203.0.113.1"
wait_for 20 '[ "$(events)" = 1 ]'
less clusterrole/grevy-write patch events
wait_for 10 'may patch events no'
wants() { kubectl patch service fails -p "{\"spec\": {\"loadBalancerIP\": \"$1\"}}" >/dev/null; }
wants "$pool4.99"
becomes 20 'an address that can be had' 'address fails' "$pool4.99"
wants 203.0.113.1
wait_for 20 'logs "cannot patch resource .*events"'
ok "patch events: $(line 'cannot patch')"
asks
wait_for 20 written
ok 'the next address is written all the same'
back patch events

# Who cannot hold the Lease does not lead: it goes on with what is in the status.
for verb in create get update; do
    lease_ns=grevy-system less role/grevy-lease $verb leases
    name=leases.coordination.k8s.io
    [ $verb = create ] || name+=/grevy-controller
    wait_for 10 "may $verb $name no"
    stop grevyd
    [ $verb != create ] || kubectl -n grevy-system delete lease grevy-controller >/dev/null
    grevyd_start
    wait_for 20 "logs '$verb leases.*cannot $verb resource .*leases'"
    ok "$verb leases: $(line "cannot $verb")"
    wait_for 20 watching
    untouched "$verb leases, everything is watched"
    asks
    holds_for 1 '[ -z "$(address "web$n")" ]'
    back $verb $name
    wait_for 60 written
    ok 'and with it back it leads'
done
stop grevyd
is 'it ends well' "$status" 0
