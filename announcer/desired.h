/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * desired.h - from objects, policy and the router or this node to the routes that we want:
 * drives alloc and eligible for what the store has marked, and writes the RIB (RIB_KUBERNETES).
 * Incremental; always equal to a rebuild from nothing. Pure: returns what is to be logged as
 * notes.
 */
#ifndef GREVY_DESIRED_H
#define GREVY_DESIRED_H
#include "announcer/alloc.h"
#include "announcer/eligible.h"
#include "announcer/l2_wish.h"
#include "announcer/rib.h"

/* What became of one address of one Service. */
enum desired_reason {
	DESIRED_OK,           /* announced over the eligible nodes */
	DESIRED_NO_ADDRESS,   /* the Service has none */
	DESIRED_NO_ENDPOINTS, /* none is ready or still serves */
	DESIRED_NO_NODES,     /* endpoints, but no eligible node */
	DESIRED_LEFT_OUT,     /* shared: this Service has no eligible node, the others have */
	DESIRED_NARROWED,     /* shared: announced over the nodes that serve all sharers only */
	DESIRED_OTHERS_NODES, /* shared: no node serves all, the oldest Service's nodes are used
	                       */
	DESIRED_NO_COMMON,    /* shared by unlike Local Services: no node serves all of them */
	DESIRED_LIMITED,      /* announced over as many nodes as zebra takes */
	DESIRED_NOT_HERE,     /* role node: other nodes announce it, this one does not */
	DESIRED_LAYER2,       /* role node: its pool is for ARP and NDP, some node answers */
	DESIRED_MUTED,        /* so is it, but for a shared address advertisements with service
	                       * selectors do not count */
	DESIRED_REASONS
};

struct desired_text {
	const char *token, *what;
};
const struct desired_text *desired_text(enum desired_reason reason);

/* A line for the log. */
struct desired_note {
	bool warning; /* else information */
	char *text;   /* "default/web: pending: pool lan is full" */
};

struct desired;

/* All are borrowed and outlive the desired. */
struct desired *desired_new(struct store *st, struct alloc *a, struct rib *rib);
void desired_free(struct desired *d); /* NULL is fine */

/* Another policy, class or controller: alloc_set_rules(), and everything is judged anew. */
void desired_set_rules(struct desired *d, const struct alloc_rules *rules);
/* The router; copied. Nothing happens when it is as before. */
void desired_set_router(struct desired *d, const struct eligible_router *router);

/* Role node: `name` is this node, and a route leads to its interface lo where it is eligible;
 * copied. NULL (as at first): role router, a route leads to the eligible nodes. */
void desired_set_node(struct desired *d, const char *name);
/* The name of this node; NULL in role router. */
const char *desired_node(const struct desired *d);

/* Called now and then during a long desired_run(), when what the RIB was given so far may be
 * committed. fn may only do that. */
typedef void desired_fn(void *arg);
void desired_set_progress(struct desired *d, desired_fn *fn, void *arg);

/* Called at the end of desired_run(), while alloc_changed() and store_dirty() still say what it
 * was about. */
void desired_set_finished(struct desired *d, desired_fn *fn, void *arg);

/* Role node: an advertisement of the address's pool is for one of the Services that have the
 * address and are announced from here. rib_touch() tells that the answer may be another one. */
bool desired_ad_counts(
    const struct desired *d, const struct ipaddr *addr, const struct pool_ad *ad);

/* Role node: told, for each address that desired_run() recomputed, what is wanted of it for
 * layer 2: nobody (n == 0) where its pool is not for that, too. */
typedef void desired_l2_fn(const struct l2_wish *w, void *arg);
void desired_set_l2(struct desired *d, desired_l2_fn *fn, void *arg);

/* Recompute what changed into the RIB, then alloc_clear_changed() and store_clean(); the caller
 * commits the RIB. `moved` (may be NULL): how many Services have other addresses, to be saved.
 * Return: how many addresses were recomputed. */
size_t desired_run(struct desired *d, size_t *moved);

/* What is to be logged since the last call, *n of them; the caller frees with
 * desired_notes_free(). */
struct desired_note *desired_take_notes(struct desired *d, size_t *n);
void desired_notes_free(struct desired_note *notes, size_t n);

/* One address of one Service, for show and why. */
struct desired_view {
	const struct store_service *svc;
	const struct alloc_service *alloc; /* NULL: never seen */
	struct ipaddr addr;                /* family 0: it has none */
	const struct pool *pool;
	enum desired_reason reason;
	uint32_t ready, draining; /* endpoints of the address's family */
	struct eligible_sum sum;
	struct eligible_verdict *nodes; /* sorted by name; NULL from desired_look() */
	size_t n_nodes;
	const struct store_service **sharers; /* the other users, oldest first; as nodes */
	size_t n_sharers;
	size_t n_nexthops;   /* of the route, all sharers seen */
	size_t n_announcing; /* nodes that it leads to; role node: that announce it, or may
	                      * answer for it */
};

/* Short: without nodes and sharers; nothing to free. which = 0 or 1: the Service's address. */
struct desired_view desired_look(
    const struct desired *d, const struct store_service *svc, unsigned which);
/* Whole: a verdict for every node. To be freed with desired_view_fini(). */
struct desired_view desired_explain(
    const struct desired *d, const struct store_service *svc, unsigned which);
void desired_view_fini(struct desired_view *v);
/* The verdict on one Node that exists, for an address of a Service, as desired_explain() has
 * it; but one over the limit whose InternalIP another Node has, which is not, is none. */
struct eligible_verdict desired_verdict(
    const struct desired *d, const struct store_service *svc, unsigned which, const char *node);
#endif
