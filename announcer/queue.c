/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue.c - two threads, no shared mutable state, no mutex.
 *
 *   watcher: base, source --PUSH "events"--> PULL: announcer (all else)
 *            base         <--PULL "commands"-- PUSH
 *
 * An event message *is* the k8s_event, a command message the k8s_command: closing the message
 * frees it, and what was not delivered is freed at the end. The watcher blocks at the
 * high-water mark, so a slow announcer holds back the source; the announcer never blocks, and
 * as many commands wait as it gives. Both directions are one-way sockets: a socket that only
 * receives is free of the edge-triggered ZMQ_FD trap, provided that its reader goes on until
 * EAGAIN or asks to be called again.
 *
 * To stop, an empty command: the source leaves (it may have a Lease to give back), the watcher
 * answers with an empty event, all within LEAVE_MS. Then, or without an answer, the context is
 * shut down: that wakes a blocked send and both loops (ETERM).
 */
#include "announcer/queue.h"
#include "announcer/clock.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include "k8s/event.h"
#include "k8s/source.h"
#include <errno.h>
#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <zmq.h>

enum { HIGH_WATER = 512, BUDGET = 64, LEAVE_MS = 1000 };

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TSAN 1
#endif
#elif defined(__SANITIZE_THREAD__)
#define TSAN 1
#endif
#ifdef TSAN
/* libzmq is not instrumented: tell the sanitizer that a message orders both threads, and not to
   judge its own mallocs and frees. What it calls back is still looked at. */
void __tsan_acquire(void *addr);
void __tsan_release(void *addr);
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "called_from_lib:libzmq.so\n";
}
#define HANDED_OVER(p) __tsan_release(p)
#define TAKEN_OVER(p)  __tsan_acquire(p)
#else
#define HANDED_OVER(p) (void)(p)
#define TAKEN_OVER(p)  (void)(p)
#endif

/* Everything here but the sockets belongs to the watcher thread while it runs. */
struct watcher {
	struct event_base *base;
	struct event *commands_ev;
	struct source *source;
	void *push, *commands;
};

struct queue {
	queue_fn *on_event;
	void *arg;
	void *ctx, *pull, *commands;
	struct event *ev;
	struct queue_stats stats;
	char *dir;
	struct watcher w;
	pthread_t thread;
};

static void free_event(void *data, void *hint)
{
	(void)hint;
	TAKEN_OVER(data);
	k8s_event_free(data);
}

static void free_command(void *data, void *hint)
{
	(void)hint;
	TAKEN_OVER(data);
	k8s_command_free(data);
}

/* Watcher: hand ev to the other thread. Consumes it, also on failure (the end, then). */
static void on_source_event(struct k8s_event *ev, void *arg)
{
	struct watcher *w = arg;
	zmq_msg_t m;

	ev->queued_ns = clock_ns();
	HANDED_OVER(ev);
	if (zmq_msg_init_data(&m, ev, sizeof(*ev), free_event, NULL) < 0) {
		k8s_event_free(ev);
		return;
	}
	if (zmq_msg_send(&m, w->push, 0) < 0)
		zmq_msg_close(&m);
}

/* Watcher: nothing holds the source any more. */
static void on_left(void *arg)
{
	struct watcher *w = arg;

	zmq_send(w->push, "", 0, 0);
	event_base_loopbreak(w->base);
}

static void take_command(struct watcher *w, struct k8s_command *given)
{
	struct k8s_command *c = xcalloc(1, sizeof(*c));

	TAKEN_OVER(given);
	*c = *given;
	/* What is left is freed with the message. */
	*given = (struct k8s_command){.type = K8S_RESCAN};
	if (source_command(w->source, c))
		log_err("k8s", "not done, for lack of memory");
}

static void on_command(evutil_socket_t fd, short what, void *arg)
{
	struct watcher *w = arg;

	(void)fd;
	(void)what;
	for (;;) {
		zmq_msg_t m;

		zmq_msg_init(&m);
		if (zmq_msg_recv(&m, w->commands, ZMQ_DONTWAIT) < 0) {
			if (zmq_errno() != EAGAIN && zmq_errno() != EINTR)
				event_base_loopbreak(w->base);
			return;
		}
		if (zmq_msg_size(&m))
			take_command(w, zmq_msg_data(&m));
		else
			source_leave(w->source, on_left, w);
		zmq_msg_close(&m);
	}
}

static void *watcher_main(void *arg)
{
	struct watcher *w = arg;

	event_active(w->commands_ev, EV_READ, 0);
	event_base_dispatch(w->base);
	return NULL;
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct queue *q = arg;
	unsigned n = 0;

	(void)fd;
	(void)what;
	while (n < BUDGET) {
		struct k8s_event *ev, *copy;
		zmq_msg_t m;

		zmq_msg_init(&m);
		if (zmq_msg_recv(&m, q->pull, ZMQ_DONTWAIT) < 0)
			break;
		ev = zmq_msg_data(&m);
		TAKEN_OVER(ev);
		copy = xcalloc(1, sizeof(*copy));
		*copy = *ev;
		*ev = (struct k8s_event){0};
		zmq_msg_close(&m);
		q->stats.last_queued_ns = copy->queued_ns;
		q->stats.events++;
		n++;
		q->on_event(copy, q->arg);
	}
	if (n > q->stats.depth_max)
		q->stats.depth_max = n;
	if (n == BUDGET)
		event_active(q->ev, EV_READ, 0);
}

static void *socket_open(void *ctx, int type, const char *name, int hwm)
{
	void *s = zmq_socket(ctx, type);
	int linger = 0;
	int rc;

	if (!s)
		return NULL;
	zmq_setsockopt(s, ZMQ_LINGER, &linger, sizeof(linger));
	zmq_setsockopt(s, type == ZMQ_PUSH ? ZMQ_SNDHWM : ZMQ_RCVHWM, &hwm, sizeof(hwm));
	rc = type == ZMQ_PULL ? zmq_bind(s, name) : zmq_connect(s, name);
	if (rc < 0) {
		zmq_close(s);
		return NULL;
	}
	return s;
}

static struct event *socket_event(
    struct event_base *base, void *s, event_callback_fn fn, void *arg)
{
	int fd;
	size_t len = sizeof(fd);
	struct event *ev;

	if (zmq_getsockopt(s, ZMQ_FD, &fd, &len) < 0)
		return NULL;
	ev = event_new(base, fd, EV_READ | EV_PERSIST, fn, arg);
	if (ev)
		event_add(ev, NULL);
	return ev;
}

static int pipes_open(struct queue *q, struct event_base *base)
{
	struct watcher *w = &q->w;

	q->ctx = zmq_ctx_new();
	w->base = event_base_new();
	if (!q->ctx || !w->base)
		return -ENOMEM;
	zmq_ctx_set(q->ctx, ZMQ_IO_THREADS, 0); /* inproc needs none */
	q->pull = socket_open(q->ctx, ZMQ_PULL, "inproc://events", HIGH_WATER);
	w->commands = socket_open(q->ctx, ZMQ_PULL, "inproc://commands", 0);
	if (!q->pull || !w->commands)
		return -zmq_errno();
	q->commands = socket_open(q->ctx, ZMQ_PUSH, "inproc://commands", 0);
	w->push = socket_open(q->ctx, ZMQ_PUSH, "inproc://events", HIGH_WATER);
	if (!q->commands || !w->push)
		return -zmq_errno();
	q->ev = socket_event(base, q->pull, on_readable, q);
	w->commands_ev = socket_event(w->base, w->commands, on_command, w);
	w->source = source_new(w->base, on_source_event, w);
	return q->ev && w->commands_ev && w->source ? 0 : -ENOMEM;
}

static void pipes_close(struct queue *q)
{
	struct watcher *w = &q->w;
	void *sockets[] = {q->pull, q->commands, w->push, w->commands};

	source_free(w->source);
	if (q->ev)
		event_free(q->ev);
	if (w->commands_ev)
		event_free(w->commands_ev);
	if (w->base)
		event_base_free(w->base);
	for (size_t i = 0; i < ARRAY_LEN(sockets); i++)
		if (sockets[i])
			zmq_close(sockets[i]);
	if (q->ctx)
		zmq_ctx_term(q->ctx);
	free(q->dir);
	free(q);
}

struct queue *queue_start(struct event_base *base, const struct k8s_source_conf *source,
    queue_fn *on_event, void *arg)
{
	struct queue *q = xcalloc(1, sizeof(*q));
	struct k8s_command *first = source_command_new(source);
	sigset_t all, old;
	int rc;

	if (!first)
		abort();
	q->on_event = on_event;
	q->arg = arg;
	rc = pipes_open(q, base);
	if (rc) {
		k8s_command_free(first);
	} else {
		queue_command(q, first);
		/* Signals are for the main loop; none may interrupt the watcher's sends. */
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &old);
		rc = -pthread_create(&q->thread, NULL, watcher_main, &q->w);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
	}
	if (rc) {
		pipes_close(q);
		errno = -rc;
		return NULL;
	}
	event_active(q->ev, EV_READ, 0);
	return q;
}

void queue_command(struct queue *q, struct k8s_command *c)
{
	zmq_msg_t m;

	if (c->type == K8S_SOURCE) {
		free(q->dir);
		q->dir = xstrdup(c->source->manifests);
	}
	HANDED_OVER(c);
	if (zmq_msg_init_data(&m, c, sizeof(*c), free_command, NULL) < 0)
		abort(); /* no memory */
	if (zmq_msg_send(&m, q->commands, ZMQ_DONTWAIT) < 0) {
		log_warn("queue", "the watcher does not take commands: %s",
		    zmq_strerror(zmq_errno()));
		zmq_msg_close(&m);
	}
}

/* Let the watcher leave in peace; what it says meanwhile is for nobody any more. */
static void leave(struct queue *q)
{
	int64_t end_ms = clock_ms() + LEAVE_MS;
	bool left = zmq_send(q->commands, "", 0, ZMQ_DONTWAIT) < 0;

	while (!left) {
		zmq_pollitem_t item = {.socket = q->pull, .events = ZMQ_POLLIN};
		int64_t now_ms = clock_ms();
		zmq_msg_t m;

		if (now_ms >= end_ms || zmq_poll(&item, 1, (long)(end_ms - now_ms)) <= 0)
			return;
		zmq_msg_init(&m);
		left = zmq_msg_recv(&m, q->pull, ZMQ_DONTWAIT) == 0;
		zmq_msg_close(&m);
	}
}

void queue_stop(struct queue *q)
{
	if (!q)
		return;
	leave(q);
	zmq_ctx_shutdown(q->ctx);
	pthread_join(q->thread, NULL);
	pipes_close(q);
}

void queue_stats(const struct queue *q, struct queue_stats *st)
{
	*st = q->stats;
	st->high_water = 2 * HIGH_WATER;
	st->dir = q->dir;
}
