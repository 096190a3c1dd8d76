#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab's cases ask and write, in one form.

  lab.py kernel|zebra|rib [PREFIX] [table N]   routes, a line each: PREFIX NEXTHOP*WEIGHT,...
  lab.py vty SOCKET COMMAND                    one command over FRR's vty framing
  lab.py manifest FOLDER                       the objects on stdin, a file each, renamed into place
  lab.py list FILE                             the same as one kind: List
  lab.py kube OBJECTS STATUS GONE              the same for kubectl: what to apply, of which status
                                               then, and the words of what to delete, a line each;
                                               LAB_KUBE: the folder with a file for each Node alive
  lab.py json EXPRESSION                       of the JSON on stdin, which it calls d; false or
                                               nothing there is a failure

Objects, a line each:

  node NAME ADDRESS... [notready] [netdown] [cordoned] [label=KEY:VALUE]
  service NS/NAME [ips=A,B] [lbip=A] [local] [share=KEY] [pool=NAME] [class=NAME] [dual] [v6]
          [ports=tcp:80,udp:53] [on=NODE,NODE*3,NODE~,NODE!] [selector=app]   (~ draining, ! not ready)
  delete KIND NAME     (KIND: node, service)
"""
import json
import math
import os
import socket
import subprocess
import sys
import urllib.request

OPENFABRIC = os.environ.get("LAB_PROTO", "197")  # rtm_protocol of zebra's openfabric routes, or of ours


def pathspace():
    """LAB_SPACE: FRR's -N, of whom to ask."""
    return "/" + os.environ["LAB_SPACE"] if os.environ.get("LAB_SPACE") else ""


# --- asking ----------------------------------------------------------------------------------


class Vty:
    """FRR's vty framing: a command and a NUL; text and 00 00 00 STATUS."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(20)
        self.sock.connect(path)

    def ask(self, command):
        self.sock.sendall(command.encode() + b"\0")
        reply = b""
        while len(reply) < 4 or reply[-4:-1] != b"\0\0\0":
            part = self.sock.recv(1 << 20)
            if not part:
                raise ConnectionError("hung up in the middle of a reply")
            reply += part
        return reply[:-4].decode(), reply[-1]

    def ask_json(self, command):
        text, status = self.ask(command)
        if status:
            raise ValueError(f"{command}: {text.strip()} (status {status})")
        return json.loads(text or "{}")


def host_prefix(dst):
    if "/" in dst:
        return dst
    return dst + ("/128" if ":" in dst else "/32")


def hop_key(hop):
    """Addresses by their bytes; an interface by its name, after them."""
    for family in socket.AF_INET, socket.AF_INET6:
        try:
            return 0, socket.inet_pton(family, hop[0])
        except OSError:
            pass
    return 1, hop[0].encode()


def line(prefix, hops):
    hops = sorted(hops, key=hop_key)
    return f"{prefix} " + ",".join(f"{addr}*{weight}" for addr, weight in hops)


def smallest(weights):
    """The smallest integers that zebra scales to these: from 10.0 the largest becomes 254 or 255
    and the others are rounded down. grevyd sends one of them higher by one where zebra would
    otherwise take the route for the one it has (announcer/zroutes_weights.c)."""
    top = max(weights)
    for most in range(1, top + 1):
        given = [-(-w * most // top) for w in weights]
        below = [-(-(w - 1) * most // top) for w in weights]
        exact = [max(1, g * top // most) == w for g, w in zip(given, weights)]
        raised = [b > 0 and b * top // most == w - 1 for b, w in zip(below, weights)]
        odd = [i for i, fits in enumerate(exact) if not fits]
        if not odd or (len(odd) == 1 and raised[odd[0]]):
            return [g if fits else b for g, b, fits in zip(given, below, exact)]
    return weights


def level(hops):
    """Weights in lowest terms: grevyd multiplies them after a gateway was lost (8.4 keeps groups),
    zebra scales them where lib.sh says so in ZEBRA_SCALES."""
    hops = sorted(hops)
    weights = [w for _, w in hops]
    if "ZEBRA_SCALES" in os.environ and weights and max(weights) in (254, 255):
        weights = smallest(weights)
    ratio = math.gcd(*weights) if hops else 1
    return {(gateway, w // ratio) for (gateway, _), w in zip(hops, weights)}


def kernel_hop(hop):
    gateway = hop.get("gateway") or hop.get("via", {}).get("host")
    return gateway, hop.get("weight", 1)


def ip_json(*words):
    return json.loads(subprocess.run(["ip", "-j", *words], capture_output=True, text=True, check=False).stdout or "[]")


def kernel_object(nhid):
    """The next hops of an object: routes do not tell them with nexthop_compat_mode=0."""
    objects = {o["id"]: o for o in ip_json("nexthop", "show")}
    members = objects[nhid].get("group") or [{"id": nhid}]
    return [{**objects[m["id"]], "weight": m.get("weight", 1)} for m in members]


def kernel_routes(table="main", proto=OPENFABRIC):
    """{prefix: set of (gateway, weight)} of our protocol, next hops that are dead left out."""
    routes = {}
    for family in "-4", "-6":
        for r in ip_json(family, "route", "show", "table", str(table), "proto", proto):
            told = r.get("nexthops") or r.get("gateway") or r.get("via") or r.get("dev")
            hops = kernel_object(r["nhid"]) if "nhid" in r and not told else r.get("nexthops") or [r]
            alive = {kernel_hop(h) for h in hops if "dead" not in h.get("flags", [])}
            # An interface route has no gateway: shown by its name.
            alive = {(g or hops[0].get("dev", "?"), w) for g, w in alive}
            routes.setdefault(host_prefix(r["dst"]), set()).update(alive)
    return {p: level(hops) for p, hops in routes.items()}


def zebra_routes(table="main", vty=None):
    """As zebra has them selected and installed."""
    vty = vty or Vty(f"/run/frr{pathspace()}/zebra.vty")
    routes = {}
    for family in "ip", "ipv6":
        which = "" if table == "main" else f"table {table} "
        shown = vty.ask_json(f"show {family} route {which}json")
        for prefix, entries in shown.items():
            for e in entries:
                if e["protocol"] == "openfabric" and e.get("installed") and e.get("selected"):
                    routes[prefix] = level({
                        (h.get("ip") or h["interfaceName"], h.get("weight", 1)) for h in e["nexthops"]
                        if h.get("fib") and h.get("active") and not h.get("recursive")})
    return routes


def rib_routes(vty=None):
    """As grevyd means them."""
    vty = vty or Vty(f"/run/grevy{pathspace()}/grevyd.vty")
    shown = vty.ask_json("show rib json")
    return {
        r["prefix"]: level({(h.get("address") or h["interface"], h["weight"]) for h in r["nextHops"]})
        for r in shown["routes"] if r.get("best", True)}


def print_routes(routes, prefix):
    for p in sorted(routes):
        if prefix in (None, p, p.split("/")[0]):
            print(line(p, routes[p]))


# --- writing ---------------------------------------------------------------------------------

WORDS = {"true", "false", "null", "yes", "no", "on", "off", "~", ""}


def scalar(v):
    """As kubectl prints it: quoted only where it would be read as something else."""
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, int):
        return str(v)
    plain = v.lower() not in WORDS and v[0] not in "&*!|>'\"%@`{}[],#?:- " and ": " not in v and " #" not in v
    if plain and not v.replace(".", "").replace("-", "").replace(":", "").replace("T", "").replace("Z", "").isdigit():
        return v
    if plain and v.count(".") == 3:
        return v  # an IPv4 address is no number
    return json.dumps(v)


def yaml_lines(v, indent=0):
    pad = "  " * indent
    if isinstance(v, dict):
        for k, x in v.items():
            if isinstance(x, (dict, list)) and x:
                yield f"{pad}{k}:"
                yield from yaml_lines(x, indent if isinstance(x, list) else indent + 1)
            else:
                yield f"{pad}{k}: " + ({dict: "{}", list: "[]"}.get(type(x)) or scalar(x))
    else:
        for x in v:
            if isinstance(x, dict):
                inner = list(yaml_lines(x, indent + 1))
                yield f"{pad}- " + inner[0].lstrip()
                yield from inner[1:]
            else:
                yield f"{pad}- {scalar(x)}"


def yaml(obj):
    return "\n".join(yaml_lines(obj)) + "\n"


def meta(name, ns=None, created="2026-01-01T00:00:00Z", **more):
    m = {k: v for k, v in more.items() if v}
    m["creationTimestamp"] = created
    m["name"] = name
    if ns:
        m["namespace"] = ns
    m["resourceVersion"] = "1000"
    return m


NODE_WORDS = ("notready", "netdown", "cordoned")


def node_object(name, addresses, words, labels):
    ready = "Unknown" if "notready" in words else "True"
    conditions = [{"type": "Ready", "status": ready, "reason": "KubeletReady"}]
    if "netdown" in words:
        conditions.append({"type": "NetworkUnavailable", "status": "True", "reason": "NoRouteCreated"})
    return {
        "apiVersion": "v1", "kind": "Node",
        "metadata": meta(name, labels={"kubernetes.io/hostname": name, **labels}),
        "spec": {"podCIDR": "10.42.0.0/24", **({"unschedulable": True} if "cordoned" in words else {})},
        "status": {
            "addresses": [{"address": a, "type": "InternalIP"} for a in addresses]
            + [{"address": name, "type": "Hostname"}],
            "conditions": conditions}}


ANNOTATIONS = {"ips": "metallb.io/loadBalancerIPs", "share": "metallb.io/allow-shared-ip",
               "pool": "metallb.io/address-pool"}


def families(o):
    if "dual" in o:
        return ["IPv4", "IPv6"]
    return ["IPv6"] if "v6" in o else ["IPv4"]


def service_object(name, o):
    ns, name = name.split("/")
    fam = families(o)
    ports = [p.split(":") for p in o.get("ports", "tcp:80").split(",")]
    spec = {
        "clusterIPs": ["10.43.0.10" if f == "IPv4" else "fd43::10" for f in fam],
        "externalTrafficPolicy": "Local" if "local" in o else "Cluster",
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": fam,
        "ipFamilyPolicy": "RequireDualStack" if len(fam) == 2 else "SingleStack",
        "ports": [{"name": f"{proto}-{port}", "port": int(port), "protocol": proto.upper(),
                   "targetPort": int(port)} for proto, port in ports],
        "selector": {"app": o.get("selector", name)},
        "sessionAffinity": "None",
        "type": "LoadBalancer"}
    spec["clusterIP"] = spec["clusterIPs"][0]
    if "lbip" in o:
        spec["loadBalancerIP"] = o["lbip"]
    if "class" in o:
        spec["loadBalancerClass"] = o["class"]
    notes = {ANNOTATIONS[k]: o[k] for k in ANNOTATIONS if k in o}
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta(name, ns, annotations=notes),
            "spec": dict(sorted(spec.items())), "status": {"loadBalancer": {}}}


def endpoints(on, family):
    n = 0
    for word in filter(None, on.split(",")):
        word, _, count = word.partition("*")
        mark = word[-1] if word[-1] in "~!" else ""
        for _ in range(int(count or 1)):
            n += 1
            yield {
                "addresses": [f"10.42.{n // 250}.{n % 250 + 1}" if family == "IPv4" else f"fd42::{n:x}"],
                "conditions": {"ready": not mark, "serving": mark != "!", "terminating": mark == "~"},
                "nodeName": word.rstrip("~!")}


def slice_object(name, o, family):
    ns, name = name.split("/")
    return {
        "addressType": family, "apiVersion": "discovery.k8s.io/v1",
        "endpoints": list(endpoints(o.get("on", ""), family)), "kind": "EndpointSlice",
        "metadata": meta(f"{name}-{family.lower()}", ns, labels={"kubernetes.io/service-name": name}),
        "ports": [{"name": "", "port": 80, "protocol": "TCP"}]}


def write_atomically(path, text):
    with open(path + ".new~", "w", encoding="ascii") as f:
        f.write(text)
    os.rename(path + ".new~", path)


def parse_words(words):
    return dict(w.partition("=")[::2] for w in words)


def objects_of(words):
    """(file stem, objects) of one input line."""
    kind, name, *rest = words
    if kind == "node":
        addresses = [w for w in rest if "=" not in w and w not in NODE_WORDS]
        labels = dict(w[6:].split(":", 1) for w in rest if w.startswith("label="))
        return f"node-{name}", [node_object(name, addresses, rest, labels)]
    if kind == "service":
        o = parse_words(rest)
        return "service-" + name.replace("/", "-"), [
            service_object(name, o)] + [slice_object(name, o, f) for f in families(o)]
    raise ValueError(f"{kind}: neither node, service nor delete")


def manifest(folder, lines):
    for words in filter(None, map(str.split, lines)):
        if words[0] == "delete":
            os.unlink(f"{folder}/{words[1]}-{words[2].replace('/', '-')}.yaml")
            continue
        stem, objects = objects_of(words)
        write_atomically(f"{folder}/{stem}.yaml", "---\n".join(map(yaml, objects)))


def write_list(path, lines):
    items = [x for words in filter(None, map(str.split, lines)) for x in objects_of(words)[1]]
    write_atomically(path, yaml({"apiVersion": "v1", "items": items, "kind": "List"}))


def for_kubectl(x):
    """As a person would write it: nothing that the API server gives."""
    for field in "creationTimestamp", "resourceVersion":
        x["metadata"].pop(field)
    if x["kind"] == "Service":
        for field in "clusterIP", "clusterIPs", "selector":
            x["spec"].pop(field)
    if x["kind"] == "Node":
        x["spec"].pop("podCIDR")
    return x


def kube_alive(name, alive):
    """The file that keeps a Node's Lease alive, or not."""
    path = f"{os.environ['LAB_KUBE']}/{name}"
    if alive:
        open(path, "w", encoding="ascii").close()
    elif os.path.exists(path):
        os.unlink(path)


def kube_delete(kind, name):
    """What kubectl delete is told; slices made by hand have no owner."""
    if kind == "node":
        kube_alive(name, False)
        return [f"node {name}"]
    ns, name = name.split("/")
    return [f"-n {ns} service {name}", f"-n {ns} endpointslice -l kubernetes.io/service-name={name}"]


def kube(objects_path, status_path, gone_path, lines):
    items, gone = [], []
    for words in filter(None, map(str.split, lines)):
        if words[0] == "delete":
            gone += kube_delete(*words[1:3])
        else:
            items += map(for_kubectl, objects_of(words)[1])
    nodes = [dict(x) for x in items if x["kind"] == "Node"]
    for x in items:
        x.pop("status", None)
    for node in nodes:
        kube_alive(node["metadata"]["name"], node["status"]["conditions"][0]["status"] == "True")
    namespaces = sorted({x["metadata"].get("namespace", "default") for x in items} - {"default"})
    items = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": n}} for n in namespaces] + items
    for path, part in (objects_path, items), (status_path, nodes):
        write_atomically(path, json.dumps({"apiVersion": "v1", "kind": "List", "items": part}) if part else "")
    write_atomically(gone_path, "".join(f"{g}\n" for g in gone))


def main(args):
    verb, *rest = args
    if verb in ("kernel", "zebra", "rib"):
        table = rest[rest.index("table") + 1] if "table" in rest else "main"
        prefix = rest[0] if rest and rest[0] != "table" else None
        source = {"kernel": lambda: kernel_routes(table), "zebra": lambda: zebra_routes(table), "rib": rib_routes}
        print_routes(source[verb](), prefix)
    elif verb == "vty":
        text, status = Vty(rest[0]).ask(rest[1])
        sys.stdout.write(text)
        return status
    elif verb == "manifest":
        manifest(rest[0], sys.stdin)
    elif verb == "json":
        try:
            value = eval(rest[0], {"d": json.load(sys.stdin)})
        except (ValueError, KeyError, IndexError, TypeError):
            return 1
        print(value)
        return 0 if value else 1
    elif verb == "list":
        write_list(rest[0], sys.stdin)
    elif verb == "kube":
        kube(*rest, sys.stdin)
    elif verb == "get":
        with urllib.request.urlopen(rest[0], timeout=5) as answer:
            sys.stdout.write(answer.read().decode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
