/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/ptable.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <sys/socket.h>

struct item {
	uint32_t number;
	uint8_t key[];
};

enum { KEYS = 6000 };

/* Lengths and both families over the same bits, so that only the whole key tells them apart. */
static struct prefix key(unsigned i)
{
	bool six = i % 3 == 0;
	struct prefix p = {.family = six ? AF_INET6 : AF_INET};

	p.plen = (uint8_t)(i % 7 == 0 ? 24 : six ? 128 : 32);
	p.addr[0] = 10;
	p.addr[1] = (uint8_t)(i >> 8);
	p.addr[2] = (uint8_t)i;
	if (six && i % 5 == 0 && p.plen == 128)
		p.addr[15] = 1;
	return p;
}

static void an_empty_table_has_nothing(void **state)
{
	const struct prefix p = key(1);
	struct ptable t;
	size_t at = 0;
	void **v;

	(void)state;
	ptable_init(&t, offsetof(struct item, key));
	assert_null(ptable_find(&t, &p));
	assert_null(ptable_next(&t, &at));
	assert_int_equal(ptable_count(&t, 0), 0);
	v = ptable_sorted(&t);
	free(v);
	ptable_fini(&t);
}

static void look_through(const struct ptable *t, struct item *const *in, size_t n)
{
	size_t seen = 0, six = 0;
	const struct item *e;
	void **v = ptable_sorted(t);

	for (size_t at = 0; (e = ptable_next(t, &at)); seen++) {
		assert_ptr_equal(in[e->number], e);
		six += ptable_prefix(t, e).family == AF_INET6;
	}
	assert_int_equal(seen, n);
	assert_int_equal(ptable_count(t, 0), n);
	assert_int_equal(ptable_count(t, AF_INET6), six);
	assert_int_equal(ptable_count(t, AF_INET), n - six);
	for (size_t i = 1; i < n; i++) {
		const struct prefix a = ptable_prefix(t, v[i - 1]), b = ptable_prefix(t, v[i]);

		assert_true(prefix_cmp(&a, &b) < 0);
	}
	free(v);
}

/* Against an array of what should be there: up, down and up again, in random order. */
static void additions_and_removals(void **state)
{
	static struct item *in[KEYS];
	struct ptable t;
	uint32_t r = 1;
	size_t n = 0;

	(void)state;
	ptable_init(&t, offsetof(struct item, key));
	for (unsigned step = 0; step < 60000; step++) {
		const bool up = step / 15000 % 2 == 0;
		unsigned i;
		struct prefix p;

		r = r * 1103515245u + 12345u;
		i = (r >> 8) % KEYS;
		p = key(i);
		assert_ptr_equal(ptable_find(&t, &p), in[i]);
		if (!in[i] && (up || step % 8 == 0)) {
			in[i] = ptable_add(&t, &p);
			assert_int_equal(in[i]->number, 0);
			in[i]->number = i;
			n++;
		} else if (in[i] && (!up || step % 8 == 0)) {
			const struct prefix q = ptable_prefix(&t, in[i]);

			assert_int_equal(prefix_cmp(&p, &q), 0);
			ptable_remove(&t, in[i]);
			in[i] = NULL;
			n--;
		}
		if (step % 5000 == 4999)
			look_through(&t, in, n);
	}
	ptable_fini(&t);
}

/* All can be removed on the way through them, and memory is given back meanwhile. */
static void removal_on_the_way(void **state)
{
	struct ptable t;
	struct item *e;
	size_t n = 0;

	(void)state;
	ptable_init(&t, offsetof(struct item, key));
	for (unsigned i = 0; i < KEYS; i++) {
		const struct prefix p = key(i);

		((struct item *)ptable_add(&t, &p))->number = i;
	}
	for (size_t at = 0; (e = ptable_next(&t, &at)); n++) {
		const struct prefix p = key(e->number);

		ptable_remove(&t, e);
		assert_null(ptable_find(&t, &p));
	}
	assert_int_equal(n, KEYS);
	assert_int_equal(ptable_count(&t, 0), 0);
	ptable_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_table_has_nothing),
	    cmocka_unit_test(additions_and_removals),
	    cmocka_unit_test(removal_on_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
