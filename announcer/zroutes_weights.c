/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zroutes_weights.c - weights as they are sent: the ratios of the RIB, in a form that makes
 * zebra program the route.
 *
 * Up to 9.1 zebra keeps a group of next hops for 180 s after its last use and takes it for
 * whole, while the kernel dropped the member whose link went down; only a group that it has
 * not seen yet is programmed (zserv.md 21.4). So weights are multiplied by a factor that
 * changes whenever one of the gateways was lost.
 * From 10.0 on zebra scales weights itself, so a factor is no change, and repairs the group
 * itself. But 10.7 does not program a route that has the group that it had, although the
 * kernel dropped the route (18.2): there a loss changes between two forms of the weights
 * that zebra's scale keeps apart.
 */
#include "announcer/zroutes_int.h"
#include "zclient/zversion.h"

enum {
	WEIGHT_MAX = 255,
	FACTORS_MIN = 8, /* for weights that leave less room, their ratio is rounded */
};

/* In zebra's own scale, and the first that has room higher by one: 1/255 of the traffic at
 * most. Equal weights become 255, which zebra tells from 1. */
static void other_form(struct rib_nexthop *nh, size_t n, unsigned most)
{
	bool raised = false;

	for (size_t i = 0; i < n; i++) {
		unsigned w = nh[i].weight * WEIGHT_MAX / most;

		if (!raised && w < WEIGHT_MAX) {
			raised = true;
			w++;
		}
		nh[i].weight = (uint16_t)(w ? w : 1);
	}
}

static void multiply(struct rib_nexthop *nh, size_t n, unsigned most, unsigned losses)
{
	unsigned factor;

	if (losses && most > WEIGHT_MAX / FACTORS_MIN) {
		for (size_t i = 0; i < n; i++) {
			unsigned w = nh[i].weight * (WEIGHT_MAX / FACTORS_MIN) / most;

			nh[i].weight = (uint16_t)(w ? w : 1);
		}
		most = WEIGHT_MAX / FACTORS_MIN;
	}
	factor = 1 + losses % (WEIGHT_MAX / most);
	for (size_t i = 0; i < n; i++)
		nh[i].weight = (uint16_t)(nh[i].weight * factor);
}

void zroutes_weigh(struct rib_nexthop *nh, size_t n, unsigned losses, unsigned features)
{
	unsigned most = 1;
	bool equal = true;

	for (size_t i = 0; i < n; i++) {
		if (nh[i].weight > most)
			most = nh[i].weight;
		equal = equal && nh[i].weight == nh[0].weight;
	}
	if (equal)
		most = 1;
	for (size_t i = 0; i < n; i++)
		if (equal || !nh[i].weight)
			nh[i].weight = 1;
	if (!(features & ZF_WEIGHTS_SCALED))
		multiply(nh, n, most, n < 2 ? 0 : losses);
	else if (features & ZF_SAME_IGNORED && losses & 1)
		other_form(nh, n, most);
}
