/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kroutes_told.c - what the kernel tells of routes. While it is read: those of ours go onto a
 * list, which the routes of the RIB are compared with as they come, and whose rest is removed
 * once the RIB is whole. Afterwards: what others do to ours. Our own changes are not told here.
 * Routes of others are remembered where they would stand in the place of ours or before it.
 */
#include "announcer/kroutes_int.h"
#include "announcer/util.h"
#include <stdio.h>

enum { FOREIGN_MAX = 65536 }; /* more prefixes than that: only those of the RIB */

static uint32_t foreign_hash(const void *entry)
{
	const struct prefix *p = &((const struct kforeign *)entry)->prefix;

	return table_hash(p->addr, ipaddr_len(p->family), table_seed() + p->plen);
}

static bool foreign_same(const void *a, const void *b)
{
	return prefix_same(
	    &((const struct kforeign *)a)->prefix, &((const struct kforeign *)b)->prefix);
}

const struct table_ops kforeigns_ops = {foreign_hash, foreign_same};

struct kforeign *foreign_find(const struct kroutes *k, const struct prefix *p)
{
	struct kforeign probe = {.prefix = *p};

	return table_find(&k->foreigns, &probe);
}

const struct kother *foreign_of(const struct kroutes *k, const struct prefix *p, bool better)
{
	const struct kforeign *f = foreign_find(k, p);

	for (size_t i = 0; f && i < f->n; i++)
		if (better ? f->v[i].metric < k->key.metric : f->v[i].metric == k->key.metric)
			return &f->v[i];
	return NULL;
}

static void foreign_free(struct kforeign *f)
{
	free(f->v);
	free(f);
}

void foreigns_free(struct kroutes *k)
{
	struct kforeign *f;

	for (size_t at = 0; (f = table_next(&k->foreigns, &at));)
		foreign_free(f);
	table_fini(&k->foreigns);
	k->foreigns.ops = &kforeigns_ops;
}

static void foreign_add(struct kroutes *k, const struct fib_route *r)
{
	struct kforeign *f = foreign_find(k, &r->prefix);
	size_t i = 0;

	if (!f) {
		if (k->foreigns.n >= FOREIGN_MAX && !rib_note(k->rib, &r->prefix))
			return;
		f = xcalloc(1, sizeof(*f));
		f->prefix = r->prefix;
		table_add(&k->foreigns, f);
	}
	while (i < f->n && f->v[i].metric != r->metric)
		i++;
	if (i == f->n)
		f->v = xrealloc(f->v, ++f->n, sizeof(*f->v));
	f->v[i] = (struct kother){
	    .metric = r->metric, .protocol = r->protocol, .unicast = r->unicast};
	if (r->n)
		f->v[i].via = r->nh[0];
}

/* The one at i, and with the last one the prefix. */
static void foreign_remove(struct kroutes *k, struct kforeign *f, size_t i)
{
	f->v[i] = f->v[--f->n];
	if (f->n)
		return;
	table_remove(&k->foreigns, f);
	foreign_free(f);
}

static void foreign_drop(struct kroutes *k, const struct fib_route *r)
{
	struct kforeign *f = foreign_find(k, &r->prefix);

	for (size_t i = 0; f && i < f->n; i++)
		if (f->v[i].metric == r->metric && f->v[i].protocol == r->protocol) {
			foreign_remove(k, f, i);
			return;
		}
}

void foreign_gone(struct kroutes *k, const struct prefix *p)
{
	struct kforeign *f = k->foreigns.n ? foreign_find(k, p) : NULL;

	for (size_t i = 0; f && i < f->n; i++)
		if (f->v[i].metric == k->key.metric) {
			foreign_remove(k, f, i);
			return;
		}
}

/* The way is free again. */
static void unbar(struct kroutes *k, const struct prefix *p)
{
	uint32_t *note = rib_note(k->rib, p);

	if (!note || !(*note & NOTE_FAULT))
		return;
	fault_forget(k, p, note);
	note_queue(k, p, note);
}

/* Return: a prefix of which something was removed; family 0 = none. */
static struct prefix foreign_down(struct kroutes *k, struct kforeign *f, uint32_t ifindex)
{
	struct prefix p = f->prefix;

	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].via.ifindex == ifindex) {
			foreign_remove(k, f, i);
			return p;
		}
	return (struct prefix){0};
}

void foreigns_down(struct kroutes *k, uint32_t ifindex)
{
	struct kforeign *f;
	size_t at = 0;

	while ((f = table_next(&k->foreigns, &at))) {
		struct prefix p = foreign_down(k, f, ifindex);

		if (!p.family)
			continue;
		unbar(k, &p);
		at = 0; /* a removal moves others */
	}
}

/* ---- the list of what was read ---- */

static int left_cmp(const void *a, const void *b)
{
	const struct kleft *x = a, *y = b;
	int c = prefix_cmp(&x->prefix, &y->prefix);

	if (c)
		return c;
	return (x->metric > y->metric) - (x->metric < y->metric);
}

static int left_cmp_order(const void *a, const void *b)
{
	const struct kleft *x = a, *y = b;
	int c = left_cmp(a, b);

	return c ? c : (x->order > y->order) - (x->order < y->order);
}

/* A route is there with these words, or (gone) not any more: the last word counts. */
static void left_add(struct kroutes *k, const struct fib_route *r, bool gone)
{
	if (k->n_left == k->left_cap) {
		k->left_cap = k->left_cap ? 2 * k->left_cap : 256;
		k->left = xrealloc(k->left, k->left_cap, sizeof(*k->left));
	}
	k->left[k->n_left] = (struct kleft){.prefix = r->prefix,
	    .protocol = r->protocol,
	    .gone = gone,
	    .metric = r->metric,
	    .object = r->object,
	    .hash = r->object ? 0 : hops_hash(r->nh, r->n),
	    .order = (uint32_t)k->n_left};
	k->n_left++;
}

static void left_sort(struct kroutes *k)
{
	size_t n = 0;

	if (k->n_left)
		qsort(k->left, k->n_left, sizeof(*k->left), left_cmp_order);
	for (size_t i = 0; i < k->n_left; i++) {
		bool last = i + 1 == k->n_left || left_cmp(&k->left[i], &k->left[i + 1]);

		if (last && !k->left[i].gone)
			k->left[n++] = k->left[i];
	}
	k->n_left = n;
}

bool left_says(const struct kroutes *k, const struct kset *s, const struct kleft *l)
{
	if (l->protocol != k->key.protocol || l->unsure)
		return false;
	return s->ident == (l->object ? l->object : 1ull << 32 | l->hash);
}

void left_check(struct kroutes *k)
{
	for (size_t i = 0; !k->reading && i < k->n_left; i++) {
		struct kleft *l = &k->left[i];

		if (l->object)
			l->gone = l->gone || !object_find(k, l->object);
		else
			l->unsure = true;
	}
}

/* Somebody touched one before a route of the RIB was compared with it. */
static void left_told(struct kroutes *k, const struct fib_route *r, bool gone)
{
	struct kleft *l = k->n_left ? left_find(k, &r->prefix, r->metric) : NULL;

	if (!l)
		return;
	l->gone = gone;
	l->unsure = true;
}

void left_sweep(struct kroutes *k)
{
	for (size_t i = 0; i < k->n_left; i++) {
		const struct kleft *l = &k->left[i];
		struct kroute_key key = {k->key.table, l->metric, l->protocol};

		if (l->gone)
			continue;
		gone_push(k, &l->prefix, &key);
		k->swept++;
	}
	free(k->left);
	k->left = NULL;
	k->n_left = k->left_cap = 0;
}

struct kleft *left_find(const struct kroutes *k, const struct prefix *p, uint32_t metric)
{
	struct kleft probe = {.prefix = *p, .metric = metric};
	struct kleft *l = NULL;

	if (k->n_left && !k->reading)
		l = bsearch(&probe, k->left, k->n_left, sizeof(probe), left_cmp);
	return l && !l->gone ? l : NULL;
}

void kroutes_dumped(struct kroutes *k, bool ok)
{
	struct kobject *o;
	size_t at = 0;

	if (!k->on || !k->reading)
		return;
	k->reading = false;
	if (!ok) {
		k->dump_due = true;
		return;
	}
	/* Where news are lost all the time we go by what we have, and read again soon. */
	k->dump_due = k->dump_due || k->lost_news;
	k->blind = false;
	links_sweep(k);
	while ((o = table_next(&k->objects, &at)))
		if (!o->seen) {
			object_gone(k, o->id);
			at = 0; /* a removal moves others */
		}
	left_sort(k);
	k->read = true;
	k->walk = k->resolve = k->reread = true;
}

/* ---- what others do ---- */

static bool is_ours(const struct kroutes *k, const struct fib_route *r)
{
	return r->protocol == k->key.protocol ||
	       (k->was_protocol && r->protocol == k->was_protocol && object_find(k, r->object));
}

static void stray(struct kroutes *k, const struct fib_route *r)
{
	struct kroute_note note = {KROUTE_STRAY, r->prefix, 0, r->by, ""};
	struct kroute_key key = k->key;

	if (!k->whole) {
		k->strays = true;
		return;
	}
	key.metric = r->metric;
	gone_push(k, &r->prefix, &key);
	k->ops.told(&note, k->arg);
}

static bool says(const struct kset *s, const struct fib_route *r)
{
	if (r->object)
		return s->ident == r->object;
	return s->ident == (1ull << 32 | hops_hash(r->nh, r->n));
}

static void ours_added(struct kroutes *k, const struct fib_route *r, uint32_t *note)
{
	struct kroute_note told = {KROUTE_CHANGED, r->prefix, 0, r->by, ""};
	const struct kset *s = note_set(k, *note);
	bool was_done = *note & NOTE_DONE;

	if (says(s, r)) {
		note_put(k, note, *note | NOTE_THERE | NOTE_DONE);
		return;
	}
	note_put(k, note, (*note | NOTE_THERE) & ~(uint32_t)(NOTE_DONE | NOTE_HEIR));
	note_queue(k, &r->prefix, note);
	if (!was_done)
		return;
	k->repaired++;
	k->ops.told(&told, k->arg);
}

static void ours_gone(
    struct kroutes *k, const struct fib_route *r, uint32_t *note, enum kroute_event event)
{
	struct kroute_note told = {event, r->prefix, 0, r->by, ""};
	bool was_done = *note & NOTE_DONE;

	if (!(*note & NOTE_THERE))
		return;
	note_put(k, note, *note & ~(uint32_t)NOTE_STATE);
	note_queue(k, &r->prefix, note);
	/* What the kernel itself drops, it drops with a link or an object. */
	if (!was_done || !r->by)
		return;
	k->repaired += event == KROUTE_DELETED;
	k->ops.told(&told, k->arg);
}

static void told_ours(struct kroutes *k, const struct fib_route *r, uint32_t *note, bool added)
{
	left_told(k, r, !added);
	if (!added && note)
		ours_gone(k, r, note, KROUTE_DELETED);
	else if (added && note)
		ours_added(k, r, note);
	else if (added)
		stray(k, r);
}

static void told_foreign(
    struct kroutes *k, const struct fib_route *r, uint32_t *note, bool added)
{
	bool same = r->metric == k->key.metric;

	if (added && r->replaces)
		left_told(k, r, true);
	if (!added) {
		foreign_drop(k, r);
		if (same && note)
			unbar(k, &r->prefix);
		return;
	}
	foreign_add(k, r);
	/* In the place of ours: the kernel tells no deletion then. */
	if (same && r->replaces && note)
		ours_gone(k, r, note, KROUTE_TAKEN);
	if (same && r->replaces && k->reading)
		left_add(k, r, true);
}

void kroutes_told_route(struct kroutes *k, const struct fib_route *r, bool added)
{
	bool ours = is_ours(k, r);
	uint32_t *note;

	if (!k->on || r->table != k->key.table || !r->plain)
		return;
	note = rib_note(k->rib, &r->prefix);
	if (note && !(*note & NOTE_SLOT))
		note = NULL;
	if (ours && k->reading)
		left_add(k, r, !added);
	else if (ours)
		told_ours(k, r, r->metric == k->key.metric ? note : NULL, added);
	else if (r->metric <= k->key.metric)
		told_foreign(k, r, k->reading ? NULL : note, added);
}
