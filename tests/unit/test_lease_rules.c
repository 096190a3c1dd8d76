/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The election: scene by scene, and as a model of three contenders around one server with late
 * and lost messages, contenders that are stopped, crash and leave, and clocks that run at
 * different rates. Never may two of them have time left to write.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "k8s/lease_rules.h"
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct lease_record held(const char *holder, const char *renewed)
{
	struct lease_record r = {.term_s = LEASE_TERM_S};

	snprintf(r.holder, sizeof(r.holder), "%s", holder);
	snprintf(r.renewed, sizeof(r.renewed), "%s", renewed);
	return r;
}

static void expect(struct lease_rules *r, int64_t now_ms, enum lease_do what)
{
	assert_int_equal(lease_next(r, now_ms), what);
}

static void done(struct lease_rules *r, int64_t now_ms, const char *holder, const char *renewed)
{
	struct lease_record record = held(holder, renewed);

	lease_answer(r, LEASE_DONE, &record, now_ms, 0);
}

/* "a" leads since 1000, which it asked for at 900. */
static void lead(struct lease_rules *r)
{
	lease_rules_init(r, "a");
	expect(r, 800, LEASE_READ);
	lease_answer(r, LEASE_MISSING, NULL, 900, 0);
	expect(r, 900, LEASE_CREATE);
	assert_int_equal(lease_rules_left_ms(r, 950), 0);
	done(r, 1000, "a", "t0");
}

static void test_create_and_renew(void **state)
{
	struct lease_rules r;

	(void)state;
	lead(&r);
	assert_int_equal(lease_rules_left_ms(&r, 1000), 9900);
	assert_int_equal(lease_due_ms(&r), 2900);
	expect(&r, 2899, LEASE_WAIT);
	expect(&r, 2900, LEASE_RENEW);
	expect(&r, 2950, LEASE_WAIT);
	done(&r, 3500, "a", "t1");
	assert_int_equal(lease_rules_left_ms(&r, 3500), 9400);
	assert_int_equal(lease_rules_left_ms(&r, 12899), 1);
	assert_int_equal(lease_rules_left_ms(&r, 12900), 0);
}

static void test_unanswered_renewals_end_it(void **state)
{
	struct lease_rules r;

	(void)state;
	lead(&r);
	expect(&r, 2900, LEASE_RENEW);
	assert_int_equal(lease_due_ms(&r), 10900); /* even while an answer is awaited */
	lease_answer(&r, LEASE_FAILED, NULL, 7900, 0);
	assert_int_equal(lease_due_ms(&r), 8400);
	expect(&r, 8400, LEASE_RENEW);
	expect(&r, 10900, LEASE_WAIT);
	assert_false(r.ours);
	done(&r, 11000, "a", "t2"); /* late, but it counts from when it was sent */
	assert_int_equal(lease_rules_left_ms(&r, 11000), 7400);
}

static void test_stopped_process_is_not_the_leader(void **state)
{
	struct lease_rules r;

	(void)state;
	lead(&r);
	assert_int_equal(lease_rules_left_ms(&r, 31000), 0);
	expect(&r, 31000, LEASE_RENEW); /* which the version decides */
	assert_int_equal(lease_rules_left_ms(&r, 31000), 0);
	lease_answer(&r, LEASE_CONFLICT, NULL, 31010, 0);
	expect(&r, 31010, LEASE_READ);
	done(&r, 31020, "b", "t9");
	assert_int_equal(lease_rules_left_ms(&r, 31020), 0);
	expect(&r, 33019, LEASE_WAIT);
	expect(&r, 33020, LEASE_READ);
}

static void test_other_holder_is_waited_out(void **state)
{
	struct lease_rules r;
	int64_t now = 1000;

	(void)state;
	lease_rules_init(&r, "a");
	expect(&r, now, LEASE_READ);
	done(&r, now, "b", "t0");
	for (; now < 9000; now += 2000) {
		expect(&r, now + 1999, LEASE_WAIT);
		expect(&r, now + 2000, LEASE_READ);
		done(&r, now + 2000, "b", "t0");
	}
	expect(&r, 11000, LEASE_READ);
	done(&r, 11000, "b", "t1"); /* it renewed: its term begins anew */
	for (now = 13000; now < 26000; now += 2000) {
		expect(&r, now, LEASE_READ);
		done(&r, now, "b", "t1");
	}
	expect(&r, 26999, LEASE_WAIT);
	expect(&r, 27000, LEASE_TAKE);
	done(&r, 27005, "a", "t2");
	assert_int_equal(lease_rules_left_ms(&r, 27005), 9995);
}

static void test_released_lease_is_taken_at_once(void **state)
{
	struct lease_rules r;

	(void)state;
	lease_rules_init(&r, "a");
	expect(&r, 0, LEASE_READ);
	done(&r, 10, "", "t0");
	expect(&r, 10, LEASE_TAKE);
	lease_answer(&r, LEASE_CONFLICT, NULL, 20, 0);
	expect(&r, 20, LEASE_READ);
	done(&r, 30, "", "t1");
	expect(&r, 30, LEASE_TAKE);
	lease_answer(&r, LEASE_CONFLICT, NULL, 40, 500); /* twice in a row: not for ever */
	expect(&r, 3039, LEASE_WAIT);
	expect(&r, 3040, LEASE_READ);
}

static void test_own_name_read_is_not_leading(void **state)
{
	struct lease_rules r;

	(void)state;
	lease_rules_init(&r, "a");
	expect(&r, 0, LEASE_READ);
	done(&r, 10, "a", "t0"); /* the answer to our PUT was lost, who knows when */
	assert_int_equal(lease_rules_left_ms(&r, 10), 0);
	expect(&r, 10, LEASE_RENEW);
	done(&r, 20, "a", "t1");
	assert_int_equal(lease_rules_left_ms(&r, 20), 9990);
}

static void test_deleted_lease(void **state)
{
	struct lease_rules r;

	(void)state;
	lead(&r);
	expect(&r, 2900, LEASE_RENEW);
	lease_answer(&r, LEASE_MISSING, NULL, 2910, 0);
	assert_int_equal(lease_rules_left_ms(&r, 2910), 0);
	expect(&r, 2910, LEASE_CREATE);
	done(&r, 2920, "a", "t1");
	assert_true(lease_rules_left_ms(&r, 2920) > 0);

	lease_rules_init(&r, "a"); /* another held it a moment ago */
	expect(&r, 0, LEASE_READ);
	done(&r, 0, "b", "t0");
	expect(&r, 2000, LEASE_READ);
	lease_answer(&r, LEASE_MISSING, NULL, 2000, 0);
	expect(&r, 4000, LEASE_READ);
	lease_answer(&r, LEASE_MISSING, NULL, 14999, 0);
	expect(&r, 16999, LEASE_CREATE);
	lease_answer(&r, LEASE_MISSING, NULL, 17000, 0); /* no such namespace */
	expect(&r, 18999, LEASE_WAIT);
	expect(&r, 19000, LEASE_CREATE);
}

static void test_leave(void **state)
{
	struct lease_rules r;

	(void)state;
	lead(&r);
	lease_leave(&r, 1500);
	assert_int_equal(lease_rules_left_ms(&r, 1500), 0);
	assert_false(lease_left(&r));
	expect(&r, 1500, LEASE_YIELD);
	lease_answer(&r, LEASE_CONFLICT, NULL, 1510, 0); /* a renewal that was thought lost */
	expect(&r, 1510, LEASE_READ);
	done(&r, 1520, "a", "t1");
	expect(&r, 1520, LEASE_YIELD);
	done(&r, 1530, "", "t2");
	assert_true(lease_left(&r));
	assert_true(lease_due_ms(&r) == INT64_MAX);

	lead(&r);
	expect(&r, 2900, LEASE_RENEW);
	lease_leave(&r, 2950);
	expect(&r, 2950, LEASE_WAIT);
	done(&r, 2960, "a", "t1"); /* done, yet no longer wanted */
	assert_int_equal(lease_rules_left_ms(&r, 2960), 0);
	expect(&r, 2960, LEASE_YIELD);
	lease_answer(&r, LEASE_FAILED, NULL, 2970, 0);
	expect(&r, 4960, LEASE_YIELD);
	lease_answer(&r, LEASE_FAILED, NULL, 4970, 0);
	expect(&r, 6960, LEASE_YIELD);
	lease_answer(&r, LEASE_FAILED, NULL, 6970, 0);
	assert_true(lease_left(&r)); /* best effort */

	lease_rules_init(&r, "a");
	expect(&r, 0, LEASE_READ);
	done(&r, 0, "b", "t0");
	lease_leave(&r, 10);
	assert_true(lease_left(&r));
}

/* The model. Times are true ms; each contender sees them through its own clock. */
enum {
	CONTENDERS = 3,
	STEP_MS = 20,
	FAULTS_MS = 240000,
	CALM_MS = 60000,
	ASK_MS = 5000,
	SEEDS = 400
};

struct message {
	bool busy; /* the contender waits for the answer */
	enum lease_do what;
	unsigned version;
	struct lease_record record;
	int64_t arrives, answers, asked; /* asked: on the contender's clock */
	enum lease_outcome outcome;
	unsigned got_version;
	struct lease_record got;
};

/* One that its sender has given up, but which arrives. */
enum { STRAYS = 8 };

struct contender {
	struct lease_rules r;
	char me[16];
	unsigned version, lives, rate;            /* rate: of the clock, per mille */
	int64_t offset, stopped_until, cut_until; /* cut: no message gets through */
	struct message m, strays[STRAYS];
};

struct model {
	bool exists, calm;
	unsigned version, serial;
	struct lease_record record;
	struct contender c[CONTENDERS];
	unsigned seed, changes;
	int last;
	int64_t t;
};

static unsigned roll(struct model *w, unsigned n)
{
	w->seed = w->seed * 1664525u + 1013904223u;
	return (w->seed >> 8) % n;
}

static int64_t local(const struct model *w, const struct contender *c)
{
	return c->offset + w->t * c->rate / 1000;
}

static void born(struct model *w, struct contender *c)
{
	snprintf(c->me, sizeof(c->me), "%u_%u", (unsigned)(c - w->c), c->lives++);
	lease_rules_init(&c->r, c->me);
	c->m.busy = false;
}

static void arrive(struct model *w, struct message *m)
{
	m->arrives = INT64_MAX;
	m->outcome = LEASE_DONE;
	if (m->what == LEASE_READ || m->what == LEASE_CREATE)
		m->outcome = m->what == LEASE_READ ? w->exists ? LEASE_DONE : LEASE_MISSING
		             : w->exists           ? LEASE_CONFLICT
		                                   : LEASE_DONE;
	else if (!w->exists || m->version != w->version)
		m->outcome = w->exists ? LEASE_CONFLICT : LEASE_MISSING;
	if (m->outcome == LEASE_DONE && m->what != LEASE_READ) {
		w->exists = true;
		w->version++;
		w->record = m->record;
	}
	m->got = w->record;
	m->got_version = w->version;
}

static int64_t delay(struct model *w)
{
	if (w->calm || roll(w, 3))
		return 1 + roll(w, 30);
	return roll(w, 4) ? roll(w, 900) : roll(w, 9000);
}

static bool lost(struct model *w, const struct contender *c)
{
	return !w->calm && (w->t < c->cut_until || roll(w, 6) == 0);
}

static void send_message(struct model *w, struct contender *c, enum lease_do what)
{
	struct message *m = &c->m;

	*m = (struct message){.busy = true, .what = what, .version = c->version};
	m->record = held(what == LEASE_YIELD ? "" : c->me, "");
	snprintf(m->record.renewed, sizeof(m->record.renewed), "%u", w->serial++);
	m->record.term_s = what == LEASE_YIELD ? 1 : LEASE_TERM_S;
	m->asked = local(w, c);
	m->arrives = lost(w, c) ? INT64_MAX : w->t + delay(w);
	m->answers = m->arrives == INT64_MAX || lost(w, c) ? INT64_MAX : m->arrives + delay(w);
}

static void keep_stray(struct contender *c)
{
	for (size_t i = 0; c->m.arrives != INT64_MAX && i < STRAYS; i++)
		if (c->strays[i].arrives == INT64_MAX || !c->strays[i].what) {
			c->strays[i] = c->m;
			return;
		}
}

static void contend(struct model *w, struct contender *c)
{
	struct message *m = &c->m;
	enum lease_do what;

	if (m->busy && m->answers <= w->t) {
		m->busy = false;
		if (m->outcome == LEASE_DONE)
			c->version = m->got_version;
		lease_answer(&c->r, m->outcome, &m->got, local(w, c), roll(w, 1000));
	} else if (m->busy && local(w, c) - m->asked >= ASK_MS) {
		m->busy = false;
		keep_stray(c);
		lease_answer(&c->r, LEASE_FAILED, NULL, local(w, c), roll(w, 1000));
	}
	what = lease_next(&c->r, local(w, c));
	if (what != LEASE_WAIT)
		send_message(w, c, what);
	if (c->r.leaving && lease_left(&c->r))
		born(w, c);
}

static void mishap(struct model *w, struct contender *c)
{
	if (w->calm)
		return;
	if (roll(w, 1500) == 0)
		c->stopped_until = w->t + roll(w, 40000);
	if (roll(w, 1000) == 0)
		c->cut_until = w->t + roll(w, 30000);
	if (roll(w, 4000) == 0) {
		keep_stray(c);
		born(w, c);
	}
	if (roll(w, 4000) == 0)
		lease_leave(&c->r, local(w, c));
}

static void serve(struct model *w)
{
	for (size_t i = 0; i < CONTENDERS; i++) {
		if (w->c[i].m.busy && w->c[i].m.arrives <= w->t)
			arrive(w, &w->c[i].m);
		for (size_t j = 0; j < STRAYS; j++)
			if (w->c[i].strays[j].what && w->c[i].strays[j].arrives <= w->t)
				arrive(w, &w->c[i].strays[j]);
	}
}

/* Return: who may write, -1 = nobody. One who is stopped counts: it may go on any moment. */
static int leader(struct model *w)
{
	int who = -1;

	for (int i = 0; i < CONTENDERS; i++) {
		if (!lease_rules_left_ms(&w->c[i].r, local(w, &w->c[i])))
			continue;
		if (who >= 0)
			fail_msg("two lead at %lld ms", (long long)w->t);
		who = i;
	}
	w->changes += who >= 0 && who != w->last;
	w->last = who >= 0 ? who : w->last;
	return who;
}

static void model_step(struct model *w)
{
	serve(w);
	for (size_t i = 0; i < CONTENDERS; i++) {
		mishap(w, &w->c[i]);
		if (w->c[i].stopped_until <= w->t)
			contend(w, &w->c[i]);
	}
	w->t += STEP_MS;
}

static unsigned model_run(unsigned seed)
{
	struct model *w = calloc(1, sizeof(*w));
	unsigned changes;
	int who = -1;

	assert_non_null(w);
	w->seed = seed;
	w->last = -1;
	for (size_t i = 0; i < CONTENDERS; i++) {
		w->c[i].rate = roll(w, 2) ? 900 : 1100;
		w->c[i].offset = roll(w, 1000000);
		born(w, &w->c[i]);
	}
	while (w->t < FAULTS_MS) {
		model_step(w);
		leader(w);
	}
	w->calm = true;
	while (w->t < FAULTS_MS + CALM_MS + 40000) {
		model_step(w);
		who = leader(w);
	}
	changes = w->changes;
	free(w);
	if (who < 0)
		fail_msg("seed %u: nobody leads in the end", seed);
	return changes;
}

static void test_model(void **state)
{
	unsigned changes = 0;

	(void)state;
	for (unsigned seed = 1; seed <= SEEDS; seed++)
		changes += model_run(seed);
	assert_true(changes > SEEDS); /* else nothing was tried */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_create_and_renew),
	    cmocka_unit_test(test_unanswered_renewals_end_it),
	    cmocka_unit_test(test_stopped_process_is_not_the_leader),
	    cmocka_unit_test(test_other_holder_is_waited_out),
	    cmocka_unit_test(test_released_lease_is_taken_at_once),
	    cmocka_unit_test(test_own_name_read_is_not_leading),
	    cmocka_unit_test(test_deleted_lease),
	    cmocka_unit_test(test_leave),
	    cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
