/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_bgp_summary.c - show bgp summary: a line for each neighbour of each family. */
#include "announcer/conf.h"
#include "announcer/util.h"
#include "announcer/vty/show.h"
#include "announcer/vty/show_bgp.h"
#include "announcer/vty/writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

enum { NEIGHBOR_WIDE = 15 }; /* of the first column, at least */

struct summary {
	struct bgp_ask *a;
	int i; /* the family */
	int wide;
	size_t peers, failed, dynamic, limit, routes;
	struct prefix last;
};

static void on_count(const struct bgp_peer_view *v, void *arg)
{
	struct summary *s = arg;
	char b[PREFIX_STRLEN];
	int n = (int)strlen(ipaddr_str(&v->session.remote, b)) + v->session.dynamic;

	if (!(v->nb->families & bgp_family_bit(s->i)))
		return;
	s->wide = n > s->wide ? n : s->wide;
	s->peers++;
	s->failed += !v->facts;
	s->dynamic += v->session.dynamic;
	if (v->session.dynamic && v->nb->limit > s->limit)
		s->limit = v->nb->limit;
}

static void on_route(const struct bgp_row *r, void *arg)
{
	struct summary *s = arg;

	s->routes += !s->last.family || prefix_cmp(&s->last, &r->prefix) != 0;
	s->last = r->prefix;
}

static struct summary count(struct bgp_ask *a, int i)
{
	struct summary s = {.a = a, .i = i, .wide = NEIGHBOR_WIDE};

	bgp_each_peer(a->bgp, on_count, &s);
	if (s.peers)
		bgp_rows(
		    a, &(struct bgp_which){.within.family = bgp_family_af(i)}, on_route, &s);
	return s;
}

/* ---- text ---- */

static void on_line(const struct bgp_peer_view *v, void *arg)
{
	const struct summary *s = arg;
	const struct bgp_session_status *st = &v->session;
	char b[PREFIX_STRLEN], up[BGP_UPTIME_LEN], pfx[24], snt[24];
	const char *label = bgp_peer_label(v);

	if (!(v->nb->families & bgp_family_bit(s->i)))
		return;
	snprintf(pfx, sizeof(pfx), "%zu", v->in.accepted[s->i]);
	snprintf(snt, sizeof(snt), "%zu", v->facts ? v->out.sent[s->i] : 0);
	if (!v->facts)
		snprintf(pfx, sizeof(pfx), "%s", bgp_peer_state(v));
	else if (!(v->facts->families & bgp_family_bit(s->i)))
		snprintf(pfx, sizeof(pfx), "NoNeg");
	else if (bgp_peer_no_import(v))
		snprintf(pfx, sizeof(pfx), "(Policy)");
	if (v->facts && v->facts->families & bgp_family_bit(s->i) && bgp_peer_no_export(v))
		snprintf(snt, sizeof(snt), "(Policy)");
	writer_line(s->a->rq->w,
	    "%s%-*s 4 %10" PRIu32 " %9" PRIu64 " %9" PRIu64 " %8d %4d %4zu %8s %12s %8s %s",
	    st->dynamic ? "*" : "", s->wide - st->dynamic, ipaddr_str(&st->remote, b),
	    bgp_peer_asn(v), bgp_messages(st->in), bgp_messages(st->out), BGP_TABLE_VERSION, 0,
	    v->out.pending, bgp_uptime(s->a, bgp_peer_changed_s(v), up), pfx, snt,
	    label ? label : "N/A");
}

static void put_text(const struct summary *s)
{
	const struct bgp_ask *a = s->a;
	struct writer *w = a->rq->w;
	char b[PREFIX_STRLEN];

	if (!a->unicast) {
		writer_line(w, "%s", "");
		writer_line(w, "%s Summary (VRF default):", bgp_family_name(s->i));
	}
	writer_line(w, "BGP router identifier %s, local AS number %" PRIu32 " vrf-id 0",
	    bgp_id_str(a->view.router_id, b), a->view.asn);
	writer_line(w, "BGP table version %d", BGP_TABLE_VERSION);
	writer_line(w, "RIB entries %zu, using 0 bytes of memory", s->routes);
	writer_line(w, "Peers %zu, using 0 KiB of memory", s->peers);
	writer_line(w, "%s", "");
	writer_line(w,
	    "%-*s V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd"
	    "   PfxSnt Desc",
	    s->wide, "Neighbor");
	bgp_each_peer(a->bgp, on_line, (void *)(uintptr_t)s);
	writer_line(w, "%s", "");
	writer_line(w, "Total number of neighbors %zu", s->peers);
	if (!s->dynamic)
		return;
	writer_line(w, "* - dynamic neighbor");
	writer_line(w, "%zu dynamic neighbor(s), limit %zu", s->dynamic, s->limit);
}

/* ---- JSON ---- */

static const char *peer_state(const struct bgp_peer_view *v)
{
	if (v->in.over_limit)
		return "Prefix Count";
	if (v->in.stale)
		return "NSF passive";
	return v->nb->passive ? "Passive" : "OK";
}

static void on_object(const struct bgp_peer_view *v, void *arg)
{
	const struct summary *s = arg;
	const struct bgp_session_status *st = &v->session;
	struct writer *w = s->a->rq->w;
	int64_t changed = bgp_peer_changed_s(v);
	char b[PREFIX_STRLEN], up[BGP_UPTIME_LEN];

	if (!(v->nb->families & bgp_family_bit(s->i)))
		return;
	writer_object_begin(w, ipaddr_str(&st->remote, b), NULL);
	if (st->dynamic)
		writer_bool(w, "dynamicPeer", NULL, true);
	writer_num(w, "remoteAs", NULL, bgp_peer_asn(v));
	writer_num(w, "localAs", NULL, v->nb->my_asn);
	writer_num(w, "version", NULL, 4);
	writer_num(w, "msgRcvd", NULL, (int64_t)bgp_messages(st->in));
	writer_num(w, "msgSent", NULL, (int64_t)bgp_messages(st->out));
	writer_num(w, "tableVersion", NULL, BGP_TABLE_VERSION);
	writer_num(w, "outq", NULL, (int64_t)v->out.pending);
	writer_num(w, "inq", NULL, 0);
	writer_str(w, "peerUptime", NULL, bgp_uptime(s->a, changed, up));
	writer_num(w, "peerUptimeMsec", NULL, bgp_since_ms(s->a, changed));
	if (changed)
		writer_num(w, "peerUptimeEstablishedEpoch", NULL, changed);
	writer_num(w, "pfxRcd", NULL, (int64_t)v->in.accepted[s->i]);
	writer_num(w, "pfxSnt", NULL, v->facts ? (int64_t)v->out.sent[s->i] : 0);
	writer_str(w, "state", NULL, bgp_peer_state(v));
	writer_str(w, "peerState", NULL, peer_state(v));
	writer_num(w, "connectionsEstablished", NULL, (int64_t)st->established);
	writer_num(w, "connectionsDropped", NULL, (int64_t)st->dropped);
	if (bgp_peer_label(v))
		writer_str(w, "desc", NULL, bgp_peer_label(v));
	writer_str(w, "idType", NULL, st->remote.family == AF_INET6 ? "ipv6" : "ipv4");
	writer_object_end(w);
}

static void put_json(const struct summary *s)
{
	const struct bgp_ask *a = s->a;
	struct writer *w = a->rq->w;
	const struct conf *c = a->rq->ctx->conf;
	char b[PREFIX_STRLEN];

	if (!a->unicast)
		writer_object_begin(w, bgp_family_key(s->i), NULL);
	writer_str(w, "routerId", NULL, bgp_id_str(a->view.router_id, b));
	writer_num(w, "as", NULL, a->view.asn);
	writer_num(w, "vrfId", NULL, 0);
	writer_str(w, "vrfName", NULL, "default");
	writer_num(w, "tableVersion", NULL, BGP_TABLE_VERSION);
	writer_num(w, "ribCount", NULL, (int64_t)s->routes);
	writer_num(w, "ribMemory", NULL, 0);
	writer_num(w, "peerCount", NULL, (int64_t)s->peers);
	writer_num(w, "peerMemory", NULL, 0);
	writer_object_begin(w, "peers", NULL);
	bgp_each_peer(a->bgp, on_object, (void *)(uintptr_t)s);
	writer_object_end(w);
	writer_num(w, "failedPeers", NULL, (int64_t)s->failed);
	writer_num(w, "displayedPeers", NULL, (int64_t)s->peers);
	writer_num(w, "totalPeers", NULL, (int64_t)s->peers);
	writer_num(w, "dynamicPeers", NULL, (int64_t)s->dynamic);
	writer_object_begin(w, "bestPath", NULL);
	writer_str(w, "multiPathRelax", NULL, c && c->bgp.multipath_relax ? "true" : "false");
	writer_object_end(w);
	if (!a->unicast)
		writer_object_end(w);
}

enum vty_rc show_bgp_summary(struct vty_request *rq)
{
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq);
	bool any = false;

	if (rc != VTY_OK)
		return rc;
	a.unicast = a.unicast && (vty_said(rq, "ipv4") || vty_said(rq, "ipv6"));
	bgp_vrf_begin(&a);
	for (int i = 0; i < 2; i++) {
		struct summary s;

		if (a.families && !(a.families & bgp_family_bit(i)))
			continue;
		s = count(&a, i);
		if (!s.peers)
			continue;
		any = true;
		if (rq->json)
			put_json(&s);
		else
			put_text(&s);
	}
	bgp_vrf_end(&a);
	if (!any)
		writer_line(rq->w, "%% No BGP neighbors found in VRF default");
	return VTY_OK;
}
