/* SPDX-License-Identifier: GPL-2.0-or-later */
/* http_int.h - what the files of http.h share; for nobody else. */
#ifndef K8S_HTTP_INT_H
#define K8S_HTTP_INT_H
#include "k8s/http.h"
#include <curl/curl.h>
#include <stdint.h>

struct event;

/* Whom to talk to, as libcurl wants it. Shared: by http and by each of its pools. */
struct http_at {
	unsigned users;
	char *url;        /* "https://192.0.2.1:6443/path", no slash at the end */
	char *host;       /* "Host: 192.0.2.1:6443" if the URL names another; else NULL */
	char *connect_to; /* as CURLOPT_CONNECT_TO has it; NULL = where url says */
	char *proxy;      /* "" = none */
	char *ca, *cert, *key, *agent; /* NULL = none */
	size_t ca_len, cert_len, key_len;
	bool tls, insecure;
	const char *fault; /* why nobody can be talked to; NULL = fine */
};

/* NULL on lack of memory. */
struct http_at *http_at_new(const struct http_server_at *from);
void http_at_release(struct http_at *at); /* one user less; NULL is fine */

/* Everything about the server into a handle, which borrows it. Return: 0 or CURLE_*. */
CURLcode http_at_apply(const struct http_at *at, CURL *easy);

/* Connections to one server, and the calls on them. A pool that is not the current one takes no
 * new calls; it ends with the last of those it has. */
struct http_pool {
	struct http *h;
	struct http_pool *next;
	struct http_at *at;
	CURLM *multi;
	struct event *timer;
	unsigned calls;
	uint64_t heard_ms; /* when anything came last */
};

struct http_call {
	struct http *h;
	struct http_call *next, *prev;
	struct http_pool *pool;           /* NULL = libcurl does not have it (any more) */
	const struct http_events *events; /* NULL = nothing is to be told any more */
	void *arg;
	CURL *easy;
	struct curl_slist *headers, *connect_to;
	struct http_at *at;
	struct event *timer;
	uint64_t start_ms, heard_ms;
	uint64_t head_ms, idle_ms, total_ms; /* limits */
	bool started;                        /* libcurl had it */
	int status;              /* of the answer whose body follows; 0 = none yet */
	int error;               /* why it is ended by us; 0 = it is not */
	unsigned long long wire; /* as libcurl counted last */
	long connections;
	char *body;
	char text[CURL_ERROR_SIZE]; /* why, by us or by libcurl */
};

struct http {
	struct event_base *base;
	struct http_at *at;
	struct http_pool *pools, *current; /* current: NULL = the next call makes it */
	struct http_call *first, *last;
	unsigned inside; /* depth of what is under way: nothing is freed then */
	bool gone;
	struct http_stats stats;
};

uint64_t http_now_ms(void);

/* Between these, calls and pools stay where they are; the last leave() starts and frees what
 * is to be. */
void http_enter(struct http *h);
void http_leave(struct http *h);

/* The pool for new calls, made if need be. NULL on lack of memory. */
struct http_pool *http_pool_get(struct http *h);

/* NULL on lack of memory. */
struct http_call *http_call_new(struct http *h, const struct http_request *rq);
void http_call_free(struct http_call *call);

void http_call_add(struct http_call *call);                 /* hand it to libcurl */
void http_call_done(struct http_call *call, CURLcode code); /* libcurl is through with it */

/* It ends with this error at the next turn of the loop; what comes until then is dropped. */
void http_call_fail(struct http_call *call, int error, const char *text);

/* What libcurl's code, and the error of the system behind it, is in errno. Return: -errno. */
int http_errno(CURL *easy, CURLcode code, const char *text);
#endif
