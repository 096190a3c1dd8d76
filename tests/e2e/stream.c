/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream.c - counts what a change of routes costs: 1,000 numbered datagrams a second to a
 * Service address, echoed by whatever node they reach.
 *
 *   stream echo PORT            answers from the address that was asked, IPv4 and IPv6
 *   stream send ADDRESS PORT    until SIGTERM; says "first" with the first answer, at the end
 *                               sent=N received=N lost=N gap_ms=N (longest time without one)
 *
 * Datagrams that the kernel refuses to send (no route) count as sent and lost. Answers are
 * waited for two seconds after the last datagram. A machine that is late loses none: what came
 * while a process did not run waits in its socket, and what was not sent in time is left out.
 */
#include "config.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS   1000000
#define LATE_NS     (20 * PERIOD_NS) /* so many are sent at once, not more */
#define STRAGGLE_MS 2000
#define MAX_SENT    (3600 * 1000) /* an hour */
#define SOCKET_ROOM (16 << 20)    /* the usual one holds 0.3 s of this */

static volatile sig_atomic_t stopped;

static void on_term(int sig)
{
	(void)sig;
	stopped = 1;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static uint16_t parse_port(const char *s)
{
	char *end;
	unsigned long port = strtoul(s, &end, 10);

	if (*end || port < 1 || port > 65535) {
		fprintf(stderr, "stream: port %s: must be 1..65535\n", s);
		exit(2);
	}
	return (uint16_t)port;
}

/* The address as IPv6, IPv4 mapped: one kind of socket for both. */
static struct sockaddr_in6 parse_addr(const char *s, uint16_t port)
{
	struct sockaddr_in6 sa = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	char mapped[INET6_ADDRSTRLEN];

	snprintf(mapped, sizeof(mapped), "%s%s", strchr(s, ':') ? "" : "::ffff:", s);
	if (inet_pton(AF_INET6, mapped, &sa.sin6_addr) != 1) {
		fprintf(stderr, "stream: %s: not an address\n", s);
		exit(2);
	}
	return sa;
}

static int dual_socket(void)
{
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), off = 0, room = SOCKET_ROOM;

	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		die("socket");
	return fd;
}

/* The datagram's own destination is handed back as the source of the answer (IPV6_PKTINFO). */
static void echo_one(int fd)
{
	uint8_t buf[64], ctl[128];
	struct sockaddr_in6 from;
	struct iovec iov = {.iov_base = buf, .iov_len = sizeof(buf)};
	struct msghdr m = {.msg_name = &from,
	    .msg_namelen = sizeof(from),
	    .msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = ctl,
	    .msg_controllen = sizeof(ctl)};
	struct cmsghdr *c;
	ssize_t n = recvmsg(fd, &m, 0);

	if (n < 0)
		return;
	iov.iov_len = (size_t)n;
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo info;

		memcpy(&info, CMSG_DATA(c), sizeof(info));
		info.ipi6_ifindex = 0;
		memcpy(CMSG_DATA(c), &info, sizeof(info));
	}
	(void)sendmsg(fd, &m, 0);
}

static void echo(uint16_t port)
{
	struct sockaddr_in6 sa = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int fd = dual_socket(), on = 1;

	if (setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		die("bind");
	while (!stopped)
		echo_one(fd);
	close(fd);
}

/* When each datagram went out; 0 once its answer is here. */
struct sender {
	int fd;
	int64_t *sent_ns;
	uint32_t n_sent, n_received;
};

static void receive(struct sender *s)
{
	uint32_t seq;

	while (recv(s->fd, &seq, sizeof(seq), MSG_DONTWAIT) == sizeof(seq)) {
		if (seq >= s->n_sent || !s->sent_ns[seq])
			continue;
		s->sent_ns[seq] = 0;
		if (!s->n_received++) {
			puts("first");
			fflush(stdout);
		}
	}
}

/* Answers, until the clock is there; all: or until none is missing. */
static void receive_until(struct sender *s, int64_t until_ns, bool all)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN};
	int64_t left = until_ns - now_ns();

	while (left > 0 && !(all && s->n_received == s->n_sent)) {
		struct timespec ts = {
		    .tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};

		if (ppoll(&p, 1, &ts, NULL) > 0)
			receive(s);
		left = until_ns - now_ns();
	}
}

static void report(const struct sender *s)
{
	int64_t from = 0, longest = 0;

	for (uint32_t i = 0; i < s->n_sent; i++) {
		int64_t at = s->sent_ns[i];

		if (!at) {
			from = 0;
			continue;
		}
		from = from ? from : at;
		if (at - from + PERIOD_NS > longest)
			longest = at - from + PERIOD_NS;
	}
	printf("sent=%u received=%u lost=%u gap_ms=%lld\n", s->n_sent, s->n_received,
	    s->n_sent - s->n_received, (long long)(longest / 1000000));
}

static void send_stream(const char *addr, uint16_t port)
{
	struct sockaddr_in6 sa = parse_addr(addr, port);
	struct sender s = {.fd = dual_socket(), .sent_ns = calloc(MAX_SENT, sizeof(int64_t))};
	int64_t next = now_ns();

	if (!s.sent_ns)
		die("calloc");
	while (!stopped && s.n_sent < MAX_SENT) {
		uint32_t seq = s.n_sent++;

		s.sent_ns[seq] = now_ns();
		(void)sendto(s.fd, &seq, sizeof(seq), 0, (struct sockaddr *)&sa, sizeof(sa));
		next += PERIOD_NS;
		if (now_ns() - next > LATE_NS)
			next = now_ns() - LATE_NS;
		receive_until(&s, next, false);
	}
	receive_until(&s, now_ns() + (int64_t)STRAGGLE_MS * 1000000, true);
	report(&s);
	close(s.fd);
	free(s.sent_ns);
}

int main(int argc, char **argv)
{
	struct sigaction sa = {.sa_handler = on_term};

	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	if (argc == 3 && !strcmp(argv[1], "echo"))
		echo(parse_port(argv[2]));
	else if (argc == 4 && !strcmp(argv[1], "send"))
		send_stream(argv[2], parse_port(argv[3]));
	else {
		fputs("usage: stream echo PORT | stream send ADDRESS PORT\n", stderr);
		return 2;
	}
	return 0;
}
