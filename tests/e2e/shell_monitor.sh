#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `terminal monitor`: log lines come above the line that is being typed, and no sooner than an
# answer's pages are through; `no terminal monitor` ends it; grevyd may be started anew meanwhile.
# shellcheck source=tests/e2e/tmux_lib.sh
. "$(dirname "$0")/tmux_lib.sh"

services=()
for ((i = 10; i < 40; i++)); do services+=("default/s$i ips=$pool4.$i on=node1"); done
shell_lab "${services[@]}"
# log WORDS: grevyd logs a line with them: a verb that fails.
log() { ! grevysh -c "debug $1" >/dev/null || fail "debug $1: there is no such area"; }
logs() { echo ".* info vty: uid 0 pid [0-9]+: debug $1 \(refused\)"; }

terminal 80 14 grevysh
line 'terminal monitor'
wait_for 10 'log at; screen | grep -E "$(logs at)"'
log one
sees 'a line of the log, above the prompt' 'grevy# terminal monitor' "$(logs one)" 'grevy#'
type 'show services default/s10 | inc'
log two
sees 'and above what is being typed, which stays' "$(logs one)" "$(logs two)" 'grevy# show services default/s10 \| inc'
type 'lude State'
keys Left Left Left
log three
type '.'
sees 'the cursor stays, too' "$(logs three)" 'grevy# show services default/s10 \| include St\.ate'
keys BSpace Enter
sees 'and the line does what it says' 'State: .*' 'grevy#'
fresh
type 'show services default/s10 | include a line that takes more than one row of this terminal'
log four
sees 'a line of two rows' "$(logs four)" 'grevy# show services default/s10 \| include a line that takes more than one row o' \
    'f this terminal'
resize 50 14
log five
sees 'and in another width' '.*five \(refused\)' 'grevy# show services default/s10 \| include a line' \
    'that takes more than one row of this terminal'
resize 80 14
fresh
line 'show services'
sees 'while there are pages' 'default/s2[0-9] .*' ' --More--'
log six
holds_for 1 '! screen | grep six'
ok 'the log does not come between'
keys q
sees 'but after them' "$(logs six)" 'grevy#'
fresh
type 'clear'
python3 - "$e2e_dir" <<'EOF' || fail 'the burst'
import sys
sys.path.insert(0, sys.argv[1])
import lab
vty = lab.Vty("/run/grevy/grevyd.vty")
vty.ask("enable")
for i in range(300):
    vty.ask(f"debug burst{i}")
EOF
sees 'a burst of 300 lines' "$(logs burst290)" "$(logs burst299)" 'grevy# clear'
fresh
line 'no terminal monitor'
sees 'no terminal monitor' 'grevy# no terminal monitor' 'grevy#'
log seven
holds_for 1 '! screen | grep seven'
ok 'and no line of the log comes any more'

say '--- grevyd is started anew'
fresh
line 'terminal monitor'
wait_for 10 'log again; screen | grep -E "$(logs again)"'
stop grevyd
sees 'the log ends' '% The log is not followed any more: the connection was lost' 'grevy#'
line 'show version'
sees 'who asks is told' 'grevysh: /run/grevy/grevyd.vty: grevyd is not running' 'grevy#'
type 'show ?'
sees 'also who asks for help' 'grevysh: /run/grevy/grevyd.vty: grevyd is not running' 'grevy# show'
grevyd_start
fresh
line 'debug zserv'
sees 'it is back, and with it the right to say verbs' 'grevy# debug zserv' 'grevy#'
check 'which was done' 'grevysh -c "show log" | grep "Debugged areas: zserv"'
line ''
wait_for 10 'log back; screen | grep -E "$(logs back)"'
log eight
sees 'and the log' "$(logs eight)" 'grevy#'
keys C-d
sees 'left' 'left with 0'

say '--- not by hand'
# Of what a script runs beside itself, ^C is ignored unless one says otherwise.
env --default-signal=INT grevysh -c 'terminal monitor' >"$lab/monitored" &
pid=$!
wait_for 10 'log nine; grep -E "$(logs nine)" "$lab/monitored"'
kill -INT $pid
wait $pid
is 'until it is interrupted; the status of that' $? 130
is 'a filter has nothing to do there' "$(grevysh -c 'terminal monitor | include x')" '% This has no end, and takes no |'
