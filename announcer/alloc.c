/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who holds which address. One run, over the Services that the store has marked:
 *   1  what is not ours (any more) lets go of its addresses
 *   2  without a controller, what status.loadBalancer says is taken as it is
 *   3  holders keep what is still valid; the youngest gives way first
 *   4  who holds nothing takes over what its status says, oldest first
 *   5  everybody is given what it asks for: holders first, then the oldest; and again for the
 *      hungry ones as long as that set something free
 * A Service that cannot have what it asks for keeps what works (ALLOC_KEPT) and is hungry: it
 * is tried again whenever an address, or a chance to share one, comes free. Nothing here
 * takes an address from its holder, and nothing outside the pools is ever held by a Service
 * that the store knows.
 */
#include "announcer/alloc_cool.h"
#include "announcer/alloc_index.h"
#include "announcer/alloc_priv.h"
#include "announcer/util.h"
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

static const struct policy no_policy;

void alloc_list_add(struct alloc_list *l, void *e)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 16;
		l->v = xrealloc(l->v, l->cap, sizeof(*l->v));
	}
	l->v[l->n++] = e;
}

static void list_clear(struct alloc_list *l)
{
	l->n = 0;
	if (l->cap <= 1024)
		return;
	free(l->v); /* a burst is over */
	*l = (struct alloc_list){0};
}

static uint32_t addr_hash(const void *e)
{
	const struct ipaddr *a = &((const struct alloc_addr *)e)->addr;

	return table_hash(a->addr, ipaddr_len(a->family), a->family);
}

static bool addr_same(const void *a, const void *b)
{
	const struct alloc_addr *x = a, *y = b;

	return ipaddr_cmp(&x->addr, &y->addr) == 0;
}

static const struct table_ops addr_ops = {addr_hash, addr_same};

struct alloc *alloc_new(struct store *st)
{
	struct alloc *a = xcalloc(1, sizeof(*a));

	a->st = st;
	a->policy = &no_policy;
	a->lb_class = xstrdup("");
	a->addrs.ops = &addr_ops;
	a->groups.ops = &alloc_group_ops;
	return a;
}

static void service_free(struct alloc_service *as)
{
	as->svc->alloc = NULL;
	free(as->text);
	free(as);
}

static void free_of(struct store_service *svc, void *arg)
{
	(void)arg;
	if (svc->alloc)
		service_free(svc->alloc);
}

static void addr_free(struct alloc *a, struct alloc_addr *aa)
{
	alloc_index_leave(a, aa);
	alloc_cool_end(a, aa);
	if (aa->users != &aa->only)
		free(aa->users);
	free(aa);
}

static void pools_fini(struct alloc *a)
{
	for (size_t i = 0; i < a->n_pools; i++)
		for (int family = 0; family < STORE_FAMILIES; family++)
			alloc_free_fini(&a->pools[i].free[family]);
	free(a->pools);
	free(a->order);
	a->pools = NULL;
	a->order = NULL;
}

void alloc_free(struct alloc *a)
{
	void *e;

	if (!a)
		return;
	store_each_service(a->st, free_of, NULL);
	for (size_t at = 0; (e = table_next(&a->addrs, &at));)
		addr_free(a, e);
	table_fini(&a->addrs);
	table_fini(&a->groups);
	free(a->changed.v);
	free(a->touched.v);
	free(a->hungry.v);
	pools_fini(a);
	free(a->lb_class);
	free(a);
}

struct alloc_pool *alloc_pool(const struct alloc *a, const struct pool *pool)
{
	return &a->pools[pool - a->policy->pools];
}

/* An address of a pool is held now, or not any more. */
static void count_used(struct alloc *a, const struct alloc_addr *aa, bool more)
{
	if (aa->pool)
		alloc_pool(a, aa->pool)->used[alloc_family(aa->addr.family)] +=
		    more ? 1 : (size_t)-1;
}

/* It may not be given, or again. */
static void set_free(struct alloc *a, const struct alloc_addr *aa, bool is_free)
{
	const struct alloc_spot spot = alloc_spot_of(aa);
	struct alloc_free *f;

	if (!aa->pool)
		return;
	f = &alloc_pool(a, aa->pool)->free[alloc_family(aa->addr.family)];
	if (is_free)
		alloc_free_give(f, &spot);
	else
		alloc_free_take(f, &spot);
}

/* Those for some Services before the others, by priority (0 is the last), as written. */
static int pool_cmp(const void *a, const void *b)
{
	const struct pool *const *x = a, *const *y = b;
	const struct pool_allocation *p = (*x)->allocation, *q = (*y)->allocation;

	if (!p != !q)
		return p ? -1 : 1;
	/* 0 - 1 is the greatest */
	if (p && p->priority != q->priority)
		return p->priority - 1 < q->priority - 1 ? -1 : 1;
	return *x < *y ? -1 : 1;
}

static void pools_init(struct alloc *a, const struct policy *policy)
{
	pools_fini(a);
	a->policy = policy;
	a->n_pools = policy->n_pools;
	a->pools = xcalloc(policy->n_pools, sizeof(*a->pools));
	a->order = xcalloc(policy->n_pools, sizeof(const struct pool *));
	a->n_special = 0;
	a->by_namespace = false;
	for (size_t i = 0; i < policy->n_pools; i++) {
		const struct pool *pool = &policy->pools[i];

		a->order[i] = pool;
		alloc_free_init(&a->pools[i].free[STORE_V4], pool, AF_INET);
		alloc_free_init(&a->pools[i].free[STORE_V6], pool, AF_INET6);
		if (!pool->allocation)
			continue;
		a->n_special++;
		a->by_namespace |= pool->allocation->namespace_selectors.n != 0;
	}
	qsort(a->order, policy->n_pools, sizeof(const struct pool *), pool_cmp);
}

void alloc_set_rules(struct alloc *a, const struct alloc_rules *rules)
{
	struct alloc_addr *aa;

	free(a->lb_class);
	a->lb_class = xstrdup(rules->lb_class ? rules->lb_class : "");
	a->controller = rules->controller;
	a->standby = rules->standby;
	a->unsure = rules->unsure;
	a->share_local = rules->share_local;
	a->cool_down_ms = (int64_t)rules->cool_down_s * 1000;
	for (size_t at = 0; (aa = table_next(&a->addrs, &at));)
		alloc_index_leave(a, aa);
	pools_init(a, rules->policy ? rules->policy : &no_policy);
	for (size_t at = 0; (aa = table_next(&a->addrs, &at));) {
		aa->pool = policy_range_of(a->policy, &aa->addr, &aa->range);
		if (aa->n_users || aa->cooling)
			set_free(a, aa, false);
		if (aa->n_users)
			count_used(a, aa, true);
		alloc_index(a, aa);
	}
	alloc_set_time(a, a->now_ms); /* with a shorter cool-down some have rested enough */
	store_mark_all(a->st, STORE_DIRTY_SERVICE);
}

bool alloc_controller(const struct alloc *a)
{
	return a->controller;
}

unsigned alloc_family_bit(const struct ipaddr *a)
{
	return a->family == AF_INET6 ? K8S_V6 : K8S_V4;
}

static struct alloc_addr *addr_find(const struct alloc *a, const struct ipaddr *addr)
{
	const struct alloc_addr probe = {.addr = *addr};

	return table_find(&a->addrs, &probe);
}

static void touch(struct alloc *a, struct alloc_addr *aa)
{
	if (aa->dirty)
		return;
	aa->dirty = true;
	alloc_list_add(&a->touched, aa);
}

static struct alloc_addr *addr_make(struct alloc *a, const struct ipaddr *addr)
{
	struct alloc_addr *aa = addr_find(a, addr);

	if (aa)
		return aa;
	aa = xcalloc(1, sizeof(*aa));
	aa->addr = *addr;
	aa->pool = policy_range_of(a->policy, addr, &aa->range);
	table_add(&a->addrs, aa);
	return aa;
}

bool alloc_holds(const struct alloc_service *as, const struct ipaddr *addr)
{
	for (size_t i = 0; i < as->n; i++)
		if (ipaddr_cmp(&as->addr[i], addr) == 0)
			return true;
	return false;
}

const struct ipaddr *alloc_held(const struct alloc_service *as, unsigned family_bit)
{
	for (size_t i = 0; i < as->n; i++)
		if (alloc_family_bit(&as->addr[i]) == family_bit)
			return &as->addr[i];
	return NULL;
}

void alloc_changed_add(struct alloc *a, struct alloc_service *as)
{
	if (!(as->flags & ALLOC_F_CHANGED))
		alloc_list_add(&a->changed, as);
	as->flags |= ALLOC_F_CHANGED;
}

/* The first needs no memory of its own. */
static void user_add(struct alloc_addr *aa, struct alloc_service *as)
{
	struct alloc_service **v = aa->users == &aa->only ? NULL : aa->users;

	if (v || aa->n_users) {
		v = xrealloc(v, aa->n_users + 1, sizeof(struct alloc_service *));
		if (aa->users == &aa->only)
			v[0] = aa->only;
	}
	aa->users = v ? v : &aa->only;
	aa->users[aa->n_users++] = as;
}

void alloc_hold(struct alloc *a, struct alloc_service *as, const struct ipaddr *addr)
{
	struct alloc_addr *aa = addr_make(a, addr);
	size_t at = as->n;

	user_add(aa, as);
	if (aa->n_users == 1) {
		count_used(a, aa, true);
		set_free(a, aa, false);
		a->freed |= aa->cooling != NULL; /* perhaps to be shared */
		alloc_cool_end(a, aa);
	}
	alloc_index(a, aa);
	if (at && ipaddr_cmp(&as->addr[0], addr) > 0) {
		as->addr[1] = as->addr[0];
		at = 0;
	}
	as->addr[at] = *addr;
	as->n++;
	touch(a, aa);
	as->moved = true;
	alloc_changed_add(a, as);
}

void alloc_release(struct alloc *a, struct alloc_service *as, const struct ipaddr *addr)
{
	struct alloc_addr *aa = addr_find(a, addr);
	size_t i = 0;

	while (aa->users[i] != as)
		i++;
	aa->users[i] = aa->users[--aa->n_users];
	if (!aa->n_users) {
		count_used(a, aa, false);
		if (!alloc_cool_begin(a, aa, as->svc))
			set_free(a, aa, true);
	}
	alloc_index(a, aa);
	if (as->n == 2 && ipaddr_cmp(&as->addr[0], addr) == 0)
		as->addr[0] = as->addr[1];
	as->n--;
	a->freed = true;
	touch(a, aa);
	as->moved = true;
	alloc_changed_add(a, as);
}

/* It gives an address up, or cannot have the one that its status has. */
void alloc_lose(struct alloc_service *as, const struct ipaddr *addr, enum alloc_loss why)
{
	as->lost = *addr;
	as->loss = (uint8_t)why;
}

void alloc_hold_only(
    struct alloc *a, struct alloc_service *as, const struct ipaddr *addr, size_t n)
{
	for (size_t i = as->n; i-- > 0;) {
		const struct ipaddr had = as->addr[i];
		bool keep = false;

		for (size_t j = 0; j < n; j++)
			keep |= ipaddr_cmp(&addr[j], &had) == 0;
		if (keep)
			continue;
		alloc_lose(as, &had, ALLOC_LOSS_ASKS);
		alloc_release(a, as, &had);
	}
	for (size_t j = 0; j < n; j++)
		if (!alloc_holds(as, &addr[j]))
			alloc_hold(a, as, &addr[j]);
}

void alloc_tell(struct alloc *a, struct alloc_service *as, enum alloc_state state,
    enum alloc_reason reason, const char *text)
{
	bool same = as->state == state && as->reason == reason;

	if (same && strcmp(as->text ? as->text : "", text) == 0)
		return;
	as->state = (uint8_t)state;
	as->reason = (uint8_t)reason;
	free(as->text);
	as->text = *text ? xstrdup(text) : NULL;
	alloc_changed_add(a, as);
}

struct alloc_service *alloc_service_make(struct alloc *a, struct store_service *svc)
{
	if (!svc->alloc) {
		svc->alloc = xcalloc(1, sizeof(*svc->alloc));
		svc->alloc->svc = svc;
		alloc_changed_add(a, svc->alloc);
	}
	return svc->alloc;
}

int alloc_restore(
    struct alloc *a, const char *ns, const char *name, const struct ipaddr *addr, size_t n)
{
	struct store_service *svc;
	struct alloc_service *as;

	if (n > 2 || (n == 2 && addr[0].family == addr[1].family))
		return -EINVAL;
	svc = store_service_make(a->st, ns, name);
	as = alloc_service_make(a, svc);
	if (!svc->obj)
		as->flags |= ALLOC_F_RESERVED;
	alloc_hold_only(a, as, addr, n);
	store_mark(a->st, svc, STORE_DIRTY_SERVICE);
	return 0;
}

static void sweep_one(struct store_service *svc, void *arg)
{
	struct alloc *a = arg;

	if (!svc->alloc || !(svc->alloc->flags & ALLOC_F_RESERVED))
		return;
	svc->alloc->flags &= (uint8_t)~ALLOC_F_RESERVED;
	store_mark(a->st, svc, STORE_DIRTY_SERVICE);
}

void alloc_sweep(struct alloc *a)
{
	store_each_service(a->st, sweep_one, a);
}

static void drop_unused(struct alloc *a, struct alloc_addr *aa)
{
	if (aa->n_users || aa->cooling || aa->dirty)
		return;
	table_remove(&a->addrs, aa);
	addr_free(a, aa);
}

void alloc_addr_free(struct alloc *a, struct alloc_addr *aa)
{
	set_free(a, aa, true);
	drop_unused(a, aa);
}

void alloc_touch(struct alloc *a, const struct ipaddr *addr)
{
	touch(a, addr_find(a, addr));
}

const struct alloc_addr *alloc_addr(const struct alloc *a, const struct ipaddr *addr)
{
	return addr_find(a, addr);
}

void alloc_clear_changed(struct alloc *a)
{
	for (size_t i = 0; i < a->changed.n; i++) {
		struct alloc_service *as = a->changed.v[i];
		const struct k8s_object *obj = as->svc->obj;

		as->flags &= (uint8_t)~ALLOC_F_CHANGED;
		as->moved = false;
		if (!as->n && !(obj && obj->service.load_balancer))
			service_free(as);
	}
	for (size_t i = 0; i < a->touched.n; i++) {
		struct alloc_addr *aa = a->touched.v[i];

		aa->dirty = false;
		drop_unused(a, aa);
	}
	list_clear(&a->changed);
	list_clear(&a->touched);
}
