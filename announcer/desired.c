/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run: alloc judges the Services that the store has marked and says which addresses are
 * touched; each of those is computed from all its users and set in the RIB. Nothing is kept of
 * the results but what was warned of: show and why compute again, over one Service, what was
 * computed here. So there is nothing that could grow stale, and the only caches are those of
 * desired_nodes.c, which a Node, the router or the rules throw away.
 */
#include "announcer/desired_priv.h"
#include "announcer/util.h"
#include <sys/socket.h>

enum { PROGRESS = 256 }; /* addresses between two calls of on_progress */

struct desired *desired_new(struct store *st, struct alloc *a, struct rib *rib)
{
	struct desired *d = xcalloc(1, sizeof(*d));

	d->st = st;
	d->alloc = a;
	d->rib = rib;
	d->cache = xcalloc(1, sizeof(*d->cache));
	desired_notes_init(d);
	return d;
}

void desired_free(struct desired *d)
{
	if (!d)
		return;
	desired_notes_fini(d);
	desired_cache_drop(d);
	free(d->cache);
	free((struct prefix *)d->router.connected);
	free(d->node);
	free(d);
}

void desired_set_rules(struct desired *d, const struct alloc_rules *rules)
{
	desired_cache_drop(d);
	alloc_set_rules(d->alloc, rules);
}

static void judge_all_again(struct desired *d)
{
	desired_cache_drop(d);
	store_mark_all(d->st, STORE_DIRTY_ENDPOINTS);
}

void desired_set_node(struct desired *d, const char *name)
{
	if (d->node && name && strcmp(d->node, name) == 0)
		return;
	free(d->node);
	d->node = xstrdup(name);
	d->router.itself = name != NULL;
	judge_all_again(d);
}

const char *desired_node(const struct desired *d)
{
	return d->node;
}

static bool router_same(const struct eligible_router *a, const struct eligible_router *b)
{
	if (a->n_connected != b->n_connected || a->max_nexthops != b->max_nexthops ||
	    a->v4_over_v6 != b->v4_over_v6 || a->equal_weight != b->equal_weight)
		return false;
	for (size_t i = 0; i < a->n_connected; i++)
		if (prefix_cmp(&a->connected[i], &b->connected[i]) != 0)
			return false;
	return true;
}

void desired_set_router(struct desired *d, const struct eligible_router *router)
{
	struct prefix *copy;

	if (router_same(&d->router, router))
		return;
	copy = xcalloc(router->n_connected, sizeof(*copy));
	if (router->n_connected)
		memcpy(copy, router->connected, router->n_connected * sizeof(*copy));
	free((struct prefix *)d->router.connected);
	d->router = *router;
	d->router.connected = copy;
	d->router.itself = d->node != NULL;
	judge_all_again(d);
}

static void recompute(struct desired *d, const struct alloc_addr *aa)
{
	const struct prefix prefix = prefix_of_addr(&aa->addr);
	struct desired_outcome o;

	desired_outcome_make(d, aa, &o);
	rib_set(d->rib, RIB_KUBERNETES, &prefix, o.route.nh, o.route.n);
	if (d->node && aa->pool && ads_by_service(aa->pool, POLICY_BGP))
		rib_touch(d->rib, RIB_KUBERNETES, &prefix);
	desired_tell_l2(d, aa, &o);
	desired_note_outcome(d, aa, &o);
	desired_outcome_fini(&o);
}

void desired_set_progress(struct desired *d, desired_fn *fn, void *arg)
{
	d->on_progress = fn;
	d->progress_arg = arg;
}

void desired_set_finished(struct desired *d, desired_fn *fn, void *arg)
{
	d->on_finished = fn;
	d->finished_arg = arg;
}

void desired_set_l2(struct desired *d, desired_l2_fn *fn, void *arg)
{
	d->on_l2 = fn;
	d->l2_arg = arg;
	judge_all_again(d);
}

size_t desired_run(struct desired *d, size_t *moved)
{
	struct alloc_addr *const *touched;
	size_t n, changed;

	changed = alloc_run(d->alloc);
	if (moved)
		*moved = changed;
	desired_note_alloc(d);
	touched = alloc_touched(d->alloc, &n);
	for (size_t i = 0; i < n; i++) {
		recompute(d, touched[i]);
		if (d->on_progress && i % PROGRESS == PROGRESS - 1)
			d->on_progress(d->progress_arg);
	}
	if (d->on_finished)
		d->on_finished(d->finished_arg);
	alloc_clear_changed(d->alloc);
	store_clean(d->st);
	return n;
}
