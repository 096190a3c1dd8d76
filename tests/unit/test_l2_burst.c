/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When an address is told: the times of one, the pace of thousands, and the minute after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/l2/burst.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <stdlib.h>

enum { MANY = 5000, SOON_MS = 100 };

struct told {
	struct burst_item item; /* first */
	unsigned times;
	int64_t at[16]; /* of the first so many */
	int64_t last_ms, longest_ms;
};

/* What happens until end_ms, by a caller who comes when told to. Return: the most in one ms. */
static unsigned run(struct burst *b, int64_t *now_ms, int64_t end_ms)
{
	unsigned most = 0;

	while (*now_ms < end_ms) {
		int64_t wait = burst_wait(b, *now_ms);
		struct burst_item *i;
		unsigned n = 0;

		if (wait < 0 || *now_ms + wait >= end_ms)
			break;
		*now_ms += wait;
		while ((i = burst_next(b, *now_ms))) {
			struct told *t = (struct told *)(void *)i;

			n++;
			if (t->times && *now_ms - t->last_ms > t->longest_ms)
				t->longest_ms = *now_ms - t->last_ms;
			if (t->times < ARRAY_LEN(t->at))
				t->at[t->times] = *now_ms;
			t->times++;
			t->last_ms = *now_ms;
		}
		if (n > most)
			most = n;
		assert_true(n || burst_wait(b, *now_ms) > 0);
	}
	*now_ms = end_ms;
	return most;
}

static void test_one(void **state)
{
	static const int64_t want[] = {0, 100, 300, 1000, 2000, 5000, 65000, 125000};
	struct told t = {0};
	struct burst b;
	int64_t now = 1000;

	(void)state;
	burst_init(&b);
	assert_int_equal(burst_wait(&b, now), -1);
	burst_start(&b, &t.item, now);
	assert_false(burst_is_over(&t.item));
	run(&b, &now, 1000 + 4999);
	assert_false(burst_is_over(&t.item));
	run(&b, &now, 1000 + 130000);
	assert_int_equal(t.times, ARRAY_LEN(want));
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		assert_int_equal(t.at[i], 1000 + want[i]);
	assert_true(burst_is_over(&t.item));
	burst_stop(&b, &t.item);
	burst_stop(&b, &t.item);
	assert_int_equal(burst_wait(&b, now), -1);
	assert_null(burst_next(&b, now + 1000000));
}

static void test_again(void **state)
{
	struct told t = {0};
	struct burst b;
	int64_t now = 0;

	(void)state;
	burst_init(&b);
	burst_start(&b, &t.item, now);
	run(&b, &now, 20000);
	assert_int_equal(t.times, 6);
	burst_start(&b, &t.item, now);
	run(&b, &now, 26000);
	assert_int_equal(t.times, 12);
	assert_int_equal(t.at[6], 20000);
	assert_int_equal(t.at[11], 25000);
}

/* All of 5,000 are told first within 100 ms, never more than the pace allows, and a minute
 * spreads them evenly: none waits for longer than that. */
static void test_many(void **state)
{
	struct told *t = xcalloc(MANY, sizeof(*t));
	struct burst b;
	int64_t now = 0, first = 0;
	unsigned most;

	(void)state;
	burst_init(&b);
	for (size_t i = 0; i < MANY; i++)
		burst_start(&b, &t[i].item, now);
	most = run(&b, &now, 6000);
	assert_int_equal(most, BURST_MAX);
	for (size_t i = 0; i < MANY; i++) {
		assert_in_range(t[i].times, 6, 7); /* the minute begins with the first */
		if (t[i].at[0] > first)
			first = t[i].at[0];
		assert_true(t[i].at[5] >= 5000 && t[i].at[5] <= 5000 + SOON_MS);
	}
	assert_true(first <= SOON_MS);
	most = run(&b, &now, (int64_t)6000 + 5 * BURST_PERIOD_MS);
	assert_true(most <= 2);
	for (size_t i = 0; i < MANY; i++) {
		assert_in_range(t[i].times, 10, 12);
		assert_true(t[i].longest_ms <= BURST_PERIOD_MS + SOON_MS);
	}
	for (size_t i = 0; i < MANY; i += 2)
		burst_stop(&b, &t[i].item);
	run(&b, &now, now + 2 * (int64_t)BURST_PERIOD_MS);
	assert_int_equal(t[0].times, t[2].times);
	assert_true(t[1].times > t[0].times);
	free(t);
}

/* New ones go before those that were told before. */
static void test_new_ones_first(void **state)
{
	struct told old[BURST_MAX] = {0}, young = {0};
	struct burst b;
	int64_t now = 0;

	(void)state;
	burst_init(&b);
	for (size_t i = 0; i < ARRAY_LEN(old); i++)
		burst_start(&b, &old[i].item, now);
	run(&b, &now, 50);
	now = 100;
	burst_start(&b, &young.item, now);
	assert_ptr_equal(burst_next(&b, now), &young.item);
}

/* Who comes a minute late does all once, not as often as it was due. */
static void test_late(void **state)
{
	struct told t = {0}, u = {0};
	struct burst b;
	int64_t now = 0;

	(void)state;
	burst_init(&b);
	burst_start(&b, &t.item, now);
	burst_start(&b, &u.item, now);
	run(&b, &now, 7000);
	now = 7000 + 10 * (int64_t)BURST_PERIOD_MS;
	assert_non_null(burst_next(&b, now));
	assert_null(burst_next(&b, now));
	assert_true(burst_wait(&b, now) > 1000);
}

/* Who takes longer to tell so many than the pause lasts goes on at once. */
static void test_slow(void **state)
{
	struct told t[BURST_MAX + 1] = {0};
	struct burst b;

	(void)state;
	burst_init(&b);
	for (size_t i = 0; i < ARRAY_LEN(t); i++)
		burst_start(&b, &t[i].item, 50);
	for (size_t i = 0; i < BURST_MAX; i++)
		assert_non_null(burst_next(&b, 50));
	assert_null(burst_next(&b, 50));
	assert_int_equal(burst_wait(&b, 51), BURST_PACE_MS - 1);
	assert_int_equal(burst_wait(&b, 54), 0);
	assert_ptr_equal(burst_next(&b, 54), &t[BURST_MAX].item);
}

/* An item may leave in the middle of it, and the time is kept by who remains. */
static void test_stop(void **state)
{
	struct told t[3] = {0};
	struct burst b;
	int64_t now = 0;

	(void)state;
	burst_init(&b);
	for (size_t i = 0; i < 3; i++)
		burst_start(&b, &t[i].item, now);
	run(&b, &now, 200);
	burst_stop(&b, &t[1].item);
	run(&b, &now, 1100);
	assert_int_equal(t[0].times, 4);
	assert_int_equal(t[1].times, 2);
	assert_int_equal(t[2].times, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_one),
	    cmocka_unit_test(test_again),
	    cmocka_unit_test(test_many),
	    cmocka_unit_test(test_new_ones_first),
	    cmocka_unit_test(test_late),
	    cmocka_unit_test(test_slow),
	    cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
