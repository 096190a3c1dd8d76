/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon_bgp.c - what BGP peers tell and what becomes of it: into the RIB, some at a time, so
 * that a peer with a whole table holds up nobody else; and when everything that an earlier run
 * announced is known again, from the source and from peers, so that what is left of it may go.
 */
#include "announcer/clock.h"
#include "announcer/conf.h"
#include "announcer/daemon_int.h"
#include "announcer/log.h"
#include "announcer/queue.h"
#include <event2/event.h>

enum { GATHER_MS = 5, BUDGET = 8192 };

/* Not at once, even after quiet: we may stand in the middle of a session. */
static void on_change(void *arg)
{
	static const struct timeval now = {0, 0}, gather = {0, GATHER_MS * 1000};
	struct daemon *d = arg;

	if (event_pending(d->gather_ev, EV_TIMEOUT, NULL))
		return;
	if (clock_ns() - d->last_commit_ns >= GATHER_MS * 1000000ull)
		event_add(d->gather_ev, &now);
	else
		event_add(d->gather_ev, &gather);
}

void daemon_bgp_run(struct daemon *d)
{
	static const struct timeval now = {0, 0};

	d->bgp_more = bgp_run(d->bgp, BUDGET);
	if (!d->bgp_more)
		return;
	event_add(d->gather_ev, &now);
	daemon_trim_later(d);
}

static void on_settled(void *arg)
{
	struct daemon *d = arg;

	do
		daemon_commit(d);
	while (d->bgp_more);
}

static void on_written(bool drained, void *arg)
{
	daemon_written(arg, SINK_PEERS, drained);
}

void daemon_announce_whole(struct daemon *d)
{
	if (!d->whole || d->announced)
		return;
	bgp_whole(d->bgp);
	if (!bgp_settled(d->bgp) || d->bgp_more)
		return;
	d->announced = true;
	out_zserv_whole(d->zserv);
	out_kernel_whole(d->kernel);
}

/* Of what zebra has not said anything yet is taken for reachable: so a zebra that comes back
 * takes no route away. */
static bool reach(const struct ipaddr *nexthop, uint32_t *metric, void *arg)
{
	struct daemon *d = arg;
	const struct znh *nh = zroutes_nexthop_find(out_zserv_routes(d->zserv), nexthop);

	*metric = 0;
	if (out_kernel_up(d->kernel))
		return out_kernel_reaches(d->kernel, nexthop);
	if (!nh)
		out_zserv_track(d->zserv, nexthop);
	return !nh || nh->state != ZNH_DOWN;
}

static bool counts(const struct ipaddr *addr, const struct pool_ad *ad, void *arg)
{
	return desired_ad_counts(((struct daemon *)arg)->desired, addr, ad);
}

void daemon_on_nexthop(const struct ipaddr *nh, void *arg)
{
	bgp_nexthop_changed(((struct daemon *)arg)->bgp, nh);
}

void daemon_on_redistributed(void *arg)
{
	on_change(arg);
}

void daemon_on_router_id(const struct ipaddr *id, void *arg)
{
	bgp_set_router_id(((struct daemon *)arg)->bgp, id);
}

void daemon_bgp_new(struct daemon *d)
{
	const struct bgp_events events = {.arg = d,
	    .on_change = on_change,
	    .on_settled = on_settled,
	    .on_written = on_written};

	d->bgp = bgp_new(d->base, d->conf, d->store, d->rib, &events);
	bgp_set_reach(d->bgp, reach, d);
	bgp_set_counts(d->bgp, counts, d);
}
