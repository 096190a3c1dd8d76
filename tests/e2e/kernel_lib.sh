# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kernel_lib.sh - sourced after lib.sh by the cases of a router without FRR: grevyd runs as a user
# with CAP_NET_ADMIN and no other right, and puts its routes into the kernel itself.
export LAB_PROTO=187

user_frr net_admin
kernel_ip() { in_ns router ip "$@"; }
# shows PREFIX NEXTHOPS: it becomes the kernel's route, and the RIB's.
shows() {
    wait_for 10 "[ \"\$(kernel '$1')\" = '${2:+$1 $2}' ] && [ \"\$(rib '$1')\" = '${2:+$1 $2}' ]"
    ok "${3-route} $1: ${2:-is gone}"
}
# has PREFIX NEXTHOPS: the kernel alone.
has() { becomes "${4-5}" "${3-kernel}" "kernel '$1'" "${2:+$1 $2}"; }
objects() { kernel_ip nexthop show proto 187; }
groups() { objects | grep -c ' group '; }
# The object of a route: ID.
nhid() { kernel_ip route show "$1" proto 187 | sed -n 's/.* nhid \([0-9]*\).*/\1/p' | head -n 1; }
