/* SPDX-License-Identifier: GPL-2.0-or-later */
/* peers_lab.h - nodes that hear each other's heartbeats over a LAN that a test plays with. */
#ifndef PEERS_LAB_H
#define PEERS_LAB_H
#include "announcer/l2/peers.h"

enum { LAB_KEEPS = 256, LAB_IFACE = 7, LAB_IFACE2 = 9 };
#define LAB_KEY "0123456789abcdef0123456789abcdef"

/* What a node was told of another one. */
struct lab_seen {
	bool alive, known, cut_off, leaving;
	size_t n_heard, n_facts, news;
	size_t n_owns;   /* how often it was said to own something */
	uint8_t *claims; /* enum l2_claim by number of the address */
};

struct lab_node {
	struct lab *lab;
	size_t index;
	char name[24];
	struct l2_peers *peers; /* NULL: it is down */
	int64_t due_ms;
	bool asleep; /* neither runs nor hears */
	struct lab_seen *seen;
};

struct lab_datagram {
	size_t from, len;
	int64_t at_ms; /* it arrives */
	uint8_t bytes[L2_DATAGRAM_MAX];
};

struct lab {
	struct lab_node *v;
	size_t n, n_addrs;
	int64_t now_ms;
	uint32_t interval_ms;
	uint64_t random, runs;
	unsigned loss;    /* of 100 datagrams */
	unsigned scatter; /* ms that one may take longer than another one */
	uint8_t *side;    /* of the cut on which a node is */
	bool two_ways;    /* by IPv4 and IPv6 */
	struct lab_datagram *queue;
	size_t n_queue, cap_queue;
	struct lab_datagram kept[LAB_KEEPS]; /* what went out last: for an attacker */
	size_t n_kept;
};

/* n nodes, all up; addresses by number below n_addrs. */
void lab_init(struct lab *l, size_t n, size_t n_addrs);
void lab_fini(struct lab *l);
/* Again, by a run that knows nothing; key NULL: LAB_KEY. */
void lab_boot(struct lab *l, size_t i, const char *key);
void lab_kill(struct lab *l, size_t i);
void lab_run(struct lab *l, int64_t ms);
struct ipaddr lab_addr(size_t number); /* odd ones are IPv6 */
void lab_claim(struct lab *l, size_t i, size_t number, enum l2_claim what);
/* Node i hears these bytes. */
void lab_hear(struct lab *l, size_t i, const uint8_t *datagram, size_t len, uint32_t ifindex);
/* Node i was told that j claims nothing but these `n`: numbers from `first`. */
bool lab_told(const struct lab *l, size_t i, size_t j, size_t first, size_t n);
/* All that are up are alive in the eyes of all, and all is known of them. */
bool lab_settled(const struct lab *l);
struct l2_peers_stats lab_stats(const struct lab *l, size_t i);
uint64_t lab_random(struct lab *l);
#endif
