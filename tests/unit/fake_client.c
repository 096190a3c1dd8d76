/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fake_client.h"
#include "announcer/util.h"
#include <assert.h>
#include <errno.h>

enum { CALLS_MAX = 512 };

struct client_call {
	struct client *client;
	struct fake_rq rq;
	const struct client_events *events;
	void *arg;
	int status; /* that was told */
};

struct client {
	struct client_call *calls[CALLS_MAX];
	size_t n, total;
};

static struct client *newest;

struct client *fake_client_new(void)
{
	newest = xcalloc(1, sizeof(*newest));
	return newest;
}

struct client *fake_newest(void)
{
	return newest;
}

struct client *client_new(struct event_base *base, const struct auth_where *where,
    void (*on_change)(void *arg), void *arg)
{
	(void)base;
	(void)where;
	(void)on_change;
	(void)arg;
	return fake_client_new();
}

static void call_free(struct client_call *call)
{
	struct client *c = call->client;
	size_t i = 0;

	while (c->calls[i] != call)
		i++;
	c->n--;
	memmove(&c->calls[i], &c->calls[i + 1], (c->n - i) * sizeof(*c->calls));
	free(call->rq.method);
	free(call->rq.path);
	free(call->rq.content_type);
	free(call->rq.body);
	free(call);
}

void client_free(struct client *c)
{
	while (c && c->n)
		call_free(c->calls[0]);
	free(c);
}

void client_look(const struct client *c, struct client_view *out)
{
	(void)c;
	*out = (struct client_view){.source = "fake", .server = "https://192.0.2.1:6443"};
}

void client_reload(struct client *c, const struct auth_where *where)
{
	(void)c;
	(void)where;
}

struct client_call *client_start(struct client *c, const struct http_request *rq,
    const struct client_events *events, void *arg)
{
	struct client_call *call = xcalloc(1, sizeof(*call));

	assert(c->n < CALLS_MAX);
	call->client = c;
	call->events = events;
	call->arg = arg;
	call->rq = (struct fake_rq){.call = call,
	    .method = xstrdup(rq->method),
	    .path = xstrdup(rq->path),
	    .content_type = xstrdup(rq->content_type),
	    .head_s = rq->head_s,
	    .idle_s = rq->idle_s,
	    .total_s = rq->total_s};
	if (rq->body.p) {
		call->rq.body = xcalloc(1, rq->body.len + 1);
		memcpy(call->rq.body, rq->body.p, rq->body.len);
	}
	c->calls[c->n++] = call;
	c->total++;
	return call;
}

void client_cancel(struct client_call *call)
{
	call_free(call);
}

void client_reset(struct client *c)
{
	while (c->n)
		fake_fail(c, 0, -ETIMEDOUT, "reset");
}

void client_stats(const struct client *c, struct http_stats *st)
{
	(void)c;
	*st = (struct http_stats){0};
}

size_t fake_n(const struct client *c)
{
	return c->n;
}

size_t fake_total(const struct client *c)
{
	return c->total;
}

const struct fake_rq *fake_rq(const struct client *c, size_t i)
{
	assert(i < c->n);
	return &c->calls[i]->rq;
}

static void end(struct client_call *call, const struct http_result *result)
{
	call->events->on_done(call, result, call->arg);
	call_free(call);
}

static int data(struct client_call *call, const char *p, size_t len)
{
	return len ? call->events->on_data(call, p, len, call->arg) : 0;
}

static void head(struct client_call *call, int status)
{
	if (!call->status && call->events->on_head)
		call->events->on_head(call, status, call->arg);
	call->status = status;
}

void fake_answer(struct client *c, size_t i, int status, const char *body)
{
	struct http_result result = {.status = status, .text = ""};
	struct client_call *call = c->calls[i];
	size_t len = strlen(body);

	assert(i < c->n);
	head(call, status);
	if (data(call, body, len / 2) || data(call, body + len / 2, len - len / 2))
		result.error = -ECANCELED;
	end(call, &result);
}

void fake_busy(struct client *c, size_t i, int status, unsigned retry_after_s)
{
	const struct http_result result = {
	    .status = status, .retry_after_s = retry_after_s, .text = ""};

	assert(i < c->n);
	head(c->calls[i], status);
	end(c->calls[i], &result);
}

void fake_fail(struct client *c, size_t i, int error, const char *text)
{
	const struct http_result result = {
	    .error = error, .status = c->calls[i]->status, .text = text};

	assert(i < c->n);
	end(c->calls[i], &result);
}

int fake_data(struct client *c, size_t i, int status, const char *piece)
{
	assert(i < c->n);
	head(c->calls[i], status);
	return data(c->calls[i], piece, strlen(piece));
}

void fake_end(struct client *c, size_t i, int error)
{
	fake_fail(c, i, error, error ? "ended" : "");
}
