#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Pages of grevysh: blank, return, q, ^C, other keys, resizing, terminal length, a pager of one's own.
# An answer of 100,000 rows, and one without an end, begin at once, cost no memory, and are not
# asked for any further after q.
# shellcheck source=tests/e2e/tmux_lib.sh
. "$(dirname "$0")/tmux_lib.sh"

services=()
for ((i = 10; i < 60; i++)); do services+=("default/s$i ips=$pool4.$i on=node1"); done
shell_lab "${services[@]}"
row() { echo "default/s$1 +.*"; }
more=' --More--'

say '--- pages of our own'
terminal 90 12 grevysh
sees 'a terminal of 12 lines' 'grevy#'
line 'show services'
sees 'one page, but for the last line' 'NAMESPACE/NAME .*' "$(row 10)" "$(row 19)" "$more"
keys Space
sees 'blank: the next page' "$(row 20)" "$(row 30)" "$more"
keys Enter
sees 'return: a line' "$(row 31)" "$more"
type 'xyz/'
keys Enter
sees 'other keys do nothing, nor does /: there is no search' "$(row 32)" "$more"
resize 90 6
keys Space
sees 'a smaller terminal: smaller pages' "$(row 33)" "$(row 37)" "$more"
resize 90 20
keys Space
sees 'a larger one: larger pages' "$(row 38)" "$(row 56)" "$more"
keys Space
sees 'the last page has no prompt' "$(row 59)" 'grevy#'
fresh
line 'show services'
sees 'once more' "$(row 10)" "$more"
keys q
sees 'q: it was enough' "$(row 27)" 'grevy#'
lacks 'and the rest is not shown' "$(row 40)"
line 'sh ver | inc ^grevy'
sees 'the next question is answered' 'grevy [0-9].*' 'grevy#'
fresh
line 'show services'
sees 'once more' "$(row 10)" "$more"
keys C-c
sees '^C: as q' "$(row 27)" 'grevy#'
fresh
line 'terminal length 5'
line 'show services'
sees 'terminal length 5' 'NAMESPACE/NAME .*' "$(row 12)" "$more"
keys q
line 'terminal length 0'
line 'show services | inc s[1-5]0'
sees 'terminal length 0: all at once' "$(row 10)" "$(row 50)" 'grevy#'
fresh
line 'no terminal length'
line 'no terminal paginate'
line 'show services'
sees 'no terminal paginate: neither' "$(row 59)" 'grevy#'
fresh
line 'terminal paginate'
line 'show services'
sees 'terminal paginate: as before' "$(row 10)" "$more"
keys q
line ''
resize 30 12
fresh
line 'show services'
sees 'lines that are longer than the terminal count for two' 'NAMESPACE/NAME .*' "$more"
lacks 'so there are fewer' "$(row 16)"
keys q
fresh
type 'show services d'
keys Tab Tab Tab
sees 'what completion lists is paged, too' 'default/s10.*' "$more"
keys q

say '--- a pager of one'"'"'s own'
cat >"$lab/bin/own" <<'EOF'
#!/bin/sh
trap '' INT
n=0
while read -r line; do
    n=$((n + 1))
    echo "own: $line"
    [ $n != 3 ] || break
done
echo 'own: enough?'
read -r key </dev/tty
echo "own: $key"
EOF
chmod 755 "$lab/bin/own"
terminal 90 12 'env VTYSH_PAGER=own PAGER=false grevysh'
sees 'VTYSH_PAGER' 'grevy#'
line 'show services'
sees 'gets what is longer than a page' 'own: NAMESPACE/NAME .*' 'own: enough\?'
line 'yes'
sees 'and has the terminal to itself' 'own: yes' 'grevy#'
fresh
line 'sh ver | inc ^grevy'
sees 'what is shorter it does not get' 'grevy [0-9].*' 'grevy#'
lacks 'really' 'own:.*'
terminal 90 12 'env PAGER=own grevysh'
sees 'PAGER' 'grevy#'
line 'show services'
sees 'does as well' 'own: NAMESPACE/NAME .*' 'own: enough\?'
line 'no'
sees 'and the shell goes on' 'own: no' 'grevy#'
terminal 90 12 'env PAGER="readlink /proc/self/fd/* | grep -c socket" grevysh'
sees 'PAGER' 'grevy#'
line 'show services'
sees 'gets none of our connections' '0' 'grevy#'

say '--- answers without an end'
mkdir "$lab/endless"
start endless router python3 "$e2e_dir/endless_vty.py" "$lab/endless/grevyd.vty"
wait_for 10 '[ -S "$lab/endless/grevyd.vty" ]'
sent() { sed -n 's/^sent //p' "$lab/log/endless.log" | tail -n 1; }
shell_kb() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$(pgrep -n grevysh)/status"; }
terminal 80 12 "grevysh --vty_socket $lab/endless"
sees 'a daemon that never ends' 'grevy#'
line 'show rib'
sees 'its answer begins at once' 'row 0 x+' 'row 10 x+' "$more"
for ((i = 0; i < 20; i++)); do keys Space; done
sees 'and goes on as it is looked at' 'row 22[0-9] x+' "$more"
before=$(shell_kb)
keys q
sees 'q' 'grevy#'
wait_for 10 'grep -q "^closed" "$lab/log/endless.log"'
check "the daemon is not asked any further: it could send $(sent) bytes" '[ "$(sent)" -lt 2000000 ]'
line 'show version'
sees 'and the next question is answered' 'this is the endless one' 'grevy#'
line 'terminal length 0'
line 'show rib'
wait_for 20 '[ "$(sed -n "s/^sent //p" "$lab/log/endless.log" | sort -n | tail -n 1)" -gt 20000000 ]'
after=$(shell_kb)
check "20 MB later the shell has $after kB, of $before before" '[ "$after" -lt $((before + 1000)) ]'
keys C-c
sees '^C in the flood' 'row .*' 'grevy#'
line 'show version'
sees 'and the next question is answered' 'this is the endless one' 'grevy#'
fresh
type 'na'
keys Tab
sees 'what 5,000 names have in common' 'grevy# name'
keys Tab Tab
sees 'very many are listed only when they are wanted' 'Display all 5000 possibilities\? \(y or n\)'
type n
sees 'no' 'grevy# name'
keys Tab Tab
sees 'again' 'Display all 5000 possibilities\? \(y or n\)'
type y
sees 'yes, all at once as said above' 'name.*4999' 'grevy# name'
keys C-c
keys C-d
is '100,000 rows, not by hand' "$(grevysh --vty_socket "$lab/endless" -c 'show rib 100000' | wc -l)" 100000
check 'and only some of them' '[ "$(grevysh --vty_socket "$lab/endless" -c "show rib" | head -n 3 | tail -n 1 | cut -d" " -f2)" = 2 ]'
