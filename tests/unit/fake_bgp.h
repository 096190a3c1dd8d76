/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fake_bgp.h - stands in for the BGP speaker and the kernel output in tests of the commands,
 * which only ask them how they are. */
#ifndef TESTS_FAKE_BGP_H
#define TESTS_FAKE_BGP_H
#include "announcer/bgp/view.h"
#include "announcer/out_kernel.h"

#define FAKE_PEERS 8
#define FAKE_PATHS 32

/* What the functions of view.h, adjin.h, adjout.h and out_kernel.h answer. */
struct fake_bgp {
	bool active;
	struct bgp_view view;
	struct bgp_peer_view peers[FAKE_PEERS]; /* by address */
	struct bgp_in_path in[FAKE_PATHS];      /* by prefix */
	struct bgp_out_path out[FAKE_PATHS];    /* peer NULL: all; a peer: all, next hop self */
	size_t n_peers, n_in, n_out;
	const char *deaf;            /* why nobody listens on 0.0.0.0; NULL = we do */
	const char *why_not, *cure;  /* bgp_out_why_not() of every peer ... */
	const void *but;             /* ... but of this one, which is told */
	struct kernel_status kernel; /* state_text NULL: off */
	enum kroute_state route;
	const char *route_why, *rival;
	/* What bgp_clear() was asked for last. */
	struct bgp_clear clear;
	struct ipaddr cleared; /* its address; family 0: any */
	unsigned clears;
};
extern struct fake_bgp fake_bgp;
#endif
