#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every fault of the proxy, one after the other: while it lasts, endpoints move and a Service comes
# or goes; once it is over the RIB, zebra and the kernel have what kubectl says. No route that nobody
# changed is ever taken from the kernel, and what is wrong meanwhile is said.
# make soak takes 100 at random: KUBE_FAULTS and SOAK_SEED choose; KUBE_FAULT is a regex of some of
# them. make check takes them in parts, side by side: kube_faults_1.sh and its like source this file.
kube_grace=600 # no Node falls silent because this machine is busy
# shellcheck source=tests/e2e/kube_proxy_lib.sh
. "$(dirname "$0")/kube_proxy_lib.sh"

at_random=${KUBE_FAULTS:-0} seed=${SOAK_SEED:-20260101}
if [ "${GREVY_SOAK-}" = full ]; then
    at_random=${KUBE_FAULTS:-100} seed=${SOAK_SEED:-$EPOCHSECONDS}
fi
reader_lab
services <<EOF
service default/stays ips=$pool4.1 on=node1,node2,node3
service default/stays6 ips=$pool6::1 v6 local on=node2*2,node3
service default/moves ips=$pool4.2 local on=node1
service default/comes ips=$pool4.3 local on=node2
EOF
reader_conf </dev/null
grevyd_start
stays="$pool4.1/32 192.168.2.13*1,192.168.2.14*1,192.168.2.15*1"
stays6="$pool6::1/128 $fd00:2::14*2,$fd00:2::15*1"
comes="$pool4.3/32 192.168.2.14*1"
becomes 30 'all of it' kernel "$stays
$pool4.2/32 192.168.2.13*1
$comes
$stays6"
wait_for 20 watching
monitor_start

# Faults, a line each: what it is called; what show kubernetes or the log says of it, a regex (none
# where nobody needs to know); commands to the proxy, or "restart" of grevyd, which asks for streaming
# lists then. Some begin with a 410, so that all is listed.
relist='fault expire verb=watch count=4'
list="fault nostream; $relist" # by pages, not by a stream
tls=$kube/pki/proxy-expired
other=$kube/other/proxy
read -rd '' faults <<EOF
connections reset; ; reset
connections closed; ; reset fin
cut in the middle of an event, TCP reset; ; fault cut verb=watch count=2
cut in the middle of an event, closed; ; fault cut verb=watch count=2 how=fin
cut in the middle of an event, RST_STREAM; ; fault cut verb=watch count=2 how=stream
a watch that ends in the middle of an event; ; fault truncate verb=watch count=2
watches that end at once, again and again; ; fault end
cut in the middle of a list, TCP reset; failing; fault cut verb=list; $list
cut in the middle of a list, closed; failing; fault cut verb=list how=fin; $list
cut in the middle of a list, RST_STREAM; failing; fault cut verb=list how=stream; $list
lists that end in their middle; failing; fault truncate verb=list; $list
a byte at a time; ; fault split bytes=1; reset
pieces of TCP; ; fault split bytes=3 level=tcp; $relist
slow lists; ; fault delay verb=list ms=20; fault split verb=list bytes=100; $list
flipped bytes in events; failing; fault garble verb=watch kind=bytes
events that are not JSON; failing; fault garble verb=watch kind=json
events that never end; failing; fault garble verb=watch kind=open
events of another shape; failing; fault garble verb=watch kind=shape
events in an array; failing; fault garble verb=watch kind=array
events that are HTML; failing; fault garble verb=watch kind=html
flipped bytes in lists; failing; fault garble verb=list kind=bytes; $list
lists that are not JSON; failing; fault garble verb=list kind=json; $list
lists of another shape; failing; fault garble verb=list kind=shape; $list
lists in an array; failing; fault garble verb=list kind=array; $list
lists that are HTML; failing; fault garble verb=list kind=html; $list
bad objects among events; ; fault garble verb=watch kind=object
bad objects in lists; ; fault garble verb=list kind=object; $list
corrupt TLS; ; fault corrupt count=3
410 in a watch; ; $relist
410 in every watch; too old; fault expire verb=watch
410 to watches; too old|410; fault answer status=410 verb=watch; reset
410 to lists; too old|410; fault answer status=410 verb=list; $list
410 to a continue token; too old|410; fault pages limit=2; fault answer status=410 path=continue=; $list
pages of two; ; fault pages limit=2; $list
429 with Retry-After; 429; fault answer status=429 retry=3; reset
500 to everything; 500; fault answer status=500; reset
503 to everything; 503; fault answer status=503; reset
504 to everything; 504; fault answer status=504; reset
401 to everything; 401|[Uu]nauthorized; fault answer status=401; reset
403 for EndpointSlices; endpointslices.*(may not|forbidden); fault answer status=403 resource=endpointslices; reset
an expired certificate; expired; fault cert cert=$tls.crt key=$tls.key; reset
the certificate of another CA; certificate; fault cert cert=$other.crt key=$other.key; reset
nobody listens; refused|reset|connect; fault refuse; reset
requests reset; reset|failing; fault rst; reset
RST_STREAM instead of answers; failing|stream; fault rst how=stream; reset
GOAWAY; ; fault goaway; $relist
HTTP/1.1 alone; ; fault http1; reset
every event twice; ; fault duplicate
no bookmarks; ; fault bookmarks; reset
not even the bookmark that ends a streaming list; ; fault bookmarks initial=1; restart
no streaming lists: 422; ; fault nostream how=refused; restart
no streaming lists: 400; ; fault nostream how=bad; restart
no streaming lists: ignored; ; fault nostream how=ignored; restart
streaming lists that are cut; ; restart; fault cut verb=watch; $relist
streaming lists that end in their middle; ; fault truncate verb=watch; restart
streaming lists that are not JSON; failing; fault garble verb=watch kind=json; restart
discovery that is HTML; HTML|JSON|failing|discovery; fault garble verb=discover kind=html; restart
no discovery; 404|failing|absent|has no; fault noversions; restart
everything slow, from the start; ; fault delay ms=50; fault split bytes=500; restart
401 from the start; 401; fault answer status=401; restart
a list from long ago; ; fault stale; $list
an older server, EndpointSlices of v1beta1; ; fault v1beta1; restart
an API server that is downgraded, to EndpointSlices of v1beta1; ; fault v1beta1; reset
a frozen server; Reachable: +no; fault freeze
frozen watches; ; fault freeze verb=watch lost=1
half-open connections; ; fault half-open
EOF

# move: the endpoint goes to the next node; in turn the other Service goes and comes.
round=0 want=
move() {
    local node more=
    round=$((round + 1))
    node=$((round % 3 + 1))
    kubectl patch endpointslice moves-ipv4 --type json -p \
        "[{\"op\":\"replace\",\"path\":\"/endpoints/0/nodeName\",\"value\":\"node$node\"}]" >/dev/null || fail 'kubectl patch'
    if [ $((round % 2)) = 1 ]; then
        kubectl delete service comes >/dev/null || fail 'kubectl delete'
    else
        services <<<"service default/comes ips=$pool4.3 local on=node2"
        more=$'\n'$comes
    fi
    want="$stays
$pool4.2/32 $(node_ip $node)*1$more
$stays6"
}

restart() {
    stop grevyd KILL
    grevyd_start
    wait_for 10 zserv_up
}

# trial 'LINE OF faults': strikes, the cluster changes, is said, ends; then all is right. It takes up
# to 45 s to notice that nothing is heard any more, and up to 30 s until the next try.
trial() {
    local words name sign command lines began
    IFS=';' read -ra words <<<"$1"
    name=${words[0]} sign=${words[1]# }
    mark=$(log_lines)
    lines=$(log_lines monitor)
    for command in "${words[@]:2}"; do
        # shellcheck disable=SC2086 # words are meant
        case ${command# } in
        restart) restart ;;
        *) proxy $command >/dev/null || fail "$name: the proxy refuses: $command" ;;
        esac
    done
    move
    wait_for 90 '! unstruck'
    if [ -n "$sign" ]; then
        wait_for 90 "said '$sign'"
        name+=" ($(said "$sign" | tail -n 1 | tr -s ' ' | cut -c1-120))"
    fi
    proxy clear
    began=$(now_ms)
    wait_for 120 'agree "$want" && watching'
    ! tail -n "+$((lines + 1))" "$lab/log/monitor.log" | grep -E "Deleted.* ($pool4.1|$pool6::1) " ||
        fail "$name: a route that nobody changed was deleted"
    ok "$name: right $(($(now_ms) - began)) ms after its end"
}

mapfile -t faults <<<"${faults%$'\n'}"
if [ "$at_random" = 0 ]; then
    for ((n = ${part-1} - 1; n < ${#faults[@]}; n += ${parts-1})); do
        [[ ! ${faults[n]} =~ ${KUBE_FAULT-} ]] || trial "${faults[n]}"
    done
else
    say "again: SOAK_SEED=$seed KUBE_FAULTS=$at_random $0"
    RANDOM=$((seed % 32768))
    for ((n = 1; n <= at_random; n++)); do
        trial "${faults[RANDOM % ${#faults[@]}]}"
    done
fi
is 'faults that nobody knows are none of ours' "$(proxy fault nonsense 2>&1)" 'error: no fault "nonsense"'
check 'zebra lives' 'running zebra && vty_zebra "show version"'
