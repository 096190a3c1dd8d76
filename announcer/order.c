/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A treap: by key a search tree, and a heap by a random number of each entry, so that it is as
 * deep as a tree that was filled in random order, whatever the order was. The number is made of
 * where the entry lies, which nobody outside knows, and costs nothing to keep.
 */
#include "announcer/order.h"
#include "announcer/table.h"
#include <stdbool.h>
#include <stddef.h>

static uint64_t rank(const struct order_link *l)
{
	uint64_t x = (uint64_t)(uintptr_t)l ^ table_seed();

	x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
	return (x ^ x >> 32) * 0x9e3779b97f4a7c15u;
}

void order_add(struct order *o, struct order_link *l)
{
	struct order_link **at = &o->root, **left = &l->kid[0], **right = &l->kid[1], *rest;
	uint64_t mine = rank(l);

	while (*at && rank(*at) >= mine)
		at = &(*at)->kid[o->cmp(*at, l) < 0];
	/* What was here is divided between its two sides. */
	rest = *at;
	*at = l;
	while (rest) {
		bool less = o->cmp(rest, l) < 0;

		if (less) {
			*left = rest;
			left = &rest->kid[1];
		} else {
			*right = rest;
			right = &rest->kid[0];
		}
		rest = rest->kid[less];
	}
	*left = *right = NULL;
}

void order_remove(struct order *o, struct order_link *l)
{
	struct order_link **at = &o->root, *a = l->kid[0], *b = l->kid[1];

	while (*at != l)
		at = &(*at)->kid[o->cmp(*at, l) < 0];
	while (a && b) {
		if (rank(a) >= rank(b)) {
			*at = a;
			at = &a->kid[1];
			a = *at;
		} else {
			*at = b;
			at = &b->kid[0];
			b = *at;
		}
	}
	*at = a ? a : b;
}

struct order_link *order_after(const struct order *o, const struct order_link *probe)
{
	struct order_link *l = o->root, *found = NULL;

	while (l) {
		bool greater = !probe || o->cmp(l, probe) > 0;

		found = greater ? l : found;
		l = l->kid[!greater];
	}
	return found;
}

struct order_link *order_upto(const struct order *o, const struct order_link *probe)
{
	struct order_link *l = o->root, *found = NULL;

	while (l) {
		bool greater = o->cmp(l, probe) > 0;

		found = greater ? found : l;
		l = l->kid[!greater];
	}
	return found;
}
