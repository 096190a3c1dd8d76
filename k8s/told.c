/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hash table with chains, twice as large when it is full: thirty thousand entries of some
 * eighty bytes are what a large cluster needs. */
#include "k8s/told.h"
#include "k8s/digest.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint32_t hash_of(const char *ns, const char *name)
{
	return k8s_name_hash(K8S_SERVICE, ns, name);
}

static struct told_entry **slot(const struct told *t, uint32_t hash)
{
	return &t->buckets[hash & (t->n_buckets - 1)];
}

static struct told_entry *find(
    const struct told *t, uint32_t hash, const char *ns, const char *name)
{
	struct told_entry *e = t->n_buckets ? *slot(t, hash) : NULL;

	while (e && (e->hash != hash || strcmp(told_ns(e), ns) != 0 ||
			strcmp(told_name(e), name) != 0))
		e = e->next;
	return e;
}

struct told_entry *told_find(const struct told *t, const char *ns, const char *name)
{
	return find(t, hash_of(ns, name), ns, name);
}

static bool grow(struct told *t)
{
	size_t n = t->n_buckets ? 2 * t->n_buckets : 64;
	struct told bigger = {.buckets = calloc(n, sizeof(*bigger.buckets)), .n_buckets = n};

	if (!bigger.buckets)
		return t->n_buckets > 0;
	for (size_t i = 0; i < t->n_buckets; i++) {
		for (struct told_entry *e = t->buckets[i], *next; e; e = next) {
			struct told_entry **to = slot(&bigger, e->hash);

			next = e->next;
			e->next = *to;
			*to = e;
		}
	}
	free(t->buckets);
	t->buckets = bigger.buckets;
	t->n_buckets = n;
	return true;
}

static struct told_entry *entry_new(uint32_t hash, const char *ns, const char *name)
{
	size_t ns_len = strlen(ns), name_len = strlen(name);
	struct told_entry *e = calloc(1, sizeof(*e) + ns_len + name_len + 2);

	if (!e)
		return NULL;
	e->hash = hash;
	e->ns_len = (uint16_t)ns_len;
	memcpy(e->text, ns, ns_len + 1);
	memcpy(e->text + ns_len + 1, name, name_len + 1);
	return e;
}

struct told_entry *told_see(struct told *t, const char *ns, const char *name)
{
	uint32_t hash = hash_of(ns, name);
	struct told_entry *e = find(t, hash, ns, name);

	if (!e) {
		if (t->n >= t->n_buckets && !grow(t))
			return NULL;
		e = entry_new(hash, ns, name);
		if (!e)
			return NULL;
		e->next = *slot(t, hash);
		*slot(t, hash) = e;
		t->n++;
	}
	e->mark = t->mark;
	return e;
}

static void clear_problem(struct told *t, struct told_entry *e)
{
	if (!e->problem)
		return;
	t->n_bad--;
	t->n_never -= !e->digest;
	free(e->problem);
	e->problem = NULL;
}

void told_good(struct told *t, struct told_entry *e, uint64_t digest)
{
	clear_problem(t, e);
	e->digest = digest;
}

int told_bad(struct told *t, struct told_entry *e, const char *what)
{
	char *copy;

	if (e->problem && strcmp(e->problem, what) == 0)
		return 0;
	copy = strdup(what);
	if (!copy)
		return -ENOMEM;
	clear_problem(t, e);
	e->problem = copy;
	t->n_bad++;
	t->n_never += !e->digest;
	return 1;
}

static void unlink_at(struct told *t, struct told_entry **at)
{
	struct told_entry *e = *at;

	*at = e->next;
	clear_problem(t, e);
	free(e);
	t->n--;
}

void told_forget(struct told *t, struct told_entry *e)
{
	struct told_entry **at = slot(t, e->hash);

	while (*at != e)
		at = &(*at)->next;
	unlink_at(t, at);
}

void told_begin(struct told *t)
{
	t->mark++;
}

bool told_sweep(struct told *t, told_gone_fn *fn, void *arg)
{
	bool all = true;

	for (size_t i = 0; i < t->n_buckets; i++) {
		for (struct told_entry **at = &t->buckets[i]; *at;) {
			if ((*at)->mark == t->mark) {
				at = &(*at)->next;
			} else if (fn(*at, arg)) {
				unlink_at(t, at);
			} else {
				all = false;
				at = &(*at)->next;
			}
		}
	}
	return all;
}

void told_fini(struct told *t)
{
	for (size_t i = 0; i < t->n_buckets; i++)
		while (t->buckets[i])
			unlink_at(t, &t->buckets[i]);
	free(t->buckets);
	*t = (struct told){0};
}
