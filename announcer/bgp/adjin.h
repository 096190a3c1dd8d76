/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * adjin.h - what peers announce: Adj-RIB-In after import policy, the decision process, and its
 * result in the RIB (RIB_BGP). Keeps no route that the policy refuses. Pure: no I/O, no clock.
 * RFC 4271 9.1, 4724 4.2, 4456 8, 8212.
 */
#ifndef GREVY_BGP_ADJIN_H
#define GREVY_BGP_ADJIN_H
#include "announcer/bgp/neighbor.h"
#include "announcer/bgp/update.h"
#include "announcer/ptable.h"

struct bgp_in;
struct bgp_in_peer;
struct rib;

/* Who announces; copied. */
struct bgp_in_source {
	struct ipaddr address, local; /* of the peer, ours */
	struct ipaddr self[2]; /* ours as a next hop, IPv4 and IPv6; family 0: not known */
	struct ipaddr self_ll; /* ours on the link */
	uint32_t ifindex;      /* of the link that it is on; 0: none, or IPv4 */
	uint32_t asn, id, my_asn, my_id;
	bool ibgp;
	char host[65]; /* as it calls itself; "" = it does not say */
};

struct bgp_in_rules {
	unsigned max_paths;   /* next hops of a route; at least 1 */
	bool multipath_relax; /* paths over several neighbouring AS, of equal length, too */
	bool always_compare_med;
};

/* Both are borrowed for the lifetime. */
struct bgp_in *bgp_in_new(struct rib *rib, struct bgp_attr_table *attrs);
/* Peers must be gone; the RIB keeps what it was told. NULL is fine. */
void bgp_in_free(struct bgp_in *in);
void bgp_in_set_rules(struct bgp_in *in, const struct bgp_in_rules *rules);

/* How a next hop is reached: false = not at all; *metric as the IGP has it, lower is better
 * (RFC 4271 9.1.2.1). Without it every next hop is reachable at metric 0. After a change of its
 * answer: bgp_in_nexthop_changed(). */
typedef bool bgp_in_reach_fn(const struct ipaddr *nexthop, uint32_t *metric, void *arg);
void bgp_in_set_reach(struct bgp_in *in, bgp_in_reach_fn *fn, void *arg);
void bgp_in_nexthop_changed(struct bgp_in *in, const struct ipaddr *nexthop);

/* Unix time. Without it, it is not known when a path was told. */
typedef uint32_t bgp_in_clock_fn(void);
void bgp_in_set_clock(struct bgp_in *in, bgp_in_clock_fn *fn);

/* A peer without routes. name is borrowed for its lifetime, import copied. */
struct bgp_in_peer *bgp_in_peer_new(
    struct bgp_in *in, const char *name, const struct bgp_import *import);
void bgp_in_peer_free(struct bgp_in_peer *p); /* with its routes; NULL is fine */
/* The import policy changed: what it refuses now goes at once; what it did not let in before is
 * to be asked for by route refresh. Return: whether that is needed. */
bool bgp_in_peer_set_import(struct bgp_in_peer *p, const struct bgp_import *import);
/* Return: 0, or -EPROTO with e: it has more prefixes than max-prefix allows by now. */
int bgp_in_peer_check(struct bgp_in_peer *p, struct bgp_error *e);

/* A session is up with this source. held: families (BGP_IPV4 ...) whose stale routes stay until
 * their End-of-RIB; stale ones of other families go. */
void bgp_in_peer_up(struct bgp_in_peer *p, const struct bgp_in_source *src, unsigned held);
/* hold: its routes are stale from now on; else they are gone. */
void bgp_in_peer_down(struct bgp_in_peer *p, bool hold);
void bgp_in_peer_drop_stale(struct bgp_in_peer *p);

/* Return: 0, or -EPROTO with e (BGP_CEASE_MAX_PREFIX). */
int bgp_in_update(struct bgp_in_peer *p, const struct bgp_update *u, struct bgp_error *e);

/* Decide what changed, into the RIB; the caller commits that. At most `budget` prefixes (0 =
 * all). Return: whether more is left. */
bool bgp_in_run(struct bgp_in *in, size_t budget);

/* The best path as last decided; false: there is none. attrs are borrowed until the next
 * update; peer is its address. */
bool bgp_in_best(const struct bgp_in *in, const struct prefix *prefix,
    const struct bgp_attrs **attrs, bool *ibgp, struct ipaddr *peer);

struct bgp_in_counts {
	size_t accepted[2]; /* routes kept, IPv4 and IPv6 */
	size_t stale;
	uint64_t refused_policy, refused_loop, refused_nexthop, refused_malformed; /* so far */
	uint64_t
	    refused_linklocal; /* of refused_nexthop: link-local, and the link is not known */
	unsigned end_of_rib;   /* families of which it was received in this session */
	bool over_limit;
};
void bgp_in_peer_counts(const struct bgp_in_peer *p, struct bgp_in_counts *to);

/* One path, for show; borrowed. */
struct bgp_in_path {
	struct prefix prefix;
	const struct bgp_in_peer *peer;
	const struct bgp_in_source *source;
	const char *peer_name;
	const struct bgp_attrs *attrs;
	struct ipaddr nexthop; /* after the policy; family 0: ours */
	bool best, multipath, stale, reachable;
	const char *reason; /* why it is the best or not: FRR's words, "Router ID"; "" */
	int64_t since_s;    /* 0: not kept */
	uint32_t metric;    /* of the way to the next hop */
};
typedef void bgp_in_fn(const struct bgp_in_path *p, void *arg);
/* The next prefix in order that there may be a path of, as ptable_walk_next() has it. */
enum ptable_walked bgp_in_next(struct bgp_in *in, struct ptable_walk *w, struct prefix *prefix);
/* Every path of a prefix, the best first. peer NULL: of every peer. */
void bgp_in_at(struct bgp_in *in, const struct prefix *prefix, const struct bgp_in_peer *peer,
    bgp_in_fn *fn, void *arg);
size_t bgp_in_count(const struct bgp_in *in, uint8_t family); /* prefixes */
#endif
