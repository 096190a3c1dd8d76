/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * client.h - one API server with one set of credentials: http.h with what auth.h and the
 * credential plugin know. A call waits until there are credentials; a 401 has them read again
 * and the call sent once more before its caller hears of it. Retries nothing else.
 */
#ifndef K8S_CLIENT_H
#define K8S_CLIENT_H
#include "k8s/auth.h"
#include "k8s/http.h"

struct client;
struct client_call;

/* How the client is, for people; borrowed until the loop runs again. */
struct client_view {
	const char *source; /* auth_found.source; NULL = nothing was found */
	const char *server; /* NULL = not known */
	const char *ns;     /* of the context or the pod; NULL = none */
	const char *error;  /* why there are none, or no newer ones; NULL = there are, or none
	                       yet.  Calls go on with what was good before */
	bool insecure;      /* the certificate of the server is not verified */
	unsigned moves;     /* how often the files named another server, or another CA */
	int64_t expires_s;  /* Unix time, of the plugin's credential; 0 = never */
};

struct client_events {
	void (*on_head)(struct client_call *call, int status, void *arg); /* may be NULL */
	int (*on_data)(struct client_call *call, const char *p, size_t len, void *arg);
	void (*on_done)(struct client_call *call, const struct http_result *result, void *arg);
};

/* base is borrowed, where is copied. on_change (may be NULL): client_view() is another now.
 * NULL on lack of memory. Nothing found is not an error: it is looked for again, each second at
 * first, each half minute later, and calls wait. */
struct client *client_new(struct event_base *base, const struct auth_where *where,
    void (*on_change)(void *arg), void *arg);
void client_free(struct client *c); /* cancels every call; NULL is fine */
void client_look(const struct client *c, struct client_view *out);

/* Read the credentials again now, from there (NULL = from where they were), as after SIGHUP.
 * Calls in progress go on. */
void client_reload(struct client *c, const struct auth_where *where);

/* As http_start(); authorization, user and password of the request are ours to fill in. A call
 * that finds no credentials within head_s ends with -EACCES and client_view.error. */
struct client_call *client_start(struct client *c, const struct http_request *rq,
    const struct client_events *events, void *arg);
void client_cancel(struct client_call *call);
void client_reset(struct client *c); /* http_reset() */
void client_stats(const struct client *c, struct http_stats *st);
#endif
