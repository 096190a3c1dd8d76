/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/l2/arp.h"
#include <errno.h>

enum { HW_ETHERNET = 1, PROTO_IPV4 = 0x0800, IPV4_LEN = 4 };

int arp_decode(const uint8_t *frame, size_t len, struct arp *a)
{
	struct rd r = rd_of(frame, len);
	uint16_t type, hw, proto;
	uint8_t hw_len, proto_len;
	struct arp n;

	rd_copy(&r, n.dst, MAC_LEN);
	rd_copy(&r, n.src, MAC_LEN);
	type = rd_u16(&r);
	hw = rd_u16(&r);
	proto = rd_u16(&r);
	hw_len = rd_u8(&r);
	proto_len = rd_u8(&r);
	n.op = rd_u16(&r);
	rd_copy(&r, n.sender_mac, MAC_LEN);
	rd_copy(&r, n.sender, IPV4_LEN);
	rd_copy(&r, n.target_mac, MAC_LEN);
	rd_copy(&r, n.target, IPV4_LEN);
	if (r.bad)
		return -EBADMSG;
	if (type != ETHER_ARP || hw != HW_ETHERNET || proto != PROTO_IPV4 ||
	    hw_len != MAC_LEN || proto_len != IPV4_LEN)
		return -EPROTO;
	*a = n;
	return 0;
}

void arp_encode(struct wr *w, const struct arp *a)
{
	wr_bytes(w, a->dst, MAC_LEN);
	wr_bytes(w, a->src, MAC_LEN);
	wr_u16(w, ETHER_ARP);
	wr_u16(w, HW_ETHERNET);
	wr_u16(w, PROTO_IPV4);
	wr_u8(w, MAC_LEN);
	wr_u8(w, IPV4_LEN);
	wr_u16(w, a->op);
	wr_bytes(w, a->sender_mac, MAC_LEN);
	wr_bytes(w, a->sender, IPV4_LEN);
	wr_bytes(w, a->target_mac, MAC_LEN);
	wr_bytes(w, a->target, IPV4_LEN);
}

struct arp arp_reply_to(const struct arp *request, const uint8_t *mac)
{
	struct arp a = {.op = ARP_REPLY};

	memcpy(a.dst, request->sender_mac, MAC_LEN);
	memcpy(a.src, mac, MAC_LEN);
	memcpy(a.sender_mac, mac, MAC_LEN);
	memcpy(a.sender, request->target, IPV4_LEN);
	memcpy(a.target_mac, request->sender_mac, MAC_LEN);
	memcpy(a.target, request->sender, IPV4_LEN);
	return a;
}

/* The target's MAC: nobody's in a request (RFC 5227 2.3), the sender's in a reply (5944 4.6).
 */
struct arp arp_announcement(uint16_t op, const uint8_t *addr, const uint8_t *mac)
{
	struct arp a = {.op = op};

	memcpy(a.dst, mac_broadcast, MAC_LEN);
	memcpy(a.src, mac, MAC_LEN);
	memcpy(a.sender_mac, mac, MAC_LEN);
	memcpy(a.sender, addr, IPV4_LEN);
	if (op == ARP_REPLY)
		memcpy(a.target_mac, mac, MAC_LEN);
	memcpy(a.target, addr, IPV4_LEN);
	return a;
}

struct arp arp_probe(const uint8_t *addr, const uint8_t *mac)
{
	struct arp a = arp_announcement(ARP_REQUEST, addr, mac);

	memset(a.sender, 0, IPV4_LEN);
	return a;
}
