/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kroutes_objects.c - the next-hop objects of ours that the kernel has: told by it at a reading
 * and when somebody else touches them, by its answer when it was us. When an interface goes
 * down the kernel drops the objects over it, what of groups they are, groups that are empty
 * then, and the routes over those, all without a word.
 */
#include "announcer/kroutes_int.h"
#include "announcer/util.h"

/* Ids of ours begin here: far from those that zebra and people count from 1. */
#define FIRST_ID 1870000001u

static uint32_t object_hash(const void *entry)
{
	const struct kobject *o = entry;

	return table_hash(&o->id, sizeof(o->id), 0);
}

static bool object_same(const void *a, const void *b)
{
	return ((const struct kobject *)a)->id == ((const struct kobject *)b)->id;
}

const struct table_ops kobjects_ops = {object_hash, object_same};

struct kobject *object_find(const struct kroutes *k, uint32_t id)
{
	struct kobject probe = {.id = id};

	return id ? table_find(&k->objects, &probe) : NULL;
}

bool object_is(const struct kobject *o, const struct fib_nexthop *nh, size_t n)
{
	bool same = o->n == n;

	for (size_t i = 0; same && i < n; i++)
		same = o->nh[i].object == nh[i].object && o->nh[i].weight == nh[i].weight &&
		       o->nh[i].ifindex == nh[i].ifindex &&
		       !ipaddr_cmp(&o->nh[i].gate, &nh[i].gate);
	return same;
}

void object_own(struct kroutes *k, struct kobject *o, bool owned)
{
	if (o->owned == owned)
		return;
	o->owned = owned;
	k->n_unowned = owned ? k->n_unowned - 1 : k->n_unowned + 1;
}

static void object_free(struct kroutes *k, struct kobject *o)
{
	object_own(k, o, true);
	table_remove(&k->objects, o);
	free(o);
}

struct kobject *object_put(
    struct kroutes *k, uint32_t id, const struct fib_nexthop *nh, size_t n)
{
	struct kobject *had = object_find(k, id);
	struct kobject *o = xcalloc(1, sizeof(*o) + n * sizeof(*nh));

	o->id = id;
	o->n = n;
	o->seen = true;
	o->owned = had ? had->owned : false;
	if (n)
		memcpy(o->nh, nh, n * sizeof(*nh));
	if (had) {
		table_remove(&k->objects, had);
		free(had);
	} else {
		k->n_unowned++;
		k->garbage = true;
	}
	table_add(&k->objects, o);
	return o;
}

/* The first object that fits a test, or NULL. */
typedef bool object_test(const struct kobject *o, uint32_t which);

static struct kobject *object_first(
    const struct kroutes *k, object_test *test, uint32_t which, size_t *at)
{
	struct kobject *o;

	while ((o = table_next(&k->objects, at)))
		if (test(o, which))
			return o;
	return NULL;
}

static bool has_member(const struct kobject *o, uint32_t id)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->nh[i].object == id)
			return true;
	return false;
}

static bool is_over(const struct kobject *o, uint32_t ifindex)
{
	return o->n == 1 && !o->nh[0].object && o->nh[0].ifindex == ifindex;
}

static bool is_empty(const struct kobject *o, uint32_t unused)
{
	(void)unused;
	return !o->n;
}

static void member_drop(struct kobject *o, uint32_t id)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n; i++)
		if (o->nh[i].object != id)
			o->nh[n++] = o->nh[i];
	o->n = n;
}

static void drop(struct kroutes *k, struct kobject *o)
{
	uint32_t id = o->id;
	size_t at = 0;

	object_free(k, o);
	while ((o = object_first(k, has_member, id, &at)))
		member_drop(o, id);
}

static void drop_all(struct kroutes *k, object_test *test, uint32_t which)
{
	struct kobject *o;
	size_t at = 0;

	/* A removal moves others: from the start again. */
	for (; (o = object_first(k, test, which, &at)); at = 0)
		drop(k, o);
}

void sets_check(struct kroutes *k)
{
	left_check(k);
	for (size_t i = 0; i < k->n_slots; i++) {
		struct kset *s = k->slots[i];

		if (!s || !(s->object || s->group) ||
		    object_find(k, s->object ? s->object : s->group))
			continue;
		s->object = 0;
		s->ident = 0;
		s->inherited = false;
		s->lost = k->walk = true;
		s->dirty = k->resolve = true;
	}
}

void object_forget(struct kroutes *k, uint32_t id)
{
	struct kobject *o = object_find(k, id);

	if (o)
		object_free(k, o);
}

void object_gone(struct kroutes *k, uint32_t id)
{
	struct kobject *o = object_find(k, id);

	if (!o)
		return;
	drop(k, o);
	drop_all(k, is_empty, 0);
	sets_check(k);
}

/* Routes with next hops of their own go with the link, too, where it was their only one, or
 * stay as they are: they are sent again. */
static void inlines_down(struct kroutes *k, uint32_t ifindex)
{
	for (size_t i = 0; i < k->n_slots; i++) {
		struct kset *s = k->slots[i];

		if (!s || s->object || !s->ident)
			continue;
		for (size_t h = 0; h < s->n_usable; h++)
			s->again = s->again || s->usable[h].ifindex == ifindex;
		if (!s->again)
			continue;
		s->ident = 0;
		s->dirty = k->walk = k->resolve = true;
	}
}

void objects_down(struct kroutes *k, uint32_t ifindex)
{
	inlines_down(k, ifindex);
	drop_all(k, is_over, ifindex);
	drop_all(k, is_empty, 0);
	sets_check(k);
}

struct kobject *object_adopt(struct kroutes *k, const struct fib_nexthop *nh, size_t n)
{
	struct kobject *o;
	size_t at = 0;

	if (!k->n_unowned)
		return NULL;
	while ((o = table_next(&k->objects, &at)))
		if (!o->owned && object_is(o, nh, n)) {
			k->next_id = o->id > k->next_id ? o->id : k->next_id;
			return o;
		}
	return NULL;
}

uint32_t object_new_id(struct kroutes *k)
{
	do {
		if (k->next_id < FIRST_ID || k->next_id >= INT32_MAX)
			k->next_id = FIRST_ID;
		else
			k->next_id++;
	} while (object_find(k, k->next_id));
	return k->next_id;
}

void kroutes_told_object(struct kroutes *k, const struct fib_object *o, bool added)
{
	struct kobject *has = object_find(k, o->id);
	struct kroute_note note = {.event = KOBJECT_TOUCHED, .object = o->id};
	bool owned = has && has->owned;

	if (!has && (o->protocol != k->key.protocol || !added || !k->on))
		return;
	if (has && added && object_is(has, o->nh, o->n)) {
		has->seen = true;
		return;
	}
	if (added)
		object_put(k, o->id, o->nh, o->n);
	else
		object_gone(k, o->id);
	if (!owned)
		return;
	k->resolve = true;
	for (size_t i = 0; i < k->n_slots; i++)
		if (k->slots[i])
			k->slots[i]->dirty = true;
	if (k->reading)
		return;
	k->repaired++;
	k->ops.told(&note, k->arg);
}
