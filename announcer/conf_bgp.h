/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_bgp.h - sections bgp: and kernel: of the configuration. */
#ifndef GREVY_CONF_BGP_H
#define GREVY_CONF_BGP_H
#include "announcer/bgp/neighbor.h"
#include "announcer/selector.h"
#include <stdint.h>

struct conf_bgp {
	bool given;                     /* there is a section */
	uint32_t asn;                   /* 0 = not given */
	struct strlist listen;          /* "0.0.0.0", "[::1]:1179"; empty = connect only */
	struct bgp_neighbor *neighbors; /* as written; my_asn is asn */
	size_t n_neighbors;
	uint32_t max_paths;   /* next hops of a route from peers; 64 */
	bool multipath_relax; /* over several neighbouring AS, too */
	bool always_compare_med;
	uint32_t restart_s; /* graceful restart time that we ask for; 120, 0 = off */
};

struct conf_kernel {
	int enabled;       /* enum conf_tri: auto = only where there is no zebra, role router */
	uint32_t table;    /* 254 = main */
	uint32_t protocol; /* 187 */
	uint32_t metric;   /* 20 */
};
#endif
