/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A chained hash table by name; claims to one name share a bucket. Twice ten thousand claims
 * live here for good, hence the packing.
 */
#include "k8s/claims.h"
#include "k8s/digest.h"
#include <stdlib.h>
#include <string.h>

#define MIN_BUCKETS 64

static struct claim **bucket_of(const struct claims *cs, uint32_t hash)
{
	return &cs->buckets[hash & (cs->n_buckets - 1)];
}

static bool same_name(const struct claim *a, const struct claim *b)
{
	return a->hash == b->hash && a->kind == b->kind &&
	       strcmp(claim_ns(a), claim_ns(b)) == 0 &&
	       strcmp(claim_name(a), claim_name(b)) == 0;
}

static bool grow(struct claims *cs)
{
	size_t n = cs->n_buckets ? 2 * cs->n_buckets : MIN_BUCKETS;
	struct claims old = *cs;

	if (cs->n < 2 * cs->n_buckets)
		return true;
	cs->buckets = calloc(n, sizeof(*cs->buckets));
	if (!cs->buckets) {
		cs->buckets = old.buckets;
		return old.buckets != NULL; /* longer chains still work */
	}
	cs->n_buckets = n;
	for (size_t i = 0; i < old.n_buckets; i++) {
		for (struct claim *c = old.buckets[i], *next; c; c = next) {
			struct claim **b = bucket_of(cs, c->hash);

			next = c->next_in_bucket;
			c->next_in_bucket = *b;
			*b = c;
		}
	}
	free(old.buckets);
	return true;
}

static struct claim *claim_new(const struct k8s_object *o, uint32_t hash)
{
	size_t ns_len = strlen(o->ns), name_len = strlen(o->name);
	struct claim *c = calloc(1, offsetof(struct claim, text) + ns_len + name_len + 2);

	if (!c)
		return NULL;
	c->hash = hash;
	c->kind = (uint8_t)o->kind;
	c->ns_len = (uint16_t)ns_len; /* names are 253 characters at most */
	memcpy(c->text, o->ns, ns_len);
	memcpy(c->text + ns_len + 1, o->name, name_len);
	return c;
}

struct claim *claims_find_or_add(
    struct claims *cs, struct claimant *file, const struct k8s_object *o)
{
	uint32_t hash = k8s_name_hash(o->kind, o->ns, o->name);
	struct claim *c, **b;

	if (!grow(cs))
		return NULL;
	b = bucket_of(cs, hash);
	for (c = *b; c; c = c->next_in_bucket)
		if (c->file == file && c->hash == hash && c->kind == o->kind &&
		    strcmp(claim_ns(c), o->ns) == 0 && strcmp(claim_name(c), o->name) == 0)
			return c;
	c = claim_new(o, hash);
	if (!c)
		return NULL;
	c->file = file;
	c->next_in_file = file->claims;
	file->claims = c;
	c->next_in_bucket = *b;
	*b = c;
	cs->n++;
	return c;
}

static bool better(const struct claim *a, const struct claim *b)
{
	if (a->file->gone != b->file->gone)
		return b->file->gone;
	return strcmp(a->file->name, b->file->name) < 0;
}

struct claim *claims_best(const struct claims *cs, const struct claim *c)
{
	struct claim *best = NULL;

	for (struct claim *o = *bucket_of(cs, c->hash); o; o = o->next_in_bucket)
		if (same_name(o, c) && (!best || better(o, best)))
			best = o;
	return best;
}

bool claims_alone(const struct claims *cs, const struct claim *c)
{
	for (const struct claim *o = *bucket_of(cs, c->hash); o; o = o->next_in_bucket)
		if (o != c && same_name(o, c))
			return false;
	return true;
}

static void set_shadowed(struct claims *cs, struct claim *c, bool shadowed)
{
	size_t one = shadowed ? 1 : (size_t)-1;

	if (c->shadowed == shadowed)
		return;
	c->shadowed = shadowed;
	c->file->n_shadowed += one;
	cs->n_shadowed += one;
}

struct claim *claims_settle(struct claims *cs, const struct claim *c)
{
	struct claim *best = claims_best(cs, c);
	uint64_t told = 0;

	for (struct claim *o = *bucket_of(cs, c->hash); o; o = o->next_in_bucket) {
		if (!same_name(o, c))
			continue;
		set_shadowed(cs, o, o != best);
		told |= o->told; /* at most one has it */
		o->told = 0;
	}
	best->told = told;
	return best;
}

static void unlink_from_bucket(struct claims *cs, struct claim *c)
{
	struct claim **p = bucket_of(cs, c->hash);

	while (*p != c)
		p = &(*p)->next_in_bucket;
	*p = c->next_in_bucket;
	cs->n--;
}

struct claim *claims_remove(struct claims *cs, struct claim *c)
{
	struct claim *heir;

	unlink_from_bucket(cs, c);
	heir = claims_best(cs, c);
	if (heir) {
		heir->told |= c->told;
		heir = claims_settle(cs, heir);
	}
	set_shadowed(cs, c, false);
	k8s_object_free(c->obj);
	free(c);
	return heir;
}

void claims_fini(struct claims *cs)
{
	for (size_t i = 0; i < cs->n_buckets; i++) {
		for (struct claim *c = cs->buckets[i], *next; c; c = next) {
			next = c->next_in_bucket;
			k8s_object_free(c->obj);
			free(c);
		}
	}
	free(cs->buckets);
	*cs = (struct claims){0};
}
