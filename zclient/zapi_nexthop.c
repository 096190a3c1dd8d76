/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Next hops on the wire. 7.3 introduced a flags byte; before it their layout depends on the
 * message around them, which struct zapi_nh_ctx tells. Quagga has other numbers for the types.
 * Decoding skips what we have no use for (labels, router MACs, backups, SRv6 segments) by its
 * exact size, so that what follows is found. The one thing that cannot be skipped is SRv6's
 * seg6local: a raw C struct of zebra, whose size the message does not say; such a message is
 * refused.
 */
#include "zclient/zapi_body.h"
#include <errno.h>
#include <sys/socket.h>

/* Flags, from 7.3 on */
#define NHF_ONLINK    0x01
#define NHF_LABEL     0x02
#define NHF_WEIGHT    0x04
#define NHF_BACKUP    0x08
#define NHF_SEG6      0x10
#define NHF_SEG6LOCAL 0x20
#define NHF_EVPN      0x40

#define LABELS_MAX   16
#define BACKUPS_MAX  8
#define SEGMENTS_MAX 16

/* Quagga's types by number. Those with the name of an interface carry its index, too. */
static const uint8_t quagga_types[] = {0, NH_IFINDEX, NH_IFINDEX, NH_IPV4, NH_IPV4_IFINDEX,
    NH_IPV4_IFINDEX, NH_IPV6, NH_IPV6_IFINDEX, NH_IPV6_IFINDEX, NH_BLACKHOLE};

uint8_t zapi_nh_kind(const struct zapi_version *v, int type)
{
	uint8_t kind = 0;

	if (v->nh > ZNH_QUAGGA)
		return (uint8_t)type;
	while (quagga_types[kind] != type)
		kind++;
	return kind;
}

static uint8_t read_type(const struct zapi_nh_ctx *ctx, struct rd *r)
{
	uint8_t kind = rd_u8(r);

	if (ctx->v->nh > ZNH_QUAGGA)
		return kind;
	return kind < sizeof(quagga_types) ? quagga_types[kind] : 0;
}

/* Does the address of a gateway come with an ifindex, whatever the type says? */
static bool ifindex_always(const struct zapi_nh_ctx *ctx)
{
	return ctx->v->nh >= ZNH_7_3 || (ctx->nht && ctx->v->nh > ZNH_QUAGGA);
}

static bool has_vrf(const struct zapi_nh_ctx *ctx)
{
	return ctx->v->nh >= (ctx->nht ? ZNH_7_0 : ZNH_5_0);
}

static void skip_labels(const struct zapi_nh_ctx *ctx, struct rd *r)
{
	uint8_t n = rd_u8(r);

	if (n > LABELS_MAX)
		r->bad = true;
	if (ctx->v->features & ZF_LABEL_TYPE)
		rd_u8(r);
	rd_skip(r, 4 * (size_t)n);
}

static void skip_backups(const struct zapi_nh_ctx *ctx, struct rd *r)
{
	uint8_t n = ctx->v->features & ZF_BACKUP_LIST ? rd_u8(r) : 1;

	if (n > BACKUPS_MAX)
		r->bad = true;
	rd_skip(r, n);
}

static void skip_segments(const struct zapi_nh_ctx *ctx, struct rd *r)
{
	uint8_t n = ctx->v->seg6 >= ZSEG6_LIST ? rd_u8(r) : 1;

	if (n > SEGMENTS_MAX)
		r->bad = true;
	rd_skip(r, 16 * (size_t)n);
	if (ctx->v->seg6 == ZSEG6_ENCAP)
		rd_u32(r);
}

static void read_gate(
    const struct zapi_nh_ctx *ctx, struct rd *r, uint8_t type, struct zapi_nexthop *nh)
{
	bool v6 = type >= NH_IPV6;

	nh->gate.family = v6 ? AF_INET6 : AF_INET;
	rd_copy(r, nh->gate.addr, v6 ? 16 : 4);
	if (type == NH_IPV4_IFINDEX || type == NH_IPV6_IFINDEX || ifindex_always(ctx))
		nh->ifindex = rd_u32(r);
}

static void read_value(
    const struct zapi_nh_ctx *ctx, struct rd *r, uint8_t type, struct zapi_nexthop *nh)
{
	switch (type) {
	case NH_IFINDEX:
		nh->ifindex = rd_u32(r);
		break;
	case NH_IPV4:
	case NH_IPV4_IFINDEX:
	case NH_IPV6:
	case NH_IPV6_IFINDEX:
		read_gate(ctx, r, type, nh);
		break;
	case NH_BLACKHOLE:
		nh->blackhole = ZBH_UNSPEC;
		if (ctx->v->nh >= ZNH_7_3 || !ctx->nht)
			nh->blackhole = (uint8_t)(ZBH_UNSPEC + (rd_u8(r) & 3));
		break;
	default:
		r->bad = true;
	}
}

static uint32_t read_weight(const struct zapi_version *v, struct rd *r)
{
	uint64_t weight = rd_be(r, v->weight_len);

	return weight > UINT32_MAX ? UINT32_MAX : (uint32_t)weight;
}

/* Up to 7.2: labels are announced by the message, in an update they are always there. */
static void read_old_tail(const struct zapi_nh_ctx *ctx, struct rd *r)
{
	if (ctx->nht ? ctx->v->nh >= ZNH_5_0 : ctx->msg_flags & ctx->v->msg.label)
		skip_labels(ctx, r);
	if (ctx->v->nh >= ZNH_6_0 && ctx->route_flags & ctx->v->flag.evpn)
		rd_skip(r, 6);
}

static void read_tail(
    const struct zapi_nh_ctx *ctx, struct rd *r, uint8_t flags, struct zapi_nexthop *nh)
{
	bool mac = ctx->v->features & ZF_NH_EVPN ? flags & NHF_EVPN
	                                         : ctx->route_flags & ctx->v->flag.evpn;

	nh->onlink = flags & NHF_ONLINK;
	if (flags & NHF_LABEL)
		skip_labels(ctx, r);
	if (flags & NHF_WEIGHT)
		nh->weight = read_weight(ctx->v, r);
	if (mac)
		rd_skip(r, 6);
	if (ctx->msg_flags & ctx->v->msg.srte)
		rd_u32(r);
	if (flags & NHF_BACKUP)
		skip_backups(ctx, r);
	if (flags & NHF_SEG6LOCAL)
		r->bad = true;
	if (flags & NHF_SEG6)
		skip_segments(ctx, r);
}

int zapi_nh_decode(const struct zapi_nh_ctx *ctx, struct rd *r, struct zapi_nexthop *nh)
{
	struct zapi_nexthop n = {.vrf = has_vrf(ctx) ? rd_u32(r) : ctx->vrf};
	uint8_t type = read_type(ctx, r), flags = 0;

	if (ctx->v->nh >= ZNH_7_3)
		flags = rd_u8(r);
	else if (ctx->v->nh == ZNH_7_1 && !ctx->nht)
		n.onlink = rd_u8(r);
	read_value(ctx, r, type, &n);
	if (ctx->v->nh >= ZNH_7_3)
		read_tail(ctx, r, flags, &n);
	else
		read_old_tail(ctx, r);
	if (r->bad)
		return -EBADMSG;
	*nh = n;
	return 0;
}

/* The type on the wire; -EINVAL for what zebra would not understand or not install. */
static int type_of(const struct zapi_nexthop *nh)
{
	if (nh->blackhole)
		return nh->blackhole > ZBH_PROHIBITED || nh->gate.family ? -EINVAL
		                                                         : NH_BLACKHOLE;
	switch (nh->gate.family) {
	case 0:
		return nh->ifindex ? NH_IFINDEX : -EINVAL;
	case AF_INET:
		return nh->ifindex ? NH_IPV4_IFINDEX : NH_IPV4;
	case AF_INET6:
		if (nh->ifindex)
			return NH_IPV6_IFINDEX;
		return ipaddr_is_linklocal(&nh->gate) ? -EINVAL : NH_IPV6;
	default:
		return -EINVAL;
	}
}

static void write_value(
    const struct zapi_nh_ctx *ctx, struct wr *w, int type, const struct zapi_nexthop *nh)
{
	if (type == NH_BLACKHOLE) {
		if (ctx->v->nh >= ZNH_4_0)
			wr_u8(w, (uint8_t)(nh->blackhole - ZBH_UNSPEC));
		return;
	}
	wr_bytes(w, nh->gate.addr, ipaddr_len(nh->gate.family));
	if (nh->ifindex || ifindex_always(ctx))
		wr_u32(w, nh->ifindex);
}

int zapi_nh_encode(const struct zapi_nh_ctx *ctx, struct wr *w, const struct zapi_nexthop *nh)
{
	const struct zapi_version *v = ctx->v;
	int type = type_of(nh);
	bool weighted = nh->weight && v->weight_len;

	if (type < 0)
		return type;
	if (has_vrf(ctx))
		wr_u32(w, nh->vrf);
	else if (nh->vrf != ctx->vrf)
		return -EOPNOTSUPP;
	wr_u8(w, zapi_nh_kind(v, type));
	if (v->nh >= ZNH_7_3)
		wr_u8(w, (nh->onlink ? NHF_ONLINK : 0) | (weighted ? NHF_WEIGHT : 0));
	else if (v->nh == ZNH_7_1)
		wr_u8(w, nh->onlink);
	write_value(ctx, w, type, nh);
	if (weighted)
		wr_be(w, nh->weight, v->weight_len);
	return 0;
}
