/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_bgp.h - peers, and sections bgp: and kernel: of the configuration. */
#ifndef GREVY_CONF_BGP_H
#define GREVY_CONF_BGP_H
#include "announcer/bgp/neighbor.h"
#include "announcer/selector.h"
#include <stdint.h>

/* peers[]: MetalLB's words. */
struct conf_peer {
	char *name; /* "peer1" in the order of the file, unless given */
	uint32_t my_asn, peer_asn;
	int asn_kind;                             /* enum bgp_asn_kind: dynamic-asn */
	uint32_t local_asn;                       /* 0 = none: what the peer sees for my_asn */
	struct ipaddr address, source, router_id; /* family 0 = not given */
	uint32_t port;
	uint32_t hold_s;      /* 0 or 3..65535 */
	uint32_t keepalive_s; /* default: a third of hold_s */
	uint32_t connect_s;
	struct selectors nodes;
	char *password, *password_file, *bfd_profile; /* NULL = none */
	char *secret, *secret_ns;                     /* password-secret: both, or NULL */
	char *vrf, *interface;                        /* devices; NULL = none */
	uint32_t ttl_security;                        /* hops; 0 = off */
	bool ebgp_multihop, graceful, disable_mp, dual_stack;
};

void conf_peer_fini(struct conf_peer *p); /* what it owns, not p; the password is wiped */

struct conf_bgp {
	bool given;            /* there is a section */
	uint32_t asn;          /* 0 = not given */
	struct strlist listen; /* "0.0.0.0", "[::1]:1179"; empty = connect only */
	struct bgp_neighbor
	    *neighbors; /* as written, named by address or range; my_asn is asn */
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

/* bfd-profiles[]; 0 = not given. */
struct conf_bfd {
	char *name;
	uint32_t receive_ms, transmit_ms, echo_ms, multiplier, minimum_ttl;
	bool echo_mode, passive_mode;
};
#endif
