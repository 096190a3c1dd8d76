#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# zserv.md 18, trap 4: from 8.4 on zebra's RIB has 8 bits for the instance that is 16 wide on the
# wire: 4242 becomes 146. Such a route gets no notice and stays in the kernel when its client goes.
# A raw client shows it, and that 7.5 is not so; grevyd takes no instance over 255, on no release,
# and 255 is whole: confirmed and cleaned up.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/raw.sh
. "$e2e_dir/raw.sh"

lab_start 1
zebra_start
nodes 1
manifest <<EOM
service default/web ips=$pool4.1 local on=node1
EOM

for instance in 146 4242; do
    name=raw$instance
    raw_start "$name"
    raw_hello "$name" "babel:$instance"
    raw "$name" add "203.0.113.1/32" 192.168.2.13
    wait_for 5 '[ "$(raw_kernel 203.0.113.1)" = 192.168.2.13 ]'
    if [ $instance = 4242 ] && frr_from 8.4; then
        check "instance $instance: zebra has it as 146" 'vty_zebra "show ip route babel" | grep "^A\[146\]"'
        holds_for 1 '! logged "^note" "$name"'
        ok "instance $instance: no notice"
        raw_end "$name"
        wait_for 5 '! vty_zebra "show zebra client" | grep -E "^Client: babel"'
        holds_for 2 '[ "$(raw_kernel 203.0.113.1)" = 192.168.2.13 ]'
        ok "instance $instance: its client is gone, the route stays in the kernel"
    else
        check "instance $instance: zebra has it as that" 'vty_zebra "show ip route babel" | grep "^A\[$instance\]"'
        wait_for 5 '[ "$(notes "$name" installed 203.0.113.1/32)" = 1 ]'
        raw_end "$name"
        becomes 5 "instance $instance: noticed, and gone with its client" 'raw_kernel 203.0.113.1' ''
    fi
done

# refused KEY WHAT
refused() {
    grevyd_conf "$lab/bad.yaml" <<EOM
zebra: {$1}
EOM
    grevyd -t -f "$lab/bad.yaml" >"$lab/bad.txt" 2>&1 && fail "$1 is accepted"
    check "grevyd -t refuses $1: $(head -1 "$lab/bad.txt" | cut -d: -f2-)" \
        'grep -qE "bad.yaml:[0-9]+:[0-9]+: .*'"$2"'" "$lab/bad.txt"'
}
refused 'instance: 4242' 'instance: must be .*255'
refused 'instance: 256' 'instance: must be .*255'
refused 'route-type: "table:4242"' 'route-type: must be table:N with N in 1..255'
refused 'route-type: "table:0"' 'route-type: must be table:N with N in 1..255'

grevyd_conf <<EOM
zebra: {instance: 255}
hold-on-exit: no
EOM
grevyd_start
becomes 10 'grevyd with instance 255' 'kernel "$pool4.1/32"' "$pool4.1/32 192.168.2.13*1"
check 'zebra has it as that' 'vty_zebra "show ip route openfabric" | grep "^f\[255\]"'
# Without zebra's vty, only a notice can say so.
check 'and confirmed it' 'grevy "show zserv json" | json "d[\"routes\"][\"installed\"] == 1"'
stop grevyd TERM
becomes 5 'it is gone with grevyd' kernel ''
