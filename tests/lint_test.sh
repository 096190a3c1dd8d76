#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every rule of build-aux/lint.sh bites, and a good file passes: a check that cannot fail is none.
set -eu
top=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
spdx='/* SPDX-License-Identifier: GPL-2.0-or-later */'
cases=0 failed=0

# A small tree that the rules have nothing to say about. Makefiles name every file used below.
fresh() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree"
    cd "$work/tree"
    mkdir -p zclient k8s announcer/bgp announcer/l2 tests/e2e
    {
        echo 'sources = a.c main.c main.h b.c queue.c rib.c zapi.c objects.c yamldoc.c conf.c'
        echo 'sources += conf_peer.c assign.c out_a.c out_a.h out_b.c out_b.h out_a_b.c out_a_b.h out_pub.c watch_linux.c peer.c peer.h arp.c arp.h'
    } >announcer/local.am
    printf '%b\n' "$spdx" '#include <stdio.h>\n' '#include "announcer/main.h"' '#include "config.h"\n' \
        '/* strcpy() is only spoken of here, and "sprintf(" is text */' \
        'int a_do(int a, int b, int c, int d, int (*e)(int, int))\n{' \
        '\tif (a)\n\t\tif (b)\n\t\t\tif (c)\n\t\t\t\treturn puts("atoi(1)") + d;' \
        '\treturn e(1, 2);\n}' >announcer/a.c
}

# expect WORDS: lint.sh refuses the tree and says WORDS; "" = it passes
expect() {
    cases=$((cases + 1))
    if "$top/build-aux/lint.sh" "$work/tree" >"$work/out" 2>&1; then result=passed; else result=refused; fi
    if test -z "$1" && test $result = passed; then return; fi
    if test -n "$1" && test $result = refused && grep -q -e "$1" "$work/out"; then return; fi
    failed=$((failed + 1))
    echo "FAIL: $title: ${1:-a clean tree} expected, $result:"
    sed 's/^/    /' "$work/out"
}

# bites WORDS FILE TEXT: the tree with TEXT at the end of FILE is refused with WORDS
bites() {
    title=$(printf '%s with %.60s' "$2" "$3")
    fresh
    test -e "$2" || case $2 in *.[ch]) echo "$spdx" >"$2" ;; *) : >"$2" ;; esac
    printf '%b\n' "$3" >>"$2"
    expect "$1"
}

# includes passes|refused FILE HEADER...
includes() {
    want=$1 file=$2
    shift 2
    for header; do
        case $header in
        '<'*) line="#include $header" ;;
        *) line="#include \"$header\"" ;;
        esac
        if test "$want" = passes; then bites '' "$file" "$line"; else bites 'layer: ' "$file" "$line"; fi
    done
}

# repeat N TEXT
repeat() {
    awk -v n="$1" -v text="$2" 'BEGIN { while (n-- > 0) print text }'
}

title='the tree'
fresh
expect ''

for call in 'strcpy(a, b)' 'strcat(a, b)' 'sprintf(a, "x")' 'strtok(a, b)' 'x = atoi(a)' 'sscanf(a, b)' '(void)alloca(3)'; do
    bites 'banned call' announcer/b.c "int f(void)\n{\n\t$call;\n}"
done
bites '' announcer/b.c 'int f(void)\n{\n\treturn my_atoi(snprintf(a, 1, "x"));\n}'
bites 'no sleeping' announcer/b.c 'int f(void)\n{\n\tusleep(3);\n}'
bites 'no sleeping' tests/e2e/x.sh '# SPDX-License-Identifier: GPL-2.0-or-later\nsleep 1'
bites '' tests/e2e/x.sh '# SPDX-License-Identifier: GPL-2.0-or-later\n# sleep 1 is what it does not'
bites '' tests/e2e/lib.sh '# SPDX-License-Identifier: GPL-2.0-or-later\nsleep 0.05'
bites 'no typedef' announcer/b.c 'typedef struct b b_type;'
bites 'white space' announcer/b.c 'int x; '
bites 'white space' announcer/b.c 'int x;\r'
bites 'a tab' tests/e2e/x.sh '# SPDX-License-Identifier: GPL-2.0-or-later\n\ttrue'
bites '' tests/e2e/x.go '// SPDX-License-Identifier: GPL-2.0-or-later\nfunc f() {\n\tg()\n}'
for word in TO:DO FIX:ME XX:X; do
    bites 'left to do' announcer/b.c "/* ${word%:*}${word#*:}: later */"
done
bites '' announcer/b.c '/* mktemp /tmp/a.XXXXXX */'

bites '' announcer/b.c "int f(void)\n{\n$(repeat 78 '\tg();')\n}"
bites 'function f has 81 lines' announcer/b.c "static int f(void)\n{\n$(repeat 79 '\tg();')\n}"
bites '' announcer/b.c "$(repeat 599 'int x;')"
bites 'longer than 600' announcer/b.c "$(repeat 600 'int x;')"
bites '' announcer/main.h "$(repeat 119 'int x;')"
bites 'longer than 120' announcer/main.h "$(repeat 120 'int x;')"
bites '' zclient/zapi.c "$(repeat 150 'int x;')"
bites 'more than 5' announcer/b.c 'int f(int a, int b, int c,\n    int d, int e, int f)\n{\n}'
bites 'nested' announcer/b.c 'int f(void)\n{\n\tif (a)\n\t\tif (b)\n\t\t\tif (c)\n\t\t\t\tif (d)\n\t\t\t\t\tg();\n}'
bites 'named in no' announcer/stray.c 'int x;'
bites 'by its path' announcer/b.c '#include "main.h"'
title='a file without a licence'
fresh
echo 'int x;' >announcer/b.c
expect 'no SPDX'

includes passes zclient/zapi.c zclient/wire.h '<string.h>'
includes refused zclient/zapi.c k8s/objects.h announcer/log.h '<event2/event.h>' '<json-c/json.h>'
includes passes k8s/objects.c k8s/yamldoc.h zclient/prefix.h zclient/wire.h '<json-c/json.h>' '<event2/event.h>'
includes refused k8s/objects.c zclient/zclient.h announcer/util.h '<yaml.h>' '<zmq.h>' '<pthread.h>'
includes passes k8s/yamldoc.c '<yaml.h>'
includes passes announcer/rib.c announcer/rib.h announcer/out.h announcer/table.h announcer/util.h k8s/event.h zclient/prefix.h '<stdlib.h>'
includes refused announcer/rib.c announcer/log.h announcer/conf.h announcer/queue.h k8s/yamldoc.h zclient/zapi.h \
    '<event2/event.h>' '<json-c/json.h>' '<curl/curl.h>' '<zmq.h>'
includes passes announcer/conf.c k8s/yamldoc.h '<json-c/json.h>'
includes passes announcer/conf_peer.c '<json-c/json.h>'
includes passes announcer/assign.c '<json-c/json.h>'
includes refused announcer/conf.c '<yaml.h>'
includes refused announcer/main.c '<json-c/json.h>' '<zmq.h>' '<pthread.h>' '<yaml.h>' '<linux/rtnetlink.h>' '<sys/inotify.h>' \
    '<sys/epoll.h>' '<sys/timerfd.h>' '<sys/signalfd.h>'
includes passes announcer/main.c announcer/out_a.h announcer/bgp/bgp.h '<event2/event.h>'
includes passes announcer/queue.c '<zmq.h>' '<pthread.h>'
includes passes announcer/out_pub.c '<zmq.h>'
includes passes k8s/watch_linux.c '<sys/inotify.h>' '<linux/rtnetlink.h>'
includes passes announcer/out_a_b.c announcer/out_a.h announcer/out_a_b.h
includes passes announcer/out_a.c announcer/out_a.h announcer/out.h announcer/rib.h
includes refused announcer/out_a.c announcer/out_b.h announcer/bgp/peer.h announcer/l2/arp.h
includes passes announcer/bgp/peer.c announcer/bgp/peer.h announcer/out.h announcer/log.h zclient/wire.h
includes refused announcer/bgp/peer.c announcer/l2/arp.h announcer/out_a.h
includes passes announcer/l2/arp.c announcer/l2/arp.h
includes refused announcer/l2/arp.c announcer/bgp/peer.h announcer/out_a.h

echo "$cases cases, $failed failed"
test $failed -eq 0
