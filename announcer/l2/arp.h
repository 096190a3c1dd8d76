/* SPDX-License-Identifier: GPL-2.0-or-later */
/* arp.h - ARP for IPv4 on Ethernet, as whole frames: RFC 826, 5227. Pure. */
#ifndef GREVY_L2_ARP_H
#define GREVY_L2_ARP_H
#include "announcer/l2/ether.h"

enum { ARP_REQUEST = 1, ARP_REPLY = 2, ARP_FRAME = 42 };

struct arp {
	uint8_t dst[MAC_LEN], src[MAC_LEN]; /* the frame's */
	uint16_t op;
	uint8_t sender_mac[MAC_LEN], sender[4];
	uint8_t target_mac[MAC_LEN], target[4];
};

/* frame: what follows the 42 bytes is padding. Return: 0; -EBADMSG: too short; -EPROTO: not ARP
 * for IPv4 on Ethernet. a is written only on success. */
int arp_decode(const uint8_t *frame, size_t len, struct arp *a);
/* ARP_FRAME bytes. */
void arp_encode(struct wr *w, const struct arp *a);

/* From one host to another. */
struct arp arp_reply_to(const struct arp *request, const uint8_t *mac);
/* To all: op ARP_REQUEST is RFC 5227's announcement; some switches want ARP_REPLY. */
struct arp arp_announcement(uint16_t op, const uint8_t *addr, const uint8_t *mac);
/* To all: does anybody have it (RFC 5227 2.1.1)? */
struct arp arp_probe(const uint8_t *addr, const uint8_t *mac);
#endif
