/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch_world.h - the API source with a client that is us, and a clock that we turn. What the
 * source says is kept as a text: "+Service a/b" for a PUT, "-Service a/b" for a DELETE, "." for
 * a batch, "=" for a state.
 */
#ifndef TESTS_WATCH_WORLD_H
#define TESTS_WATCH_WORLD_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "k8s/watch_int.h"
#include <cmocka.h>

struct client_call {
	struct client_call *next;
	struct client *client;
	const struct client_events *events;
	void *arg;
	char path[512];
	int status;
};

struct client {
	struct client_call *calls;
	unsigned resets;
	struct client_view view;
};

struct world {
	struct event_base *base;
	struct client client;
	struct watch *watch;
	struct k8s_state *state; /* the newest */
	char log[8192];
};

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int setup(void **state); /* started, nothing asked for yet */
int teardown(void **state);

void turn(struct world *w, int64_t ms); /* let time pass, and do what is due */

/* The call in progress whose path has this in it; fails without one. */
struct client_call *call_to(const struct world *w, const char *part);
bool has_call(const struct world *w, const char *part);

/* What the server says to a call. done() frees it. */
void head(struct client_call *call, int status);
int data(struct client_call *call, const char *text);
int data_n(struct client_call *call, const char *text, size_t len);
void done(struct client_call *call, int error, const char *text);
void refuse(struct client_call *call, int status, const char *text);

/* To the call in progress for this resource ("/services?"): a list with these items, whole;
 * then the watch that follows has its head. */
struct client_call *list(
    struct world *w, const char *resource, const char *rv, const char *items);
/* One page, up to its end, without the call for the next. */
void page(
    struct world *w, const char *resource, const char *rv, const char *cont, const char *items);
/* Services, Nodes, EndpointSlices and Namespaces, empty, watched from version 10. */
void sync_empty(struct world *w);

void assert_log(struct world *w, const char *expected); /* and clear it */
const struct k8s_resource *line_of(const struct world *w, const char *name);
void assert_line(
    const struct world *w, const char *name, enum k8s_phase phase, const char *text);

#define META(name, rv)                                                                         \
	"\"metadata\":{\"namespace\":\"a\",\"name\":\"" name "\",\"resourceVersion\":\"" rv    \
	"\"}"
#define SERVICE(name, rv, port)                                                                \
	"{" META(name, rv) ",\"spec\":{\"ports\":[{\"port\":" port "}]}}"
#define SLICE(name, rv, family) "{" META(name, rv) ",\"addressType\":\"" family "\"}"
#define EVENT(type, object)     "{\"type\":\"" type "\",\"object\":" object "}\n"
#endif
