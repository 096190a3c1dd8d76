/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * update.h - BGP UPDATE: what it says, judged by RFC 7606; and packing as many prefixes into
 * one as fit. Pure. RFC 4271 4.3, 6.3; 4760; 7606; End-of-RIB RFC 4724 2.
 */
#ifndef GREVY_BGP_UPDATE_H
#define GREVY_BGP_UPDATE_H
#include "announcer/bgp/attr.h"
#include "announcer/bgp/open.h"

enum bgp_verdict {
	BGP_UPDATE_GOOD,
	BGP_UPDATE_DISCARDED, /* attributes were left out (RFC 7606 2: attribute discard) */
	BGP_UPDATE_WITHDRAWN, /* all its prefixes count as withdrawn (treat-as-withdraw) */
};

/* Routes of one family. */
struct bgp_nlri {
	uint8_t family; /* AF_INET, AF_INET6; 0 = absent, or a family that we do not have */
	struct rd r;    /* checked: bgp_nlri_next() reads all of it */
};

/* Who sent it. */
struct bgp_update_from {
	bool as4, ibgp;
	uint32_t
	    asn; /* of the peer: must lead an eBGP path (RFC 4271 6.3), unless confederated */
	unsigned families;   /* negotiated; of others NLRI is ignored (RFC 7606 5.1: logged) */
	struct ipaddr local; /* our address: no next hop may be it */
};

enum { BGP_UPDATE_SCRATCH = 24576 };

/* Borrows the message and the scratch. */
struct bgp_update {
	struct bgp_nlri withdrawn[2]; /* IPv4 field and MP_UNREACH_NLRI */
	struct bgp_nlri reach[2];     /* IPv4 field and MP_REACH_NLRI */
	/* attrs.nexthop is that of reach[0]; the next hop of reach[1]: */
	struct ipaddr mp_nexthop, mp_nexthop_ll; /* mp_nexthop_ll.family 0: none */
	struct bgp_attrs attrs;
	uint8_t end_of_rib; /* AF_INET, AF_INET6; 0 = it is none */
	enum bgp_verdict verdict;
	uint16_t why;     /* of a verdict that is not good: enum bgp_code */
	uint8_t why_attr; /* type code of the attribute; 0 = none */
};

/**
 * bgp_update_decode - parse an UPDATE body
 * @r:       the body, header removed
 * @scratch: BGP_UPDATE_SCRATCH bytes, aligned for uint64_t; holds what has no place in the
 * message
 * @u:       written whole on success
 * @e:       on failure, the NOTIFICATION to send
 * Return: 0 or -EPROTO (session reset: RFC 7606 3, 5.3, 7.3, 7.11).
 */
int bgp_update_decode(struct rd *r, const struct bgp_update_from *from, void *scratch,
    struct bgp_update *u, struct bgp_error *e);

/* The next prefix; false at the end. Host bits are cleared. Multicast, class E, loopback and
 * link-local ones are left out (RFC 4271 6.3). */
bool bgp_nlri_next(struct bgp_nlri *n, struct prefix *p);

/* A whole UPDATE that announces as many of n prefixes (of one family) as fit into a message.
 * IPv4 with an IPv4 next hop in the IPv4 field, all else in MP_REACH_NLRI.
 * Return: how many; 0 = not even one fits, or a->nexthop has no encoding there. */
size_t bgp_update_encode(struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to,
    const struct prefix *p, size_t n);
/* The same that withdraws. */
size_t bgp_withdraw_encode(struct wr *w, const struct prefix *p, size_t n);
void bgp_end_of_rib_encode(struct wr *w, uint8_t family);
#endif
