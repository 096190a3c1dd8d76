/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "tests/unit/adjin_lab.h"
#include <cmocka.h>
#include <errno.h>
#include <sys/socket.h>

#define A "192.0.2.1"
#define B "192.0.2.2"

static void announced_replaced_withdrawn(void **state)
{
	struct bgp_in_peer *a = lab_peer(A, 65001);
	struct bgp_in_peer *six = lab_peer("2001:db8::1", 65001);

	(void)state;
	SAYS(a, .reach = "10.0.0.1/32 10.0.0.2/32 0.0.0.0/0");
	SAYS(six, .reach = "2001:db8:1::/64 ::/0", .linklocal = "fe80::1");
	lab_rib("0.0.0.0/0 192.0.2.1\n10.0.0.1/32 192.0.2.1\n10.0.0.2/32 192.0.2.1\n"
		"::/0 2001:db8::1\n2001:db8:1::/64 2001:db8::1\n");
	assert_int_equal(lab_counts(a).accepted[0], 3);
	assert_int_equal(lab_counts(six).accepted[1], 2);
	assert_int_equal(bgp_in_count(lab.in, AF_INET), 3);
	SAYS(a, .reach = "10.0.0.1/32", .nexthop = "192.0.2.7", .withdraw = "10.0.0.2/32");
	/* RFC 4271 4.3: in both, it is announced. Twice is once. */
	SAYS(a, .reach = "0.0.0.0/0 0.0.0.0/0", .withdraw = "0.0.0.0/0");
	SAYS(a, .withdraw = "10.9.9.9/32");
	SAYS(six, .withdraw = "::/0 2001:db8:1::/64");
	lab_rib("0.0.0.0/0 192.0.2.1\n10.0.0.1/32 192.0.2.7\n");
	assert_int_equal(lab_counts(a).accepted[0], 2);
	assert_int_equal(lab_counts(six).accepted[1], 0);
	assert_int_equal(bgp_attr_table_count(lab.attrs), 2);
	bgp_in_peer_down(a, false);
	lab_rib("");
	assert_int_equal(lab_counts(a).accepted[0], 0);
}

/* RFC 8212. */
static void no_list_lets_nothing_in(void **state)
{
	struct bgp_in_peer *p = PEER("");

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32 10.0.0.2/32");
	lab_rib("");
	assert_int_equal(lab_counts(p).refused_policy, 2);
	assert_int_equal(bgp_in_count(lab.in, 0), 0);
}

static void a_list_lets_in_what_it_names(void **state)
{
	struct bgp_in_peer *p = PEER("deny 10.1.0.0/16 le 32;10.0.0.0/8 ge 32");

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32 10.1.0.1/32 10.2.0.0/24 192.168.0.1/32 10.2.0.1/32");
	lab_rib("10.0.0.1/32 192.0.2.1\n10.2.0.1/32 192.0.2.1\n");
	assert_int_equal(lab_counts(p).refused_policy, 3);
	assert_int_equal(lab_counts(p).accepted[0], 2);
}

static void a_list_that_changes_is_applied(void **state)
{
	struct bgp_in_peer *p = PEER("10.0.0.0/8 le 32");
	struct bgp_prefix_rule v[8];
	struct bgp_import import = {.prefixes = lab_list(v, "10.0.0.0/8 le 32")};

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32 10.1.0.1/32 192.168.0.1/32");
	lab_rib("10.0.0.1/32 192.0.2.1\n10.1.0.1/32 192.0.2.1\n");
	assert_false(bgp_in_peer_set_import(p, &import));
	import.max_prefix = 5; /* asks for nothing */
	assert_false(bgp_in_peer_set_import(p, &import));
	import.prefixes = lab_list(v, "10.1.0.0/16 le 32;192.168.0.0/16 le 32");
	assert_true(bgp_in_peer_set_import(p, &import));
	lab_rib("10.1.0.1/32 192.0.2.1\n");
	import.nexthop = BGP_NEXTHOP_SELF;
	assert_true(bgp_in_peer_set_import(p, &import));
	lab_rib("10.1.0.1/32 lo\n");
	import.local_pref = 7;
	assert_true(bgp_in_peer_set_import(p, &import));
	import.allow_own_as = 1;
	assert_true(bgp_in_peer_set_import(p, &import));
	SAYS(p, .reach = "10.1.0.2/32", .as = "65001 64512");
	lab_rib("10.1.0.1/32 lo\n10.1.0.2/32 lo\n");
	import.allow_own_as = 0;
	assert_false(bgp_in_peer_set_import(p, &import));
	lab_rib("10.1.0.1/32 lo\n");
}

static void a_refused_route_replaces_the_one_before(void **state)
{
	struct bgp_in_peer *p = lab_peer(A, 65001);

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32 10.0.0.2/32");
	SAYS(p, .reach = "10.0.0.1/32", .as = "65001 64512");
	lab_rib("10.0.0.2/32 192.0.2.1\n");
	SAYS(p, .reach = "10.0.0.2/32", .nexthop = "127.0.0.1");
	lab_rib("");
	assert_int_equal(lab_counts(p).refused_loop, 1);
	assert_int_equal(lab_counts(p).refused_nexthop, 1);
}

static void own_as_as_often_as_allowed(void **state)
{
	struct bgp_in_peer *p = PEER("10.0.0.0/8 le 32", .allow_own_as = 2);

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32", .as = "65001 64512 64512");
	SAYS(p, .reach = "10.0.0.2/32", .as = "65001 64512 64512 64512");
	SAYS(p, .reach = "10.0.0.3/32", .as = "65001 64512 1 {64512,64512}");
	lab_rib("10.0.0.1/32 192.0.2.1\n");
	assert_int_equal(lab_counts(p).refused_loop, 2);
}

/* RFC 4456 8. */
static void reflected_routes_do_not_come_back(void **state)
{
	struct bgp_in_peer *p = lab_peer(A, LAB_ASN);
	static const uint32_t loop[] = {7, LAB_ID}, other[] = {7, 8};

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32", .originator = U32(LAB_ID));
	SAYS(
	    p, .reach = "10.0.0.2/32", .originator = U32(9), .clusters = loop, .n_clusters = 2);
	SAYS(p, .reach = "10.0.0.3/32", .originator = U32(9), .clusters = other,
	    .n_clusters = 2);
	SAYS(p, .reach = "10.0.0.4/32", .as = "65001 64512");
	lab_rib("10.0.0.3/32 192.0.2.1\n");
	assert_int_equal(lab_counts(p).refused_loop, 3);
}

static void next_hops_of_the_wrong_kind_are_refused(void **state)
{
	static const char *const four[] = {"192.0.2.254", "0.0.0.0", "0.1.2.3", "127.0.0.1",
	    "224.0.0.5", "240.0.0.1", "255.255.255.255", "2001:db8::1"};
	static const char *const six[] = {
	    "2001:db8::fe", "::", "::1", "fe80::1", "ff02::1", "::ffff:192.0.2.1", "192.0.2.1"};
	struct bgp_in_peer *p4 = lab_peer(A, 65001), *p6 = lab_peer("2001:db8::1", 65001);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(four); i++)
		SAYS(p4, .reach = "10.0.0.1/32", .nexthop = four[i]);
	for (size_t i = 0; i < ARRAY_LEN(six); i++)
		SAYS(p6, .reach = "2001:db8:1::/64", .nexthop = six[i]);
	lab_rib("");
	assert_int_equal(lab_counts(p4).refused_nexthop, ARRAY_LEN(four));
	assert_int_equal(lab_counts(p6).refused_nexthop, ARRAY_LEN(six));
	SAYS(p4, .reach = "10.0.0.1/32", .nexthop = "169.254.0.1");
	lab_rib("10.0.0.1/32 169.254.0.1\n");
	/* Ours of the other family. */
	assert_int_equal(ipaddr_parse("2001:db8::99", &lab_source(p4)->self[1]), 0);
	bgp_in_peer_up(p4, lab_source(p4), 0);
	SAYS(p4, .reach = "2001:db8:1::/64", .nexthop = "2001:db8::99");
	SAYS(p4, .reach = "2001:db8:2::/64", .nexthop = "2001:db8::98");
	lab_rib("10.0.0.1/32 169.254.0.1\n2001:db8:2::/64 2001:db8::98\n");
}

static void next_hop_rules(void **state)
{
	const struct bgp_import self = {.prefixes.any = true, .nexthop = BGP_NEXTHOP_SELF};
	const struct bgp_import peer = {.prefixes.any = true, .nexthop = BGP_NEXTHOP_PEER};
	const struct bgp_import as_is = {
	    .prefixes.any = true, .nexthop = BGP_NEXTHOP_UNCHANGED};
	struct bgp_in_peer *p = lab_peer_with("192.0.2.2", 65001, &peer);

	(void)state;
	SAYS(lab_peer_with(A, 65001, &self), .reach = "10.0.0.1/32", .nexthop = "192.0.2.9");
	SAYS(p, .reach = "10.0.0.2/32", .nexthop = "192.0.2.9");
	/* Where the peer's address is of another family there is none. */
	SAYS(p, .reach = "2001:db8:1::/64", .nexthop = "2001:db8::9");
	SAYS(lab_peer_with("192.0.2.3", 65001, &as_is), .reach = "10.0.0.3/32",
	    .nexthop = "192.0.2.9");
	lab_rib("10.0.0.1/32 lo\n10.0.0.2/32 192.0.2.2\n10.0.0.3/32 192.0.2.9\n");
	assert_int_equal(lab_counts(p).refused_nexthop, 1);
}

/* RFC 7606 2. */
static void malformed_updates_withdraw(void **state)
{
	struct bgp_in_peer *p = lab_peer(A, 65001);

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32 10.0.0.2/32 10.0.0.3/32");
	SAYS(p, .reach = "10.0.0.1/32 10.0.0.9/32", .withdraw = "10.0.0.2/32",
	    .verdict = BGP_UPDATE_WITHDRAWN);
	SAYS(p, .reach = "10.0.0.4/32", .verdict = BGP_UPDATE_DISCARDED);
	lab_rib("10.0.0.3/32 192.0.2.1\n10.0.0.4/32 192.0.2.1\n");
	assert_int_equal(lab_counts(p).refused_malformed, 2);
}

static void local_pref_of_the_policy_wins(void **state)
{
	struct bgp_in_peer *p = PEER("10.0.0.0/8 le 32", .local_pref = 200);
	const struct bgp_attrs *attrs;
	const struct prefix q = {
	    .family = AF_INET, .plen = 32, .addr = {10, 0, 0, 1}
        };
	struct ipaddr from;
	bool ibgp;

	(void)state;
	SAYS(lab_peer(B, LAB_ASN), .reach = "10.0.0.1/32", .local_pref = U32(199));
	SAYS(p, .reach = "10.0.0.1/32", .as = "65001 1 2 3");
	lab_rib("10.0.0.1/32 192.0.2.1\n");
	assert_true(bgp_in_best(lab.in, &q, &attrs, &ibgp, &from));
	assert_true(attrs->has & BGP_HAS_LOCAL_PREF);
	assert_int_equal(attrs->local_pref, 200);
	assert_false(ibgp);
	assert_int_equal(from.addr[3], 1);
	SAYS(p, .withdraw = "10.0.0.1/32");
	/* What goes is not the best any more, before it is decided who is. */
	assert_false(bgp_in_best(lab.in, &q, &attrs, &ibgp, &from));
	lab_rib("10.0.0.1/32 192.0.2.2\n");
	assert_true(bgp_in_best(lab.in, &q, &attrs, &ibgp, &from));
	assert_true(ibgp);
	assert_int_equal(attrs->local_pref, 199);
}

/* RFC 8326 4.2. */
static void graceful_shutdown_is_the_last_choice(void **state)
{
	const struct bgp_import import = {.prefixes.any = true, .local_pref = 200};
	struct bgp_in_peer *a = lab_peer_with(A, 65001, &import);
	struct bgp_in_peer *b = lab_peer(B, 65001), *c = lab_peer("192.0.2.3", LAB_ASN);

	(void)state;
	SAYS(a, .reach = "10.0.0.1/32", .community = U32(0xffff0000));
	lab_rib("10.0.0.1/32 192.0.2.1\n");
	SAYS(b, .reach = "10.0.0.1/32", .as = "65001 1 2 3");
	lab_rib("10.0.0.1/32 192.0.2.2\n");
	SAYS(a, .reach = "10.0.0.1/32", .community = U32(0xffff0001));
	lab_rib("10.0.0.1/32 192.0.2.1\n");
	/* Within our AS, LOCAL_PREF says it. */
	SAYS(c, .reach = "10.0.0.1/32", .community = U32(0xffff0000), .local_pref = U32(300));
	lab_rib("10.0.0.1/32 192.0.2.3\n");
}

/* RFC 4724 4.2. */
static void held_routes_stay_until_end_of_rib(void **state)
{
	struct bgp_in_peer *p = lab_peer(A, 65001);

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32 10.0.0.2/32 10.0.0.3/32");
	SAYS(p, .reach = "2001:db8:1::/64", .nexthop = "2001:db8::1");
	bgp_in_peer_down(p, true);
	lab_rib("10.0.0.1/32 192.0.2.1\n10.0.0.2/32 192.0.2.1\n10.0.0.3/32 192.0.2.1\n"
		"2001:db8:1::/64 2001:db8::1\n");
	assert_int_equal(lab_counts(p).stale, 4);
	bgp_in_peer_up(p, lab_source(p), BGP_IPV4 | BGP_IPV6);
	SAYS(p, .reach = "10.0.0.1/32");
	SAYS(p, .reach = "10.0.0.2/32", .nexthop = "192.0.2.9");
	assert_int_equal(lab_counts(p).stale, 2);
	lab_paths("10.0.0.1/32\n *192.0.2.1 First path received\n"
		  "10.0.0.2/32\n *192.0.2.1 First path received\n"
		  "10.0.0.3/32\n *~192.0.2.1 First path received\n"
		  "2001:db8:1::/64\n *~192.0.2.1 First path received\n");
	SAYS(p, .end_of_rib = AF_INET);
	lab_rib("10.0.0.1/32 192.0.2.1\n10.0.0.2/32 192.0.2.9\n2001:db8:1::/64 2001:db8::1\n");
	assert_int_equal(lab_counts(p).end_of_rib, BGP_IPV4);
	assert_int_equal(lab_counts(p).stale, 1);
	SAYS(p, .end_of_rib = AF_INET6);
	lab_rib("10.0.0.1/32 192.0.2.1\n10.0.0.2/32 192.0.2.9\n");
	assert_int_equal(lab_counts(p).end_of_rib, BGP_IPV4 | BGP_IPV6);
	/* A second one sweeps nothing. */
	SAYS(p, .end_of_rib = AF_INET);
	assert_int_equal(lab_counts(p).accepted[0], 2);
}

static void families_that_are_not_held_go(void **state)
{
	struct bgp_in_peer *p = lab_peer(A, 65001);

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32");
	SAYS(p, .reach = "2001:db8:1::/64", .nexthop = "2001:db8::1");
	bgp_in_peer_down(p, true);
	bgp_in_peer_up(p, lab_source(p), BGP_IPV6);
	lab_rib("2001:db8:1::/64 2001:db8::1\n");
	bgp_in_peer_drop_stale(p);
	lab_rib("");
	assert_int_equal(lab_counts(p).stale, 0);
}

/* RFC 4724 4.2: routes that were stale already go at the next restart. */
static void a_second_restart_drops_what_was_stale(void **state)
{
	struct bgp_in_peer *p = lab_peer(A, 65001);

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32 10.0.0.2/32");
	bgp_in_peer_down(p, true);
	bgp_in_peer_up(p, lab_source(p), BGP_IPV4);
	SAYS(p, .reach = "10.0.0.2/32");
	bgp_in_peer_down(p, true);
	lab_rib("10.0.0.2/32 192.0.2.1\n");
	assert_int_equal(lab_counts(p).stale, 1);
	bgp_in_peer_down(p, false);
	lab_rib("");
	assert_int_equal(lab_counts(p).stale, 0);
}

/* RFC 4724 4.2: stale and other routes are not treated differently. */
static void stale_routes_win_as_others_do(void **state)
{
	struct bgp_in_peer *p = lab_peer(A, 65001);

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32");
	SAYS(lab_peer(B, 65001), .reach = "10.0.0.1/32");
	bgp_in_peer_down(p, true);
	lab_rib("10.0.0.1/32 192.0.2.1\n");
	lab_paths("10.0.0.1/32\n *~192.0.2.1 Router ID\n 192.0.2.2 Router ID\n");
}

struct heard {
	unsigned announced, withdrawn;
};

static void on_announce(const struct rib_route *r, void *arg)
{
	(void)r;
	((struct heard *)arg)->announced++;
}

static void on_withdraw(const struct prefix *p, void *arg)
{
	(void)p;
	((struct heard *)arg)->withdrawn++;
}

/* Outputs that care are told when the best path changes behind the same next hops. */
static void new_attributes_are_told(void **state)
{
	static const struct out_ops keen = {
	    .name = "keen", .announce = on_announce, .withdraw = on_withdraw, .touched = true};
	static const struct out_ops plain = {
	    .name = "plain", .announce = on_announce, .withdraw = on_withdraw};
	struct heard k = {0, 0}, h = {0, 0};
	struct bgp_in_peer *a = lab_peer(A, 65001), *b = lab_peer(B, 65001);

	(void)state;
	rib_attach(lab.rib, &keen, &k);
	rib_attach(lab.rib, &plain, &h);
	SAYS(a, .reach = "10.0.0.1/32", .nexthop = "192.0.2.7");
	lab_rib("10.0.0.1/32 192.0.2.7\n");
	assert_int_equal(k.announced, 1);
	SAYS(a, .reach = "10.0.0.1/32", .nexthop = "192.0.2.7"); /* nothing new */
	lab_rib("10.0.0.1/32 192.0.2.7\n");
	assert_int_equal(k.announced, 1);
	SAYS(a, .reach = "10.0.0.1/32", .nexthop = "192.0.2.7", .med = U32(5));
	lab_rib("10.0.0.1/32 192.0.2.7\n");
	assert_int_equal(k.announced, 2);
	/* Worse than the best: nobody cares. */
	SAYS(b, .reach = "10.0.0.1/32", .nexthop = "192.0.2.7", .med = U32(6));
	lab_rib("10.0.0.1/32 192.0.2.7\n");
	assert_int_equal(k.announced, 2);
	/* The other wins, and it comes back. */
	SAYS(b, .reach = "10.0.0.1/32", .nexthop = "192.0.2.7", .med = U32(4));
	lab_rib("10.0.0.1/32 192.0.2.7\n");
	assert_int_equal(k.announced, 3);
	SAYS(b, .withdraw = "10.0.0.1/32");
	lab_rib("10.0.0.1/32 192.0.2.7\n");
	assert_int_equal(k.announced, 4);
	assert_int_equal(h.announced, 1);
	bgp_in_peer_down(a, false);
	lab_rib("");
	assert_int_equal(k.withdrawn, 1);
	rib_detach(lab.rib, &keen, &k);
	rib_detach(lab.rib, &plain, &h);
}

static void a_budget_is_kept(void **state)
{
	struct bgp_in_peer *p = lab_peer(A, 65001);

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32 10.0.0.2/32 10.0.0.3/32");
	assert_true(bgp_in_run(lab.in, 2));
	assert_int_equal(rib_commit(lab.rib), 2);
	assert_false(bgp_in_run(lab.in, 2));
	assert_int_equal(rib_commit(lab.rib), 1);
	assert_false(bgp_in_run(lab.in, 2));
	/* What comes meanwhile is not lost, and is decided once. */
	SAYS(p, .reach = "10.0.0.1/32 10.0.0.2/32", .nexthop = "192.0.2.8");
	assert_true(bgp_in_run(lab.in, 1));
	SAYS(p, .withdraw = "10.0.0.1/32 10.0.0.2/32");
	lab_rib("10.0.0.3/32 192.0.2.1\n");
	bgp_in_peer_down(p, false);
	assert_true(bgp_in_run(lab.in, 0) == false);
	assert_int_equal(bgp_in_count(lab.in, 0), 0);
}

/* More than any array begins with, up and down again. */
static void many_prefixes(void **state)
{
	struct bgp_in_peer *a = lab_peer(A, 65001), *b = lab_peer(B, 65001);
	char text[PREFIX_STRLEN];

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		snprintf(text, sizeof(text), "10.0.%u.%u/32", i / 256, i % 256);
		SAYS(a, .reach = text);
		SAYS(b, .reach = text);
	}
	bgp_in_run(lab.in, 0);
	assert_int_equal(rib_commit(lab.rib), 3000);
	bgp_in_peer_down(a, false);
	bgp_in_run(lab.in, 0);
	assert_int_equal(rib_commit(lab.rib), 3000);
	assert_int_equal(bgp_in_count(lab.in, AF_INET), 3000);
	SAYS(b, .withdraw = "10.0.11.183/32");
	bgp_in_peer_down(b, false);
	lab_rib("");
}

static void count_path(const struct bgp_in_path *p, void *arg)
{
	(void)p;
	++*(unsigned *)arg;
}

static unsigned count(uint8_t family, const char *within, const struct bgp_in_peer *p)
{
	struct prefix w = {.family = family};
	unsigned n = 0;

	if (within)
		assert_int_equal(prefix_parse(within, &w), 0);
	lab_each(lab.in, w.family ? &w : NULL, p, count_path, &n);
	return n;
}

static void paths_are_found_by_family_prefix_and_peer(void **state)
{
	struct bgp_in_peer *a = lab_peer(A, 65001), *b = lab_peer(B, 65001);

	(void)state;
	SAYS(a, .reach = "10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 11.0.0.0/8");
	SAYS(b, .reach = "10.1.0.0/16");
	SAYS(b, .reach = "2001:db8:1::/64", .nexthop = "2001:db8::1");
	assert_int_equal(count(0, NULL, NULL), 6);
	assert_int_equal(count(AF_INET, NULL, NULL), 5);
	assert_int_equal(count(AF_INET6, NULL, NULL), 1);
	assert_int_equal(count(0, NULL, b), 2);
	assert_int_equal(count(0, "10.1.0.0/16", NULL), 3);
	assert_int_equal(count(0, "10.1.0.0/16", a), 2);
	assert_int_equal(count(0, "10.0.0.0/7", NULL), 5);
	assert_int_equal(count(0, "::/0", NULL), 1);
	lab_rib("10.0.0.0/8 192.0.2.1\n10.1.0.0/16 192.0.2.1\n10.1.2.0/24 192.0.2.1\n"
		"11.0.0.0/8 192.0.2.1\n2001:db8:1::/64 2001:db8::1\n");
	/* A peer that is gone leaves its place to another. */
	lab_peer_gone(a);
	SAYS(lab_peer("192.0.2.3", 65001), .reach = "10.1.0.0/16");
	lab_paths("10.1.0.0/16\n *192.0.2.2 Router ID\n 192.0.2.3 Router ID\n"
		  "2001:db8:1::/64\n *192.0.2.2 First path received\n");
	lab_rib("10.1.0.0/16 192.0.2.2\n2001:db8:1::/64 2001:db8::1\n");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_new, lab_free)

/* RFC 2545: two peers may have the same link-local address, each on its link. */
static void link_local_next_hops_are_on_the_link(void **state)
{
	struct rib_nexthop want[2] = {
	    {.weight = 1, .ifindex = 7},
            {.weight = 1, .ifindex = 9}
        };
	struct bgp_in_rules rules = {.max_paths = 4};
	const struct rib_route *r;
	struct bgp_in_peer *p[3];
	struct bgp_in_counts c;
	struct prefix prefix;

	(void)state;
	bgp_in_set_rules(lab.in, &rules);
	assert_int_equal(ipaddr_parse("fe80::7", &want[0].addr), 0);
	want[1].addr = want[0].addr;
	p[0] = lab_peer("fe80::7", 65001);
	p[1] = lab_peer("2001:db8::7", 65001);
	p[2] = lab_peer("2001:db8::8", 65001);
	lab_source(p[0])->ifindex = 9;
	lab_source(p[1])->ifindex = 7;
	for (unsigned i = 0; i < 3; i++) {
		bgp_in_peer_up(p[i], lab_source(p[i]), 0);
		SAYS(p[i], .reach = "2001:db8:1::/64", .nexthop = "fe80::7");
	}
	bgp_in_run(lab.in, 0);
	rib_commit(lab.rib);
	assert_int_equal(prefix_parse("2001:db8:1::/64", &prefix), 0);
	r = rib_best(lab.rib, &prefix);
	assert_int_equal(r->n, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(r->nh[i].ifindex, want[i].ifindex);
		assert_int_equal(ipaddr_cmp(&r->nh[i].addr, &want[i].addr), 0);
	}
	/* The third is on no link. */
	bgp_in_peer_counts(p[2], &c);
	assert_int_equal(c.refused_linklocal, 1);
	assert_int_equal(c.refused_nexthop, 1);
	assert_int_equal(c.accepted[1], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(announced_replaced_withdrawn),
	    TEST(no_list_lets_nothing_in),
	    TEST(a_list_lets_in_what_it_names),
	    TEST(a_list_that_changes_is_applied),
	    TEST(a_refused_route_replaces_the_one_before),
	    TEST(own_as_as_often_as_allowed),
	    TEST(reflected_routes_do_not_come_back),
	    TEST(next_hops_of_the_wrong_kind_are_refused),
	    TEST(next_hop_rules),
	    TEST(malformed_updates_withdraw),
	    TEST(local_pref_of_the_policy_wins),
	    TEST(graceful_shutdown_is_the_last_choice),
	    TEST(held_routes_stay_until_end_of_rib),
	    TEST(families_that_are_not_held_go),
	    TEST(a_second_restart_drops_what_was_stale),
	    TEST(stale_routes_win_as_others_do),
	    TEST(new_attributes_are_told),
	    TEST(a_budget_is_kept),
	    TEST(many_prefixes),
	    TEST(paths_are_found_by_family_prefix_and_peer),
	    TEST(link_local_next_hops_are_on_the_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
