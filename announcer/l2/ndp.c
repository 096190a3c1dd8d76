/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/l2/ndp.h"
#include <errno.h>

enum {
	IP_HEAD = 40,
	IP_LEN = 16,
	ICMP6 = 58,
	HOPS = 255, /* a router would have made it less: from this link only */
	MESSAGE = 24,
	OPT_SOURCE_MAC = 1,
	OPT_TARGET_MAC = 2,
	OPT_UNIT = 8,
	ROUTER = 0x80,
	SOLICITED = 0x40,
	OVERRIDE = 0x20,
};

static const uint8_t all_nodes[IP_LEN] = {0xff, 0x02, [15] = 1};
static const uint8_t all_nodes_mac[MAC_LEN] = {0x33, 0x33, 0, 0, 0, 1};
static const uint8_t group_head[13] = {0xff, 0x02, [11] = 1, [12] = 0xff};

bool ndp_is_unspecified(const uint8_t *addr)
{
	static const uint8_t zero[IP_LEN];

	return !memcmp(addr, zero, IP_LEN);
}

void ndp_solicited_group(const uint8_t *addr, uint8_t *group)
{
	memcpy(group, group_head, sizeof(group_head));
	memcpy(group + sizeof(group_head), addr + sizeof(group_head), 3);
}

static uint32_t sum16(uint32_t sum, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	if (len % 2)
		sum += (uint32_t)p[len - 1] << 8;
	return sum;
}

/* RFC 8200 8.1, over a message with its checksum in place: 0 if that is right. addrs: source
 * and destination, as they stand in the header. */
static uint16_t checksum(const uint8_t *addrs, const uint8_t *message, size_t len)
{
	uint32_t sum = sum16((uint32_t)len + ICMP6, addrs, (size_t)2 * IP_LEN);

	sum = sum16(sum, message, len);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* RFC 4861 4.6. An address of another length is none of Ethernet. */
static int options_decode(struct rd *r, struct ndp *n)
{
	uint8_t wanted = n->type == NDP_SOLICIT ? OPT_SOURCE_MAC : OPT_TARGET_MAC;

	while (rd_left(r) > 0) {
		uint8_t type = rd_u8(r), units = rd_u8(r);
		struct rd v;

		if (!r->bad && !units)
			return -EPROTO;
		v = rd_sub(r, (size_t)units * OPT_UNIT - (units ? 2 : 0));
		if (r->bad)
			return -EBADMSG;
		if (type == wanted && units == 1) {
			rd_copy(&v, n->mac, MAC_LEN);
			n->has_mac = true;
		}
	}
	return 0;
}

/* 7.1.1, 7.1.2. */
static bool valid(const struct ndp *n)
{
	if (n->target[0] == 0xff)
		return false;
	if (n->type == NDP_ADVERT)
		return !n->solicited || n->dst[0] != 0xff;
	if (!ndp_is_unspecified(n->src))
		return n->src[0] != 0xff;
	return !n->has_mac && !memcmp(n->dst, group_head, sizeof(group_head));
}

static int message_decode(struct rd *r, struct ndp *n)
{
	uint8_t code, flags;
	int rc;

	n->type = rd_u8(r);
	code = rd_u8(r);
	rd_skip(r, 2);
	flags = rd_u8(r);
	rd_skip(r, 3);
	rd_copy(r, n->target, IP_LEN);
	if (r->bad)
		return -EBADMSG;
	if (code || (n->type != NDP_SOLICIT && n->type != NDP_ADVERT))
		return -EPROTO;
	if (n->type == NDP_ADVERT) {
		n->router = flags & ROUTER;
		n->solicited = flags & SOLICITED;
		n->override = flags & OVERRIDE;
	}
	rc = options_decode(r, n);
	if (rc)
		return rc;
	return valid(n) ? 0 : -EPROTO;
}

int ndp_decode(const uint8_t *frame, size_t len, struct ndp *n)
{
	struct rd r = rd_of(frame, len), body;
	uint16_t type, body_len;
	uint8_t version, next, hops;
	const uint8_t *message;
	struct ndp d = {0};
	int rc;

	rd_copy(&r, d.dst_mac, MAC_LEN);
	rd_copy(&r, d.src_mac, MAC_LEN);
	type = rd_u16(&r);
	version = rd_u8(&r) >> 4;
	rd_skip(&r, 3);
	body_len = rd_u16(&r);
	next = rd_u8(&r);
	hops = rd_u8(&r);
	rd_copy(&r, d.src, IP_LEN);
	rd_copy(&r, d.dst, IP_LEN);
	message = r.p;
	body = rd_sub(&r, body_len);
	if (r.bad)
		return -EBADMSG;
	if (type != ETHER_IPV6 || version != 6 || next != ICMP6 || hops != HOPS)
		return -EPROTO;
	rc = message_decode(&body, &d);
	if (rc)
		return rc;
	if (checksum(message - (size_t)2 * IP_LEN, message, body_len))
		return -EPROTO;
	*n = d;
	return 0;
}

void ndp_encode(struct wr *w, const struct ndp *n)
{
	unsigned flags = (n->router ? ROUTER : 0) | (n->solicited ? SOLICITED : 0) |
	                 (n->override ? OVERRIDE : 0);
	uint16_t len = MESSAGE + (n->has_mac ? OPT_UNIT : 0);
	size_t message;

	wr_bytes(w, n->dst_mac, MAC_LEN);
	wr_bytes(w, n->src_mac, MAC_LEN);
	wr_u16(w, ETHER_IPV6);
	wr_u32(w, 6u << 28);
	wr_u16(w, len);
	wr_u8(w, ICMP6);
	wr_u8(w, HOPS);
	wr_bytes(w, n->src, IP_LEN);
	wr_bytes(w, n->dst, IP_LEN);
	message = w->len;
	wr_u8(w, n->type);
	wr_u8(w, 0);
	wr_u16(w, 0);
	wr_u32(w, (uint32_t)flags << 24);
	wr_bytes(w, n->target, IP_LEN);
	if (n->has_mac) {
		wr_u8(w, n->type == NDP_SOLICIT ? OPT_SOURCE_MAC : OPT_TARGET_MAC);
		wr_u8(w, 1);
		wr_bytes(w, n->mac, MAC_LEN);
	}
	if (!w->bad)
		wr_set16(w, message + 2,
		    checksum(w->buf + message - (size_t)2 * IP_LEN, w->buf + message, len));
}

struct ndp ndp_announcement(const uint8_t *addr, const uint8_t *mac)
{
	struct ndp n = {.type = NDP_ADVERT, .override = true, .has_mac = true};

	memcpy(n.dst_mac, all_nodes_mac, MAC_LEN);
	memcpy(n.src_mac, mac, MAC_LEN);
	memcpy(n.src, addr, IP_LEN);
	memcpy(n.dst, all_nodes, IP_LEN);
	memcpy(n.target, addr, IP_LEN);
	memcpy(n.mac, mac, MAC_LEN);
	return n;
}

struct ndp ndp_reply_to(const struct ndp *s, const uint8_t *mac)
{
	struct ndp n = ndp_announcement(s->target, mac);

	if (ndp_is_unspecified(s->src))
		return n;
	n.solicited = true;
	memcpy(n.dst, s->src, IP_LEN);
	memcpy(n.dst_mac, s->has_mac ? s->mac : s->src_mac, MAC_LEN);
	return n;
}

struct ndp ndp_probe(const uint8_t *addr, const uint8_t *mac)
{
	struct ndp n = {
	    .type = NDP_SOLICIT, .dst_mac = {0x33, 0x33}
        };

	ndp_solicited_group(addr, n.dst);
	memcpy(n.dst_mac + 2, n.dst + 12, 4);
	memcpy(n.src_mac, mac, MAC_LEN);
	memcpy(n.target, addr, IP_LEN);
	return n;
}
