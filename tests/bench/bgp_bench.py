#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The driver of bgp.sh, in the router's namespace:

  bgp_bench.py SECTION... -- ZEBRA -- GREVYD

fib        N host routes of one session until the last one is in the kernel, and private memory
           then; a receiver dials, until it was told the last one
neighbors  250 sessions with 10 routes each, until the last one is in the kernel; private memory
hops       10,000 routes over three next hops: one is withdrawn, until the kernel has it

Each speaker in turn, again and again. GREVYD takes the name of its configuration as one more word.
Adds its rows to the file BENCH_ROWS.
"""
import json
import os
import statistics
import subprocess
import sys
import time

import bench
import bgp_speakers
from bench import Sender, Watch, machine, wait

LAB = os.environ["LAB"]
RUNS = int(os.environ.get("BENCH_BGP_RUNS", "5"))
SIZES = [int(n) for n in os.environ.get("BENCH_BGP_SIZES", "1000 10000 100000").split()]
ONLY = os.environ.get("BENCH_BGP_ONLY", "grevyd bgpd gobgpd bird").split()
NEIGHBORS, EACH, HOPS_N = 250, 10, 10000
TOO_LONG_S = 120


def rss_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(next(line for line in f if line.startswith("RssAnon")).split()[1])


def log(name):
    return f"{LAB}/log/{name}.log"


def in_ns(ns, *command):
    return "nsenter", f"--net=/run/netns/{ns}", *command


def send(ns, router, *words):
    return Sender(log("bgp_send"), *in_ns(ns, "bench_bgp_send", "-e", *words[:-1], router, "65001", str(words[-1]), "self"))


def hops_count(protocol):
    out = subprocess.run(["ip", "route", "show", "proto", protocol], capture_output=True, check=True).stdout
    return out.count(b"nexthop via")


class Run:
    """One speaker from its start to its end."""

    def __init__(self, speaker):
        self.speaker, self.senders = speaker, []
        with open(log(speaker.name), "ab") as out:
            self.logged = out.tell()
            self.process = subprocess.Popen(speaker.command(), stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        wait(self.listens, f"{speaker.name} listens", 10)
        wait(lambda: speaker.is_ready(self.log_text()), f"{speaker.name} is ready", 10)

    def log_text(self):
        with open(log(self.speaker.name), encoding="utf-8", errors="replace") as f:
            f.seek(self.logged)
            return f.read()

    def listens(self):
        if self.process.poll() is not None:
            sys.exit(f"FAIL  bench: {self.speaker.name} ended, see its log")
        return subprocess.run(["ss", "-Hltn", "sport = :179"], capture_output=True, check=True).stdout

    def sender(self, *words):
        self.senders.append(send(*words))
        return self.senders[-1]

    def fib(self, n, *words):
        """ms until all routes are there; None = not within the time."""
        watch = Watch(n, self.speaker.protocol)
        start = self.sender(*words).ns()
        first = watch.ns(TOO_LONG_S)
        last = watch.ns(TOO_LONG_S) if first else None
        watch.stop()
        return (last - start) / 1e6 if last else None

    def rss(self):
        return rss_kib(self.process.pid)

    def stop(self):
        for s in self.senders:
            s.stop()
        self.process.terminate()
        self.process.wait()
        wait(lambda: bench.fib_count(self.speaker.protocol) == 0, f"FIB empty after {self.speaker.name}")


def fib(speaker, n):
    run = Run(speaker)
    got = {"ms": run.fib(n, "client", "192.168.1.1", "-s", "192.168.1.2", n), "rss_kib": run.rss()}
    if got["ms"]:
        count = Sender(log("bgp_count"), *in_ns("client", "bench_bgp_count", "-s", "192.168.9.2", "192.168.9.1", "65002", str(n)))
        start, _, last = count.ns(), count.ns(), count.ns()
        got |= {"announce_ms": (last - start) / 1e6, "messages": count.ns()}
        count.stop()
    run.stop()
    return got


def neighbors(speaker, n):
    run = Run(speaker)
    got = {"ms": run.fib(n, "client", "192.168.1.1", "-k", str(NEIGHBORS), "-s", "192.168.1.2", n), "rss_kib": run.rss()}
    run.stop()
    return got


def hops(speaker, n):
    run = Run(speaker)
    for i in 1, 2, 3:
        run.sender(f"node{i}", "192.168.2.1", n).ns()
    wait(lambda: hops_count(speaker.protocol) == 3 * n, f"{speaker.name}: all routes over three next hops", TOO_LONG_S)
    watch = Watch(n, speaker.protocol)
    gone = run.senders[-1]
    gone.ns()  # written
    gone.process.stdin.write("\n")
    start = gone.ns()
    watch.ns(TOO_LONG_S)
    last = watch.ns(TOO_LONG_S)
    watch.stop()
    if hops_count(speaker.protocol) != 2 * n:
        sys.exit(f"FAIL  bench: {speaker.name}: {hops_count(speaker.protocol)} next hops are left of {3 * n}")
    run.stop()
    return {"ms": (last - start) / 1e6, "rss_kib": None}


SECTIONS = {"fib": (fib, SIZES), "neighbors": (neighbors, [NEIGHBORS * EACH]), "hops": (hops, [HOPS_N])}


def add(section, **values):
    with open(os.environ["BENCH_ROWS"], "a", encoding="ascii") as f:
        f.write(json.dumps({"section": section, **values}) + "\n")


def add_figure(what, key, got, **values):
    times = [g[key] for g in got if g.get(key)]
    if len(times) < len(got):
        add("bgp", what=what, failed="not all", **values)
        return
    rss = [g["rss_kib"] for g in got if g["rss_kib"]] if key == "ms" else []
    add("bgp", what=what, ms=statistics.median(times), min=min(times), max=max(times),
        rss_kib=statistics.median(rss) if rss else None, **values)


def measure(section, via, speakers):
    one, sizes = SECTIONS[section]
    for n in sizes:
        got = {s: [] for s in speakers}
        for _ in range(min(RUNS, bench.LARGE_RUNS) if n > bench.LARGE else RUNS):
            for s in speakers:
                got[s].append(one(s, n))
        for s, values in got.items():
            about = {"n": n, "who": s.name, "via": via, "program": s.version()}
            add_figure(section, "ms", values, **about)
            if section == "fib":
                add_figure("announce", "announce_ms", values, **about)
        print(f"  bgp: {section}, {n:,} routes via {via}", file=sys.stderr, flush=True)


def main(*words):
    words = list(words)
    first = words.index("--")
    second = words.index("--", first + 1)
    sections, zebra, grevyd = words[:first], words[first + 1:second], words[second + 1:]
    groups = {
        "zebra": [bgp_speakers.Grevyd("zebra", bench.lab.OPENFABRIC, LAB, grevyd),
                  bgp_speakers.Bgpd(LAB, os.environ["FRR"]), bgp_speakers.Gobgpd(LAB)],
        "kernel": [bgp_speakers.Grevyd("kernel", "187", LAB, grevyd), bgp_speakers.Bird(LAB)]}
    add("machine", text=f"{time.strftime('%Y-%m-%d')}, {machine()}")
    for via, speakers in groups.items():
        speakers = [s for s in speakers if s.name in ONLY]
        if not speakers:
            continue
        if via == "zebra":
            with open(log("zebra"), "ab") as out:
                process = subprocess.Popen(zebra, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
            wait(lambda: bench.lab.Vty("/run/frr/zebra.vty"), "zebra")
            bench.Bench.vtysh("-b")
        for section in sections:
            measure(section, via, speakers)
        if via == "zebra":
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
