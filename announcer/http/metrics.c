/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metrics.c - the metrics of grevyd but those of pools, of BGP, of the kernel output and of
 * layer 2. */
#include "announcer/http/metrics.h"
#include "announcer/audit_text.h"
#include "announcer/http/metrics_text.h"
#include "announcer/out_zserv.h"
#include "announcer/queue.h"
#include "announcer/vty/context.h"
#include "announcer/vty/names.h"
#include "k8s/event.h"
#include <inttypes.h>

static void put_self(struct buf *to, const struct vty_context *ctx)
{
	metric_family(to, "build_info", "gauge", "Always 1; the version of grevyd.");
	metric_labelled(to, "build_info", "version", ctx->version ? ctx->version : "", 1);
	metric_gauge(
	    to, "start_time_seconds", "When grevyd was started.", (uint64_t)ctx->started_s);
	metric_gauge(
	    to, "problems", "What is wrong with grevyd itself: see why.", ctx->n_problems);
}

static void put_source(struct buf *to, const struct vty_context *ctx)
{
	const struct k8s_state *st = ctx->source;
	struct queue_stats q;

	metric_gauge(to, "source_synced", "Whether the source of Services was read once.",
	    st && st->synced);
	metric_gauge(
	    to, "source_outage", "Whether the source cannot be read now.", st && st->outage_s);
	metric_gauge(to, "source_problems", "Objects or files of the source that are wrong.",
	    st ? st->n_problems + st->n_more : 0);
	if (!ctx->queue)
		return;
	queue_stats(ctx->queue, &q);
	metric_counter(to, "source_events_total", "Changes that the source told.", q.events);
}

/* One sample for each resource. */
static void per_resource(struct buf *to, const char *name, const struct k8s_cluster *c,
    uint64_t (*value)(const struct k8s_resource *r))
{
	for (size_t i = 0; i < c->n_resources; i++)
		metric_labelled(
		    to, name, "resource", c->resources[i].name, value(&c->resources[i]));
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

	metric_gauge(to, "kubernetes_up", "Whether the API server can be reached.",
	    c->server && !st->outage_s);
	metric_family(
	    to, "kubernetes_resource_up", "gauge", "Whether a resource is watched now.");
	per_resource(to, "kubernetes_resource_up", c, is_up);
	metric_family(to, "kubernetes_heard_timestamp_seconds", "gauge",
	    "When anything of a resource came last; 0 = never.");
	per_resource(to, "kubernetes_heard_timestamp_seconds", c, heard);
	metric_family(
	    to, "kubernetes_objects", "gauge", "Objects of a resource that there are.");
	per_resource(to, "kubernetes_objects", c, objects);
	metric_family(
	    to, "kubernetes_lists_total", "counter", "Times that a resource was listed.");
	per_resource(to, "kubernetes_lists_total", c, lists);
	metric_family(to, "kubernetes_events_total", "counter", "Watch events of a resource.");
	per_resource(to, "kubernetes_events_total", c, events);
	metric_counter(to, "kubernetes_received_bytes_total",
	    "Bytes of answers, as on the wire.", c->wire_bytes);
	metric_counter(
	    to, "kubernetes_connections_total", "Connections opened.", c->connections);
	metric_gauge(to, "kubernetes_leader", "Whether we hold the Lease and assign addresses.",
	    c->leading);
	metric_counter(to, "kubernetes_write_failures_total",
	    "Writes of a Service's status or an Event that failed.", c->writes_failed);
	metric_gauge(to, "kubernetes_insecure",
	    "Whether the server's certificate is not verified.", c->insecure);
	metric_gauge(to, "kubernetes_credential_expiry_timestamp_seconds",
	    "When our credential expires; 0 = never.", (uint64_t)c->expires_s);
}

static void put_zserv(struct buf *to, const struct out_zserv *z)
{
	struct zserv_status st;

	out_zserv_status(z, &st);
	metric_gauge(to, "zserv_up", "Whether routes flow to zebra.", st.state == ZSERV_UP);
	if (st.release && *st.release) {
		metric_family(to, "zserv_info", "gauge", "Always 1; zebra's release.");
		metric_labelled(to, "zserv_info", "release", st.release, 1);
	}
	metric_counter(to, "zserv_connects_total", "Connections to zebra made.", st.connects);
	metric_counter(
	    to, "zserv_disconnects_total", "Connections to zebra lost.", st.disconnects);
	metric_counter(
	    to, "zserv_messages_received_total", "Messages of zebra.", st.messages_in);
	metric_counter(to, "zserv_messages_sent_total", "Messages to zebra.", st.messages_out);
	metric_counter(to, "zserv_bad_messages_total",
	    "Messages of zebra that could not be read.", st.bad_messages);
	metric_counter(to, "zserv_errors_total", "Errors that zebra answered.", st.errors);
	metric_counter(to, "zserv_strays_removed_total",
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

	metric_family(to, "routes", "gauge", "Routes by what zebra says of them.");
	for (int i = 0; i < ZROUTE_STATES; i++)
		metric_labelled(to, "routes", "state", names_zroute_state((enum zroute_state)i),
		    zroutes_count(z, (enum zroute_state)i));
	zroutes_nexthops(z, on_nexthop, hops);
	metric_family(to, "nexthops", "gauge", "Gateways by whether zebra reaches them.");
	for (int i = 0; i < 3; i++)
		metric_labelled(to, "nexthops", "state", states[i], hops[i]);
}

static void put_fib(struct buf *to, const struct out_zserv *z)
{
	struct audit_stats st;

	audit_stats(out_zserv_audit(z), &st);
	metric_gauge(to, "fib_compared",
	    "Whether the kernel's routes are compared with zebra's word.",
	    !*out_zserv_fib_off(z) && st.compared);
	metric_gauge(to, "fib_routes", "Routes of ours in the kernel.", st.routes);
	metric_family(to, "fib_differences_open", "gauge",
	    "Differences between the kernel and zebra's word that there are now.");
	for (int i = 0; i < AUDIT_KINDS; i++)
		metric_labelled(to, "fib_differences_open", "kind",
		    audit_kind_name((enum audit_kind)i), st.open[i]);
	metric_family(to, "fib_differences_total", "counter",
	    "Differences found, those that zebra repaired by itself included.");
	for (int i = 0; i < AUDIT_KINDS; i++)
		metric_labelled(to, "fib_differences_total", "kind",
		    audit_kind_name((enum audit_kind)i), st.found[i]);
	metric_counter(to, "fib_repairs_total",
	    "Routes that were sent again to repair the kernel.", st.repairs);
	metric_counter(to, "fib_restored_total",
	    "Routes that somebody changed and zebra put back by itself.", st.restored);
	metric_counter(to, "fib_overruns_total", "Times that changes in the kernel were lost.",
	    st.overruns);
	metric_counter(
	    to, "fib_comparisons_total", "Whole comparisons with the kernel.", st.comparisons);
}

void metrics_put(struct buf *to, const struct vty_context *ctx)
{
	put_self(to, ctx);
	put_source(to, ctx);
	if (ctx->source && ctx->source->cluster)
		put_cluster(to, ctx->source);
	metrics_put_policy(to, ctx);
	if (ctx->rib)
		metric_gauge(
		    to, "rib_routes", "Prefixes that are announced.", rib_count(ctx->rib));
	metrics_put_pools(to, ctx);
	metrics_put_bgp(to, ctx);
	metrics_put_kernel(to, ctx);
	metrics_put_l2(to, ctx);
	if (!ctx->zserv)
		return;
	put_zserv(to, ctx->zserv);
	put_routes(to, out_zserv_routes(ctx->zserv));
	put_fib(to, ctx->zserv);
}
