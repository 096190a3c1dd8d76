/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_zapi.c - everything that reads what a zebra sends. Byte 0 picks the release, byte 1 the
 * reader (a connection fed in chunks, one decoder on a body, the probe), the rest is read.
 */
#include "zclient/wire.h"
#include "zclient/zapi_codec.h"
#include "zclient/zclient.h"
#include "zclient/zprobe.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct zapi_nexthop nh[ZAPI_NH_MAX], nh_again[ZAPI_NH_MAX];

static size_t rows(void)
{
	size_t n = 0;

	while (zversion_row(n))
		n++;
	return n;
}

/* The connection that callbacks answer on. */
struct peer {
	struct zclient *c;
};

/* Routes that come in are sent back: an encoder meets what decoders make of anything. */
static void on_route(bool added, const struct zapi_route *route, void *arg)
{
	struct peer *peer = arg;

	(void)(added ? zclient_send_route_add : zclient_send_route_delete)(peer->c, route);
}

static void on_nexthop(const struct zapi_nht *n, void *arg)
{
	struct peer *peer = arg;
	struct zapi_nht_reg reg = {.vrf = n->vrf};

	reg.addr.family = n->asked.family;
	memcpy(reg.addr.addr, n->asked.addr, sizeof(reg.addr.addr));
	(void)zclient_send_nexthop_register(peer->c, &reg);
}

static void feed(const struct zapi_version *v, struct rd *r, size_t chunk, bool range)
{
	static const struct zclient_ops ops = {.on_route = on_route, .on_nexthop = on_nexthop};
	struct peer peer = {zclient_new(v, &ops, &peer)};
	size_t n;

	if (!peer.c)
		return;
	if (range)
		zclient_set_range(peer.c, zversion_row(rows() - 1));
	while ((n = rd_left(r)) > 0) {
		n = n < chunk ? n : chunk;
		if (zclient_feed(peer.c, rd_bytes(r, n), n) < 0)
			break;
		zclient_out(peer.c, &n);
		zclient_out_done(peer.c, n / 2);
	}
	zclient_free(peer.c);
}

/* What was decoded and can be encoded decodes again; a group stands for its next hops. */
static void route(const struct zapi_version *v, struct rd *r)
{
	struct zapi_route in = {.nh = nh}, out = {.nh = nh_again};
	uint8_t buf[16384];
	struct wr w = wr_of(buf, sizeof(buf));

	if (zapi_route_decode(v, r, 0, &in) < 0 ||
	    zapi_route_encode(&w, v, ZCMD_REDISTRIBUTE_ROUTE_ADD, &in) < 0)
		return;
	*r = rd_of(buf + v->header_len, w.len - v->header_len);
	if (zapi_route_decode(v, r, 0, &out) < 0 || rd_left(r) ||
	    out.n != (in.has & ZHAS_NHG ? 0 : in.n) || prefix_cmp(&out.prefix, &in.prefix) ||
	    out.has != in.has)
		abort();
}

/* Of before 4.0; what it tells can be told again, or is refused. */
static void old_route(const struct zapi_version *v, struct rd *r)
{
	static const enum zapi_cmd cmds[] = {
	    ZCMD_REDISTRIBUTE_IPV4_ADD, ZCMD_REDISTRIBUTE_IPV6_ADD};
	struct zapi_route in = {.nh = nh};
	uint8_t buf[16384];
	struct wr w = wr_of(buf, sizeof(buf));

	if (zapi_old_route_decode(v, cmds[rd_u8(r) & 1], r, 0, &in) < 0)
		return;
	if (in.n > 255 || in.prefix.plen > 8 * ipaddr_len(in.prefix.family))
		abort();
	if (zapi_route_encode(&w, v, ZCMD_ROUTE_ADD, &in) < 0 ? w.len > 0 : w.len == 0)
		abort();
}

static void decode(const struct zapi_version *v, struct rd *r, uint8_t which)
{
	union {
		struct zapi_caps caps;
		struct zapi_router_id id;
		struct zapi_if ifp;
		struct zapi_if_addr addr;
		struct zapi_vrf vrf;
		struct zapi_nht nht;
		struct zapi_notify notify;
		struct zapi_error error;
		struct zapi_close close;
	} u = {.nht = {.nh = nh}};

	switch (which % 11) {
	case 0:
		zapi_caps_decode(v, r, &u.caps);
		break;
	case 1:
		zapi_router_id_decode(r, 0, &u.id);
		break;
	case 2:
		zapi_if_decode(v, r, 0, &u.ifp);
		break;
	case 3:
		zapi_if_addr_decode(r, 0, &u.addr);
		break;
	case 4:
		zapi_vrf_decode(v, r, 0, &u.vrf);
		break;
	case 5:
		zapi_nht_decode(v, r, 0, &u.nht);
		break;
	case 6:
		zapi_notify_decode(v, r, 0, &u.notify);
		break;
	case 7:
		zapi_error_decode(r, 0, &u.error);
		break;
	case 8:
		zapi_close_decode(v, r, &u.close);
		break;
	case 9:
		route(v, r);
		break;
	default:
		old_route(v, r);
	}
}

/* A length byte, then what comes in one read; length 0 is a time-out, 255 a hang-up. */
static void probe(struct rd *r)
{
	enum zprobe_step s = ZPROBE_CONNECT;
	struct zprobe p;

	zprobe_init(&p);
	while (s != ZPROBE_DONE && rd_left(r) > 0) {
		uint8_t n = rd_u8(r);
		size_t k = n < rd_left(r) ? n : rd_left(r);

		if (s == ZPROBE_CONNECT)
			(void)zprobe_connected(&p);
		if (n == 0)
			s = zprobe_timeout(&p);
		else if (n == 255)
			s = zprobe_closed(&p);
		else
			s = zprobe_feed(&p, rd_bytes(r, k), k);
	}
	if (p.out_len > sizeof(p.out) || !p.text)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct rd r = rd_of(data, len);
	const struct zapi_version *v = zversion_row(rd_u8(&r) % rows());
	uint8_t mode = rd_u8(&r);

	if (r.bad)
		return 0;
	if (mode < 100)
		decode(v, &r, mode);
	else if (mode < 200)
		feed(v, &r, mode - 99U, mode & 1);
	else if (mode < 250)
		feed(v, &r, len, mode & 1);
	else
		probe(&r);
	return 0;
}
