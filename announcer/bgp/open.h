/* SPDX-License-Identifier: GPL-2.0-or-later */
/* open.h - BGP OPEN and its capabilities. Pure. RFC 4271 4.2, 6.2, 5492, 4760, 6793, 2918,
 * 4724; those that are only noted stand at enum bgp_cap. */
#ifndef GREVY_BGP_OPEN_H
#define GREVY_BGP_OPEN_H
#include "announcer/bgp/msg.h"

enum { BGP_AS_TRANS = 23456 };

/* Address families, as bits. */
enum bgp_family { BGP_IPV4 = 1, BGP_IPV6 = 2 };

enum bgp_cap {
	BGP_CAP_AS4 = 1,      /* RFC 6793 */
	BGP_CAP_REFRESH = 2,  /* RFC 2918 */
	BGP_CAP_GRACEFUL = 4, /* RFC 4724 */
	BGP_CAP_MP = 8,       /* at least one multiprotocol capability, known or not */
	/* Noted when a peer has them, never offered. */
	BGP_CAP_REFRESH_OLD = 16,
	BGP_CAP_EXTENDED = 32,    /* messages; RFC 8654 */
	BGP_CAP_ENHANCED = 64,    /* route refresh; RFC 7313 */
	BGP_CAP_ADD_PATH = 128,   /* RFC 7911 */
	BGP_CAP_LONG_LIVED = 256, /* graceful restart; RFC 9494 */
	BGP_CAP_HOST = 512,       /* draft-walton-bgp-hostname-capability */
};

struct bgp_open {
	uint32_t asn;      /* 4-octet AS if offered, else the 2-octet field */
	uint32_t id;       /* BGP identifier, host order, never 0 */
	uint16_t hold_s;   /* 0 or >= 3 */
	unsigned caps;     /* BGP_CAP_* */
	unsigned families; /* BGP_IPV4 | BGP_IPV6; without BGP_CAP_MP: BGP_IPV4 */
	/* Graceful restart, if BGP_CAP_GRACEFUL. */
	uint16_t restart_s;     /* 0..4095 */
	bool restarting;        /* R bit */
	bool notification;      /* N bit (RFC 8538) */
	unsigned gr_families;   /* listed */
	unsigned gr_forwarding; /* of those, forwarding state was preserved (F bit) */
	unsigned add_path[2];   /* families of which it would send, and take, several paths */
	char host[65], domain[65]; /* as it calls itself, printable; "" = it does not say */
	unsigned unknown_caps;     /* how many */
};

/**
 * bgp_open_decode - parse an OPEN body
 * @r:    the body, header removed
 * @open: written only on success
 * @e:    on failure, the NOTIFICATION to send (RFC 4271 6.2)
 * Return: 0 or -EPROTO. AS and identifier against the neighbour's are bgp_open_check()'s.
 */
int bgp_open_decode(struct rd *r, struct bgp_open *open, struct bgp_error *e);

/**
 * bgp_open_check - what only the neighbour's configuration and we can tell
 * @asn:    AS that the peer must have; 0 = any but our own, UINT32_MAX = any
 * @my_asn, @my_id: ours; an equal identifier is refused within one AS (RFC 6286)
 * Return: 0 or -EPROTO with e set.
 */
int bgp_open_check(const struct bgp_open *open, uint32_t asn, uint32_t my_asn, uint32_t my_id,
    struct bgp_error *e);

/* Append the whole message. AS numbers above 65535 send AS_TRANS in the 2-octet field. */
void bgp_open_encode(struct wr *w, const struct bgp_open *open);
#endif
