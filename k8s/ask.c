/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "k8s/ask.h"
#include "k8s/client.h"
#include <errno.h>
#include <event2/event.h>
#include <event2/util.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	BODY_MAX = 4 << 20, /* etcd takes 1.5 MiB an object */
	DEPTH_MAX = 64,
	TEXT_MAX = 400,
	BACKOFF_MS = 500,
	BACKOFF_MAX_MS = 30000,
	RETRY_AFTER_MAX_S = 300,
};

struct ask {
	struct client_call *call;
	struct event *deadline;
	ask_fn *fn;
	void *arg;
	char *body;
	size_t len, cap;
	int broken; /* why no more of the body is wanted */
};

static void ask_free(struct ask *a)
{
	if (a->deadline)
		event_free(a->deadline);
	free(a->body);
	free(a);
}

static struct json_object *parse(const char *p, size_t len)
{
	struct json_tokener *tok = len ? json_tokener_new_ex(DEPTH_MAX) : NULL;
	struct json_object *o;

	if (!tok)
		return NULL;
	o = json_tokener_parse_ex(tok, p, (int)len);
	json_tokener_free(tok);
	return o;
}

static void print_line(char *text, const char *what, const char *why)
{
	snprintf(text, TEXT_MAX, "%s%s%s", what, why && *why ? ": " : "", why ? why : "");
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
}

/* The words of the server are its Status.message; anything else it sends is left alone. */
static void explain(struct ask_answer *ans, const char *why, char *text)
{
	char code[32];

	ans->text = text;
	if (ans->error) {
		print_line(text, *why ? why : strerror(-ans->error), NULL);
	} else if (ans->status < 200 || ans->status > 299) {
		const char *kind = ask_string(ans->json, "kind", NULL);
		const char *message = ask_string(ans->json, "message", NULL);

		snprintf(code, sizeof(code), "HTTP %d", ans->status);
		print_line(text, code, kind && !strcmp(kind, "Status") ? message : NULL);
	} else {
		ans->text = NULL;
	}
}

static void finish(struct ask *a, struct ask_answer *ans, const char *why)
{
	char text[TEXT_MAX];

	if (!ans->error)
		ans->json = parse(a->body, a->len);
	explain(ans, why, text);
	a->fn(ans, a->arg);
	json_object_put(ans->json);
	ask_free(a);
}

static int on_data(struct client_call *call, const char *p, size_t len, void *arg)
{
	struct ask *a = arg;

	(void)call;
	if (len > BODY_MAX - a->len) {
		a->broken = -EMSGSIZE;
		return -1;
	}
	if (len > a->cap - a->len) {
		size_t cap = a->cap ? a->cap * 2 : 4096;
		char *body;

		while (cap < a->len + len)
			cap *= 2;
		body = realloc(a->body, cap);
		if (!body) {
			a->broken = -ENOMEM;
			return -1;
		}
		a->body = body;
		a->cap = cap;
	}
	memcpy(a->body + a->len, p, len);
	a->len += len;
	return 0;
}

static void on_done(struct client_call *call, const struct http_result *result, void *arg)
{
	struct ask *a = arg;
	struct ask_answer ans = {.error = a->broken ? a->broken : result->error,
	    .status = result->status,
	    .retry_after_s = result->retry_after_s};

	(void)call;
	finish(a, &ans, a->broken ? "" : result->text);
}

/* Whatever the layers below make of their own limits. */
static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct ask *a = arg;
	struct ask_answer ans = {.error = -ETIMEDOUT};

	(void)fd;
	(void)what;
	client_cancel(a->call);
	finish(a, &ans, "no answer in time");
}

struct ask *ask_start(struct event_base *base, struct client *client,
    const struct ask_request *rq, ask_fn *fn, void *arg)
{
	static const struct client_events events = {.on_data = on_data, .on_done = on_done};
	const struct timeval limit = {rq->total_ms / 1000, rq->total_ms % 1000 * 1000};
	struct http_request http = {
	    .method = rq->method, .path = rq->path, .total_s = rq->total_ms / 1000};
	struct ask *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->fn = fn;
	a->arg = arg;
	http.head_s = http.idle_s = http.total_s;
	if (rq->body) {
		http.content_type = rq->content_type ? rq->content_type : "application/json";
		http.body.p = json_object_to_json_string_ext((struct json_object *)rq->body,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
		http.body.len = http.body.p ? strlen(http.body.p) : 0;
	}
	a->deadline = event_new(base, -1, 0, on_deadline, a);
	if (a->deadline && event_add(a->deadline, &limit) == 0 && (!rq->body || http.body.p))
		a->call = client_start(client, &http, &events, a);
	if (a->call)
		return a;
	ask_free(a);
	return NULL;
}

void ask_cancel(struct ask *a)
{
	if (!a)
		return;
	client_cancel(a->call);
	ask_free(a);
}

const char *ask_string(const struct json_object *o, ...)
{
	struct json_object *at = (struct json_object *)o;
	const char *name;
	va_list ap;

	va_start(ap, o);
	while (at && (name = va_arg(ap, const char *)))
		if (!json_object_is_type(at, json_type_object) ||
		    !json_object_object_get_ex(at, name, &at))
			at = NULL;
	va_end(ap);
	return at && json_object_is_type(at, json_type_string) ? json_object_get_string(at)
	                                                       : NULL;
}

bool ask_overloaded(const struct ask_answer *a)
{
	return a->error || a->status == 429 || a->status == 503;
}

unsigned ask_random(unsigned lo, unsigned hi)
{
	unsigned r;

	evutil_secure_rng_get_bytes(&r, sizeof(r));
	return lo + r % (hi - lo + 1);
}

unsigned ask_backoff_ms(unsigned failures, unsigned retry_after_s)
{
	unsigned ms = BACKOFF_MS << (failures < 7 ? failures : 7);
	unsigned asked = retry_after_s < RETRY_AFTER_MAX_S ? retry_after_s : RETRY_AFTER_MAX_S;

	if (ms > BACKOFF_MAX_MS)
		ms = BACKOFF_MAX_MS;
	if (ms < asked * 1000)
		ms = asked * 1000;
	return ask_random(ms, ms + ms / 4);
}

int64_t ask_now_ms(void)
{
	struct timespec ts;

#ifdef CLOCK_BOOTTIME
	clock_gettime(CLOCK_BOOTTIME, &ts);
#else
	clock_gettime(CLOCK_MONOTONIC, &ts);
#endif
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void ask_now(char buf[ASK_TIME], bool micro)
{
	struct timespec ts;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	len = strftime(buf, ASK_TIME, "%Y-%m-%dT%H:%M:%S", &tm);
	if (micro)
		snprintf(buf + len, ASK_TIME - len, ".%06ldZ", ts.tv_nsec / 1000);
	else
		snprintf(buf + len, ASK_TIME - len, "Z");
}
