/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attr_int.h - what the files of the attribute codec offer each other and update.c: one
 * attribute list being read, and AS paths. Pure.
 */
#ifndef GREVY_BGP_ATTR_INT_H
#define GREVY_BGP_ATTR_INT_H
#include "announcer/bgp/attr.h"

/* Type codes, as IANA has them. */
enum {
	BGP_ATTR_ORIGIN = 1,
	BGP_ATTR_AS_PATH = 2,
	BGP_ATTR_NEXT_HOP = 3,
	BGP_ATTR_MED = 4,
	BGP_ATTR_LOCAL_PREF = 5,
	BGP_ATTR_ATOMIC_AGGREGATE = 6,
	BGP_ATTR_AGGREGATOR = 7,
	BGP_ATTR_COMMUNITIES = 8,
	BGP_ATTR_ORIGINATOR_ID = 9,
	BGP_ATTR_CLUSTER_LIST = 10,
	BGP_ATTR_MP_REACH = 14,
	BGP_ATTR_MP_UNREACH = 15,
	BGP_ATTR_EXT_COMMUNITIES = 16,
	BGP_ATTR_AS4_PATH = 17,
	BGP_ATTR_AS4_AGGREGATOR = 18,
	BGP_ATTR_LARGE_COMMUNITIES = 32,
};

/* Flags of an attribute. */
enum {
	BGP_ATTR_OPTIONAL = 0x80,
	BGP_ATTR_TRANSITIVE = 0x40,
	BGP_ATTR_PARTIAL = 0x20,
	BGP_ATTR_LONG = 0x10,
};

/* What is to be done about a malformed attribute, the stronger one is greater (RFC 7606 2). */
enum bgp_attr_fault { BGP_ATTR_FINE, BGP_ATTR_DISCARD, BGP_ATTR_WITHDRAW, BGP_ATTR_RESET };

/* An attribute list being read. */
struct bgp_attr_in {
	bool as4, ibgp; /* of the peer */
	struct bgp_attrs *a;
	uint8_t *scratch, *scratch_end;
	uint8_t seen[32];                         /* bit set of type codes */
	unsigned n;                               /* attributes */
	const uint8_t *end;                       /* of the list */
	uint8_t *unknown;                         /* those without a row; NULL = none yet */
	struct rd mp_reach, mp_unreach;           /* values; p NULL = not there */
	struct rd at, mp_reach_at, mp_unreach_at; /* attributes, whole; at: being read */
	bool as4_aggregator_set;
	const uint8_t *as4_path; /* without confederation segments */
	uint16_t as4_path_len;
	uint32_t as4_aggregator_asn, as4_aggregator_id;
	/* The worst so far. */
	enum bgp_attr_fault fault;
	uint16_t why;
	uint8_t why_attr;
	struct rd why_at; /* it, whole; p NULL = none */
};

/* All attributes of a list, as far as RFC 7606 lets them be read. Return: 0, or -EPROTO with e:
 * the session is to be reset. */
int bgp_attrs_decode(struct rd *r, struct bgp_attr_in *in, struct bgp_error *e);

/* Remember a fault, if there was no worse one before. */
void bgp_attr_blame(
    struct bgp_attr_in *in, enum bgp_attr_fault fault, uint16_t why, uint8_t code);

/* Aligned for uint64_t; NULL = there is no more. */
void *bgp_attr_scratch(struct bgp_attr_in *in, size_t len);

/* The header of an attribute of `len` bytes. */
void bgp_attr_head(struct wr *w, uint8_t flags, uint8_t code, size_t len);

/* AS paths, RFC 4271 4.3, 6793. Decoders return 0 or what is wrong (enum bgp_code). */
uint16_t bgp_as_path_decode(struct bgp_attr_in *in, struct rd *v);
uint16_t bgp_as4_path_decode(struct bgp_attr_in *in, struct rd *v);
/* AS_PATH and AS4_PATH, AGGREGATOR and AS4_AGGREGATOR of an old speaker: one of each. */
void bgp_as4_merge(struct bgp_attr_in *in);
void bgp_as_path_encode(struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to);
void bgp_as4_path_encode(
    struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to);
#endif
