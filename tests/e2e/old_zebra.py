#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A zebra of a release that nobody packages any more, acted by the golden messages of its line
(tests/data/zapi/messages.hex): old_zebra.py RELEASE MESSAGES SOCKET [VTY-SOCKET]. Says on stdout
what it was sent. IPv4 only: it resolves every gateway and installs every route."""

import ipaddress
import os
import re
import socket
import struct
import sys
import threading

FROM_CLIENT = ["hello", "router-id-add", "interface-ask", "redistribute-add", "nexthop-register",
               "nexthop-unregister", "route-add-v4", "route-delete"]


def version(text):
    return [int(n) for n in text.split(".")]


def golden(path, release):
    """The messages of one release: {name: bytes}."""
    found = {}
    with open(path, encoding="ascii") as f:
        for line in f:
            if line[0] in "#\n":
                continue
            span, name, rest = line.split(None, 2)
            first, last = span.split("-")
            if version(first) <= version(release) <= version(last):
                found[name] = bytes.fromhex(re.sub(r"[^0-9a-f]", "", rest.split("#")[0]))
    return found


class Zebra:
    def __init__(self, release, path):
        self.release = release
        self.msgs = golden(path, release)
        self.marker = self.msgs["hello"][2:4]
        self.header = 10 if self.marker[1] >= 5 else 8
        self.routes = {}
        numbers = {self.number(self.msgs[n]): n for n in reversed(FROM_CLIENT) if n in self.msgs}
        self.asked = numbers

    def number(self, msg):
        return struct.unpack(">H", msg[self.header - 2:self.header])[0]

    def prefix_of(self, name, msg):
        """The prefix of a route, where it stands in the golden one: 203.0.113.1."""
        at = self.msgs[name].index(bytes([203, 0, 113, 1]))
        return msg[at:at + 4]

    def answers(self, msg):
        name = self.asked.get(self.number(msg))
        print("got", name or self.number(msg), msg[self.header:].hex(), flush=True)
        if name == "hello":
            return [self.msgs.get("capabilities", b"")]
        if name == "router-id-add":
            return [self.msgs["router-id-update"]]
        if name == "interface-ask":
            return [self.msgs["interface-add"], self.msgs["address-add-v4"]]
        if name == "nexthop-register" and msg[self.header + 2] == socket.AF_INET:
            return [self.msgs["nexthop-update"].replace(bytes([10, 9, 0, 11]), msg[-4:])]
        if name == "route-add-v4":
            prefix = self.prefix_of(name, msg)
            self.routes[str(ipaddress.ip_address(prefix))] = True
            return [self.msgs.get("notify-v4", b"").replace(bytes([203, 0, 113, 1]), prefix)]
        if name == "route-delete":
            self.routes.pop(str(ipaddress.ip_address(self.prefix_of(name, msg))), None)
        return []

    def serve(self, conn):
        got = b""
        while True:
            more = conn.recv(65536)
            if not more:
                return
            got += more
            while len(got) >= self.header:
                length = struct.unpack(">H", got[:2])[0]
                if got[2:4] != self.marker or length < self.header:
                    print("hung up on", got[:4].hex(), flush=True)
                    return
                if len(got) < length:
                    break
                for answer in self.answers(got[:length]):
                    conn.sendall(answer)
                got = got[length:]

    def text(self, command):
        quagga = self.release == "1.2"
        kind, letter = ("nhrp", "N") if self.release == "3.0" else ("babel", "A")
        mark = ">*" if quagga else "*"
        if command == "show version":
            return f"{'Quagga' if quagga else 'FRRouting'} {self.release}.4 (old).\n"
        if command == "show zebra client":
            return "Client: bgp \n------------------------ \n"
        if command == f"show ip route {kind}":
            return "".join(f"{letter}>* {r}/32 [150/0] via 192.168.2.13\n" for r in self.routes)
        route = re.fullmatch(r"show ip route (\S+)/32", command)
        if route and route[1] in self.routes:
            return (f"Routing entry for {route[1]}/32\n  Known via \"{kind}\", distance 150, metric 0"
                    f", tag 0, vrf 0, best, fib\n  Last update 00:00:01 ago\n"
                    f"  {mark} 192.168.2.13, via br0\n\n")
        return "% Network not in table\n" if route else ""

    def serve_vty(self, conn):
        got = b""
        while more := conn.recv(4096):
            got += more
            while b"\0" in got:
                command, got = got.split(b"\0", 1)
                conn.sendall(self.text(command.decode()).encode() + bytes(4))


def listen(path, serve):
    def run(conn):
        with conn:
            try:
                serve(conn)
            except OSError:
                pass

    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    os.chmod(path, 0o777)
    s.listen(8)
    while True:
        threading.Thread(target=run, args=(s.accept()[0],), daemon=True).start()


def main(args):
    zebra = Zebra(args[0], args[1])
    if len(args) > 3:
        threading.Thread(target=listen, args=(args[3], zebra.serve_vty), daemon=True).start()
    listen(args[2], zebra.serve)


if __name__ == "__main__":
    main(sys.argv[1:])
