/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy.c - the index is every range of every pool, sorted by address; ranges never overlap in
 * a policy that passed policy_index(), so one binary search finds an address's pool. Pure.
 */
#include "announcer/policy.h"
#include "announcer/util.h"

struct policy_entry {
	struct iprange range;
	size_t pool, n; /* pools[pool].ranges[n] */
};

static int entry_cmp(const void *x, const void *y)
{
	const struct policy_entry *a = x, *b = y;
	int c = ipaddr_cmp(&a->range.first, &b->range.first);

	if (c)
		return c;
	if (a->pool != b->pool)
		return a->pool < b->pool ? -1 : 1;
	return a->n < b->n ? -1 : a->n > b->n;
}

static struct policy_overlap overlap_of(
    const struct policy_entry *x, const struct policy_entry *y)
{
	bool in_order = x->pool < y->pool || (x->pool == y->pool && x->n < y->n);
	const struct policy_entry *a = in_order ? x : y, *b = in_order ? y : x;

	return (struct policy_overlap){a->pool, a->n, b->pool, b->n};
}

static void index_fill(struct policy *p)
{
	size_t n = 0;

	free(p->index);
	for (size_t i = 0; i < p->n_pools; i++)
		n += p->pools[i].n_ranges;
	p->index = xcalloc(n, sizeof(*p->index));
	p->n_index = 0;
	for (size_t i = 0; i < p->n_pools; i++)
		for (size_t j = 0; j < p->pools[i].n_ranges; j++)
			if (p->pools[i].ranges[j].first.family)
				p->index[p->n_index++] =
				    (struct policy_entry){p->pools[i].ranges[j], i, j};
	qsort(p->index, p->n_index, sizeof(*p->index), entry_cmp);
}

size_t policy_index(struct policy *p, policy_overlap_fn *on_overlap, void *arg)
{
	const struct policy_entry *top; /* of those before, the one that reaches furthest */
	size_t overlaps = 0;

	index_fill(p);
	top = p->index;
	for (size_t i = 1; i < p->n_index; i++) {
		const struct policy_entry *e = &p->index[i];

		if (iprange_contains(&top->range, &e->range.first)) {
			struct policy_overlap o = overlap_of(top, e);

			overlaps++;
			if (on_overlap)
				on_overlap(&o, arg);
		}
		if (ipaddr_cmp(&e->range.last, &top->range.last) > 0)
			top = e;
	}
	return overlaps;
}

void policy_fini(struct policy *p)
{
	for (size_t i = 0; i < p->n_pools; i++)
		pool_fini(&p->pools[i]);
	free(p->pools);
	free(p->index);
	*p = (struct policy){0};
}

const struct pool *policy_range_of(
    const struct policy *p, const struct ipaddr *a, size_t *range)
{
	size_t lo = 0, hi = p->n_index;

	while (lo < hi) { /* the first entry that starts above a */
		size_t mid = lo + (hi - lo) / 2;

		if (ipaddr_cmp(&p->index[mid].range.first, a) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || !iprange_contains(&p->index[lo - 1].range, a))
		return NULL;
	*range = p->index[lo - 1].n;
	return &p->pools[p->index[lo - 1].pool];
}

const struct pool *policy_pool_of(const struct policy *p, const struct ipaddr *a)
{
	size_t range;

	return policy_range_of(p, a, &range);
}

const struct pool *policy_pool(const struct policy *p, const char *name)
{
	for (size_t i = 0; i < p->n_pools; i++)
		if (strcmp(p->pools[i].name, name) == 0)
			return &p->pools[i];
	return NULL;
}

const struct pool *policy_pool_asked(const struct policy *p, const char *name)
{
	const struct pool *pool = policy_pool(p, name);
	char *object = pool ? NULL : pool_object_name(name);

	if (object)
		pool = policy_pool(p, object);
	free(object);
	return pool;
}
