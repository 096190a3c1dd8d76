/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Endpoints of one Service, counted by node and family, and the way back from a node to the
 * Services with endpoints on it. An endpoint that stands in several slices (Kubernetes moves
 * them about) is one endpoint: same node, family and address. Where its copies disagree the
 * sceptical one counts, as in MetalLB. An address on two nodes (a virtual machine that
 * migrates) is two endpoints.
 *
 * Both lists refer to each other by index, so that an endpoint that leaves a node with
 * thousands of Services costs a swap with the last of them, not a search.
 */
#include "announcer/store_priv.h"
#include "announcer/util.h"
#include <assert.h>
#include <sys/socket.h>

struct found {
	const struct k8s_endpoint *ep;
	enum store_family family;
};

static int cmp_node_name(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int found_cmp(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int c = cmp_node_name(x->ep->node, y->ep->node);

	if (!c)
		c = (int)x->family - (int)y->family;
	return c ? c : ipaddr_cmp(&x->ep->addr, &y->ep->addr);
}

static struct found *found_all(const struct store_service *svc, size_t *n)
{
	struct found *v;
	size_t max = 0;

	for (size_t i = 0; i < svc->n_slices; i++)
		max += svc->slices[i]->slice.n;
	v = xcalloc(max, sizeof(*v));
	*n = 0;
	for (size_t i = 0; i < svc->n_slices; i++) {
		const struct k8s_slice *s = &svc->slices[i]->slice;

		if (s->family != AF_INET && s->family != AF_INET6)
			continue; /* FQDN: not an address that a node could serve */
		for (size_t j = 0; j < s->n; j++)
			v[(*n)++] = (struct found){
			    &s->endpoints[j], s->family == AF_INET6 ? STORE_V6 : STORE_V4};
	}
	qsort(v, *n, sizeof(*v), found_cmp);
	return v;
}

static void bump(uint16_t *n)
{
	if (*n < UINT16_MAX)
		++*n;
}

static void tally_add(struct store_tally *t, enum store_family family, unsigned flags)
{
	if (flags & K8S_EP_READY)
		bump(&t->ready[family]);
	else if ((flags & K8S_EP_SERVING) && (flags & K8S_EP_TERMINATING))
		bump(&t->draining[family]);
}

/* What one endpoint's copies say together; *i moves past them. */
static unsigned found_merge(const struct found *v, size_t n, size_t *i)
{
	const struct found *first = &v[*i];
	unsigned all = ~0u, any = 0;

	for (; *i < n && found_cmp(first, &v[*i]) == 0; ++*i) {
		all &= v[*i].ep->flags;
		any |= v[*i].ep->flags;
	}
	return (all & (K8S_EP_READY | K8S_EP_SERVING)) | (any & K8S_EP_TERMINATING);
}

static size_t count_nodes(const struct found *v, size_t n)
{
	size_t nodes = 0;

	for (size_t i = 0; i < n; i++)
		if (v[i].ep->node && (!i || cmp_node_name(v[i - 1].ep->node, v[i].ep->node)))
			nodes++;
	return nodes;
}

static struct store_count *count_find(struct store_service *svc, const struct store_node *node)
{
	size_t lo = 0, hi = svc->n_counts;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = strcmp(svc->counts[mid].node->name, node->name);

		if (!c)
			return &svc->counts[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static void link_node(struct store_service *svc, struct store_count *c)
{
	struct store_node *node = c->node;

	if (node->n_services == node->cap) {
		node->cap = node->cap ? node->cap * 2 : 4;
		node->services = xrealloc(node->services, node->cap, sizeof(*node->services));
	}
	c->at = (uint32_t)node->n_services;
	node->services[node->n_services++] = svc;
}

static void unlink_node(struct store *st, const struct store_count *c)
{
	struct store_node *node = c->node;
	struct store_service *last = node->services[--node->n_services];

	if (c->at < node->n_services) {
		node->services[c->at] = last;
		count_find(last, node)->at = c->at;
	}
	store_node_drop(st, node);
}

/* New counts from sorted endpoints, not linked yet; homeless and total are written, too. */
static struct store_count *counts_make(
    struct store *st, const struct found *v, size_t n, struct store_service *to)
{
	size_t nodes = count_nodes(v, n), used = 0;
	struct store_count *counts = nodes ? xcalloc(nodes, sizeof(*counts)) : NULL;

	for (size_t i = 0; i < n;) {
		const struct found *f = &v[i];
		unsigned flags = found_merge(v, n, &i);

		tally_add(&to->total, f->family, flags);
		if (!f->ep->node) {
			tally_add(&to->homeless, f->family, flags);
			continue;
		}
		assert(counts);
		if (!used || strcmp(counts[used - 1].node->name, f->ep->node) != 0)
			counts[used++].node = store_node_make(st, f->ep->node);
		tally_add(&counts[used - 1].tally, f->family, flags);
	}
	to->n_counts = (uint32_t)used;
	return counts;
}

static bool tally_same(const struct store_tally *a, const struct store_tally *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Link what is only in `fresh`, unlink what is only in svc->counts. Return: any difference. */
static bool relink(struct store *st, struct store_service *svc, struct store_service *fresh)
{
	bool changed = false;
	size_t i = 0, j = 0;

	while (i < svc->n_counts || j < fresh->n_counts) {
		struct store_count *was = i < svc->n_counts ? &svc->counts[i] : NULL;
		struct store_count *now = j < fresh->n_counts ? &fresh->counts[j] : NULL;
		int c = !was ? 1 : !now ? -1 : strcmp(was->node->name, now->node->name);

		if (was && c < 0)
			unlink_node(st, was);
		else if (now && c > 0)
			link_node(svc, now);
		else if (was && now)
			now->at = was->at;
		changed |= c != 0 || !tally_same(&was->tally, &now->tally);
		i += c <= 0;
		j += c >= 0;
	}
	return changed;
}

bool store_recount(struct store *st, struct store_service *svc)
{
	struct store_service fresh = {0};
	struct found *v;
	size_t n;
	bool changed;

	v = found_all(svc, &n);
	fresh.counts = counts_make(st, v, n, &fresh);
	free(v);
	changed = relink(st, svc, &fresh) || !tally_same(&svc->total, &fresh.total);
	free(svc->counts);
	svc->counts = fresh.counts;
	svc->n_counts = fresh.n_counts;
	svc->homeless = fresh.homeless;
	svc->total = fresh.total;
	return changed;
}
