/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bench_bgp.h"
#include "announcer/bgp/open.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { RETRY_MS = 20 };

void bench_die(const char *program, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program, what, strerror(errno));
	exit(1);
}

long long bench_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

void bench_keepalive(int fd, long long *last, int every_ms)
{
	uint8_t buf[BGP_HEADER_LEN];
	struct wr w = wr_of(buf, sizeof(buf));
	long long now = bench_now_ns();

	if (now - *last < every_ms * 1000000LL)
		return;
	*last = now;
	bgp_keepalive_encode(&w);
	if (send(fd, buf, w.len, MSG_NOSIGNAL) != (ssize_t)w.len)
		bench_die("bench_bgp", "write");
}

static struct sockaddr_in sockaddr(const struct ipaddr *a, uint16_t port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};

	memcpy(&sin.sin_addr, a->addr, sizeof(sin.sin_addr));
	return sin;
}

struct ipaddr bench_local(int fd)
{
	struct ipaddr a = {.family = AF_INET};
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	if (getsockname(fd, (struct sockaddr *)&sin, &len) < 0)
		bench_die("bench_bgp", "getsockname");
	memcpy(a.addr, &sin.sin_addr, sizeof(sin.sin_addr));
	return a;
}

static int connect_once(const struct ipaddr *to, const struct ipaddr *source)
{
	struct sockaddr_in peer = sockaddr(to, BGP_PORT), us = sockaddr(source, 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0)
		bench_die("bench_bgp", "socket");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (source->family && bind(fd, (const struct sockaddr *)&us, sizeof(us)) < 0)
		bench_die("bench_bgp", "bind");
	if (!connect(fd, (const struct sockaddr *)&peer, sizeof(peer)))
		return fd;
	close(fd);
	return -1;
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

/* The next message is of this type. */
static bool expect(int fd, enum bgp_type type)
{
	uint8_t msg[BGP_MESSAGE_MAX];
	enum bgp_type got = BGP_TYPES;
	struct bgp_error e;
	size_t len;

	if (!read_exactly(fd, msg, BGP_HEADER_LEN))
		return false;
	len = (size_t)msg[16] << 8 | msg[17];
	return len >= BGP_HEADER_LEN && len <= sizeof(msg) &&
	       read_exactly(fd, msg + BGP_HEADER_LEN, len - BGP_HEADER_LEN) &&
	       bgp_frame(msg, len, &got, &e) > 0 && got == type;
}

static bool handshake(int fd, uint32_t asn, long long *since)
{
	struct ipaddr us = bench_local(fd);
	struct rd id = rd_of(us.addr, 4);
	struct bgp_open o = {.asn = asn,
	    .id = rd_u32(&id),
	    .hold_s = BENCH_HOLD_S,
	    .caps = BGP_CAP_MP | BGP_CAP_AS4,
	    .families = BGP_IPV4};
	uint8_t buf[BGP_MESSAGE_MAX];
	struct wr open = wr_of(buf, sizeof(buf)), keepalive = open;

	bgp_open_encode(&open, &o);
	if (send(fd, buf, open.len, MSG_NOSIGNAL) != (ssize_t)open.len || !expect(fd, BGP_OPEN))
		return false;
	bgp_keepalive_encode(&keepalive);
	*since = bench_now_ns();
	return send(fd, buf, keepalive.len, MSG_NOSIGNAL) == (ssize_t)keepalive.len &&
	       expect(fd, BGP_KEEPALIVE);
}

int bench_establish(
    const struct ipaddr *to, const struct ipaddr *source, uint32_t asn, long long *since)
{
	alarm(BENCH_ESTABLISH_S);
	for (;;) {
		int fd = connect_once(to, source);

		if (fd >= 0 && handshake(fd, asn, since)) {
			alarm(0);
			return fd;
		}
		if (fd >= 0)
			close(fd);
		poll(NULL, 0, RETRY_MS);
	}
}
