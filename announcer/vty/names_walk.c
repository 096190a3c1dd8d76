/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vty/names_walk.h"
#include "announcer/bgp/view.h"
#include "announcer/rib.h"
#include "announcer/rules.h"
#include "announcer/util.h"
#include "announcer/vty/names.h"

enum { SOME = 256 }; /* records looked at in one call */

void names_walk_fini(struct names_walk *w)
{
	store_walk_fini(&w->services);
	ptable_walk_fini(&w->routes);
	free(w->node);
	*w = (struct names_walk){0};
}

bool names_walk_services(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg)
{
	const struct store_service *svc = NULL;
	char b[NAMES_KEY_LEN];

	for (unsigned i = 0; ctx->store && i < SOME; i++) {
		svc = store_walk_next(ctx->store, &w->services);
		if (!svc)
			return false;
		if (names_is_shown(svc))
			fn(names_key(svc, b), arg);
	}
	return svc;
}

bool names_walk_addresses(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg)
{
	const struct store_service *svc = NULL;
	char b[PREFIX_STRLEN];

	for (unsigned i = 0; ctx->store && i < SOME; i++) {
		svc = store_walk_next(ctx->store, &w->services);
		if (!svc)
			return false;
		for (unsigned k = 0; svc->alloc && k < svc->alloc->n; k++)
			fn(ipaddr_str(&svc->alloc->addr[k], b), arg);
	}
	return svc;
}

bool names_walk_nodes(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg)
{
	const struct store_node *node = NULL;

	for (unsigned i = 0; ctx->store && i < SOME; i++) {
		node = store_node_after(ctx->store, node ? node->name : w->node);
		if (!node)
			return false;
		fn(node->name, arg);
	}
	free(w->node);
	w->node = node ? xstrdup(node->name) : NULL;
	return node;
}

/* They are few: all at once. */
bool names_walk_pools(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg)
{
	(void)w;
	for (size_t i = 0; ctx->rules && i < ctx->rules->policy.n_pools; i++)
		fn(ctx->rules->policy.pools[i].name, arg);
	return false;
}

struct giving {
	vty_add_fn *fn;
	void *arg;
};

static void on_neighbor(const struct bgp_peer_view *v, void *arg)
{
	const struct giving *g = arg;
	char b[PREFIX_STRLEN];

	g->fn(ipaddr_str(&v->session.remote, b), g->arg);
}

bool names_walk_neighbors(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg)
{
	struct giving g = {fn, arg};

	(void)w;
	if (ctx->bgp)
		bgp_each_peer(ctx->bgp, on_neighbor, &g);
	return false;
}

bool names_walk_prefixes(
    const struct vty_context *ctx, struct names_walk *w, vty_add_fn *fn, void *arg)
{
	enum ptable_walked got = PTABLE_END;
	struct rib_route routes[RIB_SOURCES];
	char b[PREFIX_STRLEN];
	size_t n;

	if (!w->begun)
		ptable_walk_init(&w->routes, NULL);
	w->begun = true;
	for (unsigned i = 0; ctx->rib && i < SOME; i++) {
		got = rib_walk_next(ctx->rib, &w->routes, routes, &n);
		if (got != PTABLE_RECORD)
			break;
		fn(prefix_str(&routes[0].prefix, b), arg);
	}
	return got != PTABLE_END;
}
