/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.h - a small hash table of pointers to entries that carry their own key. The table owns
 * its slots, never the entries. Looked up by a probe: an entry with only its key filled in.
 */
#ifndef GREVY_TABLE_H
#define GREVY_TABLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_ops {
	uint32_t (*hash)(const void *entry);
	bool (*same)(const void *a, const void *b); /* equal keys */
};

/* {.ops = &ops} is an empty table. */
struct table {
	const struct table_ops *ops;
	void **slots;
	size_t cap, n;
};

void table_fini(struct table *t); /* frees the slots, not the entries */

void *table_find(const struct table *t, const void *probe); /* or NULL */
/* Room for n entries in all, before many are added. */
void table_reserve(struct table *t, size_t n);
/* No entry with this key may be in the table yet. */
void table_add(struct table *t, void *entry);
/* Return: the entry that was removed, or NULL. */
void *table_remove(struct table *t, const void *probe);

/* The next entry in no order, or NULL; *at starts at 0. The table must not change meanwhile. */
void *table_next(const struct table *t, size_t *at);

/* Pointers to all entries, sorted; n of them. To be freed by the caller. */
void **table_sorted(const struct table *t, int (*cmp)(const void *, const void *));

/* Hash of bytes; seed = 0, or the hash of what stands before them. */
uint32_t table_hash(const void *p, size_t len, uint32_t seed);
/* For tables of what others choose: the same for the life of the process, another one in each,
 * so that nobody can tell which keys collide. Never 0. Not for what is to be equal elsewhere.
 */
uint32_t table_seed(void);
#endif
