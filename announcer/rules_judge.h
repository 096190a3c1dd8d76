/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules_judge.h - inside of rules*.c: items of parts are taken one after the other, each if it
 * goes together with those that were taken before.
 */
#ifndef GREVY_RULES_JUDGE_H
#define GREVY_RULES_JUDGE_H
#include "announcer/part_items.h"
#include "announcer/table.h"
#include "announcer/vty/buf.h"

struct rules_input;

/* One thing that an input says. */
struct rules_item {
	enum part_kind kind;
	const struct rules_input *from;
	const void *now, *old; /* its forms; NULL = it has none */
	const void *taken;     /* that is in force; NULL = none */
	char *why;             /* why `now` is not */
};

struct rules_taken; /* a form and its item, by name */
struct rules_span;  /* a range and its pool, sorted by address */

/* What was taken so far. */
struct rules_world {
	struct table names;
	struct rules_span *spans;
	size_t n_spans, cap_spans;
	const struct rules_item **pools, **ads; /* items, in the order in which they came */
	size_t n_pools, n_ads;
};

void rules_world_init(struct rules_world *w);
void rules_world_fini(struct rules_world *w);
/* Take a form of the item, or say why not. */
bool rules_take(
    struct rules_world *w, struct rules_item *item, const void *form, struct buf *why);
void rules_drop(struct rules_world *w, struct rules_item *item); /* that was taken */
/* Something of that name was taken: a community, profile, peer or pool. */
bool rules_knows(const struct rules_world *w, enum part_kind kind, const char *name);

/* rules_check.c: what a pool and an advertisement must agree on. */
bool rules_selects(const struct part_ad *ad, const struct pool *pool);
/* NULL = the advertisement may announce the pool; else the range that is in its way, with the
 * least length that it takes. */
const char *rules_ad_misfit(const struct pool *pool, const struct pool_ad *ad, unsigned *least);
#endif
