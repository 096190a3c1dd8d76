/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Owners of many nodes on one LAN: what each case may cost, then random walks. SEED, STEPS and
 * WALKS of the environment choose others; make soak takes many.
 */
#include "announcer/util.h"
#include "tests/unit/lan_sim.h"
#include <stdio.h>

enum {
	DEAD = SIM_INTERVAL * 7 / 2, /* until a node counts as dead */
	SLACK = 60,                  /* ticks, delays, the claim's way */
	HEAL = 2000,
};

static void want_all(struct sim *s)
{
	for (unsigned a = 0; a < SIM_ADDRS; a++)
		sim_want_all(s, a);
}

static void owners_are(const struct sim *s, unsigned side, int *owner)
{
	for (unsigned a = 0; a < SIM_ADDRS; a++)
		owner[a] = sim_owner(s, a, side);
}

/* A LAN where all is well. Return: the moves until then. */
static unsigned long settled(struct sim *s, unsigned nodes)
{
	sim_init(s, 1, nodes);
	want_all(s);
	sim_run(s, 3000);
	assert_true(sim_right(s));
	assert_int_equal(s->longest_two, 0);
	s->longest_wrong = 0;
	return s->moves;
}

static void nothing_moves_when_nothing_breaks(void **state)
{
	struct sim s;
	unsigned long moves;

	(void)state;
	moves = settled(&s, 4);
	assert_int_equal(moves, SIM_ADDRS);
	sim_run(&s, 60000);
	assert_int_equal(s.moves, moves);
	sim_fini(&s);
}

static void a_node_that_joins_takes_nothing(void **state)
{
	struct sim s;
	unsigned long moves;

	(void)state;
	moves = settled(&s, 4);
	sim_up(&s, 4);
	sim_run(&s, 5000);
	assert_int_equal(s.moves, moves);
	sim_fini(&s);
}

static void new_addresses_are_shared_out(void **state)
{
	unsigned has[SIM_NODES] = {0}, most = 0;
	struct sim s;

	(void)state;
	sim_init(&s, 1, SIM_NODES);
	sim_run(&s, 2000);
	want_all(&s);
	sim_run(&s, 1000);
	for (unsigned a = 0; a < SIM_ADDRS; a++)
		has[sim_owner(&s, a, 0)]++;
	for (unsigned i = 0; i < SIM_NODES; i++)
		most = has[i] > most ? has[i] : most;
	assert_in_range(most, 2, SIM_ADDRS / 2);
	sim_fini(&s);
}

static void a_dead_node_is_replaced(void **state)
{
	int before[SIM_ADDRS], after[SIM_ADDRS];
	struct sim s;
	unsigned long moves;
	unsigned lost = 0;

	(void)state;
	moves = settled(&s, 4);
	owners_are(&s, 0, before);
	sim_kill(&s, (unsigned)before[0]);
	sim_run(&s, 3000);
	assert_true(sim_right(&s));
	assert_in_range(s.longest_wrong, 1, DEAD + SLACK);
	assert_int_equal(s.longest_two, 0);
	owners_are(&s, 0, after);
	for (unsigned a = 0; a < SIM_ADDRS; a++) {
		lost += before[a] == before[0];
		assert_true(before[a] == after[a] || before[a] == before[0]);
	}
	assert_int_equal(s.moves, moves + lost);
	/* And nothing goes back. */
	sim_up(&s, (unsigned)before[0]);
	sim_run(&s, 5000);
	assert_int_equal(s.moves, moves + lost);
	sim_fini(&s);
}

static void grevyd_is_back_before_it_was_missed(void **state)
{
	int before[SIM_ADDRS];
	struct sim s;

	(void)state;
	settled(&s, 4);
	owners_are(&s, 0, before);
	sim_kill(&s, (unsigned)before[0]);
	sim_run(&s, 150);
	sim_up(&s, (unsigned)before[0]);
	sim_run(&s, 3000);
	assert_true(sim_right(&s));
	assert_int_equal(s.longest_two, 0);
	assert_in_range(s.longest_wrong, 1, 700);
	sim_fini(&s);
}

static void who_leaves_is_followed_at_once(void **state)
{
	int before[SIM_ADDRS];
	struct sim s;

	(void)state;
	settled(&s, 4);
	owners_are(&s, 0, before);
	sim_leave(&s, (unsigned)before[0]);
	sim_run(&s, 3000);
	assert_true(sim_right(&s));
	assert_in_range(s.longest_wrong, 0, SLACK);
	assert_int_equal(s.longest_two, 0);
	sim_fini(&s);
}

static void a_link_down(void **state)
{
	int before[SIM_ADDRS];
	struct sim s;

	(void)state;
	settled(&s, 4);
	owners_are(&s, 0, before);
	sim_nic(&s, (unsigned)before[0], false);
	sim_run(&s, 3000);
	assert_true(sim_right(&s));
	assert_in_range(s.longest_wrong, 1, DEAD + SLACK);
	assert_int_equal(s.longest_two, 0);
	sim_nic(&s, (unsigned)before[0], true);
	s.longest_wrong = 0;
	sim_run(&s, 5000);
	assert_int_equal(s.longest_wrong, 0);
	assert_int_equal(s.longest_two, 0);
	sim_fini(&s);
}

/* Labels, the exclude label, NotReady: it is no candidate any more. */
static void planned_moves_cost_nothing(void **state)
{
	struct sim s;
	unsigned long moves;

	(void)state;
	moves = settled(&s, 4);
	for (unsigned a = 0; a < SIM_ADDRS; a++) {
		s.wish[a].may[sim_owner(&s, a, 0)].candidate = false;
		sim_wish_changed(&s, a);
	}
	sim_run(&s, 3000);
	assert_true(sim_right(&s));
	assert_in_range(s.longest_wrong, 0, SIM_TICK * 2);
	assert_int_equal(s.longest_two, 0);
	assert_int_equal(s.moves, moves + 2ul * SIM_ADDRS);
	sim_fini(&s);
}

static void preferred_nodes_get_it_back(void **state)
{
	struct sim s;

	(void)state;
	settled(&s, 4);
	for (unsigned a = 0; a < SIM_ADDRS; a++) {
		s.wish[a].may[1].preference = 10;
		s.wish[a].may[2].preference = 5;
		sim_wish_changed(&s, a);
	}
	sim_run(&s, 1000);
	for (unsigned a = 0; a < SIM_ADDRS; a++)
		assert_int_equal(sim_owner(&s, a, 0), 1);
	assert_in_range(s.longest_wrong, 0, SIM_TICK * 2);
	sim_kill(&s, 1);
	sim_run(&s, 1000);
	for (unsigned a = 0; a < SIM_ADDRS; a++)
		assert_int_equal(sim_owner(&s, a, 0), 2);
	s.longest_wrong = 0;
	sim_up(&s, 1);
	sim_run(&s, 3000);
	for (unsigned a = 0; a < SIM_ADDRS; a++)
		assert_int_equal(sim_owner(&s, a, 0), 1);
	assert_in_range(s.longest_wrong, 0, SIM_TICK * 2);
	assert_int_equal(s.longest_two, 0);
	sim_fini(&s);
}

/* Of who is gone from Kubernetes nothing is left, however late the others hear of it. */
static void a_service_goes(void **state)
{
	struct sim s;
	unsigned long moves;

	(void)state;
	moves = settled(&s, 4);
	s.late_ms = 250;
	for (unsigned a = 0; a < SIM_ADDRS; a++) {
		s.wish[a].wanted = false;
		sim_wish_changed(&s, a);
	}
	sim_run(&s, 3000);
	assert_true(sim_right(&s));
	assert_int_equal(s.moves, moves + SIM_ADDRS);
	sim_fini(&s);
}

static void the_lan_splits_and_heals(void **state)
{
	struct sim s;

	(void)state;
	settled(&s, 4);
	sim_side(&s, 0, 1);
	sim_side(&s, 1, 1);
	sim_run(&s, 3000);
	assert_true(sim_right(&s));
	assert_int_equal(s.longest_two, 0);
	for (unsigned a = 0; a < SIM_ADDRS; a++)
		assert_true(sim_owner(&s, a, 0) >= 2 && sim_owner(&s, a, 1) >= 0);
	s.longest_wrong = 0;
	sim_side(&s, 0, 0);
	sim_side(&s, 1, 0);
	sim_run(&s, HEAL + 1000);
	assert_true(sim_right(&s));
	assert_in_range(s.longest_two, 1, HEAL);
	assert_int_equal(s.longest_wrong, 0);
	sim_fini(&s);
}

static void cut_off_from_the_api(void **state)
{
	struct sim s;
	unsigned long moves;
	int owner;

	(void)state;
	moves = settled(&s, 4);
	owner = sim_owner(&s, 0, 0);
	sim_cut_off(&s, (unsigned)owner, true);
	sim_run(&s, 5000);
	assert_int_equal(s.moves, moves); /* nobody else is heard to own it */
	/* Kubernetes gives it to others, which the owner cannot know. */
	s.wish[0].may[owner].candidate = false;
	sim_wish_changed(&s, 0);
	sim_run(&s, 1000);
	assert_true(sim_owner(&s, 0, 0) >= 0 && sim_owner(&s, 0, 0) != owner);
	assert_in_range(s.longest_two, 0, SLACK);
	sim_fini(&s);
}

static void the_api_away_from_all(void **state)
{
	struct sim s;
	unsigned long moves;
	int owner;

	(void)state;
	moves = settled(&s, 4);
	for (unsigned i = 0; i < 4; i++)
		sim_cut_off(&s, i, true);
	sim_run(&s, 5000);
	assert_int_equal(s.moves, moves);
	owner = sim_owner(&s, 0, 0);
	sim_kill(&s, (unsigned)owner);
	sim_run(&s, 2000);
	assert_true(sim_right(&s));
	assert_in_range(s.longest_wrong, 1, DEAD + SLACK);
	assert_int_equal(s.longest_two, 0);
	sim_fini(&s);
}

/* ---- at random ---- */

static unsigned long number(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

static void step_wish(struct sim *s)
{
	unsigned a = sim_pick(s, SIM_ADDRS);
	struct sim_may *may = &s->wish[a].may[sim_pick(s, SIM_NODES)];

	switch (sim_pick(s, 6)) {
	case 0:
		s->wish[a].wanted = !s->wish[a].wanted;
		break;
	case 1:
		may->preference = 10 * sim_pick(s, 3);
		break;
	case 2:
		may->draining = !may->draining;
		break;
	default:
		may->candidate = !may->candidate;
		s->wish[a].wanted = true;
	}
	sim_wish_changed(s, a);
}

static void step(struct sim *s)
{
	unsigned node = sim_pick(s, SIM_NODES);

	switch (sim_pick(s, 12)) {
	case 0:
		sim_kill(s, node);
		break;
	case 1:
		sim_leave(s, node);
		break;
	case 2:
	case 3:
		sim_up(s, node);
		break;
	case 4:
		sim_nic(s, node, sim_pick(s, 2));
		break;
	case 5:
	case 6:
		sim_side(s, node, sim_pick(s, 2));
		break;
	case 7:
		sim_cut_off(s, node, sim_pick(s, 2));
		break;
	case 8:
		s->loss = sim_pick(s, 3) ? 0 : 100 * sim_pick(s, 5);
		s->delay_ms = sim_pick(s, 3) ? 2 : 40;
		s->late_ms = sim_pick(s, 3) ? 20 : 1000;
		break;
	default:
		step_wish(s);
	}
}

/* Whatever was: with all datagrams and all of Kubernetes there again all is right in time, and
 * stays as it is. */
static void settle(struct sim *s, unsigned long at)
{
	unsigned long moves;
	int64_t until;

	s->loss = 0;
	for (unsigned i = 0; i < SIM_NODES; i++)
		sim_cut_off(s, i, false);
	until = s->now + SIM_NOT_READY + s->late_ms + s->delay_ms + DEAD + SIM_TICK;
	sim_run(s, until - s->now); /* all know who is alive */
	while (!sim_right(s) && s->now < until + HEAL)
		sim_run(s, SIM_TICK);
	if (!sim_right(s))
		fail_msg("step %lu: not right after %d ms", at, HEAL);
	sim_run(s, 1500);
	moves = s->moves;
	sim_run(s, 1500);
	if (s->moves != moves || !sim_right(s))
		fail_msg("step %lu: %lu moves out of nothing", at, s->moves - moves);
}

static void walk(uint64_t seed, unsigned long steps)
{
	struct sim s;

	sim_init(&s, seed, SIM_NODES);
	want_all(&s);
	for (unsigned long at = 0; at < steps; at++) {
		for (unsigned k = sim_pick(&s, 3) + 1; k--;)
			step(&s);
		sim_run(&s, 5 * (int64_t)sim_pick(&s, 200));
		if (sim_pick(&s, 3) == 0)
			settle(&s, at);
	}
	assert_true(s.moves > steps / 4); /* the walk is about something */
	/* As long as no datagram was lost. Of `wrong` steps have their part: who is to take an
	 * address dies, too. */
	assert_in_range(s.longest_two, 0, 600);
	assert_in_range(s.longest_wrong, 0, 5000);
	sim_fini(&s);
}

static void whatever_happens(void **state)
{
	const char *soak = getenv("GREVY_SOAK");
	unsigned long walks = number("WALKS", soak && strcmp(soak, "full") == 0 ? 500 : 4);
	uint64_t seed = number("SEED", 3);

	(void)state;
	for (unsigned long i = 0; i < walks; i++) {
		printf("SEED=%lu WALKS=1\n", (unsigned long)seed + i);
		walk(seed + i, number("STEPS", 400));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_moves_when_nothing_breaks),
	    cmocka_unit_test(a_node_that_joins_takes_nothing),
	    cmocka_unit_test(new_addresses_are_shared_out),
	    cmocka_unit_test(a_dead_node_is_replaced),
	    cmocka_unit_test(grevyd_is_back_before_it_was_missed),
	    cmocka_unit_test(who_leaves_is_followed_at_once),
	    cmocka_unit_test(a_link_down),
	    cmocka_unit_test(planned_moves_cost_nothing),
	    cmocka_unit_test(preferred_nodes_get_it_back),
	    cmocka_unit_test(a_service_goes),
	    cmocka_unit_test(the_lan_splits_and_heals),
	    cmocka_unit_test(cut_off_from_the_api),
	    cmocka_unit_test(the_api_away_from_all),
	    cmocka_unit_test(whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
