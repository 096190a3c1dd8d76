/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/latency.h"
#include <cmocka.h>

static void add(struct latency *l, uint64_t us, unsigned times)
{
	while (times--)
		latency_add(l, us * 1000 + 999);
}

static void one_sample_is_every_quantile(void **state)
{
	static const uint64_t samples[] = {
	    0, 1, 31, 32, 63, 64, 65, 127, 128, 1000, 4095, 65536, 9999999, UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct latency l = {.count = 0};
		uint64_t got;

		add(&l, samples[i], 1);
		got = latency_quantile(&l, 500);
		assert_true(got >= samples[i]);
		assert_true(got - samples[i] <= samples[i] / 32);
		assert_int_equal(latency_quantile(&l, 0), got);
		assert_int_equal(latency_quantile(&l, 1000), got);
	}
}

static void the_largest_is_not_lost(void **state)
{
	struct latency l = {.count = 0};

	(void)state;
	latency_add(&l, UINT64_MAX);
	assert_int_equal(latency_quantile(&l, 990), UINT32_MAX);
}

static void quantiles_are_of_all_samples(void **state)
{
	struct latency l = {.count = 0};

	(void)state;
	assert_int_equal(latency_quantile(&l, 500), 0);
	add(&l, 10, 980);
	add(&l, 50, 10);
	assert_int_equal(latency_quantile(&l, 980), 10);
	assert_int_equal(latency_quantile(&l, 990), 50);
	add(&l, 60, 10);
	assert_int_equal(latency_quantile(&l, 980), 10);
	assert_int_equal(latency_quantile(&l, 981), 50);
	assert_int_equal(latency_quantile(&l, 990), 50);
	assert_int_equal(latency_quantile(&l, 1000), 60);
	assert_int_equal(l.count, 1000);
}

static void old_samples_are_forgotten(void **state)
{
	struct latency l = {.count = 0};

	(void)state;
	add(&l, 50, LATENCY_SAMPLES);
	assert_int_equal(l.kept, LATENCY_SAMPLES);
	assert_int_equal(latency_quantile(&l, 1), 50);
	add(&l, 10, LATENCY_SAMPLES / 2 + 1);
	assert_int_equal(latency_quantile(&l, 500), 10);
	assert_int_equal(latency_quantile(&l, 990), 50);
	for (int i = 0; i < 20; i++)
		add(&l, 10, LATENCY_SAMPLES / 2);
	assert_int_equal(latency_quantile(&l, 1000), 10);
	assert_int_equal(l.count, LATENCY_SAMPLES + LATENCY_SAMPLES / 2 * 21 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_sample_is_every_quantile),
	    cmocka_unit_test(the_largest_is_not_lost),
	    cmocka_unit_test(quantiles_are_of_all_samples),
	    cmocka_unit_test(old_samples_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
