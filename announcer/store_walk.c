/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services and Nodes in order. */
#include "announcer/store_priv.h"
#include "announcer/util.h"

static const struct store_service *service_of(const struct order_link *l)
{
	return (const struct store_service *)((const char *)l -
					      offsetof(struct store_service, in_order));
}

int store_service_order(const struct order_link *a, const struct order_link *b)
{
	const struct store_service *x = service_of(a), *y = service_of(b);
	int c = strcmp(x->ns, y->ns);

	return c ? c : strcmp(x->name, y->name);
}

struct store_service *store_service_after(
    const struct store *st, const char *ns, const char *name)
{
	const struct store_service probe = {.ns = ns, .name = name};
	struct order_link *l = order_after(&st->by_name, ns ? &probe.in_order : NULL);

	return l ? (struct store_service *)service_of(l) : NULL;
}

void store_each_service(const struct store *st, store_service_fn *fn, void *arg)
{
	struct store_service *svc = store_service_after(st, NULL, NULL);

	for (; svc; svc = store_service_after(st, svc->ns, svc->name))
		fn(svc, arg);
}

struct store_service *store_walk_next(const struct store *st, struct store_walk *w)
{
	struct store_service *svc = store_service_after(st, w->ns, w->name);

	store_walk_fini(w);
	if (svc) {
		w->ns = xstrdup(svc->ns);
		w->name = xstrdup(svc->name);
	}
	return svc;
}

void store_walk_fini(struct store_walk *w)
{
	free(w->ns);
	free(w->name);
	*w = (struct store_walk){0};
}

struct store_service *store_service_named(
    const struct store *st, const char *name, bool *several)
{
	struct store_service *svc = store_service_after(st, NULL, NULL), *found = NULL, *one;

	*several = false;
	while (svc) {
		one = store_service(st, svc->ns, name);
		if (one && one->obj && one != found) {
			*several = found;
			found = one;
		}
		if (*several)
			break;
		/* No name is greater, so this is the first of the next namespace. */
		svc = store_service_after(st, svc->ns, "\xff");
	}
	return found;
}

static int node_cmp(const void *a, const void *b)
{
	const struct store_node *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

struct store_node *const *store_nodes(struct store *st, size_t *n)
{
	void *e;

	if (!st->sorted) {
		st->sorted = xcalloc(st->held[K8S_NODE], sizeof(*st->sorted));
		st->n_sorted = 0;
		for (size_t at = 0; (e = table_next(&st->nodes, &at));)
			if (((struct store_node *)e)->obj)
				st->sorted[st->n_sorted++] = e;
		qsort(st->sorted, st->n_sorted, sizeof(*st->sorted), node_cmp);
	}
	*n = st->n_sorted;
	return st->sorted;
}

struct store_node *store_node_after(struct store *st, const char *name)
{
	size_t n, low = 0, high;
	struct store_node *const *v = store_nodes(st, &n);

	for (high = n; name && low < high;) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(v[mid]->name, name) > 0)
			high = mid;
		else
			low = mid + 1;
	}
	return low < n ? v[low] : NULL;
}
