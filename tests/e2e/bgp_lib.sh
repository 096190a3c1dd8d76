# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bgp_lib.sh - lib.sh's lab for the BGP speaker: nodes where grevyd dials by itself, without FRR.
# shellcheck source=tests/e2e/lib.sh
[ -n "${e2e_dir-}" ] || . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# speaker_conf I: the configuration of node I: role node, the pools, and what stands on stdin.
speaker_conf() {
    local file=$lab/node$1.yaml
    {
        cat <<CONF
role: node
node-name: node$1
kubernetes: {manifests: $manifests}
vty: {dir: /run/grevy/node$1}
http: no
CONF
        cat
    } >"$file.new"
    mv "$file.new" "$file"
}

# pools_conf: one pool of both families, with these lines after it.
pools_conf() {
    cat <<CONF
address-pools:
- name: default
  protocol: bgp
  addresses: [$pool4.0/24, "$pool6::/64"]
CONF
    cat
}

# No right but that of the manual to listen on port 179.
user_frr net_bind_service

# speaker_start I: grevyd on node I, and wait until it answers.
speaker_start() {
    install -d -o frr -g frrvty -m 750 "/run/grevy/node$1"
    user_frr net_bind_service
    start "grevyd-node$1" "node$1" "${as_frr[@]}" grevyd -f "$lab/node$1.yaml"
    wait_for 10 "speaker $1 'show version'"
}
speaker() { grevy_at "/run/grevy/node$1" "$2"; }
speaker_reload() { kill -HUP "${pids[grevyd-node$1]}"; }

# bgpd_start NAMESPACE NAME [OPTION...]: FRR's bgpd in a pathspace of its own, configuration on stdin.
bgpd_start() {
    local ns=$1 name=$2
    shift 2
    install -d -o frr -g frr "/run/frr/$name" "$lab/frr/$name"
    : >"$lab/frr/$name/vtysh.conf"
    mountpoint -q "${FRR_ROOT-}/etc/frr" || mount --bind "$lab/frr" "${FRR_ROOT-}/etc/frr"
    start "bgpd-$name" "$ns" "$FRR/bgpd" -A 127.0.0.1 -N "$name" --log stdout --log-level informational "$@"
    wait_for 10 "bgpd '$name' 'show version'"
    cat >"$lab/frr/$name/frr.conf"
    local said
    said=$(vtysh_load "$ns" -N "$name" -b | grep -v '^Graceful restart configuration changed')
    [ -z "$said" ] || fail "$name: vtysh -b says: $said"
}
bgpd() { vtysh -N "$1" -d bgpd -c "$2"; } # NAME COMMAND

# bgp_path NAME FAMILY PREFIX EXPRESSION: of the paths, named p, that bgpd has: one line each, sorted.
bgp_path() {
    bgpd "$1" "show bgp $2 unicast $3 json" |
        json "'\n'.join(sorted(str($4) for p in d.get('paths', [])))" || :
}
hops="next(h['ip'] for h in p['nexthops'] if h.get('scope', 'global') == 'global')"
