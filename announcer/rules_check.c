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
