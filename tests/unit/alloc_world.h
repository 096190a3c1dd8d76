/* SPDX-License-Identifier: GPL-2.0-or-later */
/* alloc_world.h - a store and an allocator with its pools, for tests. */
#ifndef TESTS_ALLOC_WORLD_H
#define TESTS_ALLOC_WORLD_H
#include "announcer/alloc.h"

struct world {
	struct store *st;
	struct alloc *a;
	struct policy *policy;
	struct alloc_rules rules; /* of the last world_rules() */
	size_t moved;             /* by the last world_run() */
};

void world_init(struct world *w, const char *pools); /* a controller for no class */
void world_fini(struct world *w);
/* pools: as pools.h has it. What else is in w->rules stays. */
void world_rules(struct world *w, const char *pools, bool controller, const char *lb_class);

/* A Service, as objects.h has it, "namespace/name". */
void world_put(struct world *w, const char *path, const char *spec);
void world_gone(struct world *w, const char *path);
void world_run(struct world *w);

/* "assigned 192.0.2.1 2001:db8::1", "pending: text", "none"; valid until the next call. */
const char *world_has(const struct world *w, const char *path);
#define assert_has(w, path, want) assert_string_equal(world_has(w, path), want)
#endif
