/* SPDX-License-Identifier: GPL-2.0-or-later */
/* peers_peer.h - what is known of one peer, for the files of peers only. */
#ifndef GREVY_L2_PEERS_PEER_H
#define GREVY_L2_PEERS_PEER_H
#include "announcer/l2/beat.h"
#include "announcer/l2/seqwin.h"
#include "announcer/ptable.h"

enum {
	PEERS_MAX = 1024,
	PEERS_CLAIMS_MAX = 100000, /* of one peer */
	PEERS_PARTS_MAX = 4096,
	PEERS_FACTS_PARTS = 32,
	PEERS_FACTS_BYTES = 32000,
	PEERS_NEW_RUNS = 32,    /* heard, but not known to hear us */
	PEERS_OLD_RUNS = 1024,  /* that are over */
	PEERS_GONE_MS = 600000, /* a peer is forgotten when it was not heard for so long */
	PEERS_BURST = 16,       /* datagrams, then a pause of */
	PEERS_PAUSE_MS = 5,
	PEERS_EARLY = 10, /* of an interval: beats come no closer together */
};

/* A claim, ours or of a peer: in a ptable. */
struct peers_claim {
	uint64_t version; /* at which it was said */
	uint64_t stamp;
	uint8_t what;    /* L2_CLAIM_NONE: it was one, and who asks is to hear so */
	uint8_t pending; /* ours: not said yet */
	uint8_t key[];
};

/* A peer on one of our interfaces. */
struct peers_path {
	uint32_t ifindex;
	int64_t heard_ms;
	struct seqwin seen[2]; /* IPv4, IPv6 */
};

struct peers_peer {
	char *node;
	uint64_t run;
	struct seqwin seen; /* on all interfaces together */
	uint64_t first_seq, n_seqs;
	int64_t heard_ms; /* its newest number, by whichever way */
	int64_t admitted_ms;
	uint32_t interval_ms;
	uint8_t flags; /* enum beat_flags, of its newest datagram */
	bool greeted;  /* it was named in a beat of ours */
	bool alive;
	bool current; /* it has said at which versions it is since it is alive */
	bool told;    /* its claims were, since then */
	bool changed; /* to be told */
	struct peers_path *paths;
	size_t n_paths;
	uint32_t *heard; /* as told: interfaces where it is alive */
	size_t n_heard;
	/* Claims: the version that it is at, the one that we are at, and what came of it. */
	uint64_t claims_at, claims_have;
	struct ptable claims;
	size_t owns;
	struct beat_part gather; /* the last part that came of several; parts 0 = none */
	uint8_t *got;            /* a bit for each */
	size_t n_got;
	/* Facts, likewise. */
	uint32_t facts_at, facts_have;
	struct l2_facts facts;
	uint32_t facts_gather;
	uint16_t facts_parts, n_facts_got;
	uint8_t *facts_part[PEERS_FACTS_PARTS];
	uint16_t facts_len[PEERS_FACTS_PARTS];
	int64_t ask_ms; /* no sooner */
};
#endif
