/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Owners: interfaces, LANs, foreign MACs, no heartbeat, the end. */
#include "announcer/util.h"
#include "tests/unit/owners_lab.h"

static const uint8_t high[6] = {2, 0, 0, 0, 0, 9}, low[6] = {2, 0, 0, 0, 0, 1};

static void who_lost_its_interface_or_leaves_is_followed_at_once(void **state)
{
	static const unsigned flags[] = {UP | NO_NET, UP | LEAVING};
	const char *a = ranked("b", true);
	struct lab l;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		open_lab(&l, HEARTBEAT);
		peer(&l, "b", UP);
		claims(&l, "b", a, L2_CLAIM_OWNS, 1);
		want(&l, a, "a b");
		run(&l);
		expect(&l, "nobody>other:b; ");
		claims(&l, "b", a, L2_CLAIM_NONE, 0);
		peer(&l, "b", flags[i]);
		run(&l);
		saw(&l, "take # if1; owns #; other>owner:a; ", a);
		close_lab(&l);
	}
}

static void it_is_answered_where_its_subnet_is(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, "198.51.100.1", "a");
	want(&l, "203.0.113.1", "a"); /* the default route's interface */
	want(&l, "203.0.113.2", "a@eth1");
	run(&l);
	expect(&l, "take 1 if2; owns 1; nobody>owner:a; take 1 if1; owns 1; nobody>owner:a; "
		   "take 2 if2; owns 2; nobody>owner:a; ");
	own_facts(&l, ETH0);
	run(&l);
	/* The first follows the default route, the last has no interface any more. */
	expect(&l, "take 1 if1; leave 2; none 2; owner>no-iface; ");
	own_facts(&l, ETH0 | ETH1);
	run(&l);
	expect(&l, "take 1 if2; take 2 if2; owns 2; no-iface>owner:a; ");
	close_lab(&l);
}

static void the_subnet_comes_first(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	own_facts(&l, ETH0);
	peer(&l, "b", UP | BOTH);
	want(&l, "198.51.100.9", "a:100 b"); /* this node has the default route only */
	pass(&l, 200);
	expect(&l, "nobody>other:b; ");
	peer(&l, "b", UP);
	run(&l);
	expect(&l, "take 9 if1; owns 9; other>owner:a; ");
	peer(&l, "b", UP | BOTH);
	claims(&l, "b", "198.51.100.9", L2_CLAIM_WANTS, 0);
	run(&l);
	expect(&l, "leave 9; none 9; owner>other:b; ");
	close_lab(&l);
}

static void a_peer_on_another_lan_is_none(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	peer(&l, "b", UP);
	claims(&l, "b", "192.0.2.7", L2_CLAIM_OWNS, 1);
	want(&l, "192.0.2.7", "a b");
	run(&l);
	expect(&l, "nobody>other:b; ");
	/* The LAN of the address is split; b is heard over the other one. */
	peer(&l, "b", UP | ON1);
	run(&l);
	expect(&l, "take 7 if1; owns 7; other>owner:a; ");
	close_lab(&l);
}

static void no_interface(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, "192.0.2.7", "a@nosuch");
	run(&l);
	expect(&l, "nobody>no-iface; ");
	want(&l, "192.0.2.7", "b");
	run(&l);
	expect(&l, "no-iface>nobody; ");
	close_lab(&l);
}

static void without_a_heartbeat_kubernetes_decides(void **state)
{
	const char *a = ranked("bc", false);
	const struct ipaddr address = addr(a);
	struct lab l;

	(void)state;
	open_lab(&l, 0);
	want(&l, a, "a b c");
	pass(&l, 60000);
	assert_memory_equal(l.said, "nobody>other:", 13);
	*l.said = '\0';
	l2_owners_recorded(l.o, &address, "a");
	run(&l);
	saw(&l, "take # if1; owns #; other>owner:a; ", a);
	l2_owners_recorded(l.o, &address, "b");
	run(&l);
	saw(&l, "leave #; none #; owner>other:b; ", a);
	want(&l, a, "a c:5");
	run(&l);
	expect(&l, "other>other:c; ");
	want(&l, a, "a");
	run(&l);
	saw(&l, "take # if1; owns #; other>owner:a; ", a);
	own_facts(&l, 0);
	run(&l);
	saw(&l, "leave #; none #; owner>no-iface; ", a);
	close_lab(&l);
}

static void what_was_recorded_counts_where_nobody_owns(void **state)
{
	const char *a = ranked("b", false);
	struct ipaddr address = addr(a);
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	peer(&l, "b", UP);
	l2_owners_recorded(l.o, &address, "a");
	want(&l, a, "a b");
	run(&l);
	saw(&l, OWNED, a);
	close_lab(&l);
	/* All were started anew: who had it is given the time to listen. */
	a = ranked("b", true);
	open_lab(&l, HEARTBEAT);
	peer(&l, "b", UP);
	address = addr(a);
	l2_owners_recorded(l.o, &address, "b");
	want(&l, a, "a b");
	pass(&l, 999);
	expect(&l, "nobody>other:b; ");
	pass(&l, 2);
	saw(&l, "take # if1; owns #; other>owner:a; ", a);
	close_lab(&l);
}

/* Some have no key yet: of who is not heard the LAN is asked. */
static void who_was_never_heard_may_have_it(void **state)
{
	const char *a = ranked("b", true);
	const struct ipaddr address = addr(a);
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	l2_owners_recorded(l.o, &address, "b");
	want(&l, a, "a b");
	run(&l);
	saw(&l, "probe # if1; nobody>other:b; ", a);
	l2_owners_conflict(l.o, &address, low, high);
	run(&l);
	saw(&l, "leave #; ", a);
	pass(&l, 4999);
	expect(&l, "");
	pass(&l, 2);
	saw(&l, "probe # if1; ", a);
	/* Nobody answers any more. */
	pass(&l, 1000);
	saw(&l, "leave #; take # if1; owns #; other>owner:a; ", a);
	close_lab(&l);
	/* It is heard, and dies: that is for certain. */
	open_lab(&l, HEARTBEAT);
	l2_owners_recorded(l.o, &address, "b");
	peer(&l, "b", UP);
	claims(&l, "b", a, L2_CLAIM_OWNS, 1);
	want(&l, a, "a b");
	run(&l);
	expect(&l, "nobody>other:b; ");
	peer(&l, "b", 0);
	run(&l);
	saw(&l, "take # if1; owns #; other>owner:a; ", a);
	close_lab(&l);
	/* Kubernetes knows that it is gone. */
	open_lab(&l, HEARTBEAT);
	l2_owners_recorded(l.o, &address, "b");
	want(&l, a, "a");
	run(&l);
	saw(&l, OWNED, a);
	close_lab(&l);
}

static void a_new_peer_may_have_it(void **state)
{
	const char *a = ranked("b", true);
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	peer(&l, "b", ALIVE);
	want(&l, a, "a b");
	pass(&l, 400);
	expect(&l, "nobody>listens; ");
	claims(&l, "b", a, L2_CLAIM_OWNS, 1);
	peer(&l, "b", UP);
	pass(&l, 5000);
	expect(&l, "listens>other:b; ");
	close_lab(&l);
}

static void it_leaves_for_good(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, "192.0.2.7", "a b");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	l2_owners_leave(l.o);
	pass(&l, 60000);
	expect(&l, "leave 7; none 7; owner>nobody; ");
	close_lab(&l);
}

static void another_heartbeat_moves_nothing(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, "192.0.2.7", "a b");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	peer(&l, "b", UP);
	l2_owners_set_heartbeat(l.o, true, LISTEN);
	run(&l);
	expect(&l, "owns 7; "); /* for those who hear the new one */
	pass(&l, 60000);
	expect(&l, "");
	close_lab(&l);
}

static void shown_in_order(void **state)
{
	struct ipaddr at = {0};
	struct l2_owners_view v;
	struct lab l;
	size_t n = 0;

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, "192.0.2.9", "a b");
	want(&l, "192.0.2.7", "b");
	want(&l, "192.0.2.8", "");
	claims(&l, "b", "192.0.2.5", L2_CLAIM_OWNS, 1); /* nothing of ours */
	run(&l);
	while (l2_owners_after(l.o, &at, &v)) {
		assert_true(ipaddr_cmp(&at, &v.addr) < 0);
		assert_int_equal(v.candidate, n == 1);
		assert_int_equal(v.alive, n == 1);
		assert_int_equal(v.candidates, n + 1);
		at = v.addr;
		n++;
	}
	assert_int_equal(n, 2);
	assert_int_equal(l2_owners_count(l.o, L2_OWNER), 1);
	assert_int_equal(l2_owners_count(l.o, L2_NOBODY), 1);
	close_lab(&l);
}

static void conflict(struct lab *l, const uint8_t *foreign, const uint8_t *mine)
{
	const struct ipaddr a = addr("192.0.2.7");

	l2_owners_conflict(l->o, &a, foreign, mine);
	run(l);
}

static void the_higher_mac_steps_back(void **state)
{
	struct lab l;
	struct l2_owners_view v;
	const struct ipaddr a = addr("192.0.2.7");

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, "192.0.2.7", "a b");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	conflict(&l, low, high);
	expect(&l, "defend 7; ");
	conflict(&l, low, high); /* the same announcement */
	expect(&l, "");
	pass(&l, 500);
	conflict(&l, low, high);
	expect(&l, "leave 7; none 7; owner>conflict; ");
	assert_true(l2_owners_look(l.o, &a, &v));
	assert_memory_equal(v.mac, low, sizeof(low));
	pass(&l, BACK - 1);
	expect(&l, "");
	pass(&l, 2);
	expect(&l, "probe 7 if1; ");
	pass(&l, PROBE - 2);
	expect(&l, "");
	pass(&l, 2);
	expect(&l, "leave 7; take 7 if1; owns 7; conflict>owner:a; ");
	close_lab(&l);
}

/* As long as somebody answers when it is looked for it is not taken again. */
static void it_stays_back_while_the_other_has_it(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, 0);
	want(&l, "192.0.2.7", "a");
	run(&l);
	conflict(&l, low, high);
	pass(&l, 500);
	conflict(&l, low, high);
	*l.said = '\0';
	conflict(&l, low, high); /* not asked for */
	for (int i = 0; i < 3; i++) {
		pass(&l, BACK);
		expect(&l, "probe 7 if1; ");
		conflict(&l, low, high);
		expect(&l, "leave 7; ");
	}
	/* Nobody wants it any more, or it would be another matter: the looking ends. */
	pass(&l, BACK);
	expect(&l, "probe 7 if1; ");
	want(&l, "192.0.2.7", "");
	run(&l);
	expect(&l, "leave 7; conflict>nobody; ");
	close_lab(&l);
}

/* Two owned it, while neither heard the other. */
static void who_stays_alone_says_so(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, "192.0.2.7", "a b");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	peer(&l, "b", UP);
	claims(&l, "b", "192.0.2.7", L2_CLAIM_OWNS, UINT64_MAX);
	run(&l);
	claims(&l, "b", "192.0.2.7", L2_CLAIM_OWNS, UINT64_MAX);
	run(&l);
	expect(&l, "");
	claims(&l, "b", "192.0.2.7", L2_CLAIM_NONE, 0);
	pass(&l, 60000);
	expect(&l, "defend 7; ");
	close_lab(&l);
}

static void the_lower_mac_stays(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, 0);
	want(&l, "192.0.2.7", "a");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	conflict(&l, high, low);
	pass(&l, 1000);
	conflict(&l, high, low);
	pass(&l, 1000);
	expect(&l, "defend 7; defend 7; ");
	conflict(&l, high, low);
	expect(&l, "");
	pass(&l, 10000);
	conflict(&l, high, low);
	expect(&l, "defend 7; ");
	close_lab(&l);
}

static void a_new_wish_ends_the_conflict(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, 0);
	want(&l, "192.0.2.7", "a");
	run(&l);
	conflict(&l, low, high);
	pass(&l, 1000);
	conflict(&l, low, high);
	assert_non_null(strstr(l.said, "owner>conflict"));
	*l.said = '\0';
	want(&l, "192.0.2.7", "a:1");
	run(&l);
	expect(&l, "take 7 if1; owns 7; conflict>owner:a; ");
	close_lab(&l);
}

/* The status object goes when it steps back, and that is no reason to come again. */
static void its_own_record_ends_no_conflict(void **state)
{
	const struct ipaddr a = addr("192.0.2.7");
	struct lab l;

	(void)state;
	open_lab(&l, 0);
	want(&l, "192.0.2.7", "a");
	l2_owners_recorded(l.o, &a, "a");
	run(&l);
	conflict(&l, low, high);
	pass(&l, 1000);
	conflict(&l, low, high);
	assert_non_null(strstr(l.said, "owner>conflict"));
	*l.said = '\0';
	l2_owners_recorded(l.o, &a, NULL);
	pass(&l, 1000);
	expect(&l, "");
	/* Somebody else had it, and goes. */
	l2_owners_recorded(l.o, &a, "b");
	pass(&l, 1000);
	expect(&l, "");
	l2_owners_recorded(l.o, &a, NULL);
	run(&l);
	expect(&l, "take 7 if1; owns 7; conflict>owner:a; ");
	close_lab(&l);
}

static void a_conflict_with_a_peer_is_the_heartbeats(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, "192.0.2.7", "a b");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	peer(&l, "b", UP);
	claims(&l, "b", "192.0.2.7", L2_CLAIM_OWNS, UINT64_MAX);
	conflict(&l, low, high);
	pass(&l, 100);
	conflict(&l, low, high);
	expect(&l, "");
	close_lab(&l);
}

/* One hears us not: it keeps what we own, too, and says so for longer than it takes to settle.
 */
static void a_deaf_peer_is_met_as_a_stranger(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, "192.0.2.7", "a b");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	peer(&l, "b", UP);
	claims(&l, "b", "192.0.2.7", L2_CLAIM_OWNS, UINT64_MAX);
	conflict(&l, low, high);
	pass(&l, 1000);
	conflict(&l, low, high);
	expect(&l, "defend 7; ");
	pass(&l, 100);
	conflict(&l, low, high);
	expect(&l, "leave 7; none 7; owner>other:b; ");
	pass(&l, BACK + PROBE);
	expect(&l, "");
	close_lab(&l);
}

static void but_the_lower_mac_stays(void **state)
{
	struct lab l;

	(void)state;
	open_lab(&l, HEARTBEAT);
	want(&l, "192.0.2.7", "a b");
	run(&l);
	saw(&l, OWNED, "192.0.2.7");
	peer(&l, "b", UP);
	claims(&l, "b", "192.0.2.7", L2_CLAIM_OWNS, UINT64_MAX);
	conflict(&l, high, low);
	pass(&l, 1000);
	conflict(&l, high, low);
	pass(&l, 100);
	conflict(&l, high, low);
	expect(&l, "defend 7; defend 7; ");
	close_lab(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(who_lost_its_interface_or_leaves_is_followed_at_once),
	    cmocka_unit_test(it_is_answered_where_its_subnet_is),
	    cmocka_unit_test(the_subnet_comes_first),
	    cmocka_unit_test(a_peer_on_another_lan_is_none),
	    cmocka_unit_test(no_interface),
	    cmocka_unit_test(without_a_heartbeat_kubernetes_decides),
	    cmocka_unit_test(what_was_recorded_counts_where_nobody_owns),
	    cmocka_unit_test(who_was_never_heard_may_have_it),
	    cmocka_unit_test(a_new_peer_may_have_it),
	    cmocka_unit_test(its_own_record_ends_no_conflict),
	    cmocka_unit_test(it_leaves_for_good),
	    cmocka_unit_test(another_heartbeat_moves_nothing),
	    cmocka_unit_test(shown_in_order),
	    cmocka_unit_test(the_higher_mac_steps_back),
	    cmocka_unit_test(it_stays_back_while_the_other_has_it),
	    cmocka_unit_test(who_stays_alone_says_so),
	    cmocka_unit_test(the_lower_mac_stays),
	    cmocka_unit_test(a_new_wish_ends_the_conflict),
	    cmocka_unit_test(a_conflict_with_a_peer_is_the_heartbeats),
	    cmocka_unit_test(a_deaf_peer_is_met_as_a_stranger),
	    cmocka_unit_test(but_the_lower_mac_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
