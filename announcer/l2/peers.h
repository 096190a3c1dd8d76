/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peers.h - the heartbeat between grevyds: who is alive, on which LAN, what each can and does
 * answer for. Pure: datagrams in, datagrams out, time is told.
 *
 * Every datagram carries an HMAC, a random number of the sender's run and a sequence number. A
 * run counts once it has shown that it hears ours, so what was recorded before this run of ours
 * is worth nothing; within a run each number counts once an interface. What is wrong with a
 * datagram is counted, and nothing else is done with it.
 */
#ifndef GREVY_L2_PEERS_H
#define GREVY_L2_PEERS_H
#include "announcer/l2/owners.h"

enum { L2_DATAGRAM_MAX = 1400 }; /* bytes that one has at most */

struct l2_peers_conf {
	const char *self; /* this node */
	const uint8_t *key;
	size_t key_len;
	uint32_t interval_ms;
	uint64_t run; /* random */
};

struct l2_peers_ops {
	/* To all on the LANs; borrowed for the call. */
	void (*send)(const uint8_t *datagram, size_t len, void *arg);
	void (*on_peer)(const struct l2_peer *p, void *arg); /* new or changed */
	/* As l2_owners_claimed(). A peer that is not alive any more claims nothing. */
	void (*on_claim)(const char *node, const struct ipaddr *a, enum l2_claim what,
	    uint64_t stamp, void *arg);
};

/* What came in. Those after `good` do nothing but count. */
struct l2_peers_stats {
	uint64_t sent, good;
	uint64_t own;       /* our own, come back */
	uint64_t wrong_key; /* or damaged: the HMAC does not fit */
	uint64_t replayed;  /* a number that was there already, or older */
	uint64_t malformed; /* of the right key */
	uint64_t same_name; /* of another run that goes on beside ours, by our node's name */
};

struct l2_peers;

/* All of conf is copied; ops and arg are borrowed. self: one that beat_is_node(); key: as
 * beat_key_new(). */
struct l2_peers *l2_peers_new(
    const struct l2_peers_conf *conf, const struct l2_peers_ops *ops, void *arg);
void l2_peers_free(struct l2_peers *p); /* NULL is fine */

/* As those of l2_peers_conf, from now on. */
void l2_peers_set_key(struct l2_peers *p, const uint8_t *key, size_t len);
void l2_peers_set_interval(struct l2_peers *p, uint32_t interval_ms);

/* What this node says from now on; copied. A change is sent at the next l2_peers_run(). */
void l2_peers_set_facts(struct l2_peers *p, const struct l2_facts *own);
void l2_peers_set_cut_off(struct l2_peers *p, bool cut_off);
void l2_peers_claim(
    struct l2_peers *p, const struct ipaddr *a, enum l2_claim what, uint64_t stamp);
void l2_peers_leave(struct l2_peers *p); /* say good-bye at the next l2_peers_run() */

/* The way of a datagram: an interface of ours, and the family of its addresses. */
struct l2_path {
	uint32_t ifindex;
	uint8_t family;
};

/* A datagram that came in. */
void l2_peers_hear(struct l2_peers *p, const uint8_t *datagram, size_t len,
    const struct l2_path *by, int64_t now_ms);
/* The interfaces that we listen on are these; of others nobody is heard any more. */
void l2_peers_set_ifaces(struct l2_peers *p, const uint32_t *ifindex, size_t n);

/* Send what is due, and see who is silent; all that has come in must have been told before.
 * late_ms: how long this call was held up: who could not listen declares nobody dead for as
 * long. Return: ms until it is to be called again. */
int64_t l2_peers_run(struct l2_peers *p, int64_t now_ms, int64_t late_ms);

void l2_peers_stats(const struct l2_peers *p, struct l2_peers_stats *st);
/* The peer after this name (NULL: the first), dead ones for a while, too. */
struct l2_peer_view {
	struct l2_peer peer;
	int64_t heard_ms; /* when it was last heard */
	size_t owns;
	uint64_t lost; /* datagrams that did not come */
};
bool l2_peers_after(const struct l2_peers *p, const char *node, struct l2_peer_view *v);
#endif
