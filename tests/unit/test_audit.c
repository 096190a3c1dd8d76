/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the audit says and does, for what the kernel tells and zebra confirms. */
#include "audit_world.h"

/* The kernel's table is read as it should be, but for a route 9 that nobody wants. */
static void read_table(bool stray)
{
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .mask = 3, .weight = 2);
	if (stray)
		TELL(.i = 9, .mask = 1);
	world_read_done();
}

/* What was said up to now aside, nothing is said or read. */
static void nothing_follows(void)
{
	w.lab.said[0] = '\0';
	world_pass(3000);
	world_said("");
	assert_int_equal(w.dumps, 0);
}

static void good_routes_cost_nothing(void **state)
{
	(void)state;
	world_pass(5000);
	world_said("");
	assert_int_equal(w.dumps, 0);
	assert_int_equal(audit_next(w.a, w.lab.now), -1);
}

static void deleted_and_put_back_by_zebra_counts(void **state)
{
	(void)state;
	world_pass(1000);
	TELL(.i = 1, .mask = 1, .by = SOMEBODY, .gone = true);
	TELL(.i = 1, .mask = 1, .by = ZEBRA);
	world_pass(1000);
	world_said("RESTORED missing 1; ");
	assert_int_equal(world_found(AUDIT_MISSING), 1);
	TELL(.i = 2, .mask = 1, .by = SOMEBODY, .replaces = true);
	TELL(.i = 2, .mask = 3, .weight = 2, .by = ZEBRA, .replaces = true);
	world_pass(1000);
	world_said("RESTORED different 2; ");
	assert_int_equal(w.dumps, 0);
}

static void what_zebra_does_itself_does_not_count(void **state)
{
	(void)state;
	world_pass(1000);
	TELL(.i = 1, .mask = 1, .by = ZEBRA, .gone = true);
	TELL(.i = 1, .mask = 1, .by = ZEBRA);
	/* A link went down and came back: the kernel deleted it, and we sent it again. */
	TELL(.i = 2, .mask = 3, .by = 0, .gone = true);
	gateway(&w.lab, 0, false);
	gateway(&w.lab, 0, true);
	w.lab.said[0] = '\0';
	TELL(.i = 2, .mask = 3, .weight = 2, .by = ZEBRA);
	TELL(.i = 1, .mask = 1, .by = ZEBRA);
	note(&w.lab, 1, ZNOTE_REMOVED);
	note(&w.lab, 1, ZNOTE_INSTALLED);
	note(&w.lab, 2, ZNOTE_INSTALLED);
	nothing_follows();
}

/* The route is sent anew before anybody looked: it was deleted all the same. */
static void deleted_counts_whatever_is_sent_after(void **state)
{
	(void)state;
	world_pass(1000);
	TELL(.i = 1, .mask = 1, .by = SOMEBODY, .gone = true);
	want(&w.lab, 1, 2, 1);
	TELL(.i = 1, .mask = 2, .by = ZEBRA);
	note(&w.lab, 1, ZNOTE_INSTALLED);
	world_said("add 1 10.0.0.1*1; ");
	world_pass(1000);
	world_said("RESTORED missing 1; ");
	assert_int_equal(world_found(AUDIT_MISSING), 1);
}

static void missing_is_confirmed_then_repaired(void **state)
{
	int64_t began;

	(void)state;
	world_pass(1000);
	TELL(.i = 1, .mask = 1, .by = SOMEBODY, .gone = true);
	began = w.lab.now;
	world_until_dump();
	world_said(""); /* not before a reading shows it, too */
	TELL(.i = 2, .mask = 3, .weight = 2);
	world_read_done();
	world_said("FOUND missing 1; del 1; ");
	assert_true(w.lab.now - began < 600);
	note(&w.lab, 1, ZNOTE_REMOVED);
	world_said("add 1 10.0.0.0*1; ");
	TELL(.i = 1, .mask = 1, .by = ZEBRA);
	note(&w.lab, 1, ZNOTE_INSTALLED);
	world_pass(1000);
	world_said("REPAIRED missing 1; ");
	assert_int_equal(audit_next(w.a, w.lab.now), -1);
}

static void a_reading_that_shows_it_takes_the_suspicion_back(void **state)
{
	(void)state;
	world_pass(1000);
	TELL(.i = 1, .mask = 1, .by = 0, .gone = true);
	world_until_dump();
	read_table(false);
	world_pass(2000);
	world_said("");
	assert_int_equal(world_found(AUDIT_MISSING), 0);
}

/* One round: the reading shows route 2 over gateway 1 only; zebra confirms the repair. */
static void still_different(void)
{
	world_until_dump();
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .mask = 2);
	world_read_done();
}

static void different_is_sent_again_then_removed_first(void **state)
{
	int64_t began;

	(void)state;
	world_pass(1000);
	TELL(.i = 2, .mask = 2, .by = SOMEBODY, .replaces = true);
	still_different();
	world_said("FOUND different 2; add 2 10.0.0.0*4 10.0.0.1*2; ");
	note(&w.lab, 2, ZNOTE_INSTALLED);
	still_different();
	world_said("del 2; ");
	note(&w.lab, 2, ZNOTE_REMOVED);
	world_said("add 2 10.0.0.0*6 10.0.0.1*3; ");
	note(&w.lab, 2, ZNOTE_INSTALLED);
	for (int i = 0; i < 2; i++) {
		still_different();
		note(&w.lab, 2, ZNOTE_REMOVED);
		note(&w.lab, 2, ZNOTE_INSTALLED);
	}
	w.lab.said[0] = '\0';
	began = w.lab.now;
	for (int i = 0; i < 100 && w.dumps < 5; i++)
		world_pass(1000);
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .mask = 2);
	world_read_done();
	world_said("del 2; STUCK different 2; ");
	assert_true(w.lab.now - began > 4000); /* slower and slower */
	note(&w.lab, 2, ZNOTE_REMOVED);
	note(&w.lab, 2, ZNOTE_INSTALLED);
	w.lab.said[0] = '\0';
	world_pass(12000);
	world_said("");
	assert_int_equal(world_found(AUDIT_DIFFERENT), 1);
}

static void under_way_is_not_judged(void **state)
{
	(void)state;
	world_pass(1000);
	want(&w.lab, 1, 2, 1); /* sent, not confirmed */
	TELL(.i = 1, .mask = 1, .by = SOMEBODY, .gone = true);
	w.lab.said[0] = '\0';
	world_pass(5000);
	world_said("");
	note(&w.lab, 1, ZNOTE_INSTALLED);
	world_until_dump();
}

static void strays_are_zebras_first(void **state)
{
	(void)state;
	world_pass(1000);
	TELL(.i = 9, .mask = 1, .by = SOMEBODY);
	world_until_dump();
	read_table(true);
	world_said("del 9; ");
	world_until_dump();
	read_table(true);
	world_said("known? 9; ");
	audit_known(w.a,
	    &(struct prefix){
		AF_INET, 32, {192, 0, 2, 9}
        },
	    true, w.lab.now);
	world_pass(5000);
	world_said("");
	audit_known(w.a,
	    &(struct prefix){
		AF_INET, 32, {192, 0, 2, 9}
        },
	    false, w.lab.now);
	world_said("FOUND stray 9; ");
	TELL(.i = 9, .mask = 1, .by = SOMEBODY, .gone = true);
	world_said("OVER stray 9; ");
	/* Zebra knows it and deletes it: nothing to tell. */
	TELL(.i = 9, .mask = 1, .by = SOMEBODY);
	world_until_dump();
	read_table(false);
	world_pass(5000);
	world_said("");
}

static void what_may_be_anothers_is_not_deleted(void **state)
{
	(void)state;
	world_pass(1000);
	w.sole = -1;
	TELL(.i = 9, .mask = 1, .by = SOMEBODY);
	for (int i = 0; i < 5; i++) {
		world_until_dump();
		read_table(true);
		world_said(i < 4 ? "" : "known? 9; ");
		if (i == 2)
			w.sole = 0;
	}
}

static void strays_that_nobody_can_be_asked_about_are_told(void **state)
{
	(void)state;
	world_pass(1000);
	TELL(.i = 9, .mask = 1, .by = SOMEBODY);
	for (int i = 0; i < 2; i++) {
		world_until_dump();
		w.refuse = true;
		read_table(true);
		w.refuse = false;
	}
	world_said("del 9; known? 9; FOUND stray 9; ");
}

static void our_route_of_another_metric_is_a_stray(void **state)
{
	(void)state;
	world_pass(1000);
	TELL(.i = 1, .mask = 2, .metric = 5, .by = SOMEBODY);
	for (int i = 0; i < 2; i++) {
		world_until_dump();
		TELL(.i = 1, .mask = 1);
		TELL(.i = 2, .mask = 3, .weight = 2);
		TELL(.i = 1, .mask = 2, .metric = 5);
		world_read_done();
	}
	world_said("known? 1; "); /* and nothing is deleted: that would be ours */
	audit_known(w.a,
	    &(struct prefix){
		AF_INET, 32, {192, 0, 2, 1}
        },
	    false, w.lab.now);
	world_said("FOUND stray 1; ");
}

static void foreign_routes_are_told_and_left_alone(void **state)
{
	(void)state;
	world_pass(1000);
	TELL(.i = 1, .mask = 2, .protocol = 4, .by = SOMEBODY);
	TELL(.i = 1, .mask = 1, .by = ZEBRA, .gone = true);
	note(&w.lab, 1, ZNOTE_BETTER_ADMIN_WON);
	world_until_dump();
	TELL(.i = 2, .mask = 3, .weight = 2);
	world_read_done();
	world_said("ask 1; FOUND foreign 1; ask 1; ");
	world_pass(10000);
	world_said("");
	TELL(.i = 1, .mask = 2, .protocol = 4, .by = SOMEBODY, .gone = true);
	TELL(.i = 1, .mask = 1, .by = ZEBRA);
	note(&w.lab, 1, ZNOTE_INSTALLED);
	world_pass(1000);
	world_said("OVER foreign 1; ");
	assert_int_equal(world_found(AUDIT_MISSING), 0);
}

/* zebra does not look at it, and ours is there too, behind it. */
static void foreign_before_ours_is_told(void **state)
{
	(void)state;
	world_pass(1000);
	TELL(.i = 1, .mask = 2, .protocol = 2, .by = SOMEBODY);
	world_until_dump();
	read_table(false);
	world_said("FOUND foreign 1; ask 1; ");
	/* A worse one is in nobody's way. */
	TELL(.i = 2, .mask = 2, .protocol = 2, .metric = 1024, .by = SOMEBODY);
	world_pass(2000);
	world_said("");
}

/* It was there before us: the kernel is asked who has the prefix. */
static void foreign_that_nobody_told_is_found(void **state)
{
	(void)state;
	world_pass(1000);
	w.found = (struct fib_route){
	    .prefix = pfx(1), .table = 254, .protocol = 4, .unicast = true, .n = 1};
	TELL(.i = 1, .mask = 1, .by = ZEBRA, .gone = true);
	world_until_dump();
	TELL(.i = 2, .mask = 3, .weight = 2);
	world_read_done();
	world_said("FOUND foreign 1; ask 1; ");
}

static void in_the_place_of_ours_without_a_deletion(void **state)
{
	(void)state;
	world_pass(1000);
	TELL(.i = 1, .mask = 2, .protocol = 4, .metric = 20, .replaces = true, .by = SOMEBODY);
	world_until_dump();
	TELL(.i = 2, .mask = 3, .weight = 2);
	world_read_done();
	world_said("FOUND foreign 1; ask 1; ");
}

static void objects_are_resolved(void **state)
{
	static const uint32_t ids[] = {11, 12}, weights[] = {254, 127}, other[] = {127, 254};

	(void)state;
	world_object(11, 0, true);
	world_object(12, 1, true);
	world_group(20, ids, weights, 2);
	TELL(.i = 1, .object = 11, .by = ZEBRA);
	TELL(.i = 2, .object = 20, .by = ZEBRA);
	world_pass(3000);
	world_said("");
	assert_int_equal(w.dumps, 0);
	/* The weights change under the route. */
	world_group(20, ids, other, 2);
	world_until_dump();
	world_object(11, 0, true);
	world_object(12, 1, true);
	world_group(20, ids, other, 2);
	TELL(.i = 1, .object = 11);
	TELL(.i = 2, .object = 20);
	world_read_done();
	world_said("FOUND different 2; add 2 10.0.0.0*4 10.0.0.1*2; ");
}

static void an_object_that_goes_takes_its_routes(void **state)
{
	(void)state;
	world_object(11, 0, true);
	TELL(.i = 1, .object = 11, .by = ZEBRA);
	world_pass(1000);
	world_object(11, 0, false);
	world_until_dump();
	TELL(.i = 2, .mask = 3, .weight = 2);
	world_read_done();
	world_said("FOUND missing 1; del 1; ");
}

/* Links go down without a word about objects: the reading shows that they are gone. */
static void objects_that_a_reading_does_not_show_are_gone(void **state)
{
	(void)state;
	world_object(11, 0, true);
	world_object(12, 1, true);
	world_group(20, (const uint32_t[]){11, 12}, (const uint32_t[]){2, 1}, 2);
	TELL(.i = 2, .object = 20, .by = ZEBRA);
	world_pass(1000);
	audit_suspect(w.a, w.lab.now);
	world_until_dump();
	world_object(12, 1, true);
	world_group(20, (const uint32_t[]){12}, (const uint32_t[]){1}, 1);
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .object = 20);
	world_read_done();
	world_said("");
	world_until_dump();
	world_object(12, 1, true);
	world_group(20, (const uint32_t[]){12}, (const uint32_t[]){1}, 1);
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .object = 20);
	world_read_done();
	world_said("FOUND different 2; add 2 10.0.0.0*4 10.0.0.1*2; ");
}

static void withdrawn_routes_are_nobodys(void **state)
{
	(void)state;
	world_pass(1000);
	want(&w.lab, 1, 0, 0);
	note(&w.lab, 1, ZNOTE_REMOVED); /* before the kernel's news are read */
	TELL(.i = 1, .mask = 1, .by = ZEBRA, .gone = true);
	want(&w.lab, 2, 0, 0);
	TELL(.i = 2, .mask = 3, .by = ZEBRA, .gone = true);
	note(&w.lab, 2, ZNOTE_REMOVED);
	nothing_follows();
}

static void a_route_that_stays_after_its_withdrawal_is_a_stray(void **state)
{
	(void)state;
	world_pass(1000);
	want(&w.lab, 1, 0, 0);
	note(&w.lab, 1, ZNOTE_REMOVED);
	w.lab.said[0] = '\0';
	world_until_dump();
	read_table(false);
	world_until_dump();
	read_table(false);
	world_said("del 1; ");
}

static void lost_changes_are_read_again_with_rest(void **state)
{
	(void)state;
	world_pass(2000);
	for (int i = 0; i < 100; i++) {
		audit_overrun(w.a, w.lab.now);
		world_pass(50);
		if (w.dumps)
			read_table(false);
	}
	assert_in_range(w.dumps, 4, 6); /* in 5 s */
	world_said("");
}

static void many_wanted(unsigned mask)
{
	for (unsigned i = 1000; i < 2100; i++)
		want(&w.lab, i, mask, 1);
	audit_overrun(w.a, w.lab.now);
}

static void many_confirmed(unsigned mask)
{
	for (unsigned i = 1000; i < 2100; i++) {
		TELL(.i = i, .mask = mask, .by = ZEBRA);
		note(&w.lab, i, ZNOTE_INSTALLED);
	}
}

/* What was lost while zebra works through many routes is read when it has, or after 5 s. */
static void zebra_is_left_alone_while_it_is_busy(void **state)
{
	(void)state;
	world_pass(1000);
	many_wanted(1);
	world_pass(2000);
	assert_int_equal(w.dumps, 0);
	assert_in_range(audit_next(w.a, w.lab.now), 1, 200);
	many_confirmed(1);
	world_pass(50);
	assert_int_equal(w.dumps, 1);
	read_table(false);
	many_wanted(2);
	world_pass(4500);
	assert_int_equal(w.dumps, 1);
	world_pass(1000);
	assert_int_equal(w.dumps, 2);
}

/* zebra is silent about a route that is suspected: the table is read less and less often. */
static void long_under_way_costs_little(void **state)
{
	(void)state;
	world_pass(1000);
	TELL(.i = 1, .mask = 1, .by = SOMEBODY, .gone = true);
	world_pass(250);
	want(&w.lab, 1, 2, 1); /* sent, never confirmed */
	w.lab.said[0] = '\0';
	for (int i = 0; i < 1200; i++) {
		unsigned was = w.dumps;

		world_pass(50);
		TELL(.i = 2, .mask = 3, .weight = 2);
		if (w.dumps > was)
			world_read_done();
	}
	world_said("");
	assert_in_range(w.dumps, 2, 10); /* in 60 s */
	note(&w.lab, 1, ZNOTE_INSTALLED);
	TELL(.i = 1, .mask = 2, .by = ZEBRA);
	world_pass(500);
	assert_int_equal(audit_next(w.a, w.lab.now), -1);
}

/* A difference is due, but the table cannot be read: it waits for a reading, with rest. */
static void a_reading_that_fails_is_not_repeated_at_once(void **state)
{
	(void)state;
	world_pass(1000);
	TELL(.i = 1, .mask = 1, .by = SOMEBODY, .gone = true);
	for (int i = 0; i < 100; i++) {
		unsigned was = w.dumps;

		world_pass(50);
		if (w.dumps > was)
			audit_dumped(w.a, false, w.lab.now);
	}
	assert_in_range(w.dumps, 4, 6); /* in 5 s */
	world_until_dump();
	TELL(.i = 2, .mask = 3, .weight = 2);
	world_read_done();
	world_said("FOUND missing 1; del 1; ");
}

/* The same where it cannot even be asked for; changes that were lost stay lost meanwhile. */
static void a_reading_that_is_refused_is_tried_again(void **state)
{
	(void)state;
	world_pass(1000);
	w.refuse = true;
	audit_overrun(w.a, w.lab.now);
	world_pass(5000);
	assert_in_range(w.dumps, 4, 6);
	w.refuse = false;
	world_until_dump();
	TELL(.i = 2, .mask = 3, .weight = 2);
	world_read_done();
	world_until_dump();
	TELL(.i = 2, .mask = 3, .weight = 2);
	world_read_done();
	world_said("FOUND missing 1; del 1; ");
}

/* Other daemons have our protocol number: their routes are none of ours, and no work. */
static void routes_of_a_shared_number_cost_nothing(void **state)
{
	static const struct audit_target shared = {
	    .table = 254, .protocol = 197, .shared = true};

	(void)state;
	audit_up(w.a, &shared, w.lab.now);
	audit_sweep(w.a, w.lab.now);
	read_table(true);
	w.dumps = 0;
	for (unsigned i = 10; i < 20; i++) {
		TELL(.i = i, .mask = 1, .by = ZEBRA);
		world_pass(1000);
	}
	assert_int_equal(w.dumps, 0);
	world_said("");
	assert_int_equal(audit_next(w.a, w.lab.now), -1);
}

static void down_forgets_and_up_reads(void **state)
{
	struct audit_stats st;

	(void)state;
	world_pass(1000);
	TELL(.i = 1, .mask = 1, .by = SOMEBODY, .gone = true);
	audit_down(w.a);
	zroutes_down(w.lab.z);
	world_pass(5000);
	world_said("");
	audit_stats(w.a, &st);
	assert_int_equal(st.routes, 0);
	assert_int_equal(w.dumps, 0);
	assert_int_equal(audit_next(w.a, w.lab.now), -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(good_routes_cost_nothing),
	    TEST(deleted_and_put_back_by_zebra_counts),
	    TEST(what_zebra_does_itself_does_not_count),
	    TEST(deleted_counts_whatever_is_sent_after),
	    TEST(missing_is_confirmed_then_repaired),
	    TEST(a_reading_that_shows_it_takes_the_suspicion_back),
	    TEST(different_is_sent_again_then_removed_first),
	    TEST(under_way_is_not_judged),
	    TEST(strays_are_zebras_first),
	    TEST(what_may_be_anothers_is_not_deleted),
	    TEST(strays_that_nobody_can_be_asked_about_are_told),
	    TEST(our_route_of_another_metric_is_a_stray),
	    TEST(foreign_routes_are_told_and_left_alone),
	    TEST(foreign_before_ours_is_told),
	    TEST(foreign_that_nobody_told_is_found),
	    TEST(in_the_place_of_ours_without_a_deletion),
	    TEST(objects_are_resolved),
	    TEST(an_object_that_goes_takes_its_routes),
	    TEST(objects_that_a_reading_does_not_show_are_gone),
	    TEST(withdrawn_routes_are_nobodys),
	    TEST(a_route_that_stays_after_its_withdrawal_is_a_stray),
	    TEST(lost_changes_are_read_again_with_rest),
	    TEST(zebra_is_left_alone_while_it_is_busy),
	    TEST(long_under_way_costs_little),
	    TEST(a_reading_that_fails_is_not_repeated_at_once),
	    TEST(a_reading_that_is_refused_is_tried_again),
	    TEST(routes_of_a_shared_number_cost_nothing),
	    TEST(down_forgets_and_up_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
