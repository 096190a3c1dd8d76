/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses that are answered for, their interfaces, and where the news of one is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/l2/served.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <sys/socket.h>

static struct ipaddr addr(const char *text)
{
	struct ipaddr a;

	assert_int_equal(ipaddr_parse(text, &a), 0);
	return a;
}

static struct served *put(
    struct served_table *t, const char *text, const uint32_t *ifindex, size_t n, bool want_news)
{
	struct ipaddr a = addr(text);
	bool news;
	struct served *s = served_put(t, &a, ifindex, n, &news);

	assert_int_equal(news, want_news);
	return s;
}

static void test_sets_are_shared(void **state)
{
	static const uint32_t some[] = {3, 7}, same[] = {7, 3, 7}, other[] = {9};
	struct served_table t;
	struct served *a, *b, *six;
	size_t n_sets;

	(void)state;
	served_init(&t);
	a = put(&t, "192.0.2.1", some, 2, true);
	n_sets = t.n_sets;
	b = put(&t, "192.0.2.2", same, 3, true);
	assert_int_equal(t.n_sets, n_sets);
	assert_int_equal(served_where(&t, a)->n, 2);
	assert_ptr_equal(served_where(&t, a), served_where(&t, b));
	assert_true(served_on(&t, b, 3) && served_on(&t, b, 7) && !served_on(&t, b, 9));

	/* Of another family it is another: its sockets are others. */
	six = put(&t, "2001:db8::1", some, 2, true);
	assert_true(served_where(&t, six) != served_where(&t, a));
	assert_true(served_uses(&t, AF_INET6, 3));
	served_remove(&t, six);
	assert_false(served_uses(&t, AF_INET6, 3));
	assert_true(served_uses(&t, AF_INET, 3));

	/* What nobody has any more makes room. */
	put(&t, "192.0.2.1", other, 1, true);
	put(&t, "192.0.2.2", other, 1, true);
	assert_false(served_uses(&t, AF_INET, 3));
	assert_true(served_uses(&t, AF_INET, 9));
	n_sets = t.n_sets;
	put(&t, "192.0.2.3", some, 2, true);
	assert_int_equal(t.n_sets, n_sets);
	assert_int_equal(ptable_count(&t.addrs, 0), 3);
	served_fini(&t);
}

static void test_found(void **state)
{
	static const uint32_t one[] = {1};
	struct served_table t;
	struct ipaddr a = addr("10.0.42.0"), b;
	struct served *s;
	size_t at = 0;

	(void)state;
	served_init(&t);
	s = put(&t, "10.0.42.0", one, 1, true);
	assert_ptr_equal(served_find(&t, AF_INET, a.addr), s);
	assert_null(served_find(&t, AF_INET6, a.addr));
	b = served_addr(&t, s);
	assert_int_equal(ipaddr_cmp(&a, &b), 0);
	assert_ptr_equal(served_next(&t, &at), s);
	assert_null(served_next(&t, &at));
	served_remove(&t, s);
	assert_null(served_find(&t, AF_INET, a.addr));
	served_fini(&t);
}

/* Until it was told all, then on all. */
static void told(struct served_table *t, struct burst *b, struct served *s)
{
	int64_t now = s->burst.due_ms;

	while (!burst_is_over(&s->burst))
		if (!burst_next(b, now))
			now += 100;
	served_told(t, s);
}

static void test_only_new_ones_are_told(void **state)
{
	static const uint32_t one[] = {1}, two[] = {1, 2}, three[] = {1, 2, 3}, last[] = {3};
	struct served_table t;
	struct served *s;
	struct burst b;

	(void)state;
	served_init(&t);
	burst_init(&b);
	s = put(&t, "192.0.2.1", one, 1, true);
	burst_start(&b, &s->burst, 0);
	assert_true(served_told_on(&t, s, 1));
	assert_false(served_told_on(&t, s, 2));

	/* While the first burst is under way: it is for both. */
	put(&t, "192.0.2.1", two, 2, true);
	assert_true(served_told_on(&t, s, 1) && served_told_on(&t, s, 2));
	told(&t, &b, s);

	/* After it: for the new one only, then for all again. */
	put(&t, "192.0.2.1", three, 3, true);
	burst_start(&b, &s->burst, 100000);
	assert_false(served_told_on(&t, s, 1) || served_told_on(&t, s, 2));
	assert_true(served_told_on(&t, s, 3));
	/* A port that was opened again meanwhile. */
	served_tell(&t, s, 2);
	assert_true(served_told_on(&t, s, 2) && served_told_on(&t, s, 3));
	assert_false(served_told_on(&t, s, 1));
	/* Where it is not answered any more it is not told. */
	put(&t, "192.0.2.1", last, 1, false);
	assert_false(served_told_on(&t, s, 2));
	assert_false(served_uses(&t, AF_INET, 2));
	told(&t, &b, s);
	put(&t, "192.0.2.1", last, 1, false);
	assert_true(served_told_on(&t, s, 3));
	burst_stop(&b, &s->burst);
	served_remove(&t, s);
	for (size_t i = 1; i < t.n_sets; i++)
		assert_int_equal(t.sets[i].refs, 0);
	served_fini(&t);
}

/* More interfaces than one address can have. */
static void test_too_many(void **state)
{
	uint32_t many[3 * SERVED_MAX];
	struct served_table t;
	struct served *s;

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = (uint32_t)ARRAY_LEN(many) - i;
	served_init(&t);
	s = put(&t, "192.0.2.1", many, 1, true);
	put(&t, "192.0.2.1", many, ARRAY_LEN(many), true);
	assert_int_equal(served_where(&t, s)->n, SERVED_MAX);
	served_fini(&t);
}

/* 5,000 of them: what is found is what was put, and the records are small. */
static void test_many(void **state)
{
	static const uint32_t one[] = {1};
	struct served_table t;
	bool news;

	(void)state;
	served_init(&t);
	for (uint32_t i = 0; i < 5000; i++) {
		struct ipaddr a = {
		    .family = AF_INET, .addr = {10, 0, (uint8_t)(i >> 8), (uint8_t)i}
                };

		served_put(&t, &a, one, 1, &news);
	}
	assert_int_equal(ptable_count(&t.addrs, 0), 5000);
	for (uint32_t i = 0; i < 10000; i++) {
		uint8_t a[] = {10, 0, (uint8_t)(i >> 8), (uint8_t)i};

		assert_int_equal(served_find(&t, AF_INET, a) != NULL, i < 5000);
	}
	assert_true(t.addrs.half[0].size <= 80);
	served_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sets_are_shared),
	    cmocka_unit_test(test_found),
	    cmocka_unit_test(test_only_new_ones_are_told),
	    cmocka_unit_test(test_too_many),
	    cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
