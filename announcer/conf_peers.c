/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_peers.c - peers and bfd-profiles of grevyd.yaml: tables and what is checked within
 * one entry, by the rules of MetalLB's legacy ConfigMap, and among all of them. What only
 * MetalLB's CRDs know of a peer is known here in kebab-case; name, password-file and
 * ttl-security are ours.
 */
#include "announcer/conf_check.h"
#include "announcer/util.h"
#include <json-c/json.h>
#include <sys/socket.h>

#define KEEPALIVE_UNSET UINT32_MAX

enum { BGP_PORT = 179, HOLD_S = 90, CONNECT_S = 5 };

static const struct conf_range asn = {1, UINT32_MAX}, port = {0, 65535}, hold_s = {3, 65535},
			       keepalive_s = {1, 65535}, connect_s = {1, 65535},
			       hops = {0, 254};

static const struct conf_word dynamic[] = {
    {"internal", BGP_ASN_INTERNAL},
    {"external", BGP_ASN_EXTERNAL},
    {NULL,       0	       },
};

static const struct conf_key secret_keys[] = {
    CONF_KEY("name", text, CONF_AT(conf_peer, secret), 0, &conf_rule_object),
    CONF_KEY("namespace", text, CONF_AT(conf_peer, secret_ns), 0, &conf_rule_namespace),
    {0},
};

static const struct conf_section secret_section = {secret_keys, NULL};

/* dynamic-asn: nothing where peer-asn is a number. */
static struct json_object *dynamic_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	if (((const struct conf_peer *)base)->asn_kind == BGP_ASN_NUMBER)
		return NULL;
	return conf_word_type.give(out, base, key);
}

static void dynamic_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	if (conf_is_given(r, (struct json_object *)(uintptr_t)r->map, key->name))
		conf_word_type.parse(r, v, base, key);
}

/* peer-asn: a custom resource may say 0 for none. */
static void peer_asn_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	if (r->dialect != CONF_CUSTOM || !json_object_is_type(v, json_type_int) ||
	    json_object_get_int64(v))
		conf_u32_type.parse(r, v, base, key);
}

static struct json_object *peer_asn_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	return conf_u32_type.give(out, base, key);
}

static const struct conf_type conf_peer_asn_type = {peer_asn_parse, peer_asn_give, CONF_VALUE};

static const struct conf_type conf_dynamic_type = {dynamic_parse, dynamic_give, CONF_VALUE};

static const struct conf_key peer_keys[] = {
    CONF_KEY("name", text, CONF_AT(conf_peer, name), CONF_OURS, &conf_rule_word),
    CONF_KEY("my-asn", u32, CONF_AT(conf_peer, my_asn), CONF_REQUIRED, &asn),
    CONF_KEY("peer-asn", peer_asn, CONF_AT(conf_peer, peer_asn), CONF_OMIT_ZERO, &asn),
    CONF_KEY("dynamic-asn", dynamic, CONF_AT(conf_peer, asn_kind), CONF_NEWER, dynamic),
    CONF_KEY(
	"local-asn", u32, CONF_AT(conf_peer, local_asn), CONF_OMIT_ZERO | CONF_NEWER, &asn),
    CONF_KEY("peer-address", ip, CONF_AT(conf_peer, address), 0, NULL),
    CONF_KEY("source-address", ip, CONF_AT(conf_peer, source), 0, NULL),
    CONF_KEY("interface", text, CONF_AT(conf_peer, interface), CONF_NEWER, &conf_rule_device),
    CONF_KEY("vrf", text, CONF_AT(conf_peer, vrf), CONF_NEWER, &conf_rule_device),
    CONF_KEY("peer-port", u32, CONF_AT(conf_peer, port), 0, &port),
    CONF_KEY("hold-time", duration, CONF_AT(conf_peer, hold_s), 0, &hold_s),
    CONF_KEY("keepalive-time", duration, CONF_AT(conf_peer, keepalive_s), 0, &keepalive_s),
    CONF_KEY("connect-time", duration, CONF_AT(conf_peer, connect_s), CONF_NEWER, &connect_s),
    CONF_KEY("router-id", ip, CONF_AT(conf_peer, router_id), CONF_IPV4, NULL),
    CONF_KEY("node-selectors", list, CONF_LIST_AT(conf_peer, nodes.v, nodes.n), 0,
	&conf_selector_list),
    CONF_KEY("password", text, CONF_AT(conf_peer, password), CONF_SECRET, NULL),
    CONF_KEY("password-file", text, CONF_AT(conf_peer, password_file), CONF_OURS,
	&conf_rule_path_or_none),
    CONF_KEY("password-secret", section, CONF_NOWHERE, CONF_NEWER, &secret_section),
    CONF_KEY("bfd-profile", text, CONF_AT(conf_peer, bfd_profile), 0, NULL),
    CONF_KEY("ebgp-multihop", bool, CONF_AT(conf_peer, ebgp_multihop), 0, NULL),
    CONF_KEY("ttl-security", u32, CONF_AT(conf_peer, ttl_security), CONF_OMIT_ZERO | CONF_OURS,
	&hops),
    CONF_KEY("enable-graceful-restart", bool, CONF_AT(conf_peer, graceful), CONF_NEWER, NULL),
    CONF_KEY(
	"dual-stack-address-family", bool, CONF_AT(conf_peer, dual_stack), CONF_NEWER, NULL),
    CONF_KEY("disable-mp", bool, CONF_AT(conf_peer, disable_mp), CONF_NEWER, NULL),
    {0},
};

static void peer_init(void *elem)
{
	struct conf_peer *p = elem;

	p->port = BGP_PORT;
	p->hold_s = HOLD_S;
	p->keepalive_s = KEEPALIVE_UNSET;
	p->connect_s = CONNECT_S;
}

/* As in MetalLB. */
void conf_drop_empty(char **s)
{
	if (*s && !**s) {
		free(*s);
		*s = NULL;
	}
}

void conf_refuse(
    struct conf_reader *r, struct json_object *v, const char *key, const char *text)
{
	conf_error(r, conf_given(r, v, key), key, "%s", text);
}

void conf_refuse_beside(
    struct conf_reader *r, struct json_object *v, const char *key, const char *other)
{
	char buf[CONF_NAME_MAX];

	conf_error(r, conf_given(r, v, key), key, "must not stand beside %s",
	    conf_name(r, other, buf));
}

bool conf_is_given(const struct conf_reader *r, struct json_object *v, const char *key)
{
	struct json_object *o = conf_given(r, v, key);

	if (r->dialect == CONF_CUSTOM && json_object_is_type(o, json_type_int))
		return json_object_get_int64(o);
	if (r->dialect != CONF_FILE && json_object_is_type(o, json_type_string))
		return json_object_get_string_len(o);
	return o;
}

/* Hold time and keepalive: each has its say of the other. */
static void check_times(struct conf_reader *r, struct json_object *v, struct conf_peer *p)
{
	bool hold = r->dialect != CONF_CUSTOM || conf_is_given(r, v, "hold-time");
	char buf[CONF_NAME_MAX];

	if (p->keepalive_s == KEEPALIVE_UNSET)
		p->keepalive_s = p->hold_s / 3;
	else if (!hold)
		p->hold_s = p->keepalive_s * 3;
	if (p->hold_s > hold_s.max)
		conf_error(r, conf_given(r, v, "keepalive-time"), "keepalive-time",
		    "must be at most %us where %s is not given", (unsigned)hold_s.max / 3,
		    conf_name(r, "hold-time", buf));
	if (p->keepalive_s > p->hold_s)
		conf_error(r, conf_given(r, v, "keepalive-time"), "keepalive-time",
		    "must not be above %s, %us", conf_name(r, "hold-time", buf),
		    (unsigned)p->hold_s);
	if (!p->connect_s)
		p->connect_s = CONNECT_S;
}

static void check_asn(struct conf_reader *r, struct json_object *v, const struct conf_peer *p)
{
	bool any = r->dialect != CONF_LEGACY && conf_is_given(r, v, "dynamic-asn");
	bool given = conf_is_given(r, v, "peer-asn");
	uint32_t mine = p->local_asn ? p->local_asn : p->my_asn;
	bool internal = p->asn_kind == BGP_ASN_NUMBER ? mine == p->peer_asn
	                                              : p->asn_kind == BGP_ASN_INTERNAL;
	char mine_is[CONF_NAME_MAX], peer_is[CONF_NAME_MAX];

	if (any && given)
		conf_refuse_beside(r, v, "dynamic-asn", "peer-asn");
	else if (!given && !any)
		conf_error(r, v, "peer-asn", "missing");
	if (p->ebgp_multihop && mine && internal)
		conf_error(r, conf_given(r, v, "ebgp-multihop"), "ebgp-multihop",
		    "must be no where %s and %s are equal", conf_name(r, "my-asn", mine_is),
		    conf_name(r, "peer-asn", peer_is));
}

static void check_password(
    struct conf_reader *r, struct json_object *v, const struct conf_peer *p)
{
	if (p->secret && p->password)
		conf_refuse_beside(r, v, "password-secret", "password");
	if (p->secret_ns && !p->secret && r->dialect == CONF_FILE)
		conf_refuse(r, v, "password-secret", "must have a name");
	if (p->password_file && (p->password || p->secret))
		conf_refuse_beside(
		    r, v, "password-file", p->password ? "password" : "password-secret");
}

/* A session without an address of the peer is found over its interface: not built. Beside an
 * address MetalLB refuses one; the file needs it for link-local addresses. */
static void check_address(
    struct conf_reader *r, struct json_object *v, const struct conf_peer *p)
{
	bool given = conf_is_given(r, v, "peer-address");
	char buf[CONF_NAME_MAX];

	if (!given && p->interface)
		conf_error(r, conf_given(r, v, "interface"), "interface",
		    "without %s: not supported yet", conf_name(r, "peer-address", buf));
	else if (!given)
		conf_error(r, v, "peer-address", "missing");
	else if (p->interface && r->dialect == CONF_CUSTOM)
		conf_refuse_beside(r, v, "interface", "peer-address");
	if (p->interface && p->vrf && r->dialect == CONF_FILE)
		conf_refuse_beside(r, v, "vrf", "interface");
	if (p->address.family == AF_INET6 && ipaddr_is_linklocal(&p->address) && !p->interface)
		conf_error(r, conf_given(r, v, "peer-address"), "peer-address",
		    "is link-local: it needs interface, too");
	if (p->source.family && p->address.family && p->source.family != p->address.family)
		conf_error(r, conf_given(r, v, "source-address"), "source-address",
		    "must be of the family of %s", conf_name(r, "peer-address", buf));
}

static void peer_check(struct conf_reader *r, struct json_object *v, void *elem)
{
	struct conf_peer *p = elem;

	conf_drop_empty(&p->password);
	conf_drop_empty(&p->password_file);
	conf_drop_empty(&p->bfd_profile);
	conf_drop_empty(&p->vrf);
	conf_drop_empty(&p->interface);
	if (!p->port)
		p->port = BGP_PORT;
	check_times(r, v, p);
	check_asn(r, v, p);
	check_address(r, v, p);
	check_password(r, v, p);
	if (p->ttl_security && p->ebgp_multihop)
		conf_refuse_beside(r, v, "ttl-security", "ebgp-multihop");
	/* A custom resource may say it: MetalLB does nothing about it, either. */
	if (p->disable_mp && r->dialect == CONF_FILE)
		conf_refuse(r, v, "disable-mp",
		    "must be no: a session has its own family, unless "
		    "dual-stack-address-family says so");
}

/* Two sessions of one node with one address: the peer would take one of them. */
static bool peer_same(const void *a, const void *b)
{
	const struct conf_peer *x = a, *y = b;

	return !ipaddr_cmp(&x->address, &y->address) && text_equal(x->vrf, y->vrf) &&
	       text_equal(x->interface, y->interface) &&
	       (!x->nodes.n || !y->nodes.n || selectors_equal(&x->nodes, &y->nodes));
}

const struct conf_list conf_peer_list = {peer_keys, sizeof(struct conf_peer), peer_init,
    peer_check, peer_same, "a peer of this address and of the same nodes stands here twice"};

void conf_peer_fini(struct conf_peer *p)
{
	wipe(p->password);
	selectors_fini(&p->nodes);
	free(p->name);
	free(p->password);
	free(p->password_file);
	free(p->bfd_profile);
	free(p->secret);
	free(p->secret_ns);
	free(p->vrf);
	free(p->interface);
}

void conf_peers_fini(struct conf *c)
{
	for (size_t i = 0; i < c->n_peers; i++)
		conf_peer_fini(&c->peers[i]);
	free(c->peers);
}

static const struct conf_range interval_ms = {10, 60000}, multiplier = {2, 255}, ttl = {1, 254};

static const struct conf_key bfd_keys[] = {
    CONF_KEY(
	"name", text, CONF_AT(conf_bfd, name), CONF_REQUIRED | CONF_OLDER, &conf_rule_word),
    CONF_KEY(
	"receive-interval", u32, CONF_AT(conf_bfd, receive_ms), CONF_OMIT_ZERO, &interval_ms),
    CONF_KEY(
	"transmit-interval", u32, CONF_AT(conf_bfd, transmit_ms), CONF_OMIT_ZERO, &interval_ms),
    CONF_KEY(
	"detect-multiplier", u32, CONF_AT(conf_bfd, multiplier), CONF_OMIT_ZERO, &multiplier),
    CONF_KEY("echo-interval", u32, CONF_AT(conf_bfd, echo_ms), CONF_OMIT_ZERO, &interval_ms),
    CONF_KEY("echo-mode", bool, CONF_AT(conf_bfd, echo_mode), 0, NULL),
    CONF_KEY("passive-mode", bool, CONF_AT(conf_bfd, passive_mode), 0, NULL),
    CONF_KEY("minimum-ttl", u32, CONF_AT(conf_bfd, minimum_ttl), CONF_OMIT_ZERO, &ttl),
    {0},
};

const struct conf_list conf_bfd_list = {
    bfd_keys, sizeof(struct conf_bfd), NULL, NULL, NULL, NULL};

static const struct conf_bfd *bfd_find(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->n_bfd; i++)
		if (c->bfd[i].name && strcmp(c->bfd[i].name, name) == 0)
			return &c->bfd[i];
	return NULL;
}

/* The first pool with IPv6 addresses that is announced to a peer; NULL = none. */
static const struct pool *ipv6_pool_to(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->policy.n_pools; i++) {
		const struct pool *pool = &c->policy.pools[i];

		if (!(pool->protocols & POLICY_BGP) || !pool_has_family(pool, AF_INET6))
			continue;
		for (size_t j = 0; j < pool->n_ads; j++)
			if (!pool->ads[j].peers.n || strlist_has(&pool->ads[j].peers, name))
				return pool;
		if (!pool->n_ads)
			return pool;
	}
	return NULL;
}

static void check_bfd_of(
    struct conf_reader *r, struct json_object *v, const struct conf_peer *p)
{
	struct json_object *at = conf_member(v, "bfd-profile");
	const struct conf *c = r->conf;
	const struct conf_bfd *bfd = bfd_find(c, p->bfd_profile);
	const struct pool *pool = bfd && bfd->echo_mode ? ipv6_pool_to(c, p->name) : NULL;

	if (!bfd)
		conf_error(
		    r, at, "bfd-profile", "%.100s is not in bfd-profiles", p->bfd_profile);
	if (pool)
		conf_error(r, at, "bfd-profile",
		    "%.100s has echo-mode, which cannot be used with the IPv6 addresses of "
		    "pool \"%.100s\"",
		    p->bfd_profile, pool->name ? pool->name : "");
}

static void check_bfd(struct conf_reader *r, struct json_object *root)
{
	const struct conf *c = r->conf;

	for (size_t i = 0; i < c->n_bfd; i++)
		if (c->bfd[i].name && bfd_find(c, c->bfd[i].name) != &c->bfd[i])
			conf_refuse_name(r, conf_member(root, "bfd-profiles"), i, "profile");
}

static void check_name(struct conf_reader *r, struct json_object *peers, size_t i)
{
	const struct conf_peer *v = r->conf->peers;

	for (size_t j = 0; j < i; j++)
		if (strcmp(v[i].name, v[j].name) == 0) {
			conf_error(r, conf_member(conf_item(peers, i), "name"), "name",
			    "peer \"%.100s\" stands here twice", v[i].name);
			return;
		}
}

void conf_check_peers(struct conf_reader *r, struct json_object *root)
{
	struct json_object *peers = conf_member(root, "peers");
	const struct conf *c = r->conf;
	char name[32];

	check_bfd(r, root);
	for (size_t i = 0; i < c->n_peers; i++) {
		snprintf(name, sizeof(name), "peer%zu", i + 1);
		if (!c->peers[i].name)
			c->peers[i].name = xstrdup(name);
		check_name(r, peers, i);
		if (c->peers[i].bfd_profile)
			check_bfd_of(r, conf_item(peers, i), &c->peers[i]);
	}
	if (c->n_peers && c->role == CONF_ROUTER)
		conf_warn(r, peers, "peers", "ignored: role router dials no peer");
}
