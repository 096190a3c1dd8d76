/* SPDX-License-Identifier: GPL-2.0-or-later */
/* adjin_int.h - inside of adjin.c, import.c and best.c. */
#ifndef GREVY_BGP_ADJIN_INT_H
#define GREVY_BGP_ADJIN_INT_H
#include "announcer/bgp/adjin.h"
#include "announcer/bgp/decision.h"
#include "announcer/ptable.h"
#include "announcer/rib.h"
#include <sys/socket.h>

enum path_flag {
	PATH_GENERATION = 1, /* unlike the peer's: the path is stale */
	PATH_LISTED = 2,     /* the first of a prefix only: it is on the list of changes */
	PATH_BEST = 4,       /* of the last decision */
	PATH_CHANGED = 8,    /* other attributes since then */
};

/* A peer's path to a prefix. The first of a prefix is the record of the table itself, and has
 * a key; attrs NULL: there is none any more, which the RIB does not know yet. Small, since
 * there may be a million of them. */
struct path {
	const struct bgp_attrs *attrs; /* shared, counted; next hop as received */
	struct path *next;
	uint32_t since_s; /* Unix time of the last update; 0 = there is no clock */
	uint16_t peer;    /* bgp_in.peers */
	uint8_t flags;
	uint8_t key[];
};

struct scratch {
	struct bgp_candidate *v;
	struct rib_nexthop *nh;
	size_t cap;
};

struct bgp_in {
	struct rib *rib;
	struct bgp_attr_table *attrs;
	struct bgp_in_rules rules;
	bgp_in_reach_fn *reach;
	void *reach_arg;
	bgp_in_clock_fn *clock;
	struct ptable nets;
	struct bgp_in_peer **peers; /* NULL: the number is free */
	size_t n_peers;
	struct path **changes; /* from `first` on */
	size_t first, n_changes, cap_changes;
	size_t n_going; /* peers of which something goes */
	struct scratch *scratch;
};

/* What of a peer's paths goes with the next in_flush(). */
enum { GOES_STALE_4 = 1, GOES_STALE_6 = 2, GOES_ALL = 4 };

struct bgp_in_peer {
	struct bgp_in *in;
	const char *name;
	struct bgp_import import; /* its own */
	struct bgp_in_source source;
	uint16_t number;
	uint8_t generation; /* PATH_GENERATION or 0 */
	uint8_t goes;
	bool freed; /* by its owner; it stays until its paths have gone */
	size_t stale[2];
	struct bgp_in_counts counts; /* .stale is not kept up */
};

static inline unsigned family_index(uint8_t family)
{
	return family == AF_INET6;
}

static inline bool path_is_stale(const struct bgp_in_peer *p, const struct path *path)
{
	return (path->flags & PATH_GENERATION) != p->generation;
}

/* adjin.c: the paths, and what is to be decided. */
void in_list(struct bgp_in *in, struct path *net);
void in_path_set(
    struct bgp_in_peer *p, const struct prefix *prefix, const struct bgp_attrs *shared);
void in_path_drop(struct bgp_in_peer *p, const struct prefix *prefix);
/* What goes of a peer's paths; else it is decided anew if `again` says so. */
typedef bool in_goes_fn(
    const struct bgp_in_peer *p, const struct prefix *prefix, const struct path *path);
void in_sweep(struct bgp_in_peer *p, in_goes_fn *goes, bool again);

/* Later, in one walk for all peers: in_flush(). A walk for each would be seconds when hundreds
 * go at once. */
void in_goes(struct bgp_in_peer *p, uint8_t what);
void in_flush(struct bgp_in *in);
void in_drop_stale(struct bgp_in_peer *p, unsigned family); /* family_index() */

/* import.c: what the policy makes of a route. */
enum in_refusal { IN_TAKEN, IN_LOOP, IN_NEXTHOP, IN_LINKLOCAL };
enum in_refusal in_judge(
    const struct bgp_in_peer *p, uint8_t family, const struct bgp_attrs *a);
/* The next hop after the policy; family 0 = ours. */
struct ipaddr in_nexthop(const struct bgp_in_peer *p, const struct bgp_attrs *a);
/* An address that says nothing without its interface: the one of the peer's session. */
static inline bool in_linklocal(const struct ipaddr *a)
{
	return a->family == AF_INET6 && ipaddr_is_linklocal(a);
}
#endif
