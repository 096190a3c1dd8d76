/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/table.h"
#include "announcer/util.h"
#include <cmocka.h>

struct item {
	uint32_t key;
};

/* Few homes, so that runs of neighbours form, also over the end of the slots. */
static uint32_t item_hash(const void *e)
{
	return (((const struct item *)e)->key % 7) * 0x0fffffffu;
}

static bool item_same(const void *a, const void *b)
{
	return ((const struct item *)a)->key == ((const struct item *)b)->key;
}

static int item_cmp(const void *a, const void *b)
{
	const struct item *const *x = a, *const *y = b;

	return ((*x)->key > (*y)->key) - ((*x)->key < (*y)->key);
}

static const struct table_ops ops = {item_hash, item_same};

static void an_empty_table_has_nothing(void **state)
{
	struct table t = {.ops = &ops};
	struct item probe = {1};
	size_t at = 0;

	(void)state;
	assert_null(table_find(&t, &probe));
	assert_null(table_remove(&t, &probe));
	assert_null(table_next(&t, &at));
	table_fini(&t);
}

/* Against an array of what should be there, through growth and shrinking. */
static void additions_and_removals(void **state)
{
	enum { KEYS = 300 };
	static struct item items[KEYS];
	bool in[KEYS] = {false};
	struct table t = {.ops = &ops};
	uint32_t r = 1;
	size_t n = 0;

	(void)state;
	for (uint32_t i = 0; i < KEYS; i++)
		items[i].key = i;
	for (int step = 0; step < 20000; step++) {
		uint32_t span = step / 4000 % 2 ? 20 : KEYS, k;

		r = r * 1664525u + 1013904223u;
		k = (r >> 8) % span;
		if (in[k])
			assert_ptr_equal(table_remove(&t, &(struct item){k}), &items[k]);
		else
			table_add(&t, &items[k]);
		n += in[k] ? (size_t)-1 : 1;
		in[k] = !in[k];
		k = (r >> 16) % KEYS;
		assert_ptr_equal(table_find(&t, &(struct item){k}), in[k] ? &items[k] : NULL);
		assert_int_equal(t.n, n);
	}
	for (uint32_t k = 0; k < KEYS; k++) {
		struct item *e = table_find(&t, &(struct item){k});

		assert_ptr_equal(e, in[k] ? &items[k] : NULL);
		table_remove(&t, &(struct item){k});
	}
	assert_int_equal(t.n, 0);
	assert_true(t.cap < 64);
	table_fini(&t);
}

static void walks_visit_all(void **state)
{
	struct item items[] = {{5}, {3}, {9}, {1}};
	struct table t = {.ops = &ops};
	size_t at = 0, n = 0;
	void **v;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(items); i++)
		table_add(&t, &items[i]);
	while (table_next(&t, &at))
		n++;
	assert_int_equal(n, 4);
	v = table_sorted(&t, item_cmp);
	assert_ptr_equal(v[0], &items[3]);
	assert_ptr_equal(v[3], &items[2]);
	free(v);
	table_fini(&t);
}

static void hashes_chain(void **state)
{
	uint32_t a = table_hash("ns", 2, 0);

	(void)state;
	assert_int_not_equal(table_hash("name", 4, a), table_hash("name", 4, 0));
	assert_int_not_equal(table_hash("ns", 2, 0), table_hash("nt", 2, 0));
	assert_int_equal(a, table_hash("ns", 2, 0));
	assert_int_not_equal(table_seed(), 0);
	assert_int_equal(table_seed(), table_seed());
	assert_int_not_equal(a, table_hash("ns", 2, table_seed()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_table_has_nothing),
	    cmocka_unit_test(additions_and_removals),
	    cmocka_unit_test(walks_visit_all),
	    cmocka_unit_test(hashes_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
