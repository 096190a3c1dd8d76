/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for the allocator's verdicts: tokens for JSON, cures for why. */
#include "announcer/alloc.h"

#define TEXT(reason, ...) [reason] = {__VA_ARGS__}

static const struct alloc_text texts[ALLOC_REASONS] = {
    TEXT(ALLOC_OK, "ok", ""),
    TEXT(ALLOC_NOT_LB, "not-load-balancer", "set spec.type to LoadBalancer"),
    TEXT(ALLOC_OTHER_CLASS, "other-class",
	"set spec.loadBalancerClass of the Service, or controller.load-balancer-class"),
    TEXT(ALLOC_NO_CONTROLLER, "no-controller",
	"ask for an address with metallb.io/loadBalancerIPs, or, on role router, set "
	"controller.enabled: yes"),
    TEXT(ALLOC_NO_POOLS, "no-pools", "add address-pools to the configuration"),
    TEXT(ALLOC_NO_FIT, "no-fitting-pool",
	"add addresses of that family to a pool, or set its auto-assign"),
    TEXT(ALLOC_POOL_FULL, "pool-full", "add addresses to the pool, or free some"),
    TEXT(ALLOC_UNKNOWN_POOL, "unknown-pool",
	"mend the address-pool annotation, or add the pool"),
    TEXT(ALLOC_OUTSIDE, "outside-pools", "add the address to a pool, or ask for another"),
    TEXT(ALLOC_OTHER_POOL, "other-pool",
	"ask for addresses of one pool, the one that the address-pool annotation names"),
    TEXT(ALLOC_BUGGY, "avoided-address",
	"ask for another address, or unset avoid-buggy-ips of the pool"),
    TEXT(ALLOC_IN_USE, "in-use",
	"ask for another, or let both share it: one allow-shared-ip, no port twice, and for "
	"externalTrafficPolicy: Local one selector"),
    TEXT(ALLOC_BAD_REQUEST, "bad-request", "write addresses, separated by a comma"),
    TEXT(ALLOC_TWO_REQUESTS, "two-requests", "remove one of the two"),
    TEXT(ALLOC_TWO_OF_FAMILY, "two-of-a-family", "at most one IPv4 and one IPv6 address"),
    TEXT(ALLOC_FAMILY, "wrong-family",
	"ask for one address of each family of spec.ipFamilies, no more"),
    TEXT(ALLOC_NOT_DUAL, "not-dual-stack",
	"give the Service two clusterIPs, or set ipFamilyPolicy: PreferDualStack"),
};

const struct alloc_text *alloc_text(enum alloc_reason reason)
{
	return &texts[reason];
}

const char *alloc_state_name(enum alloc_state state)
{
	static const char *const names[ALLOC_STATES] = {
	    "ignored", "assigned", "partial", "kept", "pending"};

	return names[state];
}
