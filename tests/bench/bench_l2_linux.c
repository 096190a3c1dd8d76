/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_l2_linux.c - asks by ARP who has an address, RATE times a second, N addresses in turn,
 * and says how long the answers took: bench_l2 INTERFACE OUR-ADDRESS FIRST-ADDRESS N RATE
 * SECONDS
 *   {"asked": 10000, "answered": 10000, "p50": 41.2, "p99": 96.0, "max": 310.5}
 * in microseconds, from just before the request is written until the answer is read.
 */
#include "config.h" /* _GNU_SOURCE: ppoll() */

#include "announcer/clock.h"
#include "announcer/l2/arp.h"
#include "announcer/util.h"
#include "zclient/prefix.h"
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { WAIT_NS = 500000000 }; /* for the last answer */

struct run {
	int fd;
	struct arp request;
	uint32_t first, n, asked, answered, total;
	int64_t *sent_ns; /* of each address; 0 = answered */
	double *took_us;
};

static int open_socket(const char *name, uint8_t *mac)
{
	struct sockaddr_ll where = {.sll_family = AF_PACKET,
	    .sll_protocol = htons(ETHERTYPE_ARP),
	    .sll_ifindex = (int)if_nametoindex(name)};
	struct ifreq ifr = {0};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETHERTYPE_ARP));

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (fd < 0 || bind(fd, (struct sockaddr *)&where, sizeof(where)) ||
	    ioctl(fd, SIOCGIFHWADDR, &ifr))
		return -1;
	memcpy(mac, ifr.ifr_hwaddr.sa_data, MAC_LEN);
	return fd;
}

static uint32_t as_number(const uint8_t *addr)
{
	return (uint32_t)addr[0] << 24 | (uint32_t)addr[1] << 16 | (uint32_t)addr[2] << 8 |
	       addr[3];
}

static int ask(struct run *r)
{
	uint32_t i = r->asked % r->n, addr = r->first + i;
	uint8_t frame[ARP_FRAME];
	struct wr w = wr_of(frame, sizeof(frame));

	for (unsigned k = 0; k < 4; k++)
		r->request.target[k] = (uint8_t)(addr >> (24 - 8 * k));
	arp_encode(&w, &r->request);
	r->asked++;
	r->sent_ns[i] = clock_ns();
	return send(r->fd, frame, sizeof(frame), 0) < 0 ? -1 : 0;
}

static void take_answers(struct run *r)
{
	uint8_t frame[128];
	struct arp a;
	ssize_t len;

	while ((len = recv(r->fd, frame, sizeof(frame), MSG_DONTWAIT)) > 0) {
		int64_t now = clock_ns();
		uint32_t i;

		/* Announcements are no answers. */
		if (arp_decode(frame, (size_t)len, &a) || a.op != ARP_REPLY ||
		    !mac_same(a.dst, r->request.src))
			continue;
		i = as_number(a.sender) - r->first;
		if (i >= r->n || !r->sent_ns[i])
			continue;
		r->took_us[r->answered++] = (double)(now - r->sent_ns[i]) / 1000;
		r->sent_ns[i] = 0;
	}
}

static void wait_until(struct run *r, int64_t until_ns)
{
	struct pollfd p = {.fd = r->fd, .events = POLLIN};
	int64_t left = until_ns - clock_ns();
	struct timespec t = {.tv_sec = left / 1000000000, .tv_nsec = left % 1000000000};

	if (left > 0 && ppoll(&p, 1, &t, NULL) > 0)
		take_answers(r);
}

static int double_cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
	struct run r = {.request.op = ARP_REQUEST};
	struct ipaddr us, first;
	int64_t began, gap, end;

	if (argc != 7 || ipaddr_parse(argv[2], &us) || ipaddr_parse(argv[3], &first))
		return 2;
	r.n = (uint32_t)strtoul(argv[4], NULL, 10);
	gap = 1000000000 / (int64_t)strtoul(argv[5], NULL, 10);
	r.total = (uint32_t)((int64_t)strtoul(argv[6], NULL, 10) * 1000000000 / gap);
	r.first = as_number(first.addr);
	r.fd = open_socket(argv[1], r.request.src);
	if (r.fd < 0 || !r.n || !r.total) {
		perror(argv[1]);
		return 1;
	}
	memcpy(r.request.dst, mac_broadcast, MAC_LEN);
	memcpy(r.request.sender_mac, r.request.src, MAC_LEN);
	memcpy(r.request.sender, us.addr, 4);
	r.sent_ns = xcalloc(r.n, sizeof(*r.sent_ns));
	r.took_us = xcalloc(r.total, sizeof(*r.took_us));
	began = clock_ns();
	while (r.asked < r.total) {
		if (clock_ns() < began + gap * r.asked)
			wait_until(&r, began + gap * r.asked);
		else if (r.sent_ns[r.asked % r.n] > clock_ns() - WAIT_NS)
			wait_until(
			    &r, clock_ns() + WAIT_NS); /* one question at a time for each */
		else if (ask(&r))
			return 1;
	}
	end = clock_ns() + WAIT_NS;
	while (r.answered < r.asked && clock_ns() < end)
		wait_until(&r, end);
	if (!r.answered)
		return 1;
	qsort(r.took_us, r.answered, sizeof(*r.took_us), double_cmp);
	printf(
	    "{\"asked\": %u, \"answered\": %u, \"p50\": %.1f, \"p99\": %.1f, \"max\": %.1f}\n",
	    r.asked, r.answered, r.took_us[r.answered / 2],
	    r.took_us[r.answered - 1 - r.answered / 100], r.took_us[r.answered - 1]);
	free(r.sent_ns);
	free(r.took_us);
	close(r.fd);
	return 0;
}
