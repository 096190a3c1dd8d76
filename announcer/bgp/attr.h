/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attr.h - path attributes: one table row each with decode, encode and what RFC 7606 does with
 * a malformed one; and shared copies. Pure. RFC 4271 4.3, 5, 6.3; 1997, 4360, 8092, 4456, 6793,
 * 7606.
 */
#ifndef GREVY_BGP_ATTR_H
#define GREVY_BGP_ATTR_H
#include "announcer/bgp/msg.h"
#include "zclient/prefix.h"

enum bgp_origin { BGP_ORIGIN_IGP, BGP_ORIGIN_EGP, BGP_ORIGIN_INCOMPLETE };

/* Which optional fields of struct bgp_attrs count. */
enum bgp_attr_has {
	BGP_HAS_ORIGIN = 1,
	BGP_HAS_AS_PATH = 2,
	BGP_HAS_NEXTHOP = 4,
	BGP_HAS_MED = 8,
	BGP_HAS_LOCAL_PREF = 16,
	BGP_HAS_ATOMIC = 32,
	BGP_HAS_AGGREGATOR = 64,
	BGP_HAS_ORIGINATOR = 128,
};

/* Well-known communities, RFC 1997, RFC 8326. */
enum {
	BGP_COMMUNITY_GRACEFUL_SHUTDOWN = (int)0xffff0000,
	BGP_COMMUNITY_NO_EXPORT = (int)0xffffff01,
	BGP_COMMUNITY_NO_ADVERTISE = (int)0xffffff02,
	BGP_COMMUNITY_NO_EXPORT_SUBCONFED = (int)0xffffff03,
	BGP_COMMUNITY_NO_PEER = (int)0xffffff04,
};

struct bgp_large {
	uint32_t global, local1, local2;
};

/* Lists are borrowed, or the copy's own (bgp_attrs_share()). In host order, as received. */
struct bgp_attrs {
	unsigned has; /* BGP_HAS_* */
	uint8_t origin;
	bool nexthop_ll_set;
	uint32_t med, local_pref;
	uint32_t aggregator_asn, aggregator_id, originator_id;
	struct ipaddr nexthop;    /* of the NLRI's family, or as an IPv6 next hop of RFC 4760 */
	struct ipaddr nexthop_ll; /* link-local beside it (RFC 2545 3), if nexthop_ll_set */
	const uint8_t *as_path;   /* segments as on the wire, with 4-octet AS numbers */
	uint16_t as_path_len;     /* bytes */
	uint16_t n_communities, n_large, n_ext, n_clusters;
	const uint32_t *communities;   /* RFC 1997 */
	const struct bgp_large *large; /* RFC 8092 */
	const uint64_t *ext;           /* RFC 4360 */
	const uint32_t *clusters;      /* RFC 4456 */
	const uint8_t *unknown; /* optional transitive attributes that we do not know, whole */
	uint16_t unknown_len;   /* bytes */
};

/* AS numbers that count for the path's length: a set counts 1 (RFC 4271 9.1.2.2 a). */
unsigned bgp_as_path_length(const struct bgp_attrs *a);
/* How often an AS stands in the path. */
unsigned bgp_as_path_count(const struct bgp_attrs *a, uint32_t asn);
/* The neighbouring AS, 0 = the path is empty or begins with a set. */
uint32_t bgp_as_path_first(const struct bgp_attrs *a);
/* The greatest number in it; 0 = there is none. */
uint32_t bgp_as_path_highest(const struct bgp_attrs *a);
/* "64512 65000 {1,2}" as FRR writes it, cut to size; "" = empty. Returns buf. */
const char *bgp_as_path_str(const struct bgp_attrs *a, char *buf, size_t size);
/* Put asn before the path, as one more AS_SEQUENCE member. Return: the new length; to holds at
 * least as_path_len + 6 bytes. */
uint16_t bgp_as_path_prepend(const struct bgp_attrs *a, uint32_t asn, uint8_t *to);
/* The path without the AS that was put in front of it, likewise; to has as_path_len bytes. */
uint16_t bgp_as_path_behind(const struct bgp_attrs *a, uint8_t *to);

bool bgp_community_has(const struct bgp_attrs *a, uint32_t community);
/* "64512:1" or "no-export", as FRR; returns buf (>= 24). */
const char *bgp_community_str(uint32_t community, char *buf);
/* "65000:1", "large:1:2:3", "no-advertise", or of the caller's aliases, as MetalLB writes them.
 * Return: 0 (*large says which of the two is written) or -EINVAL. */
int bgp_community_parse(const char *s, uint32_t *community, struct bgp_large *lc, bool *large);

bool bgp_attrs_equal(const struct bgp_attrs *a, const struct bgp_attrs *b);

/* What an attribute list is encoded for. */
struct bgp_attr_out {
	bool as4;     /* the peer has RFC 6793; else AS_TRANS and AS4_PATH, AS4_AGGREGATOR */
	bool ibgp;    /* LOCAL_PREF is sent (100 where there is none); else never */
	bool in_nlri; /* NEXT_HOP is written (IPv4 unicast NLRI); else MP_REACH_NLRI carries it
	               */
};

/* Append all attributes but MP_REACH_NLRI and MP_UNREACH_NLRI, in order of their codes. */
void bgp_attrs_encode(struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to);

/* Shared, counted copies: equal lists are one block. */
struct bgp_attr_table;
struct bgp_attr_table *bgp_attr_table_new(void);
void bgp_attr_table_free(struct bgp_attr_table *t); /* NULL is fine; no copy may be in use */
size_t bgp_attr_table_count(const struct bgp_attr_table *t);

/* The copy, counted once more. Equal attributes have equal pointers. */
const struct bgp_attrs *bgp_attrs_share(struct bgp_attr_table *t, const struct bgp_attrs *a);
const struct bgp_attrs *bgp_attrs_again(const struct bgp_attrs *shared); /* one count more */
void bgp_attrs_drop(
    struct bgp_attr_table *t, const struct bgp_attrs *shared); /* NULL is fine */
#endif
