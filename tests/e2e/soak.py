#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random steps; after each settles: intent = RIB, and what of it can be reached = zebra = kernel.

  soak.py FOLDER STEPS SEED LOG -- ZEBRA COMMAND -- GREVYD COMMAND

Runs in the router's namespace with four nodes on links of their own. The intent is worked out
here, from the objects alone, by the rules of eligibility written once more and differently.
"""
import os
import random
import signal
import subprocess
import sys
import time

import lab

NODES = ["node1", "node2", "node3", "node4"]
SETTLE_S = 20


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

    def write_node(self, name):
        n = self.nodes[name]
        words = ["node", name, *node_addresses(name)]
        words += ["notready"] * (not n["ready"]) + ["netdown"] * n["netdown"]
        words += ["label=node.kubernetes.io/exclude-from-external-load-balancers:"] * n["excluded"]
        lab.manifest(self.folder, [" ".join(words)])

    def write_service(self, name):
        s = self.services.get(name)
        if s is None:
            lab.manifest(self.folder, [f"delete service soak/{name}"])
            return
        on = [f"{node}*{n}" for node, n in s["ready"].items()] + [f"{node}~" for node in s["draining"]]
        on += [f"{node}!" for node in s["dead"]]
        words = ["service", f"soak/{name}", "ips=" + ",".join(s["ips"]), "on=" + ",".join(on),
                 f"ports=tcp:{s['port']}"]
        words += ["local"] * s["local"] + ["dual"] * (len(s["ips"]) == 2)
        words += [f"share={s['share']}", "selector=shared"] if s["share"] else []
        lab.manifest(self.folder, [" ".join(words)])

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


class Soak:
    def __init__(self, folder, seed, log, zebra, grevyd):
        self.random = random.Random(seed)
        self.intent = Intent(folder)
        self.log = log
        self.commands = {"zebra": zebra, "grevyd": grevyd}
        self.running = {}
        self.settled_ms = []
        self.next_id = 0

    # --- processes

    def spawn(self, name, *more):
        with open(f"{self.log}/{name}.log", "ab") as out:
            self.running[name] = subprocess.Popen(self.commands[name] + list(more), stdout=out, stderr=out)

    def kill(self, name, how=signal.SIGKILL):
        self.running[name].send_signal(how)
        self.running.pop(name).wait()

    def spawn_zebra(self, *more):
        self.spawn("zebra", *more)
        self.until(lambda: lab.Vty("/run/frr/zebra.vty").ask("show version"), "zebra's vty")
        subprocess.run(["vtysh", "-b"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @staticmethod
    def until(question, what, seconds=10):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                return question()
            except OSError:
                time.sleep(0.01)
        raise TimeoutError(what)

    # --- steps: each changes the intent, or disturbs without changing it

    def pick(self, things):
        return self.random.choice(sorted(things))

    def new_endpoints(self):
        ready, draining, dead = {}, set(), set()
        for n in NODES:
            what = self.random.random()
            if what < 0.45:
                ready[n] = self.random.choice([1, 1, 1, 2, 3, 7])
            elif what < 0.55:
                draining.add(n)
            elif what < 0.62:
                dead.add(n)
        return {"ready": ready, "draining": draining, "dead": dead}

    def add_service(self):
        self.next_id += 1
        i = self.next_id
        name = f"s{i:05d}"
        shared = [s for s in self.intent.services.values() if s["share"]]
        s = {"port": i % 60000 + 1, "share": "", "local": self.random.random() < 0.6, **self.new_endpoints()}
        if shared and self.random.random() < 0.5:
            other = self.random.choice(shared)
            s.update(share=other["share"], ips=other["ips"], local=other["local"])
        else:
            s["share"] = f"key{i}" if self.random.random() < 0.3 else ""
            free = next(k for k in range(1, 250) if not any(
                f"192.168.254.{k}" in x["ips"] or f"fd00:254::{k}" in x["ips"]
                for x in self.intent.services.values()))
            four, six = f"192.168.254.{free}", f"fd00:254::{free}"
            s["ips"] = [four, six] if self.random.random() < 0.4 else [four]
        self.intent.services[name] = s
        self.intent.write_service(name)
        return f"add {name}"

    def delete_service(self):
        name = self.pick(self.intent.services)
        del self.intent.services[name]
        self.intent.write_service(name)
        return f"delete {name}"

    def move_endpoints(self):
        name = self.pick(self.intent.services)
        self.intent.services[name].update(self.new_endpoints())
        self.intent.write_service(name)
        return f"move {name}"

    def change_policy(self):
        # Sharers together: by MetalLB's rule one that differs alone loses the address.
        name = self.pick(self.intent.services)
        for sharer in self.intent.sharers(name):
            self.intent.services[sharer]["local"] ^= True
            self.intent.write_service(sharer)
        return f"policy {name}"

    def change_node(self):
        name, what = self.pick(self.intent.nodes), self.pick(["ready", "netdown", "excluded"])
        self.intent.nodes[name][what] ^= True
        self.intent.write_node(name)
        return f"{name} {what}={self.intent.nodes[name][what]}"

    def flap_link(self):
        name, how = self.pick(self.intent.nodes), self.pick(["admin", "carrier"])
        port = ["dev", "n" + name[4:]] if how == "admin" else ["dev", "eth0"]
        ns = "router" if how == "admin" else name
        up = name in self.intent.links_down
        if up:
            for where, dev in ("router", "n" + name[4:]), (name, "eth0"):
                subprocess.run(["ip", "-n", where, "link", "set", "dev", dev, "up"], check=True)
            self.intent.links_down.discard(name)
        else:
            subprocess.run(["ip", "-n", ns, "link", "set", *port, "down"], check=True)
            self.intent.links_down.add(name)
        return f"{name} {how} {'up' if up else 'down'}"

    def burst(self):
        return "burst: " + ", ".join(self.random.choice([
            self.add_service, self.move_endpoints, self.delete_service, self.change_node])()
            for _ in range(self.random.randint(2, 8)) if self.intent.services)

    def restart_grevyd(self):
        how = self.random.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM])
        self.kill("grevyd", how)
        told = self.burst() if self.random.random() < 0.6 else "nothing meanwhile"
        self.spawn("grevyd")
        return f"grevyd restarted by {how.name}, {told}"

    def restart_zebra(self):
        keep = self.random.random() < 0.5
        self.kill("zebra")
        told = self.burst() if self.random.random() < 0.5 else "nothing meanwhile"
        self.spawn_zebra(*(["-K30"] if keep else []))
        return f"zebra restarted{' -K30' if keep else ''}, {told}"

    def reload(self):
        self.running["grevyd"].send_signal(signal.SIGHUP)
        return "SIGHUP"

    def bad_file(self):
        name = self.pick(self.intent.services)
        path = f"{self.intent.folder}/service-soak-{name}.yaml"
        lab.write_atomically(path, "kind: Service\nspec: [\n")
        told = self.move_endpoints() if self.random.random() < 0.3 else ""
        if name not in told:
            self.settle(f"bad file {name} {told}")
            self.intent.write_service(name)
        return f"bad file {name} mended"

    def delete_in_kernel(self):
        have = lab.kernel_routes()
        if not have:
            return "nothing to delete in the kernel"
        prefix = self.pick(have)
        family = "-6" if ":" in prefix else "-4"
        subprocess.run(["ip", family, "route", "del", prefix, "proto", lab.OPENFABRIC], check=False)
        return f"{prefix} deleted in the kernel by hand"

    STEPS = [(add_service, 16), (move_endpoints, 30), (delete_service, 12), (change_policy, 6), (change_node, 12),
             (flap_link, 10), (burst, 6), (restart_grevyd, 3), (restart_zebra, 2), (reload, 1), (bad_file, 2),
             (delete_in_kernel, 2)]

    def step(self):
        if len(self.intent.services) < 5:
            return self.add_service()
        if len(self.intent.services) > 60:
            return self.delete_service()
        step, = self.random.choices([s for s, _ in self.STEPS], [w for _, w in self.STEPS])
        return step(self)

    # --- the comparison

    def differences(self):
        want, can = self.intent.rib(), self.intent.reachable()
        try:
            seen = [("RIB", want, lab.rib_routes()), ("zebra", can, lab.zebra_routes()),
                    ("kernel", can, lab.kernel_routes())]
        except (OSError, ValueError, KeyError) as e:
            return [f"cannot ask: {e!r}"]
        return [
            f"{where} {p}: has {sorted(got.get(p, []))}, intent {sorted(meant.get(p, []))}"
            for where, meant, got in seen for p in sorted(set(meant) | set(got)) if meant.get(p) != got.get(p)]

    def settle(self, told):
        began = time.monotonic()
        while diff := self.differences():
            if time.monotonic() - began > SETTLE_S:
                raise AssertionError(f"after '{told}', {SETTLE_S} s later:\n" + "\n".join(diff[:40]))
            for name, process in self.running.items():
                if process.poll() is not None:
                    raise AssertionError(f"after '{told}': {name} ended with {process.returncode}")
            time.sleep(0.005)
        self.settled_ms.append((time.monotonic() - began) * 1000)

    def run(self, steps):
        for n in self.intent.nodes:
            self.intent.write_node(n)
        self.spawn_zebra()
        self.spawn("grevyd")
        with open(f"{self.log}/steps.log", "w", encoding="ascii") as out:
            for i in range(steps):
                told = self.step()
                out.write(f"{i} {told}\n")
                out.flush()
                self.settle(told)
                if (i + 1) % 100 == 0:
                    print(f"..    {i + 1} steps, {len(self.intent.services)} Services, "
                          f"{len(self.intent.routes())} routes", flush=True)
        self.kill("grevyd", signal.SIGTERM)


def main(folder, steps, seed, log, *commands):
    commands = list(commands)
    split = commands.index("--", 1)
    soak = Soak(folder, seed, log, commands[1:split], commands[split + 1:])
    try:
        soak.run(int(steps))
    except (AssertionError, TimeoutError, OSError, subprocess.SubprocessError) as e:
        print(f"FAIL  seed {seed}, step {len(soak.settled_ms)}: {e}")
        for name, process in soak.running.items():
            print(f"..    {name}: {'runs' if process.poll() is None else process.returncode}")
        return 1
    times = sorted(soak.settled_ms)
    print(f"ok    {steps} random steps, seed {seed}: RIB = zebra = kernel after each; settled within "
          f"{times[len(times) // 2]:.0f} ms (median), {times[len(times) * 99 // 100]:.0f} ms (p99), {times[-1]:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
