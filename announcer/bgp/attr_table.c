/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Shared attribute lists: one block holds the struct, a count, a hash and the lists that the
 * struct points to. A list that is looked up is hashed once; consecutive UPDATEs mostly find
 * the block at the first try.
 */
#include "announcer/bgp/attr.h"
#include "announcer/table.h"
#include "announcer/util.h"
#include <assert.h>

struct block {
	struct bgp_attrs a; /* first: what callers hold points to it */
	uint32_t hash, count;
	uint64_t lists[];
};

struct bgp_attr_table {
	struct table blocks;
};

/* Where the lists of a struct are, and their bytes. Those of the widest members come first, so
 * that all are aligned. */
enum { LISTS = 6 };

static void lists_of(const struct bgp_attrs *a, const void *p[LISTS], size_t len[LISTS])
{
	p[0] = a->ext;
	len[0] = a->n_ext * sizeof(*a->ext);
	p[1] = a->communities;
	len[1] = a->n_communities * sizeof(*a->communities);
	p[2] = a->large;
	len[2] = a->n_large * sizeof(*a->large);
	p[3] = a->clusters;
	len[3] = a->n_clusters * sizeof(*a->clusters);
	p[4] = a->as_path;
	len[4] = a->as_path_len;
	p[5] = a->unknown;
	len[5] = a->unknown_len;
}

/* Fields that do not count are zero; without padding, to be compared and hashed as bytes. */
struct scalars {
	uint32_t has, med, local_pref, aggregator_asn, aggregator_id, originator_id;
	uint16_t n[LISTS];
	uint8_t origin, nothing;
	struct ipaddr nexthop, nexthop_ll;
};
_Static_assert(sizeof(struct scalars) == 36 + 2 + 2 * sizeof(struct ipaddr), "no padding");

static void scalars_of(const struct bgp_attrs *a, struct scalars *s)
{
	memset(s, 0, sizeof(*s));
	s->has = a->has;
	if (a->has & BGP_HAS_ORIGIN)
		s->origin = a->origin;
	if (a->has & BGP_HAS_MED)
		s->med = a->med;
	if (a->has & BGP_HAS_LOCAL_PREF)
		s->local_pref = a->local_pref;
	if (a->has & BGP_HAS_AGGREGATOR) {
		s->aggregator_asn = a->aggregator_asn;
		s->aggregator_id = a->aggregator_id;
	}
	if (a->has & BGP_HAS_ORIGINATOR)
		s->originator_id = a->originator_id;
	if (a->has & BGP_HAS_NEXTHOP) {
		s->nexthop = a->nexthop;
		if (a->nexthop_ll_set)
			s->nexthop_ll = a->nexthop_ll;
	}
	s->n[0] = a->n_ext;
	s->n[1] = a->n_communities;
	s->n[2] = a->n_large;
	s->n[3] = a->n_clusters;
	s->n[4] = a->as_path_len;
	s->n[5] = a->unknown_len;
}

static uint32_t hash_of(const struct bgp_attrs *a)
{
	const void *p[LISTS];
	size_t len[LISTS];
	struct scalars s;
	uint32_t h;

	scalars_of(a, &s);
	h = table_hash(&s, sizeof(s), table_seed());
	lists_of(a, p, len);
	for (size_t i = 0; i < LISTS; i++)
		if (len[i])
			h = table_hash(p[i], len[i], h);
	return h;
}

bool bgp_attrs_equal(const struct bgp_attrs *a, const struct bgp_attrs *b)
{
	const void *pa[LISTS], *pb[LISTS];
	size_t len_a[LISTS], len_b[LISTS];
	struct scalars sa, sb;

	if (a == b)
		return true;
	scalars_of(a, &sa);
	scalars_of(b, &sb);
	if (memcmp(&sa, &sb, sizeof(sa)))
		return false;
	lists_of(a, pa, len_a);
	lists_of(b, pb, len_b);
	for (size_t i = 0; i < LISTS; i++)
		if (len_a[i] && memcmp(pa[i], pb[i], len_a[i]))
			return false;
	return true;
}

static uint32_t block_hash(const void *entry)
{
	return ((const struct block *)entry)->hash;
}

static bool block_same(const void *x, const void *y)
{
	const struct block *a = x, *b = y;

	return a == b || (a->hash == b->hash && bgp_attrs_equal(&a->a, &b->a));
}

static const struct table_ops block_ops = {block_hash, block_same};

struct bgp_attr_table *bgp_attr_table_new(void)
{
	struct bgp_attr_table *t = xcalloc(1, sizeof(*t));

	t->blocks.ops = &block_ops;
	return t;
}

void bgp_attr_table_free(struct bgp_attr_table *t)
{
	if (!t)
		return;
	assert(t->blocks.n == 0);
	table_fini(&t->blocks);
	free(t);
}

size_t bgp_attr_table_count(const struct bgp_attr_table *t)
{
	return t->blocks.n;
}

static struct block *block_new(const struct block *probe)
{
	const void *from[LISTS];
	uint8_t *to[LISTS], *at;
	size_t len[LISTS], all = 0;
	struct block *b;

	lists_of(&probe->a, from, len);
	for (size_t i = 0; i < LISTS; i++)
		all += len[i];
	b = xcalloc(1, sizeof(*b) + all);
	*b = *probe;
	at = (uint8_t *)b->lists;
	for (size_t i = 0; i < LISTS; i++) {
		to[i] = at;
		if (len[i])
			memcpy(at, from[i], len[i]);
		at += len[i];
	}
	b->a.ext = (const uint64_t *)(void *)to[0];
	b->a.communities = (const uint32_t *)(void *)to[1];
	b->a.large = (const struct bgp_large *)(void *)to[2];
	b->a.clusters = (const uint32_t *)(void *)to[3];
	b->a.as_path = to[4];
	b->a.unknown = to[5];
	return b;
}

const struct bgp_attrs *bgp_attrs_share(struct bgp_attr_table *t, const struct bgp_attrs *a)
{
	struct block probe = {.a = *a, .hash = hash_of(a)};
	struct block *b = table_find(&t->blocks, &probe);

	if (!b) {
		b = block_new(&probe);
		table_add(&t->blocks, b);
	}
	b->count++;
	return &b->a;
}

static struct block *block_of(const struct bgp_attrs *shared)
{
	return (struct block *)(void *)(uintptr_t)shared;
}

const struct bgp_attrs *bgp_attrs_again(const struct bgp_attrs *shared)
{
	block_of(shared)->count++;
	return shared;
}

void bgp_attrs_drop(struct bgp_attr_table *t, const struct bgp_attrs *shared)
{
	struct block *b;

	if (!shared)
		return;
	b = block_of(shared);
	assert(b->count > 0);
	if (--b->count)
		return;
	table_remove(&t->blocks, b);
	free(b);
}
