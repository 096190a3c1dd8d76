/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_system.c - the daemon itself: version and memory. */
#include "announcer/bgp/view.h"
#include "announcer/conf.h"
#include "announcer/out_zserv.h"
#include "announcer/rib.h"
#include "announcer/store.h"
#include "announcer/util.h"
#include "announcer/vty/fmt.h"
#include "announcer/vty/procinfo.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"
#include <curl/curl.h>
#include <event2/event.h>
#include <sys/utsname.h>
#include <unistd.h>

/* "grevy 0.1.0 (gw1) on Linux(6.1.0)." as FRR says it. */
static void put_system(struct vty_request *rq)
{
	struct writer *w = rq->w;
	struct utsname u;

	writer_str(w, "version", NULL, rq->ctx->version);
	if (uname(&u) < 0) {
		writer_line(w, "grevy %s", rq->ctx->version);
		return;
	}
	writer_line(
	    w, "grevy %s (%s) on %s(%s).", rq->ctx->version, u.nodename, u.sysname, u.release);
	writer_str(w, "hostname", NULL, u.nodename);
	writer_fmt(w, "system", NULL, "%s %s", u.sysname, u.release);
}

/* Whom we speak to, and as whom. */
static void put_partners(struct vty_request *rq)
{
	const struct vty_context *ctx = rq->ctx;
	struct zserv_status st;
	struct bgp_view v = {0};

	if (ctx->conf)
		writer_str(
		    rq->w, "role", "Role", ctx->conf->role == CONF_NODE ? "node" : "router");
	if (ctx->zserv) {
		out_zserv_status(ctx->zserv, &st);
		writer_str(
		    rq->w, "frrVersion", "FRR", *st.release ? st.release : st.state_text);
	}
	if (ctx->bgp)
		bgp_view(ctx->bgp, &v);
	if (v.asn)
		writer_num(rq->w, "asn", "AS", v.asn);
}

enum vty_rc show_version(struct vty_request *rq)
{
	const curl_version_info_data *curl = curl_version_info(CURLVERSION_NOW);
	const struct vty_context *ctx = rq->ctx;
	struct writer *w = rq->w;
	char b[FMT_LEN];

	put_system(rq);
	writer_str(w, "startedAt", "Started", fmt_time(ctx->started_s, b));
	writer_str(w, NULL, "Up", fmt_age(rq->now.unix_s - ctx->started_s, b));
	writer_num(w, "uptimeSeconds", NULL, rq->now.unix_s - ctx->started_s);
	writer_num(w, "pid", "Process", getpid());
	if (ctx->conf)
		writer_str(w, "configuration", "Configuration", ctx->conf->file);
	put_partners(rq);
	writer_fmt(w, "libraries", "Libraries", "libevent %s, libcurl %s with %s",
	    event_get_version(), curl->version,
	    curl->ssl_version ? curl->ssl_version : "no TLS");
	return VTY_OK;
}

static void size_row(struct writer *w, const char *key, const char *label, int64_t bytes)
{
	char b[FMT_LEN];

	if (bytes < 0)
		return;
	writer_num(w, key, NULL, bytes);
	writer_str(w, NULL, label, fmt_size(bytes, b));
}

static size_t zserv_routes(const struct out_zserv *z)
{
	size_t n = 0;

	for (int i = 0; i < ZROUTE_STATES; i++)
		n += zroutes_count(out_zserv_routes(z), (enum zroute_state)i);
	return n;
}

static void put_objects(struct vty_request *rq)
{
	const struct vty_context *ctx = rq->ctx;
	struct writer *w = rq->w;
	struct bgp_view v;

	writer_object_begin(w, "objects", "Objects");
	if (ctx->store) {
		writer_num(w, "services", "Services",
		    (int64_t)store_count_kind(ctx->store, K8S_SERVICE));
		writer_num(w, "endpointSlices", "EndpointSlices",
		    (int64_t)store_count_kind(ctx->store, K8S_SLICE));
		writer_num(
		    w, "nodes", "Nodes", (int64_t)store_count_kind(ctx->store, K8S_NODE));
	}
	if (ctx->rib)
		writer_num(w, "prefixes", "Prefixes in the RIB", (int64_t)rib_count(ctx->rib));
	if (ctx->zserv)
		writer_num(w, "zservRoutes", "Routes of zebra's output",
		    (int64_t)zserv_routes(ctx->zserv));
	if (ctx->bgp) {
		bgp_view(ctx->bgp, &v);
		writer_num(w, "bgpPaths", "Paths of BGP peers", (int64_t)v.paths);
		writer_num(w, "bgpAttributes", "Attribute lists of BGP", (int64_t)v.attrs);
	}
	writer_object_end(w);
}

enum vty_rc show_memory(struct vty_request *rq)
{
	struct writer *w = rq->w;
	struct procinfo_memory m;

	procinfo_memory(&m);
	size_row(w, "rssBytes", "Resident", m.rss);
	size_row(w, "rssAnonBytes", "Resident, our own", m.rss_anon);
	size_row(w, "rssMaxBytes", "Resident at most", m.rss_max);
	put_objects(rq);
	return VTY_OK;
}
