/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * groups.h - the solicited-node groups of the IPv6 addresses that are answered for, joined on
 * each of their interfaces, so that the interface takes their frames and the LAN's switches are
 * told by MLD. Joined and left a few at a time: each costs the kernel a walk over all.
 */
#ifndef GREVY_L2_GROUPS_H
#define GREVY_L2_GROUPS_H
#include "announcer/ptable.h"

enum { GROUPS_MAX = 128 }; /* joined or left by one groups_run() */

struct groups_ops {
	/* A group could not be joined there (IPv6 is off): hear of all in another way. */
	void (*on_refused)(uint32_t ifindex, int error, void *arg);
};

struct group;

/* Takes some hundreds of groups; open while it has one. */
struct groups_socket {
	int fd;
	uint32_t n;
};

struct groups {
	const struct groups_ops *ops;
	void *arg;
	struct ptable table;
	struct group *pending; /* what is not yet as it is to be */
	struct group **pending_end;
	struct groups_socket *sockets; /* the last is the one to join by */
	size_t n_sockets;
};

void groups_init(struct groups *g, const struct groups_ops *ops, void *arg);
void groups_fini(struct groups *g); /* leaves all */

/* Of an address on an interface; each as often as the other. */
void groups_want(struct groups *g, uint32_t ifindex, const uint8_t *addr);
void groups_unwant(struct groups *g, uint32_t ifindex, const uint8_t *addr);
/* The interface has been gone, or was without IPv6: join all anew. */
void groups_again(struct groups *g, uint32_t ifindex);
bool groups_due(const struct groups *g); /* groups_run() has something to do */
void groups_run(struct groups *g);
#endif
