/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_bgp_send.c - a BGP speaker of one purpose: N host routes, encoded beforehand, written
 * to one peer as fast as it takes them.
 *
 *   bench_bgp_send ADDRESS AS N NEXTHOP
 *
 * Connects to port 179, again and again for a minute until a session is established, as that AS
 * (iBGP) and without a hold time. Then announces the host routes from 10.128.0.0 on, as many to
 * an UPDATE as fit, and End-of-RIB; prints start_ns=N (CLOCK_MONOTONIC, just before the first
 * byte of the first UPDATE) and written_ns=N; then keeps the session until SIGTERM. What the
 * peer says is read and thrown away, but for a NOTIFICATION, which is the end. RFC 4271, 6793,
 * 4724.
 */
#include "config.h"
#include "zclient/prefix.h"
#include "zclient/wire.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { OPEN = 1, UPDATE = 2, NOTIFICATION = 3, KEEPALIVE = 4 };
enum { HEADER_LEN = 19, MESSAGE_MAX = 4096, NLRI_LEN = 5, RETRY_MS = 20, ESTABLISH_S = 60 };

#define FIRST_ADDR 0x0a800000u

static void die(const char *what)
{
	fprintf(stderr, "bench_bgp_send: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int connect_once(const struct sockaddr_in *to)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (!connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		return fd;
	close(fd);
	return -1;
}

/* Our own address on the way there becomes the router id. */
static uint32_t local_id(int fd)
{
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	if (getsockname(fd, (struct sockaddr *)&sin, &len) < 0)
		die("getsockname");
	return ntohl(sin.sin_addr.s_addr);
}

/* A message's header; its length is filled in by message_end(). */
static size_t message_begin(struct wr *w, uint8_t type)
{
	size_t start = w->len;

	for (unsigned i = 0; i < 16; i++)
		wr_u8(w, 0xff);
	wr_u16(w, 0);
	wr_u8(w, type);
	return start;
}

static void message_end(struct wr *w, size_t start)
{
	wr_set16(w, start + 16, (uint16_t)(w->len - start));
}

static void encode_open(struct wr *w, uint32_t as, uint32_t id)
{
	static const uint8_t ipv4_unicast[] = {1, 4, 0, 1, 0, 1};
	size_t start = message_begin(w, OPEN);

	wr_u8(w, 4);                                  /* version */
	wr_u16(w, as < 65536 ? (uint16_t)as : 23456); /* AS_TRANS */
	wr_u16(w, 0);                                 /* hold time: no keepalives */
	wr_u32(w, id);
	wr_u8(w, 14); /* optional parameters */
	wr_u8(w, 2);  /* one, of capabilities */
	wr_u8(w, 12);
	wr_bytes(w, ipv4_unicast, sizeof(ipv4_unicast));
	wr_u8(w, 65); /* four-octet AS */
	wr_u8(w, 4);
	wr_u32(w, as);
	message_end(w, start);
}

static void encode_attributes(struct wr *w, const struct ipaddr *nexthop)
{
	static const uint8_t origin[] = {0x40, 1, 1, 0}, as_path[] = {0x40, 2, 0},
			     local_pref[] = {0x40, 5, 4, 0, 0, 0, 100};
	size_t len = wr_hole16(w);

	wr_bytes(w, origin, sizeof(origin));
	wr_bytes(w, as_path, sizeof(as_path));
	wr_u8(w, 0x40);
	wr_u8(w, 3);
	wr_u8(w, 4);
	wr_bytes(w, nexthop->addr, 4);
	wr_bytes(w, local_pref, sizeof(local_pref));
	wr_fill16(w, len);
}

static void encode_routes(struct wr *w, unsigned long n, const struct ipaddr *nexthop)
{
	unsigned long i = 0;
	size_t start;

	while (i < n) {
		start = message_begin(w, UPDATE);
		wr_u16(w, 0); /* nothing is withdrawn */
		encode_attributes(w, nexthop);
		for (; i < n && w->len - start + NLRI_LEN <= MESSAGE_MAX; i++) {
			wr_u8(w, 32);
			wr_u32(w, FIRST_ADDR + (uint32_t)i);
		}
		message_end(w, start);
	}
	start = message_begin(w, UPDATE); /* End-of-RIB: an empty one */
	wr_u32(w, 0);
	message_end(w, start);
}

static bool read_exactly(int fd, uint8_t *to, size_t len)
{
	while (len > 0) {
		ssize_t n = read(fd, to, len);

		if (n <= 0)
			return false;
		to += n;
		len -= (size_t)n;
	}
	return true;
}

/* The next message. Return: its type; 0 = there is none any more. */
static uint8_t read_message(int fd)
{
	uint8_t msg[MESSAGE_MAX];
	size_t len;

	if (!read_exactly(fd, msg, HEADER_LEN))
		return 0;
	len = (size_t)msg[16] << 8 | msg[17];
	if (len < HEADER_LEN || len > MESSAGE_MAX ||
	    !read_exactly(fd, msg + HEADER_LEN, len - HEADER_LEN))
		return 0;
	return msg[18];
}

/* Of a session that is up, whatever it is. */
static void read_any(int fd)
{
	uint8_t type = read_message(fd);

	if (type && type != NOTIFICATION)
		return;
	fprintf(
	    stderr, "bench_bgp_send: the peer %s\n", type ? "sent a NOTIFICATION" : "hung up");
	exit(1);
}

static void write_all(int fd, const uint8_t *p, size_t len)
{
	while (len > 0) {
		struct pollfd pfd = {.fd = fd, .events = POLLIN | POLLOUT};
		ssize_t n;

		if (poll(&pfd, 1, -1) < 0)
			die("poll");
		if (pfd.revents & POLLIN)
			read_any(fd);
		n = send(fd, p, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			die("write");
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
}

/* A message of the handshake, into a socket that is empty. */
static bool write_one(int fd, const struct wr *w)
{
	return send(fd, w->buf, w->len, MSG_NOSIGNAL) == (ssize_t)w->len;
}

static bool handshake(int fd, uint32_t as)
{
	uint8_t buf[MESSAGE_MAX];
	struct wr open = wr_of(buf, sizeof(buf)), keepalive = open;

	encode_open(&open, as, local_id(fd));
	if (!write_one(fd, &open) || read_message(fd) != OPEN)
		return false;
	message_end(&keepalive, message_begin(&keepalive, KEEPALIVE));
	return write_one(fd, &keepalive) && read_message(fd) == KEEPALIVE;
}

/* A daemon that has just started hangs up, or knows no interface yet and refuses: again. */
static int establish(const struct sockaddr_in *to, uint32_t as)
{
	for (;;) {
		int fd = connect_once(to);

		if (fd >= 0 && handshake(fd, as))
			return fd;
		if (fd >= 0)
			close(fd);
		poll(NULL, 0, RETRY_MS);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(179)};
	struct ipaddr nexthop;
	unsigned long n;
	uint32_t as;
	struct wr w;
	int fd;

	if (argc != 5 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1 ||
	    ipaddr_parse(argv[4], &nexthop) < 0 || nexthop.family != AF_INET) {
		fputs("usage: bench_bgp_send ADDRESS AS N NEXTHOP\n", stderr);
		return 2;
	}
	as = (uint32_t)strtoul(argv[2], NULL, 10);
	n = strtoul(argv[3], NULL, 10);
	w = wr_of(malloc(n * 8 + 2 * MESSAGE_MAX), n * 8 + 2 * MESSAGE_MAX);
	if (!w.buf)
		die("malloc");
	encode_routes(&w, n, &nexthop);
	alarm(ESTABLISH_S);
	fd = establish(&to, as);
	alarm(0);
	printf("start_ns=%lld\n", now_ns());
	write_all(fd, w.buf, w.len);
	printf("written_ns=%lld\n", now_ns());
	fflush(stdout);
	for (;;)
		read_any(fd);
}
