/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A chained hash table of names. */
#include "k8s/leftover.h"
#include "k8s/digest.h"
#include <errno.h>
#include <stdlib.h>

#define MIN_BUCKETS 64

struct leftover_name {
	struct leftover_name *next;
	struct k8s_object *obj; /* name only */
	uint32_t hash;
};

static const char *resource_of(const struct k8s_object *o)
{
	return o->kind == K8S_CUSTOM && o->raw.resource ? o->raw.resource : "";
}

static int grow(struct leftover *t)
{
	size_t n = t->n_buckets ? 2 * t->n_buckets : MIN_BUCKETS;
	struct leftover_name **buckets;

	if (t->n < t->n_buckets)
		return 0;
	buckets = calloc(n, sizeof(struct leftover_name *));
	if (!buckets)
		return -ENOMEM;
	for (size_t i = 0; i < t->n_buckets; i++)
		for (struct leftover_name *x = t->buckets[i], *next; x; x = next) {
			next = x->next;
			x->next = buckets[x->hash & (n - 1)];
			buckets[x->hash & (n - 1)] = x;
		}
	free(t->buckets);
	t->buckets = buckets;
	t->n_buckets = n;
	return 0;
}

/* Where the name is linked, or NULL. */
static struct leftover_name **find(
    const struct leftover *t, const struct k8s_object *o, uint32_t hash)
{
	struct leftover_name **p;

	if (!t->n)
		return NULL;
	for (p = &t->buckets[hash & (t->n_buckets - 1)]; *p; p = &(*p)->next)
		if ((*p)->hash == hash && k8s_object_same_name((*p)->obj, o))
			return p;
	return NULL;
}

static void drop(struct leftover *t, struct leftover_name **p)
{
	struct leftover_name *x = *p;

	*p = x->next;
	t->n--;
	k8s_object_free(x->obj);
	free(x);
}

static struct k8s_object *name_only(
    enum k8s_kind kind, const char *resource, const char *ns, const char *name)
{
	return kind == K8S_CUSTOM ? k8s_custom_name_only(resource, ns, name)
	                          : k8s_object_name_only(kind, ns, name);
}

void leftover_add(
    enum k8s_kind kind, const char *resource, const char *ns, const char *name, void *arg)
{
	struct leftover_adding *a = arg;
	struct leftover *t = a->to;
	struct leftover_name *x = calloc(1, sizeof(*x));
	struct leftover_name **p;

	if (!x || grow(t) || !(x->obj = name_only(kind, resource, ns, name))) {
		free(x);
		a->rc = -ENOMEM;
		return;
	}
	x->hash = k8s_name_hash(kind, ns, name);
	if (find(t, x->obj, x->hash)) {
		k8s_object_free(x->obj);
		free(x);
		return;
	}
	p = &t->buckets[x->hash & (t->n_buckets - 1)];
	x->next = *p;
	*p = x;
	t->n++;
}

void leftover_each(const struct leftover *t, k8s_name_fn *fn, void *arg)
{
	for (size_t i = 0; i < t->n_buckets; i++)
		for (const struct leftover_name *x = t->buckets[i]; x; x = x->next)
			fn(x->obj->kind, resource_of(x->obj), x->obj->ns, x->obj->name, arg);
}

void leftover_remove(struct leftover *t, const struct k8s_object *o)
{
	struct leftover_name **p = find(t, o, k8s_name_hash(o->kind, o->ns, o->name));

	if (p)
		drop(t, p);
}

bool leftover_may_go(const struct k8s_state *st)
{
	const struct k8s_cluster *c = st->cluster;

	for (size_t i = 0; c && i < c->n_resources; i++) {
		const struct k8s_resource *r = &c->resources[i];

		if (!r->listed && r->phase != K8S_FORBIDDEN && r->phase != K8S_ABSENT)
			return false;
	}
	return st->whole && !st->outage_s;
}

static void delete_kind(struct leftover *t, enum k8s_kind kind, k8s_sink *sink, void *arg)
{
	for (size_t i = 0; i < t->n_buckets; i++) {
		struct leftover_name **p = &t->buckets[i];

		while (*p) {
			struct k8s_event *ev = NULL;

			if ((*p)->obj->kind == kind)
				ev = k8s_event_new(K8S_DELETE, NULL);
			if (!ev) {
				p = &(*p)->next;
				continue;
			}
			ev->obj = (*p)->obj;
			(*p)->obj = NULL;
			drop(t, p);
			sink(ev, arg);
		}
	}
}

void leftover_delete_all(struct leftover *t, k8s_sink *sink, void *arg)
{
	static const enum k8s_kind order[K8S_KINDS] = {K8S_SERVICE, K8S_SLICE, K8S_NODE,
	    K8S_NAMESPACE, K8S_CONFIGMAP, K8S_SECRET, K8S_CUSTOM};

	for (size_t k = 0; k < K8S_KINDS; k++)
		delete_kind(t, order[k], sink, arg);
	if (!t->n)
		leftover_fini(t);
}

void leftover_fini(struct leftover *t)
{
	for (size_t i = 0; i < t->n_buckets; i++)
		while (t->buckets[i])
			drop(t, &t->buckets[i]);
	free(t->buckets);
	*t = (struct leftover){0};
}
