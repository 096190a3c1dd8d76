/* SPDX-License-Identifier: GPL-2.0-or-later */
/* desired_priv.h - shared by the files of desired only. */
#ifndef GREVY_DESIRED_PRIV_H
#define GREVY_DESIRED_PRIV_H
#include "announcer/desired.h"

/* Subsets of nodes that are over the limit differ by prefix, in so many ways. */
#define DESIRED_SUBSETS 32u

struct desired_nexthops {
	struct rib_nexthop *nh;
	size_t n;
	size_t nodes; /* eligible nodes, those over the limit, too */
	size_t over;  /* nodes left out by the limit */
};

/* What all Cluster Services with endpoints have in common that the same advertisements count
 * for: these and the family decide. */
struct desired_cluster {
	struct ads ads;
	uint8_t family;
	struct eligible_verdict *nodes; /* of all Nodes, sorted by name, before the limit */
	size_t n;
	struct eligible_sum sum;
	bool made[DESIRED_SUBSETS];
	struct desired_nexthops subset[DESIRED_SUBSETS];
	struct desired_l2 *l2; /* what the advertisements say of nodes; NULL = not asked yet */
};

/* Thrown away as a whole when a Node, the router or the rules change. */
struct desired_cache {
	uint64_t generation;
	struct eligible_node *nodes; /* all Nodes, sorted by name; endpoints 0 */
	size_t n_nodes;
	bool filled;
	struct desired_cluster *clusters;
	size_t n_clusters;
};

struct desired {
	struct store *st;
	struct alloc *alloc;
	struct rib *rib;
	struct eligible_router router;
	char *node; /* role node: this one; NULL = role router */
	struct desired_cache *cache;
	struct table watched; /* addresses of which a warning was noted */
	struct desired_note *notes;
	size_t n_notes, dropped_notes;
	desired_fn *on_progress; /* NULL: nobody asked */
	void *progress_arg;
	desired_fn *on_finished; /* NULL: nobody asked */
	void *finished_arg;
	desired_l2_fn *on_l2; /* NULL: nobody asked */
	void *l2_arg;
};

/* One Service's part in an address. */
struct desired_part {
	const struct store_service *svc;
	struct ads ads;
	struct eligible_verdict *nodes; /* sorted by name */
	size_t n;
	struct eligible_sum sum;
	bool shared; /* nodes belongs to the cache */
	bool muted;  /* not for layer 2: it shares, and is selected by its labels */
};

bool desired_contributes(const struct desired_part *p); /* its nodes count */

/* What becomes of an address. */
struct desired_outcome {
	struct desired_part *parts; /* its users, oldest first */
	size_t n_parts;
	size_t contributors; /* parts with an eligible node */
	bool layer2;         /* role node: not for a route, its pool is for ARP and NDP */
	bool split;          /* no node serves all contributors: the oldest one's are used */
	bool apart; /* none does, and none is used: who enters there is lost to others */
	struct desired_nexthops route;       /* layer2: only how many nodes */
	bool route_shared;                   /* route belongs to the cache */
	struct eligible_verdict *candidates; /* layer2: those eligible; sorted by name */
	size_t n_candidates;
};

void desired_outcome_make(
    const struct desired *d, const struct alloc_addr *aa, struct desired_outcome *o);
/* The same for layer 2, whatever else the pool is for. */
void desired_outcome_make_l2(
    const struct desired *d, const struct alloc_addr *aa, struct desired_outcome *o);
void desired_outcome_fini(struct desired_outcome *o);

/* Tell what came of an address for layer 2; o: by desired_outcome_make(). */
void desired_tell_l2(
    const struct desired *d, const struct alloc_addr *aa, const struct desired_outcome *o);
void desired_l2_free(struct desired_l2 *l2); /* NULL is fine */

/* Every Node, and every other node that this Service's endpoints name, with its endpoints of
 * the family; sorted by name. To be freed. */
struct eligible_node *desired_all_nodes(
    const struct desired *d, const struct store_service *svc, uint8_t family, size_t *n);

/* What eligible_run() is to be told of a Service, but for the nodes. */
struct eligible_in desired_ask(const struct desired *d, const struct store_service *svc,
    uint8_t family, const struct ads *ads);

struct desired_cluster *desired_cluster(
    const struct desired *d, const struct ads *ads, uint8_t family);
void desired_cache_drop(struct desired *d);

/* Which subset a prefix uses. */
uint32_t desired_subset_of(const struct ipaddr *addr);

/* Compare what became of an address with what was noted of it. */
void desired_note_outcome(
    struct desired *d, const struct alloc_addr *aa, const struct desired_outcome *o);
void desired_note_alloc(struct desired *d);
void desired_notes_init(struct desired *d);
void desired_notes_fini(struct desired *d);
#endif
