/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_check.c - what of a configuration can only be judged from the whole file: names that
 * refer to each other, pools that overlap, and what is legal but will surprise (warnings).
 * Runs also on a file with errors, whose elements may lack names and addresses.
 */
#include "announcer/conf_check.h"
#include "announcer/conf_out.h"
#include "announcer/conf_source.h"
#include "announcer/util.h"
#include <json-c/json.h>

/* zebra.route-type: "table:N" sets the instance, too. */
static void route_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	struct conf_key text = *key;

	text.arg = &conf_rule_route_type;
	conf_text_type.parse(r, v, base, &text);
}

static struct json_object *route_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	const struct conf_zebra *z = &((const struct conf *)base)->zebra;
	char buf[16];

	(void)out;
	(void)key;
	if (strcmp(z->route_type, "table") != 0)
		return conf_out_text(z->route_type);
	snprintf(buf, sizeof(buf), "table:%u", (unsigned)z->instance);
	return conf_out_text(buf);
}

const struct conf_type conf_route_type = {route_parse, route_give, CONF_VALUE};

static bool route_type_is_shared(const char *type)
{
	return strcmp(type, "auto") != 0 && strcmp(type, "openfabric") != 0 &&
	       strcmp(type, "table") != 0 && strcmp(type, "sharp") != 0 &&
	       strcmp(type, "babel") != 0;
}

void conf_check_zebra(struct conf_reader *r, struct json_object *v)
{
	struct json_object *at = conf_member(v, "instance");
	struct conf_zebra *z = &r->conf->zebra;

	if (strncmp(z->route_type, "table:", 6) == 0) {
		uint32_t n = (uint32_t)strtoul(z->route_type + 6, NULL, 10);

		if (z->instance && z->instance != n)
			conf_error(
			    r, at, "instance", "must be that of route-type, %u", (unsigned)n);
		z->instance = n;
		z->route_type[5] = '\0';
	} else if (z->instance) {
		conf_warn(r, at, "instance",
		    "FRR from 8.2 on redistributes no route of an "
		    "instance other than 0");
	}
	if (route_type_is_shared(z->route_type) && !z->instance)
		conf_warn(r, conf_member(v, "route-type"), "route-type",
		    "%s belongs to a daemon of FRR: where that runs, too, the end of either "
		    "removes the other's routes",
		    z->route_type);
}

void conf_check_vty(struct conf_reader *r, struct json_object *v)
{
	char **name = &r->conf->vty_attach_as;

	(void)v;
	if (!*name || !conf_is_none(*name))
		return;
	free(*name);
	*name = NULL;
}

struct json_object *conf_item(struct json_object *list, size_t i)
{
	return json_object_is_type(list, json_type_array) ? json_object_array_get_idx(list, i)
	                                                  : NULL;
}

struct overlap_ctx {
	struct conf_reader *r;
	struct json_object *pools;
};

static void on_overlap(const struct policy_overlap *o, void *arg)
{
	struct overlap_ctx *cx = arg;
	const struct pool *a = &cx->r->conf->policy.pools[o->pool_a];
	const struct pool *b = &cx->r->conf->policy.pools[o->pool_b];
	struct json_object *list = conf_member(conf_item(cx->pools, o->pool_b), "addresses");

	conf_error(cx->r, conf_item(list, o->range_b), "addresses",
	    "%.100s of pool \"%.100s\" overlaps %.100s of pool \"%.100s\"",
	    b->addresses.v[o->range_b], b->name ? b->name : "", a->addresses.v[o->range_a],
	    a->name ? a->name : "");
}

void conf_refuse_name(
    struct conf_reader *r, struct json_object *list, size_t i, const char *what)
{
	struct json_object *v = conf_member(conf_item(list, i), "name");

	conf_error(
	    r, v, "name", "%s \"%.100s\" stands here twice", what, json_object_get_string(v));
}

static void check_pools(struct conf_reader *r, struct json_object *root)
{
	struct policy *p = &r->conf->policy;
	struct overlap_ctx cx = {r, conf_member(root, "address-pools")};

	for (size_t i = 0; i < p->n_pools; i++) {
		size_t j = 0;

		while (j < i && (!p->pools[i].name || !p->pools[j].name ||
				    strcmp(p->pools[i].name, p->pools[j].name) != 0))
			j++;
		if (j < i)
			conf_refuse_name(r, cx.pools, i, "pool");
	}
	policy_index(p, on_overlap, &cx);
}

static bool is_alias(const struct conf *c, const char *word)
{
	for (size_t i = 0; i < c->n_communities; i++)
		if (strcmp(c->communities[i].alias, word) == 0)
			return true;
	return false;
}

static bool is_peer_name(const struct conf *c, const char *word)
{
	for (size_t i = 0; i < c->n_peers; i++)
		if (strcmp(c->peers[i].name, word) == 0)
			return true;
	return false;
}

const char *conf_community_check(const struct conf_reader *r, const char *s)
{
	if (r->dialect == CONF_LEGACY && strncmp(s, "large:", 6) == 0)
		return "must be a community such as 64512:100: the ConfigMap knows no large "
		       "ones";
	return conf_rule_community.check(s);
}

static void check_ad(struct conf_reader *r, struct json_object *v, const struct pool_ad *ad)
{
	struct json_object *at = conf_member(v, "communities");

	for (size_t i = 0; i < ad->communities.n; i++) {
		const char *word = ad->communities.v[i];

		if (!is_alias(r->conf, word) && conf_community_check(r, word))
			conf_error(r, at, "communities",
			    "%.100s must be a community such as 64512:100 or an alias of "
			    "bgp-communities",
			    word);
	}
	for (size_t i = 0; i < ad->peers.n; i++)
		if (!is_peer_name(r->conf, ad->peers.v[i]))
			conf_warn(r, conf_member(v, "peers"), "peers",
			    "%.100s is no peer: without a name they are peer1, peer2 ... in "
			    "the order of peers",
			    ad->peers.v[i]);
}

static void check_ads(struct conf_reader *r, struct json_object *root)
{
	const struct policy *p = &r->conf->policy;
	struct json_object *pools = conf_member(root, "address-pools");

	for (size_t i = 0; i < p->n_pools; i++) {
		struct json_object *ads =
		    conf_member(conf_item(pools, i), "bgp-advertisements");

		for (size_t j = 0; ads && j < p->pools[i].n_ads; j++)
			check_ad(r, conf_item(ads, j), &p->pools[i].ads[j]);
	}
}

/* Without an API between them, each node would assign its own addresses. */
static void check_node(struct conf_reader *r, struct json_object *root)
{
	if (r->conf->controller && r->conf->manifests)
		conf_error(r, conf_member(conf_member(root, "controller"), "enabled"),
		    "enabled",
		    "must be no on role node: with manifests only role router may assign "
		    "addresses");
}

void conf_check(struct conf_reader *r, struct json_object *root)
{
	const struct conf *c = r->conf;

	check_pools(r, root);
	conf_check_peers(r, root);
	check_ads(r, root);
	if (c->role == CONF_NODE)
		check_node(r, root);
	conf_check_l2(r, root);
	conf_check_source(r, root);
	if (c->controller && !c->policy.n_pools && conf_file_alone(c))
		conf_warn(r, conf_member(root, "controller"), "controller",
		    "no addresses to assign: address-pools is empty");
}

/* The legacy ConfigMap, as MetalLB judged it. */
void conf_check_legacy(struct conf_reader *r, struct json_object *root)
{
	check_pools(r, root);
	conf_check_peers(r, root);
	check_ads(r, root);
}
