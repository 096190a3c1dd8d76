/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_prefix.c - from the RIB on: where the route to a prefix comes of, and where it goes. */
#include "announcer/out_zserv.h"
#include "announcer/vty/names.h"
#include "announcer/vty/why.h"

static void put_route(struct why *y, const struct rib_route *r)
{
	char b[PREFIX_STRLEN], nh[NAMES_NEXTHOP_LEN];

	prefix_str(&r->prefix, b);
	if (r->n == 1)
		why_ok(y, "rib", "%s from %s over %s", b, names_rib_source(r->source),
		    names_nexthop(&r->nh[0], nh));
	else
		why_ok(y, "rib", "%s from %s over %zu next hops", b,
		    names_rib_source(r->source), r->n);
}

/* Others have a route to the prefix, too. */
static void put_others(struct why *y, const struct prefix *p, enum rib_source winner)
{
	const struct rib *rib = y->rq->ctx->rib;
	char nh[NAMES_NEXTHOP_LEN];
	const struct rib_route *r;

	if (winner == RIB_BGP || rib_from(rib, p, RIB_BGP))
		why_received(y, p, winner == RIB_BGP);
	r = winner == RIB_REDISTRIBUTED ? NULL : rib_from(rib, p, RIB_REDISTRIBUTED);
	if (r)
		why_note(y, "redistributed", "",
		    "zebra has one over %s: not used, %s wins over redistributed",
		    names_nexthop(&r->nh[0], nh),
		    winner == RIB_KUBERNETES ? "Kubernetes" : "BGP");
}

static void put_outputs(struct why *y, const struct rib_route *r)
{
	const struct vty_context *ctx = y->rq->ctx;
	const struct prefix p = r->prefix;

	if (r->source == RIB_REDISTRIBUTED) {
		why_ok(y, "zebra", "the route is zebra's own");
	} else {
		if (ctx->zserv)
			why_zebra(y, r);
		if (names_is_kernel(ctx))
			why_kernel(y, &p);
	}
	why_bgp(y, &p);
}

void why_prefix(struct why *y, const struct prefix *p)
{
	const struct rib *rib = y->rq->ctx->rib;
	const struct rib_route *r = rib ? rib_best(rib, p) : NULL;
	char b[PREFIX_STRLEN];

	if (!r) {
		why_broken(y, "rib", "wait; if it stays: grevysh -c 'show rib'",
		    "there is no route to %s", prefix_str(p, b));
		return;
	}
	put_route(y, r);
	put_others(y, p, r->source);
	put_outputs(y, rib_best(rib, p)); /* borrowed only until the RIB was asked again */
}
