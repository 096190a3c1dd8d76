#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# SIGHUP applies the difference: a changed pool touches only what it names; a bad file changes
# nothing; what cannot change live keeps its old value and is named.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes
manifest <<EOF
service default/in ips=$pool4.1 local on=node1
service default/out ips=10.77.0.1 local on=node2
EOF
grevyd_conf </dev/null
grevyd_start
in="$pool4.1/32 192.168.2.13*1"
out="10.77.0.1/32 192.168.2.14*1"
becomes 10 'in a pool' kernel "$in"
monitor_start
stream_start v4 "$pool4.1"
reload() { kill -HUP "${pids[grevyd]}"; }

grevyd_conf <<EOF
  - {name: more, protocol: bgp, addresses: [10.77.0.0/24]}
EOF
reload
becomes 10 'a pool more: its Service is routed' 'kernel 10.77.0.1/32' "$out"
check 'show pools knows it' 'grevy "show pools" | grep more'

lines=$(log_lines)
grevyd_conf <<EOF
  - {name: more, protocol: bgp, addresses: [10.77.0.0/24]}
nonsense: yes
EOF
reload
wait_for 5 'logged_since "$lines" "grevyd.yaml:[0-9]+:[0-9]+: .*nonsense"'
ok "a bad file: $(logged_since "$lines" 'grevyd.yaml:[0-9]+' | head -1 | cut -d' ' -f2- | cut -c1-150)"
holds_for 1 '[ "$(kernel 10.77.0.1/32)" = "$out" ]'
ok 'and nothing changes'
why_says reload_refused 'grevy "why default/in"' "configuration: $(logged_since "$lines" 'conf: .*nonsense' | log_text);" \
    "what was in force before it still is. Cure: mend the file, then: systemctl reload grevyd"
check 'the configuration in force is the old one' '! grevy "show running-config" | grep -v "^!" | grep nonsense'
check 'which says why' 'grevy "show running-config" | grep -E "^! the last reload was refused.* nonsense: unknown key"'

lines=$(log_lines)
grevyd_conf <<EOF
zebra: {route-type: babel, tag: 99}
vty: {dir: /run/elsewhere}
EOF
reload
wait_for 5 'logged_since "$lines" "warn.*route-type"'
wait_for 5 'logged_since "$lines" "warn.*vty.dir"'
ok "what cannot change live is named: $(logged_since "$lines" 'warn.*route-type' | head -1 | cut -d' ' -f2- | cut -c1-150)"
becomes 10 'the rest of the file is applied: the pool is gone, so is its route' 'kernel 10.77.0.1/32' ''
becomes 10 'and the tag is set' \
    'vty_zebra "show ip route $pool4.1/32 json" | json "[(r[0][\"protocol\"], r[0].get(\"tag\")) for r in d.values()]"' \
    "[('openfabric', 99)]"

is 'the Service that was not named kept its route' "$(kernel)" "$in"
check 'it never left the kernel' '! deletions "$pool4.1"'
stream_stop v4
is "and no packet was lost: $stream" "$lost" 0

# What is no policy is in force at once, too, though no object changes after it.
weighted="$pool4.4/32 192.168.2.13*2,192.168.2.14*1"
grevyd_conf </dev/null
reload
manifest <<<"service default/both ips=$pool4.4 local on=node1*2,node2"
becomes 10 'by endpoints' "kernel $pool4.4/32" "$weighted"
grevyd_conf <<<'multipath: {weight: equal}'
reload
becomes 10 'multipath alone: all alike' "kernel $pool4.4/32" "$pool4.4/32 192.168.2.13*1,192.168.2.14*1"
grevyd_conf </dev/null
reload
becomes 10 'and back' "kernel $pool4.4/32" "$weighted"

# Another folder of manifests.
mkdir "$lab/other.d"
python3 "$e2e_dir/lab.py" manifest "$lab/other.d" <<EOF
node node3 192.168.2.15
service default/third ips=$pool4.3 local on=node3
EOF
manifests=$lab/other.d
grevyd_conf </dev/null
reload
becomes 10 'another folder' kernel "$pool4.3/32 192.168.2.15*1"
