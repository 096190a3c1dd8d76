/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reflector by hand: which version a server has, and what it does not have. */
#include "reflect_lab.h"

static void served(struct lab *l, unsigned bits)
{
	struct reflect_end end = {.status = 200, .served = bits};

	assert_int_equal(l->rq.ask, REFLECT_GROUP);
	reflect_head(&l->r, 200, l->now);
	lab_done(l, &end);
}

static void the_best_version_that_is_served_is_used(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_slices);
	assert_null(l.r.version);
	lab_send(&l);
	served(&l, 3);
	assert_string_equal(l.r.version, "v1");
	lab_init(&l, &lab_slices);
	lab_send(&l);
	served(&l, 2);
	assert_string_equal(l.r.version, "v1beta1");
	lab_expect(&l, "/apis/discovery.k8s.io/v1beta1/endpointslices" LAB_STREAM);
	/* The server was upgraded. */
	reflect_head(&l.r, 200, l.now);
	lab_initial_end(&l, "8");
	l.now += 60000;
	lab_ended(&l);
	lab_send(&l);
	lab_answer(&l, 404, "not found");
	assert_null(l.r.version);
	assert_true(l.r.listed);
	lab_expect(&l, "/apis/discovery.k8s.io");
	served(&l, 1);
	lab_expect(&l, "/apis/discovery.k8s.io/v1/endpointslices" LAB_STREAM);
	assert_true(l.rq.fresh);
}

static void a_version_without_the_resource_gives_way_to_the_next(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_pools);
	lab_send(&l);
	served(&l, 3);
	lab_expect(
	    &l, "/apis/metallb.io/v1/namespaces/metallb-system/ipaddresspools" LAB_STREAM);
	lab_answer(&l, 404, "not found");
	lab_expect(
	    &l, "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools" LAB_STREAM);
	lab_answer(&l, 404, "not found");
	assert_int_equal(l.r.phase, K8S_ABSENT);
	assert_string_equal(l.r.text, "the server has no ipaddresspools");
	assert_int_equal(lab_send(&l), 45000);
	served(&l, 0);
	assert_int_equal(l.r.phase, K8S_ABSENT);
	assert_string_equal(l.r.text, "metallb.io is served in no version that is known here");
}

static void what_is_absent_is_looked_for_again(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_pools);
	lab_send(&l);
	for (int i = 0; i < 6; i++) { /* there is nothing to sweep */
		assert_int_equal(lab_answer(&l, 404, "page not found"), REFLECT_SKIP);
		assert_int_equal(l.r.phase, K8S_ABSENT);
		assert_string_equal(l.r.text, "the server has no metallb.io");
		l.rnd = UINT32_MAX - 7;
		assert_in_range(lab_send(&l), 45000, 75000);
	}
	l.rnd = 0;
	served(&l, 1);
	lab_send(&l);
	reflect_head(&l.r, 200, l.now);
	assert_int_equal(lab_initial_end(&l, "1"), REFLECT_SWEEP);
}

/* A server that starts says 404 for a while: nothing is gone before it said so for long. */
static void what_was_listed_is_gone_only_after_a_while(void **state)
{
	struct lab l;
	int64_t began;

	(void)state;
	lab_init(&l, &lab_pools);
	lab_send(&l);
	served(&l, 1);
	lab_watch_from(&l, "5");
	began = l.now;
	lab_answer(&l, 404, "");
	lab_send(&l);
	assert_true(l.now - began < 2000);
	assert_int_equal(lab_answer(&l, 404, ""), REFLECT_SKIP);
	lab_send(&l);
	assert_int_equal(lab_answer(&l, 404, ""), REFLECT_SKIP);
	lab_send(&l);
	assert_true(l.now - began >= 45000);
	assert_int_equal(lab_answer(&l, 404, ""), REFLECT_SWEEP);
	/* What the server must have is never taken for gone. */
	lab_init(&l, &lab_slices);
	lab_send(&l);
	served(&l, 1);
	lab_watch_from(&l, "5");
	for (int i = 0; i < 8; i++) {
		assert_int_equal(lab_answer(&l, 404, ""), REFLECT_SKIP);
		lab_send(&l);
	}
}

static void waits_are_forgotten_when_asked_to(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, &lab_pools);
	lab_send(&l);
	lab_answer(&l, 404, "");
	reflect_again(&l.r, l.now);
	assert_int_equal(lab_send(&l), 0);
	served(&l, 1);
	lab_watch_from(&l, "5");
	reflect_again(&l.r, l.now);
	assert_int_equal(lab_send(&l), 0);
	assert_int_equal(l.rq.ask, REFLECT_GROUP);
	assert_true(l.r.listed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_best_version_that_is_served_is_used),
	    cmocka_unit_test(a_version_without_the_resource_gives_way_to_the_next),
	    cmocka_unit_test(what_is_absent_is_looked_for_again),
	    cmocka_unit_test(what_was_listed_is_gone_only_after_a_while),
	    cmocka_unit_test(waits_are_forgotten_when_asked_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
