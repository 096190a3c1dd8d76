#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Random faults of sessions; after each settles: Adj-RIB-Out = intent = what the peer has.

  bgp_soak.py FOLDER STEPS SEED LOG BGPD -- GREVYD COMMAND -f FILE

Runs in the router's namespace. Node 1 is FRR's bgpd of AS 65001, node 2 BIRD of AS 65002, both by eBGP
with grevyd (65000), which announces the Services and what the other one announces.
"""
import collections
import json
import random
import re
import signal
import subprocess
import sys
import time

import lab

SETTLE_S = 40
SERVICES_MAX = 40
NETWORKS = 8  # of a family, that a peer may announce

GREVYD = """role: router
http: no
zebra: {enabled: no}
kernel: {enabled: no}
kubernetes: {manifests: %(folder)s}
controller: {enabled: no}
address-pools:
- {name: default, protocol: bgp, addresses: [192.168.254.0/24, "fd00:254::/64"]}
bgp:
  asn: 65000
  restart-time: 5
  neighbors:
  - {address: 192.168.21.13, asn: 65001, hold-time: %(hold)d, connect-time: 1, %(all)s}
  - {address: 192.168.22.14, asn: 65002, hold-time: %(hold)d, connect-time: 1, %(all)s}
"""

ALL = 'import: {prefixes: ["0.0.0.0/0 le 32", "::/0 le 128"]}, export: {prefixes: ["0.0.0.0/0 le 32", "::/0 le 128"]}'

BGPD = """router bgp 65001
 bgp router-id %(id)s
 bgp graceful-restart
 bgp graceful-restart restart-time 5
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 192.168.21.1 remote-as 65000
 neighbor 192.168.21.1 timers 1 3
 neighbor 192.168.21.1 timers connect 1
 address-family ipv4 unicast
%(four)s
 exit-address-family
 address-family ipv6 unicast
  neighbor 192.168.21.1 activate
%(six)s
 exit-address-family
"""

BIRD = """router id %(id)s;
protocol device {}
protocol static { ipv4; %(four)s }
protocol static { ipv6; %(six)s }
protocol bgp grevy {
  local 192.168.22.14 as 65002;
  neighbor 192.168.22.1 as 65000;
  hold time 3; keepalive time 1; connect retry time 1; connect delay time 1; error wait time 1, 2;
  graceful restart on; graceful restart time 5;
  ipv4 { import all; export where source = RTS_STATIC; };
  ipv6 { import all; export where source = RTS_STATIC; };
}
"""


def out(*command, **kw):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=20, **kw).stdout


class Peer:
    """networks: what it announces. What it has is told as {prefix: AS path}."""
    running = None

    def __init__(self, node, asn, log):
        self.node, self.asn, self.log = node, asn, log
        self.number = int(node[4:])
        self.address = f"192.168.2{self.number}.{12 + self.number}"
        self.networks = set(self.could_announce()[:3])

    def could_announce(self):
        return [f"10.{self.number}.{i}.0/24" for i in range(NETWORKS)]

    def words(self, four, six):
        return {"id": self.address, "four": "\n".join(four % n for n in sorted(self.networks) if ":" not in n),
                "six": "\n".join(six % n for n in sorted(self.networks) if ":" in n)}

    def spawn(self, *command):
        with open(f"{self.log}/{self.node}-peer.log", "ab") as to:
            self.running = subprocess.Popen(["ip", "netns", "exec", self.node, *command], stdout=to, stderr=to)

    def kill(self, how):
        self.running.send_signal(how)
        self.running.wait()

    def until_it_answers(self, question):
        end = time.monotonic() + 10
        while True:
            try:
                return self.ask(question)
            except subprocess.SubprocessError:
                if time.monotonic() > end:
                    raise


class Bgpd(Peer):
    program = None

    def ask(self, *commands):
        return out("ip", "netns", "exec", self.node, "vtysh", "-N", "soak", "-d", "bgpd",
                   *[w for c in commands for w in ("-c", c)])

    def start(self):
        self.spawn(self.program, "-N", "soak", "-A", "127.0.0.1", "--log", "stdout")
        self.until_it_answers("show version")
        self.configure()

    def configure(self):
        text = BGPD % self.words("  network %s", "  network %s")
        subprocess.run(["ip", "netns", "exec", self.node, "vtysh", "-N", "soak", "-d", "bgpd", "-c", "configure terminal"]
                       + [w for line in text.splitlines() if line.strip() for w in ("-c", line)],
                       check=True, stdout=subprocess.DEVNULL)

    def change(self, network, announced):
        self.ask("configure terminal", "router bgp 65001",
                 f"address-family {'ipv6' if ':' in network else 'ipv4'} unicast",
                 f"{'' if announced else 'no '}network {network}")

    def routes(self):
        have = {}
        for family in "ipv4", "ipv6":
            for prefix, paths in json.loads(self.ask(f"show bgp {family} unicast json")).get("routes", {}).items():
                have.update({prefix: p["path"] for p in paths if p.get("peerId") == "192.168.21.1"})
        return have

    def clear(self):
        self.ask("clear bgp *")


class Bird(Peer):
    def could_announce(self):
        """Without zebra bgpd has no next hop of its own for IPv6; BIRD has."""
        return super().could_announce() + [f"fd00:{self.number}:{i}::/64" for i in range(1, NETWORKS)]

    socket = "/run/bird/soak.ctl"
    conf = "/run/bird/soak.conf"

    def ask(self, command):
        return out("birdc", "-s", self.socket, command)

    def write(self):
        with open(self.conf, "w", encoding="ascii") as f:
            f.write(BIRD % self.words("route %s blackhole;", "route %s blackhole;"))

    def start(self):
        self.write()
        self.spawn("bird", "-f", "-c", self.conf, "-s", self.socket, "-P", "/run/bird/soak.pid")
        self.until_it_answers("show status")

    def change(self, _network, _announced):
        self.write()
        self.ask("configure")

    def routes(self):
        have, prefix = {}, None
        for line in self.ask("show route protocol grevy all").splitlines():
            if m := re.match(r"([0-9a-f.:]+/\d+)\s", line):
                prefix = m[1]
            elif m := re.match(r"\s*BGP.as_path: ([\d ]+)", line):
                have[prefix] = m[1].strip()
        return have

    def clear(self):
        self.ask("restart grevy")


class Soak:
    def __init__(self, seed, folder, log, bgpd, grevyd):
        self.random = random.Random(seed)
        self.folder, self.log, self.grevyd = folder, log, grevyd
        Bgpd.program = bgpd
        self.peers = [Bgpd("node1", 65001, log), Bird("node2", 65002, log)]
        self.services, self.down = {}, set()
        self.next_id, self.hold = 0, 3
        self.taken, self.settled_ms = collections.Counter(), []
        self.running = None

    # --- processes

    def configure(self):
        with open(self.grevyd[-1], "w", encoding="ascii") as f:
            f.write(GREVYD % {"folder": self.folder, "hold": self.hold, "all": ALL})

    def spawn(self):
        with open(f"{self.log}/grevyd.log", "ab") as to:
            self.running = subprocess.Popen(self.grevyd, stdout=to, stderr=to)

    # --- steps

    def peer(self):
        return self.random.choice(self.peers)

    def add_service(self):
        self.next_id += 1
        n, name = self.next_id % 250 + 1, f"s{self.next_id:05d}"
        ips = [f"192.168.254.{n}"] + [f"fd00:254::{n:x}"] * (self.random.random() < 0.5)
        self.services[name] = ips
        lab.manifest(self.folder, [f"service soak/{name} ips={','.join(ips)} on=node1" + " dual" * (len(ips) == 2)])
        return f"add {name}"

    def delete_service(self):
        name = self.random.choice(sorted(self.services))
        del self.services[name]
        lab.manifest(self.folder, [f"delete service soak/{name}"])
        return f"delete {name}"

    def change_network(self):
        peer = self.peer()
        network = self.random.choice(peer.could_announce())
        peer.networks ^= {network}
        peer.change(network, network in peer.networks)
        return f"{peer.node} {'announces' if network in peer.networks else 'withdraws'} {network}"

    def meanwhile(self):
        told = []
        if self.random.random() < 0.5:
            told.append(self.add_service())
        if self.random.random() < 0.4 and self.services:
            told.append(self.delete_service())
        time.sleep(self.random.choice([0, 0, 0.3, 2, 6]))
        return ", ".join(told) or "nothing meanwhile"

    def death(self):
        return self.random.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM])

    def restart_grevyd(self):
        how = self.death()
        self.running.send_signal(how)
        self.running.wait()
        told = self.meanwhile()
        self.spawn()
        return f"grevyd restarted by {how.name}, {told}"

    def restart_peer(self):
        peer, how = self.peer(), self.death()
        peer.kill(how)
        told = self.meanwhile()
        peer.start()
        return f"{peer.node} restarted by {how.name}, {told}"

    def restart_all(self):
        how = self.death()
        for process in [self.running] + [p.running for p in self.peers]:
            process.send_signal(how)
            process.wait()
        for start in self.random.sample([self.spawn] + [p.start for p in self.peers], 3):
            start()
        return f"all restarted by {how.name}"

    def freeze(self, process, name):
        process.send_signal(signal.SIGSTOP)
        told = self.meanwhile()
        process.send_signal(signal.SIGCONT)
        return f"{name} frozen, {told}"

    def freeze_grevyd(self):
        return self.freeze(self.running, "grevyd")

    def freeze_peer(self):
        peer = self.peer()
        return self.freeze(peer.running, peer.node)

    def reset_tcp(self):
        """Our socket is destroyed, or the peer's: the other side gets a RST."""
        peer = self.peer()
        inside = self.random.choice(["router", peer.node])
        out("ip", "netns", "exec", inside, "ss", "-K", "( sport = :179 or dport = :179 )")
        return f"RST by {inside}"

    def flap_link(self):
        peer, link = self.peer(), self.random.choice(["admin", "carrier"])
        if self.down and self.random.random() < 0.6:
            peer, = [p for p in self.peers if p.node == min(self.down)]
        ns, dev = ("router", f"n{peer.number}") if link == "admin" else (peer.node, "eth0")
        if peer.node in self.down:
            for where, what in ("router", f"n{peer.number}"), (peer.node, "eth0"):
                out("ip", "-n", where, "link", "set", what, "up")
            self.down.discard(peer.node)
            return f"{peer.node} link up"
        out("ip", "-n", ns, "link", "set", dev, "down")
        self.down.add(peer.node)
        return f"{peer.node} link down, {link}"

    def notify(self):
        peer = self.peer()
        if self.random.random() < 0.5:
            peer.clear()
            return f"cleared by {peer.node}"
        vty = self.grevyd_vty()
        for command in "enable", f"clear bgp {peer.address}":
            said, status = vty.ask(command)
            if status:
                raise AssertionError(f"{command}: {said}")
        return f"cleared by grevyd for {peer.node}"

    def grevyd_vty(self):
        """While both links are down nothing else waited until a new grevyd answers."""
        end = time.monotonic() + 10
        while True:
            try:
                return lab.Vty("/run/grevy/grevyd.vty")
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def reload(self):
        if self.random.random() < 0.5:
            self.hold = 9 if self.hold == 3 else 3
        self.configure()
        self.grevyd_vty().ask("show version")  # or it may not have come to signals yet
        self.running.send_signal(signal.SIGHUP)
        return f"reload, hold time {self.hold}"

    STEPS = [(add_service, 12), (delete_service, 10), (change_network, 16), (restart_grevyd, 10), (restart_peer, 14),
             (restart_all, 2), (freeze_grevyd, 6), (freeze_peer, 8), (reset_tcp, 12), (flap_link, 14), (notify, 10),
             (reload, 6)]

    def step(self):
        if len(self.services) < 4:
            return self.add_service()
        if len(self.services) > SERVICES_MAX:
            return self.delete_service()
        step, = self.random.choices([s for s, _ in self.STEPS], [w for _, w in self.STEPS])
        self.taken[step.__name__] += 1
        return step(self)

    # --- the comparison

    def intent(self, peer):
        want = {ip + ("/128" if ":" in ip else "/32"): "65000" for ips in self.services.values() for ip in ips}
        other, = [p for p in self.peers if p != peer]
        if other.node not in self.down:
            want.update({n: f"65000 {other.asn}" for n in other.networks})
        return want

    def told(self, peer):
        have = set()
        for family in "ipv4", "ipv6":
            said = lab.Vty("/run/grevy/grevyd.vty").ask_json(
                f"show bgp {family} unicast neighbors {peer.address} advertised-routes json")
            have |= set(said.get("advertisedRoutes", {}))
        return have

    def differences(self):
        diff = []
        for peer in self.peers:
            if peer.node in self.down:
                continue
            try:
                want, told, has = self.intent(peer), self.told(peer), peer.routes()
            except (OSError, ValueError, subprocess.SubprocessError) as e:
                return [f"cannot ask: {e!r}"]
            diff += [f"{peer.node} {p}: intent {want.get(p)}, told {p in told}, has {has.get(p)}"
                     for p in sorted(set(want) | told | set(has))
                     if want.get(p) != has.get(p) or (p in told) != (p in want)]
        return diff

    def settle(self, what):
        began = time.monotonic()
        while diff := self.differences():
            for name, process in [("grevyd", self.running)] + [(p.node, p.running) for p in self.peers]:
                if process.poll() is not None:
                    raise AssertionError(f"after '{what}': {name} ended with {process.returncode}")
            if time.monotonic() - began > SETTLE_S:
                raise AssertionError(f"after '{what}', {SETTLE_S} s later:\n" + "\n".join(diff[:40]))
            time.sleep(0.02)
        self.settled_ms.append((time.monotonic() - began) * 1000)

    def run(self, steps):
        lab.manifest(self.folder, ["node node1 192.168.21.13 fd00:21::13", "node node2 192.168.22.14 fd00:22::14"])
        self.configure()
        self.spawn()
        for peer in self.peers:
            peer.start()
        with open(f"{self.log}/steps.log", "w", encoding="ascii") as to:
            for i in range(steps):
                told = self.step()
                to.write(f"{i} {told}\n")
                to.flush()
                self.settle(told)
                if (i + 1) % 100 == 0:
                    print(f"..    {i + 1} steps", flush=True)
        for process in [self.running] + [p.running for p in self.peers]:
            process.terminate()
            process.wait()


def main(folder, steps, seed, log, bgpd, _, *grevyd):
    soak = Soak(seed, folder, log, bgpd, list(grevyd))
    try:
        soak.run(int(steps))
    except (AssertionError, OSError, subprocess.SubprocessError) as e:
        print(f"FAIL  seed {seed}, step {len(soak.settled_ms)}: {e}")
        return 1
    times = sorted(soak.settled_ms)
    print("..    " + ", ".join(f"{name} {n}" for name, n in sorted(soak.taken.items())))
    print(f"ok    {steps} random steps, seed {seed}: Adj-RIB-Out = intent = what the peers have after each; settled "
          f"within {times[len(times) // 2]:.0f} ms (median), {times[-1]:.0f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
