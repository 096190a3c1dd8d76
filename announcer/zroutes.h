/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zroutes.h - what we asked zebra to install and what it said: one small state machine a
 * prefix, next-hop tracking, time-outs. Pure: no I/O, the time is a parameter.
 */
#ifndef GREVY_ZROUTES_H
#define GREVY_ZROUTES_H
#include "announcer/rib.h"
#include "zclient/zapi_route.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum zroute_state {
	ZROUTE_WAITING,    /* no next hop that zebra resolves, or not connected */
	ZROUTE_INSTALLING, /* sent, not confirmed */
	ZROUTE_INSTALLED,
	ZROUTE_LOST,     /* zebra prefers another route */
	ZROUTE_REJECTED, /* zebra could not install it */
	ZROUTE_REMOVING, /* DELETE sent, not confirmed */
	ZROUTE_STATES,
};

enum znh_state { ZNH_UNKNOWN, ZNH_UP, ZNH_DOWN };

/* A gateway that zebra tracks for us. */
struct znh {
	struct ipaddr addr;
	enum znh_state state;
	uint32_t ifindex; /* of the way to it; 0 = unknown */
	bool recursive;   /* reached over a route, not in a connected subnet */
	unsigned losses;  /* how often it went away */
	uint32_t path;    /* hash of the way to it: another one is another way */
};

struct zroute_mark; /* zroutes_audit.h */
struct zroutes;

struct zroutes_ops {
	void (*add)(const struct prefix *p, const struct rib_nexthop *nh, size_t n, void *arg);
	void (*del)(const struct prefix *p, void *arg);
	void (*track)(const struct ipaddr *nh, bool on, void *arg);
	/* zebra is silent about this prefix: find out, then zroutes_verdict(). */
	void (*ask)(const struct prefix *p, void *arg);
	/* zebra's word is INSTALLED or LOST (again), or the route is dropped with its mark.
	 * Nothing may be changed from here. May be NULL. */
	void (*settled)(const struct prefix *p, void *arg);
	void (*dropped)(const struct prefix *p, const struct zroute_mark *m, void *arg);
};

struct zroutes *zroutes_new(const struct rib *rib, const struct zroutes_ops *ops, void *arg);
void zroutes_free(struct zroutes *z); /* NULL is fine */

/* How the zebra that comes next behaves: ZF_WEIGHTS_SCALED, ZF_SAME_IGNORED (zversion.h). */
void zroutes_features(struct zroutes *z, unsigned features);

/* Connected: everything is to be sent again. Disconnected: nothing may be sent. */
void zroutes_up(struct zroutes *z, unsigned max_nexthops, int64_t now_ms);
void zroutes_down(struct zroutes *z);

/* The RIB's best route of a prefix is new or changed, or (withdraw) there is none. */
void zroutes_want(struct zroutes *z, const struct rib_route *r, int64_t now_ms);
void zroutes_withdraw(struct zroutes *z, const struct prefix *p, int64_t now_ms);

/* A gateway was lost this often in an earlier run: zebra may still have the groups of then. */
void zroutes_lost_before(struct zroutes *z, const struct ipaddr *nh, unsigned losses);
/* The same for all gateways at once: interfaces went down this often while nobody looked. */
void zroutes_lost_unseen(struct zroutes *z, unsigned times);
/* How often gateways were lost, all of them together: a change is to be remembered. */
unsigned zroutes_losses(const struct zroutes *z);

/* Ask about a gateway that a route may soon have. */
void zroutes_track(struct zroutes *z, const struct ipaddr *nh, int64_t now_ms);

/* zebra on a gateway: reachable over ifindex, or not (up = false). */
void zroutes_nexthop(struct zroutes *z, const struct znh *told, int64_t now_ms);
/* An interface went down (the kernel dropped every route over it, and zebra says nothing:
 * zserv.md 18.1), or came up (ask again for what went down with it). */
void zroutes_iface(struct zroutes *z, uint32_t ifindex, bool up, int64_t now_ms);

/* Interface lo, as zebra told it; 0 = down or gone. Routes over it wait until it is known. */
void zroutes_loopback(struct zroutes *z, uint32_t ifindex, int64_t now_ms);
uint32_t zroutes_loopback_index(const struct zroutes *z, bool *told); /* 0 = none that is up */
void zroutes_note(struct zroutes *z, const struct prefix *p, enum zapi_note n, int64_t now_ms);

/* zebra has not read, or not told, all that it could: its silence means nothing. */
void zroutes_busy(struct zroutes *z, int64_t now_ms);
/* The answer to ask(): installed = ours is the selected one and in the kernel;
 * else winner names who has the prefix, NULL = zebra has no route of ours at all. */
void zroutes_verdict(struct zroutes *z, const struct prefix *p, bool installed,
    const char *winner, int64_t now_ms);

/* zebra has a route of ours to this prefix, from an earlier run. Return: true when it is not
 * what we sent and was deleted. */
bool zroutes_stray(struct zroutes *z, const struct prefix *p, int64_t now_ms);
/* Time-outs and retries that are due. Return: ms until the next, -1 = none. */
int64_t zroutes_tick(struct zroutes *z, int64_t now_ms);
/* All that can be sent of the RIB has been sent (no next hop is unknown). */
bool zroutes_settled(const struct zroutes *z);
size_t zroutes_count(const struct zroutes *z, enum zroute_state s);
const struct znh *zroutes_nexthop_find(const struct zroutes *z, const struct ipaddr *nh);
typedef void znh_fn(const struct znh *nh, void *arg);
void zroutes_nexthops(const struct zroutes *z, znh_fn *fn, void *arg);
#endif
