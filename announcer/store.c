/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects, by kind and name, and what has changed since the last store_clean(). A Service
 * has a record as soon as anything speaks of it: its own object, a slice that names it, or an
 * address that is kept for it. What touches what:
 *   Service                 itself
 *   EndpointSlice           the Service that it names, when a count changed
 *   Node                    Services with endpoints there, and every Service whose traffic may
 *                           enter by any node (externalTrafficPolicy: Cluster)
 *   Namespace and the raw    nothing: whoever reads them looks for himself
 * An object that arrives as it was (kubelets write their Node every few minutes) touches
 * nothing; of such a Service the newest is kept, for its version. Must not do: judge. Who
 * serves what is for eligible, alloc and desired.
 */
#include "announcer/store_priv.h"
#include "announcer/util.h"

static uint32_t service_hash(const void *e)
{
	const struct store_service *s = e;

	return table_hash(s->name, strlen(s->name), table_hash(s->ns, strlen(s->ns), 0));
}

static bool service_same(const void *a, const void *b)
{
	const struct store_service *x = a, *y = b;

	return strcmp(x->name, y->name) == 0 && strcmp(x->ns, y->ns) == 0;
}

static uint32_t object_hash(const void *e)
{
	const struct k8s_object *o = e;

	return table_hash(o->name, strlen(o->name), table_hash(o->ns, strlen(o->ns), 0));
}

static bool object_same(const void *a, const void *b)
{
	const struct k8s_object *x = a, *y = b;

	return strcmp(x->name, y->name) == 0 && strcmp(x->ns, y->ns) == 0;
}

static uint32_t node_hash(const void *e)
{
	const struct store_node *n = e;

	return table_hash(n->name, strlen(n->name), 0);
}

static bool node_same(const void *a, const void *b)
{
	return strcmp(((const struct store_node *)a)->name,
		   ((const struct store_node *)b)->name) == 0;
}

static const struct table_ops service_ops = {service_hash, service_same};
static const struct table_ops object_ops = {object_hash, object_same};
static const struct table_ops node_ops = {node_hash, node_same};

struct store *store_new(void)
{
	struct store *st = xcalloc(1, sizeof(*st));

	st->services.ops = &service_ops;
	st->by_name.cmp = store_service_order;
	st->slices.ops = &object_ops;
	st->nodes.ops = &node_ops;
	store_others_init(st);
	return st;
}

static void service_free(struct store_service *svc)
{
	k8s_object_free((struct k8s_object *)svc->obj);
	if (svc->slices != &svc->only_slice)
		free(svc->slices);
	free(svc->counts);
	free(svc);
}

static void node_free(struct store_node *node)
{
	k8s_object_free((struct k8s_object *)node->obj);
	free(node->services);
	free(node);
}

void store_free(struct store *st)
{
	void *e;

	if (!st)
		return;
	for (size_t at = 0; (e = table_next(&st->services, &at));)
		service_free(e);
	for (size_t at = 0; (e = table_next(&st->slices, &at));)
		k8s_object_free(e);
	for (size_t at = 0; (e = table_next(&st->nodes, &at));)
		node_free(e);
	store_others_fini(st);
	table_fini(&st->services);
	table_fini(&st->slices);
	table_fini(&st->nodes);
	free(st->dirty);
	free(st->sorted);
	free(st);
}

struct store_service *store_service(const struct store *st, const char *ns, const char *name)
{
	const struct store_service probe = {.ns = ns, .name = name};

	return table_find(&st->services, &probe);
}

struct store_service *store_service_make(struct store *st, const char *ns, const char *name)
{
	struct store_service *svc = store_service(st, ns, name);
	size_t ns_len = strlen(ns) + 1, name_len = strlen(name) + 1;

	if (svc)
		return svc;
	svc = xcalloc(1, sizeof(*svc) + ns_len + name_len);
	memcpy(svc->key, ns, ns_len);
	memcpy(svc->key + ns_len, name, name_len);
	svc->ns = svc->key;
	svc->name = svc->key + ns_len;
	table_add(&st->services, svc);
	order_add(&st->by_name, &svc->in_order);
	return svc;
}

int store_service_cmp_age(const struct store_service *a, const struct store_service *b)
{
	int64_t x = a->obj ? a->obj->created_s : INT64_MAX;
	int64_t y = b->obj ? b->obj->created_s : INT64_MAX;
	int c = (x > y) - (x < y);

	if (!c)
		c = strcmp(a->ns, b->ns);
	return c ? c : strcmp(a->name, b->name);
}

struct store_node *store_node(const struct store *st, const char *name)
{
	const struct store_node probe = {.name = name};

	return table_find(&st->nodes, &probe);
}

struct store_node *store_node_make(struct store *st, const char *name)
{
	struct store_node *node = store_node(st, name);
	size_t len = strlen(name) + 1;

	if (node)
		return node;
	node = xcalloc(1, sizeof(*node) + len);
	memcpy(node->key, name, len);
	node->name = node->key;
	table_add(&st->nodes, node);
	return node;
}

void store_node_drop(struct store *st, struct store_node *node)
{
	if (node->obj || node->n_services)
		return;
	table_remove(&st->nodes, node);
	node_free(node);
}

uint64_t store_nodes_generation(const struct store *st)
{
	return st->generation;
}

size_t store_count_kind(const struct store *st, enum k8s_kind kind)
{
	return st->held[kind];
}

void store_mark(struct store *st, struct store_service *svc, unsigned dirty)
{
	if (!svc->dirty) {
		if (st->n_dirty == st->cap_dirty) {
			st->cap_dirty = st->cap_dirty ? st->cap_dirty * 2 : 16;
			st->dirty = xrealloc(st->dirty, st->cap_dirty, sizeof(*st->dirty));
		}
		st->dirty[st->n_dirty++] = svc;
	}
	svc->dirty |= dirty;
}

void store_mark_all(struct store *st, unsigned dirty)
{
	struct store_service *svc;

	for (size_t at = 0; (svc = table_next(&st->services, &at));)
		store_mark(st, svc, dirty);
}

struct store_service **store_dirty(const struct store *st, size_t *n)
{
	*n = st->n_dirty;
	return st->dirty;
}

void store_clean(struct store *st)
{
	for (size_t i = 0; i < st->n_dirty; i++) {
		struct store_service *svc = st->dirty[i];

		svc->dirty = 0;
		if (svc->obj || svc->n_slices || svc->alloc)
			continue;
		table_remove(&st->services, svc);
		order_remove(&st->by_name, &svc->in_order);
		service_free(svc);
	}
	st->n_dirty = 0;
	if (st->cap_dirty > 1024) { /* a burst is over */
		free(st->dirty);
		st->dirty = NULL;
		st->cap_dirty = 0;
	}
}

static void replace(const struct k8s_object **at, struct k8s_object *obj, size_t *held)
{
	*held += (obj != NULL) - (size_t)(*at != NULL);
	k8s_object_free((struct k8s_object *)*at);
	*at = obj;
}

/* obj NULL: it is gone. */
static bool apply_service(struct store *st, struct store_service *svc, struct k8s_object *obj)
{
	if (!svc || (!obj && !svc->obj))
		return false;
	replace(&svc->obj, obj, &st->held[K8S_SERVICE]);
	store_mark(st, svc, STORE_DIRTY_SERVICE);
	return true;
}

/* The same again, perhaps with another version. */
static void renew_service(struct store *st, struct k8s_object *obj)
{
	replace(&store_service(st, obj->ns, obj->name)->obj, obj, &st->held[K8S_SERVICE]);
}

static void mark_cluster_services(struct store *st)
{
	struct store_service *svc;

	for (size_t at = 0; (svc = table_next(&st->services, &at));)
		if (svc->obj && svc->obj->service.load_balancer && !svc->obj->service.local)
			store_mark(st, svc, STORE_DIRTY_ENDPOINTS);
}

static bool apply_node(struct store *st, struct store_node *node, struct k8s_object *obj)
{
	if (!node || (!obj && !node->obj))
		return false;
	for (size_t i = 0; i < node->n_services; i++)
		store_mark(st, node->services[i], STORE_DIRTY_ENDPOINTS);
	mark_cluster_services(st);
	if (!obj || !node->obj) { /* which Nodes there are has changed */
		free(st->sorted);
		st->sorted = NULL;
	}
	replace(&node->obj, obj, &st->held[K8S_NODE]);
	st->generation++;
	store_node_drop(st, node);
	return true;
}

/* The first needs no memory of its own. */
static void slice_add(struct store_service *svc, struct k8s_object *obj)
{
	struct k8s_object **v = svc->slices == &svc->only_slice ? NULL : svc->slices;

	if (v || svc->n_slices) {
		v = xrealloc(v, svc->n_slices + 1, sizeof(struct k8s_object *));
		if (svc->slices == &svc->only_slice)
			v[0] = svc->only_slice;
	}
	svc->slices = v ? v : &svc->only_slice;
	svc->slices[svc->n_slices++] = obj;
}

static void attach_slice(struct store *st, struct k8s_object *obj)
{
	struct store_service *svc;

	if (!obj->slice.service[0])
		return;
	svc = store_service_make(st, obj->ns, obj->slice.service);
	slice_add(svc, obj);
}

static void detach_slice(struct store *st, const struct k8s_object *obj)
{
	struct store_service *svc = store_service(st, obj->ns, obj->slice.service);
	size_t i = 0;

	if (!svc)
		return;
	while (i < svc->n_slices && svc->slices[i] != obj)
		i++;
	if (i < svc->n_slices)
		svc->slices[i] = svc->slices[--svc->n_slices];
}

static bool recount_named(struct store *st, const char *ns, const char *name)
{
	struct store_service *svc = store_service(st, ns, name);

	if (!svc)
		return false;
	/* A record that may have lost its last reason to be is marked, to be cleaned. */
	if (!store_recount(st, svc) && (svc->obj || svc->n_slices))
		return false;
	store_mark(st, svc, STORE_DIRTY_ENDPOINTS);
	return true;
}

static bool apply_slice(struct store *st, struct k8s_object *old, struct k8s_object *obj)
{
	bool changed = false;

	if (old) {
		table_remove(&st->slices, old);
		detach_slice(st, old);
		st->held[K8S_SLICE]--;
	}
	if (obj) {
		table_add(&st->slices, obj);
		attach_slice(st, obj);
		st->held[K8S_SLICE]++;
		changed |= recount_named(st, obj->ns, obj->slice.service);
	}
	if (old && (!obj || strcmp(old->slice.service, obj->slice.service) != 0))
		changed |= recount_named(st, old->ns, old->slice.service);
	k8s_object_free(old);
	return changed;
}

static const struct k8s_object *held(const struct store *st, const struct k8s_object *obj)
{
	const struct store_service *svc;
	const struct store_node *node;

	switch (obj->kind) {
	case K8S_SERVICE:
		svc = store_service(st, obj->ns, obj->name);
		return svc ? svc->obj : NULL;
	case K8S_NODE:
		node = store_node(st, obj->name);
		return node ? node->obj : NULL;
	case K8S_SLICE:
		return table_find(&st->slices, obj);
	default:
		return table_find(&st->others, obj);
	}
}

static bool put(struct store *st, struct k8s_object *obj)
{
	const struct k8s_object *old = held(st, obj);

	if (old && k8s_object_equal(old, obj)) {
		if (obj->kind == K8S_SERVICE)
			renew_service(st, obj);
		else
			k8s_object_free(obj);
		return false;
	}
	switch (obj->kind) {
	case K8S_SERVICE:
		return apply_service(st, store_service_make(st, obj->ns, obj->name), obj);
	case K8S_NODE:
		return apply_node(st, store_node_make(st, obj->name), obj);
	case K8S_SLICE:
		return apply_slice(st, (struct k8s_object *)old, obj);
	default:
		store_others_put(st, (struct k8s_object *)old, obj);
		return true;
	}
}

static bool delete (struct store *st, const struct k8s_object *obj)
{
	struct k8s_object *old = (struct k8s_object *)held(st, obj);

	if (!old)
		return false;
	switch (obj->kind) {
	case K8S_SERVICE:
		return apply_service(st, store_service(st, obj->ns, obj->name), NULL);
	case K8S_NODE:
		return apply_node(st, store_node(st, obj->name), NULL);
	case K8S_SLICE:
		return apply_slice(st, old, NULL);
	default:
		store_others_put(st, old, NULL);
		return true;
	}
}

bool store_apply(struct store *st, struct k8s_event *ev)
{
	bool changed = false;

	if (ev->type == K8S_PUT && ev->obj) {
		changed = put(st, ev->obj);
		ev->obj = NULL;
	} else if (ev->type == K8S_DELETE && ev->obj) {
		changed = delete (st, ev->obj);
	}
	k8s_event_free(ev);
	return changed;
}
