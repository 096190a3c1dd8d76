/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * adjout.c - the RIB's changes and the rules into entries of the list that peers read
 * (outlog.c). What a peer may see of an entry is judged when its messages are filled
 * (adjout_fill.c, export.c): a change costs the same for one peer and for 250.
 *
 * On role node all Kubernetes routes and those of zebra are entries, and the aggregates that
 * advertisements make. Everything else is only kept from when a neighbour with an export list
 * is up: a router that announces nothing keeps nothing.
 */
#include "announcer/bgp/adjout_int.h"
#include "announcer/util.h"

static void wake(struct bgp_out *out)
{
	if (out->woken || !out->n_peers)
		return;
	out->woken = true;
	if (out->wake)
		out->wake(out->wake_arg);
}

static bool is_kubernetes(const struct out_origin *o)
{
	return o && o->source == RIB_KUBERNETES;
}

/* Consumes own. */
static void set_own(struct bgp_out *out, struct out_entry *e, const struct out_origin *own)
{
	const struct out_origin *old = e->own;
	const struct out_offer *offer = e->offer;
	const struct prefix p = e->prefix;
	bool was = is_kubernetes(old), is = is_kubernetes(own);

	e->own = own;
	origin_drop(out, old);
	if (out->is_node && (was != is || (is && adverts_by_service(&out->ads, &p)))) {
		e->offer = adverts_offer(out, e);
		adverts_drop(out, offer);
	}
	if (own == old && e->offer == offer)
		return;
	outlog_touch(&out->log, e);
	if (was != is && out->is_node)
		adverts_member(out, &p, is);
}

static bool is_kept(const struct bgp_out *out, enum rib_source source)
{
	return out->all || (out->is_node && source != RIB_BGP);
}

static void announce(const struct rib_route *r, void *arg)
{
	struct bgp_out *out = arg;
	const struct out_origin *own = is_kept(out, r->source) ? origin_of(out, r) : NULL;
	struct out_entry *e =
	    own ? outlog_make(&out->log, &r->prefix) : outlog_find(&out->log, &r->prefix);

	if (e)
		set_own(out, e, own);
}

static void withdraw(const struct prefix *p, void *arg)
{
	struct bgp_out *out = arg;
	struct out_entry *e = outlog_find(&out->log, p);

	if (e)
		set_own(out, e, NULL);
}

static void flush(void *arg)
{
	struct bgp_out *out = arg;

	if (out->changed != out->log.changes)
		wake(out);
	out->changed = out->log.changes;
}

static const struct out_ops ops = {"bgp", announce, withdraw, flush, .touched = true};

static const struct bgp_attrs *base_attrs(struct bgp_out *out, enum bgp_origin origin)
{
	const struct bgp_attrs a = {
	    .has = BGP_HAS_ORIGIN | BGP_HAS_AS_PATH, .origin = (uint8_t)origin};

	return bgp_attrs_share(out->attrs, &a);
}

struct bgp_out *bgp_out_new(struct rib *rib, struct bgp_attr_table *attrs)
{
	struct bgp_out *out = xcalloc(1, sizeof(*out));

	out->rib = rib;
	out->attrs = attrs;
	out->igp = base_attrs(out, BGP_ORIGIN_IGP);
	out->incomplete = base_attrs(out, BGP_ORIGIN_INCOMPLETE);
	outlog_init(&out->log);
	origins_init(out);
	adverts_init(&out->ads);
	rib_attach(rib, &ops, out);
	return out;
}

void bgp_out_free(struct bgp_out *out)
{
	struct out_entry *e;

	if (!out)
		return;
	rib_detach(out->rib, &ops, out);
	for (uint32_t at = 0; (e = outlog_next(&out->log, &at));) {
		origin_drop(out, e->own);
		adverts_drop(out, e->offer);
	}
	outlog_fini(&out->log);
	adverts_fini(out);
	origins_fini(out);
	out_say_fini(&out->say);
	bgp_attrs_drop(out->attrs, out->igp);
	bgp_attrs_drop(out->attrs, out->incomplete);
	free(out);
}

void bgp_out_set_wake(struct bgp_out *out, bgp_out_fn *fn, void *arg)
{
	out->wake = fn;
	out->wake_arg = arg;
}

void bgp_out_set_clock(struct bgp_out *out, uint32_t (*clock)(void))
{
	out->log.clock = clock;
}

void bgp_out_set_received(struct bgp_out *out, bgp_out_received_fn *fn, void *arg)
{
	out->received = fn;
	out->received_arg = arg;
}

void bgp_out_set_counts(struct bgp_out *out, bgp_out_counts_fn *fn, void *arg)
{
	out->counts = fn;
	out->counts_arg = arg;
}

static void keep_all(struct bgp_out *out)
{
	if (out->all)
		return;
	out->all = true;
	rib_replay(out->rib, &ops, out);
}

void bgp_out_set_rules(struct bgp_out *out, const struct bgp_out_rules *rules)
{
	bool was_node = out->is_node;

	out->is_node = rules->is_node;
	adverts_set(out, rules);
	if (out->is_node && !was_node)
		rib_replay(out->rib, &ops, out);
	adverts_rejudge(out);
	flush(out);
}

void bgp_out_whole(struct bgp_out *out)
{
	out->whole = true;
	wake(out);
}

static bool exports(const struct bgp_neighbor *nb)
{
	return !nb->from_peers && (nb->export.prefixes.any || nb->export.prefixes.n);
}

struct bgp_out_peer *bgp_out_peer_new(
    struct bgp_out *out, const struct bgp_neighbor *nb, const struct bgp_facts *facts)
{
	struct bgp_out_peer *p = xcalloc(1, sizeof(*p));

	p->out = out;
	p->nb = nb;
	p->facts = facts;
	p->nexthop = nb->export.nexthop;
	if (exports(nb))
		keep_all(out);
	outlog_join(&out->log, &p->at);
	out->n_peers++;
	return p;
}

void bgp_out_peer_free(struct bgp_out_peer *p)
{
	if (!p)
		return;
	outlog_batch_drop(&p->out->log, p->batch);
	outlog_leave(&p->out->log, &p->at);
	p->out->n_peers--;
	p->out->say.family = 0; /* the next peer may have the same address */
	free(p->told);
	free(p);
}

/* Compare all that there is with what the peer has; resend: families to be told anyway. */
static void again(struct bgp_out_peer *p, unsigned resend)
{
	outlog_batch_drop(&p->out->log, p->batch);
	p->batch = NULL;
	p->resend |= resend;
	outlog_rewind(&p->at);
	p->out->say.family = 0;
	wake(p->out);
}

void bgp_out_peer_changed(struct bgp_out_peer *p)
{
	bool same = p->nexthop == p->nb->export.nexthop;

	p->nexthop = p->nb->export.nexthop;
	if (exports(p->nb))
		keep_all(p->out);
	again(p, same ? 0 : BGP_IPV4 | BGP_IPV6);
}

void bgp_out_peer_refresh(struct bgp_out_peer *p, uint8_t family)
{
	again(p, family ? family_bit(family) : BGP_IPV4 | BGP_IPV6);
}
