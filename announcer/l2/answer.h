/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer.h - what is to be done about a frame that came in: the answer to a question for an
 * address that is served where it came from, and who else claims one of these. Pure.
 *
 * A question is an ARP request to all or to our MAC, or a neighbour solicitation. Claimed is an
 * address by any ARP packet with it as the sender's (RFC 5227 2.4), by a neighbour
 * advertisement for it and by a solicitation from it, if the MAC there is none of ours. Who
 * only asks whether an address is free (sender 0.0.0.0, ::) claims nothing.
 */
#ifndef GREVY_L2_ANSWER_H
#define GREVY_L2_ANSWER_H
#include "announcer/l2/arp.h"
#include "announcer/l2/ndp.h"
#include "announcer/l2/served.h"

/* An announcement and the one after it are one claim. */
enum { ANSWER_CONFLICT_MS = 50 };

/* An interface that is answered on. */
struct answer_iface {
	uint32_t ifindex;
	uint8_t mac[MAC_LEN];
};

/* MACs of all our links, sorted (answer_macs_sort()). */
struct answer_macs {
	uint8_t (*v)[MAC_LEN];
	size_t n;
};

struct answer_in {
	const struct answer_iface *iface; /* that the frame came in by */
	const struct answer_macs *macs;
	const uint8_t *frame;
	size_t len;
	int64_t now_ms;
};

struct answer_out {
	struct served *asked;   /* is a question for it; NULL = none */
	struct served *claimed; /* is claimed by `foreign`; NULL = none */
	uint8_t foreign[MAC_LEN];
	size_t len; /* of the answer; 0 = none */
	uint8_t frame[NDP_FRAME_MAX];
};

/* Counts requests, responses and conflicts of the addresses. out is written in any case.
 * Return: 0, or as arp_decode() and ndp_decode(). */
int answer_arp(
    const struct served_table *t, const struct answer_in *in, struct answer_out *out);
int answer_ndp(
    const struct served_table *t, const struct answer_in *in, struct answer_out *out);

/* What tells the LAN of an interface that the address is here: an ARP request and a reply, or
 * an advertisement; len[1] = 0: there is no second frame. */
struct answer_news {
	size_t len[2];
	uint8_t frame[2][NDP_FRAME_MAX];
};
void answer_announce(
    const struct answer_iface *i, const struct ipaddr *a, struct answer_news *news);
/* One frame: whether somebody has the address. */
void answer_probe(
    const struct answer_iface *i, const struct ipaddr *a, struct answer_news *news);

void answer_macs_sort(struct answer_macs *m);
#endif
