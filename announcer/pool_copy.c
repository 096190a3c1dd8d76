/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pool_copy.c - pools and advertisements as values: copied, freed, compared. Pure. */
#include "announcer/pool.h"
#include "announcer/util.h"

void pool_ad_fini(struct pool_ad *ad)
{
	free(ad->name);
	selectors_fini(&ad->nodes);
	selectors_fini(&ad->services);
	strlist_fini(&ad->peers);
	strlist_fini(&ad->communities);
	strlist_fini(&ad->interfaces);
	for (size_t i = 0; i < ad->n_preferred; i++)
		selectors_fini(&ad->preferred[i].nodes);
	free(ad->preferred);
}

static void allocation_free(struct pool_allocation *a)
{
	if (!a)
		return;
	strlist_fini(&a->namespaces);
	selectors_fini(&a->namespace_selectors);
	selectors_fini(&a->service_selectors);
	free(a);
}

void pool_fini(struct pool *p)
{
	for (size_t i = 0; i < p->n_ads; i++)
		pool_ad_fini(&p->ads[i]);
	free(p->ads);
	free(p->ranges);
	strlist_fini(&p->addresses);
	allocation_free(p->allocation);
	for (size_t i = 0; i < p->n_labels; i++) {
		free((char *)(uintptr_t)p->labels[i].key);
		free((char *)(uintptr_t)p->labels[i].value);
	}
	free(p->labels);
	free(p->name);
}

void pool_ad_copy(struct pool_ad *to, const struct pool_ad *from)
{
	*to = *from; /* numbers */
	to->name = xstrdup(from->name);
	selectors_copy(&to->nodes, &from->nodes);
	selectors_copy(&to->services, &from->services);
	strlist_copy(&to->peers, &from->peers);
	strlist_copy(&to->communities, &from->communities);
	strlist_copy(&to->interfaces, &from->interfaces);
	to->preferred = xcalloc(from->n_preferred, sizeof(*to->preferred));
	for (size_t i = 0; i < from->n_preferred; i++) {
		to->preferred[i].weight = from->preferred[i].weight;
		selectors_copy(&to->preferred[i].nodes, &from->preferred[i].nodes);
	}
}

static struct pool_allocation *allocation_copy(const struct pool_allocation *from)
{
	struct pool_allocation *a;

	if (!from)
		return NULL;
	a = xcalloc(1, sizeof(*a));
	a->priority = from->priority;
	strlist_copy(&a->namespaces, &from->namespaces);
	selectors_copy(&a->namespace_selectors, &from->namespace_selectors);
	selectors_copy(&a->service_selectors, &from->service_selectors);
	return a;
}

void pool_copy(struct pool *to, const struct pool *from)
{
	*to = *from; /* numbers */
	to->name = xstrdup(from->name);
	strlist_copy(&to->addresses, &from->addresses);
	to->ranges = xcalloc(from->n_ranges, sizeof(*to->ranges));
	for (size_t i = 0; i < from->n_ranges; i++)
		to->ranges[i] = from->ranges[i];
	to->ads = xcalloc(from->n_ads, sizeof(*to->ads));
	for (size_t i = 0; i < from->n_ads; i++)
		pool_ad_copy(&to->ads[i], &from->ads[i]);
	to->allocation = allocation_copy(from->allocation);
	to->labels = xcalloc(from->n_labels, sizeof(*to->labels));
	for (size_t i = 0; i < from->n_labels; i++)
		to->labels[i] = (struct k8s_kv){
		    xstrdup(from->labels[i].key), xstrdup(from->labels[i].value)};
}

static bool preferred_equal(const struct pool_ad *a, const struct pool_ad *b)
{
	if (a->n_preferred != b->n_preferred)
		return false;
	for (size_t i = 0; i < a->n_preferred; i++)
		if (a->preferred[i].weight != b->preferred[i].weight ||
		    !selectors_equal(&a->preferred[i].nodes, &b->preferred[i].nodes))
			return false;
	return true;
}

bool pool_ad_equal(const struct pool_ad *a, const struct pool_ad *b)
{
	return text_equal(a->name, b->name) && a->protocol == b->protocol &&
	       selectors_equal(&a->nodes, &b->nodes) &&
	       selectors_equal(&a->services, &b->services) &&
	       strlist_equal(&a->peers, &b->peers) &&
	       strlist_equal(&a->communities, &b->communities) &&
	       strlist_equal(&a->interfaces, &b->interfaces) && preferred_equal(a, b) &&
	       a->aggregation4 == b->aggregation4 && a->aggregation6 == b->aggregation6 &&
	       a->localpref == b->localpref;
}

static bool allocation_equal(const struct pool_allocation *a, const struct pool_allocation *b)
{
	if (!a || !b)
		return a == b;
	return a->priority == b->priority && strlist_equal(&a->namespaces, &b->namespaces) &&
	       selectors_equal(&a->namespace_selectors, &b->namespace_selectors) &&
	       selectors_equal(&a->service_selectors, &b->service_selectors);
}

static bool labels_equal(const struct pool *a, const struct pool *b)
{
	if (a->n_labels != b->n_labels)
		return false;
	for (size_t i = 0; i < a->n_labels; i++)
		if (strcmp(a->labels[i].key, b->labels[i].key) != 0 ||
		    strcmp(a->labels[i].value, b->labels[i].value) != 0)
			return false;
	return true;
}

bool pool_equal(const struct pool *a, const struct pool *b)
{
	if (strcmp(a->name, b->name) != 0 || a->protocols != b->protocols ||
	    a->auto_assign != b->auto_assign || a->avoid_buggy_ips != b->avoid_buggy_ips ||
	    !strlist_equal(&a->addresses, &b->addresses) || a->n_ads != b->n_ads ||
	    !allocation_equal(a->allocation, b->allocation) || !labels_equal(a, b))
		return false;
	for (size_t i = 0; i < a->n_ads; i++)
		if (!pool_ad_equal(&a->ads[i], &b->ads[i]))
			return false;
	return true;
}
