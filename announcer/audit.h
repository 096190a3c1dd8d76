/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit.h - is what zebra confirmed what the kernel has? Told of every change in the kernel's
 * table (fib.h) it looks at what changed a moment later; after a start, a reconnect and where
 * changes were lost, at everything. A difference counts when a second reading of the table
 * shows it, too. It keeps no routes of its own: a mark of a few bytes in zroutes.c each, and
 * the next-hop objects. Pure: no I/O, the time is a parameter.
 */
#ifndef GREVY_AUDIT_H
#define GREVY_AUDIT_H
#include "announcer/fib.h"
#include "announcer/zroutes.h"

enum audit_kind {
	AUDIT_MISSING,   /* zebra confirmed the route, the kernel does not have it */
	AUDIT_DIFFERENT, /* over other next hops, or with other weights */
	AUDIT_STRAY,     /* a route of our protocol number that nobody asked for */
	AUDIT_FOREIGN,   /* a route of another owner to the same prefix goes before ours */
	AUDIT_KINDS,
};

enum audit_event {
	AUDIT_FOUND,    /* a difference, from now on */
	AUDIT_RESTORED, /* somebody changed the route; zebra has already put it back */
	AUDIT_REPAIRED, /* as it should be again, by us */
	AUDIT_OVER,     /* as it should be again, by itself */
	AUDIT_STUCK,    /* repairs do not last: they become rare */
};

/* A difference that there is now, or (AUDIT_RESTORED) was. */
struct audit_view {
	struct prefix prefix;
	enum audit_kind kind;
	unsigned tries;            /* repairs since it began, or in quick succession */
	int64_t since_ms;          /* monotonic */
	int64_t retry_in_ms;       /* -1 = none is due */
	uint8_t protocol;          /* STRAY, FOREIGN: of the kernel's route */
	uint32_t metric;           /* the same */
	struct fib_nexthop via;    /* the same: its first next hop; all zero = none */
	const char *protocol_name; /* "static"; NULL = no common name */
	uint32_t table;            /* as the kernel numbers it */
};

struct audit_stats {
	uint64_t changes, overruns,
	    comparisons; /* heard of (none while reading), lost some, whole ones made */
	uint64_t found[AUDIT_KINDS]; /* differences */
	uint64_t repairs, restored;  /* by us, by zebra itself */
	size_t routes;               /* of ours in the kernel now */
	size_t open[AUDIT_KINDS];    /* differences now */
	bool compared;               /* at least once since the connection is up */
};

struct audit_ops {
	/* Read the kernel's table, then audit_dumped(). */
	bool (*dump)(void *arg);
	/* Have zebra's word on a prefix, as zroutes_ops.ask. */
	void (*ask)(const struct prefix *p, void *arg);
	/* Does zebra know a route to this prefix? Then audit_known(). Return: false when it
	 * cannot be asked. */
	bool (*ask_stray)(const struct prefix *p, void *arg);
	/* Whether nobody else has our key in zebra, as seen since then: 1 or 0; -1 = not known
	 * yet, and being looked at. What zebra deletes for us may else be theirs. */
	int (*sole)(int64_t since_ms, void *arg);
	/* As fib_lookup(). */
	int (*lookup)(
	    const struct ipaddr *a, struct fib_route *r, struct fib_nexthop *nh, void *arg);
	void (*told)(const struct audit_view *v, enum audit_event e, void *arg);
};

/* Which routes are ours. */
struct audit_target {
	uint32_t table; /* as the kernel numbers it */
	uint8_t protocol;
	bool shared;  /* others use the protocol, too: nothing is told of strays */
	bool unmoved; /* this zebra ignores a route that is sent again unchanged */
};

struct audit;

/* zroutes and ops are borrowed; zroutes' settled and dropped are to be passed on. */
struct audit *audit_new(struct zroutes *z, const struct audit_ops *ops, void *arg);
void audit_free(struct audit *a); /* NULL is fine */

/* Routes flow: the kernel is read. sweep: all that is wanted was sent, so strays are strays. */
void audit_up(struct audit *a, const struct audit_target *t, int64_t now_ms);
void audit_sweep(struct audit *a, int64_t now_ms);
void audit_down(struct audit *a);

/* What the kernel tells, in its order. */
void audit_route(struct audit *a, const struct fib_route *r, bool added, int64_t now_ms);
void audit_object(struct audit *a, const struct fib_object *o, bool added, int64_t now_ms);
void audit_overrun(struct audit *a, int64_t now_ms);
void audit_dumped(struct audit *a, bool ok, int64_t now_ms);

void audit_settled(struct audit *a, const struct prefix *p, int64_t now_ms);
void audit_dropped(
    struct audit *a, const struct prefix *p, const struct zroute_mark *m, int64_t now_ms);
/* Something happened that the kernel may not tell: compare everything in a moment. */
void audit_suspect(struct audit *a, int64_t now_ms);
/* The answer to ask_stray. */
void audit_known(struct audit *a, const struct prefix *p, bool known, int64_t now_ms);

/* Do what is due; the kernel's news up to now were told. */
void audit_tick(struct audit *a, int64_t now_ms);
/* Return: ms until something is due, -1 = nothing is. */
int64_t audit_next(struct audit *a, int64_t now_ms);

void audit_stats(const struct audit *a, struct audit_stats *st);
/* The route by which this host would send to a prefix of one address, and its first next hop.
 * Return: 1 = ours, 0 = another, -errno. */
int audit_lookup(
    const struct audit *a, const struct prefix *p, struct fib_route *r, struct fib_nexthop *nh);
#endif
