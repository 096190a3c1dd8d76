/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_watch_linux.c - when routes are in the kernel's FIB: counts RTM_NEWROUTE of one
 * protocol, each destination once.
 *
 *   bench_watch PROTOCOL COUNT    says "ready", then first_ns=N (CLOCK_MONOTONIC) of the
 *                                 first destination that was told and last_ns=N of the
 *                                 COUNTth, both once it was told
 *   bench_watch PROTOCOL 0        says "ready", then ns=N for each message, until SIGTERM
 *
 * A message that the kernel had to drop makes the figure worthless: then it fails.
 */
#include "config.h"
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define RCVBUF (256 << 20)

struct dst {
	uint8_t plen, addr[16];
};

/* Open addressing; size is a power of two, at least twice the count. */
struct set {
	struct dst *slot;
	size_t size, n;
};

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

static void set_add(struct set *s, const struct dst *d)
{
	const uint8_t *p = d->addr;
	size_t h = d->plen;

	for (size_t i = 0; i < sizeof(d->addr); i++)
		h = h * 31 + p[i];
	for (h &= s->size - 1; s->slot[h].plen; h = (h + 1) & (s->size - 1))
		if (!memcmp(&s->slot[h], d, sizeof(*d)))
			return;
	if (s->n + 1 < s->size) {
		s->slot[h] = *d;
		s->n++;
	}
}

/* The destination of an RTM_NEWROUTE of this protocol; false for anything else. */
static bool parse_route(const struct nlmsghdr *nh, uint8_t protocol, struct dst *d)
{
	const struct rtmsg *rtm = NLMSG_DATA(nh);
	size_t left = RTM_PAYLOAD(nh);

	if (nh->nlmsg_type != RTM_NEWROUTE || rtm->rtm_protocol != protocol)
		return false;
	*d = (struct dst){.plen = rtm->rtm_dst_len};
	for (const struct rtattr *a = RTM_RTA(rtm); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == RTA_DST && RTA_PAYLOAD(a) <= sizeof(d->addr))
			memcpy(d->addr, RTA_DATA(a), RTA_PAYLOAD(a));
	return true;
}

static int open_socket(void)
{
	struct sockaddr_nl sa = {
	    .nl_family = AF_NETLINK, .nl_groups = RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), size = RCVBUF;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 ||
	    bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		die("netlink");
	return fd;
}

/* One datagram; returns false once count is reached. */
static bool take(int fd, uint8_t protocol, size_t count, struct set *seen, long long *first)
{
	_Alignas(struct nlmsghdr) static char buf[1 << 18];
	ssize_t got = recv(fd, buf, sizeof(buf), 0);
	unsigned len = (unsigned)got;

	if (got < 0)
		die("netlink receive");
	for (struct nlmsghdr *nh = (void *)buf; NLMSG_OK(nh, len); nh = NLMSG_NEXT(nh, len)) {
		struct dst d;

		if (!parse_route(nh, protocol, &d))
			continue;
		if (!count) {
			printf("ns=%lld\n", now_ns());
			fflush(stdout);
			continue;
		}
		set_add(seen, &d);
		if (!*first)
			*first = now_ns();
		if (seen->n < count)
			continue;
		printf("first_ns=%lld\nlast_ns=%lld\n", *first, now_ns());
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct set seen = {.size = 1};
	long long first = 0;
	size_t count;
	int fd;

	if (argc != 3) {
		fputs("usage: bench_watch PROTOCOL COUNT\n", stderr);
		return 2;
	}
	count = strtoul(argv[2], NULL, 10);
	while (seen.size < 2 * count + 2)
		seen.size *= 2;
	seen.slot = calloc(seen.size, sizeof(*seen.slot));
	if (!seen.slot)
		die("calloc");
	fd = open_socket();
	puts("ready");
	fflush(stdout);
	while (take(fd, (uint8_t)strtoul(argv[1], NULL, 10), count, &seen, &first))
		;
	free(seen.slot);
	close(fd);
	return 0;
}
