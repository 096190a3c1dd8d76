/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A queue, from which one notice at a time is sent: as a new Event (POST), or as one more of an
 * Event that we wrote a little while ago (PATCH of its count and lastTimestamp). What was
 * written is remembered as a ring of digests, the oldest of which are overwritten. A token
 * bucket keeps a flapping cluster from filling etcd with our words.
 */
#include "k8s/notice.h"
#include "k8s/ask.h"
#include "k8s/lease.h"
#include <event2/event.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	WAITING_MAX = 1024,
	WRITTEN_MAX = 1024,
	SAME_MS = 600000, /* one Event for what is said again within */
	BURST = 50,
	TOKEN_MS = 100,
	ASK_MAX_MS = 10000,
	ASK_MIN_MS = 1000,
	LEASE_POLL_MS = 500,
	TRIES_MAX = 5,
	TEXT_MAX = 1024,
	WHY_MAX = 640,
	SUFFIX = 20,
};

/* An Event that we wrote. */
struct written {
	uint64_t digest; /* of what it says; 0 = a free place */
	int64_t last_ms;
	unsigned count;
	char suffix[SUFFIX]; /* of its name */
};

struct waiting {
	struct waiting *next;
	struct k8s_notice *notice;
	unsigned tries;
};

struct notices {
	struct event_base *base;
	struct client *client;
	const struct lease *lease;
	char *component;
	struct event *tick;
	struct waiting *head, **tail;
	struct ask *ask;         /* for head */
	struct written *raising; /* the ask is a PATCH of it; NULL = a POST */
	char suffix[SUFFIX];     /* of the POST */
	struct written written[WRITTEN_MAX];
	size_t n_waiting, oldest;
	unsigned tokens, failures;
	int64_t token_ms, pause_ms;
	uint64_t dropped;
	char *why;
};

static uint64_t digest_of(const struct k8s_notice *n)
{
	const char *parts[] = {
	    n->ns, n->name, n->uid ? n->uid : "", n->reason, n->text, n->warning ? "w" : "n"};
	uint64_t h = 14695981039346656037u; /* FNV-1a */

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		for (const char *p = parts[i];; p++) {
			h = (h ^ (unsigned char)*p) * 1099511628211u;
			if (!*p)
				break;
		}
	return h ? h : 1;
}

static struct written *find_written(struct notices *n, uint64_t digest, int64_t now)
{
	for (size_t i = 0; i < WRITTEN_MAX; i++)
		if (n->written[i].digest == digest && now - n->written[i].last_ms < SAME_MS)
			return &n->written[i];
	return NULL;
}

static void remember(struct notices *n, uint64_t digest)
{
	struct written *w = &n->written[n->oldest++ % WRITTEN_MAX];

	w->digest = digest;
	w->last_ms = ask_now_ms();
	w->count = 1;
	memcpy(w->suffix, n->suffix, sizeof(w->suffix));
}

static void drop_head(struct notices *n)
{
	struct waiting *w = n->head;

	n->head = w->next;
	if (!n->head)
		n->tail = &n->head;
	n->n_waiting--;
	k8s_notice_free(w->notice);
	free(w);
}

static void count_dropped(struct notices *n, const char *why)
{
	n->dropped++;
	free(n->why);
	n->why = strdup(why);
}

/* Nobody will ever read it. */
static bool namespace_ends(const struct ask_answer *a)
{
	struct json_object *o, *causes;

	if (a->status != 403 || !json_object_object_get_ex(a->json, "details", &o) ||
	    !json_object_object_get_ex(o, "causes", &causes) ||
	    !json_object_is_type(causes, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(causes); i++) {
		const char *reason =
		    ask_string(json_object_array_get_idx(causes, i), "reason", NULL);

		if (reason && !strcmp(reason, "NamespaceTerminating"))
			return true;
	}
	return false;
}

static void on_failure(struct notices *n, const struct ask_answer *a)
{
	const struct k8s_notice *notice = n->head->notice;
	char text[WHY_MAX];

	if (ask_overloaded(a) && ++n->head->tries < TRIES_MAX) {
		n->pause_ms = ask_now_ms() + ask_backoff_ms(n->failures++, a->retry_after_s);
		return;
	}
	if (!namespace_ends(a) && a->status != 404) {
		snprintf(text, sizeof(text), "%s events in %.253s: %s",
		    n->raising ? "patch" : "create", notice->ns, a->text);
		count_dropped(n, text);
	}
	drop_head(n);
}

static void pump(struct notices *n);

static void on_answer(const struct ask_answer *a, void *arg)
{
	struct notices *n = arg;

	n->ask = NULL;
	if (!ask_overloaded(a))
		n->failures = 0;
	if (!a->text && n->raising) {
		n->raising->last_ms = ask_now_ms();
		n->raising->count++;
		drop_head(n);
	} else if (!a->text) {
		remember(n, digest_of(n->head->notice));
		drop_head(n);
	} else if (a->status == 404 && n->raising) {
		n->raising->digest = 0; /* it was deleted, or grew old: a new one */
	} else if (a->status == 409 && ++n->head->tries < TRIES_MAX) {
		n->pause_ms = 0; /* the name was in use: another */
	} else {
		on_failure(n, a);
	}
	pump(n);
}

static void add(struct json_object *o, const char *name, struct json_object *value)
{
	json_object_object_add(o, name, value);
}

static void add_string(struct json_object *o, const char *name, const char *value)
{
	add(o, name, json_object_new_string(value));
}

/* As much as is allowed, and no half characters. */
static size_t text_len(const char *text)
{
	size_t len = strlen(text);

	if (len <= TEXT_MAX)
		return len;
	len = TEXT_MAX;
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static struct json_object *make_object(const struct k8s_notice *notice)
{
	struct json_object *o = json_object_new_object();
	const char *api = notice->kind ? notice->api : "v1";

	add_string(o, "kind", notice->kind ? notice->kind : "Service");
	if (api)
		add_string(o, "apiVersion", api);
	add_string(o, "namespace", notice->ns);
	add_string(o, "name", notice->name);
	if (notice->uid)
		add_string(o, "uid", notice->uid);
	return o;
}

static struct json_object *make_event(const struct notices *n, const struct k8s_notice *notice)
{
	struct json_object *o = json_object_new_object(), *meta = json_object_new_object(),
			   *source = json_object_new_object();
	const char *identity = n->lease ? lease_identity(n->lease) : notice->node;
	char now[ASK_TIME], name[256 + SUFFIX];

	ask_now(now, false);
	snprintf(name, sizeof(name), "%.230s.%s", notice->name, n->suffix);
	add_string(meta, "name", name);
	add_string(meta, "namespace", notice->ns);
	add_string(source, "component", n->component);
	if (notice->node)
		add_string(source, "host", notice->node);
	add_string(o, "apiVersion", "v1");
	add_string(o, "kind", "Event");
	add(o, "metadata", meta);
	add(o, "involvedObject", make_object(notice));
	add_string(o, "reason", notice->reason);
	add(o, "message",
	    json_object_new_string_len(notice->text, (int)text_len(notice->text)));
	add_string(o, "type", notice->warning ? "Warning" : "Normal");
	add(o, "source", source);
	add_string(o, "reportingComponent", n->component);
	add_string(o, "reportingInstance", identity ? identity : "");
	add_string(o, "firstTimestamp", now);
	add_string(o, "lastTimestamp", now);
	add(o, "count", json_object_new_int(1));
	return o;
}

static struct json_object *make_raise(const struct written *w)
{
	struct json_object *o = json_object_new_object();
	char now[ASK_TIME];

	ask_now(now, false);
	add(o, "count", json_object_new_int64((int64_t)w->count + 1));
	add_string(o, "lastTimestamp", now);
	return o;
}

/* Return: false on lack of memory. */
static bool ask_head(struct notices *n, unsigned left_ms)
{
	static const char format[] = "/api/v1/namespaces/%s/events";
	const struct k8s_notice *notice = n->head->notice;
	size_t len = sizeof(format) + strlen(notice->ns) + 256 + SUFFIX;
	char *path = malloc(len);
	struct ask_request rq = {
	    .path = path, .total_ms = left_ms < ASK_MAX_MS ? left_ms : ASK_MAX_MS};
	struct json_object *body;

	if (!path)
		return false;
	snprintf(path, len, format, notice->ns);
	n->raising = find_written(n, digest_of(notice), ask_now_ms());
	if (n->raising) {
		size_t at = strlen(path);

		snprintf(path + at, len - at, "/%.230s.%s", notice->name, n->raising->suffix);
		rq.method = "PATCH";
		rq.content_type = "application/merge-patch+json";
		body = make_raise(n->raising);
	} else {
		snprintf(n->suffix, sizeof(n->suffix), "%08x%08x",
		    ask_random(0, UINT32_MAX - 1), ask_random(0, UINT32_MAX - 1));
		rq.method = "POST";
		body = make_event(n, notice);
	}
	rq.body = body;
	n->ask = ask_start(n->base, n->client, &rq, on_answer, n);
	json_object_put(body);
	free(path);
	return n->ask != NULL;
}

/* Return: when the next may be sent; now, or later. */
static int64_t take_token(struct notices *n, int64_t now)
{
	int64_t new_ones = (now - n->token_ms) / TOKEN_MS;

	if (n->tokens + new_ones >= BURST) {
		n->tokens = BURST;
		n->token_ms = now;
	} else {
		n->tokens += (unsigned)new_ones;
		n->token_ms += new_ones * TOKEN_MS;
	}
	if (!n->tokens)
		return n->token_ms + TOKEN_MS;
	n->tokens--;
	return now;
}

static void pump(struct notices *n)
{
	int64_t now = ask_now_ms(), due = now + LEASE_POLL_MS;
	unsigned left = n->lease ? lease_left_ms(n->lease) : ASK_MAX_MS;

	event_del(n->tick);
	if (n->ask || !n->head)
		return;
	if (left >= ASK_MIN_MS) {
		due = n->pause_ms > now ? n->pause_ms : take_token(n, now);
		if (due <= now && ask_head(n, left))
			return;
		due = due > now ? due : now + LEASE_POLL_MS;
	}
	due -= now;
	event_add(
	    n->tick, &(struct timeval){(time_t)(due / 1000), (suseconds_t)(due % 1000 * 1000)});
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	pump(arg);
}

struct notices *notices_new(struct event_base *base, struct client *client,
    const struct lease *lease, const char *component)
{
	struct notices *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->base = base;
	n->client = client;
	n->lease = lease;
	n->tail = &n->head;
	n->tokens = BURST;
	n->token_ms = ask_now_ms();
	n->component = strdup(component);
	n->tick = event_new(base, -1, 0, on_tick, n);
	if (n->component && n->tick)
		return n;
	notices_free(n);
	return NULL;
}

void notices_clear(struct notices *n)
{
	ask_cancel(n->ask);
	n->ask = NULL;
	while (n->head)
		drop_head(n);
	memset(n->written, 0, sizeof(n->written));
	n->failures = 0;
	n->pause_ms = 0;
}

void notices_free(struct notices *n)
{
	if (!n)
		return;
	notices_clear(n);
	if (n->tick)
		event_free(n->tick);
	free(n->component);
	free(n->why);
	free(n);
}

/* The oldest of those that wait, but not the one that is being sent. */
static void drop_oldest(struct notices *n)
{
	struct waiting *first = n->head, *w = first->next;

	n->dropped++; /* nothing is wrong with writing */
	if (!n->ask) {
		drop_head(n);
		return;
	}
	first->next = w->next;
	if (!w->next)
		n->tail = &first->next;
	n->n_waiting--;
	k8s_notice_free(w->notice);
	free(w);
}

void notices_put(struct notices *n, struct k8s_notice *notice)
{
	struct waiting *w = calloc(1, sizeof(*w));

	if (!w) {
		k8s_notice_free(notice);
		return;
	}
	if (n->n_waiting >= WAITING_MAX)
		drop_oldest(n);
	w->notice = notice;
	*n->tail = w;
	n->tail = &w->next;
	n->n_waiting++;
	pump(n);
}

uint64_t notices_dropped(const struct notices *n, const char **why)
{
	*why = n->why;
	return n->dropped;
}
