#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every fault of man/grevy-why.7 has its tests, by tests/data/why/faults.txt: answers that a unit test
# compares, in one of which the sentence of the manual stands, and cases of tests/e2e that hold it word for
# word. And nothing is left over: no answer, no why_says, no fault.
set -eu
top=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd)
python3 - "$top" <<'PY'
import pathlib, re, sys

top = pathlib.Path(sys.argv[1])
why = top / "tests/data/why"
faults = []


def bad(what):
    faults.append(what)


def manual():
    """FAULT: its sentence as a regular expression; italics stand for what varies."""
    found = {}
    for part in re.split(r'^\.\\" fault ', (top / "man/grevy-why.7").read_text(), flags=re.M)[1:]:
        name, *lines = part.splitlines()
        words = []
        for line in lines[1:]:
            if line.startswith("." ) and line != ".br":
                break
            words += [line.removeprefix(r"\&")] if line != ".br" else []
        text = " ".join(words)
        for code, sign in ((r"\-", "-"), (r"\(aq", "'"), (r"\(dq", '"'), (r"\e", "\\")):
            text = text.replace(code, sign)
        parts = re.split(r"\\fI.*?\\fP", text)
        if name in found:
            bad(f"man/grevy-why.7: {name} twice")
        found[name] = ".*".join(map(re.escape, parts))
    return found


listed, well = {}, set()
for line in (why / "faults.txt").read_text().splitlines():
    words = line.split()
    if not words or line.startswith("#"):
        continue
    if words[0] == "well":
        well.add(words[1])
    elif words[0] in listed:
        bad(f"faults.txt: {words[0]} twice")
    else:
        listed[words[0]] = words

sentences = manual()
answers = {f.stem for f in why.glob("*.txt")} - {"faults"}
scenes = set()
for f in (top / "tests/unit").glob("test_why_*.c"):
    scenes |= set(re.findall(r'\b(?:API|FILES|PEER)\(\s*"(\w+)"', f.read_text()))
cases = {}
for f in (top / "tests/e2e").glob("*.sh"):
    if not f.name.endswith("lib.sh"):
        cases[f.name] = f.read_text()

for name in sorted(sentences.keys() ^ listed.keys()):
    bad(f"{name}: in {'the manual' if name in sentences else 'faults.txt'} alone")
for name in sorted(answers ^ scenes):
    bad(f"{name}: {'an answer of no scene' if name in answers else 'a scene without its answer'}")
used = set(well)
for name, words in listed.items():
    tests = [w for w in words if not w.endswith(".sh")]
    used |= set(tests)
    for w in tests:
        if w not in answers:
            bad(f"{name}: there is no tests/data/why/{w}.txt")
    for w in words[len(tests):]:
        if not any(re.search(rf"\b{t}\b", cases.get(w, "")) for t in tests):
            bad(f"{name}: tests/e2e/{w} does not make it")
    told = (why / f"{name}.txt").read_text() if name in answers else ""
    if name in sentences and not re.search(rf"^=> (?:but |also )?{sentences[name]}$", told, re.M):
        bad(f"{name}: the sentence of the manual is not in tests/data/why/{name}.txt:\n  {sentences[name]}")
for name in sorted(answers - used):
    bad(f"tests/data/why/{name}.txt: of no fault in faults.txt")
for name in sorted(used - answers):
    bad(f"faults.txt: there is no tests/data/why/{name}.txt")
for case, text in sorted(cases.items()):
    for said in re.findall(r"\bwhy_says (\w+) ", text):
        if said not in used:
            bad(f"tests/e2e/{case}: why_says {said} is of no fault")
        elif not any(said in words and case in words for words in listed.values()):
            bad(f"tests/e2e/{case}: why_says {said} is not in faults.txt")

print("\n".join(faults) or f"{len(listed)} faults, {len(answers)} answers")
sys.exit(bool(faults))
PY
