/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may answer ARP and NDP for an address: the nodes that are eligible for its Services by
 * the advertisements for layer 2, each with what these say of it. That is the same for all
 * Services that the same advertisements count for, and kept with what they have in common.
 */
#include "announcer/desired_priv.h"
#include "announcer/util.h"

/* Of one node. */
struct rating {
	uint32_t preference;
	const struct strlist *interfaces; /* an advertisement's or one of lists; NULL = any */
};

struct desired_l2 {
	struct rating *v; /* of all Nodes, in their order */
	struct strlist **lists;
	size_t n_lists;
};

static bool has(const struct strlist *all, const struct strlist *some)
{
	for (size_t i = 0; i < some->n; i++)
		if (!strlist_has(all, some->v[i]))
			return false;
	return true;
}

/* The list, or the one of before that has the same words. Consumes it. */
static const struct strlist *keep(struct desired_l2 *l2, struct strlist *list)
{
	struct strlist *kept;

	for (size_t i = 0; i < l2->n_lists; i++) {
		if (!strlist_equal(l2->lists[i], list))
			continue;
		strlist_fini(list);
		return l2->lists[i];
	}
	kept = xcalloc(1, sizeof(*kept));
	*kept = *list;
	l2->lists = xrealloc(l2->lists, l2->n_lists + 1, sizeof(struct strlist *));
	l2->lists[l2->n_lists++] = kept;
	return kept;
}

/* What all name; whoever names none means any. */
static const struct strlist *unite(
    struct desired_l2 *l2, const struct strlist *a, const struct strlist *b)
{
	struct strlist both;

	if (has(a, b))
		return a;
	if (has(b, a))
		return b;
	strlist_copy(&both, a);
	for (size_t i = 0; i < b->n; i++)
		if (!strlist_has(&both, b->v[i]))
			strlist_add(&both, b->v[i]);
	return keep(l2, &both);
}

static uint32_t preference_of(const struct pool_ad *ad, const struct k8s_node *node)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < ad->n_preferred; i++)
		if (selectors_match(&ad->preferred[i].nodes, node->labels, node->n_labels))
			sum += ad->preferred[i].weight;
	return sum;
}

static struct rating rate(
    struct desired_l2 *l2, const struct ads *ads, const struct k8s_node *node)
{
	struct rating r = {0};
	bool any = false;

	for (size_t i = 0; i < ads->n; i++) {
		const struct pool_ad *ad = ads->v[i];

		if (!selectors_match(&ad->nodes, node->labels, node->n_labels))
			continue;
		r.preference += preference_of(ad, node);
		any |= !ad->interfaces.n;
		if (!any)
			r.interfaces = r.interfaces ? unite(l2, r.interfaces, &ad->interfaces)
			                            : &ad->interfaces;
	}
	if (any)
		r.interfaces = NULL;
	return r;
}

static const struct rating *ratings(const struct desired *d, struct desired_cluster *c)
{
	if (c->l2)
		return c->l2->v;
	c->l2 = xcalloc(1, sizeof(*c->l2));
	c->l2->v = xcalloc(c->n, sizeof(*c->l2->v));
	for (size_t i = 0; i < c->n; i++)
		c->l2->v[i] = rate(c->l2, &c->ads, d->cache->nodes[i].node);
	return c->l2->v;
}

void desired_l2_free(struct desired_l2 *l2)
{
	if (!l2)
		return;
	for (size_t i = 0; i < l2->n_lists; i++) {
		strlist_fini(l2->lists[i]);
		free(l2->lists[i]);
	}
	free(l2->lists);
	free(l2->v);
	free(l2);
}

/* The advertisements by which the candidates were made. */
static const struct ads *ads_of(const struct desired_outcome *o)
{
	const struct desired_part *first = o->parts;

	while (!desired_contributes(first))
		first++;
	return &first->ads;
}

static void tell(
    const struct desired *d, const struct alloc_addr *aa, const struct desired_outcome *o)
{
	struct l2_wish w = {.addr = aa->addr, .key = o->parts[0].svc->alloc->addr[0]};
	struct desired_cluster *c = desired_cluster(d, ads_of(o), aa->addr.family);
	const struct rating *r = ratings(d, c);
	struct l2_candidate *v = xcalloc(o->n_candidates, sizeof(*v));

	for (size_t i = 0, at = 0; i < o->n_candidates; i++) {
		const struct eligible_verdict *e = &o->candidates[i];

		while (strcmp(c->nodes[at].node, e->node) != 0)
			at++;
		v[w.n++] = (struct l2_candidate){.node = e->node,
		    .preference = r[at].preference,
		    .draining = e->draining,
		    .interfaces = r[at].interfaces};
	}
	w.v = v;
	d->on_l2(&w, d->l2_arg);
	free(v);
}

static void tell_nobody(const struct desired *d, const struct alloc_addr *aa)
{
	const struct l2_wish w = {.addr = aa->addr, .key = aa->addr};

	d->on_l2(&w, d->l2_arg);
}

void desired_tell_l2(
    const struct desired *d, const struct alloc_addr *aa, const struct desired_outcome *o)
{
	struct desired_outcome own = {0};

	if (!d->on_l2 || !d->node)
		return;
	if (!o->layer2 && aa->pool && aa->pool->protocols & POLICY_LAYER2) {
		desired_outcome_make_l2(d, aa, &own);
		o = &own;
	}
	if (o->n_candidates)
		tell(d, aa, o);
	else
		tell_nobody(d, aa);
	desired_outcome_fini(&own);
}
