/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * show_bgp_table.c - tables of routes as `show ip bgp` of FRR writes them: the whole, what a
 * neighbour announces, what it is told.
 */
#include "announcer/util.h"
#include "announcer/vty/show.h"
#include "announcer/vty/show_bgp.h"
#include "announcer/vty/writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

enum { NETWORK_WIDE = 17, NEXTHOP_WIDE = 16, PATH_LEN = 4096 };

/* ---- head ---- */

void bgp_table_head(const struct bgp_ask *a)
{
	static const char *const lines[] = {
	    "Status codes:  s suppressed, d damped, h history, * valid, > best, = multipath,",
	    "               i internal, r RIB-failure, S Stale, R Removed",
	    "Nexthop codes: @NNN nexthop's vrf id, < announce-nh-self",
	    "Origin codes:  i - IGP, e - EGP, ? - incomplete",
	    "RPKI validation codes: V valid, I invalid, N Not found", "",
	    "   Network          Next Hop            Metric LocPrf Weight Path"};
	struct writer *w = a->rq->w;
	char b[PREFIX_STRLEN];

	writer_line(w, "BGP table version is %d, local router ID is %s, vrf id 0",
	    BGP_TABLE_VERSION, bgp_id_str(a->view.router_id, b));
	writer_line(w, "Default local pref %d, local AS %" PRIu32, BGP_LOCAL_PREF, a->view.asn);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		writer_line(w, "%s", lines[i]);
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

/* ---- rows, text ---- */

static void text_row(struct bgp_table *t, const struct bgp_row *r, bool again)
{
	char p[PREFIX_STRLEN], nh[PREFIX_STRLEN], metric[16] = "", pref[16] = "";
	const struct bgp_attrs *at = r->attrs;
	char *path = xcalloc(1, PATH_LEN);
	struct buf b = {0};

	prefix_str(&r->prefix, p);
	buf_fmt(&b, "%c%c%c",
	    r->stale       ? 'S'
	    : r->reachable ? '*'
			   : ' ',
	    r->best        ? '>'
	    : r->multipath ? '='
			   : ' ',
	    r->source && r->source->ibgp ? 'i' : ' ');
	if (again)
		p[0] = '\0';
	if (strlen(p) >= NETWORK_WIDE) {
		writer_line(t->a->rq->w, "%s%s", b.p, p);
		buf_clear(&b);
		buf_pad(&b, NETWORK_WIDE + 3);
	} else {
		buf_fmt(&b, "%-*s", NETWORK_WIDE, p);
	}
	ipaddr_str(&r->nexthop, nh);
	if (strlen(nh) >= NEXTHOP_WIDE) {
		writer_line(t->a->rq->w, "%s%s", b.p, nh);
		buf_clear(&b);
		buf_pad(&b, NETWORK_WIDE + 3 + NEXTHOP_WIDE);
	} else {
		buf_fmt(&b, "%-*s", NEXTHOP_WIDE, nh);
	}
	if (at->has & BGP_HAS_MED)
		snprintf(metric, sizeof(metric), "%" PRIu32, at->med);
	if (at->has & BGP_HAS_LOCAL_PREF)
		snprintf(pref, sizeof(pref), "%" PRIu32, at->local_pref);
	bgp_as_path_str(at, path, PATH_LEN);
	writer_line(t->a->rq->w, "%s%10s%7s%7d %s%s%c", b.p, metric, pref,
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

static void nexthops_json(struct writer *w, const struct bgp_row *r)
{
	bool v6 = r->nexthop.family == AF_INET6;
	char b[PREFIX_STRLEN];

	writer_array_begin(w, "nexthops");
	writer_object_begin(w, NULL, NULL);
	writer_str(w, "ip", NULL, ipaddr_str(&r->nexthop, b));
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

static void row_json(struct writer *w, const struct bgp_row *r)
{
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
	nexthops_json(w, r);
	writer_object_end(w);
}

static void flat_json(struct writer *w, const struct bgp_row *r)
{
	char b[PREFIX_STRLEN], code[2] = {bgp_origin_code(r->attrs), '\0'};

	writer_object_begin(w, prefix_str(&r->prefix, b), NULL);
	prefix_json(w, r, "addrPrefix");
	writer_str(w, "nextHop", NULL, ipaddr_str(&r->nexthop, b));
	metrics_json(w, r);
	path_json(w, r);
	writer_str(w, "bgpOriginCode", NULL, code);
	writer_object_begin(w, "appliedStatusSymbols", NULL);
	writer_bool(w, "*", NULL, true);
	writer_bool(w, ">", NULL, true);
	writer_object_end(w);
	writer_object_end(w);
}

void bgp_table_row(struct bgp_table *t, const struct bgp_row *r)
{
	struct writer *w = t->a->rq->w;
	bool again = t->last.family && prefix_cmp(&t->last, &r->prefix) == 0;
	char b[PREFIX_STRLEN];

	t->paths++;
	t->routes += !again;
	if (!t->a->rq->json) {
		if (t->paths == 1)
			bgp_table_head(t->a);
		text_row(t, r, again);
	} else if (t->flat) {
		flat_json(w, r);
	} else {
		if (!again && t->last.family)
			writer_array_end(w);
		if (!again)
			writer_array_begin(w, prefix_str(&r->prefix, b));
		row_json(w, r);
	}
	t->last = r->prefix;
}

/* ---- commands ---- */

static void on_row(const struct bgp_row *r, void *arg)
{
	bgp_table_row(arg, r);
}

static void on_any(const struct bgp_row *r, void *arg)
{
	(void)r;
	++*(size_t *)arg;
}

/* The table of everybody, or of one neighbour; within a prefix, which may be a family only. */
static enum vty_rc put_table(
    const struct bgp_ask *a, const struct prefix *within, const struct bgp_in_peer *peer)
{
	struct writer *w = a->rq->w;
	const struct bgp_which which = {*within, peer};
	struct bgp_table t = {.a = a};
	size_t all = 0;

	bgp_vrf_begin(a);
	head_json(a);
	writer_object_begin(w, "routes", NULL);
	bgp_rows(a, &which, on_row, &t);
	if (t.routes && a->rq->json)
		writer_array_end(w);
	writer_object_end(w);
	bgp_vrf_end(a);
	if (!a->rq->json)
		bgp_rows(a, &(struct bgp_which){.within.family = within->family}, on_any, &all);
	if (!t.routes) {
		writer_line(w, "No BGP prefixes displayed, %zu exist", all);
		return VTY_OK;
	}
	writer_line(w, "%s", "");
	writer_line(w, "Displayed  %zu routes and %zu total paths", t.routes, all);
	return VTY_OK;
}

enum vty_rc show_bgp_table(struct vty_request *rq)
{
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq);
	struct prefix within;

	if (rc != VTY_OK)
		return rc;
	if (!rq->n_args) /* FRR: without a word it is IPv6 */
		within = (struct prefix){.family = bgp_family_af(a.families != BGP_IPV4)};
	else if (prefix_parse(rq->args[0], &within))
		return vty_fail(rq, "Not a prefix: %s", rq->args[0]);
	return put_table(&a, &within, NULL);
}

/* The family of a table of one neighbour; -1: FRR's answer is written. Where none is named, FRR
 * means IPv6; a session without it has IPv4 only. */
static int family_of(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	unsigned has = v->nb->families;
	unsigned f = a->families ? a->families : has & BGP_IPV6 ? BGP_IPV6 : BGP_IPV4;

	if (!(has & f)) {
		writer_str(a->rq->w, "warning", NULL, "No such neighbor or address family");
		writer_line(a->rq->w, "%% No such neighbor or address family");
		return -1;
	}
	return f == BGP_IPV6;
}

enum vty_rc show_bgp_routes_of(struct vty_request *rq)
{
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq);
	struct bgp_peer_view v;
	struct prefix all = {0};
	int i;

	if (rc != VTY_OK || !bgp_peer_asked(&a, &v) || (i = family_of(&a, &v)) < 0)
		return rc;
	all.family = bgp_family_af(i);
	return v.in_peer ? put_table(&a, &all, v.in_peer) : VTY_OK;
}

/* What the import list refuses is not kept: as in FRR without soft reconfiguration. */
enum vty_rc show_bgp_received(struct vty_request *rq)
{
	static const char none[] = "Inbound soft reconfiguration not enabled";
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq);
	struct bgp_peer_view v;

	if (rc != VTY_OK || !bgp_peer_asked(&a, &v) || family_of(&a, &v) < 0)
		return rc;
	writer_str(rq->w, "warning", NULL, none);
	writer_line(rq->w, "%% %s", none);
	return VTY_OK;
}

static void on_sent(const struct bgp_out_path *p, void *arg)
{
	struct bgp_row row = {.prefix = p->prefix,
	    .attrs = p->attrs,
	    .nexthop = p->attrs->nexthop,
	    .best = true,
	    .reachable = true};
	/* The weight tells FRR's users which are ours. */
	static const struct bgp_in_source somebody = {.ibgp = false};

	if (!row.nexthop.family)
		row.nexthop.family = p->prefix.family;
	row.source = p->source == RIB_BGP ? &somebody : NULL;
	bgp_table_row(arg, &row);
}

enum vty_rc show_bgp_advertised(struct vty_request *rq)
{
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq);
	struct bgp_table t = {.a = &a, .flat = true};
	struct writer *w = rq->w;
	struct bgp_peer_view v;
	struct prefix all = {0};
	char b[PREFIX_STRLEN];
	int i;

	if (rc != VTY_OK || !bgp_peer_asked(&a, &v) || (i = family_of(&a, &v)) < 0)
		return rc;
	writer_num(w, "bgpTableVersion", NULL, BGP_TABLE_VERSION);
	writer_str(w, "bgpLocalRouterId", NULL, bgp_id_str(a.view.router_id, b));
	writer_num(w, "defaultLocPrf", NULL, BGP_LOCAL_PREF);
	writer_num(w, "localAS", NULL, v.nb->my_asn);
	codes_json(w);
	writer_object_begin(w, "advertisedRoutes", NULL);
	all.family = bgp_family_af(i);
	if (v.out_peer)
		bgp_out_each(a.view.out, v.out_peer, &all, on_sent, &t);
	writer_object_end(w);
	writer_num(w, "totalPrefixCounter", NULL, (int64_t)t.routes);
	writer_num(w, "filteredPrefixCounter", NULL, 0);
	if (t.routes) {
		writer_line(w, "%s", "");
		writer_line(w, "Total number of prefixes %zu", t.routes);
	}
	return VTY_OK;
}
