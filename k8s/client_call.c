/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls of a client. A call is kept with all it asks, so that it can wait for credentials,
 * and be sent once more when the first ones are refused: the head of that 401 is held back, its
 * body dropped.
 */
#include "k8s/client_int.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_S 30

static char *copy(const char *s, bool *good)
{
	char *p = s ? strdup(s) : NULL;

	*good &= p || !s;
	return p;
}

static bool copy_request(struct http_request *to, const struct http_request *from)
{
	bool good = true;

	*to = *from;
	to->authorization = to->user = to->password = NULL;
	to->method = copy(from->method, &good);
	to->path = copy(from->path, &good);
	to->accept = copy(from->accept, &good);
	to->content_type = copy(from->content_type, &good);
	to->body.p = NULL;
	if (from->body.p) {
		char *p = malloc(from->body.len + 1);

		if (p)
			memcpy(p, from->body.p, from->body.len);
		to->body.p = p;
		good &= p != NULL;
	}
	return good;
}

static void call_free(struct client_call *call)
{
	if (call->limit)
		event_free(call->limit);
	free((char *)(uintptr_t)call->rq.method);
	free((char *)(uintptr_t)call->rq.path);
	free((char *)(uintptr_t)call->rq.accept);
	free((char *)(uintptr_t)call->rq.content_type);
	free((char *)(uintptr_t)call->rq.body.p);
	free(call);
}

static void unlink_call(struct client_call *call)
{
	struct client *c = call->c;

	if (call->prev)
		call->prev->next = call->next;
	else
		c->first = call->next;
	if (call->next)
		call->next->prev = call->prev;
	else
		c->last = call->prev;
}

/* Tell the end; the client may be gone afterwards. */
static void conclude(struct client_call *call, const struct http_result *result)
{
	const struct client_events *events = call->events;

	unlink_call(call);
	call->events = NULL;
	events->on_done(call, result, call->arg);
	call_free(call);
}

static void wait_for_it(struct client_call *call, unsigned s)
{
	struct timeval tv = {.tv_sec = s};

	event_add(call->limit, &tv);
}

static void on_limit(evutil_socket_t fd, short what, void *arg)
{
	struct client_call *call = arg;
	const char *why = call->c->error ? call->c->error : "no credentials yet";
	struct http_result result = {.error = -EACCES, .text = why};

	(void)fd;
	(void)what;
	if (client_ready(call->c))
		result = (struct http_result){.error = -ENOMEM, .text = "out of memory"};
	conclude(call, &result);
}

static void on_head(struct http_call *http, int status, void *arg)
{
	struct client_call *call = arg;

	(void)http;
	call->refused = status == 401 && !call->again;
	if (!call->refused && call->events->on_head)
		call->events->on_head(call, status, call->arg);
}

static int on_data(struct http_call *http, const char *p, size_t len, void *arg)
{
	struct client_call *call = arg;

	(void)http;
	return call->refused ? 0 : call->events->on_data(call, p, len, call->arg);
}

static void on_done(struct http_call *http, const struct http_result *result, void *arg)
{
	struct client_call *call = arg;

	(void)http;
	call->call = NULL;
	if (!call->refused) {
		conclude(call, result);
		return;
	}
	call->refused = false;
	call->again = true;
	wait_for_it(call, call->rq.head_s ? call->rq.head_s : WAIT_S);
	client_refused(call->c, call->generation);
	if (call->generation != call->c->generation)
		client_flush(call->c);
}

static const struct http_events events = {on_head, on_data, on_done};

/* "Bearer ...", the caller's; NULL = there is no token, or no memory. */
static char *bearer(const char *token)
{
	static const char scheme[] = "Bearer ";
	size_t len = sizeof(scheme) + strlen(token);
	char *text = malloc(len);

	if (text)
		snprintf(text, len, "%s%s", scheme, token);
	return text;
}

static void send_it(struct client_call *call)
{
	struct client *c = call->c;
	const struct auth_found *f = auth_found(c->auth);
	const char *token = f->exec ? c->credential->token : f->token;
	struct http_request rq = call->rq;
	char *authorization = token ? bearer(token) : NULL;

	rq.authorization = authorization;
	if (!token) {
		rq.user = f->username;
		rq.password = f->password;
	}
	if (authorization || !token)
		call->call = http_start(c->http, &rq, &events, call);
	free(authorization);
	call->generation = c->generation;
	if (call->call)
		event_del(call->limit);
	else
		wait_for_it(call, 0);
}

void client_flush(struct client *c)
{
	if (!client_ready(c))
		return;
	for (struct client_call *call = c->first; call; call = call->next)
		if (!call->call)
			send_it(call);
}

void client_drop_calls(struct client *c)
{
	for (struct client_call *call = c->first, *next; call; call = next) {
		next = call->next;
		if (call->call)
			http_cancel(call->call);
		call_free(call);
	}
	c->first = c->last = NULL;
}

struct client_call *client_start(
    struct client *c, const struct http_request *rq, const struct client_events *ev, void *arg)
{
	struct client_call *call = calloc(1, sizeof(*call));

	if (!call)
		return NULL;
	call->c = c;
	call->events = ev;
	call->arg = arg;
	call->limit = evtimer_new(c->base, on_limit, call);
	if (!copy_request(&call->rq, rq) || !call->limit) {
		call_free(call);
		return NULL;
	}
	call->prev = c->last;
	if (c->last)
		c->last->next = call;
	else
		c->first = call;
	c->last = call;
	wait_for_it(call, rq->head_s ? rq->head_s : WAIT_S);
	client_flush(c);
	return call;
}

void client_cancel(struct client_call *call)
{
	if (!call->events)
		return;
	unlink_call(call);
	if (call->call)
		http_cancel(call->call);
	call_free(call);
}
