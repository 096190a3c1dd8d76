/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_frr.c - our pools, route type and peers in FRR's words:
 *
 *   prefix lists grevy (IPv4) and grevy6 (IPv6): every address of the pools, as host routes
 *   route maps of the same names: what the lists permit
 *   router bgp|ospf|ospf6: redistribute TYPE route-map grevy
 *
 * Neighbours get those route maps outwards, too, and are heard in nothing: from a speaker of
 * Service addresses that is what MetalLB's peers mean. FRR 7.5 has no `exit` in its files: a
 * new block ends the one before it.
 */
#include "announcer/conf_frr.h"
#include "announcer/util.h"
#include <sys/socket.h>

struct writing {
	const struct conf *conf;
	FILE *f, *warn;
	enum conf_frr kind;
	const char *type; /* the word of redistribute */
	uint32_t instance;
	bool v4, v6; /* families that are written */
};

/* Types that a daemon can redistribute, and in which families (zserv.md 17). */
static const struct redistributable {
	const char *type;
	bool v4, v6;
} types[] = {
    {"openfabric", true,  true },
    {"babel",      true,  true },
    {"static",     true,  true },
    {"nhrp",       true,  true },
    {"isis",       true,  true },
    {"bgp",        true,  true },
    {"eigrp",      true,  false},
    {"rip",        true,  false},
    {"ospf",       true,  false},
    {"table",      true,  false},
    {"ripng",      false, true },
    {"ospf6",      false, true },
};

static const char *const kinds[CONF_FRR_KINDS] = {"bgp", "ospf", "ospf6"};

enum conf_frr conf_frr_named(const char *name)
{
	int kind = 0;

	while (kind < CONF_FRR_KINDS && strcmp(kinds[kind], name) != 0)
		kind++;
	return (enum conf_frr)kind;
}

static const struct redistributable *type_find(const char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (strcmp(types[i].type, type) == 0)
			return &types[i];
	return NULL;
}

/* On a node layer2 pools make no route. */
static bool pool_is_routed(const struct conf *c, const struct pool *pool)
{
	return c->role == CONF_ROUTER || pool->protocols == POLICY_BGP;
}

static bool has_family(const struct conf *c, uint8_t family)
{
	for (size_t i = 0; i < c->policy.n_pools; i++)
		if (pool_is_routed(c, &c->policy.pools[i]) &&
		    pool_has_family(&c->policy.pools[i], family))
			return true;
	return false;
}

static bool dials(const struct conf *c)
{
	return c->role == CONF_NODE && c->n_peers;
}

static void warn(const struct writing *w, const char *text)
{
	if (w->warn)
		fprintf(w->warn, "%s\n", text);
}

static void put_range(
    const struct writing *w, const struct iprange *r, const char *list, unsigned *seq)
{
	const char *ip = r->first.family == AF_INET ? "ip" : "ipv6";
	unsigned host = ipaddr_len(r->first.family) * 8;
	struct ipaddr at = r->first;
	char s[PREFIX_STRLEN];
	struct prefix p;
	bool more;

	do {
		more = iprange_cut(r, &at, &p);
		fprintf(w->f, "%s prefix-list %s seq %u permit %s", ip, list, *seq += 5,
		    prefix_str(&p, s));
		if (p.plen < host)
			fprintf(w->f, " ge %u", host);
		fputc('\n', w->f);
	} while (more);
}

static void put_list(const struct writing *w, uint8_t family, const char *list)
{
	const struct policy *policy = &w->conf->policy;
	unsigned seq = 0;

	for (size_t i = 0; i < policy->n_pools; i++) {
		const struct pool *pool = &policy->pools[i];

		if (!pool_is_routed(w->conf, pool))
			continue;
		for (size_t j = 0; j < pool->n_ranges; j++)
			if (pool->ranges[j].first.family == family)
				put_range(w, &pool->ranges[j], list, &seq);
	}
}

static void put_filters(const struct writing *w)
{
	if (w->v4)
		put_list(w, AF_INET, "grevy");
	if (w->v6)
		put_list(w, AF_INET6, "grevy6");
	if (w->v4)
		fputs("!\nroute-map grevy permit 10\n match ip address prefix-list grevy\n",
		    w->f);
	if (w->v6)
		fputs("!\nroute-map grevy6 permit 10\n match ipv6 address prefix-list grevy6\n",
		    w->f);
	if (w->kind == CONF_FRR_BGP && dials(w->conf))
		fputs("!\nroute-map grevy-none deny 10\n", w->f);
	fputs("!\n", w->f);
}

static void put_redistribute(const struct writing *w, const char *indent, const char *map)
{
	fprintf(w->f, "%sredistribute %s", indent, w->type);
	if (strcmp(w->type, "table") == 0)
		fprintf(w->f, " %u", (unsigned)w->instance);
	fprintf(w->f, " route-map %s\n", map);
}

/* One word to FRR. */
static bool is_word(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f)
			return false;
	return true;
}

static void put_neighbor(const struct writing *w, const struct conf_peer *p, uint32_t asn)
{
	char a[PREFIX_STRLEN], s[PREFIX_STRLEN];

	ipaddr_str(&p->address, a);
	if (p->nodes.n)
		fputs(" ! on the nodes only that its node-selectors select:\n", w->f);
	if (p->asn_kind == BGP_ASN_NUMBER)
		fprintf(w->f, " neighbor %s remote-as %u\n", a, (unsigned)p->peer_asn);
	else
		fprintf(w->f, " neighbor %s remote-as %s\n", a,
		    p->asn_kind == BGP_ASN_INTERNAL ? "internal" : "external");
	if (p->local_asn)
		fprintf(w->f, " neighbor %s local-as %u no-prepend replace-as\n", a,
		    (unsigned)p->local_asn);
	else if (p->my_asn != asn)
		fprintf(w->f, " neighbor %s local-as %u\n", a, (unsigned)p->my_asn);
	if (p->ebgp_multihop)
		fprintf(w->f, " neighbor %s ebgp-multihop\n", a);
	if (p->port != 179)
		fprintf(w->f, " neighbor %s port %u\n", a, (unsigned)p->port);
	if (p->source.family)
		fprintf(w->f, " neighbor %s update-source %s\n", a, ipaddr_str(&p->source, s));
	if (p->password && is_word(p->password))
		fprintf(w->f, " neighbor %s password %s\n", a, p->password);
	else if (p->password)
		warn(w, "a password that FRR's files cannot hold is left out");
	fprintf(w->f, " neighbor %s timers %u %u\n", a, (unsigned)p->keepalive_s,
	    (unsigned)p->hold_s);
	if (p->ttl_security)
		fprintf(
		    w->f, " neighbor %s ttl-security hops %u\n", a, (unsigned)p->ttl_security);
	if (p->graceful)
		fprintf(w->f, " neighbor %s graceful-restart\n", a);
	if (p->bfd_profile)
		fprintf(w->f, " neighbor %s bfd\n", a);
}

/* A neighbour is told of the routes of its own family. */
static void put_family(const struct writing *w, uint8_t family)
{
	const struct conf *c = w->conf;
	const char *map = family == AF_INET ? "grevy" : "grevy6";
	char a[PREFIX_STRLEN];

	fprintf(w->f, " !\n address-family %s unicast\n", family == AF_INET ? "ipv4" : "ipv6");
	put_redistribute(w, "  ", map);
	for (size_t i = 0; dials(c) && i < c->n_peers; i++) {
		ipaddr_str(&c->peers[i].address, a);
		if (c->peers[i].address.family != family && !c->peers[i].dual_stack) {
			fprintf(w->f, "  no neighbor %s activate\n", a);
			continue;
		}
		fprintf(w->f, "  neighbor %s activate\n", a);
		fprintf(w->f, "  neighbor %s route-map grevy-none in\n", a);
		fprintf(w->f, "  neighbor %s route-map %s out\n", a, map);
	}
	fputs(" exit-address-family\n", w->f);
}

static void warn_of_peers(const struct writing *w)
{
	const struct conf *c = w->conf;
	bool v4 = false, v6 = false, bfd = false, left = false;

	for (size_t i = 0; i < c->n_peers; i++) {
		const struct conf_peer *p = &c->peers[i];

		v4 |= p->dual_stack || p->address.family == AF_INET;
		v6 |= p->dual_stack || p->address.family == AF_INET6;
		bfd |= p->bfd_profile != NULL;
		left |= p->password_file || p->vrf || p->interface;
	}
	if (w->v4 && !v4)
		warn(w, "no peer has an IPv4 address: nobody is told of IPv4 addresses");
	if (w->v6 && !v6)
		warn(w, "no peer has an IPv6 address: nobody is told of IPv6 addresses");
	if (bfd)
		warn(w, "BFD runs with the values of FRR's bfdd, not with bfd-profiles");
	if (left)
		warn(w, "password-file, vrf and interface of peers are left out");
}

static void put_bgp(const struct writing *w, uint32_t asn)
{
	const struct conf *c = w->conf;
	struct ipaddr id = c->router_id;
	char s[PREFIX_STRLEN];

	if (!id.family && dials(c))
		id = c->peers[0].router_id;
	fprintf(w->f, "router bgp %u\n", (unsigned)asn);
	if (id.family)
		fprintf(w->f, " bgp router-id %s\n", ipaddr_str(&id, s));
	for (size_t i = 0; dials(c) && i < c->n_peers; i++)
		put_neighbor(w, &c->peers[i], asn);
	if (w->v4)
		put_family(w, AF_INET);
	if (w->v6)
		put_family(w, AF_INET6);
	fputs("!\n", w->f);
	if (dials(c))
		warn_of_peers(w);
}

static void put_ospf(const struct writing *w)
{
	struct ipaddr id = w->conf->router_id;
	const char *name = kinds[w->kind];
	char s[PREFIX_STRLEN];

	fprintf(w->f, "router %s\n", name);
	if (id.family)
		fprintf(w->f, " %s router-id %s\n", name, ipaddr_str(&id, s));
	put_redistribute(w, " ", w->kind == CONF_FRR_OSPF ? "grevy" : "grevy6");
	fputs("!\n", w->f);
}

/* Which families go from our type into this daemon. Return: NULL, or why none does. */
static const char *families(struct writing *w)
{
	const struct conf *c = w->conf;
	const struct redistributable *r;
	bool v4 = w->kind != CONF_FRR_OSPF6 && has_family(c, AF_INET);
	bool v6 = w->kind != CONF_FRR_OSPF && has_family(c, AF_INET6);

	if (!v4 && !v6)
		return "there is nothing to announce: address-pools has no address for it";
	w->type = strcmp(c->zebra.route_type, "auto") ? c->zebra.route_type : "openfabric";
	w->instance = c->zebra.instance;
	r = type_find(w->type);
	if (c->zebra.table)
		return "zebra.table: FRR does not redistribute routes of another table";
	if (w->instance && strcmp(w->type, "table") != 0)
		return "zebra.instance: FRR redistributes no route of an instance other than 0";
	if (!r || strcmp(w->type, kinds[w->kind]) == 0)
		return "zebra.route-type: this daemon does not redistribute that type";
	w->v4 = v4 && r->v4;
	w->v6 = v6 && r->v6;
	if (!w->v4 && !w->v6)
		return "zebra.route-type: not redistributed in the pools' family of addresses";
	if (v4 && !w->v4)
		warn(
		    w, "this route type is redistributed in IPv6 only: nobody is told of IPv4");
	if (v6 && !w->v6)
		warn(
		    w, "this route type is redistributed in IPv4 only: nobody is told of IPv6");
	return NULL;
}

const char *conf_frr_print(
    const struct conf *c, enum conf_frr kind, uint32_t asn, FILE *f, FILE *warn_to)
{
	struct writing w = {.conf = c, .f = f, .warn = warn_to, .kind = kind};
	const char *error = families(&w);

	if (error)
		return error;
	if (!asn)
		asn = dials(c) ? c->peers[0].my_asn : c->bgp.asn;
	if (kind == CONF_FRR_BGP && !asn)
		return "the AS number is not known: add --asn NUMBER, or peers or bgp.asn to "
		       "the configuration";
	fprintf(f,
	    "! Addresses of Services from grevyd to %sd. Made by grevyd -T "
	    "--frr-config=%s.\n!\n",
	    kinds[kind], kinds[kind]);
	put_filters(&w);
	if (kind == CONF_FRR_BGP)
		put_bgp(&w, asn);
	else
		put_ospf(&w);
	return NULL;
}
