/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * owners.h - which node answers for each address: one at a time, the same in the eyes of all.
 * Pure: time is told, what is to be done is asked of the caller.
 *
 * Of the candidates that are alive and have an interface for the address, those with the
 * address's subnet come first, then those not draining, then those of the highest preference.
 * Whoever of these has it already keeps it; else the first by rendezvous hash has it. So
 * nothing moves because a node came or came back. It moves in this order: who is to have it
 * says that it is ready (L2_CLAIM_WANTS), who has it stops and says so (L2_CLAIM_NONE), then
 * the other one begins. Nobody is waited for who is dead or cut off from the API.
 */
#ifndef GREVY_L2_OWNERS_H
#define GREVY_L2_OWNERS_H
#include "announcer/l2/facts.h"
#include "announcer/l2_wish.h"

enum l2_claim {
	L2_CLAIM_NONE,
	L2_CLAIM_WANTS, /* would take it as soon as the owner lets go */
	L2_CLAIM_OWNS,
};

/* Another grevyd of the LAN, by its heartbeat. */
struct l2_peer {
	const char *node;
	bool alive;
	bool known;   /* all that it claims was told */
	bool cut_off; /* from the API */
	bool leaving; /* it ends, and takes nothing any more */
	const struct l2_facts *facts;
	const uint32_t *heard; /* interfaces of ours on which it is alive; n_heard of them */
	size_t n_heard;
};

enum l2_state {
	L2_OWNER,    /* this node answers */
	L2_OTHER,    /* another one does, or is to */
	L2_WAITS,    /* this one will, when `owner` has let go */
	L2_LISTENS,  /* just started: it hears first who has what */
	L2_NO_IFACE, /* this node would be it by all else, but has no interface for it */
	L2_NOBODY,   /* no candidate is alive with an interface for it */
	L2_CONFLICT, /* somebody else answers: stepped back for a while */
	L2_STATES
};

struct l2_owners;
struct l2_owners_view {
	struct ipaddr addr;
	enum l2_state state;
	const char *owner;        /* the node; NULL = nobody known */
	int64_t since_ms;         /* of the state and owner */
	uint64_t moves;           /* how often this node took or lost it */
	bool candidate;           /* this node is one */
	size_t candidates, alive; /* alive: heard, too, with an interface for it */
	const uint32_t *ifindex;  /* L2_OWNER: where it is answered; n_ifindex of them */
	size_t n_ifindex;
	uint8_t mac[6]; /* L2_CONFLICT: whose */
};

struct l2_owners_ops {
	/* Answer for it on these interfaces, and tell the LAN; again when they are others. */
	void (*take)(const struct ipaddr *a, const uint32_t *ifindex, size_t n, void *arg);
	void (*leave)(const struct ipaddr *a, void *arg); /* stop answering, at once */
	/* Tell the LAN once more that it is here: against a conflict, or after one. */
	void (*defend)(const struct ipaddr *a, void *arg);
	/* Ask there whether somebody else has it, and tell l2_owners_conflict() who, until it
	 * is left or taken. */
	void (*probe)(const struct ipaddr *a, const uint32_t *ifindex, size_t n, void *arg);
	/* For the heartbeat: what this node says of an address from now on. */
	void (*claim)(const struct ipaddr *a, enum l2_claim what, uint64_t stamp, void *arg);
	/* State or owner are others than before; was: before. */
	void (*news)(const struct l2_owners_view *now, enum l2_state was, void *arg);
};

/* self: this node; copied. ops and arg are borrowed. */
struct l2_owners *l2_owners_new(const char *self, const struct l2_owners_ops *ops, void *arg);
void l2_owners_free(struct l2_owners *o); /* NULL is fine; nothing is left or told */

/* There is a heartbeat, or none: then all candidates count as alive, and of interfaces only our
 * own are known. listen_ms: how long to hear the others before anything is taken. Peers of
 * before are forgotten; what this node owns it keeps while it listens. */
void l2_owners_set_heartbeat(struct l2_owners *o, bool on, int64_t listen_ms);
/* For interfaces that are new from now on. */
void l2_owners_set_listen(struct l2_owners *o, int64_t listen_ms);
/* Each takes effect at the next l2_owners_run(). What is given is copied. */
void l2_owners_want(struct l2_owners *o, const struct l2_wish *w);
void l2_owners_set_facts(struct l2_owners *o, const struct l2_facts *own);
void l2_owners_set_peer(struct l2_owners *o, const struct l2_peer *p);
void l2_owners_set_cut_off(struct l2_owners *o, bool cut_off); /* this node from the API */
/* What a peer says. stamp: when it took it, by its own clock (Unix ms): of two that own one
 * address the older keeps it. */
void l2_owners_claimed(struct l2_owners *o, const char *node, const struct ipaddr *a,
    enum l2_claim what, uint64_t stamp);
/* What ServiceL2Status objects say: this node had it last; NULL = none. Counts where no peer
 * says otherwise. Of a candidate that was never heard nothing is taken unless nobody answers.
 */
void l2_owners_recorded(struct l2_owners *o, const struct ipaddr *a, const char *node);
/* A frame of a foreign MAC claims an address that is ours (RFC 5227 2.4). mine: our MAC there.
 */
void l2_owners_conflict(struct l2_owners *o, const struct ipaddr *a, const uint8_t foreign[6],
    const uint8_t mine[6]);
/* Let go of everything, for good: take nothing any more. */
void l2_owners_leave(struct l2_owners *o);

/* Decide what is to be decided. now_ms: monotonic; wall_ms: Unix time. Return: ms until it is
 * to be called again; -1 = when something has been told. */
int64_t l2_owners_run(struct l2_owners *o, int64_t now_ms, uint64_t wall_ms);

bool l2_owners_look(
    const struct l2_owners *o, const struct ipaddr *a, struct l2_owners_view *v);
/* The address after *at (family 0: the first), in order. *v is borrowed until the next call. */
bool l2_owners_after(
    const struct l2_owners *o, const struct ipaddr *at, struct l2_owners_view *v);
size_t l2_owners_count(const struct l2_owners *o, enum l2_state state);
/* The rank of a node for a key: the highest has it (rendezvous hash). */
uint64_t l2_rank(const char *node, const struct ipaddr *key);
#endif
