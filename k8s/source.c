/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One of two kinds at a time: manifests; or a client of an API server, the watch, and what
 * writes: the lease, status, Events, and what each node says of itself. Everything that they
 * tell passes on_event(), where the state is completed by what the watch does not know, and
 * leftovers of another source are swept.
 */
#include "k8s/source.h"
#include "k8s/client.h"
#include "k8s/l2_writer.h"
#include "k8s/lease.h"
#include "k8s/leftover.h"
#include "k8s/manifests.h"
#include "k8s/notice.h"
#include "k8s/status.h"
#include "k8s/watch.h"
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#define COMPONENT "grevy"

enum writer { WRITE_STATUS, WRITE_NOTICES, WRITE_OWN_NOTICES, WRITE_L2, WRITERS };

/* What is there of an API. */
struct api {
	struct client *client;
	struct watch *watch;
	struct lease *lease;
	struct status *status;
	struct notices *notices;
	struct notices *own_notices; /* of this node, bound to no Lease */
	struct l2_writer *l2;
	struct event *tick;
	uint64_t failed[WRITERS]; /* as seen last */
	enum writer failed_last;
	uint64_t told_failures; /* in the newest state */
	bool told_error;
	bool writes; /* something was given to be written by this node itself */
};

struct source {
	struct event_base *base;
	k8s_sink *sink;
	void *arg;
	struct k8s_command *conf; /* K8S_SOURCE: what is in force; NULL = nothing yet */
	unsigned given;           /* of them */
	struct manifests *manifests;
	struct api api;             /* all or nothing */
	struct k8s_command *elect;  /* K8S_ELECT: the newest; NULL = none */
	struct leftover left;       /* of the source before, not told by this one */
	void (*on_left)(void *arg); /* NULL = nobody waits for it */
	void *left_arg;
};

static char *copy(const char *s, bool *ok)
{
	char *p = s ? strdup(s) : NULL;

	*ok &= p || !s;
	return p;
}

static bool equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

struct k8s_command *source_command_new(const struct k8s_source_conf *conf)
{
	struct k8s_command *c = k8s_command_new(K8S_SOURCE);
	struct k8s_source_conf *to = c ? calloc(1, sizeof(*to)) : NULL;
	bool ok = to != NULL;

	if (ok) {
		c->source = to;
		to->manifests = copy(conf->manifests, &ok);
		to->kubeconfig = copy(conf->kubeconfig, &ok);
		to->context = copy(conf->context, &ok);
		to->custom_ns = copy(conf->custom_ns, &ok);
		to->l2_ns = copy(conf->l2_ns, &ok);
		to->configmap_ns = copy(conf->configmap_ns, &ok);
		to->configmap = copy(conf->configmap, &ok);
		to->secrets = calloc(conf->n_secrets + 1, sizeof(*to->secrets));
		ok &= to->secrets != NULL;
	}
	for (size_t i = 0; ok && i < conf->n_secrets; i++)
		to->secrets[to->n_secrets++] = copy(conf->secrets[i], &ok);
	if (!ok) {
		k8s_command_free(c);
		c = NULL;
	}
	return c;
}

/* ---- what passes ---- */

/* How writing goes: failures so far, and the newest of them (NULL = none). */
static uint64_t failures(struct api *a, const char **why)
{
	const char *said[WRITERS] = {0};
	const uint64_t failed[WRITERS] = {
	    [WRITE_STATUS] = status_failed(a->status, &said[WRITE_STATUS]),
	    [WRITE_NOTICES] = notices_dropped(a->notices, &said[WRITE_NOTICES]),
	    [WRITE_OWN_NOTICES] = notices_dropped(a->own_notices, &said[WRITE_OWN_NOTICES]),
	    [WRITE_L2] = l2_writer_failed(a->l2, &said[WRITE_L2]),
	};
	uint64_t n = 0;

	for (enum writer i = 0; i < WRITERS; i++) {
		if (failed[i] != a->failed[i] && said[i])
			a->failed_last = i;
		a->failed[i] = failed[i];
		n += failed[i];
	}
	*why = said[a->failed_last];
	if (lease_error(a->lease))
		*why = lease_error(a->lease);
	return n;
}

static void complete(struct api *a, struct k8s_cluster *c)
{
	const char *leader = lease_holder(a->lease), *error = NULL;
	struct client_view view;

	client_look(a->client, &view);
	c->auth_error = view.error ? strdup(view.error) : NULL;
	c->leading = lease_ours(a->lease);
	c->leader = leader ? strdup(leader) : NULL;
	c->writes_failed = a->told_failures = failures(a, &error);
	c->write_error = error ? strdup(error) : NULL;
	a->told_error = error != NULL;
}

static void on_event(struct k8s_event *ev, void *arg)
{
	struct source *s = arg;

	if (ev->type == K8S_STATE) {
		ev->state->sources = s->given;
		if (s->left.n && leftover_may_go(ev->state))
			leftover_delete_all(&s->left, s->sink, s->arg);
		if (s->api.tick && ev->state->cluster)
			complete(&s->api, ev->state->cluster);
	} else if (s->left.n && ev->obj) {
		leftover_remove(&s->left, ev->obj);
	}
	s->sink(ev, s->arg);
}

/* ---- an API ---- */

static void on_client_change(void *arg)
{
	struct source *s = arg;

	if (s->api.watch)
		watch_client_changed(s->api.watch);
}

/* Tell who waits, if nothing holds us any more. */
static void check_left(struct source *s)
{
	void (*fn)(void *arg) = s->on_left;

	if (!fn || (s->api.lease && lease_leaving(s->api.lease)) ||
	    (s->api.l2 && !l2_writer_idle(s->api.l2)))
		return;
	s->on_left = NULL;
	fn(s->left_arg);
}

static void on_l2_left(void *arg)
{
	check_left(arg);
}

static void on_lease_change(void *arg)
{
	struct source *s = arg;

	/* Of the term that is over; or from between its end and the news of it. */
	if (s->api.notices) {
		status_clear(s->api.status);
		notices_clear(s->api.notices);
	}
	if (s->on_left)
		check_left(s);
	else if (s->api.watch)
		watch_client_changed(s->api.watch);
}

/* What writes does not say when it fails, so it is asked. */
static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct source *s = arg;
	const char *error = NULL;
	uint64_t n = failures(&s->api, &error);

	(void)fd;
	(void)what;
	if (n != s->api.told_failures || (error != NULL) != s->api.told_error)
		watch_client_changed(s->api.watch);
}

static void api_close(struct api *a)
{
	if (a->tick)
		event_free(a->tick);
	l2_writer_free(a->l2);
	notices_free(a->own_notices);
	notices_free(a->notices);
	status_free(a->status);
	lease_free(a->lease);
	watch_free(a->watch);
	client_free(a->client);
	*a = (struct api){0};
}

static int set_wants(struct watch *w, const struct k8s_source_conf *conf)
{
	struct watch_wants wants = {.custom_ns = conf->custom_ns,
	    .l2_ns = conf->l2_ns,
	    .configmap_ns = conf->configmap_ns,
	    .configmap = conf->configmap};
	struct watch_name *names = calloc(conf->n_secrets + 1, sizeof(*names));
	char *text = NULL;
	int rc = -ENOMEM;

	if (!names)
		return rc;
	/* "ns/name" in two */
	for (size_t i = 0; i < conf->n_secrets; i++) {
		char *slash;

		text = strdup(conf->secrets[i]);
		slash = text ? strchr(text, '/') : NULL;
		if (!slash) {
			free(text);
			goto out;
		}
		*slash = '\0';
		names[wants.n_secrets++] = (struct watch_name){text, slash + 1};
	}
	wants.secrets = names;
	rc = watch_set_wants(w, &wants);
out:
	for (size_t i = 0; i < wants.n_secrets; i++)
		free((char *)names[i].ns);
	free(names);
	return rc;
}

/* Who does not write need not wake up to see how that goes. */
static void set_tick(struct api *a, bool on)
{
	static const struct timeval second = {1, 0};

	if (!on)
		event_del(a->tick);
	else if (!event_pending(a->tick, EV_TIMEOUT, NULL))
		event_add(a->tick, &second);
}

static void take_part(struct api *a, const struct k8s_elect *elect)
{
	lease_elect(a->lease, elect);
	set_tick(a, elect->ns || a->writes);
}

static void write_own(struct api *a)
{
	a->writes = true;
	set_tick(a, true);
}

static int api_open(struct source *s, const struct k8s_source_conf *conf)
{
	struct auth_where where = {.kubeconfig = conf->kubeconfig, .context = conf->context};
	struct api *a = &s->api;

	a->client = client_new(s->base, &where, on_client_change, s);
	if (a->client)
		a->watch = watch_new(s->base, a->client, on_event, s);
	if (a->watch)
		a->lease = lease_new(s->base, a->client, on_lease_change, s);
	if (a->lease)
		a->status = status_new(s->base, a->client, a->lease, on_event, s);
	if (a->status)
		a->notices = notices_new(s->base, a->client, a->lease, COMPONENT);
	if (a->notices)
		a->own_notices = notices_new(s->base, a->client, NULL, COMPONENT);
	if (a->own_notices)
		a->l2 = l2_writer_new(s->base, a->client);
	if (a->l2)
		a->tick = event_new(s->base, -1, EV_PERSIST, on_tick, s);
	if (!a->tick || set_wants(a->watch, conf) || watch_start(a->watch)) {
		api_close(a);
		return -ENOMEM;
	}
	if (s->elect)
		take_part(a, s->elect->elect);
	return 0;
}

/* ---- which source ---- */

static int manifests_open(struct source *s, const char *dir)
{
	s->manifests = manifests_new(s->base, dir, on_event, s);
	if (s->manifests && manifests_start(s->manifests) == 0)
		return 0;
	manifests_free(s->manifests);
	s->manifests = NULL;
	return -ENOMEM;
}

/* The old one stays what it is until the new one runs; then only its names are kept. */
static int replace(struct source *s, const struct k8s_source_conf *conf)
{
	struct leftover left = {0};
	struct leftover_adding adding = {.to = &left};
	struct manifests *old_manifests = s->manifests;
	struct api old_api = s->api;
	int rc;

	leftover_each(&s->left, leftover_add, &adding);
	if (old_manifests)
		manifests_each_told(old_manifests, leftover_add, &adding);
	if (old_api.watch)
		watch_each_told(old_api.watch, leftover_add, &adding);
	s->manifests = NULL;
	s->api = (struct api){0};
	rc = adding.rc;
	if (!rc)
		rc = conf->manifests ? manifests_open(s, conf->manifests) : api_open(s, conf);
	if (rc) {
		s->manifests = old_manifests;
		s->api = old_api;
		leftover_fini(&left);
		return rc;
	}
	leftover_fini(&s->left);
	s->left = left;
	manifests_free(old_manifests);
	api_close(&old_api);
	return 0;
}

static bool same_api(const struct k8s_source_conf *a, const struct k8s_source_conf *b)
{
	return !a->manifests && !b->manifests && equal(a->kubeconfig, b->kubeconfig) &&
	       equal(a->context, b->context);
}

/* Consumes c. */
static int move(struct source *s, struct k8s_command *c)
{
	const struct k8s_source_conf *next = c->source, *now = s->conf ? s->conf->source : NULL;
	int rc = 0;

	s->given++;
	if (now && same_api(now, next))
		rc = set_wants(s->api.watch, next);
	else if (!now || !now->manifests || !next->manifests)
		rc = replace(s, next);
	else if (!equal(now->manifests, next->manifests))
		rc = manifests_move(s->manifests, next->manifests);
	k8s_command_free(rc ? c : s->conf);
	if (!rc)
		s->conf = c;
	return rc;
}

static void rescan(struct source *s)
{
	if (s->manifests)
		manifests_rescan(s->manifests);
	if (!s->api.watch)
		return;
	client_reload(s->api.client, NULL);
	watch_rescan(s->api.watch);
}

/* Consumes c. */
static void elect(struct source *s, struct k8s_command *c)
{
	k8s_command_free(s->elect);
	s->elect = c;
	if (s->api.lease)
		take_part(&s->api, c->elect);
}

static void put_notice(struct api *a, struct k8s_command *c)
{
	if (c->notice->node)
		write_own(a);
	notices_put(c->notice->node ? a->own_notices : a->notices, c->notice);
	c->notice = NULL;
}

int source_command(struct source *s, struct k8s_command *c)
{
	switch (c->type) {
	case K8S_SOURCE:
		return move(s, c);
	case K8S_ELECT:
		elect(s, c);
		return 0;
	case K8S_RESCAN:
		rescan(s);
		break;
	case K8S_STATUS:
		if (s->api.status) {
			status_wish(s->api.status, c->status);
			c->status = NULL;
		}
		break;
	case K8S_NOTICE:
		if (s->api.notices)
			put_notice(&s->api, c);
		break;
	case K8S_L2:
		if (s->api.l2) {
			write_own(&s->api);
			l2_writer_wish(s->api.l2, c->l2);
			c->l2 = NULL;
		}
		break;
	}
	k8s_command_free(c);
	return 0;
}

void source_leave(struct source *s, void (*on_left)(void *arg), void *arg)
{
	s->on_left = on_left;
	s->left_arg = arg;
	if (s->api.lease) {
		lease_elect(s->api.lease, NULL);
		l2_writer_leave(s->api.l2, on_l2_left, s);
	}
	check_left(s);
}

struct source *source_new(struct event_base *base, k8s_sink *sink, void *arg)
{
	struct source *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->base = base;
	s->sink = sink;
	s->arg = arg;
	return s;
}

void source_free(struct source *s)
{
	if (!s)
		return;
	manifests_free(s->manifests);
	api_close(&s->api);
	k8s_command_free(s->conf);
	k8s_command_free(s->elect);
	leftover_fini(&s->left);
	free(s);
}
