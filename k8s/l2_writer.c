/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One item an object with a wish: ready, later or asked, as in status.c. What is asked next
 * follows from what the server says:
 *
 *	CREATE --201, 409 (there is one)--> FILL --200--> done
 *	FILL   --404 (there is none)------> CREATE
 *	FILL   --422 (of another node)----> DELETE, then CREATE
 *	DELETE --200, 404, 409------------> done: what is changed meanwhile is not ours to
 *delete
 */
#include "k8s/l2_writer.h"
#include "k8s/ask.h"
#include "k8s/l2_status.h"
#include <event2/event.h>
#include <json-c/json.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	IN_FLIGHT_MAX = 8,
	BURST = 100,
	TOKEN_MS = 20, /* fifty requests a second */
	ASK_MS = 10000,
	ROUNDS_MAX = 4,  /* CREATE and FILL in turn, then it waits */
	SLOW_MS = 60000, /* where it is not for us to mend; doubled so many times: */
	SLOWER_MAX = 3,
	TEXT_MAX = 640,
};

struct item {
	struct item *next; /* ready or later */
	struct l2_writer *w;
	struct k8s_l2_wish *wish;
	struct ask *ask;
	enum k8s_l2_ask step;
	int64_t at_ms; /* later: when */
	unsigned failures, rounds;
	bool replaced; /* asked: for an older wish */
};

struct list {
	struct item *head, **tail;
};

struct l2_writer {
	struct event_base *base;
	struct client *client;
	struct event *tick;
	void *index; /* of items by namespace and name; tsearch() */
	struct list ready, later;
	unsigned in_flight, failures, tokens;
	int64_t pause_ms, token_ms;
	bool leaving;
	void (*on_left)(void *arg);
	void *left_arg;
	uint64_t n_failed;
	char *why;
};

static int by_name(const void *a, const void *b)
{
	const struct k8s_l2_wish *x = ((const struct item *)a)->wish,
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

static void put_ready(struct item *it)
{
	put_at(&it->w->ready, it->w->ready.tail, it);
}

static void put_later(struct item *it, unsigned ms)
{
	struct list *l = &it->w->later;
	struct item **at = &l->head;

	it->at_ms = ask_now_ms() + ms;
	while (*at && (*at)->at_ms <= it->at_ms)
		at = &(*at)->next;
	put_at(l, at, it);
}

static void item_free(struct item *it)
{
	ask_cancel(it->ask);
	k8s_l2_wish_free(it->wish);
	free(it);
}

static void finish(struct item *it)
{
	tdelete(it, &it->w->index, by_name);
	item_free(it);
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
	it->w->n_failed++;
	free(it->w->why);
	it->w->why = strdup(text);
}

static void go_on(struct item *it, enum k8s_l2_ask step)
{
	it->step = step;
	if (++it->rounds <= ROUNDS_MAX) {
		put_ready(it);
		return;
	}
	it->rounds = 0;
	put_later(it, ask_backoff_ms(++it->failures, 0));
}

static void on_success(struct item *it)
{
	if (it->step == K8S_L2_CREATE)
		go_on(it, K8S_L2_FILL);
	else if (it->step == K8S_L2_DELETE && !it->wish->gone)
		go_on(it, K8S_L2_CREATE);
	else
		finish(it);
}

static unsigned slow_ms(struct item *it)
{
	unsigned doubled = it->failures < SLOWER_MAX ? it->failures : SLOWER_MAX;

	it->failures++;
	return SLOW_MS << doubled;
}

static void on_failure(struct item *it, const struct ask_answer *a)
{
	struct l2_writer *w = it->w;

	count_failure(it, a);
	if (ask_overloaded(a)) {
		w->pause_ms = ask_now_ms() + ask_backoff_ms(w->failures++, a->retry_after_s);
		put_ready(it);
	} else if (a->status >= 500) {
		put_later(it, ask_backoff_ms(it->failures++, a->retry_after_s));
	} else {
		put_later(it, slow_ms(it));
	}
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

static void pump(struct l2_writer *w);

static void on_answer(const struct ask_answer *a, void *arg)
{
	struct item *it = arg;
	struct l2_writer *w = it->w;

	it->ask = NULL;
	w->in_flight--;
	if (!ask_overloaded(a))
		w->failures = 0;
	if (it->replaced) {
		it->replaced = false;
		put_ready(it);
	} else if (!a->text) {
		on_success(it);
	} else if (!take_state(it, a->status)) {
		on_failure(it, a);
	}
	pump(w);
}

static void ask(struct item *it)
{
	struct l2_writer *w = it->w;
	static const char *const methods[] = {
	    [K8S_L2_CREATE] = "POST", [K8S_L2_FILL] = "PATCH", [K8S_L2_DELETE] = "DELETE"};
	char *path = k8s_l2_path(it->wish, it->step);
	struct json_object *body = k8s_l2_body(it->wish, it->step);
	struct ask_request rq = {.method = methods[it->step],
	    .path = path,
	    .content_type = it->step == K8S_L2_FILL ? "application/merge-patch+json" : NULL,
	    .body = body,
	    .total_ms = ASK_MS};

	if (path)
		it->ask = ask_start(w->base, w->client, &rq, on_answer, it);
	if (it->ask)
		w->in_flight++;
	else
		put_later(it, SLOW_MS);
	json_object_put(body);
	free(path);
}

/* Return: how many requests may be sent now; *due_ms: when one more, at the latest. */
static unsigned allowed(struct l2_writer *w, int64_t now, int64_t *due_ms)
{
	int64_t fresh = (now - w->token_ms) / TOKEN_MS;

	w->tokens = w->tokens + fresh > BURST ? BURST : w->tokens + (unsigned)fresh;
	w->token_ms += fresh * TOKEN_MS;
	*due_ms = w->pause_ms > now ? w->pause_ms : w->token_ms + TOKEN_MS;
	if (w->pause_ms > now)
		return 0;
	return w->leaving ? BURST : w->tokens;
}

static void arm(struct l2_writer *w, int64_t now, int64_t due_ms)
{
	if (!w->ready.head || w->in_flight >= IN_FLIGHT_MAX)
		due_ms = INT64_MAX;
	if (w->later.head && w->later.head->at_ms < due_ms)
		due_ms = w->later.head->at_ms;
	event_del(w->tick);
	if (due_ms == INT64_MAX)
		return;
	due_ms = due_ms > now ? due_ms - now : 0;
	event_add(w->tick,
	    &(struct timeval){(time_t)(due_ms / 1000), (suseconds_t)(due_ms % 1000 * 1000)});
}

static void pump(struct l2_writer *w)
{
	int64_t now = ask_now_ms(), due_ms;
	unsigned n;

	while (w->later.head && w->later.head->at_ms <= now)
		put_ready(pop(&w->later));
	n = allowed(w, now, &due_ms);
	for (; n && w->ready.head && w->in_flight < IN_FLIGHT_MAX; n--) {
		w->tokens -= w->tokens > 0;
		ask(pop(&w->ready));
	}
	arm(w, now, due_ms);
	if (w->on_left && l2_writer_idle(w)) {
		void (*fn)(void *arg) = w->on_left;

		w->on_left = NULL;
		fn(w->left_arg);
	}
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	pump(arg);
}

struct l2_writer *l2_writer_new(struct event_base *base, struct client *client)
{
	struct l2_writer *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->base = base;
	w->client = client;
	w->tokens = BURST;
	w->token_ms = ask_now_ms();
	list_init(&w->ready);
	list_init(&w->later);
	w->tick = event_new(base, -1, 0, on_tick, w);
	if (w->tick)
		return w;
	free(w);
	return NULL;
}

void l2_writer_free(struct l2_writer *w)
{
	if (!w)
		return;
	while (w->index) {
		struct item *it = *(struct item **)w->index;

		tdelete(it, &w->index, by_name);
		item_free(it);
	}
	event_free(w->tick);
	free(w->why);
	free(w);
}

static struct item *item_new(struct l2_writer *w, struct k8s_l2_wish *wish)
{
	struct item *it = calloc(1, sizeof(*it));

	if (!it)
		return NULL;
	it->w = w;
	it->wish = wish;
	if (!tsearch(it, &w->index, by_name)) {
		free(it);
		return NULL;
	}
	put_ready(it);
	return it;
}

void l2_writer_wish(struct l2_writer *w, struct k8s_l2_wish *wish)
{
	struct item probe = {.w = w, .wish = wish}, **found, *it;

	if (w->leaving && !wish->gone) {
		k8s_l2_wish_free(wish);
		return;
	}
	found = tfind(&probe, &w->index, by_name);
	if (found) {
		it = *found;
		k8s_l2_wish_free(it->wish);
		it->wish = wish;
		it->replaced = it->ask != NULL;
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

/* Those of the list that are not to be deleted are dropped. */
static void keep_deletes(struct list *l)
{
	struct list all = *l;

	if (!all.head)
		return;
	list_init(l);
	while (all.head) {
		struct item *it = all.head;

		all.head = it->next;
		it->next = NULL;
		if (it->wish->gone)
			put_at(l, l->tail, it);
		else
			finish(it);
	}
}

void l2_writer_leave(struct l2_writer *w, void (*on_left)(void *arg), void *arg)
{
	w->leaving = true;
	w->on_left = on_left;
	w->left_arg = arg;
	keep_deletes(&w->ready);
	keep_deletes(&w->later);
	pump(w);
}

bool l2_writer_idle(const struct l2_writer *w)
{
	return !w->ready.head && !w->later.head && !w->in_flight;
}

uint64_t l2_writer_failed(const struct l2_writer *w, const char **why)
{
	*why = w->why;
	return w->n_failed;
}
