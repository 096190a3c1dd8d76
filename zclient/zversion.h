/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zversion.h - what differs between the releases of zebra: one const row per line, Quagga 1.2
 * and FRR 3.0 to 10.7, with numbers, field widths, layouts and limits. Codecs read the row and
 * never compare release numbers. Pure tables.
 */
#ifndef ZCLIENT_ZVERSION_H
#define ZCLIENT_ZVERSION_H
#include "zclient/znumbers.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Layouts that no single number describes. */
enum zapi_caps_layout {
	ZCAPS_NONE, /* HELLO is not answered */
	ZCAPS_5_0,
	ZCAPS_7_0,
	ZCAPS_7_1,
	ZCAPS_9_1,
	ZCAPS_10_2,
	ZCAPS_10_6
};
/* zserv.md 8.3, 8.6 */
enum zapi_nh_layout {
	ZNH_QUAGGA, /* numbers of their own */
	ZNH_3_0,
	ZNH_4_0, /* the generic route message */
	ZNH_5_0, /* each has its VRF */
	ZNH_6_0, /* and its router MAC */
	ZNH_7_0, /* in NEXTHOP_UPDATE, too */
	ZNH_7_1, /* onlink byte */
	ZNH_7_3  /* flags byte */
};
enum zapi_notify_layout { ZNOTIFY_NONE, ZNOTIFY_4_0, ZNOTIFY_TABLE, ZNOTIFY_AFI, ZNOTIFY_SRC };
enum zapi_seg6_layout { ZSEG6_NONE, ZSEG6_ONE, ZSEG6_LIST, ZSEG6_ENCAP };

/* What a release has, and how it behaves, in zapi_version.features. */
#define ZF_IF_LINK        0x0001 /* INTERFACE_ADD has the link's ifindex */
#define ZF_IF_TXQLEN      0x0002
#define ZF_IF_TYPE        0x0004
#define ZF_ROUTER_ID_AFI  0x0008   /* ROUTER_ID_ADD has a body */
#define ZF_BACKUP_LIST    0x0010   /* a count before backup indexes, else one index */
#define ZF_LABEL_TYPE     0x0020   /* a byte before labels */
#define ZF_NH_EVPN        0x0040   /* router MAC by next-hop flag, else by route flag */
#define ZF_NHT_FLAGS      0x0080   /* NEXTHOP_UPDATE starts with message flags */
#define ZF_NHT_SAFI       0x0100   /* NEXTHOP_REGISTER and _UPDATE have a SAFI */
#define ZF_NHT_MATCHED    0x0200   /* NEXTHOP_UPDATE has the prefix that matched */
#define ZF_INSTANCE       0x10000  /* types have instances, REDISTRIBUTE_ADD an AFI, too */
#define ZF_IF_PTM         0x20000  /* INTERFACE_ADD has PTM's bytes and the speed */
#define ZF_VRF_TABLE      0x40000  /* VRF_ADD has the table */
#define ZF_NHT_DISTANCE   0x80000  /* NEXTHOP_UPDATE has a distance, and whole addresses */
#define ZF_NHT_TYPE       0x100000 /* NEXTHOP_UPDATE has type, instance and labels */
#define ZF_HELLO_STATIC   0x200000 /* HELLO may name the type static */
#define ZF_WEIGHTS_SCALED 0x0400   /* the largest weight of a route becomes 254 or 255 */
#define ZF_SAME_IGNORED   0x0800   /* a route that is sent again unchanged is not programmed */
#define ZF_STALE_KEPT     0x1000   /* stale routes stay until their client comes back */

/* Message flags of ROUTE_ADD; 0 = absent. */
struct zapi_msg_flags {
	uint16_t distance, metric, tag, mtu, src, label, backup, nhg, table, srte, opaque;
};

/* Route flags on the wire; 0 = absent. */
struct zapi_route_flags {
	uint32_t same; /* the bits that are the same as those of zapi_route.h */
	uint16_t recursion, selected, evpn;
	uint8_t onlink;    /* stands for onlink of all next hops (7.0) */
	uint8_t blackhole; /* stands for the kind of a blackhole (up to 3.0) */
};

/* One release line, or the part of it from a patch level on. Sizes are in bytes; 0 = absent. */
struct zapi_version {
	const char *name; /* "8.4", "Quagga 1.2" */
	uint8_t major, minor, patch;
	uint8_t cmd_set, type_set; /* columns of the number tables */
	uint8_t marker, header_version, header_len;
	uint16_t max_len; /* of a message, header included */
	uint16_t nh_max;  /* next hops of one route that zebra survives */
	uint8_t hello_len, ifname_len, netns_len, msgflags_len, flags_len, weight_len,
	    nht_count_len;
	uint8_t caps, nh, notify, seg6; /* enum zapi_*_layout */
	uint32_t features;              /* ZF_* */
	struct zapi_msg_flags msg;
	struct zapi_route_flags flag;
	uint8_t kernel; /* rtm_protocol of all routes; 0 = by type */
};

/**
 * zversion_find - the row of a release
 * @patch: patch level, or < 0 if unknown: the newest of the line is taken
 * @exact: set to whether the line is in the table; else the row is that of the nearest older
 *         line (the oldest for what is older than all). May be NULL.
 * Return: a row, never NULL.
 */
const struct zapi_version *zversion_find(int major, int minor, int patch, bool *exact);

/* Release from the text of `show version` ("FRRouting 8.4.4 (host) on Linux.", "8.4",
 * "10.3-dev"): the first word that starts with a number. patch is -1 if absent. Return: 0 or
 * -EINVAL. */
int zversion_parse(const char *text, int release[3]);
const struct zapi_version *zversion_row(size_t i); /* in order; NULL beyond the last */

/* Numbers and names. Unknown: ZCMD_UNKNOWN, ZTYPE_UNKNOWN; absent: ZCMD_ABSENT, -1. */
uint16_t zversion_cmd(const struct zapi_version *v, enum zapi_cmd cmd);
enum zapi_cmd zversion_cmd_of(const struct zapi_version *v, uint16_t number);
const char *zversion_cmd_name(enum zapi_cmd cmd); /* "route-add" */
int zversion_type(const struct zapi_version *v, enum zapi_type type);
enum zapi_type zversion_type_of(const struct zapi_version *v, uint8_t number);
const char *zversion_type_name(enum zapi_type type); /* "openfabric" */
char zversion_type_letter(enum zapi_type type);      /* as in `show ip route`: 'f' */
/* rtm_protocol of its routes in the kernel: 197; -1 = none. */
int zversion_type_kernel(const struct zapi_version *v, enum zapi_type type);
enum zapi_type zversion_type_named(const char *name);

/* May routes of this type and instance be sent? 0, -EPERM (zebra aborts, leaks or never
 * installs them), -EOPNOTSUPP (this release lacks the type or takes no HELLO of it) or -ERANGE
 * (instance beyond the RIB's 8 bits, or of a release that has none). */
int zversion_type_check(const struct zapi_version *v, enum zapi_type type, uint16_t instance);
#endif
