/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owners_sets.h - what many addresses have in common: nodes, sets of candidates, interfaces.
 * For the files of owners only. */
#ifndef GREVY_L2_OWNERS_SETS_H
#define GREVY_L2_OWNERS_SETS_H
#include "announcer/l2/facts.h"
#include "announcer/l2_wish.h"

struct l2_owners;

#define OWNERS_NEVER INT64_MAX

/* Another node, or this one: by its name. */
struct owners_node {
	char *name;
	uint64_t hash;
	struct l2_facts facts;
	uint32_t *heard;
	size_t n_heard;
	int64_t unknown_ms; /* alive, but not all known: since when; OWNERS_NEVER = not so */
	bool alive, known, cut_off, leaving;
	bool heard_of; /* was alive once, by this heartbeat */
	bool used;     /* while those that nobody needs are swept */
};

struct owners_member {
	struct owners_node *node;
	const struct strlist *only; /* of the set's lists; NULL = any interface */
	uint32_t preference;
	bool draining;
};

/* Candidates. Many addresses have the same. */
struct owners_set {
	uint32_t refs, hash;
	size_t n, n_lists;
	struct owners_member *v;
	struct strlist *lists;    /* owned; members point to them */
	struct owners_set *next;  /* of the same bucket */
	uint32_t best_preference; /* of those not draining, if there are such */
	bool best_draining;       /* all are */
};

/* Interfaces of this node; many addresses have the same. */
struct owners_where {
	uint32_t refs, n;
	struct owners_where *next;
	uint32_t ifindex[];
};

/* Of names and keys; the highest rank has it. */
uint64_t owners_hash_key(const struct ipaddr *key);
uint64_t owners_rank(uint64_t node, uint64_t key);

struct owners_node *owners_node(struct l2_owners *o, const char *name); /* made if need be */
void owners_sweep_nodes(struct l2_owners *o);
void owners_node_free(struct owners_node *node);

struct owners_set *owners_set_take(struct l2_owners *o, const struct l2_wish *w);
void owners_set_drop(struct l2_owners *o, struct owners_set *set); /* NULL is fine */
/* The interfaces o->at[0..n). */
struct owners_where *owners_where_take(struct l2_owners *o, size_t n);
void owners_where_drop(struct l2_owners *o, struct owners_where *w); /* NULL is fine */
#endif
