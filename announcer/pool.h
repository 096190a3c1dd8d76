/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pool.h - an address pool, its ranges and its advertisements, in MetalLB's words. Pure: no
 * I/O, no library.
 */
#ifndef GREVY_POOL_H
#define GREVY_POOL_H
#include "announcer/selector.h"
#include "zclient/prefix.h"
#include <stddef.h>

/* Who announces; bits. */
enum policy_protocol { POLICY_BGP = 1, POLICY_LAYER2 = 2 };

/* Addresses first..last of one family, both included. */
struct iprange {
	struct ipaddr first, last;
};

/* L2Advertisement.preferredNodeSelectors[]: nodes that match score as much. */
struct pool_preference {
	uint32_t weight; /* 1..100 */
	struct selectors nodes;
};

/* A BGPAdvertisement or L2Advertisement, or an entry of a pool's own list. */
struct pool_ad {
	char *name;                 /* of its object; NULL = written in the pool */
	unsigned protocol;          /* enum policy_protocol, one bit */
	struct selectors nodes;     /* which nodes announce; empty = every node */
	struct selectors services;  /* what Services; empty = every Service */
	struct strlist peers;       /* bgp: names of peers; empty = every peer */
	struct strlist communities; /* bgp: "a:b", "large:a:b:c" or an alias, as written */
	struct strlist interfaces;  /* layer2: exact names; empty = every interface */
	struct pool_preference *preferred; /* layer2 */
	size_t n_preferred;
	/* bgp: prefix lengths announced; 32 and 128 = host routes */
	uint32_t aggregation4, aggregation6;
	uint32_t localpref; /* bgp: 0 = not set */
};

/* IPAddressPool.spec.serviceAllocation: whom the pool serves unasked. */
struct pool_allocation {
	uint32_t priority; /* lower first, 0 last */
	struct strlist namespaces;
	struct selectors namespace_selectors; /* with `namespaces`: either will do */
	struct selectors service_selectors;   /* and one of these */
};

struct pool {
	char *name;
	unsigned protocols;       /* enum policy_protocol, bits: of its advertisements */
	struct strlist addresses; /* as written */
	struct iprange *ranges;   /* one for each of addresses, in their order */
	size_t n_ranges;
	/* As written, then those of objects; none, with a protocol = one default advertisement.
	 */
	struct pool_ad *ads;
	size_t n_ads;
	struct pool_allocation *allocation; /* NULL = serves every Service */
	struct k8s_kv *labels;              /* of the object, sorted by key; owned */
	size_t n_labels;
	bool auto_assign;     /* may serve Services that ask for no pool and no address */
	bool avoid_buggy_ips; /* .0 and .255 of IPv4 are neither allocated nor accepted */
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

bool pool_contains(const struct pool *pool, const struct ipaddr *a);
/* IPv4 ending .0 or .255 of a pool with avoid-buggy-ips. */
bool pool_is_buggy(const struct pool *pool, const struct ipaddr *a);
/* Addresses of a family (0 = both) that may be used; saturates at UINT64_MAX. */
uint64_t pool_usable(const struct pool *pool, uint8_t family);
bool pool_has_family(const struct pool *pool, uint8_t family);

/* The name of the object that MetalLB's converter makes of a ConfigMap's pool or profile: in
 * lower case, `_` is `-`, from its first letter on, at most 63 bytes. The caller's; NULL: no
 * letter. */
char *pool_object_name(const char *name);

/* By two of its advertisements one prefix would be announced by one node to one peer with two
 * local preferences (metallb-compat 1.3). Those for some Services only never clash here: each
 * Service is judged by who announces it. */
bool pool_ads_clash(const struct pool *pool, const struct pool_ad *a, const struct pool_ad *b);

/* Deep copies; `to` is overwritten. */
void pool_copy(struct pool *to, const struct pool *from);
void pool_ad_copy(struct pool_ad *to, const struct pool_ad *from);
void pool_fini(struct pool *p); /* what it owns, not p; as the next */
void pool_ad_fini(struct pool_ad *ad);
bool pool_ad_equal(const struct pool_ad *a, const struct pool_ad *b);
/* Same in everything. */
bool pool_equal(const struct pool *a, const struct pool *b);
#endif
