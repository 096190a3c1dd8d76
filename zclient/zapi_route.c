/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ROUTE_ADD and ROUTE_DELETE, and REDISTRIBUTE_ROUTE_ADD and _DEL, which have the same body
 * (zebra's generic route message). Fields are present by message flags, whose width and numbers
 * differ between releases. ROUTE_DELETE says no more than what identifies the route.
 */
#include "zclient/zapi_route.h"
#include "zclient/zapi_codec.h"
#include <errno.h>

#define MSG_NEXTHOP  0x01
#define MSG_DISTANCE 0x02
#define MSG_METRIC   0x04
#define MSG_TAG      0x08
#define MSG_MTU      0x10
#define MSG_SRCPFX   0x20

#define OPAQUE_MAX 1024

static uint32_t msg_flags_of(
    const struct zapi_version *v, const struct zapi_route *r, unsigned has)
{
	uint32_t f = 0;

	f |= has & ZHAS_DISTANCE ? MSG_DISTANCE : 0;
	f |= has & ZHAS_METRIC ? MSG_METRIC : 0;
	f |= has & ZHAS_TAG ? MSG_TAG : 0;
	f |= has & ZHAS_MTU ? MSG_MTU : 0;
	f |= has & ZHAS_TABLE ? v->msg.table : 0;
	if (has & ZHAS_NHG)
		return f | v->msg.nhg;
	return f | (r->n ? MSG_NEXTHOP : 0);
}

/* One next hop is onlink, or all are: 7.0 knows no other (its flag is the route's). */
static int onlink_flag(
    const struct zapi_version *v, const struct zapi_route *r, uint32_t *flags)
{
	uint16_t n = 0;

	for (uint16_t i = 0; i < r->n; i++)
		n += r->nh[i].onlink;
	if (!v->flag_onlink || !n)
		return 0;
	if (n < r->n)
		return -EOPNOTSUPP;
	*flags |= v->flag_onlink;
	return 0;
}

static int check(const struct zapi_version *v, const struct zapi_route *r, bool delete)
{
	if (zversion_type(v, r->type) < 0)
		return -EOPNOTSUPP;
	if (!ipaddr_len(r->prefix.family) || r->prefix.plen > 8 * ipaddr_len(r->prefix.family))
		return -EINVAL;
	if (r->has & ZHAS_SRC || r->flags & ZROUTE_EVPN)
		return -EINVAL;
	if (delete)
		return 0;
	if (r->has & ZHAS_NHG)
		return v->msg.nhg ? 0 : -EOPNOTSUPP;
	if (!r->n)
		return -EINVAL;
	return r->n > v->nh_max ? -E2BIG : 0;
}

static void write_head(struct wr *w, const struct zapi_version *v, const struct zapi_route *r,
    uint32_t route_flags, uint32_t msg_flags)
{
	wr_u8(w, (uint8_t)zversion_type(v, r->type));
	wr_u16(w, r->instance);
	wr_u32(w, route_flags);
	wr_be(w, msg_flags, v->msgflags_len);
	wr_u8(w, r->safi ? r->safi : ZAPI_SAFI_UNICAST);
	wr_u8(w, r->prefix.family);
	wr_u8(w, r->prefix.plen);
	wr_bytes(w, r->prefix.addr, (r->prefix.plen + 7U) / 8);
}

static int write_nexthops(
    struct wr *w, const struct zapi_nh_ctx *ctx, const struct zapi_route *r)
{
	int err = 0;

	wr_u16(w, r->n);
	for (uint16_t i = 0; i < r->n && !err; i++)
		err = zapi_nh_encode(ctx, w, &r->nh[i]);
	return err;
}

static void write_tail(struct wr *w, const struct zapi_route *r, unsigned has)
{
	if (has & ZHAS_DISTANCE)
		wr_u8(w, r->distance);
	if (has & ZHAS_METRIC)
		wr_u32(w, r->metric);
	if (has & ZHAS_TAG)
		wr_u32(w, r->tag);
	if (has & ZHAS_MTU)
		wr_u32(w, r->mtu);
	if (has & ZHAS_TABLE)
		wr_u32(w, r->table);
}

int zapi_route_encode(
    struct wr *w, const struct zapi_version *v, enum zapi_cmd cmd, const struct zapi_route *r)
{
	bool delete = cmd == ZCMD_ROUTE_DELETE;
	unsigned has = delete ? r->has & ZHAS_TABLE : r->has;
	struct zapi_nh_ctx ctx = {.v = v};
	size_t start = zapi_begin(w, v, cmd, r->vrf);
	int err = check(v, r, delete);

	if (!delete) {
		ctx.route_flags = r->flags;
		ctx.msg_flags = msg_flags_of(v, r, has);
		err = err ? err : onlink_flag(v, r, &ctx.route_flags);
	} else {
		ctx.msg_flags = has & ZHAS_TABLE ? v->msg.table : 0;
	}
	if (err)
		return zapi_end(w, v, start, err);
	write_head(w, v, r, ctx.route_flags, ctx.msg_flags);
	if (has & ZHAS_NHG)
		wr_u32(w, r->nhg);
	if (ctx.msg_flags & MSG_NEXTHOP)
		err = write_nexthops(w, &ctx, r);
	write_tail(w, r, has);
	return zapi_end(w, v, start, err);
}

/* The significant bytes of a prefix of this family. */
static struct prefix read_prefix(struct rd *r, uint8_t family)
{
	struct prefix p = {.family = family, .plen = rd_u8(r)};

	if (!ipaddr_len(family) || p.plen > 8 * ipaddr_len(family)) {
		r->bad = true;
		return p;
	}
	rd_copy(r, p.addr, (p.plen + 7U) / 8);
	prefix_mask(&p);
	return p;
}

static int read_nexthops(const struct zapi_nh_ctx *ctx, struct rd *r, struct zapi_route *out)
{
	bool onlink = ctx->v->flag_onlink & ctx->route_flags;
	uint16_t n = rd_u16(r);

	if (n > ZAPI_NH_MAX)
		return -E2BIG;
	for (uint16_t i = 0; i < n; i++) {
		if (zapi_nh_decode(ctx, r, &out->nh[i]) < 0)
			return -EBADMSG;
		out->nh[i].onlink |= onlink;
	}
	out->n = n;
	return r->bad ? -EBADMSG : 0;
}

static void skip_backups(const struct zapi_nh_ctx *ctx, struct rd *r)
{
	struct zapi_nexthop unused;

	for (uint16_t n = rd_u16(r); n > 0 && !r->bad; n--)
		zapi_nh_decode(ctx, r, &unused);
}

static void read_tail(
    const struct zapi_version *v, struct rd *r, uint32_t msg, struct zapi_route *out)
{
	if (msg & MSG_DISTANCE) {
		out->has |= ZHAS_DISTANCE;
		out->distance = rd_u8(r);
	}
	if (msg & MSG_METRIC) {
		out->has |= ZHAS_METRIC;
		out->metric = rd_u32(r);
	}
	if (msg & MSG_TAG) {
		out->has |= ZHAS_TAG;
		out->tag = rd_u32(r);
	}
	if (msg & MSG_MTU) {
		out->has |= ZHAS_MTU;
		out->mtu = rd_u32(r);
	}
	if (msg & v->msg.table) {
		out->has |= ZHAS_TABLE;
		out->table = rd_u32(r);
	}
	if (msg & v->msg.opaque) {
		uint16_t n = rd_u16(r);

		if (n > OPAQUE_MAX)
			r->bad = true;
		rd_skip(r, n);
	}
}

/* Up to the prefixes; returns the message flags. */
static uint32_t read_head(const struct zapi_version *v, struct rd *r, struct zapi_route *out)
{
	uint32_t msg;

	out->type = zversion_type_of(v, rd_u8(r));
	out->instance = rd_u16(r);
	out->flags = rd_u32(r);
	msg = (uint32_t)rd_be(r, v->msgflags_len);
	out->safi = rd_u8(r);
	out->prefix = read_prefix(r, rd_u8(r));
	if (msg & MSG_SRCPFX) {
		out->has |= ZHAS_SRC;
		read_prefix(r, out->prefix.family);
	}
	if (msg & v->msg.nhg) {
		out->has |= ZHAS_NHG;
		out->nhg = rd_u32(r);
	}
	return msg;
}

int zapi_route_decode(
    const struct zapi_version *v, struct rd *r, uint32_t vrf, struct zapi_route *out)
{
	struct zapi_route n = {.vrf = vrf, .nh = out->nh};
	struct zapi_nh_ctx ctx = {.v = v};
	int err;

	ctx.msg_flags = read_head(v, r, &n);
	ctx.route_flags = n.flags;
	if (r->bad)
		return -EBADMSG;
	if (ctx.msg_flags & MSG_NEXTHOP) {
		err = read_nexthops(&ctx, r, &n);
		if (err)
			return err;
	}
	if (ctx.msg_flags & v->msg.backup)
		skip_backups(&ctx, r);
	read_tail(v, r, ctx.msg_flags, &n);
	if (r->bad)
		return -EBADMSG;
	n.flags &= ~(uint32_t)v->flag_onlink;
	*out = n;
	return 0;
}
