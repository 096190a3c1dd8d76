#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is wrong takes no address away: an object that is refused while grevyd starts, rights that are
# missing, an object that is written again as it was; and a controller of a class of its own.
# shellcheck source=tests/e2e/kube_metallb_lib.sh
. "$(dirname "$0")/kube_metallb_lib.sh"

in_force() { log_lines_of 'policy: .*: in force'; }
log_lines_of() { grep -cE "$1" "$lab/log/grevyd.log"; }
# The second daemon, of another class.
other() { grevy_at /run/grevy2 "$1"; }

metallb_start
{
    pool good 10.6.1.0/24
    pool edited 10.6.2.0/24 'autoAssign: false'
    probe_pool
    lb one
    lb two '' '+address-pool: edited'
    lb classed 'loadBalancerClass: example.com/mine'
} | apply
grevyd_start
gets 'addresses' 'one two' '10.6.1.0, 10.6.2.0'

# --- written again -----------------------------------------------------------------------------

before=$(log_lines_of ' policy: ')
kubectl annotate ipaddresspool -n "$metallb" good x=y >/dev/null
kubectl label ipaddresspool -n "$metallb" edited x=y >/dev/null
pool good '10.6.1.0/24' 'autoAssign: true' | apply
probe
is '5.2: an object that says what it said before: nothing is judged anew' "$(log_lines_of ' policy: ')" "$before"

# --- refused while it starts ---------------------------------------------------------------------

pool edited 10.6.2.9-10.6.2.1 'autoAssign: false' | apply
refused '1.1: a pool that is in use becomes wrong' IPAddressPool edited 'PolicyRefused refused, its last good form stays in force'
stop grevyd
grevyd_start
probe
wait_for 15 "grevy 'show policy' | grep -i edited"
is '1.8: and grevyd starts anew: nobody loses an address for that' "$(has one two)" '10.6.1.0, 10.6.2.0'
is 'nor ever did' "$(moves one) $(moves two)" '10.6.1.0 10.6.2.0'
lb three | apply
gets 'others are served meanwhile' three 10.6.1.1
pool edited 10.6.2.0/24 'autoAssign: false' | apply
lb four '' '+address-pool: edited' | apply
gets 'corrected: it serves again' four 10.6.2.1
is 'and who was in it stays' "$(moves two)" 10.6.2.0

# --- rights ------------------------------------------------------------------------------------

stop grevyd
kubectl delete rolebinding -n "$metallb" grevy >/dev/null
grevyd_start
wait_for 20 "grevy 'show kubernetes json' | json \"all(r['state'] == 'forbidden' for r in d['resources'] if 'ipaddresspools' in r['resource'])\""
holds_for 3 '[ "$(has one two three four)" = "10.6.1.0, 10.6.2.0, 10.6.1.1, 10.6.2.1" ]'
ok 'pools that may not be read: nobody loses an address'
kubectl create rolebinding -n "$metallb" grevy --role grevy --serviceaccount grevy-system:grevy >/dev/null
lb five | apply
becomes 90 'the right is there: it goes on' 'has five' 10.6.1.2
is 'nobody ever lost an address' "$(moves one) $(moves two) $(moves three) $(moves four)" '10.6.1.0 10.6.2.0 10.6.1.1 10.6.2.1'

# --- a class -----------------------------------------------------------------------------------

install -d -o frr -g frrvty -m 750 /run/grevy2
sed 's,^controller:.*,controller: {enabled: yes\, load-balancer-class: example.com/mine\, lease: grevy-system/other}\nvty: {dir: /run/grevy2}\nhttp: no,' "$conf" >"$lab/second.yaml"
grevyd_spawn second grevyd -f "$lab/second.yaml"
wait_for 10 "other 'show version'"
becomes 20 '3.5: a controller of a class serves that class' 'has_any classed && echo yes' yes
lb six | apply
gets '3.5: and the other one those without' six "$(has six)"
