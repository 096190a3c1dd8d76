# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# l2_failover_lib.sh - l2_lib.sh, and what it takes to tell what a change of owners costs: a stream
# of 1,000 packets a second to an address, and how often nodes took or lost one.
# shellcheck source=tests/e2e/l2_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/l2_lib.sh"

# At most so many packets are lost with a node that dies: of a machine that is ours alone 600, of
# one where others wait for the processors as many more as they are.
dead_bound() { awk -v n="$(nproc)" '{ print int(600 * (1 + $1 / n)) }' /proc/loadavg; }

# l2_of I ADDRESS: what node I says of an address: 'STATE OWNER', or nothing.
l2_of() { l2_ask "$1" "show l2 $2 json" | json "d['state'] + ' ' + str(d.get('owner'))"; }
# l2_moves I [ADDRESS]: how often node I took or lost addresses, or this one.
l2_moves() { l2_ask "$1" "show l2 ${2+$2 }json" | json "str(d['moves'])"; }
# owned I...: how many addresses these answer for.
owned() {
    local i
    for i; do l2_ask "$i" 'show l2 json' | json "str(d['states']['owner'])"; done | awk '{ n += $1 } END { print n }'
}
# l2_could I ADDRESS: node I has an interface, and may answer for it.
l2_could() {
    l2_ask "$1" "show l2 $2 json" | json "d['candidate']" &&
        l2_ask "$1" 'show l2 interfaces json' | json "any(i['name'] == 'eth0' and i['choice'] == 'chosen' for i in d['interfaces'])"
}
# l2_alive I: the nodes that it hears: 'node2 node3'.
l2_alive() { l2_ask "$1" 'show l2 peers json' | json "' '.join(p['node'] for p in d['peers'] if p['alive'])"; }

# l2_hears I...: each of these hears the others.
l2_hears() {
    local i j others
    for i; do
        others=''
        for j; do [ "$i" = "$j" ] || others+="${others:+ }node$j"; done
        wait_for "${l2_patience-10}" "[ \"\$(l2_alive $i)\" = '$others' ]"
    done
}
# l2_agree ADDRESS I...: one node answers for it, and all of these say the same: left in $owner.
l2_agree() {
    local i address=$1
    shift
    l2_owned "$address"
    for i; do
        wait_for "${l2_patience-10}" "[[ \$(l2_of $i $address) == *' node$owner' ]]"
    done
}

# node_is I [WORDS...]: its Node, as lab.py has them.
node_is() {
    local i=$1
    shift
    echo "node node$i $(node_ip "$i") $(node_ip "$i" 6) $*" | manifest
}
exclude=label=node.kubernetes.io/exclude-from-external-load-balancers:true

# node_dies I: its cable, then everything on it. node_rises I: as it was; grevyd with it.
node_dies() {
    lan_cut "node$1"
    l2_stop "$1" KILL
    stop "echo$1" KILL
}
node_rises() {
    lan_join "node$1"
    node_up "$1"
    start "echo$1" "node$1" stream echo 7000
    l2_start "$1"
}

# --- streams ---------------------------------------------------------------------------------

# streams_start CASE ADDRESS...: one to each. streams_stop 'WHAT IT SHOWS' BOUND: of none more is lost.
stream_case='' streamed=()
streams_start() {
    stream_case=$1
    shift
    streamed=("$@")
    local address
    for address; do stream_start "$stream_case-$address" "$address"; done
}
streams_stop() {
    local address
    for address in "${streamed[@]}"; do
        stream_stop "$stream_case-$address"
        say "      $stream_case: $address: lost $lost of $sent packets, $gap_ms ms without an answer"
        check "$1: at most $2" "[ $lost -le $2 ]"
    done
}
