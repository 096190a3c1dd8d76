/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_bgp_send.c - BGP speakers of one purpose: host routes, encoded beforehand, written to
 * one peer as fast as it takes them.
 *
 *   bench_bgp_send [-e] [-k SESSIONS] [-s SOURCE] ADDRESS AS N NEXTHOP
 *
 * Dials port 179 of ADDRESS as that AS (bench_bgp.h) from SESSIONS addresses, SOURCE and those
 * after it; announces the N host routes from 10.128.0.0 on, each session its part, as many to
 * an UPDATE as fit, and End-of-RIB. NEXTHOP "self" is the session's own address. By iBGP; -e:
 * eBGP. Prints start_ns=N (CLOCK_MONOTONIC, just before the first byte of the first UPDATE) and
 * written_ns=N; keeps the sessions until SIGTERM. Each line on stdin withdraws all routes, or
 * announces them again: changed_ns=N is the time just before the first byte. What the peer says
 * is read and thrown away, but for a NOTIFICATION, which is the end.
 */
#include "announcer/bgp/update.h"
#include "bench_bgp.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PROGRAM "bench_bgp_send"

enum { FIRST_ADDR = 0x0a800000, ROOM = 2 * BGP_MESSAGE_MAX };

struct session {
	int fd;
	struct wr routes, withdrawals;
	const struct wr *sending; /* NULL = nothing */
	size_t sent;
	long long kept_ns;
};

struct bench {
	struct session *s;
	size_t n;
	bool ebgp;
	uint32_t asn;
	struct ipaddr nexthop; /* family 0: self */
};

static void *need(void *p)
{
	if (!p)
		bench_die(PROGRAM, "malloc");
	return p;
}

static struct prefix route(size_t i)
{
	struct prefix p = {.family = AF_INET, .plen = 32};
	struct wr w = wr_of(p.addr, 4);

	wr_u32(&w, FIRST_ADDR + (uint32_t)i);
	return p;
}

/* The routes from `first` on, announced and withdrawn. */
static void encode(const struct bench *b, struct session *s, size_t first, size_t n)
{
	uint8_t path[] = {2, 1, (uint8_t)(b->asn >> 24), (uint8_t)(b->asn >> 16),
	    (uint8_t)(b->asn >> 8), (uint8_t)b->asn};
	struct bgp_attr_out to = {.as4 = true, .ibgp = !b->ebgp};
	struct bgp_attrs a = {.has = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH | BGP_HAS_NEXTHOP,
	    .as_path = path,
	    .as_path_len = b->ebgp ? sizeof(path) : 0,
	    .nexthop = b->nexthop.family ? b->nexthop : bench_local(s->fd)};
	struct prefix *p = need(calloc(n + 1, sizeof(*p)));

	for (size_t i = 0; i < n; i++)
		p[i] = route(first + i);
	s->routes = wr_of(need(malloc(n * 8 + ROOM)), n * 8 + ROOM);
	s->withdrawals = wr_of(need(malloc(n * 8 + ROOM)), n * 8 + ROOM);
	for (size_t i = 0; i < n;)
		i += bgp_update_encode(&s->routes, &a, &to, p + i, n - i);
	for (size_t i = 0; i < n;)
		i += bgp_withdraw_encode(&s->withdrawals, p + i, n - i);
	bgp_end_of_rib_encode(&s->routes, AF_INET);
	free(p);
}

/* Whole messages are not looked for: a NOTIFICATION closes the connection anyway. */
static void read_any(int fd)
{
	char buf[65536];

	if (read(fd, buf, sizeof(buf)) > 0)
		return;
	fprintf(stderr, PROGRAM ": the peer hung up\n");
	exit(1);
}

static void write_some(struct session *s)
{
	ssize_t n = send(s->fd, s->sending->buf + s->sent, s->sending->len - s->sent,
	    MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN)
		bench_die(PROGRAM, "write");
	if (n > 0)
		s->sent += (size_t)n;
	if (s->sent == s->sending->len)
		s->sending = NULL;
}

/* Poll once. Return: whether there is anything left to write. */
static bool run(struct bench *b, struct pollfd *pfd, bool *line)
{
	bool left = false;

	for (size_t i = 0; i < b->n; i++)
		pfd[i] = (struct pollfd){.fd = b->s[i].fd,
		    .events = (short)(b->s[i].sending ? POLLIN | POLLOUT : POLLIN)};
	pfd[b->n] = (struct pollfd){.fd = line ? STDIN_FILENO : -1, .events = POLLIN};
	if (poll(pfd, b->n + 1, BENCH_KEEPALIVE_MS) < 0)
		bench_die(PROGRAM, "poll");
	for (size_t i = 0; i < b->n; i++) {
		if (pfd[i].revents & ~POLLOUT)
			read_any(b->s[i].fd);
		if (pfd[i].revents & POLLOUT && b->s[i].sending)
			write_some(&b->s[i]);
		if (!b->s[i].sending)
			bench_keepalive(b->s[i].fd, &b->s[i].kept_ns, BENCH_KEEPALIVE_MS);
		left = left || b->s[i].sending;
	}
	if (line)
		*line = pfd[b->n].revents;
	return left;
}

static void send_all(struct bench *b, struct pollfd *pfd, bool withdraw, const char *what)
{
	for (size_t i = 0; i < b->n; i++) {
		b->s[i].sending = withdraw ? &b->s[i].withdrawals : &b->s[i].routes;
		b->s[i].sent = 0;
	}
	printf("%s_ns=%lld\n", what, bench_now_ns());
	fflush(stdout);
	while (run(b, pfd, NULL))
		;
}

static void serve(struct bench *b, struct pollfd *pfd)
{
	bool line = false;
	char text[16];

	for (unsigned changes = 1;; changes++) {
		for (line = false; !line;)
			run(b, pfd, &line);
		if (!fgets(text, sizeof(text), stdin))
			break;
		send_all(b, pfd, changes % 2, "changed");
	}
	for (;;)
		run(b, pfd, NULL);
}

static struct ipaddr address(const char *s)
{
	struct ipaddr a = {0};

	if (strcmp(s, "self") && (ipaddr_parse(s, &a) < 0 || a.family != AF_INET)) {
		fprintf(stderr, PROGRAM ": %s: no IPv4 address\n", s);
		exit(2);
	}
	return a;
}

int main(int argc, char **argv)
{
	struct bench b = {.n = 1};
	struct ipaddr to, source = {0};
	struct pollfd *pfd;
	size_t n;
	int opt;

	while ((opt = getopt(argc, argv, "ek:s:")) != -1)
		if (opt == 'e')
			b.ebgp = true;
		else if (opt == 'k')
			b.n = strtoul(optarg, NULL, 10);
		else if (opt == 's')
			source = address(optarg);
		else
			optind = argc;
	if (argc - optind != 4 || !b.n) {
		fputs("usage: " PROGRAM
		      " [-e] [-k SESSIONS] [-s SOURCE] ADDRESS AS N NEXTHOP\n",
		    stderr);
		return 2;
	}
	to = address(argv[optind]);
	b.asn = (uint32_t)strtoul(argv[optind + 1], NULL, 10);
	n = strtoul(argv[optind + 2], NULL, 10);
	b.nexthop = address(argv[optind + 3]);
	b.s = need(calloc(b.n, sizeof(*b.s)));
	pfd = need(calloc(b.n + 1, sizeof(*pfd)));
	for (size_t i = 0; i < b.n; i++) {
		b.s[i].fd = bench_establish(&to, &source, b.asn, &b.s[i].kept_ns);
		encode(&b, &b.s[i], i * n / b.n, (i + 1) * n / b.n - i * n / b.n);
		ipaddr_next(&source);
	}
	send_all(&b, pfd, false, "start");
	printf("written_ns=%lld\n", bench_now_ns());
	fflush(stdout);
	serve(&b, pfd);
	return 0;
}
