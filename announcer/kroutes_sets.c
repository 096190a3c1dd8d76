/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kroutes_sets.c - the next hops of routes, shared by all routes over the same ones. A set is
 * what the RIB says; what of it is reached right now goes into the kernel as one object a
 * gateway and interface, and one group of those, in which members come and go while the routes
 * stay as they are. A set of one next hop needs no group: its routes refer to the object.
 * Interface lo, and everything on kernels without objects, stands in the routes themselves.
 *
 * When all routes of a set move to a new one at once - one of three nodes is gone - the new one
 * takes over the group, and no route needs to be touched.
 */
#include "announcer/kroutes_int.h"
#include "announcer/util.h"
#include <assert.h>
#include <errno.h>

enum { RETRY_MS = 50, RETRY_MAX_MS = 10000, ID_TRIES = 8, COLLECT_MAX = 256 };

static uint32_t set_hash(const void *entry)
{
	const struct kset *s = entry;
	uint32_t h = table_seed() + s->family;

	for (size_t i = 0; i < s->n; i++) {
		h = table_hash(s->nh[i].addr.addr, ipaddr_len(s->nh[i].addr.family), h);
		h += s->nh[i].weight + s->nh[i].ifindex * 31u + s->nh[i].loopback;
	}
	return table_hash(&h, sizeof(h), 0);
}

static bool set_same(const void *a, const void *b)
{
	const struct kset *x = a, *y = b;
	bool same = x->n == y->n && x->family == y->family;

	for (size_t i = 0; same && i < x->n; i++)
		same = x->nh[i].weight == y->nh[i].weight &&
		       x->nh[i].ifindex == y->nh[i].ifindex &&
		       x->nh[i].loopback == y->nh[i].loopback &&
		       !memcmp(&x->nh[i].addr, &y->nh[i].addr, sizeof(x->nh[i].addr));
	return same;
}

const struct table_ops ksets_ops = {set_hash, set_same};

static uint32_t hop_hash(const void *entry)
{
	const struct khop *h = entry;

	return table_hash(h->gate.addr, ipaddr_len(h->gate.family), table_seed() + h->ifindex);
}

static bool hop_same(const void *a, const void *b)
{
	const struct khop *x = a, *y = b;

	return x->ifindex == y->ifindex && !ipaddr_cmp(&x->gate, &y->gate);
}

const struct table_ops khops_ops = {hop_hash, hop_same};

uint32_t hops_hash(const struct fib_nexthop *nh, size_t n)
{
	uint32_t h = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t one = table_seed() + nh[i].ifindex * 31u + nh[i].weight;

		/* The kernel may tell them in another order. */
		h += table_hash(nh[i].gate.addr, ipaddr_len(nh[i].gate.family), one);
	}
	return h;
}

struct kset *set_take(struct kroutes *k, const struct rib_route *r)
{
	struct kset probe = {.nh = r->nh, .n = r->n, .family = r->prefix.family};
	struct kset *s = table_find(&k->sets, &probe);
	size_t slot = k->free_slot;

	if (s)
		return s;
	while (slot < k->n_slots && k->slots[slot])
		slot++;
	if (slot == k->n_slots) {
		k->n_slots = k->n_slots ? 2 * k->n_slots : 16;
		k->slots = xrealloc(k->slots, k->n_slots, sizeof(struct kset *));
		memset(k->slots + slot, 0, (k->n_slots - slot) * sizeof(struct kset *));
	}
	s = xcalloc(1, sizeof(*s) + r->n * sizeof(*r->nh));
	memcpy(s->wanted, r->nh, r->n * sizeof(*r->nh));
	s->nh = s->wanted;
	s->n = r->n;
	s->family = r->prefix.family;
	s->slot = (uint32_t)slot + 1;
	k->free_slot = slot + 1;
	s->dirty = true;
	s->due_ms = NEVER;
	k->slots[slot] = s;
	table_add(&k->sets, s);
	return s;
}

/* ---- what is reached ---- */

static bool hop_resolve(
    const struct kroutes *k, const struct rib_nexthop *nh, struct fib_nexthop *to)
{
	uint32_t ifindex = nh->ifindex;

	if (nh->loopback)
		ifindex = link_loopback(k);
	else if (ifindex)
		ifindex = link_usable(k, ifindex) ? ifindex : 0;
	else if (nh->addr.family)
		ifindex = kroutes_way(k, &nh->addr);
	*to = (struct fib_nexthop){
	    .gate = nh->addr, .ifindex = ifindex, .weight = nh->weight ? nh->weight : 1};
	return ifindex != 0;
}

static bool is_member(const struct fib_nexthop *v, size_t n, const struct fib_nexthop *nh)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].ifindex == nh->ifindex && !ipaddr_cmp(&v[i].gate, &nh->gate))
			return true;
	return false;
}

/* Interface lo only counts where there is no gateway: the kernel cannot weigh one against the
 * other. Return: how many were written to v. */
static size_t resolve(const struct kroutes *k, const struct kset *s, struct fib_nexthop *v)
{
	size_t n = 0;

	for (int lo = 0; lo < 2 && !n; lo++)
		for (size_t i = 0; i < s->n; i++)
			if (s->nh[i].loopback == (bool)lo && hop_resolve(k, &s->nh[i], &v[n]) &&
			    !is_member(v, n, &v[n]))
				n++;
	return n;
}

/* ---- objects ---- */

static int tell_object(
    struct kroutes *k, enum kobject_op op, uint32_t id, const struct fib_nexthop *nh, size_t n)
{
	struct fib_object o = {.id = id, .protocol = k->key.protocol, .nh = nh, .n = n};
	int rc = k->ops.object(op, &o, k->arg);

	if (rc == -EPERM)
		k->refused = rc;
	if (op != KOBJECT_DELETE)
		k->sent++;
	if (rc && op != KOBJECT_DELETE)
		k->errors++;
	return rc;
}

/* Have an object or group with this id, or a new one where that is another's. */
static int object_have(struct kroutes *k, uint32_t *id, const struct fib_nexthop *nh, size_t n)
{
	struct kobject *o = object_find(k, *id);
	int rc = -EEXIST;

	if (!o && !*id && (o = object_adopt(k, nh, n)))
		*id = o->id;
	if (o && object_is(o, nh, n)) {
		object_own(k, o, true);
		return 0;
	}
	if (o) {
		rc = tell_object(k, KOBJECT_REPLACE, *id, nh, n);
	} else {
		for (int i = 0; rc == -EEXIST && i < ID_TRIES; i++) {
			if (!*id || i)
				*id = object_new_id(k);
			rc = tell_object(k, KOBJECT_ADD, *id, nh, n);
		}
	}
	if (!rc)
		object_own(k, object_put(k, *id, nh, n), true);
	return rc;
}

static struct khop *hop_take(struct kroutes *k, const struct fib_nexthop *nh)
{
	struct khop probe = {.gate = nh->gate, .ifindex = nh->ifindex};
	struct khop *h = table_find(&k->hops, &probe);

	if (!h) {
		h = xcalloc(1, sizeof(*h));
		*h = probe;
		table_add(&k->hops, h);
	}
	h->refs++;
	return h;
}

static void hops_drop(struct kroutes *k, struct kset *s)
{
	for (size_t i = 0; s->hops && i < s->n_usable; i++)
		if (!--s->hops[i]->refs)
			k->garbage = true;
	free(s->hops);
	s->hops = NULL;
}

/* The set that this one takes the group from: all its routes come from there, and none is
 * left. */
static void inherit(struct kroutes *k, struct kset *s)
{
	struct kset *old = s->heir_of ? k->slots[s->heir_of - 1] : NULL;

	if (!old || s->group || s->ident || !object_find(k, old->group) || old->users ||
	    s->heirs != s->users || old->family != s->family) {
		return;
	}
	s->inherited = true;
	s->group = old->group;
	old->group = old->object = 0;
	old->ident = 0;
	old->dirty = true;
}

/* The objects of what is usable, then the group. Return: 0 or -errno; s->object is set. */
static int objects_sync(struct kroutes *k, struct kset *s)
{
	struct fib_nexthop *members = xcalloc(s->n_usable, sizeof(*members));
	int rc = 0;

	assert(s->n_usable && s->hops);
	inherit(k, s);
	for (size_t i = 0; !rc && i < s->n_usable; i++) {
		struct fib_nexthop one = s->usable[i];

		one.weight = 1;
		rc = object_have(k, &s->hops[i]->id, &one, 1);
		members[i] = (struct fib_nexthop){
		    .object = s->hops[i]->id, .weight = s->usable[i].weight};
	}
	if (!rc && (s->n > 1 || s->group))
		rc = object_have(k, &s->group, members, s->n_usable);
	if (!rc)
		s->object = s->group ? s->group : s->hops[0]->id;
	free(members);
	return rc;
}

static bool inlined(const struct kroutes *k, const struct kset *s)
{
	return !k->use_objects || !s->usable[0].gate.family;
}

static void set_resolve(struct kroutes *k, struct kset *s)
{
	struct fib_nexthop *v = xcalloc(s->n + 1, sizeof(*v));
	size_t n = resolve(k, s, v);
	struct khop **hops = NULL;

	s->dirty = false;
	if (n && k->use_objects && v[0].gate.family) {
		hops = xcalloc(n, sizeof(struct khop *));
		for (size_t i = 0; i < n; i++)
			hops[i] = hop_take(k, &v[i]);
	}
	hops_drop(k, s); /* after the new ones: what stays, stays */
	free(s->usable);
	s->usable = v;
	s->hops = hops;
	s->n_usable = n;
}

bool set_sync(struct kroutes *k, struct kset *s)
{
	uint64_t was = s->ident;
	int rc = 0;

	if (!s->dirty && (!s->error || s->due_ms > k->now_ms)) {
		if (s->ident && !s->error)
			return true;
		s->parked = true;
		return false;
	}
	set_resolve(k, s);
	if (!s->n_usable) {
		s->object = 0;
		s->ident = 0;
	} else if (inlined(k, s)) {
		s->object = 0;
		s->ident = 1ull << 32 | hops_hash(s->usable, s->n_usable);
	} else {
		rc = objects_sync(k, s);
		if (!rc)
			s->ident = s->object;
	}
	s->error = rc;
	s->due_ms = NEVER;
	if (rc) {
		int64_t ms = RETRY_MS << (s->tries > 16 ? 16 : s->tries);

		s->tries++;
		s->due_ms = k->now_ms + (ms > RETRY_MAX_MS ? RETRY_MAX_MS : ms);
		s->parked = true;
		return false;
	}
	s->tries = 0;
	if (s->parked ? s->ident != 0 || was : s->ident != was && was)
		s->again = k->walk = true;
	s->parked = !s->ident;
	return s->ident != 0;
}

/* ---- the end ---- */

static void set_free(struct kroutes *k, struct kset *s)
{
	table_remove(&k->sets, s);
	k->slots[s->slot - 1] = NULL;
	if (s->slot - 1 < k->free_slot)
		k->free_slot = s->slot - 1;
	hops_drop(k, s);
	free(s->usable);
	free(s);
}

/* Return: 1 = the kernel was asked to. */
static size_t object_remove(struct kroutes *k, uint32_t id)
{
	if (!object_find(k, id))
		return 0;
	tell_object(k, KOBJECT_DELETE, id, NULL, 0);
	object_forget(k, id);
	return 1;
}

/* Objects of an earlier run, or of nobody: groups first. */
static size_t leftovers_remove(struct kroutes *k)
{
	uint32_t ids[COLLECT_MAX];
	struct kobject *o;
	size_t n = 0;

	for (int group = 1; group >= 0; group--)
		for (size_t at = 0; n < COLLECT_MAX && (o = table_next(&k->objects, &at));)
			if (!o->owned && (o->n && o->nh[0].object != 0) == (bool)group)
				ids[n++] = o->id;
	for (size_t i = 0; i < n; i++)
		object_remove(k, ids[i]);
	return n;
}

static size_t hops_collect(struct kroutes *k)
{
	struct khop *gone[COLLECT_MAX], *h;
	size_t n = 0;

	for (size_t at = 0; n < COLLECT_MAX && (h = table_next(&k->hops, &at));)
		if (!h->refs)
			gone[n++] = h;
	for (size_t i = 0; i < n; i++) {
		object_remove(k, gone[i]->id);
		table_remove(&k->hops, gone[i]);
		free(gone[i]);
	}
	return n;
}

bool sets_collect(struct kroutes *k)
{
	size_t n = 0;

	for (size_t i = 0; i < k->n_slots && n < COLLECT_MAX; i++) {
		struct kset *s = k->slots[i];

		if (!s || s->users)
			continue;
		n += object_remove(k, s->group);
		set_free(k, s);
	}
	if (n < COLLECT_MAX)
		n += hops_collect(k);
	if (n < COLLECT_MAX && (k->whole || k->leaving) && k->n_unowned)
		n += leftovers_remove(k);
	return n >= COLLECT_MAX;
}

void sets_free(struct kroutes *k)
{
	struct khop *h;
	void *o;

	for (size_t i = 0; i < k->n_slots; i++)
		if (k->slots[i])
			set_free(k, k->slots[i]);
	for (size_t at = 0; (h = table_next(&k->hops, &at));)
		free(h);
	for (size_t at = 0; (o = table_next(&k->objects, &at));)
		free(o);
	table_fini(&k->sets);
	table_fini(&k->hops);
	table_fini(&k->objects);
	free(k->slots);
	k->slots = NULL;
	k->n_slots = k->n_unowned = 0;
}
