# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# raw.sh - a raw client of zebra (zapi.py) for the cases that prove a trap: sourced after lib.sh.
# Its routes are of type babel, so that they are told from grevyd's.
# shellcheck disable=SC2154 # lib.sh sets these

# raw_start NAME [NAMESPACE] [SOCKET]: connected, HELLO not yet said.
raw_start() {
    mkfifo "$lab/$1.in"
    start "$1" "${2:-router}" python3 "$e2e_dir/zapi.py" client "$(frr_version)" \
        "${3:-/run/frr/zserv.api}" "$lab/$1.in"
    wait_for 10 "logged '^connected' $1"
}

# raw NAME COMMAND: one command of zapi.py.
raw() {
    local name=$1
    shift
    printf '%s\n' "$*" 1<>"$lab/$name.in" # never waits for a reader
}

# raw_hello NAME KEY [OPTION...]
raw_hello() {
    raw "$1" hello "${@:2}"
    wait_for 10 "logged '^up' $1"
}

# raw_end NAME: closes its connection.
raw_end() {
    stop "$1" KILL
    rm -f "$lab/$1.in"
    : >"$lab/log/$1.log"
}

# notes NAME WHAT PREFIX: how many of these were told.
notes() { grep -c "^note $2 $3\$" "$lab/log/$1.log"; }

# raw_kernel PREFIX: gateways of the raw client's route in the kernel.
raw_kernel() { in_ns router ip route show "$1" proto 42 | grep -oE 'via [0-9a-f.:]+' | cut -d' ' -f2 | paste -sd' '; }

# victim_start [OPTION...]: a zebra of its own in the client's namespace, to be crashed.
victim=/run/frr/victim/zserv.api
victim_start() {
    install -d -o frr -g frr /run/frr/victim
    rm -f "$victim"
    ulimit -c 0
    start victim client "$FRR/zebra" -A 127.0.0.1 -N victim --log stdout "$@"
    disown "${pids[victim]}" # its end is no news to the shell
    wait_for 10 'running victim && [ -S "$victim" ]'
}
victim_stop() {
    kill -KILL "${pids[victim]}" 2>/dev/null
    wait_for 5 '! running victim'
}
