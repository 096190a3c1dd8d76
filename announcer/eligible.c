/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The truth table. A node is judged alone first, by the first of these that holds:
 *   no endpoint here (Local), no such Node, exclude label, NetworkUnavailable, not selected by
 *   the advertisements or these contradict each other (role node), no InternalIP, none of the
 *   family (role router)
 * and then among the others: NotReady leaves a node out only while another that passed so far
 * is Ready, since a sick control plane must not take everything down. Draining endpoints
 * (serving and terminating) count where there is no ready one: on the node for Local, anywhere
 * for Cluster. What is left has a weight: ready endpoints for Local (in proportion when more
 * than 255), 1 for Cluster, for draining nodes, and where all are to be equal.
 */
#include "announcer/eligible.h"
#include "announcer/table.h"
#include "announcer/util.h"
#include <sys/socket.h>

#define WEIGHT_MAX 255u

#define TEXT(reason, token, what, cure) [reason] = {token, what, cure, NULL}
#define TEXT_OF_FILES(reason, token, what, cure, files_cure)                                   \
	[reason] = {token, what, cure, files_cure}

static const struct eligible_text texts[ELIGIBLE_REASONS] = {
    TEXT(ELIGIBLE_OK, "ok", "serves", ""),
    TEXT(ELIGIBLE_OK_DRAINING, "draining", "serves until its endpoints have terminated", ""),
    TEXT(ELIGIBLE_OK_NOT_READY, "serves-not-ready",
	"serves, though NotReady: no node that could serve is Ready",
	"kubectl describe node NODE"),
    TEXT(ELIGIBLE_NO_ENDPOINT, "no-endpoint", "no ready endpoint here",
	"have a pod on NODE, or set externalTrafficPolicy: Cluster"),
    TEXT_OF_FILES(ELIGIBLE_NO_NODE, "no-node", "endpoints name it, but there is no such Node",
	"kubectl get node NODE", "give the source the manifest of Node NODE"),
    TEXT_OF_FILES(ELIGIBLE_EXCLUDED, "excluded", "labelled " ELIGIBLE_EXCLUDE_LABEL,
	"kubectl label node NODE " ELIGIBLE_EXCLUDE_LABEL "-",
	"remove that label from the manifest of Node NODE"),
    TEXT_OF_FILES(ELIGIBLE_NETWORK, "network-unavailable",
	"condition NetworkUnavailable is true",
	"kubectl describe node NODE; look at the network plugin there",
	"see the condition NetworkUnavailable of Node NODE"),
    TEXT_OF_FILES(ELIGIBLE_NO_AD, "no-advertisement", "its pool has no advertisement",
	"create a BGPAdvertisement or an L2Advertisement that selects the pool",
	"add bgp-advertisements or l2-advertisements to the pool"),
    TEXT(ELIGIBLE_OTHER_SERVICE, "other-services",
	"the advertisements of its pool are for other Services",
	"change service-selectors of the pool's advertisements, or the labels of the Service"),
    TEXT(ELIGIBLE_CONFLICT, "conflicting-advertisements",
	"advertisements for this Service give one prefix two local preferences",
	"give them one localpref, other aggregation lengths, or other peers"),
    TEXT(ELIGIBLE_NOT_SELECTED, "not-selected", "no advertisement of the pool selects it",
	"change node-selectors of the pool's advertisements, or the labels of NODE"),
    TEXT_OF_FILES(ELIGIBLE_NO_ADDRESS, "no-internal-ip", "has no usable InternalIP",
	"start the kubelet of NODE with --node-ip=ADDRESS",
	"give Node NODE an address of type InternalIP"),
    TEXT_OF_FILES(ELIGIBLE_NO_FAMILY, "no-internal-ip-of-family",
	"has no InternalIP of this family",
	"start the kubelet of NODE with --node-ip=IPV4,IPV6",
	"give Node NODE an InternalIP of each family"),
    TEXT(ELIGIBLE_NOT_READY, "not-ready", "NotReady, and other nodes are Ready",
	"kubectl describe node NODE"),
    TEXT(ELIGIBLE_OVER_LIMIT, "over-limit", "zebra takes no more next hops in one route",
	"raise zebra's --ecmp, or select fewer nodes by node-selectors of an advertisement"),
};

const struct eligible_text *eligible_text(enum eligible_reason reason)
{
	return &texts[reason];
}

/* A unicast address that a next hop can be without naming an interface. */
static bool addr_usable(const struct ipaddr *a)
{
	static const uint8_t loopback6[16] = {[15] = 1}, zero[16];

	if (ipaddr_is_linklocal(a))
		return false;
	if (a->family == AF_INET)
		return a->addr[0] != 0 && a->addr[0] != 127 && a->addr[0] < 224;
	return a->family == AF_INET6 && a->addr[0] != 0xff &&
	       memcmp(a->addr, loopback6, 16) != 0 && memcmp(a->addr, zero, 16) != 0;
}

static bool addr_connected(const struct ipaddr *a, const struct eligible_router *router)
{
	for (size_t i = 0; i < router->n_connected; i++)
		if (prefix_contains(&router->connected[i], a))
			return true;
	return false;
}

static struct ipaddr nexthop_of_family(
    const struct k8s_node *node, uint8_t family, const struct eligible_router *router)
{
	struct ipaddr first = {0};

	for (size_t i = 0; i < node->n_internal; i++) {
		const struct ipaddr *a = &node->internal[i];

		if (a->family != family || !addr_usable(a))
			continue;
		if (addr_connected(a, router))
			return *a;
		if (!first.family)
			first = *a;
	}
	return first;
}

struct ipaddr eligible_nexthop(
    const struct k8s_node *node, uint8_t family, const struct eligible_router *router)
{
	struct ipaddr a = nexthop_of_family(node, family, router);

	if (!a.family && family == AF_INET && router->v4_over_v6)
		a = nexthop_of_family(node, AF_INET6, router);
	return a;
}

static bool has_internal(const struct k8s_node *node)
{
	for (size_t i = 0; i < node->n_internal; i++)
		if (addr_usable(&node->internal[i]))
			return true;
	return false;
}

/* Any endpoint that traffic to this node would reach. */
static bool has_endpoint(const struct eligible_in *in, const struct eligible_node *n)
{
	if (in->local)
		return n->ready || n->draining;
	return in->ready || in->draining;
}

/* The verdict on a node alone: a reason why not, or ELIGIBLE_OK. */
static enum eligible_reason judge_alone(
    const struct eligible_in *in, const struct eligible_node *n, struct ipaddr *nexthop)
{
	static const enum eligible_reason of_ads[] = {
	    [ADS_OK] = ELIGIBLE_OK,
	    [ADS_NONE] = ELIGIBLE_NO_AD,
	    [ADS_NO_SERVICE] = ELIGIBLE_OTHER_SERVICE,
	    [ADS_NO_NODE] = ELIGIBLE_NOT_SELECTED,
	    [ADS_CONFLICT] = ELIGIBLE_CONFLICT,
	};
	enum eligible_reason selected = ELIGIBLE_OK;

	if (!has_endpoint(in, n))
		return ELIGIBLE_NO_ENDPOINT;
	if (!n->node)
		return ELIGIBLE_NO_NODE;
	if (k8s_label(n->node->labels, n->node->n_labels, ELIGIBLE_EXCLUDE_LABEL))
		return ELIGIBLE_EXCLUDED;
	if (n->node->network_unavailable)
		return ELIGIBLE_NETWORK;
	if (in->ads)
		selected = of_ads[ads_judge(in->ads, n->node, in->router->itself)];
	if (selected != ELIGIBLE_OK)
		return selected;
	if (in->router->itself)
		return ELIGIBLE_OK;
	*nexthop = eligible_nexthop(n->node, in->family, in->router);
	if (!nexthop->family)
		return has_internal(n->node) ? ELIGIBLE_NO_FAMILY : ELIGIBLE_NO_ADDRESS;
	return ELIGIBLE_OK;
}

/* The verdict among the others: some_ready = one that passed alone is Ready. */
static enum eligible_reason judge_among(
    const struct eligible_in *in, const struct eligible_node *n, bool some_ready)
{
	bool draining = in->local ? !n->ready : !in->ready;

	if (!n->node->ready)
		return some_ready ? ELIGIBLE_NOT_READY : ELIGIBLE_OK_NOT_READY;
	return draining ? ELIGIBLE_OK_DRAINING : ELIGIBLE_OK;
}

static void grant(const struct eligible_in *in, const struct eligible_node *n, unsigned most,
    struct eligible_verdict *v)
{
	unsigned weight = n->ready;

	v->eligible = true;
	v->draining = in->local ? !n->ready : !in->ready;
	if (!in->local || in->router->equal_weight)
		weight = 1;
	else if (most > WEIGHT_MAX)
		weight = weight * WEIGHT_MAX / most;
	v->weight = (uint8_t)(weight ? weight : 1);
}

static unsigned most_ready(const struct eligible_in *in, const struct eligible_verdict *v)
{
	unsigned most = 0;

	for (size_t i = 0; i < in->n; i++)
		if (v[i].reason < ELIGIBLE_NO_ENDPOINT && in->nodes[i].ready > most)
			most = in->nodes[i].ready;
	return most;
}

struct eligible_sum eligible_run(const struct eligible_in *in, struct eligible_verdict *out)
{
	struct eligible_sum sum = {0};
	bool some_ready = false;
	unsigned most;

	for (size_t i = 0; i < in->n; i++) {
		const struct eligible_node *n = &in->nodes[i];

		out[i] = (struct eligible_verdict){.node = n->name};
		out[i].reason = (uint8_t)judge_alone(in, n, &out[i].nexthop);
		some_ready |= out[i].reason == ELIGIBLE_OK && n->node->ready;
	}
	for (size_t i = 0; i < in->n; i++)
		if (out[i].reason == ELIGIBLE_OK)
			out[i].reason = (uint8_t)judge_among(in, &in->nodes[i], some_ready);
	most = most_ready(in, out);
	for (size_t i = 0; i < in->n; i++) {
		if (out[i].reason < ELIGIBLE_NO_ENDPOINT)
			grant(in, &in->nodes[i], most, &out[i]);
		sum.by_reason[out[i].reason]++;
		sum.eligible += out[i].eligible;
		sum.draining += out[i].draining;
	}
	return sum;
}

struct score {
	uint32_t hash;
	struct eligible_verdict *v;
};

/* Highest first; the name decides between equals. */
static int score_cmp(const void *a, const void *b)
{
	const struct score *x = a, *y = b;
	int c = (x->hash < y->hash) - (x->hash > y->hash);

	return c ? c : strcmp(x->v->node, y->v->node);
}

size_t eligible_limit(struct eligible_verdict *v, size_t n, unsigned max, uint32_t seed)
{
	struct score *s;
	size_t eligible = 0;

	for (size_t i = 0; i < n; i++)
		eligible += v[i].eligible;
	if (!max || eligible <= max)
		return 0;
	s = xcalloc(eligible, sizeof(*s));
	eligible = 0;
	for (size_t i = 0; i < n; i++)
		if (v[i].eligible)
			s[eligible++] = (struct score){
			    table_hash(v[i].node, strlen(v[i].node), seed), &v[i]};
	qsort(s, eligible, sizeof(*s), score_cmp);
	for (size_t i = max; i < eligible; i++) {
		s[i].v->reason = ELIGIBLE_OVER_LIMIT;
		s[i].v->eligible = false;
		s[i].v->weight = 0;
	}
	free(s);
	return eligible - max;
}
