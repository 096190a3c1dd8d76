/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An API server that answers anything: each line of the input is an answer to the call that was
 * made first, a letter (below) and a body. Whatever comes, only what was told is
 * deleted, and a state that is whole is synced.
 */
#include "k8s/digest.h"
#include "k8s/watch_int.h"
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct client_call {
	struct client_call *next;
	struct client *client;
	const struct client_events *events;
	void *arg;
	int status;
};

struct client {
	struct client_call *calls; /* the newest first */
};

static int64_t clock_ms;
static unsigned char told[1 << 16]; /* by name: the listener has it */

static int64_t now_ms(void)
{
	return clock_ms;
}

void client_look(const struct client *c, struct client_view *out)
{
	(void)c;
	*out = (struct client_view){.server = "https://k"};
}

void client_stats(const struct client *c, struct http_stats *st)
{
	(void)c;
	*st = (struct http_stats){0};
}

struct client_call *client_start(struct client *c, const struct http_request *rq,
    const struct client_events *events, void *arg)
{
	struct client_call *call = calloc(1, sizeof(*call));

	if (!call || !rq->path)
		abort();
	*call = (struct client_call){c->calls, c, events, arg, 0};
	c->calls = call;
	return call;
}

void client_cancel(struct client_call *call)
{
	struct client_call **at = &call->client->calls;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	free(call);
}

static void done(struct client_call *call, int error)
{
	struct http_result result = {.error = error, .status = call->status, .text = "x"};

	call->events->on_done(call, &result, call->arg);
	client_cancel(call);
}

void client_reset(struct client *c)
{
	while (c->calls)
		done(c->calls, -ETIMEDOUT);
}

static void on_event(struct k8s_event *ev, void *arg)
{
	const struct k8s_object *o = ev->obj;

	(void)arg;
	if (o) {
		uint32_t hash = k8s_name_hash(o->kind, o->ns, o->name) % sizeof(told);

		if (!*o->name || (ev->type == K8S_DELETE && !told[hash]))
			abort();
		told[hash] = 1; /* for good: two may share a place */
	} else if (ev->type == K8S_STATE) {
		if (ev->state->whole && !ev->state->synced)
			abort();
	}
	k8s_event_free(ev);
}

static struct client_call *first_call(const struct client *c)
{
	struct client_call *call = c->calls;

	while (call && call->next)
		call = call->next;
	return call;
}

/* 'e' no answer, 'f' forbidden, 'g' gone, 'n' not found, 'u' unprocessable, 'c' cut off in the
 * end, 'w' the watch goes on, or a whole answer. */
static void answer(struct client *c, char how, const char *body, size_t len)
{
	static const char letters[] = "fgnu";
	static const int statuses[] = {403, 410, 404, 422};
	struct client_call *call = first_call(c);
	const char *at = strchr(letters, how);

	if (!call)
		return;
	if (how == 'e') {
		done(call, -ECONNREFUSED);
		return;
	}
	if (!call->status) {
		call->status = how && at ? statuses[at - letters] : 200;
		if (call->events->on_head)
			call->events->on_head(call, call->status, call->arg);
	}
	if (call->events->on_data(call, body, len, call->arg))
		done(call, -ECANCELED);
	else if (how != 'w')
		done(call, how == 'c' ? -ECONNRESET : 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct watch_wants wants = {.custom_ns = "m"};
	struct event_base *base = event_base_new();
	struct client c = {0};
	struct watch *w = base ? watch_new(base, &c, on_event, NULL) : NULL;
	const char *p = (const char *)data, *end = p + len;

	if (!w || watch_start(w) < 0 || watch_set_wants(w, &wants) < 0)
		abort();
	memset(told, 0, sizeof(told));
	clock_ms = 1000;
	watch_clock_by(w, now_ms);
	while (p < end) {
		const char *line = memchr(p, '\n', (size_t)(end - p));
		size_t n = line ? (size_t)(line - p) : (size_t)(end - p);

		watch_turn(w);
		if (n)
			answer(&c, *p, p + 1, n - 1);
		clock_ms += 40000;
		p += n + (line != NULL);
	}
	watch_free(w);
	if (c.calls)
		abort();
	event_base_free(base);
	return 0;
}
