/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects that touch no Service: Namespaces, and what is kept raw for others to decode. */
#include "announcer/store_priv.h"
#include "announcer/util.h"

/* Part of the identity of the raw kinds. */
static const char *resource_of(const struct k8s_object *o)
{
	return o->kind == K8S_NAMESPACE ? "" : o->raw.resource;
}

static uint32_t other_hash(const void *e)
{
	const struct k8s_object *o = e;
	const char *resource = resource_of(o);
	uint32_t h = table_hash(resource, strlen(resource), (uint32_t)o->kind);

	h = table_hash(o->ns, strlen(o->ns), h);
	return table_hash(o->name, strlen(o->name), h);
}

static bool other_same(const void *a, const void *b)
{
	return k8s_object_same_name(a, b);
}

static const struct table_ops other_ops = {other_hash, other_same};

void store_others_init(struct store *st)
{
	st->others.ops = &other_ops;
}

void store_others_fini(struct store *st)
{
	void *e;

	for (size_t at = 0; (e = table_next(&st->others, &at));)
		k8s_object_free(e);
	table_fini(&st->others);
}

static bool same_labels(const struct k8s_object *a, const struct k8s_object *b)
{
	if (!a || !b || a->space.n_labels != b->space.n_labels)
		return false;
	for (size_t i = 0; i < a->space.n_labels; i++)
		if (strcmp(a->space.labels[i].key, b->space.labels[i].key) != 0 ||
		    strcmp(a->space.labels[i].value, b->space.labels[i].value) != 0)
			return false;
	return true;
}

void store_others_put(struct store *st, struct k8s_object *old, struct k8s_object *obj)
{
	const struct k8s_object *any = obj ? obj : old;

	if (any && any->kind == K8S_NAMESPACE && !same_labels(old, obj))
		st->namespaces++;
	if (old) {
		table_remove(&st->others, old);
		st->held[old->kind]--;
	}
	if (obj) {
		table_add(&st->others, obj);
		st->held[obj->kind]++;
	}
	k8s_object_free(old);
}

uint64_t store_namespaces_generation(const struct store *st)
{
	return st->namespaces;
}

const struct k8s_object *store_object(const struct store *st, enum k8s_kind kind,
    const char *resource, const char *ns, const char *name)
{
	struct k8s_object probe = {.kind = kind, .ns = ns, .name = name};

	if (kind != K8S_NAMESPACE)
		probe.raw.resource = resource;
	return table_find(&st->others, &probe);
}

static int other_cmp(const void *a, const void *b)
{
	const struct k8s_object *const *x = a, *const *y = b;
	int c = strcmp(resource_of(*x), resource_of(*y));

	if (!c)
		c = strcmp((*x)->ns, (*y)->ns);
	return c ? c : strcmp((*x)->name, (*y)->name);
}

const struct k8s_object **store_objects(const struct store *st, enum k8s_kind kind, size_t *n)
{
	const struct k8s_object **v =
	    xcalloc(st->held[kind], sizeof(const struct k8s_object *));
	const struct k8s_object *o;

	*n = 0;
	for (size_t at = 0; (o = table_next(&st->others, &at));)
		if (o->kind == kind)
			v[(*n)++] = o;
	qsort(v, *n, sizeof(const struct k8s_object *), other_cmp);
	return v;
}
