/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_bgp_summary.c - show bgp summary: a line for each neighbour of each family, by steps. */
#include "announcer/conf.h"
#include "announcer/util.h"
#include "announcer/vty/show.h"
#include "announcer/vty/show_bgp_routes.h"
#include "announcer/vty/writer.h"
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

enum { NEIGHBOR_WIDE = 15, DESC_LEN = 20 }; /* of the first column, at least; of the last */

/* Which neighbours the words ask for. */
struct wanted {
	bool established, failed, internal, external;
	uint32_t asn;              /* 0 = any */
	struct bgp_peer_name name; /* address family 0 = any */
	bool some;                 /* not all of them */
};

struct summary {
	struct bgp_ask a;
	struct wanted want;
	bool wide_text, terse;
	unsigned families; /* still to come, this one included */
	int i;             /* this one */
	bool begun, any;   /* it is; some family had neighbours */
	struct bgp_peer_name at;
	int wide;
	/* Of this family: all that there are, those that failed, those shown. */
	size_t peers, failed, dynamic, limit, shown, shown_failed;
};

static bool carries(const struct summary *s, const struct bgp_peer_view *v)
{
	return v->nb->families & bgp_family_bit(s->i);
}

/* But for `established`: FRR counts those that failed among them, too. */
static bool is_counted(const struct summary *s, const struct bgp_peer_view *v)
{
	const struct wanted *want = &s->want;

	if (!carries(s, v) || (want->failed && v->facts))
		return false;
	if ((want->asn && want->asn != bgp_peer_asn(v)) ||
	    (want->internal && !bgp_peer_is_internal(v)) ||
	    (want->external && bgp_peer_is_internal(v)))
		return false;
	if (!want->name.address.family)
		return true;
	return ipaddr_cmp(&want->name.address, &v->session.remote) == 0 &&
	       (!*want->name.interface ||
		   (v->nb->interface && strcmp(v->nb->interface, want->name.interface) == 0));
}

static bool is_wanted(const struct summary *s, const struct bgp_peer_view *v)
{
	return is_counted(s, v) && (v->facts || !s->want.established);
}

static void on_count(const struct bgp_peer_view *v, void *arg)
{
	struct summary *s = arg;
	char b[BGP_PEER_LEN];
	int n = (int)strlen(bgp_peer_str(v, b)) + v->session.dynamic;

	if (!carries(s, v))
		return;
	s->peers++;
	s->failed += !v->facts;
	s->dynamic += v->session.dynamic;
	if (v->session.dynamic && v->nb->limit > s->limit)
		s->limit = v->nb->limit;
	s->shown_failed += is_counted(s, v) && !v->facts;
	if (!is_wanted(s, v))
		return;
	s->shown++;
	s->wide = n > s->wide ? n : s->wide;
}

/* ---- text ---- */

static void head_text(const struct summary *s)
{
	struct writer *w = s->a.rq->w;
	char b[PREFIX_STRLEN];

	if (!s->a.unicast) {
		writer_line(w, "%s", "");
		writer_line(w, "%s Summary (VRF default):", bgp_family_name(s->i));
	}
	if (s->want.failed && !s->failed) {
		writer_line(w, "%% No failed BGP neighbors found");
		return;
	}
	writer_line(w, "BGP router identifier %s, local AS number %" PRIu32 " vrf-id 0",
	    bgp_id_str(s->a.view.router_id, b), s->a.view.asn);
	if (!s->terse) {
		writer_line(w, "BGP table version %d", BGP_TABLE_VERSION);
		writer_line(
		    w, "RIB entries %zu, using 0 bytes of memory", bgp_prefixes(&s->a, s->i));
		writer_line(w, "Peers %zu, using 0 KiB of memory", s->peers);
	}
	writer_line(w, "%s", "");
	if (!s->shown)
		writer_line(w, "%% No matching neighbor");
	else if (s->want.failed)
		writer_line(w, "%-*s EstdCnt DropCnt ResetTime Reason", s->wide, "Neighbor");
	else
		writer_line(w,
		    "%-*s V         AS %s  MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down "
		    "State/PfxRcd   PfxSnt Desc",
		    s->wide, "Neighbor", s->wide_text ? "   LocalAS " : "");
}

static void foot_text(const struct summary *s)
{
	struct writer *w = s->a.rq->w;

	if (!s->shown)
		return;
	writer_line(w, "%s", "");
	if (s->want.some)
		writer_line(w, "Displayed neighbors %zu", s->shown);
	writer_line(w, "Total number of neighbors %zu", s->peers);
	if (!s->dynamic)
		return;
	writer_line(w, "* - dynamic neighbor");
	writer_line(w, "%zu dynamic neighbor(s), limit %zu", s->dynamic, s->limit);
}

/* "*10.0.2.2       " */
static void put_name(const struct summary *s, const struct bgp_peer_view *v, struct buf *to)
{
	char b[BGP_PEER_LEN];

	buf_fmt(to, "%s%-*s", v->session.dynamic ? "*" : "", s->wide - v->session.dynamic,
	    bgp_peer_str(v, b));
}

static const char *state(const struct bgp_peer_view *v)
{
	if (v->session.state == BGP_IDLE && v->in.over_limit)
		return "Idle (PfxCt)";
	return bgp_peer_state(v);
}

/* How many prefixes it announced, or why none count. */
static const char *received(const struct summary *s, const struct bgp_peer_view *v, char *b)
{
	snprintf(b, 24, "%zu", v->in.accepted[s->i]);
	if (!v->facts)
		return state(v);
	if (!(v->facts->families & bgp_family_bit(s->i)))
		return "NoNeg";
	return bgp_peer_no_import(v) ? "(Policy)" : b;
}

static const char *sent(const struct summary *s, const struct bgp_peer_view *v, char *b)
{
	snprintf(b, 24, "%zu", v->facts ? v->out.sent[s->i] : 0);
	if (v->facts && v->facts->families & bgp_family_bit(s->i) && bgp_peer_no_export(v))
		return "(Policy)";
	return b;
}

static void put_line(const struct summary *s, const struct bgp_peer_view *v)
{
	const struct bgp_session_status *st = &v->session;
	char up[BGP_UPTIME_LEN], pfx[24], snt[24], local[16] = "";
	const char *label = bgp_peer_label(v) ? bgp_peer_label(v) : "N/A";
	struct buf name = {0};

	put_name(s, v, &name);
	if (s->wide_text)
		snprintf(local, sizeof(local), "%10" PRIu32 " ", v->nb->my_asn);
	writer_line(s->a.rq->w,
	    "%s 4 %10" PRIu32 " %s%9" PRIu64 " %9" PRIu64 " %8d %4d %4zu %8s %12s %8s %.*s",
	    name.p, bgp_peer_asn(v), local, bgp_messages(st->in), bgp_messages(st->out),
	    BGP_TABLE_VERSION, 0, v->out.pending, bgp_uptime(&s->a, bgp_peer_changed_s(v), up),
	    received(s, v, pfx), sent(s, v, snt), s->wide_text ? (int)strlen(label) : DESC_LEN,
	    label);
	free(name.p);
}

static void put_failed(const struct summary *s, const struct bgp_peer_view *v)
{
	char up[BGP_UPTIME_LEN], why[BGP_RESET_LEN];
	struct buf name = {0};
	const char *notified;

	put_name(s, v, &name);
	writer_line(s->a.rq->w, "%s %7" PRIu64 " %7" PRIu64 " %9s %s", name.p,
	    v->session.established, v->session.dropped,
	    bgp_uptime(&s->a, bgp_peer_changed_s(v), up), bgp_reset_text(v, why, &notified));
	free(name.p);
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

static void head_json(const struct summary *s)
{
	const struct bgp_ask *a = &s->a;
	struct writer *w = a->rq->w;
	char b[PREFIX_STRLEN];

	if (!a->unicast)
		writer_object_begin(w, bgp_family_key(s->i), NULL);
	if (s->want.failed && !s->failed) {
		writer_num(w, "failedPeersCount", NULL, 0);
		writer_num(w, "dynamicPeers", NULL, (int64_t)s->dynamic);
		writer_num(w, "totalPeers", NULL, (int64_t)s->peers);
		return;
	}
	writer_str(w, "routerId", NULL, bgp_id_str(a->view.router_id, b));
	writer_num(w, "as", NULL, a->view.asn);
	writer_num(w, "vrfId", NULL, 0);
	writer_str(w, "vrfName", NULL, "default");
	writer_num(w, "tableVersion", NULL, BGP_TABLE_VERSION);
	writer_num(w, "ribCount", NULL, (int64_t)bgp_prefixes(&s->a, s->i));
	writer_num(w, "ribMemory", NULL, 0);
	writer_num(w, "peerCount", NULL, (int64_t)s->peers);
	writer_num(w, "peerMemory", NULL, 0);
	writer_object_begin(w, "peers", NULL);
}

/* Of `failed` FRR counts all as displayed, and tells nothing of the best path. */
static void foot_json(const struct summary *s)
{
	struct writer *w = s->a.rq->w;
	const struct conf *c = s->a.rq->ctx->conf;

	if (!s->want.failed || s->failed) {
		writer_object_end(w);
		writer_num(w, "failedPeers", NULL, (int64_t)s->shown_failed);
		writer_num(
		    w, "displayedPeers", NULL, (int64_t)(s->want.failed ? s->peers : s->shown));
		writer_num(w, "totalPeers", NULL, (int64_t)s->peers);
		writer_num(w, "dynamicPeers", NULL, (int64_t)s->dynamic);
	}
	if (!s->want.failed) {
		writer_object_begin(w, "bestPath", NULL);
		writer_str(
		    w, "multiPathRelax", NULL, c && c->bgp.multipath_relax ? "true" : "false");
		writer_object_end(w);
	}
	if (!s->a.unicast)
		writer_object_end(w);
}

static const char *id_type(const struct bgp_peer_view *v)
{
	return v->session.remote.family == AF_INET6 ? "ipv6" : "ipv4";
}

static void put_object(const struct summary *s, const struct bgp_peer_view *v)
{
	const struct bgp_session_status *st = &v->session;
	struct writer *w = s->a.rq->w;
	int64_t changed = bgp_peer_changed_s(v);
	char b[BGP_PEER_LEN], up[BGP_UPTIME_LEN];

	writer_object_begin(w, bgp_peer_str(v, b), NULL);
	if (bgp_peer_host(v))
		writer_str(w, "hostname", NULL, bgp_peer_host(v));
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
	writer_str(w, "peerUptime", NULL, bgp_uptime(&s->a, changed, up));
	writer_num(w, "peerUptimeMsec", NULL, bgp_since_ms(&s->a, changed));
	if (changed)
		writer_num(w, "peerUptimeEstablishedEpoch", NULL, changed);
	writer_num(w, "pfxRcd", NULL, (int64_t)v->in.accepted[s->i]);
	writer_num(w, "pfxSnt", NULL, v->facts ? (int64_t)v->out.sent[s->i] : 0);
	writer_str(w, "state", NULL, state(v));
	writer_str(w, "peerState", NULL, peer_state(v));
	writer_num(w, "connectionsEstablished", NULL, (int64_t)st->established);
	writer_num(w, "connectionsDropped", NULL, (int64_t)st->dropped);
	if (bgp_peer_label(v))
		writer_str(w, "desc", NULL, bgp_peer_label(v));
	writer_str(w, "idType", NULL, id_type(v));
	writer_object_end(w);
}

static void put_failed_object(const struct summary *s, const struct bgp_peer_view *v)
{
	struct writer *w = s->a.rq->w;
	int64_t changed = bgp_peer_changed_s(v);
	char b[BGP_PEER_LEN], up[BGP_UPTIME_LEN], why[BGP_RESET_LEN];
	const char *notified;

	writer_object_begin(w, bgp_peer_str(v, b), NULL);
	writer_num(w, "connectionsEstablished", NULL, (int64_t)v->session.established);
	writer_num(w, "connectionsDropped", NULL, (int64_t)v->session.dropped);
	writer_str(w, "peerUptime", NULL, bgp_uptime(&s->a, changed, up));
	writer_num(w, "peerUptimeMsec", NULL, bgp_since_ms(&s->a, changed));
	writer_str(w, "lastResetDueTo", NULL, bgp_reset_text(v, why, &notified));
	writer_num(w, "lastResetCode", NULL, bgp_reset_code(why, notified));
	writer_str(w, "idType", NULL, id_type(v));
	writer_object_end(w);
}

/* ---- a family, step by step ---- */

static void put_peer(const struct summary *s, const struct bgp_peer_view *v)
{
	bool json = s->a.rq->json;

	if (!is_wanted(s, v))
		return;
	if (s->want.failed)
		(json ? put_failed_object : put_failed)(s, v);
	else
		(json ? put_object : put_line)(s, v);
}

/* Return: there are such neighbours. */
static bool begin(struct summary *s)
{
	s->i = !(s->families & BGP_IPV4);
	s->peers = s->failed = s->dynamic = s->limit = s->shown = s->shown_failed = 0;
	s->wide = NEIGHBOR_WIDE;
	s->at = (struct bgp_peer_name){.interface = ""};
	bgp_each_peer(s->a.bgp, on_count, s);
	if (!s->peers)
		return false;
	s->begun = s->any = true;
	(s->a.rq->json ? head_json : head_text)(s);
	return true;
}

static bool next_family(struct summary *s)
{
	s->begun = false;
	s->families &= ~bgp_family_bit(s->i);
	if (s->families)
		return true;
	bgp_vrf_end(&s->a);
	if (!s->any)
		writer_line(s->a.rq->w, "%% No BGP neighbors found in VRF default");
	return false;
}

static bool step(struct vty_request *rq, void *state)
{
	struct summary *s = state;
	struct bgp_peer_view v;

	if (!bgp_ask_again(&s->a))
		return false;
	if (!s->begun && !begin(s))
		return next_family(s);
	do {
		if (!bgp_peer_next(s->a.bgp, &s->at, &v)) {
			(rq->json ? foot_json : foot_text)(s);
			return next_family(s);
		}
		put_peer(s, &v);
	} while (!vty_enough(rq));
	return true;
}

/* Return: VTY_OK, or FRR's answer is written. */
static enum vty_rc want(struct bgp_ask *a, struct wanted *to)
{
	struct bgp_peer_view v;
	const char *asn = vty_arg(a->rq, "ASN");

	*to = (struct wanted){.established = vty_said(a->rq, "established"),
	    .failed = vty_said(a->rq, "failed"),
	    .internal = vty_said(a->rq, "internal"),
	    .external = vty_said(a->rq, "external"),
	    .asn = asn ? bgp_asn_parse(asn) : 0};
	to->some = to->established || to->failed || to->internal || to->external || asn ||
	           vty_arg(a->rq, "NEIGHBOR");
	return vty_arg(a->rq, "NEIGHBOR") ? bgp_peer_asked(a, &to->name, &v) : VTY_OK;
}

enum vty_rc show_bgp_summary(struct vty_request *rq)
{
	struct bgp_ask a;
	enum vty_rc rc = bgp_ask_begin(&a, rq, BGP_OF_SESSIONS);
	struct wanted wanted;
	struct summary *s;

	if (rc != VTY_OK || !a.bgp)
		return rc;
	if (a.other) {
		bgp_vrf_begin(&a);
		bgp_vrf_end(&a);
		writer_line(rq->w, "%% No BGP neighbors found in VRF default");
		return VTY_OK;
	}
	rc = want(&a, &wanted);
	if (rc != VTY_OK)
		return rc;
	s = xcalloc(1, sizeof(*s));
	s->a = a;
	s->want = wanted;
	s->wide_text = vty_said(rq, "wide");
	s->terse = vty_said(rq, "terse");
	s->families = a.families ? a.families : BGP_IPV4 | BGP_IPV6;
	bgp_vrf_begin(&a);
	vty_rows(rq, step, free, s);
	return VTY_OK;
}
