/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ndp.h - neighbour solicitations and advertisements (RFC 4861 4.3, 4.4, 7.1) on Ethernet, as
 * whole frames. Pure.
 */
#ifndef GREVY_L2_NDP_H
#define GREVY_L2_NDP_H
#include "announcer/l2/ether.h"

enum { NDP_SOLICIT = 135, NDP_ADVERT = 136, NDP_FRAME_MAX = 86 };

struct ndp {
	uint8_t dst_mac[MAC_LEN], src_mac[MAC_LEN]; /* the frame's */
	uint8_t src[16], dst[16];
	uint8_t type;
	bool router, solicited, override; /* NDP_ADVERT */
	uint8_t target[16];
	bool has_mac; /* the link-layer option: source's of a solicitation, else the target's */
	uint8_t mac[MAC_LEN];
};

/* Return: 0; -EBADMSG: too short, or lengths do not add up; -EPROTO: not one of these, or not
 * as 7.1.1 and 7.1.2 want it (hop limit, checksum, code, target, options). n is written only
 * on success. */
int ndp_decode(const uint8_t *frame, size_t len, struct ndp *n);
/* At most NDP_FRAME_MAX bytes, with the checksum. */
void ndp_encode(struct wr *w, const struct ndp *n);

/* The answer to a solicitation (7.2.4), to all if it came from no address (duplicate address
 * detection, RFC 4862 5.4.3). Its source is the target, as a kernel's own would be: ndisc6
 * takes an answer for a global address from no link-local one. */
struct ndp ndp_reply_to(const struct ndp *solicitation, const uint8_t *mac);
/* Unasked, to all (7.2.6). */
struct ndp ndp_announcement(const uint8_t *addr, const uint8_t *mac);
/* Does anybody have it (RFC 4862 5.4.2)? */
struct ndp ndp_probe(const uint8_t *addr, const uint8_t *mac);

bool ndp_is_unspecified(const uint8_t *addr);
/* ff02::1:ffXX:XXXX (RFC 4291 2.7.1). group: 16 bytes. */
void ndp_solicited_group(const uint8_t *addr, uint8_t *group);
#endif
