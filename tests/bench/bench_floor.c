/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_floor.c - zebra's own floor: the same routes, encoded beforehand, written to Zserv as
 * fast as zebra takes them.
 *
 *   bench_floor SOCKET RELEASE N GATEWAY...
 *
 * N host routes from 10.128.0.0 on, each over all gateways, distance and metric 20, type
 * openfabric. Prints start_ns=N (CLOCK_MONOTONIC, just before the first write) and
 * written_ns=N, then keeps the connection, or zebra would sweep the routes, until SIGTERM. What
 * zebra says is read and thrown away. Each line on stdin changes the first route: its only
 * gateway is the second one, then the first one, and so on; sent_ns=N is the time just before
 * the write.
 */
#include "config.h"
#include "zclient/zapi_codec.h"
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MAX_GATEWAYS 8
#define FIRST_ADDR   0x0a800000u

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static long long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (long long)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int connect_to(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0)
		die(path);
	if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		die("fcntl");
	return fd;
}

static void drain(int fd)
{
	char buf[65536];
	ssize_t n;

	do
		n = read(fd, buf, sizeof(buf));
	while (n > 0);
	if (n == 0) {
		fputs("bench_floor: zebra hung up\n", stderr);
		exit(1);
	}
}

static void write_all(int fd, const uint8_t *p, size_t len)
{
	while (len > 0) {
		struct pollfd pfd = {.fd = fd, .events = POLLIN | POLLOUT};
		ssize_t n;

		if (poll(&pfd, 1, -1) < 0)
			die("poll");
		if (pfd.revents & POLLIN)
			drain(fd);
		n = write(fd, p, len);
		if (n < 0 && errno != EAGAIN)
			die("write");
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
}

/* Gateways from the command line, as next hops of weight 1. */
static size_t parse_gateways(char **argv, struct zapi_nexthop *nh)
{
	size_t n = 0;

	for (; argv[n] && n < MAX_GATEWAYS; n++) {
		nh[n] = (struct zapi_nexthop){0};
		if (ipaddr_parse(argv[n], &nh[n].gate) < 0) {
			fprintf(stderr, "bench_floor: %s: not an address\n", argv[n]);
			exit(2);
		}
	}
	return n;
}

static struct zapi_route route_over(struct zapi_nexthop *nh, size_t n)
{
	return (struct zapi_route){.type = ZTYPE_OPENFABRIC,
	    .nh = nh,
	    .n = (uint16_t)n,
	    .distance = 20,
	    .metric = 20,
	    .has = ZHAS_DISTANCE | ZHAS_METRIC};
}

/* The i-th route. */
static void encode_route(
    struct wr *w, const struct zapi_version *v, unsigned long i, struct zapi_route *r)
{
	uint32_t addr = htonl(FIRST_ADDR + (uint32_t)i);

	r->prefix = (struct prefix){.family = AF_INET, .plen = 32};
	memcpy(r->prefix.addr, &addr, sizeof(addr));
	if (zapi_route_encode(w, v, ZCMD_ROUTE_ADD, r) < 0) {
		fputs("bench_floor: a route does not encode\n", stderr);
		exit(1);
	}
}

static void change_first(int fd, const struct zapi_version *v, struct zapi_nexthop *nh)
{
	static unsigned turn;
	struct zapi_route r = route_over(&nh[++turn % 2], 1);
	uint8_t buf[512];
	struct wr w = wr_of(buf, sizeof(buf));

	encode_route(&w, v, 0, &r);
	printf("sent_ns=%lld\n", now_ns());
	write_all(fd, w.buf, w.len);
	fflush(stdout);
}

static void keep(int fd, const struct zapi_version *v, struct zapi_nexthop *nh)
{
	struct pollfd pfd[] = {
	    {.fd = fd,           .events = POLLIN},
	    {.fd = STDIN_FILENO, .events = POLLIN},
	};
	char line[64];

	while (poll(pfd, 2, -1) >= 0) {
		if (pfd[0].revents)
			drain(fd);
		if (pfd[1].revents && read(STDIN_FILENO, line, sizeof(line)) > 0)
			change_first(fd, v, nh);
		else if (pfd[1].revents)
			pfd[1].fd = -1; /* nobody is going to ask */
	}
}

int main(int argc, char **argv)
{
	struct zapi_nexthop nh[MAX_GATEWAYS] = {0};
	struct zapi_route route;
	struct zapi_hello hello = {.type = ZTYPE_OPENFABRIC};
	const struct zapi_version *v;
	unsigned long n;
	int release[3], fd;
	struct wr w;

	if (argc < 5 || zversion_parse(argv[2], release) < 0) {
		fputs("usage: bench_floor SOCKET RELEASE N GATEWAY...\n", stderr);
		return 2;
	}
	v = zversion_find(release[0], release[1], release[2], NULL);
	n = strtoul(argv[3], NULL, 10);
	route = route_over(nh, parse_gateways(argv + 4, nh));
	w = wr_of(malloc(n * 512 + 512), n * 512 + 512);
	if (!w.buf)
		die("malloc");
	fd = connect_to(argv[1]);
	if (zapi_hello_encode(&w, v, &hello) < 0)
		die("hello");
	write_all(fd, w.buf, w.len);
	w.len = 0;
	for (unsigned long i = 0; i < n; i++)
		encode_route(&w, v, i, &route);
	printf("start_ns=%lld\n", now_ns());
	write_all(fd, w.buf, w.len);
	printf("written_ns=%lld\n", now_ns());
	fflush(stdout);
	keep(fd, v, nh);
	return 0;
}
