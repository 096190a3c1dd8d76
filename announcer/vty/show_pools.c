/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_pools.c - show pools [POOL]: the address pools, how full they are and whom they serve.
 */
#include "announcer/alloc.h"
#include "announcer/policy_set.h"
#include "announcer/util.h"
#include "announcer/vty/pool_text.h"
#include "announcer/vty/selector_text.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"
#include <sys/socket.h>

#define EXACT_MAX 1000000000 /* larger numbers of addresses say nothing exactly */

/* One family as it is shown: keys of JSON, labels of the table and of one pool. */
struct family {
	uint8_t family;
	const char *name, *key, *used, *usable, *column, *label;
};

static const struct family families[] = {
    {AF_INET,  "IPv4", "ipv4", "ipv4Used", "ipv4Usable", "IPV4 USED", "IPv4 used"},
    {AF_INET6, "IPv6", "ipv6", "ipv6Used", "ipv6Usable", "IPV6 USED", "IPv6 used"},
};

static size_t used_of(
    const struct vty_request *rq, const struct pool *pool, const struct family *f)
{
	return rq->ctx->alloc ? alloc_pool_used(rq->ctx->alloc, pool, f->family) : 0;
}

static bool is_full(
    const struct vty_request *rq, const struct pool *pool, const struct family *f)
{
	uint64_t usable = pool_usable(pool, f->family);

	return usable && used_of(rq, pool, f) >= usable;
}

/* ---- what the table and one pool have in common ---- */

static void put_words(
    struct writer *w, const char *key, const char *label, const struct strlist *l)
{
	writer_list_begin(w, key, label);
	for (size_t i = 0; i < l->n; i++)
		writer_list_add(w, l->v[i]);
	writer_list_end(w);
}

static void put_selectors(
    struct writer *w, const char *key, const char *label, const struct selectors *s)
{
	struct buf b = {0};

	writer_list_begin(w, key, NULL);
	for (size_t i = 0; i < s->n; i++) {
		buf_clear(&b);
		selector_text(&b, &s->v[i]);
		writer_list_add(w, b.p);
	}
	writer_list_end(w);
	buf_clear(&b);
	selectors_text(&b, s);
	writer_str(w, NULL, label, b.len ? b.p : NULL);
	free(b.p);
}

static void put_protocols(struct writer *w, const char *label, unsigned protocols)
{
	writer_list_begin(w, "protocols", label);
	if (protocols & POLICY_BGP)
		writer_list_add(w, "bgp");
	if (protocols & POLICY_LAYER2)
		writer_list_add(w, "layer2");
	writer_list_end(w);
}

/* "IPv4 full, announced by nobody": what is to be looked after. */
static void put_state(struct vty_request *rq, const char *label, const struct pool *pool)
{
	struct writer *w = rq->w;
	struct buf b = {0};

	writer_list_begin(w, "exhausted", NULL);
	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		if (!is_full(rq, pool, &families[i]))
			continue;
		writer_list_add(w, families[i].key);
		buf_fmt(&b, "%s%s full", b.len ? ", " : "", families[i].name);
	}
	writer_list_end(w);
	if (!pool->protocols)
		buf_fmt(&b, "%sno advertisement", b.len ? ", " : "");
	writer_str(w, NULL, label, b.len ? b.p : "ok");
	free(b.p);
}

/* Which file or object says it. */
static void put_place(struct vty_request *rq, const char *label, const struct pool *pool)
{
	const struct policy_set *s = rq->ctx->policy;

	writer_str(rq->w, "place", label, s ? policy_set_pool(s, pool->name) : NULL);
}

/* Whom it serves unasked. */
static void put_allocation(struct writer *w, bool labels, const struct pool *pool)
{
	static const struct pool_allocation none;
	const struct pool_allocation *a = pool->allocation ? pool->allocation : &none;

	writer_bool(w, "autoAssign", labels ? "Auto-assign" : NULL, pool->auto_assign);
	writer_bool(
	    w, "avoidBuggyIPs", labels ? "Avoids .0 and .255" : NULL, pool->avoid_buggy_ips);
	writer_num(w, "priority", labels ? "Priority" : NULL, a->priority);
	put_words(w, "namespaces", labels ? "Namespaces" : NULL, &a->namespaces);
	put_selectors(w, "namespaceSelectors", labels ? "Namespaces with" : NULL,
	    &a->namespace_selectors);
	put_selectors(
	    w, "serviceSelectors", labels ? "Services with" : NULL, &a->service_selectors);
	writer_list_begin(w, "labels", labels ? "Labels" : NULL);
	for (size_t i = 0; i < pool->n_labels; i++) {
		struct buf b = {0};

		buf_fmt(&b, "%s=%s", pool->labels[i].key, pool->labels[i].value);
		writer_list_add(w, b.p);
		free(b.p);
	}
	writer_list_end(w);
}

/* ---- show pools ---- */

static void put_family(struct vty_request *rq, const struct pool *pool, const struct family *f)
{
	uint64_t usable = pool_usable(pool, f->family);
	struct writer *w = rq->w;

	writer_num(w, f->used, f->column, (int64_t)used_of(rq, pool, f));
	writer_num(w, f->usable, NULL, usable > INT64_MAX ? INT64_MAX : (int64_t)usable);
	if (usable > EXACT_MAX)
		writer_fmt(w, NULL, "OF", "%.1e", (double)usable);
	else
		writer_num(w, NULL, "OF", (int64_t)usable);
}

/* "Services with app=web, when asked for; priority 10" */
static void put_for(struct writer *w, const struct pool *pool)
{
	struct buf b = {0};

	pool_whom(&b, pool);
	if (!pool->auto_assign)
		buf_str(&b, ", when asked for");
	if (pool->allocation && pool->allocation->priority)
		buf_fmt(&b, "; priority %u", (unsigned)pool->allocation->priority);
	writer_str(w, NULL, "FOR", b.p);
	free(b.p);
}

static void put_pool(struct vty_request *rq, const struct pool *pool)
{
	struct writer *w = rq->w;

	writer_row_begin(w);
	writer_str(w, "name", "NAME", pool->name);
	put_protocols(w, "PROTOCOL", pool->protocols);
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		put_family(rq, pool, &families[i]);
	put_state(rq, "STATE", pool);
	put_for(w, pool);
	put_place(rq, "PLACE", pool);
	put_allocation(w, false, pool);
	put_words(w, "addresses", "ADDRESSES", &pool->addresses);
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

/* ---- show pools POOL ---- */

static void put_use(struct vty_request *rq, const struct pool *pool, const struct family *f)
{
	uint64_t usable = pool_usable(pool, f->family);
	struct writer *w = rq->w;

	writer_num(w, f->used, NULL, (int64_t)used_of(rq, pool, f));
	writer_num(w, f->usable, NULL, usable > INT64_MAX ? INT64_MAX : (int64_t)usable);
	if (usable > EXACT_MAX)
		writer_fmt(
		    w, NULL, f->label, "%zu of %.1e", used_of(rq, pool, f), (double)usable);
	else
		writer_fmt(
		    w, NULL, f->label, "%zu of %u", used_of(rq, pool, f), (unsigned)usable);
}

/* What it announces where: "peers a, b", "interfaces eth0", "/24, local-pref 200". */
static void put_advert_text(struct writer *w, const struct pool_ad *ad)
{
	const struct strlist *where = ad->protocol == POLICY_BGP ? &ad->peers : &ad->interfaces;
	struct buf b = {0};

	for (size_t i = 0; i < where->n; i++)
		buf_fmt(&b, "%s%s",
		    i                            ? ","
		    : ad->protocol == POLICY_BGP ? "peers "
						 : "interfaces ",
		    where->v[i]);
	if (ad->protocol == POLICY_BGP && (ad->aggregation4 < 32 || ad->aggregation6 < 128))
		buf_fmt(&b, "%s/%u and /%u", b.len ? "; " : "", (unsigned)ad->aggregation4,
		    (unsigned)ad->aggregation6);
	if (ad->localpref)
		buf_fmt(&b, "%slocal-pref %u", b.len ? "; " : "", (unsigned)ad->localpref);
	for (size_t i = 0; i < ad->communities.n; i++)
		buf_fmt(&b, "%s%s",
		    i       ? ","
		    : b.len ? "; communities "
			    : "communities ",
		    ad->communities.v[i]);
	writer_str(w, NULL, "WHAT", b.len ? b.p : NULL);
	free(b.p);
}

static void put_advert(struct writer *w, const struct pool_ad *ad)
{
	struct buf nodes = {0}, services = {0};

	selectors_text(&nodes, &ad->nodes);
	selectors_text(&services, &ad->services);
	writer_row_begin(w);
	writer_str(w, "name", NULL, ad->name);
	writer_str(w, NULL, "ADVERTISEMENT", ad->name ? ad->name : "of the pool");
	writer_str(w, "protocol", "PROTOCOL", ad->protocol == POLICY_BGP ? "bgp" : "layer2");
	writer_str(w, NULL, "NODES", nodes.len ? nodes.p : "all");
	writer_str(w, NULL, "SERVICES", services.len ? services.p : "all");
	put_selectors(w, "nodeSelectors", NULL, &ad->nodes);
	put_selectors(w, "serviceSelectors", NULL, &ad->services);
	put_words(w, "peers", NULL, &ad->peers);
	put_words(w, "interfaces", NULL, &ad->interfaces);
	put_words(w, "communities", NULL, &ad->communities);
	if (ad->protocol == POLICY_BGP) {
		writer_num(w, "aggregationLength", NULL, ad->aggregation4);
		writer_num(w, "aggregationLengthV6", NULL, ad->aggregation6);
		writer_num(w, "localPref", NULL, ad->localpref);
	}
	put_advert_text(w, ad);
	writer_row_end(w);
	free(nodes.p);
	free(services.p);
}

static void put_detail(struct vty_request *rq, const struct pool *pool)
{
	struct writer *w = rq->w;

	writer_str(w, "name", "Pool", pool->name);
	put_protocols(w, "Protocols", pool->protocols);
	put_place(rq, "Place", pool);
	put_words(w, "addresses", "Addresses", &pool->addresses);
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		put_use(rq, pool, &families[i]);
	put_state(rq, "State", pool);
	put_allocation(w, true, pool);
	writer_table_begin(w, "advertisements",
	    pool->protocols ? "Announced by every node." : "Announced by nobody.");
	for (size_t i = 0; i < pool->n_ads; i++)
		put_advert(w, &pool->ads[i]);
	writer_table_end(w);
}

enum vty_rc show_pools(struct vty_request *rq)
{
	const struct pool *pool;

	if (!rq->ctx->rules)
		return vty_fail(rq, "There is no configuration.");
	if (rq->n_args) {
		pool = policy_pool(&rq->ctx->rules->policy, rq->args[0]);
		if (!pool)
			return vty_fail(rq, "No such pool: %s", rq->args[0]);
		put_detail(rq, pool);
		return VTY_OK;
	}
	writer_table_begin(rq->w, "pools", "No address pools.");
	vty_rows(rq, on_step, free, xcalloc(1, sizeof(size_t)));
	return VTY_OK;
}
