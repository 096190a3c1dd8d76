/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What zebra is sent for what it says, line by line; and a random walk against a small
 * model of zebra, after which zebra must have what the RIB and the gateways say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "announcer/zroutes.h"
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>

struct lab {
	struct rib *rib;
	struct zroutes *z;
	int64_t now;
	char said[4096]; /* what was asked of zebra since the last look */
};

static void say(struct lab *l, const char *what, const char *more)
{
	size_t len = strlen(l->said);

	snprintf(l->said + len, sizeof(l->said) - len, "%s %s; ", what, more);
}

static void on_add(const struct prefix *p, const struct rib_nexthop *nh, size_t n, void *arg)
{
	char s[PREFIX_STRLEN], line[512];
	size_t len = (size_t)snprintf(line, sizeof(line), "%s", prefix_str(p, s));

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, " %s*%u",
		    ipaddr_str(&nh[i].addr, s), nh[i].weight);
	say(arg, "add", line);
}

static void on_del(const struct prefix *p, void *arg)
{
	char s[PREFIX_STRLEN];

	say(arg, "del", prefix_str(p, s));
}

static void on_track(const struct ipaddr *nh, bool on, void *arg)
{
	char s[PREFIX_STRLEN];

	say(arg, on ? "track" : "untrack", ipaddr_str(nh, s));
}

static void on_ask(const struct prefix *p, void *arg)
{
	char s[PREFIX_STRLEN];

	say(arg, "ask", prefix_str(p, s));
}

static void announce(const struct rib_route *r, void *arg)
{
	struct lab *l = arg;

	zroutes_want(l->z, r, l->now);
}

static void withdraw(const struct prefix *p, void *arg)
{
	struct lab *l = arg;

	zroutes_withdraw(l->z, p, l->now);
}

static const struct zroutes_ops ops = {
    .add = on_add, .del = on_del, .track = on_track, .ask = on_ask};
static const struct out_ops out = {.name = "lab", .announce = announce, .withdraw = withdraw};

static int set_up(void **state)
{
	struct lab *l = xcalloc(1, sizeof(*l));

	l->rib = rib_new();
	l->z = zroutes_new(l->rib, &ops, l);
	l->now = 1000;
	rib_attach(l->rib, &out, l);
	zroutes_up(l->z, 8, l->now);
	*state = l;
	return 0;
}

static int tear_down(void **state)
{
	struct lab *l = *state;

	zroutes_free(l->z);
	rib_free(l->rib);
	free(l);
	return 0;
}

/* Everything said since the last call must be this. */
static void expect(struct lab *l, const char *said)
{
	assert_string_equal(l->said, said);
	l->said[0] = '\0';
}

static struct prefix pfx(unsigned i)
{
	return (struct prefix){
	    .family = AF_INET, .plen = 32, .addr = {192, 0, 2, (uint8_t)i}
        };
}

static struct ipaddr gw(unsigned i)
{
	return (struct ipaddr){
	    .family = AF_INET, .addr = {10, 0, 0, (uint8_t)i}
        };
}

/* Route i over the gateways of the bits of `mask`, gateway k with weight w[k]. */
static void want(struct lab *l, unsigned i, unsigned mask, unsigned weight)
{
	struct rib_nexthop nh[8];
	struct prefix p = pfx(i);
	size_t n = 0;

	for (unsigned k = 0; k < 8; k++)
		if (mask & 1u << k)
			nh[n++] = (struct rib_nexthop){
			    .addr = gw(k), .weight = (uint16_t)(k ? 1 : weight)};
	rib_set(l->rib, RIB_KUBERNETES, &p, nh, n);
	rib_commit(l->rib);
}

static void gateway(struct lab *l, unsigned k, bool up)
{
	struct znh told = {
	    .addr = gw(k), .state = up ? ZNH_UP : ZNH_DOWN, .ifindex = up ? 10 + k : 0};

	zroutes_nexthop(l->z, &told, l->now);
}

static void note(struct lab *l, unsigned i, enum zapi_note n)
{
	struct prefix p = pfx(i);

	zroutes_note(l->z, &p, n, l->now);
}

static void later(struct lab *l, int64_t ms)
{
	l->now += ms;
	zroutes_tick(l->z, l->now);
}

static void state_is(struct lab *l, unsigned i, enum zroute_state s)
{
	struct prefix p = pfx(i);
	struct zroute_view v;

	assert_true(zroutes_find(l->z, &p, l->now, &v));
	assert_int_equal(v.state, s);
}

static void installed(struct lab *l, unsigned i, unsigned mask)
{
	want(l, i, mask, 1);
	for (unsigned k = 0; k < 8; k++)
		if (mask & 1u << k)
			gateway(l, k, true);
	note(l, i, ZNOTE_INSTALLED);
	state_is(l, i, ZROUTE_INSTALLED);
	l->said[0] = '\0';
}

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
	later(l, 240000);
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

/* A model of zebra: takes ADD and DELETE, answers after a while or never. */
struct model {
	struct lab lab;
	unsigned has[32]; /* gateways of each route; 0 = none */
	unsigned due[32]; /* 1: INSTALLED, 2: REMOVED is to be told */
	bool up[8], asked[8];
	bool down; /* the connection */
};

static unsigned index_of(const struct ipaddr *a)
{
	return a->addr[3];
}

static void model_add(const struct prefix *p, const struct rib_nexthop *nh, size_t n, void *arg)
{
	struct model *m = arg;
	unsigned i = p->addr[3], mask = 0;

	for (size_t k = 0; k < n; k++)
		mask |= 1u << index_of(&nh[k].addr);
	assert_int_not_equal(mask, 0);
	m->has[i] = mask;
	m->due[i] = 1;
}

static void model_del(const struct prefix *p, void *arg)
{
	struct model *m = arg;

	m->has[p->addr[3]] = 0;
	m->due[p->addr[3]] = 2;
}

static void model_track(const struct ipaddr *nh, bool on, void *arg)
{
	struct model *m = arg;

	m->asked[index_of(nh)] = on;
}

static void model_ask(const struct prefix *p, void *arg)
{
	(void)p;
	(void)arg;
}

static void model_answers(struct model *m)
{
	for (unsigned k = 0; k < 8; k++) {
		if (!m->asked[k])
			continue;
		m->asked[k] = false;
		gateway(&m->lab, k, m->up[k]);
	}
	for (unsigned i = 0; i < 32; i++) {
		unsigned d = m->due[i];

		m->due[i] = 0;
		if (d)
			note(&m->lab, i, d == 1 ? ZNOTE_INSTALLED : ZNOTE_REMOVED);
	}
}

static void model_step(struct model *m, unsigned *wanted)
{
	unsigned i = (unsigned)rand() % 32, k = (unsigned)rand() % 8;

	switch (rand() % 8) {
	case 0:
	case 1:
	case 2:
		wanted[i] = (unsigned)rand() % 4 ? (unsigned)rand() % 256 : 0;
		want(&m->lab, i, wanted[i], 1);
		break;
	case 3:
		m->up[k] = !m->up[k];
		if (!m->down)
			gateway(&m->lab, k, m->up[k]);
		break;
	case 4:
		if (!m->down)
			model_answers(m);
		break;
	case 5:
		later(&m->lab, rand() % 700);
		break;
	case 6:
		if (!m->down)
			zroutes_iface(m->lab.z, 10 + k, rand() % 2, m->lab.now);
		break;
	default:
		if (rand() % 20)
			break;
		m->down = !m->down;
		memset(m->due, 0, sizeof(m->due));
		memset(m->asked, 0, sizeof(m->asked));
		memset(m->has, 0, sizeof(m->has));
		if (m->down)
			zroutes_down(m->lab.z);
		else
			zroutes_up(m->lab.z, 8, m->lab.now);
		break;
	}
}

static void zebra_has_what_is_wanted_in_the_end(void **state)
{
	static const struct zroutes_ops model_ops = {
	    .add = model_add, .del = model_del, .track = model_track, .ask = model_ask};
	struct model m = {.lab.now = 1};
	unsigned wanted[32] = {0};

	(void)state;
	srand(7);
	m.lab.rib = rib_new();
	m.lab.z = zroutes_new(m.lab.rib, &model_ops, &m);
	rib_attach(m.lab.rib, &out, &m.lab);
	zroutes_up(m.lab.z, 8, m.lab.now);
	for (int round = 0; round < 300; round++) {
		unsigned reachable = 0;

		for (int s = 0; s < 100; s++)
			model_step(&m, wanted);
		if (m.down)
			zroutes_up(m.lab.z, 8, m.lab.now);
		m.down = false;
		for (unsigned k = 0; k < 8; k++) {
			zroutes_iface(m.lab.z, 10 + k, true, m.lab.now);
			reachable |= m.up[k] ? 1u << k : 0;
		}
		for (int s = 0; s < 20; s++) {
			model_answers(&m);
			later(&m.lab, 1000);
		}
		for (unsigned i = 0; i < 32; i++)
			assert_int_equal(m.has[i], wanted[i] & reachable);
	}
	zroutes_free(m.lab.z);
	rib_free(m.lab.rib);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

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
	    CASE(the_last_member_deletes_the_route),
	    CASE(an_interface_takes_its_gateways_down),
	    CASE(a_flap_that_zebra_does_not_tell_is_looked_into),
	    CASE(silence_is_asked_about),
	    CASE(a_verdict_may_confirm),
	    CASE(rejected_is_tried_again_more_and_more_rarely),
	    CASE(a_sweep_by_somebody_else_is_repaired),
	    CASE(a_withdrawn_route_is_gone_when_zebra_says_so),
	    CASE(a_reconnect_sends_everything_again),
	    CASE(what_an_earlier_run_left_is_deleted),
	    CASE(an_unused_gateway_is_no_longer_tracked),
	    CASE(more_gateways_than_zebra_takes),
	    cmocka_unit_test(zebra_has_what_is_wanted_in_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
