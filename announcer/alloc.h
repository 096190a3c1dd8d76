/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * alloc.h - which addresses each Service has: what it asks for, else what it holds, else the
 * first free address of the first fitting pool; without a controller, what its status says.
 * Nothing outside the pools is ever given, nothing is ever taken from its holder. Pure.
 */
#ifndef GREVY_ALLOC_H
#define GREVY_ALLOC_H
#include "announcer/alloc_text.h"
#include "announcer/policy.h"
#include "announcer/store.h"

/* What one Service has. Owned by alloc, valid until the next call that changes it. */
struct alloc_service {
	struct store_service *svc;
	char *text;            /* "192.0.2.1 is used by default/web"; NULL when all is well */
	struct ipaddr addr[2]; /* IPv4 before IPv6 */
	uint8_t n;             /* addresses */
	uint8_t state;         /* enum alloc_state */
	uint8_t reason;        /* enum alloc_reason */
	uint8_t flags;         /* alloc's own */
	uint8_t moved : 1;     /* other addresses since alloc_clear_changed() */
	uint8_t loss : 7;      /* enum alloc_loss, of `lost` */
	struct ipaddr lost;    /* the last one that it had to give up */
};

struct alloc_member;
struct alloc_cooling;

/* An address in use, or one that was a moment ago. */
struct alloc_addr {
	struct ipaddr addr;
	bool dirty;
	uint32_t n_users;
	const struct pool *pool;      /* NULL: in none any more */
	struct alloc_service **users; /* in no order */
	/* alloc's own */
	struct alloc_service *only;  /* users points here when there is but one */
	size_t range;                /* of pool->ranges[] */
	struct alloc_member *member; /* of a group; NULL = of none */
	struct alloc_cooling *cooling;
};

/* What alloc follows besides the store. */
struct alloc_rules {
	const struct policy *policy; /* indexed; borrowed until the next alloc_set_rules() */
	const char *lb_class;        /* "" = Services without a class; copied */
	bool controller;             /* we assign */
	bool standby;                /* we do not now, but may */
	bool unsure;                 /* there may be other pools: what a status has of none that
	                                is known stays as it is, and its Service gets no other */
	bool share_local; /* Services with externalTrafficPolicy: Local and unlike selectors may
	                   * share an address */
	uint32_t cool_down_s; /* before an address is given to another Service */
};

struct alloc;
struct alloc *alloc_new(struct store *st);
void alloc_free(struct alloc *a); /* before its store; NULL is fine */

void alloc_set_rules(struct alloc *a, const struct alloc_rules *rules); /* all is judged anew */
bool alloc_controller(const struct alloc *a);                           /* of those rules */

/* An assignment from before a restart, at most one address a family: reserved for that Service,
 * until alloc_sweep() if it never comes. Return: 0, or -EINVAL (two of a family: ignored). */
int alloc_restore(
    struct alloc *a, const char *ns, const char *name, const struct ipaddr *addr, size_t n);
/* Nothing is missing from the store any more: free what is reserved for Services that are not
 * there. Takes effect at the next alloc_run(). */
void alloc_sweep(struct alloc *a);

/* What time it is, by any clock that never goes back: addresses that have cooled down are free
 * at the next alloc_run(). */
void alloc_set_time(struct alloc *a, int64_t now_ms);
/* When the next one has cooled down, by that clock; -1 = none does. */
int64_t alloc_cool_ms(const struct alloc *a);

/* Judge the Services that the store has marked. Return: how many have other addresses now. */
size_t alloc_run(struct alloc *a);

/* What a Service has, or NULL when it was never seen. */
const struct alloc_service *alloc_service(
    const struct alloc *a, const char *ns, const char *name);
const struct alloc_addr *alloc_addr(
    const struct alloc *a, const struct ipaddr *addr); /* or NULL */

/* Every Service that has addresses, in order of namespace and name: what is to be kept. */
typedef void alloc_fn(const struct alloc_service *as, void *arg);
void alloc_each(const struct alloc *a, alloc_fn *fn, void *arg);
/* Every Service that has not all of what it asks for; in no order. */
void alloc_each_hungry(const struct alloc *a, alloc_fn *fn, void *arg);

/* Services whose addresses, state or text changed since alloc_clear_changed(); in no order. */
struct alloc_service *const *alloc_changed(const struct alloc *a, size_t *n);
/* Addresses whose users changed, or with a user that the store has marked. */
struct alloc_addr *const *alloc_touched(const struct alloc *a, size_t *n);
/* Forget both; entries that nothing needs are freed. */
void alloc_clear_changed(struct alloc *a);

/* Addresses of a pool in use by family (AF_INET, AF_INET6). */
size_t alloc_pool_used(const struct alloc *a, const struct pool *pool, uint8_t family);
#endif
