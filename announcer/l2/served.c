/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/l2/served.h"
#include "announcer/util.h"

void served_init(struct served_table *t)
{
	*t = (struct served_table){.n_sets = 1};
	ptable_init(&t->addrs, offsetof(struct served, key));
	t->sets = xcalloc(1, sizeof(*t->sets));
}

void served_fini(struct served_table *t)
{
	for (size_t i = 0; i < t->n_sets; i++)
		free(t->sets[i].ifindex);
	free(t->sets);
	ptable_fini(&t->addrs);
}

static bool set_has(const struct served_set *set, uint32_t ifindex)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->ifindex[i] == ifindex)
			return true;
	return false;
}

static void set_unref(struct served_table *t, uint32_t id)
{
	struct served_set *set = &t->sets[id];

	if (!id || --set->refs)
		return;
	free(set->ifindex);
	*set = (struct served_set){0};
}

/* Sorted, each once. Return: how many. */
static size_t sort(uint32_t *to, const uint32_t *from, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n && k < SERVED_MAX; i++) {
		size_t at = k;

		while (at && to[at - 1] > from[i])
			at--;
		if (at && to[at - 1] == from[i])
			continue;
		memmove(to + at + 1, to + at, (k - at) * sizeof(*to));
		to[at] = from[i];
		k++;
	}
	return k;
}

/* The number of this set, with one reference more. */
static uint32_t set_ref(
    struct served_table *t, uint8_t family, const uint32_t *ifindex, size_t n_ifindex)
{
	uint32_t sorted[SERVED_MAX + 1];
	size_t n = sort(sorted, ifindex, n_ifindex), unused = 0;
	struct served_set *set;

	for (size_t i = 1; i < t->n_sets; i++) {
		set = &t->sets[i];
		if (!set->refs) {
			unused = i;
		} else if (set->family == family && set->n == n &&
			   !memcmp(set->ifindex, sorted, n * sizeof(*sorted))) {
			set->refs++;
			return (uint32_t)i;
		}
	}
	if (!unused) {
		unused = t->n_sets++;
		t->sets = xrealloc(t->sets, t->n_sets, sizeof(*t->sets));
	}
	set = &t->sets[unused];
	*set = (struct served_set){.refs = 1, .family = family, .n = n};
	set->ifindex = xcalloc(n, sizeof(*sorted));
	memcpy(set->ifindex, sorted, n * sizeof(*sorted));
	return (uint32_t)unused;
}

static uint32_t where_ref(
    struct served_table *t, uint8_t family, const uint32_t *ifindex, size_t n)
{
	uint32_t id = set_ref(t, family, ifindex, n);

	t->sets[id].used++;
	return id;
}

static void where_unref(struct served_table *t, uint32_t id)
{
	t->sets[id].used--;
	set_unref(t, id);
}

static struct prefix key_of(uint8_t family, const uint8_t *addr)
{
	struct prefix p = {.family = family, .plen = (uint8_t)(8 * ipaddr_len(family))};

	memcpy(p.addr, addr, ipaddr_len(family));
	return p;
}

struct served *served_find(const struct served_table *t, uint8_t family, const uint8_t *addr)
{
	struct prefix p = key_of(family, addr);

	return ptable_find(&t->addrs, &p);
}

/* The burst is to be for `add`, and for what it is for if it is under way. */
static void tell(struct served_table *t, struct served *s, const uint32_t *add, size_t n)
{
	const struct served_set *news = &t->sets[s->news];
	uint32_t all[2 * SERVED_MAX], old = s->news;
	size_t k = 0;

	if (s->burst.next && !burst_is_over(&s->burst)) {
		if (!s->news)
			return;
		memcpy(all, news->ifindex, news->n * sizeof(*all));
		k = news->n;
	}
	memcpy(all + k, add, n * sizeof(*all));
	s->news = set_ref(t, t->sets[s->where].family, all, k + n);
	set_unref(t, old);
}

struct served *served_put(struct served_table *t, const struct ipaddr *a,
    const uint32_t *ifindex, size_t n, bool *news)
{
	struct prefix p = key_of(a->family, a->addr);
	struct served *s = ptable_find(&t->addrs, &p);
	uint32_t add[SERVED_MAX], old;
	size_t n_add = 0;

	if (!s) {
		s = ptable_add(&t->addrs, &p);
		s->where = where_ref(t, a->family, ifindex, n);
		*news = true;
		return s;
	}
	for (size_t i = 0; i < n && n_add < SERVED_MAX; i++)
		if (!served_on(t, s, ifindex[i]))
			add[n_add++] = ifindex[i];
	old = s->where;
	s->where = where_ref(t, a->family, ifindex, n);
	where_unref(t, old);
	if (n_add)
		tell(t, s, add, n_add);
	*news = n_add > 0;
	return s;
}

void served_tell(struct served_table *t, struct served *s, uint32_t ifindex)
{
	tell(t, s, &ifindex, 1);
}

void served_told(struct served_table *t, struct served *s)
{
	set_unref(t, s->news);
	s->news = 0;
}

void served_remove(struct served_table *t, struct served *s)
{
	where_unref(t, s->where);
	set_unref(t, s->news);
	ptable_remove(&t->addrs, s);
}

const struct served_set *served_where(const struct served_table *t, const struct served *s)
{
	return &t->sets[s->where];
}

bool served_on(const struct served_table *t, const struct served *s, uint32_t ifindex)
{
	return set_has(&t->sets[s->where], ifindex);
}

bool served_told_on(const struct served_table *t, const struct served *s, uint32_t ifindex)
{
	return served_on(t, s, ifindex) && (!s->news || set_has(&t->sets[s->news], ifindex));
}

bool served_uses(const struct served_table *t, uint8_t family, uint32_t ifindex)
{
	for (size_t i = 1; i < t->n_sets; i++) {
		const struct served_set *set = &t->sets[i];

		if (set->used && set->family == family && set_has(set, ifindex))
			return true;
	}
	return false;
}

struct ipaddr served_addr(const struct served_table *t, const struct served *s)
{
	struct prefix p = ptable_prefix(&t->addrs, s);
	struct ipaddr a = {.family = p.family};

	memcpy(a.addr, p.addr, sizeof(a.addr));
	return a;
}

struct served *served_next(const struct served_table *t, size_t *at)
{
	return ptable_next(&t->addrs, at);
}
