#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# No secret is ever said: grevyd, at level debug, gets tokens from a file and from a plugin, a client
# key, a password, a proxy's password and a Secret, good ones and ones that are wrong in every way;
# then its log, everything it shows and its command line are searched for them. A word that is no
# secret is planted in the same way, and must be found.
kube_grace=600 # no Node falls silent because this machine is busy
# shellcheck source=tests/e2e/kube_proxy_lib.sh
. "$(dirname "$0")/kube_proxy_lib.sh"

reader_lab
control=nosecret4711
services <<EOF
service default/$control ips=$pool4.1 on=node1,node2
EOF
kubectl create namespace metallb-system >/dev/null
kubectl create role grevy-secrets -n metallb-system --verb get,list,watch --resource secrets >/dev/null
kubectl create rolebinding grevy-secrets -n metallb-system --role grevy-secrets --serviceaccount default:grevy >/dev/null
kubectl create secret generic tor -n metallb-system --type kubernetes.io/basic-auth \
    --from-literal password=planted-bgp-4711 >/dev/null
node_conf() {
    cat >"$conf.new" <<EOF
role: node
node-name: node1
log: {level: debug}
kubernetes: {kubeconfig: $kube/grevy.conf}
address-pools:
- {name: default, protocol: bgp, addresses: [$pool4.0/24]}
peers:
- {my-asn: 64512, peer-asn: 64513, peer-address: 192.168.1.2, password-secret: {name: tor}}
EOF
    mv "$conf.new" "$conf"
}
node_conf

# What must not be said: whole lines, and the same in base64.
secrets=$lab/secrets
plant() { printf '%s\n' "$1" "$(printf %s "$1" | base64 -w 0 | cut -c1-16)" >>"$secrets"; }
plant_token() { # the end of its signature, and the middle of what it claims
    { tail -c 40 "$1" && echo && cut -c300-340 "$1"; } >>"$secrets"
}
plant planted-bgp-4711

# said_all: what it says on every command that it has.
said_all() {
    local command
    for command in version running-config memory kubernetes services "services default/$control" pools nodes rib zserv \
        fib queue log 'bgp summary' 'bgp neighbors'; do
        grevy "show $command" && grevy "show $command json"
    done
    for command in "why $pool4.1" "why default/$control" 'why node node1'; do
        grevy "$command"
    done
    tr '\0' '\n' <"/proc/${pids[grevyd]}/cmdline"
    tr '\0' '\n' <"/proc/${pids[grevyd]}/environ"
}

# search WHAT: in the log, in what it says.
search() {
    said_all >>"$lab/said" 2>&1
    check "$1: the search finds what is no secret, in both" \
        "grep -qF $control '$lab/log/grevyd.log' && grep -qF $control '$lab/said'"
    ! grep -nF -f "$secrets" "$lab/log/grevyd.log" "$lab/said" || fail "$1: a secret was said"
    ok "$1: no secret"
}
reload() {
    mark=$(log_lines)
    kill -HUP "${pids[grevyd]}"
}
# phase 'WHAT' 'SIGN' [CONDITION]: after a reload, once the log says that (what it shows has the name
# of the kubeconfig always) and for a while.
phase() {
    reload
    wait_for 60 "${3-logged_since $mark '$2'}"
    [ -n "${3-}" ] || say "      $(logged_since "$mark" "$2" | tail -n 1 | cut -d' ' -f2- | cut -c1-150)"
    holds_for 1 "grevy 'show kubernetes' >>'$lab/said'"
    search "$1"
}

plant_token "$kube/grevy.conf.token"
grevyd_start
wait_for 30 "grevy 'show services' | grep $control && grevy 'show kubernetes' | grep 'secret metallb-system/tor.*watching'"
search 'a token, and a Secret'
for fault in 'answer status=401' 'answer status=403' 'garble kind=json' 'garble kind=bytes' 'garble kind=shape' 'garble kind=object'; do
    # shellcheck disable=SC2086 # words are meant
    proxy fault $fault >/dev/null
    phase "$fault" '' '! unstruck'
    proxy clear
done

kube_user grevy.conf grevy-cert system:masters
sed -n '2,3p' "$kube/pki/grevy-cert.key" >>"$secrets"
base64 -w 60 "$kube/pki/grevy-cert.key" | sed -n 3p >>"$secrets"
phase 'a client key in a file' '' watching
user() { kube_config grevy.conf "$1"; }
user "    client-certificate-data: $(base64 -w 0 "$kube/pki/grevy-cert.crt")
    client-key-data: $(base64 -w 0 "$kube/pki/grevy-cert.key")"
phase 'a client key in the kubeconfig' '' watching
user "    client-certificate-data: $(base64 -w 0 "$kube/pki/grevy-cert.crt")
    client-key-data: '%%$(base64 -w 0 "$kube/pki/grevy-cert.key")'"
phase 'a client key that is no base64' 'grevy.conf.*client-key-data'
cp "$kube/pki/grevy-cert.key" "$kube/broken.key"
sed -i '2s/^..../!!!!/' "$kube/broken.key"
kube_readable "$kube/broken.key"
user "    client-certificate: $kube/pki/grevy-cert.crt
    client-key: $kube/broken.key"
phase 'a client key that is none' 'private key'

plant planted-token-4711
for line in 'token: planted-token-4711' 'tokn: planted-token-4711' "token: 'planted-token-4711\\n'"; do
    user "    $line"
    phase "$line" '401|403|may not'
done
# No two after one another that are wrong in the same words: those would be said once.
file_refused='warn k8s: .*/grevy.conf:[0-9]+:[0-9]+: '
for line in 'token: [planted-token-4711]' 'token: "planted-token-4711' 'token: {a: planted-token-4711}' \
    'token: planted-token-4711: x' 'tokenFile: [planted-token-4711]'; do
    user "    $line"
    phase "$line" "$file_refused"
done
plant planted-password-4711
user '    username: someone
    password: planted-password-4711'
phase 'a password' '' '[ "$(state services)" = forbidden ]'
user '    username: someone
    password: [planted-password-4711]'
phase 'a password that is none' "$file_refused"

plant planted-proxy-4711
kube_account_config grevy.conf default/grevy
for url in http://someone:planted-proxy-4711@127.0.0.1:1 nonsense://someone:planted-proxy-4711@127.0.0.1:1 \
    socks5://someone:planted-proxy-4711@127.0.0.1:1 'http://someone:planted-proxy-4711@127.0.0.1:port'; do
    sed -i "/proxy-url:/d; /server:/a\\    proxy-url: $url" "$kube/grevy.conf"
    phase "proxy-url: ${url%%:*}" '' "said 'onnect|proxy-url|the proxy is'"
done

plant planted-exec-4711
exec_is() { # LINE: what the plugin prints
    printf '#!/bin/sh\ncat <<"END"\n%s\nEND\n' "$1" >"$kube/plugin"
    chmod 755 "$kube/plugin"
}
user "    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: $kube/plugin
      interactiveMode: Never
      env: [{name: SECRET, value: planted-exec-4711}]"
whole='{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "planted-exec-4711"'
for said in "$whole}}" "$whole" "$whole, \"expirationTimestamp\": \"planted-exec-4711\"}}" \
    "$whole, \"clientKeyData\": \"planted-exec-4711\", \"clientCertificateData\": \"planted-exec-4711\"}}" \
    'planted-exec-4711' "[$whole}}]" "${whole/v1/v7}}}" "${whole/ExecCredential/planted-exec-4711}}}"; do
    exec_is "$said"
    phase "a plugin: ${said:0:20}... (${#said})" '' "said 'plugin|401|403|failing|may not'"
done
stop grevyd TERM
search_log() { ! grep -nF -f "$secrets" "$lab"/log/grevyd.log; }
check 'nor when it ends' search_log
check 'there was much to search' '[ "$(log_lines)" -gt 50 ] && [ "$(wc -l <"$secrets")" -gt 12 ]'
