/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.h - a hash table of pointers. The caller owns the items, computes their hashes and
 * compares; the table stores both hash and pointer, so that growing touches no item. Pure.
 */
#ifndef GREVY_TABLE_H
#define GREVY_TABLE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_slot {
	uint64_t hash;
	void *item; /* NULL = free */
};

/* All zero is an empty table. Linear probing, at most 3/4 full. */
struct table {
	struct table_slot *slots;
	size_t cap, n; /* cap is 0 or a power of two */
};

void table_init(struct table *t);
void table_fini(struct table *t); /* frees the slots, not the items */

typedef bool table_is(const void *item, const void *key);

/* The item with this hash for which is(item, key); NULL = none. */
void *table_find(const struct table *t, uint64_t hash, const void *key, table_is *is);

/* Add an item that is not in the table. */
void table_insert(struct table *t, uint64_t hash, void *item);

/* Take an item out; nothing happens when it is not there. */
void table_remove(struct table *t, uint64_t hash, const void *item);

size_t table_count(const struct table *t);

/* Every item in no order: start with *at = 0; NULL at the end. Between two calls nothing may
 * be inserted or removed. */
void *table_next(const struct table *t, size_t *at);

/* FNV-1a over len bytes, continuing h; TABLE_HASH_START begins. */
#define TABLE_HASH_START 0xcbf29ce484222325u
uint64_t table_hash(uint64_t h, const void *data, size_t len);
#endif
