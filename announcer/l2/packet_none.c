/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet_none.c - where no way to raw frames is known: nothing is answered. */
#include "announcer/l2/packet.h"
#include <errno.h>

int packet_open(enum packet_kind kind, uint32_t ifindex)
{
	(void)kind;
	(void)ifindex;
	return -EOPNOTSUPP;
}

int packet_receive(int fd, struct packet_batch *b)
{
	(void)fd;
	(void)b;
	return -EOPNOTSUPP;
}

size_t packet_send(int fd, const struct packet_frame *v, size_t n)
{
	(void)fd;
	(void)v;
	(void)n;
	return 0;
}

int packet_all_groups(int fd, uint32_t ifindex)
{
	(void)fd;
	(void)ifindex;
	return -EOPNOTSUPP;
}
