/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sending half of a connection: messages are encoded straight into one growing buffer,
 * which the caller writes when it likes. Room for the longest message is made before encoding,
 * so that an encoder that runs out of room has met a message that is too long. An emptied
 * buffer that grew large is given back.
 */
#include "zclient/zapi_codec.h"
#include "zclient/zclient_priv.h"
#include <errno.h>
#include <stdlib.h>

#define OUT_KEEP 65536 /* bytes of buffer kept while there is nothing to write */

/* Forget what was written when that makes enough room and moves little. */
static void compact(struct zclient *c, size_t need)
{
	if (c->out_head < need || c->out_head < c->out.len / 2)
		return;
	c->out.len -= c->out_head;
	memmove(c->out.buf, c->out.buf + c->out_head, c->out.len);
	c->out_head = 0;
}

static int grow(struct zclient *c, size_t need)
{
	size_t cap = c->out.cap ? c->out.cap : need;
	uint8_t *buf;

	while (cap - c->out.len < need)
		cap *= 2;
	buf = realloc(c->out.buf, cap);
	if (!buf)
		return -ENOMEM;
	c->out.buf = buf;
	c->out.cap = cap;
	return 0;
}

/* Room for any message, which starts here. */
static int reserve(struct zclient *c)
{
	size_t need = c->tx.max_len;
	int err = 0;

	if (c->out.cap - c->out.len < need)
		compact(c, need);
	if (c->out.cap - c->out.len < need)
		err = grow(c, need);
	c->out_mark = c->out.len;
	return err;
}

/* Count the message that was encoded since reserve(). */
static int sent(struct zclient *c, enum zapi_cmd cmd, int err)
{
	if (err)
		return err;
	c->stats.out[cmd].msgs++;
	c->stats.out[cmd].bytes += c->out.len - c->out_mark;
	return 0;
}

const void *zclient_out(const struct zclient *c, size_t *len)
{
	*len = c->out.len - c->out_head;
	return *len ? c->out.buf + c->out_head : NULL;
}

void zclient_out_done(struct zclient *c, size_t n)
{
	size_t left = c->out.len - c->out_head;

	c->out_head += n < left ? n : left;
	if (c->out_head < c->out.len)
		return;
	c->out_head = 0;
	c->out.len = 0;
	if (c->out.cap > OUT_KEEP) {
		free(c->out.buf);
		c->out = (struct wr){0};
	}
}

unsigned zclient_nexthop_max(const struct zclient *c)
{
	return c->ecmp && c->ecmp < c->tx.nh_max ? c->ecmp : c->tx.nh_max;
}

int zclient_send_hello(struct zclient *c, const struct zapi_hello *hello)
{
	int err = reserve(c);

	if (!err)
		err = zapi_hello_encode(&c->out, &c->tx, hello);
	return sent(c, ZCMD_HELLO, err);
}

int zclient_send_router_id_add(struct zclient *c, uint32_t vrf, uint8_t family)
{
	int err = reserve(c);

	if (!err)
		err = zapi_router_id_add_encode(&c->out, &c->tx, vrf, family);
	return sent(c, ZCMD_ROUTER_ID_ADD, err);
}

int zclient_send_interface_add(struct zclient *c, uint32_t vrf)
{
	int err = reserve(c);

	if (!err)
		err = zapi_if_add_encode(&c->out, &c->tx, vrf);
	return sent(c, ZCMD_INTERFACE_ADD, err);
}

static int send_nht(struct zclient *c, enum zapi_cmd cmd, const struct zapi_nht_reg *n)
{
	int err = reserve(c);

	if (!err)
		err = zapi_nht_reg_encode(&c->out, &c->tx, cmd, n);
	return sent(c, cmd, err);
}

int zclient_send_nexthop_register(struct zclient *c, const struct zapi_nht_reg *n)
{
	return send_nht(c, ZCMD_NEXTHOP_REGISTER, n);
}

int zclient_send_nexthop_unregister(struct zclient *c, const struct zapi_nht_reg *n)
{
	return send_nht(c, ZCMD_NEXTHOP_UNREGISTER, n);
}

static int send_route(struct zclient *c, enum zapi_cmd cmd, const struct zapi_route *route)
{
	int err = zversion_type_check(&c->tx, route->type, route->instance);

	if (!err)
		err = reserve(c);
	if (!err)
		err = zapi_route_encode(&c->out, &c->tx, cmd, route);
	return sent(c, cmd, err);
}

int zclient_send_route_add(struct zclient *c, const struct zapi_route *route)
{
	if (route->n > zclient_nexthop_max(c))
		return -E2BIG;
	return send_route(c, ZCMD_ROUTE_ADD, route);
}

int zclient_send_route_delete(struct zclient *c, const struct zapi_route *route)
{
	return send_route(c, ZCMD_ROUTE_DELETE, route);
}

static int send_redist(struct zclient *c, enum zapi_cmd cmd, const struct zapi_redist *n)
{
	int err = reserve(c);

	if (!err)
		err = zapi_redist_encode(&c->out, &c->tx, cmd, n);
	return sent(c, cmd, err);
}

int zclient_send_redistribute_add(struct zclient *c, const struct zapi_redist *n)
{
	return send_redist(c, ZCMD_REDISTRIBUTE_ADD, n);
}

int zclient_send_redistribute_delete(struct zclient *c, const struct zapi_redist *n)
{
	return send_redist(c, ZCMD_REDISTRIBUTE_DELETE, n);
}

int zclient_send_notify_request(struct zclient *c, bool on)
{
	int err = reserve(c);

	if (!err)
		err = zapi_notify_request_encode(&c->out, &c->tx, on);
	return sent(c, ZCMD_ROUTE_NOTIFY_REQUEST, err);
}

int zclient_send_graceful_restart(struct zclient *c, const struct zapi_gr *gr)
{
	int err = reserve(c);

	if (!err)
		err = zapi_gr_encode(&c->out, &c->tx, gr);
	return sent(c, ZCMD_CLIENT_CAPABILITIES, err);
}
