/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Nodes for an address: what one Service contributes, what all Cluster Services of one
 * family and the same advertisements have in common (computed once after a Node has changed,
 * not once a Service), and what several Services that share an address make together: without
 * those that no node serves, the nodes eligible for all the others, each with its smallest
 * weight; if no node is eligible for all, the nodes of the oldest Service, or none if they are
 * Local Services of unlike pods. Role node reckons the same for all nodes, so that they agree,
 * and then takes interface lo where it is one of them.
 */
#include "announcer/desired_priv.h"
#include "announcer/util.h"
#include <sys/socket.h>

uint32_t desired_subset_of(const struct ipaddr *addr)
{
	return table_hash(addr->addr, ipaddr_len(addr->family), 0) % DESIRED_SUBSETS;
}

static enum store_family family_index(uint8_t family)
{
	return family == AF_INET6 ? STORE_V6 : STORE_V4;
}

/* The advertisements that a route for an address of this pool goes by: those of any protocol on
 * role router, of BGP on role node. */
static unsigned protocols_of(const struct desired *d, const struct pool *pool)
{
	return d->node && pool->protocols & POLICY_BGP ? POLICY_BGP : pool->protocols;
}

struct eligible_in desired_ask(const struct desired *d, const struct store_service *svc,
    uint8_t family, const struct ads *ads)
{
	return (struct eligible_in){
	    .local = svc->obj->service.local,
	    .family = family,
	    .ready = svc->total.ready[family_index(family)],
	    .draining = svc->total.draining[family_index(family)],
	    .ads = ads,
	    .router = &d->router,
	};
}

static struct eligible_node node_of_count(const struct store_count *c, uint8_t family)
{
	return (struct eligible_node){
	    .name = c->node->name,
	    .node = c->node->obj ? &c->node->obj->node : NULL,
	    .ready = c->tally.ready[family_index(family)],
	    .draining = c->tally.draining[family_index(family)],
	};
}

/* The cache with its list of Nodes up to date. */
static struct desired_cache *cache(const struct desired *d)
{
	struct desired_cache *c = d->cache;
	struct store_node *const *nodes;

	if (c->filled && c->generation == store_nodes_generation(d->st))
		return c;
	desired_cache_drop((struct desired *)d);
	nodes = store_nodes(d->st, &c->n_nodes);
	c->nodes = xcalloc(c->n_nodes, sizeof(*c->nodes));
	for (size_t i = 0; i < c->n_nodes; i++) {
		c->nodes[i].name = nodes[i]->name;
		c->nodes[i].node = &nodes[i]->obj->node;
	}
	c->generation = store_nodes_generation(d->st);
	c->filled = true;
	return c;
}

void desired_cache_drop(struct desired *d)
{
	struct desired_cache *c = d->cache;

	for (size_t i = 0; i < c->n_clusters; i++) {
		free(c->clusters[i].nodes);
		ads_fini(&c->clusters[i].ads);
		desired_l2_free(c->clusters[i].l2);
		for (size_t j = 0; j < DESIRED_SUBSETS; j++)
			free(c->clusters[i].subset[j].nh);
	}
	free(c->clusters);
	free(c->nodes);
	*c = (struct desired_cache){0};
}

struct desired_cluster *desired_cluster(
    const struct desired *d, const struct ads *ads, uint8_t family)
{
	struct desired_cache *c = cache(d);
	struct desired_cluster *cl;
	struct eligible_in in;

	for (size_t i = 0; i < c->n_clusters; i++)
		if (c->clusters[i].family == family && ads_equal(&c->clusters[i].ads, ads))
			return &c->clusters[i];
	c->clusters = xrealloc(c->clusters, c->n_clusters + 1, sizeof(*c->clusters));
	cl = &c->clusters[c->n_clusters++];
	*cl = (struct desired_cluster){.family = family, .n = c->n_nodes};
	ads_copy(&cl->ads, ads);
	cl->nodes = xcalloc(cl->n, sizeof(*cl->nodes));
	in = (struct eligible_in){
	    .family = family,
	    .ready = 1, /* only asked for Services that have an endpoint */
	    .nodes = c->nodes,
	    .n = c->n_nodes,
	    .ads = ads,
	    .router = &d->router,
	};
	cl->sum = eligible_run(&in, cl->nodes);
	return cl;
}

static int nexthop_cmp(const void *a, const void *b)
{
	const struct rib_nexthop *x = a, *y = b;

	return ipaddr_cmp(&x->addr, &y->addr);
}

/* Nodes that have the same address (behind one NAT) are one next hop. */
static size_t merge_same(struct rib_nexthop *nh, size_t n)
{
	size_t to = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned sum = nh[i].weight;

		if (to && nexthop_cmp(&nh[to - 1], &nh[i]) == 0) {
			sum += nh[to - 1].weight;
			nh[to - 1].weight = (uint16_t)(sum > 255 ? 255 : sum);
			continue;
		}
		nh[to++] = nh[i];
	}
	return to;
}

/* Role node: what reaches this node for the address is its own to deliver. */
static void nexthop_itself(const struct desired *d, const struct eligible_verdict *nodes,
    size_t n, struct desired_nexthops *out)
{
	for (size_t i = 0; i < n; i++) {
		if (!nodes[i].eligible || strcmp(nodes[i].node, d->node) != 0)
			continue;
		out->nh = xcalloc(1, sizeof(*out->nh));
		out->nh[0] = (struct rib_nexthop){.loopback = true, .weight = 1};
		out->n = 1;
		return;
	}
}

/* Next hops of the eligible nodes, at most the router's limit; changes `nodes`. Role node:
 * interface lo where this one is among them. */
static struct desired_nexthops nexthops_make(
    const struct desired *d, struct eligible_verdict *nodes, size_t n, uint32_t subset)
{
	struct desired_nexthops out = {0};

	for (size_t i = 0; i < n; i++)
		out.nodes += nodes[i].eligible;
	if (d->node) {
		nexthop_itself(d, nodes, n, &out);
		return out;
	}
	out.over = eligible_limit(nodes, n, d->router.max_nexthops, subset);
	out.n = out.nodes - out.over;
	if (!out.n)
		return out;
	out.nh = xcalloc(out.n, sizeof(*out.nh));
	out.n = 0;
	for (size_t i = 0; i < n; i++)
		if (nodes[i].eligible)
			out.nh[out.n++] = (struct rib_nexthop){
			    .addr = nodes[i].nexthop, .weight = nodes[i].weight};
	qsort(out.nh, out.n, sizeof(*out.nh), nexthop_cmp);
	out.n = merge_same(out.nh, out.n);
	return out;
}

static const struct desired_nexthops *cluster_subset(
    const struct desired *d, struct desired_cluster *c, uint32_t subset)
{
	struct eligible_verdict *copy;

	if (c->made[subset])
		return &c->subset[subset];
	copy = xcalloc(c->n, sizeof(*copy));
	if (c->n)
		memcpy(copy, c->nodes, c->n * sizeof(*copy));
	c->subset[subset] = nexthops_make(d, copy, c->n, subset);
	c->made[subset] = true;
	free(copy);
	return &c->subset[subset];
}

static void part_cluster(const struct desired *d, struct desired_part *p, uint8_t family)
{
	struct eligible_in in = desired_ask(d, p->svc, family, &p->ads);
	struct desired_cluster *c;

	if (!in.ready && !in.draining)
		return;
	c = desired_cluster(d, &p->ads, family);
	p->nodes = c->nodes;
	p->n = c->n;
	p->sum = c->sum;
	p->shared = true;
}

static void part_local(const struct desired *d, struct desired_part *p, uint8_t family)
{
	struct eligible_in in = desired_ask(d, p->svc, family, &p->ads);
	struct eligible_node *nodes;

	in.n = p->n = p->svc->n_counts;
	in.nodes = nodes = xcalloc(in.n, sizeof(*nodes));
	p->nodes = xcalloc(in.n, sizeof(*p->nodes));
	for (size_t i = 0; i < in.n; i++)
		nodes[i] = node_of_count(&p->svc->counts[i], family);
	p->sum = eligible_run(&in, p->nodes);
	free(nodes);
}

static void part_make(const struct desired *d, const struct store_service *svc,
    const struct alloc_addr *aa, unsigned protocols, struct desired_part *p)
{
	*p = (struct desired_part){.svc = svc};
	ads_make(&p->ads, aa->pool, protocols, &svc->obj->service);
	if (svc->obj->service.local)
		part_local(d, p, aa->addr.family);
	else
		part_cluster(d, p, aa->addr.family);
}

bool desired_contributes(const struct desired_part *p)
{
	return p->sum.eligible && !p->muted;
}

static int part_cmp(const void *a, const void *b)
{
	const struct desired_part *x = a, *y = b;

	return store_service_cmp_age(x->svc, y->svc);
}

static struct eligible_verdict *verdict_find(
    const struct desired_part *p, const char *node, size_t *from)
{
	while (*from < p->n && strcmp(p->nodes[*from].node, node) < 0)
		++*from;
	if (*from < p->n && strcmp(p->nodes[*from].node, node) == 0)
		return &p->nodes[*from];
	return NULL;
}

/* Leave in `v` the nodes that are eligible for p, too. */
static void intersect(struct eligible_verdict *v, size_t n, const struct desired_part *p)
{
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		const struct eligible_verdict *o;

		if (!v[i].eligible)
			continue;
		o = verdict_find(p, v[i].node, &from);
		if (!o || !o->eligible)
			v[i].eligible = false;
		else if (o->weight < v[i].weight)
			v[i].weight = o->weight;
		v[i].draining |= o && o->draining;
	}
}

static bool any_eligible(const struct eligible_verdict *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].eligible)
			return true;
	return false;
}

/* Some contributors are Local, but not to the same pods: what reaches a node without a pod of
 * theirs is lost to them. */
static bool unlike_locals(const struct desired_outcome *o)
{
	const char *selector = NULL;

	for (size_t i = 0; i < o->n_parts; i++) {
		const struct k8s_service *s = &o->parts[i].svc->obj->service;

		if (!desired_contributes(&o->parts[i]) || !s->local)
			continue;
		if (selector && strcmp(selector, s->selector) != 0)
			return true;
		selector = s->selector;
	}
	return false;
}

/* The first contributor's nodes, then less those that others do not have: n of them, to be
 * freed. */
static struct eligible_verdict *merge(struct desired_outcome *o, size_t *n)
{
	const struct desired_part *first = o->parts;
	struct eligible_verdict *v;

	while (!desired_contributes(first))
		first++;
	*n = first->n;
	v = xcalloc(first->n, sizeof(*v));
	memcpy(v, first->nodes, first->n * sizeof(*v));
	for (const struct desired_part *p = first + 1; p < o->parts + o->n_parts; p++)
		if (desired_contributes(p))
			intersect(v, first->n, p);
	if (!any_eligible(v, first->n) && unlike_locals(o)) {
		o->apart = true;
	} else if (!any_eligible(v, first->n)) {
		o->split = true;
		memcpy(v, first->nodes, first->n * sizeof(*v));
	}
	return v;
}

static void merge_parts(const struct desired *d, struct desired_outcome *o, uint32_t subset)
{
	size_t n;
	struct eligible_verdict *v = merge(o, &n);

	o->route = nexthops_make(d, v, n, subset);
	free(v);
}

static void merge_one(const struct desired *d, const struct alloc_addr *aa,
    struct desired_outcome *o, uint32_t subset)
{
	struct desired_cluster *c;

	if (!o->parts[0].shared) {
		merge_parts(d, o, subset);
		return;
	}
	c = desired_cluster(d, &o->parts[0].ads, aa->addr.family);
	o->route = *cluster_subset(d, c, subset);
	o->route_shared = true;
}

/* Who may answer for it. */
static void merge_candidates(struct desired_outcome *o)
{
	size_t n;

	if (!o->contributors)
		return;
	o->candidates = merge(o, &n);
	for (size_t i = 0; i < n; i++)
		if (o->candidates[i].eligible)
			o->candidates[o->n_candidates++] = o->candidates[i];
	o->route.nodes = o->n_candidates;
}

/* metallb-compat 4.5: an address that may be shared is not announced by advertisements that are
 * for some Services only. */
static bool muted(const struct desired_part *p)
{
	const char *key = p->svc->obj->service.share_key;

	if (!key || !*key)
		return false;
	for (size_t i = 0; i < p->ads.n; i++)
		if (p->ads.v[i]->services.n)
			return true;
	return false;
}

static void make_parts(const struct desired *d, const struct alloc_addr *aa, unsigned protocols,
    struct desired_outcome *o)
{
	o->parts = xcalloc(aa->n_users, sizeof(*o->parts));
	for (size_t i = 0; i < aa->n_users; i++)
		if (aa->users[i]->svc->obj)
			part_make(d, aa->users[i]->svc, aa, protocols, &o->parts[o->n_parts++]);
	qsort(o->parts, o->n_parts, sizeof(*o->parts), part_cmp);
	for (size_t i = 0; i < o->n_parts; i++) {
		struct desired_part *p = &o->parts[i];

		p->muted = o->layer2 && muted(p);
		o->contributors += desired_contributes(p);
	}
}

void desired_outcome_make_l2(
    const struct desired *d, const struct alloc_addr *aa, struct desired_outcome *o)
{
	*o = (struct desired_outcome){.layer2 = true};
	make_parts(d, aa, POLICY_LAYER2, o);
	merge_candidates(o);
}

void desired_outcome_make(
    const struct desired *d, const struct alloc_addr *aa, struct desired_outcome *o)
{
	uint32_t subset = desired_subset_of(&aa->addr);

	*o = (struct desired_outcome){0};
	if (!aa->pool) /* the guard: nothing outside the pools */
		return;
	if (d->node && aa->pool->protocols == POLICY_LAYER2) {
		desired_outcome_make_l2(d, aa, o);
		return;
	}
	make_parts(d, aa, protocols_of(d, aa->pool), o);
	if (o->n_parts == 1 && o->contributors)
		merge_one(d, aa, o, subset);
	else if (o->contributors)
		merge_parts(d, o, subset);
}

void desired_outcome_fini(struct desired_outcome *o)
{
	for (size_t i = 0; i < o->n_parts; i++) {
		ads_fini(&o->parts[i].ads);
		if (!o->parts[i].shared)
			free(o->parts[i].nodes);
	}
	free(o->parts);
	free(o->candidates);
	if (!o->route_shared)
		free(o->route.nh);
}

static int eligible_node_cmp(const void *a, const void *b)
{
	return strcmp(
	    ((const struct eligible_node *)a)->name, ((const struct eligible_node *)b)->name);
}

struct eligible_node *desired_all_nodes(
    const struct desired *d, const struct store_service *svc, uint8_t family, size_t *n)
{
	struct desired_cache *c = cache(d);
	struct eligible_node *v = xcalloc(c->n_nodes + svc->n_counts, sizeof(*v)), *known;

	*n = c->n_nodes;
	if (*n)
		memcpy(v, c->nodes, *n * sizeof(*v));
	for (size_t i = 0; i < svc->n_counts; i++) {
		struct eligible_node node = node_of_count(&svc->counts[i], family);

		known = c->n_nodes
		            ? bsearch(&node, v, c->n_nodes, sizeof(*v), eligible_node_cmp)
		            : NULL;
		*(known ? known : &v[(*n)++]) = node;
	}
	qsort(v, *n, sizeof(*v), eligible_node_cmp);
	return v;
}
