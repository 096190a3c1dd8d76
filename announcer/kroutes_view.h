/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kroutes_view.h - what is told of the routes in the kernel. */
#ifndef GREVY_KROUTES_VIEW_H
#define GREVY_KROUTES_VIEW_H
#include "announcer/kroutes.h"
#include "announcer/out_kernel.h"

struct kroutes_stats {
	size_t routes[KROUTE_STATES];
	size_t objects, groups; /* ours in the kernel */
	uint64_t sent, errors, repaired, swept;
	bool read;  /* the kernel's table was read */
	bool clean; /* nothing is left of an earlier run */
};

void kroutes_stats(const struct kroutes *k, struct kroutes_stats *st);
/* As out_kernel_route(). */
enum kroute_state kroutes_route(
    const struct kroutes *k, const struct prefix *p, const char **why);
/* As out_kernel_rival(). */
const char *kroutes_rival(const struct kroutes *k, const struct prefix *p);
void kroutes_each(const struct kroutes *k, out_kernel_fn *fn, void *arg);

/* The interface that has this address in a subnet of its own and is up; 0 = none. */
uint32_t kroutes_way(const struct kroutes *k, const struct ipaddr *a);
/* Connected subnets of interfaces that are up; returns how many, at most max are written. */
size_t kroutes_subnets(const struct kroutes *k, struct prefix *to, size_t max);
#endif
