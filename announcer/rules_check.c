/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rules_check.c - what pools and advertisements must agree on: metallb-compat.md 1.3. Pure. */
#include "announcer/rules_judge.h"
#include <sys/socket.h>

bool rules_selects(const struct part_ad *ad, const struct pool *pool)
{
	if (!ad->pools.n && !ad->pool_selectors.n)
		return true;
	if (strlist_has(&ad->pools, pool->name))
		return true;
	return ad->pool_selectors.n &&
	       selectors_match(&ad->pool_selectors, pool->labels, pool->n_labels);
}

const char *rules_ad_misfit(const struct pool *pool, const struct pool_ad *ad, unsigned *least)
{
	for (size_t i = 0; ad->protocol == POLICY_BGP && i < pool->n_ranges; i++) {
		bool v6 = pool->ranges[i].first.family == AF_INET6;

		*least = iprange_plen(&pool->ranges[i]);
		if ((v6 ? ad->aggregation6 : ad->aggregation4) < *least)
			return pool->addresses.v[i];
	}
	return NULL;
}

static bool lists_disjoint(const struct strlist *a, const struct strlist *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (strlist_has(b, a->v[i]))
			return false;
	return a->n && b->n;
}

/* Node selectors that differ are taken to select different nodes, and those of Services to
 * select different Services: who announces judges each case. */
bool rules_ads_clash(const struct pool *pool, const struct pool_ad *a, const struct pool_ad *b)
{
	bool same4 = pool_has_family(pool, AF_INET) && a->aggregation4 == b->aggregation4;
	bool same6 = pool_has_family(pool, AF_INET6) && a->aggregation6 == b->aggregation6;

	return a->protocol == POLICY_BGP && b->protocol == POLICY_BGP &&
	       a->localpref != b->localpref && (same4 || same6) && !a->services.n &&
	       !b->services.n && !lists_disjoint(&a->peers, &b->peers) &&
	       !(a->nodes.n && b->nodes.n && !selectors_equal(&a->nodes, &b->nodes));
}
