/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Open addressing with linear probing; at most three quarters of the slots are taken. A removal
 * shifts back what probed past it, so there are no tombstones and a table that lives for
 * months under churn stays as fast as a new one. Shrinks when seven eighths are empty.
 */
#include "announcer/table.h"
#include "announcer/util.h"

#define CAP_MIN 16

void table_fini(struct table *t)
{
	free(t->slots);
	t->slots = NULL;
	t->cap = t->n = 0;
}

/* The slot of this key, or the empty one where it would go. cap must not be 0. */
static size_t slot_of(const struct table *t, const void *probe)
{
	size_t i = t->ops->hash(probe) & (t->cap - 1);

	while (t->slots[i] && !t->ops->same(t->slots[i], probe))
		i = (i + 1) & (t->cap - 1);
	return i;
}

/* An entry whose key is not there: nothing is compared, most of which would not be in a cache.
 */
static void put(struct table *t, void *entry)
{
	size_t i = t->ops->hash(entry) & (t->cap - 1);

	while (t->slots[i])
		i = (i + 1) & (t->cap - 1);
	t->slots[i] = entry;
}

static void resize(struct table *t, size_t cap)
{
	struct table big = {.ops = t->ops, .cap = cap, .n = t->n};

	big.slots = xcalloc(cap, sizeof(*big.slots));
	for (size_t i = 0; i < t->cap; i++)
		if (t->slots[i])
			put(&big, t->slots[i]);
	free(t->slots);
	*t = big;
}

void table_reserve(struct table *t, size_t n)
{
	size_t cap = t->cap ? t->cap : CAP_MIN;

	while (n * 4 > cap * 3)
		cap *= 2;
	if (cap > t->cap)
		resize(t, cap);
}

void *table_find(const struct table *t, const void *probe)
{
	return t->n ? t->slots[slot_of(t, probe)] : NULL;
}

void table_add(struct table *t, void *entry)
{
	if (!t->cap)
		resize(t, CAP_MIN);
	else if ((t->n + 1) * 4 > t->cap * 3)
		resize(t, t->cap * 2);
	put(t, entry);
	t->n++;
}

void *table_remove(struct table *t, const void *probe)
{
	size_t mask = t->cap - 1, i, hole, home;
	void *gone;

	if (!t->n)
		return NULL;
	hole = slot_of(t, probe);
	gone = t->slots[hole];
	if (!gone)
		return NULL;
	for (i = (hole + 1) & mask; t->slots[i]; i = (i + 1) & mask) {
		home = t->ops->hash(t->slots[i]) & mask;
		if (((i - home) & mask) < ((i - hole) & mask))
			continue; /* its home lies after the hole */
		t->slots[hole] = t->slots[i];
		hole = i;
	}
	t->slots[hole] = NULL;
	t->n--;
	if (t->cap > CAP_MIN && t->n * 8 < t->cap)
		resize(t, t->cap / 4 < CAP_MIN ? CAP_MIN : t->cap / 4);
	return gone;
}

void *table_next(const struct table *t, size_t *at)
{
	while (*at < t->cap) {
		void *e = t->slots[(*at)++];

		if (e)
			return e;
	}
	return NULL;
}

void **table_sorted(const struct table *t, int (*cmp)(const void *, const void *))
{
	void **v = xcalloc(t->n, sizeof(*v)), *e;
	size_t n = 0;

	for (size_t at = 0; (e = table_next(t, &at));)
		v[n++] = e;
	qsort(v, n, sizeof(*v), cmp);
	return v;
}

uint32_t table_hash(const void *p, size_t len, uint32_t seed)
{
	const uint8_t *b = p;
	uint32_t h = seed ^ 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ b[i]) * 16777619u;
	/* FNV leaves the low bits, which choose the slot, weak: mix them. */
	h ^= h >> 16;
	h *= 0x85ebca6bu;
	h ^= h >> 13;
	h *= 0xc2b2ae35u;
	return h ^ h >> 16;
}

uint32_t table_seed(void)
{
	static uint32_t seed;
	void *somewhere;

	if (seed)
		return seed;
	/* Where memory and code happen to lie. */
	somewhere = xcalloc(1, CAP_MIN);
	seed = (uint32_t)(((uint64_t)(uintptr_t)somewhere * 0x9e3779b97f4a7c15u ^
			      (uint64_t)(uintptr_t)&seed * 0xd6e8feb86659fd93u) >>
			  32) |
	       1;
	free(somewhere);
	return seed;
}
