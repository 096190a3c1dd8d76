/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Label selectors: every operator against present, other and absent labels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/selector.h"
#include "announcer/util.h"
#include <cmocka.h>

static struct k8s_kv labels[] = {
    {"a", "1"},
    {"b", "" },
};
static const struct k8s_node node = {.labels = labels, .n_labels = ARRAY_LEN(labels)};

static void test_expressions(void **state)
{
	static const struct {
		char key[4];
		enum selector_op op;
		const char *values[2];
		bool matches;
	} rows[] = {
	    {"a", SELECTOR_IN,     {"1", NULL}, true },
	    {"a", SELECTOR_IN,     {"0", "1"},  true },
	    {"a", SELECTOR_IN,     {"2", NULL}, false},
	    {"b", SELECTOR_IN,     {"", NULL},  true },
	    {"c", SELECTOR_IN,     {"", NULL},  false},
	    {"a", SELECTOR_NOT_IN, {"1", NULL}, false},
	    {"a", SELECTOR_NOT_IN, {"0", "2"},  true },
	    {"c", SELECTOR_NOT_IN, {"1", NULL}, true },
	    {"a", SELECTOR_EXISTS, {NULL},      true },
	    {"b", SELECTOR_EXISTS, {NULL},      true },
	    {"c", SELECTOR_EXISTS, {NULL},      false},
	    {"a", SELECTOR_ABSENT, {NULL},      false},
	    {"b", SELECTOR_ABSENT, {NULL},      false},
	    {"c", SELECTOR_ABSENT, {NULL},      true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct selector_expr e = {.key = (char *)rows[i].key, .op = rows[i].op};
		struct selector s = {.exprs = &e, .n_exprs = 1};

		for (size_t j = 0; j < 2 && rows[i].values[j]; j++)
			strlist_add(&e.values, rows[i].values[j]);
		assert_int_equal(
		    selector_match(&s, node.labels, node.n_labels), rows[i].matches);
		strlist_fini(&e.values);
	}
}

static void test_labels_and_expressions(void **state)
{
	char a[] = "a", b[] = "b", c[] = "c", one[] = "1", nothing[] = "";
	struct selector_label pairs[] = {
	    {a, one    },
	    {b, nothing},
	};
	struct selector_expr e = {.key = c, .op = SELECTOR_ABSENT};
	struct selector s = {.labels = pairs, .n_labels = 2, .exprs = &e, .n_exprs = 1};

	(void)state;
	assert_true(selector_match(&s, node.labels, node.n_labels));
	e.op = SELECTOR_EXISTS;
	assert_false(selector_match(&s, node.labels, node.n_labels));
	e.op = SELECTOR_ABSENT;
	pairs[1].value = one;
	assert_false(selector_match(&s, node.labels, node.n_labels));
	pairs[1] =
	    (struct selector_label){c, nothing}; /* an absent label is not an empty one */
	assert_false(selector_match(&s, node.labels, node.n_labels));
}

static void test_lists(void **state)
{
	char a[] = "a", one[] = "1", two[] = "2";
	struct selector_label first = {a, two}, second = {a, one};
	struct selector v[] = {
	    {.labels = &first,  .n_labels = 1},
	    {.labels = &second, .n_labels = 1},
	};
	struct selectors all = {0}, some = {v, 2}, none = {v, 1};
	struct selector empty = {0};

	(void)state;
	assert_true(selectors_match(&all, node.labels, node.n_labels));
	assert_true(selectors_match(&some, node.labels, node.n_labels));
	assert_false(selectors_match(&none, node.labels, node.n_labels));
	assert_true(selector_match(&empty, node.labels, node.n_labels));
	assert_true(selectors_equal(&some, &some));
	assert_false(selectors_equal(&some, &none));
	assert_false(selector_equal(&v[0], &v[1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_expressions),
	    cmocka_unit_test(test_labels_and_expressions),
	    cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
