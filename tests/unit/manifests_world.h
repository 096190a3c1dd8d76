/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * manifests_world.h - a real folder and a real loop for the tests of manifests. The loop runs
 * until a condition holds; nothing sleeps. What the source says is kept as a text:
 * "+Service a/b 80" for a PUT (with its first port), "-Service a/b" for a DELETE.
 */
#ifndef TESTS_MANIFESTS_WORLD_H
#define TESTS_MANIFESTS_WORLD_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "k8s/fswatch.h"
#include "k8s/manifests_int.h"
#include <cmocka.h>

struct world {
	struct event_base *base;
	struct manifests *m;
	struct k8s_state *state; /* the newest */
	unsigned states;
	bool timeout;
	char dir[64], log[4096];
};

extern const struct fswatch_ops *world_watch; /* how to watch in the next test */

#define SERVICE(name, port)                                                                    \
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: " name                           \
	"}\nspec: {ports: [{port: " port "}]}\n"
#define SLICE(name)                                                                            \
	"---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " name    \
	"}\naddressType: IPv4\n"
#define NODE(name) "---\napiVersion: v1\nkind: Node\nmetadata: {name: " name "}\n"

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int setup(void **state);
int teardown(void **state);
void start(struct world *w); /* and wait until it is synced */

/* Fails after some seconds. */
typedef bool condition(const struct world *w);
void run_until(struct world *w, condition *reached);
condition is_quiet, is_synced, is_bad, is_good, is_out, has_log, any_log;

/* A change that is told says that whatever came before it was seen, too. */
void run_marker(struct world *w);

void assert_log(struct world *w, const char *expected); /* and clear it */
void assert_problem(const struct world *w, size_t i, const char *where, const char *what);

/* In the folder. */
const char *path_of(const struct world *w, const char *name);
void write_file(const struct world *w, const char *name, const char *text);
void rename_file(const struct world *w, const char *from, const char *to);
void unlink_file(const struct world *w, const char *name);
void remove_tree(const char *dir); /* and dir.away */
#endif
