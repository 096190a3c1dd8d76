/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Header, session and small messages of Zserv. An encoder writes between zapi_begin() and
 * zapi_end(); zapi_end() alone judges size and takes back what failed, so that a caller's
 * buffer never holds half a message. Layouts come from the row of the version table, never from
 * a comparison of release numbers.
 */
#include "zclient/zapi.h"
#include "zclient/zapi_codec.h"
#include <errno.h>
#include <sys/socket.h>

/* Headers of 10 bytes have a 32-bit VRF id, those of 8 bytes a 16-bit one. */
static size_t vrf_len(const struct zapi_version *v)
{
	return v->header_len == ZAPI_HEADER_MAX ? 4 : 2;
}

int zapi_header_decode(const struct zapi_version *v, struct rd *r, struct zapi_header *h)
{
	struct zapi_header n = {0};

	n.len = rd_u16(r);
	n.marker = rd_u8(r);
	n.version = rd_u8(r);
	n.vrf = (uint32_t)rd_be(r, vrf_len(v));
	n.cmd = rd_u16(r);
	if (r->bad)
		return -EBADMSG;
	*h = n;
	return 0;
}

size_t zapi_begin(struct wr *w, const struct zapi_version *v, enum zapi_cmd cmd, uint32_t vrf)
{
	bool fits = vrf_len(v) == 4 || vrf <= UINT16_MAX;
	size_t start = w->len;

	wr_u16(w, 0);
	wr_u8(w, v->marker);
	wr_u8(w, v->header_version);
	wr_be(w, vrf, vrf_len(v));
	wr_u16(w, fits ? zversion_cmd(v, cmd) : ZCMD_ABSENT);
	return start;
}

static bool cmd_is_absent(const struct wr *w, const struct zapi_version *v, size_t start)
{
	const uint8_t *cmd = w->buf + start + v->header_len - 2;

	return !w->bad && (cmd[0] << 8 | cmd[1]) == ZCMD_ABSENT;
}

int zapi_end(struct wr *w, const struct zapi_version *v, size_t start, int err)
{
	if (!err && cmd_is_absent(w, v, start))
		err = -EOPNOTSUPP;
	if (!err && (w->bad || w->len - start > v->max_len))
		err = -EMSGSIZE;
	if (err) {
		w->len = start;
		w->bad = false;
		return err;
	}
	wr_set16(w, start, (uint16_t)(w->len - start));
	return 0;
}

/* AFI of an address family; 0 = none. */
static uint8_t afi_of(uint8_t family)
{
	if (family == AF_INET)
		return 1;
	return family == AF_INET6 ? 2 : 0;
}

int zapi_hello_encode(struct wr *w, const struct zapi_version *v, const struct zapi_hello *h)
{
	int type = zversion_type(v, h->type);
	size_t start = zapi_begin(w, v, ZCMD_HELLO, 0);

	wr_u8(w, (uint8_t)type);
	if (v->hello_len >= 3)
		wr_u16(w, h->instance);
	else if (h->instance)
		type = -1;
	if (v->hello_len >= 8)
		wr_u32(w, h->session);
	if (v->hello_len == 4 || v->hello_len == 9)
		wr_u8(w, h->notify);
	if (v->hello_len >= 8)
		wr_u8(w, h->synchronous);
	return zapi_end(w, v, start, type < 0 ? -EOPNOTSUPP : 0);
}

int zapi_router_id_add_encode(
    struct wr *w, const struct zapi_version *v, uint32_t vrf, uint8_t family)
{
	size_t start = zapi_begin(w, v, ZCMD_ROUTER_ID_ADD, vrf);

	if (v->features & ZF_ROUTER_ID_AFI)
		wr_u16(w, afi_of(family));
	return zapi_end(w, v, start, afi_of(family) ? 0 : -EINVAL);
}

int zapi_if_add_encode(struct wr *w, const struct zapi_version *v, uint32_t vrf)
{
	return zapi_end(w, v, zapi_begin(w, v, ZCMD_INTERFACE_ADD, vrf), 0);
}

int zapi_redist_encode(
    struct wr *w, const struct zapi_version *v, enum zapi_cmd cmd, const struct zapi_redist *n)
{
	int type = zversion_type(v, n->type);
	size_t start = zapi_begin(w, v, cmd, n->vrf);

	if (v->features & ZF_INSTANCE)
		wr_u8(w, afi_of(n->family));
	wr_u8(w, (uint8_t)type);
	if (v->features & ZF_INSTANCE)
		wr_u16(w, n->instance);
	else if (n->instance)
		type = -1;
	if (type < 0)
		return zapi_end(w, v, start, -EOPNOTSUPP);
	return zapi_end(w, v, start, afi_of(n->family) ? 0 : -EINVAL);
}

int zapi_notify_request_encode(struct wr *w, const struct zapi_version *v, bool on)
{
	size_t start = zapi_begin(w, v, ZCMD_ROUTE_NOTIFY_REQUEST, 0);

	wr_u8(w, on);
	return zapi_end(w, v, start, 0);
}

int zapi_gr_encode(struct wr *w, const struct zapi_version *v, const struct zapi_gr *g)
{
	size_t start = zapi_begin(w, v, ZCMD_CLIENT_CAPABILITIES, 0);
	int err = 0;

	wr_u32(w, g->code);
	switch (g->code) {
	case ZGR_ENABLE:
	case ZGR_STALE_TIME:
		wr_u32(w, g->stale_s);
		break;
	case ZGR_COMPLETE:
	case ZGR_PENDING:
		wr_u32(w, afi_of(g->family));
		wr_u32(w, ZAPI_SAFI_UNICAST);
		err = afi_of(g->family) ? 0 : -EINVAL;
		break;
	case ZGR_DISABLE:
		break;
	default:
		err = -EINVAL;
	}
	wr_u32(w, g->vrf);
	return zapi_end(w, v, start, err);
}

int zapi_caps_decode(const struct zapi_version *v, struct rd *r, struct zapi_caps *out)
{
	struct zapi_caps n = {0};

	if (v->caps >= ZCAPS_7_0)
		n.vrf_backend = v->caps >= ZCAPS_10_6 ? rd_u8(r) : rd_u32(r);
	n.mpls = rd_u8(r);
	n.ecmp = rd_u32(r);
	if (v->caps >= ZCAPS_7_1)
		n.mlag_role = rd_u8(r);
	if (v->caps >= ZCAPS_9_1)
		n.v6_with_v4 = rd_u8(r);
	if (v->caps >= ZCAPS_10_2)
		n.graceful_restart = rd_u8(r);
	if (r->bad)
		return -EBADMSG;
	*out = n;
	return 0;
}

int zapi_error_decode(struct rd *r, uint32_t vrf, struct zapi_error *out)
{
	uint32_t code = rd_host32(r);

	if (r->bad)
		return -EBADMSG;
	*out = (struct zapi_error){.vrf = vrf, .code = code};
	return 0;
}

int zapi_close_decode(const struct zapi_version *v, struct rd *r, struct zapi_close *out)
{
	struct zapi_close n;

	n.type = zversion_type_of(v, rd_u8(r));
	n.instance = rd_u16(r);
	n.session = rd_u32(r);
	if (r->bad)
		return -EBADMSG;
	*out = n;
	return 0;
}

const char *zapi_error_name(uint32_t code)
{
	static const char *const names[] = {
	    [ZERROR_UNKNOWN] = "unknown error",
	    [ZERROR_NO_VRF] = "no such VRF",
	    [ZERROR_INVALID_COMMAND] = "no handler for this command",
	};

	return code < sizeof(names) / sizeof(names[0]) ? names[code] : "unknown error";
}
