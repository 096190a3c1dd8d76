/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/table.h"
#include "announcer/util.h"

void table_init(struct table *t)
{
	*t = (struct table){0};
}

void table_fini(struct table *t)
{
	free(t->slots);
	table_init(t);
}

/* Spread the hash: linear probing wants good low bits. */
static size_t home(const struct table *t, uint64_t hash)
{
	hash ^= hash >> 32;
	return (size_t)(hash * 0x9e3779b97f4a7c15u >> 32) & (t->cap - 1);
}

void *table_find(const struct table *t, uint64_t hash, const void *key, table_is *is)
{
	if (!t->cap)
		return NULL;
	for (size_t i = home(t, hash); t->slots[i].item; i = (i + 1) & (t->cap - 1))
		if (t->slots[i].hash == hash && is(t->slots[i].item, key))
			return t->slots[i].item;
	return NULL;
}

static void place(struct table *t, uint64_t hash, void *item)
{
	size_t i = home(t, hash);

	while (t->slots[i].item)
		i = (i + 1) & (t->cap - 1);
	t->slots[i] = (struct table_slot){.hash = hash, .item = item};
}

static void resize(struct table *t, size_t cap)
{
	struct table old = *t;

	t->slots = xcalloc(cap, sizeof(*t->slots));
	t->cap = cap;
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].item)
			place(t, old.slots[i].hash, old.slots[i].item);
	free(old.slots);
}

void table_insert(struct table *t, uint64_t hash, void *item)
{
	if ((t->n + 1) * 4 > t->cap * 3)
		resize(t, t->cap ? t->cap * 2 : 8);
	place(t, hash, item);
	t->n++;
}

void table_remove(struct table *t, uint64_t hash, const void *item)
{
	size_t mask = t->cap - 1, i, gap;

	if (!t->cap)
		return;
	for (i = home(t, hash); t->slots[i].item != item; i = (i + 1) & mask)
		if (!t->slots[i].item)
			return;
	/* Close the gap: move back what may not be found behind it. */
	for (gap = i, i = (i + 1) & mask; t->slots[i].item; i = (i + 1) & mask) {
		size_t h = home(t, t->slots[i].hash);

		if (((i - h) & mask) < ((i - gap) & mask))
			continue;
		t->slots[gap] = t->slots[i];
		gap = i;
	}
	t->slots[gap].item = NULL;
	t->n--;
}

size_t table_count(const struct table *t)
{
	return t->n;
}

void *table_next(const struct table *t, size_t *at)
{
	while (*at < t->cap) {
		void *item = t->slots[(*at)++].item;

		if (item)
			return item;
	}
	return NULL;
}

uint64_t table_hash(uint64_t h, const void *data, size_t len)
{
	const uint8_t *b = data;

	while (len--)
		h = (h ^ *b++) * 0x100000001b3u;
	return h;
}
