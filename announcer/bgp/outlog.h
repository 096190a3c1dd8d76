/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outlog.h - what may be announced, by prefix, and the one list of it in order of change. A
 * reader is a place in that list. A prefix that is withdrawn stays until every reader has
 * passed it. Pure.
 */
#ifndef GREVY_BGP_OUTLOG_H
#define GREVY_BGP_OUTLOG_H
#include "announcer/ptable.h"

/* What entries share, at the start of struct out_origin and struct out_offer. */
struct out_head {
	uint32_t refs;
	uint32_t n[2]; /* for outlog_batch(): entries by family, then their place */
	struct out_head *next;
};

/* own and offer both NULL: withdrawn. */
struct out_entry {
	struct prefix prefix;
	bool ours;                    /* as counted in outlog.ours */
	uint32_t since_s;             /* Unix time of the last change; 0 = there is no clock */
	uint32_t id, at;              /* at: its place in the list */
	const struct out_origin *own; /* the RIB's route of this prefix; NULL = none */
	const struct out_offer
	    *offer; /* what advertisements make of this prefix; NULL = none */
};

struct out_reader {
	uint32_t cursor; /* entries before it were told, or are told by the batch in work */
	uint32_t seen; /* entries before it were told as they are; cursor <= seen: once more */
};

/* Entries [lo, hi) of the list, those with one head together, withdrawn ones first. */
struct out_batch {
	struct out_batch *next;
	uint32_t refs, lo, hi, n;
	uint32_t ids[];
};

struct outlog {
	struct ptable index;     /* of ids */
	uint32_t (*clock)(void); /* Unix time; or NULL */
	struct out_entry **blocks;
	uint32_t *list; /* ids; OUTLOG_HOLE = it has changed since */
	uint32_t *free_ids;
	uint32_t n_ids, n_free, cap_free;
	uint32_t n, cap;  /* of list */
	uint32_t slack;   /* holes and withdrawn entries since it was last packed */
	uint64_t changes; /* so far */
	size_t ours[2];   /* entries that are more than a route received, IPv4 and IPv6 */
	struct out_batch *batches, *last;
	struct out_reader **readers;
	size_t n_readers;
};

#define OUTLOG_HOLE    UINT32_MAX
#define OUTLOG_NOWHERE UINT32_MAX

void outlog_init(struct outlog *l);
void outlog_fini(struct outlog *l); /* readers and batches must be gone */

struct out_entry *outlog_find(const struct outlog *l, const struct prefix *p);
/* Found or made; a new one is not in the list before outlog_touch(). */
struct out_entry *outlog_make(struct outlog *l, const struct prefix *p);
/* It has changed: it is the last of the list now. It may be freed when it is withdrawn. */
void outlog_touch(struct outlog *l, struct out_entry *e);
/* NULL: there is none any more. */
struct out_entry *outlog_entry(const struct outlog *l, uint32_t id);
/* The next entry in no order; *at starts at 0. */
struct out_entry *outlog_next(const struct outlog *l, uint32_t *at);
/* The next prefix in order, withdrawn ones too, as ptable_walk_next() has it. */
enum ptable_walked outlog_walk(
    const struct outlog *l, struct ptable_walk *w, struct prefix *prefix);

void outlog_join(struct outlog *l, struct out_reader *r); /* at the start of the list */
void outlog_leave(struct outlog *l, struct out_reader *r);
/* Read all of it once more. */
void outlog_rewind(struct out_reader *r);

/* What r has not read yet, or much of it; NULL = it has read all. Shared: read only. Of its
 * entries only those count that outlog_unread() has. */
struct out_batch *outlog_batch(struct outlog *l, const struct out_reader *r);
void outlog_batch_drop(struct outlog *l, struct out_batch *b); /* NULL is fine */
/* r has told the batch, which is dropped. */
void outlog_passed(struct outlog *l, struct out_reader *r, struct out_batch *b);

/* The entry is there, and not further down the list than the batch reaches. */
static inline bool outlog_unread(
    const struct out_entry *e, const struct out_reader *r, const struct out_batch *b)
{
	return e && e->at >= r->cursor && e->at < b->hi;
}
#endif
