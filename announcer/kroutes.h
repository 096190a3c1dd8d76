/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kroutes.h - the RIB in the kernel's table: what is wanted, what the kernel said, what it has
 * of us and of others, what is to be tried again. Pure: no I/O, the time is a parameter. The
 * kernel answers at once (ops), and tells what others do a little later (kroutes_told_*()).
 */
#ifndef GREVY_KROUTES_H
#define GREVY_KROUTES_H
#include "announcer/fib.h"
#include "announcer/rib.h"

/* Which routes are ours. */
struct kroute_key {
	uint32_t table; /* as the kernel numbers it */
	uint32_t metric;
	uint8_t protocol;
};

enum kroute_op {
	KROUTE_ADD,     /* fails with -EEXIST where there is one of this prefix and metric */
	KROUTE_REPLACE, /* fails with -ENOENT where there is none */
	KROUTE_DELETE,  /* of this key alone */
};

struct kroute_msg {
	enum kroute_op op;
	struct prefix prefix;
	struct kroute_key key;
	uint32_t object;              /* next-hop object or group; 0 = nh */
	const struct fib_nexthop *nh; /* sorted as in the RIB; borrowed */
	size_t n;
	int error; /* the kernel's answer: 0 or -errno; -ENOBUFS = it was lost */
};

enum kobject_op { KOBJECT_ADD, KOBJECT_REPLACE, KOBJECT_DELETE };

enum kroute_event {
	KROUTE_DELETED,  /* by somebody; it is put back */
	KROUTE_CHANGED,  /* the same */
	KROUTE_TAKEN,    /* a route of somebody else stands in its place */
	KROUTE_REFUSED,  /* the kernel said no, more than once */
	KROUTE_STRAY,    /* of our key, and not ours: removed */
	KOBJECT_TOUCHED, /* a next-hop object was deleted or changed; repaired */
};

struct kroute_note {
	enum kroute_event event;
	struct prefix prefix; /* of a route */
	uint32_t object;      /* of KOBJECT_TOUCHED */
	uint32_t by;          /* netlink port, mostly the process; 0 = not known */
	const char *why;      /* TAKEN, REFUSED: evidence */
};

struct kroutes_ops {
	/* Make, change or remove a next-hop object or a group. Return: 0 or -errno. */
	int (*object)(enum kobject_op op, const struct fib_object *o, void *arg);
	/* Do these in this order, and write down what came of each. */
	void (*send)(struct kroute_msg *m, size_t n, void *arg);
	/* Read everything: kroutes_told_*() of each, then kroutes_dumped(). */
	bool (*dump)(uint32_t table, void *arg);
	void (*told)(const struct kroute_note *n, void *arg);
	/* The connected subnets of interfaces that are up are others. */
	void (*subnets)(void *arg);
};

struct kroutes;

/* rib and ops are borrowed; the notes of the RIB's routes are ours. */
struct kroutes *kroutes_new(struct rib *rib, const struct kroutes_ops *ops, void *arg);
void kroutes_free(struct kroutes *k); /* NULL is fine; the kernel is left as it is */

/* From now on with this key: everything is read, then what the RIB says is brought there, then
 * what is left of an earlier key or run goes, once kroutes_whole() was said. objects: this
 * kernel has next-hop objects. */
void kroutes_start(struct kroutes *k, const struct kroute_key *key, bool objects);
/* Remove everything, and take nothing any more until the next start. */
void kroutes_leave(struct kroutes *k);
void kroutes_whole(struct kroutes *k);

/* The RIB's best route of a prefix is new or changed, or there is none. */
void kroutes_want(struct kroutes *k, const struct rib_route *r);
void kroutes_withdraw(struct kroutes *k, const struct prefix *p);

/* Do what is to be done, up to a budget. Return: true when there is more to be done at once.
 * The kernel's news were told before. *wait_ms: until it is needed again; -1 = nothing is due.
 */
bool kroutes_run(struct kroutes *k, int64_t now_ms, int64_t *wait_ms);
/* The kernel refuses everything: -errno of the answer, 0 = it does not. Cleared by a start. */
int kroutes_refused(const struct kroutes *k);

/* What the kernel tells, in its order. */
void kroutes_told_link(struct kroutes *k, const struct fib_link *l, bool there);
void kroutes_told_addr(struct kroutes *k, const struct fib_addr *a, bool added);
void kroutes_told_object(struct kroutes *k, const struct fib_object *o, bool added);
void kroutes_told_route(struct kroutes *k, const struct fib_route *r, bool added);
void kroutes_overrun(struct kroutes *k);
void kroutes_dumped(struct kroutes *k, bool ok);
#endif
