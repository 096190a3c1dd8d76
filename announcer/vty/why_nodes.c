/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_nodes.c - the links between a Service and its route: who shares the address, endpoints,
 * which nodes are eligible, and on role node whether this one announces it.
 */
#include "announcer/util.h"
#include "announcer/vty/why.h"
#include <string.h>
#include <sys/socket.h>

#define NODES_MAX   20 /* told of one by one */
#define SHARERS_MAX 20

const char *why_node_cure(struct why *y, const struct eligible_verdict *n)
{
	const struct eligible_text *t = eligible_text((enum eligible_reason)n->reason);

	return why_fill(y, why_by_api(y) || !t->files_cure ? t->cure : t->files_cure, n->node);
}

void why_sharing(struct why *y, const struct desired_view *v)
{
	const struct desired_text *t = desired_text(v->reason);
	struct buf b = {0};

	if (!v->n_sharers)
		return;
	for (size_t i = 0; i < v->n_sharers && i < SHARERS_MAX; i++)
		buf_fmt(&b, "%s%s/%s", i ? ", " : "", v->sharers[i]->ns, v->sharers[i]->name);
	if (v->n_sharers > SHARERS_MAX)
		buf_fmt(&b, " and %zu more", v->n_sharers - SHARERS_MAX);
	why_ok(y, "sharing", "with %s", b.p);
	free(b.p);
	if (v->reason == DESIRED_NARROWED)
		why_note(y, "sharing", "", "%s", t->what);
	else if (v->reason == DESIRED_OTHERS_NODES)
		why_warn(y, "sharing",
		    "have a pod of each on one node, set externalTrafficPolicy: Cluster, or do "
		    "not share",
		    "%s", t->what);
}

/* ---- endpoints ---- */

/* Of one family, ready or not. */
static size_t endpoints_of(const struct store_service *svc, uint8_t family)
{
	size_t n = 0;

	for (uint32_t i = 0; i < svc->n_slices; i++)
		if (svc->slices[i]->slice.family == family)
			n += svc->slices[i]->slice.n;
	return n;
}

static const char *look_at_pods(struct why *y)
{
	if (!why_by_api(y))
		return "see conditions.ready in its EndpointSlices";
	if (!*y->svc->obj->service.selector)
		return why_fill(y,
		    "kubectl get endpointslices -n NAMESPACE -l "
		    "kubernetes.io/service-name=SERVICE -o yaml",
		    NULL);
	return why_fill(y, "kubectl get pods -n NAMESPACE -l SELECTOR -o wide", NULL);
}

static void put_none(struct why *y, uint8_t family)
{
	const struct store_service *svc = y->svc;
	const char *word = family == AF_INET ? "IPv4" : "IPv6";
	const char *other = family == AF_INET ? "IPv6" : "IPv4";
	size_t all = endpoints_of(svc, family);
	size_t others = endpoints_of(svc, family == AF_INET ? AF_INET6 : AF_INET);

	if (all == 1)
		why_broken(
		    y, "endpoints", look_at_pods(y), "its only %s endpoint is not ready", word);
	else if (all)
		why_broken(y, "endpoints", look_at_pods(y),
		    "none of its %zu %s endpoints is ready", all, word);
	else if (others)
		why_broken(y, "endpoints", "give its pods addresses of both families",
		    "it has no %s endpoint, and %zu of %s", word, others, other);
	else if (!why_by_api(y))
		why_broken(y, "endpoints", "give the source its EndpointSlices, too",
		    "it has no endpoint");
	else
		why_broken(y, "endpoints", look_at_pods(y), "it has no endpoint%s",
		    *svc->obj->service.selector ? ": no pod matches its selector" : "");
}

void why_endpoints(struct why *y, const struct desired_view *v)
{
	const char *word = v->addr.family == AF_INET ? "IPv4" : "IPv6";

	if (!v->ready && !v->draining)
		put_none(y, v->addr.family);
	else if (!v->ready)
		why_warn(y, "endpoints", look_at_pods(y),
		    "no %s endpoint is ready; those that still serve (%u) terminate, and its "
		    "route goes with them",
		    word, v->draining);
	else if (v->draining)
		why_ok(
		    y, "endpoints", "%s: %u ready, %u draining", word, v->ready, v->draining);
	else
		why_ok(y, "endpoints", "%s: %u ready", word, v->ready);
}

/* ---- nodes ---- */

/* Left out for something that is wrong, not because somebody wants it so. */
static bool is_wrong(const struct eligible_verdict *n)
{
	return n->reason == ELIGIBLE_NETWORK || n->reason == ELIGIBLE_NO_ADDRESS ||
	       n->reason == ELIGIBLE_NO_FAMILY || n->reason == ELIGIBLE_NO_NODE ||
	       n->reason == ELIGIBLE_NOT_READY;
}

static void put_eligible(struct why *y, const struct eligible_verdict *n)
{
	const struct eligible_text *t = eligible_text((enum eligible_reason)n->reason);
	char b[PREFIX_STRLEN];

	if (n->reason == ELIGIBLE_OK_NOT_READY)
		why_warn(y, "node", why_node_cure(y, n), "%s: %s", n->node, t->what);
	else if (desired_node(y->rq->ctx->desired))
		why_ok(y, "node", "%s: %s", n->node, t->what);
	else if (n->reason == ELIGIBLE_OK)
		why_ok(y, "node", "%s: next hop %s, weight %u", n->node,
		    ipaddr_str(&n->nexthop, b), n->weight);
	else
		why_ok(y, "node", "%s: next hop %s, weight %u; %s", n->node,
		    ipaddr_str(&n->nexthop, b), n->weight, t->what);
}

/* some: others are eligible. */
static void put_node(struct why *y, const struct eligible_verdict *n, bool some)
{
	const struct eligible_text *t = eligible_text((enum eligible_reason)n->reason);

	if (n->eligible)
		put_eligible(y, n);
	else if (some && is_wrong(n))
		why_warn(y, "node", why_node_cure(y, n), "%s: %s", n->node, t->what);
	else
		why_note(y, "node", why_node_cure(y, n), "%s: %s", n->node, t->what);
}

/* Nothing of this node: no advertisement is for this Service. */
static bool is_unadvertised(const struct eligible_verdict *n)
{
	return n->reason == ELIGIBLE_NO_AD || n->reason == ELIGIBLE_OTHER_SERVICE;
}

/* Too many to be told of one by one, and all alike. */
static bool is_counted(const struct eligible_verdict *n)
{
	return n->reason == ELIGIBLE_NO_ENDPOINT || n->reason == ELIGIBLE_OVER_LIMIT ||
	       is_unadvertised(n);
}

/* None is eligible: name one that is kept out for more than having no endpoint. */
static void put_no_node(struct why *y, const struct desired_view *v)
{
	const struct eligible_verdict *n = NULL, *mute = NULL;
	size_t could = 0;

	for (size_t i = 0; i < v->n_nodes; i++) {
		if (is_unadvertised(&v->nodes[i]))
			mute = &v->nodes[i];
		if (is_counted(&v->nodes[i]))
			continue;
		n = n ? n : &v->nodes[i];
		could++;
	}
	if (!v->n_nodes)
		why_broken(
		    y, "nodes", "give the source the Node objects, too", "there are no Nodes");
	else if (mute)
		why_broken(y, "advertisement", why_node_cure(y, mute), "%s",
		    eligible_text((enum eligible_reason)mute->reason)->what);
	else if (!n)
		why_broken(y, "nodes",
		    "have a pod on a node, or set externalTrafficPolicy: Cluster",
		    "its endpoints are on no node, and externalTrafficPolicy is Local");
	else if (could == 1)
		why_broken(y, "nodes", why_node_cure(y, n),
		    "%s, the only node that could serve it, is left out: %s", n->node,
		    eligible_text((enum eligible_reason)n->reason)->what);
	else
		why_broken(y, "nodes", why_node_cure(y, n),
		    "all %zu nodes that could serve it are left out, such as %s: %s", could,
		    n->node, eligible_text((enum eligible_reason)n->reason)->what);
}

/* over: 0 where others share the address, which nodes are left out is not told then. */
static void put_limit(struct why *y, const struct desired_view *v, size_t over)
{
	const struct eligible_text *t = eligible_text(ELIGIBLE_OVER_LIMIT);

	if (over)
		why_warn(y, "nodes", t->cure, "%zu left out: %s", over, t->what);
	else if (v->reason == DESIRED_LIMITED)
		why_warn(y, "nodes", t->cure, "%s", desired_text(v->reason)->what);
}

void why_nodes(struct why *y, const struct desired_view *v)
{
	size_t idle = v->sum.by_reason[ELIGIBLE_NO_ENDPOINT];
	size_t told = 0, more = 0, over = 0;

	if (!v->ready && !v->draining)
		return;
	for (size_t i = 0; i < v->n_nodes; i++) {
		over += v->nodes[i].reason == ELIGIBLE_OVER_LIMIT;
		if (is_counted(&v->nodes[i]))
			continue;
		if (told++ < NODES_MAX)
			put_node(y, &v->nodes[i], v->sum.eligible);
		else
			more++;
	}
	if (more)
		why_ok(
		    y, "node", "%zu more: show services %s/%s", more, v->svc->ns, v->svc->name);
	if (idle)
		why_ok(y, "node", "%zu without a ready endpoint", idle);
	put_limit(y, v, over);
	if (!v->sum.eligible)
		put_no_node(y, v);
	if (v->reason == DESIRED_NO_COMMON)
		why_broken(y, "sharing",
		    "have a pod of each on one node, or give one of them another address", "%s",
		    desired_text(v->reason)->what);
	if (v->reason == DESIRED_LEFT_OUT)
		why_broken(
		    y, "sharing", "see its nodes above", "%s", desired_text(v->reason)->what);
}

/* ---- role node ---- */

void why_here(struct why *y, const struct desired_view *v)
{
	const char *here = desired_node(y->rq->ctx->desired);
	const struct eligible_verdict *n = NULL;

	if (!here || (!v->ready && !v->draining))
		return;
	for (size_t i = 0; i < v->n_nodes; i++)
		if (strcmp(v->nodes[i].node, here) == 0)
			n = &v->nodes[i];
	if (!n)
		why_broken(y, "this node", "set node-name, or give the source this Node",
		    "there is no Node named %s", *here ? here : "\"\"");
	else if (!n->eligible)
		why_broken(y, "this node", why_node_cure(y, n), "%s does not announce it: %s",
		    here, eligible_text((enum eligible_reason)n->reason)->what);
	else if (v->reason == DESIRED_NOT_HERE)
		why_broken(y, "this node",
		    "run all who share it here, too, or set externalTrafficPolicy: Cluster",
		    "%s does not announce it: other nodes serve all who share it", here);
	else
		why_ok(y, "this node", "%s announces it, one of %zu", here, v->n_announcing);
}
