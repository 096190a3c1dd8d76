#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# grevysh at a terminal, as one knows vtysh: TAB, ?, abbreviations, what is ambiguous, unknown or
# incomplete, ^C and ^Z, history, resizing, leaving. Each screen is in the output.
# shellcheck source=tests/e2e/tmux_lib.sh
. "$(dirname "$0")/tmux_lib.sh"

shell_lab "default/web ips=$pool4.1 on=node1" "default/wiki ips=$pool4.2 on=node1" \
    "kube/dns ips=$pool4.3 on=node1"
terminal 80 24 grevysh
sees 'it says hello, and that verbs may be said' 'Hello, this is grevysh \(version .*\)\.' 'grevy#'

say '--- TAB'
fresh
type 'sho'
keys Tab
type 'ser'
keys Tab
sees 'one word begins so: it is completed, and a blank' 'grevy# show services'
type 'def'
keys Tab
sees 'names of now, as far as they begin alike' 'grevy# show services default/w'
keys Tab Tab
sees 'twice: a list in columns' 'grevy# show services default/w' 'default/web +default/wiki' 'grevy# show services default/w'
type 'i'
keys Tab
type '| inc'
keys Tab
type 'State'
keys Enter
sees 'and the line does what it says' 'grevy# show services default/wiki \| include State' 'State: .*' 'grevy#'
fresh
type 'show xyz'
keys Tab Tab Tab
type '!'
sees 'nothing begins so: nothing is added' 'grevy# show xyz!'
fresh
type 'clear bgp foo'
keys C-a M-f Tab
type 'X'
sees 'in the middle: what stands behind stays' 'grevy# clear X bgp foo'

say '--- ?'
fresh
type '?'
sees 'at the beginning: every command' '  clear +Begin anew' '  show +Look at what grevyd knows' '  why +.*' 'grevy#'
fresh
type 'show ser?'
sees 'in a word: what begins so' 'grevy# show ser' '  services +Services, their addresses and their state' 'grevy# show ser'
type 'vices ?'
sees 'behind a word: <cr>, variables, words' 'grevy# show services' '  <cr>' '  NS/NAME +A Service, by namespace and name' \
    '  json +JavaScript Object Notation' 'grevy# show services'
type '| ?'
sees 'behind a |' '  begin +From the first line that matches' '  count +Count the lines that match' \
    '  exclude +Lines that do not match' '  include +Lines that match a regular expression' 'grevy# show services \|'
type 'c ?'
sees 'behind include' '  REGEX +An extended regular expression' 'grevy# show services \| c'
type 'wik?i'
keys Enter
sees 'in an expression it is a letter' 'grevy# show services \| c wik\?i' '1' 'grevy#'
fresh
type 'show xyz ?'
sees 'where nothing can follow' '% There is no matched command\.' 'grevy# show xyz'

say '--- words'
fresh
line 'sh ver'
sees 'abbreviated' 'grevy# sh ver' 'grevy [0-9].*' 'grevy#'
fresh
line ' sh  r'
sees 'ambiguous: a caret below the word, and what it could be' 'grevy#  sh  r' '% Ambiguous command: sh  r' ' {25}\^' \
    '  rib +Routes, and what the outputs say' '  running-config +The configuration in force.*' 'grevy#'
fresh
line 'show rib frob'
sees 'unknown: a caret below the word' '% Unknown command: show rib frob' ' {28}\^' 'grevy#'
fresh
line 'show'
sees 'incomplete' '% Command incomplete: show' 'grevy#'

say '--- ^C, ^Z'
fresh
type 'clear bgp *'
sees 'a line' 'grevy# clear bgp \*'
keys C-c
sees 'what is typed is given up' 'grevy# clear bgp \*' 'grevy#'
type 'show nonsense'
sees 'another' 'grevy# show nonsense'
keys C-z
sees 'and it does not stop' 'grevy# show nonsense' 'grevy#'
line 'sh ver | inc ^grevy'
sees 'but goes on' 'grevy [0-9].*' 'grevy#'
check 'no verb was said' '! logged "clear bgp"'
fresh
kill -STOP "${pids[grevyd]}"
line 'show version'
sees 'a grevyd that does not answer' 'grevy# show version'
keys C-c
sees 'is not waited for' 'grevy# show version' '\^C' 'grevy#'
kill -CONT "${pids[grevyd]}"
line 'sh ver | inc ^grevy'
sees 'and is asked again' 'grevy [0-9].*' 'grevy#'

say '--- resizing'
fresh
type 'show services | include a line that is rather long'
resize 30 12
sees 'narrower: the line is drawn anew' 'grevy# show services \| include' ' a line that is rather long'
type 'er'
sees 'and goes on' 'grevy# show services \| include' ' a line that is rather longer'
resize 100 20
sees 'wider' 'grevy# show services \| include a line that is rather longer'
keys Home
type '! '
keys End
type ' yet'
sees 'with the cursor where it belongs' 'grevy# ! show services \| include a line that is rather longer yet'

say '--- history'
fresh
for word in one two two; do
    line "echo $word"
    sees 'a line' "grevy# echo $word" "$word" 'grevy#'
done
keys Up Up
sees 'the line before the last, of two that are the same one' 'grevy# echo one'
fresh
keys C-r
type 'cho t'
keys Escape
keys C-e
sees 'searched' 'grevy# echo two'
fresh
line 'show history'
sees 'shown' 'echo one' 'echo two' 'show history' 'grevy#'
is 'the file is for its owner alone' "$(stat -c '%a' "$HOME/.grevysh_history")" 600
tmux_ kill-server
grep -qx 'echo two' "$HOME/.grevysh_history" || fail "a line is lost when the terminal goes away"
terminal 80 24 grevysh
sees 'the next shell' 'grevy#'
keys Up Up Up
sees 'has the lines of the one before' 'grevy# echo one'

say '--- who may'
fresh
line 'disable'
sees 'disable: only looking' 'grevy# disable' 'grevy>'
line 'debug zserv'
sees 'a verb says what is missing' '% Say `enable` first: this changes something' 'grevy>'
type 'debug ?'
sees 'and verbs are not offered' '% There is no matched command\.' 'grevy> debug'
keys C-c
line 'en'
sees 'en is two words, as in vtysh' '% Ambiguous command: en' ' +\^' '  enable .*' '  end .*' 'grevy>'
line 'ena'
sees 'enable' 'grevy> ena' 'grevy#'

say '--- leaving'
line 'end'
sees 'end stays, as in vtysh' 'grevy# end' 'grevy#'
line 'ex'
sees 'exit' 'left with 0'
terminal 80 24 grevysh
sees 'again' 'grevy#'
keys C-d
sees '^D' 'left with 0'
stop grevyd
terminal 80 24 grevysh
sees 'without a grevyd' 'grevysh: /run/grevy/grevyd.vty: grevyd is not running' 'left with 16'
