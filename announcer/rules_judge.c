/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules_judge.c - does an item go together with those that were taken before it: its name, its
 * addresses, and what pools and advertisements must agree on. Pure.
 */
#include "announcer/rules_judge.h"
#include "announcer/conf_rules.h"
#include "announcer/rules.h"
#include "announcer/util.h"

struct rules_taken {
	const struct rules_item *item;
	const void *form;
};

struct rules_span {
	struct iprange range;
	const char *text; /* "192.0.2.0/24" */
	const struct rules_item *item;
};

static const char *word_of(const struct rules_taken *t)
{
	return part_item_word(t->item->kind, t->form);
}

static uint32_t taken_hash(const void *entry)
{
	const struct rules_taken *t = entry;
	const char *name = part_item_name(t->item->kind, t->form), *word = word_of(t);

	return table_hash(name, strlen(name), table_hash(word, strlen(word), table_seed()));
}

static bool taken_same(const void *a, const void *b)
{
	const struct rules_taken *x = a, *y = b;

	return x->item->kind == y->item->kind &&
	       part_item_same_name(x->item->kind, x->form, y->form);
}

static const struct table_ops taken_ops = {taken_hash, taken_same};

void rules_world_init(struct rules_world *w)
{
	*w = (struct rules_world){.names = {.ops = &taken_ops}};
}

void rules_world_fini(struct rules_world *w)
{
	void *e;

	for (size_t at = 0; (e = table_next(&w->names, &at));)
		free(e);
	table_fini(&w->names);
	free(w->spans);
	free(w->pools);
	free(w->ads);
}

/* ---- addresses ---- */

/* The first span that begins above a. */
static size_t span_after(const struct rules_world *w, const struct ipaddr *a)
{
	size_t lo = 0, hi = w->n_spans;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (ipaddr_cmp(&w->spans[mid].range.first, a) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* What overlaps it, or NULL. at: where it is to stand, when nothing does. */
static const struct rules_span *span_clash(
    const struct rules_world *w, const struct iprange *r, size_t *at)
{
	*at = span_after(w, &r->first);
	if (*at && iprange_contains(&w->spans[*at - 1].range, &r->first))
		return &w->spans[*at - 1];
	if (*at < w->n_spans && iprange_contains(r, &w->spans[*at].range.first))
		return &w->spans[*at];
	return NULL;
}

static void span_insert(struct rules_world *w, size_t at, const struct rules_span *span)
{
	if (!w->spans || w->n_spans == w->cap_spans) {
		w->cap_spans = w->cap_spans ? w->cap_spans * 2 : 16;
		w->spans = xrealloc(w->spans, w->cap_spans, sizeof(*w->spans));
	}
	memmove(&w->spans[at + 1], &w->spans[at], (w->n_spans - at) * sizeof(*w->spans));
	w->spans[at] = *span;
	w->n_spans++;
}

static void spans_remove(struct rules_world *w, const struct rules_item *item)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n_spans; i++)
		if (w->spans[i].item != item)
			w->spans[kept++] = w->spans[i];
	w->n_spans = kept;
}

static const char *name_of(const struct rules_item *item, const void *form)
{
	return part_item_name(item->kind, form);
}

static bool take_addresses(struct rules_world *w, const struct rules_item *item,
    const struct pool *pool, struct buf *why)
{
	for (size_t i = 0; i < pool->n_ranges; i++) {
		struct rules_span span = {pool->ranges[i], pool->addresses.v[i], item};
		const struct rules_span *clash;
		size_t at;

		clash = span_clash(w, &span.range, &at);
		if (!clash) {
			span_insert(w, at, &span);
			continue;
		}
		buf_fmt(why, "%s overlaps %s", span.text, clash->text);
		if (clash->item != item)
			buf_fmt(why, " of pool %s (%s)",
			    name_of(clash->item, clash->item->taken), clash->item->from->name);
		spans_remove(w, item);
		return false;
	}
	return true;
}

/* ---- pools and advertisements ---- */

static const struct part_ad *ad_of(const struct rules_item *item)
{
	return item->taken;
}

static const struct pool *pool_of(const struct rules_item *item)
{
	return item->taken;
}

static bool ad_fits(const struct pool *pool, const struct pool_ad *ad, struct buf *why)
{
	unsigned least = 0;
	const char *range = rules_ad_misfit(pool, ad, &least);

	if (range)
		buf_fmt(why,
		    "the aggregation length of BGPAdvertisement %s must be at least %u for %s "
		    "of pool %s",
		    ad->name ? ad->name : "", least, range, pool->name);
	return !range;
}

static bool ads_agree(
    const struct pool *pool, const struct pool_ad *a, const struct pool_ad *b, struct buf *why)
{
	bool clash = pool_ads_clash(pool, a, b);

	if (clash)
		buf_fmt(why,
		    "its local preference must not differ from that of %s%s, which makes the "
		    "same prefixes of pool %s",
		    b->name ? "BGPAdvertisement " : "the advertisement in the pool",
		    b->name ? b->name : "", pool->name);
	return !clash;
}

/* Its local preference differs from that of some that was taken: without that nothing clashes.
 */
static bool may_clash(const struct rules_world *w, const struct pool_ad *ad)
{
	return w->mixed || (w->prefers && w->preference != ad->localpref);
}

/* An advertisement against those of a pool: its own and the n first objects that were taken. */
static bool ad_goes_with(const struct rules_world *w, const struct pool *pool,
    const struct pool_ad *ad, size_t n, struct buf *why)
{
	if (!ad_fits(pool, ad, why))
		return false;
	for (size_t i = 0; i < pool->n_ads; i++)
		if (!ads_agree(pool, ad, &pool->ads[i], why))
			return false;
	for (size_t i = 0; i < n && may_clash(w, ad); i++)
		if (rules_selects(ad_of(w->ads[i]), pool) &&
		    !ads_agree(pool, ad, &ad_of(w->ads[i])->ad, why))
			return false;
	return true;
}

static bool pool_goes(const struct rules_world *w, const struct pool *pool, struct buf *why)
{
	for (size_t i = 0; i < w->n_ads; i++)
		if (rules_selects(ad_of(w->ads[i]), pool) &&
		    !ad_goes_with(w, pool, &ad_of(w->ads[i])->ad, i, why))
			return false;
	return true;
}

static bool aliases_known(
    const struct rules_world *w, const struct strlist *words, struct buf *why)
{
	for (size_t i = 0; i < words->n; i++) {
		const char *word = words->v[i], *wrong = conf_rule_community.check(word);

		if (rules_knows(w, PART_COMMUNITY, word) || !wrong)
			continue;
		if (strchr(word, ':'))
			buf_fmt(why, "community %s %s", word, wrong);
		else
			buf_fmt(why, "waits for the community alias %s, which nobody defines",
			    word);
		return false;
	}
	return true;
}

/* What was taken of that name, or NULL. */
static const struct rules_taken *taken_named(
    const struct rules_world *w, enum part_kind kind, const char *name)
{
	char *own = (char *)(uintptr_t)name;
	const struct conf_community community = {.alias = own};
	const struct conf_bfd bfd = {.name = own};
	const struct conf_peer peer = {.name = own};
	const struct pool pool = {.name = own};
	const void *form = kind == PART_COMMUNITY ? (const void *)&community
	                   : kind == PART_BFD     ? (const void *)&bfd
	                   : kind == PART_POOL    ? (const void *)&pool
	                                          : (const void *)&peer;
	const struct rules_item item = {.kind = kind};

	return table_find(&w->names, &(struct rules_taken){&item, form});
}

/* An advertisement that names its pools. */
static bool ad_goes_by_name(
    const struct rules_world *w, const struct part_ad *ad, struct buf *why)
{
	for (size_t i = 0; i < ad->pools.n; i++) {
		const struct rules_taken *t = taken_named(w, PART_POOL, ad->pools.v[i]);

		if (t && !ad_goes_with(w, t->form, &ad->ad, w->n_ads, why))
			return false;
	}
	return true;
}

static bool ad_goes(const struct rules_world *w, const struct part_ad *ad, struct buf *why)
{
	if (!aliases_known(w, &ad->ad.communities, why))
		return false;
	if (ad->pools.n && !ad->pool_selectors.n)
		return ad_goes_by_name(w, ad, why);
	for (size_t i = 0; i < w->n_pools; i++) {
		const struct pool *pool = pool_of(w->pools[i]);

		if (rules_selects(ad, pool) && !ad_goes_with(w, pool, &ad->ad, w->n_ads, why))
			return false;
	}
	return true;
}

/* There is room for the next power of two, or more since some were removed. */
static void list_add(const struct rules_item ***v, size_t *n, const struct rules_item *item)
{
	if (!(*n & (*n - 1)))
		*v = xrealloc(*v, *n ? *n * 2 : 1, sizeof(struct rules_item *));
	(*v)[(*n)++] = item;
}

/* ---- all kinds ---- */

bool rules_knows(const struct rules_world *w, enum part_kind kind, const char *name)
{
	return taken_named(w, kind, name);
}

static bool goes(
    struct rules_world *w, const struct rules_item *item, const void *form, struct buf *why)
{
	const struct rules_taken *same =
	    table_find(&w->names, &(struct rules_taken){item, form});

	if (same) {
		buf_fmt(why, "%s %s stands in %s, too", word_of(same), name_of(item, form),
		    same->item->from->name);
		return false;
	}
	if (item->kind == PART_AD)
		return ad_goes(w, form, why);
	if (item->kind != PART_POOL)
		return true;
	return pool_goes(w, form, why) && take_addresses(w, item, form, why);
}

static void ad_added(struct rules_world *w, const struct rules_item *item)
{
	uint32_t preference = ad_of(item)->ad.localpref;

	list_add(&w->ads, &w->n_ads, item);
	w->mixed |= w->prefers && w->preference != preference;
	w->preference = preference;
	w->prefers = true;
}

bool rules_take(
    struct rules_world *w, struct rules_item *item, const void *form, struct buf *why)
{
	struct rules_taken *t;

	if (!goes(w, item, form, why))
		return false;
	item->taken = form;
	t = xcalloc(1, sizeof(*t));
	*t = (struct rules_taken){item, form};
	table_add(&w->names, t);
	if (item->kind == PART_POOL)
		list_add(&w->pools, &w->n_pools, item);
	else if (item->kind == PART_AD)
		ad_added(w, item);
	return true;
}

static void list_remove(const struct rules_item **v, size_t *n, const struct rules_item *item)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++)
		if (v[i] != item)
			v[kept++] = v[i];
	*n = kept;
}

void rules_drop(struct rules_world *w, struct rules_item *item)
{
	free(table_remove(&w->names, &(struct rules_taken){item, item->taken}));
	if (item->kind == PART_POOL) {
		spans_remove(w, item);
		list_remove(w->pools, &w->n_pools, item);
	} else if (item->kind == PART_AD) {
		list_remove(w->ads, &w->n_ads, item);
	}
	item->taken = NULL;
}
