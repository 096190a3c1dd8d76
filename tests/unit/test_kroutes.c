/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes into the kernel, with which words, and what of it others change. */
#include "announcer/kroutes_int.h"
#include "tests/unit/kroutes_lab.h"

/* Route 1 is over gateways 0 to 2, route 2 over gateway 0. */
static void start_with_two(struct lab *l)
{
	lab_start(l);
	want(l, 1, 7, 1);
	want(l, 2, 1, 1);
	settle(l);
}

static void routes_share_objects(void **state)
{
	struct lab l = {0};
	const struct mroute *a, *b;

	(void)state;
	lab_start(&l);
	want(&l, 1, 7, 1);
	want(&l, 2, 7, 1);
	want(&l, 3, 1, 1);
	settle(&l);
	assert_int_equal(has(&l, 1), 7);
	assert_int_equal(has(&l, 3), 1);
	assert_int_equal(l.n_objects, 4); /* three gateways, one group */
	a = mroute_find(&l, 1, 20, 254);
	b = mroute_find(&l, 2, 20, 254);
	assert_int_equal(a->object, b->object);
	assert_int_equal(state_of(&l, 1), KROUTE_INSTALLED);
	assert_int_equal(l.sent, 3);
	want(&l, 1, 0, 1);
	want(&l, 2, 0, 1);
	settle(&l);
	assert_int_equal(has(&l, 1), 0);
	assert_int_equal(state_of(&l, 1), KROUTE_STATES);
	later(&l, 2000);
	assert_int_equal(l.n_objects, 1);
	lab_stop(&l);
}

static void weights_are_of_the_group(void **state)
{
	struct lab l = {0};
	const struct mroute *r;

	(void)state;
	lab_start(&l);
	want(&l, 1, 3, 5);
	settle(&l);
	r = mroute_find(&l, 1, 20, 254);
	for (size_t i = 0; i < l.n_objects; i++)
		if (l.objects[i].id == r->object)
			assert_int_equal(l.objects[i].nh[0].weight, 5);
	lab_stop(&l);
}

/* One of three gateways of many routes goes, in the RIB: one change of the group. */
static void a_set_that_all_leave_is_inherited(void **state)
{
	struct lab l = {0};

	(void)state;
	lab_start(&l);
	for (unsigned i = 0; i < 200; i++)
		want(&l, i, 7, 1);
	settle(&l);
	for (unsigned round = 0; round < 3; round++) {
		l.sent = 0;
		for (unsigned i = 0; i < 200; i++)
			want(&l, i, 3, 1);
		settle(&l);
		assert_int_equal(l.sent, 0);
		for (unsigned i = 0; i < 200; i++)
			assert_int_equal(has(&l, i), 3);
		for (unsigned i = 0; i < 200; i++)
			want(&l, i, 7, 1);
		settle(&l);
		assert_int_equal(l.sent, 0);
		assert_int_equal(has(&l, 77), 7);
	}
	/* Half of them: those have a group of their own. */
	for (unsigned i = 0; i < 100; i++)
		want(&l, i, 3, 1);
	settle(&l);
	assert_int_equal(l.sent, 100);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(has(&l, i), i < 100 ? 3 : 7);
	lab_stop(&l);
}

static void a_link_takes_its_member_out_and_back(void **state)
{
	struct lab l = {0};

	(void)state;
	start_with_two(&l);
	l.sent = 0;
	hand_link(&l, 0, false);
	settle(&l);
	assert_int_equal(has(&l, 1), 6);
	assert_int_equal(has(&l, 2), 0);
	assert_int_equal(state_of(&l, 2), KROUTE_WAITING);
	assert_int_equal(l.sent, 0);
	hand_link(&l, 0, true);
	settle(&l);
	assert_int_equal(has(&l, 1), 7);
	assert_int_equal(has(&l, 2), 1);
	assert_int_equal(l.sent, 1); /* the route that the kernel dropped */
	lab_stop(&l);
}

static void quick_flaps_lose_nothing(void **state)
{
	struct lab l = {0};

	(void)state;
	start_with_two(&l);
	for (unsigned i = 0; i < 5; i++) {
		hand_link(&l, 0, false);
		hand_link(&l, 0, true);
	}
	settle(&l);
	assert_int_equal(has(&l, 1), 7);
	assert_int_equal(has(&l, 2), 1);
	lab_stop(&l);
}

static void what_is_deleted_or_changed_is_put_back(void **state)
{
	struct kroute_key ours = {254, 20, OURS};
	struct lab l = {0};

	(void)state;
	lab_start(&l);
	want(&l, 1, 1, 1);
	want(&l, 2, 6, 1);
	settle(&l);
	hand_del(&l, 1, 20);
	settle(&l);
	assert_int_equal(has(&l, 1), 1);
	assert_int_equal(l.told[KROUTE_DELETED], 1);
	assert_int_equal(hand_add(&l, 1, &ours, 3, true), 0);
	settle(&l);
	assert_int_equal(has(&l, 1), 1);
	assert_int_equal(l.told[KROUTE_CHANGED], 1);
	hand_object_del(&l, mroute_find(&l, 2, 20, 254)->object);
	settle(&l);
	assert_int_equal(has(&l, 2), 6);
	assert_int_equal(l.told[KOBJECT_TOUCHED], 1);
	hand_object_del(&l, mroute_find(&l, 1, 20, 254)->object);
	settle(&l);
	assert_int_equal(has(&l, 1), 1);
	lab_stop(&l);
}

static void what_is_others_stays(void **state)
{
	struct kroute_key other = {254, 20, STATIC};
	struct lab l = {0};

	(void)state;
	lab_start(&l);
	assert_int_equal(hand_add(&l, 1, &other, 2, false), 0);
	want(&l, 1, 1, 1);
	settle(&l);
	assert_int_equal(has(&l, 1), 0);
	assert_int_equal(state_of(&l, 1), KROUTE_REJECTED);
	assert_int_equal(l.told[KROUTE_REFUSED], 1);
	later(&l, 100000);
	assert_int_equal(l.told[KROUTE_REFUSED], 1);
	hand_del(&l, 1, 20);
	settle(&l);
	assert_int_equal(has(&l, 1), 1);
	/* Over ours. */
	assert_int_equal(hand_add(&l, 1, &other, 2, true), 0);
	settle(&l);
	assert_int_equal(l.told[KROUTE_TAKEN], 1);
	assert_int_equal(state_of(&l, 1), KROUTE_REJECTED);
	assert_int_equal(mroute_find(&l, 1, 20, 254)->key.protocol, STATIC);
	want(&l, 1, 0, 1);
	settle(&l);
	assert_int_equal(mroutes(&l, STATIC), 1);
	lab_stop(&l);
}

static void a_better_metric_shadows(void **state)
{
	struct kroute_key other = {254, 5, STATIC};
	struct kroutes_stats st;
	struct lab l = {0};

	(void)state;
	lab_start(&l);
	want(&l, 1, 1, 1);
	settle(&l);
	assert_int_equal(hand_add(&l, 1, &other, 2, false), 0);
	settle(&l);
	assert_int_equal(state_of(&l, 1), KROUTE_SHADOWED);
	kroutes_stats(l.k, &st);
	assert_int_equal(st.routes[KROUTE_SHADOWED], 1);
	assert_int_equal(st.routes[KROUTE_INSTALLED], 0);
	hand_del(&l, 1, 5);
	settle(&l);
	assert_int_equal(state_of(&l, 1), KROUTE_INSTALLED);
	lab_stop(&l);
}

static void a_restart_touches_nothing(void **state)
{
	struct lab l = {0};

	(void)state;
	lab_start(&l);
	want(&l, 1, 7, 1);
	want(&l, 2, 1, 1);
	want(&l, 3, 2, 1);
	settle(&l);
	lab_restart(&l);
	want(&l, 1, 7, 1);
	want(&l, 2, 1, 1);
	settle(&l);
	later(&l, 5000);
	assert_int_equal(l.sent + l.object_calls, 0);
	assert_int_equal(state_of(&l, 1), KROUTE_INSTALLED);
	assert_int_equal(has(&l, 3), 2); /* not before all is known */
	kroutes_whole(l.k);
	later(&l, 5000);
	assert_int_equal(has(&l, 3), 0);
	assert_int_equal(has(&l, 1), 7);
	assert_int_equal(l.sent, 1);
	assert_int_equal(l.n_objects, 4);
	lab_stop(&l);
}

static void another_key_comes_before_the_old_one_goes(void **state)
{
	struct lab l = {0};

	(void)state;
	lab_start(&l);
	kroutes_whole(l.k);
	want(&l, 1, 7, 1);
	want(&l, 2, 1, 1);
	settle(&l);
	for (unsigned i = 0; i < 3; i++) {
		static const struct kroute_key keys[] = {
		    {254, 30, OURS},
                    {77,  30, OURS},
                    {254, 20, OURS}
                };

		l.key = keys[i];
		kroutes_start(l.k, &l.key, true);
		settle(&l);
		assert_int_equal(has(&l, 1), 7);
		assert_int_equal(has(&l, 2), 1);
		assert_int_equal(mroutes(&l, OURS), 2);
	}
	lab_stop(&l);
}

static void leaving_removes_everything_and_coming_back_brings_it(void **state)
{
	struct kroute_key other = {254, 20, STATIC};
	struct lab l = {0};

	(void)state;
	lab_start(&l);
	hand_add(&l, 9, &other, 1, false);
	want(&l, 1, 7, 1);
	want(&l, 2, 1, 1);
	settle(&l);
	kroutes_leave(l.k);
	settle(&l);
	assert_int_equal(mroutes(&l, OURS), 0);
	assert_int_equal(mroutes(&l, STATIC), 1);
	assert_int_equal(l.n_objects, 0);
	want(&l, 3, 1, 1);
	settle(&l);
	assert_int_equal(mroutes(&l, OURS), 0);
	kroutes_start(l.k, &l.key, true);
	settle(&l);
	assert_int_equal(mroutes(&l, OURS), 3);
	lab_stop(&l);
}

static void without_objects_routes_have_their_next_hops(void **state)
{
	struct lab l = {.no_objects = true};

	(void)state;
	start_with_two(&l);
	assert_int_equal(mroute_find(&l, 1, 20, 254)->n, 3);
	assert_int_equal(has(&l, 2), 1);
	hand_link(&l, 0, false);
	settle(&l);
	assert_int_equal(has(&l, 1), 6);
	assert_int_equal(has(&l, 2), 0);
	hand_link(&l, 0, true);
	settle(&l);
	assert_int_equal(has(&l, 1), 7);
	assert_int_equal(has(&l, 2), 1);
	lab_restart(&l);
	want(&l, 1, 7, 1);
	settle(&l);
	assert_int_equal(l.sent, 0);
	assert_int_equal(state_of(&l, 1), KROUTE_INSTALLED);
	lab_stop(&l);
}

static void what_zebra_told_us_is_not_for_the_kernel(void **state)
{
	struct rib_nexthop nh = {.addr = gw(0), .weight = 1};
	struct prefix p = pfx(1);
	struct lab l = {0};

	(void)state;
	lab_start(&l);
	rib_set(l.rib, RIB_REDISTRIBUTED, &p, &nh, 1);
	rib_commit(l.rib);
	settle(&l);
	assert_int_equal(mroutes(&l, OURS), 0);
	want(&l, 1, 2, 1);
	settle(&l);
	assert_int_equal(has(&l, 1), 2);
	want(&l, 1, 0, 1);
	settle(&l);
	assert_int_equal(mroutes(&l, OURS), 0);
	lab_stop(&l);
}

static void without_the_right_nothing_is_tried_on(void **state)
{
	struct lab l = {0};

	(void)state;
	lab_start(&l);
	l.forbidden = true;
	want(&l, 1, 1, 1);
	settle(&l);
	assert_int_equal(kroutes_refused(l.k), -EPERM);
	l.sent = l.object_calls = 0;
	later(&l, 10000);
	assert_int_equal(l.sent + l.object_calls, 0);
	l.forbidden = false;
	kroutes_start(l.k, &l.key, true);
	settle(&l);
	assert_int_equal(has(&l, 1), 1);
	lab_stop(&l);
}

/* Prefixes and next hops are what peers choose: which of them collide is not for them to know.
 */
static void tables_of_what_peers_choose_are_seeded(void **state)
{
	const struct ipaddr a = {
	    .family = AF_INET, .addr = {192, 0, 2, 1}
        };
	const struct prefix p = prefix_of_addr(&a);
	struct kfault fault = {.prefix = p};
	struct kforeign foreign = {.prefix = p};
	struct khop hop = {.gate = a, .ifindex = 32};
	struct rib_nexthop nh = {.addr = a, .weight = 1};
	struct kset set = {.nh = &nh, .n = 1, .family = AF_INET};
	uint32_t plain = table_hash(a.addr, 4, 32), sum = table_hash(a.addr, 4, AF_INET) + 1;

	(void)state;
	assert_int_not_equal(kfaults_ops.hash(&fault), plain);
	assert_int_not_equal(kforeigns_ops.hash(&foreign), plain);
	assert_int_not_equal(khops_ops.hash(&hop), plain);
	assert_int_not_equal(ksets_ops.hash(&set), table_hash(&sum, sizeof(sum), 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(routes_share_objects),
	    cmocka_unit_test(weights_are_of_the_group),
	    cmocka_unit_test(a_set_that_all_leave_is_inherited),
	    cmocka_unit_test(a_link_takes_its_member_out_and_back),
	    cmocka_unit_test(quick_flaps_lose_nothing),
	    cmocka_unit_test(what_is_deleted_or_changed_is_put_back),
	    cmocka_unit_test(what_is_others_stays),
	    cmocka_unit_test(a_better_metric_shadows),
	    cmocka_unit_test(a_restart_touches_nothing),
	    cmocka_unit_test(another_key_comes_before_the_old_one_goes),
	    cmocka_unit_test(leaving_removes_everything_and_coming_back_brings_it),
	    cmocka_unit_test(without_objects_routes_have_their_next_hops),
	    cmocka_unit_test(what_zebra_told_us_is_not_for_the_kernel),
	    cmocka_unit_test(without_the_right_nothing_is_tried_on),
	    cmocka_unit_test(tables_of_what_peers_choose_are_seeded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
