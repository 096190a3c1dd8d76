/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pools are for a Service (MetalLB's serviceAllocation), and what each says to it. A pool
 * that names Namespaces, by name or by their labels, is for Services in one of them; one that
 * selects Services, for those that one of its selectors matches; one that does both, for those
 * of both; one that does neither, for all. If the Namespaces that a pool selects do not exist,
 * it serves nobody unasked, but whoever asks for it.
 */
#include "announcer/alloc_tried.h"
#include "announcer/alloc_priv.h"
#include "announcer/util.h"

#define TEXT(why, ...) [why] = {__VA_ARGS__}

static const struct alloc_try_text texts[ALLOC_TRIES] = {
    TEXT(ALLOC_TRY_FITS, "fits", "has what it needs"),
    TEXT(ALLOC_TRY_NOT_ASKED, "not-asked", "is not the pool that it asks for"),
    TEXT(ALLOC_TRY_MANUAL, "no-auto-assign", "serves only who asks for it (auto-assign: no)"),
    TEXT(ALLOC_TRY_NAMESPACE, "other-namespaces", "is for other namespaces"),
    TEXT(ALLOC_TRY_LABELS, "other-labels", "is for Services with other labels"),
    TEXT(ALLOC_TRY_FAMILY, "no-family", "has no addresses of a family that it needs"),
    TEXT(ALLOC_TRY_FULL, "full", "is full"),
    TEXT(ALLOC_TRY_COOLING, "cooling", "is full but for addresses that cool down"),
};

const struct alloc_try_text *alloc_try_text(enum alloc_try why)
{
	return &texts[why];
}

static bool selects(const struct selectors *s, const struct k8s_object *ns)
{
	return ns && s->n && selectors_match(s, ns->space.labels, ns->space.n_labels);
}

/* Some Namespace that exists has labels that the pool selects. */
static bool selects_any(const struct alloc *a, const struct pool *pool)
{
	uint64_t now = store_namespaces_generation(a->st) + 1;
	struct alloc_pool *in = alloc_pool(a, pool);
	const struct k8s_object **v;
	size_t n;

	if (in->looked == now)
		return in->selects;
	in->looked = now;
	in->selects = false;
	v = store_objects(a->st, K8S_NAMESPACE, &n);
	for (size_t i = 0; i < n && !in->selects; i++)
		in->selects = selects(&pool->allocation->namespace_selectors, v[i]);
	free(v);
	return in->selects;
}

static bool in_namespace(const struct alloc *a, const struct alloc_service *as,
    const struct pool *pool, bool unasked)
{
	const struct pool_allocation *al = pool->allocation;
	const struct selectors *s = &al->namespace_selectors;
	const char *ns = as->svc->ns;

	if (!al->namespaces.n && !s->n)
		return true;
	if (strlist_has(&al->namespaces, ns) ||
	    selects(s, store_object(a->st, K8S_NAMESPACE, "", "", ns)))
		return true;
	return !unasked && !al->namespaces.n && !selects_any(a, pool);
}

enum alloc_try alloc_accepts(const struct alloc *a, const struct alloc_service *as,
    const struct pool *pool, bool unasked)
{
	const struct pool_allocation *al = pool->allocation;
	const struct k8s_service *s = alloc_spec(as);

	if (unasked && !pool->auto_assign)
		return ALLOC_TRY_MANUAL;
	if (!al)
		return ALLOC_TRY_FITS;
	if (!in_namespace(a, as, pool, unasked))
		return ALLOC_TRY_NAMESPACE;
	if (!selectors_match(&al->service_selectors, s->labels, s->n_labels))
		return ALLOC_TRY_LABELS;
	return ALLOC_TRY_FITS;
}

/* Some address of this family cools down: not all that are taken have a user. */
static bool cools(const struct alloc *a, const struct pool *pool, uint8_t family)
{
	return alloc_pool(a, pool)->used[alloc_family(family)] < pool_usable(pool, family);
}

/* It has them, but is one of this family left? */
static enum alloc_try try_family(const struct alloc *a, const struct alloc_service *as,
    const struct pool *pool, unsigned bit)
{
	const uint8_t family = bit == K8S_V6 ? AF_INET6 : AF_INET;
	struct alloc_spot spot;

	if (alloc_pick_one(a, as, alloc_pool(a, pool), alloc_family(family), &spot))
		return ALLOC_TRY_FITS;
	return cools(a, pool, family) ? ALLOC_TRY_COOLING : ALLOC_TRY_FULL;
}

enum alloc_try alloc_suits(const struct alloc *a, const struct alloc_service *as,
    const struct alloc_request *r, const struct pool *pool)
{
	enum alloc_try why;

	if (r->pool && pool != r->pool)
		return ALLOC_TRY_NOT_ASKED;
	why = alloc_accepts(a, as, pool, !r->pool);
	if (why != ALLOC_TRY_FITS)
		return why;
	if (((r->need & K8S_V4) && !pool_has_family(pool, AF_INET)) ||
	    ((r->need & K8S_V6) && !pool_has_family(pool, AF_INET6)))
		return ALLOC_TRY_FAMILY;
	return ALLOC_TRY_FITS;
}

static enum alloc_try try_pool(const struct alloc *a, const struct alloc_service *as,
    const struct alloc_request *r, const struct pool *pool)
{
	enum alloc_try why = alloc_suits(a, as, r, pool);

	if (why == ALLOC_TRY_FITS && (r->need & K8S_V4))
		why = try_family(a, as, pool, K8S_V4);
	if (why == ALLOC_TRY_FITS && (r->need & K8S_V6))
		why = try_family(a, as, pool, K8S_V6);
	return why;
}

struct alloc_tried *alloc_tried(
    const struct alloc *a, const struct alloc_service *as, size_t *n)
{
	struct alloc_tried *v = xcalloc(a->n_pools, sizeof(*v));
	struct alloc_request r;

	alloc_request_read(a, as, &r);
	*n = a->n_pools;
	for (size_t i = 0; i < *n; i++)
		v[i] = (struct alloc_tried){a->order[i], try_pool(a, as, &r, a->order[i])};
	return v;
}
