/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The heartbeat: who is alive, what each claims, and that nothing wrong does more than count.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/util.h"
#include "peers_lab.h"
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>

/* Until it holds. Return: ms that it took. */
static int64_t settle(struct lab *l, int64_t most_ms)
{
	int64_t start = l->now_ms;

	while (!lab_settled(l) && l->now_ms < start + most_ms)
		lab_run(l, 1);
	assert_true(lab_settled(l));
	return l->now_ms - start;
}

/* Until node i was told. Return: ms that it took. */
static int64_t until_told(struct lab *l, size_t i, size_t j, size_t n, int64_t most_ms)
{
	int64_t start = l->now_ms;

	while (!lab_told(l, i, j, 0, n) && l->now_ms < start + most_ms)
		lab_run(l, 1);
	assert_true(lab_told(l, i, j, 0, n));
	return l->now_ms - start;
}

static void all_know_each_other(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 4, 8);
	assert_true(settle(&l, 1000) <= 150);
	for (size_t i = 0; i < 4; i++) {
		struct l2_peers_stats st = lab_stats(&l, i);

		assert_int_equal(st.wrong_key + st.replayed + st.malformed + st.same_name, 0);
		assert_true(st.good > 0 && st.sent > 0);
	}
	lab_fini(&l);
}

static void a_newcomer_is_known_at_once(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 4, 8);
	settle(&l, 1000);
	lab_claim(&l, 0, 0, L2_CLAIM_OWNS);
	lab_run(&l, 500);
	lab_boot(&l, 3, NULL);
	assert_true(until_told(&l, 3, 0, 1, 1000) <= 60);
	settle(&l, 100);
	lab_fini(&l);
}

static void a_dead_one_is_missed_after_three_and_a_half_intervals(void **state)
{
	struct lab l;
	int64_t start;

	(void)state;
	lab_init(&l, 3, 8);
	settle(&l, 1000);
	lab_claim(&l, 2, 0, L2_CLAIM_OWNS);
	until_told(&l, 0, 2, 1, 100);
	start = l.now_ms;
	lab_kill(&l, 2);
	while (l.v[0].seen[2].alive && l.now_ms < start + 1000)
		lab_run(&l, 1);
	assert_in_range(l.now_ms - start, 250, 352);
	assert_true(lab_told(&l, 0, 2, 0, 0));
	lab_fini(&l);
}

static void nobody_dies_of_loss_or_disorder(void **state)
{
	struct lab l;
	uint64_t replayed;
	size_t news;

	(void)state;
	lab_init(&l, 4, 8);
	l.two_ways = true;
	l.scatter = 20;
	settle(&l, 1000);
	lab_run(&l, 1000); /* no beat names the others for the first time any more */
	news = l.v[0].seen[1].news;
	replayed = lab_stats(&l, 0).replayed;
	l.loss = 10;
	lab_run(&l, 3000);
	assert_int_equal(l.v[0].seen[1].news, news);
	assert_int_equal(lab_stats(&l, 0).replayed, replayed);
	lab_fini(&l);
}

static void who_slept_buries_nobody(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 3, 8);
	settle(&l, 1000);
	l.v[0].asleep = true;
	lab_run(&l, 5000);
	assert_false(l.v[1].seen[0].alive);
	l.v[0].seen[1].news = 0;
	l.v[0].asleep = false;
	lab_run(&l, 1000);
	assert_int_equal(l.v[0].seen[1].news, 0); /* never dead in its eyes */
	assert_true(l.v[1].seen[0].alive);
	lab_fini(&l);
}

/* One that died meanwhile is missed all the same. */
static void who_slept_finds_the_dead(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 3, 8);
	settle(&l, 1000);
	l.v[0].asleep = true;
	lab_run(&l, 5000);
	lab_kill(&l, 2);
	l.v[0].asleep = false;
	lab_run(&l, 400);
	assert_false(l.v[0].seen[2].alive);
	assert_true(l.v[0].seen[1].alive);
	lab_fini(&l);
}

static void flags_are_told_at_once(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 2, 8);
	settle(&l, 1000);
	l2_peers_set_cut_off(l.v[0].peers, true);
	l.v[0].due_ms = l.now_ms;
	lab_run(&l, 3);
	assert_true(l.v[1].seen[0].cut_off);
	l2_peers_set_cut_off(l.v[0].peers, false);
	l.v[0].due_ms = l.now_ms;
	lab_run(&l, 3);
	assert_false(l.v[1].seen[0].cut_off);
	lab_fini(&l);
}

static void a_goodbye_takes_claims_along(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 2, 64);
	settle(&l, 1000);
	for (size_t k = 0; k < 64; k++)
		lab_claim(&l, 0, k, L2_CLAIM_OWNS);
	until_told(&l, 1, 0, 64, 100);
	for (size_t k = 0; k < 64; k++)
		lab_claim(&l, 0, k, L2_CLAIM_NONE);
	l2_peers_leave(l.v[0].peers);
	lab_run(&l, 3);
	assert_true(l.v[1].seen[0].leaving);
	assert_true(lab_told(&l, 1, 0, 0, 0));
	lab_run(&l, 400);
	assert_false(l.v[1].seen[0].alive);
	lab_fini(&l);
}

static void claims_are_told_at_once(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 3, 8);
	settle(&l, 1000);
	for (size_t k = 0; k < 8; k++)
		lab_claim(&l, 0, k, L2_CLAIM_OWNS);
	assert_true(until_told(&l, 2, 0, 8, 100) <= 3);
	lab_claim(&l, 0, 7, L2_CLAIM_WANTS);
	lab_claim(&l, 0, 6, L2_CLAIM_NONE);
	assert_true(until_told(&l, 1, 0, 6, 100) <= 3);
	assert_int_equal(l.v[1].seen[0].claims[7], L2_CLAIM_WANTS);
	lab_fini(&l);
}

static void five_thousand_claims_arrive_within_300_ms(void **state)
{
	enum { N = 5000 };
	struct lab l;

	(void)state;
	lab_init(&l, 3, N);
	settle(&l, 1000);
	for (size_t k = 0; k < N; k++)
		lab_claim(&l, 0, k, L2_CLAIM_OWNS);
	assert_true(until_told(&l, 1, 0, N, 1000) <= 100);
	/* And to one that comes. */
	lab_boot(&l, 2, NULL);
	assert_true(until_told(&l, 2, 0, N, 1000) <= 300);
	settle(&l, 100);
	lab_fini(&l);
}

static void lost_claims_are_asked_for(void **state)
{
	enum { N = 1000 };
	struct lab l;

	(void)state;
	lab_init(&l, 3, N);
	settle(&l, 1000);
	l.loss = 20;
	l.scatter = 5;
	for (size_t k = 0; k < N; k++) {
		lab_claim(&l, 0, k, L2_CLAIM_OWNS);
		if (k % 50 == 0)
			lab_run(&l, 1);
	}
	until_told(&l, 1, 0, N, 4000);
	for (size_t k = N / 2; k < N; k++)
		lab_claim(&l, 0, k, L2_CLAIM_NONE);
	until_told(&l, 1, 0, N / 2, 4000);
	until_told(&l, 2, 0, N / 2, 4000);
	l.loss = 0;
	settle(&l, 1000);
	lab_fini(&l);
}

/* More were taken back than are remembered: whoever missed it is told all. */
static void what_is_forgotten_is_told_whole(void **state)
{
	enum { N = 6000 };
	struct lab l;

	(void)state;
	lab_init(&l, 2, N);
	settle(&l, 1000);
	for (size_t k = 0; k < N; k++)
		lab_claim(&l, 0, k, L2_CLAIM_OWNS);
	until_told(&l, 1, 0, N, 1000);
	l.side[1] = 1;
	for (size_t k = 10; k < N; k++)
		lab_claim(&l, 0, k, L2_CLAIM_NONE);
	lab_run(&l, 300);
	lab_claim(&l, 0, 9, L2_CLAIM_NONE);
	lab_run(&l, 10);
	l.side[1] = 0;
	until_told(&l, 1, 0, 9, 1000);
	settle(&l, 100);
	lab_fini(&l);
}

/* At random, with loss, cuts, restarts: in the end everybody was told what is so. */
static void claims_agree_after_anything(void **state)
{
	enum { N = 5, ADDRS = 300 };
	uint8_t truth[N][ADDRS];
	struct lab l;

	(void)state;
	lab_init(&l, N, ADDRS);
	memset(truth, L2_CLAIM_NONE, sizeof(truth));
	l.two_ways = true;
	for (int step = 0; step < 400; step++) {
		size_t i = lab_random(&l) % N, from = lab_random(&l) % ADDRS;

		l.loss = lab_random(&l) % 4 ? 0 : 30;
		l.scatter = lab_random(&l) % 30;
		l.side[lab_random(&l) % N] = lab_random(&l) % 6 == 0;
		if (lab_random(&l) % 20 == 0) {
			lab_boot(&l, i, NULL);
			memset(truth[i], L2_CLAIM_NONE, ADDRS);
		}
		for (size_t k = from; k < ADDRS && k < from + lab_random(&l) % 200; k++) {
			truth[i][k] = (uint8_t)(lab_random(&l) % 3);
			lab_claim(&l, i, k, (enum l2_claim)truth[i][k]);
		}
		lab_run(&l, (int64_t)(lab_random(&l) % 60));
	}
	l.loss = 0;
	memset(l.side, 0, N);
	lab_run(&l, 200);
	settle(&l, 3000);
	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < N; j++)
			if (i != j)
				assert_memory_equal(l.v[i].seen[j].claims, truth[j], ADDRS);
	lab_fini(&l);
}

/* ---- names, runs, interfaces ---- */

/* One after the other takes the next key, signs with it, and forgets the old one. */
static void keys_change_and_nobody_is_missed(void **state)
{
	static const char next[] = "fedcba9876543210fedcba9876543210";
	static const char *const keys[] = {LAB_KEY "\nfedcba9876543210fedcba9876543210",
	    "fedcba9876543210fedcba9876543210\n" LAB_KEY, next};
	size_t news[4];
	struct lab l;

	(void)state;
	lab_init(&l, 4, 8);
	settle(&l, 1000);
	for (size_t i = 0; i < 4; i++)
		news[i] = l.v[i].seen[!i].news;
	for (size_t k = 0; k < ARRAY_LEN(keys); k++)
		for (size_t i = 0; i < 4; i++) {
			l2_peers_set_key(
			    l.v[i].peers, (const uint8_t *)keys[k], strlen(keys[k]));
			lab_run(&l, 500);
		}
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(l.v[i].seen[!i].news, news[i]);
		assert_int_equal(lab_stats(&l, i).wrong_key, 0);
	}
	l2_peers_set_key(l.v[0].peers, (const uint8_t *)LAB_KEY, strlen(LAB_KEY));
	lab_run(&l, 1000);
	assert_true(lab_stats(&l, 1).wrong_key > 0);
	assert_false(l.v[1].seen[0].alive);
	lab_fini(&l);
}

static void a_namesake_is_counted(void **state)
{
	uint64_t was[3];
	struct lab l;

	(void)state;
	lab_init(&l, 3, 8);
	memcpy(l.v[2].name, "n1", 3);
	lab_boot(&l, 2, NULL);
	lab_run(&l, 2000);
	for (size_t i = 1; i < 3; i++)
		was[i] = lab_stats(&l, i).same_name;
	lab_run(&l, 1000); /* and goes on to be, by both */
	for (size_t i = 1; i < 3; i++)
		assert_true(lab_stats(&l, i).same_name > was[i]);
	assert_false(l.v[1].seen[1].alive);
	lab_fini(&l);
}

/* The first of two namesakes is followed again when the second is gone. */
static void who_was_hidden_is_seen_again(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 3, 8);
	settle(&l, 1000);
	memcpy(l.v[2].name, "n1", 3);
	lab_boot(&l, 2, NULL);
	lab_run(&l, 1000);
	lab_kill(&l, 2);
	lab_run(&l, 1000);
	assert_true(l.v[0].seen[1].alive && l.v[0].seen[1].known);
	lab_fini(&l);
}

static void a_restart_takes_claims_back(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 2, 8);
	settle(&l, 1000);
	lab_claim(&l, 1, 0, L2_CLAIM_OWNS);
	until_told(&l, 0, 1, 1, 100);
	lab_boot(&l, 1, NULL);
	assert_true(until_told(&l, 0, 1, 0, 1000) <= 60);
	assert_true(l.v[0].seen[1].alive);
	lab_fini(&l);
}

/* What it claimed before it was shut out is not told again unless it still does. */
static void who_comes_back_claims_nothing_old(void **state)
{
	struct lab l;
	size_t n_owns;

	(void)state;
	lab_init(&l, 2, 8);
	l.loss = 20;
	settle(&l, 1000);
	lab_claim(&l, 1, 0, L2_CLAIM_OWNS);
	lab_claim(&l, 1, 1, L2_CLAIM_OWNS);
	until_told(&l, 0, 1, 2, 1000);
	l.side[1] = 1;
	lab_run(&l, 1000);
	assert_false(l.v[0].seen[1].alive);
	lab_claim(&l, 1, 1, L2_CLAIM_NONE);
	lab_run(&l, 100);
	n_owns = l.v[0].seen[1].n_owns;
	l.side[1] = 0;
	settle(&l, 1000);
	assert_true(lab_told(&l, 0, 1, 0, 1));
	assert_int_equal(l.v[0].seen[1].n_owns, n_owns + 1);
	lab_fini(&l);
}

static void interfaces_count_one_by_one(void **state)
{
	static const uint32_t one[] = {LAB_IFACE}, both[] = {LAB_IFACE, LAB_IFACE2};
	struct lab_datagram d;
	struct lab l;

	(void)state;
	lab_init(&l, 2, 8);
	lab_run(&l, 3000);
	for (size_t k = 1; d = l.kept[(l.n_kept - k) % LAB_KEEPS], d.from != 1; k++)
		;
	lab_hear(&l, 0, d.bytes, d.len, LAB_IFACE2);
	assert_int_equal(l.v[0].seen[1].n_heard, 2);
	lab_run(&l, 400);
	assert_int_equal(l.v[0].seen[1].n_heard, 1); /* silent on the second */
	l2_peers_set_ifaces(l.v[0].peers, both + 1, 1);
	l.v[0].due_ms = l.now_ms;
	lab_run(&l, 2);
	assert_false(l.v[0].seen[1].alive);
	l2_peers_set_ifaces(l.v[0].peers, one, 1);
	lab_run(&l, 150);
	assert_true(l.v[0].seen[1].alive);
	lab_fini(&l);
}

static void the_dead_are_shown_for_a_while(void **state)
{
	struct l2_peer_view v;
	struct lab l;

	(void)state;
	lab_init(&l, 3, 8);
	settle(&l, 1000);
	lab_claim(&l, 2, 0, L2_CLAIM_OWNS);
	until_told(&l, 0, 2, 1, 100);
	lab_kill(&l, 2);
	lab_run(&l, 1000);
	assert_true(l2_peers_after(l.v[0].peers, NULL, &v));
	assert_string_equal(v.peer.node, "n1");
	assert_true(v.peer.alive && v.lost == 0 && v.owns == 0);
	assert_true(l2_peers_after(l.v[0].peers, "n1", &v));
	assert_string_equal(v.peer.node, "n2");
	assert_false(v.peer.alive);
	assert_int_equal(v.owns, 1);
	assert_false(l2_peers_after(l.v[0].peers, "n2", &v));
	l.now_ms += 600000;
	lab_run(&l, 1000);
	assert_true(l2_peers_after(l.v[0].peers, NULL, &v));
	assert_false(l2_peers_after(l.v[0].peers, "n1", &v));
	lab_fini(&l);
}

/* A partition that lasted longer than anybody is remembered. */
static void who_was_forgotten_comes_back(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 2, 8);
	settle(&l, 1000);
	lab_claim(&l, 1, 0, L2_CLAIM_OWNS);
	until_told(&l, 0, 1, 1, 100);
	l.side[1] = 1;
	lab_run(&l, 1000);
	l.now_ms += 700000;
	lab_run(&l, 2000);
	l.side[1] = 0;
	settle(&l, 1000);
	assert_true(lab_told(&l, 0, 1, 0, 1));
	lab_fini(&l);
}

static void a_crowd_settles(void **state)
{
	struct lab l;

	(void)state;
	lab_init(&l, 150, 4);
	assert_true(settle(&l, 3000) <= 300);
	lab_fini(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_know_each_other),
	    cmocka_unit_test(a_newcomer_is_known_at_once),
	    cmocka_unit_test(a_dead_one_is_missed_after_three_and_a_half_intervals),
	    cmocka_unit_test(nobody_dies_of_loss_or_disorder),
	    cmocka_unit_test(who_slept_buries_nobody),
	    cmocka_unit_test(who_slept_finds_the_dead),
	    cmocka_unit_test(flags_are_told_at_once),
	    cmocka_unit_test(a_goodbye_takes_claims_along),
	    cmocka_unit_test(claims_are_told_at_once),
	    cmocka_unit_test(five_thousand_claims_arrive_within_300_ms),
	    cmocka_unit_test(lost_claims_are_asked_for),
	    cmocka_unit_test(what_is_forgotten_is_told_whole),
	    cmocka_unit_test(claims_agree_after_anything),
	    cmocka_unit_test(keys_change_and_nobody_is_missed),
	    cmocka_unit_test(a_namesake_is_counted),
	    cmocka_unit_test(who_was_hidden_is_seen_again),
	    cmocka_unit_test(a_restart_takes_claims_back),
	    cmocka_unit_test(who_comes_back_claims_nothing_old),
	    cmocka_unit_test(interfaces_count_one_by_one),
	    cmocka_unit_test(the_dead_are_shown_for_a_while),
	    cmocka_unit_test(who_was_forgotten_comes_back),
	    cmocka_unit_test(a_crowd_settles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
