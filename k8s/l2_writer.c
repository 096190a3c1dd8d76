/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One item an object with a wish. What is asked next follows from what the server says:
 *
 *	CREATE --201, 409 (there is one)--> FILL --200--> done
 *	FILL   --404 (there is none)------> CREATE
 *	FILL   --422 (of another node)----> DELETE, then CREATE
 *	DELETE --200, 404, 409------------> done: what is changed meanwhile is not ours to
 *delete
 */
#include "k8s/l2_writer.h"
#include "k8s/ask_queue.h"
#include "k8s/l2_status.h"
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	IN_FLIGHT_MAX = 8,
	BURST = 100,
	TOKEN_MS = 20, /* fifty requests a second */
	ASK_MS = 10000,
	ROUNDS_MAX = 4, /* CREATE and FILL in turn, then it waits */
	SLOWER_MAX = 3, /* so many times ASK_SLOW_MS is doubled */
	TEXT_MAX = 640,
};

struct item {
	struct ask_item i;
	struct k8s_l2_wish *wish;
	enum k8s_l2_ask step;
	unsigned rounds;
};

struct l2_writer {
	struct ask_queue q;
	unsigned tokens;
	int64_t token_ms;
	bool leaving;
	void (*on_left)(void *arg);
	void *left_arg;
};

static int by_name(const void *a, const void *b)
{
	const struct k8s_l2_wish *x = ((const struct item *)a)->wish,
				 *y = ((const struct item *)b)->wish;
	int c = strcmp(x->ns, y->ns);

	return c ? c : strcmp(x->name, y->name);
}

static void item_free(struct ask_item *i)
{
	struct item *it = (struct item *)i;

	k8s_l2_wish_free(it->wish);
	free(it);
}

/* What a wish begins with. */
static void begin(struct item *it)
{
	const struct k8s_l2_wish *wish = it->wish;

	it->step = wish->gone ? K8S_L2_DELETE : wish->there ? K8S_L2_FILL : K8S_L2_CREATE;
	it->rounds = 0;
}

static void count_failure(const struct item *it, const struct ask_answer *a)
{
	static const char *const verbs[] = {
	    [K8S_L2_CREATE] = "create", [K8S_L2_FILL] = "patch", [K8S_L2_DELETE] = "delete"};
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "%s " K8S_L2_RESOURCE "%s %.253s/%.253s: %s",
	    verbs[it->step], it->step == K8S_L2_FILL ? "/status" : "", it->wish->ns,
	    it->wish->name, a->text);
	ask_queue_failed(it->i.q, text);
}

static void go_on(struct item *it, enum k8s_l2_ask step)
{
	it->step = step;
	if (++it->rounds <= ROUNDS_MAX) {
		ask_ready(&it->i);
		return;
	}
	it->rounds = 0;
	ask_later(&it->i, ask_backoff_ms(++it->i.failures, 0));
}

static void on_success(struct item *it)
{
	if (it->step == K8S_L2_CREATE)
		go_on(it, K8S_L2_FILL);
	else if (it->step == K8S_L2_DELETE && !it->wish->gone)
		go_on(it, K8S_L2_CREATE);
	else
		ask_queue_drop(&it->i);
}

static unsigned slow_ms(struct item *it)
{
	unsigned doubled = it->i.failures < SLOWER_MAX ? it->i.failures : SLOWER_MAX;

	it->i.failures++;
	return ASK_SLOW_MS << doubled;
}

static void on_failure(struct item *it, const struct ask_answer *a)
{
	count_failure(it, a);
	if (ask_overloaded(a))
		ask_queue_pause(&it->i, a);
	else if (a->status >= 500)
		ask_later(&it->i, ask_backoff_ms(it->i.failures++, a->retry_after_s));
	else
		ask_later(&it->i, slow_ms(it));
}

/* The server's answer says how it is now. Return: false when it is a failure. */
static bool take_state(struct item *it, int status)
{
	if (it->step == K8S_L2_DELETE && (status == 404 || status == 409))
		on_success(it);
	else if (it->step != K8S_L2_DELETE && status == 409)
		go_on(it, K8S_L2_FILL);
	else if (it->step == K8S_L2_FILL && status == 404)
		go_on(it, K8S_L2_CREATE);
	else if (it->step == K8S_L2_FILL && status == 422)
		go_on(it, K8S_L2_DELETE);
	else
		return false;
	return true;
}

static void pump(void *arg);

static void on_answer(const struct ask_answer *a, void *arg)
{
	struct item *it = arg;
	struct l2_writer *w = it->i.q->arg;

	if (ask_queue_answered(&it->i, a))
		ask_ready(&it->i);
	else if (!a->text)
		on_success(it);
	else if (!take_state(it, a->status))
		on_failure(it, a);
	pump(w);
}

static void ask(struct item *it)
{
	static const char *const methods[] = {
	    [K8S_L2_CREATE] = "POST", [K8S_L2_FILL] = "PATCH", [K8S_L2_DELETE] = "DELETE"};
	char *path = k8s_l2_path(it->wish, it->step);
	struct json_object *body = k8s_l2_body(it->wish, it->step);
	struct ask_request rq = {.method = methods[it->step],
	    .path = path,
	    .content_type = it->step == K8S_L2_FILL ? "application/merge-patch+json" : NULL,
	    .body = body,
	    .total_ms = ASK_MS};

	ask_queue_send(&it->i, &rq, on_answer);
	json_object_put(body);
	free(path);
}

/* Return: how many requests may be sent now; *due_ms: when one more, at the latest. */
static unsigned allowed(struct l2_writer *w, int64_t now, int64_t *due_ms)
{
	int64_t fresh = (now - w->token_ms) / TOKEN_MS;

	w->tokens = w->tokens + fresh > BURST ? BURST : w->tokens + (unsigned)fresh;
	w->token_ms += fresh * TOKEN_MS;
	*due_ms = w->q.pause_ms > now ? w->q.pause_ms : w->token_ms + TOKEN_MS;
	if (w->q.pause_ms > now)
		return 0;
	return w->leaving ? BURST : w->tokens;
}

static void pump(void *arg)
{
	struct l2_writer *w = arg;
	int64_t now = ask_now_ms(), due_ms;
	unsigned n;

	ask_queue_wake(&w->q, now);
	n = allowed(w, now, &due_ms);
	for (; n && ask_queue_may_send(&w->q); n--) {
		w->tokens -= w->tokens > 0;
		ask((struct item *)ask_queue_pop(&w->q));
	}
	ask_queue_arm(&w->q, now, due_ms);
	if (w->on_left && l2_writer_idle(w)) {
		void (*fn)(void *arg) = w->on_left;

		w->on_left = NULL;
		fn(w->left_arg);
	}
}

struct l2_writer *l2_writer_new(struct event_base *base, struct client *client)
{
	static const struct ask_queue_ops ops = {
	    .cmp = by_name, .free = item_free, .pump = pump, .in_flight_max = IN_FLIGHT_MAX};
	struct l2_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->q.base = base;
	w->q.client = client;
	w->tokens = BURST;
	w->token_ms = ask_now_ms();
	if (!ask_queue_init(&w->q, &ops, w))
		return w;
	free(w);
	return NULL;
}

void l2_writer_free(struct l2_writer *w)
{
	if (!w)
		return;
	ask_queue_fini(&w->q);
	free(w);
}

static struct item *item_new(struct l2_writer *w, struct k8s_l2_wish *wish)
{
	struct item *it = calloc(1, sizeof(*it));

	if (!it)
		return NULL;
	it->wish = wish;
	if (!ask_queue_add(&w->q, &it->i))
		return it;
	free(it);
	return NULL;
}

void l2_writer_wish(struct l2_writer *w, struct k8s_l2_wish *wish)
{
	struct item like = {.wish = wish}, *it;

	if (w->leaving && !wish->gone) {
		k8s_l2_wish_free(wish);
		return;
	}
	it = (struct item *)ask_queue_find(&w->q, &like.i);
	if (it) {
		k8s_l2_wish_free(it->wish);
		it->wish = wish;
		it->i.replaced = it->i.ask != NULL;
	} else {
		it = item_new(w, wish);
		if (!it) {
			k8s_l2_wish_free(wish);
			return;
		}
	}
	begin(it);
	pump(w);
}

static bool is_delete(const struct ask_item *i)
{
	return ((const struct item *)i)->wish->gone;
}

void l2_writer_leave(struct l2_writer *w, void (*on_left)(void *arg), void *arg)
{
	w->leaving = true;
	w->on_left = on_left;
	w->left_arg = arg;
	ask_queue_keep(&w->q, is_delete);
	pump(w);
}

bool l2_writer_idle(const struct l2_writer *w)
{
	return ask_queue_idle(&w->q);
}

uint64_t l2_writer_failed(const struct l2_writer *w, const char **why)
{
	*why = w->q.why;
	return w->q.n_failed;
}
