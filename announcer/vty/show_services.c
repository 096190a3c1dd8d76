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

static bool on_list_step(struct vty_request *rq, void *state)
{
	const struct store_service *svc;

	do {
		svc = store_walk_next(rq->ctx->store, state);
		if (svc && names_is_shown(svc))
			put_row(svc, rq);
	} while (svc && !vty_enough(rq));
	if (!svc)
		writer_table_end(rq->w);
	return svc;
}

static void on_list_done(void *state)
{
	store_walk_fini(state);
	free(state);
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

/* All about one Service: where in its addresses and their nodes the answer stands. */
struct detail {
	char *ns, *name;
	unsigned which; /* address */
	bool begun;     /* its table of nodes is open */
	char *node;     /* the last one in it; NULL = none yet */
};

static void address_begin(struct vty_request *rq, const struct desired_view *v)
{
	struct writer *w = rq->w;
	char b[PREFIX_STRLEN], title[PREFIX_STRLEN + 64], name[NAMES_KEY_LEN];

	snprintf(title, sizeof(title), "%s of pool %s", ipaddr_str(&v->addr, b),
	    v->pool ? v->pool->name : "none");
	writer_object_begin(w, NULL, title);
	writer_str(w, "address", NULL, b);
	writer_str(w, "pool", NULL, v->pool ? v->pool->name : NULL);
	writer_num(w, "readyEndpoints", "Ready endpoints", v->ready);
	writer_num(w, "drainingEndpoints", "Draining endpoints", v->draining);
	writer_num(w, "nextHops", "Next hops", (int64_t)v->n_nexthops);
	writer_num(w, "announcing", NULL, (int64_t)v->n_announcing);
	writer_list_begin(w, "sharedWith", "Shared with");
	for (size_t i = 0; i < v->n_sharers; i++)
		writer_list_add(w, names_key(v->sharers[i], name));
	writer_list_end(w);
	writer_str(w, "reason", NULL, desired_text(v->reason)->token);
	writer_str(w, NULL, "Routes", desired_text(v->reason)->what);
	if (names_is_l2(rq->ctx, v->pool))
		writer_str(w, "layer2", "Layer 2", names_l2_state(rq, v).text);
	writer_table_begin(w, "nodes", "No nodes.");
}

static void address_end(struct vty_request *rq, struct detail *d)
{
	if (!d->begun)
		return;
	writer_table_end(rq->w);
	writer_object_end(rq->w);
	free(d->node);
	d->node = NULL;
	d->begun = false;
	d->which++;
}

/* The nodes after the last one, as many as are enough. */
static void put_nodes(struct vty_request *rq, struct detail *d, const struct desired_view *v)
{
	const char *here = desired_node(rq->ctx->desired), *last = NULL;
	size_t i = 0;

	while (i < v->n_nodes && d->node && strcmp(v->nodes[i].node, d->node) <= 0)
		i++;
	while (i < v->n_nodes && !(last && vty_enough(rq))) {
		last = v->nodes[i].node;
		put_verdict(rq->w, &v->nodes[i++], here);
	}
	if (i == v->n_nodes) {
		address_end(rq, d);
		return;
	}
	free(d->node);
	d->node = xstrdup(last);
}

static bool on_detail_step(struct vty_request *rq, void *state)
{
	struct detail *d = state;
	const struct store_service *svc = store_service(rq->ctx->store, d->ns, d->name);
	struct desired_view v;

	if (!svc || !svc->obj || !svc->alloc || d->which >= svc->alloc->n) {
		address_end(rq, d);
		writer_array_end(rq->w);
		return false;
	}
	v = desired_explain(rq->ctx->desired, svc, d->which);
	if (!d->begun)
		address_begin(rq, &v);
	d->begun = true;
	put_nodes(rq, d, &v);
	desired_view_fini(&v);
	return true;
}

static void on_detail_done(void *state)
{
	struct detail *d = state;

	free(d->ns);
	free(d->name);
	free(d->node);
	free(d);
}

static void put_service(struct vty_request *rq, const struct store_service *svc)
{
	struct detail *d = xcalloc(1, sizeof(*d));
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
	d->ns = xstrdup(svc->ns);
	d->name = xstrdup(svc->name);
	vty_rows(rq, on_detail_step, on_detail_done, d);
}

enum vty_rc show_services(struct vty_request *rq)
{
	const struct store_service *svc;
	bool several;

	if (!rq->ctx->store || !rq->ctx->alloc || !rq->ctx->desired)
		return vty_fail(rq, "There is no source of Services.");
	if (!rq->n_args) {
		writer_table_begin(rq->w, "services", "No Services of type LoadBalancer.");
		vty_rows(rq, on_list_step, on_list_done, xcalloc(1, sizeof(struct store_walk)));
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
