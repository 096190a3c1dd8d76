/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ptable.h - small records of one size by prefix, IPv4 and IPv6, for tables of a million of
 * them: packed into blocks, found by an index of 4 bytes a slot. A record does not move while
 * it is in the table. The table owns the records, never what they point to. Pure.
 */
#ifndef GREVY_PTABLE_H
#define GREVY_PTABLE_H
#include "zclient/prefix.h"
#include <stdbool.h>
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

/* The next record, IPv4 first, or NULL; *at starts at 0. The table may change meanwhile: what
 * is in it all the time comes once. */
void *ptable_next(const struct ptable *t, size_t *at);
/* Put records in order of their prefixes (prefix_cmp()). */
void ptable_sort(const struct ptable *t, void **records, size_t n);

/* A walk in that order, which may be left and taken up again while the table changes: what is
 * in it all the time comes once. Costs PTABLE_WALK_BYTES of memory at most, whatever the size
 * of the table, which it passes once for as many keys as have room there. */
#define PTABLE_WALK_BYTES 20480
struct ptable_walk {
	uint8_t *keys;         /* a heap while passing the table, then sorted: they are next */
	size_t n, cap, at, to; /* at: in keys; to: in the table */
	uint8_t low[17], high[17];
	bool six;                          /* keys are of IPv6 */
	bool given, passing, passed, more; /* given: low came; more: there are after keys */
};

enum ptable_walked {
	PTABLE_RECORD,
	PTABLE_PAUSE, /* enough work for now: to be called again */
	PTABLE_END,
};

/* within: only prefixes inside this one, itself included; NULL = all. */
void ptable_walk_init(struct ptable_walk *w, const struct prefix *within);
void ptable_walk_fini(struct ptable_walk *w);
/* PTABLE_RECORD: *record is the next. A call takes well under a millisecond. */
enum ptable_walked ptable_walk_next(
    const struct ptable *t, struct ptable_walk *w, void **record);
#endif
