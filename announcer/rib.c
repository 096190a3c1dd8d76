/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RIB: one entry a prefix, with at most one route a source and what the outputs were told
 * last. rib_set() only notes what is wanted and puts the entry on the list of changes;
 * rib_commit() compares the best wanted route with the one that was told, so that a change
 * that was taken back before the commit is never seen by an output.
 *
 * Next-hop sets are shared: routes over the same nodes (thousands of Services, few node sets)
 * refer to one counted copy, and "unchanged" is a comparison of pointers. Must not do: I/O,
 * logging, looking at why a route is there.
 */
#include "announcer/rib.h"
#include "announcer/table.h"
#include "announcer/util.h"

struct nhset {
	size_t refs, n;
	const struct rib_nexthop *probe; /* = nh, but for probes */
	struct rib_nexthop nh[];
};

struct entry {
	struct rib_route told;               /* what the outputs have; nh NULL: nothing */
	struct rib_route *want[RIB_SOURCES]; /* NULL: this source has nothing */
	bool listed;                         /* on the list of changes */
};

struct attached {
	const struct out_ops *ops;
	void *arg;
};

struct rib {
	struct table entries, sets;
	struct entry **changes;
	size_t n_changes, cap_changes;
	struct attached *outs;
	size_t n_outs;
	size_t n_best;
};

static uint32_t entry_hash(const void *e)
{
	const struct prefix *p = &((const struct entry *)e)->told.prefix;

	return table_hash(p->addr, ipaddr_len(p->family), p->plen);
}

static bool entry_same(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return prefix_cmp(&x->told.prefix, &y->told.prefix) == 0;
}

static const struct table_ops entry_ops = {entry_hash, entry_same};

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
	uint32_t h = 0;

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

struct rib *rib_new(void)
{
	struct rib *rib = xcalloc(1, sizeof(*rib));

	rib->entries.ops = &entry_ops;
	rib->sets.ops = &set_ops;
	return rib;
}

static void entry_free(struct entry *e)
{
	for (size_t i = 0; i < RIB_SOURCES; i++)
		free(e->want[i]);
	free(e);
}

void rib_free(struct rib *rib)
{
	void *e;

	if (!rib)
		return;
	for (size_t at = 0; (e = table_next(&rib->entries, &at));)
		entry_free(e);
	for (size_t at = 0; (e = table_next(&rib->sets, &at));)
		free(e);
	table_fini(&rib->entries);
	table_fini(&rib->sets);
	free(rib->changes);
	free(rib->outs);
	free(rib);
}

void rib_attach(struct rib *rib, const struct out_ops *ops, void *arg)
{
	rib->outs = xrealloc(rib->outs, rib->n_outs + 1, sizeof(*rib->outs));
	rib->outs[rib->n_outs++] = (struct attached){ops, arg};
}

static struct entry *entry_find(const struct rib *rib, const struct prefix *prefix)
{
	const struct entry probe = {.told.prefix = *prefix};

	return table_find(&rib->entries, &probe);
}

static void entry_list(struct rib *rib, struct entry *e)
{
	if (e->listed)
		return;
	if (rib->n_changes == rib->cap_changes) {
		rib->cap_changes = rib->cap_changes ? rib->cap_changes * 2 : 16;
		rib->changes = xrealloc(rib->changes, rib->cap_changes, sizeof(*rib->changes));
	}
	rib->changes[rib->n_changes++] = e;
	e->listed = true;
}

static struct entry *entry_make(struct rib *rib, const struct prefix *prefix)
{
	struct entry *e = entry_find(rib, prefix);

	if (!e) {
		e = xcalloc(1, sizeof(*e));
		e->told.prefix = *prefix;
		table_add(&rib->entries, e);
	}
	return e;
}

void rib_set(struct rib *rib, enum rib_source source, const struct prefix *prefix,
    const struct rib_nexthop *nh, size_t n)
{
	struct entry *e = n ? entry_make(rib, prefix) : entry_find(rib, prefix);
	const struct rib_nexthop *set, *old;

	if (!e)
		return;
	old = e->want[source] ? e->want[source]->nh : NULL;
	if (old && nexthops_same(old, e->want[source]->n, nh, n))
		return; /* most often; and cheaper than to look the set up */
	set = set_take(rib, nh, n);
	if (set != old)
		entry_list(rib, e);
	set_drop(rib, old);
	if (!set) {
		free(e->want[source]);
		e->want[source] = NULL;
		return;
	}
	if (!e->want[source])
		e->want[source] = xcalloc(1, sizeof(*e->want[source]));
	*e->want[source] =
	    (struct rib_route){.prefix = *prefix, .source = source, .nh = set, .n = n};
}

/* The route that wins the prefix; NULL when there is none. */
static const struct rib_route *entry_winner(const struct entry *e)
{
	for (size_t s = 0; s < RIB_SOURCES; s++)
		if (e->want[s])
			return e->want[s];
	return NULL;
}

static void tell(const struct entry *e, const struct attached *out)
{
	if (e->told.nh)
		out->ops->announce(&e->told, out->arg);
	else
		out->ops->withdraw(&e->told.prefix, out->arg);
}

/* Return: whether the outputs were told. */
static bool entry_commit(struct rib *rib, struct entry *e)
{
	const struct rib_route *best = entry_winner(e);
	const struct rib_nexthop *old = e->told.nh;

	if (best ? best->nh == old && best->source == e->told.source : !old)
		return false;
	if (best) {
		set_of(best->nh)->refs++;
		rib->n_best += !old;
		e->told = *best;
	} else {
		rib->n_best--;
		e->told.nh = NULL;
		e->told.n = 0;
	}
	for (size_t i = 0; i < rib->n_outs; i++)
		tell(e, &rib->outs[i]);
	set_drop(rib, old);
	return true;
}

size_t rib_commit(struct rib *rib)
{
	size_t told = 0;

	for (size_t i = 0; i < rib->n_changes; i++) {
		struct entry *e = rib->changes[i];

		e->listed = false;
		told += entry_commit(rib, e);
		if (e->told.nh)
			continue;
		table_remove(&rib->entries, e);
		entry_free(e);
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

	for (size_t at = 0; (e = table_next(&rib->entries, &at));)
		if (e->told.nh)
			tell(e, &out);
	if (ops->flush)
		ops->flush(arg);
}

const struct rib_route *rib_best(const struct rib *rib, const struct prefix *prefix)
{
	const struct entry *e = entry_find(rib, prefix);

	return e && e->told.nh ? &e->told : NULL;
}

const struct rib_route *rib_from(
    const struct rib *rib, const struct prefix *prefix, enum rib_source source)
{
	const struct entry *e = entry_find(rib, prefix);

	return e ? e->want[source] : NULL;
}

static int entry_cmp(const void *a, const void *b)
{
	const struct entry *const *x = a, *const *y = b;

	return prefix_cmp(&(*x)->told.prefix, &(*y)->told.prefix);
}

static void entry_each(const struct entry *e, rib_fn *fn, void *arg)
{
	if (!e->told.nh)
		return;
	fn(&e->told, true, arg);
	for (size_t s = 0; s < RIB_SOURCES; s++)
		if (e->want[s] && s != e->told.source)
			fn(e->want[s], false, arg);
}

void rib_each(const struct rib *rib, rib_fn *fn, void *arg)
{
	void **v = table_sorted(&rib->entries, entry_cmp);

	for (size_t i = 0; i < rib->entries.n; i++)
		entry_each(v[i], fn, arg);
	free(v);
}

size_t rib_count(const struct rib *rib)
{
	return rib->n_best;
}
