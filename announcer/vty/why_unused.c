/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_unused.c - why ADDRESS where no Service has it: a route of somebody else leads there, or
 * a Service waits for it, or which pool and which node it is of. No step looks at every Service
 * or every route.
 */
#include "announcer/conf.h"
#include "announcer/conf_source.h"
#include "announcer/rules.h"
#include "announcer/util.h"
#include "announcer/vty/names.h"
#include "announcer/vty/why.h"
#include "announcer/vty/writer.h"
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define NAMES_MAX 5

/* ---- a route ---- */

/* The longest prefix around it that the RIB has of somebody else than Kubernetes. */
static bool covering(const struct rib *rib, const struct ipaddr *addr, struct prefix *to)
{
	int longest = addr->family == AF_INET ? 32 : 128;

	for (int plen = longest; rib && plen >= 0; plen--) {
		const struct rib_route *r;

		*to = prefix_of(addr, (uint8_t)plen);
		r = rib_best(rib, to);
		if (r && r->source != RIB_KUBERNETES)
			return true;
	}
	return false;
}

static void chain_of_route(
    struct vty_request *rq, const struct ipaddr *addr, const struct prefix *p)
{
	char a[PREFIX_STRLEN], b[PREFIX_STRLEN];
	struct names_state out = names_output_state(rq, p);
	struct why y;

	writer_object_begin(rq->w, NULL, NULL);
	writer_str(rq->w, "service", NULL, NULL);
	writer_str(rq->w, "address", NULL, ipaddr_str(addr, a));
	writer_line(rq->w, "%s", a);
	why_begin(&y, rq);
	why_ok(&y, "service", "no Service of ours has it; a route leads there");
	why_prefix(&y, p);
	why_end(&y, "%s is %s", prefix_str(p, b), out.text);
	writer_object_end(rq->w);
}

/* ---- who waits for it ---- */

struct waiting {
	const struct ipaddr *addr;
	struct buf names;
	const struct store_service *first;
	size_t n;
};

/* Is it one of these, separated by commas? */
static bool is_named(const char *list, const struct ipaddr *addr)
{
	while (list && *list) {
		char word[PREFIX_STRLEN];
		size_t len;
		struct ipaddr a;

		list += strspn(list, ", \t");
		len = strcspn(list, ", \t");
		if (len && len < sizeof(word)) {
			memcpy(word, list, len);
			word[len] = '\0';
			if (ipaddr_parse(word, &a) == 0 && ipaddr_cmp(&a, addr) == 0)
				return true;
		}
		list += len;
	}
	return false;
}

static void on_hungry(const struct alloc_service *as, void *arg)
{
	struct waiting *w = arg;
	const struct k8s_service *k = &as->svc->obj->service;

	if (!is_named(k->want_ips, w->addr) && !is_named(k->lb_ip, w->addr))
		return;
	if (w->n++ >= NAMES_MAX)
		return;
	w->first = w->first ? w->first : as->svc;
	buf_fmt(&w->names, "%s%s/%s", w->names.len ? ", " : "", as->svc->ns, as->svc->name);
}

/* may: a Service could have it. */
static void put_waiting(struct why *y, const struct ipaddr *addr, bool may)
{
	struct waiting w = {.addr = addr};
	char a[PREFIX_STRLEN];

	alloc_each_hungry(y->rq->ctx->alloc, on_hungry, &w);
	if (w.n)
		why_broken(y, "service",
		    why_say(y, "grevysh -c 'why %s/%s'", w.first->ns, w.first->name),
		    "no Service has it; %s %s for it", w.names.p, w.n == 1 ? "waits" : "wait");
	else if (may || y->broken)
		why_broken(y, "service",
		    why_say(y, "annotate a Service with metallb.io/loadBalancerIPs: %s",
			ipaddr_str(addr, a)),
		    "no Service of ours has it, and none waits for it");
	free(w.names.p);
}

/* ---- what it is ---- */

static void put_node(struct why *y, const struct ipaddr *addr)
{
	struct store_node *const *nodes;
	size_t n = 0;

	nodes = store_nodes(y->rq->ctx->store, &n);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < nodes[i]->obj->node.n_internal; j++)
			if (ipaddr_cmp(&nodes[i]->obj->node.internal[j], addr) == 0)
				why_broken(y, "address",
				    why_say(y, "grevysh -c 'why node %s'", nodes[i]->name),
				    "it is the InternalIP of node %s, not of a Service",
				    nodes[i]->name);
}

/* Return: whether a Service could have it. */
static bool put_pool(struct why *y, const struct ipaddr *addr)
{
	const struct conf *c = y->rq->ctx->conf;
	const struct rules *rules = y->rq->ctx->rules;
	const struct pool *pool = rules ? policy_pool_of(&rules->policy, addr) : NULL;
	char a[PREFIX_STRLEN];

	ipaddr_str(addr, a);
	if (pool && pool_is_buggy(pool, addr))
		why_broken(y, "pool",
		    why_say(y, "set avoid-buggy-ips: no of pool %s", pool->name),
		    "pool %s avoids %s", pool->name, a);
	else if (pool)
		why_ok(y, "pool", "it is in pool %s", pool->name);
	else if (c && c->bgp.n_neighbors) /* it can be theirs alone */
		why_note(y, "pool", "", "no address pool contains %s", a);
	else
		why_broken(y, "pool",
		    why_say(y, "add %s/%d to addresses of a pool", a,
			addr->family == AF_INET ? 32 : 128),
		    "no address pool contains %s", a);
	return pool;
}

static void chain_of_nobody(struct vty_request *rq, const struct ipaddr *addr)
{
	const struct conf *c = rq->ctx->conf;
	char a[PREFIX_STRLEN];
	struct why y;

	ipaddr_str(addr, a);
	writer_object_begin(rq->w, NULL, NULL);
	writer_str(rq->w, "service", NULL, NULL);
	writer_str(rq->w, "address", NULL, a);
	writer_line(rq->w, "%s", a);
	why_begin(&y, rq);
	why_source(&y);
	why_policy(&y);
	if (!c || conf_wants_source(c)) {
		put_node(&y, addr);
		put_waiting(&y, addr, put_pool(&y, addr));
	}
	why_not_received(&y, addr);
	why_end(&y, "nobody has it");
	writer_object_end(rq->w);
}

bool why_unused(struct vty_request *rq, const struct ipaddr *addr)
{
	struct prefix p;
	bool any = covering(rq->ctx->rib, addr, &p);

	if (any)
		chain_of_route(rq, addr, &p);
	else
		chain_of_nobody(rq, addr);
	return any;
}
