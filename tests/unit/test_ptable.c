/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/ptable.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <sys/socket.h>

struct item {
	uint32_t number;
	uint8_t key[];
};

enum { KEYS = 6000 };

/* Lengths and both families over the same bits, so that only the whole key tells them apart. */
static struct prefix key(unsigned i)
{
	bool six = i % 3 == 0;
	struct prefix p = {.family = six ? AF_INET6 : AF_INET};

	p.plen = (uint8_t)(i % 7 == 0 ? 24 : six ? 128 : 32);
	p.addr[0] = 10;
	p.addr[1] = (uint8_t)(i >> 8);
	p.addr[2] = (uint8_t)i;
	if (six && i % 5 == 0 && p.plen == 128)
		p.addr[15] = 1;
	return p;
}

static void an_empty_table_has_nothing(void **state)
{
	const struct prefix p = key(1);
	struct ptable t;
	struct ptable_walk w;
	size_t at = 0;
	void *r;

	(void)state;
	ptable_init(&t, offsetof(struct item, key));
	assert_null(ptable_find(&t, &p));
	assert_null(ptable_next(&t, &at));
	assert_int_equal(ptable_count(&t, 0), 0);
	ptable_walk_init(&w, NULL);
	assert_int_equal(ptable_walk_next(&t, &w, &r), PTABLE_END);
	ptable_walk_fini(&w);
	ptable_fini(&t);
}

/* The next record, however often the walk wants a pause. */
static struct item *walk(const struct ptable *t, struct ptable_walk *w)
{
	enum ptable_walked got;
	void *r;

	do
		got = ptable_walk_next(t, w, &r);
	while (got == PTABLE_PAUSE);
	assert_int_equal(got == PTABLE_RECORD, r != NULL);
	return r;
}

static void look_through(const struct ptable *t, struct item *const *in, size_t n)
{
	struct prefix last = {.family = 0};
	size_t seen = 0, six = 0;
	struct ptable_walk w;
	const struct item *e;

	for (size_t at = 0; (e = ptable_next(t, &at)); seen++) {
		assert_ptr_equal(in[e->number], e);
		six += ptable_prefix(t, e).family == AF_INET6;
	}
	assert_int_equal(seen, n);
	assert_int_equal(ptable_count(t, 0), n);
	assert_int_equal(ptable_count(t, AF_INET6), six);
	assert_int_equal(ptable_count(t, AF_INET), n - six);
	ptable_walk_init(&w, NULL);
	for (seen = 0; (e = walk(t, &w)); seen++) {
		const struct prefix p = ptable_prefix(t, e);

		assert_ptr_equal(in[e->number], e);
		assert_true(!seen || prefix_cmp(&last, &p) < 0);
		last = p;
	}
	assert_int_equal(seen, n);
	ptable_walk_fini(&w);
}

/* Against an array of what should be there: up, down and up again, in random order. */
static void additions_and_removals(void **state)
{
	static struct item *in[KEYS];
	struct ptable t;
	uint32_t r = 1;
	size_t n = 0;

	(void)state;
	ptable_init(&t, offsetof(struct item, key));
	for (unsigned step = 0; step < 60000; step++) {
		const bool up = step / 15000 % 2 == 0;
		unsigned i;
		struct prefix p;

		r = r * 1103515245u + 12345u;
		i = (r >> 8) % KEYS;
		p = key(i);
		assert_ptr_equal(ptable_find(&t, &p), in[i]);
		if (!in[i] && (up || step % 8 == 0)) {
			in[i] = ptable_add(&t, &p);
			assert_int_equal(in[i]->number, 0);
			in[i]->number = i;
			n++;
		} else if (in[i] && (!up || step % 8 == 0)) {
			const struct prefix q = ptable_prefix(&t, in[i]);

			assert_int_equal(prefix_cmp(&p, &q), 0);
			ptable_remove(&t, in[i]);
			in[i] = NULL;
			n--;
		}
		if (step % 5000 == 4999)
			look_through(&t, in, n);
	}
	ptable_fini(&t);
}

/* All can be removed on the way through them, and memory is given back meanwhile. */
static void removal_on_the_way(void **state)
{
	struct ptable t;
	struct item *e;
	size_t n = 0;

	(void)state;
	ptable_init(&t, offsetof(struct item, key));
	for (unsigned i = 0; i < KEYS; i++) {
		const struct prefix p = key(i);

		((struct item *)ptable_add(&t, &p))->number = i;
	}
	for (size_t at = 0; (e = ptable_next(&t, &at)); n++) {
		const struct prefix p = key(e->number);

		ptable_remove(&t, e);
		assert_null(ptable_find(&t, &p));
	}
	assert_int_equal(n, KEYS);
	assert_int_equal(ptable_count(&t, 0), 0);
	ptable_fini(&t);
}

enum { MANY = 40000 };

/* A prefix for each number, in no order of the numbers; every fourth is IPv6. */
static struct prefix many_key(uint32_t i)
{
	uint32_t mixed = i * 2654435761u;
	struct prefix p = {.family = i % 4 ? AF_INET : AF_INET6};

	p.plen = (uint8_t)(i % 16 ? (i % 4 ? 32 : 64) : 24);
	for (unsigned b = 0; b < 4; b++)
		p.addr[b] = (uint8_t)(mixed >> (24 - 8 * b));
	prefix_mask(&p);
	return p;
}

/* What a walk has to show of each number: it was there from the beginning, and still is. */
struct world {
	struct ptable t;
	struct item *in[MANY];
	bool stayed[MANY], shown[MANY];
	uint32_t random;
};

static uint32_t next_random(struct world *w)
{
	w->random = w->random * 1664525u + 1013904223u;
	return w->random >> 8;
}

static void toggle(struct world *w, uint32_t i)
{
	const struct prefix p = many_key(i);

	if (w->in[i]) {
		ptable_remove(&w->t, w->in[i]);
		w->in[i] = NULL;
		w->stayed[i] = false;
	} else if (!ptable_find(&w->t, &p)) {
		w->in[i] = ptable_add(&w->t, &p);
		w->in[i]->number = i;
	}
}

/* One walk, with `churn` changes after each step. What stayed is shown exactly once. */
static void walk_through(struct world *w, const struct prefix *within, unsigned churn)
{
	struct prefix last = {.family = 0};
	struct ptable_walk walk;
	enum ptable_walked got;
	void *r;

	for (uint32_t i = 0; i < MANY; i++) {
		w->stayed[i] = w->in[i] != NULL;
		w->shown[i] = false;
	}
	ptable_walk_init(&walk, within);
	while ((got = ptable_walk_next(&w->t, &walk, &r)) != PTABLE_END) {
		if (got == PTABLE_RECORD) {
			const struct prefix p = ptable_prefix(&w->t, r);

			assert_true(!last.family || prefix_cmp(&last, &p) < 0);
			last = p;
			w->shown[((struct item *)r)->number] = true;
		}
		for (unsigned c = 0; c < churn; c++)
			toggle(w, next_random(w) % MANY);
		assert_true(walk.cap * (walk.six ? 17 : 5) <= PTABLE_WALK_BYTES);
	}
	ptable_walk_fini(&walk);
}

static bool is_inside(const struct prefix *within, const struct prefix *p)
{
	struct ipaddr a = {.family = p->family};

	memcpy(a.addr, p->addr, sizeof(a.addr));
	return !within || (p->plen >= within->plen && prefix_contains(within, &a));
}

static void check_shown(const struct world *w, const struct prefix *within)
{
	for (uint32_t i = 0; i < MANY; i++) {
		const struct prefix p = many_key(i);

		if (!is_inside(within, &p))
			assert_false(w->shown[i]);
		else if (w->stayed[i])
			assert_true(w->shown[i]);
	}
}

static void a_walk_shows_once_what_stays(void **state)
{
	static const char *const within[] = {
	    NULL, "0.0.0.0/0", "128.0.0.0/2", "::/0", "4000::/3", "255.0.0.0/8"};
	static const unsigned churn[] = {0, 1, 30};
	struct world *w = xcalloc(1, sizeof(*w));

	(void)state;
	ptable_init(&w->t, offsetof(struct item, key));
	for (uint32_t i = 0; i < MANY; i++)
		toggle(w, i);
	for (size_t i = 0; i < ARRAY_LEN(within) * ARRAY_LEN(churn); i++) {
		const char *text = within[i / ARRAY_LEN(churn)];
		struct prefix p;

		if (text)
			assert_int_equal(prefix_parse(text, &p), 0);
		walk_through(w, text ? &p : NULL, churn[i % ARRAY_LEN(churn)]);
		check_shown(w, text ? &p : NULL);
	}
	ptable_fini(&w->t);
	free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_empty_table_has_nothing),
	    cmocka_unit_test(additions_and_removals),
	    cmocka_unit_test(removal_on_the_way),
	    cmocka_unit_test(a_walk_shows_once_what_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
