/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_nodes.c - show nodes [NAME]: what a Node is worth, whatever the Service. */
#include "announcer/util.h"
#include "announcer/vty/names.h"
#include "announcer/vty/nodes.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"
#include <sys/socket.h>

struct eligible_verdict nodes_verdict(
    const struct store_node *node, uint8_t family, bool itself)
{
	const struct eligible_router router = {.itself = itself};
	const struct eligible_node en = {
	    .name = node->name,
	    .node = node->obj ? &node->obj->node : NULL,
	    .ready = 1,
	};
	const struct eligible_in in = {
	    .family = family,
	    .ready = 1,
	    .nodes = &en,
	    .n = 1,
	    .router = &router,
	};
	struct eligible_verdict v;

	eligible_run(&in, &v);
	return v;
}

struct eligible_verdict nodes_best_verdict(const struct store_node *node, bool itself)
{
	struct eligible_verdict v4 = nodes_verdict(node, AF_INET, itself);

	return v4.eligible ? v4 : nodes_verdict(node, AF_INET6, itself);
}

const char *nodes_what(const struct eligible_verdict *v, bool itself)
{
	switch (v->reason) {
	case ELIGIBLE_OK:
		return itself ? "can announce" : "can be a next hop";
	case ELIGIBLE_OK_NOT_READY:
		return itself ? "NotReady: announces only while no other node is Ready"
		              : "NotReady: a next hop only while no other node is Ready";
	default:
		return eligible_text((enum eligible_reason)v->reason)->what;
	}
}

static void put_addresses(struct writer *w, const char *label, const struct k8s_node *n)
{
	char b[PREFIX_STRLEN];

	writer_list_begin(w, "internalIPs", label);
	for (size_t i = 0; i < n->n_internal; i++)
		writer_list_add(w, ipaddr_str(&n->internal[i], b));
	writer_list_end(w);
}

/* here: role node, this one; NULL = role router. */
static void put_node(struct writer *w, const struct store_node *node, const char *here)
{
	const struct k8s_node *n = &node->obj->node;
	struct eligible_verdict v = nodes_best_verdict(node, here);

	writer_row_begin(w);
	writer_str(w, "name", "NAME", node->name);
	put_addresses(w, "INTERNAL-IP", n);
	writer_bool(w, "ready", "READY", n->ready);
	writer_bool(w, "usable", "USABLE", v.eligible);
	writer_bool(w, "networkUnavailable", NULL, n->network_unavailable);
	writer_bool(w, "unschedulable", NULL, n->unschedulable);
	writer_num(w, "services", "SERVICES", (int64_t)node->n_services);
	writer_str(w, "reason", NULL, eligible_text((enum eligible_reason)v.reason)->token);
	if (here)
		writer_bool(w, "thisNode", "THIS NODE", strcmp(node->name, here) == 0);
	writer_str(w, NULL, "WHY", nodes_what(&v, here));
	writer_row_end(w);
}

static void put_detail(struct writer *w, const struct store_node *node, const char *here)
{
	const struct k8s_node *n = &node->obj->node;
	struct eligible_verdict v = nodes_best_verdict(node, here);
	char b[NAMES_KEY_LEN];

	writer_str(w, "name", "Node", node->name);
	put_addresses(w, "InternalIP", n);
	writer_bool(w, "ready", "Ready", n->ready);
	writer_bool(w, "networkUnavailable", "Network unavailable", n->network_unavailable);
	writer_bool(w, "unschedulable", "Cordoned", n->unschedulable);
	writer_bool(w, "usable", "Usable", v.eligible);
	writer_str(w, "reason", NULL, eligible_text((enum eligible_reason)v.reason)->token);
	if (here)
		writer_bool(w, "thisNode", "This node", strcmp(node->name, here) == 0);
	writer_str(w, NULL, "Why", nodes_what(&v, here));
	writer_list_begin(w, "services", "Endpoints of");
	for (size_t i = 0; i < node->n_services; i++)
		writer_list_add(w, names_key(node->services[i], b));
	writer_list_end(w);
	writer_object_begin(w, "labels", "Labels");
	for (size_t i = 0; i < n->n_labels; i++)
		writer_str(w, n->labels[i].key, n->labels[i].key, n->labels[i].value);
	writer_object_end(w);
}

enum vty_rc show_nodes(struct vty_request *rq)
{
	const struct store_node *node;
	const char *here = rq->ctx->desired ? desired_node(rq->ctx->desired) : NULL;
	struct store_node *const *nodes;
	size_t n = 0;

	if (!rq->ctx->store)
		return vty_fail(rq, "There is no source of Nodes.");
	if (rq->n_args) {
		node = store_node(rq->ctx->store, rq->args[0]);
		if (!node || !node->obj)
			return vty_fail(rq, "No such Node: %s", rq->args[0]);
		put_detail(rq->w, node, here);
		return VTY_OK;
	}
	nodes = store_nodes(rq->ctx->store, &n);
	writer_table_begin(rq->w, "nodes", "No Nodes.");
	for (size_t i = 0; i < n; i++)
		put_node(rq->w, nodes[i], here);
	writer_table_end(rq->w);
	return VTY_OK;
}
