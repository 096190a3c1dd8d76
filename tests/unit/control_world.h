/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control_world.h - a controller with a store, an allocator and the clock of a test. What it
 * sends stands in `sent`, a line each: "default/web(u1) = 192.0.2.1 of lan", "! default/web
 * AllocationFailed: ...", "metallb-system/lan(p1) = 1+8 0+0".
 */
#ifndef TESTS_CONTROL_WORLD_H
#define TESTS_CONTROL_WORLD_H
#include "announcer/control.h"
#include "announcer/desired.h"

struct world {
	struct store *st;
	struct alloc *a;
	struct rib *rib;
	struct desired *d;
	struct policy *policy;
	struct control *c;
	int64_t now;
	int64_t again; /* what control_run() said */
	uint64_t serial;
	const char *lb_class;
	bool unsure; /* of the next rules() */
	char sent[2048];
	char version[16]; /* of the last wish */
};

/* cmocka's; the pool is "lan:192.0.2.1-192.0.2.9", it leads, and everything was listed. */
int control_setup(void **state);
int control_teardown(void **state);

void rules(struct world *w, const char *pools, bool controller); /* of pools.h */
/* As the daemon does it. Return: what was sent. */
const char *run(struct world *w);
/* spec: of objects.h, after "uid=u1 ", unless it has one. */
const char *put(struct world *w, const char *path, const char *spec);
const char *gone(struct world *w, const char *path);
/* An IPAddressPool; status in JSON, may be "". */
const char *put_pool(struct world *w, const char *name, const char *uid, const char *status);
/* What became of the last wish, of default/web or of that pool; version NULL = nothing. */
void wrote(struct world *w, const char *version, const char *error, bool again);
void counts_wrote(struct world *w, const char *name, const char *version);
const char *later(struct world *w, int64_t ms);

#define NOTHING(text) assert_string_equal(text, "")
#define SENT(text)    assert_string_equal(w->sent, text)
#define GIVEN         "default/web IPAllocated: Assigned IP [\"192.0.2.1\"]\n"
#define WISH          "default/web(u1) = 192.0.2.1 of lan\n"
#endif
