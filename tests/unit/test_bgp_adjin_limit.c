/* SPDX-License-Identifier: GPL-2.0-or-later */
/* max-prefix: what counts, and when; and that many peers may go at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/bgp/adjin_int.h"
#include "announcer/util.h"
#include "tests/unit/adjin_lab.h"
#include <cmocka.h>
#include <errno.h>

#define A "192.0.2.1"

static void too_many_prefixes_end_the_session(void **state)
{
	static const uint8_t four[] = {0, 1, 1, 0, 0, 0, 2}, six[] = {0, 2, 1, 0, 0, 0, 2};
	struct bgp_in_peer *p = PEER("0.0.0.0/0 le 32;::/0 le 128", .max_prefix = 2);
	struct bgp_error e = {.code = 0};

	(void)state;
	/* The limit is one of each family; what is refused or said again does not count. */
	SAYS(p, .reach = "10.0.0.1/32 10.0.0.2/32 10.0.0.1/32");
	SAYS(p, .reach = "10.0.0.3/32", .as = "65001 64512");
	SAYS(p, .reach = "2001:db8:1::/64 2001:db8:2::/64", .nexthop = "2001:db8::1");
	SAYS(p, .withdraw = "10.0.0.2/32");
	SAYS(p, .reach = "10.0.0.3/32");
	assert_false(lab_counts(p).over_limit);
	assert_int_equal(
	    lab_say(p, &(const struct lab_says){.reach = "10.0.0.4/32 10.0.0.5/32"}, &e),
	    -EPROTO);
	assert_int_equal(e.code, BGP_CEASE_MAX_PREFIX);
	assert_int_equal(e.len, sizeof(four));
	assert_memory_equal(e.data, four, sizeof(four));
	assert_true(lab_counts(p).over_limit);
	assert_int_equal(lab_counts(p).accepted[0], 3);
	bgp_in_peer_down(p, false);
	bgp_in_peer_up(p, lab_source(p), 0);
	assert_false(lab_counts(p).over_limit);
	assert_int_equal(lab_say(p,
			     &(const struct lab_says){
				 .reach = "2001:db8:1::/64 2001:db8:2::/64 2001:db8:3::/64",
				 .nexthop = "2001:db8::1"},
			     &e),
	    -EPROTO);
	assert_memory_equal(e.data, six, sizeof(six));
}

static void a_lower_limit_counts_at_once(void **state)
{
	static const uint8_t one[] = {0, 1, 1, 0, 0, 0, 1};
	struct bgp_in_peer *p = PEER("10.0.0.0/8 le 32", .max_prefix = 3);
	struct bgp_prefix_rule v[8];
	struct bgp_import import = {
	    .prefixes = lab_list(v, "10.0.0.0/8 le 32"), .max_prefix = 2};
	struct bgp_error e = {.code = 0};

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32 10.0.0.2/32");
	assert_false(bgp_in_peer_set_import(p, &import));
	assert_int_equal(bgp_in_peer_check(p, &e), 0);
	assert_false(lab_counts(p).over_limit);
	import.max_prefix = 1;
	import.warning_only = true;
	bgp_in_peer_set_import(p, &import);
	assert_int_equal(bgp_in_peer_check(p, &e), 0);
	assert_true(lab_counts(p).over_limit);
	import.warning_only = false;
	bgp_in_peer_set_import(p, &import);
	assert_int_equal(bgp_in_peer_check(p, &e), -EPROTO);
	assert_int_equal(e.code, BGP_CEASE_MAX_PREFIX);
	assert_int_equal(e.len, sizeof(one));
	assert_memory_equal(e.data, one, sizeof(one));
	/* The session is over; that it was by the limit is known until the next one. */
	bgp_in_peer_down(p, false);
	assert_true(lab_counts(p).over_limit);
	/* A list that lets less in makes room. */
	bgp_in_peer_up(p, lab_source(p), 0);
	SAYS(p, .reach = "10.0.0.1/32");
	import.prefixes = lab_list(v, "10.0.0.1/32");
	bgp_in_peer_set_import(p, &import);
	assert_int_equal(bgp_in_peer_check(p, &e), 0);
	assert_false(lab_counts(p).over_limit);
}

static void too_many_prefixes_may_only_be_told(void **state)
{
	struct bgp_in_peer *p = PEER("10.0.0.0/8 le 32", .max_prefix = 2, .warning_only = true);

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32 10.0.0.2/32 10.0.0.3/32");
	assert_true(lab_counts(p).over_limit);
	assert_int_equal(lab_counts(p).accepted[0], 3);
	SAYS(p, .withdraw = "10.0.0.1/32");
	assert_false(lab_counts(p).over_limit);
}

static void stale_routes_do_not_count_for_the_limit(void **state)
{
	struct bgp_in_peer *p = PEER("10.0.0.0/8 le 32", .max_prefix = 2);
	struct bgp_error e;

	(void)state;
	SAYS(p, .reach = "10.0.0.1/32 10.0.0.2/32");
	bgp_in_peer_down(p, true);
	bgp_in_peer_up(p, lab_source(p), BGP_IPV4);
	SAYS(p, .reach = "10.0.0.3/32 10.0.0.4/32");
	assert_int_equal(lab_counts(p).accepted[0], 4);
	assert_int_equal(
	    lab_say(p, &(const struct lab_says){.reach = "10.0.0.1/32"}, &e), -EPROTO);
}

/* One walk over the table is for all that went down since the last run. */
static void many_peers_that_go_cost_one_walk(void **state)
{
	struct bgp_in_peer *p[8], *stays;
	char address[8][16], prefix[20];

	(void)state;
	stays = lab_peer("192.0.2.200", 65001);
	SAYS(stays, .reach = "10.0.0.0/24 10.9.0.0/24");
	for (unsigned i = 0; i < ARRAY_LEN(p); i++) {
		snprintf(address[i], sizeof(address[i]), "192.0.2.%u", i + 1);
		snprintf(prefix, sizeof(prefix), "10.0.%u.0/24", i / 2);
		p[i] = lab_peer(address[i], 65001);
		SAYS(p[i], .reach = prefix);
	}
	bgp_in_run(lab.in, 0);
	for (unsigned i = 0; i < ARRAY_LEN(p); i++) {
		bgp_in_peer_down(p[i], false);
		assert_int_equal(lab_counts(p[i]).accepted[0], 0);
	}
	assert_int_equal(lab.in->n_going, ARRAY_LEN(p)); /* nothing was walked through */
	for (unsigned i = 2; i < ARRAY_LEN(p); i++)
		lab_peer_gone(p[i]);
	/* Two are back before that: what they say now stays. */
	for (unsigned i = 0; i < 2; i++)
		bgp_in_peer_up(p[i], lab_source(p[i]), 0);
	assert_int_equal(lab.in->n_going, 0);
	SAYS(p[1], .reach = "10.7.0.0/24");
	lab_rib("10.0.0.0/24 192.0.2.200\n10.7.0.0/24 192.0.2.2\n10.9.0.0/24 192.0.2.200\n");
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_new, lab_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(too_many_prefixes_end_the_session),
	    TEST(too_many_prefixes_may_only_be_told),
	    TEST(a_lower_limit_counts_at_once),
	    TEST(stale_routes_do_not_count_for_the_limit),
	    TEST(many_peers_that_go_cost_one_walk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
