#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Stands between grevyd and a real zebra and breaks what zebra says.

  zserv_proxy.py LISTEN ZEBRA BEHAVIOUR...

Each connection takes the next behaviour, the last one for all that follow:

  pass       nothing is changed
  hangup:N   N bytes of zebra's answers are let through, then the connection is closed
  marker     a header with a wrong marker
  short      a header whose length is below the header's own
  oversize   a header that announces 65535 bytes, then silence
  unknown    a message with a command that no release has, then as pass
  truncated  messages of known commands whose bodies end too soon, then as pass
  silent     zebra is never reached, nothing is answered

The socket is owned by whoever may write to its folder and made 0777.
"""
import os
import select
import socket
import struct
import sys


def message(command, body=b"", length=None, marker=254):
    """A header v6 and a body."""
    return struct.pack("!HBBIH", 10 + len(body) if length is None else length, marker, 6, 0, command) + body


# Route owner notice, next-hop update, capabilities as in 8.4 and as in 10.x; interface, address.
KNOWN = [10, 22, 19, 11, 23, 20, 0, 2]
INJECTED = {
    "marker": message(19, marker=66),
    "short": message(19, length=4),
    "oversize": message(19, b"\0" * 100, length=65535),
    "unknown": message(60000, b"what is this"),
    "truncated": b"".join(message(c, b"\0\0\0") for c in KNOWN),
}


def relay(client, zebra, limit):
    """Both ways until one closes; at most `limit` bytes to the client."""
    passed = 0
    while True:
        for ready in select.select([client, zebra], [], [])[0]:
            data = ready.recv(65536)
            if not data:
                return
            if ready is client:
                zebra.sendall(data)
                continue
            if limit is not None:
                data = data[:limit - passed]
            client.sendall(data)
            passed += len(data)
            if limit is not None and passed >= limit:
                return


def serve(client, zebra_path, behaviour):
    kind, _, number = behaviour.partition(":")
    if kind in ("silent", "oversize"):
        client.sendall(INJECTED.get(kind, b""))
        while client.recv(65536):
            pass
        return
    zebra = socket.socket(socket.AF_UNIX)
    zebra.connect(zebra_path)
    # Not before the client has spoken, or it would take the injected bytes for an answer to nothing.
    zebra.sendall(client.recv(65536))
    client.sendall(INJECTED.get(kind, b""))
    relay(client, zebra, int(number) if number else None)
    zebra.close()


def main(listen, zebra_path, *behaviours):
    left = list(behaviours) or ["pass"]
    if os.path.exists(listen):
        os.unlink(listen)
    server = socket.socket(socket.AF_UNIX)
    server.bind(listen)
    os.chmod(listen, 0o777)
    server.listen(8)
    while True:
        client, _ = server.accept()
        behaviour = left.pop(0) if len(left) > 1 else left[0]
        print(f"connection: {behaviour}", flush=True)
        try:
            serve(client, zebra_path, behaviour)
        except OSError as e:
            print(f"closed: {e}", flush=True)
        client.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
