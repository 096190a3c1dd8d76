/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_service.c - why NS/NAME and why ADDRESS: from the source over the Service, its address,
 * who shares it, endpoints and nodes to the route, one chain for each address.
 */
#include "announcer/conf.h"
#include "announcer/conf_source.h"
#include "announcer/util.h"
#include "announcer/vty/names.h"
#include "announcer/vty/show.h"
#include "announcer/vty/why.h"
#include "announcer/vty/writer.h"
#include "announcer/zroutes_view.h"
#include "k8s/event.h"
#include <sys/socket.h>

#define NODES_MAX 20 /* nodes told of one by one */

static bool put_service(struct why *y, const struct store_service *svc)
{
	const struct alloc_service *as = alloc_service(y->rq->ctx->alloc, svc->ns, svc->name);
	const struct k8s_service *s;

	if (!svc->obj) {
		why_broken(y, "service", "mend its manifest; or remove it for good",
		    "it is not there; its address is kept for it, and its routes of before are "
		    "held");
		return false;
	}
	s = &svc->obj->service;
	if (!s->load_balancer) {
		why_broken(y, "service", "set spec.type: LoadBalancer",
		    "its type is not LoadBalancer");
		return false;
	}
	if (!as) {
		why_broken(y, "service", "wait", "it has not been judged yet");
		return false;
	}
	if (as->state == ALLOC_IGNORED) {
		const struct alloc_text *t = alloc_text((enum alloc_reason)as->reason);

		why_broken(
		    y, "service", t->cure, "left alone: %s", as->text ? as->text : t->token);
		return false;
	}
	why_ok(y, "service", "LoadBalancer, externalTrafficPolicy: %s%s%s",
	    s->local ? "Local" : "Cluster", s->lb_class ? ", class " : "",
	    s->lb_class ? s->lb_class : "");
	return true;
}

static bool assigns(const struct vty_context *ctx)
{
	const struct k8s_cluster *c = ctx->source ? ctx->source->cluster : NULL;

	return (!ctx->conf || ctx->conf->controller) && (!c || c->leading);
}

/* Another controller is to give it an address. */
static bool standby(const struct vty_context *ctx, const struct alloc_service *as)
{
	return as->reason == ALLOC_NO_CONTROLLER && ctx->conf && ctx->conf->controller;
}

/* Who chose the address. */
static const char *chosen_by(const struct vty_request *rq, const struct k8s_service *s)
{
	if (s->want_ips)
		return "asked for by the annotation loadBalancerIPs";
	if (s->lb_ip)
		return "asked for by spec.loadBalancerIP";
	if (!assigns(rq->ctx))
		return "from status.loadBalancer";
	return s->want_pool ? "free in the pool asked for" : "assigned by grevyd";
}

static void put_address(struct why *y, const struct desired_view *v)
{
	const struct alloc_text *t = alloc_text((enum alloc_reason)v->alloc->reason);
	char b[PREFIX_STRLEN];

	ipaddr_str(&v->addr, b);
	if (!v->pool)
		why_note(y, "address", "add it to an address pool", "%s is in no pool", b);
	else
		why_ok(y, "address", "%s of pool %s, %s", b, v->pool->name,
		    chosen_by(y->rq, &v->svc->obj->service));
	if (v->alloc->text)
		why_note(y, "address", t->cure, "%s: %s",
		    alloc_state_name((enum alloc_state)v->alloc->state), v->alloc->text);
}

static void put_sharers(struct why *y, const struct desired_view *v)
{
	const struct desired_text *t = desired_text(v->reason);
	struct buf b = {0};

	if (!v->n_sharers)
		return;
	for (size_t i = 0; i < v->n_sharers; i++)
		buf_fmt(&b, "%s%s/%s", i ? ", " : "", v->sharers[i]->ns, v->sharers[i]->name);
	why_ok(y, "sharing", "with %s", b.p);
	free(b.p);
	if (v->reason == DESIRED_NARROWED || v->reason == DESIRED_OTHERS_NODES)
		why_note(y, "sharing", t->cure, "%s", t->what);
}

static void put_endpoints(struct why *y, const struct desired_view *v)
{
	const struct desired_text *t = desired_text(DESIRED_NO_ENDPOINTS);
	const char *family = v->addr.family == AF_INET ? "IPv4" : "IPv6";

	if (!v->ready && !v->draining)
		why_broken(y, "endpoints", t->cure, "%s (%s)", t->what, family);
	else if (v->draining)
		why_ok(
		    y, "endpoints", "%s: %u ready, %u draining", family, v->ready, v->draining);
	else
		why_ok(y, "endpoints", "%s: %u ready", family, v->ready);
}

static void put_node(struct why *y, const struct eligible_verdict *n)
{
	const struct eligible_text *t = eligible_text((enum eligible_reason)n->reason);
	char b[PREFIX_STRLEN], *cure;

	if (!n->eligible) {
		cure = why_node_cure(t, n->node);
		why_note(y, "node", cure, "%s: %s", n->node, t->what);
		free(cure);
		return;
	}
	ipaddr_str(&n->nexthop, b);
	if (desired_node(y->rq->ctx->desired))
		why_ok(y, "node", "%s: %s", n->node, t->what);
	else if (n->reason == ELIGIBLE_OK)
		why_ok(y, "node", "%s: next hop %s, weight %u", n->node, b, n->weight);
	else
		why_ok(y, "node", "%s: next hop %s, weight %u; %s", n->node, b, n->weight,
		    t->what);
}

/* Too many to be told of one by one, and all alike. */
static bool is_counted(const struct eligible_verdict *n)
{
	return n->reason == ELIGIBLE_NO_ENDPOINT || n->reason == ELIGIBLE_OVER_LIMIT;
}

/* None is eligible: name one that is kept out for more than having no endpoint. */
static void put_none(struct why *y, const struct desired_view *v)
{
	const struct eligible_verdict *n = NULL;
	const struct eligible_text *t;
	char *cure;

	for (size_t i = 0; i < v->n_nodes && (!n || is_counted(n)); i++)
		n = &v->nodes[i];
	if (!n) {
		why_broken(
		    y, "nodes", "give the source the Node objects, too", "there are none");
		return;
	}
	t = eligible_text((enum eligible_reason)n->reason);
	cure = why_node_cure(t, n->node);
	why_broken(y, "nodes", cure, "none of %zu is eligible, e.g. %s: %s", v->n_nodes,
	    n->node, t->what);
	free(cure);
}

static void put_nodes(struct why *y, const struct desired_view *v)
{
	size_t idle = v->sum.by_reason[ELIGIBLE_NO_ENDPOINT];
	size_t told = 0, more = 0, over = 0;

	for (size_t i = 0; i < v->n_nodes; i++) {
		over += v->nodes[i].reason == ELIGIBLE_OVER_LIMIT;
		if (is_counted(&v->nodes[i]))
			continue;
		if (told++ < NODES_MAX)
			put_node(y, &v->nodes[i]);
		else
			more++;
	}
	if (more)
		why_ok(
		    y, "node", "%zu more: show services %s/%s", more, v->svc->ns, v->svc->name);
	if (over)
		why_note(y, "node", "", "%zu left out: zebra takes no more next hops", over);
	if (idle)
		why_ok(y, "node", "%zu without a ready endpoint", idle);
	if (!v->sum.eligible)
		put_none(y, v);
}

/* Role node: whether this one announces it. */
static void put_here(struct why *y, const struct desired_view *v)
{
	const char *here = desired_node(y->rq->ctx->desired);
	const struct eligible_verdict *n = NULL;
	const struct eligible_text *t;
	char *cure;

	if (!here || v->reason == DESIRED_LAYER2 || (!v->ready && !v->draining))
		return;
	for (size_t i = 0; i < v->n_nodes; i++)
		if (strcmp(v->nodes[i].node, here) == 0)
			n = &v->nodes[i];
	if (!n) {
		why_broken(y, "this node", "set node-name, or give the source this Node",
		    "there is no Node named %s", *here ? here : "\"\"");
		return;
	}
	t = eligible_text((enum eligible_reason)n->reason);
	if (!n->eligible) {
		cure = why_node_cure(t, here);
		why_broken(y, "this node", cure, "%s does not announce it: %s", here, t->what);
		free(cure);
	} else if (v->reason == DESIRED_NOT_HERE) {
		why_broken(y, "this node",
		    "run all who share it here, too, or use externalTrafficPolicy: Cluster",
		    "%s does not announce it: other nodes serve all who share it", here);
	} else {
		why_ok(y, "this node", "%s announces it, one of %zu", here, v->n_announcing);
	}
}

static void put_reason(struct why *y, const struct desired_view *v)
{
	const struct desired_text *t = desired_text(v->reason);

	if (v->reason == DESIRED_LEFT_OUT)
		why_broken(y, "sharing", t->cure, "%s", t->what);
	else if (v->reason == DESIRED_LAYER2)
		why_broken(y, "pool", t->cure, "%s", t->what);
	else if (v->reason == DESIRED_LIMITED)
		why_note(y, "nodes", t->cure, "%s", t->what);
}

static void put_good(struct why *y, const struct prefix *p)
{
	const struct vty_context *ctx = y->rq->ctx;
	const struct rib_route *r = ctx->rib ? rib_best(ctx->rib, p) : NULL;
	struct names_state out = names_output_state(y->rq, p);
	size_t n = r ? r->n : 0;
	char b[PREFIX_STRLEN], a[NAMES_NEXTHOP_LEN] = "";
	struct zroute_view v;

	if (names_is_speaker(ctx) && !y->broken) {
		why_end(y, "%s is %s", prefix_str(p, b), out.text);
		return;
	}
	if (n)
		names_nexthop(&r->nh[0], a);
	if (ctx->zserv &&
	    zroutes_find(out_zserv_routes(ctx->zserv), p, y->rq->now.mono_ms, &v) && v.n_sent)
		n = v.n_sent;
	why_end(y, "%s is %s over %zu next hop%s%s%s", prefix_str(p, b), out.text, n,
	    n == 1 ? "" : "s", r && r->n == 1 ? ": " : "", r && r->n == 1 ? a : "");
}

static void chain_of_address(
    struct vty_request *rq, const struct store_service *svc, unsigned which)
{
	struct desired_view v = desired_explain(rq->ctx->desired, svc, which);
	struct prefix p = prefix_of_addr(&v.addr);
	struct why y;
	char b[PREFIX_STRLEN];

	writer_object_begin(rq->w, NULL, NULL);
	writer_fmt(rq->w, "service", NULL, "%s/%s", svc->ns, svc->name);
	writer_str(rq->w, "address", NULL, ipaddr_str(&v.addr, b));
	writer_line(rq->w, "%s/%s, %s", svc->ns, svc->name, b);
	why_begin(&y, rq);
	why_source(&y);
	if (put_service(&y, svc)) {
		why_controller(&y);
		put_address(&y, &v);
		put_sharers(&y, &v);
		put_endpoints(&y, &v);
		if (v.ready || v.draining)
			put_nodes(&y, &v);
		put_here(&y, &v);
		put_reason(&y, &v);
		why_prefix(&y, &p);
	}
	put_good(&y, &p);
	writer_object_end(rq->w);
	desired_view_fini(&v);
}

/* A Service that has no address. */
static void chain_of_none(struct vty_request *rq, const struct store_service *svc)
{
	const struct alloc_service *as = alloc_service(rq->ctx->alloc, svc->ns, svc->name);
	struct why y;

	writer_object_begin(rq->w, NULL, NULL);
	writer_fmt(rq->w, "service", NULL, "%s/%s", svc->ns, svc->name);
	writer_str(rq->w, "address", NULL, NULL);
	writer_line(rq->w, "%s/%s", svc->ns, svc->name);
	why_begin(&y, rq);
	why_source(&y);
	if (put_service(&y, svc)) {
		const struct alloc_text *t = alloc_text((enum alloc_reason)as->reason);

		why_controller(&y);
		why_broken(&y, "address",
		    standby(rq->ctx, as) ? "look at who holds it: show kubernetes" : t->cure,
		    "%s: %s", alloc_state_name((enum alloc_state)as->state),
		    as->text ? as->text : t->token);
	}
	why_end(&y, "it has no address");
	writer_object_end(rq->w);
}

static void chains_of(struct vty_request *rq, const struct store_service *svc)
{
	const struct alloc_service *as = alloc_service(rq->ctx->alloc, svc->ns, svc->name);

	if (!as || !as->n)
		chain_of_none(rq, svc);
	for (unsigned i = 0; as && i < as->n; i++) {
		if (i)
			writer_blank(rq->w);
		chain_of_address(rq, svc, i);
	}
}

static void put_missing(struct why *y, const char *word, const char *like)
{
	const struct k8s_state *st = y->rq->ctx->source;

	if (st && st->n_problems)
		why_broken(y, "service", "mend that file",
		    "there is none named %s; a file that cannot be read may hold it: %s: %s",
		    word, st->problems[0].where, st->problems[0].what);
	else if (*like)
		why_broken(y, "service", "say one of these",
		    "there is none named %s; similar: %s", word, like);
	else
		why_broken(y, "service",
		    st && st->cluster
			? "create it there; is it the right cluster? show kubernetes"
			: "give it to the source: show queue",
		    "there is none named %s", word);
}

static enum vty_rc no_service(struct vty_request *rq, const char *word, bool several)
{
	struct buf like = {0};
	struct why y;

	buf_str(&like, "");
	why_similar_services(rq->ctx, word, &like);
	writer_object_begin(rq->w, NULL, NULL);
	why_begin(&y, rq);
	why_source(&y);
	if (several)
		why_broken(&y, "service", "say NAMESPACE/NAME", "several are named %s: %s",
		    word, like.p);
	else
		put_missing(&y, word, like.p);
	why_end(&y, "there is no such Service");
	writer_object_end(rq->w);
	free(like.p);
	return VTY_WARNING;
}

enum vty_rc why_service(struct vty_request *rq)
{
	const struct store_service *svc;
	enum vty_rc rc = VTY_OK;
	bool several;

	if (!rq->ctx->store || !rq->ctx->alloc || !rq->ctx->desired)
		return vty_fail(rq, "There is no source of Services.");
	svc = names_service(rq->ctx, rq->args[0], &several);
	writer_array_begin(rq->w, "chains");
	if (svc)
		chains_of(rq, svc);
	else
		rc = no_service(rq, rq->args[0], several);
	writer_array_end(rq->w);
	return rc;
}

/* ---- why ADDRESS ---- */

struct address_search {
	const struct ipaddr *addr;
	const char *text;
	struct buf wanted, node;
};

static void on_wanted(struct store_service *svc, void *arg)
{
	struct address_search *s = arg;
	const struct k8s_service *k;

	if (!svc->obj)
		return;
	k = &svc->obj->service;
	if ((k->want_ips && strstr(k->want_ips, s->text)) ||
	    (k->lb_ip && strcmp(k->lb_ip, s->text) == 0))
		buf_fmt(&s->wanted, "%s%s/%s", s->wanted.len ? ", " : "", svc->ns, svc->name);
}

static void find_node(struct vty_request *rq, struct address_search *s)
{
	struct store_node *const *nodes;
	size_t n = 0;

	nodes = store_nodes(rq->ctx->store, &n);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < nodes[i]->obj->node.n_internal; j++)
			if (ipaddr_cmp(&nodes[i]->obj->node.internal[j], s->addr) == 0)
				buf_fmt(
				    &s->node, "%s%s", s->node.len ? ", " : "", nodes[i]->name);
}

/* Which pool has the address, and which Service wants it. */
static void put_unused(struct why *y, const struct ipaddr *addr, const char *text)
{
	const struct conf *c = y->rq->ctx->conf;
	const struct pool *pool = c ? policy_pool_of(&c->policy, addr) : NULL;
	struct address_search s = {.addr = addr, .text = text};

	store_each_service(y->rq->ctx->store, on_wanted, &s);
	find_node(y->rq, &s);
	if (s.node.len)
		why_broken(y, "address", "", "it is the InternalIP of %s", s.node.p);
	if (pool)
		why_ok(y, "pool", "it is in pool %s", pool->name);
	else
		why_broken(y, "pool", "add it to an address pool",
		    "no address pool contains %s", text);
	if (s.wanted.len)
		why_broken(y, "service", "see why NS/NAME of it",
		    "no Service has it; asked for by %s", s.wanted.p);
	else
		why_broken(y, "service",
		    "a Service may ask for it by the annotation metallb.io/loadBalancerIPs",
		    "no Service has it or asks for it");
	free(s.wanted.p);
	free(s.node.p);
}

static void nobody_has(struct vty_request *rq, const struct ipaddr *addr)
{
	const struct conf *c = rq->ctx->conf;
	struct prefix p = prefix_of_addr(addr);
	char b[PREFIX_STRLEN];
	struct why y;

	ipaddr_str(addr, b);
	writer_object_begin(rq->w, NULL, NULL);
	writer_str(rq->w, "address", NULL, b);
	writer_line(rq->w, "%s", b);
	why_begin(&y, rq);
	why_source(&y);
	if (c && !conf_wants_source(c))
		why_broken(
		    &y, "rib", "see below who could announce it", "no route leads to %s", b);
	else
		put_unused(&y, addr, b);
	why_not_received(&y, &p);
	why_end(&y, "nobody has it");
	writer_object_end(rq->w);
}

struct covering {
	const struct ipaddr *addr;
	struct prefix found; /* family 0 = none */
};

static void on_covering(const struct rib_route *route, bool best, void *arg)
{
	struct covering *c = arg;

	if (best && route->source != RIB_KUBERNETES &&
	    prefix_contains(&route->prefix, c->addr) &&
	    (!c->found.family || route->prefix.plen > c->found.plen))
		c->found = route->prefix;
}

/* No Service, but a route of a neighbour or of zebra leads there. */
static void chain_of_route(
    struct vty_request *rq, const struct ipaddr *addr, const struct prefix *p)
{
	char a[PREFIX_STRLEN], b[PREFIX_STRLEN];
	struct names_state out = names_output_state(rq, p);
	struct why y;

	writer_object_begin(rq->w, NULL, NULL);
	writer_str(rq->w, "address", NULL, ipaddr_str(addr, a));
	writer_line(rq->w, "%s", a);
	why_begin(&y, rq);
	why_ok(&y, "service", "no Service of ours has it; a route leads there");
	why_prefix(&y, p);
	why_end(&y, "%s is %s", prefix_str(p, b), out.text);
	writer_object_end(rq->w);
}

static bool has_route(struct vty_request *rq, const struct ipaddr *addr)
{
	struct covering c = {.addr = addr};

	if (rq->ctx->rib)
		rib_each(rq->ctx->rib, on_covering, &c);
	if (c.found.family)
		chain_of_route(rq, addr, &c.found);
	return c.found.family != 0;
}

static unsigned index_of(const struct alloc_service *as, const struct ipaddr *addr)
{
	return as->n > 1 && ipaddr_cmp(&as->addr[1], addr) == 0;
}

enum vty_rc why_address(struct vty_request *rq)
{
	const struct alloc_addr *a;
	struct ipaddr addr;
	bool any;

	if (!rq->ctx->store || !rq->ctx->alloc || !rq->ctx->desired)
		return vty_fail(rq, "There is no source of Services.");
	if (ipaddr_parse(rq->args[0], &addr))
		return vty_fail(rq, "Not an address: %s", rq->args[0]);
	a = alloc_addr(rq->ctx->alloc, &addr);
	writer_array_begin(rq->w, "chains");
	any = (a && a->n_users) || has_route(rq, &addr);
	if (!any)
		nobody_has(rq, &addr);
	for (size_t i = 0; a && i < a->n_users; i++) {
		if (i)
			writer_blank(rq->w);
		chain_of_address(rq, a->users[i]->svc, index_of(a->users[i], &addr));
	}
	writer_array_end(rq->w);
	return any ? VTY_OK : VTY_WARNING;
}
