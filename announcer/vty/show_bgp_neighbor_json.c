/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_bgp_neighbor_json.c - show bgp neighbors as JSON, and what its text has in common. */
#include "announcer/util.h"
#include "announcer/vty/show_bgp.h"
#include "announcer/vty/writer.h"
#include <stdio.h>

/* ---- for the text, too ---- */

uint32_t bgp_peer_my_id(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	if (v->facts)
		return v->facts->my_id;
	return v->nb->router_id ? v->nb->router_id : a->view.router_id;
}

struct bgp_timers bgp_peer_timers(const struct bgp_peer_view *v)
{
	struct bgp_timers t = {.my_hold_s = v->nb->hold_s,
	    .my_keepalive_s = v->nb->keepalive_s ? v->nb->keepalive_s : v->nb->hold_s / 3};

	t.hold_s = v->facts ? v->facts->hold_s : t.my_hold_s;
	t.keepalive_s = v->facts ? v->facts->keepalive_s : t.my_keepalive_s;
	return t;
}

const char *bgp_peer_gr_mode(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	return !v->nb->graceful ? "Disable" : a->view.restart_s ? "Restart*" : "Helper*";
}

const char *bgp_peer_gr_remote(const struct bgp_peer_view *v)
{
	if (!v->facts)
		return "NotApplicable";
	if (!(v->facts->received.caps & BGP_CAP_GRACEFUL))
		return "Disable";
	return v->facts->received.gr_families ? "Restart" : "Helper";
}

unsigned bgp_peer_hops(const struct bgp_peer_view *v)
{
	if (bgp_peer_is_internal(v))
		return 255;
	if (v->nb->ttl_security)
		return v->nb->ttl_security;
	return v->nb->multihop ? v->nb->multihop : 1;
}

/* ---- JSON ---- */

static const char *both(bool advertised, bool received)
{
	return advertised ? received ? "advertisedAndReceived" : "advertised" : "received";
}

static void put_who(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	struct writer *w = a->rq->w;
	char b[PREFIX_STRLEN];

	writer_num(w, "remoteAs", NULL, bgp_peer_asn(v));
	writer_num(w, "localAs", NULL, v->nb->my_asn);
	writer_bool(
	    w, bgp_peer_is_internal(v) ? "nbrInternalLink" : "nbrExternalLink", NULL, true);
	writer_str(w, "localRole", NULL, "undefined");
	writer_str(w, "remoteRole", NULL, "undefined");
	if (bgp_peer_label(v))
		writer_str(w, "nbrDesc", NULL, bgp_peer_label(v));
	if (bgp_peer_host(v))
		writer_str(w, "hostname", NULL, bgp_peer_host(v));
	if (v->session.dynamic)
		writer_str(w, "peerSubnetRangeGroup", NULL, prefix_str(&v->nb->range, b));
	writer_num(w, "bgpVersion", NULL, 4);
	writer_str(w, "remoteRouterId", NULL, bgp_id_str(v->facts ? v->facts->id : 0, b));
	writer_str(w, "localRouterId", NULL, bgp_id_str(bgp_peer_my_id(a, v), b));
}

static void put_timers(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	struct writer *w = a->rq->w;
	const struct bgp_session_status *st = &v->session;
	struct bgp_timers t = bgp_peer_timers(v);
	char up[BGP_UPTIME_LEN];

	writer_str(w, "bgpState", NULL, bgp_peer_state(v));
	if (v->facts) {
		writer_num(w, "bgpTimerUpMsec", NULL, bgp_since_ms(a, st->up_since_s));
		writer_str(w, "bgpTimerUpString", NULL, bgp_uptime(a, st->up_since_s, up));
		writer_num(w, "bgpTimerUpEstablishedEpoch", NULL, st->up_since_s);
	}
	writer_num(w, "bgpTimerLastRead", NULL, bgp_since_ms(a, st->last_in_s));
	writer_num(w, "bgpTimerLastWrite", NULL, bgp_since_ms(a, st->last_out_s));
	writer_num(w, "bgpInUpdateElapsedTimeMsecs", NULL, bgp_since_ms(a, st->last_in_s));
	writer_num(w, "bgpTimerConfiguredHoldTimeMsecs", NULL, (int64_t)t.my_hold_s * 1000);
	writer_num(w, "bgpTimerConfiguredKeepAliveIntervalMsecs", NULL,
	    (int64_t)t.my_keepalive_s * 1000);
	writer_num(w, "bgpTimerHoldTimeMsecs", NULL, (int64_t)t.hold_s * 1000);
	writer_num(w, "bgpTimerKeepAliveIntervalMsecs", NULL, (int64_t)t.keepalive_s * 1000);
	writer_bool(w, "extendedOptionalParametersLength", NULL, false);
}

static void put_families_by_peer(struct writer *w, const struct bgp_facts *f)
{
	writer_num(
	    w, "gracefulRestartRemoteTimerMsecs", NULL, (int64_t)f->received.restart_s * 1000);
	if (!f->received.gr_families) {
		writer_str(w, "addressFamiliesByPeer", NULL, "none");
		return;
	}
	writer_object_begin(w, "addressFamiliesByPeer", NULL);
	for (int i = 0; i < 2; i++) {
		if (!(f->received.gr_families & bgp_family_bit(i)))
			continue;
		writer_object_begin(w, bgp_family_key(i), NULL);
		if (f->received.gr_forwarding & bgp_family_bit(i))
			writer_bool(w, "preserved", NULL, true);
		writer_object_end(w);
	}
	writer_object_end(w);
}

static void put_capability(
    struct writer *w, const char *key, const struct bgp_facts *f, unsigned cap)
{
	bool mine = f->offered.caps & cap, theirs = f->received.caps & cap;

	if (mine || theirs)
		writer_str(w, key, NULL, both(mine, theirs));
}

static void put_add_path(struct writer *w, const struct bgp_open *theirs)
{
	static const char *const ways[] = {"txReceived", "rxReceived"};

	if (!(theirs->caps & BGP_CAP_ADD_PATH))
		return;
	writer_object_begin(w, "addPath", NULL);
	for (int i = 0; i < 2; i++) {
		if (!((theirs->add_path[0] | theirs->add_path[1]) & bgp_family_bit(i)))
			continue;
		writer_object_begin(w, bgp_family_key(i), NULL);
		for (size_t k = 0; k < ARRAY_LEN(ways); k++)
			if (theirs->add_path[k] & bgp_family_bit(i))
				writer_bool(w, ways[k], NULL, true);
		writer_object_end(w);
	}
	writer_object_end(w);
}

static void put_refresh(struct writer *w, const struct bgp_facts *f)
{
	unsigned theirs = f->received.caps & (BGP_CAP_REFRESH | BGP_CAP_REFRESH_OLD);
	bool mine = f->offered.caps & BGP_CAP_REFRESH;

	if (mine && theirs)
		writer_fmt(w, "routeRefresh", NULL, "advertisedAndReceived%s%s",
		    theirs & BGP_CAP_REFRESH_OLD ? "Old" : "",
		    theirs & BGP_CAP_REFRESH ? "New" : "");
	else if (mine || theirs)
		writer_str(w, "routeRefresh", NULL, both(mine, theirs));
}

static void put_multiprotocol(struct writer *w, const struct bgp_facts *f)
{
	writer_object_begin(w, "multiprotocolExtensions", NULL);
	for (int i = 0; i < 2; i++) {
		bool ours = f->offered.families & bgp_family_bit(i);
		bool its = f->received.families & bgp_family_bit(i);

		if (!ours && !its)
			continue;
		writer_object_begin(w, bgp_family_key(i), NULL);
		writer_bool(w, both(ours, its), NULL, true);
		writer_object_end(w);
	}
	writer_object_end(w);
}

static void put_host(struct writer *w, const struct bgp_open *theirs)
{
	writer_object_begin(w, "hostName", NULL);
	if (theirs->caps & BGP_CAP_HOST) {
		writer_str(w, "rcvHostName", NULL, *theirs->host ? theirs->host : "n/a");
		writer_str(w, "rcvDomainName", NULL, *theirs->domain ? theirs->domain : "n/a");
	}
	writer_object_end(w);
}

static void put_capabilities(struct writer *w, const struct bgp_facts *f)
{
	writer_object_begin(w, "neighborCapabilities", NULL);
	put_capability(w, "4byteAs", f, BGP_CAP_AS4);
	put_capability(w, "extendedMessage", f, BGP_CAP_EXTENDED);
	put_add_path(w, &f->received);
	put_capability(w, "longLivedGracefulRestart", f, BGP_CAP_LONG_LIVED);
	if (f->received.caps & BGP_CAP_LONG_LIVED) {
		writer_object_begin(w, "longLivedGracefulRestartByPeer", NULL);
		writer_object_end(w);
	}
	put_refresh(w, f);
	put_capability(w, "enhancedRouteRefresh", f, BGP_CAP_ENHANCED);
	put_multiprotocol(w, f);
	put_host(w, &f->received);
	put_capability(w, "gracefulRestart", f, BGP_CAP_GRACEFUL);
	if (f->received.caps & BGP_CAP_GRACEFUL)
		put_families_by_peer(w, f);
	writer_object_end(w);
}

static void put_end_of_rib(struct writer *w, const char *key, unsigned families)
{
	writer_object_begin(w, key, NULL);
	for (int i = 0; i < 2; i++)
		if (families & bgp_family_bit(i))
			writer_bool(w, bgp_family_key(i), NULL, true);
	writer_object_end(w);
}

static void put_graceful_family(const struct bgp_ask *a, const struct bgp_peer_view *v, int i)
{
	unsigned bit = bgp_family_bit(i);
	struct writer *w = a->rq->w;

	writer_object_begin(w, bgp_family_key(i), NULL);
	writer_bool(w, "fBit", NULL, v->facts->received.gr_forwarding & bit);
	writer_object_begin(w, "endOfRibStatus", NULL);
	writer_bool(w, "endOfRibSend", NULL, v->out.end_of_rib & bit);
	writer_bool(
	    w, "endOfRibSentAfterUpdate", NULL, v->out.end_of_rib & bit && v->out.sent[i]);
	writer_bool(w, "endOfRibRecv", NULL, v->in.end_of_rib & bit);
	writer_object_end(w);
	writer_object_begin(w, "timers", NULL);
	writer_num(w, "stalePathTimer", NULL, BGP_STALE_S);
	writer_num(w, "selectionDeferralTimer", NULL, a->view.restart_s);
	writer_object_end(w);
	writer_object_end(w);
}

/* What `graceful-restart` shows, too. */
static void put_modes(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	struct writer *w = a->rq->w;

	writer_str(w, "localGrMode", NULL, bgp_peer_gr_mode(a, v));
	writer_str(w, "remoteGrMode", NULL, bgp_peer_gr_remote(v));
	writer_bool(w, "rBit", NULL, v->facts && v->facts->received.restarting);
	writer_bool(w, "nBit", NULL, v->facts && v->facts->received.notification);
	writer_object_begin(w, "timers", NULL);
	writer_num(w, "configuredRestartTimer", NULL, a->view.restart_s);
	writer_num(
	    w, "receivedRestartTimer", NULL, v->facts ? v->facts->received.restart_s : 0);
	writer_object_end(w);
	for (int i = 0; i < 2; i++)
		if (v->facts && v->facts->graceful && v->facts->families & bgp_family_bit(i))
			put_graceful_family(a, v, i);
}

static void put_graceful(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	struct writer *w = a->rq->w;

	writer_object_begin(w, "gracefulRestartInfo", NULL);
	put_end_of_rib(w, "endOfRibSend", v->facts ? v->out.end_of_rib : 0);
	put_end_of_rib(w, "endOfRibRecv", v->facts ? v->in.end_of_rib : 0);
	put_modes(a, v);
	writer_object_end(w);
}

void bgp_graceful_json(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	struct writer *w = a->rq->w;
	char b[BGP_PEER_LEN];

	writer_object_begin(w, bgp_peer_str(v, b), NULL);
	writer_str(w, "neighborAddr", NULL, b);
	put_modes(a, v);
	writer_object_end(w);
}

static void put_messages(struct writer *w, const struct bgp_peer_view *v)
{
	static const struct {
		const char *sent, *received;
		enum bgp_type type;
	} rows[] = {
	    {"opensSent",         "opensRecv",         BGP_OPEN         },
	    {"notificationsSent", "notificationsRecv", BGP_NOTIFICATION },
	    {"updatesSent",       "updatesRecv",       BGP_UPDATE       },
	    {"keepalivesSent",    "keepalivesRecv",    BGP_KEEPALIVE    },
	    {"routeRefreshSent",  "routeRefreshRecv",  BGP_ROUTE_REFRESH},
	};
	const struct bgp_session_status *st = &v->session;

	writer_object_begin(w, "messageStats", NULL);
	writer_num(w, "depthInq", NULL, 0);
	writer_num(w, "depthOutq", NULL, (int64_t)v->out.pending);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		writer_num(w, rows[i].sent, NULL, (int64_t)st->out[rows[i].type]);
		writer_num(w, rows[i].received, NULL, (int64_t)st->in[rows[i].type]);
	}
	writer_num(w, "capabilitySent", NULL, 0);
	writer_num(w, "capabilityRecv", NULL, 0);
	writer_num(w, "totalSent", NULL, (int64_t)bgp_messages(st->out));
	writer_num(w, "totalRecv", NULL, (int64_t)bgp_messages(st->in));
	writer_object_end(w);
	writer_num(w, "minBtwnAdvertisementRunsTimerMsecs", NULL, 0);
}

static void put_families(struct writer *w, const struct bgp_peer_view *v)
{
	const struct bgp_import *im = &v->nb->import;

	writer_object_begin(w, "addressFamilyInfo", NULL);
	for (int i = 0; i < 2; i++) {
		if (!(v->nb->families & bgp_family_bit(i)))
			continue;
		writer_object_begin(w, bgp_family_key(i), NULL);
		if (v->facts)
			writer_num(w, "packetQueueLength", NULL, (int64_t)v->out.pending);
		writer_str(w, "commAttriSentToNbr", NULL, "extendedAndStandard");
		if (bgp_peer_no_import(v))
			writer_str(w, "inboundEbgpRequiresPolicy", NULL,
			    "Inbound updates discarded due to missing policy");
		if (bgp_peer_no_export(v))
			writer_str(w, "outboundEbgpRequiresPolicy", NULL,
			    "Outbound updates discarded due to missing policy");
		writer_num(w, "acceptedPrefixCounter", NULL, (int64_t)v->in.accepted[i]);
		if (v->facts)
			writer_num(w, "sentPrefixCounter", NULL, (int64_t)v->out.sent[i]);
		if (im->max_prefix)
			writer_num(w, "prefixAllowedMax", NULL, im->max_prefix);
		if (im->max_prefix && im->warning_only)
			writer_bool(w, "prefixAllowedMaxWarning", NULL, true);
		if (im->max_prefix && im->restart_s)
			writer_num(w, "prefixAllowedRestartIntervalMsecs", NULL,
			    (int64_t)im->restart_s * 1000);
		writer_object_end(w);
	}
	writer_object_end(w);
}

static void put_reset(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	struct writer *w = a->rq->w;
	const struct bgp_session_status *st = &v->session;
	int64_t reset_s = bgp_reset_s(a, v);
	const struct bgp_error *e;
	char text[BGP_RESET_LEN];
	const char *notified;

	writer_num(w, "connectionsEstablished", NULL, (int64_t)st->established);
	writer_num(w, "connectionsDropped", NULL, (int64_t)st->dropped);
	if (!reset_s) {
		writer_str(w, "lastReset", NULL, "never");
		return;
	}
	writer_num(w, "lastResetTimerMsecs", NULL, bgp_since_ms(a, reset_s));
	bgp_reset_text(v, text, &notified);
	if (notified)
		writer_fmt(w, "lastResetDueTo", NULL, "BGP Notification %s",
		    *notified == 's' ? "send" : "received");
	else
		writer_str(w, "lastResetDueTo", NULL, text);
	writer_num(w, "lastResetCode", NULL, bgp_reset_code(text, notified));
	if (!notified)
		return;
	e = *notified == 's' ? &st->last_sent : &st->last_received;
	writer_fmt(w, "lastErrorCodeSubcode", NULL, "%04X", e->code);
	writer_str(w, "lastNotificationReason", NULL, bgp_code_text(e->code));
}

static void put_connection(struct writer *w, const struct bgp_peer_view *v)
{
	const struct bgp_facts *f = v->facts;
	char b[PREFIX_STRLEN];

	writer_num(w,
	    bgp_peer_is_internal(v) ? "internalBgpNbrMaxHopsAway" : "externalBgpNbrMaxHopsAway",
	    NULL, bgp_peer_hops(v));
	writer_str(w, "hostLocal", NULL, f ? ipaddr_str(&f->local, b) : "Unknown");
	writer_num(w, "portLocal", NULL, f ? f->local_port : -1);
	writer_str(w, "hostForeign", NULL, f ? ipaddr_str(&f->remote, b) : "Unknown");
	writer_num(w, "portForeign", NULL, f ? f->remote_port : -1);
	if (f && f->self[0].family)
		writer_str(w, "nexthop", NULL, ipaddr_str(&f->self[0], b));
	if (f && f->self[1].family)
		writer_str(w, "nexthopGlobal", NULL, ipaddr_str(&f->self[1], b));
	if (f && f->self_ll.family)
		writer_str(w, "nexthopLocal", NULL, ipaddr_str(&f->self_ll, b));
	if (f && bgp_peer_hops(v) == 1)
		writer_str(w, "bgpConnection", NULL, "sharedNetwork");
	writer_num(w, "connectRetryTimer", NULL, v->nb->connect_s);
	if (v->session.retry_in_ms >= 0)
		writer_num(w, "nextConnectTimerDueInMsecs", NULL, v->session.retry_in_ms);
	if (v->nb->password || v->nb->password_file)
		writer_num(w, "authenticationEnabled", NULL, 1);
	writer_str(w, "readThread", NULL, f ? "on" : "off");
	writer_str(w, "writeThread", NULL, f ? "on" : "off");
}

void bgp_neighbor_json(const struct bgp_ask *a, const struct bgp_peer_view *v)
{
	struct writer *w = a->rq->w;
	char b[BGP_PEER_LEN];

	writer_object_begin(w, bgp_peer_str(v, b), NULL);
	put_who(a, v);
	put_timers(a, v);
	if (v->facts)
		put_capabilities(w, v->facts);
	put_graceful(a, v);
	put_messages(w, v);
	put_families(w, v);
	put_reset(a, v);
	put_connection(w, v);
	writer_object_end(w);
}
