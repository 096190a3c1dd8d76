/* SPDX-License-Identifier: GPL-2.0-or-later */
/* part.c - parts as values: a table of the kinds of items and how each is copied, freed and
 * compared. Passwords are wiped. Pure. */
#include "announcer/part_items.h"
#include "announcer/util.h"

/* ---- peers ---- */

static void peer_copy(void *to, const void *from)
{
	const struct conf_peer *a = from;
	struct conf_peer *p = to;

	*p = *a; /* numbers */
	p->name = xstrdup(a->name);
	selectors_copy(&p->nodes, &a->nodes);
	p->password = xstrdup(a->password);
	p->password_file = xstrdup(a->password_file);
	p->bfd_profile = xstrdup(a->bfd_profile);
	p->secret = xstrdup(a->secret);
	p->secret_ns = xstrdup(a->secret_ns);
	p->vrf = xstrdup(a->vrf);
	p->interface = xstrdup(a->interface);
}

static void peer_fini(void *item)
{
	conf_peer_fini(item);
}

static bool peer_numbers_equal(const struct conf_peer *a, const struct conf_peer *b)
{
	return a->my_asn == b->my_asn && a->peer_asn == b->peer_asn &&
	       a->asn_kind == b->asn_kind && a->local_asn == b->local_asn &&
	       a->port == b->port && a->hold_s == b->hold_s &&
	       a->keepalive_s == b->keepalive_s && a->connect_s == b->connect_s &&
	       a->ttl_security == b->ttl_security && a->ebgp_multihop == b->ebgp_multihop &&
	       a->graceful == b->graceful && a->disable_mp == b->disable_mp &&
	       a->dual_stack == b->dual_stack;
}

static bool peer_equal(const void *x, const void *y)
{
	const struct conf_peer *a = x, *b = y;

	return peer_numbers_equal(a, b) && !ipaddr_cmp(&a->address, &b->address) &&
	       !ipaddr_cmp(&a->source, &b->source) &&
	       !ipaddr_cmp(&a->router_id, &b->router_id) && text_equal(a->name, b->name) &&
	       selectors_equal(&a->nodes, &b->nodes) && text_equal(a->password, b->password) &&
	       text_equal(a->password_file, b->password_file) &&
	       text_equal(a->bfd_profile, b->bfd_profile) && text_equal(a->secret, b->secret) &&
	       text_equal(a->secret_ns, b->secret_ns) && text_equal(a->vrf, b->vrf) &&
	       text_equal(a->interface, b->interface);
}

static const char *peer_name(const void *item)
{
	return ((const struct conf_peer *)item)->name;
}

/* ---- communities, profiles ---- */

static void community_copy(void *to, const void *from)
{
	const struct conf_community *c = from;

	*(struct conf_community *)to =
	    (struct conf_community){xstrdup(c->alias), xstrdup(c->value)};
}

static void community_fini(void *item)
{
	struct conf_community *c = item;

	free(c->alias);
	free(c->value);
}

static bool community_equal(const void *x, const void *y)
{
	const struct conf_community *a = x, *b = y;

	return text_equal(a->alias, b->alias) && text_equal(a->value, b->value);
}

static const char *community_name(const void *item)
{
	return ((const struct conf_community *)item)->alias;
}

static void bfd_copy(void *to, const void *from)
{
	struct conf_bfd *b = to;

	*b = *(const struct conf_bfd *)from;
	b->name = xstrdup(b->name);
}

static void bfd_fini(void *item)
{
	free(((struct conf_bfd *)item)->name);
}

static bool bfd_equal(const void *x, const void *y)
{
	const struct conf_bfd *a = x, *b = y;

	return text_equal(a->name, b->name) && a->receive_ms == b->receive_ms &&
	       a->transmit_ms == b->transmit_ms && a->echo_ms == b->echo_ms &&
	       a->multiplier == b->multiplier && a->minimum_ttl == b->minimum_ttl &&
	       a->echo_mode == b->echo_mode && a->passive_mode == b->passive_mode;
}

static const char *bfd_name(const void *item)
{
	return ((const struct conf_bfd *)item)->name;
}

/* ---- pools, advertisements ---- */

static void any_pool_copy(void *to, const void *from)
{
	pool_copy(to, from);
}

static void any_pool_fini(void *item)
{
	pool_fini(item);
}

static bool any_pool_equal(const void *a, const void *b)
{
	return pool_equal(a, b);
}

static const char *pool_name(const void *item)
{
	return ((const struct pool *)item)->name;
}

static void ad_copy(void *to, const void *from)
{
	const struct part_ad *a = from;
	struct part_ad *p = to;

	pool_ad_copy(&p->ad, &a->ad);
	strlist_copy(&p->pools, &a->pools);
	selectors_copy(&p->pool_selectors, &a->pool_selectors);
}

static void ad_fini(void *item)
{
	struct part_ad *p = item;

	pool_ad_fini(&p->ad);
	strlist_fini(&p->pools);
	selectors_fini(&p->pool_selectors);
}

static bool ad_equal(const void *x, const void *y)
{
	const struct part_ad *a = x, *b = y;

	return pool_ad_equal(&a->ad, &b->ad) && strlist_equal(&a->pools, &b->pools) &&
	       selectors_equal(&a->pool_selectors, &b->pool_selectors);
}

static const char *ad_name(const void *item)
{
	return ((const struct part_ad *)item)->ad.name;
}

/* ---- all kinds ---- */

static const struct kind {
	const char *word;
	size_t size, off, off_n; /* of an item; of the list and its count in struct part */
	void (*copy)(void *to, const void *from);
	void (*fini)(void *item);
	bool (*equal)(const void *a, const void *b);
	const char *(*name)(const void *item);
} kinds[PART_KINDS] = {
    [PART_BFD] = {"profile",       sizeof(struct conf_bfd),       offsetof(struct part, bfd),
		  offsetof(struct part,										     n_bfd),         bfd_copy,      bfd_fini,       bfd_equal,       bfd_name      },
    [PART_COMMUNITY] = {"alias",         sizeof(struct conf_community),
		  offsetof(struct part,						 communities), offsetof(struct part, n_communities),
		  community_copy,															  community_fini, community_equal, community_name},
    [PART_PEER] = {"peer",          sizeof(struct conf_peer),      offsetof(struct part, peers),
		  offsetof(struct part,										     n_peers),       peer_copy,     peer_fini,      peer_equal,      peer_name     },
    [PART_POOL] = {"pool",          sizeof(struct pool),           offsetof(struct part, pools),
		  offsetof(struct part,										     n_pools),       any_pool_copy, any_pool_fini,  any_pool_equal,
		  pool_name																					       },
    [PART_AD] = {"advertisement", sizeof(struct part_ad),        offsetof(struct part, ads),
		  offsetof(struct part,										     n_ads),         ad_copy,       ad_fini,        ad_equal,        ad_name       },
};

static char *items_of(const struct part *p, const struct kind *k)
{
	char *items;

	memcpy(&items, (const char *)p + k->off, sizeof(items));
	return items;
}

static size_t *count_of(struct part *p, const struct kind *k)
{
	return (size_t *)((char *)p + k->off_n);
}

size_t part_count(const struct part *p, enum part_kind kind)
{
	return *(const size_t *)((const char *)p + kinds[kind].off_n);
}

const void *part_item(const struct part *p, enum part_kind kind, size_t i)
{
	return items_of(p, &kinds[kind]) + i * kinds[kind].size;
}

/* Lists grow by doubling: there is room for the next power of two. */
void part_add(struct part *p, enum part_kind kind, const void *item)
{
	const struct kind *k = &kinds[kind];
	char *items = items_of(p, k);
	size_t n = part_count(p, kind);

	if (!(n & (n - 1))) {
		items = xrealloc(items, n ? n * 2 : 1, k->size);
		memcpy((char *)p + k->off, &items, sizeof(items));
	}
	k->copy(items + n * k->size, item);
	++*count_of(p, k);
}

const char *part_item_name(enum part_kind kind, const void *item)
{
	const char *name = kinds[kind].name(item);

	return name ? name : "";
}

const char *part_item_word(enum part_kind kind, const void *item)
{
	if (kind != PART_AD)
		return kinds[kind].word;
	return ((const struct part_ad *)item)->ad.protocol == POLICY_BGP ? "BGPAdvertisement"
	                                                                 : "L2Advertisement";
}

bool part_item_same_name(enum part_kind kind, const void *a, const void *b)
{
	return strcmp(part_item_name(kind, a), part_item_name(kind, b)) == 0 &&
	       part_item_word(kind, a) == part_item_word(kind, b);
}

bool part_item_equal(enum part_kind kind, const void *a, const void *b)
{
	return kinds[kind].equal(a, b);
}

bool part_equal(const struct part *a, const struct part *b)
{
	for (int k = 0; k < PART_KINDS; k++) {
		size_t n = part_count(a, k);

		if (n != part_count(b, k))
			return false;
		for (size_t i = 0; i < n; i++)
			if (!kinds[k].equal(part_item(a, k, i), part_item(b, k, i)))
				return false;
	}
	return true;
}

void part_fini(struct part *p)
{
	for (const struct kind *k = kinds; k < kinds + PART_KINDS; k++) {
		char *items = items_of(p, k);

		for (size_t i = 0; i < *count_of(p, k); i++)
			k->fini(items + i * k->size);
		free(items);
	}
	*p = (struct part){0};
}

void part_free(struct part *p)
{
	if (!p)
		return;
	part_fini(p);
	free(p);
}

struct part *part_of_conf(const struct conf *c)
{
	struct part *p = xcalloc(1, sizeof(*p));

	for (size_t i = 0; i < c->n_bfd; i++)
		part_add(p, PART_BFD, &c->bfd[i]);
	for (size_t i = 0; i < c->n_communities; i++)
		part_add(p, PART_COMMUNITY, &c->communities[i]);
	for (size_t i = 0; i < c->n_peers; i++)
		part_add(p, PART_PEER, &c->peers[i]);
	for (size_t i = 0; i < c->policy.n_pools; i++)
		part_add(p, PART_POOL, &c->policy.pools[i]);
	return p;
}
