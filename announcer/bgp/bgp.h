/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bgp.h - the BGP speaker, the only header of bgp/ that the daemon includes (vty/ reads view.h,
 * too). Neighbours, sessions, adjin -> RIB, RIB -> adjout, wired.
 */
#ifndef GREVY_BGP_BGP_H
#define GREVY_BGP_BGP_H
#include "zclient/prefix.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bgp;
struct conf;
struct event_base;
struct k8s_node;
struct pool_ad;
struct rib;
struct rules;
struct store;

struct bgp_events {
	void *arg; /* given to each of them */
	/* The RIB has something to be committed. */
	void (*on_change)(void *arg);
	/* What peers had before a restart of ours is known again: each that is expected has
	 * sent its End-of-RIB, or the restart time is over. Once. */
	void (*on_settled)(void *arg);
	/* There is something for peers; all of it was handed to TCP when `drained`. */
	void (*on_written)(bool drained, void *arg);
};

/* As bgp_in_reach_fn: can a next hop be reached, and how far away is it? */
typedef bool bgp_reach_fn(const struct ipaddr *nexthop, uint32_t *metric, void *arg);

/* conf, store (Nodes, Secrets) and rib are borrowed for the lifetime. Nothing is opened unless
 * conf has a bgp section or peers for this node. */
struct bgp *bgp_new(struct event_base *base, const struct conf *conf, struct store *store,
    struct rib *rib, const struct bgp_events *ev);
void bgp_start(struct bgp *b);
/* Without it every next hop is. */
void bgp_set_reach(struct bgp *b, bgp_reach_fn *fn, void *arg);
/* As bgp_out_counts_fn: an advertisement that is for some Services only is for one that has
 * this address and is announced from here. Without it none is. */
typedef bool bgp_counts_fn(const struct ipaddr *addr, const struct pool_ad *ad, void *arg);
void bgp_set_counts(struct bgp *b, bgp_counts_fn *fn, void *arg);
void bgp_nexthop_changed(struct bgp *b, const struct ipaddr *nexthop);
void bgp_nexthops_changed(struct bgp *b); /* any of them may have */

/* Decide what peers changed, into the RIB, for the caller to commit: at most `budget` prefixes
 * (0 = all). Return: whether more is left. Nothing is decided in the first seconds after the
 * start, while peers that were there before it come back. */
bool bgp_run(struct bgp *b, size_t budget);
/* hold: peers keep our routes for the restart time; else they are withdrawn. NULL is fine. */
void bgp_stop(struct bgp *b, bool hold);

/* conf is in force; only what differs is touched. */
void bgp_reload(struct bgp *b, const struct conf *conf);
/* The policy (pools, advertisements, communities, peers) that is in force; before the first
 * call there is none. Borrowed until the next call. */
void bgp_set_policy(struct bgp *b, const struct rules *rules);
/* This node's Node object, a Secret of a peer, or the router identifier may have changed. */
void bgp_node_changed(struct bgp *b, const char *name);
void bgp_secrets_changed(struct bgp *b);
void bgp_set_router_id(struct bgp *b, const struct ipaddr *zebras); /* family 0: not told */
/* What the source has has been read once, or there is none: what is not there is missing. */
void bgp_source_read(struct bgp *b);
/* The source has been read whole, and the RIB shows it. */
void bgp_whole(struct bgp *b);
bool bgp_settled(const struct bgp *b);
bool bgp_active(const struct bgp *b); /* it has neighbours, or listens */

/* Which sessions, and what of them: without soft they end and begin anew. */
struct bgp_clear {
	const struct ipaddr *address; /* NULL = any */
	const char *interface;        /* of a link-local one; NULL or "" = any */
	uint32_t asn;                 /* of the neighbour; 0 = any */
	bool external;                /* not those within our AS */
	unsigned families;      /* enum bgp_family: those that are to carry one of them, and
	                           soft those routes only; 0 = any */
	bool soft_in, soft_out; /* ask for its routes, tell ours again */
	bool messages;          /* nothing but the counters of messages */
	bool nothing;           /* count them only */
};
/* Return: how many sessions. */
size_t bgp_clear(struct bgp *b, const struct bgp_clear *what);
#endif
