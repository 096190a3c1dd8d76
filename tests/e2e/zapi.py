#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A client of zebra as careless as grevyd is careful: it sends what it is told to, and prints
what zebra says of its routes. The trap_*.sh cases prove with it that a trap is there.

  zapi.py client RELEASE SOCKET COMMANDS       commands: a FIFO, a line each
  zapi.py relay LISTEN ZEBRA [spoil]           between a client and zebra; a line 'longest N' for
                                               each message of the client longer than all before.
                                               spoil: adds two to which zebra answers with ERROR

Commands; several on a line, separated by ';', are written in one go:

  hello TYPE[:INSTANCE] [gr=SECONDS]           and wait for the capabilities
  add PREFIX HOP... [type=N] [instance=N] [metric=N] [distance=N] [pad=BYTES] [recursive]
                                               HOP: an address, an interface's index, or blackhole
  del PREFIX [instance=N]
  bad                                          a command that zebra does not know
  quit

It prints: connected; up; note WHAT PREFIX; error CODE; closed. And of the first VRF, note and
error the bytes of their number as they came: bytes vrf-table|note|error HEX.
"""
import ipaddress
import os
import select
import socket
import struct
import sys
import time

OWNER, ERROR, CAPABILITIES, GRACEFUL, ASK_NOTES, HELLO, ADD, DELETE, VRF = range(9)
# From this release on: the numbers of the messages above; bytes of HELLO after type and instance.
RELEASES = [
    ((7, 5), (10, 112, 19, 113, None, 18, 8, 9, 36), 6),
    ((8, 2), (10, 118, 19, 119, 124, 18, 8, 9, 33), 6),
    ((9, 1), None, 0),  # until 10.2: not in the lab
    ((10, 2), (11, 120, 20, 121, 126, 19, 9, 10, 33), 5),
]
# Route types before 10.0; from there on one more, LOCAL at 3.
TYPES = {"table": 15, "babel": 22, "openfabric": 26, "nhg": 28, "all": 30}
NOTES = ["failed", "better", "installed", "removed", "not-removed"]
ALLOW_RECURSION = 1
UNKNOWN_VRF = 4711
NEXTHOP, DISTANCE, METRIC = 1, 2, 4


def type_number(name, release):
    if release < (10, 0):
        return TYPES[name]
    return TYPES[name] + (2 if name == "all" else 1)  # TABLE_DIRECT stands before ALL, too


def hop_bytes(hop):
    vrf = struct.pack("!I", 0)
    if hop == "blackhole":
        return vrf + bytes([6, 0, 0])
    if hop.isdigit():
        return vrf + bytes([1, 0]) + struct.pack("!I", int(hop))
    a = ipaddress.ip_address(hop)
    return vrf + bytes([2 if a.version == 4 else 4, 0]) + a.packed + struct.pack("!I", 0)


def dial(path):
    """zebra binds its socket a moment before it listens."""
    end = time.monotonic() + 5
    while True:
        sock = socket.socket(socket.AF_UNIX)
        try:
            sock.connect(path)
            return sock
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            sock.close()


class Client:
    def __init__(self, release, path):
        self.release = release
        chosen = [r for r in RELEASES if r[0] <= release][-1]
        self.numbers, self.hello_tail = chosen[1], chosen[2]
        self.sock = dial(path)
        self.key = (0, 0)
        self.input = self.output = b""
        self.shown = set()

    def send(self, number, body):
        self.output += message(number, body)

    def flush(self):
        self.sock.sendall(self.output)
        self.output = b""

    def hello(self, key, *options):
        name, _, instance = key.partition(":")
        self.key = (type_number(name, self.release), int(instance or 0))
        tail = bytearray(self.hello_tail)
        if self.hello_tail == 6:
            tail[4] = 1  # owner notices
        self.send(self.numbers[HELLO], struct.pack("!BH", *self.key) + bytes(tail))
        if self.numbers[ASK_NOTES]:
            self.send(self.numbers[ASK_NOTES], b"\1")
        for o in options:
            self.send(self.numbers[GRACEFUL], struct.pack("!III", 1, int(o.partition("=")[2]), 0))

    def route(self, number, prefix, words):
        options = dict(w.split("=") for w in words if "=" in w)
        hops = [w for w in words if "=" not in w and w != "recursive"]
        p = ipaddress.ip_network(prefix)
        has = DISTANCE | METRIC | (NEXTHOP if hops else 0)
        kind = options.get("type")
        body = struct.pack(
            "!BHIIBBB", type_number(kind, self.release) if kind else self.key[0],
            int(options.get("instance", self.key[1])),
            ALLOW_RECURSION if "recursive" in words else 0, has, 1,
            socket.AF_INET if p.version == 4 else socket.AF_INET6, p.prefixlen)
        body += p.network_address.packed[:(p.prefixlen + 7) // 8]
        if hops:
            body += struct.pack("!H", len(hops)) + b"".join(map(hop_bytes, hops))
        body += struct.pack("!BI", int(options.get("distance", 50)), int(options.get("metric", 0)))
        self.send(number, body + bytes(int(options.get("pad", 0))))

    def command(self, verb, *words):
        if verb == "hello":
            self.hello(*words)
        elif verb == "add":
            self.route(self.numbers[ADD], words[0], words[1:])
        elif verb == "del":
            self.route(self.numbers[DELETE], words[0], words[1:])
        elif verb == "bad":
            self.send(0xffff, b"")
        elif verb == "quit":
            sys.exit()
        else:
            raise ValueError(verb)

    def show_bytes(self, what, body):
        if what not in self.shown:
            say("bytes", what, body[:4].hex())
        self.shown.add(what)

    def heard(self, number, body):
        for kind, what in ((VRF, "vrf-table"), (OWNER, "note"), (ERROR, "error")):
            if number == self.numbers[kind]:
                self.show_bytes(what, body)
        if number == self.numbers[CAPABILITIES]:
            say("up")
        elif number == self.numbers[ERROR]:
            say("error", *struct.unpack("=I", body[:4]))
        elif number == self.numbers[OWNER]:
            note, family, length = struct.unpack("=IBB", body[:6])
            address = body[6:22] if family == socket.AF_INET6 else body[6:10]
            what = NOTES[note] if note < len(NOTES) else note
            say("note", what, f"{ipaddress.ip_address(address)}/{length}")

    def readable(self):
        part = self.sock.recv(1 << 16)
        if not part:
            say("closed")
            sys.exit()
        self.input += part
        for m in messages(self):
            self.heard(struct.unpack("!H", m[8:10])[0], m[10:])


def message(number, body=b"", vrf=0):
    return struct.pack("!HBBIH", 10 + len(body), 254, 6, vrf, number) + body


def messages(holder):
    """The whole ones at the front of holder.input, taken out of it."""
    while len(holder.input) >= 10 and len(holder.input) >= (n := struct.unpack("!H", holder.input[:2])[0]):
        first, holder.input = holder.input[:n], holder.input[n:]
        yield first


def say(*words):
    print(*words, flush=True)


def client(release, path, commands):
    c = Client(tuple(int(n) for n in release.split(".")[:2]), path)
    fifo = os.open(commands, os.O_RDWR)
    lines = b""
    say("connected")
    while True:
        for ready in select.select([c.sock, fifo], [], [])[0]:
            if ready is c.sock:
                c.readable()
                continue
            *whole, lines = (lines + os.read(fifo, 1 << 16)).split(b"\n")
            for line in whole:
                for command in line.decode().split(";"):
                    c.command(*command.split())
                c.flush()


class Relay:
    """One connection of a client, and the longest message in it."""

    def __init__(self, sock, zebra, spoil):
        self.near, self.far = sock, dial(zebra)
        self.input = b""
        self.spoil = spoil

    def carry(self, ready, longest):
        data = ready.recv(1 << 16)
        (self.far if ready is self.near else self.near).sendall(data)
        if ready is self.near:
            self.input += data
            for m in messages(self):
                if len(m) > longest:
                    longest = len(m)
                    say("longest", longest)
            # Not in the middle of a message.
            if self.spoil and not self.input:
                self.far.sendall(message(0xffff) + message(0, vrf=UNKNOWN_VRF))
                self.spoil = False
        return longest, bool(data)


def relay(listen, zebra, spoil=None):
    server = socket.socket(socket.AF_UNIX)
    server.bind(listen)
    os.chmod(listen, 0o777)
    server.listen(8)
    longest, ends = 0, {}
    while True:
        for ready in select.select([server, *ends], [], [])[0]:
            if ready is server:
                r = Relay(server.accept()[0], zebra, spoil)
                ends[r.near] = ends[r.far] = r
                continue
            r = ends.get(ready)
            if not r:
                continue
            longest, more = r.carry(ready, longest)
            if not more:
                for end in r.near, r.far:
                    del ends[end]
                    end.close()


if __name__ == "__main__":
    {"client": client, "relay": relay}[sys.argv[1]](*sys.argv[2:])
