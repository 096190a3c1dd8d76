#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""metallb_native.py ROUTER PORT MY-AS PEER-AS ADDRESS PREFIX...

What MetalLB's speaker in native mode is to a router: it dials, never listens; OPEN with the
capabilities MP for IPv4 and IPv6 and 4-octet AS, no graceful restart, no route refresh; LOCAL_PREF 0
towards its own AS; hold time 90 s, which it does not hold the router to; ends without a
NOTIFICATION. Says "up" when it has announced, and dials again when the session is lost."""
import socket
import struct
import sys
import time

OPEN, UPDATE, KEEPALIVE = 1, 2, 4
HOLD = 90
AS_TRANS = 23456


def message(kind, body=b""):
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), kind) + body


def capability(code, value):
    return bytes((2, 2 + len(value), code, len(value))) + value


def open_message(asn, identifier):
    options = (capability(1, struct.pack("!HBB", 1, 0, 1)) + capability(1, struct.pack("!HBB", 2, 0, 1)) +
               capability(65, struct.pack("!I", asn)))
    short = asn if asn < 65536 else AS_TRANS
    return message(OPEN, struct.pack("!BHH4sB", 4, short, HOLD, socket.inet_aton(identifier), len(options)) + options)


def update(prefix, asn, internal, hop):
    address, length = prefix.split("/")
    path = b"" if internal else struct.pack("!BBI", 2, 1, asn)
    attributes = (bytes((0x40, 1, 1, 0, 0x40, 2, len(path))) + path + bytes((0x40, 3, 4)) + socket.inet_aton(hop) +
                  (struct.pack("!BBBI", 0x40, 5, 4, 0) if internal else b""))
    nlri = bytes((int(length),)) + socket.inet_aton(address)[:(int(length) + 7) // 8]
    return message(UPDATE, struct.pack("!HH", 0, len(attributes)) + attributes + nlri)


def receive(sock, count):
    got = b""
    while len(got) < count:
        part = sock.recv(count - len(got))
        if not part:
            raise ConnectionError("closed")
        got += part
    return got


def receive_message(sock):
    header = receive(sock, 19)
    length, kind = struct.unpack("!HB", header[16:])
    return kind, receive(sock, length - 19)


def session(router, port, asn, peer_asn, address, prefixes):
    with socket.create_connection((router, port), 10, (address, 0)) as sock:
        sock.sendall(open_message(asn, address))
        if receive_message(sock)[0] != OPEN:
            raise ConnectionError("no OPEN")
        sock.sendall(message(KEEPALIVE))
        if receive_message(sock)[0] != KEEPALIVE:
            raise ConnectionError("not taken")
        for prefix in prefixes:
            sock.sendall(update(prefix, asn, asn == peer_asn, address))
        print("up", flush=True)
        sock.settimeout(3)
        while True:
            try:
                receive_message(sock)
            except socket.timeout:
                sock.sendall(message(KEEPALIVE))


def main():
    router, port, asn, peer_asn, address, *prefixes = sys.argv[1:]
    while True:
        try:
            session(router, int(port), int(asn), int(peer_asn), address, prefixes)
        except (OSError, ConnectionError) as error:
            print(error, flush=True)
            time.sleep(0.5)


main()
