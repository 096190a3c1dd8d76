#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every fault of the proxy, one after the other: while it lasts, endpoints move and a Service comes
# or goes; once it is over the RIB, zebra and the kernel have what kubectl says. No route that nobody
# changed is ever taken from the kernel, and what is wrong meanwhile is said.
# shellcheck source=tests/e2e/kube_proxy_lib.sh
. "$(dirname "$0")/kube_proxy_lib.sh"

lab_start
zebra_start
kube_start
kube_nodes
reader_start
proxy_start
services <<EOF
service default/stays ips=$pool4.1 on=node1,node2,node3
service default/stays6 ips=$pool6::1 v6 local on=node2*2,node3
service default/moves ips=$pool4.2 local on=node1
service default/comes ips=$pool4.3 local on=node2
EOF
kube_conf </dev/null
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

# move: the endpoint goes to the next node; in turn the other Service goes and comes.
round=0
want=
move() {
    local node
    round=$((round + 1))
    node=$((round % 3 + 1))
    kubectl patch endpointslice moves-ipv4 --type json -p \
        "[{\"op\":\"replace\",\"path\":\"/endpoints/0/nodeName\",\"value\":\"node$node\"}]" >/dev/null || fail 'kubectl patch'
    want="$stays
$pool4.2/32 $(node_ip $node)*1"
    if [ $((round % 2)) = 1 ]; then
        kubectl delete service comes >/dev/null || fail 'kubectl delete'
    else
        services <<<"service default/comes ips=$pool4.3 local on=node2"
        want="$want
$comes"
    fi
    want="$want
$stays6"
}

# Faults that have not struck yet; a bookmark comes once a minute.
unstruck() { proxy stats | grep -E '^fault .*applied=0$' | grep -v ' bookmarks  '; }

# trial NAME 'SIGN' COMMAND...: these commands to the proxy, a change, what is said (a regex, or ''),
# and after the end of it the right state. sign_s, final_s: within how long.
sign_s=30 final_s=60
trial() {
    local name=$1 sign=$2 lines command took
    shift 2
    mark=$(log_lines)
    lines=$(log_lines monitor)
    for command; do
        # shellcheck disable=SC2086 # words are meant
        proxy $command >/dev/null || fail "the proxy refuses: $command"
    done
    move
    if [ -n "$sign" ]; then
        wait_for $sign_s "said '$sign'"
        say "      $(said "$sign" | tail -n 1 | tr -s ' ' | cut -c1-150)"
    fi
    wait_for $sign_s '! unstruck'
    proxy clear
    took=$(now_ms)
    wait_for $final_s 'agree "$want" && watching'
    took=$(($(now_ms) - took))
    ! tail -n "+$((lines + 1))" "$lab/log/monitor.log" | grep -E "Deleted.* ($pool4.1|$pool6::1) " ||
        fail "$name: a route that nobody changed was deleted"
    ok "$name: right, $took ms after its end"
}
dir=$kube/pki
relist='fault expire verb=watch count=4' # a 410 in each watch: all is listed anew
list='fault nostream'                    # by pages, not by a stream

trial 'connections reset' '' 'reset'
trial 'closed' '' 'reset fin'
for how in rst fin stream; do
    trial "cut in the middle of an event: $how" '' "fault cut verb=watch count=2 how=$how"
done
trial 'a watch that ends in the middle of an event' '' 'fault truncate verb=watch count=2'
trial 'watches that end at once, again and again' '' 'fault end'
for how in rst fin stream; do
    trial "cut in the middle of a list: $how" 'services: .*|failing' "$list" "fault cut verb=list how=$how" "$relist"
done
trial 'lists that end in their middle' 'failing' "$list" 'fault truncate verb=list' "$relist"
trial 'a byte at a time' '' 'fault split bytes=1' 'reset'
trial 'pieces of TCP' '' 'fault split bytes=3 level=tcp' "$relist"
trial 'slow lists' '' "$list" 'fault delay verb=list ms=20' 'fault split verb=list bytes=100' "$relist"
trial 'flipped bytes in events' 'failing|endpointslices' 'fault garble verb=watch kind=bytes'
for kind in json shape array html; do
    trial "events that are $kind" 'failing|endpointslices' "fault garble verb=watch kind=$kind"
done
for kind in bytes json shape array html; do
    trial "lists that are $kind" 'failing' "$list" "fault garble verb=list kind=$kind" "$relist"
done
trial 'bad objects among events' '' 'fault garble verb=watch kind=object'
trial 'bad objects in lists' '' "$list" 'fault garble verb=list kind=object' "$relist"
trial 'corrupt TLS' '' 'fault corrupt count=3'
trial '410 in a watch' '' "$relist"
trial '410 in every watch' 'too old' 'fault expire verb=watch'
trial '410 to watches' '' 'fault answer status=410 verb=watch' 'reset'
trial '410 to lists' '410|too old' "$list" 'fault answer status=410 verb=list' "$relist"
trial '410 to a continue token' '410|too old' "$list" 'fault pages limit=2' 'fault answer status=410 path=continue=' "$relist"
trial 'pages of two' '' "$list" 'fault pages limit=2' "$relist"
trial '429 with Retry-After' '429|[Tt]oo many' 'fault answer status=429 retry=3' 'reset'
for status in 500 503 504; do
    trial "$status to everything" "$status" "fault answer status=$status" 'reset'
done
trial '401 to everything' '401|[Uu]nauthorized' 'fault answer status=401' 'reset'
trial '403 for EndpointSlices' 'endpointslices.*(may not|forbidden)' 'fault answer status=403 resource=endpointslices' 'reset'
trial 'an expired certificate' 'expired' "fault cert cert=$dir/proxy-expired.crt key=$dir/proxy-expired.key" 'reset'
trial 'the certificate of another CA' 'certificate|issuer' "fault cert cert=$kube/other/proxy.crt key=$kube/other/proxy.key" 'reset'
trial 'nobody listens' 'refused|reset|connect' 'fault refuse' 'reset'
trial 'requests reset' 'reset|failing' 'fault rst' 'reset'
trial 'RST_STREAM instead of answers' 'failing|stream' 'fault rst how=stream' 'reset'
trial 'GOAWAY' '' 'fault goaway' "$relist"
trial 'HTTP/1.1 alone' '' 'fault http1' 'reset'
trial 'every event twice' '' 'fault duplicate'
trial 'no bookmarks' '' 'fault bookmarks' 'reset'
trial 'not even the one that ends a streaming list' '' 'fault bookmarks initial=1' "$relist"
for how in refused bad ignored; do
    trial "streaming lists: $how" '' "fault nostream how=$how" "$relist"
done
trial 'a list from long ago' '' "$list" 'fault stale' "$relist"
trial 'an older server: EndpointSlices of v1beta1' '' 'fault v1beta1' 'reset'

# The rest takes as long as it takes to notice silence.
sign_s=120 final_s=150
trial 'a frozen server' 'failing|silent|timed out|no answer|heard' 'fault freeze'
trial 'frozen watches' '' 'fault freeze verb=watch lost=1'
trial 'half-open connections' '' 'fault half-open'
check 'zebra lives' 'running zebra && vty_zebra "show version"'
