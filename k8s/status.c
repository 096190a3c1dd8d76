/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One item a Service or pool with a wish, in one of three places:
 *   ready   in the order in which they came; sent as long as few are on the way
 *   later   something was wrong with this one: after a while it is ready again
 *   asked   a GET or a PATCH is on its way
 * Where it is the server that does not answer, or has too much to do, all of them wait. A PATCH
 * names the uid and the resourceVersion that it is for: what the server has may have changed
 * since, and a PATCH whose answer was lost may have been done. Both end in a conflict, then the
 * Service is read, and what it is now decides. What a pool's counts are is for us alone to say.
 */
#include "k8s/status.h"
#include "k8s/ask.h"
#include "k8s/lease.h"
#include "k8s/status_wish.h"
#include <event2/event.h>
#include <json-c/json.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	IN_FLIGHT_MAX = 32, /* far fewer than the streams that a server takes on a connection */
	ASK_MAX_MS = 10000,
	ASK_MIN_MS = 1000, /* with less of the lease left nothing is sent */
	LEASE_POLL_MS = 500,
	CONFLICTS_MAX = 5, /* in a row, then it waits */
	SLOW_MS = 60000,   /* where it is not for us to mend */
	TEXT_MAX = 640,
};

struct item {
	struct item *next; /* ready or later */
	struct status *s;
	struct k8s_status_wish *wish;
	struct ask *ask;
	char *version; /* that is to be patched; NULL = to be read */
	int64_t at_ms; /* later: when */
	unsigned failures, conflicts;
	bool reading;  /* asked: by a GET */
	bool replaced; /* asked: for an older wish */
};

struct list {
	struct item *head, **tail;
};

struct status {
	struct event_base *base;
	struct client *client;
	const struct lease *lease;
	k8s_sink *sink;
	void *arg;
	struct event *tick;
	void *index; /* of items by namespace and name; tsearch() */
	struct list ready, later;
	unsigned in_flight, failures; /* failures: of the server, in a row */
	int64_t pause_ms;             /* nothing is sent before */
	uint64_t n_failed;
	char *why;
};

static int by_name(const void *a, const void *b)
{
	return status_wish_cmp(((const struct item *)a)->wish, ((const struct item *)b)->wish);
}

static void list_init(struct list *l)
{
	l->head = NULL;
	l->tail = &l->head;
}

static void put_at(struct list *l, struct item **at, struct item *it)
{
	it->next = *at;
	*at = it;
	if (!it->next)
		l->tail = &it->next;
}

static struct item *pop(struct list *l)
{
	struct item *it = l->head;

	l->head = it->next;
	if (!l->head)
		l->tail = &l->head;
	it->next = NULL;
	return it;
}

static void wait_ms(struct item *it, unsigned ms)
{
	struct list *l = &it->s->later;
	struct item **at = &l->head;

	it->at_ms = ask_now_ms() + ms;
	while (*at && (*at)->at_ms <= it->at_ms)
		at = &(*at)->next;
	put_at(l, at, it);
}

static void item_free(struct item *it)
{
	ask_cancel(it->ask);
	k8s_status_wish_free(it->wish);
	free(it->version);
	free(it);
}

static void finish(struct item *it)
{
	tdelete(it, &it->s->index, by_name);
	item_free(it);
}

/* What became of it; with version NULL and error. */
static void tell(const struct item *it, const char *version, const char *error, bool again)
{
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
		it->s->sink(ev, it->s->arg);
	else
		k8s_event_free(ev);
}

/* A line of what failed: for people, and the newest of them for show. */
static void print_failure(const struct item *it, const struct ask_answer *a, char *text)
{
	snprintf(text, TEXT_MAX, "%s %s%s of %.253s/%.253s: %s", it->reading ? "get" : "patch",
	    status_wish_resource(it->wish), it->reading ? "" : "/status", it->wish->ns,
	    it->wish->name, a->text);
	it->s->n_failed++;
	free(it->s->why);
	it->s->why = strdup(text);
}

static void set_version(struct item *it, const char *version)
{
	free(it->version);
	it->version = version ? strdup(version) : NULL;
}

static void again_at_once(struct item *it)
{
	put_at(&it->s->ready, &it->s->ready.head, it);
}

static void on_success(struct item *it, const struct ask_answer *a)
{
	const char *version = ask_string(a->json, "metadata", "resourceVersion", NULL);
	const char *why;

	if (!version) {
		tell(it, NULL, "what was answered is no object", true);
		wait_ms(it, SLOW_MS);
		return;
	}
	why = it->reading ? status_wish_refuse(it->wish, a->json) : NULL;
	if (why) {
		tell(it, NULL, why, false);
		finish(it);
	} else if (!it->reading || status_wish_is_so(it->wish, a->json)) {
		tell(it, version, NULL, false);
		finish(it);
	} else {
		set_version(it, version);
		again_at_once(it);
	}
}

/* Counts hold for one uid and no version: it is another pool that is in conflict with them. */
static void on_conflict(struct item *it)
{
	if (it->wish->counts) {
		tell(it, NULL, "the pool is another one now", false);
		finish(it);
		return;
	}
	set_version(it, NULL);
	if (++it->conflicts <= CONFLICTS_MAX) {
		again_at_once(it);
		return;
	}
	it->conflicts = 0;
	wait_ms(it, ask_backoff_ms(++it->failures, 0));
}

static void on_failure(struct item *it, const struct ask_answer *a)
{
	struct status *s = it->s;
	char text[TEXT_MAX];

	if (a->status == 404) {
		tell(it, NULL, it->wish->counts ? "the pool is gone" : "the Service is gone",
		    false);
		finish(it);
		return;
	}
	print_failure(it, a, text);
	if (ask_overloaded(a)) {
		s->pause_ms = ask_now_ms() + ask_backoff_ms(s->failures++, a->retry_after_s);
		put_at(&s->ready, s->ready.tail, it);
	} else if (a->status >= 500) {
		tell(it, NULL, text, true);
		wait_ms(it, ask_backoff_ms(it->failures++, a->retry_after_s));
	} else {
		tell(it, NULL, text, true);
		wait_ms(it, SLOW_MS);
	}
}

/* So the server calls it, too, when the uid is another's, among others. */
static bool invalid_once(const struct item *it, const struct ask_answer *a)
{
	return a->status == 422 && !it->reading && !it->conflicts && !it->wish->counts;
}

static void pump(struct status *s);

static void on_answer(const struct ask_answer *a, void *arg)
{
	struct item *it = arg;
	struct status *s = it->s;

	it->ask = NULL;
	s->in_flight--;
	if (!ask_overloaded(a))
		s->failures = 0;
	if (it->replaced) {
		it->replaced = false;
		again_at_once(it);
	} else if (!a->text) {
		on_success(it, a);
	} else if (a->status == 409 || invalid_once(it, a)) {
		on_conflict(it);
	} else {
		on_failure(it, a);
	}
	pump(s);
}

static void ask(struct item *it, unsigned left_ms)
{
	struct status *s = it->s;
	bool patch = it->version || it->wish->counts;
	char *path = status_wish_path(it->wish, patch);
	struct json_object *body = patch ? status_wish_patch(it->wish, it->version) : NULL;
	struct ask_request rq = {.method = body ? "PATCH" : "GET",
	    .path = path,
	    .content_type = "application/merge-patch+json",
	    .body = body,
	    .total_ms = left_ms < ASK_MAX_MS ? left_ms : ASK_MAX_MS};

	it->reading = !body;
	if (path)
		it->ask = ask_start(s->base, s->client, &rq, on_answer, it);
	if (it->ask)
		s->in_flight++;
	else
		wait_ms(it, SLOW_MS);
	json_object_put(body);
	free(path);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void arm(struct status *s, int64_t now)
{
	int64_t due = s->later.head ? s->later.head->at_ms : INT64_MAX;

	if (s->ready.head && s->in_flight < IN_FLIGHT_MAX)
		due = sooner(due, s->pause_ms > now ? s->pause_ms : now + LEASE_POLL_MS);
	event_del(s->tick);
	if (due == INT64_MAX)
		return;
	due = due > now ? due - now : 0;
	event_add(
	    s->tick, &(struct timeval){(time_t)(due / 1000), (suseconds_t)(due % 1000 * 1000)});
}

static void pump(struct status *s)
{
	int64_t now = ask_now_ms();
	unsigned left = lease_left_ms(s->lease);

	while (s->later.head && s->later.head->at_ms <= now)
		put_at(&s->ready, s->ready.tail, pop(&s->later));
	while (left >= ASK_MIN_MS && s->ready.head && s->in_flight < IN_FLIGHT_MAX &&
	       s->pause_ms <= now)
		ask(pop(&s->ready), left);
	arm(s, now);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	pump(arg);
}

struct status *status_new(struct event_base *base, struct client *client,
    const struct lease *lease, k8s_sink *sink, void *arg)
{
	struct status *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->base = base;
	s->client = client;
	s->lease = lease;
	s->sink = sink;
	s->arg = arg;
	list_init(&s->ready);
	list_init(&s->later);
	s->tick = event_new(base, -1, 0, on_tick, s);
	if (s->tick)
		return s;
	free(s);
	return NULL;
}

void status_clear(struct status *s)
{
	while (s->index) {
		struct item *it = *(struct item **)s->index;

		tdelete(it, &s->index, by_name);
		item_free(it);
	}
	list_init(&s->ready);
	list_init(&s->later);
	s->in_flight = s->failures = 0;
	s->pause_ms = 0;
	event_del(s->tick);
}

void status_free(struct status *s)
{
	if (!s)
		return;
	status_clear(s);
	event_free(s->tick);
	free(s->why);
	free(s);
}

static struct item *item_new(struct status *s, struct k8s_status_wish *wish)
{
	struct item *it = calloc(1, sizeof(*it));

	if (!it)
		return NULL;
	it->s = s;
	it->wish = wish;
	if (!tsearch(it, &s->index, by_name)) {
		free(it);
		return NULL;
	}
	put_at(&s->ready, s->ready.tail, it);
	return it;
}

void status_wish(struct status *s, struct k8s_status_wish *wish)
{
	struct item probe = {.wish = wish}, **found = tfind(&probe, &s->index, by_name), *it;

	if (found) {
		it = *found;
		k8s_status_wish_free(it->wish);
		it->wish = wish;
		it->conflicts = 0;
		it->replaced = it->ask != NULL;
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
	*why = s->why;
	return s->n_failed;
}
