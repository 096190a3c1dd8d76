#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon of vtysh's that only listens: vty_record.py LISTEN FILE. Every command goes into FILE,
quoted as C does, one a line; each is answered with nothing and success, `echo TEXT` with TEXT."""
import os
import socket
import sys
import threading


def quoted(command):
    return '"' + repr(command.decode("latin1"))[1:-1].replace('"', '\\"') + '"\n'


def serve(client, file):
    waiting = b""
    while data := client.recv(65536):
        *commands, waiting = (waiting + data).split(b"\0")
        for command in commands:
            file.write(quoted(command))
            file.flush()
            text = command[5:].strip() + b"\n" if command.startswith(b"echo ") else b""
            client.sendall(text + b"\0\0\0\0")
    client.close()


def main(listen, path):
    server = socket.socket(socket.AF_UNIX)
    server.bind(listen)
    os.chmod(listen, 0o777)
    server.listen(8)
    with open(path, "a", encoding="ascii") as file:
        while True:
            client, _ = server.accept()
            threading.Thread(target=serve, args=(client, file), daemon=True).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
