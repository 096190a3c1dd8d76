/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What advertisements of a pool make of routes: metallb-compat.md 1.3, 4.3 and trap 17. */
#include "tests/unit/desired_world.h"

/* serviceSelectors: the labels of the Service decide, on a router and on a node. */
static void advertisements_for_some_services(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:app=x:app=y:zone=a:198.51.100.1-198.51.100.9");
	put(&w, node("n1", "192.0.2.1 zone=a"));
	put(&w, node("n2", "192.0.2.2 zone=b"));
	put(&w, service("d/x", "ips=198.51.100.1 label=app=x"));
	put(&w, service("d/z", "ips=198.51.100.2 label=app=z"));
	put(&w, slice("d/x-4", "x", "10.0.0.1@n1"));
	put(&w, slice("d/z-4", "z", "10.0.0.1@n1"));
	run(&w);
	assert_route(&w, "198.51.100.1", "192.0.2.1*1 192.0.2.2*1");
	assert_route(&w, "198.51.100.2", "192.0.2.1*1");
	desired_set_node(w.d, "n2");
	run(&w);
	assert_route(&w, "198.51.100.1", "lo*1");
	assert_route(&w, "198.51.100.2", "");
	put(&w, service("d/z", "ips=198.51.100.2 label=app=y"));
	assert_int_equal(run(&w), 1);
	assert_route(&w, "198.51.100.2", "lo*1");
	put(&w, service("d/x", "local ips=198.51.100.1 label=app=z"));
	run(&w);
	assert_route(&w, "198.51.100.1", "");
	assert_look(&w, "x", "not-here");
	rules(&w, "lan:app=x:app=y:198.51.100.1-198.51.100.9");
	run(&w);
	assert_look(&w, "x", "no-nodes");
	world_fini(&w);
}

static unsigned told; /* times that 198.51.100.1 was announced */

static void on_told(const struct rib_route *r, void *arg)
{
	(void)r;
	(void)arg;
	told++;
}

static void on_gone(const struct prefix *p, void *arg)
{
	(void)p;
	(void)arg;
}

static void on_flush(void *arg)
{
	(void)arg;
}

static bool counts(struct world *w, size_t ad)
{
	const struct ipaddr a = obj_addr("198.51.100.1");

	return desired_ad_counts(w->d, &a, &w->policy->pools[0].ads[ad]);
}

/* Who shares the address brings in its advertisements while it is announced from here. */
static void which_advertisements_count_for_an_address(void **state)
{
	static const struct out_ops ops = {"test", on_told, on_gone, on_flush, .touched = true};
	struct world w;

	(void)state;
	world_init(&w, "lan:app=x:app=y:198.51.100.1-198.51.100.9");
	desired_set_node(w.d, "n1");
	rib_attach(w.rib, &ops, NULL);
	three_nodes(&w);
	put(&w, service("d/x", "ips=198.51.100.1 share=k tcp=1 local label=app=x"));
	put(&w, service("d/y", "ips=198.51.100.1 share=k tcp=2 local label=app=y"));
	put(&w, slice("d/x-4", "x", "10.0.0.1@n1"));
	run(&w);
	assert_true(counts(&w, 0));
	assert_false(counts(&w, 1));
	told = 0;
	put(&w, slice("d/y-4", "y", "10.0.0.1@n1"));
	run(&w);
	assert_int_equal(told, 1); /* the next hops are the same */
	assert_true(counts(&w, 0));
	assert_true(counts(&w, 1));
	put(&w, service("d/x", "ips=198.51.100.1 share=k tcp=1 local label=app=y"));
	run(&w);
	assert_int_equal(told, 2);
	assert_false(counts(&w, 0));
	desired_set_node(w.d, NULL);
	run(&w);
	assert_false(counts(&w, 1));
	rib_detach(w.rib, &ops, NULL);
	world_fini(&w);
}

/* Trap 17: a pool that no advertisement selects allocates; its addresses are not announced. */
static void trap_17_a_pool_without_advertisements(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:mute:198.51.100.1-198.51.100.9");
	three_nodes(&w);
	put(&w, service("d/web", ""));
	put(&w, slice("d/web-4", "web", "10.0.0.1@n1"));
	run(&w);
	assert_non_null(strstr(w.notes, "d/web: has 198.51.100.1, pool lan\n"));
	assert_route(&w, "198.51.100.1", "");
	desired_set_node(w.d, "n1");
	run(&w);
	assert_route(&w, "198.51.100.1", "");
	assert_look(&w, "web", "no-nodes");
	rules(&w, "lan:198.51.100.1-198.51.100.9");
	run(&w);
	assert_route(&w, "198.51.100.1", "lo*1");
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(advertisements_for_some_services),
	    cmocka_unit_test(which_advertisements_count_for_an_address),
	    cmocka_unit_test(trap_17_a_pool_without_advertisements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
