/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for the allocator's verdicts: tokens for JSON, cures for why. */
#include "announcer/alloc_text.h"

#define TEXT(reason, ...) [reason] = {__VA_ARGS__}

static const struct alloc_text texts[ALLOC_REASONS] = {
    TEXT(ALLOC_OK, "ok", ""),
    TEXT(ALLOC_NOT_LB, "not-load-balancer", "set spec.type: LoadBalancer"),
    TEXT(ALLOC_OTHER_CLASS, "other-class",
	"make it anew with our spec.loadBalancerClass, or set controller.load-balancer-class"),
    TEXT(ALLOC_NO_CONTROLLER, "no-controller",
	"set controller: {enabled: yes} of one grevyd, or annotate it with "
	"metallb.io/loadBalancerIPs: ADDRESS"),
    TEXT(ALLOC_NO_POOLS, "no-pools",
	"add address-pools: [{name: default, protocol: bgp, addresses: [192.0.2.0/24]}]"),
    TEXT(ALLOC_NO_FIT, "no-fitting-pool",
	"add addresses of that family to such a pool, or annotate the Service with "
	"metallb.io/address-pool: POOL"),
    TEXT(ALLOC_POOL_FULL, "pool-full",
	"grevysh -c 'show pools'; add a range to addresses of the pool, or delete a Service "
	"that "
	"has one"),
    TEXT(ALLOC_UNKNOWN_POOL, "unknown-pool", "annotate it with metallb.io/address-pool: POOL"),
    TEXT(ALLOC_OUTSIDE, "outside-pools",
	"grevysh -c 'show pools'; ask for an address of a pool, or add it to one"),
    TEXT(ALLOC_OTHER_POOL, "other-pool",
	"ask for addresses of one pool, the one that metallb.io/address-pool names"),
    TEXT(ALLOC_BUGGY, "avoided-address",
	"ask for another address, or set avoid-buggy-ips: no of the pool"),
    TEXT(ALLOC_IN_USE, "in-use",
	"ask for another address, or give both metallb.io/allow-shared-ip: SERVICE"),
    TEXT(ALLOC_BAD_REQUEST, "bad-request",
	"write one address, or two with a comma: metallb.io/loadBalancerIPs: "
	"192.0.2.1,2001:db8::1"),
    TEXT(ALLOC_TWO_REQUESTS, "two-requests",
	"remove the annotation metallb.io/loadBalancerIPs, or spec.loadBalancerIP"),
    TEXT(ALLOC_TWO_OF_FAMILY, "two-of-a-family",
	"ask for one IPv4 address at most, and for one IPv6 address at most"),
    TEXT(ALLOC_FAMILY, "wrong-family",
	"ask for one address of each family of spec.ipFamilies, and no other"),
    TEXT(ALLOC_NOT_DUAL, "not-dual-stack",
	"set spec.ipFamilyPolicy: PreferDualStack, or give the cluster both families"),
    TEXT(ALLOC_NOT_FOR_IT, "not-for-it",
	"change service-allocation of a pool, or the labels of the Service or its Namespace"),
    TEXT(ALLOC_COOLING, "cooling",
	"wait, ask for another address, or lower controller.cool-down"),
};

const char *alloc_loss_text(enum alloc_loss loss)
{
	static const char *const losses[ALLOC_LOSSES] = {
	    [ALLOC_LOSS_NONE] = "",
	    [ALLOC_LOSS_NO_POOL] = "it is in no pool any more",
	    [ALLOC_LOSS_FAMILY] = "the Service is not of that family any more",
	    [ALLOC_LOSS_AVOIDED] = "its pool avoids it now",
	    [ALLOC_LOSS_NOT_FOR_IT] = "its pool is not for this Service any more",
	    [ALLOC_LOSS_COOLING] = "another Service had it a moment ago",
	    [ALLOC_LOSS_IN_USE] = "another Service has it and does not share it so",
	    [ALLOC_LOSS_TWO_POOLS] = "its two addresses were of two pools",
	    [ALLOC_LOSS_ASKS] = "the Service asks for another address, pool or family",
	    [ALLOC_LOSS_STATUS] = "its status has another",
	};

	return losses[loss];
}

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
