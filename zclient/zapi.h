/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zapi.h - messages of Zserv (ZAPI). Pure codecs driven by a row of the version table.
 *
 * Encoders append a whole message (header included) to w and return 0 or -errno; then w is as
 * before: -EMSGSIZE (no room left, or beyond zebra's limit), -E2BIG (too many next hops),
 * -EINVAL (an argument that has no encoding), -EOPNOTSUPP (the release lacks it). Decoders read
 * a body (header removed), write *out only on success, own and allocate nothing, leave bytes
 * that they do not know unread in r, and return 0, -EBADMSG (a length does not add up, a value
 * is impossible) or -E2BIG (too many next hops).
 */
#ifndef ZCLIENT_ZAPI_H
#define ZCLIENT_ZAPI_H
#include "zclient/zapi_if.h"
#include "zclient/zapi_route.h"

#define ZAPI_HEADER_MAX 10

struct zapi_header {
	uint16_t len; /* whole message */
	uint8_t marker, version;
	uint32_t vrf;
	uint16_t cmd; /* number on the wire */
};

struct zapi_hello {
	enum zapi_type type;
	uint16_t instance;
	uint32_t session;
	bool notify; /* owner notifications, 4.0 to 9.1; from 8.0 on ROUTE_NOTIFY_REQUEST */
	bool synchronous; /* no capabilities, VRFs or interfaces are sent to us */
};

struct zapi_caps {
	uint32_t vrf_backend;                    /* 0 = VRF devices, 1 = network namespaces */
	uint32_t ecmp;                           /* next hops a route may have */
	bool mpls, v6_with_v4, graceful_restart; /* the last: zebra runs with -K */
	uint8_t mlag_role;
};

/* CLIENT_CAPABILITIES, from 7.4 */
enum zapi_gr_code { ZGR_ENABLE = 1, ZGR_COMPLETE, ZGR_PENDING, ZGR_DISABLE, ZGR_STALE_TIME };

struct zapi_gr {
	enum zapi_gr_code code;
	uint32_t vrf;
	uint32_t stale_s; /* ENABLE, STALE_TIME */
	uint8_t family;   /* COMPLETE, PENDING */
};

enum zapi_error_code { ZERROR_UNKNOWN, ZERROR_NO_VRF, ZERROR_INVALID_COMMAND };

const char *zapi_error_name(uint32_t code); /* "no such VRF" */

struct zapi_error {
	uint32_t vrf, code; /* enum zapi_error_code */
};

/* CLIENT_CLOSE_NOTIFY: another client is gone. */
struct zapi_close {
	enum zapi_type type;
	uint16_t instance;
	uint32_t session;
};

/* zapi_codec.h has the functions. */
#endif
