#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
r"""Type into a program on a terminal: typed.py KEYS COMMAND... KEYS with \t, \n, \x15 (the line is
taken back) and so on; the next are typed once the program was quiet for a while. Prints the
screen as it came; exits as the program did."""
import os
import pty
import select
import sys
import time

QUIET_S = 0.3
LONG_S = 20


def until_quiet(fd, end):
    while select.select([fd], [], [], QUIET_S)[0] and time.monotonic() < end:
        try:
            data = os.read(fd, 65536)
        except OSError:
            data = b""
        if not data:
            return False
        sys.stdout.buffer.write(data)
    return True


def pieces(keys):
    piece = b""
    for key in keys:
        piece += bytes([key])
        if key in b"\n\t?\x15":
            yield piece
            piece = b""
    if piece:
        yield piece


def main(keys, *command):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "dumb"
        os.execvp(command[0], command)
    end = time.monotonic() + LONG_S
    select.select([fd], [], [], LONG_S)
    for piece in pieces(keys.encode().decode("unicode_escape").encode("latin1")):
        if not until_quiet(fd, end):
            break
        os.write(fd, piece)
    until_quiet(fd, end)
    os.close(fd)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
