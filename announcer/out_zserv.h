/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_zserv.h - the RIB into zebra: connection, version, key, routes confirmed one by one.
 * What it waits for, what it has, and why not, can be read at any time.
 */
#ifndef GREVY_OUT_ZSERV_H
#define GREVY_OUT_ZSERV_H
#include "announcer/zroutes.h"
#include <stdint.h>

struct audit;
struct conf;
struct event_base;
struct out_zserv;
struct rib;
struct zapi_version;

enum zserv_state {
	ZSERV_OFF,       /* zebra: enabled: no, or auto without a socket */
	ZSERV_NO_SOCKET, /* the socket is missing, refuses, or may not be opened: retried */
	ZSERV_KEY_HELD,  /* another grevyd holds our route type and instance: retried */
	ZSERV_ASKING,    /* asking zebra for its release */
	ZSERV_KEY_WAIT,  /* zebra still lists a client with our key: retried */
	ZSERV_HANDSHAKE, /* HELLO sent */
	ZSERV_UP,        /* routes flow */
};

/* What `show zserv` and `why` tell. Strings are borrowed until the loop runs again. */
struct zserv_status {
	enum zserv_state state;
	const char *state_text; /* "up", "key held by another grevyd" ... */
	const char *routes_off; /* why zebra is told of no routes of ours though it is
	                           connected, for zebra.redistribute; "" = it is */
	const char *reason; /* evidence, e.g. "connect /run/frr/zserv.api: Permission denied";
	                       "" = none */
	const char *socket, *vty_socket;
	const char *vty_error;    /* why vty_socket cannot be asked; "" = it can */
	const char *release;      /* "8.4.4"; "" = not known yet */
	const char *release_from; /* "zebra.vty", "probe", "configuration" */
	bool release_exact;       /* false: the nearest release that we know is used */
	const struct zapi_version *version; /* NULL until known */
	const char *type; /* route type in use, "openfabric"; "" until known */
	uint16_t instance;
	bool graceful;            /* zebra keeps our routes while we are away */
	uint32_t stale_s;         /* for so long */
	bool stale_kept;          /* until we are back, however long that takes */
	uint32_t ecmp;            /* next hops a route may have here */
	unsigned rivals;          /* other clients of zebra with our route type and instance */
	const char *route_map[2]; /* of zebra, on our routes, IPv4 and IPv6; "" = none known */
	struct ipaddr router_id;  /* zebra's; family 0 = not told */
	int64_t up_since_s;       /* Unix time; 0 = not up */
	int64_t retry_in_ms;      /* until the next try; -1 = none is due */
	uint64_t connects, disconnects, bad_messages, unknown_messages, errors;
	uint64_t messages_in, messages_out, bytes_in, bytes_out;
	uint64_t
	    repaired; /* routes of ours found in zebra that the RIB does not have, removed */
	bool swept;   /* zebra was told that our routes are complete */
};

/* An interface or connected subnet of the router as zebra tells it. */
struct zserv_iface {
	uint32_t ifindex;
	char name[21];
	bool up, loopback;
};

struct out_zserv_events {
	/* The router's connected subnets changed. */
	void (*on_subnets)(const struct prefix *p, size_t n, void *arg);
	/* zebra's limits are known: next hops of a route. */
	void (*on_limit)(uint32_t nexthops, void *arg);
	/* Routes of zebra's (zebra.redistribute) in the RIB changed: commit it. NULL: it is
	 * committed here. */
	void (*on_redistributed)(void *arg);
	/* Bytes of routes were written to zebra, all of them when `drained`. */
	void (*on_written)(bool drained, void *arg);
	/* zebra's word on a gateway that is tracked, see zroutes_nexthop_find(). */
	void (*on_nexthop)(const struct ipaddr *nh, void *arg);
	void (*on_router_id)(const struct ipaddr *id, void *arg);
};

/* Nothing happens before out_zserv_start(). conf and rib are borrowed for the lifetime. */
struct out_zserv *out_zserv_new(struct event_base *base, const struct conf *conf,
    struct rib *rib, const struct out_zserv_events *ev, void *arg);
void out_zserv_start(struct out_zserv *z);

/* conf is in force from now on. changed: its zebra section is another one, so the connection
 * is made anew; zebra holds the routes meanwhile, unless they go to another table. */
void out_zserv_reload(struct out_zserv *z, const struct conf *conf, bool changed);
/* What conf_zebra_off() says of the same conf is another thing now. */
void out_zserv_switched(struct out_zserv *z);

/* The source has been read whole, and the RIB shows it: what zebra has of us beyond the RIB
 * may go. There is no way back. */
void out_zserv_whole(struct out_zserv *z);

/* Have zebra say whether it reaches a gateway that a route may soon have. */
void out_zserv_track(struct out_zserv *z, const struct ipaddr *nh);

/* Leave zebra: hold = it keeps our routes for the stale time, else they are withdrawn.
 * Frees everything; NULL is fine. */
void out_zserv_stop(struct out_zserv *z, bool hold);

void out_zserv_status(const struct out_zserv *z, struct zserv_status *st);
const struct zroutes *out_zserv_routes(const struct out_zserv *z);

/* The comparison with the kernel's table, and why there is none ("" = there is one). */
const struct audit *out_zserv_audit(const struct out_zserv *z);
const char *out_zserv_fib_off(const struct out_zserv *z);

/* Interfaces as zebra told them; returns how many, at most max are written. */
size_t out_zserv_ifaces(const struct out_zserv *z, struct zserv_iface *to, size_t max);
#endif
