/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sink gets: only what it does not have yet, in batches, and the state. */
#include "k8s/decode.h"
#include "k8s/digest.h"
#include "k8s/watch_int.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_PROBLEMS 100

/* Consumes obj. */
static int tell(struct watch *w, enum k8s_event_type type, struct k8s_object *obj)
{
	struct k8s_event *ev = obj ? k8s_event_new(type, obj) : NULL;

	if (!ev)
		return -ENOMEM;
	ev->came_ns = w->came_ns;
	w->in_batch = w->moved = true;
	w->sink(ev, w->arg);
	return 0;
}

/* Of what the listener is to have: who writes to a Service needs its version, too. */
static uint64_t digest_of(const struct k8s_object *o)
{
	uint64_t h = k8s_object_digest(o);

	for (const char *p = o->kind == K8S_SERVICE ? o->service.version : NULL; p && *p; p++)
		h = (h ^ (uint8_t)*p) * 0x100000001b3;
	return h ? h : 1;
}

int watch_tell_put(struct watch_resource *res, struct k8s_object *obj)
{
	struct told_entry *e = told_see(&res->told, obj->ns, obj->name);
	uint64_t digest = digest_of(obj);
	int rc = 0;

	if (!e || e->digest == digest)
		k8s_object_free(obj);
	else
		rc = tell(res->w, K8S_PUT, obj);
	if (!e || rc)
		return -ENOMEM;
	res->w->changed |= e->problem != NULL;
	told_good(&res->told, e, digest);
	return 0;
}

static struct k8s_object *name_only(
    const struct watch_resource *res, const char *ns, const char *name)
{
	if (res->kind == K8S_CUSTOM)
		return k8s_custom_name_only(res->what.resource, ns, name);
	return k8s_object_name_only(res->kind, ns, name);
}

static bool tell_gone(const struct told_entry *e, void *arg)
{
	struct watch_resource *res = arg;

	res->w->changed |= e->problem != NULL;
	return !e->digest ||
	       tell(res->w, K8S_DELETE, name_only(res, told_ns(e), told_name(e))) == 0;
}

int watch_tell_deleted(struct watch_resource *res, const char *ns, const char *name)
{
	struct told_entry *e = told_find(&res->told, ns, name);

	if (!e)
		return 0;
	if (!tell_gone(e, res))
		return -ENOMEM;
	told_forget(&res->told, e);
	return 0;
}

int watch_tell_bad(
    struct watch_resource *res, const struct item *it, const struct k8s_decode_error *err)
{
	struct told_entry *e = told_see(&res->told, it->ns, it->name);
	char what[sizeof(err->field) + sizeof(err->expected) + 4];
	int rc;

	snprintf(
	    what, sizeof(what), "%s%s%s", err->field, *err->field ? ": " : "", err->expected);
	rc = e ? told_bad(&res->told, e, what) : -ENOMEM;
	res->w->changed |= rc > 0;
	return rc < 0 ? rc : 0;
}

static void each_told(const struct watch_resource *res, k8s_name_fn *fn, void *arg)
{
	const char *resource = res->kind == K8S_CUSTOM ? res->what.resource : "";

	for (size_t i = 0; i < res->told.n_buckets; i++)
		for (const struct told_entry *e = res->told.buckets[i]; e; e = e->next)
			if (e->digest)
				fn(res->kind, resource, told_ns(e), told_name(e), arg);
}

void watch_each_told(const struct watch *w, k8s_name_fn *fn, void *arg)
{
	for (const struct watch_resource *res = w->resources; res; res = res->next)
		each_told(res, fn, arg);
}

int watch_tell_sweep(struct watch_resource *res)
{
	return told_sweep(&res->told, tell_gone, res) ? 0 : -ENOMEM;
}

static char *copy(const char *s, bool *ok)
{
	char *c = s ? strdup(s) : NULL;

	*ok &= !s || c;
	return c;
}

static bool fill_resource(const struct watch_resource *res, struct k8s_resource *out)
{
	bool ok = true;

	*out = (struct k8s_resource){.kind = res->kind,
	    .phase = res->r.phase,
	    .listed = res->r.listed,
	    .since_s = res->since_s,
	    .heard_s = res->heard_s,
	    .lists = res->r.lists,
	    .events = res->events,
	    .objects = res->told.n};
	out->name = copy(res->label, &ok);
	out->version = NULL;
	if (res->r.version && *res->what.group) {
		size_t len = strlen(res->what.group) + strlen(res->r.version) + 2;

		out->version = malloc(len);
		ok &= out->version != NULL;
		if (out->version)
			snprintf(out->version, len, "%s/%s", res->what.group, res->r.version);
	} else {
		out->version = copy(res->r.version, &ok);
	}
	out->text = copy(*res->r.text ? res->r.text : NULL, &ok);
	return ok;
}

static bool fill_cluster(const struct watch *w, struct k8s_cluster *c)
{
	struct client_view view = {0};
	struct http_stats stats = {0};
	bool ok = true;
	size_t n = 0;

	client_look(w->client, &view);
	client_stats(w->client, &stats);
	c->source = copy(view.source, &ok);
	c->server = copy(view.server, &ok);
	c->insecure = view.insecure;
	c->expires_s = view.expires_s;
	c->wire_bytes = stats.wire;
	c->connections = stats.connections;
	for (const struct watch_resource *res = w->resources; res; res = res->next)
		n++;
	c->resources = calloc(n ? n : 1, sizeof(*c->resources));
	if (!c->resources)
		return false;
	for (const struct watch_resource *res = w->resources; res; res = res->next)
		ok &= fill_resource(res, &c->resources[c->n_resources++]);
	return ok;
}

static bool add_bad(
    struct k8s_state *st, const struct watch_resource *res, const struct told_entry *e)
{
	size_t len = strlen(res->label) + strlen(told_ns(e)) + strlen(told_name(e)) + 3;
	char *where = malloc(len);

	if (where)
		snprintf(where, len, "%s %s%s%s", res->label, told_ns(e),
		    *told_ns(e) ? "/" : "", told_name(e));
	return k8s_state_problem(st, where, strdup(e->problem));
}

static bool add_bad_ones(struct k8s_state *st, const struct watch_resource *res)
{
	for (size_t i = 0; res->told.n_bad && i < res->told.n_buckets; i++)
		for (const struct told_entry *e = res->told.buckets[i]; e; e = e->next)
			if (e->problem && st->n_problems < MAX_PROBLEMS && !add_bad(st, res, e))
				return false;
	return true;
}

/* False: no memory. */
static bool fill_problems(const struct watch *w, struct k8s_state *st)
{
	size_t n = 0;

	for (const struct watch_resource *res = w->resources; res; res = res->next)
		n += res->told.n_bad;
	if (!n)
		return true;
	st->problems = calloc(MAX_PROBLEMS, sizeof(*st->problems));
	if (!st->problems)
		return false;
	for (const struct watch_resource *res = w->resources; res; res = res->next)
		if (!add_bad_ones(st, res))
			return false;
	st->n_more = n - st->n_problems;
	return true;
}

static struct k8s_state *state_new(const struct watch *w)
{
	struct k8s_state *st = calloc(1, sizeof(*st));
	bool ok = true, never = false;

	if (!st)
		return NULL;
	st->synced = st->listed = true;
	for (const struct watch_resource *res = w->resources; res; res = res->next) {
		st->synced &= !res->core || res->settled;
		st->listed &= !res->core || res->r.listed;
		never |= res->core && res->told.n_never;
		st->files += res->call != NULL;
	}
	st->whole = st->listed && !never;
	st->outage_s = w->outage_s;
	st->outage = copy(w->outage_s && !w->outage ? "not enough memory" : w->outage, &ok);
	st->cluster = calloc(1, sizeof(*st->cluster));
	if (!st->cluster || !fill_cluster(w, st->cluster) || !fill_problems(w, st) || !ok) {
		k8s_state_free(st);
		return NULL;
	}
	return st;
}

/* NULL = there is no outage, else why. */
static const char *why_out(const struct watch *w)
{
	const char *why = NULL;

	for (const struct watch_resource *res = w->resources; res; res = res->next) {
		if (!res->core)
			continue;
		if (reflect_is_out(&res->r))
			why = res->r.text;
		else if (res->r.phase != K8S_WAITING)
			return NULL;
	}
	return why;
}

static void look_for_outage(struct watch *w)
{
	const char *why = why_out(w);
	struct client_view view = {0};
	size_t len;
	char *text;

	if (!why) {
		w->changed |= w->outage_s != 0;
		w->outage_s = 0;
		free(w->outage);
		w->outage = NULL;
		return;
	}
	client_look(w->client, &view);
	len = strlen(why) + (view.server ? strlen(view.server) : 0) + 3;
	text = malloc(len);
	if (text)
		snprintf(text, len, "%s%s%s", view.server ? view.server : "",
		    view.server ? ": " : "", why);
	w->changed |= !w->outage_s || !w->outage || !text || strcmp(text, w->outage) != 0;
	if (!w->outage_s)
		w->outage_s = (int64_t)time(NULL);
	free(w->outage);
	w->outage = text;
}

static void look_at_resources(struct watch *w)
{
	for (struct watch_resource *res = w->resources; res; res = res->next) {
		if (res->phase != res->r.phase || !res->since_s)
			res->since_s = (int64_t)time(NULL);
		res->phase = res->r.phase;
		res->settled |= res->r.listed || res->r.phase == K8S_FORBIDDEN;
		w->changed |= res->r.changed;
		res->r.changed = false;
	}
	look_for_outage(w);
}

static void send_state(struct watch *w)
{
	struct k8s_event *ev = k8s_event_new(K8S_STATE, NULL);
	struct k8s_state *st = ev ? state_new(w) : NULL;

	w->told_ms = w->now_ms();
	if (!st) {
		k8s_event_free(ev);
		return;
	}
	ev->state = st;
	w->changed = w->moved = w->in_batch = false;
	w->sink(ev, w->arg);
}

static void send_batch(struct watch *w)
{
	struct k8s_event *ev = k8s_event_new(K8S_BATCH, NULL);

	if (!ev)
		return;
	w->in_batch = false;
	w->sink(ev, w->arg);
}

void watch_tell_flush(struct watch *w)
{
	look_at_resources(w);
	if (w->changed)
		send_state(w);
	else if (w->in_batch)
		send_batch(w);
}
