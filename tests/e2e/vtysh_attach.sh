#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The real vtysh, attach-as: bgpd: our BGP in FRR's own folder, with no bgpd; a real bgpd that comes
# has its place, and ours is back when it ends; FRR's start, frr.conf and watchfrr are as without us.
# shellcheck source=tests/e2e/vtysh_lib.sh
. "$(dirname "$0")/vtysh_lib.sh"

vty_dir=/run/frr
ours() { in_ns router vtysh -c 'show bgp summary json' | json 'd["ipv4Unicast"]["as"]'; }
door() { grevy 'show vty json' | json "next((s['state'] for s in d['sockets'] if s['path'] == '$1'), 'none')"; }
attach_as() {
    sed -i "s/attach-as: .*/attach-as: $1}/" "$conf"
    kill -HUP "${pids[grevyd]}"
}

vtysh_lab
no_grevyd_conf
echo 'vty: {attach-as: bgpd}' >>"$conf"

# A dead socket, as an earlier bgpd leaves it.
"${as_frr[@]}" python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("/run/frr/bgpd.vty")'
router_start
becomes 15 'attached' 'door /run/frr/bgpd.vty' open
is 'owner and mode are those of FRR' "$(stat -c '%A %U %G' /run/frr/bgpd.vty)" "$(stat -c '%A %U %G' /run/frr/zebra.vty)"
is 'and no other file' "$(find /run/frr -name '*~' -o -name '*grevy*.vty' | wc -l)" 0

what_vtysh_shows
what_vtysh_says_to_all
configuration_is_frrs
whole_files 'in the folder of FRR'

# FRR starts with a router bgp in frr.conf: it passes, once heard of, and nothing of it is here.
cat "$lab/frr.before" - >"$lab/frr/frr.conf" <<EOF
!
debug bgp updates
router bgp 65000
 bgp router-id 192.0.2.1
 neighbor 192.0.2.9 remote-as 65001
 !
 address-family ipv4 unicast
  network 203.0.113.0/24
 exit-address-family
exit
!
route-map ALL permit 10
exit
!
EOF
vt -b
is 'vtysh -b: status' "$status" 0
is 'which is content' "$(vtysh_said <<<"$said")" ''
becomes 5 'what is for bgpd is ignored, which is told' \
    'logged "vty: uid 0 pid [0-9]+: its configuration for bgpd is ignored" | wc -l' 1
is 'our BGP is what it was' "$(ours)" 64512
vt -c 'configure terminal' -c 'no route-map ALL'
whole_files 'after that'

# watchfrr takes us for a bgpd that is well: nothing is started anew.
: >"$lab/watched"
for word in restart start stop; do
    printf '#!/bin/sh\necho "%s $*" >>%s/watched\n' "$word" "$lab" >"$lab/bin/watched-$word"
done
chmod 755 "$lab"/bin/watched-*
start watchfrr router "$FRR/watchfrr" -i 1 -t 5 -l 7 --min-restart-interval 1 --max-restart-interval 2 \
    -r "$lab/bin/watched-restart %s" -s "$lab/bin/watched-start %s" -k "$lab/bin/watched-stop %s" zebra bgpd
wait_for 20 'in_ns router vtysh -d watchfrr -c "show watchfrr" | grep -E "^ *bgpd +Up"'
holds_for 4 'in_ns router vtysh -d watchfrr -c "show watchfrr" | grep -E "^ *bgpd +Up"'
is 'watchfrr started nothing' "$(cat "$lab/watched")" ''
is 'to the byte' "$(in_ns router python3 -c '
import socket
s = socket.socket(socket.AF_UNIX)
s.connect("/run/frr/bgpd.vty")
s.sendall(b"echo PING\0")
print(s.recv(64))')" "b'PING\\n\\x00\\x00\\x00\\x00'"
stop watchfrr

# A real bgpd has its place at once, and ours is back soon after its end.
bgpd_run() {
    start bgpd router "$FRR/bgpd" -A 127.0.0.1 -p 0 --log stdout
    wait_for 10 'running bgpd && logged "starting: vty@" bgpd'
}
bgpd_run
wait_for 10 '[ "$(door /run/frr/bgpd.vty)" = held ]'
check 'a bgpd comes: it is told' 'logged "vty: /run/frr/bgpd.vty: left to the daemon that answers there"'
in_ns router vtysh -c 'show bgp summary' >"$lab/theirs" 2>&1
check 'and vtysh shows it' 'grep -q "BGP instance not found" "$lab/theirs"'
holds_for 4 '[ "$(door /run/frr/bgpd.vty)" = held ] && running bgpd'
vty_dir=/run/grevy
established || fail "our own folder shows ours still: $said"
vty_dir=/run/frr
stop bgpd
becomes 15 'it ends: ours is back' ours 64512

# By reload: off, another name, a name that is needed.
attach_as none
wait_for 5 '[ ! -e /run/frr/bgpd.vty ]'
ok 'attach-as none: nothing is there'
attach_as sharpd
becomes 15 'attach-as sharpd' 'door /run/frr/sharpd.vty' open
vt -d sharpd -c 'show work-queues'
is 'vtysh finds us there' "$status" 0
attach_as zebra
wait_for 5 'logged "attach-as: must be none or a daemon"'
is 'a daemon that FRR needs is refused' "$(door /run/frr/sharpd.vty)" open

# The end, as root this time: with owner and mode of FRR again; of another nothing is removed.
stop grevyd
check 'at the end it is removed' '[ ! -e /run/frr/sharpd.vty ]'
as_frr=()
user_frr() { as_frr=(); }
sed -i 's/attach-as: .*/attach-as: bgpd}/' "$conf"
router_start
becomes 15 'grevyd as root: attached' 'door /run/frr/bgpd.vty' open
is 'owner and mode are those of FRR' "$(stat -c '%A %U %G' /run/frr/bgpd.vty)" "$(stat -c '%A %U %G' /run/frr/zebra.vty)"
bgpd_run
wait_for 10 '[ "$(door /run/frr/bgpd.vty)" = held ]'
stop grevyd
check "another's socket stays" 'in_ns router vtysh -d bgpd -c "show work-queues"'
