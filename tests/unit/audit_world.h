/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * audit_world.h - routes 1 and 2 that zebra confirmed, over gateways 0 and 1, an audit that
 * watches them, and a kernel that tells what a test wants.
 */
#ifndef TESTS_AUDIT_WORLD_H
#define TESTS_AUDIT_WORLD_H
#include "tests/unit/zroutes_lab.h"
/* After what cmocka needs. */
#include "announcer/audit_text.h"

#define ZEBRA    77 /* its netlink port */
#define SOMEBODY 4711

extern struct world {
	struct lab lab;
	struct audit *a;
	unsigned dumps;
	bool refuse;            /* readings, questions about strays */
	int sole;               /* audit_ops.sole */
	struct fib_route found; /* by a look-up; protocol 0 = nothing */
	struct fib_nexthop found_nh;
} w;

/* Our route i over gateways of mask, gateway 0 with this weight, changed by `by`. */
struct told {
	unsigned i, mask, weight, by;
	bool gone;
	uint32_t object, metric;
	uint8_t protocol;
	bool replaces;
};

void world_tell(const struct told *t);
#define TELL(...) world_tell(&(const struct told){__VA_ARGS__})

/* What was asked of zebra and what the audit told since the last time. */
void world_said(const char *want);
/* A next-hop object over gateway k; a group of objects. */
void world_object(uint32_t id, unsigned k, bool there);
void world_group(uint32_t id, const uint32_t *members, const uint32_t *weights, size_t n);
/* Let the time pass in steps, acting on what is due; until the table is to be read. */
void world_pass(int64_t ms);
void world_until_dump(void);
/* A reading ends; the caller told what it has. */
void world_read_done(void);
uint64_t world_found(enum audit_kind k);
int world_set_up(void **state);
int world_tear_down(void **state);
#endif
