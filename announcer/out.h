/* SPDX-License-Identifier: GPL-2.0-or-later */
/* out.h - what an output of the RIB is: zebra, and later the kernel, BGP, layer 2. */
#ifndef GREVY_OUT_H
#define GREVY_OUT_H
#include <stdbool.h>

struct prefix;
struct rib_route;

struct out_ops {
	const char *name; /* "zserv" */
	/* The best route of a prefix is new or changed. route is borrowed for the call. */
	void (*announce)(const struct rib_route *route, void *arg);
	/* A prefix has no route any more. */
	void (*withdraw)(const struct prefix *prefix, void *arg);
	/* All changes of this commit were told: send them. May be NULL. */
	void (*flush)(void *arg);
	bool
	    touched; /* routes are announced again when more than next hops matters: rib_touch()
	              */
};
#endif
