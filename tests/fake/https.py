#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""https.py [--tls DIR NAME] [--client-ca DIR] [--http1] [--proxy] - a server whose path says how it behaves.

For the unit tests of k8s/http and k8s/client. Listens on a free port of 127.0.0.1, prints it on a
line of its own and serves until its standard input ends. With --tls it shows DIR/NAME.pem and offers
HTTP/2 by ALPN, if this Python has the module h2; --proxy makes it a proxy that knows CONNECT.
What waits, waits for another request or for the peer, never for a time.
"""
import argparse
import gzip
import os
import socket
import ssl
import struct
import sys
import threading
import urllib.parse

try:
    import h2.config
    import h2.connection
    import h2.errors
    import h2.events
    import h2.settings
except ImportError:
    h2 = None

lock = threading.Condition()
count = {"connections": 0, "connects": 0, "ticks": 0, "requests": 0, "streams": 0}
token = {"want": None}


def bump(what):
    with lock:
        count[what] += 1
        lock.notify_all()
        return count[what]


class Gone(Exception):
    """The peer, or the stream, is no more."""


class Http1:
    """The answer to one request on a connection of HTTP/1.1."""

    def __init__(self, sock):
        self.sock = sock
        self.chunked = False

    def head(self, status, headers, length=None):
        lines = [f"HTTP/1.1 {status} X"] + [f"{k}: {v}" for k, v in headers]
        self.chunked = length is None
        lines.append("Transfer-Encoding: chunked" if self.chunked else f"Content-Length: {length}")
        self.raw(("\r\n".join(lines) + "\r\n\r\n").encode())

    def data(self, body):
        self.raw(b"%x\r\n%s\r\n" % (len(body), body) if self.chunked else body)

    def end(self):
        if self.chunked:
            self.raw(b"0\r\n\r\n")

    def raw(self, body):
        try:
            self.sock.sendall(body)
        except OSError as e:
            raise Gone from e

    def cut(self):
        """A reset, not an end."""
        linger = struct.pack("ii", 1, 0)
        plain = self.sock
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if isinstance(plain, ssl.SSLSocket):
            plain = socket.socket(fileno=plain.detach())
        plain.close()
        raise Gone

    reset = cut
    goaway = cut

    def alive(self):
        return True


class Http2:
    """The answer to one request on a stream of HTTP/2."""

    def __init__(self, conn, stream):
        self.conn = conn
        self.stream = stream

    def _send(self, act):
        with self.conn.lock:
            try:
                act(self.conn.h2)
                self.conn.flush()
            except (OSError, KeyError, h2.exceptions.ProtocolError) as e:
                raise Gone from e

    def head(self, status, headers, length=None):
        fields = [(":status", str(status))] + [(k.lower(), v) for k, v in headers]
        if length is not None:
            fields.append(("content-length", str(length)))
        self._send(lambda c: c.send_headers(self.stream, fields))

    def data(self, body):
        while body:
            with self.conn.lock:
                try:
                    self.conn.lock.wait_for(
                        lambda: self.conn.closed or self.conn.h2.local_flow_control_window(self.stream) > 0
                    )
                    if self.conn.closed:
                        raise Gone
                    room = min(
                        self.conn.h2.local_flow_control_window(self.stream), self.conn.h2.max_outbound_frame_size
                    )
                    self.conn.h2.send_data(self.stream, body[:room])
                    self.conn.flush()
                except (OSError, KeyError, h2.exceptions.ProtocolError) as e:
                    raise Gone from e
            body = body[room:]

    def end(self):
        self._send(lambda c: c.end_stream(self.stream))

    def raw(self, body):
        with self.conn.lock:
            self.conn.sock.sendall(body)

    def reset(self):
        self._send(lambda c: c.reset_stream(self.stream, h2.errors.ErrorCodes.INTERNAL_ERROR))
        raise Gone

    def cut(self):
        with self.conn.lock:
            self.conn.closed = True
            self.conn.lock.notify_all()
            self.conn.sock.shutdown(socket.SHUT_RD)  # whoever waits for it would keep it open
            Http1(self.conn.sock).cut()

    def goaway(self):
        """As a server does that wants a client to connect anew: what is open may end in peace."""
        last = self.stream
        frame = b"\0\0\x08\x07\0\0\0\0\0" + struct.pack(">II", last, 0)
        with self.conn.lock:
            self.conn.going = last
            self.conn.sock.sendall(frame)

    def alive(self):
        return not self.conn.closed and self.stream not in self.conn.reset


class Http2Connection:
    def __init__(self, sock):
        self.sock = sock
        self.lock = threading.Condition()
        self.closed = False
        self.going = None
        self.reset = set()
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.flush()
        self.open = {}

    def flush(self):
        self.sock.sendall(self.h2.data_to_send())

    def serve(self):
        try:
            while not self.closed:
                got = self.receive()
                if not got:
                    break
                with self.lock:
                    for event in self.h2.receive_data(got):
                        self.handle(event)
                    self.flush()
                    self.lock.notify_all()
        except (OSError, ValueError, h2.exceptions.ProtocolError):
            pass
        with self.lock:
            self.closed = True
            self.lock.notify_all()
        with lock:
            lock.notify_all()

    def receive(self):
        """SSLSocket is not for two threads at once: read only when there is something."""
        import select

        while True:
            with self.lock:
                if self.closed or self.sock.fileno() < 0:
                    return b""
                self.sock.setblocking(False)
                try:
                    return self.sock.recv(65536)
                except ssl.SSLWantReadError:
                    pass
                finally:
                    if self.sock.fileno() >= 0:
                        self.sock.setblocking(True)
            select.select([self.sock], [], [])

    def handle(self, event):
        if isinstance(event, h2.events.RequestReceived):
            if self.going is not None and event.stream_id > self.going:
                return
            self.open[event.stream_id] = [dict(event.headers), b""]
        elif isinstance(event, h2.events.DataReceived):
            self.open[event.stream_id][1] += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamReset):
            self.reset.add(event.stream_id)
            with lock:
                lock.notify_all()
        elif isinstance(event, h2.events.StreamEnded) and event.stream_id in self.open:
            fields, body = self.open.pop(event.stream_id)
            names = {k: v for k, v in fields.items() if k[0] != ":"}
            names["host"] = fields[":authority"]
            request = (fields[":method"], fields[":path"], names, body, "2", self.sock)
            threading.Thread(target=run, args=(Http2(self, event.stream_id), request), daemon=True).start()


def run(to, request):
    try:
        answer(to, request)
    except (Gone, OSError):
        pass


def simple(to, status, headers, body):
    to.head(status, headers, len(body))
    to.data(body)
    to.end()


def wait_for_end(to):
    with lock:
        while to.alive():
            lock.wait(0.05)


def stream(to, query):
    """A line for each /tick from now on, without an end."""
    with lock:
        seen = count["ticks"]
    to.head(200, [])
    to.data(b"start\n")
    bump("streams")
    while True:
        with lock:
            lock.wait_for(lambda: count["ticks"] > seen or not to.alive(), 0.5)
            now = count["ticks"]
        if not to.alive():
            raise Gone
        for tick in range(seen + 1, now + 1):
            to.data(b"tick %d " % tick + b"x" * int(query.get("n", "0")) + b"\n")
        seen = now


def echo(to, request):
    method, path, headers, body, version, sock = request
    lines = [f"{method} {path} {version}"] + [f"{k}: {v}" for k, v in sorted(headers.items())]
    if isinstance(sock, ssl.SSLSocket):
        lines.append(f"sni {getattr(sock.context, 'seen', None)}")
        cert = sock.getpeercert()
        lines.append("client " + (dict(x[0] for x in cert["subject"])["commonName"] if cert else "none"))
    simple(to, 200, [], ("\n".join(lines) + "\n\n").encode() + body)


def answer(to, request):
    _, path, headers, _, _, sock = request
    url = urllib.parse.urlsplit(path)
    query = dict(urllib.parse.parse_qsl(url.query))
    name = url.path.strip("/").split("/")[-1]
    bump("requests")
    if name == "hello":
        simple(to, 200, [], b"hello")
    elif name == "echo":
        echo(to, request)
    elif name == "status":
        extra = [("Retry-After", query["after"])] if "after" in query else []
        simple(to, int(query["code"]), extra + [("Location", "/hello")], b"said no")
    elif name == "count":
        simple(to, 200, [], str(count[query["of"]]).encode())
    elif name == "gzip":
        body = b"many of the same " * 10000
        packed = "gzip" in headers.get("accept-encoding", "")
        simple(to, 200, [("Content-Encoding", "gzip")] if packed else [], gzip.compress(body) if packed else body)
    elif name == "badgzip":
        simple(to, 200, [("Content-Encoding", "gzip")], b"this is no gzip at all")
    elif name == "big":
        to.head(200, [])
        for _ in range(int(query["n"]) // 16384):
            to.data(b"y" * 16384)
        to.end()
    elif name == "stream":
        stream(to, query)
    elif name == "tick":
        simple(to, 200, [], str(bump("ticks")).encode())
    elif name == "frozen":
        wait_for_end(to)
    elif name == "half":
        to.head(200, [])
        to.data(b"half")
        wait_for_end(to)
    elif name == "cut":
        to.cut()
    elif name == "halfcut":
        to.head(200, [])
        to.data(b"half")
        to.cut()
    elif name == "halfreset":
        with lock:
            seen = count["ticks"]
        to.head(200, [])
        to.data(b"half")
        with lock:
            lock.wait_for(lambda: count["ticks"] > seen)
        to.reset()
    elif name == "short":
        to.head(200, [], 100)
        to.data(b"half")
        sock.shutdown(socket.SHUT_RDWR)
    elif name == "goaway":
        to.goaway()
        simple(to, 200, [], b"going")
    elif name == "garbage":
        to.raw(b"SSH-2.0-OpenSSH_9.2\r\n")
    elif name == "token":
        token["want"] = query["is"]
        simple(to, 200, [], b"")
    elif name == "guarded":
        right = headers.get("authorization") == f"Bearer {token['want']}"
        simple(to, 200 if right else 401, [], b"welcome" if right else b"who are you?")
    else:
        simple(to, 404, [], b"no such path")


def read_request(file):
    line = file.readline()
    if not line:
        return None
    method, path, _ = line.decode().split(" ", 2)
    headers = {}
    while (line := file.readline().decode().strip()):
        k, v = line.split(":", 1)
        headers[k.lower()] = v.strip()
    return method, path, headers, file.read(int(headers.get("content-length", "0")))


def serve_http1(sock):
    with sock.makefile("rb") as file:
        while (got := read_request(file)):
            method, path, headers, body = got
            answer(Http1(sock), (method, path, headers, body, "1.1", sock))


def shovel(a, b):
    try:
        while (got := a.recv(65536)):
            b.sendall(got)
    except OSError:
        pass
    for s in (a, b):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve_proxy(sock):
    """Everything is on 127.0.0.1, whatever its name."""
    with sock.makefile("rb") as file:
        method, target, _, _ = read_request(file)
    bump("connects")
    host, port = target.rsplit(":", 1)
    if method != "CONNECT" or host == "forbidden.example":
        sock.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        return
    far = socket.create_connection(("127.0.0.1", int(port)))
    sock.sendall(b"HTTP/1.1 200 OK\r\nX-Seen: 1\r\n\r\n")
    threading.Thread(target=shovel, args=(far, sock), daemon=True).start()
    shovel(sock, far)


def serve(sock, context, proxy):
    bump("connections")
    try:
        if context:
            sock = context.wrap_socket(sock, server_side=True)
        if proxy:
            serve_proxy(sock)
        elif context and sock.selected_alpn_protocol() == "h2":
            Http2Connection(sock).serve()
        else:
            serve_http1(sock)
    except (Gone, OSError, ValueError):
        pass
    try:
        sock.close()
    except OSError:
        pass


def tls(args):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    folder, name = args.tls
    context.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
    if args.client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(f"{args.client_ca}/ca.pem")
    context.set_alpn_protocols(["http/1.1"] if args.http1 or not h2 else ["h2", "http/1.1"])

    def seen(_sock, server_name, _context):
        _context.seen = server_name

    context.sni_callback = seen
    return context


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--client-ca")
    parser.add_argument("--http1", action="store_true")
    parser.add_argument("--proxy", action="store_true")
    args = parser.parse_args()
    context = tls(args) if args.tls else None
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    print(listener.getsockname()[1], "h2" if h2 else "no-h2", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    while True:
        sock, _ = listener.accept()
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=serve, args=(sock, context, args.proxy), daemon=True).start()


main()
