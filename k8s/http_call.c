/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One call: a libcurl handle with what is asked, its limits of time by a timer of our own, and
 * what it tells. The timer is set for the earliest limit and, when it fires, set again for what
 * has been heard since.
 */
#include "k8s/http_int.h"
#include <errno.h>
#include <event2/event.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define LIMIT_S           30
#define KEEPALIVE_IDLE_S  15
#define KEEPALIVE_EVERY_S 5
#define KEEPALIVE_PROBES  3
#define UNACKNOWLEDGED_MS 30000

static uint64_t limit_ms(unsigned s, unsigned otherwise)
{
	return (uint64_t)(s ? s : otherwise) * 1000;
}

/* When it ends if nothing more comes. */
static uint64_t call_due(const struct http_call *call)
{
	uint64_t due =
	    call->status ? call->heard_ms + call->idle_ms : call->start_ms + call->head_ms;
	uint64_t end = call->start_ms + call->total_ms;

	return call->total_ms && end < due ? end : due;
}

static void arm(struct http_call *call, uint64_t now_ms)
{
	uint64_t due = call->error ? 0 : call_due(call), ms = due > now_ms ? due - now_ms : 0;
	struct timeval tv = {
	    .tv_sec = (time_t)(ms / 1000), .tv_usec = (suseconds_t)(ms % 1000 * 1000)};

	event_add(call->timer, &tv);
}

static void heard(struct http_call *call)
{
	call->heard_ms = http_now_ms();
	call->pool->heard_ms = call->heard_ms;
}

/* What libcurl has counted since the last time. */
static void count(struct http_call *call)
{
	curl_off_t bytes = 0;
	long connections = 0;

	(void)curl_easy_getinfo(call->easy, CURLINFO_SIZE_DOWNLOAD_T, &bytes);
	(void)curl_easy_getinfo(call->easy, CURLINFO_NUM_CONNECTS, &connections);
	if (bytes > 0 && (unsigned long long)bytes > call->wire) {
		call->h->stats.wire += (unsigned long long)bytes - call->wire;
		call->wire = (unsigned long long)bytes;
	}
	if (connections > call->connections) {
		call->h->stats.connections += (unsigned long)(connections - call->connections);
		call->connections = connections;
	}
}

static bool is_dropped(const struct http_call *call)
{
	return !call->events || call->error;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
	struct http_call *call = arg;
	size_t len = size * n;
	long status = 0;

	if (is_dropped(call))
		return 0;
	heard(call);
	if (call->status || len > 2 || (p[0] != '\r' && p[0] != '\n'))
		return len;
	(void)curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status < 200 || status > 999)
		return len;
	call->status = (int)status;
	arm(call, call->heard_ms);
	count(call);
	if (call->events->on_head)
		call->events->on_head(call, call->status, call->arg);
	return is_dropped(call) ? 0 : len;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct http_call *call = arg;
	size_t len = size * n;

	if (is_dropped(call))
		return 0;
	heard(call);
	count(call);
	call->h->stats.body += len;
	if (call->events->on_data(call, p, len, call->arg) && !call->error)
		http_call_fail(call, -ECANCELED, "the rest is not wanted");
	return is_dropped(call) ? 0 : len;
}

/* A peer that is gone is noticed within half a minute, and nothing is left to a child. */
static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	static const struct {
		int level, name, value;
	} options[] = {
	    {SOL_SOCKET,  SO_KEEPALIVE,     1                },
	    {IPPROTO_TCP, TCP_KEEPIDLE,     KEEPALIVE_IDLE_S },
	    {IPPROTO_TCP, TCP_KEEPINTVL,    KEEPALIVE_EVERY_S},
	    {IPPROTO_TCP, TCP_KEEPCNT,      KEEPALIVE_PROBES },
#ifdef TCP_USER_TIMEOUT
	    {IPPROTO_TCP, TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS},
#endif
	};
	int fd = socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);

	(void)arg;
	(void)purpose;
	if (fd < 0 || to->socktype != SOCK_STREAM)
		return fd < 0 ? CURL_SOCKET_BAD : fd;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		(void)setsockopt(fd, options[i].level, options[i].name, &options[i].value,
		    sizeof(options[i].value));
	return fd;
}

static void detach(struct http_call *call)
{
	if (!call->pool)
		return;
	count(call);
	(void)curl_multi_remove_handle(call->pool->multi, call->easy);
	call->pool->calls--;
	call->pool = NULL;
}

static void clean_text(char *text)
{
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p == 0x7f)
			*p = '?';
}

/* Tell the end. The call itself is freed by the last http_leave(). */
static void finish(struct http_call *call)
{
	const struct http_events *events = call->events;
	struct http_result result = {.error = call->error, .status = call->status};
	curl_off_t wait_s = 0;

	(void)curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &wait_s);
	if (wait_s > 0)
		result.retry_after_s = wait_s > INT_MAX ? INT_MAX : (unsigned)wait_s;
	if (!call->error)
		call->text[0] = '\0';
	clean_text(call->text);
	result.text = call->text;
	event_del(call->timer);
	detach(call);
	call->events = NULL;
	if (events)
		events->on_done(call, &result, call->arg);
}

/* What libcurl would share with the next call is in doubt. */
static void leave_pool(struct http_call *call)
{
	if (call->pool && call->pool == call->h->current)
		call->h->current = NULL;
}

void http_call_done(struct http_call *call, CURLcode code)
{
	if (code != CURLE_OK && !is_dropped(call)) {
		if (!call->text[0])
			snprintf(
			    call->text, sizeof(call->text), "%s", curl_easy_strerror(code));
		call->error = http_errno(call->easy, code, call->text);
		leave_pool(call);
	}
	finish(call);
}

static void time_out(struct http_call *call, uint64_t now_ms)
{
	uint64_t limit = call->status ? call->idle_ms : call->head_ms;

	call->error = -ETIMEDOUT;
	if (call->total_ms && now_ms >= call->start_ms + call->total_ms)
		snprintf(call->text, sizeof(call->text), "not at its end after %u s",
		    (unsigned)(call->total_ms / 1000));
	else
		snprintf(call->text, sizeof(call->text),
		    call->status ? "nothing came for %u s" : "no answer for %u s",
		    (unsigned)(limit / 1000));
	if (call->pool && now_ms >= call->pool->heard_ms + limit)
		leave_pool(call);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct http_call *call = arg;
	struct http *h = call->h;
	uint64_t now = http_now_ms();

	(void)fd;
	(void)what;
	if (!call->events)
		return;
	if (!call->error && now < call_due(call)) {
		arm(call, now);
		return;
	}
	http_enter(h);
	if (!call->error)
		time_out(call, now);
	finish(call);
	http_leave(h);
}

void http_call_fail(struct http_call *call, int error, const char *text)
{
	call->error = error;
	snprintf(call->text, sizeof(call->text), "%s", text);
	arm(call, 0);
}

/* Return: CURLE_OK, CURLE_OUT_OF_MEMORY or CURLE_BAD_FUNCTION_ARGUMENT. */
static CURLcode add_header(struct http_call *call, const char *name, const char *value)
{
	size_t len = strlen(name) + strlen(value) + 1;
	struct curl_slist *list;
	char *line;

	for (const char *p = value; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p == 0x7f)
			return CURLE_BAD_FUNCTION_ARGUMENT;
	line = malloc(len);
	if (!line)
		return CURLE_OUT_OF_MEMORY;
	snprintf(line, len, "%s%s", name, value);
	list = curl_slist_append(call->headers, line);
	free(line);
	if (!list)
		return CURLE_OUT_OF_MEMORY;
	call->headers = list;
	return CURLE_OK;
}

static CURLcode add_headers(struct http_call *call, const struct http_request *rq)
{
	CURLcode code =
	    add_header(call, "Accept: ", rq->accept ? rq->accept : "application/json");

	if (!code && rq->content_type)
		code = add_header(call, "Content-Type: ", rq->content_type);
	if (!code && rq->authorization)
		code = add_header(call, "Authorization: ", rq->authorization);
	if (!code && call->at->host)
		code = add_header(call, call->at->host, "");
	if (!code)
		code = add_header(call, "Expect:", "");
	if (!code)
		code = curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
	if (!code && call->at->connect_to) {
		call->connect_to = curl_slist_append(NULL, call->at->connect_to);
		code = call->connect_to
		           ? curl_easy_setopt(call->easy, CURLOPT_CONNECT_TO, call->connect_to)
		           : CURLE_OUT_OF_MEMORY;
	}
	return code;
}

/* What every call has alike. */
static CURLcode set_ground(struct http_call *call)
{
	CURL *e = call->easy;
	CURLcode code = CURLE_OK;

#define SET(option, value)                                                                     \
	if (!code)                                                                             \
	code = curl_easy_setopt(e, option, value)
	SET(CURLOPT_PRIVATE, call);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_ERRORBUFFER, call->text);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_PATH_AS_IS, 1L);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, call);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, call);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
#if CURL_AT_LEAST_VERSION(7, 87, 0)
	/* Else a call that ends while a name is looked up waits for that, and we with it. */
	SET(CURLOPT_QUICK_EXIT, 1L);
#endif
#undef SET
	return code;
}

static CURLcode set_url(struct http_call *call, const char *path)
{
	size_t len = strlen(call->at->url) + strlen(path) + 1;
	char *url = malloc(len);
	CURLcode code;

	if (!url)
		return CURLE_OUT_OF_MEMORY;
	snprintf(url, len, "%s%s", call->at->url, path);
	code = path[0] == '/' ? curl_easy_setopt(call->easy, CURLOPT_URL, url)
	                      : CURLE_URL_MALFORMAT;
	free(url);
	return code;
}

static CURLcode set_request(struct http_call *call, const struct http_request *rq)
{
	CURL *e = call->easy;
	CURLcode code = set_url(call, rq->path);

	if (!code && !rq->plain)
		code = curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "gzip");
	if (!code && rq->body.p) {
		call->body = malloc(rq->body.len ? rq->body.len : 1);
		if (!call->body)
			return CURLE_OUT_OF_MEMORY;
		memcpy(call->body, rq->body.p, rq->body.len);
		code =
		    curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->body.len);
		if (!code)
			code = curl_easy_setopt(e, CURLOPT_POSTFIELDS, call->body);
	}
	if (!code && (rq->body.p || strcmp(rq->method, "GET") != 0))
		code = curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, rq->method);
	if (!code && rq->user) {
		code = curl_easy_setopt(e, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		if (!code)
			code = curl_easy_setopt(e, CURLOPT_USERNAME, rq->user);
		if (!code)
			code = curl_easy_setopt(
			    e, CURLOPT_PASSWORD, rq->password ? rq->password : "");
	}
	return code;
}

static CURLcode prepare(struct http_call *call, const struct http_request *rq)
{
	CURLcode code = set_ground(call);

	if (!code)
		code = http_at_apply(call->at, call->easy);
	if (!code)
		code = set_request(call, rq);
	return code ? code : add_headers(call, rq);
}

struct http_call *http_call_new(struct http *h, const struct http_request *rq)
{
	struct http_call *call = calloc(1, sizeof(*call));
	CURLcode code = CURLE_OK;

	if (!call)
		return NULL;
	call->h = h;
	call->at = h->at;
	call->at->users++;
	call->head_ms = limit_ms(rq->head_s, LIMIT_S);
	call->idle_ms = limit_ms(rq->idle_s, LIMIT_S);
	call->total_ms = limit_ms(rq->total_s, 0);
	call->start_ms = http_now_ms();
	call->easy = curl_easy_init();
	call->timer = evtimer_new(h->base, on_timer, call);
	if (call->easy && call->timer && !call->at->fault)
		code = prepare(call, rq);
	if (!call->easy || !call->timer || code == CURLE_OUT_OF_MEMORY) {
		http_call_free(call);
		return NULL;
	}
	if (call->at->fault)
		http_call_fail(call, -EINVAL, call->at->fault);
	else if (code)
		http_call_fail(
		    call, http_errno(call->easy, code, ""), curl_easy_strerror(code));
	else
		arm(call, call->start_ms);
	return call;
}

void http_call_add(struct http_call *call)
{
	struct http_pool *p = http_pool_get(call->h);

	call->started = true;
	if (!p || curl_multi_add_handle(p->multi, call->easy)) {
		http_call_fail(call, -ENOMEM, "out of memory");
		return;
	}
	call->pool = p;
	p->calls++;
}

void http_call_free(struct http_call *call)
{
	struct http *h = call->h;

	detach(call);
	if (call->prev)
		call->prev->next = call->next;
	else if (h->first == call)
		h->first = call->next;
	if (call->next)
		call->next->prev = call->prev;
	else if (h->last == call)
		h->last = call->prev;
	if (call->timer)
		event_free(call->timer);
	if (call->easy)
		curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	curl_slist_free_all(call->connect_to);
	free(call->body);
	http_at_release(call->at);
	free(call);
}
