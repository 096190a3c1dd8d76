/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show_bgp_rows.c - the table of routes as FRR has one: what peers announce (Adj-RIB-In) and
 * what is our own (what may be announced, but for what was received) are two tables, walked
 * side by side by prefix.
 */
#include "announcer/util.h"
#include "announcer/vty/show_bgp_routes.h"
#include <sys/socket.h>

const char *bgp_row_host(const struct bgp_ask *a, const struct bgp_row *r)
{
	const char *host = r->source ? r->source->host : a->view.host;

	return host && *host ? host : NULL;
}

struct at {
	bgp_row_fn *fn; /* NULL: own rows are not wanted */
	void *arg;
	bgp_row_fn *received;
	bool own;
};

static struct bgp_row own_row(const struct bgp_out_path *p)
{
	struct bgp_row row = {.prefix = p->prefix,
	    .attrs = p->attrs,
	    .nexthop = p->attrs->nexthop,
	    .best = true,
	    .reachable = true,
	    .aggregate = p->aggregate,
	    .foreign = p->source == RIB_REDISTRIBUTED,
	    .reason = "First path received",
	    .since_s = p->since_s};

	if (!row.nexthop.family)
		row.nexthop.family = row.prefix.family;
	return row;
}

static bool is_received(const struct bgp_out_path *p)
{
	return p->source == RIB_BGP && !p->aggregate;
}

static void on_own(const struct bgp_out_path *p, void *arg)
{
	const struct bgp_row row = own_row(p);
	struct at *at = arg;

	if (is_received(p))
		return; /* stands there already */
	at->own = true;
	if (at->fn)
		at->fn(&row, at->arg);
}

static void on_path(const struct bgp_in_path *p, void *arg)
{
	const struct at *at = arg;
	const struct bgp_row row = {.prefix = p->prefix,
	    .attrs = p->attrs,
	    .source = p->source,
	    .nexthop = p->nexthop,
	    .best = p->best && !at->own, /* ours wins */
	    .multipath = p->multipath && !at->own,
	    .stale = p->stale,
	    .reachable = p->reachable,
	    .reason = p->reason,
	    .since_s = p->since_s,
	    .metric = p->metric};

	at->received(&row, at->arg);
}

void bgp_rows_at(const struct bgp_ask *a, const struct prefix *p,
    const struct bgp_in_peer *peer, bgp_row_fn *fn, void *arg)
{
	struct at at = {.fn = peer ? NULL : fn, .arg = arg, .received = fn};

	if (a->view.out)
		bgp_out_at(a->view.out, NULL, p, on_own, &at);
	if (a->view.in)
		bgp_in_at(a->view.in, p, peer, on_path, &at);
}

/* ---- what was told ---- */

struct sent {
	const struct bgp_ask *a;
	const struct bgp_peer_view *to;
	bgp_row_fn *fn;
	void *arg;
};

static void on_best(const struct bgp_in_path *p, void *arg)
{
	struct bgp_row *row = arg;

	if (!p->best)
		return;
	row->source = p->source;
	row->reason = p->reason;
	row->since_s = p->since_s;
}

static void on_sent(const struct bgp_out_path *p, void *arg)
{
	static const struct bgp_in_source somebody = {.ibgp = false};
	const struct sent *s = arg;
	const struct bgp_facts *f = s->to->facts;
	struct bgp_attrs attrs = *p->attrs;
	struct bgp_row row = own_row(p);
	uint8_t *path = xcalloc(1, attrs.as_path_len + 1u);

	if (is_received(p)) {
		row.source = &somebody; /* who has gone meanwhile */
		bgp_in_at(s->a->view.in, &p->prefix, NULL, on_best, &row);
	}
	if (ipaddr_cmp(&row.nexthop, &f->self[p->prefix.family == AF_INET6]) == 0)
		row.nexthop = (struct ipaddr){.family = p->prefix.family};
	row.attrs = &attrs;
	if (!f->ibgp) {
		attrs.as_path_len = bgp_as_path_behind(&attrs, path);
		attrs.as_path = path;
	}
	s->fn(&row, s->arg);
	free(path);
}

void bgp_sent_at(const struct bgp_ask *a, const struct prefix *p,
    const struct bgp_peer_view *to, bgp_row_fn *fn, void *arg)
{
	struct sent s = {a, to, fn, arg};

	bgp_out_at(a->view.out, to->out_peer, p, on_sent, &s);
}

/* ---- in order ---- */

void bgp_walk_init(struct bgp_walk *w, unsigned which, const struct prefix *within)
{
	*w = (struct bgp_walk){
	    .end = {!(which & BGP_WALK_IN), !(which & BGP_WALK_OUT)}
        };
	for (int i = 0; i < 2; i++)
		ptable_walk_init(&w->walk[i], within);
}

void bgp_walk_fini(struct bgp_walk *w)
{
	for (int i = 0; i < 2; i++)
		ptable_walk_fini(&w->walk[i]);
}

/* Return: false to come again later. */
static bool look(const struct bgp_ask *a, struct bgp_walk *w, int i)
{
	enum ptable_walked got;

	if (w->has[i] || w->end[i])
		return true;
	got = i ? bgp_out_next(a->view.out, &w->walk[i], &w->next[i])
	        : bgp_in_next(a->view.in, &w->walk[i], &w->next[i]);
	w->has[i] = got == PTABLE_RECORD;
	w->end[i] = got == PTABLE_END;
	return got != PTABLE_PAUSE;
}

enum ptable_walked bgp_walk_next(
    const struct bgp_ask *a, struct bgp_walk *w, struct prefix *prefix)
{
	if (!look(a, w, 0) || !look(a, w, 1))
		return PTABLE_PAUSE;
	if (!w->has[0] && !w->has[1])
		return PTABLE_END;
	*prefix =
	    w->next[!w->has[0] || (w->has[1] && prefix_cmp(&w->next[1], &w->next[0]) < 0)];
	for (int i = 0; i < 2; i++)
		if (w->has[i] && prefix_cmp(&w->next[i], prefix) == 0)
			w->has[i] = false;
	return PTABLE_RECORD;
}

static void on_peer(const struct bgp_peer_view *v, void *arg)
{
	size_t *n = arg;

	n[0] += v->in.accepted[0];
	n[1] += v->in.accepted[1];
}

/* One that is received and ours counts twice. */
size_t bgp_prefixes(const struct bgp_ask *a, int i)
{
	uint8_t af = bgp_family_af(i);

	return (a->view.in ? bgp_in_count(a->view.in, af) : 0) +
	       (a->view.out ? bgp_out_own(a->view.out, af) : 0);
}

size_t bgp_paths(const struct bgp_ask *a, int i)
{
	size_t n[2] = {0};

	bgp_each_peer(a->bgp, on_peer, n);
	return n[i] + (a->view.out ? bgp_out_own(a->view.out, bgp_family_af(i)) : 0);
}
