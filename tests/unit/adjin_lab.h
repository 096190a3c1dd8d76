/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * adjin_lab.h - an Adj-RIB-In with its RIB, peers that announce what one line says, and what
 * came of it as text. We are AS 64512, identifier 10.255.0.1, address 192.0.2.254 and
 * 2001:db8::fe. After cmocka's headers.
 */
#ifndef TESTS_ADJIN_LAB_H
#define TESTS_ADJIN_LAB_H
#include "announcer/bgp/adjin.h"
#include "announcer/rib.h"
#include <stdio.h>

enum { LAB_ASN = 64512, LAB_ID = 0x0aff0001, LAB_PEERS = 64 };

struct lab_peer {
	struct bgp_in_peer *p;
	struct bgp_in_source src;
};

extern struct adjin_lab {
	struct rib *rib;
	struct bgp_attr_table *attrs;
	struct bgp_in *in;
	struct lab_peer peers[LAB_PEERS];
	size_t n;
} lab;

int lab_new(void **state); /* cmocka's setup and teardown; peers are freed, too */
int lab_free(void **state);

/* A peer that is up; address as identifier, too (IPv6: 1.1.1.1), and as name, borrowed. asn
 * LAB_ASN: iBGP. lab_peer(): it may announce everything. */
struct bgp_in_peer *lab_peer(const char *address, uint32_t asn);
struct bgp_in_peer *lab_peer_with(
    const char *address, uint32_t asn, const struct bgp_import *import);
struct bgp_in_counts lab_counts(const struct bgp_in_peer *p);
struct bgp_in_source *lab_source(const struct bgp_in_peer *p);
void lab_peer_gone(struct bgp_in_peer *p);
/* Rules separated by ";"; v holds them. */
struct bgp_prefix_list lab_list(struct bgp_prefix_rule *v, const char *rules);
/* A peer 192.0.2.1, AS 65001, that may announce what these rules say; up to 8. */
struct bgp_in_peer *lab_peer_with_list(const char *rules, struct bgp_import import);
#define PEER(rules, ...) lab_peer_with_list(rules, (struct bgp_import){__VA_ARGS__})

/* What an UPDATE says; prefixes are separated by blanks. */
struct lab_says {
	const char *reach, *withdraw;
	const char *as;      /* "65001 65002 {1,2}"; NULL: the peer's AS, of iBGP none */
	const char *nexthop; /* NULL: the peer's address */
	const char *linklocal;
	const uint32_t *med, *local_pref, *originator, *clusters;
	const uint32_t *community;
	uint16_t n_clusters;
	uint8_t origin;
	enum bgp_verdict verdict;
	uint8_t end_of_rib;
};
int lab_say(struct bgp_in_peer *p, const struct lab_says *s, struct bgp_error *e);
void lab_says(struct bgp_in_peer *p, const struct lab_says *s); /* which must be good */
#define SAYS(p, ...) lab_says(p, &(const struct lab_says){__VA_ARGS__})
#define U32(x)       (&(const uint32_t){x})

/* Every path within a prefix (NULL: of both families), by prefix, as bgp_in_at() tells them. */
void lab_each(struct bgp_in *in, const struct prefix *within, const struct bgp_in_peer *peer,
    bgp_in_fn *fn, void *arg);

/* Decide, commit; the RIB is to be this: "10.0.0.1/32 192.0.2.1 192.0.2.2\n...", "lo" = ours.
 */
void lab_rib(const char *want);
/* Paths are to be these: "10.0.0.1/32\n *= 192.0.2.1 Router ID\n..."; * best, = multipath, ~
 * stale, ! not reachable. */
void lab_paths(const char *want);
/* The same as texts, to be freed by the caller. */
char *lab_rib_text(const struct rib *rib);
char *lab_paths_text(struct bgp_in *in);
#endif
