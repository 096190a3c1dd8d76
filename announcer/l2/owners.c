/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is known of each address, and when it is looked at: an address by itself when something
 * was told of it or its time has come, all of them when a node, an interface or the heartbeat
 * is another than before. owners_pick.c says who is to have one, owners_decide.c what follows.
 */
#include "announcer/l2/owners_int.h"
#include "announcer/util.h"

/* For so long a peer that is new is waited for until it has told what it has. */
enum { TELL_MS = 500 };

/* Candidates that are looked at in one run, some 10 ms; then the loop may see to the heartbeat.
 */
enum { WORK_MAX = 100000 };

struct l2_owners *l2_owners_new(const char *self, const struct l2_owners_ops *ops, void *arg)
{
	struct l2_owners *o = xcalloc(1, sizeof(*o));

	o->ops = ops;
	o->arg = arg;
	o->sweep_at = 64;
	o->self = owners_node(o, self);
	o->self->alive = o->self->known = true;
	o->at = xcalloc(0, sizeof(*o->at));
	o->listen_to_ms = xcalloc(0, sizeof(*o->listen_to_ms));
	return o;
}

static void addr_free(struct l2_owners *o, struct owners_addr *a)
{
	owners_set_drop(o, a->set);
	owners_where_drop(o, a->where);
	free(a->claims);
	free(a->conflict);
	free(a);
}

void l2_owners_free(struct l2_owners *o)
{
	if (!o)
		return;
	for (size_t i = 0; i < o->n; i++)
		addr_free(o, o->v[i]);
	free(o->v);
	for (size_t i = 0; i < o->n_nodes; i++)
		owners_node_free(o->nodes[i]);
	free(o->nodes);
	free(o->at);
	free(o->listen_to_ms);
	free(o->grades);
	free(o);
}

/* ---- addresses ---- */

static int cmp_addr(const void *key, const void *element)
{
	const struct owners_addr *const *a = element;

	return ipaddr_cmp(key, &(*a)->addr);
}

size_t owners_at(const struct l2_owners *o, const struct ipaddr *a, bool *found)
{
	size_t at = sorted_place(a, o->v, o->n, sizeof(o->v[0]), cmp_addr);

	*found = at < o->n && cmp_addr(a, &o->v[at]) == 0;
	return at;
}

static struct owners_addr *find(struct l2_owners *o, const struct ipaddr *addr)
{
	bool found;
	size_t at = owners_at(o, addr, &found);

	return found ? o->v[at] : NULL;
}

static struct owners_addr *find_or_add(struct l2_owners *o, const struct ipaddr *addr)
{
	struct owners_addr *a;
	bool found;
	size_t at = owners_at(o, addr, &found);

	if (found)
		return o->v[at];
	if (o->n == o->cap) {
		o->cap = o->cap ? o->cap + o->cap / 2 : 16;
		o->v = xrealloc(o->v, o->cap, sizeof(struct owners_addr *));
	}
	memmove(&o->v[at + 1], &o->v[at], (o->n - at) * sizeof(struct owners_addr *));
	a = xcalloc(1, sizeof(*a));
	a->addr = *addr;
	a->key = owners_hash_key(addr);
	a->state = L2_NOBODY;
	a->wait_ms = a->due_ms = OWNERS_NEVER;
	o->v[at] = a;
	o->n++;
	return a;
}

static bool needed(const struct owners_addr *a)
{
	return a->set || a->n_claims || a->recorded || a->owns || a->dirty;
}

/* ---- what is told ---- */

/* Who stepped back may try again: it is another matter now. */
static void forget_conflict(struct l2_owners *o, struct owners_addr *a)
{
	if (a->conflict && a->conflict->probing)
		o->ops->leave(&a->addr, o->arg);
	free(a->conflict);
	a->conflict = NULL;
}

void l2_owners_want(struct l2_owners *o, const struct l2_wish *w)
{
	struct owners_addr *a = w->n ? find_or_add(o, &w->addr) : find(o, &w->addr);
	struct owners_set *was;

	if (!a)
		return;
	was = a->set;
	a->set = w->n ? owners_set_take(o, w) : NULL;
	a->dirty |= a->set != was;
	if (a->set != was)
		forget_conflict(o, a);
	owners_set_drop(o, was);
	if (w->n)
		a->key = owners_hash_key(&w->key);
}

/* Who has what is to be heard on each new interface first. */
static void listen_to_new(struct l2_owners *o, const struct l2_facts *next)
{
	const struct l2_facts *was = &o->self->facts;
	int64_t *to_ms = xcalloc(next->n, sizeof(*to_ms));

	for (size_t i = 0; i < next->n; i++) {
		to_ms[i] = -1;
		for (size_t k = 0; k < was->n; k++)
			if (was->v[k].ifindex == next->v[i].ifindex)
				to_ms[i] = o->listen_to_ms[k];
	}
	free(o->listen_to_ms);
	o->listen_to_ms = to_ms;
}

void l2_owners_set_facts(struct l2_owners *o, const struct l2_facts *own)
{
	if (l2_facts_equal(&o->self->facts, own))
		return;
	listen_to_new(o, own);
	l2_facts_fini(&o->self->facts);
	l2_facts_copy(&o->self->facts, own);
	o->at = xrealloc(o->at, own->n, sizeof(*o->at));
	o->all_dirty = true;
}

void l2_owners_set_cut_off(struct l2_owners *o, bool cut_off)
{
	o->all_dirty |= o->self->cut_off != cut_off;
	o->self->cut_off = cut_off;
}

void l2_owners_leave(struct l2_owners *o)
{
	o->self->leaving = true;
	o->all_dirty = true;
}

static bool claim_remove(struct owners_addr *a, const struct owners_node *node)
{
	for (size_t i = 0; i < a->n_claims; i++) {
		if (a->claims[i].node != node)
			continue;
		a->rid |= a->owns && a->claims[i].what == L2_CLAIM_OWNS;
		a->claims[i] = a->claims[--a->n_claims];
		return true;
	}
	return false;
}

static void forget_claims(struct l2_owners *o, const struct owners_node *node)
{
	for (size_t i = 0; i < o->n; i++)
		while (claim_remove(o->v[i], node))
			o->v[i]->dirty = true;
}

static bool peer_is(const struct owners_node *node, const struct l2_peer *p)
{
	static const struct l2_facts none;

	return node->alive == p->alive && node->known == p->known &&
	       node->cut_off == p->cut_off && node->leaving == p->leaving &&
	       node->n_heard == p->n_heard &&
	       (!p->n_heard ||
		   !memcmp(node->heard, p->heard, p->n_heard * sizeof(p->heard[0]))) &&
	       l2_facts_equal(&node->facts, p->facts ? p->facts : &none);
}

static void peer_set(struct owners_node *node, const struct l2_peer *p)
{
	static const struct l2_facts none;

	l2_facts_fini(&node->facts);
	l2_facts_copy(&node->facts, p->facts ? p->facts : &none);
	free(node->heard);
	node->heard = xcalloc(p->n_heard, sizeof(node->heard[0]));
	if (p->n_heard)
		memcpy(node->heard, p->heard, p->n_heard * sizeof(node->heard[0]));
	node->n_heard = p->n_heard;
	node->alive = p->alive;
	node->heard_of |= p->alive;
	node->known = p->known;
	node->cut_off = p->cut_off;
	node->leaving = p->leaving;
}

void l2_owners_set_peer(struct l2_owners *o, const struct l2_peer *p)
{
	struct owners_node *node = owners_node(o, p->node);

	if (node == o->self || !o->heartbeat || peer_is(node, p))
		return;
	peer_set(node, p);
	o->all_dirty = true;
	if (!node->alive)
		forget_claims(o, node);
}

/* Peers say it anew, if at all. */
static void forget_peers(struct l2_owners *o)
{
	static const struct l2_peer nobody;

	for (size_t i = 0; i < o->n_nodes; i++) {
		if (o->nodes[i] == o->self)
			continue;
		peer_set(o->nodes[i], &nobody);
		o->nodes[i]->heard_of = false;
	}
	for (size_t i = 0; i < o->n; i++) {
		o->v[i]->n_claims = 0;
		o->v[i]->asked = false;
	}
}

void l2_owners_set_heartbeat(struct l2_owners *o, bool on, int64_t listen_ms)
{
	forget_peers(o);
	o->heartbeat = o->say_again = on;
	o->listen_ms = listen_ms;
	for (size_t i = 0; i < o->self->facts.n; i++)
		o->listen_to_ms[i] = -1;
	o->all_dirty = true;
}

void l2_owners_set_listen(struct l2_owners *o, int64_t listen_ms)
{
	o->listen_ms = listen_ms;
}

/* When that was the next run knows. */
static void released(struct owners_addr *a, const struct owners_claim *was)
{
	if (was->what != L2_CLAIM_OWNS || a->said == L2_CLAIM_WANTS)
		return;
	a->released_by = was->node;
	a->released_ms = OWNERS_NEVER;
}

static void claim_set(
    struct owners_addr *a, struct owners_node *node, enum l2_claim what, uint64_t stamp)
{
	a->claims = xrealloc(a->claims, a->n_claims + 1, sizeof(a->claims[0]));
	a->claims[a->n_claims++] = (struct owners_claim){node, stamp, what};
}

void l2_owners_claimed(struct l2_owners *o, const char *node_name, const struct ipaddr *addr,
    enum l2_claim what, uint64_t stamp)
{
	struct owners_addr *a = what == L2_CLAIM_NONE ? find(o, addr) : find_or_add(o, addr);
	struct owners_node *node = owners_node(o, node_name);

	if (!a || node == o->self || !o->heartbeat)
		return;
	a->dirty = true;
	for (size_t i = 0; i < a->n_claims; i++)
		if (a->claims[i].node == node && what != L2_CLAIM_OWNS)
			released(a, &a->claims[i]);
	claim_remove(a, node);
	if (what != L2_CLAIM_NONE)
		claim_set(a, node, what, stamp);
}

void l2_owners_recorded(struct l2_owners *o, const struct ipaddr *addr, const char *node)
{
	struct owners_addr *a = node ? find_or_add(o, addr) : find(o, addr);
	struct owners_node *now = node ? owners_node(o, node) : NULL;

	if (!a || a->recorded == now)
		return;
	if (a->recorded && a->recorded != o->self)
		forget_conflict(o, a); /* with that one, perhaps */
	a->recorded = now;
	a->asked = false;
	a->dirty = true;
}

struct owners_conflict *owners_conflict_new(void)
{
	struct owners_conflict *c = xcalloc(1, sizeof(*c));

	c->first_ms = c->last_ms = c->shared_ms = OWNERS_NEVER;
	return c;
}

void l2_owners_conflict(struct l2_owners *o, const struct ipaddr *addr,
    const uint8_t foreign[6], const uint8_t mine[6])
{
	struct owners_addr *a = find(o, addr);

	if (!a || (!a->owns && !(a->conflict && a->conflict->probing)))
		return;
	if (!a->conflict)
		a->conflict = owners_conflict_new();
	a->conflict->heard = true;
	memcpy(a->conflict->mac, foreign, sizeof(a->conflict->mac));
	memcpy(a->conflict->mine, mine, sizeof(a->conflict->mine));
	a->dirty = true;
}

/* ---- run ---- */

/* Peers that are alive, but have not told all yet: until when they are waited for. */
static void await_peers(struct l2_owners *o)
{
	o->known_ms = 0;
	for (size_t i = 0; i < o->n_nodes; i++) {
		struct owners_node *node = o->nodes[i];

		if (!node->alive || node->known) {
			node->unknown_ms = OWNERS_NEVER;
			continue;
		}
		if (node->unknown_ms == OWNERS_NEVER)
			node->unknown_ms = o->now_ms;
		if (node->unknown_ms + TELL_MS > o->known_ms)
			o->known_ms = node->unknown_ms + TELL_MS;
	}
}

static void say_all_again(struct l2_owners *o)
{
	for (size_t i = 0; i < o->n; i++) {
		const struct owners_addr *a = o->v[i];

		if (a->said != L2_CLAIM_NONE)
			o->ops->claim(&a->addr, (enum l2_claim)a->said, a->stamp, o->arg);
	}
	o->say_again = false;
}

static void drop_unneeded(struct l2_owners *o)
{
	size_t to = 0;

	for (size_t i = 0; i < o->n; i++)
		if (needed(o->v[i]))
			o->v[to++] = o->v[i];
		else
			addr_free(o, o->v[i]);
	o->n = to;
}

static void mark_all(struct l2_owners *o)
{
	for (size_t i = 0; i < o->n && o->all_dirty; i++)
		o->v[i]->dirty = true;
	o->all_dirty = false;
}

/* Return: when the next one is due; now if there was too much to do. */
static int64_t decide_all(struct l2_owners *o)
{
	int64_t next_ms = OWNERS_NEVER;

	o->work = 0;
	for (size_t i = 0; i < o->n; i++) {
		struct owners_addr *a = o->v[i];
		bool due = a->dirty || a->due_ms <= o->now_ms;

		if (due && o->work > WORK_MAX && !o->self->leaving)
			next_ms = o->now_ms;
		else if (due)
			owners_decide(o, a);
		if (a->due_ms < next_ms)
			next_ms = a->due_ms;
	}
	return next_ms;
}

int64_t l2_owners_run(struct l2_owners *o, int64_t now_ms, uint64_t wall_ms)
{
	int64_t next_ms;

	o->now_ms = now_ms;
	o->wall_ms = wall_ms;
	for (size_t i = 0; i < o->self->facts.n; i++)
		if (o->listen_to_ms[i] < 0)
			o->listen_to_ms[i] = now_ms + o->listen_ms;
	await_peers(o);
	if (o->say_again)
		say_all_again(o);
	mark_all(o);
	next_ms = decide_all(o);
	drop_unneeded(o);
	owners_sweep_nodes(o);
	if (next_ms == OWNERS_NEVER)
		return -1;
	return next_ms > now_ms ? next_ms - now_ms : 0;
}
