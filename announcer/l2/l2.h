/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l2.h - layer 2, the only header of l2/ that the daemon includes (with l2_wish.h; vty/ and
 * http/ read view.h). Links, heartbeat, owners and responder, wired. No address is ever added
 * to an interface.
 */
#ifndef GREVY_L2_L2_H
#define GREVY_L2_L2_H
#include "announcer/l2/owners.h"

struct conf;
struct event_base;
struct l2;

struct l2_events {
	void *arg; /* given to each of them */
	/* Who answers for an address, or why nobody does, is another than before. */
	void (*on_news)(const struct l2_owners_view *now, enum l2_state was, void *arg);
	/* Somebody else answered for an address that is ours. */
	void (*on_conflict)(const struct ipaddr *a, const uint8_t mac[6], void *arg);
};

/* conf is borrowed for the lifetime. self: this node; NULL: role router, and nothing is ever
 * done. Nothing is opened before l2_start() nor without any wish. */
struct l2 *l2_new(struct event_base *base, const struct conf *conf, const char *self,
    const struct l2_events *ev);
void l2_start(struct l2 *l);
/* Who had what last is known: owners may be decided. */
void l2_decide(struct l2 *l);
void l2_stop(struct l2 *l); /* lets go of every address, says good-bye; NULL is fine */
/* conf is in force; its key file is read again. */
void l2_reload(struct l2 *l, const struct conf *conf);

/* As l2_owners_want(), l2_owners_recorded(); then l2_commit() when all was told. */
void l2_want(struct l2 *l, const struct l2_wish *w);
void l2_recorded(struct l2 *l, const struct ipaddr *a, const char *node);
void l2_set_cut_off(struct l2 *l, bool cut_off);
void l2_commit(struct l2 *l);
/* All wishes are told anew before the next l2_commit(). */
void l2_retell(struct l2 *l);
/* The name under which interfaces stand in ServiceL2Status and Events; NULL = gone. */
const char *l2_ifname(const struct l2 *l, uint32_t ifindex);
#endif
