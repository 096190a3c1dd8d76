/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decision process, RFC 4271 9.1.2.2, by elimination: each step takes the least of its key
 * among the paths that are left and drops the others. So MED, compared within one neighbouring
 * AS only, cannot make the outcome depend on the order in which paths came ("deterministic
 * MED" is the only way we have). Age is no step: RFC 4271 has none, and a router that was
 * restarted chooses as it did before. Stale paths are as good as others (RFC 4724 4.2).
 *
 * What is left after the IGP metric is as good as the best: several next hops may be used, of
 * one neighbouring AS unless the rules say otherwise. Router identifier (ORIGINATOR_ID of a
 * reflected path), length of CLUSTER_LIST (RFC 4456 9) and address name the best of them.
 */
#include "announcer/bgp/decision.h"
#include "announcer/util.h"

enum { LOCAL_PREF_DEFAULT = 100 };

static const char *const texts[BGP_STEPS + 1] = {
    [BGP_STEP_REACHABLE] = "",
    [BGP_STEP_LOCAL_PREF] = "Local Pref",
    [BGP_STEP_AS_PATH] = "AS Path",
    [BGP_STEP_ORIGIN] = "Origin",
    [BGP_STEP_MED] = "MED",
    [BGP_STEP_PEER_TYPE] = "Peer Type",
    [BGP_STEP_IGP_METRIC] = "IGP Metric",
    [BGP_STEP_ROUTER_ID] = "Router ID",
    [BGP_STEP_CLUSTERS] = "Cluster length",
    [BGP_STEP_ADDRESS] = "Neighbor IP",
    [BGP_STEP_NOTHING] = "Nothing left to compare",
    [BGP_STEP_FIRST] = "First path received",
};

const char *bgp_step_text(enum bgp_step s)
{
	return texts[s];
}

static uint32_t med(const struct bgp_candidate *c)
{
	return c->attrs->has & BGP_HAS_MED ? c->attrs->med : 0;
}

static uint32_t router_id(const struct bgp_candidate *c)
{
	return c->attrs->has & BGP_HAS_ORIGINATOR ? c->attrs->originator_id : c->source->id;
}

/* The key of a step up to the metric: less is better. */
static uint32_t key(const struct bgp_candidate *c, enum bgp_step s)
{
	const struct bgp_attrs *a = c->attrs;

	switch (s) {
	case BGP_STEP_REACHABLE:
		return !c->reachable;
	case BGP_STEP_LOCAL_PREF:
		return ~(a->has & BGP_HAS_LOCAL_PREF ? a->local_pref : LOCAL_PREF_DEFAULT);
	case BGP_STEP_AS_PATH:
		return bgp_as_path_length(a);
	case BGP_STEP_ORIGIN:
		return a->origin;
	case BGP_STEP_MED:
		return med(c);
	case BGP_STEP_PEER_TYPE:
		return c->source->ibgp;
	default:
		return c->metric;
	}
}

/* RFC 4271 9.1.2.2 c: what was made within our AS is of our AS. */
static uint32_t neighbour(const struct bgp_candidate *c)
{
	uint32_t first = bgp_as_path_first(c->attrs);

	if (first)
		return first;
	return c->source->ibgp ? c->source->my_asn : c->source->asn;
}

/* Drop what step s drops from the first n. Return: how many are left, at the front. */
static size_t eliminate(struct bgp_candidate *v, size_t n, enum bgp_step s)
{
	uint32_t least = UINT32_MAX;
	size_t left = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t k = key(&v[i], s);

		least = k < least ? k : least;
	}
	for (size_t i = 0; i < n; i++) {
		struct bgp_candidate c = v[i];

		if (key(&c, s) != least) {
			v[i].step = s;
			continue;
		}
		v[i] = v[left];
		v[left++] = c;
	}
	return left;
}

static int order(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

static int by_med(const void *a, const void *b)
{
	const struct bgp_candidate *x = a, *y = b;
	int c = order(x->neighbour, y->neighbour);

	return c ? c : order(med(x), med(y));
}

/* The same for MED, of which the least counts for each neighbouring AS. */
static size_t eliminate_med(struct bgp_candidate *v, size_t n)
{
	size_t left = 0, same = 1;
	uint32_t as = 0, least = 0;

	while (same < n && med(&v[same]) == med(&v[0]))
		same++;
	if (same == n)
		return n; /* most often */
	qsort(v, n, sizeof(*v), by_med);
	for (size_t i = 0; i < n; i++) {
		struct bgp_candidate c = v[i];

		if (!i || c.neighbour != as)
			least = med(&c);
		as = c.neighbour;
		if (med(&c) != least) {
			v[i].step = BGP_STEP_MED;
			continue;
		}
		v[i] = v[left];
		v[left++] = c;
	}
	return left;
}

/* The step by which a is better or worse than b, both as good; *cmp < 0: better. */
static enum bgp_step compare(
    const struct bgp_candidate *a, const struct bgp_candidate *b, int *cmp)
{
	*cmp = order(router_id(a), router_id(b));
	if (*cmp)
		return BGP_STEP_ROUTER_ID;
	*cmp = order(a->attrs->n_clusters, b->attrs->n_clusters);
	if (*cmp)
		return BGP_STEP_CLUSTERS;
	*cmp = ipaddr_cmp(&a->source->address, &b->source->address);
	if (*cmp)
		return BGP_STEP_ADDRESS;
	*cmp = order(a->tie, b->tie);
	return BGP_STEP_NOTHING;
}

static int by_compare(const void *a, const void *b)
{
	int c;

	compare(a, b, &c);
	return c;
}

/* Those that lost earlier come later. */
static int by_step(const void *a, const void *b)
{
	const struct bgp_candidate *x = a, *y = b;
	int c = (int)y->step - (int)x->step;

	return c ? c : by_compare(a, b);
}

/* Among the first n, which are as good: name the best, and those beside it. */
static void finish(
    struct bgp_candidate *v, size_t n, const struct bgp_in_rules *rules, enum bgp_step won)
{
	int c;

	if (n > 1)
		qsort(v, n, sizeof(*v), by_compare);
	v[0].best = true;
	v[0].step = n > 1 ? compare(&v[0], &v[1], &c) : won;
	for (size_t i = 0; i < n; i++) {
		v[i].multipath =
		    i == 0 || rules->multipath_relax || v[i].neighbour == v[0].neighbour;
		if (i)
			v[i].step = compare(&v[i], &v[0], &c);
	}
}

void bgp_decide(struct bgp_candidate *v, size_t n, const struct bgp_in_rules *rules)
{
	enum bgp_step won = BGP_STEP_FIRST;
	size_t left = n, before;

	for (size_t i = 0; i < n; i++) {
		v[i].best = v[i].multipath = false;
		v[i].neighbour = neighbour(&v[i]);
	}
	for (enum bgp_step s = 0; s <= BGP_STEP_IGP_METRIC && left > 1; s++) {
		before = left;
		if (s == BGP_STEP_MED && !rules->always_compare_med)
			left = eliminate_med(v, left);
		else
			left = eliminate(v, left, s);
		if (left < before && s != BGP_STEP_REACHABLE)
			won = s;
	}
	if (left && v[0].reachable)
		finish(v, left, rules, won);
	else
		left = 0; /* none is */
	for (size_t i = left; i < n; i++)
		if (!v[i].reachable)
			v[i].step = BGP_STEP_REACHABLE;
	if (n - left > 1)
		qsort(v + left, n - left, sizeof(*v), by_step);
}
