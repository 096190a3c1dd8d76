#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The counts in the status of IPAddressPools, on a real API server: of addresses in use and left, by
# family; one write for a burst; none when they are right; made anew with the object; and without the
# right to write them everything else goes on.
kube_grace=600
# shellcheck source=tests/e2e/kube_proxy_lib.sh
. "$(dirname "$0")/kube_proxy_lib.sh"
# shellcheck source=tests/e2e/kube_policy_lib.sh
. "$e2e_dir/kube_policy_lib.sh"

# counts POOL: assigned and available, IPv4, IPv6.
counts() {
    kubectl get ipaddresspool -n $metallb "$1" \
        -o jsonpath='{.status.assignedIPv4} {.status.availableIPv4} {.status.assignedIPv6} {.status.availableIPv6}'
}
# pool NAME ADDRESSES [SPEC]
pool() {
    applied <<YAML
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: $1, namespace: $metallb}
spec: {addresses: [$2]${3:+, $3}}
YAML
}
# patches POOL: how often grevyd has written its status.
patches() { grep -cE "^[^ ]+ patch .*ipaddresspools.*$1" "$lab/proxy.requests"; }
# services N...: of type LoadBalancer, all at once; dual for dual stack.
services() {
    local i
    for i; do
        printf -- '---\napiVersion: v1\nkind: Service\nmetadata: {name: s%s}\nspec: {type: LoadBalancer, ports: [{port: 80}]%s}\n' \
            "$i" "${family:+, $family}"
    done | applied
}
family=''

policy_lab 1
policy_crds
kube_server=https://$kube4:$proxy_port
kube_account_config router.conf grevy-system/grevy-router
proxy_start
pool lan 192.0.2.0/28 'avoidBuggyIPs: true'
pool six '"2001:db8::/64"' 'autoAssign: false'
policy_conf router.conf crds </dev/null
grevyd_start
becomes 30 'a pool that nobody has anything of' 'counts lan' '0 15 0 0'
becomes 10 'one without end' 'counts six' '0 0 0 9223372036854775807'
before=$(patches lan)
services {1..10}
becomes 30 'ten Services' 'counts lan' '10 5 0 0'
check 'are fewer writes' '[ $(($(patches lan) - before)) -lt 10 ]'
family='ipFamilies: [IPv6], ipFamilyPolicy: SingleStack'
services 60
kubectl annotate service s60 metallb.io/address-pool=six >/dev/null
becomes 20 'one IPv6 address' 'counts six' '0 0 1 9223372036854775806'
kubectl annotate service s1 s2 metallb.io/allow-shared-ip=k >/dev/null
kubectl patch service s2 -p '{"spec": {"ports": [{"port": 81}]}}' --type merge >/dev/null
kubectl annotate service s2 metallb.io/loadBalancerIPs="$(address s1)" >/dev/null
becomes 20 'who shares an address counts once' 'counts lan' '9 6 0 0'
pool lan 192.0.2.0/27 'avoidBuggyIPs: true'
becomes 20 'a pool that grew' 'counts lan' '9 22 0 0'
kubectl delete service s3 s4 >/dev/null
becomes 20 'two gone' 'counts lan' '7 24 0 0'

# --- right already -------------------------------------------------------------------------------

stop grevyd
from=$(wc -l <"$lab/proxy.requests")
grevyd_start
wait_for 30 'leads | grep True'
family=''
services 90
becomes 20 'the next Service is counted' 'counts lan' '8 23 0 0'
is 'after a restart the other pool is not written' "$(tail -n "+$((from + 1))" "$lab/proxy.requests" | grep -c 'patch .*ipaddresspools.*six')" 0

# --- made anew -----------------------------------------------------------------------------------

kubectl delete ipaddresspool -n $metallb six >/dev/null
pool six '"2001:db8::/64"' 'autoAssign: false'
becomes 60 'a pool made anew' 'counts six' '0 0 1 9223372036854775806'

# --- without the right ---------------------------------------------------------------------------

kubectl get clusterrole grevy-write -o json | python3 -c 'if True:
    import json, sys
    d = json.load(sys.stdin)
    d["rules"] = [r for r in d["rules"] if "ipaddresspools/status" not in r["resources"]]
    print(json.dumps(d))' >"$kube/role.json"
kubectl replace -f "$kube/role.json" >/dev/null
wait_for 10 '[ "$(kubectl auth can-i patch ipaddresspools.metallb.io --subresource status -n $metallb --as system:serviceaccount:grevy-system:grevy-router 2>/dev/null)" = no ]'
services 91
wait_for 20 '[ -n "$(address s91)" ]'
ok 'an address is given and written'
wait_for 20 'logged "patch ipaddresspools/status of metallb-system/lan: HTTP 403"'
ok 'the counts are not, and the log names the right'
deployed router-controller
stop grevyd # it would try again within a minute
grevyd_start
services 92
becomes 30 'with the right back they are' 'counts lan' '10 21 0 0'
stop grevyd
is 'it ends well' "$status" 0
