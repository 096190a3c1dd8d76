/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client_int.h - what the files of client.h share; for nobody else. */
#ifndef K8S_CLIENT_INT_H
#define K8S_CLIENT_INT_H
#include "k8s/client.h"
#include "k8s/exec.h"
#include <time.h>

struct event;
struct event_base;

struct client {
	struct event_base *base;
	char *kubeconfig, *context, *pod_dir; /* where; NULL as in auth_where */
	void (*on_change)(void *arg);
	void *arg;
	struct auth *auth;                  /* NULL = nothing was found yet */
	struct http *http;                  /* NULL until something was */
	struct exec *exec;                  /* under way */
	struct exec_credential *credential; /* of the plugin */
	struct event *step, *look;          /* what is to be done now, and later */
	char *error;
	struct client_call *first, *last;
	unsigned generation; /* of the credentials */
	unsigned moves;      /* to another server */
	unsigned failures;   /* to get any, in a row */
	bool renew;          /* have the plugin run although what it gave is good */
	time_t ran_s;        /* when the plugin began last */
};

struct client_call {
	struct client *c;
	struct client_call *next, *prev;
	struct http_call *call;             /* NULL = it waits */
	const struct client_events *events; /* NULL = over */
	void *arg;
	struct http_request rq; /* its strings are ours */
	struct event *limit;    /* of the wait */
	unsigned generation;    /* of the credentials it was sent with */
	bool again;             /* it was sent a second time, or is to be */
	bool refused;           /* a 401 that nobody is told of */
};

/* Credentials are at hand; calls may go. */
bool client_ready(const struct client *c);

/* The credentials that generation had were refused: get others, unless there are already. */
void client_refused(struct client *c, unsigned generation);

/* Send what waits, if it can be. */
void client_flush(struct client *c);
void client_drop_calls(struct client *c);
#endif
