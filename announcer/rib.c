/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RIB: one entry a prefix, with at most one next-hop set a source and what the outputs
 * were told last. rib_set() only notes what is wanted and puts the entry on the list of
 * changes; rib_commit() compares the best wanted route with the one that was told, so that a
 * change that was taken back before the commit is never seen by an output.
 *
 * Next-hop sets are shared: routes over the same nodes (thousands of Services, few node sets)
 * refer to one counted copy, and "unchanged" is a comparison of pointers. An entry is 28 bytes
 * (IPv4): nearly every prefix has one source, whose set it holds itself; struct rib_route is
 * made when somebody asks. Must not do: I/O, logging, looking at why a route is there.
 */
#include "announcer/rib.h"
#include "announcer/ptable.h"
#include "announcer/table.h"
#include "announcer/util.h"

struct nhset {
	size_t refs, n;
	const struct rib_nexthop *probe; /* = nh, but for probes */
	struct rib_nexthop nh[];
};

struct wants {
	const struct rib_nexthop *nh[RIB_SOURCES]; /* NULL: this source has nothing */
};

enum { LISTED = 1, TOUCHED = 2, MANY = 4 }; /* on the list of changes; wants.many */

struct entry {
	const struct rib_nexthop *told; /* what the outputs have; NULL: nothing */
	union {
		const struct rib_nexthop *one; /* of source `sole`; NULL: no source has any */
		struct wants *many;
	} want;
	uint32_t note; /* rib_note() */
	uint8_t flags;
	uint8_t sole, told_source;
	uint8_t key[];
};

struct attached {
	const struct out_ops *ops;
	void *arg;
};

struct rib {
	struct ptable entries;
	struct table sets;
	struct entry **changes;
	size_t n_changes, cap_changes;
	struct attached *outs;
	size_t n_outs;
	size_t n_best;
	struct rib_route *lent; /* what rib_best() and rib_from() point to */
};

static bool nexthop_same(const struct rib_nexthop *a, const struct rib_nexthop *b)
{
	return a->weight == b->weight && a->ifindex == b->ifindex &&
	       a->loopback == b->loopback && memcmp(&a->addr, &b->addr, sizeof(a->addr)) == 0;
}

static bool nexthops_same(
    const struct rib_nexthop *a, size_t n, const struct rib_nexthop *b, size_t m)
{
	if (n != m)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!nexthop_same(&a[i], &b[i]))
			return false;
	return true;
}

static uint32_t set_hash(const void *e)
{
	const struct nhset *s = e;
	uint32_t h = table_seed();

	for (size_t i = 0; i < s->n; i++) {
		const struct rib_nexthop *nh = &s->probe[i];

		h = table_hash(nh->addr.addr, ipaddr_len(nh->addr.family), h);
		h = table_hash(&nh->weight, sizeof(nh->weight), h);
		h = table_hash(&nh->ifindex, sizeof(nh->ifindex), h) + nh->loopback;
	}
	return h;
}

static bool set_same(const void *a, const void *b)
{
	const struct nhset *x = a, *y = b;

	return nexthops_same(x->probe, x->n, y->probe, y->n);
}

static const struct table_ops set_ops = {set_hash, set_same};

/* The next hops of a set with these, counted; NULL for none. */
static const struct rib_nexthop *set_take(
    struct rib *rib, const struct rib_nexthop *nh, size_t n)
{
	const struct nhset probe = {.n = n, .probe = nh};
	struct nhset *s;

	if (!n)
		return NULL;
	s = table_find(&rib->sets, &probe);
	if (!s) {
		s = xcalloc(1, sizeof(*s) + n * sizeof(*nh));
		s->n = n;
		s->probe = s->nh;
		memcpy(s->nh, nh, n * sizeof(*nh));
		table_add(&rib->sets, s);
	}
	s->refs++;
	return s->nh;
}

static struct nhset *set_of(const struct rib_nexthop *nh)
{
	return (struct nhset *)((char *)(uintptr_t)nh - offsetof(struct nhset, nh));
}

static void set_drop(struct rib *rib, const struct rib_nexthop *nh)
{
	struct nhset *s = nh ? set_of(nh) : NULL;

	if (!s || --s->refs)
		return;
	table_remove(&rib->sets, s);
	free(s);
}

static size_t set_n(const struct rib_nexthop *nh)
{
	return set_of(nh)->n;
}

struct rib *rib_new(void)
{
	struct rib *rib = xcalloc(1, sizeof(*rib));

	ptable_init(&rib->entries, offsetof(struct entry, key));
	rib->sets.ops = &set_ops;
	rib->lent = xcalloc(2, sizeof(*rib->lent));
	return rib;
}

void rib_free(struct rib *rib)
{
	struct entry *e;
	void *s;

	if (!rib)
		return;
	for (size_t at = 0; (e = ptable_next(&rib->entries, &at));)
		if (e->flags & MANY)
			free(e->want.many);
	for (size_t at = 0; (s = table_next(&rib->sets, &at));)
		free(s);
	ptable_fini(&rib->entries);
	table_fini(&rib->sets);
	free(rib->changes);
	free(rib->outs);
	free(rib->lent);
	free(rib);
}

void rib_attach(struct rib *rib, const struct out_ops *ops, void *arg)
{
	rib->outs = xrealloc(rib->outs, rib->n_outs + 1, sizeof(*rib->outs));
	rib->outs[rib->n_outs++] = (struct attached){ops, arg};
}

void rib_detach(struct rib *rib, const struct out_ops *ops, const void *arg)
{
	size_t n = 0;

	for (size_t i = 0; i < rib->n_outs; i++)
		if (rib->outs[i].ops != ops || rib->outs[i].arg != arg)
			rib->outs[n++] = rib->outs[i];
	rib->n_outs = n;
}

static void entry_list(struct rib *rib, struct entry *e)
{
	if (e->flags & LISTED)
		return;
	if (rib->n_changes == rib->cap_changes) {
		rib->cap_changes = rib->cap_changes ? rib->cap_changes * 2 : 16;
		rib->changes = xrealloc(rib->changes, rib->cap_changes, sizeof(struct entry *));
	}
	rib->changes[rib->n_changes++] = e;
	e->flags |= LISTED;
}

static const struct rib_nexthop *entry_want(const struct entry *e, enum rib_source source)
{
	if (e->flags & MANY)
		return e->want.many->nh[source];
	return e->sole == source ? e->want.one : NULL;
}

static void entry_set_want(
    struct entry *e, enum rib_source source, const struct rib_nexthop *set)
{
	struct wants *many;

	if (!(e->flags & MANY) && (!e->want.one || e->sole == source)) {
		e->sole = source;
		e->want.one = set;
		return;
	}
	if (!(e->flags & MANY)) {
		many = xcalloc(1, sizeof(*many));
		many->nh[e->sole] = e->want.one;
		e->want.many = many;
		e->flags |= MANY;
	}
	e->want.many->nh[source] = set;
}

/* Back to one set where one is left. */
static void entry_pack(struct entry *e)
{
	struct wants *many = e->want.many;
	unsigned n = 0;

	if (!(e->flags & MANY))
		return;
	for (unsigned s = 0; s < RIB_SOURCES; s++)
		n += many->nh[s] != NULL;
	if (n > 1)
		return;
	e->flags &= (uint8_t)~MANY;
	e->want.one = NULL;
	for (unsigned s = 0; s < RIB_SOURCES; s++)
		if (many->nh[s])
			entry_set_want(e, s, many->nh[s]);
	free(many);
}

void rib_set(struct rib *rib, enum rib_source source, const struct prefix *prefix,
    const struct rib_nexthop *nh, size_t n)
{
	struct entry *e = ptable_find(&rib->entries, prefix);
	const struct rib_nexthop *set, *old;

	if (!e && !n)
		return;
	if (!e)
		e = ptable_add(&rib->entries, prefix);
	old = entry_want(e, source);
	if (old && nexthops_same(old, set_n(old), nh, n))
		return; /* most often; and cheaper than to look the set up */
	set = set_take(rib, nh, n);
	if (set != old)
		entry_list(rib, e);
	entry_set_want(e, source, set);
	entry_pack(e);
	set_drop(rib, old);
}

void rib_touch(struct rib *rib, enum rib_source source, const struct prefix *prefix)
{
	struct entry *e = ptable_find(&rib->entries, prefix);

	if (!e || !entry_want(e, source))
		return;
	for (unsigned s = 0; s < source; s++)
		if (entry_want(e, s))
			return; /* nobody sees it */
	e->flags |= TOUCHED;
	entry_list(rib, e);
}

/* The set that wins the prefix, and whose it is; NULL when there is none. */
static const struct rib_nexthop *entry_winner(const struct entry *e, uint8_t *source)
{
	const struct rib_nexthop *nh;

	for (unsigned s = 0; s < RIB_SOURCES; s++) {
		nh = entry_want(e, s);
		*source = (uint8_t)s;
		if (nh)
			return nh;
	}
	return NULL;
}

static struct rib_route route_of(
    const struct prefix *p, const struct rib_nexthop *nh, enum rib_source source)
{
	return (struct rib_route){*p, source, nh, nh ? set_n(nh) : 0};
}

static struct rib_route entry_told(const struct rib *rib, const struct entry *e)
{
	const struct prefix p = ptable_prefix(&rib->entries, e);

	return route_of(&p, e->told, e->told_source);
}

static void tell(const struct rib_route *told, const struct attached *out)
{
	if (told->nh)
		out->ops->announce(told, out->arg);
	else
		out->ops->withdraw(&told->prefix, out->arg);
}

/* Return: whether the outputs were told. */
static bool entry_commit(struct rib *rib, struct entry *e, bool touched)
{
	uint8_t source;
	const struct rib_nexthop *best = entry_winner(e, &source), *old = e->told;
	bool same = best ? best == old && source == e->told_source : !old;
	struct rib_route r;

	if (same && !(touched && best))
		return false;
	if (best)
		set_of(best)->refs++;
	rib->n_best += (best != NULL) - (size_t)(old != NULL);
	e->told = best;
	e->told_source = source;
	r = entry_told(rib, e);
	for (size_t i = 0; i < rib->n_outs; i++)
		if (!same || rib->outs[i].ops->touched)
			tell(&r, &rib->outs[i]);
	set_drop(rib, old);
	return true;
}

size_t rib_commit(struct rib *rib)
{
	size_t told = 0;

	for (size_t i = 0; i < rib->n_changes; i++) {
		struct entry *e = rib->changes[i];
		bool touched = e->flags & TOUCHED;

		e->flags &= (uint8_t) ~(LISTED | TOUCHED);
		told += entry_commit(rib, e, touched);
		if (!e->told)
			ptable_remove(&rib->entries, e);
	}
	rib->n_changes = 0;
	for (size_t i = 0; told && i < rib->n_outs; i++)
		if (rib->outs[i].ops->flush)
			rib->outs[i].ops->flush(rib->outs[i].arg);
	if (rib->cap_changes > 1024) { /* a burst is over */
		free(rib->changes);
		rib->changes = NULL;
		rib->cap_changes = 0;
	}
	return told;
}

void rib_replay(const struct rib *rib, const struct out_ops *ops, void *arg)
{
	const struct attached out = {ops, arg};
	const struct entry *e;
	struct rib_route r;

	for (size_t at = 0; (e = ptable_next(&rib->entries, &at));) {
		r = entry_told(rib, e);
		if (r.nh)
			tell(&r, &out);
	}
	if (ops->flush)
		ops->flush(arg);
}

const struct rib_route *rib_best(const struct rib *rib, const struct prefix *prefix)
{
	const struct entry *e = ptable_find(&rib->entries, prefix);

	if (!e || !e->told)
		return NULL;
	rib->lent[0] = route_of(prefix, e->told, e->told_source);
	return &rib->lent[0];
}

const struct rib_route *rib_from(
    const struct rib *rib, const struct prefix *prefix, enum rib_source source)
{
	const struct entry *e = ptable_find(&rib->entries, prefix);
	const struct rib_nexthop *nh = e ? entry_want(e, source) : NULL;

	if (!nh)
		return NULL;
	rib->lent[1] = route_of(prefix, nh, source);
	return &rib->lent[1];
}

/* The routes of an entry as committed, the best first. Return: how many. */
static size_t entry_routes(
    const struct rib *rib, const struct entry *e, struct rib_route routes[RIB_SOURCES])
{
	size_t n = 0;

	if (!e->told)
		return 0;
	routes[n++] = entry_told(rib, e);
	for (unsigned s = 0; s < RIB_SOURCES; s++) {
		const struct rib_nexthop *nh = entry_want(e, s);

		if (nh && s != e->told_source && n < RIB_SOURCES)
			routes[n++] = route_of(&routes[0].prefix, nh, s);
	}
	return n;
}

enum ptable_walked rib_walk_next(const struct rib *rib, struct ptable_walk *w,
    struct rib_route routes[RIB_SOURCES], size_t *n)
{
	enum ptable_walked got;
	void *e;

	do {
		*n = 0;
		got = ptable_walk_next(&rib->entries, w, &e);
		if (got == PTABLE_RECORD)
			*n = entry_routes(rib, e, routes);
	} while (got == PTABLE_RECORD && !*n);
	return got;
}

void rib_each(const struct rib *rib, rib_fn *fn, void *arg)
{
	struct rib_route routes[RIB_SOURCES];
	struct ptable_walk w;
	size_t n;

	ptable_walk_init(&w, NULL);
	while (rib_walk_next(rib, &w, routes, &n) != PTABLE_END)
		for (size_t i = 0; i < n; i++)
			fn(&routes[i], i == 0, arg);
	ptable_walk_fini(&w);
}

uint32_t *rib_note(const struct rib *rib, const struct prefix *prefix)
{
	struct entry *e = ptable_find(&rib->entries, prefix);

	return e ? &e->note : NULL;
}

void rib_notes(const struct rib *rib, rib_note_fn *fn, void *arg)
{
	struct entry *e;

	for (size_t at = 0; (e = ptable_next(&rib->entries, &at));) {
		struct rib_route told = entry_told(rib, e);

		if (told.nh)
			fn(&told, &e->note, arg);
	}
}

size_t rib_count(const struct rib *rib)
{
	return rib->n_best;
}
