/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Next-hop tracking and owner notifications: what zebra says about gateways and about our
 * routes. NEXTHOP_UPDATE changed inside the 8.2 line and again in 10.3; a caller that does not
 * know which one it has tries the rows of its range and takes the one that uses the whole body.
 * Quagga's has the significant bytes of the address only, and next to nothing about the route.
 * The layouts of ROUTE_NOTIFY_OWNER from 8.0 on are told by length alone.
 */
#include "zclient/zapi_body.h"
#include <errno.h>
#include <sys/socket.h>

int zapi_nht_reg_encode(
    struct wr *w, const struct zapi_version *v, enum zapi_cmd cmd, const struct zapi_nht_reg *n)
{
	bool add = cmd == ZCMD_NEXTHOP_REGISTER;
	unsigned len = ipaddr_len(n->addr.family);
	size_t start = zapi_begin(w, v, cmd, n->vrf);

	/* Flags other than 0 make zebra drop an UNREGISTER. */
	wr_u8(w, add && n->connected);
	if (v->features & ZF_NHT_SAFI) {
		wr_u8(w, add && n->via_default);
		wr_u16(w, ZAPI_SAFI_UNICAST);
	}
	wr_u16(w, n->addr.family);
	wr_u8(w, (uint8_t)(8 * len));
	wr_bytes(w, n->addr.addr, len);
	return zapi_end(w, v, start, len ? 0 : -EINVAL);
}

/* u16 family, u8 length, whole address. */
static struct prefix read_prefix(const struct zapi_version *v, struct rd *r)
{
	uint16_t family = rd_u16(r);
	struct prefix p = {.family = (uint8_t)family};

	if (!(v->features & ZF_NHT_DISTANCE) && family <= UINT8_MAX)
		return zapi_prefix_decode(r, p.family);
	p.plen = rd_u8(r);
	if (family > UINT8_MAX || !ipaddr_len(p.family) || p.plen > 8 * ipaddr_len(p.family)) {
		r->bad = true;
		return p;
	}
	rd_copy(r, p.addr, ipaddr_len(p.family));
	prefix_mask(&p);
	return p;
}

static int read_nexthops(const struct zapi_nh_ctx *ctx, struct rd *r, struct zapi_nht *out)
{
	uint16_t n = (uint16_t)rd_be(r, ctx->v->nht_count_len);

	if (n > ZAPI_NH_MAX)
		return -E2BIG;
	for (uint16_t i = 0; i < n; i++)
		if (zapi_nh_decode(ctx, r, &out->nh[i]) < 0)
			return -EBADMSG;
	out->n = n;
	return r->bad ? -EBADMSG : 0;
}

int zapi_nht_decode(
    const struct zapi_version *v, struct rd *r, uint32_t vrf, struct zapi_nht *out)
{
	struct zapi_nht n = {.vrf = vrf, .nh = out->nh};
	struct zapi_nh_ctx ctx = {.v = v, .vrf = vrf, .nht = true};
	int err;

	if (v->features & ZF_NHT_FLAGS)
		ctx.msg_flags = rd_u32(r);
	if (v->features & ZF_NHT_SAFI)
		rd_u16(r);
	n.asked = read_prefix(v, r);
	if (v->features & ZF_NHT_MATCHED)
		n.matched = read_prefix(v, r);
	if (ctx.msg_flags & v->msg.srte)
		rd_u32(r);
	n.type = ZTYPE_UNKNOWN;
	if (v->features & ZF_NHT_TYPE) {
		n.type = zversion_type_of(v, rd_u8(r));
		n.instance = rd_u16(r);
	}
	if (v->features & ZF_NHT_DISTANCE)
		n.distance = rd_u8(r);
	n.metric = rd_u32(r);
	if (r->bad)
		return -EBADMSG;
	err = read_nexthops(&ctx, r, &n);
	if (err)
		return err;
	*out = n;
	return 0;
}

/* After the address: [source prefix] table [afi safi]; addr_len tells them apart. */
static int read_notify_tail(const struct zapi_version *v, struct rd *r, struct zapi_notify *n)
{
	unsigned addr_len = ipaddr_len(n->prefix.family);
	size_t left = rd_left(r);

	if (v->notify <= ZNOTIFY_4_0)
		return 0;
	if (v->notify == ZNOTIFY_TABLE) {
		n->table = rd_u32(r);
		return 0;
	}
	if (left >= 1 + addr_len + 6)
		rd_skip(r, 1 + addr_len);
	else if (left != 6)
		return -EBADMSG;
	n->table = rd_u32(r);
	if (rd_u8(r) != (n->prefix.family == AF_INET ? 1 : 2))
		return -EBADMSG;
	rd_u8(r);
	return 0;
}

int zapi_notify_decode(
    const struct zapi_version *v, struct rd *r, uint32_t vrf, struct zapi_notify *out)
{
	struct zapi_notify n = {.vrf = vrf, .note = rd_host32(r)};
	unsigned len;

	n.prefix.family = rd_u8(r);
	n.prefix.plen = rd_u8(r);
	len = ipaddr_len(n.prefix.family);
	if (r->bad || !len || n.prefix.plen > 8 * len)
		return -EBADMSG;
	rd_copy(r, n.prefix.addr, len);
	prefix_mask(&n.prefix);
	if (read_notify_tail(v, r, &n) < 0 || r->bad)
		return -EBADMSG;
	*out = n;
	return 0;
}

const char *zapi_note_name(uint32_t note)
{
	static const char *const names[] = {
	    [ZNOTE_FAIL_INSTALL] = "install failed",
	    [ZNOTE_BETTER_ADMIN_WON] = "better admin won",
	    [ZNOTE_INSTALLED] = "installed",
	    [ZNOTE_REMOVED] = "removed",
	    [ZNOTE_REMOVE_FAIL] = "remove failed",
	};

	return note < sizeof(names) / sizeof(names[0]) ? names[note] : "unknown";
}
