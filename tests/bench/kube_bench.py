#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The driver of kube.sh, in the router's namespace; the API server has its objects:

  kube_bench.py SERVICES NODES SECTION... -- GREVYD...

sync    the objects as they are: kubectl get --raw, an informer, grevyd; time and private memory
churn   EndpointSlices change on the API server, at half the rate that it sustains without grevyd
replay  the same at a given rate, from a recording

GREVYD takes the name of its configuration as one more word. Adds its rows to the file BENCH_ROWS.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import threading
import time

import bench
from bench import Watch, machine, wait

LAB, BIN = os.environ["LAB"], os.environ["KUBE_BIN"]
RUNS = int(os.environ.get("BENCH_KUBE_RUNS", "3"))
SECONDS = int(os.environ.get("BENCH_KUBE_SECONDS", "60"))
RATE = int(os.environ.get("BENCH_KUBE_RATE", "1000"))
ADMIN, PKI = f"{LAB}/kube/admin.conf", f"{LAB}/kube/pki"
KUBE = ["nsenter", "--net=/run/netns/kube"]
PATHS = ["/api/v1/nodes", "/api/v1/services", "/apis/discovery.k8s.io/v1/endpointslices", "/api/v1/namespaces"]
SAMPLE_S = 0.005
SETTLE_S = 15  # what was needed to read everything is given back within it


def rss_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        return int(next(line for line in f if line.startswith("RssAnon")).split()[1])


class Peak:
    """The most private memory that a process was seen with, every 5 ms."""

    def __init__(self, pid):
        self.pid, self.kib, self.over = pid, 0, threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while not self.over.wait(SAMPLE_S):
            try:
                self.kib = max(self.kib, rss_kib(self.pid))
            except (OSError, StopIteration):
                return

    def stop(self):
        self.over.set()
        self.thread.join()
        return self.kib


class Grevyd:
    def __init__(self, command, conf):
        self.log = open(f"{LAB}/log/grevyd.log", "ab")
        self.began = time.monotonic_ns()
        self.process = subprocess.Popen([*command, conf], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.peak, self.read_ns, self.read_kib = Peak(self.process.pid), None, 0
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        for line in self.process.stdout:
            if b"read once" in line and not self.read_ns:
                self.read_ns, self.read_kib = time.monotonic_ns(), self.peak.kib
            self.log.write(line)
            self.log.flush()

    def ask(self, command):
        return bench.Bench.ask(command)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.thread.join()
        self.log.close()
        self.peak.stop()
        wait(lambda: bench.fib_count() == 0, "FIB empty")


class KubeBench:
    def __init__(self, services, nodes, grevyd):
        self.services, self.nodes, self.command = int(services), int(nodes), grevyd
        self.changed = 0  # on the API server, so far
        self.add("machine", text=f"{time.strftime('%Y-%m-%d')}, {machine()}")

    @staticmethod
    def add(section, **values):
        with open(os.environ["BENCH_ROWS"], "a", encoding="ascii") as f:
            f.write(json.dumps({"section": section, "frr": "", **values}) + "\n")

    @staticmethod
    def say(text):
        print(f"  kube: {text}", file=sys.stderr, flush=True)

    # --- sync: each returns {"ms": ...} of one run

    @staticmethod
    def raw(path):
        return subprocess.Popen([f"{BIN}/kubectl", "--kubeconfig", ADMIN, "get", "--raw", path],
                                stdout=subprocess.DEVNULL)

    def sync_raw(self):
        began = time.monotonic_ns()
        for path in PATHS:
            if self.raw(path).wait():
                sys.exit("FAIL  bench: kubectl get --raw")
        return {"ms": (time.monotonic_ns() - began) / 1e6}

    def sync_raw_parallel(self):
        began = time.monotonic_ns()
        if any([p.wait() for p in [self.raw(path) for path in PATHS]]):
            sys.exit("FAIL  bench: kubectl get --raw")
        return {"ms": (time.monotonic_ns() - began) / 1e6}

    def sync_informer(self):
        process = subprocess.Popen([f"{BIN}/informer", "--kubeconfig", ADMIN], stdout=subprocess.PIPE, text=True)
        peak = Peak(process.pid)
        words = dict(w.split("=") for w in process.stdout.readline().split()[1:])
        time.sleep(1)  # what comes right after it is of the start, too
        got = {"ms": float(words["ms"]), "peak_kib": peak.stop()}
        process.terminate()
        process.wait()
        return got

    def sync_grevyd(self):
        watch = Watch(self.services)
        grevyd = Grevyd(self.command, f"{LAB}/grevyd.yaml")
        watch.ns()
        last = watch.ns()
        watch.stop()
        wait(lambda: all(r["state"] == "watching" for r in grevyd.ask("show kubernetes json")["resources"]),
             "every resource watched")
        got = {"ms": (grevyd.read_ns - grevyd.began) / 1e6, "routes": (last - grevyd.began) / 1e6}
        time.sleep(SETTLE_S)
        got |= {"read_kib": grevyd.read_kib, "peak_kib": grevyd.peak.kib, "rss_kib": rss_kib(grevyd.process.pid)}
        grevyd.stop()
        return got

    def sync(self):
        who = {"raw": self.sync_raw, "raw_parallel": self.sync_raw_parallel, "informer": self.sync_informer,
               "grevyd": self.sync_grevyd}
        runs = {w: [] for w in who}
        self.sync_raw()  # the first of all finds nothing ready
        for _ in range(RUNS):
            for w, run in who.items():
                runs[w].append(run())
                self.say(f"sync, {w}: {runs[w][-1]}")
        for w, got in runs.items():
            row = {key: statistics.median(g[key] for g in got) for key in got[0]}
            self.add("kube_sync", who=w, services=self.services, nodes=self.nodes,
                     min=min(g["ms"] for g in got), max=max(g["ms"] for g in got), **row)

    # --- churn and replay

    def start(self, conf):
        grevyd = Grevyd(self.command, conf)
        wait(lambda: bench.fib_count() == self.services, "all routes")
        time.sleep(SETTLE_S)
        return grevyd

    def follow(self, grevyd, what, run):
        """run() returns how many changes it made, and when the last one was (CLOCK_MONOTONIC, ns)."""
        before, rss = grevyd.ask("show queue json"), rss_kib(grevyd.process.pid)
        changes, rate, end = run()
        time.sleep(2)
        after = grevyd.ask("show queue json")
        latency = after["eventToWriteUs"]
        row = {
            "rate": rate, "changes": changes, "events": after["events"] - before["events"],
            "writes": latency["count"] - before["eventToWriteUs"]["count"],
            "p50": latency["p50"] / 1000, "p99": latency["p99"] / 1000,
            "late_ms": max(0, (after["lastQueuedMonotonicNs"] - end) / 1e6), "depth": after["depthMax"],
            "before_kib": rss, "peak_kib": grevyd.peak.kib, "after_kib": rss_kib(grevyd.process.pid)}
        self.say(f"{what}: {row}")
        if row["events"] < changes or not row["writes"]:
            sys.exit(f"FAIL  bench: {what}: {changes} changes, but {row['events']} events and {row['writes']} writes")
        self.add("kube_churn", what=what, services=self.services, **row)
        grevyd.stop()

    def churned(self, rate, seconds):
        out = subprocess.run(
            [*KUBE, f"{BIN}/kubelab", "churn", "-kubeconfig", ADMIN, "-rate", f"{rate:.1f}", "-for", f"{seconds}s",
             "-from", str(self.changed), "-services", str(self.services), "-slices", str(2 * self.services)],
            capture_output=True, text=True, check=True).stdout
        end = time.monotonic_ns()
        words = dict(w.split("=") for w in out.split())
        self.changed += int(words["changes"])
        return int(words["changes"]), float(words["rate"]), end

    def churn(self):
        _, sustained, _ = self.churned(0, 10)
        self.say(f"churn: the API server sustains {sustained:,.0f} changes a second")
        self.add("kube_sustained", rate=sustained)
        self.follow(self.start(f"{LAB}/grevyd.yaml"), "the API server, at half of what it sustains",
                    lambda: self.churned(sustained / 2, SECONDS))

    # --- replay

    def proxy(self, mode, *words):
        process = subprocess.Popen(
            [*KUBE, f"{BIN}/kube_proxy", mode, "--listen", "192.168.3.10:6444", "--control", f"{LAB}/bench.sock",
             "--cert", f"{PKI}/proxy.crt", "--key", f"{PKI}/proxy.key", "--client-ca", f"{PKI}/ca.crt",
             "--upstream", "https://192.168.3.10:6443", "--upstream-ca", f"{PKI}/ca.crt",
             "--upstream-cert", f"{PKI}/kubelab-admin.crt", "--upstream-key", f"{PKI}/kubelab-admin.key", *words])
        wait(lambda: self.ctl("stats"), "the proxy")
        return process

    @staticmethod
    def ctl(*words):
        done = subprocess.run([f"{BIN}/kube_proxy", "ctl", f"{LAB}/bench.sock", *words], capture_output=True, text=True,
                              check=False)
        return done.returncode == 0 and (done.stdout or True)

    def recording(self):
        lists, events = f"{LAB}/lists.rec", f"{LAB}/events.rec"
        if os.path.exists(events):
            return events
        proxy = self.proxy("serve")
        self.ctl("record", lists)
        for path in PATHS:
            subprocess.run([f"{BIN}/kubectl", "--kubeconfig", f"{LAB}/kube/replay.conf", "get", "--raw", path],
                           stdout=subprocess.DEVNULL, check=True)
        self.ctl("record")
        proxy.terminate()
        proxy.wait()
        subprocess.run([f"{BIN}/kube_proxy", "synthesize", lists, events, str(RATE * SECONDS)], check=True)
        os.unlink(lists)
        return events

    def replayed(self):
        stamps = pathlib.Path(f"{LAB}/stamps")
        began = time.monotonic()
        n = int(self.ctl("start", f"rate={RATE}", f"stamps={stamps}"))
        self.ctl("wait")
        took = time.monotonic() - began
        return n, n / took, int(stamps.read_text(encoding="ascii").splitlines()[-1].split()[1])

    def replay(self):
        proxy = self.proxy("replay", self.recording())
        self.follow(self.start(f"{LAB}/replay.yaml"), "a recording", self.replayed)
        proxy.terminate()
        proxy.wait()


def main(services, nodes, *rest):
    at = rest.index("--")
    kube = KubeBench(services, nodes, list(rest[at + 1:]))
    for section in rest[:at]:
        getattr(kube, section)()


if __name__ == "__main__":
    main(*sys.argv[1:])
