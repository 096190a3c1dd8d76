#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""burst_own.py HOST PORT PKI SERVICES CONNECTIONS: an API server's own rate of what a controller asks of it.

Patches the status of each Service of `kubelab fill` once, each connection one after the other, over
HTTP/1.1 with as little as goes besides. PKI: the folder of the lab's certificates. Prints ms and rate.
"""
import asyncio
import json
import ssl
import sys
import time

NAMESPACES = 100  # of fill


def request(host, i):
    body = json.dumps({
        "metadata": {"annotations": {"metallb.io/ip-allocated-from-pool": "own"}},
        "status": {"loadBalancer": {"ingress": [{"ip": f"10.{202 + (i >> 16)}.{i >> 8 & 255}.{i & 255}"}]}}})
    return (f"PATCH /api/v1/namespaces/fill-{i % NAMESPACES}/services/fill-{i}/status HTTP/1.1\r\n"
            f"Host: {host}\r\nContent-Type: application/merge-patch+json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


async def answer(reader):
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    if not head.startswith("HTTP/1.1 200 "):
        sys.exit(f"FAIL  bench: {head.splitlines()[0]}")
    fields = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if line)
    if "content-length" in fields:
        await reader.readexactly(int(fields["content-length"]))
        return
    size = -1
    while size:  # chunked
        size = int(await reader.readuntil(b"\r\n"), 16)
        await reader.readexactly(size + 2)


async def patch(host, port, context, indexes):
    reader, writer = await asyncio.open_connection(host, port, ssl=context, limit=1 << 20)
    for i in indexes:  # shared by all
        writer.write(request(host, i))
        await answer(reader)
    writer.close()


async def main(host, port, pki, services, connections):
    context = ssl.create_default_context(cafile=f"{pki}/ca.crt")
    context.load_cert_chain(f"{pki}/kubelab-admin.crt", f"{pki}/kubelab-admin.key")
    indexes, began = iter(range(services)), time.monotonic()
    await asyncio.gather(*[patch(host, port, context, indexes) for _ in range(connections)])
    took = time.monotonic() - began
    print(f"{took * 1000:.0f} {services / took:.0f}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5])))
