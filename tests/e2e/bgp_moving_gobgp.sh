#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Moving over from GoBGP on the router, as README.md says: gobgpd 3.36 of Debian 13 (the first
# that this zebra does not kill) and zebra take what MetalLB announces; grevyd beside it, on another port of an address of its own; gobgpd goes, grevyd
# stays; and the way back. No packet is lost.
root=${GREVY_ZEBRAS_DIR:-/var/cache/grevy-zebras}/trixie
if [ -z "${LAB_INSIDE-}" ] && [ "$(id -u)" = 0 ]; then
    "$(dirname "$0")/../zebras.sh" trixie || {
        rc=$?
        [ $rc != 3 ] || echo 'SKIP bgp_moving_gobgp: no mirror serves Debian 13'
        exit $((rc == 3 ? 77 : 1))
    }
fi
# shellcheck source=tests/e2e/bgp_interop_lib.sh
. "$(dirname "$0")/bgp_interop_lib.sh"

web=$pool4.6 second=192.168.2.101
lab_start 2
zebra_start
route() { in_ns router ip -j route show "$1" | json "' '.join([d[0]['protocol']] + sorted(h['gateway'] for h in d[0].get('nexthops', d)))"; }
in_zebra() { vty_zebra "show ip route $web/32 json" | json "' '.join(sorted(r['protocol'] + ('*' if r.get('selected') else '') for r in d['$web/32']))"; }

# metallb I WORDS: its bgpd; a second BGPPeer where both are told.
metallb() {
    frr_run "$1" < <(
        metallb_frr 192.168.2.1 64513 64512 "$web/32"
        [ -z "${2-}" ] || metallb_port=1179 metallb_frr $second 64513 64512 "$web/32"
    )
}
gobgp_run() {
    cat >"$lab/gobgpd.toml" <<EOF
[global.config]
as = 64512
router-id = "192.168.2.1"
local-address-list = ["192.168.2.1"]
[zebra.config]
enabled = true
url = "unix:/run/frr/zserv.api"
version = 6
software-name = "frr8.2"
EOF
    local i
    for i in 1 2; do
        cat >>"$lab/gobgpd.toml" <<EOF
[[neighbors]]
[neighbors.config]
neighbor-address = "$(node_ip $i)"
peer-as = 64513
[neighbors.transport.config]
passive-mode = true
EOF
    done
    start gobgpd router "$root/usr/bin/gobgpd" -f "$lab/gobgpd.toml" --api-hosts 127.0.0.1:50051
}

addr router br0 $second/24
gobgp_run
metallb 1 both
metallb 2 both
becomes 30 'GoBGP has it in the kernel' "route $web | cut -d' ' -f1" bgp
before=$(route "$web")
stream_start moving "$web"

# Beside it: an address of its own, another port; MetalLB has a BGPPeer for each.
cat >"$lab/router.yaml" <<EOF
role: router
router-id: $second
bgp:
  asn: 64512
  listen: ["$second:1179"]
  neighbors:
  - {range: 192.168.2.0/24, asn: 64513, hold-time: 9, import: {prefixes: ["$pool4.0/24 le 32"]}}
EOF
us_start router
wait_for 20 'us_up router 2'
becomes 10 'both are in zebra, and the route of GoBGP wins' in_zebra 'bgp* openfabric'
is 'the kernel has what it had' "$(route "$web")" "$before"
stop gobgpd
becomes 10 'gobgpd is stopped: ours, over both nodes' "route $web" "openfabric $(node_ip 1) $(node_ip 2)"
gobgp_run
becomes 60 'the way back: GoBGP has it again, and wins' in_zebra 'bgp* openfabric'
stop grevyd-router
holds_for 1 "[ \"\$(route $web)\" = '$before' ]"
stream_stop moving
is "over to ours and back: lost of $sent packets" "$lost" 0
