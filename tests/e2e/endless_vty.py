#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""endless_vty.py SOCKET - a daemon whose `show rib` has no end; `show rib N` has N rows. It completes
everything with 5,000 names. Says on stdout how many bytes of an answer could be sent, and when the
reader went away."""
import itertools
import socket
import sys
import threading

END = b"\0\0\0\0"


def rows(sock, limit):
    sent = 0
    for start in itertools.count(0, 1000):
        last = limit if limit and limit <= start + 1000 else start + 1000
        chunk = b"".join(b"row %d %s\n" % (i, b"x" * 50) for i in range(start, last))
        sock.sendall(chunk)
        sent += len(chunk)
        print("sent", sent, flush=True)
        if last == limit:
            return


def answer(sock, command):
    words = command.split()
    if words[:1] == ["parse"]:
        by_row = {"terminal": "terminal length NUMBER\n0\n"}
        sock.sendall(by_row.get(words[1], "show\n").encode() + END)
    elif words[:1] == ["complete"]:
        sock.sendall(b"".join(b"name%04d\n" % i for i in range(5000)) + END)
    elif words[:2] == ["show", "rib"]:
        rows(sock, int(words[2]) if words[2:] else None)
        sock.sendall(END)
    elif words[:1] == ["show"]:
        sock.sendall(b"this is the endless one\n" + END)
    else:
        sock.sendall(END)


def serve(sock):
    got = b""
    try:
        while True:
            part = sock.recv(4096)
            if not part:
                return
            *commands, got = (got + part).split(b"\0")
            for command in commands:
                answer(sock, command.decode())
    except OSError:
        print("closed", flush=True)


def main():
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen(8)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(sock,), daemon=True).start()


main()
