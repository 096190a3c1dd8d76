#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# grevysh in scripts: -c many times and of several lines, where it stops, exit statuses, -j, -E, -u,
# lines on stdin; what bash completes in a command and in options.
# shellcheck source=tests/e2e/tmux_lib.sh
. "$(dirname "$0")/tmux_lib.sh"

shell_lab "default/web ips=$pool4.1 on=node1" "default/wiki ips=$pool4.2 on=node1"

# says 'WHAT IT SHOWS' STATUS TEXT ARGUMENT...: what grevysh prints, and its exit status.
says() {
    local what=$1 want_status=$2 want=$3 got code
    shift 3
    got=$(grevysh "$@" 2>&1 </dev/null)
    code=$?
    is "$what" "$code: $got" "$want_status: $want"
}

say '--- -c, and exit statuses'
says 'one' 0 'a' -c 'echo a'
says 'many' 0 $'a\nb' -c 'echo a' -c 'echo b'
says 'of several lines' 0 $'a\nb\nc' -c $'echo a\n\n! a comment\necho b' -c 'echo c'
says 'unknown: 2, and no further' 2 $'a\n% Unknown command: frob\n                   ^' -c 'echo a' -c 'frob' -c 'echo b'
says 'in the middle of one, too' 2 $'a\n% Unknown command: frob\n                   ^' -c $'echo a\nfrob\necho b'
says 'ambiguous: 3' 3 $'% Ambiguous command: en\n                     ^\n  enable  Commands that change something\n  end     Nothing; as in FRR\'s shell' -c en
says 'incomplete: 4' 4 '% Command incomplete: show' -c show
says 'not found: 1' 1 '% No such Service: nobody/nothing' -c 'show services nobody/nothing'
says 'help, as vtysh -c has it' 0 $'  <cr>\n  json  JavaScript Object Notation' -c 'show version ?'
says 'exit leaves' 0 a -c 'echo a' -c exit -c 'echo b'
says 'without a grevyd: 16' 16 'grevysh: /nowhere/grevyd.vty: grevyd is not running' --vty_socket /nowhere -c 'echo a'
grevysh --frob >/dev/null 2>&1
is 'a wrong option: 64' $? 64
grevysh echo >/dev/null 2>&1
is 'a word too many: 64' $? 64
got=$(grevysh -c 'echo a' 2>&1 >/dev/full)
is 'nowhere to print to: 16' "$?: $got" '16: grevysh: cannot print the answer: No space left on device'

say '--- options'
says '-E prints each command' 0 $'grevy# echo a\na\ngrevy# echo b\nb' -E -c 'echo a' -c 'echo b'
says '-u does not say enable' 1 $'grevy> debug zserv\n% Say `enable` first: this changes something' -uE -c 'debug zserv'
is '-j: JSON' "$(grevysh -j -c 'sh ver' | json "d['version'] == '$(grevysh -V | cut -d" " -f2)'")" True
is 'also where it is said twice' "$(grevysh -j -c 'show pools json' | json "d['pools'][0]['name']")" default
is 'and nothing where there is none' "$(grevysh -j -c 'echo a')" a
is 'a line of its own for each row' "$(grevysh -j -c 'sh ver | inc version')" "  \"version\":\"$(grevysh -V | cut -d' ' -f2)\","

say '--- stdin'
is 'lines' "$(printf 'echo a\n! comment\n\necho b\n' | grevysh)" $'a\nb'
is 'up to exit' "$(printf 'echo a\nex\necho b\n' | grevysh)" a
got=$(printf 'echo a\nfrob\necho b\n' | grevysh)
is 'or to what fails' "$?: $got" $'2: a\n% Unknown command: frob\n                   ^'
check 'a long answer is cut where nobody reads on' '[ "$(grevysh -c "show running-config" | head -n 1 | wc -l)" = 1 ]'

say '--- bash'
script=$top_dir/announcer/shell/bash-completion/grevysh
terminal 90 16 'env PS1="$ " bash --norc --noprofile'
sees 'a bash' '\$'
line ". $script"
sees 'with the script' '\$ \. .*' '\$'
type 'grevysh -c "sh'
keys Tab
type 'ser'
keys Tab
sees 'a command in quotes, which stay open' '\$ grevysh -c "show services'
type 'def'
keys Tab Tab Tab
sees 'names of now' 'show services default/web +show services default/wiki' '\$ grevysh -c "show services default/w'
type 'e'
keys Tab
type '| inc'
keys Tab
type 'State"'
keys Enter
sees 'and it runs' '\$ grevysh -c "show services default/web \| include State"' 'State: .*' '\$'
type 'grevysh -c why\ de'
keys Tab
type 'e'
keys Tab
sees 'backslashes instead of quotes' '\$ grevysh -c why\\ default/web'
keys C-u
type 'grevysh --vt'
keys Tab
type '/run/gre'
keys Tab
keys BSpace
type ' -c "clear b'
keys Tab
sees 'options, folders, and verbs' '\$ grevysh --vty_socket /run/grevy -c "clear bgp'
keys C-u
stop grevyd
type 'grevysh -c "sh'
keys Tab Tab
type 'ow'
sees 'without a grevyd nothing, and no complaint' '\$ grevysh -c "show'
