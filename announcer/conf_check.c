/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_check.c - what of a configuration can only be judged from the whole file: names that
 * refer to each other, pools that overlap, and what is legal but will surprise (warnings).
 * Runs also on a file with errors, whose elements may lack names and addresses.
 */
#include "announcer/conf_key.h"
#include "announcer/conf_out.h"
#include "announcer/util.h"
#include <json-c/json.h>
#include <sys/socket.h>

/* zebra.route-type: "table:N" sets the instance, too. */
static void route_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	struct conf_key text = *key;

	text.arg = &conf_rule_route_type;
	conf_text_type.parse(r, v, base, &text);
}

static void route_print(struct conf_out *out, const void *base, const struct conf_key *key)
{
	const struct conf_zebra *z = &((const struct conf *)base)->zebra;

	conf_out_key(out, key->name);
	if (strcmp(z->route_type, "table") == 0)
		fprintf(out->f, " \"table:%u\"\n", (unsigned)z->instance);
	else
		fprintf(out->f, " %s\n", z->route_type);
}

const struct conf_type conf_route_type = {route_parse, route_print};

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

static struct json_object *item_at(struct json_object *list, size_t i)
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
	struct json_object *list = conf_member(item_at(cx->pools, o->pool_b), "addresses");

	conf_error(cx->r, item_at(list, o->range_b), "addresses",
	    "%.100s of pool \"%.100s\" overlaps %.100s of pool \"%.100s\"",
	    b->addresses.v[o->range_b], b->name ? b->name : "", a->addresses.v[o->range_a],
	    a->name ? a->name : "");
}

static void refuse_name(
    struct conf_reader *r, struct json_object *list, size_t i, const char *what)
{
	struct json_object *v = conf_member(item_at(list, i), "name");

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
			refuse_name(r, cx.pools, i, "pool");
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
	char name[32];

	for (size_t i = 1; i <= c->n_peers; i++) {
		snprintf(name, sizeof(name), "peer%zu", i);
		if (strcmp(name, word) == 0)
			return true;
	}
	return false;
}

#define COMMUNITIES_MAX 63

static void check_ad(struct conf_reader *r, struct json_object *v, const struct pool_ad *ad)
{
	struct json_object *at = conf_member(v, "communities");

	if (ad->communities.n > COMMUNITIES_MAX)
		conf_error(r, at, "communities", "must be at most %d", COMMUNITIES_MAX);
	for (size_t i = 0; i < ad->communities.n; i++) {
		const char *word = ad->communities.v[i];

		if (!is_alias(r->conf, word) && conf_rule_community.check(word))
			conf_error(r, at, "communities",
			    "%.100s must be a community such as 64512:100 or an alias of "
			    "bgp-communities",
			    word);
	}
	for (size_t i = 0; i < ad->peers.n; i++)
		if (!is_peer_name(r->conf, ad->peers.v[i]))
			conf_warn(r, conf_member(v, "peers"), "peers",
			    "%.100s is no peer: they are peer1 to peer%zu in the order of "
			    "peers",
			    ad->peers.v[i], r->conf->n_peers);
}

static void check_ads(struct conf_reader *r, struct json_object *root)
{
	const struct policy *p = &r->conf->policy;
	struct json_object *pools = conf_member(root, "address-pools");

	for (size_t i = 0; i < p->n_pools; i++) {
		struct json_object *ads = conf_member(item_at(pools, i), "bgp-advertisements");

		for (size_t j = 0; ads && j < p->pools[i].n_ads; j++)
			check_ad(r, item_at(ads, j), &p->pools[i].ads[j]);
	}
}

static const struct conf_bfd *bfd_find(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->n_bfd; i++)
		if (c->bfd[i].name && strcmp(c->bfd[i].name, name) == 0)
			return &c->bfd[i];
	return NULL;
}

/* The number of the first IPv6 pool that is announced to peer n (from 1); 0 = none. */
static const struct pool *ipv6_pool_to(const struct conf *c, size_t n)
{
	char name[32];

	snprintf(name, sizeof(name), "peer%zu", n);
	for (size_t i = 0; i < c->policy.n_pools; i++) {
		const struct pool *pool = &c->policy.pools[i];

		if (pool->protocol != POLICY_BGP || !pool_has_family(pool, AF_INET6))
			continue;
		for (size_t j = 0; j < pool->n_ads; j++)
			if (!pool->ads[j].peers.n || strlist_has(&pool->ads[j].peers, name))
				return pool;
		if (!pool->n_ads)
			return pool;
	}
	return NULL;
}

static void check_peers(struct conf_reader *r, struct json_object *root)
{
	struct json_object *peers = conf_member(root, "peers");
	const struct conf *c = r->conf;

	for (size_t i = 0; i < c->n_peers; i++) {
		struct json_object *at = conf_member(item_at(peers, i), "bfd-profile");
		const char *name = c->peers[i].bfd_profile;
		const struct conf_bfd *bfd = name ? bfd_find(c, name) : NULL;
		const struct pool *pool = bfd && bfd->echo_mode ? ipv6_pool_to(c, i + 1) : NULL;

		if (name && !bfd)
			conf_error(r, at, "bfd-profile", "%.100s is not in bfd-profiles", name);
		if (pool)
			conf_error(r, at, "bfd-profile",
			    "%.100s has echo-mode, which cannot be used with the IPv6 "
			    "addresses of pool \"%.100s\"",
			    name, pool->name ? pool->name : "");
	}
	if (c->n_peers && c->role == CONF_ROUTER)
		conf_warn(r, peers, "peers", "ignored: role router dials no peer");
	else if (c->n_peers)
		conf_warn(r, peers, "peers", "not dialled: there is no BGP speaker yet%s",
		    c->zebra.enabled == CONF_AUTO
			? ", and with peers zebra.enabled: auto means no; say yes for the FRR "
			  "of this node to announce"
			: "");
}

static void check_bfd(struct conf_reader *r, struct json_object *root)
{
	const struct conf *c = r->conf;

	for (size_t i = 0; i < c->n_bfd; i++)
		if (c->bfd[i].name && bfd_find(c, c->bfd[i].name) != &c->bfd[i])
			refuse_name(r, conf_member(root, "bfd-profiles"), i, "profile");
}

/* Without an API between them, each node would assign its own addresses. */
static void check_node(struct conf_reader *r, struct json_object *root)
{
	struct json_object *pools = conf_member(root, "address-pools");
	const struct policy *p = &r->conf->policy;

	if (r->conf->controller && r->conf->manifests)
		conf_error(r, conf_member(conf_member(root, "controller"), "enabled"),
		    "enabled",
		    "must be no on role node: with manifests only role router may assign "
		    "addresses");
	for (size_t i = 0; i < p->n_pools; i++)
		if (p->pools[i].protocol == POLICY_LAYER2)
			conf_warn(r, conf_member(item_at(pools, i), "protocol"), "protocol",
			    "layer2 is not supported yet on role node: pool \"%.100s\" is not "
			    "announced",
			    p->pools[i].name ? p->pools[i].name : "");
}

void conf_check(struct conf_reader *r, struct json_object *root)
{
	const struct conf *c = r->conf;

	check_pools(r, root);
	check_ads(r, root);
	check_bfd(r, root);
	check_peers(r, root);
	if (c->role == CONF_NODE)
		check_node(r, root);
	conf_check_source(r, root);
	if (c->controller && !c->policy.n_pools)
		conf_warn(r, conf_member(root, "controller"), "controller",
		    "no addresses to assign: address-pools is empty");
}
