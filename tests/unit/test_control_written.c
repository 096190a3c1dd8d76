/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What MetalLB's controller writes, the same: metallb-compat 3.1, 3.6, 3.8, 3.9. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "tests/unit/control_world.h"
#include <cmocka.h>
#include <stdio.h>

/* 3.6; but not for who begins without pools: that is a mistake in its configuration. */
static void test_all_pools_gone(void **state)
{
	struct world *w = *state;

	NOTHING(put(w, "default/web", "version=7 status=192.0.2.5 from=lan"));
	rules(w, "", true);
	run(w);
	assert_non_null(strstr(w->sent, "AllocationFailed"));
	assert_non_null(strstr(w->sent, "default/web(u1) =\n"));
	control_set_leading(w->c, false);
	control_set_leading(w->c, true);
	put(w, "default/web", "version=9 status=192.0.2.5 from=lan");
	assert_non_null(strstr(w->sent, "AllocationFailed"));
	assert_null(strstr(w->sent, "(u1)"));
}

/* 3.1 step 11: the annotation is written with the address, and by itself. */
static void test_annotation(void **state)
{
	struct world *w = *state;

	put(w, "default/web", "version=7 status=192.0.2.5"); /* as MetalLB 0.12 leaves it */
	SENT("default/web(u1) = 192.0.2.5 of lan\n");
	wrote(w, "8", NULL, false);
	NOTHING(put(w, "default/web", "version=8 status=192.0.2.5 from=lan"));
	rules(w, "house:192.0.2.1-192.0.2.9", true); /* the pool has another name */
	run(w);
	SENT("default/web(u1) = 192.0.2.5 of house\n");
	wrote(w, "9", NULL, false);
	NOTHING(put(w, "default/web", "version=9 status=192.0.2.5 from=house"));
	put(w, "default/web", "version=10 status=192.0.2.5"); /* somebody took it away */
	SENT("default/web(u1) = 192.0.2.5 of house\n");
}

/* The order in which they stand is kept; entries without an address go. */
static void test_ingress(void **state)
{
	struct world *w = *state;

	rules(w, "lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9", true);
	put(w, "default/web", "version=7 fam=64 status=2001:db8::1,192.0.2.1");
	SENT("default/web(u1) = 2001:db8::1 192.0.2.1 of lan\n");
	wrote(w, "8", NULL, false);
	NOTHING(
	    put(w, "default/web", "version=8 fam=64 status=2001:db8::1,192.0.2.1 from=lan"));
	put(w, "default/dns", "uid=u2 version=9 status=192.0.2.2 from=lan hosts");
	SENT("default/dns(u2) = 192.0.2.2 of lan\n");
}

/* 3.1 step 1: of what is no LoadBalancer any more, nothing is left. */
static void test_no_balancer_any_more(void **state)
{
	struct world *w = *state;

	put(w, "default/web", "version=7");
	wrote(w, "8", NULL, false);
	NOTHING(put(w, "default/web", "version=8 status=192.0.2.1 from=lan"));
	put(w, "default/web", "version=9 type=ClusterIP from=lan");
	SENT("default/web(u1) = cleared\n");
	assert_string_equal(w->version, "9");
	NOTHING(run(w));
	wrote(w, "10", NULL, false);
	NOTHING(
	    put(w, "default/web", "version=9 type=NodePort from=lan")); /* older than that */
	NOTHING(put(w, "default/web", "version=11 type=ClusterIP from=lan")); /* once more? */
	later(w, 30000);
	SENT("default/web(u1) = cleared\n");
	wrote(w, "12", NULL, false);
	NOTHING(put(w, "default/web", "version=12 type=ClusterIP"));
	put(w, "default/web", "version=13"); /* and it is one again: at once */
	SENT(GIVEN WISH);
	wrote(w, NULL, "the Service is no LoadBalancer any more", false);
	put(w, "default/old", "uid=u2 version=4 type=ClusterIP status=203.0.113.1");
	SENT("default/old(u2) = cleared\n");
	w->lb_class = "ours"; /* that is another controller's, perhaps */
	rules(w, "lan:192.0.2.1-192.0.2.9", true);
	run(w);
	SENT("");
	put(w, "default/more", "uid=u3 version=4 type=ClusterIP from=lan");
	SENT("default/more(u3) = cleared\n");
}

/* What a cluster is like that MetalLB leaves: nothing is written. */
static void test_metallbs_cluster_is_adopted(void **state)
{
	struct world *w = *state;

	rules(w,
	    "lan:192.0.2.1-192.0.2.9 six:2001:db8::1-2001:db8::9,198.51.100.1-198.51.100.9",
	    true);
	control_set_listed(w->c, false);
	put(w, "default/a", "uid=u1 version=1 tcp=80 share=k status=192.0.2.3 from=lan");
	put(w, "default/b", "uid=u2 version=2 udp=80 share=k status=192.0.2.3 from=lan");
	put(w, "default/c",
	    "uid=u3 version=3 fam=64 status=2001:db8::7,198.51.100.7 from=six policy=require");
	put(w, "default/d", "uid=u4 version=4 type=ClusterIP");
	put(w, "default/e", "uid=u5 version=5 ips=192.0.2.9 old status=192.0.2.9 from=lan");
	control_set_listed(w->c, true);
	run(w);
	SENT("");
	assert_int_equal(w->again, -1);
}

static bool event(struct world *w, const char *spec, const char *says)
{
	static unsigned uid;
	char full[256];

	gone(w, "default/web");
	snprintf(full, sizeof(full), "uid=e%u version=7 %s", ++uid, spec);
	put(w, "default/web", full);
	return strstr(w->sent, says);
}

/* 3.8: a row a reason, and what people look for in it. */
static void test_events(void **state)
{
	struct world *w = *state;

#define FAILED "! default/web AllocationFailed: Failed to allocate IP for \"default/web\": "
#define GONE   "default/web ClearAssignment: 192.0.2.1: not assigned any more: "
	assert_true(event(w, "", "default/web IPAllocated: Assigned IP [\"192.0.2.1\"]\n"));
	assert_null(strstr(w->sent, "deprecatedAnnotation"));
	assert_true(event(w, "old", "! default/web deprecatedAnnotation: "));
	assert_true(event(w, "fam=6", FAILED "no available IPs: "));
	assert_true(event(w, "pool=none", FAILED "unknown pool: "));
	assert_true(event(w, "ip=203.0.113.1", FAILED "not allowed in config: "));
	assert_true(
	    event(w, "ip=2001:db8::1", FAILED "requested IP does not match the ipFamily: "));
	assert_true(event(w, "ips=web", "! default/web LoadBalancerFailed: "));
	assert_true(
	    event(w, "ips=192.0.2.1 ip=192.0.2.1", "! default/web LoadBalancerFailed: "));
	assert_true(event(w, "ips=192.0.2.1,192.0.2.2", "! default/web LoadBalancerFailed: "));
	assert_true(event(w, "policy=require", "! default/web not enough clusterips: "));
	assert_true(event(w, "fam=46",
	    "default/web AdditionalAssignFailed: cannot assign additional IP in "
	    "PreferDualStack: "));
	rules(w, "lan:192.0.2.1-192.0.2.9,2001:db8::1-2001:db8::9", true);
	assert_true(event(w, "fam=46 status=192.0.2.1 from=lan",
	    "default/web IPAllocated: Assigned additional IP \"2001:db8::1\"\n"));
	rules(w, "lan:198.51.100.1-198.51.100.9", true);
	assert_true(event(w, "status=192.0.2.1 from=lan", GONE "it is in no pool any more\n"));
	assert_non_null(strstr(w->sent, "IPAllocated: Assigned IP [\"198.51.100.1\"]\n"));
	rules(w, "lan:198.51.100.1-198.51.100.9 wan:203.0.113.1-203.0.113.9", true);
	assert_true(
	    event(w, "ip=203.0.113.1 pool=lan", FAILED "not compatible with requested pool: "));
	assert_true(event(w, "status=192.0.2.1 from=lan ip=198.51.100.2",
	    GONE "it is in no pool any more\n"));
	rules(w, "lan:192.0.2.0/24 wan:203.0.113.1-203.0.113.9", true);
	assert_true(event(w, "status=192.0.2.1 from=lan ip=192.0.2.2",
	    GONE "the Service asks for another address, pool or family\n"));
	assert_true(event(w, "status=192.0.2.1 from=lan pool=wan",
	    GONE "the Service asks for another address, pool or family\n"));
	put(w, "default/holder", "uid=h version=1 created=1 status=192.0.2.1 from=lan tcp=80");
	assert_true(event(w, "created=2 status=192.0.2.1 from=lan tcp=81",
	    GONE "address also in use by default/holder\n"));
	assert_true(event(w, "ip=192.0.2.1", FAILED "address also in use: "));
	rules(w, "lan:buggy:198.51.100.0/24", true);
	assert_true(event(w, "ip=198.51.100.0", FAILED "not allowed in config: "));
}

static void test_notices_of_other_objects(void **state)
{
	struct world *w = *state;
	const struct k8s_notice n = {.ns = (char *)"metallb-system",
	    .name = (char *)"tor",
	    .api = (char *)"metallb.io/v1beta2",
	    .kind = (char *)"BGPPeer",
	    .reason = (char *)"Refused",
	    .text = (char *)"no",
	    .warning = true};

	assert_true(control_notice(w->c, &n));
	SENT("! metallb-system/tor Refused: no\n");
	control_set_leading(w->c, false);
	run(w);
	assert_false(control_notice(w->c, &n));
	SENT("");
}

/* 3.9 */
static void test_counts(void **state)
{
	struct world *w = *state;

	put_pool(w, "lan", "p1", "");
	put_pool(w, "other", "p2", ""); /* refused, perhaps */
	put(w, "default/old", "version=7 status=192.0.2.1 from=lan tcp=1 share=k");
	rules(w, "lan:buggy:192.0.2.0/24,2001:db8::/66", true);
	run(w);
	SENT("");
	assert_int_equal(w->again, 1000);
	put(w, "default/web", "uid=u2 version=8 status=192.0.2.1 from=lan tcp=2 share=k");
	put(w, "default/two", "uid=u3 version=8 status=192.0.2.2 from=lan");
	put(w, "default/six", "uid=u4 fam=6 version=8 status=2001:db8::9 from=lan");
	SENT("");
	later(w, 999);
	SENT("");
	later(w, 1); /* all of it at once; who shares an address counts once */
	SENT("metallb-system/lan(p1) = 2+252 1+9223372036854775806\n");
	counts_wrote(w, "lan", "20");
	later(w, 100000);
	SENT("");
	assert_int_equal(w->again, -1);
	gone(w, "default/web");
	later(w, 1000); /* one is left that has it */
	SENT("");
	gone(w, "default/old");
	later(w, 1000);
	SENT("metallb-system/lan(p1) = 1+253 1+9223372036854775806\n");
	counts_wrote(w, "lan", NULL);
	put_pool(w, "lan", "p3", ""); /* it was made anew */
	later(w, 30000);
	SENT("metallb-system/lan(p3) = 1+253 1+9223372036854775806\n");
}

/* What MetalLB has written is right already. */
static void test_counts_are_adopted(void **state)
{
	struct world *w = *state;

	control_set_leading(w->c, false);
	put_pool(w, "lan", "p1",
	    "{\"assignedIPv4\":1,\"assignedIPv6\":0,\"availableIPv4\":8,\"availableIPv6\":0}");
	put(w, "default/web", "version=7 status=192.0.2.1 from=lan");
	later(w, 10000);
	SENT("");
	control_set_leading(w->c, true);
	run(w);
	SENT("");
	later(w, 10000);
	SENT("");
	assert_int_equal(w->again, -1);
	put_pool(w, "lan", "p1", "{\"assignedIPv4\":7}");
	put(w, "default/two", "uid=u2 version=8 status=192.0.2.2 from=lan");
	later(w, 1000);
	SENT("metallb-system/lan(p1) = 2+7 0+0\n");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, control_setup, control_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_all_pools_gone),
	    TEST(test_annotation),
	    TEST(test_ingress),
	    TEST(test_no_balancer_any_more),
	    TEST(test_metallbs_cluster_is_adopted),
	    TEST(test_events),
	    TEST(test_notices_of_other_objects),
	    TEST(test_counts),
	    TEST(test_counts_are_adopted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
