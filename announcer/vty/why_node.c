/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why_node.c - why node NAME: whether it can be a next hop, and of which Services it is one. */
#include "announcer/util.h"
#include "announcer/vty/names.h"
#include "announcer/vty/nodes.h"
#include "announcer/vty/show.h"
#include "announcer/vty/why.h"
#include "announcer/vty/writer.h"
#include <sys/socket.h>

struct serving {
	struct vty_request *rq;
	const char *node;
	size_t serves, n;
};

static void put_family(struct why *y, const struct store_node *node, uint8_t family)
{
	const char *here = desired_node(y->rq->ctx->desired);
	struct eligible_verdict v = nodes_verdict(node, family, here);
	const struct eligible_text *t = eligible_text((enum eligible_reason)v.reason);
	const char *link = family == AF_INET ? "IPv4" : "IPv6";
	char b[PREFIX_STRLEN];

	if (v.eligible && here)
		why_ok(y, link, "%s", nodes_what(&v, here));
	else if (v.eligible)
		why_ok(y, link, "next hop %s", ipaddr_str(&v.nexthop, b));
	else
		why_note(y, link, why_node_cure(y, &v), "%s", t->what);
}

static void put_verdict(
    struct serving *s, const struct desired_view *v, const struct eligible_verdict *n)
{
	const struct eligible_text *t = eligible_text((enum eligible_reason)n->reason);
	struct writer *w = s->rq->w;
	char b[PREFIX_STRLEN];

	s->n++;
	s->serves += n->eligible;
	writer_row_begin(w);
	writer_fmt(w, "service", "SERVICE", "%s/%s", v->svc->ns, v->svc->name);
	writer_str(w, "address", "ADDRESS", ipaddr_str(&v->addr, b));
	writer_bool(w, "eligible", desired_node(s->rq->ctx->desired) ? "ELIGIBLE" : "NEXT HOP",
	    n->eligible);
	writer_num(w, "weight", "WEIGHT", n->weight);
	writer_str(w, "reason", NULL, t->token);
	writer_str(w, NULL, "WHY", t->what);
	writer_row_end(w);
}

static void on_service(struct store_service *svc, void *arg)
{
	struct serving *s = arg;
	const struct alloc_service *as;

	if (!names_is_shown(svc))
		return;
	as = alloc_service(s->rq->ctx->alloc, svc->ns, svc->name);
	for (unsigned which = 0; as && which < as->n; which++) {
		struct desired_view v = desired_explain(s->rq->ctx->desired, svc, which);

		for (size_t i = 0; i < v.n_nodes; i++)
			if (strcmp(v.nodes[i].node, s->node) == 0)
				put_verdict(s, &v, &v.nodes[i]);
		desired_view_fini(&v);
	}
}

static enum vty_rc no_node(struct why *y, const char *name, const struct store_node *node)
{
	struct buf like = {0};

	why_similar_nodes(y->rq->ctx, name, &like);
	if (node)
		why_broken(y, "node",
		    why_fill(y,
			why_by_api(y) ? "kubectl get node NODE"
				      : "give the source the manifest of Node NODE",
			name),
		    "endpoints name %s, but there is no such Node", name);
	else if (like.len)
		why_broken(y, "node",
		    why_say(y, "grevysh -c 'why node %.*s'", (int)strcspn(like.p, ","), like.p),
		    "there is none named %s; similar: %s", name, like.p);
	else
		why_broken(
		    y, "node", "grevysh -c 'show nodes'", "there is none named %s", name);
	why_end(y, "there is no such Node");
	free(like.p);
	return VTY_WARNING;
}

static void judge(struct why *y, const struct store_node *node)
{
	struct eligible_verdict v = nodes_best_verdict(node, desired_node(y->rq->ctx->desired));
	const struct eligible_text *t = eligible_text((enum eligible_reason)v.reason);

	if (node->obj->node.unschedulable)
		why_note(y, "cordon", "", "cordoned: no new Pods, its endpoints still count");
	put_family(y, node, AF_INET);
	put_family(y, node, AF_INET6);
	if (v.eligible)
		return;
	why_broken(y, "node", why_node_cure(y, &v), "%s", t->what);
}

enum vty_rc why_node(struct vty_request *rq)
{
	const char *name = rq->args[0], *here;
	const struct store_node *node;
	struct serving s = {.rq = rq, .node = name};
	struct eligible_verdict v;
	struct why y;

	if (!rq->ctx->store || !rq->ctx->alloc || !rq->ctx->desired)
		return vty_fail(rq, "There is no source of Nodes.");
	node = store_node(rq->ctx->store, name);
	writer_str(rq->w, "node", NULL, name);
	if (node && node->obj) {
		writer_table_begin(rq->w, "services", "No Service has an address.");
		store_each_service(rq->ctx->store, on_service, &s);
		writer_table_end(rq->w);
	}
	why_begin(&y, rq);
	why_source(&y);
	if (!node || !node->obj)
		return no_node(&y, name, node);
	judge(&y, node);
	here = desired_node(rq->ctx->desired);
	v = nodes_best_verdict(node, here);
	if (here)
		why_ok(&y, "this node", "it is %s%s", here,
		    strcmp(here, name) ? ", another one" : "");
	why_end(&y,
	    here ? "%s: %s; it is eligible for %zu of %zu addresses"
		 : "%s: %s; it is one for %zu of %zu addresses",
	    name, nodes_what(&v, here), s.serves, s.n);
	return VTY_OK;
}
