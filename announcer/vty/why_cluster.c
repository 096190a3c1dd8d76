/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * why_cluster.c - the links of a chain that speak of an API server: whether it has been read,
 * what it refuses, and who assigns addresses there.
 */
#include "announcer/conf.h"
#include "announcer/vty/fmt.h"
#include "announcer/vty/names.h"
#include "announcer/vty/why.h"
#include "k8s/event.h"
#include <string.h>

#define SEE "see show kubernetes, and the log"

static const char *server(const struct k8s_cluster *c)
{
	return c->server ? c->server : "the API server";
}

static const char *cure_of(const struct k8s_resource *r)
{
	switch (r->phase) {
	case K8S_FORBIDDEN:
		return "give our account this right (RBAC), as k8s/deploy does";
	case K8S_ABSENT:
		return "the server is too old, or another: see kubernetes.kubeconfig and "
		       "context";
	default:
		return SEE;
	}
}

/* Without these, nothing can be announced. */
static bool is_needed(const struct k8s_resource *r)
{
	static const char *const needed[] = {"services", "endpointslices", "nodes"};

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		size_t n = strlen(needed[i]);

		if (strncmp(r->name, needed[i], n) == 0 && (!r->name[n] || r->name[n] == '.'))
			return true;
	}
	return false;
}

static bool fails(const struct k8s_resource *r)
{
	return r->phase == K8S_FORBIDDEN || r->phase == K8S_BACKOFF ||
	       (r->phase == K8S_ABSENT && is_needed(r));
}

/* Return: how many fail. */
static size_t put_resources(struct why *y, const struct k8s_cluster *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_resources; i++) {
		const struct k8s_resource *r = &c->resources[i];
		const char *what = r->text                  ? r->text
		                   : r->phase == K8S_ABSENT ? "the server does not have it"
		                                            : names_phase(r->phase);

		if (!fails(r))
			continue;
		n++;
		if (is_needed(r) && !r->listed)
			why_broken(
			    y, "source", cure_of(r), "%s: never read: %s", r->name, what);
		else
			why_note(y, "source", cure_of(r), "%s: %s%s", r->name, what,
			    r->listed ? "; what was last known is used" : "");
	}
	return n;
}

static size_t watched(const struct k8s_cluster *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_resources; i++)
		n += c->resources[i].phase == K8S_WATCHING;
	return n;
}

static void put_unread(struct why *y, const struct k8s_state *st)
{
	const struct k8s_cluster *c = st->cluster;
	const char *because = st->outage ? st->outage : c->auth_error;

	if (!c->source)
		why_broken(y, "source",
		    "set kubernetes.kubeconfig to a file that this user can read, or "
		    "kubernetes.manifests",
		    "no API server is known: %s", because ? because : "still looking");
	else
		why_broken(y, "source", because ? "make the API server reachable; " SEE : SEE,
		    "%s has not been read yet%s%s", server(c), because ? ": " : "",
		    because ? because : "");
}

void why_cluster(struct why *y, const struct k8s_state *st)
{
	const struct k8s_cluster *c = st->cluster;
	size_t failing = 0;
	char b[FMT_LEN];

	if (!st->outage_s)
		failing = put_resources(y, c);
	if (c->auth_error && c->source)
		why_note(y, "source", "mend that file; what was read before is used", "%s",
		    c->auth_error);
	if (!st->synced && !y->broken)
		put_unread(y, st);
	else if (st->outage_s)
		why_note(y, "source", "make the API server reachable again: show kubernetes",
		    "%s away since %s: %s; the last known state is used", server(c),
		    fmt_time(st->outage_s, b), st->outage ? st->outage : "no reason given");
	else if (!failing && !st->n_problems)
		why_ok(y, "source", "%s, %zu resources watched", server(c), watched(c));
}

static const char *write_cure(const struct k8s_state *st)
{
	if (st->outage_s)
		return "make the API server reachable again";
	return "our account must be allowed to get, create and update Leases, and to patch "
	       "services/status (RBAC); " SEE;
}

void why_controller(struct why *y)
{
	const struct vty_context *ctx = y->rq->ctx;
	const struct k8s_cluster *c = ctx->source ? ctx->source->cluster : NULL;
	const struct conf *conf = ctx->conf;

	if (!c || !conf || !conf->controller)
		return;
	if (!c->leading && c->leader)
		why_ok(y, "controller", "%s holds the Lease %s and assigns", c->leader,
		    conf->lease);
	else if (!c->leading)
		why_note(y, "controller", write_cure(ctx->source),
		    "nobody holds the Lease %s, so nobody assigns%s%s", conf->lease,
		    c->write_error ? ": " : "", c->write_error ? c->write_error : "");
	else if (c->write_error)
		why_note(y, "controller", write_cure(ctx->source),
		    "the Lease %s is ours, but writing failed: %s", conf->lease,
		    c->write_error);
	else
		why_ok(y, "controller", "the Lease %s is ours", conf->lease);
}
