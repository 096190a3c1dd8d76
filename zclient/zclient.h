/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zclient.h - one connection to zebra, without I/O: the caller feeds what it read and writes
 * what zclient_out() holds. No clock, no log, no allocation per message.
 *
 * Callbacks run inside zclient_feed(). What they are given is borrowed for the call. They may
 * call the zclient_send_*() functions and zclient_stop(), not zclient_feed() and not
 * zclient_free(): to drop the connection from a callback call zclient_stop() and free when
 * zclient_feed() has returned -ESHUTDOWN.
 */
#ifndef ZCLIENT_ZCLIENT_H
#define ZCLIENT_ZCLIENT_H
#include "zclient/zapi.h"
#include "zclient/zversion.h"

struct zclient;

/* Each may be NULL. None is called for a body that does not decode but on_bad. */
struct zclient_ops {
	void (*on_capabilities)(const struct zapi_caps *caps, void *arg);
	void (*on_router_id)(const struct zapi_router_id *id, void *arg);
	void (*on_interface)(enum zapi_if_event event, const struct zapi_if *ifp, void *arg);
	void (*on_address)(bool added, const struct zapi_if_addr *addr, void *arg);
	void (*on_vrf)(bool added, const struct zapi_vrf *vrf, void *arg);
	void (*on_nexthop)(const struct zapi_nht *nht, void *arg);
	void (*on_notify)(const struct zapi_notify *notify, void *arg);
	void (*on_route)(
	    bool added, const struct zapi_route *route, void *arg); /* redistributed */
	void (*on_error)(const struct zapi_error *error, void *arg);
	void (*on_close_notify)(const struct zapi_close *client, void *arg);
	/* len is that of the body, cmd the number on the wire. The message was skipped. */
	void (*on_bad)(uint16_t cmd, size_t len, void *arg);
	void (*on_unknown)(uint16_t cmd, size_t len, void *arg);
};

struct zclient_count {
	uint64_t msgs, bytes;
};

struct zclient_stats {
	struct zclient_count in[ZCMDS + 1],
	    out[ZCMDS]; /* by enum zapi_cmd; the last: unknown */
	uint64_t bad;   /* bodies that did not decode, oversized ones too */
};

/* A connection to a zebra of release v. ops and arg are borrowed. NULL = no memory. */
struct zclient *zclient_new(
    const struct zapi_version *v, const struct zclient_ops *ops, void *arg);
void zclient_free(struct zclient *c); /* NULL is fine */

/* The release is only known to be one of v .. hi (as zprobe says): bodies are decoded by
 * whichever row fits, and weights are sent only if all of them encode them alike. */
void zclient_set_range(struct zclient *c, const struct zapi_version *hi);
const struct zapi_version *zclient_version(const struct zclient *c);

/* Bytes from zebra, split anyhow. Return: 0; -EBADMSG: not Zserv of this release (marker,
 * version or length), close the connection; -ESHUTDOWN: a callback called zclient_stop(). */
int zclient_feed(struct zclient *c, const void *buf, size_t n);
void zclient_stop(struct zclient *c);

/* What is to be written; NULL and 0 when there is nothing. Valid until the next send. */
const void *zclient_out(const struct zclient *c, size_t *len);
/* The first n bytes of it have been written. */
void zclient_out_done(struct zclient *c, size_t n);

/* Next hops that a route may have here: CAPABILITIES' limit, cut to what the release survives.
 */
unsigned zclient_nexthop_max(const struct zclient *c);

/* Queue a message. Return: 0, -ENOMEM, or an error of the encoder (zapi.h). */
int zclient_send_hello(struct zclient *c, const struct zapi_hello *hello);
int zclient_send_router_id_add(struct zclient *c, uint32_t vrf, uint8_t family);
int zclient_send_interface_add(struct zclient *c, uint32_t vrf); /* ask for the interfaces */
int zclient_send_nexthop_register(struct zclient *c, const struct zapi_nht_reg *n);
int zclient_send_nexthop_unregister(struct zclient *c, const struct zapi_nht_reg *n);
/* -EPERM, -ERANGE: zversion_type_check(); -E2BIG: beyond zclient_nexthop_max() */
int zclient_send_route_add(struct zclient *c, const struct zapi_route *route);
int zclient_send_route_delete(struct zclient *c, const struct zapi_route *route);
int zclient_send_redistribute_add(struct zclient *c, const struct zapi_redist *n);
int zclient_send_redistribute_delete(struct zclient *c, const struct zapi_redist *n);
int zclient_send_notify_request(struct zclient *c, bool on);
int zclient_send_graceful_restart(struct zclient *c, const struct zapi_gr *gr);

const struct zclient_stats *zclient_stats(const struct zclient *c);
#endif
