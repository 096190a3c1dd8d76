# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tmux_lib.sh - lib.sh's lab with a person at a terminal: keys go to a program in tmux; what its
# screen then shows is waited for, judged and printed.
# shellcheck source=tests/e2e/lib.sh
[ -n "${e2e_dir-}" ] || . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v tmux >/dev/null || {
    echo "FAIL $case_name: no tmux: apt-get install tmux"
    exit 1
}

# shell_lab [SERVICE...]: a grevyd with these (as lab.py says) and no output; and a home folder.
shell_lab() {
    local object
    lab_start 0
    # libedit keeps its copies of the names of our keys' functions for ever.
    echo leak:wcsdup >"$lab/lsan"
    export HOME=$lab/home LSAN_OPTIONS=suppressions=$lab/lsan:print_suppressions=0
    mkdir -p "$HOME"
    # libedit never frees the names of a shell's own functions, and says so in its source.
    echo 'leak:wcsdup' >"$lab/lsan"
    chmod 644 "$lab/lsan"
    export LSAN_OPTIONS=suppressions=$lab/lsan:print_suppressions=0
    nodes 1
    for object; do echo "service $object"; done | manifest
    printf '%s: {enabled: no}\n' zebra kernel | grevyd_conf
    grevyd_start
}

terminals=0
tmux_() { tmux -S "$lab/tmux.$terminals" -f /dev/null "$@"; }

# terminal COLUMNS ROWS COMMAND: a fresh one, with the command in it. When that ends, the terminal
# says how.
terminal() {
    [ $terminals = 0 ] || tmux_ kill-server 2>/dev/null
    terminals=$((terminals + 1))
    tmux_ new-session -d -s lab -x "$1" -y "$2" "$3; printf '\nleft with %s\n' \$?; read -r _"
    tmux_ set-option -g status off
    tmux_ resize-window -t lab -x "$1" -y "$2"
}
# resize COLUMNS ROWS: and the program has been told.
resize() {
    local tty
    tty=$(tmux_ display-message -p -t lab '#{pane_tty}')
    tmux_ resize-window -t lab -x "$1" -y "$2"
    wait_for 10 "[ \"\$(stty size <$tty)\" = '$2 $1' ]"
}

# type TEXT: as typed. keys NAME...: Tab, Enter, C-c ... as tmux names them. line TEXT: and Enter.
type() { tmux_ send-keys -t lab -l -- "$1"; }
keys() { tmux_ send-keys -t lab "$@"; }
line() {
    type "$1"
    keys Enter
}
# A line that is given up, and a screen with nothing but a prompt.
fresh() {
    keys C-c
    tmux_ clear-history -t lab
    keys C-l
    local end=$(($(now_ms) + 10000))
    until [[ $(screen) = grevy[#\>] ]]; do
        [ "$(now_ms)" -lt "$end" ] || {
            show_screen
            fail "no fresh prompt"
        }
        pause 0.02
    done
}

# The screen without the blanks at the ends of lines and the empty lines at its end.
screen() { tmux_ capture-pane -p -t lab | sed 's/ *$//' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }
show_screen() { screen | sed 's/^/    | /'; }

# sees 'WHAT IT SHOWS' REGEX...: within 10 s each matches a whole line of the screen, in this order,
# and the last one its last line. The screen is printed.
sees() {
    local what=$1 end=$(($(now_ms) + 10000)) missing
    shift
    until missing=$(screen | python3 "$e2e_dir/screen.py" "$@"); do
        [ "$(now_ms)" -lt "$end" ] || {
            show_screen
            fail "$what: the screen lacks $missing"
        }
        pause 0.02
    done
    ok "$what"
    show_screen
}

# lacks 'WHAT IT SHOWS' REGEX: no line of the screen that is there, in whole or in part.
lacks() {
    ! screen | grep -qE -- "$2" || {
        show_screen
        fail "$1: there is $2"
    }
    ok "$1"
}
