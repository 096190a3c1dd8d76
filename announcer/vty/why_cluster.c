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

#define SEE "grevysh -c 'show kubernetes'"

static const char *server(const struct k8s_cluster *c)
{
	return c->server ? c->server : "the API server";
}

/* The manifests that we ship give all rights that are needed. */
static const char *rights(const struct why *y)
{
	const struct conf *c = y->rq->ctx->conf;

	if (c && c->role == CONF_NODE)
		return "kubectl apply -k k8s/deploy/kustomize/node";
	if (c && c->controller)
		return "kubectl apply -k k8s/deploy/kustomize/router-controller";
	return "kubectl apply -k k8s/deploy/kustomize/router";
}

static const char *cure_of(const struct why *y, const struct k8s_resource *r)
{
	switch (r->phase) {
	case K8S_FORBIDDEN:
		return rights(y);
	case K8S_ABSENT:
		return "is it the right cluster? see kubernetes.kubeconfig and context";
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

static void put_resource(struct why *y, const struct k8s_resource *r)
{
	const char *what = r->text                  ? r->text
	                   : r->phase == K8S_ABSENT ? "the server does not have it"
	                                            : names_phase(r->phase);

	if (r->listed)
		why_warn(y, "source", cure_of(y, r), "%s: %s; what was last known is used",
		    r->name, what);
	else if (is_needed(r))
		why_broken(y, "source", cure_of(y, r), "%s: never read: %s", r->name, what);
	else
		why_note(y, "source", cure_of(y, r), "%s: %s", r->name, what);
}

/* Return: how many fail. */
static size_t put_resources(struct why *y, const struct k8s_cluster *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_resources; i++)
		if (fails(&c->resources[i])) {
			put_resource(y, &c->resources[i]);
			n++;
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
	else if (because)
		why_broken(y, "source", SEE "; make the API server reachable",
		    "the API server has not been read yet: %s; what an earlier run announced "
		    "stays",
		    because);
	else
		why_broken(y, "source", "wait; if it stays: " SEE,
		    "%s has not been read yet; what an earlier run announced stays", server(c));
}

void why_cluster(struct why *y, const struct k8s_state *st)
{
	const struct k8s_cluster *c = st->cluster;
	size_t failing = 0;
	char b[FMT_LEN];

	if (!st->outage_s)
		failing = put_resources(y, c);
	if (c->auth_error && c->source)
		why_warn(y, "source", "mend that file; what was read before is used", "%s",
		    c->auth_error);
	if (!st->synced && !y->broken)
		put_unread(y, st);
	else if (st->outage_s)
		why_warn(y, "source", SEE "; make the API server reachable again",
		    "the API server is away since %s: %s; what was last known is used",
		    fmt_time(st->outage_s, b), st->outage ? st->outage : server(c));
	else if (!failing && !st->n_problems)
		why_ok(y, "source", "%s, %zu resources watched", server(c), watched(c));
	why_problems(y, st);
}

/* ---- the Lease ---- */

static void put_nobody(struct why *y, const struct k8s_state *st, bool waits)
{
	const char *lease = y->rq->ctx->conf->lease, *error = st->cluster->write_error;
	const char *cure = st->outage_s ? "make the API server reachable again" : rights(y);

	if (waits)
		why_broken(y, "controller", cure,
		    "nobody holds the Lease %s, so nobody assigns an address%s%s", lease,
		    error ? ": " : "", error ? error : "");
	else
		why_warn(y, "controller", cure,
		    "nobody holds the Lease %s, so nobody assigns an address%s%s", lease,
		    error ? ": " : "", error ? error : "");
}

void why_controller(struct why *y, const struct alloc_service *as)
{
	const struct vty_context *ctx = y->rq->ctx;
	const struct k8s_state *st = ctx->source;
	const struct k8s_cluster *c = st ? st->cluster : NULL;
	const struct conf *conf = ctx->conf;
	bool waits = as && !as->n && as->reason == ALLOC_NO_CONTROLLER;

	if (!c || !conf || !conf->controller)
		return;
	if (!c->leading && !c->leader)
		put_nobody(y, st, waits);
	else if (!c->leading && waits)
		why_broken(y, "controller",
		    why_say(y, "grevysh -c 'why %s/%s'; at that grevyd", as->svc->ns,
			as->svc->name),
		    "%s holds the Lease %s, and has not assigned an address", c->leader,
		    conf->lease);
	else if (!c->leading)
		why_ok(y, "controller", "%s holds the Lease %s and assigns", c->leader,
		    conf->lease);
	else if (c->write_error)
		why_warn(y, "controller",
		    st->outage_s ? "make the API server reachable again" : rights(y),
		    "the Lease %s is ours, but what we assign cannot be written: %s",
		    conf->lease, c->write_error);
	else
		why_ok(y, "controller", "the Lease %s is ours", conf->lease);
}
