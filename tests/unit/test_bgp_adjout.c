/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How Adj-RIB-Out tells it: packing, End-of-RIB, refreshes, peers that are slow or new. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/util.h"
#include "tests/unit/bgp_out_lab.h"
#include "tests/unit/objects.h"
#include <cmocka.h>
#include <sys/socket.h>

#define TWO_POOLS                                                                              \
	"address-pools:\n"                                                                     \
	"- {name: a, protocol: bgp, addresses: [10.0.0.0/9],\n"                                \
	"   bgp-advertisements: [{communities: [\"1:1\"]}]}\n"                                 \
	"- {name: b, protocol: bgp, addresses: [10.128.0.0/9, \"2001:db8:1::/64\"]}\n"

struct world {
	struct out_lab l;
	struct sim peer;
};

static void up(struct world *w)
{
	out_lab_init(&w->l);
	out_lab_rules(&w->l, "node", TWO_POOLS, "192.0.2.254");
	sim_init(&w->peer, "peer1", "192.0.2.1", false);
	sim_up(&w->l, &w->peer);
}

static void down(struct world *w)
{
	sim_fini(&w->peer);
	out_lab_fini(&w->l);
}

/* n routes, every second one in the other pool. */
static void many(struct world *w, unsigned n, const char *via)
{
	char p[PREFIX_STRLEN];

	for (unsigned i = 0; i < n; i++) {
		snprintf(p, sizeof(p), "10.%u.%u.%u/32", (i & 1) * 128, i >> 8, i & 255);
		out_lab_route(&w->l, RIB_KUBERNETES, p, via);
	}
	rib_commit(w->l.rib);
}

static void as_many_prefixes_as_fit_are_in_a_message(void **state)
{
	struct world w;

	(void)state;
	up(&w);
	many(&w, 10000, "");
	assert_true(sim_read(&w.peer, 1000));
	assert_int_equal(w.peer.n, 10000);
	/* 5 bytes each, 4077 of a message are for attributes and prefixes. */
	assert_true(w.peer.messages <= 2 * (5000 * 5 / 4000 + 1));
	many(&w, 10000, NULL);
	w.peer.messages = 0;
	assert_true(sim_read(&w.peer, 1000));
	assert_int_equal(w.peer.n, 0);
	assert_true(w.peer.messages <= 10000 * 5 / 4000 + 1);
	down(&w);
}

static void the_end_of_rib_waits_for_all_routes(void **state)
{
	struct bgp_out_counts c;
	struct world w;

	(void)state;
	up(&w);
	many(&w, 10, "");
	assert_true(sim_read(&w.peer, 100));
	assert_int_equal(w.peer.end_of_rib, 0);
	bgp_out_whole(w.l.out);
	assert_int_equal(w.l.wakes, 2);
	assert_true(sim_read(&w.peer, 100));
	assert_int_equal(w.peer.end_of_rib, BGP_IPV4 | BGP_IPV6);
	w.peer.messages = 0;
	assert_true(sim_read(&w.peer, 100));
	assert_int_equal(w.peer.messages, 0);
	bgp_out_peer_counts(w.peer.peer, &c);
	assert_int_equal(c.end_of_rib, BGP_IPV4 | BGP_IPV6);
	assert_int_equal(c.sent[0], 10);
	/* A new session hears the routes before the end. */
	sim_down(&w.peer);
	sim_up(&w.l, &w.peer);
	assert_false(sim_read(&w.peer, 2));
	assert_int_equal(w.peer.end_of_rib, 0);
	assert_int_equal(w.peer.n, 10);
	down(&w);
}

static void a_commit_wakes_once(void **state)
{
	struct world w;

	(void)state;
	up(&w);
	many(&w, 10, "");
	assert_int_equal(w.l.wakes, 1);
	rib_commit(w.l.rib);
	assert_true(sim_read(&w.peer, 100));
	assert_int_equal(w.l.wakes, 1);
	many(&w, 10, "192.0.2.7"); /* nothing that a peer sees */
	assert_int_equal(w.l.wakes, 1);
	assert_true(sim_read(&w.peer, 100));
	assert_int_equal(w.peer.announced, 10);
	many(&w, 11, "");
	assert_int_equal(w.l.wakes, 2);
	assert_true(sim_read(&w.peer, 100));
	assert_int_equal(w.peer.announced, 11);
	down(&w);
}

static void a_refresh_is_of_one_family(void **state)
{
	struct world w;

	(void)state;
	up(&w);
	many(&w, 10, "");
	out_lab_route(&w.l, RIB_KUBERNETES, "2001:db8:1::1/128", "");
	rib_commit(w.l.rib);
	assert_true(sim_read(&w.peer, 100));
	assert_int_equal(w.peer.announced, 11);
	bgp_out_peer_refresh(w.peer.peer, AF_INET6);
	assert_true(sim_read(&w.peer, 100));
	assert_int_equal(w.peer.announced, 12);
	bgp_out_peer_refresh(w.peer.peer, 0);
	assert_true(sim_read(&w.peer, 100));
	assert_int_equal(w.peer.announced, 23);
	down(&w);
}

/* In the middle of the table everything changes: what was told before is put right. */
static void a_slow_peer_ends_with_the_same(void **state)
{
	struct world w;

	(void)state;
	up(&w);
	many(&w, 4000, "");
	assert_false(sim_read(&w.peer, 2));
	assert_true(w.peer.n > 0 && w.peer.n < 4000);
	for (unsigned i = 0; i < 20; i++) {
		many(&w, 4000, NULL);
		many(&w, 100 + i, "");
	}
	many(&w, 4000, NULL);
	many(&w, 7, "");
	assert_true(sim_read(&w.peer, 1000));
	assert_int_equal(w.peer.n, 7);
	assert_int_equal(w.peer.needless, 0);
	assert_true(w.peer.announced < 4000);
	down(&w);
}

/* A prefix that comes and goes before the peer looks is never heard of. */
static void what_is_gone_in_time_is_not_told(void **state)
{
	struct world w;

	(void)state;
	up(&w);
	many(&w, 500, "");
	many(&w, 500, NULL);
	assert_true(sim_read(&w.peer, 100));
	assert_int_equal(w.peer.messages, 0);
	down(&w);
}

static void what_is_longer_than_a_message_is_not_told(void **state)
{
	static uint32_t communities[1015];
	struct world w;

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(communities); i++)
		communities[i] = i + 1;
	out_lab_init(&w.l);
	out_lab_rules(&w.l, "router", "", NULL);
	sim_init(&w.peer, "r1", "192.0.2.1", false);
	sim_export(&w.peer, "10.0.0.0/8 le 32");
	sim_up(&w.l, &w.peer);
	out_lab_received(&w.l, "192.0.2.9", false, communities, 900);
	out_lab_route(&w.l, RIB_BGP, "10.1.0.0/16", "192.0.2.9");
	rib_commit(w.l.rib);
	assert_true(sim_read(&w.peer, 100));
	assert_int_equal(w.peer.n, 1);
	out_lab_received(&w.l, "192.0.2.9", false, communities, 1015);
	out_lab_route(&w.l, RIB_BGP, "10.2.0.0/16", "192.0.2.9");
	rib_touch(w.l.rib, RIB_BGP, &w.peer.v[0].prefix);
	rib_commit(w.l.rib);
	assert_true(sim_read(&w.peer, 100));
	assert_int_equal(w.peer.n, 0);
	assert_int_equal(w.peer.withdrawn, 1);
	out_lab_route(&w.l, RIB_KUBERNETES, "10.3.0.1/32", "192.0.2.9");
	rib_commit(w.l.rib);
	assert_true(sim_read(&w.peer, 100));
	assert_int_equal(w.peer.n, 1);
	down(&w);
}

struct shown {
	char text[512];
	bool aggregate;
};

static void on_path(const struct bgp_out_path *p, void *arg)
{
	struct shown *s = arg;
	char prefix[PREFIX_STRLEN];
	size_t len = strlen(s->text);

	snprintf(s->text + len, sizeof(s->text) - len, "%s%s;", prefix_str(&p->prefix, prefix),
	    p->aggregate ? " aggregate" : "");
}

static void each(struct bgp_out *out, const struct bgp_out_peer *peer,
    const struct prefix *within, struct shown *s)
{
	enum ptable_walked got;
	struct ptable_walk w;
	struct prefix p;

	ptable_walk_init(&w, within);
	while ((got = bgp_out_next(out, &w, &p)) != PTABLE_END)
		if (got == PTABLE_RECORD)
			bgp_out_at(out, peer, &p, on_path, s);
	ptable_walk_fini(&w);
}

static void what_a_peer_has_can_be_shown(void **state)
{
	struct shown s = {0};
	struct prefix within;
	struct world w;

	(void)state;
	up(&w);
	out_lab_rules(&w.l, "node",
	    "address-pools: [{name: a, protocol: bgp, addresses: [10.0.0.0/24],\n"
	    " bgp-advertisements: [{aggregation-length: 24}, {communities: [\"1:1\"]}]}]\n",
	    "192.0.2.254");
	many(&w, 3, "");
	each(w.l.out, w.peer.peer, NULL, &s);
	assert_string_equal(s.text, "");
	assert_true(sim_read(&w.peer, 100));
	within = (struct prefix){.family = AF_INET6};
	each(w.l.out, w.peer.peer, &within, &s);
	assert_string_equal(s.text, "");
	within.family = AF_INET;
	each(w.l.out, w.peer.peer, &within, &s);
	assert_string_equal(s.text, "10.0.0.0/24 aggregate;10.0.0.0/32;10.0.0.2/32;");
	s.text[0] = '\0';
	assert_int_equal(prefix_parse("10.0.0.2/31", &within), 0);
	each(w.l.out, NULL, &within, &s);
	assert_string_equal(s.text, "10.0.0.2/32;");
	assert_int_equal(bgp_out_own(w.l.out, AF_INET), 4); /* 10.0.0.1, too */
	assert_int_equal(bgp_out_own(w.l.out, AF_INET6), 0);
	down(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_many_prefixes_as_fit_are_in_a_message),
	    cmocka_unit_test(the_end_of_rib_waits_for_all_routes),
	    cmocka_unit_test(a_commit_wakes_once),
	    cmocka_unit_test(a_refresh_is_of_one_family),
	    cmocka_unit_test(a_slow_peer_ends_with_the_same),
	    cmocka_unit_test(what_is_gone_in_time_is_not_told),
	    cmocka_unit_test(what_is_longer_than_a_message_is_not_told),
	    cmocka_unit_test(what_a_peer_has_can_be_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
