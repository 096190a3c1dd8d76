#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The bench's driver on one release of FRR, in the router's namespace:

  bench.py FOLDER LAB ROWS SECTION... -- ZEBRA -- GREVYD

bulk    N host routes until the last one is in the FIB: zebra's floor, grevyd, bgpd + zebra and
        gobgpd + zebra, one after the other, again and again
change  one route changes among many: zebra's floor and grevyd in turns, with zebra's work-queue
        at its default and at 0
idle    private memory and wake-ups of grevyd
show    the whole table asked of grevyd, zebra and bgpd: how long it takes, and what one costs who
        asks and does not read

Adds its rows to the file ROWS, for bench_table.py; says on stderr what it is at. From the
environment: BENCH_RUNS, BENCH_SIZES, BENCH_CHANGES, BENCH_ONLY; FRR, the folder of its daemons;
GOBGPD, a program.
"""
import glob
import json
import os
import pathlib
import platform
import select
import signal
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import lab  # noqa: E402

NODES = {"node1": "192.168.2.13", "node2": "192.168.2.14", "node3": "192.168.2.15"}
RUNS = int(os.environ.get("BENCH_RUNS", "5"))
SIZES = [int(n) for n in os.environ.get("BENCH_SIZES", "1000 10000 100000").split()]
ONLY = os.environ.get("BENCH_ONLY", "floor grevyd bgpd gobgpd").split()
CHANGES = int(os.environ.get("BENCH_CHANGES", "400"))
CHANGE_SIZES = 100, 10000
TURNS = 4
# Runs with more routes than this take long: three of them do, over one next hop.
LARGE, LARGE_RUNS = 50000, 3
# Changes one by one, as a cluster has them: closer than 5 ms they would be gathered.
PACE_S = 0.015
# How long one does not read what it asked for.
STALL_S = 2
BGP = "186"  # rtm_protocol of zebra's BGP routes
AS = "64512"
# What a program that announces to zebra is given before it counts as one that cannot.
PROBE, PROBE_S = 1000, 10


def address(i):
    return f"10.{128 + i // 65536}.{i // 256 % 256}.{i % 256}"


def service(i, on):
    return f"service bench/s{i} ips={address(i)} local ports=tcp:80 on={on}"


def wait(condition, what, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if value := condition():
                return value
        except (OSError, KeyError):
            pass
        time.sleep(0.02)
    sys.exit(f"FAIL  bench: {what} not within {seconds} s")


def fib_count(proto=lab.OPENFABRIC):
    out = subprocess.run(["ip", "route", "show", "proto", proto], capture_output=True, check=True).stdout
    return sum(not line.startswith((b"\t", b" ")) for line in out.splitlines())


def percentile(values, percent):
    return sorted(values)[len(values) * percent // 100]


class Watch:
    """bench_watch: the kernel's own word on what is in the FIB."""

    def __init__(self, count, proto=lab.OPENFABRIC):
        self.process = subprocess.Popen(["bench_watch", proto, str(count)], stdout=subprocess.PIPE, bufsize=0)
        self.rest = b""
        assert self.line(10) == b"ready"

    def line(self, seconds):
        """The next line; None when there is none within that time."""
        end = time.monotonic() + seconds
        while b"\n" not in self.rest:
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                return None
            part = os.read(self.process.stdout.fileno(), 65536)
            if not part:
                sys.exit("FAIL  bench: bench_watch ended")
            self.rest += part
        line, _, self.rest = self.rest.partition(b"\n")
        return line

    def ns(self, seconds=300):
        line = self.line(seconds)
        return int(line.partition(b"=")[2]) if line else None

    def drain(self):
        """Messages that nobody waited for. Return: how many."""
        n = 0
        while self.line(0) is not None:
            n += 1
        return n

    def stop(self):
        self.process.kill()
        self.process.wait()


class Sender:
    """A program that says start_ns= before its first byte, and goes on until it is stopped."""

    def __init__(self, log, *command):
        with open(log, "ab") as err:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=err, text=True, bufsize=1)

    def ns(self):
        line = self.process.stdout.readline()
        if "=" not in line:
            sys.exit(f"FAIL  bench: {self.process.args[0]} ended, see its log")
        return int(line.partition("=")[2])

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Bench:
    def __init__(self, folder, lab_folder, rows, zebra, grevyd):
        self.folder, self.lab, self.rows, self.grevyd_command = folder, lab_folder, rows, grevyd
        self.frr = os.environ["FRR"]
        self.zebra_command, self.grevyd, self.gobgpd_failed = zebra, None, None
        if os.path.exists(f"{self.frr}/mgmtd"):
            self.spawn("mgmtd", [f"{self.frr}/mgmtd", "-A", "127.0.0.1"])
            wait(lambda: os.path.exists("/run/frr/mgmtd.vty"), "mgmtd")
        self.start_zebra()
        self.release = lab.Vty("/run/frr/zebra.vty").ask("show version")[0].split()[1]
        self.add("machine", text=f"{time.strftime('%Y-%m-%d')}, {machine()}")

    def start_zebra(self):
        self.zebra = self.spawn("zebra", self.zebra_command)
        wait(lambda: lab.Vty("/run/frr/zebra.vty"), "zebra")
        self.vtysh("-b")

    def log(self, name):
        return f"{self.lab}/log/{name}.log"

    def spawn(self, name, command):
        with open(self.log(name), "ab") as out:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    @staticmethod
    def vtysh(*words):
        subprocess.run(["vtysh", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def add(self, section, **values):
        with open(self.rows, "a", encoding="ascii") as f:
            f.write(json.dumps({"section": section, "frr": self.release, **values}) + "\n")

    def say(self, text):
        print(f"  FRR {self.release}: {text}", file=sys.stderr, flush=True)

    # --- grevyd with a folder

    def start(self):
        """grevyd over an empty folder but for the nodes: connected, nothing to do."""
        for f in glob.glob(f"{self.folder}/*.yaml") + glob.glob(f"{self.lab}/state/*"):
            os.unlink(f)
        lab.manifest(self.folder, [f"node {n} {a}" for n, a in NODES.items()])
        self.grevyd = self.spawn("grevyd", self.grevyd_command)
        wait(lambda: self.ask("show zserv json")["state"] == "up", "grevyd up")

    def stop(self):
        self.grevyd.send_signal(signal.SIGTERM)
        self.grevyd.wait()
        wait(lambda: fib_count() == 0, "FIB empty")

    @staticmethod
    def ask(command):
        return lab.Vty("/run/grevy/grevyd.vty").ask_json(command)

    def fill(self, n, on, first=0):
        """N Services as one kind: List; when the file was there, on CLOCK_MONOTONIC."""
        kept = f"{self.lab}/list-{n}-{on}-{first}"
        if not os.path.exists(kept):
            lab.write_list(kept, [service(i, on) for i in range(first, first + n)])
        os.link(kept, f"{self.folder}/.list")
        began = time.monotonic_ns()
        os.rename(f"{self.folder}/.list", f"{self.folder}/list.yaml")
        return began

    def queued_ns(self):
        return self.ask("show queue json")["lastQueuedMonotonicNs"]

    # --- bulk: each returns {"ms": ...} of one run

    def floor_start(self, n, gateways):
        return Sender(self.log("floor"), "bench_floor", "/run/frr/zserv.api", self.release, str(n), *gateways)

    def bulk_floor(self, n, hops):
        watch = Watch(n)
        floor = self.floor_start(n, list(NODES.values())[:hops])
        start = floor.ns()
        watch.ns()
        took = (watch.ns() - start) / 1e6
        watch.stop()
        floor.stop()
        wait(lambda: fib_count() == 0, "FIB empty after the floor")
        return {"ms": took}

    def bulk_grevyd(self, n, hops):
        self.start()
        watch = Watch(n)
        began = self.fill(n, ",".join(list(NODES)[:hops]))
        first, last = watch.ns(), watch.ns()
        watch.stop()
        queued = self.queued_ns()
        self.stop()
        return {"ms": (last - queued) / 1e6, "first": (first - queued) / 1e6, "parse": (queued - began) / 1e6}

    def bgp_run(self, n, command, seconds=300):
        """ms, or None and how many routes there were."""
        name = os.path.basename(command[0])
        daemon, watch = self.spawn(name, command), Watch(n, BGP)
        sender = Sender(self.log("bgp_send"), *self.bgp_sender(n))
        start = sender.ns()
        watch.ns(seconds)
        last = watch.ns(seconds)
        there = fib_count(BGP)
        for stop in sender.stop, daemon.terminate, daemon.wait, watch.stop:
            stop()
        wait(lambda: fib_count(BGP) == 0, f"FIB empty after {name}")
        return ((last - start) / 1e6 if last else None), there

    @staticmethod
    def bgp_sender(n):
        return ("nsenter", "--net=/run/netns/client", "bench_bgp_send", "192.168.1.1", AS, str(n), NODES["node1"])

    def bgpd(self):
        """Its command."""
        conf = f"{self.lab}/bgpd.conf"
        pathlib.Path(conf).write_text(
            f"router bgp {AS}\n bgp router-id 192.168.1.1\n neighbor 192.168.1.2 remote-as {AS}\n"
            " neighbor 192.168.1.2 passive\n", encoding="ascii")
        return [f"{self.frr}/bgpd", "-A", "127.0.0.1", "-f", conf, "--log", "stdout"]

    def bulk_bgpd(self, n, _hops):
        took, there = self.bgp_run(n, self.bgpd())
        return {"ms": took, "program": self.release} if took else {"failed": f"{there:,} of {n:,} routes", "program": self.release}

    def gobgpd(self):
        """The program that speaks to zebra, and its command."""
        program, conf = os.environ["GOBGPD"], f"{self.lab}/gobgpd.toml"
        # The newest form of zebra's that it knows, if this zebra's is newer.
        major, minor = (int(x) for x in self.release.split(".")[:2])
        form = "frr8.2" if (major, minor) >= (8, 2) else f"frr{major}.{minor}"
        pathlib.Path(conf).write_text(
            f'[global.config]\nas = {AS}\nrouter-id = "192.168.1.1"\nlocal-address-list = ["192.168.1.1"]\n'
            '[zebra.config]\nenabled = true\nurl = "unix:/run/frr/zserv.api"\nversion = 6\n'
            f'software-name = "{form}"\n[[neighbors]]\n[neighbors.config]\nneighbor-address = "192.168.1.2"\n'
            f'peer-as = {AS}\n[neighbors.transport.config]\npassive-mode = true\n', encoding="ascii")
        version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
        return version.stdout.split()[-1], [program, "-f", conf, "--api-hosts", "127.0.0.1:50051"]

    def probe_gobgpd(self):
        """Whether its routes get into the kernel; what it told zebra is forgotten afterwards."""
        if not os.access(os.environ["GOBGPD"], os.X_OK):
            self.gobgpd_failed = {"failed": "not there", "program": "gobgpd"}
            return
        version, command = self.gobgpd()
        took, there = self.bgp_run(PROBE, command, PROBE_S)
        if not took:
            failed = f"{there:,} of {PROBE:,} routes in {PROBE_S} s"
            self.gobgpd_failed = {"failed": failed, "program": version}
        self.zebra.terminate()
        self.zebra.wait()
        self.start_zebra()

    def bulk_gobgpd(self, n, _hops):
        if self.gobgpd_failed:
            return self.gobgpd_failed
        version, command = self.gobgpd()
        took, there = self.bgp_run(n, command)
        return {"ms": took, "program": version} if took else {"failed": f"{there:,} of {n:,} routes", "program": version}

    def bulk_one(self, n, hops):
        who = [w for w in ("floor", "grevyd", "bgpd", "gobgpd") if w in ONLY and (hops == 1 or "bgp" not in w)]
        runs = {w: [] for w in who}
        for _ in range(min(RUNS, LARGE_RUNS) if n > LARGE else RUNS):
            for w in who:
                runs[w].append(getattr(self, f"bulk_{w}")(n, hops))
        for w, got in runs.items():
            failed = [g for g in got if "failed" in g]
            row = dict(failed[0] if failed else got[0], n=n, hops=hops, who=w, runs=len(got))
            if not failed:
                for key in got[0].keys() & {"ms", "first", "parse"}:
                    row[key] = statistics.median(g[key] for g in got)
                row["min"], row["max"] = min(g["ms"] for g in got), max(g["ms"] for g in got)
            self.add("bulk", **row)
        self.say(f"bulk, {n:,} routes over {hops}")

    def bulk(self):
        if "gobgpd" in ONLY:
            self.probe_gobgpd()
        for n in SIZES:
            self.bulk_one(n, 1)
            if n <= LARGE:
                self.bulk_one(n, 3)

    # --- change

    def change_floor(self, n, count, took):
        floor = self.floor_start(n, NODES.values())
        floor.ns()
        wait(lambda: fib_count() == n, "all routes")
        floor.ns()
        watch = Watch(0)
        for _ in range(count):
            floor.process.stdin.write("\n")
            sent = floor.ns()
            took["fib"].append((watch.ns() - sent) / 1e6)
            time.sleep(PACE_S)
            took["extra"] += watch.drain()
        watch.stop()
        floor.stop()
        wait(lambda: fib_count() == 0, "FIB empty after the floor")

    def change_grevyd(self, n, count, took):
        self.start()
        self.fill(n - 1, ",".join(NODES), first=1)
        lab.manifest(self.folder, [service(0, "node1")])
        wait(lambda: fib_count() == n, "all routes")
        watch = Watch(0)
        for k in range(count):
            lines = [service(0, "node2" if k % 2 == 0 else "node1")]
            began = time.monotonic_ns()
            lab.manifest(self.folder, lines)
            there = watch.ns()
            took["file"].append((there - began) / 1e6)
            took["fib"].append((there - self.queued_ns()) / 1e6)
            time.sleep(PACE_S)
            took["extra"] += watch.drain()
        watch.stop()
        # Of its own samples a few are of the start: their p99 would be that.
        took["write_p50"] = self.ask("show queue json")["eventToWriteUs"]["p50"] / 1000
        self.stop()

    def work_queue(self, ms):
        words = "no zebra work-queue" if ms == "default" else f"zebra work-queue {ms}"
        self.vtysh("-c", "configure terminal", "-c", words)

    def change_one(self, queue, n):
        took = {who: {"fib": [], "file": [], "extra": 0} for who in ("floor", "grevyd")}
        self.work_queue(queue)
        for _ in range(TURNS):
            self.change_floor(n, CHANGES // TURNS, took["floor"])
            self.change_grevyd(n, CHANGES // TURNS, took["grevyd"])
        for who, t in took.items():
            if t["extra"]:
                sys.exit(f"FAIL  bench: {who}: {t['extra']} messages of the kernel that no change explains")
            row = {k: v for k, v in t.items() if k == "write_p50"}
            for key, name in ("fib", ""), ("file", "file_"):
                if t[key]:
                    row |= {f"{name}p50": percentile(t[key], 50), f"{name}p99": percentile(t[key], 99)}
            self.add("change", who=who, queue=queue, n=n, changes=len(t["fib"]), **row)
        self.say(f"change, {n:,} routes, work-queue {queue}")

    def change(self):
        for queue in "default", 0:
            for n in CHANGE_SIZES:
                self.change_one(queue, n)
        self.work_queue(0)

    # --- idle

    def memory_kib(self):
        return rss_kib(self.grevyd.pid)

    def switches(self):
        total = 0
        for path in glob.glob(f"/proc/{self.grevyd.pid}/task/*/status"):
            for line in pathlib.Path(path).read_text(encoding="ascii").splitlines():
                if line.startswith("voluntary_ctxt_switches"):
                    total += int(line.split()[1])
        return total

    def idle(self):
        for n in 50, 10000:
            self.start()
            self.fill(n, ",".join(NODES))
            wait(lambda: fib_count() == n, "all routes")
            # What follows a change, the audit of it for instance, is over once two looks agree.
            before = -1
            while (now := self.switches()) != before:
                before = now
                time.sleep(1.5)
            from_s, before = time.monotonic(), self.switches()
            while time.monotonic() - from_s < 10:
                time.sleep(1)
            woken = self.switches() - before
            self.add("idle", n=n, rss_kib=self.memory_kib(), woken=woken)
            self.stop()
            self.say(f"idle, {n:,} Services")

    # --- show

    def show_one(self, who, pid, path, command, n):
        before, deaf = rss_kib(pid), lab.Vty(path)
        deaf.sock.sendall(command.encode() + b"\0")
        time.sleep(STALL_S)
        stalled = rss_kib(pid) - before
        deaf.sock.close()
        runs, first, size = [], [], 0
        for _ in range(RUNS):
            vty = lab.Vty(path)
            began = time.monotonic_ns()
            vty.sock.sendall(command.encode() + b"\0")
            tail = vty.sock.recv(65536)
            first.append((time.monotonic_ns() - began) / 1e6)
            size = len(tail)
            while tail[-4:-1] != b"\0\0\0":
                part = vty.sock.recv(65536)
                tail, size = (tail + part)[-4:], size + len(part)
            runs.append((time.monotonic_ns() - began) / 1e6)
        self.add("show", who=who, command=command, n=n, ms=statistics.median(runs), min=min(runs), max=max(runs),
                 first=statistics.median(first), kib=size // 1024, stalled_kib=stalled)

    def show(self):
        n = max(SIZES)
        self.start()
        self.fill(n, "node1")
        wait(lambda: fib_count() == n, "all routes")
        time.sleep(2 * STALL_S)  # until what reading them took went back to the system
        self.show_one("grevyd", self.grevyd.pid, "/run/grevy/grevyd.vty", "show rib", n)
        self.show_one("zebra", self.zebra.pid, "/run/frr/zebra.vty", "show ip route", n)
        self.stop()
        daemon = self.spawn("bgpd", self.bgpd())
        sender = Sender(self.log("bgp_send"), *self.bgp_sender(n))
        wait(lambda: fib_count(BGP) == n, "all routes of bgpd")
        self.show_one("bgpd", daemon.pid, "/run/frr/bgpd.vty", "show ip bgp", n)
        for stop in sender.stop, daemon.terminate, daemon.wait:
            stop()
        self.say(f"show, {n:,} routes")


def rss_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("RssAnon")).split()[1])


def machine():
    with open("/proc/cpuinfo", encoding="ascii") as f:
        cpu = next((line.split(":")[1].strip() for line in f if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} x {cpu}, Linux {platform.release()}"


def main(folder, lab_folder, rows, *rest):
    rest = list(rest)
    first = rest.index("--")
    second = rest.index("--", first + 1)
    bench = Bench(folder, lab_folder, rows, rest[first + 1:second], rest[second + 1:])
    for section in rest[:first]:
        getattr(bench, section)()


if __name__ == "__main__":
    main(*sys.argv[1:])
