/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_bgp_table.c - a table of routes as `show ip bgp` of FRR writes it. */
#include "announcer/util.h"
#include "announcer/vty/show_bgp_routes.h"
#include "announcer/vty/writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

enum { PATH_LEN = 4096 };

/* Widths of the columns, and of what is printed of a metric. */
static const struct columns {
	int network, nexthop, metric;
	const char *head;
} columns[] = {
    {17, 16, 10, "   Network          Next Hop            Metric LocPrf Weight Path"},
    {45, 41, 7,
     "   Network                                      Next Hop                              "
	"   "
	" Metric LocPrf Weight Path"						},
};

/* ---- head ---- */

static void head_text(const struct bgp_table *t)
{
	static const char *const lines[] = {
	    "Status codes:  s suppressed, d damped, h history, * valid, > best, = multipath,",
	    "               i internal, r RIB-failure, S Stale, R Removed",
	    "Nexthop codes: @NNN nexthop's vrf id, < announce-nh-self",
	    "Origin codes:  i - IGP, e - EGP, ? - incomplete",
	    "RPKI validation codes: V valid, I invalid, N Not found"};
	struct writer *w = t->a->rq->w;
	char b[PREFIX_STRLEN];

	writer_line(w, "BGP table version is %d, local router ID is %s, vrf id 0",
	    BGP_TABLE_VERSION, bgp_id_str(t->a->view.router_id, b));
	writer_line(
	    w, "Default local pref %d, local AS %" PRIu32, BGP_LOCAL_PREF, t->a->view.asn);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		writer_line(w, "%s", lines[i]);
	writer_line(w, "%s", "");
	if (!t->detail)
		writer_line(w, "%s", columns[t->wide].head);
}

static void head_json(const struct bgp_ask *a)
{
	struct writer *w = a->rq->w;
	char b[PREFIX_STRLEN];

	writer_num(w, "vrfId", NULL, 0);
	writer_str(w, "vrfName", NULL, "default");
	writer_num(w, "tableVersion", NULL, BGP_TABLE_VERSION);
	writer_str(w, "routerId", NULL, bgp_id_str(a->view.router_id, b));
	writer_num(w, "defaultLocPrf", NULL, BGP_LOCAL_PREF);
	writer_num(w, "localAS", NULL, a->view.asn);
}

static void codes_json(struct writer *w)
{
	static const struct {
		const char *key, *code;
	} status[] =
	    {
		{"suppressed", "s"},
		{"damped",     "d"},
		{"history",    "h"},
		{"valid",      "*"},
		{"best",       ">"},
		{"multipath",  "="},
		{"internal",   "i"},
		{"ribFailure", "r"},
		{"stale",      "S"},
		{"removed",    "R"},
        },
	  origin[] = {
	      {"igp", "i"},
	      {"egp", "e"},
	      {"incomplete", "?"},
	  };

	writer_object_begin(w, "bgpStatusCodes", NULL);
	for (size_t i = 0; i < ARRAY_LEN(status); i++)
		writer_str(w, status[i].key, NULL, status[i].code);
	writer_object_end(w);
	writer_object_begin(w, "bgpOriginCodes", NULL);
	for (size_t i = 0; i < ARRAY_LEN(origin); i++)
		writer_str(w, origin[i].key, NULL, origin[i].code);
	writer_object_end(w);
}

static void head_flat(const struct bgp_ask *a)
{
	struct writer *w = a->rq->w;
	char b[PREFIX_STRLEN];

	writer_num(w, "bgpTableVersion", NULL, BGP_TABLE_VERSION);
	writer_str(w, "bgpLocalRouterId", NULL, bgp_id_str(a->view.router_id, b));
	writer_num(w, "defaultLocPrf", NULL, BGP_LOCAL_PREF);
	writer_num(w, "localAS", NULL, a->view.asn);
	codes_json(w);
}

/* ---- rows, text ---- */

/* A cell, or where it is too long a line that ends with it, and the columns so far as blanks.
 */
static void cell(struct writer *w, struct buf *line, const char *text, int wide)
{
	size_t to = line->len + (size_t)wide;

	if (strlen(text) >= (size_t)wide) {
		writer_line(w, "%s%s", line->p, text);
		buf_clear(line);
		buf_pad(line, to);
	} else {
		buf_fmt(line, "%-*s", wide, text);
	}
}

static void text_row(const struct bgp_table *t, const struct bgp_row *r, bool again)
{
	const struct columns *c = &columns[t->wide];
	char p[PREFIX_STRLEN], nh[PREFIX_STRLEN], metric[16] = "", pref[16] = "";
	const struct bgp_attrs *at = r->attrs;
	char *path = xcalloc(1, PATH_LEN);
	struct writer *w = t->a->rq->w;
	struct buf b = {0};

	buf_fmt(&b, "%c%c%c",
	    r->stale       ? 'S'
	    : r->reachable ? '*'
			   : ' ',
	    r->best        ? '>'
	    : r->multipath ? '='
			   : ' ',
	    r->source && r->source->ibgp ? 'i' : ' ');
	cell(w, &b, again ? "" : prefix_str(&r->prefix, p), c->network);
	cell(w, &b, ipaddr_str(&r->nexthop, nh), c->nexthop);
	if (at->has & BGP_HAS_MED)
		snprintf(metric, sizeof(metric), "%" PRIu32, at->med);
	if (at->has & BGP_HAS_LOCAL_PREF)
		snprintf(pref, sizeof(pref), "%" PRIu32, at->local_pref);
	bgp_as_path_str(at, path, PATH_LEN);
	writer_line(w, "%s%*s%7s%7d %s%s%c", b.p, c->metric, metric, pref,
	    r->source ? 0 : BGP_OWN_WEIGHT, path, *path ? " " : "", bgp_origin_code(at));
	free(b.p);
	free(path);
}

/* ---- rows, JSON ---- */

static void metrics_json(struct writer *w, const struct bgp_row *r)
{
	if (r->attrs->has & BGP_HAS_MED)
		writer_num(w, "metric", NULL, r->attrs->med);
	if (r->attrs->has & BGP_HAS_LOCAL_PREF)
		writer_num(w, "locPrf", NULL, r->attrs->local_pref);
	writer_num(w, "weight", NULL, r->source ? 0 : BGP_OWN_WEIGHT);
}

static void path_json(struct writer *w, const struct bgp_row *r)
{
	char *path = xcalloc(1, PATH_LEN);

	writer_str(w, "path", NULL, bgp_as_path_str(r->attrs, path, PATH_LEN));
	free(path);
}

static void nexthops_json(const struct bgp_ask *a, const struct bgp_row *r)
{
	struct writer *w = a->rq->w;
	bool v6 = r->nexthop.family == AF_INET6;
	char b[PREFIX_STRLEN];

	writer_array_begin(w, "nexthops");
	writer_object_begin(w, NULL, NULL);
	writer_str(w, "ip", NULL, ipaddr_str(&r->nexthop, b));
	if (bgp_row_host(a, r))
		writer_str(w, "hostname", NULL, bgp_row_host(a, r));
	writer_str(w, "afi", NULL, v6 ? "ipv6" : "ipv4");
	if (v6)
		writer_str(w, "scope", NULL, "global");
	writer_bool(w, "used", NULL, true);
	writer_object_end(w);
	writer_array_end(w);
}

static void prefix_json(struct writer *w, const struct bgp_row *r, const char *key)
{
	struct ipaddr a = {.family = r->prefix.family};
	char b[PREFIX_STRLEN];

	memcpy(a.addr, r->prefix.addr, sizeof(a.addr));
	writer_str(w, key, NULL, ipaddr_str(&a, b));
	writer_num(w, "prefixLen", NULL, r->prefix.plen);
	writer_str(w, "network", NULL, prefix_str(&r->prefix, b));
}

static void row_json(const struct bgp_ask *a, const struct bgp_row *r)
{
	struct writer *w = a->rq->w;
	char b[PREFIX_STRLEN];

	writer_object_begin(w, NULL, NULL);
	if (r->stale)
		writer_bool(w, "stale", NULL, true);
	if (r->reachable)
		writer_bool(w, "valid", NULL, true);
	if (r->best) {
		writer_bool(w, "bestpath", NULL, true);
		writer_str(w, "selectionReason", NULL, r->reason);
	} else if (r->multipath) {
		writer_bool(w, "multipath", NULL, true);
	}
	writer_str(w, "pathFrom", NULL, r->source && r->source->ibgp ? "internal" : "external");
	prefix_json(w, r, "prefix");
	writer_num(w, "version", NULL, BGP_TABLE_VERSION);
	metrics_json(w, r);
	writer_str(
	    w, "peerId", NULL, r->source ? ipaddr_str(&r->source->address, b) : "(unspec)");
	path_json(w, r);
	writer_str(w, "origin", NULL, bgp_origin_name(r->attrs));
	nexthops_json(a, r);
	writer_object_end(w);
}

static void flat_json(struct writer *w, const struct bgp_row *r)
{
	char b[PREFIX_STRLEN], code[2] = {bgp_origin_code(r->attrs), '\0'};

	prefix_json(w, r, "addrPrefix");
	writer_str(w, r->nexthop.family == AF_INET6 ? "nextHopGlobal" : "nextHop", NULL,
	    ipaddr_str(&r->nexthop, b));
	metrics_json(w, r);
	path_json(w, r);
	writer_str(w, "bgpOriginCode", NULL, code);
	writer_object_begin(w, "appliedStatusSymbols", NULL);
	writer_bool(w, "*", NULL, true);
	writer_bool(w, ">", NULL, true);
	writer_object_end(w);
}

/* ---- a table ---- */

void bgp_table_begin(const struct bgp_table *t)
{
	if (!t->flat)
		head_json(t->a);
	else if (!t->silent)
		head_flat(t->a);
	writer_object_begin(t->a->rq->w, t->key, NULL);
}

void bgp_table_prefix(struct bgp_table *t, const struct prefix *p)
{
	struct writer *w = t->a->rq->w;
	char b[PREFIX_STRLEN];

	if (!t->routes++ && !t->a->rq->json)
		head_text(t);
	if (t->flat)
		writer_object_begin(w, prefix_str(p, b), NULL);
	else
		writer_array_begin(w, prefix_str(p, b));
}

void bgp_table_row(const struct bgp_table *t, const struct bgp_row *r, bool again)
{
	if (!t->a->rq->json)
		text_row(t, r, again);
	else if (t->flat)
		flat_json(t->a->rq->w, r);
	else
		row_json(t->a, r);
}

void bgp_table_prefix_end(const struct bgp_table *t)
{
	if (t->flat)
		writer_object_end(t->a->rq->w);
	else
		writer_array_end(t->a->rq->w);
}

void bgp_table_end(const struct bgp_table *t)
{
	struct writer *w = t->a->rq->w;

	writer_object_end(w);
	if (t->flat) {
		writer_num(w, "totalPrefixCounter", NULL, (int64_t)t->routes);
		writer_num(w, "filteredPrefixCounter", NULL, 0);
	}
	if (t->routes)
		writer_line(w, "%s", "");
	if (t->routes && t->flat)
		writer_line(w, "Total number of prefixes %zu", t->routes);
	else if (t->routes)
		writer_line(w, "Displayed  %zu routes and %zu total paths", t->routes, t->all);
	else if (t->whole)
		writer_line(w, "No BGP prefixes displayed, %zu exist", t->all);
}
