/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ask.h - one small request to the API server with an answer in JSON: what ask_queue.c,
 * notice.c and lease.c have in common.
 */
#ifndef K8S_ASK_H
#define K8S_ASK_H
#include <stdbool.h>
#include <stdint.h>

struct ask;
struct client;
struct event_base;
struct json_object;

struct ask_request {
	const char *method;             /* "GET" */
	const char *path;               /* "/api/v1/namespaces/default/services/web" */
	const char *content_type;       /* of the body; NULL = application/json */
	const struct json_object *body; /* borrowed; NULL = none */
	unsigned total_ms;              /* at most, whatever happens; at least 1000 */
};

struct ask_answer {
	int error;  /* 0 = the server answered, else a negative errno */
	int status; /* 200 */
	unsigned retry_after_s;
	struct json_object *json; /* borrowed; NULL = none, or not JSON */
	const char *text; /* why it was no success, for people: one line; NULL = it was one */
};

/* The ask is freed afterwards: forget it first. */
typedef void ask_fn(const struct ask_answer *a, void *arg);

/* base and client are borrowed. Return: NULL on lack of memory. */
struct ask *ask_start(struct event_base *base, struct client *client,
    const struct ask_request *rq, ask_fn *fn, void *arg);
void ask_cancel(struct ask *a); /* nothing more is told; NULL is fine */

/* The string at a path of members, "metadata" "uid" NULL; NULL = not there. */
const char *ask_string(const struct json_object *o, ...) __attribute__((sentinel));

/* Nothing was answered, or 429 or 503: it is the server, not what was asked of it. */
bool ask_overloaded(const struct ask_answer *a);
/* How long to wait after so many failures in a row, ms: 0.5 s doubled, to 30 s, jittered; at
 * least what the server asks for, of which not more than five minutes are believed. */
unsigned ask_backoff_ms(unsigned failures, unsigned retry_after_s);
/* Between lo and hi. */
unsigned ask_random(unsigned lo, unsigned hi);

/* Monotonic; runs on while the machine sleeps, where there is such a clock. */
int64_t ask_now_ms(void);
/* The time of day as in metav1.Time or metav1.MicroTime: "2026-01-01T00:00:00.000000Z". */
enum { ASK_TIME = 40 };
void ask_now(char buf[ASK_TIME], bool micro);
#endif
