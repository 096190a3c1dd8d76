#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which Services may share an address, as MetalLB has it: metallb-compat.md 3.4, its traps 2 to 4; and
# what becomes of it when one of them changes, when addresses run short and when grevyd comes back.
# shellcheck source=tests/e2e/kube_metallb_lib.sh
. "$(dirname "$0")/kube_metallb_lib.sh"

p80='ports: [{port: 80}]'
p81='ports: [{port: 81}]'
p82='ports: [{port: 82}]'
etp_local='externalTrafficPolicy: Local'
of_x='selector: {app: x}'
# pinned ADDRESS KEY
pinned() { echo "+loadBalancerIPs: $1, +allow-shared-ip: $2"; }

metallb_start
{
    pool main 10.0.50.0/24
    probe_pool
    namespace blue
} | apply
grevyd_start

# --- who may -----------------------------------------------------------------------------------

{
    lb s1 "$p80" '+allow-shared-ip: k'
    lb s2 "$p81" '-allow-shared-ip: k'
    lb blue/s3 "$p82" '+allow-shared-ip: k'
    lb s4 "$p80, $etp_local, $of_x" '+allow-shared-ip: k'
    lb s5 "ports: [{port: 83}], $etp_local, selector: {}" '+allow-shared-ip: k'
    lb s6 "$p81, $etp_local, $of_x" '+allow-shared-ip: k'
} | apply
gets '3.4: the same key, other ports: one address, without being asked for; in both prefixes' 's1 s2' '10.0.50.0, 10.0.50.0'
gets 'trap 3: from another namespace as well' blue/s3 10.0.50.0
gets 'trap 2: Local is by selector: not with Cluster, but with its own' 's4 s6' '10.0.50.1, 10.0.50.1'
gets 'trap 2: Local without a selector is as Cluster' s5 10.0.50.0
{
    lb t1 "$p80" '+allow-shared-ip: other'
    lb t2 "$p81"
    lb t3 "$p82" '+allow-shared-ip: "", -allow-shared-ip: k'
    lb t4 "ports: [{port: 80, protocol: UDP}]" '+allow-shared-ip: k'
    lb t5 "$p80" '+allow-shared-ip: k'
} | apply
gets '3.4: another key, no key, an empty key: addresses of their own' 't1 t2 t3' '10.0.50.2, 10.0.50.3, 10.0.50.4'
gets '3.4: the same port of another protocol: shared' t4 10.0.50.0
gets '3.4: the same port: the next that is compatible' t5 10.0.50.5
lb u1 "$p82" '+loadBalancerIPs: 10.0.50.3' | apply
denied '3.4: pinned to an address, without the annotation' u1
lb u2 "ports: [{port: 84}]" "$(pinned 10.0.50.2 k)" | apply
denied '3.4: pinned to an address of another key' u2
lb u3 "ports: [{port: 81}]" "$(pinned 10.0.50.2 other)" | apply
gets '3.4: of the same key' u3 10.0.50.2
lb t2 "$p81" '+allow-shared-ip: mine' | apply
lb u4 "$p80" "$(pinned 10.0.50.3 mine)" | apply
gets '3.4: who is alone on it may change its key, and others join' 't2 u4' '10.0.50.3, 10.0.50.3'

# --- one of them changes ------------------------------------------------------------------------

lb s2 'ports: [{port: 81, name: a}, {port: 80, name: b}]' '-allow-shared-ip: k' | apply
told 'trap 4: a port that clashes: the address is taken away' s2 'Normal ClearAssignment 10\.0\.50\.0: .*address also in use by '
wait_for 15 'has_any s2 && [ "$(has s2)" != 10.0.50.0 ]'
ok "trap 4: and another is given: $(has s2)"
is 'trap 4: the others stay' "$(has s1), $(moves s1), $(moves blue/s3), $(moves t4)" \
    '10.0.50.0, 10.0.50.0, 10.0.50.0, 10.0.50.0'
{
    lb v1 "$p80" "$(pinned 10.0.50.100 v)"
    lb v2 "$p81" "$(pinned 10.0.50.100 v)"
} | apply
gets 'two that are pinned to one address' 'v1 v2' '10.0.50.100, 10.0.50.100'
lb v2 "$p80" "$(pinned 10.0.50.100 v)" | apply
denied 'trap 4: who pinned its address and clashes has none' v2
is 'trap 4: the other stays' "$(moves v1)" 10.0.50.100
lb v2 "$p81" "$(pinned 10.0.50.100 v)" | apply
gets 'the port is free again' v2 10.0.50.100

{
    lb w1 "$p80, $of_x" "$(pinned 10.0.50.101 w)"
    lb w2 "$p81, $of_x" "$(pinned 10.0.50.101 w)"
} | apply
gets '5.6-2: a pair' 'w1 w2' '10.0.50.101, 10.0.50.101'
lb w1 "$p80, $of_x, $etp_local" "$(pinned 10.0.50.101 w)" | apply
gets '5.6-2: one becomes Local: it has no address, the other keeps it' 'w1 w2' 'none, 10.0.50.101'
lb w2 "$p81, $of_x, $etp_local" "$(pinned 10.0.50.101 w)" | apply
gets '5.6-2: the other becomes Local: both share it again' 'w1 w2' '10.0.50.101, 10.0.50.101'
lb w2 "$p81, selector: {app: z}, $etp_local" "$(pinned 10.0.50.101 w)" | apply
gets '5.6-2: another selector parts them' 'w1 w2' '10.0.50.101, none'
lb w1 "$p80, selector: {app: z}, $etp_local" "$(pinned 10.0.50.101 w)" | apply
gets '5.6-2: the same selector joins them' 'w1 w2' '10.0.50.101, 10.0.50.101'
is '5.6-2: each lost it when it changed, and only then' "$(moves w1), $(moves w2)" '10.0.50.101 10.0.50.101, 10.0.50.101 10.0.50.101'

# A Service with one family shares with one of two.
{
    pool dual '10.0.51.0/30, "fd51::/126"' 'autoAssign: false'
    lb x1 "$p80, ipFamilyPolicy: RequireDualStack" '+allow-shared-ip: x, +address-pool: dual'
    lb x2 "$p81" '+allow-shared-ip: x, +address-pool: dual'
    lb x3 "$p81, ipFamilies: [IPv6]" '+allow-shared-ip: x, +address-pool: dual'
} | apply
gets 'trap 3: families do not matter' 'x1 x2 x3' '10.0.51.0 fd51::, 10.0.51.0, fd51::'

# --- a restart ---------------------------------------------------------------------------------

all='s1 s2 blue/s3 s4 s5 s6 t1 t2 t3 t4 t5 u1 u2 u3 u4 v1 v2 w1 w2 x1 x2 x3'
# shellcheck disable=SC2086 # words
before=$(has $all)
stop grevyd KILL
grevyd_start
probe
# shellcheck disable=SC2086
is '5.6-1: killed and back: who shares what stays' "$(has $all)" "$before"
