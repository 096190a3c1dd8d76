/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_kernel.c - what the kernel has, as far as it concerns us: which of our routes are
 * there and over which set of next hops, and which routes of others share their prefix.
 * zebra's routes refer to next-hop objects; those change and vanish on their own when a link
 * goes down, and the kernel then drops IPv4 routes without a word.
 */
#include "announcer/audit_int.h"
#include "announcer/util.h"
#include <errno.h>

static uint32_t set_hash(const void *entry)
{
	const struct hopset *s = entry;

	return table_hash(&s->id, sizeof(s->id), s->own);
}

static bool set_same(const void *a, const void *b)
{
	const struct hopset *x = a, *y = b;

	return x->id == y->id && x->own == y->own;
}

const struct table_ops sets_ops = {.hash = set_hash, .same = set_same};

static uint32_t foreign_hash(const void *entry)
{
	const struct prefix *p = &((const struct foreign *)entry)->prefix;

	return table_hash(p->addr, sizeof(p->addr), p->plen);
}

static bool foreign_same(const void *a, const void *b)
{
	return prefix_same(
	    &((const struct foreign *)a)->prefix, &((const struct foreign *)b)->prefix);
}

const struct table_ops foreigns_ops = {.hash = foreign_hash, .same = foreign_same};

/* ---- sets of next hops ---- */

static struct hopset *set_find(const struct audit *a, uint32_t id, bool own)
{
	struct hopset probe = {.id = id, .own = own};

	return table_find(&a->sets, &probe);
}

static bool set_is(const struct hopset *s, const struct fib_nexthop *nh, size_t n)
{
	bool same = s->n == n;

	for (size_t i = 0; same && i < n; i++)
		same = s->nh[i].ifindex == nh[i].ifindex && s->nh[i].weight == nh[i].weight &&
		       s->nh[i].object == nh[i].object &&
		       !ipaddr_cmp(&s->nh[i].gate, &nh[i].gate);
	return same;
}

/* key: id, kind and references of the new one. */
static struct hopset *set_make(
    struct audit *a, const struct hopset *key, const struct fib_nexthop *nh, size_t n)
{
	struct hopset *s = xcalloc(1, sizeof(*s) + n * sizeof(*nh));

	s->id = key->id;
	s->own = key->own;
	s->refs = key->refs;
	s->seen = a->reading;
	s->n = n;
	if (n)
		memcpy(s->nh, nh, n * sizeof(*nh));
	table_add(&a->sets, s);
	return s;
}

/* Unused sets of routes go; unused objects stay, a route may name them at any time. */
static void set_unused(struct audit *a, struct hopset *s)
{
	if (s->refs || (!s->own && !s->gone))
		return;
	table_remove(&a->sets, s);
	free(s);
}

static uint32_t nexthops_hash(const struct fib_nexthop *nh, size_t n)
{
	uint32_t h = 0;

	for (size_t i = 0; i < n; i++) {
		h = table_hash(&nh[i].gate, sizeof(nh[i].gate), h + nh[i].weight);
		h = table_hash(&nh[i].ifindex, sizeof(nh[i].ifindex), h);
	}
	return h;
}

/* The set that a route uses, known or not. */
static struct hopset *set_of_route(struct audit *a, const struct fib_route *r)
{
	struct hopset key = {.id = r->object}, *s;

	if (r->object) {
		s = set_find(a, r->object, false);
		return s ? s : set_make(a, &key, NULL, 0);
	}
	key.own = true;
	for (key.id = nexthops_hash(r->nh, r->n); (s = set_find(a, key.id, true)); key.id++)
		if (set_is(s, r->nh, r->n))
			return s;
	return set_make(a, &key, r->nh, r->n);
}

const struct hopset *kernel_set(const struct audit *a, const struct zroute_mark *m)
{
	const struct hopset *s;

	if (!(m->bits & MARK_THERE))
		return NULL;
	s = set_find(a, m->set, m->bits & MARK_INLINE);
	return s && !s->gone ? s : NULL;
}

void kernel_mark_clear(struct audit *a, struct zroute_mark *m)
{
	struct hopset *s = NULL;

	if (m->bits & MARK_THERE) {
		s = set_find(a, m->set, m->bits & MARK_INLINE);
		a->st.routes--;
	}
	m->bits &= (uint8_t) ~(MARK_THERE | MARK_INLINE);
	if (!s)
		return;
	s->refs--;
	set_unused(a, s);
}

static void mark_set(struct audit *a, struct zroute_mark *m, const struct fib_route *r)
{
	struct hopset *s = set_of_route(a, r);

	s->refs++; /* before the old one goes: it may be the same */
	kernel_mark_clear(a, m);
	m->set = s->id;
	m->bits |= (uint8_t)(MARK_THERE | MARK_SEEN | (s->own ? MARK_INLINE : 0));
	a->st.routes++;
}

static void free_all(struct table *t)
{
	void *e;

	for (size_t i = 0; (e = table_next(t, &i));)
		free(e);
	table_fini(t);
	*t = (struct table){.ops = t->ops};
}

static void unmark(const struct prefix *p, struct zroute_mark *m, void *arg)
{
	(void)p;
	(void)arg;
	m->bits = 0;
}

void kernel_foreigns_forget(struct audit *a)
{
	free_all(&a->foreigns);
}

void kernel_forget(struct audit *a)
{
	zroutes_marks(a->z, unmark, a);
	free_all(&a->sets);
	free_all(&a->foreigns);
	a->st.routes = 0;
}

/* ---- comparing ---- */

/* The member of a group, or the next hop itself; NULL when the kernel has no such object. */
static const struct fib_nexthop *resolve(const struct audit *a, const struct fib_nexthop *nh)
{
	const struct hopset *s;

	if (!nh->object)
		return nh;
	s = set_find(a, nh->object, false);
	return s && !s->gone && s->n ? &s->nh[0] : NULL;
}

static bool hop_is(const struct fib_nexthop *has, const struct rib_nexthop *nh)
{
	if (!has)
		return false;
	if (!nh->addr.family)
		return !has->gate.family && has->ifindex == nh->ifindex;
	return !ipaddr_cmp(&has->gate, &nh->addr);
}

/* Weights are ratios: from 10.0 on zebra scales them to 255 and rounds. */
static bool weight_is(uint64_t has, uint64_t has_max, uint64_t want, uint64_t want_max)
{
	uint64_t x = has * want_max, y = want * has_max;

	return 100 * (x > y ? x - y : y - x) <= has_max * want_max;
}

/* A gateway over another: the kernel has that other one, which zebra may change at any
 * time; such a route is only looked for. */
static bool recursive(const struct audit *a, const struct rib_nexthop *nh, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct znh *h = zroutes_nexthop_find(a->z, &nh[i].addr);

		if (nh[i].addr.family && h && h->recursive)
			return true;
	}
	return false;
}

bool kernel_same(
    const struct audit *a, const struct hopset *s, const struct rib_nexthop *nh, size_t n)
{
	uint64_t has_max = 1, want_max = 1;
	size_t at = 0;

	if (recursive(a, nh, n))
		return s->n > 0;
	if (s->n != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		has_max = s->nh[i].weight > has_max ? s->nh[i].weight : has_max;
		want_max = nh[i].weight > want_max ? nh[i].weight : want_max;
	}
	/* Both are mostly in the same order, so the next one is mostly the one. */
	for (size_t i = 0; i < n; i++) {
		size_t tries = 0;

		while (tries < n && !hop_is(resolve(a, &s->nh[at % n]), &nh[i])) {
			at++;
			tries++;
		}
		if (tries == n || (n > 1 && !weight_is(s->nh[at % n].weight, has_max,
						nh[i].weight, want_max)))
			return false;
		at++;
	}
	return true;
}

/* ---- routes of others ---- */

struct foreign *kernel_foreign(const struct audit *a, const struct prefix *p)
{
	struct foreign probe = {.prefix = *p};

	return table_find(&a->foreigns, &probe);
}

static bool is_ours(const struct audit *a, const struct fib_route *r)
{
	return r->protocol == a->target.protocol && r->table == a->target.table;
}

static struct foreign *foreign_set(struct audit *a, const struct fib_route *r)
{
	struct foreign *f = kernel_foreign(a, &r->prefix);

	if (!f) {
		f = xcalloc(1, sizeof(*f));
		f->prefix = r->prefix;
		table_add(&a->foreigns, f);
	}
	f->protocol = r->protocol;
	f->unicast = r->unicast;
	f->metric = r->metric;
	f->via = r->n ? r->nh[0] : (struct fib_nexthop){0};
	return f;
}

static void foreign_drop(struct audit *a, struct foreign *f)
{
	table_remove(&a->foreigns, f);
	free(f);
}

int audit_lookup(
    const struct audit *a, const struct prefix *p, struct fib_route *r, struct fib_nexthop *nh)
{
	struct ipaddr addr = {.family = p->family};
	int rc;

	memcpy(addr.addr, p->addr, sizeof(addr.addr));
	rc = a->ops.lookup(&addr, r, nh, a->arg);
	if (rc)
		return rc;
	return is_ours(a, r) && !prefix_cmp(&r->prefix, p);
}

struct foreign *kernel_foreign_ask(struct audit *a, const struct prefix *p)
{
	struct foreign *f = kernel_foreign(a, p);
	struct fib_nexthop nh;
	struct fib_route r;

	if (f || audit_lookup(a, p, &r, &nh) || r.table != a->target.table ||
	    prefix_cmp(&r.prefix, p))
		return f;
	return foreign_set(a, &r);
}

/* Another owner's route to a prefix of ours comes, or goes. */
static void foreign_route(
    struct audit *a, const struct fib_route *r, struct zroute_mark *m, bool added)
{
	struct foreign *f = kernel_foreign(a, &r->prefix);

	if (added && (!f || r->metric <= f->metric))
		foreign_set(a, r);
	else if (!added && f && f->metric == r->metric && f->protocol == r->protocol)
		foreign_drop(a, f);
	/* In the place of ours: the kernel tells no deletion then. */
	if (added && r->replaces && r->metric == FIB_METRIC)
		kernel_mark_clear(a, m);
}

/* ---- what the kernel tells ---- */

/* Who else than zebra touches a route that it confirmed. */
static void note_touch(struct audit *a, const struct fib_route *r, struct zroute_mark *m,
    bool added, int64_t now_ms)
{
	struct zroute_view v;

	if (!r->by || !zroutes_find(a->z, &r->prefix, now_ms, &v))
		return;
	if (added && (!a->zebra || v.state == ZROUTE_INSTALLING))
		a->zebra = r->by;
	if (r->by == a->zebra || v.state != ZROUTE_INSTALLED)
		return;
	m->bits |= added ? MARK_CHANGED : MARK_DELETED;
	m->bits |= a->zebra ? MARK_SURE : 0;
	m->touched = m->sends;
}

static void our_route(struct audit *a, const struct fib_route *r, struct zroute_mark *m,
    bool added, int64_t now_ms)
{
	struct foreign *f = kernel_foreign(a, &r->prefix);

	note_touch(a, r, m, added, now_ms);
	if (added)
		mark_set(a, m, r);
	else
		kernel_mark_clear(a, m);
	if (added && f && f->metric == FIB_METRIC && r->replaces)
		foreign_drop(a, f);
}

void audit_route(struct audit *a, const struct fib_route *r, bool added, int64_t now_ms)
{
	bool ours = is_ours(a, r);
	bool zebras = ours && r->plain && r->metric == FIB_METRIC;
	struct zroute_mark *m;

	if (r->table != a->target.table)
		return;
	m = zroutes_mark(a->z, &r->prefix);
	if (!m && !ours)
		return;
	if (!m && zebras && !added && a->owed)
		a->owed--;
	a->st.changes += !a->dumping;
	if (m && zebras)
		our_route(a, r, m, added, now_ms);
	else if (m && !ours)
		foreign_route(a, r, m, added);
	if (ours)
		audit_stray(a, r, added && !(m && zebras), now_ms);
	if (m)
		audit_dirty(a, &r->prefix, m, now_ms);
}

struct revive {
	struct audit *a;
	uint32_t id;
};

static void on_revive(const struct prefix *p, struct zroute_mark *m, void *arg)
{
	struct revive *v = arg;

	(void)p;
	if ((m->bits & (MARK_THERE | MARK_INLINE)) == MARK_THERE && m->set == v->id)
		kernel_mark_clear(v->a, m);
}

/* An id that is used again: the routes over its first bearer are gone. */
static struct hopset *revive(struct audit *a, struct hopset *s)
{
	struct revive v = {a, s->id};

	zroutes_marks(a->z, on_revive, &v);
	return set_find(a, v.id, false);
}

void audit_object(struct audit *a, const struct fib_object *o, bool added, int64_t now_ms)
{
	struct hopset key = {.id = o->id}, *s = set_find(a, o->id, false);

	if (s && !added) {
		s->gone = true;
		if (s->refs)
			audit_look(a, now_ms);
		set_unused(a, s);
		return;
	}
	if (s && s->gone)
		s = revive(a, s);
	if (s)
		s->seen = a->reading;
	if (!added || (s && set_is(s, o->nh, o->n)))
		return;
	if (s) {
		/* Changed under its routes, or under the groups that it is in. */
		if (s->refs || !s->n || !s->nh[0].object)
			audit_look(a, now_ms);
		key.refs = s->refs;
		table_remove(&a->sets, s);
		free(s);
	}
	set_make(a, &key, o->nh, o->n);
}

void kernel_sweep(struct audit *a)
{
	struct hopset *s, **gone = xcalloc(a->sets.n, sizeof(struct hopset *));
	size_t n = 0;

	for (size_t i = 0; (s = table_next(&a->sets, &i));)
		if (!s->own && s->seen != a->reading)
			gone[n++] = s;
	while (n) {
		gone[--n]->gone = true;
		set_unused(a, gone[n]);
	}
	free(gone);
}
