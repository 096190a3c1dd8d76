/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy.h - address pools and who may announce them, in MetalLB's words. Pure: no I/O, no
 * library. A policy is built by its reader (conf.c), checked by policy_index(), then read only.
 */
#ifndef GREVY_POLICY_H
#define GREVY_POLICY_H
#include "announcer/selector.h"
#include "zclient/prefix.h"
#include <stddef.h>

enum policy_protocol { POLICY_BGP, POLICY_LAYER2 };

/* Addresses first..last of one family, both included. */
struct iprange {
	struct ipaddr first, last;
};

/* One bgp-advertisements or l2-advertisements entry, by the pool's protocol. */
struct pool_ad {
	struct selectors nodes;     /* which nodes announce; empty = every node */
	struct strlist peers;       /* bgp: names of peers; empty = every peer */
	struct strlist communities; /* bgp: "a:b", "large:a:b:c" or an alias, as written */
	struct strlist interfaces;  /* layer2: exact names; empty = every interface */
	/* bgp: prefix lengths announced; 32 and 128 = host routes */
	uint32_t aggregation4, aggregation6;
	uint32_t localpref; /* bgp: 0 = not set */
};

struct pool {
	char *name;
	enum policy_protocol protocol;
	struct strlist addresses; /* as written */
	struct iprange *ranges;   /* one for each of addresses, in their order */
	size_t n_ranges;
	struct pool_ad *ads; /* as written; none = one default advertisement */
	size_t n_ads;
	bool auto_assign;     /* may serve Services that ask for no pool and no address */
	bool avoid_buggy_ips; /* .0 and .255 of IPv4 are neither allocated nor accepted */
};

struct policy_entry; /* a range and its pool, sorted by address */

struct policy {
	struct pool *pools; /* as written */
	size_t n_pools;
	struct policy_entry *index; /* made by policy_index() */
	size_t n_index;
};

/* Two ranges that share an address: a place in pools[] and in its ranges[] each. */
struct policy_overlap {
	size_t pool_a, range_a;
	size_t pool_b, range_b; /* the one written later */
};

/**
 * iprange_parse - "192.0.2.0/24" (host bits are ignored) or "192.0.2.10 - 192.0.2.20"
 * @s: the text; a bare address is refused, as MetalLB does
 * @r: written only on success
 * Return: NULL, or what was expected instead (a constant).
 */
const char *iprange_parse(const char *s, struct iprange *r);
bool iprange_contains(const struct iprange *r, const struct ipaddr *a);
/* The range as prefixes, the fewest, in order: one a call, into p. `at` starts as r->first.
 * Return: whether there are more. */
bool iprange_cut(const struct iprange *r, struct ipaddr *at, struct prefix *p);
/* Shortest prefix length among the prefixes that make up the range. */
unsigned iprange_plen(const struct iprange *r);

/* Make the index that policy_pool_of() needs. `on_overlap` (may be NULL) is told each overlap.
 * Ranges of family 0 are left out. Return: how many overlaps there are; 0 = good. */
typedef void policy_overlap_fn(const struct policy_overlap *o, void *arg);
size_t policy_index(struct policy *p, policy_overlap_fn *on_overlap, void *arg);
void policy_fini(struct policy *p); /* frees what it owns, not p */

/* The pool that holds an address (buggy or not), or NULL. O(log ranges). */
const struct pool *policy_pool_of(const struct policy *p, const struct ipaddr *a);
const struct pool *policy_pool(const struct policy *p, const char *name); /* by name, or NULL */

bool pool_contains(const struct pool *pool, const struct ipaddr *a);
/* IPv4 ending .0 or .255 of a pool with avoid-buggy-ips. */
bool pool_is_buggy(const struct pool *pool, const struct ipaddr *a);
/* Addresses of a family (0 = both) that may be used; saturates at UINT64_MAX. */
uint64_t pool_usable(const struct pool *pool, uint8_t family);
bool pool_has_family(const struct pool *pool, uint8_t family);
/* Some advertisement of the pool selects this node. */
bool pool_selects_node(const struct pool *pool, const struct k8s_node *node);

/* Usable addresses of one family in listed order. Caller's storage, nothing to free. */
struct pool_iter {
	const struct pool *pool;
	struct ipaddr next; /* family 0: take the first of `range` */
	size_t range;
	uint8_t family;
};

void pool_iter_init(struct pool_iter *it, const struct pool *pool, uint8_t family);
bool pool_iter_next(struct pool_iter *it, struct ipaddr *a); /* false: no more */

bool pool_ad_equal(const struct pool_ad *a, const struct pool_ad *b);
/* Same name, addresses, advertisements and flags. */
bool pool_equal(const struct pool *a, const struct pool *b);
#endif
