/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics.c - a family of metrics is one call of family() and then its samples. Names end in
 * _total where a counter only grows; what is now has none; seconds are Unix time.
 */
#include "announcer/http/metrics.h"
#include "announcer/audit_text.h"
#include "announcer/out_zserv.h"
#include "announcer/queue.h"
#include "announcer/vty/context.h"
#include "announcer/vty/names.h"
#include "k8s/event.h"
#include <inttypes.h>

static void family(struct buf *to, const char *name, const char *type, const char *help)
{
	buf_fmt(to, "# HELP grevy_%s %s\n# TYPE grevy_%s %s\n", name, help, name, type);
}

static void sample(struct buf *to, const char *name, uint64_t value)
{
	buf_fmt(to, "grevy_%s %" PRIu64 "\n", name, value);
}

static void gauge(struct buf *to, const char *name, const char *help, uint64_t value)
{
	family(to, name, "gauge", help);
	sample(to, name, value);
}

static void counter(struct buf *to, const char *name, const char *help, uint64_t value)
{
	family(to, name, "counter", help);
	sample(to, name, value);
}

/* The value of a label. */
static void put_label(struct buf *to, const char *label, const char *value)
{
	buf_fmt(to, "%s=\"", label);
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			buf_add(to, "\\", 1);
		if (*value == '\n')
			buf_str(to, "\\n");
		else
			buf_add(to, value, 1);
	}
	buf_str(to, "\"");
}

static void labelled(
    struct buf *to, const char *name, const char *label, const char *value, uint64_t n)
{
	buf_fmt(to, "grevy_%s{", name);
	put_label(to, label, value);
	buf_fmt(to, "} %" PRIu64 "\n", n);
}

static void put_self(struct buf *to, const struct vty_context *ctx)
{
	family(to, "build_info", "gauge", "Always 1; the version of grevyd.");
	labelled(to, "build_info", "version", ctx->version ? ctx->version : "", 1);
	gauge(to, "start_time_seconds", "When grevyd was started.", (uint64_t)ctx->started_s);
	gauge(to, "problems", "What is wrong with grevyd itself: see why.", ctx->n_problems);
}

static void put_source(struct buf *to, const struct vty_context *ctx)
{
	const struct k8s_state *st = ctx->source;
	struct queue_stats q;

	gauge(to, "source_synced", "Whether the source of Services was read once.",
	    st && st->synced);
	gauge(
	    to, "source_outage", "Whether the source cannot be read now.", st && st->outage_s);
	gauge(to, "source_problems", "Objects or files of the source that are wrong.",
	    st ? st->n_problems + st->n_more : 0);
	if (!ctx->queue)
		return;
	queue_stats(ctx->queue, &q);
	counter(to, "source_events_total", "Changes that the source told.", q.events);
}

/* One sample for each resource. */
static void per_resource(struct buf *to, const char *name, const struct k8s_cluster *c,
    uint64_t (*value)(const struct k8s_resource *r))
{
	for (size_t i = 0; i < c->n_resources; i++)
		labelled(to, name, "resource", c->resources[i].name, value(&c->resources[i]));
}

static uint64_t is_up(const struct k8s_resource *r)
{
	return r->phase == K8S_WATCHING;
}

static uint64_t heard(const struct k8s_resource *r)
{
	return (uint64_t)r->heard_s;
}

static uint64_t objects(const struct k8s_resource *r)
{
	return r->objects;
}

static uint64_t lists(const struct k8s_resource *r)
{
	return r->lists;
}

static uint64_t events(const struct k8s_resource *r)
{
	return r->events;
}

static void put_cluster(struct buf *to, const struct k8s_state *st)
{
	const struct k8s_cluster *c = st->cluster;

	gauge(to, "kubernetes_up", "Whether the API server can be reached.",
	    c->server && !st->outage_s);
	family(to, "kubernetes_resource_up", "gauge", "Whether a resource is watched now.");
	per_resource(to, "kubernetes_resource_up", c, is_up);
	family(to, "kubernetes_heard_timestamp_seconds", "gauge",
	    "When anything of a resource came last; 0 = never.");
	per_resource(to, "kubernetes_heard_timestamp_seconds", c, heard);
	family(to, "kubernetes_objects", "gauge", "Objects of a resource that there are.");
	per_resource(to, "kubernetes_objects", c, objects);
	family(to, "kubernetes_lists_total", "counter", "Times that a resource was listed.");
	per_resource(to, "kubernetes_lists_total", c, lists);
	family(to, "kubernetes_events_total", "counter", "Watch events of a resource.");
	per_resource(to, "kubernetes_events_total", c, events);
	counter(to, "kubernetes_received_bytes_total", "Bytes of answers, as on the wire.",
	    c->wire_bytes);
	counter(to, "kubernetes_connections_total", "Connections opened.", c->connections);
	gauge(to, "kubernetes_leader", "Whether we hold the Lease and assign addresses.",
	    c->leading);
	counter(to, "kubernetes_write_failures_total",
	    "Writes of a Service's status or an Event that failed.", c->writes_failed);
	gauge(to, "kubernetes_insecure", "Whether the server's certificate is not verified.",
	    c->insecure);
	gauge(to, "kubernetes_credential_expiry_timestamp_seconds",
	    "When our credential expires; 0 = never.", (uint64_t)c->expires_s);
}

static void put_zserv(struct buf *to, const struct out_zserv *z)
{
	struct zserv_status st;

	out_zserv_status(z, &st);
	gauge(to, "zserv_up", "Whether routes flow to zebra.", st.state == ZSERV_UP);
	if (st.release && *st.release) {
		family(to, "zserv_info", "gauge", "Always 1; zebra's release.");
		labelled(to, "zserv_info", "release", st.release, 1);
	}
	counter(to, "zserv_connects_total", "Connections to zebra made.", st.connects);
	counter(to, "zserv_disconnects_total", "Connections to zebra lost.", st.disconnects);
	counter(to, "zserv_messages_received_total", "Messages of zebra.", st.messages_in);
	counter(to, "zserv_messages_sent_total", "Messages to zebra.", st.messages_out);
	counter(to, "zserv_bad_messages_total", "Messages of zebra that could not be read.",
	    st.bad_messages);
	counter(to, "zserv_errors_total", "Errors that zebra answered.", st.errors);
	counter(to, "zserv_strays_removed_total",
	    "Routes of an earlier run that were found in zebra and removed.", st.repaired);
}

static void on_nexthop(const struct znh *nh, void *arg)
{
	((uint64_t *)arg)[nh->state]++;
}

static void put_routes(struct buf *to, const struct zroutes *z)
{
	static const char *const states[] = {"unknown", "up", "down"};
	uint64_t hops[3] = {0};

	family(to, "routes", "gauge", "Routes by what zebra says of them.");
	for (int i = 0; i < ZROUTE_STATES; i++)
		labelled(to, "routes", "state", names_zroute_state((enum zroute_state)i),
		    zroutes_count(z, (enum zroute_state)i));
	zroutes_nexthops(z, on_nexthop, hops);
	family(to, "nexthops", "gauge", "Gateways by whether zebra reaches them.");
	for (int i = 0; i < 3; i++)
		labelled(to, "nexthops", "state", states[i], hops[i]);
}

static void put_fib(struct buf *to, const struct out_zserv *z)
{
	struct audit_stats st;

	audit_stats(out_zserv_audit(z), &st);
	gauge(to, "fib_compared", "Whether the kernel's routes are compared with zebra's word.",
	    !*out_zserv_fib_off(z) && st.compared);
	gauge(to, "fib_routes", "Routes of ours in the kernel.", st.routes);
	family(to, "fib_differences_open", "gauge",
	    "Differences between the kernel and zebra's word that there are now.");
	for (int i = 0; i < AUDIT_KINDS; i++)
		labelled(to, "fib_differences_open", "kind",
		    audit_kind_name((enum audit_kind)i), st.open[i]);
	family(to, "fib_differences_total", "counter",
	    "Differences found, those that zebra repaired by itself included.");
	for (int i = 0; i < AUDIT_KINDS; i++)
		labelled(to, "fib_differences_total", "kind",
		    audit_kind_name((enum audit_kind)i), st.found[i]);
	counter(to, "fib_repairs_total", "Routes that were sent again to repair the kernel.",
	    st.repairs);
	counter(to, "fib_restored_total",
	    "Routes that somebody changed and zebra put back by itself.", st.restored);
	counter(to, "fib_overruns_total", "Times that changes in the kernel were lost.",
	    st.overruns);
	counter(
	    to, "fib_comparisons_total", "Whole comparisons with the kernel.", st.comparisons);
}

void metrics_put(struct buf *to, const struct vty_context *ctx)
{
	put_self(to, ctx);
	put_source(to, ctx);
	if (ctx->source && ctx->source->cluster)
		put_cluster(to, ctx->source);
	if (ctx->rib)
		gauge(to, "rib_routes", "Prefixes that are announced.", rib_count(ctx->rib));
	if (!ctx->zserv)
		return;
	put_zserv(to, ctx->zserv);
	put_routes(to, out_zserv_routes(ctx->zserv));
	put_fib(to, ctx->zserv);
}
