/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The receiving half of a connection: frame the stream, decode each body, tell the caller.
 *
 * A stream may be split anywhere; a message that is whole in what was fed is decoded in place,
 * else it is gathered in in[]. What cannot be Zserv of this release (marker, header version, a
 * length below the header) ends the connection. Anything else is skipped and told: a body that
 * does not decode, a message longer than zebra may send, a command that we do not know.
 *
 * When only a range of releases is known, each body is decoded by the rows of the range until
 * one of them uses it up to the last byte.
 */
#include "zclient/zclient.h"
#include "zclient/wire.h"
#include "zclient/zapi_codec.h"
#include "zclient/zclient_priv.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>

/* The decoded message. */
union body {
	struct zapi_caps caps;
	struct zapi_router_id router_id;
	struct zapi_if ifp;
	struct zapi_if_addr addr;
	struct zapi_vrf vrf;
	struct zapi_nht nht;
	struct zapi_route route;
	struct zapi_notify notify;
	struct zapi_error error;
	struct zapi_close close;
};

/* What a handler needs; b->nht.nh and b->route.nh are set before decoding. */
struct in {
	struct zclient *c;
	enum zapi_cmd cmd;
	uint32_t vrf;
	struct zapi_nexthop *nh;
	union body b;
};

typedef int decode_fn(struct in *in, const struct zapi_version *v, struct rd *r);
typedef void deliver_fn(const struct in *in);

static int decode_caps(struct in *in, const struct zapi_version *v, struct rd *r)
{
	return zapi_caps_decode(v, r, &in->b.caps);
}

static void deliver_caps(const struct in *in)
{
	in->c->ecmp = in->b.caps.ecmp;
	if (in->c->ops->on_capabilities)
		in->c->ops->on_capabilities(&in->b.caps, in->c->arg);
}

static int decode_router_id(struct in *in, const struct zapi_version *v, struct rd *r)
{
	(void)v;
	return zapi_router_id_decode(r, in->vrf, &in->b.router_id);
}

static void deliver_router_id(const struct in *in)
{
	if (in->c->ops->on_router_id)
		in->c->ops->on_router_id(&in->b.router_id, in->c->arg);
}

static int decode_if(struct in *in, const struct zapi_version *v, struct rd *r)
{
	return zapi_if_decode(v, r, in->vrf, &in->b.ifp);
}

static enum zapi_if_event if_event(enum zapi_cmd cmd)
{
	switch (cmd) {
	case ZCMD_INTERFACE_DELETE:
		return ZIF_DELETE;
	case ZCMD_INTERFACE_UP:
		return ZIF_UP;
	case ZCMD_INTERFACE_DOWN:
		return ZIF_DOWN;
	default:
		return ZIF_ADD;
	}
}

static void deliver_if(const struct in *in)
{
	if (in->c->ops->on_interface)
		in->c->ops->on_interface(if_event(in->cmd), &in->b.ifp, in->c->arg);
}

static int decode_addr(struct in *in, const struct zapi_version *v, struct rd *r)
{
	(void)v;
	return zapi_if_addr_decode(r, in->vrf, &in->b.addr);
}

static void deliver_addr(const struct in *in)
{
	bool added = in->cmd == ZCMD_INTERFACE_ADDRESS_ADD;

	if (in->c->ops->on_address)
		in->c->ops->on_address(added, &in->b.addr, in->c->arg);
}

static int decode_vrf(struct in *in, const struct zapi_version *v, struct rd *r)
{
	return zapi_vrf_decode(v, r, in->vrf, &in->b.vrf);
}

static void deliver_vrf(const struct in *in)
{
	if (in->c->ops->on_vrf)
		in->c->ops->on_vrf(in->cmd == ZCMD_VRF_ADD, &in->b.vrf, in->c->arg);
}

static int decode_nht(struct in *in, const struct zapi_version *v, struct rd *r)
{
	in->b.nht.nh = in->nh;
	return zapi_nht_decode(v, r, in->vrf, &in->b.nht);
}

static void deliver_nht(const struct in *in)
{
	if (in->c->ops->on_nexthop)
		in->c->ops->on_nexthop(&in->b.nht, in->c->arg);
}

static int decode_route(struct in *in, const struct zapi_version *v, struct rd *r)
{
	in->b.route.nh = in->nh;
	return zapi_route_decode(v, r, in->vrf, &in->b.route);
}

static int decode_old_route(struct in *in, const struct zapi_version *v, struct rd *r)
{
	if (v->nh >= ZNH_4_0)
		return -EBADMSG;
	in->b.route.nh = in->nh;
	return zapi_old_route_decode(v, in->cmd, r, in->vrf, &in->b.route);
}

static bool adds_route(enum zapi_cmd cmd)
{
	return cmd == ZCMD_REDISTRIBUTE_ROUTE_ADD || cmd == ZCMD_REDISTRIBUTE_IPV4_ADD ||
	       cmd == ZCMD_REDISTRIBUTE_IPV6_ADD || cmd == ZCMD_IPV4_ROUTE_ADD ||
	       cmd == ZCMD_IPV6_ROUTE_ADD;
}

static void deliver_route(const struct in *in)
{
	bool added = adds_route(in->cmd);

	if (in->c->ops->on_route)
		in->c->ops->on_route(added, &in->b.route, in->c->arg);
}

static int decode_notify(struct in *in, const struct zapi_version *v, struct rd *r)
{
	return zapi_notify_decode(v, r, in->vrf, &in->b.notify);
}

static void deliver_notify(const struct in *in)
{
	if (in->c->ops->on_notify)
		in->c->ops->on_notify(&in->b.notify, in->c->arg);
}

static int decode_error(struct in *in, const struct zapi_version *v, struct rd *r)
{
	(void)v;
	return zapi_error_decode(r, in->vrf, &in->b.error);
}

static void deliver_error(const struct in *in)
{
	if (in->c->ops->on_error)
		in->c->ops->on_error(&in->b.error, in->c->arg);
}

static int decode_close(struct in *in, const struct zapi_version *v, struct rd *r)
{
	return zapi_close_decode(v, r, &in->b.close);
}

static void deliver_close(const struct in *in)
{
	if (in->c->ops->on_close_notify)
		in->c->ops->on_close_notify(&in->b.close, in->c->arg);
}

/* Known and of no use to us: counted, not decoded, not told. */
static int decode_nothing(struct in *in, const struct zapi_version *v, struct rd *r)
{
	(void)in;
	(void)v;
	rd_skip(r, rd_left(r));
	return 0;
}

static void deliver_nothing(const struct in *in)
{
	(void)in;
}

/* A command that is not here is one that zebra does not send: unknown. */
static const struct handler {
	decode_fn *decode;
	deliver_fn *deliver;
} handlers[ZCMDS] = {
    [ZCMD_INTERFACE_ADD] = {decode_if,        deliver_if       },
    [ZCMD_INTERFACE_DELETE] = {decode_if,        deliver_if       },
    [ZCMD_INTERFACE_UP] = {decode_if,        deliver_if       },
    [ZCMD_INTERFACE_DOWN] = {decode_if,        deliver_if       },
    [ZCMD_INTERFACE_ADDRESS_ADD] = {decode_addr,      deliver_addr     },
    [ZCMD_INTERFACE_ADDRESS_DELETE] = {decode_addr,      deliver_addr     },
    [ZCMD_INTERFACE_NBR_ADDRESS_ADD] = {decode_nothing,   deliver_nothing  },
    [ZCMD_INTERFACE_NBR_ADDRESS_DELETE] = {decode_nothing,   deliver_nothing  },
    [ZCMD_INTERFACE_VRF_UPDATE] = {decode_nothing,   deliver_nothing  },
    [ZCMD_INTERFACE_LINK_PARAMS] = {decode_nothing,   deliver_nothing  },
    [ZCMD_ROUTE_NOTIFY_OWNER] = {decode_notify,    deliver_notify   },
    [ZCMD_ROUTER_ID_UPDATE] = {decode_router_id, deliver_router_id},
    [ZCMD_CAPABILITIES] = {decode_caps,      deliver_caps     },
    [ZCMD_NEXTHOP_UPDATE] = {decode_nht,       deliver_nht      },
    [ZCMD_REDISTRIBUTE_ROUTE_ADD] = {decode_route,     deliver_route    },
    [ZCMD_REDISTRIBUTE_ROUTE_DEL] = {decode_route,     deliver_route    },
    [ZCMD_VRF_ADD] = {decode_vrf,       deliver_vrf      },
    [ZCMD_VRF_DELETE] = {decode_vrf,       deliver_vrf      },
    [ZCMD_ERROR] = {decode_error,     deliver_error    },
    [ZCMD_CLIENT_CLOSE_NOTIFY] = {decode_close,     deliver_close    },
    [ZCMD_IPV4_ROUTE_ADD] = {decode_old_route, deliver_route    },
    [ZCMD_IPV4_ROUTE_DELETE] = {decode_old_route, deliver_route    },
    [ZCMD_IPV6_ROUTE_ADD] = {decode_old_route, deliver_route    },
    [ZCMD_IPV6_ROUTE_DELETE] = {decode_old_route, deliver_route    },
    [ZCMD_REDISTRIBUTE_IPV4_ADD] = {decode_old_route, deliver_route    },
    [ZCMD_REDISTRIBUTE_IPV4_DEL] = {decode_old_route, deliver_route    },
    [ZCMD_REDISTRIBUTE_IPV6_ADD] = {decode_old_route, deliver_route    },
    [ZCMD_REDISTRIBUTE_IPV6_DEL] = {decode_old_route, deliver_route    },
};

struct zclient *zclient_new(
    const struct zapi_version *v, const struct zclient_ops *ops, void *arg)
{
	struct zclient *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->v = c->hi = v;
	c->tx = *v;
	c->ops = ops;
	c->arg = arg;
	return c;
}

void zclient_free(struct zclient *c)
{
	if (!c)
		return;
	free(c->out.buf);
	free(c);
}

void zclient_set_range(struct zclient *c, const struct zapi_version *hi)
{
	c->hi = hi < c->v ? c->v : hi;
	for (const struct zapi_version *v = c->v; v <= c->hi; v++) {
		if (v->weight_len != c->v->weight_len)
			c->tx.weight_len = 0;
		if (v->nh_max < c->tx.nh_max)
			c->tx.nh_max = v->nh_max;
	}
}

const struct zapi_version *zclient_version(const struct zclient *c)
{
	return c->v;
}

const struct zclient_stats *zclient_stats(const struct zclient *c)
{
	return &c->stats;
}

void zclient_stop(struct zclient *c)
{
	c->error = -ESHUTDOWN;
}

static void tell_bad(struct zclient *c, uint16_t cmd, size_t len)
{
	c->stats.bad++;
	if (c->ops->on_bad)
		c->ops->on_bad(cmd, len, c->arg);
}

static void count_in(struct zclient *c, enum zapi_cmd cmd, size_t bytes)
{
	c->stats.in[cmd].msgs++;
	c->stats.in[cmd].bytes += bytes;
}

/* Decode by the row that uses up the body; failing that, by one that leaves bytes over: a newer
 * zebra appends fields. */
static bool decode(struct in *in, decode_fn *fn, const struct rd *body)
{
	const struct zapi_version *fits = NULL;
	struct rd r;

	for (const struct zapi_version *v = in->c->v; v <= in->c->hi; v++) {
		r = *body;
		if (fn(in, v, &r) < 0)
			continue;
		if (!rd_left(&r))
			return true;
		fits = fits ? fits : v;
	}
	r = *body;
	return fits && fn(in, fits, &r) == 0;
}

/* One whole message. */
static void on_message(struct zclient *c, const struct zapi_header *h, const uint8_t *msg)
{
	size_t len = h->len - (size_t)c->v->header_len;
	struct rd body = rd_of(msg + c->v->header_len, len);
	struct in in = {.c = c, .vrf = h->vrf, .nh = c->nh};
	const struct handler *handler;

	in.cmd = zversion_cmd_of(c->v, h->cmd);
	handler = in.cmd == ZCMD_UNKNOWN ? NULL : &handlers[in.cmd];
	if (!handler || !handler->decode) {
		count_in(c, ZCMD_UNKNOWN, h->len);
		if (c->ops->on_unknown)
			c->ops->on_unknown(h->cmd, len, c->arg);
		return;
	}
	count_in(c, in.cmd, h->len);
	if (decode(&in, handler->decode, &body))
		handler->deliver(&in);
	else
		tell_bad(c, h->cmd, len);
}

/* 0 or -EBADMSG: no zebra of this release would have written this. */
static int parse_header(const struct zclient *c, const uint8_t *p, struct zapi_header *h)
{
	struct rd r = rd_of(p, c->v->header_len);

	if (zapi_header_decode(c->v, &r, h) < 0 || h->marker != c->v->marker ||
	    h->version != c->v->header_version || h->len < c->v->header_len)
		return -EBADMSG;
	return 0;
}

static void skip_oversized(struct zclient *c, const struct zapi_header *h)
{
	size_t len = h->len - (size_t)c->v->header_len;

	c->skip = len;
	c->in_len = 0;
	count_in(c, zversion_cmd_of(c->v, h->cmd), h->len);
	tell_bad(c, h->cmd, len);
}

/* Gather a message that comes in parts. Return: how many bytes were used, or -EBADMSG. */
static ssize_t gather(struct zclient *c, const uint8_t *p, size_t n)
{
	size_t header_len = c->v->header_len, want = header_len, k;
	struct zapi_header h;

	if (c->in_len >= header_len)
		want = (size_t)c->in[0] << 8 | c->in[1];
	k = n < want - c->in_len ? n : want - c->in_len;
	memcpy(c->in + c->in_len, p, k);
	c->in_len += k;
	if (c->in_len < want)
		return (ssize_t)k;
	if (parse_header(c, c->in, &h) < 0)
		return -EBADMSG;
	if (h.len > sizeof(c->in)) {
		skip_oversized(c, &h);
	} else if (h.len == c->in_len) {
		c->in_len = 0;
		on_message(c, &h, c->in);
	}
	return (ssize_t)k;
}

/* Use up at least one of the n bytes. Return: how many, or -EBADMSG. */
static ssize_t feed_some(struct zclient *c, const uint8_t *p, size_t n)
{
	struct zapi_header h;

	if (c->skip) {
		size_t k = n < c->skip ? n : c->skip;

		c->skip -= k;
		return (ssize_t)k;
	}
	if (c->in_len || n < c->v->header_len)
		return gather(c, p, n);
	if (parse_header(c, p, &h) < 0)
		return -EBADMSG;
	if (h.len > n || h.len > sizeof(c->in))
		return gather(c, p, n);
	on_message(c, &h, p);
	return h.len;
}

int zclient_feed(struct zclient *c, const void *buf, size_t n)
{
	const uint8_t *p = buf;

	while (n > 0 && !c->error) {
		ssize_t k = feed_some(c, p, n);

		if (k < 0) {
			c->error = (int)k;
			break;
		}
		p += k;
		n -= (size_t)k;
	}
	return c->error;
}
