#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The bench's driver, in the router's namespace: bench.py FOLDER LOG SECTION... -- ZEBRA -- GREVYD

routes  N Services over one and three next hops: from the last parsed object queued to the last
        route in the FIB, beside zebra's own floor in the same run; parsing apart
change  one endpoint changes among 100 and 10,000 Services: event to Zserv write, and file to FIB
idle    private memory and wake-ups with 50 and 10,000 Services

Prints Markdown tables.
"""
import glob
import os
import pathlib
import platform
import signal
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
import lab  # noqa: E402

NODES = {"node1": "192.168.2.13", "node2": "192.168.2.14", "node3": "192.168.2.15"}
RUNS = int(os.environ.get("BENCH_RUNS", "5"))
SIZES = [int(n) for n in os.environ.get("BENCH_SIZES", "1000 10000").split()]
CHANGES = int(os.environ.get("BENCH_CHANGES", "1100"))  # grevyd keeps the newest 1,024 samples
# Changes one by one, as a cluster has them: closer than 5 ms they would be gathered.
PACE_S = 0.015


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


def fib_count():
    out = subprocess.run(["ip", "route", "show", "proto", lab.OPENFABRIC], capture_output=True, check=True).stdout
    return sum(not line.startswith((b"\t", b" ")) for line in out.splitlines())


class Watch:
    """bench_watch: the kernel's own word on what is in the FIB."""

    def __init__(self, count):
        self.process = subprocess.Popen(["bench_watch", lab.OPENFABRIC, str(count)],
                                        stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def ns(self):
        key, _, value = self.process.stdout.readline().partition("=")
        if not value:
            sys.exit("FAIL  bench: bench_watch ended")
        return int(value)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Bench:
    def __init__(self, folder, log, zebra, grevyd):
        self.folder, self.log, self.grevyd_command = folder, log, grevyd
        self.out = {}
        self.grevyd = None
        self.zebra = self.spawn("zebra", zebra)
        wait(lambda: lab.Vty("/run/frr/zebra.vty"), "zebra")
        subprocess.run(["vtysh", "-b"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.release = lab.Vty("/run/frr/zebra.vty").ask("show version")[0].split()[1]

    def spawn(self, name, command):
        with open(f"{self.log}/{name}.log", "ab") as out:
            return subprocess.Popen(command, stdout=out, stderr=out)

    # --- grevyd with a folder

    def start(self):
        """grevyd over an empty folder but for the nodes: connected, nothing to do."""
        for f in glob.glob(f"{self.folder}/*.yaml"):
            os.unlink(f)
        for path in glob.glob(str(pathlib.Path(self.folder).parent / "state" / "*")):
            os.unlink(path)
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
        lab.write_list(f"{self.folder}/.list", [service(i, on) for i in range(first, first + n)])
        began = time.monotonic_ns()
        os.rename(f"{self.folder}/.list", f"{self.folder}/list.yaml")
        return began

    # --- routes

    def floor(self, n, hops):
        watch = Watch(n)
        process = subprocess.Popen(["bench_floor", "/run/frr/zserv.api", self.release, str(n),
                                    *list(NODES.values())[:hops]], stdout=subprocess.PIPE, text=True)
        start = int(process.stdout.readline().partition("=")[2])
        took = (watch.ns() - start) / 1e6
        watch.stop()
        process.terminate()
        process.wait()
        wait(lambda: fib_count() == 0, "FIB empty after the floor")
        return took

    def install(self, n, hops):
        """(parse, install) in ms"""
        self.start()
        watch = Watch(n)
        began = self.fill(n, ",".join(list(NODES)[:hops]))
        last = watch.ns()
        watch.stop()
        queued = wait(lambda: self.ask("show queue json")["lastQueuedMonotonicNs"], "queue's clock")
        self.stop()
        return (queued - began) / 1e6, (last - queued) / 1e6

    def routes(self):
        print("\n| Services | next hops | zebra's floor | grevyd, queued to FIB | ratio | parsing |")
        print("|---|---|---|---|---|---|")
        for n in SIZES:
            for hops in 1, 3:
                floor, parse, install = [], [], []
                for _ in range(RUNS):
                    floor.append(self.floor(n, hops))
                    p, i = self.install(n, hops)
                    parse.append(p)
                    install.append(i)
                f, i = statistics.median(floor), statistics.median(install)
                print(f"| {n:,} | {hops} | {f:.1f} ms | {i:.1f} ms | {i / f:.2f} | "
                      f"{statistics.median(parse):.0f} ms |", flush=True)

    # --- change

    def change(self):
        print("\n| Services | event to Zserv write p50 | p99 | changes | file renamed to FIB p50 | p99 |")
        print("|---|---|---|---|---|---|")
        for n in 100, max(SIZES):
            self.start()
            if n > 1:
                self.fill(n - 1, "node1,node2,node3", first=1)
            lab.manifest(self.folder, [service(0, "node1")])
            wait(lambda: fib_count() == n, "all routes")
            watch, took = Watch(0), []
            for k in range(CHANGES):
                lines = [service(0, "node2" if k % 2 == 0 else "node1")]
                began = time.monotonic_ns()
                lab.manifest(self.folder, lines)
                took.append((watch.ns() - began) / 1e6)
                time.sleep(PACE_S)
            watch.stop()
            us = self.ask("show queue json")["eventToWriteUs"]
            took.sort()
            print(f"| {n:,} | {us['p50'] / 1000:.2f} ms | {us['p99'] / 1000:.2f} ms | {us['count']} | "
                  f"{took[len(took) // 2]:.2f} ms | {took[len(took) * 99 // 100]:.2f} ms |", flush=True)
            self.stop()

    # --- idle

    def memory_kib(self):
        status = pathlib.Path(f"/proc/{self.grevyd.pid}/status").read_text(encoding="ascii")
        return int(next(line for line in status.splitlines() if line.startswith("RssAnon")).split()[1])

    def switches(self):
        total = 0
        for path in glob.glob(f"/proc/{self.grevyd.pid}/task/*/status"):
            for line in pathlib.Path(path).read_text(encoding="ascii").splitlines():
                if line.startswith("voluntary_ctxt_switches"):
                    total += int(line.split()[1])
        return total

    def idle(self):
        print("\n| Services | RssAnon | wake-ups in 10 s |")
        print("|---|---|---|")
        for n in 50, max(SIZES):
            self.start()
            self.fill(n, "node1,node2,node3")
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
            print(f"| {n:,} | {self.memory_kib() / 1024:.1f} MiB | {woken} |", flush=True)
            self.stop()


def machine():
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo", encoding="ascii")
                if line.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} x {cpu}, Linux {platform.release()}"


def main(folder, log, *rest):
    rest = list(rest)
    first = rest.index("--")
    second = rest.index("--", first + 1)
    bench = Bench(folder, log, rest[first + 1:second], rest[second + 1:])
    print(f"{time.strftime('%Y-%m-%d')}, {machine()}, FRR {bench.release}, medians of {RUNS}")
    for section in rest[:first]:
        getattr(bench, section)()


if __name__ == "__main__":
    main(*sys.argv[1:])
