#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# rc_common.sh SCRIPT ACTION - stands in for OpenWrt's /etc/rc.common and for procd: runs an action
# of an init script that uses procd, and writes down what it declares. Each parameter of its one
# instance becomes a file in $PROCD_DIR, an argument a line; signals go to the pid in
# $PROCD_DIR/pid. It starts nothing. What the real ones would silently ignore ends it: another
# parameter, a parameter outside an instance, an instance that is not closed.
set -u

complain() {
    echo "rc_common.sh: $*" >&2
    exit 2
}

procd_open_instance() {
    [ "$instance" = none ] || complain 'a second instance'
    instance=open
}
procd_set_param() {
    [ "$instance" = open ] || complain "outside an instance: $*"
    case $1 in
    command | user | group | limits | respawn | term_timeout | no_new_privs | stdout | stderr) ;;
    *) complain "unknown parameter: $1" ;;
    esac
    parameter=$PROCD_DIR/$1
    [ ! -e "$parameter" ] || complain "$1: set twice"
    shift
    printf '%s\n' "$@" >"$parameter"
}
procd_close_instance() {
    [ "$instance" = open ] && [ -e "$PROCD_DIR/command" ] || complain 'not open, or without a command'
    instance=closed
}
# SERVICE INSTANCE SIGNAL
procd_send_signal() {
    [ "$1" = "${initscript##*/}" ] && [ "$2" = '*' ] || complain "no such service: $1 $2"
    kill "-$3" "$(cat "$PROCD_DIR/pid")"
}

stop_service() { :; }

initscript=$1
action=$2
instance=none
# shellcheck source=frr-config/openwrt/grevyd.init
. "$initscript"
[ "${USE_PROCD-}" = 1 ] || complain 'no USE_PROCD'

case $action in
start)
    rm -f "$PROCD_DIR"/[a-z]*
    start_service
    status=$?
    [ "$instance" != open ] || complain 'the instance is not closed'
    exit $status
    ;;
stop)
    stop_service
    kill -TERM "$(cat "$PROCD_DIR/pid")"
    ;;
reload) reload_service ;;
order) echo "$START $STOP" ;;
*) complain "unknown action: $action" ;;
esac
