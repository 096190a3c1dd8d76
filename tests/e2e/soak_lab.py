# SPDX-License-Identifier: GPL-2.0-or-later
"""What the soak works on: zebra and grevyd as processes, what they take of this machine, and the
comparison of the intent with all that they have."""
import os
import signal
import subprocess
import time

import lab
from soak_intent import Intent

SETTLE_S = 20
GROWTH_KIB = 192  # that grevyd's memory may grow by, from the first quarter of its last life to the last
SPARE_FDS = 3     # a question to zebra may be under way
LIFE_MIN = 40     # steps: a shorter life says nothing


class SoakLab:
    def __init__(self, folder, log, release, zebra, grevyd):
        self.intent = Intent(folder)
        self.log = log
        self.release = tuple(map(int, release.split(".")))
        self.commands = {"zebra": zebra, "grevyd": grevyd}
        self.running = {}
        self.settled_ms = []
        self.life = []  # of the grevyd that runs: (KiB of memory, descriptors) after each step

    # --- processes

    def spawn(self, name, command, **env):
        with open(f"{self.log}/{name}.log", "ab") as out:
            self.running[name] = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, **env})

    def kill(self, name, how=signal.SIGKILL):
        self.running[name].send_signal(how)
        self.running.pop(name).wait()

    def spawn_grevyd(self):
        self.life = []
        # Nothing is given back: what is needed for a moment only, as by a reload, counts from then on.
        self.spawn("grevyd", self.commands["grevyd"], MALLOC_TRIM_THRESHOLD_=str(1 << 30))

    def spawn_zebra(self, options=()):
        """options: -r, -K30 and so on; --no-rr takes --v6-rr-semantics away."""
        command = [w for w in self.commands["zebra"] if "--no-rr" not in options or w != "--v6-rr-semantics"]
        self.spawn("zebra", command + [w for option in options if option != "--no-rr" for w in option.split()])
        self.until(lambda: lab.Vty("/run/frr/zebra.vty").ask("show version"), "zebra's vty")
        for _ in range(5):  # FRR 10 may find mgmtd's store locked by another daemon: once more then
            said = subprocess.run(["vtysh", "-b"], check=True, capture_output=True, text=True)
            if "locked by another" not in said.stdout + said.stderr:
                return
        raise AssertionError("vtysh -b: still locked")

    def until(self, question, what, seconds=10):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.all_live(what)
            try:
                return question()
            except OSError:
                time.sleep(0.01)
        raise TimeoutError(what)

    def all_live(self, told):
        for name, process in self.running.items():
            if process.poll() is not None:
                raise AssertionError(f"after '{told}': {name} ended with {process.returncode}")

    # --- the comparison

    def differences(self):
        want, can = self.intent.rib(), self.intent.reachable()
        try:
            seen = [("RIB", want, lab.rib_routes()), ("zebra", can, lab.zebra_routes()),
                    ("kernel", can, lab.kernel_routes())]
        except (OSError, ValueError, KeyError) as e:
            return [f"cannot ask: {e!r}"]
        return [
            f"{where} {p}: has {sorted(got.get(p, []))}, intent {sorted(meant.get(p, []))}"
            for where, meant, got in seen for p in sorted(set(meant) | set(got)) if meant.get(p) != got.get(p)]

    def settle(self, told):
        began = time.monotonic()
        while diff := self.differences():
            if time.monotonic() - began > SETTLE_S:
                raise AssertionError(f"after '{told}', {SETTLE_S} s later:\n" + "\n".join(diff[:40]))
            self.all_live(told)
            time.sleep(0.005)
        self.settled_ms.append((time.monotonic() - began) * 1000)

    # --- what grevyd takes

    def weigh_grevyd(self):
        """Anonymous memory, counted exactly: RssAnon of status may be off by what each CPU holds back."""
        proc = f"/proc/{self.running['grevyd'].pid}"
        with open(f"{proc}/smaps_rollup", encoding="ascii") as f:
            kib, = [int(line.split()[1]) for line in f if line.startswith("Anonymous:")]
        self.life.append((kib, len(os.listdir(f"{proc}/fd"))))

    def flat(self):
        """What its last life says, which began with as many Services as there ever are."""
        quarter = len(self.life) // 4
        if len(self.life) < LIFE_MIN:
            return f"memory not judged: grevyd lived for {len(self.life)} steps only"
        (first, fds), (last, fds_last) = [
            (max(k for k, _ in part), max(n for _, n in part)) for part in (self.life[:quarter], self.life[-quarter:])]
        told = f"{len(self.life)} steps without a restart: at most {first} KiB and {fds} descriptors in the " \
               f"first quarter, {last} KiB and {fds_last} in the last"
        if last > first + GROWTH_KIB or fds_last > fds + SPARE_FDS:
            raise AssertionError(f"grevyd grows: {told}")
        return f"memory of grevyd is flat: {told}"
