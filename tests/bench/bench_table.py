#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables of tests/bench/README.md: bench_table.py FILE, of the rows that bench.py,
bgp_bench.py and kube_bench.py left there.

A row is one line of JSON: section, frr (release), and what was measured; ms are medians, min and
max the extremes of the runs.
"""
import json
import statistics
import sys

NONE = "-"


def ms(value, digits=1):
    return NONE if value is None else f"{value:,.{digits}f} ms"


def ratio(value, floor):
    return NONE if value is None or not floor else f"{value / floor:.2f}"


def spread(row):
    return f" ({row['min']:,.1f} to {row['max']:,.1f})" if row else ""


def table(head, lines):
    if not lines:
        return
    print("\n| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for line in lines:
        print("| " + " | ".join(line) + " |")


def peer(row, floor):
    """A cell for bgpd or gobgpd beside zebra."""
    if not row:
        return NONE
    if "failed" in row:
        return f"{row['program']}: {row['failed']}"
    return f"{row['program']}: {ms(row['ms'])}, {ratio(row['ms'], floor)}"


def bulk(rows):
    groups = {}
    for r in rows:
        groups.setdefault((r["frr"], r["n"], r["hops"]), {})[r["who"]] = r
    lines = []
    for (frr, n, hops), who in groups.items():
        floor, grevyd = who.get("floor"), who.get("grevyd")
        least = floor["ms"] if floor else None
        took = grevyd["ms"] if grevyd else None
        lines.append([
            frr, f"{n:,}", str(hops), ms(least) + spread(floor), ms(took) + spread(grevyd),
            ratio(took, least), peer(who.get("bgpd"), least), peer(who.get("gobgpd"), least),
            ms(grevyd["first"]) if grevyd else NONE, ms(grevyd["parse"], 0) if grevyd else NONE])
    table(["FRR", "routes", "next hops", "zebra's floor", "grevyd", "ratio", "bgpd + zebra, ratio",
           "gobgpd + zebra, ratio", "grevyd's first route", "parsing"], lines)


def change(rows):
    groups = {}
    for r in rows:
        groups.setdefault((r["frr"], r["queue"], r["n"]), {})[r["who"]] = r
    lines = []
    for (frr, queue, n), who in groups.items():
        floor, grevyd = who["floor"], who["grevyd"]
        aim = 1.2 * floor["p50"] + 1
        lines.append([
            frr, str(queue), f"{n:,}", f"{ms(floor['p50'], 2)}, {ms(floor['p99'], 2)}",
            f"{ms(grevyd['p50'], 2)}, {ms(grevyd['p99'], 2)}",
            f"{ms(aim, 2)}: {'met' if grevyd['p50'] <= aim else 'missed'}",
            ms(grevyd["write_p50"], 2),
            f"{ms(grevyd['file_p50'], 2)}, {ms(grevyd['file_p99'], 2)}"])
    table(["FRR", "work-queue", "routes", "zebra's floor p50, p99", "grevyd p50, p99", "aim for p50",
           "to the Zserv write p50", "file renamed to FIB p50, p99"], lines)


def idle(rows):
    table(["FRR", "Services", "RssAnon", "wake-ups in 10 s"],
          [[r["frr"], f"{r['n']:,}", f"{r['rss_kib'] / 1024:.1f} MiB", str(r["woken"])] for r in rows])


def show(rows):
    table(["FRR", "asked", "routes", "whole answer", "its first bytes", "size", "RssAnon more for one that does not read"],
          [[r["frr"], f"{r['who']}: {r['command']}", f"{r['n']:,}", ms(r["ms"]) + spread(r), ms(r["first"]),
            mib(r["kib"]), mib(r["stalled_kib"])] for r in rows])


def mib(kib):
    return NONE if kib is None else f"{kib / 1024:.1f} MiB"


SYNC_NAMES = {
    "raw": "kubectl get --raw, one list after the other", "raw_parallel": "kubectl get --raw, all lists at once",
    "informer": "informer (client-go)", "grevyd": "grevyd"}


def kube_sync(rows):
    by = {r["who"]: r for r in rows}
    raw, parallel, informer = (by.get(w, {}) for w in ("raw", "raw_parallel", "informer"))
    lines = []
    for who, r in by.items():
        peak, other = r.get("peak_kib"), informer.get("peak_kib")
        lines.append([
            SYNC_NAMES[who], ms(r["ms"], 0) + f" ({r['min']:,.0f} to {r['max']:,.0f})", ratio(r["ms"], raw.get("ms")),
            ratio(r["ms"], parallel.get("ms")), ms(r.get("routes"), 0), mib(peak),
            ratio(peak, other) if peak else NONE, mib(r.get("read_kib")), mib(r.get("rss_kib"))])
    table(["who", "everything read", "ratio to one after the other", "ratio to all at once", "all routes in the FIB",
           "peak RssAnon", "ratio to the informer's", "peak until everything was read", "RssAnon 15 s later"], lines)


def kube_churn(rows):
    table(["changes from", "a second", "changes", "writes to zebra", "bytes to Zserv write p50, p99", "last read after",
           "most in a batch", "RssAnon before, peak, after"],
          [[r["what"], f"{r['rate']:,.0f}", f"{r['changes']:,}", f"{r['writes']:,}",
            f"{ms(r['p50'], 2)}, {ms(r['p99'], 2)}", ms(r["late_ms"]), str(r["depth"]),
            ", ".join(mib(r[k]) for k in ("before_kib", "peak_kib", "after_kib"))] for r in rows])


BGP_NAMES = {
    "fib": "one session, to the last route in the kernel", "announce": "a receiver dials, to its last route",
    "neighbors": "250 sessions, to the last route in the kernel", "hops": "one of three next hops withdrawn"}
SPEAKERS = "grevyd", "bird", "bgpd", "gobgpd"


def bgp_cell(row):
    if not row:
        return NONE
    if "failed" in row:
        return row["failed"]
    memory = f", {mib(row['rss_kib'])}" if row["rss_kib"] else ""
    return ms(row["ms"]) + spread(row) + memory


def bgp(rows):
    groups, programs = {}, {}
    for r in rows:
        groups.setdefault((r["what"], r["via"], r["n"]), {})[r["who"]] = r
        programs[r["who"]] = f"{r['who']} {r['program']}".strip()
    lines = []
    for (what, via, n), who in groups.items():
        others = [r["ms"] for w, r in who.items() if w != "grevyd" and "ms" in r]
        lines.append([BGP_NAMES[what], via, f"{n:,}", *(bgp_cell(who.get(w)) for w in SPEAKERS),
                      ratio(who.get("grevyd", {}).get("ms"), min(others, default=None))])
    table(["what", "through", "routes", *(programs.get(w, w) for w in SPEAKERS), "grevyd to the fastest other"], lines)


BURST_NAMES = {
    "own": "the API server's own rate", "takeover": "grevyd begins to lead, every address is another",
    "burst": "new Services while grevyd leads, with their creation", "late": "of these, after the last creation"}


def burst(rows):
    own = next((r["rate"] for r in rows if r["who"] == "own"), None)
    table(["statuses", "Services", "all written", "a second", "ratio"],
          [[BURST_NAMES[r["who"]], f"{r['n']:,}", ms(r["ms"], 0), f"{r['rate']:,}" if r["rate"] else NONE,
            ratio(r["rate"], own) if r["rate"] else NONE] for r in rows])


def l2(rows):
    loads = [r for r in rows if r["what"] == "load"]
    table(["addresses", "questions a second", "answered", "processor", "RssAnon", "p50, p99"],
          [[f"{r['n']:,}", f"{r['rate']:,}", f"{r['run']['answered']:,} of {r['run']['asked']:,}",
            f"{r['cpu_permille'] / 10:.1f} % of one", mib(r["rss_kib"]), micros(r["run"])] for r in loads])
    medians = {}
    for who in "kernel", "grevyd":
        runs = [r["run"] for r in rows if r["what"] == who]
        if runs:
            medians[who] = {k: statistics.median(r[k] for r in runs) for k in ("p50", "p99")}
    if len(medians) == 2:
        ours, other = medians["grevyd"], medians["kernel"]
        table(["one address", "kernel p50, p99", "grevyd p50, p99", "ratio"],
              [["of its own, 1,000 questions a second", micros(other), micros(ours),
                f"{ratio(ours['p50'], other['p50'])}, {ratio(ours['p99'], other['p99'])}"]])


def micros(row):
    return f"{row['p50']:,.0f} us, {row['p99']:,.0f} us"


def main(path):
    with open(path, encoding="ascii") as f:
        rows = [json.loads(line) for line in f]
    for r in rows:
        if r["section"] == "machine":
            print(f"{r['text']}")
            break
    for section in bulk, change, idle, show, bgp, kube_sync, kube_churn, burst, l2:
        section([r for r in rows if r["section"] == section.__name__])


if __name__ == "__main__":
    main(sys.argv[1])
