/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kroutes_sets.h - between the files of kroutes: next-hop objects, and sets of next hops. */
#ifndef GREVY_KROUTES_SETS_H
#define GREVY_KROUTES_SETS_H
#include "announcer/kroutes.h"

/* A next-hop object of our protocol number that the kernel has. */
struct kobject {
	uint32_t id;
	bool seen;  /* by the reading under way */
	bool owned; /* by a hop or a set */
	size_t n;
	struct fib_nexthop nh[];
};

/* A gateway over an interface, and the object that stands for it. */
struct khop {
	struct ipaddr gate;
	uint32_t ifindex, id;
	size_t refs; /* sets with it */
};

/* Next hops as the RIB has them, and what has come of them. */
struct kset {
	const struct rib_nexthop *nh; /* the key, with family; in wanted but for probes */
	size_t n;
	uint8_t family; /* of the routes */
	uint32_t slot;
	size_t users;               /* routes that are to have it */
	uint32_t group;             /* id of its group; 0 = none */
	uint32_t object;            /* what routes refer to; 0 = to usable, or nothing */
	uint64_t ident;             /* changes with what routes are to say; 0 = nothing yet */
	struct fib_nexthop *usable; /* those that are reached */
	struct khop **hops;         /* of them, with objects */
	size_t n_usable;
	bool dirty;       /* to be resolved again */
	bool parked;      /* a route waits for it */
	bool again, lost; /* its routes are to be looked at; the kernel dropped them */
	uint32_t heir_of; /* slot of the set that its first route had */
	size_t heirs;     /* routes that it has from there */
	bool inherited; /* it has the group from there, so those routes are right as they are */
	int error;      /* the kernel refuses it */
	unsigned tries;
	int64_t due_ms;
	struct rib_nexthop wanted[];
};

/* kroutes_sets.c */
struct kset *set_take(struct kroutes *k, const struct rib_route *r); /* made where need be */
/* Have the kernel know it. Return: routes may refer to it. */
bool set_sync(struct kroutes *k, struct kset *s);
/* Those without a route go, and what else of objects nobody owns, too, where that may be; up to
 * a budget. Return: there is more. */
bool sets_collect(struct kroutes *k);
void sets_free(struct kroutes *k);
uint32_t hops_hash(const struct fib_nexthop *nh, size_t n);

/* kroutes_objects.c */
struct kobject *object_find(const struct kroutes *k, uint32_t id);
bool object_is(const struct kobject *o, const struct fib_nexthop *nh, size_t n);
void object_own(struct kroutes *k, struct kobject *o, bool owned);
struct kobject *object_put(
    struct kroutes *k, uint32_t id, const struct fib_nexthop *nh, size_t n);
/* Gone from the kernel, and from its groups with it; sets whose object went are lost. */
void object_gone(struct kroutes *k, uint32_t id);
/* Removed by us, and in no group that counts. */
void object_forget(struct kroutes *k, uint32_t id);
void objects_down(struct kroutes *k, uint32_t ifindex);
void sets_check(struct kroutes *k);
/* One that has this and that nobody owns, or NULL. */
struct kobject *object_adopt(struct kroutes *k, const struct fib_nexthop *nh, size_t n);
uint32_t object_new_id(struct kroutes *k);
#endif
