/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * facts.h - on which interfaces a node can answer: those chosen that are up, with the subnets
 * that they are in. One that an advertisement names may be in none. A node's own come from
 * links.h, a peer's from its heartbeat. Pure.
 */
#ifndef GREVY_L2_FACTS_H
#define GREVY_L2_FACTS_H
#include "announcer/selector.h"
#include "zclient/prefix.h"
#include <stddef.h>

enum { L2_NAME = 16 }; /* an interface's name with its NUL, as IFNAMSIZ */

struct l2_iface {
	char name[L2_NAME];
	uint32_t ifindex; /* 0 in a peer's facts */
	/* Sorted; owned. None is link-local, or of a single address. */
	struct prefix *subnets;
	size_t n_subnets;
	bool default4, default6; /* a default route leads over it */
	bool named;              /* by l2.interfaces: any address may be answered on it */
};

/* Sorted by name. {0} is none. */
struct l2_facts {
	struct l2_iface *v;
	size_t n;
};

/* How well an interface suits an address. */
enum l2_fit {
	L2_FIT_NO,
	L2_FIT_OTHER,  /* named by an advertisement or by l2.interfaces, or the default route's
	                */
	L2_FIT_SUBNET, /* it is in the address's subnet */
};

/* only: interfaces by exact name, of advertisements; NULL or empty = any. */
enum l2_fit l2_fit_iface(
    const struct l2_iface *i, const struct ipaddr *a, const struct strlist *only);
/* The best of all. */
enum l2_fit l2_fit(
    const struct l2_facts *f, const struct ipaddr *a, const struct strlist *only);
/* The interfaces on which an address is answered: with `only` all of those that it names; else
 * those in whose subnet it is; else those with the default route of its family; else those
 * named by l2.interfaces. at: room for f->n indexes into f->v. Return: how many. */
size_t l2_fit_where(
    const struct l2_facts *f, const struct ipaddr *a, const struct strlist *only, size_t *at);

/* Deep; `to` is overwritten. */
void l2_facts_copy(struct l2_facts *to, const struct l2_facts *from);
bool l2_facts_equal(const struct l2_facts *a, const struct l2_facts *b);
void l2_facts_fini(struct l2_facts *f); /* frees what it owns, not f */
#endif
