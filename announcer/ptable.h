/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ptable.h - small records of one size by prefix, IPv4 and IPv6, for tables of a million of
 * them: packed into blocks, found by an index of 4 bytes a slot. A record does not move while
 * it is in the table. The table owns the records, never what they point to. Pure.
 */
#ifndef GREVY_PTABLE_H
#define GREVY_PTABLE_H
#include "zclient/prefix.h"
#include <stddef.h>

struct ptable_block;

struct ptable_half {
	struct ptable_block *blocks;
	uint32_t *slots; /* index of a record + 1; 0 = empty */
	size_t n, n_blocks, room, size;
	unsigned bits; /* of the number of slots */
};

/* A record is a struct of the caller's whose last member is `uint8_t key[]`: the table's own.
 */
struct ptable {
	struct ptable_half half[2]; /* IPv4, IPv6 */
	size_t key_at;
	uint64_t seed; /* whoever chooses prefixes cannot tell which collide */
};

void ptable_init(struct ptable *t, size_t key_at); /* offsetof(record, key) */
void ptable_fini(struct ptable *t);

void *ptable_find(const struct ptable *t, const struct prefix *p); /* or NULL */
/* A new record, zeroed. This prefix may not be in the table yet. */
void *ptable_add(struct ptable *t, const struct prefix *p);
void ptable_remove(struct ptable *t, void *record);

struct prefix ptable_prefix(const struct ptable *t, const void *record);
size_t ptable_count(const struct ptable *t, uint8_t family); /* 0 = both */

/* The next record, IPv4 first, or NULL; *at starts at 0. Records may be removed meanwhile. */
void *ptable_next(const struct ptable *t, size_t *at);
/* All records by prefix (prefix_cmp()); to be freed by the caller. */
void **ptable_sorted(const struct ptable *t);
#endif
