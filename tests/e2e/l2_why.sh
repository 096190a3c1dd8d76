#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Layer 2, what `why` says of real faults, word for word as grevy-why(7) has it: another node is the
# owner, no node with an interface, none that is heard, the kernel answers besides, no key or
# another one, no right. And that it says nothing any more when the fault is gone.
# shellcheck source=tests/e2e/l2_lib.sh
. "$(dirname "$0")/l2_lib.sh"

l2_lan 3
a=$vip4.100 b=$vip4.101
manifest <<EOF
service default/web ips=$a local on=node2
service default/away ips=$b local on=node3
service default/odd ips=$wide4.7 on=node1,node2
EOF
# The advertisement of $wide4.0/24 names an interface that nobody has.
odd() {
    sed -i "s|{name: wide, .*|{name: wide, protocol: layer2, addresses: [\"$wide4.0/24\"], l2-advertisements: [{interfaces: [eth7]}]}|" \
        "$lab/node$1.yaml"
}
for i in 1 2 3; do
    l2_conf "$i" </dev/null
    odd "$i"
done
peers_cure="Cure: grevysh -c 'show l2 peers'; UDP port 7474 must pass between the nodes, and all need the same key"
here="=> $a is answered for by this node"
there="$a is answered for by node2, another node"
why() { l2_ask "$1" "why $2"; } # I ADDRESS
verdicts() { why "$1" "$2" | grep '^=>'; }

l2_start 1 2
l2_owned "$a"
is 'the node with the endpoint answers' "$owner" 2
why_says l2_elsewhere "why 1 $a" "$there"
becomes 10 'on that node nothing is wrong' "verdicts 2 $a" "$here"
why_says l2_nobody_alive "why 1 $b" "owner: 1 node may answer, and none is heard. $peers_cure"

# Of two nodes without an interface for it the first by rank says what it lacks, the other one that all lack it.
states() { for i in 1 2; do l2_ask "$i" "show l2 $wide4.7 json" | json "d['state']"; done | sort | paste -sd ' '; }
becomes 10 'no node has the interface' states 'no-interface nobody'
first=1 second=2
[ "$(l2_ask 1 "show l2 $wide4.7 json" | json "d['state']")" = no-interface ] || first=2 second=1
why_says l2_not_advertised "why $first $wide4.7" "interface: node$first is to answer, and has no interface for it: the \
advertisement names eth7. Cure: ip -br link; change interfaces of the pool's L2Advertisement, or its nodeSelectors"
why_says l2_nobody "why $second $wide4.7" "owner: 3 nodes may answer, and none has an interface for it. Cure: grevysh -c \
'show l2 interfaces' on each of them; give them a subnet for it, or set l2: {interfaces: [...]}"

# The kernel of a node that is not the owner has the address.
in_ns node1 ip addr add "$a/32" dev eth0
why_says l2_kernel_has_it "why 1 $a" "kernel: eth0 has it: the kernel of this node answers, whoever is the owner. Cure: \
ip addr show to $a; delete it there"
in_ns node1 ip addr del "$a/32" dev eth0
in_ns node1 sysctl -qw net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.eth0.arp_ignore=0
in_ns node1 ip addr add "$a/32" dev lo
why_says l2_dummy "why 1 $a" "kernel: lo has it, and arp_ignore of eth0 is 0: the kernel of this node answers, whoever is \
the owner. Cure: sysctl -w net.ipv4.conf.all.arp_ignore=1"
in_ns node1 sysctl -qw net.ipv4.conf.all.arp_ignore=1
becomes 10 'as the cure says' "verdicts 1 $a" "=> $there"
in_ns node1 ip addr del "$a/32" dev lo

# Another key: who has it is not heard, and does not hear.
l2_key "$lab/other.key" another
l2_conf 3 "{heartbeat: {key-file: $lab/other.key}}" </dev/null
odd 3
l2_start 3
l2_owned "$b"
is 'the node with the other key answers' "$owner" 3
wait_for 5 "why 1 $b | grep -F 'datagrams have another key, or are damaged: who sends them is not heard'"
ok 'another key: why tells of it'
l2_stop 3

# No key.
l2_stop 2
l2_conf 2 '{}' </dev/null
odd 2
l2_start 2
l2_owned "$a"
why_says l2_no_key "why 2 $a" "heartbeat: there is none, as no key-file is set: another node takes over only when \
Kubernetes says that the owner is gone. Cure: openssl rand -base64 32 >/etc/grevy/l2.key; the same file on every node, then \
set l2: {heartbeat: {key-file: /etc/grevy/l2.key}}"
l2_stop 2

# A key that cannot be used: there is no heartbeat; later, the one before it counts.
key_cure="Cure: ls -l $lab/two.key; it must be there, readable for grevyd's user, with 16 bytes at least"
l2_conf 2 "{heartbeat: {key-file: $lab/two.key}}" </dev/null
l2_start 2
why_says l2_bad_key "why 2 $a" "heartbeat: there is none: $lab/two.key: No such file or directory. $key_cure"
l2_key "$lab/two.key"
l2_reload 2
becomes 10 'as the cure says' "verdicts 2 $a" "$here"
echo short >"$lab/two.key"
l2_reload 2
why_says l2_new_key "why 2 $a" "heartbeat: it goes on with the key of before: $lab/two.key: a key must have at least 16 bytes: \
one of its lines has less. $key_cure"
l2_stop 2
l2_conf 2 </dev/null

# Two nodes of one name.
l2_start 2
l2_conf 3 <<<'' && sed -i 's/^node-name: .*/node-name: node1/' "$lab/node3.yaml"
l2_start 3
why_says l2_same_name "why 1 $a" 'heartbeat: another grevyd says that it is node1, too. Cure: give each node a node-name of its own'
l2_stop 3
l2_stop 2

# No right to open packet sockets.
user_frr
l2_start 2
wait_for 10 "why 2 $a | grep -F 'Operation not permitted'"
ok 'no right: why says so'
check 'and what cures it' "why 2 $a | grep -F 'Cure: AmbientCapabilities=CAP_NET_RAW'"
