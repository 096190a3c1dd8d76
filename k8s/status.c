/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One item a Service with a wish, in one of three places:
 *   ready   in the order in which they came; sent as long as few are on the way
 *   later   something was wrong with this one: after a while it is ready again
 *   asked   a GET or a PATCH is on its way
 * Where it is the server that does not answer, or has too much to do, all of them wait. A PATCH
 * names the uid and the resourceVersion that it is for: what the server has may have changed
 * since, and a PATCH whose answer was lost may have been done. Both end in a conflict, then the
 * Service is read, and what it is now decides.
 */
#include "k8s/status.h"
#include "k8s/ask.h"
#include "k8s/lease.h"
#include <event2/event.h>
#include <json-c/json.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	IN_FLIGHT_MAX = 8,
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
	const struct k8s_status_wish *x = ((const struct item *)a)->wish,
				     *y = ((const struct item *)b)->wish;
	int c = strcmp(x->ns, y->ns);

	return c ? c : strcmp(x->name, y->name);
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
	w->serial = it->wish->serial;
	if (w->ns && w->name && (!version || w->version) && (!error || w->error))
		it->s->sink(ev, it->s->arg);
	else
		k8s_event_free(ev);
}

/* A line of what failed: for people, and the newest of them for show. */
static void print_failure(const struct item *it, const struct ask_answer *a, char *text)
{
	snprintf(text, TEXT_MAX, "%s of %.253s/%.253s: %s",
	    it->reading ? "get services" : "patch services/status", it->wish->ns,
	    it->wish->name, a->text);
	it->s->n_failed++;
	free(it->s->why);
	it->s->why = strdup(text);
}

static struct json_object *member(const struct json_object *o, const char *name)
{
	struct json_object *v = NULL;

	if (o && json_object_is_type(o, json_type_object))
		json_object_object_get_ex(o, name, &v);
	return v;
}

static bool wished(const struct k8s_status_wish *wish, const struct json_object *entry)
{
	const char *ip = ask_string(entry, "ip", NULL);
	struct ipaddr addr;

	if (!ip || ipaddr_parse(ip, &addr))
		return false;
	for (size_t i = 0; i < wish->n; i++)
		if (ipaddr_cmp(&wish->addr[i], &addr) == 0)
			return true;
	return false;
}

static bool is_so_already(const struct k8s_status_wish *wish, const struct json_object *svc)
{
	struct json_object *list =
	    member(member(member(svc, "status"), "loadBalancer"), "ingress");
	size_t n = list && json_object_is_type(list, json_type_array)
	               ? json_object_array_length(list)
	               : 0;

	if (n != wish->n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!wished(wish, json_object_array_get_idx(list, i)))
			return false;
	return n < 2 || !json_object_equal(json_object_array_get_idx(list, 0),
			    json_object_array_get_idx(list, 1));
}

/* Why this Service is none of ours any more; NULL = it is ours. */
static const char *refuse(const struct k8s_status_wish *wish, const struct json_object *svc)
{
	const char *uid = ask_string(svc, "metadata", "uid", NULL);
	const char *type = ask_string(svc, "spec", "type", NULL);
	const char *class = ask_string(svc, "spec", "loadBalancerClass", NULL);

	if (!uid || strcmp(uid, wish->uid))
		return "the Service is another one now";
	if (member(member(svc, "metadata"), "deletionTimestamp"))
		return "the Service is being deleted";
	if (!type || strcmp(type, "LoadBalancer"))
		return "the Service is no LoadBalancer any more";
	if (strcmp(class ? class : "", wish->lb_class ? wish->lb_class : ""))
		return "the Service has another loadBalancerClass now";
	return NULL;
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
		tell(it, NULL, "what was answered is not a Service", true);
		wait_ms(it, SLOW_MS);
		return;
	}
	why = it->reading ? refuse(it->wish, a->json) : NULL;
	if (why) {
		tell(it, NULL, why, false);
		finish(it);
	} else if (!it->reading || is_so_already(it->wish, a->json)) {
		tell(it, version, NULL, false);
		finish(it);
	} else {
		set_version(it, version);
		again_at_once(it);
	}
}

static void on_conflict(struct item *it)
{
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
		tell(it, NULL, "the Service is gone", false);
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
	} else if (a->status == 409 || (a->status == 422 && !it->reading && !it->conflicts)) {
		on_conflict(it); /* 422: the uid is another's, among others */
	} else {
		on_failure(it, a);
	}
	pump(s);
}

static void add(struct json_object *o, const char *name, struct json_object *value)
{
	json_object_object_add(o, name, value);
}

static struct json_object *make_patch(const struct item *it)
{
	struct json_object *o = json_object_new_object(), *meta = json_object_new_object(),
			   *status = json_object_new_object(), *lb = json_object_new_object(),
			   *list = it->wish->n ? json_object_new_array() : NULL;
	char buf[PREFIX_STRLEN];

	add(meta, "uid", json_object_new_string(it->wish->uid));
	add(meta, "resourceVersion", json_object_new_string(it->version));
	for (size_t i = 0; i < it->wish->n; i++) {
		struct json_object *entry = json_object_new_object();

		add(entry, "ip", json_object_new_string(ipaddr_str(&it->wish->addr[i], buf)));
		json_object_array_add(list, entry);
	}
	add(lb, "ingress", list);
	add(status, "loadBalancer", lb);
	add(o, "metadata", meta);
	add(o, "status", status);
	return o;
}

static void ask(struct item *it, unsigned left_ms)
{
	static const char format[] = "/api/v1/namespaces/%s/services/%s%s";
	struct status *s = it->s;
	size_t len =
	    sizeof(format) + strlen(it->wish->ns) + strlen(it->wish->name) + strlen("/status");
	char *path = malloc(len);
	struct json_object *body = it->version ? make_patch(it) : NULL;
	struct ask_request rq = {.method = body ? "PATCH" : "GET",
	    .path = path,
	    .content_type = "application/merge-patch+json",
	    .body = body,
	    .total_ms = left_ms < ASK_MAX_MS ? left_ms : ASK_MAX_MS};

	it->reading = !body;
	if (path) {
		snprintf(
		    path, len, format, it->wish->ns, it->wish->name, body ? "/status" : "");
		it->ask = ask_start(s->base, s->client, &rq, on_answer, it);
	}
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
