/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes before the generic message of 4.0 (Quagga 1.2, FRR 3.0): a command of its own for each
 * family, and other bodies towards zebra than from it.
 *
 * zebra pairs the gateways of an IPv6 route with its interfaces by their order in two lists.
 * It has no form for a gateway of the other family: 3.0's command for that files the IPv4 route
 * among the IPv6 ones. What a blackhole does is said by a flag of the route, so that it
 * is the only next hop; Quagga drops it from IPv6 routes.
 */
#include "zclient/zapi_body.h"
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static enum zapi_cmd command(enum zapi_cmd cmd, uint8_t family)
{
	if (cmd == ZCMD_ROUTE_ADD)
		return family == AF_INET ? ZCMD_IPV4_ROUTE_ADD : ZCMD_IPV6_ROUTE_ADD;
	return family == AF_INET ? ZCMD_IPV4_ROUTE_DELETE : ZCMD_IPV6_ROUTE_DELETE;
}

static int check_nexthop(
    const struct zapi_version *v, const struct zapi_route *r, const struct zapi_nexthop *nh)
{
	if (nh->onlink || nh->vrf != r->vrf)
		return -EOPNOTSUPP;
	if (nh->gate.family)
		return nh->gate.family == r->prefix.family ? 0 : -EOPNOTSUPP;
	if (!nh->blackhole)
		return nh->ifindex ? 0 : -EINVAL;
	if (nh->blackhole > ZBH_NULL || r->n > 1)
		return -EOPNOTSUPP;
	return v->nh == ZNH_QUAGGA && r->prefix.family == AF_INET6 ? -EOPNOTSUPP : 0;
}

static int check(const struct zapi_version *v, const struct zapi_route *r, bool del)
{
	int err = zapi_route_check(v, r, del);

	for (uint16_t i = 0; i < r->n && !err && !del; i++)
		err = check_nexthop(v, r, &r->nh[i]);
	if (r->instance && !(v->features & ZF_INSTANCE))
		return -EOPNOTSUPP;
	return err;
}

static void write_head(struct wr *w, const struct zapi_version *v, const struct zapi_route *r,
    uint32_t flags, uint32_t msg)
{
	wr_u8(w, (uint8_t)zversion_type(v, r->type));
	if (v->features & ZF_INSTANCE)
		wr_u16(w, r->instance);
	wr_be(w, flags, v->flags_len);
	wr_be(w, msg, v->msgflags_len);
	wr_u16(w, r->safi ? r->safi : ZAPI_SAFI_UNICAST);
	zapi_prefix_encode(w, &r->prefix);
}

static int write_v4(struct wr *w, const struct zapi_version *v, const struct zapi_route *r)
{
	struct zapi_nh_ctx ctx = {.v = v};
	int err = 0;

	wr_u8(w, (uint8_t)r->n);
	for (uint16_t i = 0; i < r->n && !err; i++)
		err = zapi_nh_encode(&ctx, w, &r->nh[i]);
	return err;
}

/* All gateways, then all interfaces; a list that says nothing is left out. */
static int write_v6(struct wr *w, const struct zapi_version *v, const struct zapi_route *r)
{
	bool gates = false, ifaces = false;

	for (uint16_t i = 0; i < r->n; i++) {
		const struct zapi_nexthop *nh = &r->nh[i];

		gates = gates || nh->gate.family;
		ifaces = ifaces || nh->ifindex;
		if (ipaddr_is_linklocal(&nh->gate) && !nh->ifindex)
			return -EINVAL;
	}
	if (r->nh[0].blackhole)
		return write_v4(w, v, r);
	wr_u8(w, (uint8_t)(r->n * (gates + ifaces)));
	for (uint16_t i = 0; i < r->n && gates; i++) {
		wr_u8(w, zapi_nh_kind(v, NH_IPV6));
		wr_bytes(w, r->nh[i].gate.addr, 16);
	}
	for (uint16_t i = 0; i < r->n && ifaces; i++) {
		wr_u8(w, zapi_nh_kind(v, NH_IFINDEX));
		wr_u32(w, r->nh[i].ifindex);
	}
	return 0;
}

int zapi_old_route_encode(
    struct wr *w, const struct zapi_version *v, enum zapi_cmd cmd, const struct zapi_route *r)
{
	bool del = cmd == ZCMD_ROUTE_DELETE;
	size_t start = zapi_begin(w, v, command(cmd, r->prefix.family), r->vrf);
	int err = del || cmd == ZCMD_ROUTE_ADD ? check(v, r, del) : -EOPNOTSUPP;
	uint32_t flags;

	if (err)
		return zapi_end(w, v, start, err);
	if (del) {
		write_head(w, v, r, 0, 0);
		return zapi_end(w, v, start, 0);
	}
	flags = zapi_flags_encode(v, r->flags) | (r->nh[0].blackhole ? v->flag.blackhole : 0);
	write_head(w, v, r, flags, zapi_attrs_flags(v, r->has) | ZMSG_NEXTHOP);
	err = r->prefix.family == AF_INET ? write_v4(w, v, r) : write_v6(w, v, r);
	zapi_attrs_encode(v, w, r, r->has);
	return zapi_end(w, v, start, err);
}

/* A gateway (zeros: none, or one of many that zebra does not tell) and its interfaces. */
static int read_nexthops(struct rd *r, struct zapi_route *out)
{
	static const uint8_t zeros[16];
	unsigned len = ipaddr_len(out->prefix.family);
	uint8_t n = rd_u8(r);

	for (uint8_t i = 0; i < n; i++) {
		struct zapi_nexthop nh = {.vrf = out->vrf};

		rd_copy(r, nh.gate.addr, len);
		nh.gate.family = memcmp(nh.gate.addr, zeros, len) ? out->prefix.family : 0;
		for (uint8_t k = rd_u8(r); k > 0; k--)
			nh.ifindex = rd_u32(r);
		if (r->bad)
			return -EBADMSG;
		out->nh[i] = nh;
	}
	out->n = n;
	return r->bad ? -EBADMSG : 0;
}

int zapi_old_route_decode(const struct zapi_version *v, enum zapi_cmd cmd, struct rd *r,
    uint32_t vrf, struct zapi_route *out)
{
	bool v6 = cmd == ZCMD_IPV6_ROUTE_ADD || cmd == ZCMD_IPV6_ROUTE_DELETE ||
	          cmd == ZCMD_REDISTRIBUTE_IPV6_ADD || cmd == ZCMD_REDISTRIBUTE_IPV6_DEL;
	struct zapi_route n = {.vrf = vrf, .nh = out->nh};
	uint32_t msg;

	n.type = zversion_type_of(v, rd_u8(r));
	if (v->features & ZF_INSTANCE)
		n.instance = rd_u16(r);
	n.flags = zapi_flags_decode(v, (uint32_t)rd_be(r, v->flags_len));
	msg = (uint32_t)rd_be(r, v->msgflags_len);
	n.prefix = zapi_prefix_decode(r, v6 ? AF_INET6 : AF_INET);
	if (msg & v->msg.src) {
		n.has |= ZHAS_SRC;
		zapi_prefix_decode(r, n.prefix.family);
	}
	if (msg & ZMSG_NEXTHOP && read_nexthops(r, &n) < 0)
		return -EBADMSG;
	zapi_attrs_decode(v, r, msg, &n);
	if (r->bad)
		return -EBADMSG;
	*out = n;
	return 0;
}
