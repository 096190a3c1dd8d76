/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_bgp_route.c - show bgp PREFIX|ADDRESS: every path of one prefix with all it says. */
#include "announcer/util.h"
#include "announcer/vty/show.h"
#include "announcer/vty/show_bgp_routes.h"
#include "announcer/vty/writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

enum { PATH_LEN = 4096, ID_LEN = 64 };

struct detail {
	const struct bgp_detail *what;
	struct writer *w;
	size_t n, best; /* paths; which is the best, from 1; 0 = none */
	struct buf to;  /* peers that are told */
};

/* ---- lists of an attribute ---- */

static const char *large_str(const struct bgp_large *l, char *buf)
{
	snprintf(
	    buf, ID_LEN, "%" PRIu32 ":%" PRIu32 ":%" PRIu32, l->global, l->local1, l->local2);
	return buf;
}

/* Route target and route origin by their names, others as a number (RFC 4360 3). */
static const char *ext_str(uint64_t e, char *buf)
{
	unsigned type = (unsigned)(e >> 56), sub = (unsigned)(e >> 48 & 255);
	const char *name = sub == 2 ? "RT" : sub == 3 ? "SoO" : NULL;
	uint32_t two = (uint32_t)(e >> 32 & 0xffff), four = (uint32_t)e;
	char id[PREFIX_STRLEN];

	if (!name || type > 2)
		snprintf(buf, ID_LEN, "0x%016" PRIx64, e);
	else if (type == 0)
		snprintf(buf, ID_LEN, "%s:%" PRIu32 ":%" PRIu32, name, two, four);
	else if (type == 1)
		snprintf(buf, ID_LEN, "%s:%s:%" PRIu32, name,
		    bgp_id_str((uint32_t)(e >> 16), id), (uint32_t)(e & 0xffff));
	else
		snprintf(buf, ID_LEN, "%s:%" PRIu32 ":%" PRIu32, name, (uint32_t)(e >> 16),
		    (uint32_t)(e & 0xffff));
	return buf;
}

enum list { LIST_COMMUNITIES, LIST_EXT, LIST_LARGE, LIST_CLUSTERS };

static size_t list_size(const struct bgp_attrs *at, enum list which)
{
	switch (which) {
	case LIST_COMMUNITIES:
		return at->n_communities;
	case LIST_EXT:
		return at->n_ext;
	case LIST_LARGE:
		return at->n_large;
	default:
		return at->n_clusters;
	}
}

static const char *list_item(const struct bgp_attrs *at, enum list which, size_t i, char *buf)
{
	switch (which) {
	case LIST_COMMUNITIES:
		return bgp_community_str(at->communities[i], buf);
	case LIST_EXT:
		return ext_str(at->ext[i], buf);
	case LIST_LARGE:
		return large_str(&at->large[i], buf);
	default:
		return bgp_id_str(at->clusters[i], buf);
	}
}

static const char *list_text(const struct bgp_attrs *at, enum list which, struct buf *to)
{
	char b[ID_LEN];

	buf_clear(to);
	buf_str(to, "");
	for (size_t i = 0; i < list_size(at, which); i++)
		buf_fmt(to, "%s%s", i ? " " : "", list_item(at, which, i, b));
	return to->p;
}

/* ---- text ---- */

static void text_lists(struct writer *w, const struct bgp_attrs *at)
{
	struct buf b = {0};
	char id[PREFIX_STRLEN];

	if (at->n_communities)
		writer_line(w, "      Community: %s", list_text(at, LIST_COMMUNITIES, &b));
	if (at->n_ext)
		writer_line(w, "      Extended Community: %s", list_text(at, LIST_EXT, &b));
	if (at->n_large)
		writer_line(w, "      Large Community: %s", list_text(at, LIST_LARGE, &b));
	if (at->has & BGP_HAS_ORIGINATOR)
		writer_line(w, "      Originator: %s%s%s", bgp_id_str(at->originator_id, id),
		    at->n_clusters ? ", Cluster list: " : "", list_text(at, LIST_CLUSTERS, &b));
	free(b.p);
}

static void text_path(struct writer *w, const struct bgp_row *r)
{
	char *path = xcalloc(1, PATH_LEN), id[PREFIX_STRLEN];
	const struct bgp_attrs *at = r->attrs;
	struct buf b = {0};

	bgp_as_path_str(at, path, PATH_LEN);
	buf_str(&b, *path ? path : "Local");
	if (at->has & BGP_HAS_AGGREGATOR)
		buf_fmt(&b, ", (aggregated by %" PRIu32 " %s)", at->aggregator_asn,
		    bgp_id_str(at->aggregator_id, id));
	if (r->stale)
		buf_str(&b, ", (stale)");
	writer_line(w, "  %s", b.p);
	free(b.p);
	free(path);
}

static void text_facts(struct writer *w, const struct bgp_row *r)
{
	const struct bgp_attrs *at = r->attrs;
	struct buf b = {0};

	buf_fmt(&b, "Origin %s", bgp_origin_name(at));
	if (at->has & BGP_HAS_MED)
		buf_fmt(&b, ", metric %" PRIu32, at->med);
	if (at->has & BGP_HAS_LOCAL_PREF)
		buf_fmt(&b, ", localpref %" PRIu32, at->local_pref);
	if (!r->source)
		buf_fmt(&b, ", weight %d", BGP_OWN_WEIGHT);
	buf_str(&b, r->reachable ? ", valid" : ", invalid");
	buf_str(&b, r->source      ? r->source->ibgp ? ", internal" : ", external"
		    : r->aggregate ? ", aggregated, local"
		    : r->foreign   ? ", sourced"
				   : ", sourced, local");
	if (at->has & BGP_HAS_ATOMIC)
		buf_str(&b, ", atomic-aggregate");
	if (r->multipath)
		buf_str(&b, ", multipath");
	if (r->best)
		buf_str(&b, ", best");
	if (r->best && *r->reason)
		buf_fmt(&b, " (%s)", r->reason);
	writer_line(w, "      %s", b.p);
	free(b.p);
}

static void put_text(const struct bgp_ask *a, const struct bgp_row *r)
{
	struct writer *w = a->rq->w;
	char nh[PREFIX_STRLEN], from[PREFIX_STRLEN], id[PREFIX_STRLEN], when[BGP_DATE_LEN];
	struct ipaddr none = {.family = r->prefix.family};

	text_path(w, r);
	writer_line(w, "    %s%s from %s (%s)", ipaddr_str(&r->nexthop, nh),
	    r->reachable ? "" : " (inaccessible)",
	    ipaddr_str(r->source ? &r->source->address : &none, from),
	    bgp_id_str(r->source ? r->source->id : a->view.router_id, id));
	text_facts(w, r);
	text_lists(w, r->attrs);
	if (r->since_s)
		writer_line(w, "      Last update: %s", bgp_date(r->since_s, when));
}

/* ---- JSON ---- */

static void json_list(
    struct writer *w, const char *key, const struct bgp_attrs *at, enum list which)
{
	struct buf b = {0};
	char item[ID_LEN];

	if (!list_size(at, which))
		return;
	writer_object_begin(w, key, NULL);
	if (which != LIST_CLUSTERS)
		writer_str(w, "string", NULL, list_text(at, which, &b));
	if (which != LIST_EXT) {
		writer_list_begin(w, "list", NULL);
		for (size_t i = 0; i < list_size(at, which); i++)
			writer_list_add(w, list_item(at, which, i, item));
		writer_list_end(w);
	}
	writer_object_end(w);
	free(b.p);
}

/* Segments as on the wire: type, count, AS numbers of four bytes. */
static void json_segments(struct writer *w, const struct bgp_attrs *at)
{
	static const char *const types[] = {
	    "as-set", "as-sequence", "as-confed-sequence", "as-confed-set"};
	struct rd r;
	uint8_t type, n;

	r = rd_of(at->as_path, at->as_path_len);
	writer_array_begin(w, "segments");
	while (rd_left(&r) >= 2) {
		type = rd_u8(&r);
		n = rd_u8(&r);
		writer_object_begin(w, NULL, NULL);
		writer_str(w, "type", NULL, type >= 1 && type <= 4 ? types[type - 1] : "");
		writer_array_begin(w, "list");
		for (; n && rd_left(&r) >= 4; n--)
			writer_num(w, NULL, NULL, rd_u32(&r));
		writer_array_end(w);
		writer_object_end(w);
	}
	writer_array_end(w);
}

static void json_aspath(struct writer *w, const struct bgp_attrs *at)
{
	char *path = xcalloc(1, PATH_LEN), id[PREFIX_STRLEN];

	bgp_as_path_str(at, path, PATH_LEN);
	writer_object_begin(w, "aspath", NULL);
	writer_str(w, "string", NULL, *path ? path : "Local");
	json_segments(w, at);
	writer_num(w, "length", NULL, bgp_as_path_length(at));
	writer_object_end(w);
	if (at->has & BGP_HAS_AGGREGATOR) {
		writer_num(w, "aggregatorAs", NULL, at->aggregator_asn);
		writer_str(w, "aggregatorId", NULL, bgp_id_str(at->aggregator_id, id));
	}
	free(path);
}

static void json_attributes(struct writer *w, const struct bgp_row *r)
{
	const struct bgp_attrs *at = r->attrs;
	char id[PREFIX_STRLEN];

	if (at->has & BGP_HAS_ATOMIC)
		writer_bool(w, "atomicAggregate", NULL, true);
	if (r->multipath)
		writer_bool(w, "multipath", NULL, true);
	if (r->best) {
		writer_object_begin(w, "bestpath", NULL);
		writer_bool(w, "overall", NULL, true);
		writer_str(w, "selectionReason", NULL, r->reason);
		writer_object_end(w);
	}
	json_list(w, "community", at, LIST_COMMUNITIES);
	json_list(w, "extendedCommunity", at, LIST_EXT);
	json_list(w, "largeCommunity", at, LIST_LARGE);
	if (at->has & BGP_HAS_ORIGINATOR) {
		writer_str(w, "originatorId", NULL, bgp_id_str(at->originator_id, id));
		json_list(w, "clusterList", at, LIST_CLUSTERS);
	}
}

static void json_from(const struct bgp_ask *a, const struct bgp_row *r)
{
	struct writer *w = a->rq->w;
	struct ipaddr none = {.family = r->prefix.family};
	char b[PREFIX_STRLEN];

	writer_array_begin(w, "nexthops");
	writer_object_begin(w, NULL, NULL);
	writer_str(w, "ip", NULL, ipaddr_str(&r->nexthop, b));
	if (bgp_row_host(a, r))
		writer_str(w, "hostname", NULL, bgp_row_host(a, r));
	writer_str(w, "afi", NULL, r->nexthop.family == AF_INET6 ? "ipv6" : "ipv4");
	if (r->nexthop.family == AF_INET6)
		writer_str(w, "scope", NULL, "global");
	writer_num(w, "metric", NULL, 0);
	writer_bool(w, "accessible", NULL, r->reachable);
	writer_bool(w, "used", NULL, true);
	writer_object_end(w);
	writer_array_end(w);
	writer_object_begin(w, "peer", NULL);
	writer_str(w, "peerId", NULL, ipaddr_str(r->source ? &r->source->address : &none, b));
	writer_str(
	    w, "routerId", NULL, bgp_id_str(r->source ? r->source->id : a->view.router_id, b));
	if (r->source && *r->source->host)
		writer_str(w, "hostname", NULL, r->source->host);
	if (r->source)
		writer_str(w, "type", NULL, r->source->ibgp ? "internal" : "external");
	writer_object_end(w);
}

static void put_json(const struct bgp_ask *a, const struct bgp_row *r)
{
	struct writer *w = a->rq->w;
	char when[BGP_DATE_LEN];

	writer_object_begin(w, NULL, NULL);
	json_aspath(w, r->attrs);
	if (r->stale)
		writer_bool(w, "stale", NULL, true);
	writer_str(w, "origin", NULL, bgp_origin_name(r->attrs));
	if (r->attrs->has & BGP_HAS_MED)
		writer_num(w, "metric", NULL, r->attrs->med);
	if (r->attrs->has & BGP_HAS_LOCAL_PREF)
		writer_num(w, "locPrf", NULL, r->attrs->local_pref);
	if (!r->source)
		writer_num(w, "weight", NULL, BGP_OWN_WEIGHT);
	writer_bool(w, "valid", NULL, r->reachable);
	writer_num(w, "version", NULL, BGP_TABLE_VERSION);
	if (!r->source) {
		writer_bool(w, r->aggregate ? "aggregated" : "sourced", NULL, true);
		if (!r->foreign)
			writer_bool(w, "local", NULL, true);
	}
	json_attributes(w, r);
	if (r->since_s) {
		writer_object_begin(w, "lastUpdate", NULL);
		writer_num(w, "epoch", NULL, r->since_s);
		writer_fmt(w, "string", NULL, "%s\n", bgp_date(r->since_s, when));
		writer_object_end(w);
	}
	json_from(a, r);
	writer_object_end(w);
}

/* ---- all of a prefix ---- */

static void on_count(const struct bgp_row *r, void *arg)
{
	struct detail *d = arg;

	d->n++;
	if (r->best)
		d->best = d->n;
}

static void on_path(const struct bgp_row *r, void *arg)
{
	const struct detail *d = arg;
	const struct bgp_detail *what = d->what;

	if (what->best_only && !r->best && !(what->multipath && r->multipath))
		return;
	if (what->a->rq->json)
		put_json(what->a, r);
	else
		put_text(what->a, r);
}

static void on_told(const struct bgp_out_path *p, void *arg)
{
	(void)p;
	*(bool *)arg = true;
}

static void on_peer(const struct bgp_peer_view *v, void *arg)
{
	struct detail *d = arg;
	char b[BGP_PEER_LEN];
	bool told = false;

	if (!v->out_peer)
		return;
	bgp_out_at(d->what->a->view.out, v->out_peer, &d->what->prefix, on_told, &told);
	if (!told)
		return;
	if (!d->to.len)
		writer_object_begin(d->w, "advertisedTo", NULL);
	writer_object_begin(d->w, bgp_peer_str(v, b), NULL);
	if (bgp_peer_host(v))
		writer_str(d->w, "hostname", NULL, bgp_peer_host(v));
	writer_object_end(d->w);
	buf_fmt(&d->to, " %s", b);
}

static void put_head(struct detail *d)
{
	char b[PREFIX_STRLEN], best[48] = "no best path";

	writer_str(d->w, "prefix", NULL, prefix_str(&d->what->prefix, b));
	writer_num(d->w, "version", NULL, BGP_TABLE_VERSION);
	if (d->best)
		snprintf(best, sizeof(best), "best #%zu, table default", d->best);
	writer_line(d->w, "BGP routing table entry for %s, version %d", b, BGP_TABLE_VERSION);
	writer_line(d->w, "Paths: (%zu available, %s)", d->n, best);
	bgp_each_peer(d->what->a->bgp, on_peer, d);
	if (d->to.len)
		writer_object_end(d->w);
	writer_line(d->w, "  %s",
	    d->to.len ? "Advertised to non peer-group peers:" : "Not advertised to any peer");
	if (d->to.len)
		writer_line(d->w, " %s", d->to.p);
	free(d->to.p);
}

static void rows(const struct bgp_detail *what, bgp_row_fn *fn, struct detail *d)
{
	if (what->to)
		bgp_sent_at(what->a, &what->prefix, what->to, fn, d);
	else
		bgp_rows_at(what->a, &what->prefix, NULL, fn, d);
}

size_t bgp_detail_put(const struct bgp_detail *what)
{
	struct detail d = {.what = what, .w = what->a->rq->w};

	rows(what, on_count, &d);
	if (!d.n)
		return 0;
	if (what->element)
		writer_object_begin(d.w, NULL, NULL);
	put_head(&d);
	if (what->element)
		writer_object_end(d.w);
	else
		writer_array_begin(d.w, "paths");
	rows(what, on_path, &d);
	if (!what->element)
		writer_array_end(d.w);
	return d.n;
}

/* ---- the command ---- */

/* There is such a prefix in the table. */
static bool is_there(const struct bgp_ask *a, const struct prefix *p)
{
	struct detail d = {0};

	bgp_rows_at(a, p, NULL, on_count, &d);
	return d.n;
}

/* A prefix stands for itself, an address for the longest prefix that holds it. */
static bool find(const struct bgp_ask *a, const char *word, struct prefix *found)
{
	struct ipaddr address;
	int plen;

	if (strchr(word, '/'))
		return prefix_parse(word, found) == 0 && is_there(a, found);
	if (ipaddr_parse(word, &address))
		return false;
	for (plen = address.family == AF_INET6 ? 128 : 32; plen >= 0; plen--) {
		*found = prefix_of(&address, (uint8_t)plen);
		if (is_there(a, found))
			return true;
	}
	return false;
}

/* JSON of what is not there is an empty object, and no failure. */
static enum vty_rc not_there(struct vty_request *rq)
{
	writer_line(rq->w, "%% Network not in table");
	return rq->json ? VTY_OK : VTY_WARNING;
}

enum vty_rc show_bgp_route(struct vty_request *rq)
{
	const char *word = vty_arg(rq, "PREFIX");
	bool six = strchr(word, ':');
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq, BGP_OF_ROUTES);
	struct bgp_detail d = {.a = &a, .multipath = vty_said(rq, "multipath")};

	if (rc != VTY_OK)
		return rc;
	if (a.all_vrfs)
		return bgp_warn(rq,
		    "Specified 'all' vrf's but this command currently only works per view/vrf");
	if (a.families && six != (a.families == BGP_IPV6))
		return bgp_warn(rq, "%% Cannot specify IPv%d address or prefix with IPv%d AFI",
		    six ? 6 : 4, six ? 4 : 6);
	if (vty_said(rq, "labeled-unicast"))
		a.other = false; /* FRR: the same table */
	if (a.other || !find(&a, word, &d.prefix))
		return not_there(rq);
	d.best_only = d.multipath || vty_said(rq, "bestpath");
	bgp_detail_put(&d);
	return VTY_OK;
}
