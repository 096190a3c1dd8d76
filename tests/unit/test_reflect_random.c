/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server in memory (a history of changes, compaction, pages, lists as events) and a reflector
 * with every fault at random between them. When the faults end, what was told must be what the
 * server has. GREVY_SEED=N runs that one, GREVY_ROUNDS=N so many.
 */
#include "reflect_lab.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 12, LOG_MAX = 4000, STEPS = 120, PAGE = 3 };

struct change {
	unsigned slot;
	unsigned value; /* 0 = deleted */
};

struct world {
	struct lab l;
	uint32_t seed;
	struct change log[LOG_MAX]; /* log[i] made revision i + 1 */
	unsigned revision, compacted;
	unsigned told[SLOTS], mark[SLOTS], generation; /* value 0 = nothing */
	unsigned cursor;                               /* of the watch: revision it has seen */
	bool faults;
	int stream; /* 0 = refused, 1 = known, 2 = taken for a watch, 3 = never ends */
};

static uint32_t any(struct world *w)
{
	w->seed ^= w->seed << 13;
	w->seed ^= w->seed >> 17;
	w->seed ^= w->seed << 5;
	return w->seed;
}

static bool one_in(struct world *w, unsigned n)
{
	return any(w) % n == 0;
}

static void change(struct world *w)
{
	assert_true(w->revision < LOG_MAX);
	w->log[w->revision].slot = any(w) % SLOTS;
	w->log[w->revision].value = one_in(w, 3) ? 0 : any(w) % 1000 + 1;
	w->revision++;
	if (one_in(w, 40))
		w->compacted = w->revision;
}

static unsigned value_at(const struct world *w, unsigned slot, unsigned revision)
{
	while (revision-- > 0)
		if (w->log[revision].slot == slot)
			return w->log[revision].value;
	return 0;
}

static void tell(struct world *w, unsigned slot, unsigned value)
{
	w->told[slot] = value;
	w->mark[slot] = w->generation;
}

static void sweep(struct world *w)
{
	for (unsigned i = 0; i < SLOTS; i++)
		if (w->mark[i] != w->generation)
			w->told[i] = 0;
}

static const char *number(unsigned n)
{
	static char text[4][16];
	static unsigned turn;

	turn = (turn + 1) % 4;
	snprintf(text[turn], sizeof(text[turn]), "%u", n);
	return text[turn];
}

static void end(struct world *w, const struct reflect_end *e)
{
	if (lab_done(&w->l, e) != REFLECT_SWEEP)
		return;
	if (w->l.r.phase == K8S_ABSENT)
		w->generation++;
	sweep(w);
}

static void end_with(struct world *w, int error, int status)
{
	struct reflect_end e = {.error = error, .status = status, .text = "x"};

	if (one_in(w, 3))
		e.retry_after_s = any(w) % 50;
	end(w, &e);
}

/* Give the reflector an object. Return: false when the call ended. */
static bool give(struct world *w, unsigned slot, unsigned value, unsigned revision)
{
	enum reflect_act act;

	act = lab_event(&w->l, value ? REFLECT_PUT : REFLECT_DELETED, number(revision));
	if (act == REFLECT_STOP) {
		end_with(w, -ECANCELED, 200);
		return false;
	}
	assert_int_equal(act, REFLECT_TAKE);
	if (w->faults && one_in(w, 40)) { /* it is lost */
		end_with(w, -ENOMEM, 200);
		return false;
	}
	tell(w, slot, value);
	return true;
}

static void answer(struct world *w, int status)
{
	reflect_head(&w->l.r, status, w->l.now);
	end_with(w, 0, status);
}

/* A fault in place of an answer. */
static bool refuse(struct world *w)
{
	static const int statuses[] = {400, 401, 403, 404, 410, 422, 429, 500, 503, 504};

	if (!w->faults || !one_in(w, 3))
		return false;
	if (one_in(w, 2))
		end_with(w, one_in(w, 2) ? -ECONNREFUSED : -ETIMEDOUT, 0);
	else
		answer(w, statuses[any(w) % (sizeof(statuses) / sizeof(statuses[0]))]);
	return true;
}

/* A fault in the middle of an answer. */
static bool breaks(struct world *w)
{
	static const int errors[] = {-ECONNRESET, -ETIMEDOUT, -EBADMSG, -ENOMEM, -EPROTO};

	if (!w->faults || !one_in(w, 12))
		return false;
	end_with(w, errors[any(w) % (sizeof(errors) / sizeof(errors[0]))], 200);
	return true;
}

static void serve_group(struct world *w)
{
	struct reflect_end e = {.status = 200, .served = 2 | any(w) % 2};

	if (w->faults && one_in(w, 4))
		e.served = 0;
	reflect_head(&w->l.r, 200, w->l.now);
	end(w, &e);
}

static void serve_page(struct world *w)
{
	const char *cont = strstr(w->l.path, "continue=");
	struct reflect_end e = {.status = 200};
	unsigned n = 0, slot = 0, revision = w->revision;
	char token[32], *dash;

	if (cont) {
		revision = (unsigned)strtoul(cont + strlen("continue="), &dash, 10);
		assert_int_equal(*dash, '-');
		slot = (unsigned)strtoul(dash + 1, NULL, 10);
		if (revision < w->compacted) {
			answer(w, 410);
			return;
		}
	}
	reflect_head(&w->l.r, 200, w->l.now);
	for (; slot < SLOTS && n < PAGE; slot++) {
		unsigned value = value_at(w, slot, revision);

		if (breaks(w))
			return;
		n += value > 0;
		if (value && !give(w, slot, value, 1))
			return;
	}
	e.rv = number(revision);
	snprintf(token, sizeof(token), "%u-%u", revision, slot);
	e.cont = slot < SLOTS ? token : NULL;
	end(w, &e);
}

/* Return: false when the call ended. */
static bool serve_initial(struct world *w)
{
	unsigned revision = w->revision;

	for (unsigned slot = 0; slot < SLOTS; slot++) {
		unsigned value = value_at(w, slot, revision);

		if (breaks(w) || (value && !give(w, slot, value, 1)))
			return false;
	}
	if (w->stream == 3) {
		w->l.now = w->l.r.wake_ms;
		assert_true(reflect_stalled(&w->l.r, w->l.now));
		end_with(w, -ECANCELED, 200);
		return false;
	}
	if (w->stream == 2) {
		assert_int_equal(
		    lab_event(&w->l, REFLECT_BOOKMARK, number(revision)), REFLECT_STOP);
		end_with(w, -ECANCELED, 200);
		return false;
	}
	assert_int_equal(lab_initial_end(&w->l, number(revision)), REFLECT_SWEEP);
	sweep(w);
	w->cursor = revision;
	return true;
}

/* What the watch has to say now. Return: false when the call ended. */
static bool serve_events(struct world *w)
{
	for (; w->cursor < w->revision; w->cursor++) {
		const struct change *c = &w->log[w->cursor];

		if (breaks(w) || !give(w, c->slot, c->value, w->cursor + 1))
			return false;
		if (w->faults && one_in(w, 8) && !give(w, c->slot, c->value, w->cursor + 1))
			return false;
		if (w->faults && one_in(w, 15) && w->cursor > 2) { /* out of order */
			give(w, w->log[w->cursor - 2].slot, w->log[w->cursor - 2].value,
			    w->cursor - 1);
			return false;
		}
	}
	if (w->faults && one_in(w, 10)) {
		static const int codes[] = {410, 500, 429, 0};

		assert_int_equal(lab_error(&w->l, codes[any(w) % 4], "x"), REFLECT_STOP);
		end_with(w, -ECANCELED, 200);
		return false;
	}
	if (one_in(w, 2))
		assert_int_equal(
		    lab_event(&w->l, REFLECT_BOOKMARK, number(w->revision)), REFLECT_SKIP);
	return true;
}

static void serve_watch(struct world *w)
{
	const char *rv = strstr(w->l.path, "resourceVersion=");
	bool stream = w->l.rq.ask == REFLECT_STREAM;

	if (stream && w->stream == 0) {
		answer(w, 422);
		return;
	}
	if (!stream) {
		assert_non_null(rv);
		w->cursor = (unsigned)strtoul(rv + strlen("resourceVersion="), NULL, 10);
		assert_true(w->cursor <= w->revision);
		if (w->cursor < w->compacted) {
			answer(w, 410);
			return;
		}
	}
	reflect_head(&w->l.r, 200, w->l.now);
	if (stream && !serve_initial(w))
		return;
	while (serve_events(w)) {
		if (!w->faults)
			return; /* and stays */
		w->l.now += any(w) % 400000;
		if (one_in(w, 3)) {
			end_with(w, 0, 200);
			return;
		}
		for (unsigned n = any(w) % 4; n > 0 && w->revision < LOG_MAX - STEPS; n--)
			change(w);
	}
}

static void step(struct world *w)
{
	int64_t waited;

	w->l.rnd = any(w);
	waited = lab_send(&w->l);
	assert_in_range(waited, 0, 121000);
	if (w->l.rq.fresh)
		w->generation++;
	if (refuse(w))
		return;
	if (w->l.rq.ask == REFLECT_GROUP)
		serve_group(w);
	else if (w->l.rq.ask == REFLECT_LIST)
		serve_page(w);
	else
		serve_watch(w);
}

static void run(uint32_t seed)
{
	static struct world w;
	unsigned steps = 0;

	memset(&w, 0, sizeof(w));
	w.seed = seed * 2654435761U | 1;
	for (int i = 0; i < 8; i++)
		any(&w);
	w.stream = (int)(any(&w) % 4);
	lab_init(&w.l, one_in(&w, 2) ? &lab_services : &lab_pools);
	w.faults = true;
	for (int i = 0; i < STEPS; i++) {
		if (one_in(&w, 2) && w.revision < LOG_MAX - STEPS)
			change(&w);
		step(&w);
		if (one_in(&w, 50))
			reflect_again(&w.l.r, w.l.now);
	}
	w.faults = false;
	do {
		step(&w);
		assert_true(steps++ < 40);
	} while (!w.l.r.busy);
	assert_int_equal(w.l.r.phase, K8S_WATCHING);
	assert_true(w.l.r.listed);
	assert_string_equal(w.l.r.text, "");
	for (unsigned i = 0; i < SLOTS; i++)
		if (w.told[i] != value_at(&w, i, w.revision))
			fail_msg("GREVY_SEED=%u: object %u is %u, told %u", seed, i,
			    value_at(&w, i, w.revision), w.told[i]);
	reflect_fini(&w.l.r);
}

static void what_was_told_is_what_there_is(void **state)
{
	const char *seed = getenv("GREVY_SEED"), *rounds = getenv("GREVY_ROUNDS");
	uint32_t n = rounds ? (uint32_t)strtoul(rounds, NULL, 10) : 2000;

	(void)state;
	if (seed) {
		run((uint32_t)strtoul(seed, NULL, 10));
		return;
	}
	for (uint32_t i = 1; i <= n; i++)
		run(i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_told_is_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
