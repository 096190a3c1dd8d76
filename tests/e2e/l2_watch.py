#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Who answers for addresses, asked all the time.

  l2_watch.py ask INTERFACE PERIOD_MS ADDRESS...   until SIGTERM; a line for each question,
                              SENT_MS - ADDRESS -, and one for each answer, SENT_MS MS ADDRESS MAC
  l2_watch.py judge FROM_MS TO_MS [ADDRESS] <LINES what became of the questions sent in that time:
                              asked=N silent=N two=N streak_ms=N macs=A,B
  l2_watch.py probe INTERFACE MAC ADDRESS          a solicitation to that MAC alone, without the
                              option that names the asker's; prints what answers, and how
  l2_watch.py claim INTERFACE ADDRESS              an advertisement to all: it is here
  l2_watch.py udp ADDRESS PORT INTERFACE <LINES    a datagram from each line of hex

An answer names its question: each has another sender, 169.254.x.y or fe80::beef:N, which nobody
has. two: questions that more than one MAC answered; streak_ms: the longest time of nothing else.
"""
import select
import signal
import socket
import struct
import sys
import time

ETH_ARP, ETH_IP6 = 0x0806, 0x86DD
BROADCAST = b"\xff" * 6


def now_ms():
    return int(time.time() * 1000)


def mac_text(mac):
    return ":".join(f"{b:02x}" for b in mac)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def arp_question(mac, address, seq):
    sender = bytes([169, 254]) + struct.pack("!H", seq)
    return BROADCAST + mac + struct.pack("!HHHBBH", ETH_ARP, 1, 0x0800, 6, 4, 1) + mac + sender + bytes(6) + address


def ndp(macs, addresses, kind, flags, rest):
    """macs, addresses: to and from."""
    body = struct.pack("!BBHI", kind, 0, 0, flags) + rest
    pseudo = addresses[1] + addresses[0] + struct.pack("!II", len(body), 58)
    body = body[:2] + struct.pack("!H", checksum(pseudo + body)) + body[4:]
    head = struct.pack("!IHBB", 6 << 28, len(body), 58, 255) + addresses[1] + addresses[0]
    return macs[0] + macs[1] + struct.pack("!H", ETH_IP6) + head + body


def ns_question(mac, address, seq, to=None):
    """to: unicast, without the option."""
    source = bytes.fromhex("fe80" + "0" * 20 + "beef") + struct.pack("!H", seq)
    group = address if to else bytes.fromhex("ff02" + "0" * 18 + "01ff") + address[13:]
    macs = to or b"\x33\x33" + group[12:], mac
    return ndp(macs, (group, source), 135, 0, address + (b"" if to else b"\x01\x01" + mac))


def answer(frame):
    """(number of the question, address, MAC that it names), or None."""
    kind = struct.unpack_from("!H", frame, 12)[0]
    if kind == ETH_ARP and len(frame) >= 42 and frame[20:22] == b"\0\x02" and frame[38:40] == b"\xa9\xfe":
        return struct.unpack_from("!H", frame, 40)[0], frame[28:32], frame[22:28]
    asked = kind == ETH_IP6 and len(frame) >= 86 and frame[20] == 58 and frame[54] == 136
    if asked and frame[50:52] == b"\xbe\xef" and frame[78:80] == b"\x02\x01":
        return struct.unpack_from("!H", frame, 52)[0], frame[62:78], frame[80:86]
    return None


class Watch:
    def __init__(self, interface, addresses):
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.sock.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
        self.sock.bind((interface, 0))
        self.mac = self.sock.getsockname()[4]
        self.names = {}
        for a in addresses:
            family = socket.AF_INET6 if ":" in a else socket.AF_INET
            self.names[socket.inet_pton(family, a)] = a
        self.sent = {}
        self.seq = 0

    def ask(self):
        self.seq = (self.seq + 1) & 0xFFFF
        self.sent[self.seq] = now_ms()
        for raw, name in self.names.items():
            question = arp_question if len(raw) == 4 else ns_question
            print(self.sent[self.seq], "-", name, "-")
            try:
                self.sock.send(question(self.mac, raw, self.seq))
            except OSError:
                pass  # the link is down: a question that nobody answers

    def hear(self):
        try:
            frame = self.sock.recv(2048)
        except OSError:
            return
        a = answer(frame) if len(frame) >= 42 else None
        if a and a[0] in self.sent and a[1] in self.names:
            print(self.sent[a[0]], now_ms(), self.names[a[1]], mac_text(a[2]))


def ask(interface, period_ms, addresses):
    ended = []
    for sig in signal.SIGTERM, signal.SIGINT:
        signal.signal(sig, lambda *_: ended.append(1))
    sys.stdout.reconfigure(line_buffering=True)
    watch = Watch(interface, addresses)
    next_s = time.monotonic()
    while not ended:
        wait = next_s - time.monotonic()
        if wait <= 0:
            watch.ask()
            next_s = max(next_s + period_ms / 1000, time.monotonic())
        elif select.select([watch.sock], [], [], wait)[0]:
            watch.hear()


def judge(since, until, only, lines):
    asked = {}
    for line in lines:
        sent, at, address, mac = line.split()
        if since <= int(sent) < until and only in (None, address):
            macs = asked.setdefault((address, int(sent)), set())
            if at != "-":
                macs.add(mac)
    streak, began = 0, {}
    for (address, sent), macs in sorted(asked.items()):
        if len(macs) < 2:
            began.pop(address, None)
        else:
            streak = max(streak, sent - began.setdefault(address, sent) + 1)
    silent = sum(not m for m in asked.values())
    two = sum(len(m) > 1 for m in asked.values())
    everyone = sorted(set().union(*asked.values()))
    print(f"asked={len(asked)} silent={silent} two={two} streak_ms={streak} macs={','.join(everyone)}")


def probe(interface, mac, address):
    watch = Watch(interface, [address])
    raw = socket.inet_pton(socket.AF_INET6, address)
    watch.sock.send(ns_question(watch.mac, raw, 1, bytes.fromhex(mac.replace(":", ""))))
    end = time.monotonic() + 2
    while select.select([watch.sock], [], [], max(0, end - time.monotonic()))[0]:
        frame = watch.sock.recv(2048)
        a = answer(frame) if len(frame) >= 42 else None
        if a and a[:2] == (1, raw):
            flags = frame[58]
            us = "to us" if frame[:6] == watch.mac else "to " + mac_text(frame[:6])
            print(f"{mac_text(a[2])} R={flags >> 7} S={flags >> 6 & 1} O={flags >> 5 & 1} {us}")
            return


def claim(interface, address):
    watch = Watch(interface, [address])
    raw, everybody = (socket.inet_pton(socket.AF_INET6, a) for a in (address, "ff02::1"))
    macs = b"\x33\x33" + everybody[12:], watch.mac
    watch.sock.send(ndp(macs, (everybody, raw), 136, 1 << 29, raw + b"\x02\x01" + watch.mac))


def udp(address, port, interface, lines):
    index = socket.if_nametoindex(interface)
    v6 = ":" in address
    sock = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, 25, interface.encode() + b"\0")  # SO_BINDTODEVICE
    to = (address, port, 0, index) if v6 else (address, port)
    for line in filter(None, map(str.strip, lines)):
        sock.sendto(bytes.fromhex(line), to)


def main(verb, *rest):
    if verb == "ask":
        ask(rest[0], float(rest[1]), rest[2:])
    elif verb == "judge":
        judge(int(rest[0]), int(rest[1]), rest[2] if rest[2:] else None, sys.stdin)
    elif verb == "probe":
        probe(*rest)
    elif verb == "claim":
        claim(*rest)
    elif verb == "udp":
        udp(rest[0], int(rest[1]), rest[2], sys.stdin)


if __name__ == "__main__":
    main(*sys.argv[1:])
