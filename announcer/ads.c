/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ads.c - which advertisements of a pool count for one Service, and where. Pure. */
#include "announcer/ads.h"
#include "announcer/util.h"
#include <sys/socket.h>

static const struct pool_ad by_default[] = {
    {.protocol = POLICY_BGP,    .aggregation4 = 32, .aggregation6 = 128},
    {.protocol = POLICY_LAYER2, .aggregation4 = 32, .aggregation6 = 128},
};

const struct pool_ad *ads_next(const struct pool *pool, unsigned protocols, size_t *at)
{
	const struct pool_ad *v = pool->n_ads ? pool->ads : by_default;
	size_t n = pool->n_ads ? pool->n_ads : ARRAY_LEN(by_default);

	while (*at < n) {
		const struct pool_ad *ad = &v[(*at)++];

		if (ad->protocol & pool->protocols & protocols)
			return ad;
	}
	return NULL;
}

void ads_make(
    struct ads *to, const struct pool *pool, unsigned protocols, const struct k8s_service *svc)
{
	const struct pool_ad *ad;

	*to = (struct ads){.pool = pool};
	to->v = xcalloc(pool->n_ads + ARRAY_LEN(by_default), sizeof(*to->v));
	for (size_t at = 0; (ad = ads_next(pool, protocols, &at));) {
		to->some = true;
		if (selectors_match(&ad->services, svc->labels, svc->n_labels))
			to->v[to->n++] = ad;
	}
}

void ads_copy(struct ads *to, const struct ads *from)
{
	*to = *from;
	to->v = xcalloc(from->n, sizeof(*to->v));
	if (from->n)
		memcpy(to->v, from->v, from->n * sizeof(*to->v));
}

void ads_fini(struct ads *a)
{
	free(a->v);
	*a = (struct ads){0};
}

bool ads_equal(const struct ads *a, const struct ads *b)
{
	return a->pool == b->pool && a->n == b->n &&
	       (!a->n || !memcmp(a->v, b->v, a->n * sizeof(*a->v)));
}

bool ads_has(const struct ads *a, const struct pool_ad *ad)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i] == ad)
			return true;
	return false;
}

bool ads_by_service(const struct pool *pool, unsigned protocols)
{
	const struct pool_ad *ad;

	for (size_t at = 0; (ad = ads_next(pool, protocols, &at));)
		if (ad->services.n)
			return true;
	return false;
}

/* No peer is told by both. */
static bool other_peers(const struct pool_ad *a, const struct pool_ad *b)
{
	for (size_t i = 0; i < a->peers.n; i++)
		if (strlist_has(&b->peers, a->peers.v[i]))
			return false;
	return a->peers.n && b->peers.n;
}

bool ads_contradict(const struct pool *pool, const struct pool_ad *a, const struct pool_ad *b)
{
	if (a->localpref == b->localpref || other_peers(a, b))
		return false;
	return (a->aggregation4 == b->aggregation4 && pool_has_family(pool, AF_INET)) ||
	       (a->aggregation6 == b->aggregation6 && pool_has_family(pool, AF_INET6));
}

static bool selects(const struct pool_ad *ad, const struct k8s_node *node)
{
	return selectors_match(&ad->nodes, node->labels, node->n_labels);
}

/* Two that are for all Services and for the same nodes, or one of them for all, were compared
 * when the policy was made. */
static bool compares(const struct pool_ad *a, const struct pool_ad *b)
{
	bool others = a->nodes.n && b->nodes.n && !selectors_equal(&a->nodes, &b->nodes);

	return a->protocol & b->protocol & POLICY_BGP &&
	       (a->services.n || b->services.n || others);
}

static bool conflict(const struct ads *a, const struct k8s_node *node)
{
	for (size_t i = 0; i < a->n; i++) {
		if (!selects(a->v[i], node))
			continue;
		for (size_t j = 0; j < i; j++)
			if (compares(a->v[i], a->v[j]) && selects(a->v[j], node) &&
			    ads_contradict(a->pool, a->v[i], a->v[j]))
				return true;
	}
	return false;
}

enum ads_verdict ads_judge(const struct ads *a, const struct k8s_node *node, bool contradict)
{
	bool selected = false;

	if (!a->n)
		return a->some ? ADS_NO_SERVICE : ADS_NONE;
	for (size_t i = 0; i < a->n && !selected; i++)
		selected = selects(a->v[i], node);
	if (!selected)
		return ADS_NO_NODE;
	return contradict && conflict(a, node) ? ADS_CONFLICT : ADS_OK;
}
