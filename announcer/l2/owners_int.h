/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owners_int.h - shared by the files of owners only. */
#ifndef GREVY_L2_OWNERS_INT_H
#define GREVY_L2_OWNERS_INT_H
#include "announcer/l2/owners.h"
#include "announcer/l2/owners_sets.h"

struct owners_claim {
	struct owners_node *node;
	uint64_t stamp;
	enum l2_claim what;
};

/* Somebody else answers. */
struct owners_conflict {
	int64_t first_ms, last_ms; /* of those close together; OWNERS_NEVER = none so far */
	int64_t until_ms;          /* stepped back until then; 0 = not */
	int64_t shared_ms;         /* a peer owned it, too: since when; OWNERS_NEVER = none */
	unsigned times;
	bool heard;   /* one more, not looked at yet */
	bool probing; /* whether it is over */
	bool asking;  /* there was none yet: does who is silent have it? */
	uint8_t mac[6], mine[6];
};

struct owners_addr {
	struct ipaddr addr;
	uint8_t state; /* enum l2_state */
	uint8_t said;  /* enum l2_claim */
	bool owns : 1, dirty : 1;
	bool asked : 1; /* who is silent does not answer for it */
	bool rid : 1; /* of another one that owned it, too: its clients are to hear of this node
	               */
	uint32_t moves, n_claims;
	uint64_t key;           /* owners_hash_key() of the wish's */
	struct owners_set *set; /* NULL: nobody is to have it */
	struct owners_node *owner, *recorded;
	struct owners_claim *claims; /* of others; never L2_CLAIM_NONE */
	struct owners_where *where;  /* while it is owned */
	struct owners_conflict *conflict;
	struct owners_node *released_by; /* had it, and let it go unasked; NULL = nobody */
	uint64_t stamp;
	int64_t since_ms;
	int64_t released_ms; /* OWNERS_NEVER = since the last look at it */
	/* While it is owned: no candidate any more, let go then; else: nobody has had it since.
	 * OWNERS_NEVER = neither. */
	int64_t wait_ms;
	int64_t due_ms; /* to be looked at again */
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
	void *grades;          /* room for as many grades; owners_pick.c's own */
	size_t room;
	size_t work; /* candidates looked at in this run */
	bool heartbeat, all_dirty, say_again;
	int64_t listen_ms;
	int64_t known_ms; /* until then peers are to tell what they have */
	int64_t now_ms;
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
/* Kubernetes says that another candidate has it, which was never heard: it may have no key, or
 * another one, as while all get one. Who dies was heard before. */
bool owners_silent(const struct l2_owners *o, const struct owners_addr *a);
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
struct owners_conflict *owners_conflict_new(void);
/* Look at one address, and do what follows. */
void owners_decide(struct l2_owners *o, struct owners_addr *a);

void owners_view(struct l2_owners *o, const struct owners_addr *a, struct l2_owners_view *v);
#endif
