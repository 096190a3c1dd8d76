/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes over interface lo (role node) and link-local gateways: when they are sent, what moves
 * them. */
#include "tests/unit/zroutes_words.h"

/* Route i over interface lo. */
static void want_loopback(struct lab *l, unsigned i)
{
	const struct rib_nexthop lo = {.loopback = true, .weight = 1};
	const struct prefix p = pfx(i);

	rib_set(l->rib, RIB_KUBERNETES, &p, &lo, 1);
	rib_commit(l->rib);
}

static void a_route_over_lo_waits_until_lo_is_known(void **state)
{
	struct lab *l = *state;

	want_loopback(l, 1);
	expect(l, "");
	assert_false(zroutes_settled(l->z));
	later(l, 10000);
	expect(l, ""); /* no time-out: what zebra has of before stays */
	state_is(l, 1, ZROUTE_WAITING);
	zroutes_loopback(l->z, 7, l->now);
	expect(l, "add 192.0.2.1/32 if7; ");
	assert_true(zroutes_settled(l->z));
	note(l, 1, ZNOTE_INSTALLED);
	want_loopback(l, 2);
	zroutes_loopback(l->z, 7, l->now);
	expect(l, "add 192.0.2.2/32 if7; ");
}

static void links_do_not_touch_a_route_over_lo(void **state)
{
	struct lab *l = *state;

	installed(l, 3, 1);
	zroutes_loopback(l->z, 1, l->now);
	want_loopback(l, 1);
	note(l, 1, ZNOTE_INSTALLED);
	expect(l, "add 192.0.2.1/32 if1; ");
	zroutes_iface(l->z, 10, false, l->now);
	expect(l, "del 192.0.2.3/32; ");
	state_is(l, 1, ZROUTE_INSTALLED);
	note(l, 3, ZNOTE_REMOVED);
	zroutes_iface(l->z, 10, true, l->now);
	gateway(l, 0, true);
	state_is(l, 1, ZROUTE_INSTALLED);
	assert_null(strstr(l->said, "192.0.2.1/32"));
}

static void lo_itself_takes_its_routes_down(void **state)
{
	struct lab *l = *state;

	zroutes_loopback(l->z, 1, l->now);
	want_loopback(l, 1);
	note(l, 1, ZNOTE_INSTALLED);
	zroutes_loopback(l->z, 0, l->now);
	expect(l, "add 192.0.2.1/32 if1; del 192.0.2.1/32; ");
	zroutes_loopback(l->z, 1, l->now);
	expect(l, "");
	note(l, 1, ZNOTE_REMOVED);
	expect(l, "add 192.0.2.1/32 if1; ");
	zroutes_down(l->z); /* another zebra may number it otherwise */
	zroutes_up(l->z, 8, l->now);
	expect(l, "");
	zroutes_loopback(l->z, 2, l->now);
	expect(l, "add 192.0.2.1/32 if2; ");
}

static void from_gateways_to_lo_and_back(void **state)
{
	struct lab *l = *state;

	zroutes_loopback(l->z, 1, l->now);
	installed(l, 1, 3);
	want_loopback(l, 1);
	expect(l, "add 192.0.2.1/32 if1; ");
	want(l, 1, 1, 1);
	assert_non_null(strstr(l->said, "add 192.0.2.1/32 10.0.0.0*1; "));
}

/* zebra is not asked about a link-local gateway: it is where its interface is up. */
static void link_local_gateways_go_with_their_interface(void **state)
{
	struct lab *l = *state;
	struct rib_nexthop nh[2] = {
	    {.weight = 1, .ifindex = 7},
            {.weight = 1, .ifindex = 9}
        };
	const struct prefix p = {
	    .family = AF_INET6, .plen = 64, .addr = {0x20, 1}
        };

	assert_int_equal(ipaddr_parse("fe80::7", &nh[0].addr), 0);
	nh[1].addr = nh[0].addr;
	rib_set(l->rib, RIB_BGP, &p, nh, 2);
	rib_commit(l->rib);
	expect(l, "add 2001::/64 fe80::7*1 fe80::7*1; ");
	assert_true(zroutes_settled(l->z));
	zroutes_note(l->z, &p, ZNOTE_INSTALLED, l->now);
	zroutes_iface(l->z, 9, false, l->now);
	assert_non_null(strstr(l->said, "add 2001::/64 fe80::7*"));
	assert_null(strstr(l->said, "fe80::7*1 fe80::7"));
	l->said[0] = '\0';
	zroutes_iface(l->z, 9, true, l->now);
	assert_non_null(strstr(l->said, "add 2001::/64 fe80::7*"));
	zroutes_down(l->z);
	l->said[0] = '\0';
	zroutes_up(l->z, 8, l->now);
	later(l, 10000);
	assert_null(strstr(l->said, "track"));
	rib_set(l->rib, RIB_BGP, &p, NULL, 0);
	rib_commit(l->rib);
	later(l, 200000);
	later(l, 200000);
	assert_null(strstr(l->said, "track"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_route_over_lo_waits_until_lo_is_known),
	    CASE(links_do_not_touch_a_route_over_lo),
	    CASE(lo_itself_takes_its_routes_down),
	    CASE(from_gateways_to_lo_and_back),
	    CASE(link_local_gateways_go_with_their_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
