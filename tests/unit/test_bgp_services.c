/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advertisements that are for some Services only: metallb-compat.md 1.3, 4.3 and 5.4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/util.h"
#include "tests/unit/bgp_out_lab.h"
#include "tests/unit/objects.h"
#include <cmocka.h>

#define ADS(ads)                                                                               \
	"address-pools: [{name: a, protocol: bgp, addresses: [10.0.0.0/24], "                  \
	"bgp-advertisements: [" ads "]}]\n"

#define E4 "nh=192.0.2.254 o=i path=64512"

struct world {
	struct out_lab l;
	struct sim peer;
};

static void up(struct world *w, const char *yaml)
{
	out_lab_init(&w->l);
	out_lab_rules(&w->l, "node", yaml, "192.0.2.254");
	sim_init(&w->peer, "peer1", "192.0.2.1", false);
	sim_up(&w->l, &w->peer);
}

static void down(struct world *w)
{
	sim_fini(&w->peer);
	out_lab_fini(&w->l);
}

/* The Service that has 10.0.0.1 has this label from now on. */
static void label(struct world *w, const char *app)
{
	const struct ipaddr a = obj_addr("10.0.0.1");
	const struct prefix p = prefix_of_addr(&a);

	w->l.app = app;
	rib_touch(w->l.rib, RIB_KUBERNETES, &p);
	rib_commit(w->l.rib);
}

static void has(struct world *w, const char *lines)
{
	assert_true(sim_read(&w->peer, 1000));
	assert_int_equal(w->peer.needless, 0);
	sim_assert(&w->peer, lines);
}

static void route(struct world *w)
{
	out_lab_route(&w->l, RIB_KUBERNETES, "10.0.0.1/32", "");
	rib_commit(w->l.rib);
}

static void labels_of_the_service_choose(void **state)
{
	struct world w;

	(void)state;
	up(&w, ADS("{communities: [\"1:1\"]}, {communities: [\"1:2\"]}"));
	out_lab_for(&w.l, 0, "x");
	out_lab_for(&w.l, 1, "y");
	w.l.app = "x";
	route(&w);
	has(&w, "10.0.0.1/32 " E4 " c=1:1\n");
	label(&w, "y");
	has(&w, "10.0.0.1/32 " E4 " c=1:2\n");
	assert_int_equal(w.peer.withdrawn, 0);
	label(&w, "z");
	has(&w, "");
	label(&w, "x");
	has(&w, "10.0.0.1/32 " E4 " c=1:1\n");
	down(&w);
}

static void overlapping_ads_unite_communities(void **state)
{
	struct world w;

	(void)state;
	up(&w, ADS("{communities: [\"1:1\", \"1:3\"]}, {communities: [\"1:2\", \"1:3\"]}"));
	out_lab_for(&w.l, 1, "x");
	route(&w);
	has(&w, "10.0.0.1/32 " E4 " c=1:1,1:3\n");
	label(&w, "x");
	has(&w, "10.0.0.1/32 " E4 " c=1:1,1:2,1:3\n");
	down(&w);
}

static void aggregate_and_selected_address_side_by_side(void **state)
{
	struct world w;

	(void)state;
	up(&w, ADS("{aggregation-length: 24, localpref: 5}, {localpref: 9}"));
	out_lab_for(&w.l, 1, "x");
	route(&w);
	has(&w, "10.0.0.0/24 " E4 "\n");
	label(&w, "x");
	has(&w, "10.0.0.0/24 " E4 "\n10.0.0.1/32 " E4 "\n");
	label(&w, NULL);
	has(&w, "10.0.0.0/24 " E4 "\n");
	assert_int_equal(w.peer.announced, 2);
	down(&w);
}

/* Labels that no advertisement asks for, or that make no difference, are no news. */
static void a_label_without_a_difference_sends_nothing(void **state)
{
	struct world w;

	(void)state;
	up(&w, ADS("{communities: [\"1:1\"]}, {communities: [\"1:2\"]}"));
	route(&w);
	has(&w, "10.0.0.1/32 " E4 " c=1:1,1:2\n");
	label(&w, "x");
	has(&w, "10.0.0.1/32 " E4 " c=1:1,1:2\n");
	assert_int_equal(w.peer.announced, 1);
	out_lab_for(&w.l, 1, "x");
	label(&w, "x");
	has(&w, "10.0.0.1/32 " E4 " c=1:1,1:2\n");
	assert_int_equal(w.peer.announced, 1);
	down(&w);
}

static void selectors_that_change_reach_the_peers(void **state)
{
	struct world w;

	(void)state;
	up(&w, ADS("{}, {communities: [\"1:2\"]}"));
	w.l.app = "x";
	route(&w);
	has(&w, "10.0.0.1/32 " E4 " c=1:2\n");
	out_lab_for(&w.l, 1, "y");
	has(&w, "10.0.0.1/32 " E4 "\n");
	out_lab_for(&w.l, 0, "y");
	has(&w, "");
	down(&w);
}

static void why_not_says_that_they_are_for_others(void **state)
{
	const struct ipaddr a = obj_addr("10.0.0.1");
	const struct prefix p = prefix_of_addr(&a);
	struct world w;
	const char *cure;

	(void)state;
	up(&w, ADS("{}"));
	out_lab_for(&w.l, 0, "x");
	route(&w);
	has(&w, "");
	assert_string_equal(bgp_out_why_not(w.l.out, w.peer.peer, &p, &cure),
	    "the advertisements of its pool are for other Services");
	label(&w, "x");
	has(&w, "10.0.0.1/32 " E4 "\n");
	assert_null(bgp_out_why_not(w.l.out, w.peer.peer, &p, &cure));
	down(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(labels_of_the_service_choose),
	    cmocka_unit_test(overlapping_ads_unite_communities),
	    cmocka_unit_test(aggregate_and_selected_address_side_by_side),
	    cmocka_unit_test(a_label_without_a_difference_sends_nothing),
	    cmocka_unit_test(selectors_that_change_reach_the_peers),
	    cmocka_unit_test(why_not_says_that_they_are_for_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
