/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vty/live.h"
#include "announcer/bgp/view.h"
#include "announcer/rib.h"
#include "announcer/util.h"
#include "announcer/vty/names.h"

void live_fini(struct vty_live *at)
{
	store_walk_fini(&at->services);
	if (at->begun)
		ptable_walk_fini(&at->prefixes);
	free(at->node);
}

bool live_services(
    const struct vty_context *ctx, struct vty_live *at, vty_add_fn *fn, void *arg)
{
	const struct store_service *svc =
	    ctx->store ? store_walk_next(ctx->store, &at->services) : NULL;
	char b[NAMES_KEY_LEN];

	if (svc && names_is_shown(svc))
		fn(names_key(svc, b), arg);
	return svc;
}

bool live_addresses(
    const struct vty_context *ctx, struct vty_live *at, vty_add_fn *fn, void *arg)
{
	const struct store_service *svc =
	    ctx->store ? store_walk_next(ctx->store, &at->services) : NULL;
	const struct alloc_service *as = svc ? svc->alloc : NULL;
	char b[PREFIX_STRLEN];

	for (unsigned i = 0; as && i < as->n; i++)
		fn(ipaddr_str(&as->addr[i], b), arg);
	return svc;
}

bool live_nodes(const struct vty_context *ctx, struct vty_live *at, vty_add_fn *fn, void *arg)
{
	const struct store_node *node =
	    ctx->store ? store_node_after(ctx->store, at->node) : NULL;

	free(at->node);
	at->node = node ? xstrdup(node->name) : NULL;
	if (node)
		fn(node->name, arg);
	return node;
}

struct adding {
	vty_add_fn *fn;
	void *arg;
};

static void on_neighbor(const struct bgp_peer_view *v, void *arg)
{
	struct adding *a = arg;
	char b[PREFIX_STRLEN];

	a->fn(ipaddr_str(&v->session.remote, b), a->arg);
}

bool live_neighbors(
    const struct vty_context *ctx, struct vty_live *at, vty_add_fn *fn, void *arg)
{
	struct adding a = {fn, arg};

	(void)at;
	if (ctx->bgp)
		bgp_each_peer(ctx->bgp, on_neighbor, &a);
	return false;
}

bool live_prefixes(
    const struct vty_context *ctx, struct vty_live *at, vty_add_fn *fn, void *arg)
{
	struct rib_route routes[RIB_SOURCES];
	char b[PREFIX_STRLEN];
	enum ptable_walked got;
	size_t n;

	if (!ctx->rib)
		return false;
	if (!at->begun)
		ptable_walk_init(&at->prefixes, NULL);
	at->begun = true;
	got = rib_walk_next(ctx->rib, &at->prefixes, routes, &n);
	if (got == PTABLE_RECORD && n)
		fn(prefix_str(&routes[0].prefix, b), arg);
	return got != PTABLE_END;
}
