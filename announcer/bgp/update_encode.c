/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing an UPDATE: the attributes once, then prefixes until the message or the room ends.
 * MP_REACH_NLRI stands before all other attributes (RFC 7606 5.1) and has a two-octet length,
 * as it is not known beforehand.
 */
#include "announcer/bgp/attr_int.h"
#include "announcer/bgp/update.h"
#include <sys/socket.h>

enum { AFI_IPV4 = 1, AFI_IPV6 = 2, SAFI_UNICAST = 1 };

/* One more message in w, which ends where that may end. */
static struct wr message_of(const struct wr *w)
{
	size_t room = w->bad ? 0 : w->cap - w->len;

	return wr_of(w->buf + w->len, room < BGP_MESSAGE_MAX ? room : BGP_MESSAGE_MAX);
}

/* What was written counts if it says something. */
static size_t take(struct wr *w, const struct wr *msg, size_t n)
{
	if (msg->bad || !n)
		return 0;
	w->len += msg->len;
	return n;
}

/* As many as fit before the last `spare` bytes. Return: how many. */
static size_t prefixes_encode(struct wr *w, const struct prefix *p, size_t n, size_t spare)
{
	uint8_t *to, *end;
	size_t i, len;

	if (w->bad || w->cap - w->len < spare)
		return 0;
	to = w->buf + w->len;
	end = w->buf + w->cap - spare;
	for (i = 0; i < n && p[i].family == p[0].family; i++) {
		len = (p[i].plen + 7U) / 8;
		if (len + 1 > (size_t)(end - to))
			break;
		*to++ = p[i].plen;
		memcpy(to, p[i].addr, len);
		to += len;
	}
	w->len = (size_t)(to - w->buf);
	return i;
}

/* Begin an attribute whose length is filled in by wr_fill16(). */
static size_t mp_begin(struct wr *w, uint8_t code, uint8_t family)
{
	size_t at;

	wr_u8(w, BGP_ATTR_OPTIONAL | BGP_ATTR_LONG);
	wr_u8(w, code);
	at = wr_hole16(w);
	wr_u16(w, family == AF_INET ? AFI_IPV4 : AFI_IPV6);
	wr_u8(w, SAFI_UNICAST);
	return at;
}

static void nexthop_encode(struct wr *w, const struct bgp_attrs *a) /* RFC 4760 3, 2545 3 */
{
	uint8_t len = (uint8_t)ipaddr_len(a->nexthop.family);

	wr_u8(w, a->nexthop_ll_set ? 2 * len : len);
	wr_bytes(w, a->nexthop.addr, len);
	if (a->nexthop_ll_set)
		wr_bytes(w, a->nexthop_ll.addr, len);
	wr_u8(w, 0); /* reserved */
}

static size_t mp_update_encode(struct wr *w, const struct bgp_attrs *a,
    const struct bgp_attr_out *to, const struct prefix *p, size_t n)
{
	uint8_t rest[BGP_MESSAGE_MAX];
	struct wr others = wr_of(rest, sizeof(rest)), msg = message_of(w);
	size_t at, all, mp, done;

	bgp_attrs_encode(&others, a, to);
	if (others.bad)
		return 0;
	at = bgp_msg_begin(&msg, BGP_UPDATE);
	wr_u16(&msg, 0);
	all = wr_hole16(&msg);
	mp = mp_begin(&msg, BGP_ATTR_MP_REACH, p[0].family);
	nexthop_encode(&msg, a);
	done = prefixes_encode(&msg, p, n, others.len);
	wr_fill16(&msg, mp);
	wr_bytes(&msg, rest, others.len);
	wr_fill16(&msg, all);
	bgp_msg_end(&msg, at);
	return take(w, &msg, done);
}

static size_t v4_update_encode(struct wr *w, const struct bgp_attrs *a,
    const struct bgp_attr_out *to, const struct prefix *p, size_t n)
{
	struct wr msg = message_of(w);
	size_t at = bgp_msg_begin(&msg, BGP_UPDATE), all, done;

	wr_u16(&msg, 0);
	all = wr_hole16(&msg);
	bgp_attrs_encode(&msg, a, to);
	wr_fill16(&msg, all);
	done = prefixes_encode(&msg, p, n, 0);
	bgp_msg_end(&msg, at);
	return take(w, &msg, done);
}

size_t bgp_update_encode(struct wr *w, const struct bgp_attrs *a, const struct bgp_attr_out *to,
    const struct prefix *p, size_t n)
{
	struct bgp_attr_out how = *to;

	/* The other family's next hops need RFC 8950, which we do not offer. */
	if (!n || !(a->has & BGP_HAS_NEXTHOP) || a->nexthop.family != p[0].family)
		return 0;
	how.in_nlri = p[0].family == AF_INET;
	return (how.in_nlri ? v4_update_encode : mp_update_encode)(w, a, &how, p, n);
}

size_t bgp_withdraw_encode(struct wr *w, const struct prefix *p, size_t n)
{
	struct wr msg = message_of(w);
	size_t at = bgp_msg_begin(&msg, BGP_UPDATE), field, mp, done;

	if (!n)
		return 0;
	field = wr_hole16(&msg);
	if (p[0].family == AF_INET) {
		done = prefixes_encode(&msg, p, n, 2);
		wr_fill16(&msg, field);
		wr_u16(&msg, 0);
	} else {
		field = wr_hole16(&msg);
		mp = mp_begin(&msg, BGP_ATTR_MP_UNREACH, p[0].family);
		done = prefixes_encode(&msg, p, n, 0);
		wr_fill16(&msg, mp);
		wr_fill16(&msg, field);
	}
	bgp_msg_end(&msg, at);
	return take(w, &msg, done);
}

void bgp_end_of_rib_encode(struct wr *w, uint8_t family) /* RFC 4724 2 */
{
	size_t at = bgp_msg_begin(w, BGP_UPDATE), all;

	wr_u16(w, 0);
	all = wr_hole16(w);
	if (family == AF_INET6)
		wr_fill16(w, mp_begin(w, BGP_ATTR_MP_UNREACH, family));
	wr_fill16(w, all);
	bgp_msg_end(w, at);
}
