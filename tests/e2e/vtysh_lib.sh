# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# vtysh_lib.sh - bgp_lib.sh's lab for the real vtysh: on the router zebra, staticd and a grevyd that
# node 1 announces 192.168.10.1 to.
# shellcheck source=tests/e2e/bgp_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/bgp_lib.sh"

peer=192.168.2.13
vty_dir=/run/grevy # where vtysh looks

# vtysh_lab: all of it but the grevyd of the router, whose configuration is in $conf.
vtysh_lab() {
    lab_start 1
    # As FRR's packages make it, which vtysh has its users log in by.
    zebra_start
    start staticd router "$FRR/staticd" -A 127.0.0.1 --log stdout
    wait_for 10 '[ -S /run/frr/staticd.vty ] && in_ns router vtysh -d staticd -c "show work-queues"'
    nodes 1
    manifest <<<'service default/web ips=192.168.10.1 on=node1'
    speaker_conf 1 <<EOF
address-pools: [{name: lan, protocol: bgp, addresses: [192.168.10.0/24]}]
peers: [{my-asn: 64512, peer-asn: 64512, peer-address: 192.168.2.1, hold-time: 3s, connect-time: 1s}]
EOF
    cat >"$conf" <<EOF
role: router
router-id: 192.168.2.1
http: no
bgp:
  asn: 64512
  neighbors:
  - {address: $peer, asn: 64512, hold-time: 3, import: {prefixes: ["192.168.10.0/24 le 32"]}}
EOF
}

router_start() {
    user_frr net_bind_service
    start grevyd router "${as_frr[@]}" grevyd -f "$conf"
    wait_for 10 'grevy "show version"'
    running grevyd-node1 || speaker_start 1
}

# vt ARGUMENT...: vtysh in $vty_dir; its text in $said, its exit status in $status.
vt() {
    said=$(in_ns router vtysh --vty_socket "$vty_dir" "$@" 2>&1 </dev/null)
    status=$?
}
# typed KEYS: into vtysh on a terminal; prints the screen.
typed() {
    in_ns router python3 "$e2e_dir/typed.py" "$1" vtysh --vty_socket "$vty_dir" 2>&1
}
# says 'COMMAND' 'REGEX': the text of this command has such a line, and vtysh is content.
says() {
    vt -c "$1"
    [ "$status" = 0 ] || fail "$1: exit status $status: $said"
    grep -qE -- "$2" <<<"$said" || fail "$1: no line like '$2' in: $said"
    ok "$1"
}
# tells 'COMMAND json' EXPRESSION WANTED
tells() {
    vt -c "$1"
    is "$1" "$(json "$2" <<<"$said")" "$3"
}
established() {
    vt -c 'show bgp summary json'
    [ "$(json 'd["ipv4Unicast"]["peers"]["'$peer'"]["state"]' <<<"$said")" = Established ]
}

# what_vtysh_shows: zebra and our BGP, side by side, by what stands in $vty_dir.
what_vtysh_shows() {
    wait_for 20 established
    wait_for 10 "kernel 192.168.10.1/32 | grep -q $peer"
    says 'show bgp summary' "^$peer +4 +64512 "
    tells 'show bgp summary json' 'd["ipv4Unicast"]["as"]' 64512
    says 'show ip bgp' '192\.168\.10\.1/32'
    says 'show bgp ipv4 unicast 192.168.10.1/32' "^ +$peer .*from $peer"
    tells 'show bgp ipv4 unicast 192.168.10.1/32 json' 'd["prefix"]' 192.168.10.1/32
    says 'show bgp neighbors' "^BGP neighbor is $peer, "
    says 'sh bgp sum | include 192' "^$peer +4 "
    is 'a pipe is ours to apply' "$(grep -cv 192 <<<"$said")" 0
    says 'show ip route 192.168.10.1/32' "$peer.* via br0|via $peer|\* $peer"
    says 'show ip route' '^[A-Z].*192\.168\.2\.0/24'
    tells 'show ip route 192.168.10.1/32 json' 'd["192.168.10.1/32"][0]["nexthops"][0]["ip"]' "$peer"
    says 'show version' "$(frr_version)"
    local drops
    drops=$(logged "peer $peer: .*-> idle" | wc -l)
    vt -c 'clear bgp *'
    is 'clear bgp *' "$status$said" 0
    wait_for 10 "[ \$(logged 'peer $peer: .*-> idle' | wc -l) -gt $drops ]"
    wait_for 20 established
    ok 'the session began anew'
    logged 'uid [0-9]+ pid [0-9]+: clear bgp \*' >/dev/null || fail 'no audit line of clear bgp'
}

# what_vtysh_says_to_all: no noise from us where vtysh asks every daemon, and FRR's own errors.
what_vtysh_says_to_all() {
    local line
    for line in 'show debugging' 'show logging' 'show memory' 'show work-queues' 'show modules' 'show error all' \
        'show route-map' 'show ip prefix-list' 'show ipv6 access-list' 'terminal length 0' 'clear ip prefix-list'; do
        vt -c "$line"
        if [ "$status" != 0 ] || grep -qE '^%' <<<"$said"; then
            fail "$line: $status: $said"
        fi
    done
    ok 'what goes to all daemons is content with us'
    vt -c 'rpki start'
    is 'an unknown command: status' "$status" 1
    is 'in the words of FRR' "$said" '% [BGP] Unknown command: rpki start'
    says 'show daemons' '^ .*\bbgpd\b'
    [[ $said == *zebra* && $said == *staticd* ]] || fail "show daemons: $said"
}

# configuration_is_frrs: what we are not part of.
configuration_is_frrs() {
    vt -c 'configure terminal' -c 'router bgp 64512'
    is 'router bgp: status' "$status" 1
    [[ $said == *"it is configured by $conf"* ]] || fail "router bgp: $said"
    vt -c 'configure terminal' -c 'interface c0' -c 'description uplink' -c exit -c 'route-map X permit 10' -c exit
    is 'what is of all daemons: status' "$status$(vtysh_said <<<"$said")" 0
    says 'show running-config' '^ description uplink'
    vt -c 'configure terminal' -c 'interface c0' -c 'no description' -c exit -c 'no route-map X' -c end
    is 'and back' "$status$(vtysh_said <<<"$said")" 0
}

# whole_files 'WHAT': running-config and a written frr.conf are the same to the byte as those before
# us, which no_grevyd_conf kept.
no_grevyd_conf() {
    in_ns router vtysh -c 'show running-config' >"$lab/running.before" || fail 'vtysh without us'
    in_ns router vtysh -c 'write memory' >/dev/null || fail 'write memory without us'
    cp "$lab/frr/frr.conf" "$lab/frr.before"
}
whole_files() {
    vt -c 'show running-config'
    diff "$lab/running.before" - <<<"$said" || fail "$1: show running-config"
    local write
    for write in 'write memory' 'write file' write 'copy running-config startup-config'; do
        : >"$lab/frr/frr.conf"
        vt -c "$write"
        [ "$status" = 0 ] || fail "$1: $write: $status: $said"
        cmp "$lab/frr.before" "$lab/frr/frr.conf" || fail "$1: $write: another frr.conf"
    done
    ok "$1: running-config and a written frr.conf have no line of ours"
}
