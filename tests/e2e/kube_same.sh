#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The same results as MetalLB: its own controller and grevyd on one API server, with the same pools.
# Each has a class of Services and does not see those of the other, so that every Service is there
# twice, in namespace m for MetalLB and in g for grevyd, and must get the same from both, at every step.
kube_grace=600 # no Node falls silent because this machine is busy
kube_controllers=serviceaccount-controller
# shellcheck source=tests/e2e/kube_policy_lib.sh
. "$(dirname "$0")/kube_policy_lib.sh"

# service NAME [SPEC [ANNOTATIONS [LABELS]]]: in both namespaces, in YAML flow style; a word of
# ANNOTATIONS that begins with + or - is of MetalLB's new or old prefix.
service() {
    local ns notes spec=${2-}
    notes=$(sed -E 's,(^|[ ])\+,\1metallb.io/,g; s,(^|[ ])-([a-zA-Z]),\1metallb.universe.tf/\2,g' <<<"${3-}")
    [[ $spec == *ports:* ]] || spec+="${spec:+, }ports: [{port: 80}]"
    [[ $spec == *selector:* ]] || spec+=", selector: {app: $1}"
    for ns in m g; do
        printf -- '---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: %s, annotations: {%s}, labels: {%s}}\nspec: {%s}\n' \
            "$1" $ns "$notes" "${4-}" "$spec, type: LoadBalancer, loadBalancerClass: lab/$ns"
    done | applied
}
pool() { # NAME ADDRESSES [SPEC]
    printf 'apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: %s, namespace: %s}\nspec: {addresses: [%s]%s}\n' \
        "$1" $metallb "$2" "${3:+, $3}" | applied
}
patched() { # NAME PATCH: in both
    local ns
    for ns in m g; do kubectl patch service -n $ns "$1" --type merge -p "$2" >/dev/null || fail "kubectl patch $1"; done
}
noted() { # NAME ANNOTATION...
    local ns
    for ns in m g; do kubectl annotate --overwrite service -n $ns "$@" >/dev/null || fail "kubectl annotate $1"; done
}
gone() { for ns in m g; do kubectl delete service -n $ns "$@" >/dev/null; done; } # NAME...

outcome() { # NAME: of MetalLB, and of grevyd where it is another
    local metallb_gave grevy_gave
    metallb_gave="$(address -n m "$1")${2+ of $(pool_of -n m "$1")}"
    grevy_gave="$(address -n g "$1")${2+ of $(pool_of -n g "$1")}"
    [ "$metallb_gave" = "$grevy_gave" ] && echo "$grevy_gave" || echo "MetalLB: $metallb_gave, grevyd: $grevy_gave"
}
# gets 'WHAT' NAME ADDRESSES [POOL]: from both.
gets() { becomes 15 "$1" "outcome '$2' ${4+pool}" "$3${4+ of $4}"; }
reasons() { # m|g NAME
    kubectl get events -n "$1" --field-selector "involvedObject.name=$2,involvedObject.kind=Service" \
        -o 'jsonpath={range .items[*]}{.reason}{"\n"}{end}' | grep -vE '^(deprecatedAnnotation|ClusterIPNotAllocated)$' | sort -u | paste -sd ' '
}
# waits 'WHAT' NAME [REASON]: it gets nothing from either, and both say so. REASON is grevyd's for a
# request that makes no sense: MetalLB gives it to those that hold an address alone.
waits() {
    becomes 15 "$1: MetalLB says" "reasons m '$2'" AllocationFailed
    becomes 15 "$1: grevyd says" "reasons g '$2'" "${3-AllocationFailed}"
    gets "$1: and no address" "$2" ''
}

lab_start 1
kube_start
kubectl create namespace $metallb >/dev/null
policy_crds
for ns in m g; do kubectl create namespace $ns >/dev/null; done
deployed router-controller policy-crds
kube_account_config router.conf grevy-system/grevy-router
policy_conf router.conf crds <<CONF
zebra: {enabled: no}
kernel: {enabled: no}
CONF
sed -i 's,^controller: .*,controller: {enabled: yes\, load-balancer-class: lab/g},' "$conf"
# What a pool has in use is what MetalLB says here: no right to say anything else.
kubectl get clusterrole grevy-write -o json | python3 -c 'if True:
    import json, sys
    d = json.load(sys.stdin)
    d["rules"] = [r for r in d["rules"] if "ipaddresspools/status" not in r["resources"]]
    print(json.dumps(d))' | kubectl replace -f - >/dev/null
pool a '192.0.2.0/29, "2001:db8:a::/125"'
pool manual 198.51.100.0/30 'autoAssign: false'
pool gold 203.0.113.0/31 'serviceAllocation: {priority: 1, serviceSelectors: [{matchLabels: {tier: gold}}]}'
pool team 203.0.113.8/31 'serviceAllocation: {priority: 5, namespaces: [m, g], serviceSelectors: [{matchLabels: {team: x}}]}'
pool buggy 10.0.0.254-10.0.1.1 'autoAssign: false, avoidBuggyIPs: true'
pool six '"2001:db8:6::/126"' 'autoAssign: false'
pool elsewhere 203.0.113.16/30 'serviceAllocation: {priority: 1, namespaces: [nowhere]}'
metallb_start --lb-class lab/m
grevyd_start
wait_for 30 leads

# --- requests --------------------------------------------------------------------------------------

service one
gets 'the first address of a range is an address' one 192.0.2.0 a
service two
gets 'the next one' two 192.0.2.1 a
service new '' '+loadBalancerIPs: 192.0.2.7'
gets 'the last one, by annotation' new 192.0.2.7 a
service old '' '-loadBalancerIPs: 192.0.2.6'
gets 'by the annotation of before' old 192.0.2.6 a
service field 'loadBalancerIP: 192.0.2.5'
gets 'by the field' field 192.0.2.5 a
service newer '' '+loadBalancerIPs: 192.0.2.4, -loadBalancerIPs: 192.0.2.3'
gets 'by both annotations: the new one' newer 192.0.2.4 a
service twice 'loadBalancerIP: 192.0.2.3' '+loadBalancerIPs: 192.0.2.3'
waits 'trap 10: by annotation and field' twice LoadBalancerFailed
service taken '' '+loadBalancerIPs: 192.0.2.0'
waits 'one that is taken' taken
service foreign '' '+loadBalancerIPs: 192.0.3.1'
waits 'one of no pool' foreign
service nonsense '' '+loadBalancerIPs: nonsense'
waits 'one that is none' nonsense LoadBalancerFailed
service manual '' '+address-pool: manual'
gets 'a pool by its name' manual 198.51.100.0 manual
service manual-old '' '-address-pool: manual'
gets 'by the annotation of before' manual-old 198.51.100.1 manual
service agree '' '+address-pool: manual, +loadBalancerIPs: 198.51.100.3'
gets 'a pool and an address in it' agree 198.51.100.3 manual
service differ '' '+address-pool: a, +loadBalancerIPs: 198.51.100.2'
waits 'a pool and an address of another' differ
service unknown '' '+address-pool: none'
waits 'a pool that is none' unknown
service buggy '' '+address-pool: buggy'
gets 'a pool that avoids .255 and .0' buggy 10.0.0.254 buggy
service buggy-next '' '+address-pool: buggy'
gets 'the next one there' buggy-next 10.0.1.1 buggy
service buggy-asks '' '+loadBalancerIPs: 10.0.1.0'
waits 'one of those' buggy-asks
gone one two twice taken foreign nonsense differ unknown buggy buggy-next buggy-asks manual-old agree newer field

# --- which pool --------------------------------------------------------------------------------------

service gold1 '' '' 'tier: gold'
gets 'a pool with a selector, for who is selected' gold1 203.0.113.0 gold
service gold2 '' '' 'tier: gold, team: x'
gets 'of two, that of the smaller number' gold2 203.0.113.1 gold
service gold3 '' '' 'tier: gold, team: x'
gets '5.6-8: it is full: the next number' gold3 203.0.113.8 team
service gold4 '' '' 'tier: gold'
gets 'none of those has any: a pool for all' gold4 192.0.2.0 a
service asks-gold '' '+loadBalancerIPs: 203.0.113.9'
waits 'who is not selected does not get it by asking' asks-gold
service asks-elsewhere '' '+address-pool: elsewhere'
waits 'nor who is in another namespace' asks-elsewhere
gone gold1 gold2 gold3 gold4 asks-gold asks-elsewhere

# --- families ------------------------------------------------------------------------------------------

service v6 'ipFamilyPolicy: SingleStack, ipFamilies: [IPv6]'
gets 'IPv6' v6 '2001:db8:a::' a
service prefer 'ipFamilyPolicy: PreferDualStack'
gets 'PreferDualStack' prefer '192.0.2.0 2001:db8:a::1' a
service require 'ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv6, IPv4]'
gets 'RequireDualStack' require '192.0.2.1 2001:db8:a::2' a
service half 'ipFamilyPolicy: RequireDualStack' '+address-pool: manual'
waits 'a pool of one family for both' half
service prefer-half 'ipFamilyPolicy: PreferDualStack' '+address-pool: manual'
gets 'if it is only preferred: one' prefer-half 198.51.100.1 manual
service prefer-six 'ipFamilyPolicy: PreferDualStack' '+address-pool: six'
gets 'or the other' prefer-six '2001:db8:6::' six
service one-of-two 'ipFamilyPolicy: PreferDualStack' '+loadBalancerIPs: 192.0.2.3'
waits 'trap 9: one address asked for, for two families' one-of-two
service wrong 'ipFamilyPolicy: SingleStack, ipFamilies: [IPv4]' "+loadBalancerIPs: '2001:db8:a::7'"
waits 'an address of the other family' wrong
service two-pools 'ipFamilyPolicy: RequireDualStack' "+loadBalancerIPs: '192.0.2.3,2001:db8:6::3'"
waits 'trap 8: of two pools' two-pools
gone v6 prefer require half prefer-half prefer-six one-of-two wrong two-pools

pool grows 192.0.2.64/30 'autoAssign: false'
service grows 'ipFamilyPolicy: PreferDualStack' '+address-pool: grows'
gets 'PreferDualStack of a pool of one family' grows 192.0.2.64 grows
pool grows '192.0.2.64/30, "2001:db8:64::/126"' 'autoAssign: false'
gets '5.6-5: it has both then: one is added' grows '192.0.2.64 2001:db8:64::' grows
pool grows '"2001:db8:64::/126"' 'autoAssign: false'
gets '5.6-4: and then the other only' grows '2001:db8:64::' grows
gone grows

# --- sharing ---------------------------------------------------------------------------------------------

tcp='ports: [{port: 80, protocol: TCP}]' udp='ports: [{port: 53, protocol: UDP}]' both_ports='ports: [{name: a, port: 80}, {name: b, port: 443}]'
key='+allow-shared-ip: k'
at3="$key, +loadBalancerIPs: 192.0.2.3"
service first "$tcp" "$at3"
gets 'who comes first' first 192.0.2.3 a
service second "$udp" "$at3"
gets 'another port' second 192.0.2.3 a
service clash "$both_ports" "$at3"
waits 'a port that is taken' clash
service other-key 'ports: [{port: 81}]' '+allow-shared-ip: l, +loadBalancerIPs: 192.0.2.3'
waits 'another key' other-key
service no-key 'ports: [{port: 82}]' '+loadBalancerIPs: 192.0.2.3'
waits 'no key' no-key
service local 'ports: [{port: 83}], externalTrafficPolicy: Local' "$at3"
waits 'Local beside Cluster' local
service packed 'ports: [{port: 84}]' "$key"
gets 'who asks for none gets the first that is free or may be shared' packed 192.0.2.0 a
service packed-too 'ports: [{port: 85}]' "$key"
gets 'and the next is beside it' packed-too 192.0.2.0 a
service local1 'ports: [{port: 80}], selector: {app: l}, externalTrafficPolicy: Local' '+allow-shared-ip: l, +loadBalancerIPs: 192.0.2.2'
service local2 'ports: [{port: 81}], selector: {app: l}, externalTrafficPolicy: Local' '+allow-shared-ip: l, +loadBalancerIPs: 192.0.2.2'
gets 'Local with one selector' local2 192.0.2.2 a
service local3 'ports: [{port: 82}], selector: {app: m}, externalTrafficPolicy: Local' '+allow-shared-ip: l, +loadBalancerIPs: 192.0.2.2'
waits 'and with another' local3
patched packed-too '{"spec": {"ports": [{"port": 84}]}}'
gets 'trap 4: it wants a port that is taken: it gets another address' packed-too 192.0.2.1 a
patched packed '{"spec": {"type": "ClusterIP", "loadBalancerClass": null}}'
gets 'no LoadBalancer any more' packed ''
gone first second clash other-key no-key local packed packed-too local1 local2 local3

# --- what changes ------------------------------------------------------------------------------------------

for i in 1 2 3 4; do service "n$i"; done
gets 'four' n4 192.0.2.3 a
noted n2 metallb.io/address-pool=manual
gets 'it asks for another pool' n2 198.51.100.1 manual
noted n3 metallb.io/loadBalancerIPs=192.0.2.5
gets 'for another address' n3 192.0.2.5 a
service n5
gets 'what is free again is given first' n5 192.0.2.1 a
noted n5 metallb.io/address-pool-
noted n2 metallb.io/address-pool-
gets 'it asks no more: it keeps what it has' n2 198.51.100.1 manual
for i in 6 7; do service "n$i"; done
gets 'the last two' n7 192.0.2.4 a
service late
waits 'and one too many' late
gone n4
gets '5.6-3: what is freed goes to who waits' late 192.0.2.3 a
pool a '192.0.2.0/30, "2001:db8:a::/125"'
waits_more() { [ -z "$(address -n m old)$(address -n g old)" ]; }
wait_for 15 waits_more
gets 'the pool becomes smaller: who does not fit waits' n3 '' ''
gets 'who fits stays' late 192.0.2.3 a
pool a '192.0.2.0/28, "2001:db8:a::/125"'
gets 'it becomes larger' new 192.0.2.7 a
pool b '192.0.2.0/28, "2001:db8:a::/125"'
kubectl delete ipaddresspool -n $metallb a >/dev/null
gets '5.6-10: it has another name' late 192.0.2.3 b
pool c 192.0.2.128/25
kubectl delete ipaddresspool -n $metallb b >/dev/null
wait_for 15 '[[ $(address -n m late) = 192.0.2.1* && $(address -n g late) = 192.0.2.1* ]]'
ok 'it goes: those of it move to another'
kubectl delete ipaddresspools -n $metallb --all >/dev/null
gets 'no pool at all: no address' late '' ''
kubectl apply -f - >/dev/null <<'YAML'
apiVersion: v1
kind: Service
metadata: {name: classless, namespace: default}
spec: {type: LoadBalancer, ports: [{port: 80}]}
YAML
pool a 192.0.2.0/24
wait_for 20 '[ -n "$(address -n m late)" ] && [ -n "$(address -n g late)" ]'
is 'a Service of no class is of neither' "$(address classless)" ''
