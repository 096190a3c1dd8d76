#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a BGP speaker has, in one form: PREFIX NEXTHOP ASPATH LOCALPREF COMMUNITIES, a line each.

  bgp_routes.py frr|bird|gobgp|openbgpd|exabgp [PEER] <what it says itself

An empty AS path or list of communities is "-", and so is a LOCAL_PREF that did not come. The words of
AS paths and lists are joined by commas. PEER: only what came from that address.

  frr       show bgp FAMILY unicast PREFIX json, one after the other (grevyd's and FRR's)
  bird      birdc show route all
  gobgp     gobgp -j global rib
  openbgpd  bgpctl -j show rib detail
  exabgp    the lines that its api gives to a process, from the session's start
  kernel    ip -j route show, of both families: PREFIX GATEWAY,...

  bgp_routes.py keep FILE      a process of ExaBGP's: what it is told goes there
"""
import json
import os
import re
import select
import sys


def line(prefix, hop, path, pref, *communities):
    words = ",".join(c for group in communities for c in group)
    return f"{prefix} {hop} {','.join(map(str, path)) or '-'} {'-' if pref is None else pref} {words or '-'}"


def documents(text):
    decoder, at = json.JSONDecoder(), 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        document, at = decoder.raw_decode(text, at)
        yield document


def frr(text, peer):
    for d in documents(text):
        for p in d.get("paths", []):
            if peer in (None, p.get("peer", {}).get("peerId")):
                hops = [h for h in p["nexthops"] if h.get("scope") != "link-local"]
                yield line(d["prefix"], hops[0]["ip"], p["aspath"]["string"].replace("Local", "").split(), p.get("locPrf"),
                           p.get("community", {}).get("string", "").split(),
                           p.get("largeCommunity", {}).get("string", "").split())


def bird_pairs(text):
    return [":".join(re.findall(r"\d+", pair)) for pair in re.findall(r"\(([^)]*)\)", text)]


def bird(text, _peer):
    prefix = ""
    for block in re.split(r"\n(?=\S|\t? +unicast )", text):
        first = re.match(r"([0-9a-f.:]+/\d+)?\s+(?:unicast|unreachable|blackhole)", block)
        said = dict(re.findall(r"BGP\.(\w+): ?(.*)", block))
        if not first:
            continue
        prefix = first[1] or prefix
        if "next_hop" in said:
            yield line(prefix, said["next_hop"].split()[0], said.get("as_path", "").split(), said.get("local_pref"),
                       bird_pairs(said.get("community", "")), bird_pairs(said.get("large_community", "")))


def gobgp(text, peer):
    for prefix, paths in json.loads(text or "{}").items():
        for p in paths:
            if peer not in (None, p.get("neighbor-ip", p.get("source-id"))):
                continue
            has = {a["type"]: a for a in p["attrs"]}
            hop = has[14]["nexthop"] if 14 in has else has[3]["nexthop"]
            path = [n for s in has.get(2, {}).get("as_paths") or [] for n in s["asns"]]
            yield line(prefix, hop, path, has.get(5, {}).get("value"),
                       [f"{c >> 16}:{c & 0xffff}" for c in has.get(8, {}).get("communities", [])],
                       [f"{c['ASN']}:{c['LocalData1']}:{c['LocalData2']}" for c in has.get(32, {}).get("value", [])])


def openbgpd(text, peer):
    for r in json.loads(text or "{}").get("rib", []):
        if peer in (None, r["neighbor"].get("remote_addr")):
            communities = r.get("communities", []), r.get("large_communities", [])
            yield line(r["prefix"], r.get("exit_nexthop", r.get("true_nexthop")), r["aspath"].split(), r["localpref"], *communities)


def exabgp(text, peer):
    has = {}
    for said in map(json.loads, text.splitlines()):
        neighbor = said.get("neighbor", {})
        who = neighbor.get("address", {}).get("peer")
        if said.get("type") == "state":
            has = {k: v for k, v in has.items() if k[0] != who}
        update = neighbor.get("message", {}).get("update", {}) if said.get("type") == "update" else {}
        attribute = update.get("attribute", {})
        for prefixes in update.get("withdraw", {}).values():
            for p in prefixes:
                has.pop((who, p["nlri"]), None)
        for hops in update.get("announce", {}).values():
            for hop, prefixes in hops.items():
                for p in prefixes:
                    if "nlri" in p and not hop.startswith("fe80:"):
                        has[who, p["nlri"]] = line(
                            p["nlri"], hop, exabgp_path(attribute), attribute.get("local-preference"),
                            [f"{a}:{b}" for a, b in attribute.get("community", [])],
                            [":".join(map(str, c)) for c in attribute.get("large-community", [])])
    return [v for (who, _), v in has.items() if peer in (None, who)]


def kernel(text, _peer):
    for routes in documents(text):
        for r in routes:
            length = "" if "/" in r["dst"] else "/128" if ":" in r["dst"] else "/32"
            yield f"{r['dst']}{length} " + ",".join(sorted(h["gateway"] for h in r.get("nexthops", [r])))


def exabgp_path(attribute):
    path = attribute.get("as-path", [])
    if isinstance(path, dict):
        path = [n for s in path.values() for n in s["value"]]
    return path


def keep(name):
    """What ExaBGP says, without an end; its pipe does not block."""
    with open(name, "wb", buffering=0) as to:
        while select.select([0], [], []):
            said = os.read(0, 65536)
            if not said:
                return
            to.write(said)


def main():
    if sys.argv[1] == "keep":
        return keep(sys.argv[2])
    known = {f.__name__: f for f in (frr, bird, gobgp, openbgpd, exabgp, kernel)}
    for route in sorted(set(known[sys.argv[1]](sys.stdin.read(), (sys.argv[2:] or [None])[0]))):
        print(route)


main()
