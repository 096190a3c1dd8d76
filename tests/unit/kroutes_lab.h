/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kroutes_lab.h - a RIB, kroutes, and a model of the kernel: interfaces 1 (lo) and 10 + K, each
 * with the subnet 10.0.K.0/24, gateways 10.0.K.1; next-hop objects, groups and routes that
 * refer to them as Linux has them, with what it drops without a word when a link goes down.
 * What others do is told when it is heard (news()). Routes are 192.0.2.I/32.
 */
#ifndef TESTS_KROUTES_LAB_H
#define TESTS_KROUTES_LAB_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/kroutes_view.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

enum { LINKS = 4, OBJECTS = 512, ROUTES = 512, NEWS = 4096, OURS = 187, STATIC = 4 };

struct mobject {
	uint32_t id;
	uint8_t protocol;
	size_t n;
	struct fib_nexthop nh[LINKS];
};

struct mroute {
	bool there;
	unsigned i; /* 192.0.2.I/32 */
	struct kroute_key key;
	uint32_t object;
	size_t n;
	struct fib_nexthop nh[LINKS];
};

struct mnews {
	enum { NEWS_LINK, NEWS_OBJECT, NEWS_ROUTE } kind;
	bool added, replaces, up;
	unsigned link;
	struct mobject object;
	struct mroute route;
};

struct lab {
	struct rib *rib;
	struct kroutes *k;
	struct kroute_key key;
	int64_t now;
	bool up[LINKS], no_objects, forbidden;
	struct mobject objects[OBJECTS];
	size_t n_objects;
	struct mroute routes[ROUTES];
	struct mnews news[NEWS];
	size_t n_news;
	bool dump_asked;
	unsigned told[KOBJECT_TOUCHED + 1];
	unsigned sent, object_calls; /* since the last look */
};

struct prefix pfx(unsigned i);
struct ipaddr gw(unsigned k);

void lab_start(struct lab *l); /* all links are up */
void lab_stop(struct lab *l);
/* grevyd anew: the kernel stays as it is. */
void lab_restart(struct lab *l);

/* Route i over the gateways of the bits of mask, all of weight w; 0 = none. */
void want(struct lab *l, unsigned i, unsigned mask, unsigned w);
/* Hear what happened, read what is to be read, do what is to be done, without a pause. */
void settle(struct lab *l);
void later(struct lab *l, int64_t ms);
enum kroute_state state_of(const struct lab *l, unsigned i);

/* What the kernel has: the gateways' bits of a route of this key; 0 = none. */
unsigned has(const struct lab *l, unsigned i);
struct mroute *mroute_find(struct lab *l, unsigned i, uint32_t metric, uint32_t table);
size_t mroutes(const struct lab *l, uint8_t protocol);

/* What others do. */
void hand_link(struct lab *l, unsigned k, bool up);
void hand_del(struct lab *l, unsigned i, uint32_t metric);
/* A route over gateway k; -EEXIST unless `replace`. */
int hand_add(struct lab *l, unsigned i, const struct kroute_key *key, unsigned k, bool replace);
void hand_object_del(struct lab *l, uint32_t id);
#endif
