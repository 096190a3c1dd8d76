#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A router without FRR: grevyd takes the announcements of two nodes by BGP and puts them into the
# kernel itself; killed and started again under traffic it loses no packet; a next hop that is
# unreachable is none; what peers do not announce any more is swept after a restart.
# shellcheck source=tests/e2e/bgp_lib.sh
. "$(dirname "$0")/bgp_lib.sh"
# shellcheck source=tests/e2e/kernel_lib.sh
. "$e2e_dir/kernel_lib.sh"

router_start() {
    user_frr net_admin net_bind_service
    start grevyd router "${as_frr[@]}" grevyd -f "$conf"
    wait_for 10 'grevy "show version"'
}

lab_start 2
nodes 2
manifest <<EOM
service default/one ips=$pool4.6 on=node1,node2
service default/two ips=$pool4.7 local on=node1
service default/six ips=$pool6::6 v6 on=node1,node2
EOM
for i in 1 2; do
    {
        pools_conf </dev/null
        cat <<EOF
peers:
- {my-asn: 65001, peer-asn: 65000, peer-address: 192.168.2.1, hold-time: 3s, connect-time: 1s,
   enable-graceful-restart: yes, dual-stack-address-family: yes}
bgp: {restart-time: 5}
EOF
    } | speaker_conf "$i"
done
cat >"$conf" <<EOF
role: router
http: no
bgp:
  asn: 65000
  restart-time: 6
  neighbors:
  - range: 192.168.2.0/24
    asn: 65001
    hold-time: 3
    import: {prefixes: ["$pool4.0/24 le 32", "$pool6::/64 le 128"]}
EOF
router_start
speaker_start 1
speaker_start 2
both="192.168.2.13*1,192.168.2.14*1"
has "$pool4.6/32" "$both" 'eBGP from two nodes: ECMP' 20
has "$pool6::6/128" 'fd00:2::13*1,fd00:2::14*1' 'both families in one session'
has "$pool4.7/32" '192.168.2.13*1' 'from one node'

stream_start kill "$pool4.6"
stop grevyd KILL
manifest <<EOM
delete service default/two
EOM
router_start
wait_for 25 'logged "bgp: what peers announce is known again"'
has "$pool4.6/32" "$both" 'killed and started again'
has "$pool4.7/32" '' 'withdrawn meanwhile: swept'
stream_stop kill
is 'no packet was lost' "$lost" 0

# SIGTERM holds, too.
stream_start term "$pool4.6"
stop grevyd TERM
is 'its end' "$status" 0
is 'the routes stay' "$(kernel "$pool4.6/32")" "$pool4.6/32 $both"
router_start
has "$pool4.6/32" "$both" 'stopped and started again' 20
stream_stop term
is 'no packet was lost' "$lost" 0

# A node that is gone: its next hop goes with its hold time and restart time.
in_ns node2 ip link set eth0 down
has "$pool4.6/32" '192.168.2.13*1' 'a node is cut off: its next hop goes after hold and restart time' 20
