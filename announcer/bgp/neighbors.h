/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * neighbors.h - from the configuration and the policy to what BGP sessions are to be: peers
 * (MetalLB's words) that this node's labels select, with passwords from Secrets, and
 * bgp.neighbors. Pure.
 */
#ifndef GREVY_BGP_NEIGHBORS_H
#define GREVY_BGP_NEIGHBORS_H
#include "announcer/bgp/neighbor.h"
#include "announcer/selector.h"

struct conf;
struct rules;
struct store;

struct bgp_neighbors {
	struct bgp_neighbor *v; /* as written: peers before neighbors */
	size_t n;
	struct strlist notes; /* to be logged: "peer tor-a: left out: it is peer tor-b" */
	/* The same, once the source has been read: "peer tor-a: Secret a/b is not there: ..."
	 */
	struct strlist waits;
};

/**
 * bgp_neighbors_make - whom this grevyd talks to
 * @rules: peers
 * @node:  this node's Node object; NULL: role router, or it is not known (yet), and then only
 *         peers without node-selectors are
 * @store: Secrets; a peer whose Secret is not there has password_missing set
 * @to:    written whole; bgp_neighbors_fini()
 * Role router has no peers. Of two with one address the first counts, with a note.
 */
void bgp_neighbors_make(const struct conf *conf, const struct rules *rules,
    const struct k8s_node *node, const struct store *store, struct bgp_neighbors *to);
void bgp_neighbors_fini(struct bgp_neighbors *n); /* passwords are wiped */
const struct bgp_neighbor *bgp_neighbors_find(
    const struct bgp_neighbors *n, const char *name); /* or NULL */
#endif
