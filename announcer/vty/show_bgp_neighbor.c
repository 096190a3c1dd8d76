/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_bgp_neighbor.c - show bgp neighbors as text. */
#include "announcer/util.h"
#include "announcer/vty/show.h"
#include "announcer/vty/show_bgp.h"
#include "announcer/vty/writer.h"
#include <inttypes.h>
#include <stdio.h>

static const char *both(bool advertised, bool received)
{
	return advertised ? received ? "advertised and received" : "advertised" : "received";
}

static void put_head(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	struct writer *w = a->rq->w;
	const struct bgp_session_status *st = &v->session;
	char b[BGP_PEER_LEN], id[PREFIX_STRLEN], up[BGP_UPTIME_LEN];

	writer_line(w,
	    "BGP neighbor is %s%s, remote AS %" PRIu32 ", local AS %" PRIu32 ", %s link",
	    st->dynamic ? "*" : "", bgp_peer_str(v, b), bgp_peer_asn(v), v->nb->my_asn,
	    bgp_peer_is_internal(v) ? "internal" : "external");
	writer_line(w, "  Local Role: undefined");
	writer_line(w, "  Remote Role: undefined");
	if (bgp_peer_label(v))
		writer_line(w, " Description: %s", bgp_peer_label(v));
	if (bgp_peer_host(v))
		writer_line(w, "Hostname: %s", bgp_peer_host(v));
	if (st->dynamic)
		writer_line(
		    w, " Belongs to the subnet range group: %s", prefix_str(&v->nb->range, b));
	writer_line(w, "  BGP version 4, remote router ID %s, local router ID %s",
	    bgp_id_str(v->facts ? v->facts->id : 0, b), bgp_id_str(bgp_peer_my_id(a, v), id));
	if (v->facts)
		writer_line(w, "  BGP state = Established, up for %s",
		    bgp_uptime(a, st->up_since_s, up));
	else
		writer_line(w, "  BGP state = %s", bgp_peer_state(v));
}

static void put_timers(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	struct writer *w = a->rq->w;
	struct bgp_timers t = bgp_peer_timers(v);
	char in[BGP_UPTIME_LEN], out[BGP_UPTIME_LEN];

	writer_line(w, "  Last read %s, Last write %s", bgp_uptime(a, v->session.last_in_s, in),
	    bgp_uptime(a, v->session.last_out_s, out));
	writer_line(w,
	    "  Hold time is %" PRIu32 " seconds, keepalive interval is %" PRIu32 " seconds",
	    t.hold_s, t.keepalive_s);
	writer_line(w,
	    "  Configured hold time is %" PRIu32 " seconds, keepalive interval is %" PRIu32
	    " seconds",
	    t.my_hold_s, t.my_keepalive_s);
}

static void put_families_by_peer(struct writer *w, const struct bgp_facts *f)
{
	struct buf b = {0};

	writer_line(w, "      Remote Restart timer is %u seconds", f->received.restart_s);
	writer_line(w, "      Address families by peer:");
	buf_str(&b, "");
	for (int i = 0; i < 2; i++)
		if (f->received.gr_families & bgp_family_bit(i))
			buf_fmt(&b, "%s%s(%s)", b.len ? ", " : "", bgp_family_name(i),
			    f->received.gr_forwarding & bgp_family_bit(i) ? "preserved"
									  : "not preserved");
	writer_line(w, "        %s", b.len ? b.p : "none");
	free(b.p);
}

static void put_capability(
    struct writer *w, const char *label, const struct bgp_facts *f, unsigned cap)
{
	bool mine = f->offered.caps & cap, theirs = f->received.caps & cap;

	if (mine || theirs)
		writer_line(w, "    %s: %s", label, both(mine, theirs));
}

static void put_add_path(struct writer *w, const struct bgp_open *theirs)
{
	static const char *const ways[] = {"TX", "RX"};

	if (!(theirs->caps & BGP_CAP_ADD_PATH))
		return;
	writer_line(w, "    AddPath:");
	for (int i = 0; i < 2; i++)
		for (size_t k = 0; k < ARRAY_LEN(ways); k++)
			if (theirs->add_path[k] & bgp_family_bit(i))
				writer_line(
				    w, "      %s: %s received", bgp_family_name(i), ways[k]);
}

static void put_refresh(struct writer *w, const struct bgp_facts *f)
{
	unsigned theirs = f->received.caps & (BGP_CAP_REFRESH | BGP_CAP_REFRESH_OLD);
	bool mine = f->offered.caps & BGP_CAP_REFRESH;

	if (mine || theirs)
		writer_line(w, "    Route refresh: %s%s", both(mine, theirs),
		    !theirs                         ? ""
		    : theirs == BGP_CAP_REFRESH     ? "(new)"
		    : theirs == BGP_CAP_REFRESH_OLD ? "(old)"
						    : "(old & new)");
}

static void put_host(struct writer *w, const struct bgp_open *theirs)
{
	if (theirs->caps & BGP_CAP_HOST)
		writer_line(w,
		    "    Hostname Capability: not advertised received (name: %s,domain name: "
		    "%s)",
		    *theirs->host ? theirs->host : "n/a",
		    *theirs->domain ? theirs->domain : "n/a");
	else
		writer_line(w, "    Hostname Capability: not advertised not received");
}

static void put_capabilities(struct writer *w, const struct bgp_facts *f)
{
	writer_line(w, "  Neighbor capabilities:");
	put_capability(w, "4 Byte AS", f, BGP_CAP_AS4);
	put_capability(w, "Extended Message", f, BGP_CAP_EXTENDED);
	put_add_path(w, &f->received);
	put_capability(w, "Long-lived Graceful Restart", f, BGP_CAP_LONG_LIVED);
	if (f->received.caps & BGP_CAP_LONG_LIVED)
		writer_line(w, "      Address families by peer:");
	put_refresh(w, f);
	put_capability(w, "Enhanced Route Refresh", f, BGP_CAP_ENHANCED);
	for (int i = 0; i < 2; i++) {
		bool ours = f->offered.families & bgp_family_bit(i);
		bool its = f->received.families & bgp_family_bit(i);

		if (ours || its)
			writer_line(w, "    Address Family %s: %s", bgp_family_name(i),
			    both(ours, its));
	}
	put_host(w, &f->received);
	put_capability(w, "Graceful Restart Capability", f, BGP_CAP_GRACEFUL);
	if (f->received.caps & BGP_CAP_GRACEFUL)
		put_families_by_peer(w, f);
}

static void put_names(struct writer *w, const char *label, unsigned families)
{
	writer_line(w, "    %s: %s%s%s", label, families & BGP_IPV4 ? bgp_family_name(0) : "",
	    families == (BGP_IPV4 | BGP_IPV6) ? ", " : "",
	    families & BGP_IPV6 ? bgp_family_name(1) : "");
}

static void put_graceful_family(const struct bgp_ask *a, const struct bgp_peer_view *v, int i)
{
	unsigned bit = bgp_family_bit(i);
	struct writer *w = a->rq->w;

	writer_line(w, "    %s:", bgp_family_name(i));
	writer_line(
	    w, "      F bit: %s", v->facts->received.gr_forwarding & bit ? "True" : "False");
	writer_line(w, "      End-of-RIB sent: %s", v->out.end_of_rib & bit ? "Yes" : "No");
	writer_line(w, "      End-of-RIB sent after update: %s",
	    v->out.end_of_rib & bit && v->out.sent[i] ? "Yes" : "No");
	writer_line(w, "      End-of-RIB received: %s", v->in.end_of_rib & bit ? "Yes" : "No");
	writer_line(w, "      Timers:");
	writer_line(w, "        Configured Stale Path Time(sec): %d", BGP_STALE_S);
	writer_line(
	    w, "        Configured Selection Deferral Time(sec): %u", a->view.restart_s);
}

/* What `graceful-restart` shows, too. */
static void put_modes(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	struct writer *w = a->rq->w;

	writer_line(w, "    Local GR Mode: %s", bgp_peer_gr_mode(a, v));
	writer_line(w, "    Remote GR Mode: %s", bgp_peer_gr_remote(v));
	writer_line(
	    w, "    R bit: %s", v->facts && v->facts->received.restarting ? "True" : "False");
	writer_line(
	    w, "    N bit: %s", v->facts && v->facts->received.notification ? "True" : "False");
	writer_line(w, "    Timers:");
	writer_line(w, "      Configured Restart Time(sec): %u", a->view.restart_s);
	writer_line(w, "      Received Restart Time(sec): %u",
	    v->facts ? v->facts->received.restart_s : 0);
	for (int i = 0; i < 2; i++)
		if (v->facts && v->facts->graceful && v->facts->families & bgp_family_bit(i))
			put_graceful_family(a, v, i);
}

static void put_graceful(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	struct writer *w = a->rq->w;

	writer_line(w, "  Graceful restart information:");
	if (v->facts) {
		put_names(w, "End-of-RIB send", v->out.end_of_rib);
		put_names(w, "End-of-RIB received", v->in.end_of_rib);
	}
	if (v->session.stale_left_ms >= 0)
		writer_line(w, "    The remaining time of stalepath timer is %" PRId64,
		    v->session.stale_left_ms / 1000);
	put_modes(a, v);
}

/* Of `graceful-restart` alone. */
static void graceful_head(const struct bgp_ask *a, bool all)
{
	static const char *const lines[] = {"",
	    "Codes: GR - Graceful Restart, * -  Inheriting Global GR Config,",
	    "       Restart - GR Mode-Restarting, Helper - GR Mode-Helper,",
	    "       Disable - GR Mode-Disable.", ""};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		writer_line(a->rq->w, "%s", lines[i]);
	if (!all)
		return;
	writer_line(
	    a->rq->w, "Global BGP GR Mode :  %s", a->view.restart_s ? "Restart" : "Helper");
	writer_line(a->rq->w, "%s", "");
}

static void graceful_text(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	char b[BGP_PEER_LEN];

	writer_line(a->rq->w, "BGP neighbor is %s", bgp_peer_str(v, b));
	put_modes(a, v);
}

static void put_message(
    struct writer *w, const char *label, const struct bgp_peer_view *v, int type)
{
	writer_line(w, "    %-15s%10" PRIu64 " %10" PRIu64, label,
	    type < 0 ? 0 : v->session.out[type], type < 0 ? 0 : v->session.in[type]);
}

static void put_messages(struct writer *w, const struct bgp_peer_view *v)
{
	writer_line(w, "  Message statistics:");
	writer_line(w, "    Inq depth is 0");
	writer_line(w, "    Outq depth is %zu", v->out.pending);
	writer_line(w, "                         Sent       Rcvd");
	put_message(w, "Opens:", v, BGP_OPEN);
	put_message(w, "Notifications:", v, BGP_NOTIFICATION);
	put_message(w, "Updates:", v, BGP_UPDATE);
	put_message(w, "Keepalives:", v, BGP_KEEPALIVE);
	put_message(w, "Route Refresh:", v, BGP_ROUTE_REFRESH);
	put_message(w, "Capability:", v, -1);
	writer_line(w, "    %-15s%10" PRIu64 " %10" PRIu64,
	    "Total:", bgp_messages(v->session.out), bgp_messages(v->session.in));
	writer_line(w, "  Minimum time between advertisement runs is 0 seconds");
	writer_line(w, "%s", "");
}

static void put_family(struct writer *w, const struct bgp_peer_view *v, int i)
{
	const struct bgp_import *im = &v->nb->import;

	writer_line(w, " For address family: %s", bgp_family_name(i));
	if (v->facts)
		writer_line(w, "  Packet Queue length %zu", v->out.pending);
	else
		writer_line(w, "  Not part of any update group");
	writer_line(w, "  Community attribute sent to this neighbor(all)");
	if (bgp_peer_no_import(v))
		writer_line(w, "  Inbound updates discarded due to missing policy");
	if (bgp_peer_no_export(v))
		writer_line(w, "  Outbound updates discarded due to missing policy");
	writer_line(w, "  %zu accepted prefixes", v->in.accepted[i]);
	if (im->max_prefix) {
		writer_line(w, "  Maximum prefixes allowed %" PRIu32 "%s", im->max_prefix,
		    im->warning_only ? " (warning-only)" : "");
		if (im->restart_s)
			writer_line(w, "  Restart interval %" PRIu32 " s", im->restart_s);
	}
	writer_line(w, "%s", "");
}

static void put_reset(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	struct writer *w = a->rq->w;
	int64_t reset_s = bgp_reset_s(a, v);
	char up[BGP_UPTIME_LEN], text[BGP_RESET_LEN];
	const char *notified;

	writer_line(w, "  Connections established %" PRIu64 "; dropped %" PRIu64,
	    v->session.established, v->session.dropped);
	if (reset_s)
		writer_line(w, "  Last reset %s,  %s", bgp_uptime(a, reset_s, up),
		    bgp_reset_text(v, text, &notified));
	else
		writer_line(w, "  Last reset never");
}

static void put_connection(const struct bgp_peer_view *v, struct writer *w)
{
	const struct bgp_facts *f = v->facts;
	char b[PREFIX_STRLEN];

	if (bgp_peer_is_internal(v))
		writer_line(w, "  Internal BGP neighbor may be up to 255 hops away.");
	else
		writer_line(
		    w, "  External BGP neighbor may be up to %u hops away.", bgp_peer_hops(v));
	if (f) {
		writer_line(w, "Local host: %s, Local port: %u", ipaddr_str(&f->local, b),
		    f->local_port);
		writer_line(w, "Foreign host: %s, Foreign port: %u", ipaddr_str(&f->remote, b),
		    f->remote_port);
		if (f->self[0].family)
			writer_line(w, "Nexthop: %s", ipaddr_str(&f->self[0], b));
		if (f->self[1].family)
			writer_line(w, "Nexthop global: %s", ipaddr_str(&f->self[1], b));
		if (f->self_ll.family)
			writer_line(w, "Nexthop local: %s", ipaddr_str(&f->self_ll, b));
		if (bgp_peer_hops(v) == 1)
			writer_line(w, "BGP connection: shared network");
	}
	writer_line(w, "BGP Connect Retry Timer in Seconds: %" PRIu32, v->nb->connect_s);
	if (v->session.retry_in_ms >= 0)
		writer_line(w, "Next connect timer due in %" PRId64 " seconds",
		    v->session.retry_in_ms / 1000);
	if (v->nb->password || v->nb->password_file)
		writer_line(w, "Peer Authentication Enabled");
	writer_line(w, "Read thread: %s  Write thread: %s  FD used: %d", f ? "on" : "off",
	    f ? "on" : "off", v->session.fd);
	writer_line(w, "%s", "");
}

void bgp_neighbor_text(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	struct writer *w = a->rq->w;

	put_head(a, v);
	put_timers(a, v);
	if (v->facts)
		put_capabilities(w, v->facts);
	put_graceful(a, v);
	put_messages(w, v);
	for (int i = 0; i < 2; i++)
		if (v->nb->families & bgp_family_bit(i))
			put_family(w, v, i);
	put_reset(a, v);
	put_connection(v, w);
}

/* ---- the command ---- */

struct neighbors {
	struct bgp_ask a;
	struct bgp_peer_name at;
	bool graceful, any; /* any: one was written */
};

static void put(struct neighbors *n, const struct bgp_peer_view *v)
{
	const struct bgp_ask *a = &n->a;

	if (a->families && !(a->families & v->nb->families))
		return;
	n->any = true;
	if (a->rq->json)
		(n->graceful ? bgp_graceful_json : bgp_neighbor_json)(a, v);
	else
		(n->graceful ? graceful_text : bgp_neighbor_text)(a, v);
}

static bool step(struct vty_request *rq, void *state)
{
	struct neighbors *n = state;
	struct bgp_peer_view v;

	if (!bgp_ask_again(&n->a))
		return false;
	do {
		if (!bgp_peer_next(n->a.bgp, &n->at, &v)) {
			bgp_vrf_end(&n->a);
			if (!n->any)
				writer_line(rq->w, "%% No BGP neighbors found");
			writer_line(rq->w, "%s", "");
			return false;
		}
		put(n, &v);
	} while (!vty_enough(rq));
	return true;
}

/* The one that was named, if there is it. */
static void put_one(struct neighbors *n, const char *word)
{
	struct vty_request *rq = n->a.rq;
	struct bgp_peer_view v;

	if (bgp_peer_name_parse(word, &n->at) == 0 && bgp_peer(n->a.bgp, &n->at, &v) &&
	    (!n->a.families || n->a.families & v.nb->families)) {
		put(n, &v);
	} else {
		writer_bool(rq->w, "bgpNoSuchNeighbor", NULL, true);
		writer_line(rq->w, "%% No such neighbor in this view/vrf");
	}
	writer_line(rq->w, "%s", "");
	bgp_vrf_end(&n->a);
}

static void put_vrf(const struct bgp_ask *a)
{
	struct writer *w = a->rq->w;

	bgp_vrf_begin(a);
	if (!a->all_vrfs)
		return;
	writer_line(w, "%s", "");
	writer_line(w, "Instance default:");
	writer_num(w, "vrfId", NULL, 0);
	writer_str(w, "vrfName", NULL, "default");
}

enum vty_rc show_bgp_neighbors(struct vty_request *rq)
{
	const char *word = vty_arg(rq, "NEIGHBOR");
	struct neighbors one = {.graceful = vty_said(rq, "graceful-restart")}, *n;
	enum vty_rc rc = bgp_ask_begin(&one.a, rq, BGP_OF_SESSIONS);

	if (rc != VTY_OK || !one.a.bgp)
		return rc;
	one.a.families = one.a.named ? one.a.families : 0;
	put_vrf(&one.a);
	if (one.graceful)
		graceful_head(&one.a, !word);
	if (word) {
		put_one(&one, word);
		return VTY_OK;
	}
	n = xcalloc(1, sizeof(*n));
	*n = one;
	vty_rows(rq, step, free, n);
	return VTY_OK;
}
