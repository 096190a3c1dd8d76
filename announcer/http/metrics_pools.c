/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics_pools.c - metrics of the address pools, and those by which MetalLB's alerts go, with
 * its names and labels: of the pools from one grevyd alone, the one that assigns, as the alerts
 * add up what several say; of BGP from each that speaks it.
 */
#include "announcer/alloc.h"
#include "announcer/bgp/view.h"
#include "announcer/http/metrics_text.h"
#include "announcer/policy_set.h"
#include "announcer/util.h"
#include "announcer/vty/context.h"
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

typedef uint64_t pool_fn(const struct alloc *a, const struct pool *pool, uint8_t family);

/* family 0 = both. Never more than MetalLB counts. */
static uint64_t usable(const struct alloc *a, const struct pool *pool, uint8_t family)
{
	uint64_t n = pool_usable(pool, family);

	(void)a;
	return n < INT64_MAX ? n : INT64_MAX;
}

static uint64_t used(const struct alloc *a, const struct pool *pool, uint8_t family)
{
	if (family)
		return alloc_pool_used(a, pool, family);
	return alloc_pool_used(a, pool, AF_INET) + alloc_pool_used(a, pool, AF_INET6);
}

/* ---- ours: by pool and family ---- */

static void put_family(struct buf *to, const struct vty_context *ctx, const char *name,
    pool_fn *value, uint8_t family)
{
	const struct policy *policy = &ctx->rules->policy;

	for (size_t i = 0; i < policy->n_pools; i++) {
		const struct pool *pool = &policy->pools[i];

		if (!pool_has_family(pool, family))
			continue;
		buf_fmt(to, "grevy_%s{", name);
		metric_label(to, "pool", pool->name);
		buf_fmt(to, ",family=\"%s\"} %" PRIu64 "\n",
		    family == AF_INET ? "ipv4" : "ipv6", value(ctx->alloc, pool, family));
	}
}

static void put_pools(struct buf *to, const struct vty_context *ctx)
{
	metric_family(to, "pool_addresses", "gauge", "Addresses of a pool that may be given.");
	put_family(to, ctx, "pool_addresses", usable, AF_INET);
	put_family(to, ctx, "pool_addresses", usable, AF_INET6);
	metric_family(to, "pool_addresses_in_use", "gauge",
	    "Addresses of a pool that Services have; a shared one counts once.");
	put_family(to, ctx, "pool_addresses_in_use", used, AF_INET);
	put_family(to, ctx, "pool_addresses_in_use", used, AF_INET6);
}

/* ---- MetalLB's ---- */

static void put_allocator(struct buf *to, const struct vty_context *ctx)
{
	static const struct {
		const char *name, *help;
		pool_fn *value;
		uint8_t family;
	} rows[] = {
	    {"addresses_total",             "Addresses of a pool.",             usable, 0       },
	    {"addresses_in_use_total",      "Addresses of a pool in use.",      used,   0       },
	    {"ipv4_addresses_total",        "IPv4 addresses of a pool.",        usable, AF_INET },
	    {"ipv4_addresses_in_use_total", "IPv4 addresses of a pool in use.", used,   AF_INET },
	    {"ipv6_addresses_total",        "IPv6 addresses of a pool.",        usable, AF_INET6},
	    {"ipv6_addresses_in_use_total", "IPv6 addresses of a pool in use.", used,   AF_INET6},
	};
	const struct policy *policy = &ctx->rules->policy;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char name[64];

		snprintf(name, sizeof(name), "allocator_%s", rows[i].name);
		metric_metallb(to, name, "gauge", rows[i].help);
		for (size_t j = 0; j < policy->n_pools; j++) {
			const struct pool *pool = &policy->pools[j];

			buf_fmt(to, "metallb_%s{", name);
			metric_label(to, "pool", pool->name);
			buf_fmt(to, "} %" PRIu64 "\n",
			    rows[i].value(ctx->alloc, pool, rows[i].family));
		}
	}
}

/* The same link-local address may be there on another interface. */
static void on_peer(const struct bgp_peer_view *v, void *arg)
{
	const struct ipaddr *a = &v->session.remote;
	bool v6 = a->family == AF_INET6;
	const char *zone = v6 && ipaddr_is_linklocal(a) ? v->nb->interface : NULL;
	char text[PREFIX_STRLEN], peer[PREFIX_STRLEN + 80];
	struct buf *to = arg;

	snprintf(peer, sizeof(peer), "%s%s%s%.63s%s:%u", v6 ? "[" : "", ipaddr_str(a, text),
	    zone ? "%" : "", zone ? zone : "", v6 ? "]" : "", v->nb->port);
	buf_str(to, "metallb_bgp_session_up{");
	metric_label(to, "peer", peer);
	buf_fmt(to, "} %d\n", v->facts != NULL);
}

static void on_verdict(const struct policy_verdict *v, void *arg)
{
	*(bool *)arg |= v->state != RULES_GOOD;
}

static void put_config(struct buf *to, const struct vty_context *ctx)
{
	bool stale = false;

	for (size_t i = 0; i < ctx->n_problems; i++)
		stale = stale || strcmp(ctx->problems[i].link, "configuration") == 0;
	if (ctx->policy)
		policy_set_each(ctx->policy, on_verdict, &stale);
	metric_metallb(
	    to, "k8s_client_config_loaded_bool", "gauge", "Whether there is a configuration.");
	buf_fmt(to, "metallb_k8s_client_config_loaded_bool %d\n", ctx->rules != NULL);
	metric_metallb(to, "k8s_client_config_stale_bool", "gauge",
	    "Whether some of the newest configuration is refused.");
	buf_fmt(to, "metallb_k8s_client_config_stale_bool %d\n", stale);
}

void metrics_put_pools(struct buf *to, const struct vty_context *ctx)
{
	if (!ctx->alloc)
		return;
	if (ctx->rules)
		put_pools(to, ctx);
	if (ctx->rules && alloc_controller(ctx->alloc))
		put_allocator(to, ctx);
	put_config(to, ctx);
	if (!ctx->bgp || !bgp_active(ctx->bgp))
		return;
	metric_metallb(to, "bgp_session_up", "gauge", "Whether a session is established.");
	bgp_each_peer(ctx->bgp, on_peer, to);
}
