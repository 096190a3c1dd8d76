/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_pools.c - address-pools of grevyd.yaml, with their advertisements and node selectors:
 * tables and what is checked within one pool. The words and rules are those of MetalLB's
 * legacy ConfigMap (v0.12); fields that only its CRDs have are spelled in kebab-case.
 */
#include "announcer/conf_key.h"
#include <json-c/json.h>
#include <string.h>
#include <sys/socket.h>

static const struct conf_range any_u32 = {0, UINT32_MAX}, length4 = {1, 32}, length6 = {1, 128};

/* node-selectors */

static const struct conf_word selector_ops[] = {
    {"In",	   SELECTOR_IN    },
    {"NotIn",        SELECTOR_NOT_IN},
    {"Exists",       SELECTOR_EXISTS},
    {"DoesNotExist", SELECTOR_ABSENT},
    {NULL,	   0	      },
};

static const struct conf_key expr_keys[] = {
    CONF_KEY("key", text, CONF_AT(selector_expr, key), CONF_REQUIRED, &conf_rule_label_key),
    CONF_KEY("operator", word, CONF_AT(selector_expr, op), CONF_REQUIRED, selector_ops),
    CONF_KEY("values", words, CONF_AT(selector_expr, values), 0, &conf_rule_label_value),
    {0},
};

static void expr_check(struct conf_reader *r, struct json_object *v, void *elem)
{
	const struct selector_expr *e = elem;
	bool wants_values = e->op == SELECTOR_IN || e->op == SELECTOR_NOT_IN;

	if (!conf_member(v, "operator"))
		return;
	if (wants_values && !e->values.n)
		conf_error(r, v, "values", "must hold at least one value for In and NotIn");
	if (!wants_values && e->values.n)
		conf_error(r, v, "values", "must be empty for Exists and DoesNotExist");
}

static bool expr_same(const void *a, const void *b)
{
	return selector_expr_equal(a, b);
}

static const struct conf_list expr_list = {expr_keys, sizeof(struct selector_expr), NULL,
    expr_check, expr_same, "the same expression stands here twice"};

static const struct conf_key selector_keys[] = {
    CONF_KEY("match-labels", labels, CONF_NOWHERE, 0, NULL),
    CONF_KEY("match-expressions", list, CONF_LIST_AT(selector, exprs, n_exprs), 0, &expr_list),
    {0},
};

static bool selector_same(const void *a, const void *b)
{
	return selector_equal(a, b);
}

const struct conf_list conf_selector_list = {selector_keys, sizeof(struct selector), NULL, NULL,
    selector_same, "the same selector stands here twice"};

/* address-pools */

static const struct conf_key bgp_ad_keys[] = {
    CONF_KEY("aggregation-length", u32, CONF_AT(pool_ad, aggregation4), 0, &length4),
    CONF_KEY("aggregation-length-v6", u32, CONF_AT(pool_ad, aggregation6), 0, &length6),
    CONF_KEY("localpref", u32, CONF_AT(pool_ad, localpref), 0, &any_u32),
    CONF_KEY("communities", words, CONF_AT(pool_ad, communities), 0, &conf_rule_word),
    CONF_KEY("peers", words, CONF_AT(pool_ad, peers), 0, &conf_rule_word),
    CONF_KEY("node-selectors", list, CONF_LIST_AT(pool_ad, nodes.v, nodes.n), 0,
	&conf_selector_list),
    CONF_OFF("service-selectors", NULL),
    {0},
};

static void ad_init(struct pool_ad *ad, unsigned protocol)
{
	ad->protocol = protocol;
	ad->aggregation4 = 32;
	ad->aggregation6 = 128;
}

static void bgp_ad_init(void *elem)
{
	ad_init(elem, POLICY_BGP);
}

static void l2_ad_init(void *elem)
{
	ad_init(elem, POLICY_LAYER2);
}

static bool ad_same(const void *a, const void *b)
{
	return pool_ad_equal(a, b);
}

static const struct conf_list bgp_ad_list = {bgp_ad_keys, sizeof(struct pool_ad), bgp_ad_init,
    NULL, ad_same, "the same advertisement stands here twice"};

static const struct conf_key l2_ad_keys[] = {
    CONF_KEY("interfaces", words, CONF_AT(pool_ad, interfaces), 0, &conf_rule_interface),
    CONF_KEY("node-selectors", list, CONF_LIST_AT(pool_ad, nodes.v, nodes.n), 0,
	&conf_selector_list),
    CONF_OFF("service-selectors", NULL),
    CONF_OFF("preferred-node-selectors", NULL),
    {0},
};

static const struct conf_list l2_ad_list = {l2_ad_keys, sizeof(struct pool_ad), l2_ad_init,
    NULL, ad_same, "the same advertisement stands here twice"};

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
    CONF_KEY("name", text, CONF_AT(pool, name), CONF_REQUIRED, &conf_rule_word),
    CONF_KEY("protocol", word, CONF_AT(pool, protocols), CONF_REQUIRED, protocols),
    CONF_KEY("addresses", ranges, CONF_AT(pool, addresses), CONF_REQUIRED, NULL),
    CONF_KEY("auto-assign", bool, CONF_AT(pool, auto_assign), 0, NULL),
    CONF_KEY("avoid-buggy-ips", bool, CONF_AT(pool, avoid_buggy_ips), 0, NULL),
    CONF_KEY("bgp-advertisements", ads, CONF_LIST_AT(pool, ads, n_ads), 0, &bgp_ad_list),
    CONF_KEY(
	"l2-advertisements", ads, CONF_LIST_AT(pool, ads, n_ads), CONF_LAYER2, &l2_ad_list),
    CONF_OFF("service-allocation", NULL),
    {0},
};

static void pool_init(void *elem)
{
	struct pool *pool = elem;

	pool->auto_assign = true;
}

/* Where a key of a mapping stands, else the mapping. */
static struct json_object *place_of(struct json_object *map, const char *key)
{
	struct json_object *v = conf_member(map, key);

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
			conf_error(r, place_of(v, key), key,
			    "must be at least %u because of %s", plen, pool->addresses.v[i]);
	}
}

static bool lists_disjoint(const struct strlist *a, const struct strlist *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (strlist_has(b, a->v[i]))
			return false;
	return a->n && b->n;
}

/* One prefix would be announced by one node to one peer with two local preferences. Node
 * selectors that differ are taken to select different nodes. */
static bool ads_clash(const struct pool *pool, const struct pool_ad *a, const struct pool_ad *b)
{
	bool same4 = pool_has_family(pool, AF_INET) && a->aggregation4 == b->aggregation4;
	bool same6 = pool_has_family(pool, AF_INET6) && a->aggregation6 == b->aggregation6;

	return a->localpref != b->localpref && (same4 || same6) &&
	       !lists_disjoint(&a->peers, &b->peers) && !(a->nodes.n && b->nodes.n);
}

static void pool_check(struct conf_reader *r, struct json_object *v, void *elem)
{
	const struct pool *pool = elem;
	struct json_object *list = conf_member(v, "bgp-advertisements");

	for (size_t i = 0; pool->protocols == POLICY_BGP && i < pool->n_ads; i++) {
		struct json_object *ad = json_object_array_get_idx(list, i);

		ad_check_lengths(r, ad, pool, &pool->ads[i]);
		for (size_t j = 0; j < i; j++)
			if (ads_clash(pool, &pool->ads[j], &pool->ads[i])) {
				conf_error(r, place_of(ad, "localpref"), "localpref",
				    "must not differ from that of advertisement %zu, which "
				    "makes the same prefixes",
				    j + 1);
				break;
			}
	}
}

const struct conf_list conf_pool_list = {
    pool_keys, sizeof(struct pool), pool_init, pool_check, NULL, NULL};
