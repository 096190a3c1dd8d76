#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Many BGP peers in one: bgp_many.py ADDRESS SESSIONS ROUTES SECONDS

From each address of this host below ADDRESS/16, up to SESSIONS, one session of an AS of its own with
3 s of hold time. Their ROUTES are announced and withdrawn in turn, all the time. A session that ends, or
from which nothing was heard for the hold time, is a failure.
"""
import json
import selectors
import socket
import struct
import subprocess
import sys
import time

HOLD_S = 3
KEEPALIVE_S = 0.9
CHURN_S = 0.02  # between two parts of the routes
PARTS = 100     # a round of all routes takes that many


def message(kind, body=b""):
    return b"\xff" * 16 + struct.pack(">HB", 19 + len(body), kind) + body


KEEPALIVE = message(4)


class Peer:
    def __init__(self, address, to, routes):
        self.address = address
        asn = 65001 + int(address.split(".")[3]) + 250 * int(address.split(".")[2])
        self.asn = asn % 60000 + 1000
        ours = socket.inet_aton(address)
        caps = struct.pack(">BBHBB", 1, 4, 1, 0, 1) + struct.pack(">BBI", 65, 4, self.asn)
        self.open = message(1, struct.pack(">BHH4sBBB", 4, self.asn, HOLD_S, ours, len(caps) + 2, 2, len(caps)) + caps)
        attributes = bytes([0x40, 1, 1, 0, 0x40, 2, 6, 2, 1]) + struct.pack(">I", self.asn) + bytes([0x40, 3, 4]) + ours
        nlri = b"".join(b"\x20" + struct.pack(">I", 0x0a800000 + r) for r in routes)
        self.announce = message(2, struct.pack(">HH", 0, len(attributes)) + attributes + nlri)
        self.withdraw = message(2, struct.pack(">H", len(nlri)) + nlri + b"\0\0")
        self.announced, self.established = False, False
        self.pending = b""
        self.sock = socket.create_connection((to, 179), 20, source_address=(address, 0))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.sendall(self.open)
        self.sock.settimeout(5)
        self.heard = time.monotonic()
        self.gap = 0

    def send(self, data):
        self.sock.sendall(data)

    def read(self):
        data = self.sock.recv(65536)
        if not data:
            raise AssertionError(f"{self.address}: closed")
        now = time.monotonic()
        self.gap, self.heard = max(self.gap, now - self.heard), now
        self.pending += data
        while len(self.pending) >= 19 and len(self.pending) >= (n := struct.unpack(">H", self.pending[16:18])[0]):
            kind, body, self.pending = self.pending[18], self.pending[19:n], self.pending[n:]
            if kind == 3:
                raise AssertionError(f"{self.address}: NOTIFICATION {body.hex()}")
            if kind == 1:
                self.send(KEEPALIVE)
                self.established = True

    def change(self):
        self.announced ^= True
        self.send(self.announce if self.announced else self.withdraw)


def addresses(below):
    said = json.loads(subprocess.run(["ip", "-j", "-4", "addr"], check=True, capture_output=True).stdout)
    return [a["local"] for i in said for a in i["addr_info"] if a["local"].split(".")[:2] == below.split(".")[:2]]


def main(to, n, routes, seconds):
    share = int(routes) // int(n)
    selector = selectors.DefaultSelector()
    peers, changes, rounds = [], 0, 0
    mine = addresses(to)[:int(n)]
    assert len(mine) == int(n), f"{len(mine)} addresses"
    keepalive_at = time.monotonic()
    churn_at = end = None
    while end is None or time.monotonic() < end:
        if len(peers) < len(mine):
            i = len(peers)
            peers.append(Peer(mine[i], to, range(i * share, (i + 1) * share)))
            selector.register(peers[-1].sock, selectors.EVENT_READ, peers[-1])
        for key, _ in selector.select(0 if len(peers) < len(mine) else CHURN_S / 2):
            key.data.read()
        now = time.monotonic()
        if now >= keepalive_at:
            keepalive_at = now + KEEPALIVE_S
            for p in peers:
                if p.established:
                    p.send(KEEPALIVE)
        if len(peers) == len(mine) and end is None and all(p.established for p in peers):
            churn_at, end = now, now + float(seconds)
        if churn_at is not None and now >= churn_at:
            churn_at = now + CHURN_S
            for p in peers[rounds % PARTS::PARTS]:
                p.change()
                changes += share
            rounds += 1
        for p in peers:
            if now - p.heard > HOLD_S:
                raise AssertionError(f"{p.address}: silent for {now - p.heard:.1f} s")
    print(f"{len(peers)} sessions, {seconds} s, {changes} routes announced or withdrawn: none was lost; the longest "
          f"silence was {max(p.gap for p in peers):.2f} s")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (AssertionError, OSError) as e:
        print(f"{e!r}")
        sys.exit(1)
