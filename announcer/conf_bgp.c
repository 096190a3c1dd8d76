/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_bgp.c - sections bgp and kernel of grevyd.yaml: tables, and what is checked of them.
 * peers, in MetalLB's words: conf_peers.c.
 */
#include "announcer/bgp/open.h"
#include "announcer/conf_bgp_types.h"
#include "announcer/conf_check.h"
#include "announcer/conf_out.h"
#include "announcer/conf_place.h"
#include "announcer/util.h"
#include <json-c/json.h>
#include <stdio.h>
#include <sys/socket.h>

enum {
	TABLE_MAIN = 254,
	PROTOCOL = 187, /* of routes in the kernel */
	METRIC = 20,
	MAX_PATHS = 64,
	RESTART_S = 120,
	HOLD_S = 90,
	CONNECT_S = 5,
	RANGE_LIMIT = 100,
};

static const struct conf_range positive = {1, UINT32_MAX}, port = {1, 65535},
			       hold_s = {3, 65535}, keepalive_s = {1, 65535},
			       connect_s = {1, 65535}, restart_s = {1, 4095}, hops = {0, 254},
			       own_as = {0, 10}, paths = {1, 256}, protocol = {5, 255},
			       any = {0, UINT32_MAX};

static const struct conf_word tri[] = {
    {"auto", CONF_AUTO},
    {"yes",  CONF_YES },
    {"no",   CONF_NO  },
    {NULL,   0        },
};
static const struct conf_word import_nexthops[] = {
    {"unchanged", BGP_NEXTHOP_UNCHANGED},
    {"self",      BGP_NEXTHOP_SELF     },
    {"peer",      BGP_NEXTHOP_PEER     },
    {NULL,        0		    },
};
static const struct conf_word export_nexthops[] = {
    {"default",   BGP_NEXTHOP_DEFAULT  },
    {"self",      BGP_NEXTHOP_SELF     },
    {"unchanged", BGP_NEXTHOP_UNCHANGED},
    {NULL,        0		    },
};

/* ---- neighbors ---- */

static const struct conf_key import_keys[] = {
    CONF_KEY("prefixes", prefixes, CONF_AT(bgp_neighbor, import.prefixes), 0, NULL),
    CONF_KEY("next-hop", word, CONF_AT(bgp_neighbor, import.nexthop), 0, import_nexthops),
    CONF_KEY("max-prefix", max_prefix, CONF_NOWHERE, 0, &conf_max_prefix_section),
    CONF_KEY("local-pref", u32, CONF_AT(bgp_neighbor, import.local_pref), CONF_OMIT_ZERO, &any),
    CONF_KEY("allow-own-as", u8, CONF_AT(bgp_neighbor, import.allow_own_as), CONF_OMIT_ZERO,
	&own_as),
    {0},
};

static const struct conf_key export_keys[] = {
    CONF_KEY("prefixes", prefixes, CONF_AT(bgp_neighbor, export.prefixes), 0, NULL),
    CONF_KEY("next-hop", word, CONF_AT(bgp_neighbor, export.nexthop), 0, export_nexthops),
    {0},
};

static const struct conf_section import_section = {import_keys, NULL};
static const struct conf_section export_section = {export_keys, NULL};

static const struct conf_key neighbor_keys[] = {
    CONF_KEY("address", ip, CONF_AT(bgp_neighbor, address), 0, NULL),
    CONF_KEY("range", prefix, CONF_AT(bgp_neighbor, range), 0, NULL),
    CONF_KEY("limit", u32, CONF_AT(bgp_neighbor, limit), CONF_OMIT_ZERO, &positive),
    CONF_KEY("asn", asn, CONF_NOWHERE, CONF_REQUIRED, NULL),
    CONF_KEY("passive", bool, CONF_AT(bgp_neighbor, passive), 0, NULL),
    CONF_KEY("port", u16, CONF_AT(bgp_neighbor, port), 0, &port),
    CONF_KEY("source-address", ip, CONF_AT(bgp_neighbor, source), 0, NULL),
    CONF_KEY("interface", text, CONF_AT(bgp_neighbor, interface), 0, &conf_rule_device),
    CONF_KEY("vrf", device, CONF_AT(bgp_neighbor, interface), 0, &conf_rule_device),
    CONF_KEY("hold-time", duration, CONF_AT(bgp_neighbor, hold_s), CONF_SECONDS, &hold_s),
    CONF_KEY("keepalive-time", duration, CONF_AT(bgp_neighbor, keepalive_s), CONF_SECONDS,
	&keepalive_s),
    CONF_KEY(
	"connect-time", duration, CONF_AT(bgp_neighbor, connect_s), CONF_SECONDS, &connect_s),
    CONF_KEY("password", text, CONF_AT(bgp_neighbor, password), CONF_SECRET, NULL),
    CONF_KEY("password-file", text, CONF_AT(bgp_neighbor, password_file), 0,
	&conf_rule_path_or_none),
    CONF_KEY("multihop", hops, CONF_AT(bgp_neighbor, multihop), 0, NULL),
    CONF_KEY("ttl-security", u8, CONF_AT(bgp_neighbor, ttl_security), CONF_OMIT_ZERO, &hops),
    CONF_KEY("graceful-restart", bool, CONF_AT(bgp_neighbor, graceful), 0, NULL),
    CONF_KEY("address-families", families, CONF_AT(bgp_neighbor, families), 0, NULL),
    CONF_KEY("import", section, CONF_NOWHERE, 0, &import_section),
    CONF_KEY("export", section, CONF_NOWHERE, 0, &export_section),
    {0},
};

static void neighbor_init(void *elem)
{
	struct bgp_neighbor *n = elem;

	n->port = BGP_PORT;
	n->hold_s = HOLD_S;
	n->connect_s = CONNECT_S;
	n->graceful = true;
	n->families = BGP_IPV4 | BGP_IPV6;
	n->import.nexthop = BGP_NEXTHOP_UNCHANGED;
}

static void check_place(
    struct conf_reader *r, struct json_object *v, const struct bgp_neighbor *n)
{
	bool address = conf_member(v, "address"), range = conf_member(v, "range");

	if (!address && !range)
		conf_error(r, v, "address", "missing; or range");
	if (address && range)
		conf_refuse(r, v, "range", "must not stand beside address");
	if (range && conf_member(v, "passive") && !n->passive)
		conf_refuse(r, v, "passive", "must be yes with range: nobody can be dialled");
	if (!range && n->limit)
		conf_refuse(r, v, "limit", "is for range");
	if (n->address.family == AF_INET6 && ipaddr_is_linklocal(&n->address) && !n->interface)
		conf_refuse(r, v, "address", "is link-local: it needs interface, too");
	if (n->source.family && n->address.family && n->source.family != n->address.family)
		conf_refuse(r, v, "source-address", "must be of the family of address");
}

/* RFC 8212: what has no list is refused, which is seldom what was meant. */
static void warn_of_lists(
    struct conf_reader *r, struct json_object *v, const struct bgp_neighbor *n)
{
	if (!n->import.prefixes.n && !n->export.prefixes.n)
		conf_warn(r, v, NULL,
		    "%.100s: without import.prefixes nothing is taken from it, without "
		    "export.prefixes nothing is announced to it",
		    n->name);
}

/* "192.0.2.1", "fe80::1%eth0", "192.0.2.0/24" */
static char *neighbor_name(const struct bgp_neighbor *n)
{
	bool linklocal = n->address.family == AF_INET6 && ipaddr_is_linklocal(&n->address);
	char buf[PREFIX_STRLEN + 64];
	size_t len;

	if (!n->address.family)
		return xstrdup(n->range.family ? prefix_str(&n->range, buf) : "");
	len = strlen(ipaddr_str(&n->address, buf));
	if (linklocal && n->interface)
		snprintf(buf + len, sizeof(buf) - len, "%%%s", n->interface);
	return xstrdup(buf);
}

/* vrf is given back as interface. */
static void place_vrf(
    struct conf_reader *r, struct json_object *v, const struct bgp_neighbor *n)
{
	struct json_object *vrf = conf_member(v, "vrf");
	const struct conf_key *key = neighbor_keys;

	while (strcmp(key->name, "interface") != 0)
		key++;
	if (vrf)
		conf_place_add(r, n, key, vrf);
}

static void neighbor_check(struct conf_reader *r, struct json_object *v, void *elem)
{
	struct bgp_neighbor *n = elem;
	conf_drop_empty(&n->password);
	conf_drop_empty(&n->password_file);
	conf_drop_empty(&n->interface);
	place_vrf(r, v, n);
	check_place(r, v, n);
	if (n->range.family) {
		n->passive = true;
		n->limit = n->limit ? n->limit : RANGE_LIMIT;
	}
	n->name = neighbor_name(n);
	if (!n->connect_s)
		n->connect_s = CONNECT_S;
	if (n->keepalive_s > n->hold_s)
		conf_error(r, conf_member(v, "keepalive-time"), "keepalive-time",
		    "must not be above hold-time, %us", (unsigned)n->hold_s);
	if (n->password && n->password_file)
		conf_refuse(r, v, "password-file", "must not stand beside password");
	if (n->multihop && n->ttl_security)
		conf_refuse(r, v, "ttl-security", "must not stand beside multihop");
	warn_of_lists(r, v, n);
}

static bool neighbor_same(const void *a, const void *b)
{
	return bgp_neighbor_same_peer(a, b);
}

static const struct conf_list neighbor_list = {neighbor_keys, sizeof(struct bgp_neighbor),
    neighbor_init, neighbor_check, neighbor_same, "the same neighbour stands here twice"};

/* ---- bgp ---- */

static const struct conf_key bgp_keys[] = {
    CONF_KEY("asn", u32, CONF_AT(conf, bgp.asn), CONF_OMIT_ZERO, &positive),
    CONF_KEY("listen", listen, CONF_AT(conf, bgp.listen), CONF_IMPLIED, &conf_rule_bgp_listen),
    CONF_KEY("maximum-paths", u32, CONF_AT(conf, bgp.max_paths), 0, &paths),
    CONF_KEY("multipath-relax", bool, CONF_AT(conf, bgp.multipath_relax), 0, NULL),
    CONF_KEY("always-compare-med", bool, CONF_AT(conf, bgp.always_compare_med), 0, NULL),
    CONF_KEY("restart-time", duration, CONF_AT(conf, bgp.restart_s), CONF_SECONDS, &restart_s),
    CONF_KEY("neighbors", list, CONF_LIST_AT(conf, bgp.neighbors, bgp.n_neighbors), 0,
	&neighbor_list),
    {0},
};

static void bgp_check(struct conf_reader *r, struct json_object *v)
{
	struct conf_bgp *b = &r->conf->bgp;

	b->given = true;
	/* peers are dialled: only neighbors need somewhere to come to. */
	if (!conf_member(v, "listen") && b->n_neighbors) {
		strlist_add(&b->listen, "0.0.0.0");
		strlist_add(&b->listen, "::");
	}
	if (b->n_neighbors && !b->asn && !conf_member(v, "asn"))
		conf_error(r, v, "asn", "missing: neighbors need it");
	for (size_t i = 0; i < b->n_neighbors; i++)
		b->neighbors[i].my_asn = b->asn;
}

const struct conf_section conf_bgp_section = {bgp_keys, bgp_check};

static void bgp_read(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const char *s =
	    json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
	bool off = json_object_is_type(v, json_type_boolean) && !json_object_get_boolean(v);

	if (!off && strcmp(s, "none") != 0 && strcmp(s, "off") != 0)
		conf_section_type.parse(r, v, base, key);
}

static struct json_object *bgp_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	return ((const struct conf *)base)->bgp.given ? conf_section_type.give(out, base, key)
	                                              : NULL;
}

/* A section that is there or not, which `no` says, too. */
const struct conf_type conf_bgp_type = {bgp_read, bgp_give, CONF_SECTION};

/* ---- kernel ---- */

static const struct conf_key kernel_keys[] = {
    CONF_KEY("enabled", word, CONF_AT(conf, kernel.enabled), 0, tri),
    CONF_KEY("table", table, CONF_AT(conf, kernel.table), 0, NULL),
    CONF_KEY("protocol", u32, CONF_AT(conf, kernel.protocol), 0, &protocol),
    CONF_KEY("metric", u32, CONF_AT(conf, kernel.metric), 0, &positive),
    {0},
};

const struct conf_section conf_kernel_section = {kernel_keys, NULL};

static void kernel_read(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const char *s =
	    json_object_is_type(v, json_type_string) ? json_object_get_string(v) : "";
	bool off = json_object_is_type(v, json_type_boolean) && !json_object_get_boolean(v);

	if (off || strcmp(s, "none") == 0 || strcmp(s, "off") == 0)
		((struct conf *)base)->kernel.enabled = CONF_NO;
	else if (strcmp(s, "auto") != 0)
		conf_section_type.parse(r, v, base, key);
}

/* A section for which `no` means enabled: no. */
const struct conf_type conf_kernel_type = {kernel_read, conf_section_give, CONF_SECTION};

void conf_bgp_init(struct conf *c)
{
	c->bgp.max_paths = MAX_PATHS;
	c->bgp.restart_s = RESTART_S;
	c->kernel.table = TABLE_MAIN;
	c->kernel.protocol = PROTOCOL;
	c->kernel.metric = METRIC;
}

void conf_bgp_fini(struct conf *c)
{
	strlist_fini(&c->bgp.listen);
	for (size_t i = 0; i < c->bgp.n_neighbors; i++)
		bgp_neighbor_fini(&c->bgp.neighbors[i]);
	free(c->bgp.neighbors);
}
