/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses that might be shared, by pool, family and sharing key, in the order in which a pool
 * gives them: those whose users all have that key. So who looks for an address to share sees
 * only those of its key, not the pool. For a few shapes (the ports and the kind of backend of
 * who looked last) a group remembers below which address none fits: a thousand Services with
 * one key and one port, which cannot share at all, are not compared with each other each time.
 */
#include "announcer/alloc_index.h"
#include "announcer/alloc_priv.h"
#include "announcer/util.h"
#include <sys/socket.h>

enum { HINTS = 8 };

struct hint {
	uint64_t shape; /* 0: not in use */
	struct alloc_spot from;
};

struct alloc_group {
	const struct pool *pool;
	const char *key;
	uint8_t family;
	struct order members; /* alloc_member.in_group */
	struct hint hints[HINTS];
	unsigned next_hint;
	char text[];
};

/* Most addresses are in none. */
struct alloc_member {
	struct order_link in_group; /* the first */
	struct alloc_addr *addr;
	struct alloc_group *group;
};

static struct alloc_addr *member_of(const struct order_link *l)
{
	return ((const struct alloc_member *)(const void *)l)->addr;
}

struct alloc_spot alloc_spot_of(const struct alloc_addr *aa)
{
	return (struct alloc_spot){aa->range, aa->addr};
}

static int member_cmp(const struct order_link *a, const struct order_link *b)
{
	const struct alloc_spot x = alloc_spot_of(member_of(a)),
				y = alloc_spot_of(member_of(b));

	return alloc_spot_cmp(&x, &y);
}

static uint32_t group_hash(const void *e)
{
	const struct alloc_group *g = e;
	uint32_t h = table_hash(&g->pool, sizeof(g->pool), table_seed() ^ g->family);

	return table_hash(g->key, strlen(g->key), h);
}

static bool group_same(const void *a, const void *b)
{
	const struct alloc_group *x = a, *y = b;

	return x->pool == y->pool && x->family == y->family && strcmp(x->key, y->key) == 0;
}

const struct table_ops alloc_group_ops = {group_hash, group_same};

static struct alloc_group *group_find(
    const struct alloc *a, const struct pool *pool, uint8_t family, const char *key)
{
	const struct alloc_group probe = {.pool = pool, .family = family, .key = key};

	return table_find(&a->groups, &probe);
}

static struct alloc_group *group_make(
    struct alloc *a, const struct pool *pool, uint8_t family, const char *key)
{
	struct alloc_group *g = group_find(a, pool, family, key);
	size_t len = strlen(key) + 1;

	if (g)
		return g;
	g = xcalloc(1, sizeof(*g) + len);
	memcpy(g->text, key, len);
	g->key = g->text;
	g->pool = pool;
	g->family = family;
	g->members.cmp = member_cmp;
	table_add(&a->groups, g);
	return g;
}

/* The sharing key that all users of an address have, or NULL. */
static const char *common_key(const struct alloc_addr *aa)
{
	const char *key = NULL;

	for (size_t i = 0; aa->pool && i < aa->n_users; i++) {
		const struct alloc_service *as = aa->users[i];
		const char *its = as->svc->obj ? alloc_spec(as)->share_key : NULL;

		if (!its || !*its || (key && strcmp(key, its) != 0))
			return NULL;
		key = its;
	}
	return key;
}

void alloc_index_leave(struct alloc *a, struct alloc_addr *aa)
{
	struct alloc_member *m = aa->member;
	struct alloc_group *g = m ? m->group : NULL;

	if (!g)
		return;
	order_remove(&g->members, &m->in_group);
	free(m);
	aa->member = NULL;
	if (g->members.root)
		return;
	table_remove(&a->groups, g);
	free(g);
}

/* It may fit again, whatever was found of it. */
static void forget_hints(struct alloc_group *g, const struct alloc_addr *aa)
{
	const struct alloc_spot spot = alloc_spot_of(aa);

	for (size_t i = 0; i < HINTS; i++)
		if (alloc_spot_cmp(&g->hints[i].from, &spot) > 0)
			g->hints[i].from = spot;
}

void alloc_index(struct alloc *a, struct alloc_addr *aa)
{
	const char *key = common_key(aa);

	if (!key || !aa->member || strcmp(aa->member->group->key, key) != 0) {
		alloc_index_leave(a, aa);
		if (!key)
			return;
		aa->member = xcalloc(1, sizeof(*aa->member));
		aa->member->addr = aa;
		aa->member->group = group_make(a, aa->pool, aa->addr.family, key);
		order_add(&aa->member->group->members, &aa->member->in_group);
	}
	forget_hints(aa->member->group, aa);
}

/* Two Services of one shape fit the same addresses. Never 0. */
static uint64_t shape_of(const struct k8s_service *s)
{
	const char *backend = alloc_backend(s);
	uint32_t lo = table_hash(backend, strlen(backend), table_seed() + s->local), hi = ~lo;

	for (size_t i = 0; i < s->n_ports; i++) {
		const uint32_t port = (uint32_t)s->ports[i].proto << 16 | s->ports[i].port;

		lo = table_hash(&port, sizeof(port), lo);
		hi = table_hash(&port, sizeof(port), hi);
	}
	return (uint64_t)hi << 32 | lo | 1;
}

static struct hint *hint_of(struct alloc_group *g, uint64_t shape)
{
	struct hint *h;

	for (size_t i = 0; i < HINTS; i++)
		if (g->hints[i].shape == shape)
			return &g->hints[i];
	h = &g->hints[g->next_hint++ % HINTS];
	*h = (struct hint){.shape = shape};
	return h;
}

/* The first member that is not before the spot. */
static struct alloc_addr *member_from(
    const struct alloc_group *g, const struct alloc_spot *spot)
{
	struct alloc_addr at = {.range = spot->range, .addr = spot->addr};
	const struct alloc_member probe = {.addr = &at};
	struct order_link *l = order_upto(&g->members, &probe.in_group);

	if (!l || member_cmp(l, &probe.in_group) != 0)
		l = order_after(&g->members, &probe.in_group);
	return l ? member_of(l) : NULL;
}

static struct alloc_addr *member_next(const struct alloc_group *g, const struct alloc_addr *aa)
{
	struct order_link *l = order_after(&g->members, &aa->member->in_group);

	return l ? member_of(l) : NULL;
}

bool alloc_index_first(const struct alloc *a, const struct alloc_service *as,
    const struct alloc_pool *in, enum store_family family, struct alloc_spot *to)
{
	const struct pool *pool = in->free[family].pool;
	struct alloc_spot bound = {.range = SIZE_MAX};
	struct alloc_group *g = group_find(
	    a, pool, family == STORE_V6 ? AF_INET6 : AF_INET, alloc_spec(as)->share_key);
	struct hint *h;

	alloc_free_first(&in->free[family], &bound);
	if (!g)
		return false;
	h = hint_of(g, shape_of(alloc_spec(as)));
	for (struct alloc_addr *aa = member_from(g, &h->from); aa; aa = member_next(g, aa)) {
		const struct alloc_spot spot = alloc_spot_of(aa);

		h->from = spot;
		if (alloc_spot_cmp(&spot, &bound) > 0)
			return false;
		if (pool_is_buggy(pool, &aa->addr) || alloc_conflict(a, as, &aa->addr))
			continue;
		*to = spot;
		return true;
	}
	h->from = bound;
	return false;
}
