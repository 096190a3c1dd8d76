/* SPDX-License-Identifier: GPL-2.0-or-later */
/* zroutes_view.h - what an operator may ask about routes. */
#ifndef GREVY_ZROUTES_VIEW_H
#define GREVY_ZROUTES_VIEW_H
#include "announcer/ptable.h"
#include "announcer/zroutes.h"

/* One prefix. */
struct zroute_view {
	struct prefix prefix;
	enum zroute_state state;
	bool wanted;         /* the RIB has it */
	uint16_t n_sent;     /* next hops that zebra was given last */
	uint16_t n_wanted;   /* next hops in the RIB */
	unsigned tries;      /* since the last success */
	int64_t retry_in_ms; /* -1 = none is due */
	const char *winner;  /* LOST: e.g. "static [1/0]"; "" = not known */
};

bool zroutes_find(
    const struct zroutes *z, const struct prefix *p, int64_t now_ms, struct zroute_view *v);
/* A walk in order of the prefixes, as ptable.h has it. */
enum ptable_walked zroutes_walk_next(
    const struct zroutes *z, struct ptable_walk *w, int64_t now_ms, struct zroute_view *v);
#endif
