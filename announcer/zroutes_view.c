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

void zroutes_each(const struct zroutes *z, int64_t now_ms, zroutes_fn *fn, void *arg)
{
	const struct zroute *r;

	for (size_t i = 0; (r = table_next(&z->routes, &i));) {
		struct zroute_view v = view_of(r, now_ms);

		fn(&v, arg);
	}
}

struct zroute_mark *zroutes_mark(struct zroutes *z, const struct prefix *p)
{
	struct zroute *r = zroute_find(z, p);

	return r ? &r->mark : NULL;
}

void zroutes_marks(struct zroutes *z, zroutes_mark_fn *fn, void *arg)
{
	struct zroute *r;

	for (size_t i = 0; (r = table_next(&z->routes, &i));)
		fn(&r->p, &r->mark, arg);
}
