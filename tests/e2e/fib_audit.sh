#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel's routes are what zebra confirmed: whoever deletes, changes or adds some there is
# noticed within a second, and what is ours is put right; nothing is alarmed without a cause.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start links
zebra_start
nodes
manifest <<EOT
service default/one ips=$pool4.1 local on=node1
service default/one6 ips=$pool6::1 v6 local on=node1
service default/three ips=$pool4.2 local on=node1*2,node2,node3
service default/three6 ips=$pool6::2 v6 local on=node1*2,node2,node3
EOT
grevyd_conf <<<'log: {level: debug}'
grevyd_start
wait_for 10 '[ "$(kernel | wc -l)" = 4 ] && [ "$(zebra | wc -l)" = 4 ]'
all=$(kernel)
pause 3
from=$(log_lines)
in_ns router ip route del "$pool4.1/32"; pause 1; kernel
in_ns router ip route del "$pool4.2/32"; pause 1; kernel
in_ns router ip -6 route del "$pool6::2/128"; pause 1; kernel
in_ns router ip route replace "$pool4.1/32" via 192.168.22.14 proto 197 metric 20; pause 1; kernel
in_ns router ip route replace "$pool4.2/32" via 192.168.22.14 proto 197 metric 20; pause 1; kernel
in_ns router ip -6 route replace "$pool6::2/128" via fd00:22::14 proto 197 metric 20; pause 1; kernel
in_ns router ip route add "$pool4.1/32" via 192.168.22.14 proto static; pause 2; kernel
in_ns router ip route
in_ns router ip route del "$pool4.1/32" via 192.168.22.14 proto static; pause 2; kernel
in_ns router ip route add "$pool4.77/32" via 192.168.22.14 proto 197 metric 20; pause 4; kernel
in_ns router ip route del "$pool4.77/32" via 192.168.22.14 proto 197 metric 20
in_ns router ip route del '"$pool4.1/32"'; pause 2; kernel
in_ns node1 ip link set eth0 down; pause 2; node_up 1; pause 2; kernel
stop grevyd KILL; pause 1; grevyd_start; pause 3
stop zebra KILL; zebra_start; pause 4; kernel
tail -n +$from $lab/log/grevyd.log | grep -v 'debug k8s'
