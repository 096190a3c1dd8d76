/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What zebra is sent for what it says, line by line. */
#include "tests/unit/zroutes_words.h"
#include "zclient/zversion.h"

static void waits_for_its_gateways(void **state)
{
	struct lab *l = *state;

	want(l, 1, 3, 1);
	expect(l, "track 10.0.0.0; track 10.0.0.1; ");
	assert_false(zroutes_settled(l->z));
	gateway(l, 0, true);
	expect(l, "");
	gateway(l, 1, true);
	expect(l, "add 192.0.2.1/32 10.0.0.0*1 10.0.0.1*1; ");
	assert_true(zroutes_settled(l->z));
	state_is(l, 1, ZROUTE_INSTALLING);
	note(l, 1, ZNOTE_INSTALLED);
	state_is(l, 1, ZROUTE_INSTALLED);
	assert_int_equal(zroutes_count(l->z, ZROUTE_INSTALLED), 1);
}

static void leaves_out_what_does_not_resolve(void **state)
{
	struct lab *l = *state;

	want(l, 1, 3, 1);
	gateway(l, 0, true);
	gateway(l, 1, false);
	expect(l, "track 10.0.0.0; track 10.0.0.1; add 192.0.2.1/32 10.0.0.0*1; ");
}

static void a_silent_gateway_counts_as_down(void **state)
{
	struct lab *l = *state;

	want(l, 1, 3, 1);
	gateway(l, 0, true);
	l->said[0] = '\0';
	later(l, 2000);
	expect(l, "add 192.0.2.1/32 10.0.0.0*1; untrack 10.0.0.1; track 10.0.0.1; ");
}

static void only_changes_are_sent(void **state)
{
	struct lab *l = *state;

	installed(l, 1, 3);
	want(l, 1, 3, 1);
	expect(l, "");
	want(l, 1, 3, 7);
	expect(l, "add 192.0.2.1/32 10.0.0.0*7 10.0.0.1*1; ");
}

static void a_lost_member_leaves_and_comes_back(void **state)
{
	struct lab *l = *state;

	installed(l, 1, 3);
	gateway(l, 1, false);
	expect(l, "add 192.0.2.1/32 10.0.0.0*1; ");
	/* Not the group of before: zebra still has that one, the kernel lost a member of it. */
	gateway(l, 1, true);
	expect(l, "add 192.0.2.1/32 10.0.0.0*2 10.0.0.1*2; ");
	gateway(l, 1, false);
	gateway(l, 1, true);
	expect(l, "add 192.0.2.1/32 10.0.0.0*1; add 192.0.2.1/32 10.0.0.0*3 10.0.0.1*3; ");
}

static void losses_of_an_earlier_run_count(void **state)
{
	struct lab *l = *state;
	struct ipaddr lost = gw(1);

	zroutes_lost_before(l->z, &lost, 2);
	l->said[0] = '\0';
	want(l, 1, 3, 1);
	gateway(l, 0, true);
	gateway(l, 1, true);
	expect(l, "track 10.0.0.0; add 192.0.2.1/32 10.0.0.0*3 10.0.0.1*3; ");
}

static void weights_keep_their_ratio(void **state)
{
	struct lab *l = *state;

	want(l, 1, 3, 250);
	gateway(l, 0, true);
	gateway(l, 1, true);
	l->said[0] = '\0';
	gateway(l, 1, false);
	gateway(l, 1, true);
	expect(l, "add 192.0.2.1/32 10.0.0.0*1; add 192.0.2.1/32 10.0.0.0*62 10.0.0.1*2; ");
}

/* zebra scales weights: a factor would change nothing, and it repairs its groups itself. */
static void weights_that_zebra_scales(void **state)
{
	struct lab *l = *state;

	zroutes_features(l->z, ZF_WEIGHTS_SCALED);
	installed(l, 1, 3);
	gateway(l, 1, false);
	gateway(l, 1, true);
	expect(l, "add 192.0.2.1/32 10.0.0.0*1; add 192.0.2.1/32 10.0.0.0*1 10.0.0.1*1; ");
	want(l, 1, 3, 250);
	expect(l, "add 192.0.2.1/32 10.0.0.0*250 10.0.0.1*1; ");
}

/* zebra ignores what it takes for the same: after a loss nothing is. */
static void the_same_is_ignored(void **state)
{
	struct lab *l = *state;

	zroutes_features(l->z, ZF_WEIGHTS_SCALED | ZF_SAME_IGNORED);
	installed(l, 1, 3);
	gateway(l, 1, false);
	expect(l, "add 192.0.2.1/32 10.0.0.0*255; ");
	gateway(l, 1, true);
	expect(l, "add 192.0.2.1/32 10.0.0.0*255 10.0.0.1*255; ");
	want(l, 1, 3, 2);
	expect(l, "add 192.0.2.1/32 10.0.0.0*255 10.0.0.1*128; ");
	want(l, 1, 3, 254);
	expect(l, "add 192.0.2.1/32 10.0.0.0*255 10.0.0.1*2; ");
	gateway(l, 0, false);
	gateway(l, 0, true);
	expect(l, "add 192.0.2.1/32 10.0.0.1*1; add 192.0.2.1/32 10.0.0.0*254 10.0.0.1*1; ");
	/* Links that went down while nobody looked. */
	want(l, 1, 1, 1);
	expect(l, "add 192.0.2.1/32 10.0.0.0*255; ");
	zroutes_lost_unseen(l->z, 1);
	zroutes_up(l->z, 8, l->now);
	l->said[0] = '\0';
	gateway(l, 0, true);
	expect(l, "add 192.0.2.1/32 10.0.0.0*1; ");
}

static void the_last_member_deletes_the_route(void **state)
{
	struct lab *l = *state;

	installed(l, 1, 1);
	gateway(l, 0, false);
	expect(l, "del 192.0.2.1/32; ");
	state_is(l, 1, ZROUTE_REMOVING);
	/* Back before zebra said REMOVED: from 10.7 on an ADD now would be merged away. */
	gateway(l, 0, true);
	expect(l, "");
	note(l, 1, ZNOTE_REMOVED);
	expect(l, "add 192.0.2.1/32 10.0.0.0*1; ");
}

static void another_way_to_a_gateway(void **state)
{
	struct lab *l = *state;
	struct znh told = {.addr = gw(0), .state = ZNH_UP, .ifindex = 10, .path = 7};

	installed(l, 1, 1);
	zroutes_nexthop(l->z, &told, l->now);
	expect(l, "del 192.0.2.1/32; ");
	note(l, 1, ZNOTE_REMOVED);
	expect(l, "add 192.0.2.1/32 10.0.0.0*1; ");
	zroutes_nexthop(l->z, &told, l->now);
	expect(l, "");
}

static void an_interface_takes_its_gateways_down(void **state)
{
	struct lab *l = *state;

	installed(l, 1, 1);
	zroutes_iface(l->z, 10, false, l->now);
	expect(l, "del 192.0.2.1/32; ");
	note(l, 1, ZNOTE_REMOVED);
	zroutes_iface(l->z, 10, true, l->now);
	expect(l, "untrack 10.0.0.0; track 10.0.0.0; ");
	gateway(l, 0, true);
	expect(l, "add 192.0.2.1/32 10.0.0.0*1; ");
	zroutes_iface(l->z, 99, false, l->now);
	expect(l, "");
}

static void a_flap_that_zebra_does_not_tell_is_looked_into(void **state)
{
	struct lab *l = *state;

	installed(l, 1, 1);
	zroutes_iface(l->z, 10, false, l->now);
	note(l, 1, ZNOTE_REMOVED);
	l->said[0] = '\0';
	later(l, 1000);
	expect(l, "untrack 10.0.0.0; track 10.0.0.0; ");
}

static void silence_is_asked_about(void **state)
{
	struct lab *l = *state;
	struct prefix p = pfx(1);
	struct zroute_view v;

	want(l, 1, 1, 1);
	gateway(l, 0, true);
	l->said[0] = '\0';
	later(l, 2000);
	expect(l, "ask 192.0.2.1/32; ");
	zroutes_verdict(l->z, &p, false, "static, distance 1", l->now);
	assert_true(zroutes_find(l->z, &p, l->now, &v));
	assert_int_equal(v.state, ZROUTE_LOST);
	assert_string_equal(v.winner, "static, distance 1");
	later(l, 5000);
	expect(l, "add 192.0.2.1/32 10.0.0.0*1; ");
	state_is(l, 1, ZROUTE_LOST);
	note(l, 1, ZNOTE_INSTALLED);
	state_is(l, 1, ZROUTE_INSTALLED);
}

static void a_verdict_may_confirm(void **state)
{
	struct lab *l = *state;
	struct prefix p = pfx(1);

	want(l, 1, 1, 1);
	gateway(l, 0, true);
	later(l, 2000);
	zroutes_verdict(l->z, &p, true, NULL, l->now);
	state_is(l, 1, ZROUTE_INSTALLED);
	assert_int_equal(zroutes_tick(l->z, l->now + 1000) > 1000, true);
}

static void rejected_is_tried_again_more_and_more_rarely(void **state)
{
	struct lab *l = *state;

	want(l, 1, 1, 1);
	gateway(l, 0, true);
	for (int64_t ms = 1000; ms <= 8000; ms *= 2) {
		note(l, 1, ZNOTE_FAIL_INSTALL);
		state_is(l, 1, ZROUTE_REJECTED);
		l->said[0] = '\0';
		later(l, ms - 1);
		expect(l, "");
		later(l, 1);
		expect(l, "del 192.0.2.1/32; ");
		note(l, 1, ZNOTE_REMOVED);
		expect(l, "add 192.0.2.1/32 10.0.0.0*1; ");
	}
}

/* Up to 9.1 zebra may go on using a group that the kernel does not have any more. */
static void rejected_is_tried_again_over_another_group(void **state)
{
	struct lab *l = *state;

	want(l, 1, 3, 1);
	gateway(l, 0, true);
	l->said[0] = '\0';
	gateway(l, 1, true);
	for (unsigned factor = 1; factor < 4; factor++) {
		char wanted[96];

		snprintf(wanted, sizeof(wanted), "add 192.0.2.1/32 10.0.0.0*%u 10.0.0.1*%u; ",
		    factor, factor);
		expect(l, wanted);
		note(l, 1, ZNOTE_FAIL_INSTALL);
		l->said[0] = '\0';
		later(l, 1000 << (factor - 1));
		expect(l, "del 192.0.2.1/32; ");
		note(l, 1, ZNOTE_REMOVED);
	}
}

static void a_sweep_by_somebody_else_is_repaired(void **state)
{
	struct lab *l = *state;

	installed(l, 1, 1);
	note(l, 1, ZNOTE_REMOVED);
	state_is(l, 1, ZROUTE_REJECTED);
	later(l, 100);
	expect(l, "add 192.0.2.1/32 10.0.0.0*1; ");
}

static void a_withdrawn_route_is_gone_when_zebra_says_so(void **state)
{
	struct lab *l = *state;
	struct prefix p = pfx(1);
	struct zroute_view v;

	installed(l, 1, 1);
	want(l, 1, 0, 1);
	expect(l, "del 192.0.2.1/32; ");
	state_is(l, 1, ZROUTE_REMOVING);
	note(l, 1, ZNOTE_REMOVED);
	assert_false(zroutes_find(l->z, &p, l->now, &v));
	installed(l, 2, 1);
	want(l, 2, 0, 1);
	later(l, 1000);
	assert_int_equal(zroutes_count(l->z, ZROUTE_REMOVING), 0);
}

static void a_reconnect_sends_everything_again(void **state)
{
	struct lab *l = *state;

	installed(l, 1, 1);
	zroutes_down(l->z);
	want(l, 2, 1, 1);
	expect(l, "");
	zroutes_up(l->z, 8, l->now);
	expect(l, "track 10.0.0.0; ");
	gateway(l, 0, true);
	assert_non_null(strstr(l->said, "add 192.0.2.1/32 10.0.0.0*1; "));
	assert_non_null(strstr(l->said, "add 192.0.2.2/32 10.0.0.0*1; "));
}

/* zebra may find in the kernel what it installed in its former life. */
static void gone_while_zebra_was_away(void **state)
{
	struct lab *l = *state;

	installed(l, 1, 1);
	installed(l, 2, 1);
	zroutes_down(l->z);
	want(l, 1, 0, 1);
	want(l, 2, 0, 1);
	want(l, 2, 1, 1);
	want(l, 3, 1, 1);
	want(l, 3, 0, 1);
	expect(l, "");
	zroutes_up(l->z, 8, l->now);
	expect(l, "track 10.0.0.0; del 192.0.2.1/32; ");
	note(l, 1, ZNOTE_REMOVED);
	gateway(l, 0, true);
	expect(l, "add 192.0.2.2/32 10.0.0.0*1; ");
	assert_int_equal(zroutes_count(l->z, ZROUTE_WAITING), 0);
	assert_int_equal(zroutes_count(l->z, ZROUTE_REMOVING), 0);
	/* Connected, and not sent again yet: deleted all the same. */
	note(l, 2, ZNOTE_INSTALLED);
	zroutes_up(l->z, 8, l->now);
	want(l, 2, 0, 1);
	expect(l, "track 10.0.0.0; del 192.0.2.2/32; ");
}

static void a_replaced_route_is_not_forgotten(void **state)
{
	struct lab *l = *state;

	/* Lost, then over a gateway that is not known yet while it is tried again, then gone.
	 */
	want(l, 1, 1, 1);
	gateway(l, 0, true);
	note(l, 1, ZNOTE_BETTER_ADMIN_WON);
	later(l, 4900);
	want(l, 1, 2, 1);
	later(l, 200);
	l->said[0] = '\0';
	want(l, 1, 0, 1);
	expect(l, "del 192.0.2.1/32; ");
}

static void a_busy_zebra_is_given_time(void **state)
{
	struct lab *l = *state;

	installed(l, 1, 1);
	gateway(l, 0, false);
	l->said[0] = '\0';
	gateway(l, 0, true);
	l->now += 1000;
	zroutes_busy(l->z, l->now);
	zroutes_tick(l->z, l->now);
	expect(l, "");
	state_is(l, 1, ZROUTE_REMOVING);
	later(l, 500);
	expect(l, "add 192.0.2.1/32 10.0.0.0*1; ");
}

static void what_an_earlier_run_left_is_deleted(void **state)
{
	struct lab *l = *state;
	struct prefix ours = pfx(1), unknown = pfx(2), waiting = pfx(3);

	installed(l, 1, 1);
	assert_false(zroutes_stray(l->z, &ours, l->now));
	expect(l, "");
	assert_true(zroutes_stray(l->z, &unknown, l->now));
	expect(l, "del 192.0.2.2/32; ");
	want(l, 3, 2, 1);
	gateway(l, 1, false);
	l->said[0] = '\0';
	assert_true(zroutes_stray(l->z, &waiting, l->now));
	expect(l, "del 192.0.2.3/32; ");
	gateway(l, 1, true);
	expect(l, "");
	note(l, 3, ZNOTE_REMOVED);
	expect(l, "add 192.0.2.3/32 10.0.0.1*1; ");
}

static void an_unused_gateway_is_no_longer_tracked(void **state)
{
	struct lab *l = *state;

	installed(l, 1, 3);
	want(l, 1, 1, 1);
	note(l, 1, ZNOTE_INSTALLED);
	l->said[0] = '\0';
	/* Once unused it may come back; unused for longer than zebra keeps groups it goes. */
	later(l, 240050);
	expect(l, "");
	later(l, 240050);
	expect(l, "untrack 10.0.0.1; ");
	assert_int_equal(zroutes_tick(l->z, l->now), -1);
}

static void more_gateways_than_zebra_takes(void **state)
{
	struct lab *l = *state;

	zroutes_up(l->z, 2, l->now);
	want(l, 1, 7, 1);
	for (unsigned k = 0; k < 3; k++)
		gateway(l, k, true);
	assert_non_null(strstr(l->said, "add 192.0.2.1/32 10.0.0.0*1 10.0.0.1*1; "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(waits_for_its_gateways),
	    CASE(leaves_out_what_does_not_resolve),
	    CASE(a_silent_gateway_counts_as_down),
	    CASE(only_changes_are_sent),
	    CASE(a_lost_member_leaves_and_comes_back),
	    CASE(losses_of_an_earlier_run_count),
	    CASE(weights_keep_their_ratio),
	    CASE(weights_that_zebra_scales),
	    CASE(the_same_is_ignored),
	    CASE(the_last_member_deletes_the_route),
	    CASE(another_way_to_a_gateway),
	    CASE(an_interface_takes_its_gateways_down),
	    CASE(a_flap_that_zebra_does_not_tell_is_looked_into),
	    CASE(silence_is_asked_about),
	    CASE(a_verdict_may_confirm),
	    CASE(rejected_is_tried_again_more_and_more_rarely),
	    CASE(rejected_is_tried_again_over_another_group),
	    CASE(a_sweep_by_somebody_else_is_repaired),
	    CASE(a_withdrawn_route_is_gone_when_zebra_says_so),
	    CASE(a_reconnect_sends_everything_again),
	    CASE(gone_while_zebra_was_away),
	    CASE(a_replaced_route_is_not_forgotten),
	    CASE(a_busy_zebra_is_given_time),
	    CASE(what_an_earlier_run_left_is_deleted),
	    CASE(an_unused_gateway_is_no_longer_tracked),
	    CASE(more_gateways_than_zebra_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
