/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * eligible.h - which nodes serve a Service, as which next hops and with which weight: the one
 * place that decides it. Pure functions of what they are given.
 */
#ifndef GREVY_ELIGIBLE_H
#define GREVY_ELIGIBLE_H
#include "announcer/ads.h"
#include "k8s/objects.h"

/* The verdict on a node, the first that holds. */
enum eligible_reason {
	ELIGIBLE_OK,
	ELIGIBLE_OK_DRAINING,  /* its endpoints terminate, but still serve */
	ELIGIBLE_OK_NOT_READY, /* NotReady, but so is every other */
	ELIGIBLE_NO_ENDPOINT,
	ELIGIBLE_NO_NODE,
	ELIGIBLE_EXCLUDED,
	ELIGIBLE_NETWORK,
	ELIGIBLE_NO_AD,         /* the pool has no advertisement */
	ELIGIBLE_OTHER_SERVICE, /* its advertisements are for other Services */
	ELIGIBLE_NOT_SELECTED,
	ELIGIBLE_CONFLICT, /* advertisements contradict each other here */
	ELIGIBLE_NO_ADDRESS,
	ELIGIBLE_NO_FAMILY,
	ELIGIBLE_NOT_READY,
	ELIGIBLE_OVER_LIMIT, /* set by eligible_limit() */
	ELIGIBLE_REASONS
};

/* Words for a reason: what it is, and the cure ("" where there is nothing to cure), in which
 * NODE stands for the node's name. */
struct eligible_text {
	const char *token; /* "no-endpoint": for JSON */
	const char *what;  /* "no ready endpoint on this node" */
	const char *cure;
	const char *files_cure; /* where objects are files; NULL = the same */
};
const struct eligible_text *eligible_text(enum eligible_reason reason);

/* A node, and the Service's endpoints of the prefix's family there. */
struct eligible_node {
	const char *name;
	const struct k8s_node *node; /* NULL: no such Node */
	uint16_t ready, draining;
};

/* The router that the next hops are for. */
struct eligible_router {
	const struct prefix *connected; /* subnets that it is in */
	size_t n_connected;
	unsigned max_nexthops; /* 0 = no limit */
	bool v4_over_v6;       /* the output can send IPv4 to an IPv6 next hop */
	bool equal_weight;     /* multipath.weight: equal */
	bool itself;           /* role node: each node for itself, no InternalIP is needed */
};

struct eligible_in {
	bool local;               /* externalTrafficPolicy: Local */
	uint8_t family;           /* AF_INET, AF_INET6 of the prefix */
	uint32_t ready, draining; /* endpoints of this family, on any node or none */
	const struct eligible_node
	    *nodes; /* Local: at least those with endpoints; Cluster: all */
	size_t n;
	const struct ads *ads; /* select nodes; NULL = all nodes */
	const struct eligible_router *router;
};

struct eligible_verdict {
	const char *node;
	struct ipaddr nexthop;   /* family 0: none */
	uint8_t reason;          /* enum eligible_reason */
	uint8_t weight;          /* 1..255; 0: not eligible */
	bool eligible, draining; /* draining nodes have the least weight */
};

/* What came of all nodes. */
struct eligible_sum {
	size_t eligible, draining;
	size_t by_reason[ELIGIBLE_REASONS];
};

/**
 * eligible_run - one verdict a node
 * @in:  borrowed
 * @out: in->n verdicts, in the order of in->nodes
 * Return: what came of all.
 */
struct eligible_sum eligible_run(const struct eligible_in *in, struct eligible_verdict *out);

/* Keep at most `max` eligible nodes: the same ones for the same nodes and seed, and a change of
 * one node changes at most one of them (rendezvous hash). Return: how many were left out. */
size_t eligible_limit(struct eligible_verdict *v, size_t n, unsigned max, uint32_t seed);

/* The node's InternalIP that is the next hop for a prefix of `family`; family 0: none. */
struct ipaddr eligible_nexthop(
    const struct k8s_node *node, uint8_t family, const struct eligible_router *router);

/* The label that keeps a Node out of load balancing. */
#define ELIGIBLE_EXCLUDE_LABEL "node.kubernetes.io/exclude-from-external-load-balancers"
#endif
