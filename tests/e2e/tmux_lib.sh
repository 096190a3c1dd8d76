# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tmux_lib.sh - a person at a terminal: tests/e2e/shell_*.sh source it after lib.sh. Keys go to a
# program in tmux, and what its screen then shows is waited for, printed and judged.

tmux_() { tmux -L lab -f /dev/null "$@"; }

# terminal COLUMNS ROWS COMMAND: a fresh one, with the command in it.
terminal() {
    tmux_ kill-server 2>/dev/null
    tmux_ new-session -d -s lab -x "$1" -y "$2" "$3; printf '\nleft with %s\n' \$?; read -r _"
    tmux_ set-option -g status off
    tmux_ resize-window -t lab -x "$1" -y "$2"
}

# type TEXT: as typed, letter by letter. keys NAME...: Tab, Enter, C-c ... as tmux names them.
type() { tmux_ send-keys -t lab -l -- "$1"; }
keys() { tmux_ send-keys -t lab "$@"; }
line() {
    type "$1"
    keys Enter
}

# What is on the screen, without the blanks at the ends of lines and the empty lines at its end.
screen() { tmux_ capture-pane -p -t lab | sed 's/ *$//' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }
last_line() { screen | tail -n 1; }
show_screen() {
    screen | sed 's/^/    | /'
}

# sees 'WHAT IT SHOWS' REGEX...: within 10 s each matches a line of the screen, the last one its
# last line. The screen is printed.
sees() {
    local what=$1 end=$(($(now_ms) + 10000)) got regex missing
    shift
    while :; do
        got=$(screen)
        missing=
        for regex; do
            grep -qE -- "$regex" <<<"$got" || missing=$regex
        done
        tail -n 1 <<<"$got" | grep -qE -- "${!#}" || missing="as its last line: ${!#}"
        [ -n "$missing" ] || break
        if [ "$(now_ms)" -ge "$end" ]; then
            show_screen
            fail "$what: the screen lacks $missing"
        fi
        pause 0.02
    done
    ok "$what"
    show_screen
}

# lacks 'WHAT IT SHOWS' REGEX: on the screen as it is.
lacks() {
    ! screen | grep -qE -- "$2" || {
        show_screen
        fail "$1: there is $2"
    }
    ok "$1"
}

# clear: an empty screen but for the prompt.
clear_screen() {
    keys C-u C-l
    sees_quietly '^grevy[#>]$'
}
sees_quietly() { wait_for 10 "[ \"\$(screen | wc -l)\" = 1 ] && screen | grep -qE '$1'"; }
