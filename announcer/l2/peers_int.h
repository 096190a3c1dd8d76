/* SPDX-License-Identifier: GPL-2.0-or-later */
/* peers_int.h - shared by the files of peers only. */
#ifndef GREVY_L2_PEERS_INT_H
#define GREVY_L2_PEERS_INT_H
#include "announcer/l2/peers_peer.h"

/* Claims of ours on their way out, as they were when it began. */
struct peers_job {
	struct beat_part at; /* the next; parts 0 = no job */
	struct beat_claim *v;
	size_t n, sent;
};

struct peers_run {
	uint64_t run, seq;
	int64_t heard_ms;
};

struct l2_peers {
	char *self;
	struct beat_key *key;
	uint32_t interval_ms;
	uint64_t run, seq;
	const struct l2_peers_ops *ops;
	void *arg;
	struct peers_peer **v; /* sorted by node */
	size_t n;
	uint32_t *ifaces;
	size_t n_ifaces;
	struct peers_run fresh[PEERS_NEW_RUNS]; /* newest first */
	size_t n_fresh;
	struct peers_run old_runs[PEERS_OLD_RUNS];
	size_t n_old, old_at;
	struct l2_peers_stats stats;
	/* What we say. */
	struct ptable claims;
	size_t n_claims, n_gone; /* that are, that were */
	uint64_t version;        /* of our claims */
	uint64_t said_version;   /* all parts of it went out */
	uint64_t floor;          /* what went before it is not known any more */
	struct peers_claim **pending;
	size_t n_pending;
	struct peers_job delta, answer;
	bool answer_due;
	uint64_t answer_since;
	uint8_t *facts;
	size_t facts_len;
	uint32_t facts_version;
	bool facts_due;
	int64_t facts_ms; /* when they were sent last */
	bool cut_off, leaving, left;
	int64_t beat_ms;    /* the next */
	int64_t beaten_ms;  /* the last */
	int64_t check_ms;   /* nobody falls silent before */
	int64_t lenient_ms; /* nobody is declared dead before */
	int64_t pause_ms;   /* of bursts */
	unsigned burst;
	size_t echo_at; /* whose turn it is to be echoed */
};

/* ---- peers_heard.c: what others say ---- */

/* The body of a datagram that was not there before. Return: 0 or -EBADMSG. */
int peers_take(struct l2_peers *p, struct peers_peer *peer, const struct beat_head *h,
    struct rd *body, int64_t now_ms);
/* Say to owners again what a peer claims, which is alive again. */
void peers_tell_claims(struct l2_peers *p, const struct peers_peer *peer);
bool peers_known(const struct peers_peer *peer); /* all that it claims was told */
void peers_forget_said(struct peers_peer *peer); /* all that it said */

/* ---- peers_say.c: what we say ---- */

void peers_say_init(struct l2_peers *p);
void peers_say_fini(struct l2_peers *p);
/* Somebody asks. */
void peers_asked(struct l2_peers *p, const struct beat_ask *a);
/* Send what is due, but the beat. Return: ms until there is more; -1 = when told. */
int64_t peers_say(struct l2_peers *p, int64_t now_ms);
void peers_say_alive(struct l2_peers *p, int64_t now_ms);
/* The last words. */
void peers_say_goodbye(struct l2_peers *p, int64_t now_ms);
#endif
