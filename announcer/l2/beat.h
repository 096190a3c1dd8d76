/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * beat.h - the datagrams of the heartbeat. Pure. Numbers are big-endian:
 *
 *   magic 4 | version 1 | type 1 | flags 1 | length of node 1 | run 8 | number 8 | node | body
 * | HMAC-SHA256 (RFC 2104) of all that stands before it, 32
 *
 * Bodies by type, to their very end:
 *   beat    interval 4 | version of claims 8 | claims 4 | version of facts 4 | runs heard, 8
 * each claims  since 8 | version 8 | part 2 | parts 2 | entries: what and family 1 | stamp 8 |
 * address facts   version 4 | part 2 | parts 2 | bytes of beat_facts_encode() ask     each: run
 * of who is asked 8 | version of its claims that the asker has 8 | of its facts 4
 */
#ifndef GREVY_L2_BEAT_H
#define GREVY_L2_BEAT_H
#include "announcer/l2/peers.h"
#include "zclient/wire.h"

enum { BEAT_VERSION = 1, BEAT_NODE_MAX = 253, BEAT_KEYS_MAX = 4, BEAT_MAC_LEN = 32 };

enum beat_type { BEAT_ALIVE = 1, BEAT_CLAIMS, BEAT_FACTS, BEAT_ASK };
enum beat_flags { BEAT_CUT_OFF = 1, BEAT_LEAVING = 2 };

struct beat_head {
	uint8_t type;  /* enum beat_type */
	uint8_t flags; /* enum beat_flags; others are not zero */
	uint64_t run, seq;
	char node[BEAT_NODE_MAX + 1]; /* printable ASCII, not empty */
};

struct beat_alive {
	uint32_t interval_ms;
	uint64_t claims_version; /* 0 = it never claimed anything */
	uint32_t n_claims;
	uint32_t facts_version;
	struct rd runs; /* that it heard: rd_u64() each; borrowed */
};

/* Numbered from 0; together they make it. */
struct beat_part {
	uint64_t since; /* claims: what changed after this version; 0 = all that there are */
	uint64_t version;
	uint16_t part, parts;
};

struct beat_claim {
	struct ipaddr addr;
	enum l2_claim what;
	uint64_t stamp;
};

struct beat_ask {
	uint64_t run;
	uint64_t claims_version;
	uint32_t facts_version;
};

struct beat_key;

/* text: keys, one a line, of which the first is signed with and every one is good for what
 * comes in, so that they can be changed node by node; those after BEAT_KEYS_MAX do not count.
 * Nothing is kept of it but digests. Freed with its bytes wiped; NULL is fine. */
struct beat_key *beat_key_new(const uint8_t *text, size_t len);
void beat_key_free(struct beat_key *k);

bool beat_is_node(const char *name); /* what a head can hold */

/* Head, then the body, then the end: w->bad when it does not fit. */
void beat_begin(struct wr *w, const struct beat_head *h);
void beat_end(struct wr *w, struct beat_key *k);
/* Bytes that a body may have in a datagram of this node. */
size_t beat_room(const char *node);

/**
 * beat_open - check the HMAC, read the head
 * @h, @body: written on success; body is borrowed from the datagram
 * Return: 0, -EACCES (not of this key, or damaged) or -EBADMSG (of the key, but wrong).
 */
int beat_open(struct beat_key *k, const uint8_t *datagram, size_t len, struct beat_head *h,
    struct rd *body);

void beat_alive_encode(struct wr *w, const struct beat_alive *a); /* runs are appended */
int beat_alive_decode(struct rd *body, struct beat_alive *a);     /* 0 or -EBADMSG, as all */
enum { BEAT_ASK_LEN = 20 };
void beat_ask_encode(struct wr *w, const struct beat_ask *a); /* one of several */
int beat_ask_decode(struct rd *body, struct beat_ask *a);     /* while rd_left() */

/* Then beat_claim_encode() for each, beat_claim_decode() while rd_left(). */
void beat_claims_encode(struct wr *w, const struct beat_part *p);
int beat_claims_decode(struct rd *body, struct beat_part *p);
size_t beat_claim_len(uint8_t family);
void beat_claim_encode(struct wr *w, const struct beat_claim *c);
int beat_claim_decode(struct rd *body, struct beat_claim *c);

void beat_facts_part_encode(struct wr *w, const struct beat_part *p);
int beat_facts_part_decode(struct rd *body, struct beat_part *p);
/* Interfaces up to the first that does not fit whole; w is not bad then. */
void beat_facts_encode(struct wr *w, const struct l2_facts *f);
/* f: written on success, to be freed with l2_facts_fini(). */
int beat_facts_decode(struct rd *r, struct l2_facts *f);
#endif
