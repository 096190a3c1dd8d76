/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ask_queue.c - items that are ready, wait, or are asked for. */
#include "k8s/ask_queue.h"
#include <errno.h>
#include <event2/event.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

/* ---- lists ---- */

static void list_init(struct ask_list *l)
{
	l->head = NULL;
	l->tail = &l->head;
}

static void put_at(struct ask_list *l, struct ask_item **at, struct ask_item *it)
{
	it->next = *at;
	*at = it;
	if (!it->next)
		l->tail = &it->next;
}

static struct ask_item *pop(struct ask_list *l)
{
	struct ask_item *it = l->head;

	l->head = it->next;
	if (!l->head)
		l->tail = &l->head;
	it->next = NULL;
	return it;
}

void ask_ready(struct ask_item *it)
{
	put_at(&it->q->ready, it->q->ready.tail, it);
}

void ask_ready_first(struct ask_item *it)
{
	put_at(&it->q->ready, &it->q->ready.head, it);
}

void ask_later(struct ask_item *it, unsigned ms)
{
	struct ask_list *l = &it->q->later;
	struct ask_item **at = &l->head;

	it->at_ms = ask_now_ms() + ms;
	while (*at && (*at)->at_ms <= it->at_ms)
		at = &(*at)->next;
	put_at(l, at, it);
}

static void keep_in(struct ask_list *l, bool (*keep)(const struct ask_item *it))
{
	struct ask_item **at = &l->head, *it;

	while ((it = *at)) {
		if (keep(it)) {
			at = &it->next;
		} else {
			*at = it->next;
			ask_queue_drop(it);
		}
	}
	l->tail = at;
}

void ask_queue_keep(struct ask_queue *q, bool (*keep)(const struct ask_item *it))
{
	keep_in(&q->ready, keep);
	keep_in(&q->later, keep);
}

/* ---- items ---- */

struct ask_item *ask_queue_find(const struct ask_queue *q, const struct ask_item *like)
{
	struct ask_item **found = tfind(like, &q->index, q->ops->cmp);

	return found ? *found : NULL;
}

int ask_queue_add(struct ask_queue *q, struct ask_item *it)
{
	it->q = q;
	if (!tsearch(it, &q->index, q->ops->cmp))
		return -ENOMEM;
	ask_ready(it);
	return 0;
}

void ask_queue_drop(struct ask_item *it)
{
	tdelete(it, &it->q->index, it->q->ops->cmp);
	ask_cancel(it->ask);
	it->q->ops->free(it);
}

/* ---- asking ---- */

void ask_queue_pause(struct ask_item *it, const struct ask_answer *a)
{
	struct ask_queue *q = it->q;

	q->pause_ms = ask_now_ms() + ask_backoff_ms(q->failures++, a->retry_after_s);
	ask_ready(it);
}

void ask_queue_failed(struct ask_queue *q, const char *text)
{
	q->n_failed++;
	free(q->why);
	q->why = strdup(text);
}

void ask_queue_wake(struct ask_queue *q, int64_t now)
{
	while (q->later.head && q->later.head->at_ms <= now)
		ask_ready(pop(&q->later));
}

bool ask_queue_may_send(const struct ask_queue *q)
{
	return q->ready.head && q->in_flight < q->ops->in_flight_max;
}

struct ask_item *ask_queue_pop(struct ask_queue *q)
{
	return pop(&q->ready);
}

void ask_queue_send(struct ask_item *it, const struct ask_request *rq, ask_fn *fn)
{
	if (rq->path)
		it->ask = ask_start(it->q->base, it->q->client, rq, fn, it);
	if (it->ask)
		it->q->in_flight++;
	else
		ask_later(it, ASK_SLOW_MS);
}

bool ask_queue_answered(struct ask_item *it, const struct ask_answer *a)
{
	bool replaced = it->replaced;

	it->ask = NULL;
	it->replaced = false;
	it->q->in_flight--;
	if (!ask_overloaded(a))
		it->q->failures = 0;
	return replaced;
}

void ask_queue_arm(struct ask_queue *q, int64_t now, int64_t due_ms)
{
	if (!ask_queue_may_send(q))
		due_ms = INT64_MAX;
	if (q->later.head && q->later.head->at_ms < due_ms)
		due_ms = q->later.head->at_ms;
	event_del(q->tick);
	if (due_ms == INT64_MAX)
		return;
	due_ms = due_ms > now ? due_ms - now : 0;
	event_add(q->tick,
	    &(struct timeval){(time_t)(due_ms / 1000), (suseconds_t)(due_ms % 1000 * 1000)});
}

bool ask_queue_idle(const struct ask_queue *q)
{
	return !q->ready.head && !q->later.head && !q->in_flight;
}

/* ---- the queue ---- */

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct ask_queue *q = arg;

	(void)fd;
	(void)what;
	q->ops->pump(q->arg);
}

int ask_queue_init(struct ask_queue *q, const struct ask_queue_ops *ops, void *arg)
{
	q->ops = ops;
	q->arg = arg;
	list_init(&q->ready);
	list_init(&q->later);
	q->tick = event_new(q->base, -1, 0, on_tick, q);
	return q->tick ? 0 : -ENOMEM;
}

void ask_queue_clear(struct ask_queue *q)
{
	while (q->index)
		ask_queue_drop(*(struct ask_item **)q->index);
	list_init(&q->ready);
	list_init(&q->later);
	q->in_flight = q->failures = 0;
	q->pause_ms = 0;
	event_del(q->tick);
}

void ask_queue_fini(struct ask_queue *q)
{
	ask_queue_clear(q);
	event_free(q->tick);
	free(q->why);
}
