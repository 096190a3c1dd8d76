#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The folder of manifests: a bad file is reported with file:line:col, keeps its last good
# content and harms no other; a missing folder is an outage (hold), an empty one a true empty
# set; a file that is bad at the first read keeps held routes from being swept.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

lab_start
zebra_start
nodes
manifest <<EOF
service default/one ips=$pool4.1 local on=node1
service default/two ips=$pool4.2 local on=node2
EOF
grevyd_conf </dev/null
grevyd_start
one="$pool4.1/32 192.168.2.13*1"
two="$pool4.2/32 192.168.2.14*1"
becomes 10 'both' kernel "$one
$two"

# A bad file.
cp "$manifests/service-default-one.yaml" "$lab/one.yaml"
printf 'kind: Service\napiVersion: v1\nmetadata: {name: one\nspec: [\n' >"$lab/bad.yaml"
mv "$lab/bad.yaml" "$manifests/service-default-one.yaml"
wait_for 10 'logged "service-default-one.yaml:[0-9]+:[0-9]+"'
ok "log: $(logged 'service-default-one.yaml:[0-9]+:[0-9]+' | head -1 | cut -d' ' -f2- | cut -c1-160)"
why_says manifest_bad_later 'grevy "why default/two"' "source: $(logged 'service-default-one.yaml:[0-9]+:' |
    log_text). Cure: mend that file, or remove it"
manifest <<EOF
service default/three ips=$pool4.3 local on=node3
EOF
becomes 10 'the others go on' 'kernel "$pool4.3/32"' "$pool4.3/32 192.168.2.15*1"
is 'the bad file keeps its last good content' "$(kernel "$pool4.1/32")" "$one"

# A file whose content is refused: well-formed, but no port.
sed 's/port: 80$/port: 99999/' "$lab/one.yaml" >"$manifests/.new" && mv "$manifests/.new" "$manifests/service-default-one.yaml"
wait_for 10 'logged "service-default-one.yaml:[0-9]+:[0-9]+.*port"'
ok "log: $(logged 'service-default-one.yaml.*port' | head -1 | cut -d' ' -f2- | cut -c1-160)"
is 'it keeps its last good content, too' "$(kernel "$pool4.1/32")" "$one"

# Restarted while a file is bad: what it held is not swept, and why says so.
stop grevyd KILL
grevyd_start
wait_for 10 zserv_up
becomes 10 'restarted over a bad file: the others are there' 'kernel "$pool4.2/32"' "$two"
holds_for 3 '[ "$(kernel "$pool4.1/32")" = "$one" ]'
ok 'its route is held'
why_says service_held 'grevy "why $pool4.1"' "service: the source does not have it; its $pool4.1 is kept for it, and" \
    "routes of an earlier run are held. Cure: mend the source; a Service that is gone for good gives it up then"
check 'why of its name, too' 'grevy "why default/one" | grep "=> service: the source does not have it"'
mv "$lab/one.yaml" "$manifests/service-default-one.yaml"
becomes 10 'mended: nothing changes' 'kernel "$pool4.1/32"' "$one"
wait_for 10 'grevy "why default/one" | grep -v yaml:'

# Mended by removal: now it is really gone.
stop grevyd KILL
printf '{' >"$manifests/service-default-one.yaml"
grevyd_start
wait_for 10 zserv_up
holds_for 2 '[ "$(kernel "$pool4.1/32")" = "$one" ]'
rm "$manifests/service-default-one.yaml"
becomes 15 'the bad file is removed: its route is swept' 'kernel "$pool4.1/32"' ''

# JSON, many documents, kind: List; a file without our kinds; an editor's leftovers.
printf '%s' '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}}' >"$manifests/other.json"
printf 'not yaml: [' >"$manifests/.one.yaml.swp"
printf 'not yaml: [' >"$manifests/one.yaml~"
python3 "$e2e_dir/lab.py" list "$manifests/list.yaml" <<EOF
service default/in-list ips=$pool4.4 local on=node1
service default/in-list-too ips=$pool4.5 local on=node2
EOF
becomes 10 'kind: List' 'kernel "$pool4.5/32"' "$pool4.5/32 192.168.2.14*1"
rm "$manifests/list.yaml"
becomes 10 'a removed file takes its objects along' 'kernel "$pool4.5/32"' ''

# The folder goes: an outage, everything is held. An empty one is a true empty set.
all=$(kernel)
mv "$manifests" "$lab/away"
wait_for 10 'logged "(warn|err) .*manifests"'
holds_for 3 '[ "$(kernel)" = "$all" ]'
ok 'the folder is missing: held'
why_says folder_away 'grevy "why default/two"' "source: away since TIME: cannot read $manifests: No such file or" \
    "directory; what was last read is used. Cure: ls -ld $manifests"
stop grevyd KILL
grevyd_start
holds_for 3 '[ "$(kernel)" = "$all" ]'
ok 'restarted without the folder: held'
why_says folder_unread 'grevy "why $pool4.2"' "source: it has not been read yet: cannot read $manifests: No such" \
    "file or directory; what an earlier run announced stays. Cure: ls -ld $manifests"
check 'the log claims no more than that' "logged 'nothing is known yet; zebra keeps'"
mv "$lab/away" "$manifests"
becomes 10 'it is back: nothing changes' kernel "$all"
manifest <<EOF
service default/new ips=$pool4.9 local on=node1
EOF
becomes 10 'and it is watched again' 'kernel "$pool4.9/32"' "$pool4.9/32 192.168.2.13*1"
rm -f "$manifests"/*.yaml "$manifests"/*.json
becomes 10 'empty: a true empty set' kernel ''
