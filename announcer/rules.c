/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.c - parts become one: what they say is put in order and taken one after the other
 * (rules_judge.c), first the newest forms alone. Where these do not go together, place by place
 * what was in force is taken, then each change for itself, if it goes together with that. Of
 * what was taken the policy is made: pools with the advertisements that select them. Pure.
 */
#include "announcer/rules.h"
#include "announcer/rules_judge.h"
#include "announcer/util.h"

enum { ROUNDS_MAX = 8 };

/* An item and where it stands in the order of judgement. */
struct turn {
	struct rules_item *item;
	bool same; /* its newest form is in force already */
	size_t at;
};

struct merge {
	struct rules_item *items; /* in the order of inputs */
	size_t n, cap;
	struct turn *turns;
};

const char *rules_state_name(enum rules_state state)
{
	static const char *const names[] = {"good", "old", "partly", "refused"};

	return names[state];
}

/* ---- what there is ---- */

static void add_item(struct merge *m, const struct rules_item *item)
{
	if (m->n == m->cap) {
		m->cap = m->cap ? m->cap * 2 : 64;
		m->items = xrealloc(m->items, m->cap, sizeof(*m->items));
	}
	m->items[m->n++] = *item;
}

static const void *old_of(
    const struct part *old, enum part_kind kind, const void *item, size_t likely)
{
	size_t n = old ? part_count(old, kind) : 0;

	if (likely < n && part_item_same_name(kind, part_item(old, kind, likely), item))
		return part_item(old, kind, likely);
	for (size_t i = 0; i < n; i++)
		if (part_item_same_name(kind, part_item(old, kind, i), item))
			return part_item(old, kind, i);
	return NULL;
}

static void add_input(struct merge *m, const struct rules_input *in)
{
	const struct part *part = in->part ? in->part : in->old;

	for (int k = 0; part && k < PART_KINDS; k++)
		for (size_t i = 0; i < part_count(part, k); i++) {
			struct rules_item item = {.kind = k, .from = in};
			const void *form = part_item(part, k, i);

			item.now = in->part ? form : NULL;
			item.old = in->part ? old_of(in->old, k, form, i) : form;
			add_item(m, &item);
		}
}

/* ---- the order of judgement ---- */

static int by(bool first, bool second)
{
	return first == second ? 0 : first ? -1 : 1;
}

static int turn_cmp(const void *a, const void *b)
{
	const struct turn *x = a, *y = b;
	const struct rules_item *p = x->item, *q = y->item;
	int c = by(p->kind <= PART_COMMUNITY, q->kind <= PART_COMMUNITY);

	if (c)
		return c;
	if (p->from->place != q->from->place)
		return p->from->place < q->from->place ? -1 : 1;
	c = by(p->old, q->old);
	if (c)
		return c;
	if (p->kind != q->kind)
		return p->kind < q->kind ? -1 : 1;
	if (p->from->created_s != q->from->created_s)
		return p->from->created_s < q->from->created_s ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

static void make_turns(struct merge *m)
{
	m->turns = xcalloc(m->n, sizeof(*m->turns));
	for (size_t i = 0; i < m->n; i++) {
		struct rules_item *item = &m->items[i];

		m->turns[i] = (struct turn){.item = item, .at = i};
		m->turns[i].same = item->now && item->old &&
		                   (item->now == item->old ||
				       part_item_equal(item->kind, item->now, item->old));
	}
	qsort(m->turns, m->n, sizeof(*m->turns), turn_cmp);
}

/* ---- judgement ---- */

/* The newest forms alone, the last good one of what cannot be read. */
static bool take_all(struct merge *m, struct rules_world *w)
{
	struct buf why = {0};
	bool good = true;

	for (size_t i = 0; good && i < m->n; i++) {
		struct rules_item *item = m->turns[i].item;

		good = rules_take(w, item, item->now ? item->now : item->old, &why);
	}
	free(why.p);
	return good;
}

/* Return: whether its newest form has come into force by this. */
static bool renew(struct rules_world *w, struct rules_item *item)
{
	const void *old = item->taken;
	struct buf why = {0};
	bool good;

	if (!item->now || old == item->now)
		return false;
	if (old)
		rules_drop(w, item);
	good = rules_take(w, item, item->now, &why);
	free(item->why);
	item->why = good ? NULL : why.p;
	if (good)
		free(why.p);
	else if (old)
		rules_take(w, item, old, &(struct buf){0});
	return good;
}

/* Those of one place: what was in force stays; then each change for itself, again while one of
 * them has made room for another. */
static void take_place(struct rules_world *w, const struct turn *turns, size_t n)
{
	unsigned rounds = 0;
	bool more = true;

	for (size_t i = 0; i < n; i++) {
		struct rules_item *item = turns[i].item;
		struct buf why = {0};

		if (item->old &&
		    !rules_take(w, item, turns[i].same ? item->now : item->old, &why))
			item->why = why.p;
		else
			free(why.p);
	}
	while (more && rounds++ < ROUNDS_MAX) {
		more = false;
		for (size_t i = 0; i < n; i++)
			more |= renew(w, turns[i].item);
	}
}

static bool of_one_place(const struct rules_item *a, const struct rules_item *b)
{
	return (a->kind <= PART_COMMUNITY) == (b->kind <= PART_COMMUNITY) &&
	       a->from->place == b->from->place;
}

static void take_places(struct rules_world *w, const struct turn *turns, size_t n)
{
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && of_one_place(turns[i].item, turns[end].item);)
			end++;
		take_place(w, turns + i, end - i);
	}
}

static void judge(struct merge *m, struct rules_world *w)
{
	make_turns(m);
	rules_world_init(w);
	if (take_all(m, w))
		return;
	rules_world_fini(w);
	rules_world_init(w);
	for (size_t i = 0; i < m->n; i++)
		m->turns[i].item->taken = NULL;
	take_places(w, m->turns, m->n);
}

/* ---- what became of each input ---- */

static void add_unknown(const struct rules_world *w, enum part_kind kind,
    const struct strlist *names, struct buf *to)
{
	for (size_t i = 0; i < names->n; i++)
		if (!rules_knows(w, kind, names->v[i]))
			buf_fmt(to, "%sthere is no %s %s", to->len ? "; " : "",
			    kind == PART_PEER ? "peer" : "pool", names->v[i]);
}

/* What is in force, but lacks something. */
static void add_wait(const struct rules_world *w, const struct rules_item *item, struct buf *to)
{
	const struct conf_peer *p = item->taken;
	const struct part_ad *ad = item->taken;

	if (item->kind == PART_AD) {
		add_unknown(w, PART_POOL, &ad->pools, to);
		add_unknown(w, PART_PEER, &ad->ad.peers, to);
	}
	if (item->kind == PART_PEER && p->bfd_profile &&
	    !rules_knows(w, PART_BFD, p->bfd_profile))
		buf_fmt(to, "%swaits for the BFD profile %s: peer %s runs without BFD",
		    to->len ? "; " : "", p->bfd_profile, p->name);
}

static void add_why(struct buf *to, const struct rules_item *item, bool alone)
{
	const void *form = item->now ? item->now : item->old;

	if (to->len)
		buf_str(to, "; ");
	if (!alone)
		buf_fmt(to, "%s %s: ", part_item_word(item->kind, form),
		    part_item_name(item->kind, form));
	buf_str(to, item->why);
}

/* items: n of this input. */
static void conclude(struct rules_input *in, const struct rules_world *w,
    const struct rules_item *items, size_t n)
{
	size_t new = 0, old = 0, told = 0;
	struct buf why = {0};

	for (size_t i = 0; i < n; i++) {
		new += items[i].taken &&items[i].taken == items[i].now;
		old += items[i].taken && items[i].taken != items[i].now;
		if (items[i].why && told++ < 4)
			add_why(&why, &items[i], n == 1);
		else if (items[i].taken)
			add_wait(w, &items[i], &why);
	}
	if (told > 4)
		buf_fmt(&why, "; and %zu more", told - 4);
	if (!in->part)
		buf_str(&why, in->error ? in->error : "cannot be read");
	in->state = in->part && new == n ? RULES_GOOD
	            : !new && !old       ? RULES_REFUSED
	            : !new &&old == n    ? RULES_OLD
	                                 : RULES_PARTLY;
	in->why = why.p;
	in->kept = NULL;
	if (in->state == RULES_GOOD || in->state == RULES_REFUSED)
		return;
	in->kept = xcalloc(1, sizeof(*in->kept));
	for (size_t i = 0; i < n; i++)
		if (items[i].taken)
			part_add(in->kept, items[i].kind, items[i].taken);
}

static void conclude_all(
    struct rules_input *in, size_t n, const struct merge *m, const struct rules_world *w)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		size_t from = at;

		while (at < m->n && m->items[at].from == &in[i])
			at++;
		conclude(&in[i], w, m->items ? m->items + from : NULL, at - from);
	}
}

/* ---- what is in force ---- */

static void pool_add_ad(struct pool *pool, const struct pool_ad *ad)
{
	pool->ads = xrealloc(pool->ads, pool->n_ads + 1, sizeof(*pool->ads));
	pool_ad_copy(&pool->ads[pool->n_ads++], ad);
}

/* A pool with a protocol of its own and no advertisement has one by default, beside those of
 * objects, too. */
static void pool_add_ads(struct pool *pool, const struct part *all)
{
	const struct pool_ad by_default = {
	    .protocol = pool->protocols, .aggregation4 = 32, .aggregation6 = 128};
	bool implied = pool->protocols && !pool->n_ads;

	for (size_t i = 0; i < all->n_ads; i++) {
		if (!rules_selects(&all->ads[i], pool))
			continue;
		if (implied)
			pool_add_ad(pool, &by_default);
		implied = false;
		pool_add_ad(pool, &all->ads[i].ad);
		pool->protocols |= all->ads[i].ad.protocol;
	}
}

static int community_cmp(const void *a, const void *b)
{
	return strcmp(((const struct conf_community *)a)->alias,
	    ((const struct conf_community *)b)->alias);
}

static struct rules *build(const struct merge *m)
{
	static unsigned long serial;
	struct rules *r = xcalloc(1, sizeof(*r));
	struct part all = {0};

	for (size_t i = 0; i < m->n; i++)
		if (m->items[i].taken)
			part_add(&all, m->items[i].kind, m->items[i].taken);
	for (size_t i = 0; i < all.n_pools; i++)
		pool_add_ads(&all.pools[i], &all);
	r->serial = ++serial;
	r->policy = (struct policy){.pools = all.pools, .n_pools = all.n_pools};
	r->peers = all.peers;
	r->n_peers = all.n_peers;
	r->communities = all.communities;
	r->n_communities = all.n_communities;
	r->bfd = all.bfd;
	r->n_bfd = all.n_bfd;
	if (r->n_communities)
		qsort(r->communities, r->n_communities, sizeof(*r->communities), community_cmp);
	policy_index(&r->policy, NULL, NULL);
	part_fini(&(struct part){.ads = all.ads, .n_ads = all.n_ads});
	return r;
}

struct rules *rules_make(struct rules_input *in, size_t n)
{
	struct merge m = {0};
	struct rules_world w;
	struct rules *r;

	for (size_t i = 0; i < n; i++)
		add_input(&m, &in[i]);
	judge(&m, &w);
	conclude_all(in, n, &m, &w);
	r = build(&m);
	rules_world_fini(&w);
	for (size_t i = 0; i < m.n; i++)
		free(m.items[i].why);
	free(m.items);
	free(m.turns);
	return r;
}

/* ---- values ---- */

/* What it holds besides the index; borrowed. */
static struct part part_of(const struct rules *r)
{
	return (struct part){.pools = r->policy.pools,
	    .n_pools = r->policy.n_pools,
	    .peers = r->peers,
	    .n_peers = r->n_peers,
	    .communities = r->communities,
	    .n_communities = r->n_communities,
	    .bfd = r->bfd,
	    .n_bfd = r->n_bfd};
}

void rules_free(struct rules *r)
{
	struct part all;

	if (!r)
		return;
	all = part_of(r);
	part_fini(&all);
	r->policy.pools = NULL;
	r->policy.n_pools = 0;
	policy_fini(&r->policy);
	free(r);
}

bool rules_equal(const struct rules *a, const struct rules *b)
{
	const struct part x = part_of(a), y = part_of(b);

	return part_equal(&x, &y);
}
