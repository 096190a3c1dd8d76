#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A pod of the demo: pod.py dns|http NODE ADDRESS. Answers on a Service address and says which
node it runs on: DNS over UDP and TCP port 53 (A 192.0.2.53, TXT the node), HTTP on port 80."""
import http.server
import socket
import socketserver
import struct
import sys


def question_end(q):
    at = 12
    while q[at]:
        at += q[at] + 1
    return at + 5


def dns_answer(query, node):
    """One answer record to the first question; whatever is not one is dropped."""
    if len(query) < 17 or query[2] & 0x80 or struct.unpack("!H", query[4:6])[0] != 1:
        return b""
    end = question_end(query)
    kind, = struct.unpack("!H", query[end - 4:end - 2])
    data = {1: bytes([192, 0, 2, 53]), 16: bytes([len(node)]) + node.encode()}.get(kind, b"")
    answer = b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(data)) + data if data else b""
    return query[:2] + b"\x85\x80" + struct.pack("!HHHH", 1, bool(answer), 0, 0) + query[12:end] + answer


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Udp(socketserver.BaseRequestHandler):
    def handle(self):
        self.request[1].sendto(dns_answer(self.request[0], self.server.node), self.client_address)


class Tcp(socketserver.StreamRequestHandler):
    def handle(self):
        while len(head := self.rfile.read(2)) == 2:
            answer = dns_answer(self.rfile.read(struct.unpack("!H", head)[0]), self.server.node)
            self.wfile.write(struct.pack("!H", len(answer)) + answer)


class Web(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"hello from {self.server.node}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(base, handler, node, address, port):
    class Server(socketserver.ThreadingMixIn, base):
        address_family = family(address)
        allow_reuse_address = True
        daemon_threads = True

    server = Server((address, port), handler)
    server.node = node
    return server


def main(what, node, address):
    if what == "http":
        serve(socketserver.TCPServer, Web, node, address, 80).serve_forever()
    import threading
    tcp = serve(socketserver.TCPServer, Tcp, node, address, 53)
    threading.Thread(target=tcp.serve_forever, daemon=True).start()
    serve(socketserver.UDPServer, Udp, node, address, 53).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
