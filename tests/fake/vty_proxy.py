#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""zebra's vty with another release: vty_proxy.py LISTEN ZEBRA RELEASE. Passes every question on
to the real zebra; in the answers its release is replaced."""
import os
import re
import socket
import sys
import threading


def serve(client, zebra_path, release):
    zebra = socket.socket(socket.AF_UNIX)
    zebra.connect(zebra_path)
    while question := client.recv(4096):
        zebra.sendall(question)
        answer = b""
        while len(answer) < 4 or answer[-4:-1] != b"\0\0\0":
            answer += zebra.recv(65536)
        client.sendall(re.sub(rb"FRRouting [0-9.]+", b"FRRouting " + release.encode(), answer))
    zebra.close()
    client.close()


def main(listen, zebra_path, release):
    if os.path.exists(listen):
        os.unlink(listen)
    server = socket.socket(socket.AF_UNIX)
    server.bind(listen)
    os.chmod(listen, 0o777)
    server.listen(8)
    while True:
        client, _ = server.accept()
        threading.Thread(target=serve, args=(client, zebra_path, release), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
