/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_services.c - show services [NS/NAME]. */
#include "announcer/util.h"
#include "announcer/vty/names.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"
#include <stdio.h>

static const struct alloc_service *alloc_of(
    const struct vty_request *rq, const struct store_service *svc)
{
	return alloc_service(rq->ctx->alloc, svc->ns, svc->name);
}

static void put_addresses(struct writer *w, const struct alloc_service *as)
{
	char b[PREFIX_STRLEN];

	writer_list_begin(w, "addresses", "ADDRESS");
	for (unsigned i = 0; as && i < as->n; i++)
		writer_list_add(w, ipaddr_str(&as->addr[i], b));
	writer_list_end(w);
}

static void put_pools(
    const struct vty_request *rq, struct writer *w, const struct alloc_service *as)
{
	const struct pool *seen = NULL;

	writer_list_begin(w, "pools", "POOL");
	for (unsigned i = 0; as && i < as->n; i++) {
		const struct alloc_addr *a = alloc_addr(rq->ctx->alloc, &as->addr[i]);

		if (a && a->pool && a->pool != seen)
			writer_list_add(w, a->pool->name);
		seen = a ? a->pool : seen;
	}
	writer_list_end(w);
}

/* Eligible nodes: of the address that has the fewest. */
static size_t eligible_nodes(const struct vty_request *rq, const struct store_service *svc,
    const struct alloc_service *as)
{
	size_t least = 0;

	for (unsigned i = 0; as && i < as->n; i++) {
		size_t n = desired_look(rq->ctx->desired, svc, i).sum.eligible;

		least = i && least < n ? least : n;
	}
	return least;
}

static void put_row(const struct store_service *svc, struct vty_request *rq)
{
	const struct alloc_service *as = alloc_of(rq, svc);
	struct names_state state = names_service_state(rq, svc);
	struct writer *w = rq->w;

	writer_row_begin(w);
	writer_str(w, "namespace", NULL, svc->ns);
	writer_str(w, "name", NULL, svc->name);
	writer_fmt(w, NULL, "NAMESPACE/NAME", "%s/%s", svc->ns, svc->name);
	put_addresses(w, as);
	put_pools(rq, w, as);
	writer_str(w, "externalTrafficPolicy", "POLICY",
	    svc->obj->service.local ? "Local" : "Cluster");
	writer_num(w, "eligibleNodes", "NODES", (int64_t)eligible_nodes(rq, svc, as));
	writer_bool(w, "good", NULL, state.good);
	writer_str(w, "state", "STATE", state.text);
	writer_row_end(w);
}

static void on_service(struct store_service *svc, void *arg)
{
	if (names_is_shown(svc))
		put_row(svc, arg);
}

static void put_ports(struct writer *w, const struct k8s_service *s)
{
	char b[32];

	writer_list_begin(w, "ports", "Ports");
	for (size_t i = 0; i < s->n_ports; i++) {
		const struct k8s_port *p = &s->ports[i];

		snprintf(b, sizeof(b), "%s/%u",
		    p->proto == 6    ? "TCP"
		    : p->proto == 17 ? "UDP"
				     : "SCTP",
		    p->port);
		writer_list_add(w, b);
	}
	writer_list_end(w);
}

/* here: role node, this one; NULL = role router. */
static void put_verdict(struct writer *w, const struct eligible_verdict *v, const char *here)
{
	const struct eligible_text *t = eligible_text((enum eligible_reason)v->reason);
	char b[PREFIX_STRLEN];

	writer_row_begin(w);
	writer_str(w, "node", "NODE", v->node);
	if (here)
		writer_bool(w, "thisNode", "THIS NODE", strcmp(v->node, here) == 0);
	else
		writer_str(w, "nextHop", "NEXT HOP",
		    v->nexthop.family ? ipaddr_str(&v->nexthop, b) : NULL);
	writer_num(w, "weight", "WEIGHT", v->weight);
	writer_bool(w, "eligible", "ELIGIBLE", v->eligible);
	writer_str(w, "reason", NULL, t->token);
	writer_str(w, NULL, "WHY", t->what);
	writer_row_end(w);
}

static void put_address(struct vty_request *rq, const struct store_service *svc, unsigned which)
{
	struct desired_view v = desired_explain(rq->ctx->desired, svc, which);
	struct writer *w = rq->w;
	char b[PREFIX_STRLEN], title[PREFIX_STRLEN + 64], name[NAMES_KEY_LEN];

	snprintf(title, sizeof(title), "%s of pool %s", ipaddr_str(&v.addr, b),
	    v.pool ? v.pool->name : "none");
	writer_object_begin(w, NULL, title);
	writer_str(w, "address", NULL, b);
	writer_str(w, "pool", NULL, v.pool ? v.pool->name : NULL);
	writer_num(w, "readyEndpoints", "Ready endpoints", v.ready);
	writer_num(w, "drainingEndpoints", "Draining endpoints", v.draining);
	writer_num(w, "nextHops", "Next hops", (int64_t)v.n_nexthops);
	writer_num(w, "announcing", NULL, (int64_t)v.n_announcing);
	writer_list_begin(w, "sharedWith", "Shared with");
	for (size_t i = 0; i < v.n_sharers; i++)
		writer_list_add(w, names_key(v.sharers[i], name));
	writer_list_end(w);
	writer_str(w, "reason", NULL, desired_text(v.reason)->token);
	writer_str(w, NULL, "Routes", desired_text(v.reason)->what);
	writer_table_begin(w, "nodes", "No nodes.");
	for (size_t i = 0; i < v.n_nodes; i++)
		put_verdict(w, &v.nodes[i], desired_node(rq->ctx->desired));
	writer_table_end(w);
	writer_object_end(w);
	desired_view_fini(&v);
}

static void put_service(struct vty_request *rq, const struct store_service *svc)
{
	const struct alloc_service *as = alloc_of(rq, svc);
	const struct k8s_service *s = &svc->obj->service;
	struct names_state state = names_service_state(rq, svc);
	struct writer *w = rq->w;

	writer_str(w, "namespace", NULL, svc->ns);
	writer_str(w, "name", NULL, svc->name);
	writer_fmt(w, NULL, "Service", "%s/%s", svc->ns, svc->name);
	writer_str(w, "type", "Type", s->load_balancer ? "LoadBalancer" : "other");
	writer_str(w, "loadBalancerClass", "Class", s->lb_class);
	writer_str(
	    w, "externalTrafficPolicy", "Traffic policy", s->local ? "Local" : "Cluster");
	put_ports(w, s);
	writer_bool(w, "good", NULL, state.good);
	writer_str(w, "state", "State", state.text);
	if (as && as->text)
		writer_str(w, "text", "Reason", as->text);
	writer_array_begin(w, "addresses");
	for (unsigned i = 0; as && i < as->n; i++)
		put_address(rq, svc, i);
	writer_array_end(w);
}

enum vty_rc show_services(struct vty_request *rq)
{
	const struct store_service *svc;
	bool several;

	if (!rq->ctx->store || !rq->ctx->alloc || !rq->ctx->desired)
		return vty_fail(rq, "There is no source of Services.");
	if (!rq->n_args) {
		writer_table_begin(rq->w, "services", "No Services of type LoadBalancer.");
		store_each_service(rq->ctx->store, on_service, rq);
		writer_table_end(rq->w);
		return VTY_OK;
	}
	svc = names_service(rq->ctx, rq->args[0], &several);
	if (!svc)
		return vty_fail(rq,
		    several ? "Several Services have that name: %s" : "No such Service: %s",
		    rq->args[0]);
	put_service(rq, svc);
	return VTY_OK;
}
