/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who answers for an address, as one node sees it: each rule by itself. test_owners_lan.c has
 * many nodes. */
#include "announcer/util.h"
#include "tests/unit/owners_lab.h"
#include <sys/socket.h>

static void alone(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, "192.0.2.7", "a b");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	want(&l, "192.0.2.7", "a b");
	pass(&l, 10000);
	expect(&l, "");
	want(&l, "192.0.2.7", "");
	run(&l);
	expect(&l, "leave 7; none 7; owner>nobody; ");
	close_lab(&l);
}

static void it_listens_first(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT | LISTENING);
	want(&l, "192.0.2.7", "a b");
	pass(&l, LISTEN - 1);
	expect(&l, "nobody>listens; ");
	peer(&l, "b", UP);
	claims(&l, "b", "192.0.2.7", L2_CLAIM_OWNS, 1);
	pass(&l, 10000);
	expect(&l, "listens>other:b; ");
	close_lab(&l);
}

static void all_known_is_heard_enough(void **state)
{
	const char *a = ranked("b", true);
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT | LISTENING);
	want(&l, a, "a b");
	run(&l);
	expect(&l, "nobody>listens; ");
	peer(&l, "b", ALIVE);
	run(&l);
	expect(&l, "");
	peer(&l, "b", UP);
	run(&l);
	saw(&l, "take # if1; owns #; listens>owner:a; ", a);
	close_lab(&l);
}

static void the_rank_decides_once(void **state)
{
	const char *a = ranked("bc", false);
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, a, "a");
	run(&l);
	saw(&l, OWNED, a);
	/* Whoever comes takes nothing that works. */
	peer(&l, "b", UP);
	peer(&l, "c", UP);
	want(&l, a, "a b c");
	pass(&l, 60000);
	expect(&l, "");
	close_lab(&l);
}

static void the_next_one_takes_what_the_first_does_not(void **state)
{
	const char *a = ranked("b", false);
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	peer(&l, "b", UP);
	want(&l, a, "a b");
	pass(&l, TURN - 1);
	expect(&l, "nobody>other:b; ");
	pass(&l, 2);
	saw(&l, "take # if1; owns #; other>owner:a; ", a);
	close_lab(&l);
}

static void a_dead_owner_is_replaced_at_once(void **state)
{
	const char *a = ranked("bc", true);
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	peer(&l, "b", UP);
	peer(&l, "c", UP);
	claims(&l, "b", a, L2_CLAIM_OWNS, 1);
	want(&l, a, "a b c");
	pass(&l, 1000);
	expect(&l, "nobody>other:b; ");
	peer(&l, "b", 0);
	run(&l);
	saw(&l, "take # if1; owns #; other>owner:a; ", a);
	/* And it takes nothing when it is back. */
	peer(&l, "b", UP);
	pass(&l, 60000);
	expect(&l, "");
	close_lab(&l);
}

static void preference_moves_it_when_the_other_is_ready(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	peer(&l, "b", UP);
	want(&l, "192.0.2.7", "a:10 b");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	want(&l, "192.0.2.7", "a:10 b:20");
	pass(&l, 5000);
	expect(&l, "");
	claims(&l, "b", "192.0.2.7", L2_CLAIM_WANTS, 0);
	run(&l);
	expect(&l, "leave 7; none 7; owner>other:b; ");
	claims(&l, "b", "192.0.2.7", L2_CLAIM_OWNS, 9);
	pass(&l, 5000);
	expect(&l, "");
	/* Back again: this node asks, and takes it when it is let go. */
	want(&l, "192.0.2.7", "a:30 b:20");
	pass(&l, 5000);
	expect(&l, "wants 7; other>waits:b; ");
	claims(&l, "b", "192.0.2.7", L2_CLAIM_NONE, 0);
	run(&l);
	expect(&l, "take 7 if1; owns 7; waits>owner:a; ");
	close_lab(&l);
}

static void a_wish_of_who_is_not_to_have_it_is_nothing(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	peer(&l, "b", UP);
	want(&l, "192.0.2.7", "a:10 b");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	claims(&l, "b", "192.0.2.7", L2_CLAIM_WANTS, 0);
	pass(&l, 5000);
	expect(&l, "");
	close_lab(&l);
}

static void draining_moves_it(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	peer(&l, "b", UP);
	want(&l, "192.0.2.7", "a");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	want(&l, "192.0.2.7", "a! b");
	claims(&l, "b", "192.0.2.7", L2_CLAIM_WANTS, 0);
	run(&l);
	expect(&l, "leave 7; none 7; owner>other:b; ");
	close_lab(&l);
}

static void who_is_no_candidate_holds_on_for_a_moment(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	peer(&l, "b", UP);
	want(&l, "192.0.2.7", "a:1 b");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	want(&l, "192.0.2.7", "b");
	pass(&l, HOLD - 1);
	expect(&l, "");
	pass(&l, 2);
	expect(&l, "leave 7; none 7; owner>other:b; ");
	/* With the other one ready it moves at once. */
	want(&l, "192.0.2.8", "a:1 b");
	run(&l);
	saw(&l, OWNED, "192.0.2.8");
	want(&l, "192.0.2.8", "b");
	claims(&l, "b", "192.0.2.8", L2_CLAIM_WANTS, 0);
	run(&l);
	expect(&l, "leave 8; none 8; owner>other:b; ");
	close_lab(&l);
}

static void let_go_unasked_may_mean_that_it_is_gone(void **state)
{
	const char *a = ranked("b", true);
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	peer(&l, "b", UP);
	claims(&l, "b", a, L2_CLAIM_OWNS, 1);
	want(&l, a, "a b");
	run(&l);
	expect(&l, "nobody>other:b; ");
	pass(&l, 10000); /* in which there is nothing to be run for */
	claims(&l, "b", a, L2_CLAIM_NONE, 0);
	pass(&l, RELEASE - 1);
	expect(&l, "other>listens; ");
	want(&l, a, "");
	pass(&l, 5000);
	expect(&l, "listens>nobody; ");
	close_lab(&l);
}

static void of_two_that_own_the_older_keeps_it(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, "192.0.2.7", "a b");
	want(&l, "192.0.2.8", "a b");
	run(&l);
	expect(&l, "take 7 if1; owns 7; nobody>owner:a; take 8 if1; owns 8; nobody>owner:a; ");
	peer(&l, "b", UP);
	claims(&l, "b", "192.0.2.7", L2_CLAIM_OWNS, 1);
	claims(&l, "b", "192.0.2.8", L2_CLAIM_OWNS, UINT64_MAX);
	run(&l);
	expect(&l, "leave 7; none 7; owner>other:b; ");
	close_lab(&l);
}

static void who_is_cut_off_yields(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, "192.0.2.7", "a b");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	l2_owners_set_cut_off(l.o, true);
	peer(&l, "b", UP);
	pass(&l, 60000); /* nobody else owns it: it stays */
	expect(&l, "");
	claims(&l, "b", "192.0.2.7", L2_CLAIM_OWNS, UINT64_MAX);
	run(&l);
	expect(&l, "leave 7; none 7; owner>other:b; ");
	/* It begins nothing while others can. */
	want(&l, "192.0.2.8", "a:100 b");
	pass(&l, 60000);
	expect(&l, "nobody>other:b; ");
	/* But if there is nobody else, or all are cut off. */
	peer(&l, "b", UP | CUT_OFF);
	run(&l);
	expect(&l, "take 8 if1; owns 8; other>owner:a; ");
	close_lab(&l);
}

static void who_is_cut_off_is_not_waited_for(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	peer(&l, "b", UP | CUT_OFF);
	claims(&l, "b", "192.0.2.7", L2_CLAIM_OWNS, 1);
	want(&l, "192.0.2.7", "a b");
	pass(&l, 60000);
	expect(&l, "nobody>other:b; ");
	want(&l, "192.0.2.7", "a");
	run(&l);
	expect(&l, "take 7 if1; owns 7; other>owner:a; ");
	pass(&l, 60000);
	expect(&l, "");
	close_lab(&l);
}

/* Each has about its share. */
static void ranks_are_even(void **state)
{
	static const char *const nodes[] = {"n1", "n2", "n3", "n4"};
	unsigned has[4] = {0}, fourth = 0;

	(void)state;
	for (unsigned i = 0; i < 4000; i++) {
		struct ipaddr a = {
		    AF_INET, {10, 0, (uint8_t)(i >> 8), (uint8_t)i}
                };
		size_t best = 0;

		for (size_t k = 1; k < 4; k++)
			if (l2_rank(nodes[k], &a) > l2_rank(nodes[best], &a))
				best = k;
		has[best]++;
		fourth += best == 3;
	}
	for (size_t k = 0; k < 4; k++)
		assert_in_range(has[k], 850, 1150);
	assert_in_range(fourth, 850, 1150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(alone),
	    cmocka_unit_test(it_listens_first),
	    cmocka_unit_test(all_known_is_heard_enough),
	    cmocka_unit_test(the_rank_decides_once),
	    cmocka_unit_test(the_next_one_takes_what_the_first_does_not),
	    cmocka_unit_test(a_dead_owner_is_replaced_at_once),
	    cmocka_unit_test(preference_moves_it_when_the_other_is_ready),
	    cmocka_unit_test(a_wish_of_who_is_not_to_have_it_is_nothing),
	    cmocka_unit_test(draining_moves_it),
	    cmocka_unit_test(who_is_no_candidate_holds_on_for_a_moment),
	    cmocka_unit_test(let_go_unasked_may_mean_that_it_is_gone),
	    cmocka_unit_test(of_two_that_own_the_older_keeps_it),
	    cmocka_unit_test(who_is_cut_off_yields),
	    cmocka_unit_test(who_is_cut_off_is_not_waited_for),
	    cmocka_unit_test(ranks_are_even),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
