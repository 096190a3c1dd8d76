/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_node.c - why node NAME: of which Services it is a next hop, one address a row and by
 * steps, then whether it can be one at all.
 */
#include "announcer/util.h"
#include "announcer/vty/names.h"
#include "announcer/vty/nodes.h"
#include "announcer/vty/show.h"
#include "announcer/vty/why.h"
#include "announcer/vty/writer.h"
#include <sys/socket.h>

struct node_rows {
	struct store_walk walk;
	size_t serves, n; /* addresses: that it serves, and all */
};

static void put_row(struct vty_request *rq, const struct store_service *svc, unsigned which,
    struct node_rows *s)
{
	struct eligible_verdict v = desired_verdict(rq->ctx->desired, svc, which, rq->args[0]);
	const struct eligible_text *t = eligible_text((enum eligible_reason)v.reason);
	struct writer *w = rq->w;
	char b[PREFIX_STRLEN];

	s->n++;
	s->serves += v.eligible;
	writer_row_begin(w);
	writer_fmt(w, "service", "SERVICE", "%s/%s", svc->ns, svc->name);
	writer_str(w, "address", "ADDRESS", ipaddr_str(&svc->alloc->addr[which], b));
	writer_bool(w, "eligible", desired_node(rq->ctx->desired) ? "ELIGIBLE" : "NEXT HOP",
	    v.eligible);
	writer_num(w, "weight", "WEIGHT", v.weight);
	writer_str(w, "reason", NULL, t->token);
	writer_str(w, NULL, "WHY", t->what);
	writer_row_end(w);
}

/* ---- the chain ---- */

static enum vty_rc no_node(struct why *y, const char *name, const struct store_node *node)
{
	struct why_similar *like = why_similar_new(name);
	const char *first;
	struct buf names = {0};

	why_similar_nodes(like, y->rq->ctx);
	why_similar_join(like, &names);
	first = why_similar_first(like);
	if (node)
		why_broken(y, "node",
		    why_fill(y,
			why_by_api(y) ? "kubectl get node NODE"
				      : "give the source the manifest of Node NODE",
			name),
		    "endpoints name %s, but there is no such Node", name);
	else if (first)
		why_broken(y, "node", why_say(y, "grevysh -c 'why node %s'", first),
		    "there is none named %s; similar: %s", name, names.p);
	else
		why_broken(
		    y, "node", "grevysh -c 'show nodes'", "there is none named %s", name);
	why_end(y, "there is no such Node");
	why_similar_free(like);
	free(names.p);
	return VTY_WARNING;
}

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

static void judge(struct why *y, const struct store_node *node)
{
	struct eligible_verdict v = nodes_best_verdict(node, desired_node(y->rq->ctx->desired));
	const struct eligible_text *t = eligible_text((enum eligible_reason)v.reason);

	if (node->obj->node.unschedulable)
		why_note(y, "cordon", "", "cordoned: no new Pods, its endpoints still count");
	put_family(y, node, AF_INET);
	put_family(y, node, AF_INET6);
	if (!v.eligible)
		why_broken(y, "node", why_node_cure(y, &v), "%s", t->what);
	else if (v.reason == ELIGIBLE_OK_NOT_READY)
		why_warn(y, "node", why_node_cure(y, &v), "it is NotReady");
}

static enum vty_rc put_chain(struct vty_request *rq, const struct node_rows *s)
{
	const char *name = rq->args[0], *here = desired_node(rq->ctx->desired);
	const struct store_node *node = store_node(rq->ctx->store, name);
	struct eligible_verdict v;
	struct why y;

	why_begin(&y, rq);
	why_source(&y);
	if (!node || !node->obj)
		return no_node(&y, name, node);
	judge(&y, node);
	v = nodes_best_verdict(node, here);
	if (here)
		why_ok(&y, "this node", "it is %s%s", here,
		    strcmp(here, name) ? ", another one" : "");
	why_end(&y,
	    here ? "%s: %s; it is eligible for %zu of %zu addresses"
		 : "%s: %s; it is one for %zu of %zu addresses",
	    name, nodes_what(&v, here), s->serves, s->n);
	return VTY_OK;
}

/* ---- by steps ---- */

static bool on_step(struct vty_request *rq, void *state)
{
	struct node_rows *s = state;
	const struct store_service *svc;

	do {
		svc = store_walk_next(rq->ctx->store, &s->walk);
		for (unsigned i = 0;
		     svc && names_is_shown(svc) && svc->alloc && i < svc->alloc->n; i++)
			put_row(rq, svc, i, s);
	} while (svc && !vty_enough(rq));
	if (svc)
		return true;
	writer_table_end(rq->w);
	rq->rc = put_chain(rq, s);
	return false;
}

static void on_done(void *state)
{
	struct node_rows *s = state;

	store_walk_fini(&s->walk);
	free(s);
}

enum vty_rc why_node(struct vty_request *rq)
{
	const struct node_rows none = {0};
	const struct store_node *node;

	if (!rq->ctx->store || !rq->ctx->alloc || !rq->ctx->desired)
		return vty_fail(rq, "There is no source of Nodes.");
	node = store_node(rq->ctx->store, rq->args[0]);
	writer_str(rq->w, "node", NULL, rq->args[0]);
	if (!node || !node->obj)
		return put_chain(rq, &none);
	writer_table_begin(rq->w, "services", "No Service has an address.");
	vty_rows(rq, on_step, on_done, xcalloc(1, sizeof(struct node_rows)));
	return VTY_OK;
}
