#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random steps; after each settles: intent = RIB, and what of it can be reached = zebra = kernel.

  soak.py FOLDER STEPS SEED LOG RELEASE -- ZEBRA COMMAND -- GREVYD COMMAND

Runs in the router's namespace with four nodes on links of their own. RELEASE is FRR's, as 8.4.4.
In the second half grevyd is not restarted: its memory must not grow there.
"""
import collections
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import lab
from soak_intent import NODES
from soak_lab import SoakLab

SERVICES_MAX = 60


class Soak(SoakLab):
    def __init__(self, seed, *about):
        super().__init__(*about)
        self.random = random.Random(seed)
        self.next_id = 0
        self.taken = collections.Counter()

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

    def to_mend(self, broken):
        """Half of the changes mend something: else most of the time there would be no route at all."""
        return self.pick(broken) if broken and self.random.random() < 0.5 else None

    def change_node(self):
        good = {"ready": True, "netdown": False, "excluded": False}
        broken = {(n, k) for n, has in self.intent.nodes.items() for k in good if has[k] != good[k]}
        name, what = self.to_mend(broken) or (self.pick(self.intent.nodes), self.pick(good))
        self.intent.nodes[name][what] ^= True
        self.intent.write_node(name)
        return f"{name} {what}={self.intent.nodes[name][what]}"

    def flap_link(self, ways=("admin", "carrier")):
        name, how = self.to_mend(self.intent.links_down) or self.pick(self.intent.nodes), self.pick(ways)
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

    def flap_quickly(self):
        """Down and up before anybody may have looked."""
        name, rounds = self.pick(set(self.intent.nodes) - self.intent.links_down), self.random.randint(1, 3)
        for _ in range(rounds):
            for how in "down", "up":
                subprocess.run(["ip", "-n", "router", "link", "set", "dev", "n" + name[4:], how], check=True)
        return f"{name} flaps {rounds} times"

    def burst(self):
        return "burst: " + ", ".join(self.random.choice([
            self.add_service, self.move_endpoints, self.delete_service, self.change_node])()
            for _ in range(self.random.randint(2, 8)) if self.intent.services)

    def meanwhile(self, zebra_dead=False):
        """What happens while somebody is away."""
        told = [self.burst()] if self.random.random() < 0.55 else []
        if self.random.random() < 0.3:
            # FRR before 8.0, told to use no groups, cannot delete what it found over a link without carrier.
            told.append(self.flap_link(["admin"]) if zebra_dead and self.release < (8, 0) else self.flap_link())
        if self.random.random() < 0.3 and len(self.intent.links_down) < len(self.intent.nodes):
            told.append(self.flap_quickly())
        return ", ".join(told) or "nothing meanwhile"

    def zebra_options(self):
        keep = f"-K{self.random.choice([1, 3, 30])}"
        options = [o for o in (keep, "-r", "--no-rr", "-e 64") if self.random.random() < 0.4]
        # Up to 9.1 zebra cannot read a group that lost a member, so it does not know a route that a killed one
        # left over it; without --v6-rr-semantics it then puts a second one beside it, and nobody takes the first.
        return [o for o in options if o != "--no-rr" or self.release >= (10, 0)]

    def death(self):
        return self.random.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM])

    def restart_grevyd(self):
        how = self.death()
        self.kill("grevyd", how)
        told = self.meanwhile()
        self.spawn_grevyd()
        return f"grevyd restarted by {how.name}, {told}"

    def restart_zebra(self):
        how, options = self.death(), self.zebra_options()
        self.kill("zebra", how)
        told = self.meanwhile(zebra_dead=True)
        self.spawn_zebra(options)
        return f"zebra restarted by {how.name}, options {options}, {told}"

    def restart_both(self):
        how, options = self.death(), self.zebra_options()
        order = self.random.sample(["zebra", "grevyd"], 2)
        for name in order:
            self.kill(name, how)
        told = self.meanwhile(zebra_dead=True)
        for name in self.random.sample(order, 2):
            self.spawn_grevyd() if name == "grevyd" else self.spawn_zebra(options)
        return f"{' and '.join(order)} restarted by {how.name}, options {options}, {told}"

    def freeze(self, name):
        process = self.running[name]
        process.send_signal(signal.SIGSTOP)
        told = self.meanwhile()
        pause_s = self.random.choice([0, 0.3, 1, 3])
        time.sleep(pause_s)
        process.send_signal(signal.SIGCONT)
        return f"{name} frozen for {pause_s} s, {told}"

    def freeze_zebra(self):
        return self.freeze("zebra")

    def freeze_grevyd(self):
        return self.freeze("grevyd")

    def rewrite_in_place(self):
        if self.random.random() < 0.3:
            name, words = self.pick(self.intent.nodes), self.intent.node_words
            self.intent.nodes[name]["ready"] ^= True
        else:
            name, words = self.pick(self.intent.services), self.intent.service_words
            self.intent.services[name].update(self.new_endpoints())
        self.intent.write_in_place(words(name))
        return f"{name} written in place"

    def rewrite_all(self):
        """Most of them as they were."""
        for name in self.intent.services:
            if self.random.random() < 0.2:
                self.intent.services[name].update(self.new_endpoints())
        in_place = self.random.random() < 0.5
        for words in self.intent.all_words():
            if in_place:
                self.intent.write_in_place(words)
            else:
                lab.manifest(self.intent.folder, [" ".join(words)])
        return f"all files written {'in place' if in_place else 'anew'}"

    def switch_folder(self):
        """Another folder in its place; renamed away or deleted, and for a while there may be none."""
        folder, old, new = (self.intent.folder + end for end in ("", ".old", ".new"))
        deleted, pause_s = self.random.random() < 0.5, self.random.choice([0, 0, 0.5, 1.5])
        for name in self.intent.services:
            if self.random.random() < 0.2:
                self.intent.services[name].update(self.new_endpoints())
        self.intent.write_folder(new)
        if deleted:
            shutil.rmtree(folder)
        else:
            os.rename(folder, old)
        time.sleep(pause_s)
        os.rename(new, folder)
        if not deleted:
            shutil.rmtree(old)
        return f"folder {'deleted' if deleted else 'renamed away'}, another one there after {pause_s} s"

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

    STEPS = [(add_service, 16), (move_endpoints, 26), (delete_service, 12), (change_policy, 6), (change_node, 10),
             (flap_link, 10), (flap_quickly, 3), (burst, 6), (reload, 1), (bad_file, 2), (delete_in_kernel, 2),
             (rewrite_in_place, 3), (rewrite_all, 1), (switch_folder, 1),
             (restart_zebra, 5), (freeze_zebra, 2), (freeze_grevyd, 1)]
    ENDING_GREVYD = [(restart_grevyd, 4), (restart_both, 1)]

    def step(self, steps):
        if len(self.intent.services) < 5:
            return self.add_service()
        if len(self.intent.services) > SERVICES_MAX:
            return self.delete_service()
        step, = self.random.choices([s for s, _ in steps], [w for _, w in steps])
        if step == Soak.flap_quickly and len(self.intent.links_down) == len(NODES):
            step = Soak.flap_link
        self.taken[step.__name__] += 1
        return step(self)

    def fill(self):
        """As many Services as there ever are, and what takes most memory; what then follows takes no more."""
        while len(self.intent.services) <= SERVICES_MAX + 8:
            self.add_service()
        self.settle("filled")
        for step in (Soak.rewrite_all, Soak.switch_folder, Soak.reload, Soak.restart_zebra, Soak.freeze_grevyd) * 2:
            self.settle(f"filled, {step(self)}")
            self.weigh_grevyd()
        while len(self.intent.services) > SERVICES_MAX // 2:
            self.delete_service()
        return "filled and halved"

    def run(self, steps):
        for n in self.intent.nodes:
            self.intent.write_node(n)
        self.spawn_zebra()
        self.spawn_grevyd()
        with open(f"{self.log}/steps.log", "w", encoding="ascii") as out:
            for i in range(steps):
                if i == steps // 2:
                    told = self.restart_grevyd() + ", " + self.fill()
                else:
                    told = self.step(self.STEPS + (self.ENDING_GREVYD if i < steps // 2 else []))
                out.write(f"{i} {told}\n")
                out.flush()
                self.settle(told)
                self.weigh_grevyd()
                if (i + 1) % 100 == 0:
                    print(f"..    {i + 1} steps, {len(self.intent.services)} Services, "
                          f"{len(self.intent.routes())} routes", flush=True)
        told = self.flat()
        self.kill("grevyd", signal.SIGTERM)
        return told


def main(folder, steps, seed, log, release, *commands):
    commands = list(commands)
    split = commands.index("--", 1)
    soak = Soak(seed, folder, log, release, commands[1:split], commands[split + 1:])
    try:
        memory = soak.run(int(steps))
    except (AssertionError, TimeoutError, OSError, subprocess.SubprocessError) as e:
        print(f"FAIL  seed {seed}, step {len(soak.settled_ms)}: {e}")
        for name, process in soak.running.items():
            print(f"..    {name}: {'runs' if process.poll() is None else process.returncode}")
        return 1
    times = sorted(soak.settled_ms)
    print("..    " + ", ".join(f"{name} {n}" for name, n in sorted(soak.taken.items())))
    print(f"ok    {memory}")
    print(f"ok    {steps} random steps, seed {seed}: RIB = zebra = kernel after each; settled within "
          f"{times[len(times) // 2]:.0f} ms (median), {times[len(times) * 99 // 100]:.0f} ms (p99), {times[-1]:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
