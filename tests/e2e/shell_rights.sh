#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who may: everybody on the machine looks; root, grevyd's own user and members of frrvty say verbs,
# each of which leaves a line in the log. Who may not is told the cure, cannot fill the log, and
# gets at most half of the connections.
# shellcheck source=tests/e2e/tmux_lib.sh
. "$(dirname "$0")/tmux_lib.sh"

shell_lab "default/web ips=$pool4.1 on=node1"
chmod 755 /run/grevy # as grevyd.service makes it
frrvty=$(getent group frrvty | cut -d: -f3)
# as WHO COMMAND...: numbers without names will do.
as() {
    local who=$1
    shift
    case $who in
    root) "$@" ;;
    frr) setpriv --reuid frr --regid frr --clear-groups "$@" ;;
    member) setpriv --reuid 4711 --regid 4711 --groups "4000,$frrvty" "$@" ;;
    first) setpriv --reuid 4713 --regid "$frrvty" --clear-groups "$@" ;;
    plain) setpriv --reuid 4712 --regid 4712 --clear-groups "$@" ;;
    other) setpriv --reuid 4714 --regid 4714 --groups 4000,4001 "$@" ;;
    esac
}
cure='% Not allowed: this is for root and members of group frrvty (as root: usermod -a -G frrvty USER; then log in again)'

is 'the socket is for everybody' "$(stat -c %a /run/grevy/grevyd.vty)" 666
is 'that of vtysh is not' "$(stat -c '%a %G' /run/grevy/bgpd.vty)" '770 frrvty'

for who in root frr member first; do
    uid=$(as "$who" id -u)
    lines=$(log_lines)
    is "$who says a verb" "$(as "$who" grevysh -E -c 'debug zserv' -c 'no debug zserv'; echo $?)" \
        $'grevy# debug zserv\ngrevy# no debug zserv\n0'
    wait_for 5 'logged_since "$lines" "vty: uid $uid pid [0-9]+: no debug zserv$"'
    ok "and it is logged: $(logged_since "$lines" 'vty: uid' | cut -d' ' -f3- | paste -sd';')"
done

for who in plain other; do
    uid=$(as "$who" id -u)
    lines=$(log_lines)
    is "$who looks" "$(as "$who" grevysh -c 'show services default/web json' | json "d['name']")" web
    is "$who says a verb" "$(as "$who" grevysh -E -c 'debug zserv'; echo $?)" $'grevy> debug zserv\n'"$cure"$'\n1'
    is "$who says enable" "$(as "$who" grevysh -c enable; echo $?)" "$cure"$'\n1'
    wait_for 5 'logged_since "$lines" "vty: uid $uid pid [0-9]+: debug zserv \(not allowed\)$"'
    ok "and it is logged: $(logged_since "$lines" 'vty: uid' | cut -d' ' -f3- | paste -sd';')"
    is 'nothing was done' "$(grevysh -c 'show debugging')" 'grevyd debugging status:'
    check "$who cannot ask as vtysh does" '! as $who python3 "$e2e_dir/lab.py" vty /run/grevy/bgpd.vty "show version"'
done

say '--- at a terminal'
terminal 80 14 'setpriv --reuid 4712 --regid 4712 --clear-groups env HOME=/nonexistent grevysh'
sees 'who only looks is told so' 'Hello, .*' 'You may look; `enable` is for those who may change things\.' 'grevy>'
type 'debug '
keys Tab Tab
type '?'
sees 'verbs are not offered' '% There is no matched command\.' 'grevy> debug'
keys C-u
line 'enable'
sees 'the cure' '% Not allowed: this is for root and members of group frrvty \(as root: usermod -a' 'grevy>'
line 'sh ver | inc ^grevy'
sees 'and one goes on looking' 'grevy [0-9].*' 'grevy>'
keys C-d
sees 'and leaves' 'left with 0'

say '--- the log, and the connections'
lines=$(log_lines)
as plain python3 - <<'EOF' || fail 'it could not ask'
import socket
for i in range(300):
    s = socket.socket(socket.AF_UNIX)
    s.connect("/run/grevy/grevyd.vty")
    s.sendall(b"debug zserv\0")
    while not s.recv(4096).endswith(b"\0\0\0\1"):
        pass
    s.close()
EOF
n=$(logged_since "$lines" 'not allowed' | wc -l)
check "300 verbs that are not allowed: $n lines in the log" '[ "$n" -gt 0 ] && [ "$n" -lt 30 ]'
as plain prlimit --nofile=2000 python3 -u - >"$lab/held" <<'EOF' &
import select
import socket


def gone(s):
    try:
        return not s.recv(4096)
    except ConnectionResetError:
        return True


held = []
for i in range(700):
    s = socket.socket(socket.AF_UNIX)
    s.connect("/run/grevy/grevyd.vty")
    held.append(s)
    try:
        s.sendall(b"echo here\0")
    except BrokenPipeError:
        pass
print("all")
while True:
    for s in select.select(held, [], [])[0]:
        if gone(s):
            held.remove(s)
    print(len(held))
EOF
holder=$!
becomes 20 'of 700 connections of a plain user stay' 'tail -n 1 "$lab/held"' 512
is 'and others find room' "$(as root grevysh -c 'echo here'; as member grevysh -c 'echo here')" $'here\nhere'
kill $holder
