#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the real vtysh sends to a bgpd, word for word, against the recordings that test_frr.c
# answers: tests/data/vty/sent-RELEASE.txt. SENT_WRITE=1 makes the recording of this release; of
# one without a recording the newest stands for it, and a difference is only shown.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start 0
frr_config
own=/run/own
sent=$lab/sent.txt
cat >"$lab/whole.conf" <<EOF
frr version $(frr_version)
frr defaults traditional
hostname lab
log syslog informational
debug bgp updates
service integrated-vtysh-config
!
interface eth9
 description here
 ip address 192.0.2.1/24
exit
!
router bgp 65000
 bgp router-id 192.0.2.1
 neighbor 192.0.2.9 remote-as 65001
 !
 address-family ipv4 unicast
  network 203.0.113.0/24
  neighbor 192.0.2.9 route-map OUT out
 exit-address-family
exit
!
ip prefix-list P seq 5 permit 203.0.113.0/24
!
bgp as-path access-list A seq 5 permit ^65001
!
route-map OUT permit 10
 match ip address prefix-list P
 set metric 5
exit
!
line vty
!
end
EOF
mkdir -p "$own"
start record router python3 "$top_dir/tests/fake/vty_record.py" "$own/bgpd.vty" "$sent"
wait_for 5 "[ -S '$own/bgpd.vty' ]"

# vt ARGUMENT...: vtysh with these; typed KEYS: into vtysh.
vt() {
    echo "\$ vtysh ${*@Q}" >>"$sent"
    in_ns router vtysh --vty_socket "$own" "$@" </dev/null >>"$lab/log/vtysh.log" 2>&1
}
typed() {
    echo "> ${1@Q}" >>"$sent"
    in_ns router python3 "$e2e_dir/typed.py" "$1" vtysh --vty_socket "$own" >>"$lab/log/vtysh.log" 2>&1
}

while read -r line; do
    cp "$lab/whole.conf" "$lab/frr/frr.conf"
    vt -c "$line"
done <<'EOF'
show bgp summary
show bgp summary json
show bgp ipv4 unicast 192.168.10.1/32 json
show bgp neighbors
sh ip bgp
sh bgp sum | include 192
show running-config
show running-config bgpd
show running-config no-header
write terminal
write memory
write file
write
write integrated
copy running-config startup-config
show memory
show memory bgpd
show logging
show debugging
show debugging hashtable
show work-queues
show modules
show thread cpu
show thread poll
show thread timers
show event cpu
show event poll
show event timers
show error all
show route-map
show route-map OUT
show route-map-unused
show ip prefix-list
show ipv6 prefix-list
show ip access-list
show mac access-list
show ip as-path-access-list
show bgp community-list
show rpki prefix-table
clear bgp *
clear ip prefix-list
clear route-map counters
clear log cmdline-targets
terminal monitor
terminal monitor bgpd
no terminal monitor
terminal length 0
debug bgp updates
no debug bgp updates
debug northbound
debug route-map
rpki start
enable
disable
end
exit
configure terminal
EOF
vt -c 'configure terminal' -c end
vt -c 'configure terminal' -c exit
vt -c 'conf t' -c 'router bgp 65000' -c 'neighbor 192.0.2.9 remote-as 65001' -c 'address-family ipv4 unicast' \
    -c 'network 10.0.0.0/8' -c 'exit-address-family' -c 'do show bgp summary' -c exit -c end
vt -c 'conf t' -c 'no router bgp 65000' -c 'bgp as-path access-list A permit 1' -c 'debug bgp updates'
vt -c 'conf t' -c 'interface eth9' -c 'description here' -c exit -c end
vt -c 'conf t' -c 'route-map X permit 10' -c 'match ip address prefix-list P' -c exit -c 'no route-map X'
vt -c 'conf t' -c 'ip prefix-list P permit 10.0.0.0/8' -c 'access-list A permit 10.0.0.0/8' -c 'no access-list A'
vt -c 'conf t' -c 'log file /run/lab/x' -c 'no log file /run/lab/x' -c 'password x' -c 'service password-encryption'
vt -c 'conf t' -c 'vrf RED' -c exit -c 'rpki' -c exit -c 'line vty' -c exit
vt -u -c 'show bgp summary'
vt -d bgpd -c 'show bgp summary'
cp "$lab/whole.conf" "$lab/frr/frr.conf"
vt -b
vt -f "$lab/whole.conf"
typed 'show bgp summary\nsh bgp sum | include 192\nquit\n'
typed 'conf t\nrouter bgp 65000\nneighbor 192.0.2.9 remote-as 65001\ninterface eth9\nend\nconf\nexit\ndisable\nenable\nexit\n'
typed 'show bgp neighbors \t\t\x15show bgp neighbors ?\x15show bgp ipv4 unicast ?\x15quit\n'
typed 'clear bgp ?\x15show bgp ipv4 unicast neighbors ?\x15show ip bgp ?\x15show route-map ?\x15quit\n'
typed 'conf t\nrouter bgp 65000\nneighbor ?\x15end\nquit\n'
typed 'terminal monitor\nno terminal monitor\nterminal monitor bgpd\nquit\n'
typed 'write mem\nwr t\nquit\n'
stop record

recorded=$top_dir/tests/data/vty/sent-$(frr_version).txt
if [ -n "${SENT_WRITE-}" ]; then
    cp "$sent" "$recorded"
elif [ -e "$recorded" ]; then
    diff -u "$recorded" "$sent" || fail "vtysh $(frr_version) sends something else than was recorded"
    ok "vtysh $(frr_version) sends what was recorded: $(grep -c '^"' "$sent") commands"
else
    recorded=$(printf '%s\n' "$top_dir"/tests/data/vty/sent-*.txt | sort -V | tail -n 1)
    diff -u "$recorded" "$sent" || say "note  vtysh $(frr_version) has no recording; it differs from ${recorded##*/}"
    ok "vtysh $(frr_version) sent $(grep -c '^"' "$sent") commands"
fi
