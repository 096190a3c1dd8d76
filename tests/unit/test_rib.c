/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/rib.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <stdio.h>

/* What an output was told, as text: "+192.0.2.1/32 192.0.2.9*1 192.0.2.10*2\n", "-...", ".". */
struct heard {
	char text[4096];
	size_t len;
};

static void hear(struct heard *h, const char *s)
{
	size_t n = strlen(s);

	assert_true(h->len + n < sizeof(h->text));
	memcpy(h->text + h->len, s, n + 1);
	h->len += n;
}

static void route_text(struct heard *h, const struct rib_route *r)
{
	char buf[PREFIX_STRLEN], num[32];

	hear(h, prefix_str(&r->prefix, buf));
	for (size_t i = 0; i < r->n; i++) {
		hear(h, " ");
		hear(h, ipaddr_str(&r->nh[i].addr, buf));
		snprintf(num, sizeof(num), "*%u", r->nh[i].weight);
		hear(h, num);
	}
	hear(h, "\n");
}

static void on_announce(const struct rib_route *r, void *arg)
{
	hear(arg, "+");
	route_text(arg, r);
}

static void on_withdraw(const struct prefix *p, void *arg)
{
	char buf[PREFIX_STRLEN];

	hear(arg, "-");
	hear(arg, prefix_str(p, buf));
	hear(arg, "\n");
}

static void on_flush(void *arg)
{
	hear(arg, ".\n");
}

static const struct out_ops heard_ops = {"heard", on_announce, on_withdraw, on_flush, false};
/* What routes are besides next hops matters to this one. */
static const struct out_ops keen_ops = {"keen", on_announce, on_withdraw, on_flush, true};

static struct prefix pfx(const char *s)
{
	struct prefix p;

	assert_int_equal(prefix_parse(s, &p), 0);
	return p;
}

static void set(struct rib *rib, enum rib_source source, const char *prefix,
    const char *const *via, unsigned weight)
{
	struct rib_nexthop nh[8] = {0};
	const struct prefix p = pfx(prefix);
	size_t n = 0;

	for (; via && via[n]; n++) {
		assert_int_equal(ipaddr_parse(via[n], &nh[n].addr), 0);
		nh[n].weight = (uint16_t)(weight + n);
	}
	rib_set(rib, source, &p, nh, n);
}

static void assert_heard(struct heard *h, const char *want)
{
	assert_string_equal(h->text, want);
	h->len = 0;
	h->text[0] = '\0';
}

static const char *const A[] = {"192.0.2.1", NULL};
static const char *const AB[] = {"192.0.2.1", "192.0.2.2", NULL};
static const char *const SIX[] = {"2001:db8::1", NULL};

static void changes_are_told_once(void **state)
{
	struct rib *rib = rib_new();
	struct heard h = {"", 0};
	const struct prefix p1 = pfx("198.51.100.1/32");

	(void)state;
	rib_attach(rib, &heard_ops, &h);
	set(rib, RIB_KUBERNETES, "198.51.100.1", A, 1);
	set(rib, RIB_KUBERNETES, "198.51.100.1", AB, 1);
	assert_null(rib_best(rib, &p1));
	assert_int_equal(rib_commit(rib), 1);
	assert_heard(&h, "+198.51.100.1/32 192.0.2.1*1 192.0.2.2*2\n.\n");
	assert_int_equal(rib_best(rib, &p1)->n, 2);

	set(rib, RIB_KUBERNETES, "198.51.100.1", AB, 1);
	assert_int_equal(rib_commit(rib), 0);
	set(rib, RIB_KUBERNETES, "198.51.100.1", A, 1);
	set(rib, RIB_KUBERNETES, "198.51.100.1", NULL, 0);
	set(rib, RIB_KUBERNETES, "198.51.100.1", AB, 1);
	assert_int_equal(rib_commit(rib), 0);
	assert_heard(&h, "");

	set(rib, RIB_KUBERNETES, "198.51.100.1", AB, 5);
	assert_int_equal(rib_commit(rib), 1);
	assert_heard(&h, "+198.51.100.1/32 192.0.2.1*5 192.0.2.2*6\n.\n");
	set(rib, RIB_KUBERNETES, "198.51.100.1", NULL, 0);
	assert_int_equal(rib_best(rib, &p1)->n, 2);
	assert_int_equal(rib_commit(rib), 1);
	assert_heard(&h, "-198.51.100.1/32\n.\n");
	assert_null(rib_best(rib, &p1));
	assert_int_equal(rib_count(rib), 0);
	rib_free(rib);
}

static void what_came_and_went_is_not_told(void **state)
{
	struct rib *rib = rib_new();
	struct heard h = {"", 0};

	(void)state;
	rib_attach(rib, &heard_ops, &h);
	set(rib, RIB_KUBERNETES, "198.51.100.1", A, 1);
	set(rib, RIB_KUBERNETES, "198.51.100.1", NULL, 0);
	set(rib, RIB_KUBERNETES, "198.51.100.2", NULL, 0);
	assert_int_equal(rib_commit(rib), 0);
	assert_heard(&h, "");
	rib_free(rib);
}

static void the_smaller_source_wins(void **state)
{
	struct rib *rib = rib_new();
	struct heard h = {"", 0};
	const struct prefix p = pfx("2001:db8:1::/64");

	(void)state;
	rib_attach(rib, &heard_ops, &h);
	set(rib, RIB_REDISTRIBUTED, "2001:db8:1::/64", SIX, 1);
	rib_commit(rib);
	assert_heard(&h, "+2001:db8:1::/64 2001:db8::1*1\n.\n");
	set(rib, RIB_KUBERNETES, "2001:db8:1::/64", SIX, 3);
	set(rib, RIB_BGP, "2001:db8:1::/64", SIX, 2);
	rib_commit(rib);
	assert_heard(&h, "+2001:db8:1::/64 2001:db8::1*3\n.\n");
	assert_int_equal(rib_best(rib, &p)->source, RIB_KUBERNETES);
	assert_int_equal(rib_from(rib, &p, RIB_BGP)->nh[0].weight, 2);
	set(rib, RIB_BGP, "2001:db8:1::/64", NULL, 0);
	assert_int_equal(rib_commit(rib), 0);
	assert_null(rib_from(rib, &p, RIB_BGP));
	/* The same next hops from another source are another route. */
	set(rib, RIB_REDISTRIBUTED, "2001:db8:1::/64", SIX, 3);
	set(rib, RIB_KUBERNETES, "2001:db8:1::/64", NULL, 0);
	assert_int_equal(rib_commit(rib), 1);
	assert_int_equal(rib_best(rib, &p)->source, RIB_REDISTRIBUTED);
	rib_free(rib);
}

static void each_route(const struct rib_route *r, bool best, void *arg)
{
	hear(arg, best ? "*" : " ");
	route_text(arg, r);
}

static void replay_and_show(void **state)
{
	struct rib *rib = rib_new();
	struct heard h = {"", 0};

	(void)state;
	set(rib, RIB_KUBERNETES, "2001:db8::5", SIX, 1);
	set(rib, RIB_BGP, "198.51.100.9", AB, 1);
	set(rib, RIB_KUBERNETES, "198.51.100.9", A, 1);
	set(rib, RIB_KUBERNETES, "198.51.100.10", A, 1);
	rib_commit(rib);
	assert_int_equal(rib_count(rib), 3);
	rib_each(rib, each_route, &h);
	assert_heard(&h, "*198.51.100.9/32 192.0.2.1*1\n"
			 " 198.51.100.9/32 192.0.2.1*1 192.0.2.2*2\n"
			 "*198.51.100.10/32 192.0.2.1*1\n"
			 "*2001:db8::5/128 2001:db8::1*1\n");
	/* Not committed yet, so not told. */
	set(rib, RIB_KUBERNETES, "198.51.100.9", NULL, 0);
	set(rib, RIB_BGP, "198.51.100.9", NULL, 0);
	set(rib, RIB_KUBERNETES, "198.51.100.10", NULL, 0);
	set(rib, RIB_KUBERNETES, "2001:db8::5", NULL, 0);
	set(rib, RIB_KUBERNETES, "198.51.100.11", A, 1);
	rib_commit(rib);
	rib_replay(rib, &heard_ops, &h);
	assert_heard(&h, "+198.51.100.11/32 192.0.2.1*1\n.\n");
	rib_free(rib);
	rib_free(NULL);
}

static void count_announce(const struct rib_route *r, void *arg)
{
	(void)r;
	++*(size_t *)arg;
}

static void count_withdraw(const struct prefix *p, void *arg)
{
	(void)p;
	++*(size_t *)arg;
}

static void many_routes(void **state)
{
	static const struct out_ops ops = {
	    "count", count_announce, count_withdraw, NULL, false};
	struct rib *rib = rib_new();
	struct rib_nexthop nh = {.weight = 1};
	struct prefix p = pfx("10.0.0.0/32");
	size_t told = 0;

	(void)state;
	ipaddr_parse("192.0.2.1", &nh.addr);
	rib_attach(rib, &ops, &told);
	for (int round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 100000; i++) {
			p.addr[1] = (uint8_t)(i >> 16);
			p.addr[2] = (uint8_t)(i >> 8);
			p.addr[3] = (uint8_t)i;
			rib_set(rib, RIB_KUBERNETES, &p, &nh, !round);
		}
		assert_int_equal(rib_commit(rib), 100000);
		assert_int_equal(rib_count(rib), round ? 0 : 100000);
	}
	assert_int_equal(told, 200000);
	rib_free(rib);
}

/* Interface lo is a next hop of its own kind, not "no address". */
static void loopback_is_another_next_hop(void **state)
{
	struct rib *rib = rib_new();
	const struct rib_nexthop any = {.weight = 1}, lo = {.loopback = true, .weight = 1};
	const struct prefix p = pfx("10.0.0.0/32");

	(void)state;
	rib_set(rib, RIB_KUBERNETES, &p, &any, 1);
	assert_int_equal(rib_commit(rib), 1);
	rib_set(rib, RIB_KUBERNETES, &p, &lo, 1);
	assert_int_equal(rib_commit(rib), 1);
	assert_true(rib_best(rib, &p)->nh[0].loopback);
	rib_set(rib, RIB_KUBERNETES, &p, &lo, 1);
	assert_int_equal(rib_commit(rib), 0);
	rib_free(rib);
}

static void a_touched_route_is_told_to_who_cares(void **state)
{
	struct rib *rib = rib_new();
	struct heard h = {"", 0}, keen = {"", 0};
	const struct prefix p = pfx("198.51.100.1"), other = pfx("198.51.100.2");

	(void)state;
	rib_attach(rib, &heard_ops, &h);
	rib_attach(rib, &keen_ops, &keen);
	rib_touch(rib, RIB_BGP, &other);
	set(rib, RIB_BGP, "198.51.100.1", A, 1);
	rib_touch(rib, RIB_BGP, &p);
	assert_int_equal(rib_commit(rib), 1);
	assert_heard(&h, "+198.51.100.1/32 192.0.2.1*1\n.\n");
	assert_heard(&keen, "+198.51.100.1/32 192.0.2.1*1\n.\n");
	rib_touch(rib, RIB_BGP, &p);
	rib_touch(rib, RIB_BGP, &p);
	rib_touch(rib, RIB_KUBERNETES, &p);
	assert_int_equal(rib_commit(rib), 1);
	assert_heard(&h, ".\n");
	assert_heard(&keen, "+198.51.100.1/32 192.0.2.1*1\n.\n");
	assert_int_equal(rib_commit(rib), 0);
	/* Behind a better source nobody sees it; nor when it is gone. */
	set(rib, RIB_KUBERNETES, "198.51.100.1", A, 1);
	rib_commit(rib);
	assert_heard(&keen, "+198.51.100.1/32 192.0.2.1*1\n.\n");
	rib_touch(rib, RIB_BGP, &p);
	assert_int_equal(rib_commit(rib), 0);
	set(rib, RIB_KUBERNETES, "198.51.100.1", NULL, 0);
	rib_touch(rib, RIB_BGP, &p);
	set(rib, RIB_BGP, "198.51.100.1", NULL, 0);
	rib_commit(rib);
	assert_heard(&keen, "-198.51.100.1/32\n.\n");
	assert_int_equal(rib_count(rib), 0);
	rib_free(rib);
}

static void outputs_come_and_go(void **state)
{
	struct rib *rib = rib_new();
	struct heard a = {"", 0}, b = {"", 0};

	(void)state;
	rib_attach(rib, &heard_ops, &a);
	rib_attach(rib, &heard_ops, &b);
	set(rib, RIB_BGP, "198.51.100.1", A, 1);
	rib_detach(rib, &heard_ops, &a);
	rib_detach(rib, &keen_ops, &b); /* never attached */
	rib_commit(rib);
	assert_heard(&a, "");
	assert_heard(&b, "+198.51.100.1/32 192.0.2.1*1\n.\n");
	rib_detach(rib, &heard_ops, &b);
	set(rib, RIB_BGP, "198.51.100.1", AB, 1);
	assert_int_equal(rib_commit(rib), 1);
	assert_heard(&b, "");
	rib_free(rib);
}

/* Equal next hops are one set, whoever's and in whatever order they were told. */
static void equal_next_hops_are_one_set(void **state)
{
	struct rib *rib = rib_new();
	const struct prefix p1 = pfx("198.51.100.1"), p2 = pfx("198.51.100.2"),
			    p3 = pfx("2001:db8::3");
	const struct rib_nexthop *nh;

	(void)state;
	set(rib, RIB_BGP, "198.51.100.1", AB, 1);
	set(rib, RIB_KUBERNETES, "198.51.100.2", AB, 1);
	set(rib, RIB_KUBERNETES, "2001:db8::3", AB, 2);
	rib_commit(rib);
	nh = rib_best(rib, &p1)->nh;
	assert_ptr_equal(rib_best(rib, &p2)->nh, nh);
	assert_ptr_not_equal(rib_best(rib, &p3)->nh, nh);
	set(rib, RIB_KUBERNETES, "198.51.100.2", A, 1);
	rib_commit(rib);
	assert_ptr_equal(rib_best(rib, &p1)->nh, nh);
	set(rib, RIB_REDISTRIBUTED, "2001:db8::3", AB, 1);
	assert_ptr_equal(rib_from(rib, &p3, RIB_REDISTRIBUTED)->nh, nh);
	assert_int_equal(rib_from(rib, &p3, RIB_KUBERNETES)->nh[0].weight, 2);
	rib_free(rib);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(changes_are_told_once),
	    cmocka_unit_test(what_came_and_went_is_not_told),
	    cmocka_unit_test(the_smaller_source_wins),
	    cmocka_unit_test(replay_and_show),
	    cmocka_unit_test(many_routes),
	    cmocka_unit_test(loopback_is_another_next_hop),
	    cmocka_unit_test(a_touched_route_is_told_to_who_cares),
	    cmocka_unit_test(outputs_come_and_go),
	    cmocka_unit_test(equal_next_hops_are_one_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
