/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/watch_world.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t clock_ms;

static int64_t now_ms(void)
{
	return clock_ms;
}

void client_look(const struct client *c, struct client_view *out)
{
	*out = c->view;
}

void client_stats(const struct client *c, struct http_stats *st)
{
	*st = (struct http_stats){.wire = 100, .body = 200, .connections = c->resets + 1};
}

struct client_call *client_start(struct client *c, const struct http_request *rq,
    const struct client_events *events, void *arg)
{
	struct client_call *call = calloc(1, sizeof(*call));

	assert_non_null(call);
	assert_string_equal(rq->method, "GET");
	assert_true(strlen(rq->path) < sizeof(call->path));
	memcpy(call->path, rq->path, strlen(rq->path) + 1);
	call->client = c;
	call->events = events;
	call->arg = arg;
	call->next = c->calls;
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

void done(struct client_call *call, int error, const char *text)
{
	struct http_result result = {
	    .error = error, .status = call->status, .text = text ? text : ""};

	call->events->on_done(call, &result, call->arg);
	client_cancel(call);
}

void client_reset(struct client *c)
{
	struct client_call *calls = c->calls;

	c->resets++;
	while (calls) {
		struct client_call *next = calls->next;

		done(calls, -ETIMEDOUT, "timed out");
		calls = next;
	}
}

static void note(struct world *w, const char *sign, const struct k8s_object *o)
{
	size_t len = strlen(w->log);
	const char *kind = o->kind == K8S_CUSTOM ? o->raw.resource : k8s_kind_name(o->kind);

	assert_true(len < sizeof(w->log) - 400);
	snprintf(w->log + len, sizeof(w->log) - len, "%s%s %s%s%s ", sign, kind, o->ns,
	    *o->ns ? "/" : "", o->name);
}

static void on_event(struct k8s_event *ev, void *arg)
{
	struct world *w = arg;
	size_t len = strlen(w->log);

	if (ev->type == K8S_PUT || ev->type == K8S_DELETE) {
		note(w, ev->type == K8S_PUT ? "+" : "-", ev->obj);
	} else {
		assert_true(len < sizeof(w->log) - 4);
		memcpy(w->log + len, ev->type == K8S_BATCH ? ". " : "= ", 3);
	}
	if (ev->type == K8S_STATE) {
		k8s_state_free(w->state);
		w->state = ev->state;
		ev->state = NULL;
	}
	k8s_event_free(ev);
}

int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	clock_ms = 1000000;
	w->base = event_base_new();
	w->client.view = (struct client_view){.source = "here", .server = "https://k:6443"};
	w->watch = watch_new(w->base, &w->client, on_event, w);
	assert_non_null(w->watch);
	watch_clock_by(w->watch, now_ms);
	assert_int_equal(watch_start(w->watch), 0);
	*state = w;
	return 0;
}

int teardown(void **state)
{
	struct world *w = *state;

	watch_free(w->watch);
	assert_null(w->client.calls);
	k8s_state_free(w->state);
	event_base_free(w->base);
	free(w);
	return 0;
}

void turn(struct world *w, int64_t ms)
{
	clock_ms += ms;
	watch_turn(w->watch);
}

static struct client_call *find(const struct world *w, const char *part)
{
	struct client_call *call = w->client.calls;

	while (call && !strstr(call->path, part))
		call = call->next;
	return call;
}

bool has_call(const struct world *w, const char *part)
{
	return find(w, part) != NULL;
}

struct client_call *call_to(const struct world *w, const char *part)
{
	struct client_call *call = find(w, part);

	if (!call) {
		fail_msg("nobody asks for %s", part);
		abort(); /* which does not return, but does not say so */
	}
	return call;
}

void head(struct client_call *call, int status)
{
	call->status = status;
	call->events->on_head(call, status, call->arg);
}

int data_n(struct client_call *call, const char *text, size_t len)
{
	char *exact = malloc(len ? len : 1);
	int rc;

	assert_non_null(exact);
	memcpy(exact, text, len);
	rc = call->events->on_data(call, exact, len, call->arg);
	free(exact);
	if (rc)
		done(call, -ECANCELED, "cancelled");
	return rc;
}

int data(struct client_call *call, const char *text)
{
	return data_n(call, text, strlen(text));
}

void refuse(struct client_call *call, int status, const char *text)
{
	char body[512];

	head(call, status);
	snprintf(body, sizeof(body),
	    "{\"kind\":\"Status\",\"metadata\":{},\"message\":\"%s\",\"code\":%d}", text,
	    status);
	assert_int_equal(data(call, body), 0);
	done(call, 0, NULL);
}

void page(
    struct world *w, const char *resource, const char *rv, const char *cont, const char *items)
{
	struct client_call *call = call_to(w, resource);
	char body[4096];

	if (strstr(call->path, "sendInitialEvents")) {
		refuse(call, 422, "sendInitialEvents is forbidden");
		turn(w, 0);
		call = call_to(w, resource);
	}
	assert_non_null(strstr(call->path, "?limit="));
	snprintf(body, sizeof(body),
	    "{\"kind\":\"XList\",\"metadata\":{\"resourceVersion\":\"%s\",\"continue\":\"%s\"},"
	    "\"items\":[%s]}",
	    rv, cont, items);
	head(call, 200);
	if (data(call, body) == 0)
		done(call, 0, NULL);
}

struct client_call *list(
    struct world *w, const char *resource, const char *rv, const char *items)
{
	struct client_call *call;

	page(w, resource, rv, "", items);
	turn(w, 0);
	call = call_to(w, resource);
	assert_non_null(strstr(call->path, "watch=true"));
	assert_non_null(strstr(call->path, rv));
	head(call, 200);
	return call;
}

void sync_empty(struct world *w)
{
	struct client_call *group;

	turn(w, 0);
	group = call_to(w, "/apis/discovery.k8s.io");
	head(group, 200);
	assert_int_equal(data(group, "{\"versions\":[{\"version\":\"v1\"}]}"), 0);
	done(group, 0, NULL);
	turn(w, 0);
	list(w, "/services?", "10", "");
	list(w, "/nodes?", "10", "");
	list(w, "/endpointslices?", "10", "");
	list(w, "/namespaces?", "10", "");
	w->log[0] = 0;
}

void assert_log(struct world *w, const char *expected)
{
	assert_string_equal(w->log, expected);
	w->log[0] = 0;
}

const struct k8s_resource *line_of(const struct world *w, const char *name)
{
	const struct k8s_cluster *c;

	assert_non_null(w->state);
	c = w->state->cluster;
	for (size_t i = 0; i < c->n_resources; i++)
		if (strcmp(c->resources[i].name, name) == 0)
			return &c->resources[i];
	fail_msg("no line of %s", name);
	return NULL;
}

void assert_line(
    const struct world *w, const char *name, enum k8s_phase phase, const char *text)
{
	const struct k8s_resource *r = line_of(w, name);

	assert_int_equal(r->phase, phase);
	assert_string_equal(r->text ? r->text : "", text);
}
