/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Give one Service what it asks for. Pools are tried as configured, addresses from the lowest:
 * the first that is free, or that may be shared with its users. Both addresses of a dual-stack
 * Service come from one pool; where both families are preferred, not required, the first pool
 * with both, else the first with the Service's primary family, else with the other. An address
 * that is held in the right pool stays, however good others are; only the missing family is
 * looked for, in the same pool.
 *
 * A cursor for each pool and family remembers below which address nothing is free, so that
 * ten thousand Services cost ten thousand steps, not fifty million.
 */
#include "announcer/alloc_priv.h"
#include "announcer/util.h"
#include <stdio.h>
#include <sys/socket.h>

struct choice {
	struct ipaddr addr[2];
	size_t n;
};

static const char *family_word(unsigned bits)
{
	return bits == K8S_V4 ? "IPv4" : bits == K8S_V6 ? "IPv6" : "IPv4 and IPv6";
}

static bool in_use(const struct alloc *a, const struct ipaddr *addr)
{
	const struct alloc_addr *aa = alloc_addr(a, addr);

	return aa && aa->n_users;
}

static bool pick_free(
    struct alloc *a, const struct pool *pool, unsigned bit, struct ipaddr *addr)
{
	struct alloc_cursor *c = &a->cursors[pool - a->policy->pools];
	struct pool_iter *at = &c->at[bit == K8S_V6 ? STORE_V6 : STORE_V4], before = *at;

	while (pool_iter_next(at, addr)) {
		if (!in_use(a, addr)) {
			*at = before; /* free until it is held */
			return true;
		}
		before = *at;
	}
	return false;
}

static bool pick_shared(struct alloc *a, const struct alloc_service *as,
    const struct pool *pool, unsigned bit, struct ipaddr *addr)
{
	struct pool_iter it;

	pool_iter_init(&it, pool, bit == K8S_V6 ? AF_INET6 : AF_INET);
	while (pool_iter_next(&it, addr))
		if (!in_use(a, addr) || !alloc_conflict(a, as, addr))
			return true;
	return false;
}

static bool pick_one(struct alloc *a, const struct alloc_service *as, const struct pool *pool,
    unsigned bit, struct ipaddr *addr)
{
	const char *key = alloc_spec(as)->share_key;

	if (key && *key)
		return pick_shared(a, as, pool, bit, addr);
	return pick_free(a, pool, bit, addr);
}

/* One address of each family in bits, all from one pool. */
static bool pick_in(struct alloc *a, const struct alloc_service *as, const struct pool *pool,
    unsigned bits, struct choice *to)
{
	static const unsigned order[] = {K8S_V4, K8S_V6};

	to->n = 0;
	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if ((bits & order[i]) && !pick_one(a, as, pool, order[i], &to->addr[to->n++]))
			return false;
	return true;
}

static bool pick_any(struct alloc *a, const struct alloc_service *as,
    const struct alloc_request *r, unsigned bits, struct choice *to)
{
	if (r->pool)
		return pick_in(a, as, r->pool, bits, to);
	for (size_t i = 0; i < a->policy->n_pools; i++)
		if (a->policy->pools[i].auto_assign &&
		    pick_in(a, as, &a->policy->pools[i], bits, to))
			return true;
	return false;
}

/* As many families as the Service's policy insists on. */
static bool pick(struct alloc *a, const struct alloc_service *as, const struct alloc_request *r,
    struct choice *to)
{
	const struct k8s_service *s = alloc_spec(as);
	unsigned first = s->primary == K8S_V6 ? K8S_V6 : K8S_V4;

	if (pick_any(a, as, r, r->need, to))
		return true;
	if (!r->dual || s->policy == K8S_REQUIRE_DUAL)
		return false;
	return pick_any(a, as, r, first, to) || pick_any(a, as, r, r->need & ~first, to);
}

static bool pool_fits(const struct pool *p, unsigned bits)
{
	return (!(bits & K8S_V4) || pool_has_family(p, AF_INET)) &&
	       (!(bits & K8S_V6) || pool_has_family(p, AF_INET6));
}

/* A pool that the request may use has these families. */
static bool some_pool_fits(const struct alloc *a, const struct alloc_request *r)
{
	if (r->pool)
		return pool_fits(r->pool, r->need);
	for (size_t i = 0; i < a->policy->n_pools; i++)
		if (a->policy->pools[i].auto_assign && pool_fits(&a->policy->pools[i], r->need))
			return true;
	return false;
}

static void fail(
    struct alloc *a, struct alloc_service *as, enum alloc_reason why, const char *text)
{
	alloc_tell(a, as, as->n ? ALLOC_KEPT : ALLOC_PENDING, why, text);
}

static void fail_pick(struct alloc *a, struct alloc_service *as, const struct alloc_request *r)
{
	const char *word = family_word(r->need);
	char text[ALLOC_TEXT_MAX];

	if (!a->policy->n_pools) {
		fail(a, as, ALLOC_NO_POOLS, "there is no address pool");
	} else if (!some_pool_fits(a, r)) {
		if (r->pool)
			snprintf(text, sizeof(text), "pool %s has no %s addresses",
			    r->pool->name, word);
		else
			snprintf(text, sizeof(text),
			    "no pool with auto-assign has %s addresses", word);
		fail(a, as, ALLOC_NO_FIT, text);
	} else {
		if (r->pool)
			snprintf(text, sizeof(text), "pool %s has no free %s address",
			    r->pool->name, word);
		else
			snprintf(text, sizeof(text),
			    "no pool with auto-assign has a free %s address", word);
		fail(a, as, ALLOC_POOL_FULL, text);
	}
}

static void tell_partial(struct alloc *a, struct alloc_service *as, unsigned missing)
{
	char text[ALLOC_TEXT_MAX];

	snprintf(text, sizeof(text), "pool %s has no free %s address",
	    alloc_addr(a, &as->addr[0])->pool->name, family_word(missing));
	alloc_tell(a, as, ALLOC_PARTIAL, ALLOC_POOL_FULL, text);
}

static unsigned missing_of(const struct alloc_service *as, const struct alloc_request *r)
{
	unsigned missing = r->need;

	for (size_t i = 0; i < as->n; i++)
		missing &= ~alloc_family_bit(&as->addr[i]);
	return missing;
}

static void settle(struct alloc *a, struct alloc_service *as, const struct alloc_request *r)
{
	unsigned missing = missing_of(as, r);

	if (missing)
		tell_partial(a, as, missing);
	else
		alloc_tell(a, as, ALLOC_ASSIGNED, ALLOC_OK, "");
}

/* Add the family that a Service with one address lacks, from the same pool. */
static void add_missing(
    struct alloc *a, struct alloc_service *as, const struct alloc_request *r)
{
	const struct pool *pool = alloc_addr(a, &as->addr[0])->pool;
	struct choice c;

	if (missing_of(as, r) && pick_in(a, as, pool, missing_of(as, r), &c))
		alloc_hold(a, as, &c.addr[0]);
}

static void satisfy_pool(
    struct alloc *a, struct alloc_service *as, const struct alloc_request *r)
{
	bool required = alloc_spec(as)->policy == K8S_REQUIRE_DUAL;
	struct choice c;

	if (as->n && (!r->pool || alloc_addr(a, &as->addr[0])->pool == r->pool)) {
		add_missing(a, as, r);
		if (!missing_of(as, r) || !required) {
			settle(a, as, r);
			return;
		}
	}
	if (!pick(a, as, r, &c)) {
		fail_pick(a, as, r);
		return;
	}
	alloc_hold_only(a, as, c.addr, c.n);
	settle(a, as, r);
}

static void satisfy_addresses(
    struct alloc *a, struct alloc_service *as, const struct alloc_request *r)
{
	char text[ALLOC_TEXT_MAX], buf[PREFIX_STRLEN];

	for (size_t i = 0; i < r->n; i++) {
		const struct alloc_service *other = alloc_conflict(a, as, &r->addr[i]);

		if (!other)
			continue;
		snprintf(text, sizeof(text), "asks for %s, which %s/%s uses",
		    ipaddr_str(&r->addr[i], buf), other->svc->ns, other->svc->name);
		fail(a, as, ALLOC_IN_USE, text);
		return;
	}
	alloc_hold_only(a, as, r->addr, r->n);
	alloc_tell(a, as, ALLOC_ASSIGNED, ALLOC_OK, "");
}

void alloc_satisfy(struct alloc *a, struct alloc_service *as)
{
	struct alloc_request r;

	alloc_request_read(a, as, &r);
	if (r.reason != ALLOC_OK)
		fail(a, as, r.reason, r.text);
	else if (r.n)
		satisfy_addresses(a, as, &r);
	else if (a->controller)
		satisfy_pool(a, as, &r);
	else
		alloc_tell(a, as, ALLOC_PENDING, ALLOC_NO_CONTROLLER,
		    a->standby
			? "its status has none yet: who holds the Lease assigns"
			: "nobody assigns addresses: its status has none, controller is off");
}
