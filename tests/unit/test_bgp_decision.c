/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tie-breaks, each against all later ones: peer "win" is better by one step only, and
 * would lose by every step behind it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "tests/unit/adjin_lab.h"
#include <cmocka.h>

#define P "10.0.0.1/32"

static void say_both(struct bgp_in_peer *win, const struct lab_says *w,
    struct bgp_in_peer *lose, const struct lab_says *l)
{
	struct lab_says a = *w, b = *l;

	a.reach = b.reach = P;
	lab_says(win, &a);
	lab_says(lose, &b);
}

/* The outcome does not depend on who came first. */
static void both_ways(struct bgp_in_peer *win, const struct lab_says *w,
    struct bgp_in_peer *lose, const struct lab_says *l, const char *rib, const char *paths)
{
	say_both(win, w, lose, l);
	lab_rib(rib);
	lab_paths(paths);
	SAYS(win, .withdraw = P);
	SAYS(lose, .withdraw = P);
	lab_rib("");
	say_both(lose, l, win, w);
	lab_rib(rib);
	lab_paths(paths);
}

#define SAY(...) (&(const struct lab_says){__VA_ARGS__})

static void local_pref_is_first(void **state)
{
	struct bgp_in_peer *win = lab_peer("192.0.2.9", LAB_ASN);
	struct bgp_in_peer *lose = lab_peer("192.0.2.1", LAB_ASN);

	(void)state;
	both_ways(win, SAY(.local_pref = U32(101), .as = "1 2 3", .origin = 2, .med = U32(9)),
	    lose, SAY(.local_pref = U32(100)), P " 192.0.2.9\n",
	    P "\n *192.0.2.9 Local Pref\n 192.0.2.1 Local Pref\n");
}

/* RFC 4271 9.1.1: what eBGP brings has our default, whatever it says. */
static void local_pref_of_ebgp_is_the_default(void **state)
{
	struct bgp_in_peer *win = lab_peer("192.0.2.9", LAB_ASN);
	struct bgp_in_peer *lose = lab_peer("192.0.2.1", 65001);

	(void)state;
	both_ways(win, SAY(.local_pref = U32(101), .as = "1 2"), lose,
	    SAY(.local_pref = U32(500)), P " 192.0.2.9\n",
	    P "\n *192.0.2.9 Local Pref\n 192.0.2.1 Local Pref\n");
}

static void as_path_length_is_second(void **state)
{
	struct bgp_in_peer *win = lab_peer("192.0.2.9", LAB_ASN);
	struct bgp_in_peer *lose = lab_peer("192.0.2.1", 65001);

	(void)state;
	both_ways(win, SAY(.as = "1", .origin = 2, .med = U32(9)), lose, SAY(.as = "65001 1"),
	    P " 192.0.2.9\n", P "\n *192.0.2.9 AS Path\n 192.0.2.1 AS Path\n");
}

/* RFC 4271 9.1.2.2 a. */
static void a_set_counts_as_one_as(void **state)
{
	struct bgp_in_peer *win = lab_peer("192.0.2.9", 65001);
	struct bgp_in_peer *lose = lab_peer("192.0.2.1", 65001);

	(void)state;
	both_ways(win, SAY(.as = "65001 {1,2,3,4}"), lose, SAY(.as = "65001 1 2"),
	    P " 192.0.2.9\n", P "\n *192.0.2.9 AS Path\n 192.0.2.1 AS Path\n");
}

static void origin_is_third(void **state)
{
	struct bgp_in_peer *win = lab_peer("192.0.2.9", LAB_ASN);
	struct bgp_in_peer *lose = lab_peer("192.0.2.1", 65001);

	(void)state;
	both_ways(win, SAY(.as = "65001", .origin = 1, .med = U32(9)), lose, SAY(.origin = 2),
	    P " 192.0.2.9\n", P "\n *192.0.2.9 Origin\n 192.0.2.1 Origin\n");
}

static void med_is_fourth(void **state)
{
	struct bgp_in_peer *win = lab_peer("192.0.2.9", LAB_ASN);
	struct bgp_in_peer *lose = lab_peer("192.0.2.1", 65001);

	(void)state;
	both_ways(win, SAY(.as = "65001", .med = U32(4)), lose, SAY(.med = U32(5)),
	    P " 192.0.2.9\n", P "\n *192.0.2.9 MED\n 192.0.2.1 MED\n");
}

static void no_med_is_the_least(void **state)
{
	struct bgp_in_peer *win = lab_peer("192.0.2.9", 65001);
	struct bgp_in_peer *lose = lab_peer("192.0.2.1", 65001);

	(void)state;
	both_ways(win, SAY(.as = "65001"), lose, SAY(.med = U32(1)), P " 192.0.2.9\n",
	    P "\n *192.0.2.9 MED\n 192.0.2.1 MED\n");
}

static void med_of_another_as_says_nothing(void **state)
{
	struct bgp_in_peer *a = lab_peer("192.0.2.1", 65001);
	struct bgp_in_peer *b = lab_peer("192.0.2.9", 65002);

	(void)state;
	both_ways(a, SAY(.med = U32(9)), b, SAY(.med = U32(1)), P " 192.0.2.1\n",
	    P "\n *192.0.2.1 Router ID\n 192.0.2.9 Router ID\n");
	bgp_in_set_rules(
	    lab.in, &(struct bgp_in_rules){.max_paths = 8, .always_compare_med = true});
	lab_rib(P " 192.0.2.9\n");
	lab_paths(P "\n *192.0.2.9 MED\n 192.0.2.1 MED\n");
}

/* RFC 4271 9.1.2.2 c: a path of iBGP without AS is of our own. */
static void med_counts_within_our_own_as(void **state)
{
	struct bgp_in_peer *win = lab_peer("192.0.2.9", LAB_ASN);
	struct bgp_in_peer *lose = lab_peer("192.0.2.1", LAB_ASN);

	(void)state;
	both_ways(win, SAY(.med = U32(1)), lose, SAY(.med = U32(2)), P " 192.0.2.9\n",
	    P "\n *192.0.2.9 MED\n 192.0.2.1 MED\n");
}

/* The case in which comparing pair by pair goes round in a circle: 1 beats 2 by identifier, 2
 * beats 3 by identifier, 3 beats 1 by MED. */
static void med_is_deterministic(void **state)
{
	static const uint32_t meds[] = {10, 0, 5}, as[] = {65001, 65002, 65001};
	static const char *const names[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3"};
	struct bgp_in_peer *p[3];

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		p[i] = lab_peer(names[i], as[i]);
	for (unsigned order = 0; order < 27; order++) {
		const unsigned at[] = {order % 3, order / 3 % 3, order / 9};

		if (at[0] == at[1] || at[1] == at[2] || at[0] == at[2])
			continue;
		for (unsigned i = 0; i < 3; i++)
			SAYS(p[at[i]], .reach = P, .med = &meds[at[i]]);
		lab_rib(P " 192.0.2.2\n");
		lab_paths(P "\n *192.0.2.2 Router ID\n 192.0.2.3 Router ID\n 192.0.2.1 MED\n");
		for (unsigned i = 0; i < 3; i++)
			SAYS(p[i], .withdraw = P);
		lab_rib("");
	}
}

static bool reach_by_octet(const struct ipaddr *nexthop, uint32_t *metric, void *arg)
{
	const uint32_t *metrics = arg;

	*metric = metrics[nexthop->addr[3]];
	return *metric != UINT32_MAX;
}

static void ebgp_is_fifth(void **state)
{
	static uint32_t metrics[256] = {[9] = 9, [1] = 1};
	struct bgp_in_peer *win = lab_peer("192.0.2.9", 65001);
	struct bgp_in_peer *lose = lab_peer("192.0.2.1", LAB_ASN);

	(void)state;
	bgp_in_set_reach(lab.in, reach_by_octet, metrics);
	both_ways(win, SAY(.as = "65001 1"), lose, SAY(.as = "65002 1"), P " 192.0.2.9\n",
	    P "\n *192.0.2.9 Peer Type\n 192.0.2.1 Peer Type\n");
}

static void igp_metric_is_sixth(void **state)
{
	static uint32_t metrics[256] = {[9] = 5, [1] = 6};
	struct bgp_in_peer *win = lab_peer("192.0.2.9", 65001);
	struct bgp_in_peer *lose = lab_peer("192.0.2.1", 65001);
	struct ipaddr a;

	(void)state;
	bgp_in_set_reach(lab.in, reach_by_octet, metrics);
	bgp_in_set_rules(lab.in, &(struct bgp_in_rules){.max_paths = 8});
	both_ways(win, SAY(.origin = 0), lose, SAY(.origin = 0), P " 192.0.2.9\n",
	    P "\n *192.0.2.9 IGP Metric\n 192.0.2.1 IGP Metric\n");
	metrics[9] = 7;
	lab_rib(P " 192.0.2.9\n");
	ipaddr_parse("192.0.2.9", &a);
	bgp_in_nexthop_changed(lab.in, &a);
	lab_rib(P " 192.0.2.1\n");
}

static void router_id_is_seventh(void **state)
{
	struct bgp_in_peer *win = lab_peer("192.0.2.9", 65001);
	struct bgp_in_peer *lose = lab_peer("192.0.2.1", 65001);

	(void)state;
	lab_source(win)->id = 1;
	bgp_in_peer_up(win, lab_source(win), 0);
	both_ways(win, SAY(.origin = 0), lose, SAY(.origin = 0), P " 192.0.2.9\n",
	    P "\n *192.0.2.9 Router ID\n 192.0.2.1 Router ID\n");
}

/* RFC 4456 9. */
static void the_originator_takes_the_place_of_the_router_id(void **state)
{
	struct bgp_in_peer *win = lab_peer("192.0.2.9", LAB_ASN);
	struct bgp_in_peer *lose = lab_peer("192.0.2.1", LAB_ASN);
	static const uint32_t cluster[] = {7};

	(void)state;
	both_ways(win, SAY(.originator = U32(1), .clusters = cluster, .n_clusters = 1), lose,
	    SAY(.origin = 0), P " 192.0.2.9\n",
	    P "\n *192.0.2.9 Router ID\n 192.0.2.1 Router ID\n");
}

/* RFC 4456 9. */
static void cluster_list_length_is_eighth(void **state)
{
	struct bgp_in_peer *win = lab_peer("192.0.2.9", LAB_ASN);
	struct bgp_in_peer *lose = lab_peer("192.0.2.1", LAB_ASN);
	static const uint32_t clusters[] = {7, 8};

	(void)state;
	both_ways(win, SAY(.originator = U32(1), .clusters = clusters, .n_clusters = 1), lose,
	    SAY(.originator = U32(1), .clusters = clusters, .n_clusters = 2), P " 192.0.2.9\n",
	    P "\n *192.0.2.9 Cluster length\n 192.0.2.1 Cluster length\n");
}

static void address_is_ninth(void **state)
{
	struct bgp_in_peer *win = lab_peer("192.0.2.1", 65001);
	struct bgp_in_peer *lose = lab_peer("192.0.2.9", 65001);

	(void)state;
	lab_source(win)->id = 0x01020304;
	lab_source(lose)->id = 0x01020304;
	bgp_in_peer_up(win, lab_source(win), 0);
	bgp_in_peer_up(lose, lab_source(lose), 0);
	both_ways(win, SAY(.origin = 0), lose, SAY(.origin = 0), P " 192.0.2.1\n",
	    P "\n *192.0.2.1 Neighbor IP\n 192.0.2.9 Neighbor IP\n");
}

static void one_path_is_the_first(void **state)
{
	(void)state;
	SAYS(lab_peer("192.0.2.1", 65001), .reach = P);
	lab_rib(P " 192.0.2.1\n");
	lab_paths(P "\n *192.0.2.1 First path received\n");
}

static void what_is_out_of_reach_never_wins(void **state)
{
	static uint32_t metrics[256] = {[9] = 5, [1] = UINT32_MAX};
	struct bgp_in_peer *near = lab_peer("192.0.2.9", LAB_ASN);
	struct bgp_in_peer *far = lab_peer("192.0.2.1", LAB_ASN);
	struct ipaddr a;

	(void)state;
	bgp_in_set_reach(lab.in, reach_by_octet, metrics);
	both_ways(near, SAY(.local_pref = U32(1)), far, SAY(.local_pref = U32(500)),
	    P " 192.0.2.9\n", P "\n *192.0.2.9 First path received\n !192.0.2.1\n");
	SAYS(near, .withdraw = P);
	lab_rib("");
	lab_paths(P "\n !192.0.2.1\n");
	metrics[1] = 5;
	ipaddr_parse("192.0.2.1", &a);
	bgp_in_nexthop_changed(lab.in, &a);
	lab_rib(P " 192.0.2.1\n");
}

static void as_good_ones_share_the_load(void **state)
{
	static const char *const names[] = {"192.0.2.30", "192.0.2.4", "192.0.2.2"};
	struct bgp_in_peer *other = lab_peer("192.0.2.1", 65002);

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		SAYS(lab_peer(names[i], 65001), .reach = P);
	lab_rib(P " 192.0.2.2\n"); /* one path unless more are allowed */
	bgp_in_set_rules(lab.in, &(struct bgp_in_rules){.max_paths = 8});
	lab_rib(P " 192.0.2.2 192.0.2.4 192.0.2.30\n");
	lab_paths(
	    P "\n *=192.0.2.2 Router ID\n =192.0.2.4 Router ID\n =192.0.2.30 Router ID\n");
	bgp_in_set_rules(lab.in, &(struct bgp_in_rules){.max_paths = 2});
	lab_rib(P " 192.0.2.2 192.0.2.4\n");
	/* As good, of another AS, and the best: only it. */
	SAYS(other, .reach = P);
	bgp_in_set_rules(lab.in, &(struct bgp_in_rules){.max_paths = 8});
	lab_rib(P " 192.0.2.1\n");
	bgp_in_set_rules(
	    lab.in, &(struct bgp_in_rules){.max_paths = 8, .multipath_relax = true});
	lab_rib(P " 192.0.2.1 192.0.2.2 192.0.2.4 192.0.2.30\n");
	/* One of another AS between them does not end the list. */
	bgp_in_set_rules(lab.in, &(struct bgp_in_rules){.max_paths = 8});
	SAYS(lab_peer("192.0.2.3", 65003), .reach = P);
	SAYS(other, .withdraw = P);
	lab_rib(P " 192.0.2.2 192.0.2.4 192.0.2.30\n");
	bgp_in_set_rules(
	    lab.in, &(struct bgp_in_rules){.max_paths = 8, .multipath_relax = true});
	lab_rib(P " 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.30\n");
	/* But not over a longer way. */
	SAYS(other, .reach = P, .as = "65002 65002");
	lab_rib(P " 192.0.2.2 192.0.2.3 192.0.2.4 192.0.2.30\n");
}

static void a_next_hop_counts_once(void **state)
{
	(void)state;
	bgp_in_set_rules(lab.in, &(struct bgp_in_rules){.max_paths = 2});
	SAYS(lab_peer("192.0.2.1", 65001), .reach = P, .nexthop = "192.0.2.77");
	SAYS(lab_peer("192.0.2.2", 65001), .reach = P, .nexthop = "192.0.2.77");
	SAYS(lab_peer("192.0.2.3", 65001), .reach = P, .nexthop = "192.0.2.55");
	lab_rib(P " 192.0.2.55 192.0.2.77\n");
}

static void ibgp_shares_no_load_with_ebgp(void **state)
{
	(void)state;
	bgp_in_set_rules(
	    lab.in, &(struct bgp_in_rules){.max_paths = 8, .multipath_relax = true});
	SAYS(lab_peer("192.0.2.1", LAB_ASN), .reach = P, .as = "65001");
	SAYS(lab_peer("192.0.2.2", 65001), .reach = P);
	lab_rib(P " 192.0.2.2\n");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_new, lab_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(local_pref_is_first),
	    TEST(local_pref_of_ebgp_is_the_default),
	    TEST(as_path_length_is_second),
	    TEST(a_set_counts_as_one_as),
	    TEST(origin_is_third),
	    TEST(med_is_fourth),
	    TEST(no_med_is_the_least),
	    TEST(med_of_another_as_says_nothing),
	    TEST(med_counts_within_our_own_as),
	    TEST(med_is_deterministic),
	    TEST(ebgp_is_fifth),
	    TEST(igp_metric_is_sixth),
	    TEST(router_id_is_seventh),
	    TEST(the_originator_takes_the_place_of_the_router_id),
	    TEST(cluster_list_length_is_eighth),
	    TEST(address_is_ninth),
	    TEST(one_path_is_the_first),
	    TEST(what_is_out_of_reach_never_wins),
	    TEST(as_good_ones_share_the_load),
	    TEST(a_next_hop_counts_once),
	    TEST(ibgp_shares_no_load_with_ebgp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
