/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * adverts.c - MetalLB's advertisements: each makes of a Service address the prefix of its
 * aggregation length, with its communities and LOCAL_PREF, for the peers that it names
 * (metallb-compat.md 4.3, 4.4).
 *
 * They are compiled into terms, of which equal ones are one, so that a configuration read anew
 * with the same words changes nothing. What makes a prefix is an offer: the terms of its own
 * address, if it is one, and of the aggregates' members that it holds, in the order in which
 * the advertisements stand. Members are counted, by prefix and term: an aggregate lives while
 * one of them does.
 */
#include "announcer/ads.h"
#include "announcer/bgp/adjout_int.h"
#include "announcer/conf.h"
#include "announcer/util.h"
#include <sys/socket.h>

enum { HOST4 = 32, HOST6 = 128 };

static uint32_t aggregate_hash(const void *e)
{
	const struct prefix *p = &((const struct out_aggregate *)e)->prefix;

	return table_hash(p->addr, ipaddr_len(p->family), p->plen);
}

static bool aggregate_same(const void *a, const void *b)
{
	const struct out_aggregate *x = a, *y = b;

	return prefix_cmp(&x->prefix, &y->prefix) == 0;
}

static uint32_t term_hash(const void *e)
{
	const struct out_term *t = e;
	uint32_t h = table_hash(&t->attrs, sizeof(t->attrs), (uint32_t)t->peers.n);

	for (size_t i = 0; i < t->peers.n; i++)
		h = table_hash(t->peers.v[i], strlen(t->peers.v[i]), h);
	return h;
}

static bool term_same(const void *a, const void *b)
{
	const struct out_term *x = a, *y = b;

	return x->attrs == y->attrs && strlist_equal(&x->peers, &y->peers);
}

static uint32_t offer_hash(const void *e)
{
	const struct out_offer *o = e;

	return table_hash(o->probe, o->n * sizeof(struct out_term *), 0);
}

static bool offer_same(const void *a, const void *b)
{
	const struct out_offer *x = a, *y = b;

	return x->n == y->n && !memcmp(x->probe, y->probe, x->n * sizeof(struct out_term *));
}

static const struct table_ops aggregate_ops = {aggregate_hash, aggregate_same},
			      term_ops = {term_hash, term_same},
			      offer_ops = {offer_hash, offer_same};

void adverts_init(struct out_adverts *a)
{
	a->aggregates.ops = &aggregate_ops;
	a->terms.ops = &term_ops;
	a->offers.ops = &offer_ops;
}

bool term_names(const struct out_term *t, const char *peer)
{
	return !t->peers.n || strlist_has(&t->peers, peer);
}

static void term_drop(struct bgp_out *out, struct out_term *t)
{
	if (--t->refs)
		return;
	table_remove(&out->ads.terms, t);
	bgp_attrs_drop(out->attrs, t->attrs);
	strlist_fini(&t->peers);
	free(t);
}

/* The value of a community's alias, else the word itself. */
static const char *community_value(const struct bgp_out_rules *rules, const char *word)
{
	for (size_t i = 0; i < rules->n_communities; i++)
		if (strcmp(rules->communities[i].alias, word) == 0)
			return rules->communities[i].value;
	return word;
}

static int u32_cmp(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static int large_cmp(const void *a, const void *b)
{
	const struct bgp_large *x = a, *y = b;
	int rc = u32_cmp(&x->global, &y->global);

	if (!rc)
		rc = u32_cmp(&x->local1, &y->local1);
	return rc ? rc : u32_cmp(&x->local2, &y->local2);
}

uint16_t communities_sort(uint32_t *v, size_t n)
{
	size_t to = 0;

	qsort(v, n, sizeof(*v), u32_cmp);
	for (size_t i = 0; i < n; i++)
		if (!to || v[i] != v[to - 1])
			v[to++] = v[i];
	return (uint16_t)to;
}

uint16_t large_sort(struct bgp_large *v, size_t n)
{
	size_t to = 0;

	qsort(v, n, sizeof(*v), large_cmp);
	for (size_t i = 0; i < n; i++)
		if (!to || large_cmp(&v[i], &v[to - 1]))
			v[to++] = v[i];
	return (uint16_t)to;
}

/* What an advertisement says as attributes, shared. */
static const struct bgp_attrs *ad_attrs(
    struct bgp_out *out, const struct bgp_out_rules *rules, const struct pool_ad *ad)
{
	size_t max = ad->communities.n, n = 0, n_large = 0;
	uint32_t *std = xcalloc(max, sizeof(*std));
	struct bgp_large *large = xcalloc(max, sizeof(*large));
	struct bgp_attrs a = *out->igp;
	const struct bgp_attrs *shared;

	for (size_t i = 0; i < max; i++) {
		const char *s = community_value(rules, ad->communities.v[i]);
		bool is_large;

		if (bgp_community_parse(s, &std[n], &large[n_large], &is_large))
			continue; /* conf_check.c refuses it */
		n += !is_large;
		n_large += is_large;
	}
	a.communities = std;
	a.n_communities = communities_sort(std, n);
	a.large = large;
	a.n_large = large_sort(large, n_large);
	if (ad->localpref) {
		a.local_pref = ad->localpref;
		a.has |= BGP_HAS_LOCAL_PREF;
	}
	shared = bgp_attrs_share(out->attrs, &a);
	free(std);
	free(large);
	return shared;
}

static struct out_term *term_of(
    struct bgp_out *out, const struct bgp_out_rules *rules, const struct pool_ad *ad)
{
	struct out_term probe = {.attrs = ad_attrs(out, rules, ad), .peers = ad->peers};
	struct out_term *t = table_find(&out->ads.terms, &probe);

	if (t) {
		bgp_attrs_drop(out->attrs, probe.attrs);
	} else {
		t = xcalloc(1, sizeof(*t));
		t->attrs = probe.attrs;
		for (size_t i = 0; i < ad->peers.n; i++)
			strlist_add(&t->peers, ad->peers.v[i]);
		table_add(&out->ads.terms, t);
	}
	t->refs++;
	return t;
}

static void plan_add(struct bgp_out *out, struct out_plan *plan,
    const struct bgp_out_rules *rules, const struct pool_ad *ad)
{
	plan->v = xrealloc(plan->v, plan->n + 1, sizeof(*plan->v));
	plan->by_service |= ad->services.n > 0;
	plan->v[plan->n++] = (struct plan_row){
	    .term = term_of(out, rules, ad),
	    .by_service = ad->services.n ? ad : NULL,
	    .plen = {(uint8_t)ad->aggregation4, (uint8_t)ad->aggregation6},
	};
}

/* An advertisement with selectors selects no node that is not known. */
static bool ad_counts(const struct pool_ad *ad, const struct k8s_node *node)
{
	return node ? selectors_match(&ad->nodes, node->labels, node->n_labels) : !ad->nodes.n;
}

static void plan_make(struct bgp_out *out, struct out_plan *plan,
    const struct bgp_out_rules *rules, const struct pool *pool)
{
	const struct pool_ad *ad;

	for (size_t at = 0; (ad = ads_next(pool, POLICY_BGP, &at));)
		if (ad_counts(ad, rules->node))
			plan_add(out, plan, rules, ad);
}

static void plans_drop(struct bgp_out *out, struct out_plan *plans, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < plans[i].n; j++)
			term_drop(out, plans[i].v[j].term);
		free(plans[i].v);
	}
	free(plans);
}

static void aggregates_fini(struct table *t)
{
	struct out_aggregate *g;

	for (size_t at = 0; (g = table_next(t, &at));) {
		free(g->v);
		free(g);
	}
	table_fini(t);
}

void adverts_fini(struct bgp_out *out)
{
	struct out_adverts *a = &out->ads;

	plans_drop(out, a->plans, a->n_plans);
	aggregates_fini(&a->aggregates);
	table_fini(&a->offers);
	table_fini(&a->terms);
}

void adverts_set(struct bgp_out *out, const struct bgp_out_rules *rules)
{
	struct out_adverts *a = &out->ads;
	struct out_plan *old = a->plans;
	size_t n_old = a->n_plans;
	uint32_t order = 0;

	a->policy = rules->is_node ? rules->policy : NULL;
	a->n_plans = a->policy ? a->policy->n_pools : 0;
	a->plans = xcalloc(a->n_plans, sizeof(*a->plans));
	for (size_t i = 0; i < a->n_plans; i++)
		plan_make(out, &a->plans[i], rules, &a->policy->pools[i]);
	for (size_t i = a->n_plans; i-- > 0;) /* backwards: the first place of a term counts */
		for (size_t j = a->plans[i].n; j-- > 0;)
			a->plans[i].v[j].term->order = UINT32_MAX - ++order;
	plans_drop(out, old, n_old);
}

static struct ipaddr address_of(const struct prefix *p)
{
	struct ipaddr a = {.family = p->family};

	memcpy(a.addr, p->addr, sizeof(a.addr));
	return a;
}

static bool is_host(const struct prefix *p)
{
	return p->plen == (p->family == AF_INET6 ? HOST6 : HOST4);
}

const struct out_plan *adverts_plan(
    const struct out_adverts *a, const struct prefix *p, const struct out_why **why)
{
	static const struct out_why
	    no_pool = {"the address is in no pool", "add it to addresses of a pool"},
	    none = {"its pool has no advertisement",
		"create a BGPAdvertisement that selects the pool"},
	    layer2 = {"its pool is for ARP and NDP alone",
		"set protocol: bgp of the pool, or create a BGPAdvertisement that selects it"},
	    no_ad = {"no advertisement of its pool selects this node",
		"change node-selectors of its bgp-advertisements, or the labels of this Node"};
	const struct ipaddr address = address_of(p);
	const struct pool *pool = a->policy ? policy_pool_of(a->policy, &address) : NULL;
	const struct out_plan *plan = pool ? &a->plans[pool - a->policy->pools] : NULL;

	*why = !pool                             ? &no_pool
	       : !pool->protocols                ? &none
	       : !(pool->protocols & POLICY_BGP) ? &layer2
	                                         : &no_ad;
	return plan && plan->n ? plan : NULL;
}

bool adverts_by_service(const struct out_adverts *a, const struct prefix *p)
{
	const struct out_why *why;
	const struct out_plan *plan = is_host(p) ? adverts_plan(a, p, &why) : NULL;

	return plan && plan->by_service;
}

bool out_row_counts(
    const struct bgp_out *out, const struct prefix *member, const struct plan_row *row)
{
	const struct ipaddr a = address_of(member);

	return !row->by_service ||
	       (out->counts && out->counts(&a, row->by_service, out->counts_arg));
}

static struct out_aggregate *aggregate_find(const struct out_adverts *a, const struct prefix *p)
{
	const struct out_aggregate probe = {.prefix = *p};

	return table_find(&a->aggregates, &probe);
}

static struct agg_row *agg_row(struct out_aggregate *g, const struct out_term *t)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->v[i].term == t)
			return &g->v[i];
	return NULL;
}

/* One member more. Return: whether it is the first. */
static bool member_add(struct out_adverts *a, const struct prefix *p, struct out_term *t)
{
	struct out_aggregate *g = aggregate_find(a, p);
	struct agg_row *row;

	if (!g) {
		g = xcalloc(1, sizeof(*g));
		g->prefix = *p;
		table_add(&a->aggregates, g);
	}
	row = agg_row(g, t);
	if (row) {
		row->members++;
		return false;
	}
	g->v = xrealloc(g->v, g->n + 1, sizeof(*g->v));
	g->v[g->n++] = (struct agg_row){t, 1};
	return true;
}

/* One member less. Return: whether it was the last. */
static bool member_remove(struct out_adverts *a, const struct prefix *p, struct out_term *t)
{
	struct out_aggregate *g = aggregate_find(a, p);
	struct agg_row *row = agg_row(g, t);

	if (--row->members)
		return false;
	*row = g->v[--g->n];
	if (!g->n) {
		table_remove(&a->aggregates, g);
		free(g->v);
		free(g);
	}
	return true;
}

static int term_cmp(const void *a, const void *b)
{
	const struct out_term *x = *(struct out_term *const *)a;
	const struct out_term *y = *(struct out_term *const *)b;

	return u32_cmp(&x->order, &y->order);
}

static const struct out_offer *offer_of(struct bgp_out *out, struct out_term **v, size_t n)
{
	const struct out_offer probe = {.n = n, .probe = v};
	struct out_offer *o = table_find(&out->ads.offers, &probe);

	if (!o) {
		o = xcalloc(1, sizeof(*o) + n * sizeof(struct out_term *));
		o->n = n;
		o->probe = o->terms;
		for (size_t i = 0; i < n; i++) {
			o->terms[i] = v[i];
			v[i]->refs++;
		}
		table_add(&out->ads.offers, o);
	}
	o->head.refs++;
	return o;
}

const struct out_offer *adverts_offer(struct bgp_out *out, const struct out_entry *e)
{
	bool host = e->own && e->own->source == RIB_KUBERNETES && is_host(&e->prefix);
	const struct out_aggregate *g = aggregate_find(&out->ads, &e->prefix);
	const struct out_why *why;
	const struct out_plan *plan = host ? adverts_plan(&out->ads, &e->prefix, &why) : NULL;
	size_t max = (g ? g->n : 0) + (plan ? plan->n : 0);
	struct out_term *few[8], **v = few;
	const struct out_offer *o;
	size_t n = 0, to = 0;

	if (max > ARRAY_LEN(few))
		v = xcalloc(max, sizeof(*v));
	for (size_t i = 0; g && i < g->n; i++)
		v[n++] = g->v[i].term;
	for (size_t i = 0; plan && i < plan->n; i++)
		if (plan->v[i].plen[family_index(e->prefix.family)] == e->prefix.plen &&
		    out_row_counts(out, &e->prefix, &plan->v[i]))
			v[n++] = plan->v[i].term;
	if (n > 1)
		qsort(v, n, sizeof(struct out_term *), term_cmp);
	for (size_t i = 0; i < n; i++)
		if (!to || v[i] != v[to - 1])
			v[to++] = v[i];
	o = to ? offer_of(out, v, to) : NULL;
	if (v != few)
		free(v);
	return o;
}

void adverts_drop(struct bgp_out *out, const struct out_offer *offer)
{
	struct out_offer *o = (struct out_offer *)(uintptr_t)offer;

	if (!o || --o->head.refs)
		return;
	table_remove(&out->ads.offers, o);
	for (size_t i = 0; i < o->n; i++)
		term_drop(out, o->terms[i]);
	free(o);
}

/* An entry whose offer changed is touched; so is a new one. */
static void offer_renew(struct bgp_out *out, struct out_entry *e)
{
	const struct out_offer *old = e->offer;

	e->offer = adverts_offer(out, e);
	adverts_drop(out, old); /* after: an equal one stays the same */
	if (e->offer != old || e->at == OUTLOG_NOWHERE)
		outlog_touch(&out->log, e);
}

struct prefix out_row_prefix(const struct prefix *member, const struct plan_row *row)
{
	const struct ipaddr a = address_of(member);

	return prefix_of(&a, row->plen[family_index(member->family)]);
}

void adverts_member(struct bgp_out *out, const struct prefix *p, bool there)
{
	const struct out_why *why;
	const struct out_plan *plan = is_host(p) ? adverts_plan(&out->ads, p, &why) : NULL;

	for (size_t i = 0; plan && i < plan->n; i++) {
		const struct prefix q = out_row_prefix(p, &plan->v[i]);
		struct out_term *t = plan->v[i].term;

		if (is_host(&q)) /* the entry's own matter */
			continue;
		if (there ? member_add(&out->ads, &q, t) : member_remove(&out->ads, &q, t))
			offer_renew(out, outlog_make(&out->log, &q));
	}
}

void adverts_rejudge(struct bgp_out *out)
{
	size_t n = 0, n_all = ptable_count(&out->log.index, 0);
	struct out_entry **all = xcalloc(n_all, sizeof(*all)), *e;
	struct out_aggregate *g;

	aggregates_fini(&out->ads.aggregates);
	for (uint32_t at = 0; (e = outlog_next(&out->log, &at));)
		all[n++] = e;
	for (size_t i = 0; i < n; i++) {
		const struct prefix *p = &all[i]->prefix;
		const struct out_why *why;
		const struct out_plan *plan = NULL;

		if (all[i]->own && all[i]->own->source == RIB_KUBERNETES && is_host(p))
			plan = adverts_plan(&out->ads, p, &why);
		for (size_t j = 0; plan && j < plan->n; j++) {
			const struct prefix q = out_row_prefix(p, &plan->v[j]);

			if (!is_host(&q))
				member_add(&out->ads, &q, plan->v[j].term);
		}
	}
	for (size_t i = 0; i < n; i++)
		if (all[i]->prefix.family) /* else it was freed meanwhile */
			offer_renew(out, all[i]);
	free(all);
	for (size_t at = 0; (g = table_next(&out->ads.aggregates, &at));)
		if (!outlog_find(&out->log, &g->prefix))
			offer_renew(out, outlog_make(&out->log, &g->prefix));
}
