/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kroutes_told.h - between the files of kroutes: what the kernel told of routes and interfaces.
 */
#ifndef GREVY_KROUTES_TOLD_H
#define GREVY_KROUTES_TOLD_H
#include "announcer/kroutes.h"

struct kset;

/* Routes of others to a prefix, with a metric that is not worse than ours. */
struct kother {
	uint32_t metric;
	uint8_t protocol;
	bool unicast;
	struct fib_nexthop via;
};
struct kforeign {
	struct prefix prefix;
	size_t n;
	struct kother *v;
};

/* A route of ours as it was read. */
struct kleft {
	struct prefix prefix;
	uint8_t protocol;
	bool gone;   /* from the kernel, or taken from the list */
	bool unsure; /* it may be gone, or be another one */
	uint32_t metric, object, hash, order;
};

struct klink {
	uint32_t ifindex;
	bool up, loopback, seen;
};
struct ksubnet {
	struct fib_addr addr;
	bool seen;
};

/* kroutes_links.c */
bool link_usable(const struct kroutes *k, uint32_t ifindex);
uint32_t link_loopback(const struct kroutes *k); /* 0 = none that is up */
uint32_t kroutes_way(const struct kroutes *k, const struct ipaddr *a);
void links_unsee(struct kroutes *k);
void links_sweep(struct kroutes *k);

/* kroutes_told.c */
struct kforeign *foreign_find(const struct kroutes *k, const struct prefix *p);
/* One with our metric (better = false), or a better one; NULL = none. */
const struct kother *foreign_of(const struct kroutes *k, const struct prefix *p, bool better);
/* There is none of our metric, as the kernel's answer shows. */
void foreign_gone(struct kroutes *k, const struct prefix *p);
/* The kernel drops them with the interface, IPv4's without a word. */
void foreigns_down(struct kroutes *k, uint32_t ifindex);
void foreigns_free(struct kroutes *k);
/* Next-hop objects went: so did routes over them, and others may have. */
void left_check(struct kroutes *k);
bool left_says(const struct kroutes *k, const struct kset *s, const struct kleft *l);
void left_sweep(struct kroutes *k); /* what nobody wants of it goes */
struct kleft *left_find(const struct kroutes *k, const struct prefix *p, uint32_t metric);
#endif
