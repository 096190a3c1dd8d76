/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zapi_route.h - routes, next hops, next-hop tracking, redistribution, notifications. */
#ifndef ZCLIENT_ZAPI_ROUTE_H
#define ZCLIENT_ZAPI_ROUTE_H
#include "zclient/prefix.h"
#include "zclient/znumbers.h"

#define ZAPI_NH_MAX       256 /* next hops of a decoded message */
#define ZAPI_SAFI_UNICAST 1

/* Route flags: those of 7.0 and later; older releases have what is named here under other bits.
 */
#define ZROUTE_ALLOW_RECURSION 0x01 /* resolve gateways through other routes */
#define ZROUTE_SELECTED        0x08
#define ZROUTE_EVPN            0x20 /* next hops carry a router MAC; not encoded */

/* zapi_route.has */
#define ZHAS_DISTANCE 0x01
#define ZHAS_METRIC   0x02
#define ZHAS_TAG      0x04
#define ZHAS_MTU      0x08
#define ZHAS_TABLE    0x10 /* from 5.0 */
#define ZHAS_NHG      0x20 /* nhg instead of next hops; from 8.0 */
#define ZHAS_SRC      0x40 /* decoded only: a source-specific route; its source is not kept */

enum zapi_blackhole { ZBH_NONE, ZBH_UNSPEC, ZBH_NULL, ZBH_REJECT, ZBH_PROHIBITED };

struct zapi_nexthop {
	struct ipaddr gate; /* family 0: interface only, or blackhole */
	uint32_t ifindex;   /* 0 = zebra finds it */
	uint32_t weight;    /* 0 = not said */
	uint32_t vrf;
	bool onlink;
	uint8_t blackhole; /* enum zapi_blackhole */
};

struct zapi_route {
	enum zapi_type type;
	uint16_t instance;
	uint8_t safi; /* 0 = unicast */
	uint32_t vrf;
	uint32_t flags; /* ZROUTE_* */
	struct prefix prefix;
	unsigned has; /* ZHAS_*: which of the following count */
	uint8_t distance;
	uint32_t metric, tag, mtu, table, nhg;
	struct zapi_nexthop *nh; /* borrowed; the decoder writes up to ZAPI_NH_MAX there */
	uint16_t n;
};

/* What NEXTHOP_REGISTER asks. */
struct zapi_nht_reg {
	struct ipaddr addr;
	uint32_t vrf;
	bool connected;   /* only directly connected resolutions count */
	bool via_default; /* the default route counts; from 8.2 */
};

/* NEXTHOP_UPDATE: n == 0 means unreachable. */
struct zapi_nht {
	uint32_t vrf;
	struct prefix asked, matched; /* matched: family 0 before 8.2.2 */
	enum zapi_type type;          /* of the route that resolves it; unknown before 5.0 */
	uint16_t instance;
	uint8_t distance;
	uint32_t metric;
	struct zapi_nexthop *nh; /* as in zapi_route */
	uint16_t n;
};

struct zapi_redist {
	enum zapi_type type; /* ZTYPE_ALL: everything */
	uint16_t instance;
	uint8_t family;
	uint32_t vrf;
};

enum zapi_note {
	ZNOTE_FAIL_INSTALL,
	ZNOTE_BETTER_ADMIN_WON,
	ZNOTE_INSTALLED,
	ZNOTE_REMOVED,
	ZNOTE_REMOVE_FAIL
};

const char *zapi_note_name(uint32_t note); /* "installed" */

/* ROUTE_NOTIFY_OWNER */
struct zapi_notify {
	uint32_t note;       /* enum zapi_note; newer zebras may have more */
	uint32_t vrf, table; /* table: 0 in 4.0 */
	struct prefix prefix;
};
#endif
