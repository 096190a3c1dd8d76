/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * origins.c - what is to be known of a route of the RIB to announce it: its source, and of a
 * received one the attributes of the best path and who sent it. Equal origins are one, so that
 * "nothing that peers see has changed" is a comparison of pointers.
 */
#include "announcer/bgp/adjout_int.h"
#include "announcer/util.h"

static uint32_t origin_hash(const void *e)
{
	const struct out_origin *o = e;
	uint32_t h = table_hash(&o->attrs, sizeof(o->attrs), table_seed() + o->source);

	h = table_hash(&o->from, sizeof(o->from), h);
	return table_hash(&o->nexthop, sizeof(o->nexthop), h);
}

static bool origin_same(const void *a, const void *b)
{
	const struct out_origin *x = a, *y = b;

	return x->source == y->source && x->ibgp == y->ibgp && x->self == y->self &&
	       x->attrs == y->attrs && !ipaddr_cmp(&x->from, &y->from) &&
	       !ipaddr_cmp(&x->nexthop, &y->nexthop);
}

static const struct table_ops origin_ops = {origin_hash, origin_same};

void origins_init(struct bgp_out *out)
{
	out->origins.ops = &origin_ops;
}

void origins_fini(struct bgp_out *out)
{
	table_fini(&out->origins);
}

/* The next hop that others can be told: the path's own, unless the policy chose others. */
static struct ipaddr nexthop_of(const struct rib_route *r, const struct bgp_attrs *attrs)
{
	for (size_t i = 0; i < r->n; i++)
		if (!ipaddr_cmp(&r->nh[i].addr, &attrs->nexthop))
			return attrs->nexthop;
	return r->nh[0].addr;
}

const struct out_origin *origin_of(struct bgp_out *out, const struct rib_route *r)
{
	struct out_origin probe = {.source = r->source}, *o;

	switch (r->source) {
	case RIB_BGP:
		if (!out->received || !out->received(&r->prefix, &probe.attrs, &probe.ibgp,
					  &probe.from, out->received_arg))
			return NULL;
		probe.self = r->nh[0].loopback;
		probe.nexthop = nexthop_of(r, probe.attrs);
		break;
	case RIB_REDISTRIBUTED:
		probe.attrs = out->incomplete;
		if (r->n == 1)
			probe.from = r->nh[0].addr;
		break;
	case RIB_KUBERNETES:
	case RIB_SOURCES:
		probe.attrs = out->igp;
		break;
	}
	o = out->last_origin;
	if (!o || !origin_same(o, &probe)) /* most often the next route's is the same */
		o = table_find(&out->origins, &probe);
	if (!o) {
		o = xcalloc(1, sizeof(*o));
		*o = probe;
		bgp_attrs_again(o->attrs);
		table_add(&out->origins, o);
	}
	out->last_origin = o;
	o->head.refs++;
	return o;
}

void origin_drop(struct bgp_out *out, const struct out_origin *origin)
{
	struct out_origin *o = (struct out_origin *)(uintptr_t)origin;

	if (!o || --o->head.refs)
		return;
	if (o == out->last_origin)
		out->last_origin = NULL;
	table_remove(&out->origins, o);
	bgp_attrs_drop(out->attrs, o->attrs);
	free(o);
}
