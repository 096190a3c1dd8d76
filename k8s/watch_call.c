/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One resource: its reflector's requests sent, their answers cut into values and given back. */
#include "k8s/decode.h"
#include "k8s/watch_int.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BODY_MAX ((size_t)64 << 10) /* of a Status or an APIGroup */

/* The call is to end with this. Return: rc as given. */
static int give_up(struct watch_resource *res, int rc, const char *why)
{
	if (!res->error && !res->r.stopped) {
		res->error = rc;
		if (why != res->why)
			snprintf(res->why, sizeof(res->why), "%s", why);
	}
	return rc;
}

static int take(struct watch_resource *res, const struct item *it)
{
	const char *custom = res->kind == K8S_CUSTOM ? res->what.resource : NULL;
	struct k8s_decode_error err = {0};
	struct k8s_object *obj;
	int rc;

	if (it->is.type == REFLECT_DELETED)
		return watch_tell_deleted(res, it->ns, it->name);
	rc = k8s_object_decode_as(res->kind, custom, it->obj, &obj, &err);
	if (rc == -EINVAL)
		return watch_tell_bad(res, it, &err);
	return rc ? rc : watch_tell_put(res, obj);
}

static int act_on(struct watch_resource *res, const struct item *it)
{
	switch (reflect_item(&res->r, &it->is, res->w->now_ms())) {
	case REFLECT_TAKE:
		res->events += res->r.ask == REFLECT_WATCH;
		return take(res, it);
	case REFLECT_SWEEP:
		return watch_tell_sweep(res);
	case REFLECT_STOP:
		return -ECANCELED;
	default:
		return 0;
	}
}

static int on_value(const char *text, size_t len, void *arg)
{
	struct watch_resource *res = arg;
	struct item it;
	int rc;

	if (res->r.ask == REFLECT_LIST)
		rc = item_read_listed(res->kind, text, len, &it, res->why);
	else
		rc = item_read_event(res->kind, text, len, &it, res->why);
	if (rc)
		return give_up(res, rc, res->why);
	rc = act_on(res, &it);
	item_fini(&it);
	return rc == -ENOMEM ? give_up(res, rc, "not enough memory") : rc;
}

static void heard(struct watch_resource *res)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	res->w->came_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	res->heard_s = (int64_t)time(NULL);
	res->w->moved = true;
	watch_heard(res->w);
}

/* After an outage nobody waits any longer. */
static void hurry_others(struct watch *w)
{
	for (struct watch_resource *res = w->resources; w->outage_s && res; res = res->next)
		reflect_hurry(&res->r, w->now_ms(), watch_random());
}

static void on_head(struct client_call *call, int status, void *arg)
{
	struct watch_resource *res = arg;
	bool list = res->r.ask == REFLECT_LIST;

	(void)call;
	heard(res);
	hurry_others(res->w);
	res->status = status;
	reflect_head(&res->r, status, res->w->now_ms());
	if (status == 200 && res->r.ask != REFLECT_GROUP) {
		res->frame = frame_new(list ? FRAME_LIST : FRAME_STREAM, on_value, res);
		if (!res->frame)
			give_up(res, -ENOMEM, "not enough memory");
	}
	watch_tell_flush(res->w);
	watch_soon(res->w); /* the wait is another now */
}

static int keep_body(struct watch_resource *res, const char *p, size_t len)
{
	char *more;

	if (len > BODY_MAX - res->body_len)
		return give_up(res, -EBADMSG, "the answer is too long");
	more = realloc(res->body, res->body_len + len + 1);
	if (!more)
		return give_up(res, -ENOMEM, "not enough memory");
	memcpy(more + res->body_len, p, len);
	res->body = more;
	res->body_len += len;
	return 0;
}

static int on_data(struct client_call *call, const char *p, size_t len, void *arg)
{
	struct watch_resource *res = arg;
	int rc = res->error;

	(void)call;
	heard(res);
	if (rc)
		return rc;
	if (!res->frame)
		return keep_body(res, p, len);
	rc = frame_feed(res->frame, p, len);
	if (rc == -ENOMEM)
		give_up(res, rc, "not enough memory");
	else if (rc)
		give_up(res, -EBADMSG, "the answer is not JSON as expected");
	if (res->r.listed) /* nobody acts on half of what there is */
		watch_tell_flush(res->w);
	return rc;
}

/* A body that is whole. Return: an error, with end->text. */
static int end_of_objects(
    struct watch_resource *res, struct reflect_end *end, struct item_rest *rest)
{
	bool list = res->r.ask == REFLECT_LIST;
	const char *text;
	size_t len;
	int rc = frame_end(res->frame);

	end->text = "the answer ends in the middle of an object";
	if (rc)
		return -EBADMSG;
	end->text = NULL;
	if (!list)
		return 0;
	text = frame_rest(res->frame, &len);
	rc = item_read_rest(text, len, rest);
	end->text = rc == -ENOMEM ? "not enough memory" : rc ? "the answer is no list" : NULL;
	end->rv = rest->rv;
	end->cont = rest->cont;
	return rc;
}

static int end_of_group(struct watch_resource *res, struct reflect_end *end)
{
	int rc = item_read_group(res->body, res->body_len, res->what.versions, &end->served);

	if (rc)
		end->text = rc == -ENOMEM ? "not enough memory" : "the answer is no APIGroup";
	return rc;
}

static void end_of_refusal(
    struct watch_resource *res, struct reflect_end *end, struct item_rest *rest)
{
	if (!res->body || item_read_rest(res->body, res->body_len, rest) < 0)
		return;
	end->text = rest->message;
	if (!end->retry_after_s)
		end->retry_after_s = rest->retry_after_s;
}

static void clear(struct watch_resource *res)
{
	frame_free(res->frame);
	free(res->body);
	res->frame = NULL;
	res->body = NULL;
	res->body_len = 0;
	res->status = res->error = 0;
	res->call = NULL;
}

static void finish(struct watch_resource *res, struct reflect_end *end)
{
	struct watch *w = res->w;

	if (reflect_done(&res->r, end, w->now_ms(), watch_random()) == REFLECT_SWEEP) {
		if (res->r.phase == K8S_ABSENT)
			told_begin(&res->told);
		if (watch_tell_sweep(res) < 0)
			reflect_again(&res->r, w->now_ms());
	}
	clear(res);
}

static void on_done(struct client_call *call, const struct http_result *result, void *arg)
{
	struct watch_resource *res = arg;
	struct watch *w = res->w;
	struct reflect_end end = {.error = result->error,
	    .status = result->status,
	    .retry_after_s = result->retry_after_s,
	    .text = result->error ? result->text : NULL};
	struct item_rest rest = {0};

	(void)call;
	if (result->status && result->status != 200) {
		end_of_refusal(res, &end, &rest);
	} else if (res->error) {
		end.error = res->error;
		end.text = res->why;
	} else if (!end.error && res->frame) {
		end.error = end_of_objects(res, &end, &rest);
	} else if (!end.error && res->r.ask == REFLECT_GROUP) {
		end.error = end_of_group(res, &end);
	}
	finish(res, &end);
	item_rest_fini(&rest);
	watch_tell_flush(w);
	watch_soon(w);
}

static const struct client_events events = {on_head, on_data, on_done};

static void start(struct watch_resource *res, const struct reflect_request *rq)
{
	struct http_request http = {.method = "GET",
	    .path = rq->path,
	    .head_s = rq->head_s,
	    .idle_s = rq->idle_s,
	    .total_s = rq->total_s};
	struct reflect_end failed = {.error = -ENOMEM, .text = "not enough memory"};

	if (rq->fresh)
		told_begin(&res->told);
	res->call = client_start(res->w->client, &http, &events, res);
	if (!res->call)
		finish(res, &failed);
}

void watch_call_turn(struct watch_resource *res)
{
	struct reflect_end stalled = {.error = -ECANCELED};
	struct watch *w = res->w;
	struct reflect_request rq;

	if (reflect_stalled(&res->r, w->now_ms())) {
		client_cancel(res->call);
		finish(res, &stalled);
	}
	if (reflect_next(&res->r, w->now_ms(), watch_random(), &rq) != 1)
		return;
	start(res, &rq);
	free(rq.path);
}

void watch_call_cancel(struct watch_resource *res)
{
	if (res->call)
		client_cancel(res->call);
	clear(res);
}
