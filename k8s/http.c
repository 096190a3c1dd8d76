/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libcurl's multi interface on libevent. A pool is one CURLM: the connections to one server
 * with one set of credentials, and the calls on them. libcurl may pick any connection of a pool
 * for a new call, so a connection that is in doubt puts its whole pool aside: calls under way
 * go on there, new ones make a pool, and with it a connection, of their own.
 *
 * What we tell may call us back. Between http_enter() and http_leave() nothing is freed or
 * given to libcurl; the last http_leave() does that (libcurl forbids both from within its
 * callbacks).
 */
#include "k8s/http_int.h"
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t http_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void drain(struct http_pool *p)
{
	struct http_call *call;
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(p->multi, &left))) {
		CURLcode code = m->data.result;

		if (m->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &call);
		http_call_done(call, code);
	}
}

static void act(struct http_pool *p, curl_socket_t fd, int what)
{
	struct http *h = p->h;
	int running;

	http_enter(h);
	(void)curl_multi_socket_action(p->multi, fd, what, &running);
	drain(p);
	http_leave(h);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	act(arg, fd,
	    (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

/* The pointer that libcurl keeps for a socket is its event. Told of an error, libcurl ends the
 * calls of this pool one by one, and takes no new ones before that is over. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *sock)
{
	struct http_pool *p = arg;
	struct event *ev = sock;
	short wanted = (short)((what & CURL_POLL_IN ? EV_READ : 0) |
			       (what & CURL_POLL_OUT ? EV_WRITE : 0) | EV_PERSIST);

	(void)easy;
	if (ev)
		event_free(ev);
	ev = NULL;
	if (what != CURL_POLL_REMOVE)
		ev = event_new(p->h->base, fd, wanted, on_ready, p);
	if (ev && event_add(ev, NULL)) {
		event_free(ev);
		ev = NULL;
	}
	(void)curl_multi_assign(p->multi, fd, ev);
	if (ev || what == CURL_POLL_REMOVE)
		return 0;
	if (p->h->current == p)
		p->h->current = NULL;
	return -1;
}

static int on_timeout(CURLM *multi, long ms, void *arg)
{
	struct http_pool *p = arg;
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	(void)multi;
	if (ms < 0)
		return event_del(p->timer);
	return event_add(p->timer, &tv);
}

static void pool_free(struct http_pool *p)
{
	if (p->multi)
		curl_multi_cleanup(p->multi);
	if (p->timer)
		event_free(p->timer);
	http_at_release(p->at);
	free(p);
}

static bool pool_set_up(struct http_pool *p)
{
	return curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, on_socket) == CURLM_OK &&
	       curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p) == CURLM_OK &&
	       curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, on_timeout) == CURLM_OK &&
	       curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p) == CURLM_OK &&
	       curl_multi_setopt(p->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX) == CURLM_OK;
}

struct http_pool *http_pool_get(struct http *h)
{
	struct http_pool *p;

	if (h->current)
		return h->current;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->h = h;
	p->at = h->at;
	p->at->users++;
	p->heard_ms = http_now_ms();
	p->multi = curl_multi_init();
	p->timer = event_new(h->base, -1, 0, on_timer, p);
	if (!p->multi || !p->timer || !pool_set_up(p)) {
		pool_free(p);
		return NULL;
	}
	p->next = h->pools;
	h->pools = p;
	h->current = p;
	return p;
}

static void destroy(struct http *h)
{
	struct http_pool *p;

	while (h->first)
		http_call_free(h->first);
	while ((p = h->pools)) {
		h->pools = p->next;
		pool_free(p);
	}
	http_at_release(h->at);
	free(h);
	curl_global_cleanup();
}

/* Start what waits, free what is over. */
static void settle(struct http *h)
{
	struct http_call *call, *next;
	struct http_pool **at, *p;

	for (call = h->first; call; call = next) {
		next = call->next;
		if (!call->events)
			http_call_free(call);
		else if (!call->started && !call->error)
			http_call_add(call);
	}
	for (at = &h->pools; (p = *at);) {
		if (p == h->current || p->calls > 0) {
			at = &p->next;
			continue;
		}
		*at = p->next;
		pool_free(p);
	}
}

void http_enter(struct http *h)
{
	h->inside++;
}

void http_leave(struct http *h)
{
	if (h->inside == 1 && !h->gone)
		settle(h);
	if (--h->inside == 0 && h->gone)
		destroy(h);
}

struct http *http_new(struct event_base *base, const struct http_server_at *at)
{
	struct http *h;

	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return NULL;
	h = calloc(1, sizeof(*h));
	if (h)
		h->at = http_at_new(at);
	if (!h || !h->at) {
		free(h);
		curl_global_cleanup();
		return NULL;
	}
	h->base = base;
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	for (struct http_call *call = h->first; call; call = call->next)
		call->events = NULL;
	h->gone = true;
	http_enter(h);
	http_leave(h);
}

int http_move(struct http *h, const struct http_server_at *at)
{
	struct http_at *fresh = http_at_new(at);

	if (!fresh)
		return -ENOMEM;
	http_enter(h);
	http_at_release(h->at);
	h->at = fresh;
	h->current = NULL;
	http_leave(h);
	return 0;
}

struct http_call *http_start(
    struct http *h, const struct http_request *rq, const struct http_events *events, void *arg)
{
	struct http_call *call = http_call_new(h, rq);

	if (!call)
		return NULL;
	call->events = events;
	call->arg = arg;
	call->prev = h->last;
	if (h->last)
		h->last->next = call;
	else
		h->first = call;
	h->last = call;
	http_enter(h);
	http_leave(h);
	return call;
}

void http_cancel(struct http_call *call)
{
	struct http *h = call->h;

	call->events = NULL;
	http_enter(h);
	http_leave(h);
}

void http_reset(struct http *h)
{
	http_enter(h);
	for (struct http_call *call = h->first; call; call = call->next)
		if (call->events)
			http_call_fail(call, -ETIMEDOUT, "the server is taken for dead");
	h->current = NULL;
	http_leave(h);
}

void http_stats(const struct http *h, struct http_stats *st)
{
	*st = h->stats;
}
