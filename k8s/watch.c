/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which resources there are, and time. Everything that is due is done in watch_turn(), which
 * one timer brings about; the client's callbacks (watch_call.c) only say that it is to run
 * again.
 *
 * A peer that is gone without a word leaves watches that say nothing for ever, as idle ones do.
 * So when nothing at all was heard for a while, the server is asked for its version: any answer
 * will do, and without one every connection is given up.
 */
#include "k8s/watch_int.h"
#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SILENCE_MS  30000
#define PING_HEAD_S 10
#define PING_S      15

#define GROUP "metallb.io"

static const char *const v1[] = {"v1", NULL};
static const char *const v1_beta1[] = {"v1", "v1beta1", NULL};
static const char *const beta1[] = {"v1beta1", NULL};
static const char *const beta2_beta1[] = {"v1beta2", "v1beta1", NULL};

static const struct base_row {
	const char *group;
	const char *const *versions;
	const char *resource;
	enum k8s_kind kind;
	bool core;
} base_rows[] = {
    {"",		 v1,       "nodes",          K8S_NODE,      true },
    {"",		 v1,       "services",       K8S_SERVICE,   true },
    {"discovery.k8s.io", v1_beta1, "endpointslices", K8S_SLICE,     true },
    {"",		 v1,       "namespaces",     K8S_NAMESPACE, false},
};

static const struct custom_row {
	const char *const *versions;
	const char *resource, *label;
} custom_rows[] = {
    {beta1,       "ipaddresspools",    "ipaddresspools." GROUP   },
    {beta1,       "addresspools",      "addresspools." GROUP     },
    {beta1,       "l2advertisements",  "l2advertisements." GROUP },
    {beta1,       "bgpadvertisements", "bgpadvertisements." GROUP},
    {beta2_beta1, "bgppeers",          "bgppeers." GROUP         },
    {beta1,       "bfdprofiles",       "bfdprofiles." GROUP      },
    {beta1,       "communities",       "communities." GROUP      },
};

static const struct custom_row l2_row = {
    beta1, "servicel2statuses", "servicel2statuses." GROUP};

static int64_t real_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

uint32_t watch_random(void)
{
	uint32_t r;

	evutil_secure_rng_get_bytes(&r, sizeof(r));
	return r;
}

void watch_soon(struct watch *w)
{
	if (w->work)
		event_active(w->work, EV_TIMEOUT, 0);
}

void watch_heard(struct watch *w)
{
	w->heard_ms = w->now_ms();
}

static void on_ping_head(struct client_call *call, int status, void *arg)
{
	(void)call;
	(void)status;
	watch_heard(arg);
}

static int on_ping_data(struct client_call *call, const char *p, size_t len, void *arg)
{
	(void)call;
	(void)p;
	(void)len;
	watch_heard(arg);
	return 0;
}

static void on_ping_done(struct client_call *call, const struct http_result *result, void *arg)
{
	struct watch *w = arg;

	(void)call;
	w->ping = NULL;
	w->reset = !result->status;
	watch_soon(w);
}

static void ping(struct watch *w)
{
	static const struct client_events events = {on_ping_head, on_ping_data, on_ping_done};
	struct http_request rq = {.method = "GET",
	    .path = "/version",
	    .head_s = PING_HEAD_S,
	    .idle_s = PING_HEAD_S,
	    .total_s = PING_S};

	w->ping = client_start(w->client, &rq, &events, w);
	if (!w->ping) /* no memory: not now */
		w->heard_ms = w->now_ms();
}

/* When the silence is to be looked into. */
static int64_t ping_at(const struct watch *w)
{
	for (const struct watch_resource *res = w->resources; res; res = res->next)
		if (res->call && res->r.phase == K8S_WATCHING)
			return w->ping ? REFLECT_NEVER : w->heard_ms + SILENCE_MS;
	return REFLECT_NEVER;
}

static void set_timer(struct watch *w)
{
	int64_t now = w->now_ms(), at = ping_at(w);
	struct timeval tv;

	for (const struct watch_resource *res = w->resources; res; res = res->next)
		if (res->r.wake_ms < at)
			at = res->r.wake_ms;
	if ((w->moved || w->changed) && w->told_ms + WATCH_STATE_MS < at)
		at = w->told_ms + WATCH_STATE_MS;
	if (at == REFLECT_NEVER) {
		event_del(w->work);
		return;
	}
	at = at > now ? at - now : 0;
	tv = (struct timeval){.tv_sec = at / 1000, .tv_usec = at % 1000 * 1000};
	event_add(w->work, &tv);
}

void watch_turn(struct watch *w)
{
	int64_t now = w->now_ms();

	if (w->reset) {
		w->reset = false;
		w->heard_ms = now; /* of those that come next */
		client_reset(w->client);
	}
	for (struct watch_resource *res = w->resources; res; res = res->next)
		watch_call_turn(res);
	if (now >= ping_at(w))
		ping(w);
	if (w->moved && now >= w->told_ms + WATCH_STATE_MS)
		w->changed = true;
	watch_tell_flush(w);
	set_timer(w);
}

static void on_work(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	watch_turn(arg);
}

static void resource_free(struct watch_resource *res)
{
	if (!res)
		return;
	watch_call_cancel(res);
	reflect_fini(&res->r);
	told_fini(&res->told);
	free(res->label);
	free((char *)(uintptr_t)res->what.ns);
	free((char *)(uintptr_t)res->what.name);
	free(res);
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* A resource that is wanted: what there is of it, or a new one. */
struct want {
	struct reflect_what what;
	enum k8s_kind kind;
	const char *label;
	bool core;
};

static struct watch_resource *resource_new(struct watch *w, const struct want *want)
{
	struct watch_resource *res = calloc(1, sizeof(*res));
	bool ok;

	if (!res)
		return NULL;
	res->w = w;
	res->what = want->what;
	res->what.ns = want->what.ns ? strdup(want->what.ns) : NULL;
	res->what.name = want->what.name ? strdup(want->what.name) : NULL;
	res->label = strdup(want->label);
	res->kind = want->kind;
	res->core = want->core;
	reflect_init(&res->r, &res->what, w->now_ms());
	ok = res->label && !res->what.ns == !want->what.ns &&
	     !res->what.name == !want->what.name;
	if (!ok) {
		resource_free(res);
		return NULL;
	}
	return res;
}

static int add(struct watch *w, const struct want *want)
{
	struct watch_resource **at = &w->resources;

	while (
	    *at && (!same((*at)->label, want->label) || !same((*at)->what.ns, want->what.ns)))
		at = &(*at)->next;
	if (!*at) {
		*at = resource_new(w, want);
		if (!*at)
			return -ENOMEM;
		w->changed = true;
	}
	(*at)->wanted = true;
	return 0;
}

static int add_base(struct watch *w)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(base_rows) / sizeof(base_rows[0]); i++) {
		const struct base_row *row = &base_rows[i];
		struct want want = {
		    .what = {.group = row->group,
			     .versions = row->versions,
			     .resource = row->resource},
		    .kind = row->kind,
		    .label = row->resource,
		    .core = row->core
                };

		rc = add(w, &want);
	}
	return rc;
}

static int add_custom(struct watch *w, const struct custom_row *row, const char *ns)
{
	struct want want = {
	    .what = {.group = GROUP,
		     .versions = row->versions,
		     .resource = row->resource,
		     .ns = ns,
		     .optional = true},
	    .kind = K8S_CUSTOM,
	    .label = row->label
        };

	return add(w, &want);
}

static int add_customs(struct watch *w, const char *ns)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < sizeof(custom_rows) / sizeof(custom_rows[0]); i++)
		rc = add_custom(w, &custom_rows[i], ns);
	return rc;
}

/* One object of the core. */
static int add_one(struct watch *w, enum k8s_kind kind, const char *ns, const char *name)
{
	bool map = kind == K8S_CONFIGMAP;
	const char *word = map ? "configmap" : "secret";
	size_t len = strlen(word) + strlen(ns) + strlen(name) + 3;
	char *label = malloc(len);
	struct want want = {
	    .what = {.group = "",
		     .versions = v1,
		     .resource = map ? "configmaps" : "secrets",
		     .ns = ns,
		     .name = name},
	    .kind = kind,
	    .label = label
        };
	int rc;

	if (!label)
		return -ENOMEM;
	snprintf(label, len, "%s %s/%s", word, ns, name);
	rc = add(w, &want);
	free(label);
	return rc;
}

/* Nobody wants it any more: what was told of it is gone. */
static void drop(struct watch_resource *res)
{
	watch_call_cancel(res);
	told_begin(&res->told);
	watch_tell_sweep(res);
	res->w->changed = true;
	resource_free(res);
}

static void drop_unwanted(struct watch *w)
{
	for (struct watch_resource **at = &w->resources; *at;) {
		struct watch_resource *res = *at;

		if (res->wanted) {
			at = &res->next;
		} else {
			*at = res->next;
			drop(res);
		}
	}
}

static int add_wants(struct watch *w, const struct watch_wants *wants)
{
	int rc = add_base(w);

	if (!rc && wants->custom_ns)
		rc = add_customs(w, wants->custom_ns);
	if (!rc && wants->l2_ns)
		rc = add_custom(w, &l2_row, wants->l2_ns);
	if (!rc && wants->configmap)
		rc = add_one(w, K8S_CONFIGMAP, wants->configmap_ns, wants->configmap);
	for (size_t i = 0; !rc && i < wants->n_secrets; i++)
		rc = add_one(w, K8S_SECRET, wants->secrets[i].ns, wants->secrets[i].name);
	return rc;
}

int watch_set_wants(struct watch *w, const struct watch_wants *wants)
{
	int rc;

	for (struct watch_resource *res = w->resources; res; res = res->next)
		res->wanted = false;
	rc = add_wants(w, wants);
	if (!rc)
		drop_unwanted(w);
	if (w->work) {
		watch_tell_flush(w);
		watch_soon(w);
	}
	return rc;
}

struct watch *watch_new(
    struct event_base *base, struct client *client, k8s_sink *sink, void *arg)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->base = base;
	w->client = client;
	w->sink = sink;
	w->arg = arg;
	w->now_ms = real_ms;
	if (add_base(w) < 0) {
		watch_free(w);
		return NULL;
	}
	return w;
}

void watch_clock_by(struct watch *w, int64_t (*now_ms)(void))
{
	w->now_ms = now_ms;
	for (struct watch_resource *res = w->resources; res; res = res->next)
		res->r.wake_ms = now_ms();
}

int watch_start(struct watch *w)
{
	if (w->work)
		return 0;
	w->work = event_new(w->base, -1, 0, on_work, w);
	if (!w->work)
		return -ENOMEM;
	watch_soon(w);
	return 0;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	if (w->ping)
		client_cancel(w->ping);
	while (w->resources) {
		struct watch_resource *res = w->resources;

		w->resources = res->next;
		resource_free(res);
	}
	if (w->work)
		event_free(w->work);
	free(w->outage);
	free(w);
}

void watch_rescan(struct watch *w)
{
	for (struct watch_resource *res = w->resources; res; res = res->next) {
		watch_call_cancel(res);
		reflect_again(&res->r, w->now_ms());
	}
	watch_soon(w);
}

/* Versions of another server mean nothing to this one, and it would not always say so. */
static void follow_client(struct watch *w)
{
	struct client_view view;

	client_look(w->client, &view);
	if (view.moves == w->moves)
		return;
	w->moves = view.moves;
	watch_rescan(w);
}

void watch_client_changed(struct watch *w)
{
	follow_client(w);
	w->changed = true;
	if (w->work)
		watch_tell_flush(w);
}
