/* SPDX-License-Identifier: GPL-2.0-or-later */
/* l2_wish.h - what is wanted of one address of a pool for layer 2: which nodes may answer for
 * it.
 */
#ifndef GREVY_L2_WISH_H
#define GREVY_L2_WISH_H
#include "announcer/selector.h"
#include "zclient/prefix.h"
#include <stddef.h>

/* A node that may answer. */
struct l2_candidate {
	const char *node;
	uint32_t
	    preference; /* sum of preferredNodeSelectors' weights that match it; 0 = none */
	bool draining;  /* of its endpoints none is ready, some still serve */
	const struct strlist *interfaces; /* of it, by exact name; NULL or empty = any */
};

struct l2_wish {
	struct ipaddr addr;
	/* What the nodes are ranked by: the first address of the oldest Service that has addr,
	 * so that what belongs together goes to one node. */
	struct ipaddr key;
	const struct l2_candidate *v; /* sorted by node; borrowed for the call */
	size_t n;                     /* 0 = nobody may: as if there were no such address */
};
#endif
