/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decision.h - which of several paths to a prefix is the best, and which are as good. Pure.
 * RFC 4271 9.1.2, RFC 4456 9.
 */
#ifndef GREVY_BGP_DECISION_H
#define GREVY_BGP_DECISION_H
#include "announcer/bgp/adjin.h"

/* The steps, in their order. */
enum bgp_step {
	BGP_STEP_REACHABLE,
	BGP_STEP_LOCAL_PREF,
	BGP_STEP_AS_PATH,
	BGP_STEP_ORIGIN,
	BGP_STEP_MED,
	BGP_STEP_PEER_TYPE,
	BGP_STEP_IGP_METRIC, /* what is equal so far is as good */
	BGP_STEP_ROUTER_ID,
	BGP_STEP_CLUSTERS,
	BGP_STEP_ADDRESS,
	BGP_STEP_NOTHING, /* two sessions with one address: the older peer's */
	BGP_STEPS,
	BGP_STEP_FIRST = BGP_STEPS, /* there was no other */
};
const char *bgp_step_text(enum bgp_step s); /* FRR's words, "Router ID" */

/* A path as the decision sees it. */
struct bgp_candidate {
	const struct bgp_attrs *attrs;
	const struct bgp_in_source *source;
	uint32_t tie; /* differs among paths of a prefix */
	bool reachable;
	uint32_t metric;
	void *owner; /* the caller's */
	/* Of the decision: */
	bool best, multipath; /* multipath: as good as the best; it is so, too */
	enum bgp_step step;   /* by which it won or lost */
	uint32_t neighbour;   /* AS */
};

/**
 * bgp_decide - judge all paths of a prefix; the outcome depends on the paths alone, not on
 * their order or age
 * @v: will be in order: the best first, then those as good, then others by how far they came
 */
void bgp_decide(struct bgp_candidate *v, size_t n, const struct bgp_in_rules *rules);
#endif
