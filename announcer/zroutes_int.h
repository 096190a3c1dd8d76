/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zroutes_int.h - what zroutes.c and zroutes_hops.c share; nobody else includes it. */
#ifndef GREVY_ZROUTES_INT_H
#define GREVY_ZROUTES_INT_H
#include "announcer/ptable.h"
#include "announcer/table.h"
#include "announcer/zroutes_audit.h"
#include "announcer/zroutes_view.h"

#define NEVER INT64_MAX

/* Gateways that nobody uses any more are kept longer than zebra keeps groups (180 s). */
enum { SWEEP_MS = 240000 };

struct zroute {
	struct prefix p;
	uint8_t state; /* enum zroute_state */
	bool wanted, asked;
	bool had; /* zebra was given it, and has not said that it is gone */
	uint8_t tries;
	uint16_t n_sent, n_wanted;
	uint8_t repairs; /* counts into the factor of weights */
	struct zroute_mark mark;
	uint64_t sent; /* hash of what zebra has; 0 = nothing */
	uint64_t
	    members; /* bit of each next hop in the RIB's route: hop_bit(), HOPS_LOOPBACK */
	int64_t due_ms;
	char *winner;
	uint8_t key[]; /* the table's */
};

struct hop {
	struct znh pub;
	unsigned id;
	uint32_t
	    via; /* of a link-local one, with the address its name; zebra does not track it */
	bool iface_down, used, idle;
	int64_t due_ms;
};

/* Gateways share 63 bits, interface lo has one of its own. */
#define HOPS_LOOPBACK (1ull << 63)

static inline uint64_t hop_bit(const struct hop *h)
{
	return 1ull << h->id % 63;
}

struct zroutes {
	const struct rib *rib;
	struct zroutes_ops ops;
	void *arg;
	struct ptable routes;
	struct table hops;
	struct rib_nexthop *usable; /* scratch, max_nexthops */
	unsigned features, max_nexthops, next_id, unknown, asking, losses, unseen;
	uint32_t lo;             /* index of interface lo; 0 = not told, or down */
	bool lo_told, lo_wanted; /* wanted: a route waits for it to be told */
	bool up;
	int64_t due_ms, sweep_ms, note_ms;
	size_t count[ZROUTE_STATES];
};

/* Nothing is due later than its own time; the time in z is the earliest or before it. */
static inline void zdue(struct zroutes *z, int64_t *at, int64_t when_ms)
{
	/* In steps of 50 ms: what was sent in a burst is due at once. */
	*at = (when_ms + 49) / 50 * 50;
	if (*at < z->due_ms)
		z->due_ms = *at;
}

/* Put weights in the form in which this zebra (ZF_*) is to have them after so many losses of
 * gateways (zroutes_weights.c). */
void zroutes_weigh(struct rib_nexthop *nh, size_t n, unsigned losses, unsigned features);

extern const struct table_ops hops_ops;

struct zroute *zroute_find(const struct zroutes *z, const struct prefix *p); /* or NULL */

/* The gateway, tracked from now on if it was not. via: interface of a link-local one, else 0.
 */
struct hop *hops_use(struct zroutes *z, const struct ipaddr *a, uint32_t via, int64_t now_ms);
void hops_free(struct zroutes *z);
/* What zebra said of them no longer holds; ask for all of them (again). */
void hops_forget(struct zroutes *z);
void hops_up(struct zroutes *z, int64_t now_ms);
/* Those that are due; lowers z->due_ms to the next. */
void hops_tick(struct zroutes *z, int64_t now_ms);
/* Stop tracking gateways that no route of the RIB had at this and the last sweep. */
void hops_sweep(struct zroutes *z, int64_t now_ms);

/* Look at every route with one of these members again. */
void zroutes_again(struct zroutes *z, uint64_t members, int64_t now_ms);
#endif
