/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Solicited-node groups, joined at the kernel on the loopback: no right is needed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/l2/groups.h"
#include <cmocka.h>
#include <net/if.h>
#include <string.h>

enum { MANY = 3000, ROUNDS = 4 };

static void on_refused(uint32_t ifindex, int error, void *arg)
{
	(void)ifindex;
	*(int *)arg = error;
}

static const struct groups_ops ops = {on_refused};

static void run_all(struct groups *g)
{
	while (groups_due(g))
		groups_run(g);
}

/* from..to: by number. */
static void each(struct groups *g, unsigned from, unsigned to,
    void (*what)(struct groups *g, uint32_t ifindex, const uint8_t *addr))
{
	uint8_t addr[16] = {0x20, 0x01, 0x0d, 0xb8};

	for (unsigned i = from; i < to; i++) {
		addr[14] = (uint8_t)(i >> 8);
		addr[15] = (uint8_t)i;
		what(g, if_nametoindex("lo"), addr);
	}
	run_all(g);
}

/* Addresses that come and go take no more sockets from one time to the next. */
static void test_sockets_are_closed(void **state)
{
	struct groups g;
	size_t most = 0;
	int refused = 0;

	(void)state;
	groups_init(&g, &ops, &refused);
	for (unsigned i = 0; i < ROUNDS; i++) {
		each(&g, 0, MANY, groups_want);
		if (refused) { /* no IPv6 here */
			groups_fini(&g);
			skip();
		}
		most = most ? most : g.n_sockets;
		assert_int_equal(g.n_sockets, most);
		each(&g, 0, MANY, groups_unwant);
		assert_int_equal(g.n_sockets, 0);
	}
	groups_fini(&g);
}

/* Two addresses of one group are one membership, and so is what is joined anew. */
static void test_each_group_once(void **state)
{
	static const uint8_t a[16] = {0x20, 1, [8] = 1, [15] = 7}, b[16] = {0x20, 1, [15] = 7};
	uint32_t lo = if_nametoindex("lo");
	struct groups g;
	int refused = 0;

	(void)state;
	groups_init(&g, &ops, &refused);
	groups_want(&g, lo, a);
	groups_want(&g, lo, b);
	run_all(&g);
	if (refused) {
		groups_fini(&g);
		skip();
	}
	assert_int_equal(g.n_sockets, 1);
	assert_int_equal(g.sockets[0].n, 1);
	groups_again(&g, lo);
	run_all(&g);
	assert_int_equal(refused, 0);
	assert_int_equal(g.sockets[0].n, 1);
	groups_unwant(&g, lo, a);
	run_all(&g);
	assert_int_equal(g.n_sockets, 1);
	groups_unwant(&g, lo, b);
	run_all(&g);
	assert_int_equal(g.n_sockets, 0);
	groups_fini(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sockets_are_closed),
	    cmocka_unit_test(test_each_group_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
