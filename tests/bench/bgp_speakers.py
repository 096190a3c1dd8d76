# SPDX-License-Identifier: GPL-2.0-or-later
"""The BGP speakers of bgp_bench.py: the same sessions, in each one's words.

We are AS 64512 on all of them. Whoever dials from 192.168.1.0/24 or 192.168.2.0/24 is AS 65001, may
announce 10.128.0.0/15 and is told nothing; 192.168.9.2 is AS 65002 and is told all. Up to three next
hops for a route.
"""
import os
import subprocess

ROUTES = "10.128.0.0/15"
RANGES = "192.168.1.0/24", "192.168.2.0/24"

GREVYD = """role: router
router-id: 192.168.1.1
http: no
hold-on-exit: no
zebra: {{enabled: {zebra}}}
kernel: {{enabled: {kernel}}}
bgp:
  asn: 64512
  listen: [0.0.0.0]
  restart-time: 1s
  maximum-paths: 3
  neighbors:
{ranges}
  - {{address: 192.168.9.2, asn: 65002, passive: true, address-families: [ipv4],
     export: {{prefixes: [{routes} le 32]}}}}
"""

BIRD = """router id 192.168.1.1;
protocol device {{}}
protocol kernel {{ ipv4 {{ export all; import none; }}; merge paths yes limit 3; }}
template bgp nodes {{ local as 64512; passive; ipv4 {{
  import filter {{ if net ~ [{routes}+] then accept; reject; }}; export none; }}; }}
{ranges}
protocol bgp receiver {{ local as 64512; neighbor 192.168.9.2 as 65002; passive; ipv4 {{ import none; export all; }}; }}
"""

BGPD = """ip prefix-list ROUTES permit {routes} le 32
route-map NOTHING deny 10
router bgp 64512
 bgp router-id 192.168.1.1
 no bgp ebgp-requires-policy
 bgp listen limit 300
 neighbor IN peer-group
 neighbor IN remote-as 65001
{ranges}
 neighbor 192.168.9.2 remote-as 65002
 neighbor 192.168.9.2 passive
 address-family ipv4 unicast
  maximum-paths 3
  neighbor IN prefix-list ROUTES in
  neighbor IN route-map NOTHING out
"""

GOBGPD = """[global.config]
as = 64512
router-id = "192.168.1.1"
[global.use-multiple-paths.config]
enabled = true
[global.apply-policy.config]
export-policy-list = ["out"]
default-export-policy = "reject-route"
[zebra.config]
enabled = true
url = "unix:/run/frr/zserv.api"
version = 6
software-name = "frr8.2"
[[defined-sets.neighbor-sets]]
neighbor-set-name = "receiver"
neighbor-info-list = ["192.168.9.2"]
[[policy-definitions]]
name = "out"
[[policy-definitions.statements]]
[policy-definitions.statements.conditions.match-neighbor-set]
neighbor-set = "receiver"
[policy-definitions.statements.actions]
route-disposition = "accept-route"
[[peer-groups]]
[peer-groups.config]
peer-group-name = "in"
peer-as = 65001
{ranges}
[[neighbors]]
[neighbors.config]
neighbor-address = "192.168.9.2"
peer-as = 65002
[neighbors.transport.config]
passive-mode = true
"""


class Speaker:
    """name, via ("zebra" or "kernel"), protocol (rtm_protocol of its routes), text of its version."""

    def __init__(self, name, via, protocol, lab):
        self.name, self.via, self.protocol, self.conf = name, via, protocol, f"{lab}/bench-{name}.conf"

    def write(self, template, of_range, **values):
        ranges = "\n".join(of_range.format(i=i, range=r, routes=ROUTES) for i, r in enumerate(RANGES))
        with open(self.conf, "w", encoding="ascii") as f:
            f.write(template.format(ranges=ranges, routes=ROUTES, **values))
        os.chmod(self.conf, 0o644)

    @staticmethod
    def is_ready(_):
        """By what it has logged: it is over with its start."""
        return True


class Grevyd(Speaker):
    def __init__(self, via, protocol, lab, command):
        super().__init__("grevyd", via, protocol, lab)
        self.program = command

    def command(self):
        self.write(GREVYD, "  - {{range: {range}, asn: 65001, limit: 300, address-families: [ipv4],\n"
                   "     import: {{prefixes: [{routes} le 32]}}}}",
                   zebra="yes" if self.via == "zebra" else "no", kernel="yes" if self.via == "kernel" else "no")
        return [*self.program, self.conf]

    @staticmethod
    def is_ready(text):
        """No path is chosen before (RFC 4724 4.1), for the restart time, as anybody may come."""
        return "what peers announce is known again" in text

    @staticmethod
    def version():
        return ""


class Bird(Speaker):
    def __init__(self, lab):
        super().__init__("bird", "kernel", "12", lab)

    def command(self):
        self.write(BIRD, "protocol bgp in{i} from nodes {{ neighbor range {range} as 65001; }}")
        return ["bird", "-f", "-c", self.conf, "-s", f"{self.conf}.ctl"]

    @staticmethod
    def version():
        return subprocess.run(["bird", "--version"], capture_output=True, text=True, check=True).stderr.split()[-1]


class Bgpd(Speaker):
    def __init__(self, lab, frr):
        super().__init__("bgpd", "zebra", "186", lab)
        self.frr = frr

    def command(self):
        self.write(BGPD, " bgp listen range {range} peer-group IN")
        return [f"{self.frr}/bgpd", "-A", "127.0.0.1", "-f", self.conf, "--log", "stdout"]

    def version(self):
        out = subprocess.run([f"{self.frr}/bgpd", "--version"], capture_output=True, text=True, check=True).stdout
        return out.split()[2]


class Gobgpd(Speaker):
    def __init__(self, lab):
        super().__init__("gobgpd", "zebra", "186", lab)

    def command(self):
        self.write(GOBGPD, '[[dynamic-neighbors]]\n[dynamic-neighbors.config]\nprefix = "{range}"\npeer-group = "in"')
        return [os.environ["GOBGPD"], "-f", self.conf, "--api-hosts", "127.0.0.1:50051"]

    @staticmethod
    def version():
        command = [os.environ["GOBGPD"], "--version"]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]
