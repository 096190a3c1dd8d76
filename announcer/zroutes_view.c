/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zroutes_view.c - reading the state of routes: counts, views, and the audit's marks. */
#include "announcer/zroutes_int.h"

bool zroutes_settled(const struct zroutes *z)
{
	return z->up && !z->unknown && !z->lo_wanted;
}

size_t zroutes_count(const struct zroutes *z, enum zroute_state s)
{
	return z->count[s];
}

static struct zroute_view view_of(const struct zroute *r, int64_t now_ms)
{
	struct zroute_view v = {
	    .prefix = r->p,
	    .state = r->state,
	    .wanted = r->wanted,
	    .n_sent = r->n_sent,
	    .n_wanted = r->n_wanted,
	    .tries = r->tries,
	    .retry_in_ms = r->due_ms == NEVER ? -1 : r->due_ms - now_ms,
	    .winner = r->winner ? r->winner : "",
	};

	if (r->due_ms != NEVER && v.retry_in_ms < 0)
		v.retry_in_ms = 0;
	return v;
}

bool zroutes_find(
    const struct zroutes *z, const struct prefix *p, int64_t now_ms, struct zroute_view *v)
{
	const struct zroute *r = zroute_find(z, p);

	if (r)
		*v = view_of(r, now_ms);
	return r;
}

enum ptable_walked zroutes_walk_next(
    const struct zroutes *z, struct ptable_walk *w, int64_t now_ms, struct zroute_view *v)
{
	void *r;
	enum ptable_walked got = ptable_walk_next(&z->routes, w, &r);

	if (got == PTABLE_RECORD)
		*v = view_of(r, now_ms);
	return got;
}

struct zroute_mark *zroutes_mark(struct zroutes *z, const struct prefix *p)
{
	struct zroute *r = zroute_find(z, p);

	return r ? &r->mark : NULL;
}

void zroutes_marks(struct zroutes *z, zroutes_mark_fn *fn, void *arg)
{
	struct zroute *r;

	for (size_t i = 0; (r = ptable_next(&z->routes, &i));)
		fn(&r->p, &r->mark, arg);
}
