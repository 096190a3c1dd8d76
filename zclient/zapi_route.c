/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ROUTE_ADD and ROUTE_DELETE, and REDISTRIBUTE_ROUTE_ADD and _DEL, which have the same body
 * (zebra's generic route message, from 4.0; zapi_old.c has what was before). Fields are present
 * by message flags, whose width and numbers differ between releases. ROUTE_DELETE says no more
 * than what identifies the route.
 */
#include "zclient/zapi_body.h"
#include <errno.h>

#define OPAQUE_MAX 1024

uint32_t zapi_flags_encode(const struct zapi_version *v, uint32_t flags)
{
	uint32_t wire = flags & v->flag.same;

	wire |= flags & ZROUTE_ALLOW_RECURSION ? v->flag.recursion : 0;
	return wire | (flags & ZROUTE_SELECTED ? v->flag.selected : 0);
}

uint32_t zapi_flags_decode(const struct zapi_version *v, uint32_t wire)
{
	uint32_t flags = wire & v->flag.same;

	flags |= wire & v->flag.recursion ? ZROUTE_ALLOW_RECURSION : 0;
	flags |= wire & v->flag.selected ? ZROUTE_SELECTED : 0;
	return flags | (wire & v->flag.evpn ? ZROUTE_EVPN : 0);
}

uint32_t zapi_attrs_flags(const struct zapi_version *v, unsigned has)
{
	uint32_t f = 0;

	f |= has & ZHAS_DISTANCE ? v->msg.distance : 0;
	f |= has & ZHAS_METRIC ? v->msg.metric : 0;
	f |= has & ZHAS_TAG ? v->msg.tag : 0;
	f |= has & ZHAS_MTU ? v->msg.mtu : 0;
	return f | (has & ZHAS_TABLE ? v->msg.table : 0);
}

/* None is onlink, or all are: 7.0 knows no other (its flag is the route's). */
static int onlink_flag(
    const struct zapi_version *v, const struct zapi_route *r, uint32_t *flags)
{
	uint16_t n = 0;

	for (uint16_t i = 0; i < r->n; i++)
		n += r->nh[i].onlink;
	if (v->nh >= ZNH_7_1 || !n)
		return 0;
	if (n < r->n || !v->flag.onlink)
		return -EOPNOTSUPP;
	*flags |= v->flag.onlink;
	return 0;
}

int zapi_route_check(const struct zapi_version *v, const struct zapi_route *r, bool del)
{
	if (zversion_type(v, r->type) < 0)
		return -EOPNOTSUPP;
	if (!ipaddr_len(r->prefix.family) || r->prefix.plen > 8 * ipaddr_len(r->prefix.family))
		return -EINVAL;
	if (r->has & ZHAS_SRC || r->flags & ZROUTE_EVPN)
		return -EINVAL;
	if (r->has & ZHAS_TABLE && !v->msg.table)
		return -EOPNOTSUPP;
	if (del)
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
	zapi_prefix_encode(w, &r->prefix);
}

void zapi_prefix_encode(struct wr *w, const struct prefix *p)
{
	wr_u8(w, p->plen);
	wr_bytes(w, p->addr, (p->plen + 7U) / 8);
}

static int write_nexthops(
    struct wr *w, const struct zapi_nh_ctx *ctx, const struct zapi_route *r)
{
	int err = 0;

	wr_u16(w, r->n);
	if (ctx->v->nh == ZNH_4_0)
		wr_u32(w, ctx->vrf);
	for (uint16_t i = 0; i < r->n && !err; i++)
		err = zapi_nh_encode(ctx, w, &r->nh[i]);
	return err;
}

/* Is the MTU before the tag? Fields are in the order of their flags, which Quagga turned round.
 */
static bool mtu_first(const struct zapi_version *v)
{
	return v->msg.mtu < v->msg.tag;
}

void zapi_attrs_encode(
    const struct zapi_version *v, struct wr *w, const struct zapi_route *r, unsigned has)
{
	if (has & ZHAS_DISTANCE)
		wr_u8(w, r->distance);
	if (has & ZHAS_METRIC)
		wr_u32(w, r->metric);
	if (has & ZHAS_MTU && mtu_first(v))
		wr_u32(w, r->mtu);
	if (has & ZHAS_TAG)
		wr_u32(w, r->tag);
	if (has & ZHAS_MTU && !mtu_first(v))
		wr_u32(w, r->mtu);
	if (has & ZHAS_TABLE)
		wr_u32(w, r->table);
}

int zapi_route_encode(
    struct wr *w, const struct zapi_version *v, enum zapi_cmd cmd, const struct zapi_route *r)
{
	bool del = cmd == ZCMD_ROUTE_DELETE;
	unsigned has = del ? r->has & ZHAS_TABLE : r->has;
	struct zapi_nh_ctx ctx = {.v = v, .vrf = r->n && !del ? r->nh[0].vrf : 0};
	size_t start;
	int err;

	if (v->nh < ZNH_4_0)
		return zapi_old_route_encode(w, v, cmd, r);
	start = zapi_begin(w, v, cmd, r->vrf);
	err = zapi_route_check(v, r, del);
	ctx.msg_flags = zapi_attrs_flags(v, has);
	if (has & ZHAS_NHG)
		ctx.msg_flags |= v->msg.nhg;
	else if (!del && r->n)
		ctx.msg_flags |= ZMSG_NEXTHOP;
	if (!del) {
		ctx.route_flags = zapi_flags_encode(v, r->flags);
		err = err ? err : onlink_flag(v, r, &ctx.route_flags);
	}
	if (err)
		return zapi_end(w, v, start, err);
	write_head(w, v, r, ctx.route_flags, ctx.msg_flags);
	if (has & ZHAS_NHG)
		wr_u32(w, r->nhg);
	if (ctx.msg_flags & ZMSG_NEXTHOP)
		err = write_nexthops(w, &ctx, r);
	zapi_attrs_encode(v, w, r, has);
	return zapi_end(w, v, start, err);
}

struct prefix zapi_prefix_decode(struct rd *r, uint8_t family)
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

static int read_nexthops(struct zapi_nh_ctx *ctx, struct rd *r, struct zapi_route *out)
{
	bool onlink = ctx->v->flag.onlink & ctx->route_flags;
	uint16_t n = rd_u16(r);

	if (n > ZAPI_NH_MAX)
		return -E2BIG;
	if (ctx->v->nh == ZNH_4_0 && n)
		ctx->vrf = rd_u32(r);
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

static void read_mtu(struct rd *r, struct zapi_route *out)
{
	out->has |= ZHAS_MTU;
	out->mtu = rd_u32(r);
}

void zapi_attrs_decode(
    const struct zapi_version *v, struct rd *r, uint32_t msg, struct zapi_route *out)
{
	if (msg & v->msg.distance) {
		out->has |= ZHAS_DISTANCE;
		out->distance = rd_u8(r);
	}
	if (msg & v->msg.metric) {
		out->has |= ZHAS_METRIC;
		out->metric = rd_u32(r);
	}
	if (msg & v->msg.mtu && mtu_first(v))
		read_mtu(r, out);
	if (msg & v->msg.tag) {
		out->has |= ZHAS_TAG;
		out->tag = rd_u32(r);
	}
	if (msg & v->msg.mtu && !mtu_first(v))
		read_mtu(r, out);
	if (msg & v->msg.table) {
		out->has |= ZHAS_TABLE;
		out->table = rd_u32(r);
	}
}

static void skip_opaque(struct rd *r)
{
	uint16_t n = rd_u16(r);

	if (n > OPAQUE_MAX)
		r->bad = true;
	rd_skip(r, n);
}

/* Up to the prefixes; fills in what next hops depend on. */
static void read_head(struct zapi_nh_ctx *ctx, struct rd *r, struct zapi_route *out)
{
	const struct zapi_version *v = ctx->v;

	out->type = zversion_type_of(v, rd_u8(r));
	out->instance = rd_u16(r);
	ctx->route_flags = (uint32_t)rd_be(r, v->flags_len);
	out->flags = zapi_flags_decode(v, ctx->route_flags);
	ctx->msg_flags = (uint32_t)rd_be(r, v->msgflags_len);
	out->safi = rd_u8(r);
	if (v->nh < ZNH_6_0 && ctx->route_flags & v->flag.evpn)
		rd_skip(r, 6); /* router MAC */
	out->prefix = zapi_prefix_decode(r, rd_u8(r));
	if (ctx->msg_flags & v->msg.src) {
		out->has |= ZHAS_SRC;
		zapi_prefix_decode(r, out->prefix.family);
	}
	if (ctx->msg_flags & v->msg.nhg) {
		out->has |= ZHAS_NHG;
		out->nhg = rd_u32(r);
	}
}

int zapi_route_decode(
    const struct zapi_version *v, struct rd *r, uint32_t vrf, struct zapi_route *out)
{
	struct zapi_route n = {.vrf = vrf, .nh = out->nh};
	struct zapi_nh_ctx ctx = {.v = v, .vrf = vrf};
	int err;

	read_head(&ctx, r, &n);
	if (r->bad)
		return -EBADMSG;
	if (ctx.msg_flags & ZMSG_NEXTHOP) {
		err = read_nexthops(&ctx, r, &n);
		if (err)
			return err;
	}
	if (ctx.msg_flags & v->msg.backup)
		skip_backups(&ctx, r);
	zapi_attrs_decode(v, r, ctx.msg_flags, &n);
	if (ctx.msg_flags & v->msg.opaque)
		skip_opaque(r);
	if (r->bad)
		return -EBADMSG;
	*out = n;
	return 0;
}
