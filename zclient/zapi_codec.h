/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zapi_codec.h - the codecs of the messages of zapi.h, which has the rules they share. */
#ifndef ZCLIENT_ZAPI_CODEC_H
#define ZCLIENT_ZAPI_CODEC_H
#include "zclient/wire.h"
#include "zclient/zapi.h"
#include "zclient/zversion.h"

/* A header, also one of another release: marker, version and length are for the caller to
 * judge. Return: 0 or -EBADMSG (too short). */
int zapi_header_decode(const struct zapi_version *v, struct rd *r, struct zapi_header *h);

/* Start a message; returns where it starts, for zapi_end(). */
size_t zapi_begin(struct wr *w, const struct zapi_version *v, enum zapi_cmd cmd, uint32_t vrf);
/* End it. err != 0, a command that the release lacks or a message beyond the limits takes it
 * back. */
int zapi_end(struct wr *w, const struct zapi_version *v, size_t start, int err);

int zapi_hello_encode(struct wr *w, const struct zapi_version *v, const struct zapi_hello *h);
int zapi_router_id_add_encode(
    struct wr *w, const struct zapi_version *v, uint32_t vrf, uint8_t family);
/* Ask for all interfaces and addresses of a VRF; 0 = of every VRF. */
int zapi_if_add_encode(struct wr *w, const struct zapi_version *v, uint32_t vrf);
/* cmd: ZCMD_NEXTHOP_REGISTER or _UNREGISTER */
int zapi_nht_reg_encode(struct wr *w, const struct zapi_version *v, enum zapi_cmd cmd,
    const struct zapi_nht_reg *n);
/* cmd: ZCMD_ROUTE_ADD, _DELETE (next hops are left out), or ZCMD_REDISTRIBUTE_ROUTE_ADD, _DEL.
 * Weights that the release cannot carry are left out. */
int zapi_route_encode(
    struct wr *w, const struct zapi_version *v, enum zapi_cmd cmd, const struct zapi_route *r);
/* cmd: ZCMD_REDISTRIBUTE_ADD or _DELETE */
int zapi_redist_encode(
    struct wr *w, const struct zapi_version *v, enum zapi_cmd cmd, const struct zapi_redist *n);
int zapi_notify_request_encode(struct wr *w, const struct zapi_version *v, bool on);
int zapi_gr_encode(struct wr *w, const struct zapi_version *v, const struct zapi_gr *g);

/* Decoders of what zebra sends; vrf is the header's. */
int zapi_caps_decode(const struct zapi_version *v, struct rd *r, struct zapi_caps *out);
int zapi_router_id_decode(struct rd *r, uint32_t vrf, struct zapi_router_id *out);
int zapi_if_decode(
    const struct zapi_version *v, struct rd *r, uint32_t vrf, struct zapi_if *out);
int zapi_if_addr_decode(struct rd *r, uint32_t vrf, struct zapi_if_addr *out);
int zapi_vrf_decode(
    const struct zapi_version *v, struct rd *r, uint32_t vrf, struct zapi_vrf *out);
/* out->nh holds ZAPI_NH_MAX next hops; it is written also on failure. */
int zapi_nht_decode(
    const struct zapi_version *v, struct rd *r, uint32_t vrf, struct zapi_nht *out);
int zapi_route_decode(
    const struct zapi_version *v, struct rd *r, uint32_t vrf, struct zapi_route *out);
/* What zebra sends up to 3.0: cmd is ZCMD_REDISTRIBUTE_IPV4_ADD and so on (3.0) or
 * ZCMD_IPV4_ROUTE_ADD and so on (Quagga). Of a route with several next hops it tells one
 * without address and interface (3.0), or the first. */
int zapi_old_route_decode(const struct zapi_version *v, enum zapi_cmd cmd, struct rd *r,
    uint32_t vrf, struct zapi_route *out);
/* From 8.0 on the two layouts are told by length: the whole body must be in r. */
int zapi_notify_decode(
    const struct zapi_version *v, struct rd *r, uint32_t vrf, struct zapi_notify *out);
int zapi_error_decode(struct rd *r, uint32_t vrf, struct zapi_error *out);
int zapi_close_decode(const struct zapi_version *v, struct rd *r, struct zapi_close *out);

/* Next hops of a route or of an update (nht), with what their layout depends on. */
struct zapi_nh_ctx {
	const struct zapi_version *v;
	uint32_t route_flags, msg_flags; /* on the wire */
	uint32_t vrf;                    /* of all next hops where they do not have their own */
	bool nht;                        /* in NEXTHOP_UPDATE */
};
int zapi_nh_decode(const struct zapi_nh_ctx *ctx, struct rd *r, struct zapi_nexthop *nh);
int zapi_nh_encode(const struct zapi_nh_ctx *ctx, struct wr *w, const struct zapi_nexthop *nh);
#endif
