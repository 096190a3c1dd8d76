/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps of one run (see alloc.c), and what can be read afterwards. */
#include "announcer/alloc_cool.h"
#include "announcer/alloc_index.h"
#include "announcer/alloc_priv.h"
#include "announcer/util.h"
#include <stdio.h>
#include <sys/socket.h>

static bool is_lb(const struct store_service *svc)
{
	return svc->obj && svc->obj->service.load_balancer;
}

static bool class_matches(const struct alloc *a, const struct store_service *svc)
{
	const char *class = svc->obj->service.lb_class;

	return strcmp(class ? class : "", a->lb_class) == 0;
}

static bool is_ours(const struct alloc *a, const struct store_service *svc)
{
	return is_lb(svc) && class_matches(a, svc);
}

/* Without a controller the status of a Service is somebody else's word, and final. */
static bool is_dictated(const struct alloc *a, const struct alloc_service *as)
{
	return !a->controller && alloc_spec(as)->n_ingress;
}

/* The record of a Service that is to be judged; NULL when there is nothing to say of it. */
static struct alloc_service *judged(struct alloc *a, struct store_service *svc)
{
	return is_lb(svc) ? alloc_service_make(a, svc) : svc->alloc;
}

static void let_go(struct alloc *a, struct alloc_service *as)
{
	char text[ALLOC_TEXT_MAX];

	as->flags &= (uint8_t)~ALLOC_F_HUNGRY;
	alloc_hold_only(a, as, NULL, 0);
	if (!is_lb(as->svc)) {
		alloc_tell(a, as, ALLOC_IGNORED, ALLOC_NOT_LB, "");
		return;
	}
	snprintf(text, sizeof(text), "its loadBalancerClass is \"%.100s\", ours is \"%.100s\"",
	    alloc_spec(as)->lb_class ? alloc_spec(as)->lb_class : "", a->lb_class);
	alloc_tell(a, as, ALLOC_IGNORED, ALLOC_OTHER_CLASS, text);
}

/* Addresses that status names, one a family. Return: false when there are two of a family. */
static bool status_addresses(const struct k8s_service *s, struct ipaddr *addr, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < s->n_ingress; i++) {
		bool known = false;

		for (size_t j = 0; j < *n; j++) {
			known |= ipaddr_cmp(&addr[j], &s->ingress[i]) == 0;
			if (!known && addr[j].family == s->ingress[i].family)
				return false;
		}
		if (!known)
			addr[(*n)++] = s->ingress[i];
	}
	return true;
}

/* Others that only asked for an address may have to give way to who has it by dictate. */
static void judge_users_again(struct alloc *a, const struct alloc_service *as)
{
	for (size_t i = 0; i < as->n; i++) {
		const struct alloc_addr *aa = alloc_addr(a, &as->addr[i]);

		for (size_t j = 0; j < aa->n_users; j++)
			if (aa->users[j] != as)
				store_mark(a->st, aa->users[j]->svc, STORE_DIRTY_SERVICE);
	}
}

static void take_dictate(struct alloc *a, struct alloc_service *as)
{
	char text[ALLOC_TEXT_MAX] = "", buf[PREFIX_STRLEN];
	struct ipaddr want[2], have[2];
	uint8_t loss = as->loss;
	size_t n, kept = 0;

	if (!status_addresses(alloc_spec(as), want, &n)) {
		alloc_hold_only(a, as, NULL, 0);
		alloc_tell(a, as, ALLOC_PENDING, ALLOC_TWO_OF_FAMILY,
		    "its status has two addresses of one family");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (policy_pool_of(a->policy, &want[i]))
			have[kept++] = want[i];
		else
			snprintf(text, sizeof(text), "its status has %s, which is in no pool",
			    ipaddr_str(&want[i], buf));
	}
	as->loss = ALLOC_LOSS_NONE;
	alloc_hold_only(a, as, have, kept);
	as->loss = as->loss == ALLOC_LOSS_NONE ? loss : ALLOC_LOSS_STATUS;
	if (kept == n)
		alloc_tell(a, as, ALLOC_ASSIGNED, ALLOC_OK, "");
	else
		alloc_tell(a, as, kept ? ALLOC_PARTIAL : ALLOC_PENDING, ALLOC_OUTSIDE, text);
	judge_users_again(a, as);
}

/* Why a Service may not go on holding an address, or take it over; ALLOC_LOSS_NONE = it may. */
static enum alloc_loss loss_of(
    const struct alloc *a, const struct alloc_service *as, const struct ipaddr *addr)
{
	const struct pool *pool = policy_pool_of(a->policy, addr);
	unsigned families = alloc_spec(as)->families;

	if (!pool)
		return ALLOC_LOSS_NO_POOL;
	if (!(alloc_family_bit(addr) & (families ? families : K8S_V4)))
		return ALLOC_LOSS_FAMILY;
	if (pool_is_buggy(pool, addr))
		return ALLOC_LOSS_AVOIDED;
	if (alloc_accepts(a, as, pool, false) != ALLOC_TRY_FITS)
		return ALLOC_LOSS_NOT_FOR_IT;
	if (alloc_cools(alloc_addr(a, addr), as))
		return ALLOC_LOSS_COOLING;
	return alloc_conflict(a, as, addr) ? ALLOC_LOSS_IN_USE : ALLOC_LOSS_NONE;
}

static void keep_one_pool(struct alloc *a, struct alloc_service *as)
{
	unsigned primary = alloc_spec(as)->primary == K8S_V6 ? K8S_V6 : K8S_V4;
	const struct ipaddr *keep;
	struct ipaddr only;

	if (as->n < 2 || alloc_addr(a, &as->addr[0])->pool == alloc_addr(a, &as->addr[1])->pool)
		return;
	keep = alloc_held(as, primary);
	only = keep ? *keep : as->addr[0];
	alloc_hold_only(a, as, &only, 1);
	as->loss = ALLOC_LOSS_TWO_POOLS;
}

static void keep_valid(struct alloc *a, struct alloc_service *as)
{
	struct alloc_request r;
	uint8_t had = as->n;

	if (is_dictated(a, as))
		return;
	for (size_t i = as->n; i-- > 0;) {
		const struct ipaddr addr = as->addr[i];

		enum alloc_loss loss = loss_of(a, as, &addr);

		if (loss == ALLOC_LOSS_NONE)
			continue;
		alloc_lose(as, &addr, loss);
		alloc_release(a, as, &addr);
	}
	keep_one_pool(a, as);
	if (had == 2 && as->n == 1)
		as->flags |= ALLOC_F_LOST;
	if (a->controller || !as->n)
		return;
	alloc_request_read(a, as, &r);
	if (r.reason == ALLOC_OK && !r.n) /* it no longer asks, and nobody assigns */
		alloc_hold_only(a, as, NULL, 0);
}

/* A Service that holds nothing takes over what an earlier controller gave it. */
static void adopt(struct alloc *a, struct alloc_service *as)
{
	struct ipaddr addr[2];
	size_t n;

	if (!a->controller || as->n || !status_addresses(alloc_spec(as), addr, &n))
		return;
	for (size_t i = 0; i < n; i++) {
		enum alloc_loss loss = loss_of(a, as, &addr[i]);

		if (loss == ALLOC_LOSS_NONE)
			alloc_hold(a, as, &addr[i]);
		else
			alloc_lose(as, &addr[i], loss);
	}
	keep_one_pool(a, as);
}

static int by_age(const void *a, const void *b)
{
	const struct alloc_service *const *x = a, *const *y = b;

	return store_service_cmp_age((*x)->svc, (*y)->svc);
}

static int by_holding(const void *a, const void *b)
{
	const struct alloc_service *const *x = a, *const *y = b;
	int c = (*x)->n ? 0 : 1;

	c -= (*y)->n ? 0 : 1;
	return c ? c : by_age(a, b);
}

/* Most often they are in order already: to see that is cheaper than to sort again. */
static void sort(struct alloc_list *l, int (*cmp)(const void *, const void *))
{
	size_t i = 1;

	while (i < l->n && cmp(&l->v[i - 1], &l->v[i]) <= 0)
		i++;
	if (i < l->n)
		qsort(l->v, l->n, sizeof(*l->v), cmp);
}

/* Its status has an address that may be of a pool which is not known: it is left as it is. */
static bool is_left(struct alloc *a, struct alloc_service *as)
{
	const struct k8s_service *s = alloc_spec(as);
	char text[ALLOC_TEXT_MAX], buf[PREFIX_STRLEN];
	size_t i = 0;

	if (!a->unsure || !a->controller || as->n)
		return false;
	while (i < s->n_ingress && policy_pool_of(a->policy, &s->ingress[i]))
		i++;
	if (i == s->n_ingress)
		return false;
	snprintf(text, sizeof(text),
	    "its status has %s, which is in no pool, unless in one that cannot be read",
	    ipaddr_str(&s->ingress[i], buf));
	alloc_tell(a, as, ALLOC_PENDING, ALLOC_OUTSIDE, text);
	return true;
}

static void satisfy(struct alloc *a, struct alloc_service *as)
{
	if (!is_left(a, as) && !is_dictated(a, as))
		alloc_satisfy(a, as);
	as->flags &= (uint8_t)~ALLOC_F_LOST;
	if (as->state == ALLOC_ASSIGNED) {
		as->flags &= (uint8_t)~ALLOC_F_HUNGRY;
	} else if (!(as->flags & ALLOC_F_HUNGRY)) {
		as->flags |= ALLOC_F_HUNGRY;
		alloc_list_add(&a->hungry, as);
	}
}

static void give(struct alloc *a, struct alloc_list *to)
{
	sort(to, by_age);
	for (size_t i = 0; i < to->n; i++)
		adopt(a, to->v[i]);
	sort(to, by_holding);
	for (size_t i = 0; i < to->n; i++)
		satisfy(a, to->v[i]);
}

/* The Services that are ours and marked as changed themselves; the others let go. */
static void sort_out(struct alloc *a, struct alloc_list *ours)
{
	struct store_service **dirty;
	size_t n;

	dirty = store_dirty(a->st, &n);
	for (size_t i = 0; i < n; i++) {
		struct alloc_service *as =
		    dirty[i]->dirty & STORE_DIRTY_SERVICE ? judged(a, dirty[i]) : NULL;

		if (!as || (as->flags & ALLOC_F_RESERVED && !as->svc->obj))
			continue;
		as->flags &= (uint8_t)~ALLOC_F_RESERVED;
		if (!is_ours(a, as->svc)) {
			let_go(a, as);
			continue;
		}
		alloc_list_add(ours, as);
		/* Another key or other ports may make room for a sharer. */
		a->freed |= as->n && alloc_spec(as)->share_key;
		for (size_t j = 0; j < as->n; j++)
			alloc_index(a, (struct alloc_addr *)alloc_addr(a, &as->addr[j]));
	}
}

/* Which addresses have to be looked at again, whoever holds them now. */
static void touch_dirty(struct alloc *a)
{
	struct store_service **dirty;
	size_t n;

	dirty = store_dirty(a->st, &n);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; dirty[i]->alloc && j < dirty[i]->alloc->n; j++)
			alloc_touch(a, &dirty[i]->alloc->addr[j]);
}

static void dictate(struct alloc *a)
{
	struct store_service **dirty;
	size_t n;

	if (a->controller)
		return;
	dirty = store_dirty(a->st, &n);
	for (size_t i = 0; i < n; i++) {
		struct store_service *svc = dirty[i];

		if (!(svc->dirty & STORE_DIRTY_SERVICE) || !is_ours(a, svc) ||
		    !svc->obj->service.n_ingress)
			continue;
		take_dictate(a, judged(a, svc));
		dirty = store_dirty(a->st, &n); /* it may have marked others */
	}
}

static void add_hungry(struct alloc *a, struct alloc_list *to)
{
	struct alloc_list *h = &a->hungry;

	for (size_t i = 0; i < h->n; i++) {
		struct alloc_service *as = h->v[i];

		if ((as->flags & ALLOC_F_HUNGRY) && !(as->svc->dirty & STORE_DIRTY_SERVICE))
			alloc_list_add(to, as);
	}
}

/* Keep those that are still hungry, each once. */
static void prune_hungry(struct alloc *a)
{
	struct alloc_list *h = &a->hungry;
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++) {
		struct alloc_service *as = h->v[i];

		if (as->flags & ALLOC_F_HUNGRY) {
			as->flags &= (uint8_t)~ALLOC_F_HUNGRY; /* seen */
			h->v[n++] = as;
		}
	}
	h->n = n;
	for (size_t i = 0; i < n; i++)
		((struct alloc_service *)h->v[i])->flags |= ALLOC_F_HUNGRY;
}

/* Which pools are for a Service may depend on the labels of any Namespace. */
static void see_namespaces(struct alloc *a)
{
	uint64_t generation = store_namespaces_generation(a->st);

	if (generation == a->namespaces)
		return;
	a->namespaces = generation;
	if (!a->by_namespace)
		return;
	store_mark_all(a->st, STORE_DIRTY_SERVICE);
	a->freed = true;
}

size_t alloc_run(struct alloc *a)
{
	struct alloc_list waiting = {0};
	size_t moved = 0;

	see_namespaces(a);
	touch_dirty(a);
	dictate(a);
	sort_out(a, &waiting);
	sort(&waiting, by_age);
	for (size_t i = waiting.n; i-- > 0;)
		keep_valid(a, waiting.v[i]);
	if (a->freed)
		add_hungry(a, &waiting);
	a->freed = false;
	if (waiting.n)
		give(a, &waiting);
	while (a->freed && a->hungry.n) {
		a->freed = false;
		prune_hungry(a);
		waiting.n = 0;
		for (size_t i = 0; i < a->hungry.n; i++)
			alloc_list_add(&waiting, a->hungry.v[i]);
		if (waiting.n)
			give(a, &waiting);
	}
	a->freed = false;
	prune_hungry(a);
	free(waiting.v);
	for (size_t i = 0; i < a->changed.n; i++)
		moved += ((struct alloc_service *)a->changed.v[i])->moved;
	return moved;
}

const struct alloc_service *alloc_service(
    const struct alloc *a, const char *ns, const char *name)
{
	const struct store_service *svc = store_service(a->st, ns, name);

	return svc ? svc->alloc : NULL;
}

struct each {
	alloc_fn *fn;
	void *arg;
};

static void each_one(struct store_service *svc, void *arg)
{
	const struct each *e = arg;

	if (svc->alloc && svc->alloc->n)
		e->fn(svc->alloc, e->arg);
}

void alloc_each(const struct alloc *a, alloc_fn *fn, void *arg)
{
	struct each e = {fn, arg};

	store_each_service(a->st, each_one, &e);
}

void alloc_each_hungry(const struct alloc *a, alloc_fn *fn, void *arg)
{
	for (size_t i = 0; i < a->hungry.n; i++) {
		const struct alloc_service *as = a->hungry.v[i];

		if (as->flags & ALLOC_F_HUNGRY && as->svc->obj)
			fn(as, arg);
	}
}

struct alloc_service *const *alloc_changed(const struct alloc *a, size_t *n)
{
	*n = a->changed.n;
	return (struct alloc_service *const *)a->changed.v;
}

struct alloc_addr *const *alloc_touched(const struct alloc *a, size_t *n)
{
	*n = a->touched.n;
	return (struct alloc_addr *const *)a->touched.v;
}

size_t alloc_pool_used(const struct alloc *a, const struct pool *pool, uint8_t family)
{
	for (size_t i = 0; i < a->n_pools; i++)
		if (&a->policy->pools[i] == pool)
			return a->pools[i].used[alloc_family(family)];
	return 0;
}
