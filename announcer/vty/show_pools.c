/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_pools.c - show pools: the address pools and how full they are. */
#include "announcer/alloc.h"
#include "announcer/rules.h"
#include "announcer/util.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"
#include <sys/socket.h>

#define EXACT_MAX 1000000000 /* larger numbers of addresses say nothing exactly */

struct pool_keys {
	uint8_t family;
	const char *used, *usable, *used_label, *usable_label;
};

static void put_family(
    struct vty_request *rq, const struct pool *pool, const struct pool_keys *k)
{
	size_t used = rq->ctx->alloc ? alloc_pool_used(rq->ctx->alloc, pool, k->family) : 0;
	uint64_t usable = pool_usable(pool, k->family);
	struct writer *w = rq->w;

	writer_num(w, k->used, k->used_label, (int64_t)used);
	writer_num(w, k->usable, NULL, usable > INT64_MAX ? INT64_MAX : (int64_t)usable);
	if (usable > EXACT_MAX)
		writer_fmt(w, NULL, k->usable_label, "%.1e", (double)usable);
	else
		writer_num(w, NULL, k->usable_label, (int64_t)usable);
}

static void put_pool(struct vty_request *rq, const struct pool *pool)
{
	static const struct pool_keys v4 = {
	    AF_INET, "ipv4Used", "ipv4Usable", "IPV4 USED", "OF"};
	static const struct pool_keys v6 = {
	    AF_INET6, "ipv6Used", "ipv6Usable", "IPV6 USED", "OF"};
	struct writer *w = rq->w;

	writer_row_begin(w);
	writer_str(w, "name", "NAME", pool->name);
	writer_str(w, "protocol", "PROTOCOL", pool->protocols == POLICY_BGP ? "bgp" : "layer2");
	put_family(rq, pool, &v4);
	put_family(rq, pool, &v6);
	writer_bool(w, "autoAssign", "AUTO-ASSIGN", pool->auto_assign);
	writer_bool(w, "avoidBuggyIPs", NULL, pool->avoid_buggy_ips);
	writer_list_begin(w, "addresses", "ADDRESSES");
	for (size_t i = 0; i < pool->addresses.n; i++)
		writer_list_add(w, pool->addresses.v[i]);
	writer_list_end(w);
	writer_row_end(w);
}

/* state: how many were shown. A reload in between may change which they are. */
static bool on_step(struct vty_request *rq, void *state)
{
	const struct policy *policy = &rq->ctx->rules->policy;
	size_t *at = state;

	while (*at < policy->n_pools) {
		put_pool(rq, &policy->pools[(*at)++]);
		if (vty_enough(rq))
			return true;
	}
	writer_table_end(rq->w);
	return false;
}

enum vty_rc show_pools(struct vty_request *rq)
{
	if (!rq->ctx->rules)
		return vty_fail(rq, "There is no configuration.");
	writer_table_begin(rq->w, "pools", "No address pools.");
	vty_rows(rq, on_step, free, xcalloc(1, sizeof(size_t)));
	return VTY_OK;
}
