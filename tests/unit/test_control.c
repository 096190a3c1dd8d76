/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the controller asks to be written, change by change; the clock is a number. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "tests/unit/control_world.h"
#include "tests/unit/objects.h"
#include <cmocka.h>
#include <stdio.h>

static void test_new_service(void **state)
{
	struct world *w = *state;
	struct control_stats st;

	put(w, "default/web", "version=7 tcp=80");
	SENT(GIVEN WISH);
	assert_string_equal(w->version, "7");
	control_stats(w->c, &st);
	assert_int_equal(st.waiting, 1);
	wrote(w, "9", NULL, false);
	NOTHING(run(w));
	NOTHING(put(w, "default/web", "version=8 tcp=80 tcp=81")); /* older than our write */
	NOTHING(later(w, 1000));
	NOTHING(put(w, "default/web", "version=9 tcp=80 tcp=81 status=192.0.2.1 from=lan"));
	NOTHING(later(w, 1000));
	assert_int_equal(w->again, -1);
	control_stats(w->c, &st);
	assert_int_equal(st.waiting, 0);
	assert_int_equal(st.sent, 1);
	assert_int_equal(st.done, 1);
	assert_int_equal(st.failed, 0);
}

static void test_shown_before_answered(void **state)
{
	struct world *w = *state;

	put(w, "default/web", "version=7");
	NOTHING(put(w, "default/web", "version=9 status=192.0.2.1 from=lan"));
	wrote(w, "9", NULL, false);
	NOTHING(later(w, 0));
	assert_int_equal(w->again, -1);
}

static void test_only_ours(void **state)
{
	struct world *w = *state;

	NOTHING(put(w, "default/web", "version=7 type=ClusterIP"));
	NOTHING(put(w, "default/web", "version=7 class=other status=203.0.113.1"));
	NOTHING(put(w, "default/dns", "version=7 status=192.0.2.5 from=lan")); /* it is so */
	store_apply(w->st, put_event(service("default/old", "tcp=1")));        /* of no API */
	NOTHING(run(w));
}

static void test_only_while_leading_and_listed(void **state)
{
	struct world *w = *state;

	control_set_leading(w->c, false);
	NOTHING(put(w, "default/web", "version=7"));
	control_set_listed(w->c, false);
	control_set_leading(w->c, true);
	NOTHING(run(w));
	control_set_listed(w->c, true);
	NOTHING(later(w, 0)); /* alloc has not run since */
	run(w);
	SENT(GIVEN WISH);
	control_set_leading(w->c, false); /* forgets it */
	NOTHING(later(w, 100000));
	control_set_leading(w->c, true);
	run(w);
	SENT(GIVEN WISH);
}

static void test_new_leader_takes_over(void **state)
{
	struct world *w = *state;

	control_set_leading(w->c, false);
	rules(w, "lan:192.0.2.1-192.0.2.9", false);
	put(w, "default/new", "uid=u2 version=6 created=1");
	NOTHING(put(w, "default/web", "version=7 created=2 status=192.0.2.1 from=lan"));
	control_set_leading(w->c, true);
	rules(w, "lan:192.0.2.1-192.0.2.9", true);
	run(w); /* who holds an address keeps it */
	SENT("default/new IPAllocated: Assigned IP [\"192.0.2.2\"]\n"
	     "default/new(u2) = 192.0.2.2 of lan\n");
}

/* The rules wait for the source to be back; what they are until then is not for us to write. */
static void test_leader_without_the_rules(void **state)
{
	struct world *w = *state;

	control_set_leading(w->c, false);
	rules(w, "lan:192.0.2.1-192.0.2.9", false);
	put(w, "default/new", "uid=u2 version=6 created=1");
	put(w, "default/web", "version=7 created=2 status=198.51.100.1 from=wan");
	control_set_leading(w->c, true);
	NOTHING(run(w));
	NOTHING(put(w, "default/web", "version=8 created=2 status=198.51.100.1 from=wan"));
	NOTHING(later(w, 60000));
	rules(w, "lan:192.0.2.1-192.0.2.9", true);
	run(w);
	SENT("default/new IPAllocated: Assigned IP [\"192.0.2.1\"]\n"
	     "default/new(u2) = 192.0.2.1 of lan\n"
	     "default/web ClearAssignment: 198.51.100.1: not assigned any more: it is in no "
	     "pool any more\n"
	     "default/web IPAllocated: Assigned IP [\"192.0.2.2\"]\n"
	     "default/web(u1) = 192.0.2.2 of lan\n");
}

static void test_lost_address_is_cleared(void **state)
{
	struct world *w = *state;

	NOTHING(put(w, "default/web", "version=7 status=192.0.2.5 from=lan"));
	rules(w, "lan:198.51.100.1-198.51.100.9", true);
	run(w);
	SENT("default/web ClearAssignment: 192.0.2.5: not assigned any more: it is in no pool "
	     "any more\n"
	     "default/web IPAllocated: Assigned IP [\"198.51.100.1\"]\n"
	     "default/web(u1) = 198.51.100.1 of lan\n");
	wrote(w, "8", NULL, false);
	rules(w, "lan6:2001:db8::1-2001:db8::9", true);
	run(w);
	assert_non_null(strstr(w->sent, "! default/web AllocationFailed: Failed to allocate IP "
					"for \"default/web\": "));
	assert_non_null(strstr(
	    w->sent, "default/web ClearAssignment: 198.51.100.1: not assigned any more"));
	assert_non_null(strstr(w->sent, "default/web(u1) =\n"));
	assert_string_equal(w->version, "8");
	NOTHING(run(w)); /* told once */
}

/* There may be pools that cannot be read: what a status has may be of them. */
static void test_of_an_unknown_pool(void **state)
{
	struct world *w = *state;

	w->unsure = true;
	rules(w, "lan:192.0.2.1-192.0.2.9", true);
	run(w);
	put(w, "default/web", "version=7 status=198.51.100.1 from=wan");
	assert_non_null(strstr(w->sent, "AllocationFailed"));
	assert_null(strstr(w->sent, "(u1) ="));
	w->unsure = false;
	rules(w, "lan:192.0.2.1-192.0.2.9", true);
	run(w);
	assert_non_null(strstr(w->sent, WISH));
}

/* Whatever a Service asks for: without any pool there is a mistake in the configuration. */
static void test_never_a_pool(void **state)
{
	struct world *w = *state;

	control_set_leading(w->c, false);
	rules(w, "", true);
	put(w, "default/web", "version=7 pool=lan status=192.0.2.5 from=lan");
	control_set_leading(w->c, true);
	run(w);
	assert_null(strstr(w->sent, "(u1) ="));
	rules(w, "wan:198.51.100.1-198.51.100.9", true);
	run(w);
	assert_non_null(strstr(w->sent, "default/web(u1) =\n"));
}

static void test_failures_are_told_on_change(void **state)
{
	struct world *w = *state;

	put(w, "default/web", "version=7 ip=203.0.113.1");
	assert_non_null(strstr(w->sent, "! default/web AllocationFailed: Failed to allocate IP "
					"for \"default/web\": not allowed in config: asks for "
					"203.0.113.1, "));
	NOTHING(put(w, "default/web", "version=8 ip=203.0.113.1 tcp=5"));
	put(w, "default/web", "version=9 ip=203.0.113.2");
	assert_non_null(strstr(w->sent, "203.0.113.2"));
	put(w, "default/web", "version=10");
	SENT(GIVEN WISH);
	wrote(w, "11", NULL, false);
	put(w, "default/web",
	    "version=11 status=192.0.2.1 from=lan ip=203.0.113.2"); /* and keeps it */
	assert_non_null(strstr(w->sent, "AllocationFailed"));
	assert_null(strstr(w->sent, "(u1)"));
	put(w, "default/two", "uid=u2 version=3 fam=46");
	assert_non_null(strstr(w->sent, "default/two AdditionalAssignFailed: "));
	assert_non_null(strstr(w->sent, "default/two(u2) = 192.0.2.2 of lan\n"));
}

static void test_dual_stack(void **state)
{
	struct world *w = *state;

	rules(w, "lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9", true);
	put(w, "default/web", "version=7 fam=46");
	SENT("default/web IPAllocated: Assigned IP [\"192.0.2.1\" \"2001:db8::1\"]\n"
	     "default/web(u1) = 192.0.2.1 2001:db8::1 of lan\n");
	wrote(w, "8", NULL, false);
	NOTHING(
	    put(w, "default/web", "version=8 fam=46 status=2001:db8::1,192.0.2.1 from=lan"));
}

static void test_overwritten(void **state)
{
	struct world *w = *state;
	struct control_stats st;

	put(w, "default/web", "version=10");
	wrote(w, "11", NULL, false);
	NOTHING(put(w, "default/web", "version=11 status=192.0.2.1 from=lan"));
	put(w, "default/web",
	    "version=12 status=192.0.2.9 from=lan"); /* the first time at once */
	SENT(WISH);
	assert_string_equal(w->version, "12");
	wrote(w, "13", NULL, false);
	NOTHING(
	    put(w, "default/web", "version=14 status=192.0.2.9 from=lan")); /* then slower */
	assert_in_range(w->again, 0, 2000);
	NOTHING(later(w, 1999));
	later(w, 1);
	SENT(WISH);
	wrote(w, "15", NULL, false);
	NOTHING(put(w, "default/web", "version=16 status="));
	assert_in_range(w->again, 0, 4000);
	NOTHING(later(w, 3999));
	control_stats(w->c, &st);
	assert_int_equal(st.fought, 3);
	NOTHING(
	    put(w, "default/web", "version=17 status=192.0.2.1 from=lan")); /* they gave way */
	NOTHING(later(w, 10000));
	assert_int_equal(w->again, -1);
	w->now += 700000;
	put(w, "default/web", "version=18 status=192.0.2.9 from=lan");
	SENT(WISH); /* long ago */
}

static void test_refused(void **state)
{
	struct world *w = *state;
	struct control_stats st;

	put(w, "default/web", "version=7");
	wrote(w, NULL, "HTTP 403: no", true);
	control_stats(w->c, &st);
	assert_int_equal(st.waiting, 1);
	assert_int_equal(st.failed, 1);
	assert_string_equal(st.error, "default/web: HTTP 403: no");
	NOTHING(later(w, 100000)); /* it is tried by itself */
	wrote(w, NULL, "the Service is gone", false);
	NOTHING(later(w, 29999));
	assert_int_equal(w->again, 1);
	later(w, 1); /* the store has it still */
	assert_non_null(strstr(w->sent, WISH));
	NOTHING(gone(w, "default/web"));
	wrote(w, NULL, "the Service is gone", false);
	NOTHING(later(w, 100000));
	assert_int_equal(w->again, -1);
	control_stats(w->c, &st);
	assert_int_equal(st.waiting, 0);
}

static void test_another_of_the_same_name(void **state)
{
	struct world *w = *state;

	put(w, "default/web", "version=7");
	wrote(w, "100", NULL, false);
	put(w, "default/web", "uid=u2 version=8"); /* its DELETE was not seen */
	assert_non_null(strstr(w->sent, "default/web(u2) = 192.0.2.1 of lan\n"));
	assert_string_equal(w->version, "8");
}

static void test_answer_to_an_older_wish(void **state)
{
	struct world *w = *state;
	uint64_t first;

	put(w, "default/web", "version=7");
	first = w->serial;
	put(w, "default/web", "version=8 ip=192.0.2.7");
	assert_non_null(strstr(w->sent, "default/web(u1) = 192.0.2.7 of lan\n"));
	w->serial = first;
	wrote(w, "9", NULL, false); /* it was on its way already */
	NOTHING(put(w, "default/web", "version=9 ip=192.0.2.7 status=192.0.2.1 from=lan"));
	w->serial = first + 1;
	wrote(w, "10", NULL, false);
	NOTHING(later(w, 0));
	NOTHING(put(w, "default/web", "version=10 ip=192.0.2.7 status=192.0.2.7 from=lan"));
}

static void test_reverted_without_other_change(void **state)
{
	struct world *w = *state;

	put(w, "default/web", "version=7 tcp=80");
	wrote(w, "9", NULL, false);
	NOTHING(run(w));
	/* 9 and its undoing came as one: the content is as it was, only the version is new. */
	NOTHING(put(w, "default/web", "version=10 tcp=80"));
	later(w, 1000);
	SENT(WISH);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, control_setup, control_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_new_service),
	    TEST(test_shown_before_answered),
	    TEST(test_only_ours),
	    TEST(test_only_while_leading_and_listed),
	    TEST(test_new_leader_takes_over),
	    TEST(test_leader_without_the_rules),
	    TEST(test_lost_address_is_cleared),
	    TEST(test_of_an_unknown_pool),
	    TEST(test_never_a_pool),
	    TEST(test_failures_are_told_on_change),
	    TEST(test_dual_stack),
	    TEST(test_overwritten),
	    TEST(test_refused),
	    TEST(test_another_of_the_same_name),
	    TEST(test_answer_to_an_older_wish),
	    TEST(test_reverted_without_other_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
