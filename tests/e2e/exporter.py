#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a monitoring script makes of BGP, as frr_exporter does: JSON by vtysh, and no word of grevy.

  exporter.py vtysh OPTION...    asks by `vtysh OPTION... -c COMMAND`
  exporter.py metrics            the same lines out of what frr_exporter served, on stdin

Prints a line "FAMILY PEER AS: state received advertised" for each peer, sorted.
"""
import json
import re
import subprocess
import sys

LABELS = re.compile(r'(\w+)="([^"]*)"')


def ask(options, command):
    said = subprocess.run(["vtysh", *options, "-c", command], check=True, capture_output=True, text=True)
    return json.loads(said.stdout)


def by_vtysh(options):
    neighbors = ask(options, "show bgp vrf all neighbors json")
    for afi in ("ipv4", "ipv6"):
        for vrf, families in ask(options, f"show bgp vrf all {afi} unicast summary json").items():
            if "peers" in families:  # `unicast` leaves the family out
                families = {f"{afi}Unicast": families}
            for family, bgp in families.items():
                if bgp["peerCount"] != len(bgp["peers"]) or bgp["ribCount"] < 0 or bgp["ribMemory"] < 0:
                    sys.exit(f"{vrf} {family}: {bgp}")
                for peer, p in bgp["peers"].items():
                    accepted = neighbors[vrf][peer]["addressFamilyInfo"][family]["acceptedPrefixCounter"]
                    up = p["state"].lower() == "established"
                    if (up and not p["peerUptimeMsec"] + p["msgRcvd"]) or accepted != p["pfxRcd"]:
                        sys.exit(f"{peer}: {p}, accepted {accepted}")
                    yield f"{afi} {peer} {p['remoteAs']}: {int(up)} {p['pfxRcd']} {p['pfxSnt']}"


def by_metrics():
    found = {}
    for line in sys.stdin:
        name, _, rest = line.partition("{")
        values = dict(LABELS.findall(rest))
        key = f"{values.get('afi')} {values.get('peer')} {values.get('peer_as')}"
        found.setdefault(key, {})[name] = line.rsplit(" ", 1)[-1].strip()
    for key, p in found.items():
        if "frr_bgp_peer_state" in p:
            counts = [p[f"frr_bgp_peer_prefixes_{what}_count_total"] for what in ("received", "advertised")]
            yield f"{key}: {p['frr_bgp_peer_state']} {' '.join(counts)}"


print("\n".join(sorted(by_vtysh(sys.argv[2:]) if sys.argv[1] == "vtysh" else by_metrics())))
