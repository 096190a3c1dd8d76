#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# show running-config and show log of a real grevyd: from where each part came (the file by its
# line, options, zebra, the environment), what a reload could not or would not take, and no secret
# anywhere.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
running_config() { grevy "show running-config $*"; }
# shows 'WHAT' 'LINE': exactly this line, now or soon.
shows() {
    line=$2
    wait_for 5 'running_config | grep -Fx -- "$line"'
    ok "$1: $2"
}

grevyd_conf <<EOF
zebra:
  distance: 30
bgp: # the section
  asn: 64512
  listen: []
  neighbors:
  - address: 192.168.2.99
    asn: 64513
    passive: yes
    password: tell-nobody
    import: {prefixes: ["$pool4.0/24 le 32"]}
EOF
own=$(grep -n '^zebra:' "$conf" | cut -d: -f1)
grevyd_start -z /run/frr/zserv.api
wait_for 10 zserv_up

check 'it begins as FRR prints it' \
    '[ "$(running_config | sed -n "1p;3,4p;\$p" | tr "\n" "/")" = "Building configuration.../Current configuration:/!/end/" ]'
shows 'a block has the line of the file' "! from $conf:$own"
shows 'another one, its key above the first of its values' "! from $conf:$((own + 2))"
shows 'in words of FRR' ' neighbor 192.168.2.99 remote-as 64513'
shows 'prefix lists' "ip prefix-list 192.168.2.99-in seq 5 permit $pool4.0/24 le 32"
shows 'an option' ' ! socket: option -z'
shows 'what zebra told of itself' "! zebra frr-version $(frr_version): from zebra.vty"
check 'and of this router' 'running_config | grep -E "^ ! router-id [0-9.]+: from zebra$"'
shows 'a password is there' ' neighbor 192.168.2.99 password <hidden>'
shows 'and from where' " ! password: from $conf:$((own + 9))"
check 'nobody is told' '! { running_config; running_config all; running_config json; grevy "show log"; } | grep -q tell-nobody'
check 'defaults are left out' '! running_config | grep stale-time'
check 'but for all of it' 'running_config all | grep -Fx " stale-time 600"'
is 'as data' "$(running_config json | json 'd["configuration"]["zebra"]["distance"]')" 30
is 'with its place' "$(running_config json | json 'd["from"]["zebra.distance"]')" "$conf:$((own + 1))"

# What the file says now is not what is in force.
sed -i 's/^role: router/role: node/; s/enabled: true/enabled: false/; s/distance: 30/distance: 40/' "$conf"
shows 'a file that was not taken yet' "! $conf was changed after it was read: reload to take it"
kill -HUP "${pids[grevyd]}"
shows 'a reload' ' distance 40'
shows 'what it could not change' '! role: kept until a restart, which makes it node'
shows 'stays' 'role router'
echo 'zebrra: {}' >>"$conf"
kill -HUP "${pids[grevyd]}"
check 'a refused one is told' 'wait_for 5 "running_config | grep -E \"^! the last reload was refused.*zebrra: unknown key\""'

check 'the newest lines of the log' 'grevy "show log" | grep -E "conf: .*zebrra: unknown key"'
check 'filtered' '[ "$(grevy "show log | count not taken, the running configuration stays")" = 1 ]'
is 'as data' "$(grevy 'show log json' | json 'd["level"]')" info
check 'with the lines' 'grevy "show log json" | json "[l for l in d[\"lines\"] if \"connected to zebra\" in l]" | grep zebra'
stop grevyd

# On a node: whose name the environment has.
grevyd_conf </dev/null
sed -i 's/^role: router/role: node/; s/enabled: true/enabled: false/' "$conf"
export NODE_NAME=node7
grevyd_start
shows 'the name of the node' '! node-name node7: from $NODE_NAME'
