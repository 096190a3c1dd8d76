/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/table.h"
#include <cmocka.h>
#include <stdlib.h>

struct item {
	unsigned key;
	bool in, seen;
};

static bool item_is(const void *item, const void *key)
{
	return ((const struct item *)item)->key == *(const unsigned *)key;
}

/* Few hashes, so that runs are long and gaps are closed across them. */
static uint64_t hash_of(unsigned key, unsigned spread)
{
	return key % spread;
}

static void check_all(const struct table *t, struct item *items, unsigned n, unsigned spread)
{
	struct item *it;
	size_t seen = 0, in = 0;

	for (unsigned i = 0; i < n; i++) {
		items[i].seen = false;
		in += items[i].in;
		assert_ptr_equal(table_find(t, hash_of(i, spread), &items[i].key, item_is),
		    items[i].in ? &items[i] : NULL);
	}
	for (size_t at = 0; (it = table_next(t, &at)); seen++) {
		assert_false(it->seen);
		it->seen = true;
	}
	assert_int_equal(seen, in);
	assert_int_equal(table_count(t), in);
}

static void random_inserts_and_removes(void **state)
{
	enum { N = 200 };
	static const unsigned spreads[] = {1, 7, 1000};

	(void)state;
	srand(1);
	for (size_t s = 0; s < 3; s++) {
		struct item items[N] = {{0}};
		struct table t;

		table_init(&t);
		for (unsigned i = 0; i < N; i++)
			items[i].key = i;
		for (int step = 0; step < 4000; step++) {
			struct item *it = &items[(unsigned)rand() % N];
			uint64_t h = hash_of(it->key, spreads[s]);

			if (it->in)
				table_remove(&t, h, it);
			else
				table_insert(&t, h, it);
			it->in = !it->in;
			if (step % 100 == 0)
				check_all(&t, items, N, spreads[s]);
		}
		check_all(&t, items, N, spreads[s]);
		table_fini(&t);
	}
}

static void removing_what_is_not_there(void **state)
{
	struct item a = {.key = 1}, b = {.key = 1};
	struct table t;

	(void)state;
	table_init(&t);
	table_remove(&t, 5, &a);
	table_insert(&t, 5, &a);
	table_remove(&t, 5, &b);
	table_remove(&t, 6, &a);
	assert_int_equal(table_count(&t), 1);
	table_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_inserts_and_removes),
	    cmocka_unit_test(removing_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
