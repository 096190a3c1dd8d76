/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zapi_body.h - what the generic route message (zapi_route.c, from 4.0) and the messages before
 * it (zapi_old.c) have in common; for these two only. Not installed.
 */
#ifndef ZCLIENT_ZAPI_BODY_H
#define ZCLIENT_ZAPI_BODY_H
#include "zclient/wire.h"
#include "zclient/zapi_codec.h"

#define ZMSG_NEXTHOP 0x01 /* the same in every release */

/* ZROUTE_* to the flags of this release, and back; what it lacks is left out. */
uint32_t zapi_flags_encode(const struct zapi_version *v, uint32_t flags);
uint32_t zapi_flags_decode(const struct zapi_version *v, uint32_t wire);

/* Message flags of ZHAS_* but ZHAS_NHG. */
uint32_t zapi_attrs_flags(const struct zapi_version *v, unsigned has);

/* What follows the next hops up to the table, in the order of this release. */
void zapi_attrs_encode(
    const struct zapi_version *v, struct wr *w, const struct zapi_route *r, unsigned has);
void zapi_attrs_decode(
    const struct zapi_version *v, struct rd *r, uint32_t msg, struct zapi_route *out);

/* A length and the significant bytes; an impossible length or family makes r bad. */
struct prefix zapi_prefix_decode(struct rd *r, uint8_t family);
void zapi_prefix_encode(struct wr *w, const struct prefix *p);

/* What no release can encode, or this one cannot: 0, -EINVAL, -EOPNOTSUPP, -E2BIG. del: of a
 * ROUTE_DELETE, whose next hops do not count. */
int zapi_route_check(const struct zapi_version *v, const struct zapi_route *r, bool del);

/* zapi_old.c: zapi_route_encode() up to 3.0 */
int zapi_old_route_encode(
    struct wr *w, const struct zapi_version *v, enum zapi_cmd cmd, const struct zapi_route *r);

/* The number of an FRR type of next hop in this release. */
enum { NH_IFINDEX = 1, NH_IPV4, NH_IPV4_IFINDEX, NH_IPV6, NH_IPV6_IFINDEX, NH_BLACKHOLE };
uint8_t zapi_nh_kind(const struct zapi_version *v, int type);
#endif
