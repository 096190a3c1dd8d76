#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Credentials change while grevyd runs: a token file is rotated, a credential plugin's token expires
# every few seconds, the plugin fails and is mended, a client certificate expires and is renewed, the
# CA is another. No route is touched, and what is refused is said.
kube_grace=600 # no Node falls silent because this machine is busy
# shellcheck source=tests/e2e/kube_proxy_lib.sh
. "$(dirname "$0")/kube_proxy_lib.sh"

reader_lab
services <<EOF
service default/stays ips=$pool4.1 on=node1,node2,node3
service default/moves ips=$pool4.2 local on=node1
EOF
reader_conf </dev/null
grevyd_start
stays="$pool4.1/32 192.168.2.13*1,192.168.2.14*1,192.168.2.15*1"
becomes 30 'all of it' kernel "$stays
$pool4.2/32 192.168.2.13*1"
wait_for 20 watching
monitor_start

# refused 'WHAT' 'SIGN' 'CURE': while what is refused lasts, an endpoint moves; after the cure it
# has moved, and nothing else was touched.
node=1
refused() {
    mark=$(log_lines)
    proxy reset >/dev/null
    node=$((node % 3 + 1))
    services <<<"service default/moves ips=$pool4.2 local on=node$node"
    wait_for 90 "said '$2'"
    ok "$1: $(said "$2" | tail -n 1 | tr -s ' ' | cut -c1-150)"
    check 'held' '[ "$(kernel "$pool4.1/32")" = "$stays" ]'
    eval "$3"
    becomes 90 "$1: mended" 'kernel "$pool4.2/32"' "$pool4.2/32 $(node_ip "$node")*1"
    wait_for 60 watching
    check 'what nobody changed was not touched' "! tail -n +\$((lines + 1)) '$lab/log/monitor.log' | grep -F '$pool4.1 '"
    proxy clear
}
lines=$(log_lines monitor)

# A token that has expired, until the file has another one. It is read again without a word to us.
proxy fault answer status=401 until=other >/dev/null
refused 'an expired token' '401|[Uu]nauthorized' 'kube_token grevy.conf.token default/grevy'
stop grevyd KILL
grevyd_start
wait_for 30 watching

# A credential plugin: each call gives the next token, good for six seconds.
plugin=$kube/plugin
install -d -o frr -g frr "$kube/tokens"
for i in 1 2 3 4 5 6; do
    kube_token "tokens/$i" default/grevy
done
cat >"$kube/plugin.good" <<'EOF'
#!/bin/sh
# Prints the next token of a folder, which expires in six seconds.
cd "$1" || exit
n=$(($(cat calls 2>/dev/null || echo 0) + 1))
echo "$n" >calls
cat <<JSON
{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {
 "expirationTimestamp": "$(date -u -d '+6 seconds' +%Y-%m-%dT%H:%M:%SZ)",
 "token": "$(cat "$((n % 6 + 1))")"}}
JSON
EOF
plugin_is() { # TEXT
    printf '%s\n' "$1" >"$plugin.new"
    chmod 755 "$plugin.new"
    mv "$plugin.new" "$plugin"
}
plugin_is "$(cat "$kube/plugin.good")"
calls() { cat "$kube/tokens/calls" 2>/dev/null || echo 0; }
kube_config grevy.conf "    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: $plugin
      args: [$kube/tokens]
      interactiveMode: Never
      installHint: it lies in $kube"
kill -HUP "${pids[grevyd]}"
wait_for 30 '[ "$(calls)" -ge 1 ] && watching'
seen=$(wc -l <"$lab/proxy.requests")
since() { tail -n "+$((seen + 1))" "$lab/proxy.requests"; }
proxy fault end >/dev/null # so that there are new requests
wait_for 60 '[ "$(calls)" -ge 4 ]'
proxy clear
wait_for 60 watching
check 'a plugin: its tokens are renewed before they expire' \
    '[ "$(since | grep -o "token:[0-9a-f]*" | sort -u | wc -l)" -ge 3 ] && ! since | grep " 401 "'
plugin_is '#!/bin/sh
echo "no ticket" >&2
exit 7'
refused 'a plugin that fails' 'no ticket|status 7|exit' 'plugin_is "$(cat "$kube/plugin.good")"'
plugin_is '#!/bin/sh
echo "{\"kind\": \"ExecCredential\", \"status\": "'
refused 'a plugin that says nonsense' 'plugin' 'plugin_is "$(cat "$kube/plugin.good")"'
mv "$plugin" "$plugin.away"
refused 'a plugin that is gone' "plugin|it lies in" 'mv "$plugin.away" "$plugin"'

# A client certificate that expires, at the API server itself, and is renewed in its files.
kube_server=$direct
kubectl create clusterrolebinding grevy-cert --clusterrole grevy --user grevy-cert >/dev/null
kube_user grevy.conf grevy-cert '' -until 20s
kill -HUP "${pids[grevyd]}"
wait_for 30 "grevy 'show kubernetes' | grep ':$kube_port' && watching"
ok 'a client certificate'
wait_for 30 '! openssl x509 -checkend 0 -in "$kube/pki/grevy-cert.crt"'
kube_kill
kube_up
refused 'a certificate that has expired' '401|[Uu]nauthorized|expired' 'kube_user grevy.conf grevy-cert'

# Another CA: known once the file has both.
kube_server=https://$kube4:$proxy_port
kube_account_config grevy.conf default/grevy
cp "$kube/pki/ca.crt" "$kube/grevy-ca.crt"
sed -i "s|certificate-authority: .*|certificate-authority: $kube/grevy-ca.crt|" "$kube/grevy.conf"
kill -HUP "${pids[grevyd]}"
wait_for 30 "grevy 'show kubernetes' | grep ':$proxy_port' && watching"
n=$(proxy fault cert "cert=$kube/other/proxy.crt" "key=$kube/other/proxy.key")
both_cas() {
    cat "$kube/pki/ca.crt" "$kube/other/ca.crt" >"$kube/grevy-ca.new"
    mv "$kube/grevy-ca.new" "$kube/grevy-ca.crt"
}
refused 'the server has a certificate of another CA' 'certificate' both_cas
