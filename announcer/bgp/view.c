/* SPDX-License-Identifier: GPL-2.0-or-later */
/* view.c - the BGP speaker as commands, why and metrics read it. */
#include "announcer/bgp/view.h"
#include "announcer/bgp/bgp_int.h"
#include "announcer/conf.h"
#include <stdio.h>

static void count_paths(struct bgp_session *s, void *arg)
{
	const struct speaker *sp = bgp_session_owner(s);
	struct bgp_in_counts in;

	bgp_in_peer_counts(sp->in, &in);
	*(size_t *)arg += in.accepted[0] + in.accepted[1];
}

void bgp_view(const struct bgp *b, struct bgp_view *to)
{
	const struct conf_bgp *c = &b->conf->bgp;
	bool peers = b->neighbors.n;

	*to = (struct bgp_view){
	    .asn = c->asn  ? c->asn
	           : peers ? b->neighbors.v[0].my_asn
	                   : 0,
	    .router_id = b->router_id,
	    .router_id_from = b->router_id_from,
	    .max_paths = c->max_paths,
	    .attrs = bgp_attr_table_count(b->attrs),
	    .in = b->in,
	    .out = b->out,
	    .settled = b->settled,
	    .started_s = b->started_s,
	    .restart_s = (uint16_t)c->restart_s,
	    .host = b->host,
	};
	bgp_sessions_each(b->sessions, count_paths, &to->paths);
}

static void peer_view(struct bgp_session *s, struct bgp_peer_view *to)
{
	const struct speaker *sp = bgp_session_owner(s);

	*to = (struct bgp_peer_view){
	    .nb = &sp->nb,
	    .facts = bgp_session_facts(s),
	    .in_peer = sp->in,
	    .out_peer = sp->out,
	};
	bgp_session_status(s, &to->session);
	bgp_in_peer_counts(sp->in, &to->in);
	if (sp->out)
		bgp_out_peer_counts(sp->out, &to->out);
}

struct each {
	bgp_peer_fn *fn;
	void *arg;
};

static void each_one(struct bgp_session *s, void *arg)
{
	const struct each *e = arg;
	struct bgp_peer_view v;

	peer_view(s, &v);
	e->fn(&v, e->arg);
}

void bgp_each_peer(const struct bgp *b, bgp_peer_fn *fn, void *arg)
{
	struct each e = {fn, arg};

	bgp_sessions_each(b->sessions, each_one, &e);
}

bool bgp_peer(const struct bgp *b, const struct bgp_peer_name *name, struct bgp_peer_view *to)
{
	struct bgp_session *s = bgp_session_at(
	    b->sessions, &name->address, *name->interface ? name->interface : NULL);

	if (s)
		peer_view(s, to);
	return s;
}

bool bgp_peer_next(const struct bgp *b, struct bgp_peer_name *at, struct bgp_peer_view *to)
{
	struct bgp_session *s = bgp_session_after(b->sessions, &at->address, at->interface);

	if (!s)
		return false;
	peer_view(s, to);
	at->address = to->nb->address;
	snprintf(at->interface, sizeof(at->interface), "%s",
	    to->nb->interface ? to->nb->interface : "");
	return true;
}

const char *bgp_listening(const struct bgp *b, size_t i, const char **error)
{
	return bgp_sessions_listening(b->sessions, i, error);
}
