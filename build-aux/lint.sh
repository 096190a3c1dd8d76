#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lint.sh [FOLDER] - what no compiler checks: banned calls, sizes, who may include what, and the
# small change of a tidy tree. Prints FILE:LINE: WHAT; exit status 1 if there was anything.
# tests/lint_test.sh shows that every rule bites.
set -eu
files=$(cd "$(dirname "$0")" && pwd)/files.sh
cd "${1:-$(dirname "$0")/..}"

# Which files may include a library's header; regular expressions over "path", first match rules.
libraries='
^json-c/                ^k8s/|^announcer/(conf[^/]*|assign)[.]c$
^yaml[.]h$              ^k8s/yamldoc[.]c$
^nettle/                ^announcer/l2/beat[.]c$
^zmq[.]h$               ^announcer/(queue|out_pub)[.]c$
^(pthread|threads)[.]h$ ^announcer/queue[.]c$
^(linux|netlink|libmnl)/ _linux[.]c$
^sys/(inotify|epoll|timerfd|signalfd|eventfd|prctl)[.]h$ _linux[.]c$
^(event2|curl|histedit[.]h|editline) ^(k8s|announcer)/
'
# Which of our own headers a layer may include. What is in no row may include anything.
layers='
^zclient/ ^zclient/
^k8s/     ^(k8s/|zclient/(wire|prefix)[.]h$)
^announcer/(store|ads|eligible|alloc|desired|rib|table|order|ptable)(_[a-z0-9]+)?[.][ch]$ ^(announcer/((store|ads|eligible|alloc|desired|rib|table|order|ptable)(_[a-z0-9]+)?|util|policy|pool|out|l2_wish)[.]h|k8s/(objects|event)[.]h|zclient/(wire|prefix)[.]h)$
^announcer/bgp/     ^(announcer/(bgp/[a-z0-9_]+|[a-np-z][a-z0-9_]*|out)[.]h$|k8s/|zclient/)
^announcer/l2/      ^(announcer/(l2/[a-z0-9_]+|[a-np-z][a-z0-9_]*|out)[.]h$|k8s/|zclient/)
^announcer/out_     ^(announcer/([a-z0-9_]+|bgp/bgp|l2/l2)[.]h$|k8s/|zclient/)
'
core='^announcer/(store|ads|eligible|alloc|desired|rib|table|order|ptable)(_[a-z0-9]+)?[.][ch]$'
# Named exceptions: headers of inline code or of protocol constants; flat switches and tables.
long_headers='zclient/wire.h'
long_functions=''
# The one place where a test may pause, because it is the loop that waits for a condition; and
# the test of this rule.
sleepers='^tests/(e2e/lib|lint_test)[.]sh$'

# shellcheck disable=SC2016 # awk's dollars, not the shell's
rules='
function say_at(file, line, what) { print file ":" line ": " what; bad = 1 }
function say(what) { say_at(FILENAME, FNR, what) }
function allowed(table, name, otherwise,    i, n, row, part) {
    n = split(table, row, "\n")
    for (i = 1; i <= n; i++)
        if (split(row[i], part, " ") == 2 && name ~ part[1])
            return part[2]
    return otherwise
}
function include(name, ours) {
    if (FILENAME ~ /^tests\//)
        return
    if (ours && FILENAME !~ /^announcer\/(bgp|l2)\// && name !~ /\// && name != "config.h")
        say("include \"" name "\" by its path from the top")
    if (ours && name != "config.h" && name !~ allowed(layers, FILENAME, "."))
        say("layer: " FILENAME " must not include " name)
    if (ours && FILENAME ~ /^announcer\/out_/ && name ~ /^announcer\/out_/ && output(name) != output(FILENAME))
        say("layer: outputs do not include each other: " name)
    if (!ours && FILENAME !~ allowed(libraries, name, "."))
        say("layer: " FILENAME " must not include <" name ">")
    if (!ours && FILENAME ~ core && allowed(libraries, name, "") != "")
        say("layer: the core uses no library: <" name ">")
}
function output(path) { sub(/.*out_/, "", path); sub(/[_.].*/, "", path); return path }
function parameters(text,    depth, i, c, n) {
    for (i = index(text, "("); i <= length(text); i++) {
        c = substr(text, i, 1)
        depth += (c == "(") - (c == ")")
        n += (c == "," && depth == 1)
        if (depth == 0)
            break
    }
    return n + 1
}
function c_line(code) {
    code = $0
    gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
    gsub(/\/\*.*\*\//, "", code)
    if (code ~ /^[ \t]*\/?\*/ || code ~ /^[ \t]*\/\*/)
        return
    sub(/\/\*.*/, "", code)
    if (code ~ /(^|[^A-Za-z0-9_])(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|sscanf|alloca|gets)[ \t]*\(/)
        say("banned call")
    if (code ~ /(^|[^A-Za-z0-9_])(sleep|usleep|nanosleep)[ \t]*\(/)
        say("no sleeping: wait for the event")
    if (code ~ /typedef (struct|union|enum)/ || code ~ /^} [a-z_]+_t;/)
        say("no typedef of a struct")
    if (code ~ /^\t\t\t\t\t+[^ \t]/ && in_body && before ~ /([;{}):]|else|do)[ \t]*$/)
        say("nested deeper than 3")
    before = code
    if (code ~ /^[A-Za-z_]/)
        head = ""
    if (!in_body && code !~ /^[#}]/)
        head = head code
    if (code ~ /^{/) {
        in_body = FNR
        if (parameters(head) > 5)
            say("more than 5 parameters")
    }
    if (code ~ /^}/ && in_body) {
        name = head
        sub(/\(.*/, "", name)
        sub(/.*[ *]/, "", name)
        if (FNR - in_body + 1 > 80 && index(" " long_functions " ", " " name " ") == 0)
            say("function " name " has " FNR - in_body + 1 " lines, 80 is the stop")
        in_body = 0
        head = ""
    }
}
function last_line(    stop) {
    if (!file)
        return
    stop = file ~ /[.]h$/ ? 120 : 600
    if (file ~ /[.]([ch]|go)$/ && lines > stop && index(" " long_headers " ", " " file " ") == 0)
        say_at(file, lines, "longer than " stop " lines")
    if (file ~ /([.]([ch]|go|sh)|^[.]ci\/run)$/ && !licence)
        say_at(file, 1, "no SPDX-License-Identifier in the first 3 lines")
}
FNR == 1 { last_line(); file = FILENAME; licence = in_body = 0; head = "" }
{ lines = FNR }
FNR <= 3 && /SPDX-License-Identifier: GPL-2.0-or-later/ { licence = 1 }
/[ \t\r]$/ { say("white space at the end of the line") }
FILENAME !~ /([.](c|h|go|mod|sum|am|md|[1-9]|tsv)|^LICENSE|[.]gitmodules)$/ && /^ *\t/ { say("a tab indents") }
/(^|[^A-Z])(TO[D]O|FIX[M]E|XX[X])([^A-Z]|$)/ { say("left to do") }
FILENAME ~ /^tests\/.*[.]sh$/ && FILENAME !~ sleepers && !/^ *#/ && /(^|[^-a-z_#.])sleep +[0-9$"]/ { say("no sleeping: wait for the event") }
FILENAME ~ /[.][ch]$/ && /^#[ \t]*include[ \t]*["<]/ {
    name = $0
    sub(/^#[ \t]*include[ \t]*["<]/, "", name)
    sub(/[">].*/, "", name)
    include(name, $0 ~ /"/)
}
FILENAME ~ /[.][ch]$/ { c_line() }
END { last_line(); exit bad }
'

status=0
# Data may look as it likes: captured bytes and files that are wrong on purpose. A link to a folder is
# only that.
list=$("$files" | grep -Ev '^(LICENSE|tests/(data|fuzz/corpus)/)|[.](bin|pcap|png)$' |
    while IFS= read -r file; do test -d "$file" || printf '%s\n' "$file"; done) || list=
# shellcheck disable=SC2086 # one word a file: no name of ours has a blank
test -z "$list" || awk -v libraries="$libraries" -v layers="$layers" -v core="$core" -v sleepers="$sleepers" \
    -v long_headers="$long_headers" -v long_functions="$long_functions" "$rules" $list || status=1

# A file that no local.am names is in no build.
named=$("$files" '*.am' | xargs cat /dev/null | tr -sc 'A-Za-z0-9_./-' '\n' | sed 's|.*/||; s|[.][ch]$||' | sort -u)
for file in $("$files" '*.[ch]'); do
    base=${file##*/}
    printf '%s\n' "$named" | grep -Fxq "${base%.[ch]}" || {
        echo "$file:1: named in no local.am"
        status=1
    }
done
exit $status
