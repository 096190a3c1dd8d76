/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_kernel.h - the RIB into the kernel's table, on a router without zebra: each route
 * confirmed by the kernel's answer, next-hop objects shared by routes over the same next hops.
 * What is specific to a system: out_kernel_port.h.
 */
#ifndef GREVY_OUT_KERNEL_H
#define GREVY_OUT_KERNEL_H
#include "announcer/rib.h"
#include <stdint.h>

struct conf;
struct event_base;
struct out_kernel;

enum kernel_state {
	KERNEL_OFF,     /* kernel: enabled: no, or auto with a zebra, or role node */
	KERNEL_FAILED,  /* the kernel refuses us: no CAP_NET_ADMIN ...; retried */
	KERNEL_READING, /* reading links, addresses and what an earlier run left */
	KERNEL_UP,
};

enum kroute_state {
	KROUTE_WAITING,   /* no next hop is in a connected subnet whose link is up */
	KROUTE_SENT,      /* about to be sent */
	KROUTE_INSTALLED, /* the kernel said yes, and nothing else since */
	KROUTE_REJECTED,  /* the kernel said no: retried with backoff */
	KROUTE_SHADOWED,  /* a route of somebody else with a better metric has the prefix */
	KROUTE_STATES
};

struct kernel_status {
	enum kernel_state state;
	const char *state_text; /* "up", "off: zebra is here" ... */
	const char *reason;     /* evidence; "" = none */
	uint32_t table;
	uint8_t protocol;
	uint32_t metric;
	bool swept; /* what an earlier run left and nobody wants is gone */
	size_t routes[KROUTE_STATES], objects, groups;
	uint64_t sent, errors, repaired, swept_routes;
};

struct out_kernel_events {
	/* The router's connected subnets changed (only while state is not KERNEL_OFF). */
	void (*on_subnets)(const struct prefix *p, size_t n, void *arg);
	void (*on_limit)(uint32_t nexthops, void *arg);
	void (*on_written)(bool drained, void *arg); /* as out_zserv_events' */
};

/* Attaches itself to the RIB; takes RIB_KUBERNETES and RIB_BGP. conf and rib are borrowed. */
struct out_kernel *out_kernel_new(struct event_base *base, const struct conf *conf,
    struct rib *rib, const struct out_kernel_events *ev, void *arg);
void out_kernel_start(struct out_kernel *k);
void out_kernel_reload(struct out_kernel *k, const struct conf *conf);
/* zebra is there (or not): with enabled: auto the routes are its. Those in the kernel are
 * removed when it is. */
void out_kernel_zebra(struct out_kernel *k, bool here);
/* The source has been read whole, peers have settled, and the RIB shows it: what is left of an
 * earlier run may go. */
void out_kernel_whole(struct out_kernel *k);
/* hold: the routes stay in the kernel. Frees everything; NULL is fine. */
void out_kernel_stop(struct out_kernel *k, bool hold);

void out_kernel_status(const struct out_kernel *k, struct kernel_status *st);
/* One route's state; *why (constant or borrowed) its evidence, "" = none. KROUTE_STATES: not
 * ours. */
enum kroute_state out_kernel_route(
    const struct out_kernel *k, const struct prefix *p, const char **why);
/* The command that removes the route of somebody else to this prefix that keeps ours out; "" =
 * none does. Valid until the next call. */
const char *out_kernel_rival(const struct out_kernel *k, const struct prefix *p);
/* Every route that is not installed, in no order. */
typedef void out_kernel_fn(
    const struct prefix *p, enum kroute_state s, const char *why, void *arg);
void out_kernel_each(const struct out_kernel *k, out_kernel_fn *fn, void *arg);
bool out_kernel_up(const struct out_kernel *k); /* state is KERNEL_UP */
/* Is this address in a connected subnet whose link is up? For next hops of BGP. */
bool out_kernel_reaches(const struct out_kernel *k, const struct ipaddr *a);
#endif
