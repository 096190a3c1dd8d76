/* SPDX-License-Identifier: GPL-2.0-or-later */
/* adjout_int.h - what the files of Adj-RIB-Out share. */
#ifndef GREVY_BGP_ADJOUT_INT_H
#define GREVY_BGP_ADJOUT_INT_H
#include "announcer/bgp/adverts.h"
#include "announcer/rib.h"
#include <sys/socket.h>

/* Why a route of the RIB stands here and what it carries; equal ones are one. */
struct out_origin {
	struct out_head head;
	enum rib_source source;
	bool ibgp;                     /* RIB_BGP: it came by iBGP */
	bool self;                     /* its traffic ends here: the next hop is us */
	const struct bgp_attrs *attrs; /* shared */
	struct ipaddr from;            /* the peer it came from, or its only next hop */
	struct ipaddr nexthop;         /* RIB_BGP: after the import policy */
};

/* What a peer is told of a route: kept from one prefix to the next, which most often has the
 * same. */
struct out_say {
	const struct bgp_out_peer *peer;
	const struct out_origin *own;
	const struct out_offer *offer;
	uint8_t family;            /* 0: nothing is kept */
	const struct out_why *why; /* NULL: it is told */
	bool by_ads;               /* advertisements say so, not the route */
	struct bgp_attrs attrs;
	void *room[4]; /* of attrs' lists */
};

struct bgp_out {
	struct rib *rib;
	struct bgp_attr_table *attrs;
	bgp_out_fn *wake;
	void *wake_arg;
	bgp_out_received_fn *received;
	void *received_arg;
	bgp_out_counts_fn *counts;
	void *counts_arg;
	struct out_adverts ads;
	bool is_node;
	bool all; /* routes that neighbours with an export list get are kept, too */
	bool whole, woken;
	uint64_t changed; /* log.changes when last flushed */
	struct outlog log;
	struct table origins;
	struct out_origin *last_origin; /* that was asked for; NULL: it is gone */
	const struct bgp_attrs *igp, *incomplete;
	struct out_say say;
	size_t n_peers;
};

struct bgp_out_peer {
	struct bgp_out *out;
	const struct bgp_neighbor *nb;
	const struct bgp_facts *facts;
	struct out_reader at;
	struct out_batch *batch;
	uint32_t pos;    /* in batch */
	unsigned resend; /* families to be told again */
	unsigned end_of_rib;
	enum bgp_nexthop_rule nexthop;
	uint64_t *told; /* a bit for each entry's id: the peer has it */
	size_t n_told;  /* words */
	size_t sent[2];
};

static inline int family_index(uint8_t family)
{
	return family == AF_INET6;
}

static inline unsigned family_bit(uint8_t family)
{
	return family == AF_INET6 ? BGP_IPV6 : BGP_IPV4;
}

/* origins.c */
const struct out_origin *origin_of(struct bgp_out *out, const struct rib_route *r);
void origin_drop(struct bgp_out *out, const struct out_origin *o); /* NULL is fine */
void origins_init(struct bgp_out *out);
void origins_fini(struct bgp_out *out);

/* export.c: what a peer is told of an entry, in say. peer NULL: as it is here. */
void out_say(struct out_say *say, const struct bgp_out_peer *peer, const struct out_entry *e);
/* say holds what this peer is told of this entry. */
bool out_says(
    const struct out_say *say, const struct bgp_out_peer *peer, const struct out_entry *e);
void out_say_fini(struct out_say *say);
/* The peer's export list lets the prefix through; peers of MetalLB's words need none. */
bool out_passes(const struct bgp_out_peer *peer, const struct prefix *p);

/* adjout_fill.c */
bool out_told(const struct bgp_out_peer *peer, const struct out_entry *e);
#endif
