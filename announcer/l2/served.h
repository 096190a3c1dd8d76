/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * served.h - the addresses that are answered for, and on which interfaces: small records, for
 * thousands of them. Sets of interfaces are shared: most addresses have the same. Pure.
 */
#ifndef GREVY_L2_SERVED_H
#define GREVY_L2_SERVED_H
#include "announcer/l2/burst.h"
#include "announcer/l2/responder.h"
#include "announcer/ptable.h"

/* Interfaces that one address can have; what is more is left out. */
enum { SERVED_MAX = 64 };

/* One address. */
struct served {
	struct burst_item burst; /* the caller's */
	struct responder_counts counts;
	uint32_t conflict_ms; /* the last that counted, cut to 32 bits */
	uint32_t where;       /* its set */
	uint32_t news;        /* the set of those that the burst is for; 0 = of all */
	bool quiet;           /* only looked for: neither answered nor told */
	uint8_t key[];        /* the table's */
};

struct served_set {
	uint32_t refs, used; /* used: as `where` */
	uint8_t family;
	size_t n;
	uint32_t *ifindex; /* sorted */
};

struct served_table {
	struct ptable addrs;
	struct served_set *sets; /* [0] is the empty one */
	size_t n_sets;
};

void served_init(struct served_table *t);
void served_fini(struct served_table *t);

struct served *served_find(const struct served_table *t, uint8_t family, const uint8_t *addr);
/* What an address has; new ones are added. ifindex: n >= 1, none twice, in any order. Return:
 * it; *news: whether there is an interface that it did not have. Then it has a burst before it,
 * which is for these and those of a burst under way. */
struct served *served_put(struct served_table *t, const struct ipaddr *a,
    const uint32_t *ifindex, size_t n, bool *news);
/* The burst is to be for this interface, too. */
void served_tell(struct served_table *t, struct served *s, uint32_t ifindex);
/* The burst has come to its end: from now on on all. */
void served_told(struct served_table *t, struct served *s);
/* s must not be in a burst. */
void served_remove(struct served_table *t, struct served *s);

const struct served_set *served_where(const struct served_table *t, const struct served *s);
bool served_on(const struct served_table *t, const struct served *s, uint32_t ifindex);
/* Is to be told there now. */
bool served_told_on(const struct served_table *t, const struct served *s, uint32_t ifindex);
/* Whether any address of the family is answered on it. */
bool served_uses(const struct served_table *t, uint8_t family, uint32_t ifindex);

struct ipaddr served_addr(const struct served_table *t, const struct served *s);
struct served *served_next(const struct served_table *t, size_t *at); /* as ptable_next() */
#endif
