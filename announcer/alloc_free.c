/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each span is one entry of a tree. The first free address is the first of the leftmost span:
 * to take it moves the span's start, to take another divides a span, to give one back joins its
 * neighbours. No span begins or ends with an address that the pool avoids (.0 and .255), and
 * two spans with nothing but such addresses between them are one: so none is ever looked at
 * twice, and a span always has an address to give.
 */
#include "announcer/alloc_free.h"
#include "announcer/util.h"

struct span {
	struct order_link in_order;
	size_t range;
	struct ipaddr first, last;
};

int alloc_spot_cmp(const struct alloc_spot *a, const struct alloc_spot *b)
{
	if (a->range != b->range)
		return a->range < b->range ? -1 : 1;
	return ipaddr_cmp(&a->addr, &b->addr);
}

static int span_cmp(const struct order_link *a, const struct order_link *b)
{
	const struct span *x = (const struct span *)a, *y = (const struct span *)b;

	if (x->range != y->range)
		return x->range < y->range ? -1 : 1;
	return ipaddr_cmp(&x->first, &y->first);
}

/* The address before; false: there is none. */
static bool before(struct ipaddr *a)
{
	unsigned n = ipaddr_len(a->family);

	while (n-- > 0)
		if (a->addr[n]-- != 0)
			return true;
	return false;
}

/* Leave out what the pool avoids at both ends. Return: whether anything is left. */
static bool trim(const struct pool *pool, struct ipaddr *first, struct ipaddr *last)
{
	while (pool_is_buggy(pool, first))
		if (ipaddr_cmp(first, last) >= 0 || !ipaddr_next(first))
			return false;
	while (pool_is_buggy(pool, last))
		if (ipaddr_cmp(first, last) >= 0 || !before(last))
			return false;
	return true;
}

static void add(struct alloc_free *f, size_t range, struct ipaddr first, struct ipaddr last)
{
	struct span *s;

	if (!trim(f->pool, &first, &last))
		return;
	s = xcalloc(1, sizeof(*s));
	s->range = range;
	s->first = first;
	s->last = last;
	order_add(&f->spans, &s->in_order);
}

static void drop(struct alloc_free *f, struct span *s)
{
	order_remove(&f->spans, &s->in_order);
	free(s);
}

void alloc_free_init(struct alloc_free *f, const struct pool *pool, uint8_t family)
{
	*f = (struct alloc_free){.pool = pool, .spans = {.cmp = span_cmp}};
	for (size_t i = 0; i < pool->n_ranges; i++)
		if (pool->ranges[i].first.family == family)
			add(f, i, pool->ranges[i].first, pool->ranges[i].last);
}

void alloc_free_fini(struct alloc_free *f)
{
	struct order_link *l;

	while ((l = order_after(&f->spans, NULL)))
		drop(f, (struct span *)l);
}

bool alloc_free_first(const struct alloc_free *f, struct alloc_spot *to)
{
	const struct span *s = (const struct span *)order_after(&f->spans, NULL);

	if (s)
		*to = (struct alloc_spot){s->range, s->first};
	return s != NULL;
}

/* The last span of the same range that does not start after the spot, or NULL. */
static struct span *upto(const struct alloc_free *f, const struct alloc_spot *spot)
{
	const struct span probe = {.range = spot->range, .first = spot->addr};
	struct span *s = (struct span *)order_upto(&f->spans, &probe.in_order);

	return s && s->range == spot->range ? s : NULL;
}

static struct span *holding(const struct alloc_free *f, const struct alloc_spot *spot)
{
	struct span *s = upto(f, spot);

	return s && ipaddr_cmp(&spot->addr, &s->last) <= 0 &&
	               !pool_is_buggy(f->pool, &spot->addr)
	           ? s
	           : NULL;
}

bool alloc_free_has(const struct alloc_free *f, const struct alloc_spot *spot)
{
	return holding(f, spot) != NULL;
}

void alloc_free_take(struct alloc_free *f, const struct alloc_spot *spot)
{
	struct span *s = holding(f, spot);
	struct ipaddr left = spot->addr, right = spot->addr, last;

	if (!s)
		return;
	last = s->last;
	if (ipaddr_cmp(&s->first, &left) == 0) { /* the usual case: it starts later */
		if (ipaddr_cmp(&right, &last) == 0) {
			drop(f, s);
			return;
		}
		ipaddr_next(&right);
		trim(f->pool, &right, &last);
		s->first = right;
		return;
	}
	before(&left);
	trim(f->pool, &s->first, &left);
	s->last = left;
	if (ipaddr_cmp(&spot->addr, &last) < 0) {
		ipaddr_next(&right);
		add(f, spot->range, right, last);
	}
}

/* Nothing that the pool would give lies between a and b. */
static bool adjacent(const struct pool *pool, struct ipaddr a, const struct ipaddr *b)
{
	do {
		if (!ipaddr_next(&a))
			return false;
	} while (ipaddr_cmp(&a, b) < 0 && pool_is_buggy(pool, &a));
	return ipaddr_cmp(&a, b) == 0;
}

void alloc_free_give(struct alloc_free *f, const struct alloc_spot *spot)
{
	const struct span probe = {.range = spot->range, .first = spot->addr};
	struct span *left = upto(f, spot);
	struct span *right = (struct span *)order_after(&f->spans, &probe.in_order);

	if (pool_is_buggy(f->pool, &spot->addr) || holding(f, spot))
		return;
	if (left && !adjacent(f->pool, left->last, &spot->addr))
		left = NULL;
	if (right &&
	    (right->range != spot->range || !adjacent(f->pool, spot->addr, &right->first)))
		right = NULL;
	if (left && right) {
		left->last = right->last;
		drop(f, right);
	} else if (left) {
		left->last = spot->addr;
	} else if (right) {
		right->first = spot->addr; /* it stays where it is in the order */
	} else {
		add(f, spot->range, spot->addr, spot->addr);
	}
}
