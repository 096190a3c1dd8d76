/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_kubernetes.c - show kubernetes: the API server, how we stand with it, and a line for
 * each resource that is watched. */
#include "announcer/conf.h"
#include "announcer/control.h"
#include "announcer/vty/fmt.h"
#include "announcer/vty/names.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"
#include "k8s/event.h"

/* The newest byte of any resource, Unix time; 0 = none. */
static int64_t heard_s(const struct k8s_cluster *c)
{
	int64_t newest = 0;

	for (size_t i = 0; i < c->n_resources; i++)
		if (c->resources[i].heard_s > newest)
			newest = c->resources[i].heard_s;
	return newest;
}

static void put_age(struct vty_request *rq, const char *key, const char *label, int64_t at_s)
{
	char b[FMT_LEN];

	if (at_s)
		writer_num(rq->w, key, NULL, rq->now.unix_s - at_s);
	writer_str(rq->w, NULL, label, at_s ? fmt_age(rq->now.unix_s - at_s, b) : NULL);
}

static void put_server(struct vty_request *rq, const struct k8s_cluster *c)
{
	struct writer *w = rq->w;
	char b[FMT_LEN];

	writer_str(w, "server", "Server", c->server);
	writer_str(w, "source", "Credentials", c->source);
	if (c->auth_error)
		writer_str(w, "credentialError", "Cannot be read", c->auth_error);
	writer_bool(w, "insecure", NULL, c->insecure);
	if (c->insecure)
		writer_str(w, NULL, "Certificate", "not verified: insecure-skip-tls-verify");
	if (c->expires_s)
		writer_str(w, "credentialExpires", "Valid until", fmt_time(c->expires_s, b));
}

static void put_state(struct vty_request *rq, const struct k8s_state *st)
{
	struct writer *w = rq->w;
	char b[FMT_LEN];

	writer_bool(w, "synced", "Read once", st->synced);
	writer_bool(w, "whole", "All of it", st->whole);
	writer_bool(w, "reachable", "Reachable", st->cluster->server && !st->outage_s);
	if (st->outage_s) {
		writer_str(w, "outageSince", "Away since", fmt_time(st->outage_s, b));
		put_age(rq, "outageSeconds", "Away for", st->outage_s);
		writer_str(w, "outage", "Because", st->outage);
	}
	put_age(rq, "lastHeardSeconds", "Last heard", heard_s(st->cluster));
}

static void put_writes(struct vty_request *rq, const struct k8s_cluster *c)
{
	const struct conf *conf = rq->ctx->conf;
	struct writer *w = rq->w;

	writer_bool(w, "controller", NULL, conf && conf->controller);
	if (!conf || !conf->controller) {
		writer_str(w, NULL, "Controller", "no: nothing is written");
		return;
	}
	writer_str(w, NULL, "Controller",
	    c->leading  ? "leads: addresses are assigned here"
	    : c->leader ? "stands by"
			: "stands by: nobody leads");
	writer_str(w, "lease", "Lease", conf->lease);
	writer_bool(w, "leading", NULL, c->leading);
	writer_str(w, "leader", "Held by", c->leader);
	if (rq->ctx->control) {
		struct control_stats st;

		control_stats(rq->ctx->control, &st);
		writer_num(w, "statusesWritten", "Statuses written", (int64_t)st.done);
		writer_num(w, "statusesWaiting", "Waiting", (int64_t)st.waiting);
	}
	writer_num(w, "writesFailed", "Writes failed", (int64_t)c->writes_failed);
	if (c->write_error)
		writer_str(w, "writeError", "Last failure", c->write_error);
}

static void put_traffic(struct writer *w, const struct k8s_cluster *c)
{
	char b[FMT_LEN];

	writer_num(w, "receivedBytes", NULL, (int64_t)c->wire_bytes);
	writer_num(w, "connections", NULL, (int64_t)c->connections);
	writer_fmt(w, NULL, "Received", "%s, %llu connection%s",
	    fmt_size((int64_t)c->wire_bytes, b), (unsigned long long)c->connections,
	    c->connections == 1 ? "" : "s");
}

static void put_resource(struct vty_request *rq, const struct k8s_resource *r)
{
	struct writer *w = rq->w;

	writer_row_begin(w);
	writer_str(w, "resource", "RESOURCE", r->name);
	writer_str(w, "version", "VERSION", r->version);
	writer_str(w, "state", "STATE", names_phase(r->phase));
	writer_bool(w, "listed", NULL, r->listed);
	writer_num(w, "objects", "OBJECTS", (int64_t)r->objects);
	writer_num(w, "lists", NULL, (int64_t)r->lists);
	writer_num(w, "events", "EVENTS", (int64_t)r->events);
	put_age(rq, "sinceSeconds", "SINCE", r->since_s);
	put_age(rq, "heardSeconds", "HEARD", r->heard_s);
	writer_str(w, "text", "TEXT", r->text);
	writer_row_end(w);
}

enum vty_rc show_kubernetes(struct vty_request *rq)
{
	const struct k8s_state *st = rq->ctx->source;

	if (rq->ctx->conf && rq->ctx->conf->manifests)
		return vty_fail(rq, "The source is a folder of manifests: show queue.");
	if (!st || !st->cluster)
		return vty_fail(rq, "Nothing is known of an API server yet.");
	put_server(rq, st->cluster);
	put_state(rq, st);
	put_writes(rq, st->cluster);
	put_traffic(rq->w, st->cluster);
	writer_blank(rq->w);
	writer_table_begin(rq->w, "resources", "No resource is watched yet.");
	for (size_t i = 0; i < st->cluster->n_resources; i++)
		put_resource(rq, &st->cluster->resources[i]);
	writer_table_end(rq->w);
	return VTY_OK;
}
