/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What many addresses have in common is kept once: nodes by name, sets of candidates, lists of
 * interfaces. Sets and lists are counted; nodes that nothing names any more are swept now and
 * then, since names come from the LAN and from Kubernetes and may be others every day.
 */
#include "announcer/l2/owners_int.h"
#include "announcer/table.h"
#include "announcer/util.h"

enum { SWEEP_MIN = 64 };

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static uint64_t hash_bytes(const void *p, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ ((const uint8_t *)p)[i]) * 0x100000001b3u;
	return mix(h);
}

uint64_t owners_hash_key(const struct ipaddr *key)
{
	return hash_bytes(key->addr, ipaddr_len(key->family));
}

uint64_t owners_rank(uint64_t node, uint64_t key)
{
	return mix(node + 0x9e3779b97f4a7c15u * (key | 1));
}

uint64_t l2_rank(const char *node, const struct ipaddr *key)
{
	return owners_rank(hash_bytes(node, strlen(node)), owners_hash_key(key));
}

/* ---- nodes ---- */

static int cmp_name(const void *key, const void *element)
{
	const struct owners_node *const *node = element;

	return strcmp(key, (*node)->name);
}

/* Where the name is, or is to be. */
static size_t node_at(const struct l2_owners *o, const char *name, bool *found)
{
	size_t at = sorted_place(name, o->nodes, o->n_nodes, sizeof(o->nodes[0]), cmp_name);

	*found = at < o->n_nodes && cmp_name(name, &o->nodes[at]) == 0;
	return at;
}

struct owners_node *owners_node(struct l2_owners *o, const char *name)
{
	struct owners_node *node;
	bool found;
	size_t at = node_at(o, name, &found);

	if (found)
		return o->nodes[at];
	node = xcalloc(1, sizeof(*node));
	node->name = xstrdup(name);
	node->hash = hash_bytes(name, strlen(name));
	node->unknown_ms = OWNERS_NEVER;
	o->nodes = xrealloc(o->nodes, o->n_nodes + 1, sizeof(struct owners_node *));
	memmove(
	    &o->nodes[at + 1], &o->nodes[at], (o->n_nodes - at) * sizeof(struct owners_node *));
	o->nodes[at] = node;
	o->n_nodes++;
	return node;
}

void owners_node_free(struct owners_node *node)
{
	l2_facts_fini(&node->facts);
	free(node->heard);
	free(node->name);
	free(node);
}

static void mark(struct owners_node *node)
{
	if (node)
		node->used = true;
}

void owners_sweep_nodes(struct l2_owners *o)
{
	size_t to = 0;

	if (o->n_nodes < o->sweep_at)
		return;
	for (size_t i = 0; i < o->n_nodes; i++)
		o->nodes[i]->used = o->nodes[i]->alive;
	mark(o->self);
	for (size_t i = 0; i < OWNERS_BUCKETS; i++)
		for (struct owners_set *s = o->sets[i]; s; s = s->next)
			for (size_t k = 0; k < s->n; k++)
				mark(s->v[k].node);
	for (size_t i = 0; i < o->n; i++) {
		mark(o->v[i]->owner);
		mark(o->v[i]->recorded);
		mark(o->v[i]->released_by);
		for (size_t k = 0; k < o->v[i]->n_claims; k++)
			mark(o->v[i]->claims[k].node);
	}
	for (size_t i = 0; i < o->n_nodes; i++)
		if (o->nodes[i]->used)
			o->nodes[to++] = o->nodes[i];
		else
			owners_node_free(o->nodes[i]);
	o->n_nodes = to;
	o->sweep_at = 2 * to < SWEEP_MIN ? SWEEP_MIN : 2 * to;
}

/* ---- sets of candidates ---- */

static bool only_some(const struct strlist *l)
{
	return l && l->n;
}

static uint32_t hash_wish(const struct l2_wish *w)
{
	uint32_t h = 0;

	for (size_t i = 0; i < w->n; i++) {
		const struct l2_candidate *c = &w->v[i];

		h = table_hash(c->node, strlen(c->node), h);
		h = table_hash(&c->preference, sizeof(c->preference), h);
		h = table_hash(&c->draining, sizeof(c->draining), h);
	}
	return h;
}

static bool only_equal(const struct strlist *a, const struct strlist *b)
{
	if (!only_some(a) || !only_some(b))
		return only_some(a) == only_some(b);
	return strlist_equal(a, b);
}

static bool set_is(const struct owners_set *s, const struct l2_wish *w)
{
	if (s->n != w->n)
		return false;
	for (size_t i = 0; i < w->n; i++) {
		const struct owners_member *m = &s->v[i];
		const struct l2_candidate *c = &w->v[i];

		if (m->preference != c->preference || m->draining != c->draining ||
		    strcmp(m->node->name, c->node) != 0 || !only_equal(m->only, c->interfaces))
			return false;
	}
	return true;
}

/* Which of the set's lists this is; added if need be. There is room. */
static size_t list_of(struct owners_set *s, const struct strlist *only)
{
	for (size_t i = 0; i < s->n_lists; i++)
		if (strlist_equal(&s->lists[i], only))
			return i;
	strlist_copy(&s->lists[s->n_lists], only);
	return s->n_lists++;
}

static void set_fill(struct l2_owners *o, struct owners_set *s, const struct l2_wish *w)
{
	s->n = w->n;
	s->v = xcalloc(w->n, sizeof(*s->v));
	for (size_t i = 0; i < w->n; i++)
		s->n_lists += only_some(w->v[i].interfaces);
	s->lists = xcalloc(s->n_lists, sizeof(*s->lists));
	s->n_lists = 0;
	s->best_draining = true;
	for (size_t i = 0; i < w->n; i++) {
		const struct l2_candidate *c = &w->v[i];

		s->v[i] = (struct owners_member){.node = owners_node(o, c->node),
		    .preference = c->preference,
		    .draining = c->draining};
		if (only_some(c->interfaces))
			s->v[i].only = &s->lists[list_of(s, c->interfaces)];
		s->best_draining &= c->draining;
	}
	for (size_t i = 0; i < w->n; i++)
		if (s->v[i].draining == s->best_draining &&
		    s->v[i].preference > s->best_preference)
			s->best_preference = s->v[i].preference;
}

struct owners_set *owners_set_take(struct l2_owners *o, const struct l2_wish *w)
{
	uint32_t hash = hash_wish(w);
	struct owners_set **bucket = &o->sets[hash % OWNERS_BUCKETS], *s;

	for (s = *bucket; s; s = s->next)
		if (s->hash == hash && set_is(s, w))
			break;
	if (!s) {
		s = xcalloc(1, sizeof(*s));
		s->hash = hash;
		set_fill(o, s, w);
		s->next = *bucket;
		*bucket = s;
	}
	s->refs++;
	return s;
}

void owners_set_drop(struct l2_owners *o, struct owners_set *set)
{
	struct owners_set **at;

	if (!set || --set->refs)
		return;
	at = &o->sets[set->hash % OWNERS_BUCKETS];
	while (*at != set)
		at = &(*at)->next;
	*at = set->next;
	for (size_t i = 0; i < set->n_lists; i++)
		strlist_fini(&set->lists[i]);
	free(set->lists);
	free(set->v);
	free(set);
}

/* ---- interfaces ---- */

static bool where_is(const struct l2_owners *o, const struct owners_where *w, size_t n)
{
	if (w->n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (w->ifindex[i] != o->self->facts.v[o->at[i]].ifindex)
			return false;
	return true;
}

struct owners_where *owners_where_take(struct l2_owners *o, size_t n)
{
	struct owners_where *w;

	for (w = o->wheres; w; w = w->next)
		if (where_is(o, w, n))
			break;
	if (!w) {
		w = xcalloc(1, sizeof(*w) + n * sizeof(w->ifindex[0]));
		w->n = (uint32_t)n;
		for (size_t i = 0; i < n; i++)
			w->ifindex[i] = o->self->facts.v[o->at[i]].ifindex;
		w->next = o->wheres;
		o->wheres = w;
	}
	w->refs++;
	return w;
}

void owners_where_drop(struct l2_owners *o, struct owners_where *w)
{
	struct owners_where **at = &o->wheres;

	if (!w || --w->refs)
		return;
	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	free(w);
}
