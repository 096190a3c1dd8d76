/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alloc_free.h - the free addresses of a pool, one family, as spans: as many of them as there
 * are holes between the addresses in use, whatever the size of the pool. In order of the pool's
 * ranges as listed, then of address. Addresses that the pool avoids are in none. Pure.
 */
#ifndef GREVY_ALLOC_FREE_H
#define GREVY_ALLOC_FREE_H
#include "announcer/order.h"
#include "announcer/policy.h"

/* An address, and the range of its pool that it is in. */
struct alloc_spot {
	size_t range;
	struct ipaddr addr;
};

int alloc_spot_cmp(const struct alloc_spot *a, const struct alloc_spot *b);

struct alloc_free {
	const struct pool *pool; /* borrowed */
	struct order spans;
};

/* All of them are free; each that is in use is to be taken. */
void alloc_free_init(struct alloc_free *f, const struct pool *pool, uint8_t family);
void alloc_free_fini(struct alloc_free *f);

bool alloc_free_first(const struct alloc_free *f, struct alloc_spot *to); /* false: none */
bool alloc_free_has(const struct alloc_free *f, const struct alloc_spot *spot);
void alloc_free_take(struct alloc_free *f, const struct alloc_spot *spot); /* not free: fine */
void alloc_free_give(struct alloc_free *f, const struct alloc_spot *spot); /* free: fine */
#endif
