#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Two routers, each with a zebra and a grevyd that may assign addresses: one does, both have the same
# routes, from the same status. The first dies: the table of the second is right as it stands, and
# soon it assigns as well. Then the first is back, and both are restarted at once.
#
#     client --- router ---- node1, node2
#        `------ router2 ---'               kube is behind both
kube_grace=600 # no Node falls silent because this machine is busy
# shellcheck source=tests/e2e/kube_proxy_lib.sh
. "$(dirname "$0")/kube_proxy_lib.sh"
# shellcheck source=tests/e2e/kube_policy_lib.sh
. "$e2e_dir/kube_policy_lib.sh"

# --- the second router -----------------------------------------------------------------------------

router2_add() {
    ns_add router2
    link router r2 router2 lan0
    in_ns router ip link set r2 master br0 # this is the switch
    link router2 c0 client eth1
    link router2 k0 kube eth1
    addr router2 lan0 192.168.2.2/24 "$fd00:2::2/64"
    addr router2 c0 192.168.11.1/24
    addr client eth1 192.168.11.2/24
    addr router2 k0 192.168.4.1/24
    addr kube eth1 192.168.4.10/24
    in_ns router2 ip route add "$kube4/32" via 192.168.4.10
}
# zebra_two: in a pathspace of its own, with the configuration that we ship.
zebra_two() {
    install -d -o frr -g frr /run/frr/router2 "$lab/frr/router2"
    cp "$lab/frr/frr.conf" "$lab/frr/vtysh.conf" "$lab/frr/router2/"
    chown -R frr:frr "$lab/frr/router2"
    [ ! -x "$FRR/mgmtd" ] || start mgmtd2 router2 "$FRR/mgmtd" -A 127.0.0.1 -N router2
    start zebra2 router2 "${zebra_command[@]}" -N router2
    wait_for 10 'running zebra2 && in_ns router2 vtysh -N router2 -d zebra -c "show version"'
    is 'the second zebra takes every line' "$(vtysh_load router2 -N router2 -b)" ''
}
grevyd_two() {
    start grevyd2 router2 "${as_frr[@]}" grevyd -N router2 -f "$lab/two.yaml"
    wait_for 10 'grevy_two "show version"'
}
grevy_two() { grevy_at /run/grevy/router2 "$1"; }
# table 1|2 [PREFIX]: RIB = zebra = kernel there, and this is it.
table() {
    local what last='' now ns=router space=''
    [ "$1" = 1 ] || ns=router2 space=router2
    for what in kernel zebra rib; do
        now=$(LAB_SPACE=$space in_ns $ns python3 "$e2e_dir/lab.py" $what ${2+"$2"}) || return
        [ $what = kernel ] || [ "$now" = "$last" ] || return
        last=$now
    done
    echo "$last"
}
# same 'WHAT' [PREFIX LINE]: both have the same, in all three.
same() {
    [ -z "${2-}" ] || becomes 20 "$1: the first" "table 1 '$2'" "$3"
    wait_for 20 '[ "$(table 1)" = "$(table 2)" ]'
    ok "$1: both have $(table 1 | wc -l) routes, the same"
}
leads_two() { leads /run/grevy/router2; }
# writes one|two: what it has written, but about its Lease and Events.
writes() { grep -E '^[^ ]+ (create|update|patch|delete) ' "$lab/$1.requests" | grep -vE '/(leases|events)'; }
settled() { # both have all that the API server says
    local want
    want=$(addresses)
    [ "$(shown grevy)" = "$want" ] && [ "$(shown grevy_two)" = "$want" ]
}
shown() { # grevy|grevy_two: as addresses
    "$1" 'show services json' | json "'\n'.join(sorted('%s/%s %s' % (s['namespace'], s['name'], ' '.join(s['addresses'])) for s in d['services'] if s['addresses']))"
}

policy_lab
router2_add
zebra_two
policy_crds
for i in one:6444 two:6445; do
    kube_server=https://$kube4:${i#*:}
    kube_account_config "${i%:*}.conf" grevy-system/grevy-router
    proxy_start "${i%:*}" "${i#*:}"
done
install -d -o frr -g frrvty -m 750 /run/grevy/router2
policy_conf one.conf crds </dev/null
policy_conf two.conf crds "$lab/two.yaml" </dev/null
applied <<YAML
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: $metallb}
spec: {addresses: [$pool4.0/24, "$pool6::/64"]}
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan, namespace: $metallb}
YAML

# --- one assigns, both have it -----------------------------------------------------------------------

grevyd_start
wait_for 30 leads
grevyd_two
kube_service web
kube_pod web-1 node1 web 10.42.1.2
kube_pod web-2 node2 web 10.42.2.2
kube_service local 'externalTrafficPolicy: Local'
kube_pod local-1 node1 local 10.42.1.3
kube_service dual 'ipFamilyPolicy: RequireDualStack'
kube_pod dual-1 node1 dual 10.42.1.4 fd42:1::4
web=$(wait_for 20 '[ -n "$(address web)" ]' && address web)
local=$(wait_for 20 '[ -n "$(address local)" ]' && address local)
same 'Cluster' "$web/32" "$web/32 192.168.2.13*1,192.168.2.14*1"
same 'Local' "$local/32" "$local/32 192.168.2.13*1"
wait_for 20 'settled && [ "$(table 2 | wc -l)" = 4 ]'
ok "one status: $(addresses | tr '\n' ' ')"
check 'the first leads' 'leads && ! leads_two'
is 'the second has written nothing' "$(writes two)" ''
kube_pod local-2 node2 local 10.42.2.3
same 'a Pod comes' "$local/32" "$local/32 192.168.2.13*1,192.168.2.14*1"
kube_pod_end local-1
kube_pod_gone local-1
same 'a Pod goes' "$local/32" "$local/32 192.168.2.14*1"
applied <<YAML
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: $metallb}
spec: {addresses: [$pool4.128/25, "$pool6::/64"]}
YAML
becomes 20 'the pool is another: who does not fit moves' \
    "addresses | cut -d' ' -f2 | grep -c '^$pool4.1[23]'" 3
wait_for 20 settled
same 'and with it the routes'
web=$(address web)

# --- the first one dies --------------------------------------------------------------------------------

start monitor router2 ip -ts monitor route
was=$(addresses)
had=$(table 2)
stop grevyd KILL
stop zebra KILL
for i in c0 k0; do in_ns router ip link set "$i" down; done
in_ns router ip addr flush dev br0
# What VRRP does: the other has the gateway's address.
addr router2 lan0 192.168.2.1/24 "$fd00:2::1/64"
for i in 1 2; do in_ns "node$i" ip neigh flush dev eth0; done
in_ns client ip route replace default via 192.168.11.1
check 'the first one is dead: the client reaches it over the second' 'in_ns client ping -c1 -W2 "$web"'
is 'whose table was right' "$(table 2)" "$had"
wait_for 60 leads_two
ok 'the second leads'
kube_apply <<<'service default/later on=node1'
becomes 20 'and assigns' "address later | grep -c '^$pool4.1'" 1
becomes 20 'its route is there' "table 2 '$(address later)/32'" "$(address later)/32 192.168.2.13*1,192.168.2.14*1"
is 'nothing else has changed' "$(addresses | grep -v ^default/later)" "$was"
is 'no route was deleted meanwhile' "$(grep -c Deleted "$lab/log/monitor.log")" 0
check 'what it has written is about the new one alone' "! writes two | grep '/services/' | grep -v /services/later/"

# --- and comes back --------------------------------------------------------------------------------------

for i in c0 k0; do in_ns router ip link set "$i" up; done
in_ns router2 ip addr del 192.168.2.1/24 dev lan0
in_ns router2 ip addr del "$fd00:2::1/64" dev lan0
addr router br0 192.168.2.1/24 "$fd00:2::1/64"
rm -f /run/frr/zserv.api
was=$(addresses)
zebra_start
grevyd_start
same 'the first one is back'
wait_for 20 settled
check 'the second goes on leading' 'leads_two && ! leads'
is 'nothing has moved' "$(addresses)" "$was"
for i in 1 2; do
    stop grevyd KILL
    stop grevyd2 KILL
    kube_apply <<<"service default/new$i on=node2"
    grevyd_start
    grevyd_two
    wait_for 60 '[ -n "$(address "new$i")" ] && settled'
    is "both are killed and start at once, $i: nothing has moved" "$(addresses | grep -v "^default/new$i ")" "$was"
    was=$(addresses)
done
same 'in the end'
check 'no address is there twice' '[ -z "$(addresses | cut -d" " -f2- | tr " " "\n" | sort | uniq -d)" ]'
