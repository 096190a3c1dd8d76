/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alloc_text.h - the allocator's verdicts on a Service, and words for them. Pure. */
#ifndef GREVY_ALLOC_TEXT_H
#define GREVY_ALLOC_TEXT_H

enum alloc_state {
	ALLOC_IGNORED,  /* not a LoadBalancer, or another controller's class */
	ALLOC_ASSIGNED, /* has what it asks for */
	ALLOC_PARTIAL,  /* dual stack preferred, one family given */
	ALLOC_KEPT,     /* cannot have what it asks for, keeps what it had */
	ALLOC_PENDING,  /* has no address */
	ALLOC_STATES
};

enum alloc_reason {
	ALLOC_OK,
	ALLOC_NOT_LB,
	ALLOC_OTHER_CLASS,
	ALLOC_NO_CONTROLLER, /* nobody assigns, status is empty */
	ALLOC_NO_POOLS,
	ALLOC_NO_FIT, /* no pool has the family, or auto-assign is off */
	ALLOC_POOL_FULL,
	ALLOC_UNKNOWN_POOL,
	ALLOC_OUTSIDE,    /* the address is in no pool */
	ALLOC_OTHER_POOL, /* not in the pool that was asked for, or in two pools */
	ALLOC_BUGGY,      /* .0 or .255 of a pool with avoid-buggy-ips */
	ALLOC_IN_USE,
	ALLOC_BAD_REQUEST,  /* not addresses */
	ALLOC_TWO_REQUESTS, /* annotation and spec.loadBalancerIP */
	ALLOC_TWO_OF_FAMILY,
	ALLOC_FAMILY,     /* not the families of the Service */
	ALLOC_NOT_DUAL,   /* RequireDualStack, but one family */
	ALLOC_NOT_FOR_IT, /* the pool's service-allocation does not accept it */
	ALLOC_COOLING,    /* another Service had it a moment ago */
	ALLOC_REASONS
};

/* Why a Service had to give an address up. */
enum alloc_loss {
	ALLOC_LOSS_NONE,
	ALLOC_LOSS_NO_POOL,
	ALLOC_LOSS_FAMILY,  /* the Service is not of that family any more */
	ALLOC_LOSS_AVOIDED, /* .0 or .255 of a pool that avoids them now */
	ALLOC_LOSS_NOT_FOR_IT,
	ALLOC_LOSS_COOLING, /* of its status: another Service had it a moment ago */
	ALLOC_LOSS_IN_USE,  /* by another that does not share it */
	ALLOC_LOSS_TWO_POOLS,
	ALLOC_LOSS_ASKS,   /* it asks for another address, pool or family */
	ALLOC_LOSS_STATUS, /* nobody assigns here, and its status has another */
	ALLOC_LOSSES
};
const char *alloc_loss_text(enum alloc_loss loss); /* "it is in no pool any more" */

struct alloc_text {
	const char *token; /* "pool-full": for JSON */
	const char *cure;  /* SERVICE: its name; POOL: the pools that there are */
};
const struct alloc_text *alloc_text(enum alloc_reason reason);
const char *alloc_state_name(enum alloc_state state); /* "assigned" */
#endif
