#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""screen.py REGEX... - do whole lines of the screen on stdin match these, in this order, the last
one its last line? Else the first that does not is printed, and the exit status is 1."""
import re
import sys


def missing(lines, regexes):
    at = 0
    for regex in regexes[:-1]:
        hits = [i for i in range(at, len(lines)) if re.fullmatch(regex, lines[i])]
        if not hits:
            return regex
        at = hits[0] + 1
    if not lines[at:] or not re.fullmatch(regexes[-1], lines[-1]):
        return f"{regexes[-1]} (as its last line)"
    return None


if __name__ == "__main__":
    what = missing(sys.stdin.read().split("\n")[:-1], sys.argv[1:])
    if what is not None:
        print(what)
        sys.exit(1)
