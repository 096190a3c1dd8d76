/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From objects to routes, scene by scene. The random walk is in test_desired_random.c. */
#include "tests/unit/desired_world.h"

static void a_service_becomes_a_route(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:198.51.100.1-198.51.100.9,2001:db8:f::1-2001:db8:f::9");
	three_nodes(&w);
	put(&w, service("d/web", "fam=46"));
	put(&w, slice("d/web-4", "web", "10.0.0.1@n1 10.0.0.2@n1"));
	run(&w);
	assert_string_equal(w.notes,
	    "d/web: has 198.51.100.1 and 2001:db8:f::1, pool lan\n"
	    "d/web: 2001:db8:f::1 is not announced: no ready endpoint\n");
	assert_route(&w, "198.51.100.1", "192.0.2.1*1 192.0.2.2*1 192.0.2.3*1");
	assert_route(&w, "2001:db8:f::1", "");
	put(&w, slice("d/web-6", "web", "2001:db8:a::1@n1"));
	run(&w);
	assert_string_equal(w.notes, "d/web: 2001:db8:f::1 is announced again, nodes: 2\n");
	assert_route(&w, "2001:db8:f::1", "2001:db8::1*1 2001:db8::2*1");
	put(&w, service("d/web", "fam=46 local"));
	run(&w);
	assert_route(&w, "198.51.100.1", "192.0.2.1*2");
	put(&w, slice("d/web-4", "web", "10.0.0.1@n1:draining 10.0.0.2@n3 10.0.0.3@n3"));
	run(&w);
	assert_route(&w, "198.51.100.1", "192.0.2.1*1 192.0.2.3*2");
	gone(&w, K8S_SLICE, "d/web-4");
	run(&w);
	assert_route(&w, "198.51.100.1", "");
	assert_look(&w, "web", "no-endpoints");
	gone(&w, K8S_SERVICE, "d/web");
	run(&w);
	assert_int_equal(rib_count(w.rib), 0);
	assert_string_equal(w.notes, "d/web: gives up its address\n");
	world_fini(&w);
}

static void an_address_moves(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:198.51.100.1-198.51.100.9");
	three_nodes(&w);
	put(&w, service("d/web", ""));
	put(&w, slice("d/web-4", "web", "10.0.0.1@n1"));
	run(&w);
	put(&w, service("d/web", "ips=198.51.100.7"));
	assert_int_equal(run(&w), 2);
	assert_route(&w, "198.51.100.1", "");
	assert_route(&w, "198.51.100.7", "192.0.2.1*1 192.0.2.2*1 192.0.2.3*1");
	/* Pool gone: the guard. */
	rules(&w, "");
	run(&w);
	assert_int_equal(rib_count(w.rib), 0);
	assert_look(&w, "web", "no-address");
	world_fini(&w);
}

static void only_what_is_touched_is_computed(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:198.51.100.0/24");
	three_nodes(&w);
	for (int i = 0; i < 20; i++) {
		char path[16];

		snprintf(path, sizeof(path), "d/s%d", i);
		put(&w, service(path, i % 2 ? "local" : ""));
		put(&w, slice(path, path + 2, i % 4 == 1 ? "10.0.0.1@n1" : "10.0.0.1@n2"));
	}
	assert_int_equal(run(&w), 20);
	assert_int_equal(run(&w), 0);
	put(&w, slice("d/s3", "s3", "10.0.0.1@n1"));
	assert_int_equal(run(&w), 1);
	put(&w, node("n3", "192.0.2.3 notready"));
	assert_int_equal(run(&w), 10); /* Cluster */
	put(&w, node("n1", "192.0.2.1 notready"));
	assert_int_equal(run(&w), 16); /* those, and Local with an endpoint there */
	put(&w, service("d/s4", "created=1"));
	assert_int_equal(run(&w), 1);
	desired_set_router(w.d, &(struct eligible_router){.v4_over_v6 = true});
	assert_int_equal(run(&w), 20);
	desired_set_router(w.d, &(struct eligible_router){.v4_over_v6 = true});
	assert_int_equal(run(&w), 0);
	world_fini(&w);
}

static void the_router_chooses_next_hops(void **state)
{
	struct prefix connected[1];
	struct world w;

	(void)state;
	prefix_parse("203.0.113.0/24", connected);
	world_init(&w, "lan:198.51.100.0/24");
	put(&w, node("n1", "192.0.2.1 203.0.113.1"));
	put(&w, node("n2", "2001:db8::2"));
	put(&w, service("d/web", "ips=198.51.100.1"));
	put(&w, slice("d/web-4", "web", "10.0.0.1@n1"));
	run(&w);
	assert_route(&w, "198.51.100.1", "192.0.2.1*1");
	desired_set_router(
	    w.d, &(struct eligible_router){
		     .connected = connected, .n_connected = 1, .v4_over_v6 = true});
	memset(connected, 0, sizeof(connected)); /* it was copied */
	run(&w);
	assert_route(&w, "198.51.100.1", "203.0.113.1*1 2001:db8::2*1");
	put(&w, node("n3", "203.0.113.1")); /* two nodes behind one address */
	run(&w);
	assert_route(&w, "198.51.100.1", "203.0.113.1*2 2001:db8::2*1");
	world_fini(&w);
}

static void node_selectors_of_the_pool(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:198.51.100.0-198.51.100.9 a:zone=a:203.0.113.0/24");
	put(&w, node("n1", "192.0.2.1 zone=a"));
	put(&w, node("n2", "192.0.2.2 zone=b"));
	put(&w, service("d/web", ""));
	put(&w, service("d/sel", "pool=a"));
	put(&w, slice("d/web-4", "web", "10.0.0.1@n1"));
	put(&w, slice("d/sel-4", "sel", "10.0.0.1@n1"));
	run(&w);
	assert_route(&w, "198.51.100.0", "192.0.2.1*1 192.0.2.2*1");
	assert_route(&w, "203.0.113.0", "192.0.2.1*1");
	rules(&w, "lan:198.51.100.0-198.51.100.9 a:zone=b:203.0.113.0/24");
	run(&w);
	assert_route(&w, "203.0.113.0", "192.0.2.2*1");
	rules(&w, "lan:198.51.100.0-198.51.100.9 a:zone=c:203.0.113.0/24");
	run(&w);
	assert_route(&w, "203.0.113.0", "");
	assert_string_equal(
	    w.notes, "! d/sel: 203.0.113.0 is not announced: no eligible node\n");
	assert_look(&w, "sel", "no-nodes");
	/* Other rules in the same place, as memory that is used again may have them. */
	w.policy->pools[1].ads[0].nodes.v[0].labels[0].value[0] = 'a';
	desired_set_rules(
	    w.d, &(struct alloc_rules){.policy = w.policy, .lb_class = "", .controller = true});
	run(&w);
	assert_route(&w, "203.0.113.0", "192.0.2.1*1");
	world_fini(&w);
}

/* share-local: the address leads only to where all of them have an endpoint. */
static void unlike_locals_make_one_route(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:198.51.100.0/24");
	desired_set_rules(w.d,
	    &(struct alloc_rules){
		.policy = w.policy, .lb_class = "", .controller = true, .share_local = true});
	three_nodes(&w);
	put(&w, service("d/web", "share=k local selector=app=web tcp=80 created=1"));
	put(&w, service("d/dns", "share=k local selector=app=dns udp=53 created=2"));
	put(&w, slice("d/web-4", "web", "10.0.0.1@n1 10.0.0.2@n2"));
	put(&w, slice("d/dns-4", "dns", "10.0.0.3@n2 10.0.0.4@n3"));
	run(&w);
	assert_route(&w, "198.51.100.0", "192.0.2.2*1");
	assert_look(&w, "web", "narrowed");
	/* Nowhere in common: not announced, or what one of them needs would be lost. */
	put(&w, slice("d/dns-4", "dns", "10.0.0.4@n3"));
	run(&w);
	assert_route(&w, "198.51.100.0", "");
	assert_string_equal(w.notes, "! 198.51.100.0: not announced: no node serves all 2 "
				     "Services that share it\n");
	assert_look(&w, "web", "no-common-node");
	assert_look(&w, "dns", "no-common-node");
	/* One that is served nowhere takes nothing away from the other. */
	put(&w, slice("d/dns-4", "dns", ""));
	run(&w);
	assert_route(&w, "198.51.100.0", "192.0.2.1*1 192.0.2.2*1");
	assert_look(&w, "dns", "left-out");
	world_fini(&w);
}

#define DNS "ips=198.51.100.6 share=dns local selector=app=pihole"

static void sharers_make_one_route(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:198.51.100.0/24");
	three_nodes(&w);
	put(&w, service("d/tcp", DNS " tcp=53 created=1"));
	put(&w, service("d/udp", DNS " udp=53 created=2"));
	put(&w, slice("d/tcp-4", "tcp", "10.0.0.1@n1 10.0.0.2@n1 10.0.0.3@n2"));
	put(&w, slice("d/udp-4", "udp", "10.0.0.1@n1 10.0.0.3@n2 10.0.0.4@n2 10.0.0.5@n3"));
	run(&w);
	assert_route(&w, "198.51.100.6", "192.0.2.1*1 192.0.2.2*1");
	assert_look(&w, "tcp", "announced");
	assert_look(&w, "udp", "narrowed");
	/* One without any node is left out. */
	put(&w, slice("d/tcp-4", "tcp", ""));
	run(&w);
	assert_route(&w, "198.51.100.6", "192.0.2.1*1 192.0.2.2*2 192.0.2.3*1");
	assert_look(&w, "tcp", "left-out");
	assert_look(&w, "udp", "announced");
	/* No node in common: those of the oldest, and a warning, once. */
	put(&w, slice("d/tcp-4", "tcp", "10.0.0.1@n1"));
	put(&w, slice("d/udp-4", "udp", "10.0.0.1@n2"));
	run(&w);
	assert_route(&w, "198.51.100.6", "192.0.2.1*1");
	assert_string_equal(w.notes, "! 198.51.100.6: no node serves all 2 Services that share "
				     "it, those of d/tcp are used\n");
	assert_look(&w, "tcp", "announced");
	assert_look(&w, "udp", "others-nodes");
	put(&w, slice("d/udp-4", "udp", "10.0.0.1@n3"));
	run(&w);
	assert_string_equal(w.notes, "");
	put(&w, slice("d/udp-4", "udp", "10.0.0.1@n1"));
	run(&w);
	assert_string_equal(
	    w.notes, "198.51.100.6: all Services that share it have a node in common again\n");
	gone(&w, K8S_SERVICE, "d/tcp");
	run(&w);
	assert_route(&w, "198.51.100.6", "192.0.2.1*1");
	gone(&w, K8S_SERVICE, "d/udp");
	run(&w);
	assert_route(&w, "198.51.100.6", "");
	world_fini(&w);
}

static void too_many_nodes(void **state)
{
	struct world w;
	const char *before;
	char kept[1024], *first;

	(void)state;
	world_init(&w, "lan:198.51.100.1-198.51.100.9");
	desired_set_router(w.d, &(struct eligible_router){.max_nexthops = 4});
	for (int i = 10; i < 30; i++) {
		char name[8], addr[16];

		snprintf(name, sizeof(name), "n%d", i);
		snprintf(addr, sizeof(addr), "192.0.2.%d", i);
		put(&w, node(name, addr));
	}
	put(&w, service("d/web", ""));
	put(&w, slice("d/web-4", "web", "10.0.0.1@n10"));
	run(&w);
	assert_string_equal(w.notes, "d/web: has 198.51.100.1, pool lan\n"
				     "! d/web: 198.51.100.1 is announced over 4 nodes, 16 more "
				     "are over the limit\n");
	assert_look(&w, "web", "limited");
	before = route(&w, "198.51.100.1");
	memcpy(kept, before, strlen(before) + 1);
	/* A change elsewhere does not change the subset; the limit's end does. */
	first = strchr(kept, '*');
	put(&w, node("n30", "192.0.2.30 notready"));
	run(&w);
	assert_route(&w, "198.51.100.1", kept);
	assert_non_null(first);
	desired_set_router(w.d, &(struct eligible_router){0});
	run(&w);
	assert_look(&w, "web", "announced");
	world_fini(&w);
}

static const struct eligible_verdict *verdict(const struct desired_view *v, const char *name)
{
	for (size_t i = 0; i < v->n_nodes; i++)
		if (strcmp(v->nodes[i].node, name) == 0)
			return &v->nodes[i];
	return NULL;
}

static void explain_sees_every_node(void **state)
{
	struct world w;
	struct desired_view v;

	(void)state;
	world_init(&w, "lan:198.51.100.0/24");
	three_nodes(&w);
	put(&w, node("n0", "192.0.2.9 exclude"));
	put(&w, service("d/udp", DNS " udp=53 created=2"));
	put(&w, service("d/tcp", DNS " tcp=53 created=1"));
	put(&w, slice("d/tcp-4", "tcp", "10.0.0.1@n1 10.0.0.2@gone 10.0.0.4@n0"));
	put(&w, slice("d/udp-4", "udp", "10.0.0.1@n1"));
	run(&w);
	v = desired_explain(w.d, store_service(w.st, "d", "tcp"), 0);
	assert_int_equal(v.n_nodes, 5);
	assert_string_equal(v.nodes[0].node, "gone");
	assert_int_equal(verdict(&v, "gone")->reason, ELIGIBLE_NO_NODE);
	assert_int_equal(verdict(&v, "n0")->reason, ELIGIBLE_EXCLUDED);
	assert_int_equal(verdict(&v, "n1")->reason, ELIGIBLE_OK);
	assert_int_equal(verdict(&v, "n3")->reason, ELIGIBLE_NO_ENDPOINT);
	assert_int_equal(v.ready, 3);
	assert_int_equal(v.n_nexthops, 1);
	assert_int_equal(v.n_sharers, 1);
	assert_string_equal(v.sharers[0]->name, "udp");
	assert_string_equal(v.pool->name, "lan");
	desired_view_fini(&v);
	v = desired_explain(w.d, store_service(w.st, "d", "tcp"), 1);
	assert_int_equal(v.addr.family, 0);
	assert_int_equal(v.reason, DESIRED_NO_ADDRESS);
	desired_view_fini(&v);
	world_fini(&w);
}

static void notes_are_bounded(void **state)
{
	struct desired_note *notes;
	struct world w;
	size_t n;

	(void)state;
	world_init(&w, "lan:198.51.100.0/22");
	for (int i = 0; i < 1000; i++) {
		char path[16];

		snprintf(path, sizeof(path), "d/s%d", i);
		put(&w, service(path, ""));
	}
	desired_run(w.d, NULL);
	notes = desired_take_notes(w.d, &n);
	assert_int_equal(n, 201);
	assert_string_equal(notes[200].text, "and 1800 changes more");
	desired_notes_free(notes, n);
	notes = desired_take_notes(w.d, &n);
	assert_int_equal(n, 0);
	desired_notes_free(notes, n);
	world_fini(&w);
}

static void this_node_announces_what_it_is_eligible_for(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:198.51.100.1-198.51.100.9,2001:db8:f::1-2001:db8:f::9");
	desired_set_node(w.d, "n3");
	three_nodes(&w); /* n3 has no IPv6 address, and needs none */
	put(&w, service("d/all", "fam=46 ips=198.51.100.1,2001:db8:f::1"));
	put(&w, slice("d/all-4", "all", "10.0.0.1@n1"));
	put(&w, slice("d/all-6", "all", "2001:db8:a::1@n1"));
	put(&w, service("d/here", "local ips=198.51.100.2"));
	put(&w, slice("d/here-4", "here", "10.0.0.1@n1 10.0.0.2@n3 10.0.0.3@n3"));
	put(&w, service("d/there", "local ips=198.51.100.3"));
	put(&w, slice("d/there-4", "there", "10.0.0.1@n1"));
	put(&w, service("d/nobody", "local ips=198.51.100.4"));
	run(&w);
	assert_null(strstr(w.notes, "d/there: 198.51.100.3 is not announced"));
	assert_non_null(strstr(w.notes, "d/nobody: 198.51.100.4 is not announced"));
	assert_route(&w, "198.51.100.1", "lo*1");
	assert_route(&w, "2001:db8:f::1", "lo*1");
	assert_route(&w, "198.51.100.2", "lo*1");
	assert_route(&w, "198.51.100.3", "");
	assert_look(&w, "all", "announced");
	assert_look(&w, "there", "not-here");
	assert_look(&w, "nobody", "no-endpoints");

	/* The pods move, then drain. */
	put(&w, slice("d/here-4", "here", "10.0.0.1@n1"));
	put(&w, slice("d/there-4", "there", "10.0.0.1@n3:draining"));
	assert_int_equal(run(&w), 2);
	assert_route(&w, "198.51.100.2", "");
	assert_route(&w, "198.51.100.3", "lo*1");
	put(&w, slice("d/there-4", "there", "10.0.0.1@n1"));
	run(&w);
	assert_route(&w, "198.51.100.3", "");

	/* NotReady, and others are Ready. */
	put(&w, node("n3", "192.0.2.3 notready"));
	run(&w);
	assert_route(&w, "198.51.100.1", "");
	assert_look(&w, "all", "not-here");

	/* Another node, and a router again. */
	desired_set_node(w.d, "n1");
	assert_int_equal(run(&w), 5);
	assert_route(&w, "198.51.100.1", "lo*1");
	assert_route(&w, "198.51.100.3", "lo*1");
	desired_set_node(w.d, "n1");
	assert_int_equal(run(&w), 0);
	desired_set_node(w.d, NULL);
	run(&w);
	assert_route(&w, "198.51.100.3", "192.0.2.1*1");
	world_fini(&w);
}

static void sharers_on_a_node(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:198.51.100.1-198.51.100.9");
	desired_set_node(w.d, "n2");
	three_nodes(&w);
	put(&w, service("d/one", "local share=k ips=198.51.100.1 tcp=53 created=1"));
	put(&w, service("d/two", "local share=k ips=198.51.100.1 udp=53 created=2"));
	put(&w, slice("d/one-4", "one", "10.0.0.1@n1 10.0.0.2@n2"));
	put(&w, slice("d/two-4", "two", "10.0.0.3@n2 10.0.0.4@n3"));
	run(&w);
	assert_route(&w, "198.51.100.1", "lo*1");
	assert_look(&w, "one", "narrowed");
	put(&w, slice("d/one-4", "one", "10.0.0.1@n1 10.0.0.2@n2 10.0.0.5@n3"));
	put(&w, slice("d/two-4", "two", "10.0.0.4@n3"));
	run(&w);
	assert_route(&w, "198.51.100.1", ""); /* n3 alone serves both */
	assert_look(&w, "one", "not-here");
	put(&w, slice("d/one-4", "one", "10.0.0.2@n2"));
	run(&w);
	assert_route(&w, "198.51.100.1", "lo*1"); /* the oldest one's node */
	assert_look(&w, "two", "others-nodes");
	gone(&w, K8S_SLICE, "d/one-4");
	run(&w);
	assert_route(&w, "198.51.100.1", "");
	assert_look(&w, "one", "left-out");
	world_fini(&w);
}

static void layer2_pools_make_no_route_on_a_node(void **state)
{
	struct world w;

	(void)state;
	world_init(&w, "lan:layer2:198.51.100.1-198.51.100.9");
	three_nodes(&w);
	put(&w, service("d/web", "ips=198.51.100.1"));
	put(&w, slice("d/web-4", "web", "10.0.0.1@n1"));
	run(&w);
	assert_route(&w, "198.51.100.1", "192.0.2.1*1 192.0.2.2*1 192.0.2.3*1");
	desired_set_node(w.d, "n1");
	run(&w);
	assert_string_equal(w.notes, "");
	assert_route(&w, "198.51.100.1", "");
	assert_look(&w, "web", "layer2");
	rules(&w, "lan:198.51.100.1-198.51.100.9");
	run(&w);
	assert_route(&w, "198.51.100.1", "lo*1");
	world_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_service_becomes_a_route),
	    cmocka_unit_test(an_address_moves),
	    cmocka_unit_test(only_what_is_touched_is_computed),
	    cmocka_unit_test(the_router_chooses_next_hops),
	    cmocka_unit_test(node_selectors_of_the_pool),
	    cmocka_unit_test(sharers_make_one_route),
	    cmocka_unit_test(unlike_locals_make_one_route),
	    cmocka_unit_test(too_many_nodes),
	    cmocka_unit_test(explain_sees_every_node),
	    cmocka_unit_test(notes_are_bounded),
	    cmocka_unit_test(this_node_announces_what_it_is_eligible_for),
	    cmocka_unit_test(sharers_on_a_node),
	    cmocka_unit_test(layer2_pools_make_no_route_on_a_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
