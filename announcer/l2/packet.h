/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet.h - raw frames of one interface: packet_linux.c; where there is no such file, none can
 * be opened (packet_none.c).
 */
#ifndef GREVY_L2_PACKET_H
#define GREVY_L2_PACKET_H
#include <stddef.h>
#include <stdint.h>

enum packet_kind {
	PACKET_ARP,
	PACKET_NDP, /* neighbour solicitations and advertisements */
	PACKET_KINDS
};

enum { PACKET_BATCH = 32, PACKET_MAX = 1536 };

struct packet_frame {
	uint8_t *p;
	size_t len;
};

struct packet_batch {
	struct packet_frame frames[PACKET_BATCH];
	uint8_t data[PACKET_BATCH][PACKET_MAX];
};

/* A socket that does not block, and hears only what is for us or for several. Return: it, or
 * -errno: -EPERM: CAP_NET_RAW is missing. */
int packet_open(enum packet_kind kind, uint32_t ifindex);
/* Return: how many came, at most PACKET_BATCH; fewer: no more at the moment; or -errno: the
 * interface is down or gone. */
int packet_receive(int fd, struct packet_batch *b);
/* Return: how many went out: the first so many. */
size_t packet_send(int fd, const struct packet_frame *v, size_t n);
/* Hear of every multicast group, as long as the socket is open. 0 or -errno. */
int packet_all_groups(int fd, uint32_t ifindex);
#endif
