/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_show_bgp.c - bgp and peers of the configuration in the words of FRR's bgpd: `router
 * bgp` with its neighbours, what belongs to an address family, then their prefix lists. The
 * neighbours are walked once for each of these.
 */
#include "announcer/bgp/open.h"
#include "announcer/conf_place.h"
#include "announcer/conf_show.h"
#include "announcer/util.h"
#include "announcer/vty/writer.h"
#include <json-c/json.h>
#include <sys/socket.h>

/* A key and its words: % is the value; of a bool, what yes and no mean. */
struct words {
	const char *key, *yes, *no;
};

static const struct words session_words[] = {
    {"asn",		     "remote-as %",         NULL                      },
    {"peer-asn",                "remote-as %",         NULL                      },
    {"dynamic-asn",             "remote-as %",         NULL                      },
    {"name",		    "description %",       NULL                      },
    {"local-asn",               "local-as %",          NULL                      },
    {"passive",		 "passive",             "no passive"              },
    {"port",		    "port %",              NULL                      },
    {"peer-port",               "port %",              NULL                      },
    {"source-address",          "update-source %",     NULL                      },
    {"multihop",                "ebgp-multihop",       "no ebgp-multihop"        },
    {"ebgp-multihop",           "ebgp-multihop",       "no ebgp-multihop"        },
    {"ttl-security",            "ttl-security hops %", NULL                      },
    {"bfd-profile",             "bfd profile %",       NULL                      },
    {"graceful-restart",        "graceful-restart",    "graceful-restart-disable"},
    {"enable-graceful-restart", "graceful-restart",    "graceful-restart-disable"},
};

static const struct words global_words[] = {
    {"always-compare-med", "bgp always-compare-med",               "no bgp always-compare-med"},
    {"multipath-relax",    "bgp bestpath as-path multipath-relax",
     "no bgp bestpath as-path multipath-relax"                                                },
};

/* One of bgp.neighbors or of peers. */
struct peer {
	char *name;
	struct json_object *map;
	const struct bgp_neighbor *nb; /* NULL: of peers */
	const struct conf_peer *peer;  /* NULL: of bgp.neighbors */
};

static const struct conf_key *key_named(const struct conf_key *keys, const char *name)
{
	while (strcmp(keys->name, name) != 0)
		keys++;
	return keys;
}

static bool dials(const struct conf *c)
{
	return c->role == CONF_NODE && c->n_peers;
}

static uint32_t asn_of(const struct conf *c)
{
	return c->bgp.asn ? c->bgp.asn : dials(c) ? c->peers[0].my_asn : 0;
}

bool config_has_bgp(const struct conf *c)
{
	return c->bgp.given || dials(c);
}

static struct peer peer_of_peers(const struct conf *c, const struct config_walk *k, size_t i)
{
	struct peer p = {.peer = &c->peers[i]};
	char name[PREFIX_STRLEN];

	p.name = xstrdup(ipaddr_str(&p.peer->address, name));
	p.map = conf_list_item(&k->out, c, key_named(conf_root.keys, "peers"), i);
	return p;
}

/* The i-th, those of bgp.neighbors first. Return: false past the last. */
static bool peer_at(const struct conf *c, const struct config_walk *k, size_t i, struct peer *p)
{
	size_t n = c->bgp.n_neighbors;

	if (i >= n + (dials(c) ? c->n_peers : 0))
		return false;
	if (i >= n) {
		*p = peer_of_peers(c, k, i - n);
		return true;
	}
	*p = (struct peer){
	    .nb = &c->bgp.neighbors[i], .name = xstrdup(c->bgp.neighbors[i].name)};
	p->map = conf_list_item(&k->out, c, key_named(conf_bgp_section.keys, "neighbors"), i);
	return true;
}

static void peer_fini(struct peer *p)
{
	json_object_put(p->map);
	free(p->name);
}

/* ---- lines of a session ---- */

static void put_words(
    struct config_text *t, const char *before, const struct words *w, struct json_object *v)
{
	bool no = json_object_is_type(v, json_type_boolean) && !json_object_get_boolean(v);
	const char *words = no && w->no ? w->no : w->yes, *at;
	struct buf b = {0};

	at = strchr(words, '%');
	if (at)
		config_line(
		    t, "%s%.*s%s", before, (int)(at - words), words, config_word(v, &b));
	else if (json_object_is_type(v, json_type_int)) /* multihop: 3 */
		config_line(t, "%s%s %s", before, words, config_word(v, &b));
	else if (strncmp(words, "no ", 3) == 0)
		config_line(t, "no %s%s", before, words + 3);
	else
		config_line(t, "%s%s", before, words);
	free(b.p);
}

/* Those that have words of FRR, in the order of the table. */
static void put_table(struct config_text *t, const char *before, const struct words *w,
    size_t n, struct json_object *map)
{
	for (size_t i = 0; i < n; i++) {
		struct json_object *v = config_take(map, w[i].key);

		if (v && config_shown(t, v))
			put_words(t, before, &w[i], v);
		json_object_put(v);
	}
}

static void put_timers(struct config_text *t, const char *before, struct json_object *map)
{
	struct json_object *hold = config_take(map, "hold-time");
	struct json_object *keep = config_take(map, "keepalive-time");
	struct json_object *connect = config_take(map, "connect-time");
	unsigned long k = config_seconds(keep), h = config_seconds(hold);

	if (config_shown(t, hold) || config_shown(t, keep))
		config_line(t, "%stimers %lu %lu", before, k ? k : h / 3, h);
	if (config_shown(t, connect))
		config_line(t, "%stimers connect %lu", before, config_seconds(connect));
	json_object_put(hold);
	json_object_put(keep);
	json_object_put(connect);
}

/* Where it comes from, and that there is one. */
static void put_password(struct config_text *t, const char *before, struct json_object *map)
{
	struct json_object *plain = config_take(map, "password");
	struct json_object *file = config_take(map, "password-file");
	struct json_object *secret = config_take(map, "password-secret");
	struct buf b = {0};

	if (file)
		config_line(t, "! password: from %s", json_object_get_string(file));
	else if (secret)
		config_line(t, "! password: from Secret %s/%s",
		    json_object_get_string(config_member(secret, "namespace")),
		    json_object_get_string(config_member(secret, "name")));
	else if (plain)
		config_line(
		    t, "! password: from %s", config_from(t->conf, conf_out_place(plain), &b));
	if (plain || file || secret)
		config_line(t, "%spassword <hidden>", before);
	json_object_put(plain);
	json_object_put(file);
	json_object_put(secret);
	free(b.p);
}

/* Range "192.0.2.0/24" is a peer group of that name. */
static void put_range(struct config_text *t, const struct peer *p)
{
	struct json_object *limit = config_take(p->map, "limit");

	json_object_object_del(p->map, "range");
	if (p->nb && p->nb->range.family) {
		config_line(t, "neighbor %s peer-group", p->name);
		config_line(t, "bgp listen range %s peer-group %s", p->name, p->name);
		if (limit && config_shown(t, limit))
			config_line(
			    t, "neighbor %s limit %s", p->name, json_object_get_string(limit));
	}
	json_object_put(limit);
}

static void put_session(struct config_text *t, struct peer *p)
{
	struct json_object *mine = config_take(p->map, "my-asn");
	struct buf before = {0};

	buf_fmt(&before, "neighbor %s ", p->name);
	config_put_from(t, conf_out_place(p->map));
	json_object_object_del(p->map, "address");
	json_object_object_del(p->map, "peer-address");
	put_range(t, p);
	put_table(t, before.p, session_words, ARRAY_LEN(session_words), p->map);
	put_timers(t, before.p, p->map);
	put_password(t, before.p, p->map);
	if (p->peer && p->peer->my_asn != asn_of(t->conf))
		config_put(t, before.p, "my-asn", mine);
	/* These are of an address family. */
	json_object_object_del(p->map, "address-families");
	json_object_object_del(p->map, "import");
	json_object_object_del(p->map, "export");
	config_put_members(t, before.p, p->map);
	json_object_put(mine);
	free(before.p);
}

/* ---- an address family ---- */

static bool has_family(const struct peer *p, unsigned family)
{
	if (p->nb)
		return p->nb->families & family;
	return p->peer->dual_stack ||
	       p->peer->address.family == (family == BGP_IPV4 ? AF_INET : AF_INET6);
}

static void family_open(struct config_text *t, struct config_walk *k, unsigned family)
{
	if (k->open)
		return;
	config_separate(t);
	config_line(t, "address-family %s unicast", family == BGP_IPV4 ? "ipv4" : "ipv6");
	t->indent++;
	k->open = true;
}

static void put_limit(struct config_text *t, const char *before, struct json_object *import)
{
	struct json_object *v = config_take(import, "max-prefix");
	struct json_object *only = config_member(v, "warning-only");
	unsigned long restart = config_seconds(config_member(v, "restart"));

	if (!v)
		return;
	config_line(t, "%smaximum-prefix %s%s", before,
	    json_object_get_string(config_member(v, "limit")),
	    json_object_get_boolean(only) ? " warning-only" : "");
	if (restart)
		config_line(t, "%smaximum-prefix restart %lus", before, restart);
	json_object_put(v);
}

static void put_list_of(
    struct config_text *t, const struct peer *p, struct json_object *map, const char *way)
{
	struct json_object *list = config_take(map, "prefixes");

	if (list)
		config_line(t, "neighbor %s prefix-list %s-%s %s", p->name, p->name, way, way);
	json_object_put(list);
}

static void put_nexthop(struct config_text *t, const char *before, struct json_object *export)
{
	struct json_object *v = config_take(export, "next-hop");
	const char *how = v ? json_object_get_string(v) : "";

	if (strcmp(how, "self") == 0)
		config_line(t, "%snext-hop-self", before);
	else if (strcmp(how, "unchanged") == 0)
		config_line(t, "%sattribute-unchanged next-hop", before);
	json_object_put(v);
}

static void put_family(struct config_text *t, struct peer *p)
{
	static const struct words own_as = {"allow-own-as", "allowas-in %", NULL};
	struct json_object *import = config_member(p->map, "import");
	struct json_object *export = config_member(p->map, "export");
	struct buf before = {0};

	buf_fmt(&before, "neighbor %s ", p->name);
	config_line(t, "%sactivate", before.p);
	if (import) {
		put_list_of(t, p, import, "in");
		put_limit(t, before.p, import);
		put_table(t, before.p, &own_as, 1, import);
		buf_str(&before, "import ");
		config_put_members(t, before.p, import);
		before.len -= strlen("import ");
		before.p[before.len] = '\0';
	}
	if (export) {
		put_list_of(t, p, export, "out");
		put_nexthop(t, before.p, export);
		buf_str(&before, "export ");
		config_put_members(t, before.p, export);
	}
	free(before.p);
}

/* Does zebra have routes of this type in this family? */
static bool redistributes(const char *type, unsigned family)
{
	static const char *const v4[] = {"ospf", "rip", "eigrp", "pim"};
	static const char *const v6[] = {"ospf6", "ripng"};

	for (size_t i = 0; family == BGP_IPV6 && i < ARRAY_LEN(v4); i++)
		if (strcmp(type, v4[i]) == 0)
			return false;
	for (size_t i = 0; family == BGP_IPV4 && i < ARRAY_LEN(v6); i++)
		if (strcmp(type, v6[i]) == 0)
			return false;
	return true;
}

/* What a family has without any neighbour. */
static void put_family_head(struct config_text *t, struct config_walk *k, unsigned family)
{
	static const struct words paths = {"maximum-paths", "maximum-paths %", NULL};
	const struct strlist *types = &t->conf->zebra.redistribute;
	struct json_object *map = conf_out_key(&k->out, t->conf, k->key);
	struct json_object *v = config_member(map, "maximum-paths");

	for (size_t i = 0; i < types->n; i++)
		if (redistributes(types->v[i], family)) {
			family_open(t, k, family);
			config_line(t, "redistribute %s", types->v[i]);
		}
	if (v && config_shown(t, v)) {
		family_open(t, k, family);
		put_words(t, "", &paths, v);
	}
	json_object_put(map);
}

/* The at-th neighbour in a family. Return: there may be more. */
static bool family_step(struct config_text *t, struct config_walk *k, unsigned family)
{
	struct peer p;

	if (!k->item)
		put_family_head(t, k, family);
	if (peer_at(t->conf, k, k->item, &p)) {
		if (has_family(&p, family)) {
			family_open(t, k, family);
			put_family(t, &p);
		}
		peer_fini(&p);
		k->item++;
		return true;
	}
	if (k->open) {
		t->indent--;
		config_line(t, "exit-address-family");
	}
	k->open = false;
	return false;
}

/* ---- prefix lists ---- */

static void put_rules(
    struct config_text *t, const struct peer *p, const char *way, struct json_object *list)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		const char *rule = json_object_get_string(json_object_array_get_idx(list, i));

		config_line(t, "%s prefix-list %s-%s seq %zu %s%s",
		    strchr(rule, ':') ? "ipv6" : "ip", p->name, way, 5 * (i + 1),
		    strncmp(rule, "deny", 4) == 0 ? "" : "permit ", rule);
	}
}

static bool lists_step(struct config_text *t, struct config_walk *k)
{
	struct json_object *in, *out;
	struct peer p;

	if (!peer_at(t->conf, k, k->item, &p))
		return false;
	in = config_member(p.map, "import.prefixes");
	out = config_member(p.map, "export.prefixes");
	if (in)
		config_put_from(t, conf_out_place(in));
	put_rules(t, &p, "in", in);
	if (out)
		config_put_from(t, conf_out_place(out));
	put_rules(t, &p, "out", out);
	peer_fini(&p);
	k->item++;
	return true;
}

/* ---- router bgp ---- */

static void put_listen(struct config_text *t, struct json_object *map)
{
	struct json_object *v = config_take(map, "listen");

	if (v && config_shown(t, v))
		config_put(t, "bgp ", "listen", v);
	json_object_put(v);
}

static void put_global(struct config_text *t, struct json_object *map)
{
	struct json_object *restart;

	json_object_object_del(map, "asn");
	json_object_object_del(map, "maximum-paths");
	restart = config_take(map, "restart-time");
	if (restart && config_shown(t, restart))
		config_line(
		    t, "bgp graceful-restart restart-time %lu", config_seconds(restart));
	json_object_put(restart);
	put_listen(t, map);
	put_table(t, "", global_words, ARRAY_LEN(global_words), map);
	config_put_members(t, "", map);
}

static void put_router_id(struct config_text *t, struct config_walk *k)
{
	const struct conf_key *key = key_named(conf_root.keys, "router-id");
	struct json_object *v = conf_out_key(&k->out, t->conf, key);
	struct buf b = {0};

	config_put_facts(t, key->name);
	if (v) {
		config_line(
		    t, "! router-id: from %s", config_from(t->conf, conf_out_place(v), &b));
		config_line(t, "bgp router-id %s", json_object_get_string(v));
	}
	json_object_put(v);
	free(b.p);
}

static bool put_head(struct config_text *t, struct config_walk *k)
{
	const struct conf *c = t->conf;
	struct json_object *map = conf_out_key(&k->out, c, k->key);
	uint32_t asn = asn_of(c);

	if (!map && !dials(c))
		return false;
	config_separate(t);
	config_put_from(t,
	    map ? conf_out_place(map) : conf_place(c, c, key_named(conf_root.keys, "peers")));
	if (asn)
		config_line(t, "router bgp %u", (unsigned)asn);
	else
		config_line(t, "router bgp");
	t->indent = 1;
	put_router_id(t, k);
	if (map)
		put_global(t, map);
	json_object_put(map);
	return true;
}

static bool sessions_step(struct config_text *t, struct config_walk *k)
{
	struct peer p;

	if (!peer_at(t->conf, k, k->item, &p))
		return false;
	put_session(t, &p);
	peer_fini(&p);
	k->item++;
	return true;
}

static void next_phase(struct config_walk *k)
{
	k->phase++;
	k->item = 0;
}

bool config_show_bgp(struct config_text *t, struct config_walk *k)
{
	enum { HEAD, SESSIONS, FAMILY4, FAMILY6, LISTS };
	bool more = false;

	switch (k->phase) {
	case HEAD:
		if (!put_head(t, k))
			return false;
		break;
	case SESSIONS:
		more = sessions_step(t, k);
		break;
	case FAMILY4:
		more = family_step(t, k, BGP_IPV4);
		break;
	case FAMILY6:
		more = family_step(t, k, BGP_IPV6);
		if (more)
			break;
		t->indent = 0;
		config_line(t, "exit");
		config_separate(t);
		break;
	default:
		if (lists_step(t, k))
			return true;
		config_separate(t);
		return false;
	}
	if (!more)
		next_phase(k);
	return true;
}

/* Role node dials them: they are part of router bgp. Else they are there in vain. */
bool config_show_peers(struct config_text *t, struct config_walk *k)
{
	struct peer p;

	if (dials(t->conf) || k->item >= t->conf->n_peers)
		return false;
	if (!k->item) {
		config_separate(t);
		config_line(t, "! peers are not in force: role router dials nobody");
	}
	t->commented = true;
	p = peer_of_peers(t->conf, k, k->item++);
	put_session(t, &p);
	peer_fini(&p);
	t->commented = false;
	if (k->item == t->conf->n_peers)
		config_separate(t);
	return true;
}

bool config_show_communities(struct config_text *t, struct config_walk *k)
{
	struct json_object *map = conf_out_key(&k->out, t->conf, k->key);

	if (!map)
		return false;
	config_separate(t);
	config_put_from(t, conf_out_place(map));
	json_object_object_foreach(map, alias, value)
	{
		const char *s = json_object_get_string(value);

		s += strncmp(s, "large:", 6) == 0 ? 6 : 0;
		config_line(t, "bgp community alias %s %s", s, alias);
	}
	json_object_put(map);
	config_separate(t);
	return false;
}

bool config_show_bfd(struct config_text *t, struct config_walk *k)
{
	struct json_object *map;

	if (!t->conf->n_bfd)
		return false;
	if (!k->item) {
		config_separate(t);
		config_line(t, "bfd");
	}
	t->indent = 1;
	map = conf_list_item(&k->out, t->conf, k->key, k->item++);
	config_put_element(t, "profiles", map, 0);
	json_object_put(map);
	config_line(t, "!");
	t->indent = 0;
	if (k->item < t->conf->n_bfd)
		return true;
	config_line(t, "exit");
	config_separate(t);
	return false;
}
