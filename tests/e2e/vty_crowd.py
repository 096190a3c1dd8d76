#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""vty_crowd.py bgp ADDRESS ROUTES: a BGP peer that announces so many, and stays.
vty_crowd.py slow SOCKET PID ROUTES COMMAND: one client that reads a table of them slowly, which must be
in order; prints by how many kB PID grew.
vty_crowd.py crowd SOCKET PID CLIENTS ROUTES: half of them stalled or sending garbage; prints the same.
vty_crowd.py hold SOCKET CLIENTS: they connect and say nothing; prints how many could stay.
"""
import os
import random
import re
import resource
import select
import selectors
import signal
import socket
import struct
import sys

from bgp_many import message

BATCH = 700  # prefixes in an UPDATE
ROUNDS = 20  # that each healthy client asks
END = b"\0\0\0"


# --- the peer ---------------------------------------------------------------------------------

def bgp(to, routes):
    sock = socket.create_connection((to, 179), 20)
    ours = socket.inet_aton(sock.getsockname()[0])
    caps = struct.pack(">BBHBB", 1, 4, 1, 0, 1) + struct.pack(">BBI", 65, 4, 65001)
    # No hold time: nobody has to say that he is still there.
    sock.sendall(message(1, struct.pack(">BHH4sBBB", 4, 65001, 0, ours, len(caps) + 2, 2, len(caps)) + caps))
    sock.sendall(message(4))
    attributes = bytes([0x40, 1, 1, 0, 0x40, 2, 6, 2, 1]) + struct.pack(">I", 65001) + bytes([0x40, 3, 4]) + ours
    for first in range(0, int(routes), BATCH):
        nlri = b"".join(b"\x20" + struct.pack(">I", 0x0a800000 + r) for r in range(first, min(first + BATCH, int(routes))))
        sock.sendall(message(2, struct.pack(">HH", 0, len(attributes)) + attributes + nlri))
    sock.settimeout(None)
    while sock.recv(65536):
        pass


# --- clients ----------------------------------------------------------------------------------

def rss_kb(pid):
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("RssAnon:"))


def client(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(60)
    sock.connect(path)
    return sock


def is_whole(answer):
    return len(answer) >= 4 and answer[-4:-1] == END


def ask(sock, line):
    sock.sendall(line.encode() + b"\0")
    answer = b""
    while not is_whole(answer):
        data = sock.recv(65536)
        assert data, f"{line}: closed"
        answer += data
    return answer[:-4].decode(), answer[-1]


def slow(path, pid, routes, command):
    reader, other = client(path), client(path)
    before = most = rss_kb(pid)
    reader.sendall(command.encode() + b"\0")
    answer, tail, pieces = [], b"", 0
    while not is_whole(tail):
        data = reader.recv(65536)
        assert data, "closed"
        answer.append(data)
        tail = (tail + data)[-4:]
        pieces += 1
        assert ask(other, f"echo {pieces}") == (f"{pieces}\n", 0)
        most = max(most, rss_kb(pid))
    prefixes = re.findall(rb'^(?:\*> | +"(?:prefix":")?)?(10\.[0-9.]+)/32', b"".join(answer), re.M)
    assert len(prefixes) == int(routes), f"{len(prefixes)} prefixes"
    assert prefixes == sorted(prefixes, key=lambda p: socket.inet_aton(p.decode())), "not in order"
    assert pieces > 50, f"{pieces} pieces are not slow"
    print(most - before)


def garbage(path, i):
    """What one of them sends; None: it is gone at once."""
    sock = client(path)
    sock.setblocking(False)
    kind = i % 6
    if kind == 0:
        sock.send(b"show ri")
    elif kind == 1:
        sock.send(random.Random(i).randbytes(20000))
    elif kind == 2:
        sock.send(b"x" * 20000)
    elif kind == 3:
        sock.send(b"show ")
        sock.close()
    elif kind == 4:
        sock.close()
    else:
        sock.send(b"show rib\0" * 200)
    return sock


def rounds(healthy):
    """All of them ask at once; each gets its own answer, ROUNDS times."""
    selector = selectors.DefaultSelector()
    state = {}
    for i, sock in enumerate(healthy):
        state[sock] = [i, 0, b""]
        selector.register(sock, selectors.EVENT_READ)
        sock.sendall(f"echo {i} 0\0".encode())
    while state:
        ready = selector.select(60)
        assert ready, f"{len(state)} of {len(healthy)} wait in vain"
        for key, _ in ready:
            s = state[key.fileobj]
            data = key.fileobj.recv(65536)
            assert data, f"client {s[0]}: closed"
            s[2] += data
            if not is_whole(s[2]):
                continue
            assert s[2] == f"{s[0]} {s[1]}\n".encode() + b"\0\0\0\0", s[2]
            s[1], s[2] = s[1] + 1, b""
            if s[1] < ROUNDS:
                key.fileobj.sendall(f"echo {s[0]} {s[1]}\0".encode())
            else:
                selector.unregister(key.fileobj)
                del state[key.fileobj]


def crowd(path, pid, clients, routes):
    n = int(clients)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2 * n + 100), hard))
    before = rss_kb(pid)
    stalled = [client(path) for _ in range(n * 3 // 10)]
    for sock in stalled:
        sock.sendall(b"show rib\0")
    rude = [garbage(path, i) for i in range(n // 5)]
    healthy = [client(path) for _ in range(n - len(stalled) - len(rude))]
    rounds(healthy)
    most = rss_kb(pid)
    # Nobody was forgotten: one that stalled for long gets all of its answer.
    lines, tail = 0, b""
    while not is_whole(tail):
        data = stalled[0].recv(65536)
        assert data, "a stalled one: closed"
        lines += data.count(b"\n")
        tail = (tail + data)[-4:]
    assert lines == int(routes) + 1, f"{lines} lines"
    rounds(healthy)
    print(max(most, rss_kb(pid)) - before)
    sys.stdout.flush()
    os._exit(0)  # all of them hang up at the same time


def is_open(sock):
    sock.setblocking(False)
    try:
        return sock.recv(1) != b""
    except BlockingIOError:
        return True


def hold(path, clients):
    socks = [client(path) for _ in range(int(clients))]
    # The server has looked at all of them once it has told the last one, one way or the other.
    select.select([socks[-1]], [], [], 1)
    print(sum(is_open(s) for s in socks))
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    try:
        {"bgp": bgp, "slow": slow, "crowd": crowd, "hold": hold}[sys.argv[1]](*sys.argv[2:])
    except (AssertionError, OSError) as e:
        print(f"{e!r}")
        sys.exit(1)
