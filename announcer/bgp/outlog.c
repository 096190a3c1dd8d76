/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outlog.c - the list of changes. An entry stands in it once: when it changes, its old place
 * becomes a hole and it is appended. When there are more holes and withdrawn entries than half
 * of what is there, the list is packed: places of readers and batches move along, and withdrawn
 * entries that all readers have passed are freed.
 *
 * Entries live in blocks, known by a small number (id), so that a peer can note in one bit what
 * it was told; ids of freed entries are used again.
 *
 * Readers do not follow the list itself but batches of it, in which entries with equal
 * attributes stand together. Readers at one place share a batch: 250 peers that come up sort
 * the table once. A batch is only a hint of the order: an entry that changed meanwhile is
 * passed over, it stands behind the batch's end.
 */
#include "announcer/bgp/outlog.h"
#include "announcer/bgp/adjout_int.h"
#include "announcer/util.h"
#include <sys/socket.h>

enum { BLOCK = 512, PACK_MIN = 256, KEEP_BATCH = 4096 };

struct place {
	uint32_t id;
	uint8_t key[];
};

void outlog_init(struct outlog *l)
{
	*l = (struct outlog){0};
	ptable_init(&l->index, offsetof(struct place, key));
}

static void batch_free(struct outlog *l, struct out_batch *b)
{
	struct out_batch **at = &l->batches;

	while (*at != b)
		at = &(*at)->next;
	*at = b->next;
	free(b);
}

void outlog_batch_drop(struct outlog *l, struct out_batch *b)
{
	if (!b || --b->refs)
		return;
	if (b == l->last && b->n <= KEEP_BATCH)
		return; /* the next reader most likely wants the same */
	if (b == l->last)
		l->last = NULL;
	batch_free(l, b);
}

void outlog_fini(struct outlog *l)
{
	if (l->last)
		batch_free(l, l->last);
	for (size_t i = 0; i * BLOCK < l->n_ids; i++)
		free(l->blocks[i]);
	free(l->blocks);
	free(l->list);
	free(l->free_ids);
	free(l->readers);
	ptable_fini(&l->index);
}

static struct out_entry *slot(const struct outlog *l, uint32_t id)
{
	return &l->blocks[id / BLOCK][id % BLOCK];
}

struct out_entry *outlog_entry(const struct outlog *l, uint32_t id)
{
	struct out_entry *e = slot(l, id);

	return e->prefix.family ? e : NULL;
}

struct out_entry *outlog_find(const struct outlog *l, const struct prefix *p)
{
	const struct place *at = ptable_find(&l->index, p);

	return at ? slot(l, at->id) : NULL;
}

static uint32_t new_id(struct outlog *l)
{
	if (l->n_free)
		return l->free_ids[--l->n_free];
	if (l->n_ids % BLOCK == 0) {
		size_t n = l->n_ids / BLOCK;

		l->blocks = xrealloc(l->blocks, n + 1, sizeof(*l->blocks));
		l->blocks[n] = xcalloc(BLOCK, sizeof(**l->blocks));
	}
	return l->n_ids++;
}

struct out_entry *outlog_make(struct outlog *l, const struct prefix *p)
{
	struct out_entry *e = outlog_find(l, p);
	struct place *at;

	if (e)
		return e;
	at = ptable_add(&l->index, p);
	at->id = new_id(l);
	e = slot(l, at->id);
	*e = (struct out_entry){.prefix = *p, .id = at->id, .at = OUTLOG_NOWHERE};
	return e;
}

struct out_entry *outlog_next(const struct outlog *l, uint32_t *at)
{
	struct out_entry *e = NULL;

	while (!e && *at < l->n_ids)
		e = outlog_entry(l, (*at)++);
	return e;
}

enum ptable_walked outlog_walk(
    const struct outlog *l, struct ptable_walk *w, struct prefix *prefix)
{
	enum ptable_walked got;
	void *at;

	got = ptable_walk_next(&l->index, w, &at);
	if (got == PTABLE_RECORD)
		*prefix = slot(l, ((const struct place *)at)->id)->prefix;
	return got;
}

static bool is_gone(const struct out_entry *e)
{
	return !e->own && !e->offer;
}

static void entry_free(struct outlog *l, struct out_entry *e)
{
	ptable_remove(&l->index, ptable_find(&l->index, &e->prefix));
	if (l->n_free == l->cap_free) {
		l->cap_free = l->cap_free ? l->cap_free * 2 : 64;
		l->free_ids = xrealloc(l->free_ids, l->cap_free, sizeof(*l->free_ids));
	}
	l->free_ids[l->n_free++] = e->id;
	e->prefix.family = 0;
}

static int place_cmp(const void *a, const void *b)
{
	uint32_t x = **(uint32_t *const *)a, y = **(uint32_t *const *)b;

	return x < y ? -1 : x > y;
}

/* All places in the list that somebody keeps, sorted; to be freed. */
static uint32_t **places(struct outlog *l, size_t *n)
{
	size_t max = l->n_readers * 2;
	uint32_t **v;

	for (struct out_batch *b = l->batches; b; b = b->next)
		max += 2;
	v = xcalloc(max, sizeof(*v));
	*n = 0;
	for (size_t i = 0; i < l->n_readers; i++) {
		v[(*n)++] = &l->readers[i]->cursor;
		v[(*n)++] = &l->readers[i]->seen;
	}
	for (struct out_batch *b = l->batches; b; b = b->next) {
		v[(*n)++] = &b->lo;
		v[(*n)++] = &b->hi;
	}
	qsort(v, *n, sizeof(*v), place_cmp);
	return v;
}

static uint32_t first_cursor(const struct outlog *l)
{
	uint32_t min = l->n;

	for (size_t i = 0; i < l->n_readers; i++)
		if (l->readers[i]->cursor < min)
			min = l->readers[i]->cursor;
	return min;
}

static void pack(struct outlog *l)
{
	uint32_t passed = first_cursor(l), to = 0;
	size_t n, k = 0;
	uint32_t **v = places(l, &n);

	for (uint32_t i = 0; i < l->n; i++) {
		uint32_t id = l->list[i];
		struct out_entry *e = id == OUTLOG_HOLE ? NULL : slot(l, id);

		while (k < n && *v[k] <= i)
			*v[k++] = to;
		if (e && i < passed && is_gone(e)) {
			entry_free(l, e);
			e = NULL;
		}
		if (!e)
			continue;
		e->at = to;
		l->list[to++] = id;
	}
	while (k < n)
		*v[k++] = to;
	free(v);
	l->n = to;
	l->slack = 0;
}

static void append(struct outlog *l, uint32_t id)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->list = xrealloc(l->list, l->cap, sizeof(*l->list));
	}
	l->list[l->n++] = id;
}

static void count(struct outlog *l, struct out_entry *e)
{
	bool ours = e->offer || (e->own && e->own->source != RIB_BGP);
	size_t *n = &l->ours[family_index(e->prefix.family)];

	if (ours && !e->ours)
		++*n;
	else if (!ours && e->ours)
		--*n;
	e->ours = ours;
}

void outlog_touch(struct outlog *l, struct out_entry *e)
{
	bool listed = e->at != OUTLOG_NOWHERE;

	l->changes++;
	e->since_s = l->clock ? l->clock() : 0;
	count(l, e);
	if (listed)
		l->list[e->at] = OUTLOG_HOLE;
	l->slack += listed;
	if (is_gone(e) && (!listed || !l->n_readers)) {
		entry_free(l, e); /* nobody was told */
	} else {
		l->slack += is_gone(e);
		e->at = l->n;
		append(l, e->id);
	}
	if (l->slack > l->n / 3 + PACK_MIN)
		pack(l);
}

void outlog_join(struct outlog *l, struct out_reader *r)
{
	*r = (struct out_reader){0};
	l->readers = xrealloc(l->readers, l->n_readers + 1, sizeof(struct out_reader *));
	l->readers[l->n_readers++] = r;
}

void outlog_leave(struct outlog *l, struct out_reader *r)
{
	size_t i = 0;

	while (l->readers[i] != r)
		i++;
	l->readers[i] = l->readers[--l->n_readers];
}

void outlog_rewind(struct out_reader *r)
{
	if (r->seen < r->cursor)
		r->seen = r->cursor;
	r->cursor = 0;
}

/* Entries with one head stand together, in the order in which heads were met first. */
static struct out_head *head_of(const struct out_entry *e)
{
	const struct out_head *h = e->offer ? &e->offer->head : e->own ? &e->own->head : NULL;

	return (struct out_head *)(uintptr_t)h;
}

static struct out_batch *group(struct outlog *l, uint32_t lo)
{
	struct out_head none = {0}, *last = &none;
	uint32_t at = 0;
	struct out_batch *b;

	b = xcalloc(1, sizeof(*b) + (l->n - lo) * sizeof(*b->ids));
	for (uint32_t i = lo; i < l->n; i++) {
		struct out_entry *e = l->list[i] == OUTLOG_HOLE ? NULL : slot(l, l->list[i]);
		struct out_head *h = e ? head_of(e) : NULL;

		if (h && !h->n[0] && !h->n[1]) {
			last->next = h;
			last = h;
		}
		if (e)
			(h ? h : &none)->n[e->prefix.family == AF_INET6]++;
	}
	last->next = NULL;
	for (struct out_head *h = &none; h; h = h->next)
		for (int f = 0; f < 2; f++) {
			uint32_t n = h->n[f];

			h->n[f] = at;
			at += n;
		}
	for (uint32_t i = lo; i < l->n; i++) {
		struct out_entry *e = l->list[i] == OUTLOG_HOLE ? NULL : slot(l, l->list[i]);
		struct out_head *h = e ? head_of(e) : NULL;

		if (e)
			b->ids[(h ? h : &none)->n[e->prefix.family == AF_INET6]++] = e->id;
	}
	for (struct out_head *h = &none; h; h = h->next)
		h->n[0] = h->n[1] = 0;
	b->lo = lo;
	b->hi = l->n;
	b->n = at;
	return b;
}

struct out_batch *outlog_batch(struct outlog *l, const struct out_reader *r)
{
	struct out_batch *b = l->last;

	if (r->cursor >= l->n)
		return NULL;
	/* One that others read is good enough when most of it is still to be read. */
	if (!b || b->lo > r->cursor || b->hi <= r->cursor ||
	    (b->hi - r->cursor) * 2 < b->hi - b->lo) {
		b = group(l, r->cursor);
		b->next = l->batches;
		l->batches = b;
		if (l->last && !l->last->refs)
			batch_free(l, l->last);
		l->last = b;
	}
	b->refs++;
	return b;
}

void outlog_passed(struct outlog *l, struct out_reader *r, struct out_batch *b)
{
	r->cursor = b->hi;
	if (r->seen < r->cursor)
		r->seen = r->cursor;
	outlog_batch_drop(l, b);
}
