/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random walks against a model of the kernel: routes come and go, links flap, others delete,
 * change and take places, news are lost, grevyd restarts. Whenever it is quiet the kernel has
 * what the RIB and the links say, over as many objects as that takes, and of others nothing
 * was touched (the model watches over that). */
#include "tests/unit/kroutes_lab.h"

enum { N = 24, STEPS = 60, ROUNDS = 400 };

struct walk {
	struct lab l;
	unsigned wanted[N], weight[N];
	bool taken[N]; /* by somebody else, with our metric */
};

static void step_want(struct walk *w)
{
	unsigned i = (unsigned)rand() % N;

	w->wanted[i] = rand() % 3 ? (unsigned)rand() % (1u << LINKS) : 0;
	w->weight[i] = 1 + (unsigned)rand() % 2;
	want(&w->l, i, w->wanted[i], w->weight[i]);
}

/* All routes with one next-hop set move to another one, in one commit. */
static void step_move(struct walk *w)
{
	unsigned from = w->wanted[(unsigned)rand() % N], to = (unsigned)rand() % (1u << LINKS);

	for (unsigned i = 0; i < N; i++) {
		if (w->wanted[i] != from)
			continue;
		w->wanted[i] = to;
		want(&w->l, i, to, w->weight[i]);
	}
}

static void step_other(struct walk *w)
{
	struct kroute_key ours = w->l.key, theirs = {w->l.key.table, w->l.key.metric, STATIC};
	unsigned i = (unsigned)rand() % N, k = (unsigned)rand() % LINKS;

	switch (rand() % 6) {
	case 0:
		hand_del(&w->l, i, w->l.key.metric);
		w->taken[i] = false;
		break;
	case 1:
		if (!w->taken[i] && w->l.up[k])
			hand_add(&w->l, i, &ours, k, rand() % 2);
		break;
	case 2:
		if (w->l.up[k] && !hand_add(&w->l, i, &theirs, k, rand() % 2))
			w->taken[i] = true;
		break;
	case 3:
		if (w->l.n_objects)
			hand_object_del(
			    &w->l, w->l.objects[(unsigned)rand() % w->l.n_objects].id);
		break;
	case 4:
		w->l.n_news = 0;
		kroutes_overrun(w->l.k);
		break;
	default:
		hand_link(&w->l, k, rand() % 2);
		break;
	}
}

static void restart(struct walk *w)
{
	lab_restart(&w->l);
	for (unsigned i = 0; i < N; i++)
		want(&w->l, i, w->wanted[i], w->weight[i]);
	settle(&w->l);
	kroutes_whole(w->l.k);
}

static void step(struct walk *w)
{
	int kind = rand() % 20;

	if (kind < 8)
		step_want(w);
	else if (kind < 10)
		step_move(w);
	else if (kind < 14)
		step_other(w);
	else if (kind < 17)
		settle(&w->l);
	else if (kind < 19)
		later(&w->l, rand() % 300);
	else if (rand() % 10 == 0)
		restart(w);
}

/* Routes of others may have gone with a link. */
static void taken_check(struct walk *w)
{
	for (unsigned i = 0; i < N; i++) {
		const struct mroute *r = mroute_find(&w->l, i, w->l.key.metric, w->l.key.table);

		w->taken[i] = r && r->key.protocol != OURS;
	}
}

static void compare(struct walk *w)
{
	unsigned up = 0, gateways = 0;
	struct kroutes_stats st;
	size_t n = 0;

	for (unsigned k = 0; k < LINKS; k++)
		up |= w->l.up[k] ? 1u << k : 0;
	for (unsigned i = 0; i < N; i++) {
		unsigned to_be = w->taken[i] ? 0 : w->wanted[i] & up;

		assert_int_equal(has(&w->l, i), to_be);
		n += to_be != 0;
		gateways |= w->wanted[i] & up;
	}
	assert_int_equal(mroutes(&w->l, OURS), n);
	kroutes_stats(w->l.k, &st);
	assert_int_equal(st.routes[KROUTE_INSTALLED], n);
	assert_int_equal(st.routes[KROUTE_SENT], 0);
	assert_int_equal(st.objects + st.groups, w->l.n_objects);
	for (size_t i = 0; i < w->l.n_objects; i++)
		if (!w->l.objects[i].nh[0].object)
			assert_true(gateways & 1u << (w->l.objects[i].nh[0].ifindex - 10));
}

static void run(bool no_objects)
{
	struct walk w = {.l.no_objects = no_objects};

	lab_start(&w.l);
	kroutes_whole(w.l.k);
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (unsigned s = 0; s < STEPS; s++)
			step(&w);
		/* Lost news may have been of a link without anything that says so. */
		for (unsigned k = 0; k < LINKS; k++)
			hand_link(&w.l, k, rand() % 4);
		taken_check(&w);
		later(&w.l, 70000);
		compare(&w);
	}
	lab_stop(&w.l);
}

static void the_kernel_has_what_is_wanted(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 8; seed++) {
		srand(seed);
		run(false);
	}
}

static void it_has_without_objects_too(void **state)
{
	(void)state;
	srand(11);
	run(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_kernel_has_what_is_wanted),
	    cmocka_unit_test(it_has_without_objects_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
