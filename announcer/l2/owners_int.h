/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owners_int.h - shared by the files of owners only. */
#ifndef GREVY_L2_OWNERS_INT_H
#define GREVY_L2_OWNERS_INT_H
#include "announcer/l2/owners.h"

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
	bool used; /* while those that nobody needs are swept */
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

struct owners_claim {
	struct owners_node *node;
	uint64_t stamp;
	enum l2_claim what;
};

/* Somebody else answers. */
struct owners_conflict {
	int64_t first_ms, last_ms; /* of those close together; OWNERS_NEVER = none so far */
	int64_t until_ms;          /* stepped back until then; 0 = not */
	unsigned times;
	bool heard;   /* one more, not looked at yet */
	bool probing; /* whether it is over */
	uint8_t mac[6], mine[6];
};

struct owners_addr {
	struct ipaddr addr, key;
	uint8_t state; /* enum l2_state */
	uint8_t said;  /* enum l2_claim */
	bool owns, dirty;
	bool rid; /* of another one that owned it, too: its clients are to hear of this node */
	uint32_t moves, n_claims;
	struct owners_set *set; /* NULL: nobody is to have it */
	struct owners_node *owner, *recorded;
	struct owners_claim *claims; /* of others; never L2_CLAIM_NONE */
	struct owners_where *where;  /* while it is owned */
	struct owners_conflict *conflict;
	struct owners_node *released_by; /* had it, and let it go unasked; NULL = nobody */
	uint64_t stamp;
	int64_t since_ms, released_ms;
	int64_t nobody_ms; /* nobody has had it since; OWNERS_NEVER = somebody has */
	int64_t letgo_ms;  /* no candidate any more: let go then; OWNERS_NEVER = is one */
	int64_t due_ms;    /* to be looked at again */
};

enum { OWNERS_BUCKETS = 256 };

struct l2_owners {
	struct owners_node *self;
	const struct l2_owners_ops *ops;
	void *arg;
	struct owners_node **nodes; /* sorted by name */
	size_t n_nodes, sweep_at;
	struct owners_addr **v; /* sorted */
	size_t n, cap;
	struct owners_set *sets[OWNERS_BUCKETS];
	struct owners_where *wheres;
	size_t *at;            /* room for an index of each of our interfaces */
	int64_t *listen_to_ms; /* of each of them: until then only listened to; -1 = from the
	                          next run on, for listen_ms */
	bool heartbeat, all_dirty, say_again;
	int64_t listen_ms;
	int64_t known_ms; /* until then peers are to tell what they have */
	int64_t now_ms, next_ms;
	uint64_t wall_ms;
};

/* What may be said of an address at this moment. */
struct owners_pick {
	const struct owners_member *self; /* NULL: this node is no candidate */
	struct owners_node *holder;       /* has it, this node included; NULL = nobody */
	struct owners_node *target;       /* is to have it; NULL = nobody can */
	size_t n_where;                   /* interfaces of ours for it: in o->at */
	size_t turn;                      /* so many come before this node, if nobody has it */
	bool able;                        /* this node could have it now */
	bool all_known; /* every other candidate is alive and has told what it has */
	bool no_iface;  /* this node would be it, but has no interface */
};

#define OWNERS_NO_TURN SIZE_MAX

void owners_pick(struct l2_owners *o, const struct owners_addr *a, struct owners_pick *p);
/* Stepped back for a foreign MAC. */
bool owners_stepped_back(const struct l2_owners *o, const struct owners_addr *a);
/* Candidates that are alive with an interface for the address. */
size_t owners_alive(struct l2_owners *o, const struct owners_addr *a);
/* What the node says of an address counts: it is heard where that is answered, which is where
 * o->at[0..n_where) says. */
bool owners_heard(const struct l2_owners *o, const struct owners_node *node, size_t n_where);
/* It could answer. */
bool owners_fits(
    const struct l2_owners *o, const struct owners_addr *a, const struct owners_member *m);
/* This node's interfaces for an address, into o->at. */
size_t owners_where_own(
    struct l2_owners *o, const struct owners_addr *a, const struct owners_member *self);
const struct owners_member *owners_member(
    const struct owners_set *set, const struct owners_node *node);

/* Where an address stands in o->v, or is to stand. */
size_t owners_at(const struct l2_owners *o, const struct ipaddr *a, bool *found);
/* Look at one address, and do what follows. */
void owners_decide(struct l2_owners *o, struct owners_addr *a);
/* Stop answering. */
void owners_let_go(struct l2_owners *o, struct owners_addr *a);

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

void owners_view(struct l2_owners *o, const struct owners_addr *a, struct l2_owners_view *v);
#endif
