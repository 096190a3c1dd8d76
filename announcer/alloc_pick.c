/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Give one Service what it asks for. Pools that are for some Services (service-allocation) are
 * tried before the others, by priority, else as configured; addresses from the lowest: the
 * first that is free, or that may be shared with its users. Both addresses of a dual-stack
 * Service come from one pool; where both families are preferred, not required, the first pool
 * with both, else the first with the Service's primary family, else with the other. An address
 * that is held in the right pool stays, however good others are; only the missing family is
 * looked for, in the same pool.
 */
#include "announcer/alloc_cool.h"
#include "announcer/alloc_index.h"
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

bool alloc_pick_one(const struct alloc *a, const struct alloc_service *as,
    const struct alloc_pool *in, enum store_family family, struct alloc_spot *to)
{
	const char *key = alloc_spec(as)->share_key;

	if (key && *key && alloc_index_first(a, as, in, family, to))
		return true;
	return alloc_free_first(&in->free[family], to);
}

/* One address of each family in bits, all from one pool. */
static bool pick_in(const struct alloc *a, const struct alloc_service *as,
    const struct pool *pool, unsigned bits, struct choice *to)
{
	const struct alloc_pool *in = alloc_pool(a, pool);
	struct alloc_spot spot;

	to->n = 0;
	for (int family = 0; family < STORE_FAMILIES; family++) {
		if (!(bits & (family == STORE_V6 ? K8S_V6 : K8S_V4)))
			continue;
		if (!alloc_pick_one(a, as, in, (enum store_family)family, &spot))
			return false;
		to->addr[to->n++] = spot.addr;
	}
	return true;
}

/* Pools that are tried one after the other. */
struct tier {
	const struct pool *const *pools;
	size_t n;
};

static bool pick_any(const struct alloc *a, const struct alloc_service *as,
    const struct tier *t, unsigned bits, struct choice *to)
{
	for (size_t i = 0; i < t->n; i++)
		if (pick_in(a, as, t->pools[i], bits, to))
			return true;
	return false;
}

/* As many families as the Service's policy insists on. */
static bool pick_tier(const struct alloc *a, const struct alloc_service *as,
    const struct alloc_request *r, const struct tier *t, struct choice *to)
{
	const struct k8s_service *s = alloc_spec(as);
	unsigned first = s->primary == K8S_V6 ? K8S_V6 : K8S_V4;

	if (pick_any(a, as, t, r->need, to))
		return true;
	if (!r->dual || s->policy == K8S_REQUIRE_DUAL || r->whole)
		return false;
	return pick_any(a, as, t, first, to) || pick_any(a, as, t, r->need & ~first, to);
}

/* Of the pools from..to, those that are for the Service unasked. */
static size_t accepting(const struct alloc *a, const struct alloc_service *as, size_t from,
    size_t to, const struct pool **v)
{
	size_t n = 0;

	for (size_t i = from; i < to; i++)
		if (alloc_accepts(a, as, a->order[i], true) == ALLOC_TRY_FITS)
			v[n++] = a->order[i];
	return n;
}

/* The pools that are for some Services come first, even if one of the others were better. */
static bool pick(const struct alloc *a, const struct alloc_service *as,
    const struct alloc_request *r, struct choice *to)
{
	struct tier special = {&r->pool, 1}, rest = {0};
	const struct pool **v;
	bool found;

	if (r->pool)
		return pick_tier(a, as, r, &special, to);
	v = xcalloc(a->n_pools, sizeof(const struct pool *));
	special = (struct tier){v, accepting(a, as, 0, a->n_special, v)};
	rest.pools = v + special.n;
	rest.n = accepting(a, as, a->n_special, a->n_pools, v + special.n);
	found = pick_tier(a, as, r, &special, to) || pick_tier(a, as, r, &rest, to);
	free(v);
	return found;
}

/* How many of the pools that the request may use say so. */
static void count_tries(const struct alloc *a, const struct alloc_service *as,
    const struct alloc_request *r, size_t *says)
{
	for (size_t i = 0; i < a->n_pools; i++)
		says[alloc_suits(a, as, r, a->order[i])]++;
}

static void fail(
    struct alloc *a, struct alloc_service *as, enum alloc_reason why, const char *text)
{
	alloc_tell(a, as, as->n ? ALLOC_KEPT : ALLOC_PENDING, why, text);
}

static void fail_pick(struct alloc *a, struct alloc_service *as, const struct alloc_request *r)
{
	const char *word = family_word(r->need);
	enum alloc_reason why = ALLOC_POOL_FULL;
	size_t says[ALLOC_TRIES] = {0};
	char text[ALLOC_TEXT_MAX];

	count_tries(a, as, r, says);
	if (!a->n_pools) {
		why = ALLOC_NO_POOLS;
		snprintf(text, sizeof(text), "there is no address pool");
	} else if (says[ALLOC_TRY_FITS] && r->pool) {
		snprintf(
		    text, sizeof(text), "pool %s has no free %s address", r->pool->name, word);
	} else if (says[ALLOC_TRY_FITS]) {
		snprintf(
		    text, sizeof(text), "no pool with auto-assign has a free %s address", word);
	} else if (r->pool) {
		why = ALLOC_NO_FIT;
		snprintf(
		    text, sizeof(text), "pool %s has no %s addresses", r->pool->name, word);
	} else if (!says[ALLOC_TRY_FAMILY] &&
		   says[ALLOC_TRY_NAMESPACE] + says[ALLOC_TRY_LABELS]) {
		why = ALLOC_NOT_FOR_IT;
		snprintf(text, sizeof(text),
		    "no pool with auto-assign is for its namespace and labels");
	} else {
		why = ALLOC_NO_FIT;
		snprintf(text, sizeof(text), "no pool with auto-assign has %s addresses", word);
	}
	fail(a, as, why, text);
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
	struct alloc_request both = *r;
	struct choice c;

	if (as->n && (!r->pool || alloc_addr(a, &as->addr[0])->pool == r->pool)) {
		add_missing(a, as, r);
		/* One that had two goes where it has two again, if it can. */
		both.whole = true;
		if (missing_of(as, r) && !required && (as->flags & ALLOC_F_LOST) &&
		    pick(a, as, &both, &c))
			alloc_hold_only(a, as, c.addr, c.n);
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

		if (alloc_cools(alloc_addr(a, &r->addr[i]), as)) {
			snprintf(text, sizeof(text),
			    "asks for %s, which another Service had a moment ago",
			    ipaddr_str(&r->addr[i], buf));
			fail(a, as, ALLOC_COOLING, text);
			return;
		}
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
