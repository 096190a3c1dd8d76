/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * part_custom.c - the custom resources of metallb.io as parts. The tables are those of
 * grevyd.yaml, read in CONF_CUSTOM; what only an object has (its name, its labels, which pools
 * an advertisement is of) is added here. Pure.
 */
#include "announcer/conf_check.h"
#include "announcer/part.h"
#include "announcer/util.h"
#include "k8s/json.h"
#include <errno.h>

/* A kind of object: how its spec becomes a part. */
struct kind {
	const char *resource, *name;
	void (*read)(struct conf_reader *r, const struct k8s_object *o,
	    struct json_object *spec, struct part *to);
};

/* Read spec as an element of a list would be. */
static void read_as(
    struct conf_reader *r, struct json_object *spec, const struct conf_list *list, void *elem)
{
	if (list->init)
		list->init(elem);
	conf_read_map(r, spec, elem, list->keys);
	r->map = spec;
	if (list->check)
		list->check(r, spec, elem);
}

/* ---- pools ---- */

struct overlap_ctx {
	struct conf_reader *r;
	struct json_object *addresses;
};

static void on_overlap(const struct policy_overlap *o, void *arg)
{
	struct overlap_ctx *cx = arg;
	struct json_object *a = json_object_array_get_idx(cx->addresses, o->range_a);
	struct json_object *b = json_object_array_get_idx(cx->addresses, o->range_b);

	conf_error(cx->r, b, "addresses", "%.100s overlaps %.100s", json_object_get_string(b),
	    json_object_get_string(a));
}

static void check_overlap(struct conf_reader *r, struct json_object *spec, struct pool *pool)
{
	struct overlap_ctx cx = {r, conf_member(spec, "addresses")};
	struct policy alone = {.pools = pool, .n_pools = 1};

	policy_index(&alone, on_overlap, &cx);
	free(alone.index);
}

static int label_cmp(const void *a, const void *b)
{
	return strcmp(((const struct k8s_kv *)a)->key, ((const struct k8s_kv *)b)->key);
}

static void take_labels(struct json_object *root, struct pool *pool)
{
	struct json_object *labels = conf_member(conf_member(root, "metadata"), "labels");

	if (!json_object_is_type(labels, json_type_object))
		return;
	pool->labels =
	    xcalloc((size_t)json_object_object_length(labels), sizeof(*pool->labels));
	json_object_object_foreach(labels, key, value)
	{
		if (!json_object_is_type(value, json_type_string))
			continue;
		pool->labels[pool->n_labels++] =
		    (struct k8s_kv){xstrdup(key), xstrdup(json_object_get_string(value))};
	}
	qsort(pool->labels, pool->n_labels, sizeof(*pool->labels), label_cmp);
}

static void read_pool_as(struct conf_reader *r, const struct k8s_object *o,
    struct json_object *spec, struct part *to, const struct conf_list *list)
{
	to->pools = xcalloc(1, sizeof(*to->pools));
	to->n_pools = 1;
	to->pools->name = xstrdup(o->name);
	take_labels(r->root, to->pools);
	read_as(r, spec, list, to->pools);
	check_overlap(r, spec, to->pools);
}

static void read_pool(struct conf_reader *r, const struct k8s_object *o,
    struct json_object *spec, struct part *to)
{
	read_pool_as(r, o, spec, to, &conf_pool_list);
}

static void read_old_pool(struct conf_reader *r, const struct k8s_object *o,
    struct json_object *spec, struct part *to)
{
	read_pool_as(r, o, spec, to, &conf_old_pool_list);
}

/* ---- advertisements ---- */

static const struct conf_key ad_pools_keys[] = {
    CONF_KEY("ipAddressPools", words, CONF_AT(part_ad, pools), 0, &conf_rule_word),
    CONF_KEY("ipAddressPoolSelectors", list,
	CONF_LIST_AT(part_ad, pool_selectors.v, pool_selectors.n), 0, &conf_selector_list),
    {0},
};

static void read_ad_as(struct conf_reader *r, const struct k8s_object *o,
    struct json_object *spec, struct part *to, const struct conf_list *list)
{
	to->ads = xcalloc(1, sizeof(*to->ads));
	to->n_ads = 1;
	to->ads->ad.name = xstrdup(o->name);
	conf_read_map(r, spec, to->ads, ad_pools_keys);
	read_as(r, spec, list, &to->ads->ad);
}

static void read_bgp_ad(struct conf_reader *r, const struct k8s_object *o,
    struct json_object *spec, struct part *to)
{
	read_ad_as(r, o, spec, to, &conf_bgp_ad_list);
}

static void read_l2_ad(struct conf_reader *r, const struct k8s_object *o,
    struct json_object *spec, struct part *to)
{
	read_ad_as(r, o, spec, to, &conf_l2_ad_list);
}

/* ---- peers ---- */

/* As MetalLB converts v1beta1: a time that is not given is 0. Without a hold time nobody sends
 * keepalives. */
static void convert_beta1(const struct conf_reader *r, struct json_object *spec)
{
	const char *version = json_object_get_string(conf_member(r->root, "apiVersion"));

	if (version && strcmp(version, "metallb.io/v1beta1") == 0 &&
	    !conf_member(spec, "holdTime") &&
	    json_object_object_add(spec, "holdTime", json_object_new_string("0s")) < 0)
		abort();
}

/* Secrets are looked for beside the peer, whatever namespace it says. */
static void read_peer(struct conf_reader *r, const struct k8s_object *o,
    struct json_object *spec, struct part *to)
{
	struct conf_peer *p = xcalloc(1, sizeof(*p));

	to->peers = p;
	to->n_peers = 1;
	p->name = xstrdup(o->name);
	convert_beta1(r, spec);
	read_as(r, spec, &conf_peer_list, p);
	free(p->secret_ns);
	p->secret_ns = p->secret ? xstrdup(o->ns) : NULL;
}

/* ---- profiles, aliases ---- */

static void read_bfd(struct conf_reader *r, const struct k8s_object *o,
    struct json_object *spec, struct part *to)
{
	to->bfd = xcalloc(1, sizeof(*to->bfd));
	to->n_bfd = 1;
	to->bfd->name = xstrdup(o->name);
	read_as(r, spec, &conf_bfd_list, to->bfd);
}

static bool same_alias(const void *a, const void *b)
{
	return strcmp(((const struct conf_community *)a)->alias,
		   ((const struct conf_community *)b)->alias) == 0;
}

static const struct conf_key alias_keys[] = {
    CONF_KEY("name", text, CONF_AT(conf_community, alias), CONF_REQUIRED, &conf_rule_word),
    CONF_KEY(
	"value", text, CONF_AT(conf_community, value), CONF_REQUIRED, &conf_rule_community),
    {0},
};

static const struct conf_list alias_list = {alias_keys, sizeof(struct conf_community), NULL,
    NULL, same_alias, "the same name stands here twice"};

static const struct conf_key community_keys[] = {
    CONF_KEY(
	"communities", list, CONF_LIST_AT(part, communities, n_communities), 0, &alias_list),
    {0},
};

static void read_communities(struct conf_reader *r, const struct k8s_object *o,
    struct json_object *spec, struct part *to)
{
	(void)o;
	conf_read_map(r, spec, to, community_keys);
}

/* ---- objects ---- */

static const struct kind kinds[] = {
    {"ipaddresspools",    "IPAddressPool",    read_pool       },
    {"addresspools",      "AddressPool",      read_old_pool   },
    {"bgppeers",          "BGPPeer",          read_peer       },
    {"bgpadvertisements", "BGPAdvertisement", read_bgp_ad     },
    {"l2advertisements",  "L2Advertisement",  read_l2_ad      },
    {"bfdprofiles",       "BFDProfile",       read_bfd        },
    {"communities",       "Community",        read_communities},
};

static const struct kind *kind_of(const struct k8s_object *o)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (strcmp(kinds[i].resource, o->raw.resource) == 0)
			return &kinds[i];
	return NULL;
}

const char *part_kind_name(const struct k8s_object *o)
{
	const struct kind *kind = o->kind == K8S_CUSTOM ? kind_of(o) : NULL;

	if (o->kind == K8S_CONFIGMAP)
		return k8s_kind_name(K8S_CONFIGMAP);
	return kind ? kind->name : NULL;
}

/* An object without a spec is one with an empty spec. */
static void root_read(
    struct conf_reader *r, const struct k8s_object *o, const struct kind *kind, struct part *to)
{
	struct json_object *spec = conf_member(r->root, "spec");

	r->map = r->root;
	if (!json_object_is_type(r->root, json_type_object)) {
		conf_error(r, NULL, NULL, "must be a mapping");
		return;
	}
	if (!spec && json_object_object_add(r->root, "spec", json_object_new_object()) < 0)
		abort();
	spec = conf_member(r->root, "spec");
	if (json_object_is_type(spec, json_type_object))
		kind->read(r, o, spec, to);
	else
		conf_error(r, spec, "spec", "must be a mapping");
}

static void tree_read(
    struct conf_reader *r, const struct k8s_object *o, const struct kind *kind, struct part *to)
{
	struct json_fault fault;
	int rc = json_read(o->raw.text, o->raw.len, NULL, &r->root, &fault);

	if (rc == -ENOMEM)
		abort();
	if (rc < 0)
		conf_error(r, NULL, NULL, "%s at byte %zu", fault.what, fault.at);
	else
		root_read(r, o, kind, to);
}

struct part *part_of_custom(const struct k8s_object *o, struct conf_errors *errors)
{
	const struct kind *kind = kind_of(o);
	struct conf_reader r = {.dialect = CONF_CUSTOM};
	struct part *to = xcalloc(1, sizeof(*to));
	size_t len;
	char *name;

	if (!kind)
		return to;
	len = strlen(kind->name) + strlen(o->ns) + strlen(o->name) + 3;
	name = xcalloc(len, 1);
	snprintf(name, len, "%s %s/%s", kind->name, o->ns, o->name);
	r.name = name;
	tree_read(&r, o, kind, to);
	if (r.n_lines) {
		part_free(to);
		to = NULL;
	}
	conf_errors_give(&r, errors);
	json_object_put(r.root);
	free(name);
	return to;
}
