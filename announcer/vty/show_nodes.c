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
	writer_num(w, NULL, "Services", (int64_t)node->n_services);
	writer_object_begin(w, "labels", "Labels");
	for (size_t i = 0; i < n->n_labels; i++)
		writer_str(w, n->labels[i].key, n->labels[i].key, n->labels[i].value);
	writer_object_end(w);
}

/* Where the list of Services with endpoints on one node stands. */
struct serving {
	char *node;
	struct store_walk services;
};

static bool serves(const struct store_service *svc, const char *node)
{
	size_t low = 0, high = svc->n_counts;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = strcmp(svc->counts[mid].node->name, node);

		if (!c)
			return true;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* JSON: a list of names. Text: a column of them. */
static void put_service(struct writer *w, const struct store_service *svc)
{
	char b[NAMES_KEY_LEN];

	if (writer_is_json(w)) {
		writer_list_add(w, names_key(svc, b));
		return;
	}
	writer_row_begin(w);
	writer_str(w, NULL, "ENDPOINTS OF", names_key(svc, b));
	writer_row_end(w);
}

static bool on_serving_step(struct vty_request *rq, void *state)
{
	struct serving *s = state;
	const struct store_service *svc;

	do {
		svc = store_walk_next(rq->ctx->store, &s->services);
		if (svc && serves(svc, s->node))
			put_service(rq->w, svc);
	} while (svc && !vty_enough(rq));
	if (svc)
		return true;
	if (writer_is_json(rq->w))
		writer_list_end(rq->w);
	else
		writer_table_end(rq->w);
	return false;
}

static void on_serving_done(void *state)
{
	struct serving *s = state;

	store_walk_fini(&s->services);
	free(s->node);
	free(s);
}

static void list_serving(struct vty_request *rq, const char *node)
{
	struct serving *s = xcalloc(1, sizeof(*s));

	s->node = xstrdup(node);
	if (writer_is_json(rq->w))
		writer_list_begin(rq->w, "services", NULL);
	else
		writer_table_begin(rq->w, NULL, NULL);
	vty_rows(rq, on_serving_step, on_serving_done, s);
}

static bool on_list_step(struct vty_request *rq, void *state)
{
	const char *here = rq->ctx->desired ? desired_node(rq->ctx->desired) : NULL;
	struct store_node *node = NULL;
	char **last = state;

	do {
		node = store_node_after(rq->ctx->store, node ? node->name : *last);
		if (node)
			put_node(rq->w, node, here);
	} while (node && !vty_enough(rq));
	free(*last);
	*last = node ? xstrdup(node->name) : NULL;
	if (!node)
		writer_table_end(rq->w);
	return node;
}

static void on_list_done(void *state)
{
	char **last = state;

	free(*last);
	free(last);
}

enum vty_rc show_nodes(struct vty_request *rq)
{
	const struct store_node *node;
	const char *here = rq->ctx->desired ? desired_node(rq->ctx->desired) : NULL;

	if (!rq->ctx->store)
		return vty_fail(rq, "There is no source of Nodes.");
	if (rq->n_args) {
		node = store_node(rq->ctx->store, rq->args[0]);
		if (!node || !node->obj)
			return vty_fail(rq, "No such Node: %s", rq->args[0]);
		put_detail(rq->w, node, here);
		list_serving(rq, node->name);
		return VTY_OK;
	}
	writer_table_begin(rq->w, "nodes", "No Nodes.");
	vty_rows(rq, on_list_step, on_list_done, xcalloc(1, sizeof(char *)));
	return VTY_OK;
}
