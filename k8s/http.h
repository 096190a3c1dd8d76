/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * http.h - HTTP requests to one server on the caller's loop, by libcurl: HTTP/2 where the
 * server offers it, then all calls share one connection, else HTTP/1.1. TLS is verified unless
 * told otherwise. Knows nothing of Kubernetes. Not for several threads. Redirects are not
 * followed. libcurl itself sends a request anew when a connection that it had kept turns out to
 * be closed before anything was answered.
 */
#ifndef K8S_HTTP_H
#define K8S_HTTP_H
#include <stdbool.h>
#include <stddef.h>

struct event_base;
struct http;
struct http_call;

/* Text of any length; p is NULL when there is none. */
struct http_text {
	const char *p;
	size_t len;
};

/* Whom to talk to and how; copied where it is given. */
struct http_server_at {
	const char *url;      /* "https://192.0.2.1:6443", with a path when there is one */
	const char *proxy;    /* "http://", "https://" or "socks5://"; NULL = as the environment
	                         says (proxy.h); "" = none at all */
	const char *tls_name; /* asked for and expected in the certificate; NULL = the host of
	                         url. The Host header is that of url */
	struct http_text ca;  /* PEM; none = the system's */
	struct http_text cert, key; /* PEM; none = no client certificate */
	bool insecure;              /* any certificate will do */
	const char *agent;          /* User-Agent; NULL = none is sent */
};

struct http_request {
	const char *method;       /* "GET", "POST", "PUT", "PATCH" */
	const char *path;         /* after url: "/api/v1/services?limit=500" */
	const char *accept;       /* NULL = application/json */
	const char *content_type; /* of the body; NULL = there is none */
	struct http_text body;
	const char *authorization;   /* "Bearer ...": never logged; NULL = none */
	const char *user, *password; /* Basic; user NULL = none, password NULL = an empty one */
	unsigned head_s;             /* at most until the answer begins; 0 = 30 */
	unsigned idle_s;             /* at most between two pieces of the body; 0 = 30 */
	unsigned total_s;            /* at most for all of it; 0 = no limit */
	bool plain;                  /* ask for no compression; else gzip is taken */
};

/* How a call ended. */
struct http_result {
	int error;  /* 0 = the answer is whole, else -ETIMEDOUT, -ECONNRESET, -ECONNREFUSED,
	               -EHOSTUNREACH, -EPROTO (not HTTP), -EACCES (TLS: either side refuses),
	               -EINVAL (no such request can be sent), -ENOTSUP (this libcurl lacks
	               what it takes), -ECANCELED (on_data did not want more) or -ENOMEM */
	int status; /* 200; 0 = none was received */
	unsigned retry_after_s; /* of the header Retry-After; 0 = none */
	const char *text; /* why, for people: "certificate has expired"; "" without an error */
};

/* What a call tells, always from the loop, never from within http_start(). Every function
 * below may be called from within, also for the call itself. */
struct http_events {
	/* The status line and headers are here. May be NULL. */
	void (*on_head)(struct http_call *call, int status, void *arg);
	/* A piece of the body, uncompressed. Return: 0, or anything else to end the call. */
	int (*on_data)(struct http_call *call, const char *p, size_t len, void *arg);
	/* The last of it; the call is freed afterwards. */
	void (*on_done)(struct http_call *call, const struct http_result *result, void *arg);
};

/* base is borrowed. NULL on lack of memory or when libcurl does not start. What is wrong with
 * `at` is told by each call. */
struct http *http_new(struct event_base *base, const struct http_server_at *at);
void http_free(struct http *h); /* cancels every call; NULL is fine. From within on_*(): base
                                   must live until the loop runs again */

/* Another server or other credentials from the next call on; connections in use go on, idle
 * ones are closed. Return: 0 or -ENOMEM (as before, then). */
int http_move(struct http *h, const struct http_server_at *at);

/* Everything in the request is copied. events is borrowed until on_done. NULL on lack of
 * memory. */
struct http_call *http_start(
    struct http *h, const struct http_request *rq, const struct http_events *events, void *arg);
void http_cancel(struct http_call *call); /* nothing more is told; freed */

/* The peer is taken for dead: every call ends with -ETIMEDOUT, every connection is closed. */
void http_reset(struct http *h);

/* Bytes of bodies received so far, as on the wire (without TLS and framing) and uncompressed;
 * connections opened so far. */
struct http_stats {
	unsigned long long wire, body;
	unsigned long connections;
};
void http_stats(const struct http *h, struct http_stats *st);
#endif
