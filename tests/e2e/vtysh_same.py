#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The same commands by the same vtysh to bgpd and to grevyd, answer by answer.

  vtysh_same.py commands [texts]             what to ask, a line each; no JSON
  vtysh_same.py compare THEIRS OURS [times]  two files of "=== COMMAND", the answer, "--- STATUS"

Text: the same lines, once what TIMES and VALUES name is masked; FRR has the lines of ONLY alone.
JSON: the same keys with values of the same type, and equal but for those of KEYS. With `times` both
answers are grevyd's: only times may differ.
"""
import json
import re
import sys

PEERS = ("192.168.2.13", "192.168.2.15", "fd00:2::13")
BOTH = [
    "bgp summary", "ip bgp summary", "bgp ipv4 unicast summary", "bgp ipv6 summary", "bgp summary established",
    "bgp vrf all ipv4 unicast summary", "bgp vrf all ipv6 unicast summary", "bgp vrf all summary",
    "bgp vrf default summary", "bgp summary failed", "bgp summary neighbor 192.168.2.13",
    "bgp summary remote-as 65002", "bgp summary remote-as 77", "bgp summary wide", "bgp ipv4 vpn summary",
    "bgp vrf none summary", "ip bgp", "bgp", "bgp ipv4 unicast", "bgp ipv6 unicast", "bgp vrf all ipv4 unicast",
    "bgp all", "ip bgp cidr-only", "ip bgp community 65001:7", "ip bgp community 65001:7 exact-match",
    "ip bgp large-community 65002:1:2", "ip bgp regexp _65002$", "ip bgp 198.18.1.0/24 longer-prefixes",
    "ip bgp 10.0.0.0/8 longer-prefixes", "bgp ipv4 multicast", "bgp ipv4 unicast 198.18.1.1/32",
    "ip bgp 198.18.9.9", "ip bgp 198.18.9.9/32 bestpath", "bgp ipv6 unicast 2001:db8:9::9/128",
    "ip bgp 192.168.254.6/32", "ip bgp 198.18.77.1/32", "bgp neighbors", "bgp neighbors 9.9.9.9",
    "bgp vrf all neighbors 192.168.2.13", *(f"bgp neighbors {peer}" for peer in PEERS),
    "bgp ipv4 unicast neighbors 192.168.2.13 routes", "bgp ipv6 unicast neighbors fd00:2::13 routes",
    "bgp ipv4 unicast neighbors 192.168.2.15 routes", "bgp ipv4 unicast neighbors 9.9.9.9 routes",
    "bgp ipv4 unicast neighbors nobody routes", "bgp ipv6 unicast neighbors 192.168.2.13 routes",
    "bgp ipv4 unicast neighbors 192.168.2.14 bestpath-routes",
    *(f"bgp ipv4 unicast neighbors {peer} advertised-routes" for peer in PEERS[:2]),
    "bgp ipv6 unicast neighbors fd00:2::14 advertised-routes", "bgp all neighbors 192.168.2.14 advertised-routes",
    "bgp ipv4 unicast neighbors 192.168.2.13 received-routes",
    "bgp ipv4 unicast neighbors 192.168.2.13 filtered-routes",
    "bgp ipv4 unicast neighbors 192.168.2.13 prefix-counts", "bgp vrfs", "bgp peer-group",
    "bgp ipv4 unicast statistics",
]
COMMANDS = [f"show {words}{form}" for form in ("", " json") for words in BOTH] + [
    "show bgp summary terse", "show ip bgp wide", "show bgp statistics json", "show ip bgp filter-list none",
    "show ip bgp 2001:db8::1", "show bgp vrf all 198.18.1.1", "clear bgp 9.9.9.9", "clear bgp nobody",
    "clear bgp 77", "clear bgp peer-group none", "clear bgp ipv6 unicast 192.168.2.13 soft",
    "clear bgp vrf none *", "clear bgp all",
]

# Masks of text: what, what it becomes, why.
TIMES = [
    (r"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}", "DATE", "dates"),
    (r" +(\d\d:\d\d:\d\d|never)\b", " TIME", "times"),
    (r"due in \d+ seconds", "due in N seconds", "a timer runs"),
    (r" +(Connect|Active|Idle)\b", " DOWN", "who is not there is dialled and waited for in turn"),
    (r"^( +(?:Opens|Notifications|Updates|Keepalives|Total):).*", r"\1 N", "messages, as they came"),
    (r"^(\S+ +4 +65\d+(?: +65000)?) +\d+ +\d+ ", r"\1 N N ", "messages, as they came"),
    (r"FD used: -?\d+", "FD used: N", "descriptors"),
    (r"Last reset TIME(,  .*)?", "Last reset TIME", "grevyd's words say more, and never is never"),
    (r"Waiting for peer OPEN|connect: .*", "WHY", "grevyd's words say more"),
]
VALUES = [
    (r"\b(version|version is) \d+", r"\1 N", "grevyd numbers no changes of its table"),
    (r"RIB entries \d+", "RIB entries N", "FRR counts the inner nodes of its tree, too"),
    (r"using [\d.]+ \S+ of memory", "using MEMORY", "grevyd does not know the memory of one table"),
    (r"port: \d+", "port: N", "who came first and which port it had"),
    (r"(Capability:) (not )?advertised( \(.*?\))? received", r"\1 received", "grevyd does not tell its host name"),
    (r"(Extended Message:|Long-lived Graceful Restart:|Enhanced Route Refresh:|RX) advertised and received",
     r"\1 received", "grevyd offers none of these"),
    (r"Selection Deferral Time\(sec\): \d+", "Selection Deferral Time(sec): N", "grevyd's is its restart time"),
    (r"End-of-RIB sent after update: \w+", "End-of-RIB sent after update: X", "as the messages happened to be sent"),
    (r" +0( +32768 )|( +32768 )", r" \1\2", "our own routes have no MED"),
    (r", metric 0, weight 32768", ", weight 32768", "our own routes have no MED"),
    (r" +32768 ", " 32768 ", "the blanks before it"),
]
ONLY = [
    (r"  Configured conditional advertisements interval", "grevyd has none"),
    (r"  Update group \d+", "grevyd has none"),
    (r"Estimated round trip time: \d+ ms", "FRR tells a millisecond and more: of a busy machine only"),
    (r"Nexthop local: ", "grevyd has one where the neighbour is on that link by IPv6"),
]

# Keys of JSON whose values differ, or (with "-") that may be missing on one side, and why.
TIME_KEYS = {
    "peerUptime peerUptimeMsec peerUptimeEstablishedEpoch bgpTimerUpMsec bgpTimerUpString bgpTimerLastRead"
    " bgpTimerUpEstablishedEpoch bgpTimerLastWrite bgpInUpdateElapsedTimeMsecs epoch string"
    " nextConnectTimerDueInMsecs": "times",
    "-lastResetTimerMsecs": "times",
    "-lastReset -lastResetDueTo -lastResetCode": "grevyd's words say more, and never is never",
    "msgRcvd msgSent opensSent opensRecv notificationsSent notificationsRecv updatesSent updatesRecv"
    " keepalivesSent keepalivesRecv totalSent totalRecv": "messages, as they came",
    "state bgpState": "who is not there is dialled and waited for in turn",
}
VALUE_KEYS = {
    "version tableVersion bgpTableVersion": "grevyd numbers no changes of its table",
    "ribCount": "FRR counts the inner nodes of its tree, too",
    "ribMemory peerMemory": "grevyd does not know the memory of one table",
    "portLocal portForeign": "who came first and which port it had",
    "-nexthopLocal": "grevyd has one where the neighbour is on that link by IPv6",
    "selectionDeferralTimer": "grevyd's is its restart time",
    "endOfRibSentAfterUpdate": "as the messages happened to be sent",
    "extendedMessage enhancedRouteRefresh longLivedGracefulRestart": "grevyd offers none of these",
    "-rxReceived -rxAdvertisedAndReceived": "grevyd offers none of these",
    "-advHostName -advDomainName": "grevyd does not tell its host name",
    "-metric": "our own routes have no MED",
    "-compareRouterId": "grevyd does so always, FRR where it is told to",
    "-estimatedRttInMsecs": "FRR tells a millisecond and more: of a busy machine only",
    "-bgpTimerConfiguredConditionalAdvertisementsSec -updateGroupId -subGroupId": "grevyd has none",
}


def keys_of(table):
    names = {name for words in table for name in words.split()}
    return {n for n in names if n[0] != "-"} | {n[1:] for n in names}, {n[1:] for n in names if n[0] == "-"}


def answers(path):
    found, command = {}, None
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("=== "):
                command = line[4:-1]
                found[command] = ["", None]
            elif line.startswith("--- "):
                found[command][1] = line[4:-1]
            else:
                found[command][0] += line
    return found


def masked(text, masks, only):
    lines = []
    for line in text.splitlines():
        for pattern, becomes, _ in masks:
            line = re.sub(pattern, becomes, line)
        if not any(re.match(pattern, line) for pattern, _ in only):
            lines.append(line)
    return lines


def texts_differ(theirs, ours, masks, only):
    theirs, ours = masked(theirs, masks, only), masked(ours, masks, only)
    for one, other in zip(theirs + [None] * len(ours), ours + [None] * len(theirs)):
        if one != other:
            yield f"{other!r} instead of {one!r}"
            return


def values_differ(theirs, ours, where, free, loose):
    """free: keys whose values do not count; loose: keys that may be missing."""
    name = where.rsplit("/", 1)[-1]
    if type(theirs) is not type(ours):
        yield f"{where}: {ours!r} instead of {theirs!r}: another type"
    elif isinstance(theirs, dict):
        for key in theirs.keys() ^ ours.keys():
            if key not in loose:
                yield f"{where}/{key}: " + ("missing" if key in theirs else "too much")
        for key in theirs.keys() & ours.keys():
            yield from values_differ(theirs[key], ours[key], f"{where}/{key}", free, loose)
    elif isinstance(theirs, list):
        if len(theirs) != len(ours):
            yield f"{where}: {len(ours)} elements instead of {len(theirs)}"
        for one, other in zip(theirs, ours):
            yield from values_differ(one, other, where, free, loose)
    elif theirs != ours and name not in free:
        yield f"{where}: {ours!r} instead of {theirs!r}"


def compare(theirs, ours, times):
    masks, only = (TIMES, []) if times else (TIMES + VALUES, ONLY)
    free, loose = keys_of(TIME_KEYS if times else {**TIME_KEYS, **VALUE_KEYS})
    wrong = 0
    for command, (other, our_status) in ours.items():
        one, status = theirs[command]
        found = [] if status == our_status else [f"status {our_status} instead of {status}"]
        try:
            found += values_differ(json.loads(one or "{}"), json.loads(other or "{}"), "", free, loose)
        except json.JSONDecodeError:
            found += texts_differ(one, other, masks, only)
        for what in found:
            print(f"{command}: {what}")
        wrong += bool(found)
    return wrong


if sys.argv[1] == "commands":
    print("\n".join(c for c in COMMANDS if "texts" not in sys.argv or not c.endswith("json")))
else:
    sys.exit(bool(compare(answers(sys.argv[2]), answers(sys.argv[3]), "times" in sys.argv[4:])))
