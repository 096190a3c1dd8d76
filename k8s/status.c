/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One item a Service or pool with a wish. A PATCH names the uid and the resourceVersion that it
 * is for: what the server has may have changed since, and a PATCH whose answer was lost may
 * have been done. Both end in a conflict, then the Service is read, and what it is now decides.
 * What a pool's counts are is for us alone to say.
 */
#include "k8s/status.h"
#include "k8s/ask_queue.h"
#include "k8s/lease.h"
#include "k8s/status_wish.h"
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	IN_FLIGHT_MAX = 32, /* far fewer than the streams that a server takes on a connection */
	ASK_MAX_MS = 10000,
	ASK_MIN_MS = 1000, /* with less of the lease left nothing is sent */
	LEASE_POLL_MS = 500,
	CONFLICTS_MAX = 5, /* in a row, then it waits */
	TEXT_MAX = 640,
};

struct item {
	struct ask_item i;
	struct k8s_status_wish *wish;
	char *version; /* that is to be patched; NULL = to be read */
	unsigned conflicts;
	bool reading; /* asked: by a GET */
};

struct status {
	struct ask_queue q;
	const struct lease *lease;
	k8s_sink *sink;
	void *arg;
};

static int by_name(const void *a, const void *b)
{
	return status_wish_cmp(((const struct item *)a)->wish, ((const struct item *)b)->wish);
}

static void item_free(struct ask_item *i)
{
	struct item *it = (struct item *)i;

	k8s_status_wish_free(it->wish);
	free(it->version);
	free(it);
}

/* What became of it; with version NULL and error. */
static void tell(const struct item *it, const char *version, const char *error, bool again)
{
	const struct status *s = it->i.q->arg;
	struct k8s_event *ev = k8s_event_new(K8S_WROTE, NULL);
	struct k8s_wrote *w = ev ? calloc(1, sizeof(*w)) : NULL;

	if (!w) {
		k8s_event_free(ev);
		return;
	}
	ev->wrote = w;
	w->ns = strdup(it->wish->ns);
	w->name = strdup(it->wish->name);
	w->version = version ? strdup(version) : NULL;
	w->error = error ? strdup(error) : NULL;
	w->again = again;
	w->counts = it->wish->counts != NULL;
	w->serial = it->wish->serial;
	if (w->ns && w->name && (!version || w->version) && (!error || w->error))
		s->sink(ev, s->arg);
	else
		k8s_event_free(ev);
}

/* A line of what failed: for people, and the newest of them for show. */
static void print_failure(const struct item *it, const struct ask_answer *a, char *text)
{
	snprintf(text, TEXT_MAX, "%s %s%s of %.253s/%.253s: %s", it->reading ? "get" : "patch",
	    status_wish_resource(it->wish), it->reading ? "" : "/status", it->wish->ns,
	    it->wish->name, a->text);
	ask_queue_failed(it->i.q, text);
}

static void set_version(struct item *it, const char *version)
{
	free(it->version);
	it->version = version ? strdup(version) : NULL;
}

static void on_success(struct item *it, const struct ask_answer *a)
{
	const char *version = ask_string(a->json, "metadata", "resourceVersion", NULL);
	const char *why;

	if (!version) {
		tell(it, NULL, "what was answered is no object", true);
		ask_later(&it->i, ASK_SLOW_MS);
		return;
	}
	why = it->reading ? status_wish_refuse(it->wish, a->json) : NULL;
	if (why) {
		tell(it, NULL, why, false);
		ask_queue_drop(&it->i);
	} else if (!it->reading || status_wish_is_so(it->wish, a->json)) {
		tell(it, version, NULL, false);
		ask_queue_drop(&it->i);
	} else {
		set_version(it, version);
		ask_ready_first(&it->i);
	}
}

/* Counts hold for one uid and no version: it is another pool that is in conflict with them. */
static void on_conflict(struct item *it)
{
	if (it->wish->counts) {
		tell(it, NULL, "the pool is another one now", false);
		ask_queue_drop(&it->i);
		return;
	}
	set_version(it, NULL);
	if (++it->conflicts <= CONFLICTS_MAX) {
		ask_ready_first(&it->i);
		return;
	}
	it->conflicts = 0;
	ask_later(&it->i, ask_backoff_ms(++it->i.failures, 0));
}

static void on_failure(struct item *it, const struct ask_answer *a)
{
	char text[TEXT_MAX];

	if (a->status == 404) {
		tell(it, NULL, it->wish->counts ? "the pool is gone" : "the Service is gone",
		    false);
		ask_queue_drop(&it->i);
		return;
	}
	print_failure(it, a, text);
	if (ask_overloaded(a)) {
		ask_queue_pause(&it->i, a);
	} else if (a->status >= 500) {
		tell(it, NULL, text, true);
		ask_later(&it->i, ask_backoff_ms(it->i.failures++, a->retry_after_s));
	} else {
		tell(it, NULL, text, true);
		ask_later(&it->i, ASK_SLOW_MS);
	}
}

/* So the server calls it, too, when the uid is another's, among others. */
static bool invalid_once(const struct item *it, const struct ask_answer *a)
{
	return a->status == 422 && !it->reading && !it->conflicts && !it->wish->counts;
}

static void pump(void *arg);

static void on_answer(const struct ask_answer *a, void *arg)
{
	struct item *it = arg;
	struct status *s = it->i.q->arg;

	if (ask_queue_answered(&it->i, a))
		ask_ready_first(&it->i);
	else if (!a->text)
		on_success(it, a);
	else if (a->status == 409 || invalid_once(it, a))
		on_conflict(it);
	else
		on_failure(it, a);
	pump(s);
}

static void ask(struct item *it, unsigned left_ms)
{
	bool patch = it->version || it->wish->counts;
	char *path = status_wish_path(it->wish, patch);
	struct json_object *body = patch ? status_wish_patch(it->wish, it->version) : NULL;
	struct ask_request rq = {.method = body ? "PATCH" : "GET",
	    .path = path,
	    .content_type = "application/merge-patch+json",
	    .body = body,
	    .total_ms = left_ms < ASK_MAX_MS ? left_ms : ASK_MAX_MS};

	it->reading = !body;
	ask_queue_send(&it->i, &rq, on_answer);
	json_object_put(body);
	free(path);
}

static void pump(void *arg)
{
	struct status *s = arg;
	int64_t now = ask_now_ms(), pause_ms;
	unsigned left = lease_left_ms(s->lease);

	ask_queue_wake(&s->q, now);
	while (left >= ASK_MIN_MS && ask_queue_may_send(&s->q) && s->q.pause_ms <= now)
		ask((struct item *)ask_queue_pop(&s->q), left);
	pause_ms = s->q.pause_ms;
	ask_queue_arm(&s->q, now, pause_ms > now ? pause_ms : now + LEASE_POLL_MS);
}

struct status *status_new(struct event_base *base, struct client *client,
    const struct lease *lease, k8s_sink *sink, void *arg)
{
	static const struct ask_queue_ops ops = {
	    .cmp = by_name, .free = item_free, .pump = pump, .in_flight_max = IN_FLIGHT_MAX};
	struct status *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->q.base = base;
	s->q.client = client;
	s->lease = lease;
	s->sink = sink;
	s->arg = arg;
	if (!ask_queue_init(&s->q, &ops, s))
		return s;
	free(s);
	return NULL;
}

void status_clear(struct status *s)
{
	ask_queue_clear(&s->q);
}

void status_free(struct status *s)
{
	if (!s)
		return;
	ask_queue_fini(&s->q);
	free(s);
}

static struct item *item_new(struct status *s, struct k8s_status_wish *wish)
{
	struct item *it = calloc(1, sizeof(*it));

	if (!it)
		return NULL;
	it->wish = wish;
	if (!ask_queue_add(&s->q, &it->i))
		return it;
	free(it);
	return NULL;
}

void status_wish(struct status *s, struct k8s_status_wish *wish)
{
	struct item like = {.wish = wish}, *it = (struct item *)ask_queue_find(&s->q, &like.i);

	if (it) {
		k8s_status_wish_free(it->wish);
		it->wish = wish;
		it->conflicts = 0;
		it->i.replaced = it->i.ask != NULL;
	} else {
		it = item_new(s, wish);
		if (!it) {
			k8s_status_wish_free(wish);
			return;
		}
	}
	set_version(it, wish->version);
	pump(s);
}

uint64_t status_failed(const struct status *s, const char **why)
{
	*why = s->q.why;
	return s->q.n_failed;
}
