/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rib.h - the routes that we stand for, by prefix and source. The only truth of what is
 * announced: outputs are told the difference at each commit and replay from here after a
 * reconnect. Pure: no I/O, no clock.
 */
#ifndef GREVY_RIB_H
#define GREVY_RIB_H
#include "announcer/out.h"
#include "announcer/ptable.h"
#include <stdbool.h>
#include <stddef.h>

/* Where a route comes from; the smaller wins a prefix. */
enum rib_source { RIB_KUBERNETES, RIB_BGP, RIB_REDISTRIBUTED, RIB_SOURCES };

struct rib_nexthop {
	struct ipaddr addr; /* family 0: interface only */
	bool loopback;      /* interface lo, whose index the output finds; no address */
	uint16_t weight;    /* 1..255 */
	uint32_t ifindex;   /* 0 = found by the output */
};

/* One source's route to a prefix. Next hops are sorted by address, at least one. Equal next
 * hops are one shared set: while a route that was told uses it, nh is its identity, so that
 * an output may keep one object of its own for all routes with this nh. After the last of
 * them is told to be gone (or to have others) the address may come back as another set. */
struct rib_route {
	struct prefix prefix;
	enum rib_source source;
	const struct rib_nexthop *nh;
	size_t n;
};

struct rib;

struct rib *rib_new(void);
void rib_free(struct rib *rib); /* NULL is fine */

/* Outputs are called in the order in which they were attached. ops and arg are borrowed. */
void rib_attach(struct rib *rib, const struct out_ops *ops, void *arg);
/* It is told nothing any more. Not from within a call of an output. */
void rib_detach(struct rib *rib, const struct out_ops *ops, const void *arg);

/* What `source` says of `prefix` from now on; copied. n == 0: nothing any more. Takes effect
 * at the next rib_commit(). */
void rib_set(struct rib *rib, enum rib_source source, const struct prefix *prefix,
    const struct rib_nexthop *nh, size_t n);

/* What is known of a source's route beside its next hops changed: at the next commit it is
 * announced again, if it is the best, to outputs that say so (out_ops.touched). */
void rib_touch(struct rib *rib, enum rib_source source, const struct prefix *prefix);

/* Tell the outputs what changed since the last commit, each prefix once. An unchanged
 * route is not told. Return: how many prefixes changed. */
size_t rib_commit(struct rib *rib);

/* Tell one output every best route, as after a reconnect. */
void rib_replay(const struct rib *rib, const struct out_ops *ops, void *arg);

/* The best route of a prefix as committed, or NULL. Borrowed until rib_best() is called again
 * or the RIB changes; so is rib_from()'s. */
const struct rib_route *rib_best(const struct rib *rib, const struct prefix *prefix);

/* One source's route of a prefix, committed or not, best or not; NULL = none. */
const struct rib_route *rib_from(
    const struct rib *rib, const struct prefix *prefix, enum rib_source source);

/* A walk over the prefixes with a best route, in order; it may be left and taken up again while
 * the RIB changes (ptable.h, which says how to begin and end one, and what is returned).
 * PTABLE_RECORD: routes gets the next prefix's routes as committed, the best first, *n of them;
 * borrowed until the RIB changes. */
enum ptable_walked rib_walk_next(const struct rib *rib, struct ptable_walk *w,
    struct rib_route routes[RIB_SOURCES], size_t *n);

/* Every route as committed, in that order. */
typedef void rib_fn(const struct rib_route *route, bool best, void *arg);
void rib_each(const struct rib *rib, rib_fn *fn, void *arg);

/* A number that the output into the kernel keeps with a best route, 0 at first: it spares it a
 * table of its own. NULL = no such prefix. Goes with the route, after it was withdrawn. */
uint32_t *rib_note(const struct rib *rib, const struct prefix *prefix);
/* Every best route with its note, in no order. The RIB must not change meanwhile. */
typedef void rib_note_fn(const struct rib_route *best, uint32_t *note, void *arg);
void rib_notes(const struct rib *rib, rib_note_fn *fn, void *arg);

/* Prefixes with a best route. */
size_t rib_count(const struct rib *rib);
#endif
