/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_pools.c - address pools and their advertisements: tables and what is checked within
 * one. The words and rules are those of MetalLB's legacy ConfigMap (v0.12); what only its CRDs
 * have is spelled in kebab-case in grevyd.yaml.
 */
#include "announcer/conf_check.h"
#include "announcer/conf_out.h"
#include "announcer/util.h"
#include <json-c/json.h>
#include <sys/socket.h>

enum { LENGTH4 = 32, LENGTH6 = 128, COMMUNITIES_MAX = 63 };

static const struct conf_range any_u32 = {0, UINT32_MAX}, priority = {0, INT32_MAX},
			       length4 = {1, LENGTH4}, length6 = {1, LENGTH6},
			       weight = {1, 100};

/* advertisements */

static const struct conf_key bgp_ad_keys[] = {
    CONF_KEY("aggregation-length", u32, CONF_AT(pool_ad, aggregation4), 0, &length4),
    CONF_KEY("aggregation-length-v6", u32, CONF_AT(pool_ad, aggregation6), 0, &length6),
    CONF_KEY("localpref", u32, CONF_AT(pool_ad, localpref), 0, &any_u32),
    CONF_KEY("communities", words, CONF_AT(pool_ad, communities), 0, &conf_rule_word),
    CONF_KEY("peers", words, CONF_AT(pool_ad, peers), CONF_NEWER, &conf_rule_word),
    CONF_KEY("node-selectors", list, CONF_LIST_AT(pool_ad, nodes.v, nodes.n), CONF_NEWER,
	&conf_selector_list),
    CONF_KEY("service-selectors", list, CONF_LIST_AT(pool_ad, services.v, services.n),
	CONF_NEWER, &conf_selector_list),
    {0},
};

static void ad_init(struct pool_ad *ad, unsigned protocol)
{
	ad->protocol = protocol;
	ad->aggregation4 = LENGTH4;
	ad->aggregation6 = LENGTH6;
}

static void bgp_ad_init(void *elem)
{
	ad_init(elem, POLICY_BGP);
}

static void l2_ad_init(void *elem)
{
	ad_init(elem, POLICY_LAYER2);
}

/* One Service of an aggregate cannot be left out of it. */
static void bgp_ad_check(struct conf_reader *r, struct json_object *v, void *elem)
{
	const struct pool_ad *ad = elem;

	if (ad->services.n && ad->aggregation4 < LENGTH4)
		conf_refuse_beside(r, v, "aggregation-length", "service-selectors");
	if (ad->services.n && ad->aggregation6 < LENGTH6)
		conf_refuse_beside(r, v, "aggregation-length-v6", "service-selectors");
	if (ad->communities.n > COMMUNITIES_MAX)
		conf_error(r, conf_given(r, v, "communities"), "communities",
		    "must be at most %d", COMMUNITIES_MAX);
}

static bool ad_same(const void *a, const void *b)
{
	return pool_ad_equal(a, b);
}

const struct conf_list conf_bgp_ad_list = {bgp_ad_keys, sizeof(struct pool_ad), bgp_ad_init,
    bgp_ad_check, ad_same, "the same advertisement stands here twice"};

static const struct conf_key preference_keys[] = {
    CONF_KEY("weight", u32, CONF_AT(pool_preference, weight), CONF_REQUIRED, &weight),
    CONF_KEY("preference", selector, CONF_AT(pool_preference, nodes), CONF_REQUIRED,
	&conf_selector_section),
    {0},
};

static const struct conf_list preference_list = {
    preference_keys, sizeof(struct pool_preference), NULL, NULL, NULL, NULL};

static const struct conf_key l2_ad_keys[] = {
    CONF_KEY(
	"interfaces", words, CONF_AT(pool_ad, interfaces), CONF_REPEATS, &conf_rule_interface),
    CONF_KEY("node-selectors", list, CONF_LIST_AT(pool_ad, nodes.v, nodes.n), 0,
	&conf_selector_list),
    CONF_KEY("service-selectors", list, CONF_LIST_AT(pool_ad, services.v, services.n), 0,
	&conf_selector_list),
    CONF_KEY("preferred-node-selectors", list, CONF_LIST_AT(pool_ad, preferred, n_preferred), 0,
	&preference_list),
    {0},
};

const struct conf_list conf_l2_ad_list = {l2_ad_keys, sizeof(struct pool_ad), l2_ad_init, NULL,
    ad_same, "the same advertisement stands here twice"};

/* service-allocation */

static const struct conf_key allocation_keys[] = {
    CONF_KEY("priority", u32, CONF_AT(pool_allocation, priority), 0, &priority),
    CONF_KEY("namespaces", words, CONF_AT(pool_allocation, namespaces), 0, &conf_rule_word),
    CONF_KEY("namespace-selectors", list,
	CONF_LIST_AT(pool_allocation, namespace_selectors.v, namespace_selectors.n), 0,
	&conf_selector_list),
    CONF_KEY("service-selectors", list,
	CONF_LIST_AT(pool_allocation, service_selectors.v, service_selectors.n), 0,
	&conf_selector_list),
    {0},
};

static const struct conf_section allocation_section = {allocation_keys, NULL};

static void allocation_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const struct conf_section *section = key->arg;
	struct pool *pool = base;

	if (!json_object_is_type(v, json_type_object)) {
		conf_error(r, v, key->name, "must be a mapping");
		return;
	}
	pool->allocation = xcalloc(1, sizeof(*pool->allocation));
	conf_read_map(r, v, pool->allocation, section->keys);
}

static struct json_object *allocation_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	static const struct conf_list alone = {
	    allocation_keys, sizeof(struct pool_allocation), NULL, NULL, NULL, NULL};
	const struct pool *pool = base;

	(void)key;
	return pool->allocation ? conf_out_element(out, pool->allocation, &alone) : NULL;
}

static const struct conf_type conf_allocation_type = {
    allocation_parse, allocation_give, CONF_SECTION};

/* address-pools */

/* A pool's advertisements are of its protocol's kind. */
static void ads_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const char *wanted = key->flags & CONF_LAYER2 ? "layer2" : "bgp";
	struct json_object *protocol =
	    conf_member((struct json_object *)(uintptr_t)r->map, "protocol");

	if (!protocol) /* an error of its own */
		return;
	if (strcmp(json_object_get_string(protocol), wanted) == 0)
		conf_list_type.parse(r, v, base, key);
	else
		conf_error(r, v, key->name, "must stand in a %s pool only", wanted);
}

static struct json_object *ads_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	const struct pool *pool = base;

	if ((pool->protocols == POLICY_LAYER2) != !!(key->flags & CONF_LAYER2))
		return NULL;
	return conf_list_type.give(out, base, key);
}

static const struct conf_type conf_ads_type = {ads_parse, ads_give, CONF_LIST};

static const struct conf_word protocols[] = {
    {"bgp",    POLICY_BGP   },
    {"layer2", POLICY_LAYER2},
    {NULL,     0	    },
};

static const struct conf_key pool_keys[] = {
    CONF_KEY("name", text, CONF_AT(pool, name), CONF_REQUIRED | CONF_OLDER, &conf_rule_word),
    CONF_KEY("protocol", word, CONF_AT(pool, protocols), CONF_REQUIRED | CONF_OLDER, protocols),
    CONF_KEY("addresses", ranges, CONF_AT(pool, addresses), CONF_REQUIRED, NULL),
    CONF_KEY("auto-assign", bool, CONF_AT(pool, auto_assign), 0, NULL),
    CONF_KEY("avoid-buggy-ips", bool, CONF_AT(pool, avoid_buggy_ips), 0, NULL),
    CONF_KEY("bgp-advertisements", ads, CONF_LIST_AT(pool, ads, n_ads), CONF_OLDER,
	&conf_bgp_ad_list),
    CONF_KEY("l2-advertisements", ads, CONF_LIST_AT(pool, ads, n_ads), CONF_LAYER2 | CONF_OURS,
	&conf_l2_ad_list),
    CONF_KEY("service-allocation", allocation, CONF_NOWHERE, CONF_NEWER, &allocation_section),
    {0},
};

static const struct conf_key old_pool_keys[] = {
    CONF_KEY("protocol", word, CONF_AT(pool, protocols), CONF_REQUIRED, protocols),
    CONF_KEY("addresses", ranges, CONF_AT(pool, addresses), CONF_REQUIRED, NULL),
    CONF_KEY("auto-assign", bool, CONF_AT(pool, auto_assign), 0, NULL),
    CONF_KEY("bgp-advertisements", ads, CONF_LIST_AT(pool, ads, n_ads), 0, &conf_bgp_ad_list),
    {0},
};

static void pool_init(void *elem)
{
	struct pool *pool = elem;

	pool->auto_assign = true;
}

/* Where a key of a mapping stands, else the mapping. */
static struct json_object *place_of(
    const struct conf_reader *r, struct json_object *map, const char *key)
{
	struct json_object *v = conf_given(r, map, key);

	return v ? v : map;
}

/* An aggregate must not reach beyond the addresses that it stands for. */
static void ad_check_lengths(struct conf_reader *r, struct json_object *v,
    const struct pool *pool, const struct pool_ad *ad)
{
	for (size_t i = 0; i < pool->n_ranges; i++) {
		const struct iprange *range = &pool->ranges[i];
		bool v6 = range->first.family == AF_INET6;
		unsigned plen = range->first.family ? iprange_plen(range) : 0;
		const char *key = v6 ? "aggregation-length-v6" : "aggregation-length";
		uint32_t length = v6 ? ad->aggregation6 : ad->aggregation4;

		if (length < plen)
			conf_error(r, place_of(r, v, key), key,
			    "must be at least %u because of %s", plen, pool->addresses.v[i]);
	}
}

static void pool_check(struct conf_reader *r, struct json_object *v, void *elem)
{
	const struct pool *pool = elem;
	struct json_object *list = conf_given(r, v, "bgp-advertisements");

	for (size_t i = 0; pool->protocols == POLICY_BGP && i < pool->n_ads; i++) {
		struct json_object *ad = json_object_array_get_idx(list, i);

		ad_check_lengths(r, ad, pool, &pool->ads[i]);
		for (size_t j = 0; j < i; j++)
			if (pool_ads_clash(pool, &pool->ads[j], &pool->ads[i])) {
				conf_error(r, place_of(r, ad, "localpref"), "localpref",
				    "must not differ from that of advertisement %zu, which "
				    "makes the same prefixes",
				    j + 1);
				break;
			}
	}
}

const struct conf_list conf_pool_list = {
    pool_keys, sizeof(struct pool), pool_init, pool_check, NULL, NULL};

const struct conf_list conf_old_pool_list = {
    old_pool_keys, sizeof(struct pool), pool_init, pool_check, NULL, NULL};
