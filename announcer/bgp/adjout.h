/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * adjout.h - what we announce: an output of the RIB. From routes, advertisements of their pools
 * and each peer's export policy to the UPDATEs of each peer, packed. What a peer has is known
 * by how far it has read the one list of changes, not by a copy for each peer. Pure: no I/O, no
 * clock. metallb-compat.md 4.3, 4.4; RFC 4271 5.1, 9.1.3, 9.2; 1997; 4724; 8212.
 */
#ifndef GREVY_BGP_ADJOUT_H
#define GREVY_BGP_ADJOUT_H
#include "announcer/bgp/neighbor.h"
#include "announcer/bgp/session.h"
#include "announcer/ptable.h"

struct bgp_out;
struct bgp_out_peer;
struct conf_community;
struct k8s_node;
struct policy;
struct pool_ad;
struct rib;
struct rib_route;

/* Attaches itself to the RIB. attrs and rib are borrowed for the lifetime. */
struct bgp_out *bgp_out_new(struct rib *rib, struct bgp_attr_table *attrs);
void bgp_out_free(struct bgp_out *out); /* detaches itself; peers must be gone; NULL is fine */

/* Called when there is something new for peers, once a commit. */
typedef void bgp_out_fn(void *arg);
void bgp_out_set_wake(struct bgp_out *out, bgp_out_fn *fn, void *arg);

struct bgp_out_rules {
	const struct policy *policy;              /* NULL: none yet */
	const struct conf_community *communities; /* aliases, sorted */
	size_t n_communities;
	const struct k8s_node *node; /* this one, for the advertisements' node selectors; NULL:
	                                role router, or it is not known */
	bool is_node;                /* role node */
};
/* Everything is judged anew; only differences reach the peers. Borrowed until the next call. */
void bgp_out_set_rules(struct bgp_out *out, const struct bgp_out_rules *rules);

/* How a route that was received (RIB_BGP) came in: attributes of its best path, and whether by
 * iBGP. false: it is not known any more. Asked when the RIB tells the route; rib_touch() says
 * that the answer is another one. */
typedef bool bgp_out_received_fn(const struct prefix *p, const struct bgp_attrs **attrs,
    bool *ibgp, struct ipaddr *peer, void *arg);
void bgp_out_set_received(struct bgp_out *out, bgp_out_received_fn *fn, void *arg);

/* Whether an advertisement that is for some Services only is for one that has the address and
 * is announced from here. Asked when rules are set or the RIB tells the address; rib_touch()
 * says that the answer is another one. Without it none is. */
typedef bool bgp_out_counts_fn(const struct ipaddr *addr, const struct pool_ad *ad, void *arg);
void bgp_out_set_counts(struct bgp_out *out, bgp_out_counts_fn *fn, void *arg);

/* Unix time. Without it, it is not known since when a route is as it is. */
void bgp_out_set_clock(struct bgp_out *out, uint32_t (*clock)(void));

/* All routes that there are were told by the source: End-of-RIB may be sent (RFC 4724 4.1). */
void bgp_out_whole(struct bgp_out *out);

/* A session is up: it is told everything, then End-of-RIB. Both are borrowed for its lifetime.
 */
struct bgp_out_peer *bgp_out_peer_new(
    struct bgp_out *out, const struct bgp_neighbor *nb, const struct bgp_facts *facts);
void bgp_out_peer_free(struct bgp_out_peer *p); /* NULL is fine */
/* The neighbour's export list or its pools' peers changed: only differences are sent. */
void bgp_out_peer_changed(struct bgp_out_peer *p);
void bgp_out_peer_refresh(struct bgp_out_peer *p, uint8_t family); /* 0 = both */
/* Append the next message for this peer; w has room for BGP_MESSAGE_MAX bytes. false: it has
 * all. true without a message: come again, much was looked at. */
bool bgp_out_fill(struct bgp_out_peer *p, struct wr *w);

struct bgp_out_counts {
	size_t sent[2];      /* prefixes that the peer has of us, IPv4 and IPv6 */
	size_t pending;      /* changes it was not told yet, at most */
	unsigned end_of_rib; /* families of which it was sent */
};
void bgp_out_peer_counts(const struct bgp_out_peer *p, struct bgp_out_counts *to);

/* Prefixes of ours that any could be told: all but those received. */
size_t bgp_out_own(const struct bgp_out *out, uint8_t family);
/* The next prefix in order that there may be something of, as ptable_walk_next() has it. */
enum ptable_walked bgp_out_next(
    const struct bgp_out *out, struct ptable_walk *w, struct prefix *prefix);

struct bgp_out_path {
	struct prefix prefix;
	const struct bgp_attrs *attrs; /* as sent to the peer; peer NULL: as they are here */
	int source;                    /* enum rib_source */
	bool aggregate;                /* no route of its own: members made it */
	int64_t since_s;               /* Unix time of the last change; 0 = not known */
};
/* What a peer has of a prefix of us, or what any could be told (peer NULL): once or not at all;
 * borrowed for the call. */
typedef void bgp_out_path_fn(const struct bgp_out_path *p, void *arg);
void bgp_out_at(const struct bgp_out *out, const struct bgp_out_peer *peer,
    const struct prefix *prefix, bgp_out_path_fn *fn, void *arg);

/* Why an address of ours is not announced to a peer, for `why`: NULL = it is; else a constant
 * such as "no advertisement of the pool names this peer". *cure: what to do about it. */
const char *bgp_out_why_not(const struct bgp_out *out, const struct bgp_out_peer *peer,
    const struct prefix *p, const char **cure);
#endif
