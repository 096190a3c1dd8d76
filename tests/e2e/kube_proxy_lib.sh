# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# kube_proxy_lib.sh - kube_lib.sh's lab with the fault proxy (tests/fake/kube_proxy) before the API
# server: grevyd, on the router, knows the proxy alone; kubectl goes past it. A case sources this
# one first.
#
#     grevyd on router --- proxy https://192.168.3.10:6444 --- kube-apiserver :6443 --- kubectl
#
# shellcheck source=tests/e2e/kube_lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/kube_lib.sh"

proxy_port=6444
direct=https://$kube4:$kube_port

# proxy_start [NAME [PORT [OPTION...]]]: one more proxy, proxy_ctl NAME; its requests in log/NAME.requests.
proxy_start() {
    local name=${1-proxy} port=${2-$proxy_port}
    [ -e "$kube/pki/proxy.crt" ] || proxy_certs
    start "$name" kube "$KUBE_BIN/kube_proxy" serve --listen "$kube4:$port" --control "$lab/$name.sock" \
        --cert "$kube/pki/proxy.crt" --key "$kube/pki/proxy.key" --client-ca "$kube/pki/ca.crt" \
        --upstream "$direct" --upstream-ca "$kube/pki/ca.crt" \
        --upstream-cert "$kube/pki/kubelab-admin.crt" --upstream-key "$kube/pki/kubelab-admin.key" \
        --requests "$lab/$name.requests" --seed "${seed-1}" "${@:3}"
    wait_for 5 "proxy_ctl $name stats"
}

# The certificates that the proxy may show: good, expired, and of a CA that nobody knows.
proxy_certs() {
    kubelab certs -dir "$kube/pki" -name proxy -hosts "$kube4"
    kubelab certs -dir "$kube/pki" -name proxy-expired -hosts "$kube4" -from -2h -until -1h
    kubelab certs -dir "$kube/other" -name proxy -hosts "$kube4"
}

proxy_ctl() { "$KUBE_BIN/kube_proxy" ctl "$lab/$1.sock" "${@:2}"; } # NAME COMMAND...
proxy() { proxy_ctl proxy "$@"; }
# How often the fault of that number has struck.
applied() { proxy stats | sed -n "s/^fault $1 .*applied=//p"; }

# Faults that have not struck yet. A bookmark comes once a minute; who was refused a streaming list
# does not ask for one again.
unstruck() { proxy stats | grep -E '^fault .*applied=0$' | grep -Ev '^fault [0-9]+ (bookmarks|nostream) '; }

# reader_start: an account that may read what grevyd reads, and its kubeconfig grevy.conf, by the proxy.
reader_start() {
    kube_rights default/grevy
    kube_server=https://$kube4:$proxy_port
    kube_account_config grevy.conf default/grevy
}

# reader_lab: all of it up to grevyd, which may read, and reads by the proxy.
reader_lab() {
    lab_start
    zebra_start
    kube_start
    kube_nodes
    reader_start
    proxy_start
}

# reader_conf [FILE]: grevyd reads the API, assigns nothing; what stands on stdin comes after it.
reader_conf() {
    cat >"${1:-$conf}.new" <<CONF
role: router
kubernetes:
  kubeconfig: $kube/grevy.conf
address-pools:
  - name: default
    protocol: bgp
    addresses: [$pool4.0/24, "$pool6::/64"]
CONF
    cat >>"${1:-$conf}.new"
    mv "${1:-$conf}.new" "${1:-$conf}"
}

# services <<EOF: lines as for kube_apply, of Services with ips=; their status says these addresses.
services() {
    local lines words word ips
    lines=$(cat)
    kube_apply <<<"$lines"
    while read -ra words; do
        [ "${words[0]-}" = service ] || continue
        for word in "${words[@]}"; do
            [[ $word != ips=* ]] || ips=${word#ips=}
        done
        kubectl patch service -n "${words[1]%/*}" "${words[1]#*/}" --subresource status --type merge -p \
            "{\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"${ips//,/\"\},\{\"ip\":\"}\"}]}}}" >/dev/null ||
            fail "no status for ${words[1]}"
    done <<<"$lines"
}

# state RESOURCE [FIELD]: of show kubernetes: its state, or text, lists, ...
state() { grevy 'show kubernetes json' | json "[str(r.get('${2-state}')) for r in d['resources'] if r['resource'].split('.')[0] == '$1'][0]"; }
reachable() { grevy 'show kubernetes json' | json "d['reachable']"; }
# Every resource is watched, and the server is reachable.
watching() {
    grevy 'show kubernetes json' |
        json "d['reachable'] and all(r['state'] in ('watching', 'absent') for r in d['resources']) and len(d['resources']) > 3"
}
mark=0
# said 'REGEX': what show kubernetes, or the log since line $mark, says.
said() { { grevy 'show kubernetes' && tail -n "+$((mark + 1))" "$lab/log/grevyd.log"; } | grep -iE "$1"; }

# agree: the RIB, zebra and the kernel have the same, and it is this.
agree() { [ "$(kernel)" = "$1" ] && [ "$(rib)" = "$1" ] && [ "$(zebra)" = "$1" ]; }
