/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_bgp_count.c - a BGP speaker that only listens to what it is told, and counts.
 *
 *   bench_bgp_count [-s SOURCE] ADDRESS AS N
 *
 * Dials port 179 of ADDRESS as that AS, from SOURCE (bench_bgp.h). Prints start_ns=N
 * (CLOCK_MONOTONIC, just before the KEEPALIVE that establishes the session), first_ns=N and
 * last_ns=N of the first and of the Nth prefix that was announced, and messages=N, how many
 * UPDATEs they took; then the same of withdrawn ones, as withdrawn_first_ns=N and
 * withdrawn_last_ns=N. IPv4; runs until SIGTERM.
 *
 * Until the last one it sends a KEEPALIVE each millisecond: a BIRD with nothing else to do
 * waits up to three seconds before it goes on sending, unless something wakes it.
 */
#include "announcer/bgp/update.h"
#include "bench_bgp.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROGRAM "bench_bgp_count"

enum { BENCH_WAKE_MS = 1 };

struct count {
	const char *what;
	size_t n, of, messages;
};

static void add(struct count *c, size_t n)
{
	size_t before = c->n;

	if (!n)
		return;
	c->n += n;
	if (before < c->of)
		c->messages++;
	if (!before)
		printf("%sfirst_ns=%lld\n", c->what, bench_now_ns());
	if (before < c->of && c->n >= c->of)
		printf("%slast_ns=%lld\n%smessages=%zu\n", c->what, bench_now_ns(), c->what,
		    c->messages);
	fflush(stdout);
}

static size_t prefixes(struct bgp_nlri n)
{
	struct prefix p;
	size_t k = 0;

	while (bgp_nlri_next(&n, &p))
		k++;
	return k;
}

static void take(struct rd body, struct count *c)
{
	static uint64_t scratch[BGP_UPDATE_SCRATCH / sizeof(uint64_t)];
	/* It judges nothing that depends on who sends it. */
	struct bgp_update_from from = {.as4 = true, .ibgp = true, .families = BGP_IPV4};
	struct bgp_update u;
	struct bgp_error e;

	if (bgp_update_decode(&body, &from, scratch, &u, &e)) {
		fprintf(stderr, PROGRAM ": %s\n", bgp_code_text(e.code));
		exit(1);
	}
	add(&c[0], prefixes(u.reach[0]) + prefixes(u.reach[1]));
	add(&c[1], prefixes(u.withdrawn[0]) + prefixes(u.withdrawn[1]));
}

/* All messages that are whole. Return: how many bytes they were. */
static size_t take_all(const uint8_t *buf, size_t len, struct count *c)
{
	enum bgp_type type = BGP_TYPES;
	struct bgp_error e;
	size_t at = 0;
	int n;

	while ((n = bgp_frame(buf + at, len - at, &type, &e)) > 0) {
		if (type == BGP_UPDATE)
			take(rd_of(buf + at + BGP_HEADER_LEN, (size_t)n - BGP_HEADER_LEN), c);
		at += (size_t)n;
	}
	if (n < 0 || type == BGP_NOTIFICATION) {
		fprintf(stderr, PROGRAM ": the peer sent %s\n",
		    n < 0 ? "nonsense" : "a NOTIFICATION");
		exit(1);
	}
	return at;
}

static void serve(int fd, struct count *c)
{
	static uint8_t buf[1 << 20];
	struct pollfd pfd = {.fd = fd, .events = POLLIN};
	long long kept_ns = bench_now_ns();
	int every_ms = BENCH_WAKE_MS;
	size_t len = 0, done;
	ssize_t n;

	while (poll(&pfd, 1, every_ms) >= 0) {
		bench_keepalive(fd, &kept_ns, every_ms);
		if (!pfd.revents)
			continue;
		n = read(fd, buf + len, sizeof(buf) - len);
		if (n <= 0)
			break;
		len += (size_t)n;
		done = take_all(buf, len, c);
		memmove(buf, buf + done, len - done);
		len -= done;
		if (c[0].n >= c[0].of)
			every_ms = BENCH_KEEPALIVE_MS;
	}
	fprintf(stderr, PROGRAM ": the peer hung up\n");
	exit(1);
}

int main(int argc, char **argv)
{
	struct count c[] = {{.what = ""}, {.what = "withdrawn_"}};
	struct ipaddr to, source = {0};
	long long since;
	uint32_t asn;
	int opt, fd;

	while ((opt = getopt(argc, argv, "s:")) != -1)
		if (opt != 's' || ipaddr_parse(optarg, &source) < 0)
			optind = argc;
	if (argc - optind != 3 || ipaddr_parse(argv[optind], &to) < 0 || to.family != AF_INET) {
		fputs("usage: " PROGRAM " [-s SOURCE] ADDRESS AS N\n", stderr);
		return 2;
	}
	c[0].of = c[1].of = strtoul(argv[optind + 2], NULL, 10);
	asn = (uint32_t)strtoul(argv[optind + 1], NULL, 10);
	fd = bench_establish(&to, &source, asn, &since);
	printf("start_ns=%lld\n", since);
	fflush(stdout);
	serve(fd, c);
}
