/* SPDX-License-Identifier: GPL-2.0-or-later */
/* adjout_view.c - what peers have of us and why not more, for commands. */
#include "announcer/bgp/adjout_int.h"
#include "announcer/util.h"

void bgp_out_peer_counts(const struct bgp_out_peer *p, struct bgp_out_counts *to)
{
	*to = (struct bgp_out_counts){
	    .sent = {p->sent[0], p->sent[1]},
	    .pending = p->out->log.n - p->at.cursor,
	    .end_of_rib = p->end_of_rib,
	};
}

size_t bgp_out_own(const struct bgp_out *out, uint8_t family)
{
	return out->log.ours[family_index(family)];
}

enum ptable_walked bgp_out_next(
    const struct bgp_out *out, struct ptable_walk *w, struct prefix *prefix)
{
	return outlog_walk(&out->log, w, prefix);
}

void bgp_out_at(const struct bgp_out *out, const struct bgp_out_peer *peer,
    const struct prefix *prefix, bgp_out_path_fn *fn, void *arg)
{
	const struct out_entry *e = outlog_find(&out->log, prefix);
	struct bgp_out_path path = {.prefix = *prefix};
	struct out_say say = {0};

	if (!e || (peer && !out_told(peer, e)))
		return;
	out_say(&say, peer, e);
	path.since_s = e->since_s;
	if (!say.why) { /* else withdrawn, which the peer is not told yet */
		path.attrs = &say.attrs;
		path.aggregate = say.by_ads && (!e->own || e->own->source != RIB_KUBERNETES);
		path.source = say.by_ads ? RIB_KUBERNETES : e->own->source;
		fn(&path, arg);
	}
	out_say_fini(&say);
}

static const struct out_why *entry_why(
    const struct bgp_out *out, const struct bgp_out_peer *peer, const struct prefix *p)
{
	static const struct out_why none = {
	    "it is no route in the RIB", "grevysh -c 'show rib'"};
	static const struct out_why no_list = {
	    "it has no export list, so nothing is announced to it (RFC 8212)",
	    "add the prefix to export: {prefixes: [...]} of this neighbour"};
	static const struct out_why refused = {"its export list refuses the prefix",
	    "add the prefix to export: {prefixes: [...]} of this neighbour"};
	const struct out_entry *e = outlog_find(&out->log, p);
	struct out_say say = {0};
	const struct out_why *why;

	if (!e || (!e->own && !e->offer))
		return peer->nb->from_peers || peer->nb->export.prefixes.any ||
		               peer->nb->export.prefixes.n
		           ? &none
		           : &no_list;
	out_say(&say, peer, e);
	why = say.why;
	out_say_fini(&say);
	if (why || out_passes(peer, p))
		return why;
	return peer->nb->export.prefixes.n ? &refused : &no_list;
}

/* A Service address by any of its advertisements. */
static const struct out_why *address_why(
    const struct bgp_out *out, const struct bgp_out_peer *peer, const struct prefix *p)
{
	static const struct out_why others = {
	    "the advertisements of its pool are for other Services",
	    "change service-selectors of the pool's advertisements, or the labels of the "
	    "Service"};
	const struct out_why *why, *entry = &others;
	const struct out_plan *plan = adverts_plan(&out->ads, p, &why);

	for (size_t i = 0; plan && i < plan->n; i++) {
		const struct prefix q = out_row_prefix(p, &plan->v[i]);

		if (!out_row_counts(out, p, &plan->v[i]))
			continue;
		entry = entry_why(out, peer, &q);
		if (!entry)
			return NULL;
	}
	return plan ? entry : why;
}

const char *bgp_out_why_not(const struct bgp_out *out, const struct bgp_out_peer *peer,
    const struct prefix *p, const char **cure)
{
	const struct out_entry *e = outlog_find(&out->log, p);
	bool by_ads = peer->nb->from_peers && e && e->own && e->own->source == RIB_KUBERNETES;
	const struct out_why *why =
	    by_ads ? address_why(out, peer, p) : entry_why(out, peer, p);

	*cure = why ? why->cure : "";
	return why ? why->why : NULL;
}
