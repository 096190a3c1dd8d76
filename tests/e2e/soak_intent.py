# SPDX-License-Identifier: GPL-2.0-or-later
"""What the soak wants: the objects as they should be, and the routes that follow from them, worked
out by the rules of eligibility written once more and differently."""
import os

import lab

NODES = ["node1", "node2", "node3", "node4"]


def node_addresses(name):
    i = int(name[4:])
    return f"192.168.2{i}.{12 + i}", f"fd00:2{i}::{12 + i}"


class Intent:
    """The objects as they should be, and what follows from them."""

    def __init__(self, folder):
        self.folder = folder
        self.nodes = {n: {"ready": True, "netdown": False, "excluded": False} for n in NODES}
        self.services = {}
        self.links_down = set()

    # --- as objects

    def node_words(self, name):
        n = self.nodes[name]
        words = ["node", name, *node_addresses(name)]
        words += ["notready"] * (not n["ready"]) + ["netdown"] * n["netdown"]
        words += ["label=node.kubernetes.io/exclude-from-external-load-balancers:"] * n["excluded"]
        return words

    def service_words(self, name):
        s = self.services[name]
        on = [f"{node}*{n}" for node, n in s["ready"].items()] + [f"{node}~" for node in s["draining"]]
        on += [f"{node}!" for node in s["dead"]]
        words = ["service", f"soak/{name}", "ips=" + ",".join(s["ips"]), "on=" + ",".join(on),
                 f"ports=tcp:{s['port']}"]
        words += ["local"] * s["local"] + ["dual"] * (len(s["ips"]) == 2)
        words += [f"share={s['share']}", "selector=shared"] if s["share"] else []
        return words

    def all_words(self):
        return [self.node_words(n) for n in self.nodes] + [self.service_words(s) for s in self.services]

    # --- as files

    def write_node(self, name):
        lab.manifest(self.folder, [" ".join(self.node_words(name))])

    def write_service(self, name):
        words = self.service_words(name) if name in self.services else ["delete", "service", f"soak/{name}"]
        lab.manifest(self.folder, [" ".join(words)])

    def write_in_place(self, words):
        """Truncated, then written in two halves: a reader may see any of the three."""
        stem, objects = lab.objects_of(words)
        text = "---\n".join(map(lab.yaml, objects))
        with open(f"{self.folder}/{stem}.yaml", "w", encoding="ascii") as f:
            f.write(text[:len(text) // 2])
            f.flush()
            f.write(text[len(text) // 2:])

    def write_folder(self, folder):
        """All of it into a folder of its own."""
        os.mkdir(folder, 0o755)
        lab.manifest(folder, [" ".join(words) for words in self.all_words()])

    # --- as routes

    def sharers(self, name):
        ips = set(self.services[name]["ips"])
        return sorted(n for n, s in self.services.items() if ips & set(s["ips"]))

    def usable(self, node):
        return not self.nodes[node]["netdown"] and not self.nodes[node]["excluded"]

    def eligible(self, s):
        """{node: weight}"""
        if s["local"]:
            weights = {n: 1 for n in s["draining"]} | dict(s["ready"])
        else:
            weights = {n: 1 for n in NODES} if s["ready"] or s["draining"] else {}
        weights = {n: w for n, w in weights.items() if self.usable(n)}
        ready = {n: w for n, w in weights.items() if self.nodes[n]["ready"]}
        return ready or weights

    def routes(self):
        """{prefix: {(next hop, weight)}}, links not looked at"""
        holders = {}
        for name in sorted(self.services):
            nodes = self.eligible(self.services[name])
            if nodes:
                for ip in self.services[name]["ips"]:
                    holders.setdefault(lab.host_prefix(ip), []).append(nodes)
        out = {}
        for prefix, sets in holders.items():
            common = set.intersection(*map(set, sets)) or set(sets[0])
            # Without a common node the oldest Service's own hold, with its own weights.
            judges = sets if set.intersection(*map(set, sets)) else sets[:1]
            weights = {n: min(nodes[n] for nodes in judges) for n in common}
            family = 1 if ":" in prefix else 0
            out[prefix] = {(node_addresses(n)[family], weights[n]) for n in common}
        return out

    def rib(self):
        return {p: lab.level(hops) for p, hops in self.routes().items()}

    def reachable(self):
        """What zebra can have of it: next hops over links that are down are left out."""
        dead = {a for n in self.links_down for a in node_addresses(n)}
        left = {p: {h for h in hops if h[0] not in dead} for p, hops in self.routes().items()}
        return {p: lab.level(hops) for p, hops in left.items() if hops}
