/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What show and why ask: one address of one Service, computed again with what the run uses. */
#include "announcer/desired_priv.h"
#include "announcer/util.h"
#include <sys/socket.h>

#define TEXT(reason, ...) [reason] = {__VA_ARGS__}

static const struct desired_text texts[DESIRED_REASONS] = {
    TEXT(DESIRED_OK, "announced", "announced over its eligible nodes"),
    TEXT(DESIRED_NO_ADDRESS, "no-address", "it has no address"),
    TEXT(DESIRED_NO_ENDPOINTS, "no-endpoints", "no endpoint of this family is ready"),
    TEXT(DESIRED_NO_NODES, "no-nodes", "it has endpoints, but no node is eligible"),
    TEXT(DESIRED_LEFT_OUT, "left-out",
	"only Services that share its address have eligible nodes"),
    TEXT(DESIRED_NARROWED, "narrowed", "announced over the nodes that serve all who share"),
    TEXT(DESIRED_OTHERS_NODES, "others-nodes",
	"no node serves all who share the address: the oldest one's are used"),
    TEXT(DESIRED_NO_COMMON, "no-common-node",
	"no node has a ready endpoint of all who share the address"),
    TEXT(DESIRED_LIMITED, "limited", "announced over as many nodes as zebra takes"),
    TEXT(DESIRED_NOT_HERE, "not-here", "other nodes announce it, this one does not"),
    TEXT(DESIRED_LAYER2, "layer2", "its pool is for ARP and NDP, not for routes"),
    TEXT(DESIRED_MUTED, "service-selectors",
	"it shares its address, and is selected by advertisements for some Services only"),
};

const struct desired_text *desired_text(enum desired_reason reason)
{
	return &texts[reason];
}

static enum desired_reason reason_of(
    const struct desired_outcome *o, const struct desired_part *p, bool endpoints)
{
	const struct desired_part *first = o->parts;

	if (p->muted)
		return DESIRED_MUTED;
	if (!p->sum.eligible && o->route.nodes)
		return DESIRED_LEFT_OUT;
	if (!p->sum.eligible)
		return endpoints ? DESIRED_NO_NODES : DESIRED_NO_ENDPOINTS;
	if (o->apart)
		return DESIRED_NO_COMMON;
	if (!o->layer2 && !o->route.n)
		return DESIRED_NOT_HERE;
	while (!desired_contributes(first))
		first++;
	if (o->split && p != first)
		return DESIRED_OTHERS_NODES;
	if (o->layer2)
		return DESIRED_LAYER2;
	if (o->contributors > 1 && o->route.nodes < p->sum.eligible)
		return DESIRED_NARROWED;
	return o->route.over ? DESIRED_LIMITED : DESIRED_OK;
}

static const struct desired_part *part_of(
    const struct desired_outcome *o, const struct store_service *svc)
{
	for (size_t i = 0; i < o->n_parts; i++)
		if (o->parts[i].svc == svc)
			return &o->parts[i];
	return NULL;
}

static void list_sharers(struct desired_view *v, const struct desired_outcome *o)
{
	v->sharers = xcalloc(o->n_parts, sizeof(*v->sharers));
	for (size_t i = 0; i < o->n_parts; i++)
		if (o->parts[i].svc != v->svc)
			v->sharers[v->n_sharers++] = o->parts[i].svc;
}

/* Every node's verdict; for a Service alone on its address also what the limit leaves out. */
static void list_nodes(
    const struct desired *d, struct desired_view *v, const struct ads *ads, bool alone)
{
	struct eligible_in in = desired_ask(d, v->svc, v->addr.family, ads);
	struct eligible_node *nodes = desired_all_nodes(d, v->svc, v->addr.family, &v->n_nodes);

	in.nodes = nodes;
	in.n = v->n_nodes;
	v->nodes = xcalloc(v->n_nodes, sizeof(*v->nodes));
	v->sum = eligible_run(&in, v->nodes);
	free(nodes);
	if (alone && !d->node)
		eligible_limit(
		    v->nodes, v->n_nodes, d->router.max_nexthops, desired_subset_of(&v->addr));
}

static struct desired_view view(
    const struct desired *d, const struct store_service *svc, unsigned which, bool whole)
{
	struct desired_view v = {.svc = svc, .alloc = svc->alloc, .reason = DESIRED_NO_ADDRESS};
	const struct desired_part *p;
	struct desired_outcome o;
	enum store_family family;
	const struct alloc_addr *aa;

	if (!svc->obj || !v.alloc || which >= v.alloc->n)
		return v;
	v.addr = v.alloc->addr[which];
	aa = alloc_addr(d->alloc, &v.addr);
	v.pool = aa->pool;
	family = v.addr.family == AF_INET6 ? STORE_V6 : STORE_V4;
	v.ready = svc->total.ready[family];
	v.draining = svc->total.draining[family];
	desired_outcome_make(d, aa, &o);
	v.n_nexthops = o.route.n;
	v.n_announcing = o.route.nodes;
	p = part_of(&o, svc);
	if (p) {
		v.sum = p->sum;
		v.reason = reason_of(&o, p, v.ready || v.draining);
	}
	if (whole) {
		list_sharers(&v, &o);
		list_nodes(d, &v, p ? &p->ads : NULL, o.n_parts < 2);
	}
	desired_outcome_fini(&o);
	return v;
}

struct desired_view desired_look(
    const struct desired *d, const struct store_service *svc, unsigned which)
{
	return view(d, svc, which, false);
}

struct desired_view desired_explain(
    const struct desired *d, const struct store_service *svc, unsigned which)
{
	return view(d, svc, which, true);
}

void desired_view_fini(struct desired_view *v)
{
	free(v->nodes);
	free(v->sharers);
	v->nodes = NULL;
	v->sharers = NULL;
}

static int verdict_cmp(const void *a, const void *b)
{
	return strcmp(((const struct eligible_verdict *)a)->node,
	    ((const struct eligible_verdict *)b)->node);
}

/* The Service is announced from this node, and the advertisement is for it. */
static bool part_counts(
    const struct desired *d, const struct desired_part *p, const struct pool_ad *ad)
{
	const struct eligible_verdict probe = {.node = d->node}, *v = NULL;

	if (p->n)
		v = bsearch(&probe, p->nodes, p->n, sizeof(probe), verdict_cmp);
	return v && v->eligible && ads_has(&p->ads, ad);
}

bool desired_ad_counts(
    const struct desired *d, const struct ipaddr *addr, const struct pool_ad *ad)
{
	const struct alloc_addr *aa = d->node ? alloc_addr(d->alloc, addr) : NULL;
	struct desired_outcome o;
	bool counts = false;

	if (!aa)
		return false;
	desired_outcome_make(d, aa, &o);
	for (size_t i = 0; i < o.n_parts && !counts; i++)
		counts = part_counts(d, &o.parts[i], ad);
	desired_outcome_fini(&o);
	return counts;
}

static int hop_cmp(const void *a, const void *b)
{
	return ipaddr_cmp(
	    &((const struct rib_nexthop *)a)->addr, &((const struct rib_nexthop *)b)->addr);
}

/* It is eligible, and the route has no room for it. */
static bool over_limit(
    const struct desired *d, const struct desired_outcome *o, const struct eligible_verdict *v)
{
	const struct rib_nexthop hop = {.addr = v->nexthop};

	if (!v->eligible || d->node || o->n_parts > 1 || !o->route.over)
		return false;
	return !bsearch(&hop, o->route.nh, o->route.n, sizeof(hop), hop_cmp);
}

struct eligible_verdict desired_verdict(
    const struct desired *d, const struct store_service *svc, unsigned which, const char *node)
{
	struct eligible_verdict v = {.node = node, .reason = ELIGIBLE_NO_ENDPOINT};
	const struct alloc_addr *aa = alloc_addr(d->alloc, &svc->alloc->addr[which]);
	const struct eligible_verdict *found = NULL;
	const struct desired_part *p;
	struct desired_outcome o;

	desired_outcome_make(d, aa, &o);
	p = part_of(&o, svc);
	if (p && p->n)
		found = bsearch(&v, p->nodes, p->n, sizeof(v), verdict_cmp);
	if (found) {
		v = *found;
		v.node = node;
	}
	/* What all Services have in common was computed as if some endpoint were ready. */
	if (p && p->shared && v.eligible &&
	    !svc->total.ready[aa->addr.family == AF_INET6 ? STORE_V6 : STORE_V4]) {
		v.draining = true;
		if (v.reason == ELIGIBLE_OK)
			v.reason = ELIGIBLE_OK_DRAINING;
	}
	if (over_limit(d, &o, &v)) {
		v.reason = ELIGIBLE_OVER_LIMIT;
		v.eligible = false;
		v.weight = 0;
	}
	desired_outcome_fini(&o);
	return v;
}
