/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit_int.h - what audit.c and audit_kernel.c share; nobody else includes it. */
#ifndef GREVY_AUDIT_INT_H
#define GREVY_AUDIT_INT_H
#include "announcer/audit.h"
#include "announcer/order.h"
#include "announcer/table.h"
#include "announcer/zroutes_audit.h"
#include "announcer/zroutes_view.h"

#define NEVER INT64_MAX

/* zebra's metric of every route in the kernel (FRR 7.0 to 10.7: ROUTE_INSTALLATION_METRIC). */
#define FIB_METRIC 20

/* zroute_mark.bits */
enum {
	MARK_THERE = 1,    /* the kernel has our route; set is its next hops */
	MARK_INLINE = 2,   /* they are the route's own, no object */
	MARK_SEEN = 4,     /* in the reading that is under way */
	MARK_DIRTY = 8,    /* to be looked at */
	MARK_DELETED = 16, /* by somebody else, see zroute_mark.touched */
	MARK_CHANGED = 32,
	MARK_SURE = 64, /* it was somebody else: zebra's port is known */
};

/* A next-hop object, or next hops that routes have of their own, each set once. */
struct hopset {
	uint32_t id;
	bool own;      /* not an object of the kernel */
	bool gone;     /* deleted there: the routes that used it went with it */
	unsigned refs; /* marks */
	unsigned seen; /* in which reading, or told since */
	size_t n;
	struct fib_nexthop nh[];
};

struct foreign { /* the first route of another owner */
	struct prefix prefix;
	uint8_t protocol;
	bool unicast;
	uint32_t metric;
	struct fib_nexthop via;
};

enum diff_state { DIFF_CLOSED, DIFF_SUSPECT, DIFF_OPEN };

/* A difference at a prefix, or (stray) a route that we do not want. Closed ones are kept a
 * while: what comes again is repaired more slowly. */
struct diff {
	struct prefix prefix;
	bool stray;
	uint8_t state, kind;
	uint16_t tries;
	uint32_t metric; /* stray: a part of the key */
	struct fib_nexthop via;
	int64_t since_ms, due_ms, repaired_ms;
	struct order_link link;
};

struct audit {
	struct zroutes *z;
	struct audit_ops ops;
	void *arg;
	struct audit_target target;
	bool up, swept, dumping;
	bool all;               /* look at every route */
	bool lost, failed;      /* changes: the table is to be read; the last reading */
	uint32_t zebra;         /* its netlink port; 0 = not known */
	unsigned reading, owed; /* routes dropped whose deletion the kernel has not told yet */
	struct table sets, foreigns, diffs;
	struct order diffs_order;
	struct prefix *dirty;
	size_t n_dirty;
	int64_t look_ms, dump_ms, dumped_ms, busy_ms; /* the latter: 0 = not busy() */
	struct audit_stats st;
};

/* Look at a prefix, or at everything, in a moment. */
void audit_dirty(
    struct audit *a, const struct prefix *p, struct zroute_mark *m, int64_t now_ms);
void audit_look(struct audit *a, int64_t now_ms);

/* audit_kernel.c: the next hops of our route, or NULL when the kernel does not have it. */
extern const struct table_ops sets_ops, foreigns_ops;
const struct hopset *kernel_set(const struct audit *a, const struct zroute_mark *m);
bool kernel_same(
    const struct audit *a, const struct hopset *s, const struct rib_nexthop *nh, size_t n);
struct foreign *kernel_foreign(const struct audit *a, const struct prefix *p);
struct foreign *kernel_foreign_ask(
    struct audit *a, const struct prefix *p); /* the kernel, too */
void kernel_mark_clear(struct audit *a, struct zroute_mark *m);
void kernel_forget(struct audit *a);
void kernel_foreigns_forget(struct audit *a);
void kernel_sweep(struct audit *a); /* after a reading: objects not shown are gone */

/* audit.c: what a look gives besides an enum audit_kind. */
enum { AUDIT_GOOD = -1, AUDIT_NOT_JUDGED = -2, AUDIT_UNDER_WAY = -3 };
int audit_judge(struct audit *a, const struct prefix *p, struct zroute_mark *m, int64_t now_ms);
/* A first look: it may become suspect, or what was wrong is over. */
void audit_look_at(
    struct audit *a, const struct prefix *p, struct zroute_mark *m, int64_t now_ms);

/* audit_diffs.c */
void diffs_init(struct audit *a); /* there are none */
struct diff *diff_find(const struct audit *a, const struct prefix *p);
/* d: the closed one of before, or NULL. */
void diff_suspect(
    struct audit *a, const struct diff *key, struct diff *d, int64_t wait_ms, int64_t now_ms);
/* good: because all is as it should be. */
void diff_close(struct audit *a, struct diff *d, bool good, int64_t now_ms);
void diff_tell(struct audit *a, const struct diff *d, enum audit_event e, int64_t now_ms);
void diffs_act(struct audit *a, int64_t now_ms); /* the table was read: what is due */
/* When the next one is due, NEVER. Those that are long over are forgotten. */
int64_t diffs_next(struct audit *a, int64_t now_ms);
void diffs_sweep(struct audit *a, int64_t now_ms);
void diffs_strays(struct audit *a, int64_t now_ms);
void diffs_ask_foreigns(struct audit *a);
void audit_stray(struct audit *a, const struct fib_route *r, bool added, int64_t now_ms);
#endif
