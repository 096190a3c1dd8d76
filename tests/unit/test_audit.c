/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the audit says and does, for what the kernel tells and zebra confirms. */
#include "announcer/audit_text.h"
#include "tests/unit/zroutes_lab.h"
#include <errno.h>

#define ZEBRA    77 /* its netlink port */
#define SOMEBODY 4711

static struct world {
	struct lab lab;
	struct audit *a;
	unsigned dumps;
	struct fib_route found; /* by a look-up; protocol 0 = nothing */
	struct fib_nexthop found_nh;
} w;

static void say(const char *what, const char *more)
{
	size_t len = strlen(w.lab.said);

	snprintf(w.lab.said + len, sizeof(w.lab.said) - len, "%s %s; ", what, more);
}

static void said(const char *want)
{
	assert_string_equal(w.lab.said, want);
	w.lab.said[0] = '\0';
}

/* ---- zebra ---- */

static void on_add(const struct prefix *p, const struct rib_nexthop *nh, size_t n, void *arg)
{
	char s[PREFIX_STRLEN], line[512];
	size_t len = (size_t)snprintf(line, sizeof(line), "%u", p->addr[3]);

	(void)arg;
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, " %s*%u",
		    ipaddr_str(&nh[i].addr, s), nh[i].weight);
	say("add", line);
}

static void say_last(const char *what, const struct prefix *p)
{
	char s[8];

	snprintf(s, sizeof(s), "%u", p->addr[3]);
	say(what, s);
}

static void on_del(const struct prefix *p, void *arg)
{
	(void)arg;
	say_last("del", p);
}

static void on_track(const struct ipaddr *nh, bool on, void *arg)
{
	(void)nh;
	(void)on;
	(void)arg;
}

static void on_ask(const struct prefix *p, void *arg)
{
	(void)arg;
	say_last("ask", p);
}

static void on_settled(const struct prefix *p, void *arg)
{
	(void)arg;
	if (w.a)
		audit_settled(w.a, p, w.lab.now);
}

static void on_dropped(const struct prefix *p, const struct zroute_mark *m, void *arg)
{
	(void)arg;
	if (w.a)
		audit_dropped(w.a, p, m, w.lab.now);
}

/* ---- the kernel ---- */

static bool on_dump(void *arg)
{
	(void)arg;
	w.dumps++;
	return true;
}

static void on_ask_stray(const struct prefix *p, void *arg)
{
	(void)arg;
	say_last("known?", p);
}

static int on_lookup(
    const struct ipaddr *a, struct fib_route *r, struct fib_nexthop *nh, void *arg)
{
	(void)a;
	(void)arg;
	*r = w.found;
	*nh = w.found_nh;
	r->nh = nh;
	return w.found.protocol ? 0 : -ENETUNREACH;
}

static void on_told(const struct audit_view *v, enum audit_event e, void *arg)
{
	static const char *const events[] = {"FOUND", "RESTORED", "REPAIRED", "OVER", "STUCK"};
	char line[64];

	(void)arg;
	snprintf(line, sizeof(line), "%s %u", audit_kind_name(v->kind), v->prefix.addr[3]);
	say(events[e], line);
}

/* Our route i over gateways of mask, gateway 0 with this weight, changed by `by`. */
struct told {
	unsigned i, mask, weight, by;
	bool gone;
	uint32_t object, metric;
	uint8_t protocol;
	bool replaces;
};

static size_t hops(struct fib_nexthop *nh, unsigned mask, unsigned weight)
{
	size_t n = 0;

	for (unsigned k = 0; k < 8; k++)
		if (mask & 1u << k)
			nh[n++] = (struct fib_nexthop){.gate = gw(k),
			    .ifindex = 10 + k,
			    .weight = !k && weight ? weight : 1};
	return n;
}

static void tell(const struct told *t)
{
	struct fib_nexthop nh[8];
	struct fib_route r = {.prefix = pfx(t->i),
	    .table = 254,
	    .metric = t->metric     ? t->metric
	              : t->protocol ? 0
	                            : 20,
	    .object = t->object,
	    .by = t->by,
	    .protocol = t->protocol ? t->protocol : 197,
	    .unicast = true,
	    .replaces = t->replaces,
	    .plain = true,
	    .nh = nh,
	    .n = t->object ? 0 : hops(nh, t->mask, t->weight)};

	audit_route(w.a, &r, !t->gone, w.lab.now);
}

#define TELL(...) tell(&(const struct told){__VA_ARGS__})

static void object(uint32_t id, unsigned k, bool there)
{
	struct fib_nexthop nh = {.gate = gw(k), .ifindex = 10 + k, .weight = 1};
	struct fib_object o = {.id = id, .nh = &nh, .n = 1};

	audit_object(w.a, &o, there, w.lab.now);
}

static void group(uint32_t id, const uint32_t *members, const uint32_t *weights, size_t n)
{
	struct fib_nexthop nh[8] = {
	    {{0}, 0, 0, 0}
        };
	struct fib_object o = {.id = id, .nh = nh, .n = n};

	for (size_t i = 0; i < n; i++)
		nh[i] = (struct fib_nexthop){.object = members[i], .weight = weights[i]};
	audit_object(w.a, &o, true, w.lab.now);
}

/* Let the time pass in steps, and act on what is due. */
static void pass(int64_t ms)
{
	for (; ms > 0; ms -= 50) {
		w.lab.now += 50;
		audit_tick(w.a, w.lab.now);
	}
}

/* A reading ends; the caller told what it has. */
static void read_done(void)
{
	audit_dumped(w.a, true, w.lab.now);
}

static void until_dump(void)
{
	unsigned was = w.dumps;

	for (int i = 0; i < 100 && w.dumps == was; i++)
		pass(50);
	assert_int_equal(w.dumps, was + 1);
}

static uint64_t found(enum audit_kind k)
{
	struct audit_stats st;

	audit_stats(w.a, &st);
	return st.found[k];
}

static int set_up(void **state)
{
	static const struct zroutes_ops zops = {.add = on_add,
	    .del = on_del,
	    .track = on_track,
	    .ask = on_ask,
	    .settled = on_settled,
	    .dropped = on_dropped};
	static const struct audit_ops aops = {.dump = on_dump,
	    .ask = on_ask,
	    .ask_stray = on_ask_stray,
	    .lookup = on_lookup,
	    .told = on_told};
	static const struct audit_target target = {.table = 254, .protocol = 197};

	(void)state;
	memset(&w, 0, sizeof(w));
	w.lab.now = 1000000;
	w.lab.rib = rib_new();
	w.lab.z = zroutes_new(w.lab.rib, &zops, &w);
	rib_attach(w.lab.rib, &lab_out, &w.lab);
	w.a = audit_new(w.lab.z, &aops, NULL);
	audit_up(w.a, &target, w.lab.now);
	zroutes_up(w.lab.z, 8, w.lab.now);
	audit_sweep(w.a, w.lab.now);
	read_done();
	/* Route 1 over gateway 0, route 2 over 0 (twice the weight) and 1. */
	want(&w.lab, 1, 1, 1);
	want(&w.lab, 2, 3, 2);
	gateway(&w.lab, 0, true);
	gateway(&w.lab, 1, true);
	TELL(.i = 1, .mask = 1, .by = ZEBRA);
	TELL(.i = 2, .mask = 3, .weight = 2, .by = ZEBRA);
	note(&w.lab, 1, ZNOTE_INSTALLED);
	note(&w.lab, 2, ZNOTE_INSTALLED);
	w.lab.said[0] = '\0';
	w.dumps = 0;
	return 0;
}

static int tear_down(void **state)
{
	struct audit *a = w.a;

	(void)state;
	w.a = NULL;
	audit_free(a);
	zroutes_free(w.lab.z);
	rib_free(w.lab.rib);
	return 0;
}

static void good_routes_cost_nothing(void **state)
{
	(void)state;
	pass(5000);
	said("");
	assert_int_equal(w.dumps, 0);
	assert_int_equal(audit_next(w.a, w.lab.now), -1);
}

static void deleted_and_put_back_by_zebra_counts(void **state)
{
	(void)state;
	pass(1000);
	TELL(.i = 1, .mask = 1, .by = SOMEBODY, .gone = true);
	TELL(.i = 1, .mask = 1, .by = ZEBRA);
	pass(1000);
	said("RESTORED missing 1; ");
	assert_int_equal(found(AUDIT_MISSING), 1);
	TELL(.i = 2, .mask = 1, .by = SOMEBODY, .replaces = true);
	TELL(.i = 2, .mask = 3, .weight = 2, .by = ZEBRA, .replaces = true);
	pass(1000);
	said("RESTORED different 2; ");
	assert_int_equal(w.dumps, 0);
}

static void what_zebra_does_itself_does_not_count(void **state)
{
	(void)state;
	pass(1000);
	TELL(.i = 1, .mask = 1, .by = ZEBRA, .gone = true);
	TELL(.i = 1, .mask = 1, .by = ZEBRA);
	/* A link went down and came back: the kernel deleted it, and we sent it again. */
	TELL(.i = 2, .mask = 3, .by = 0, .gone = true);
	gateway(&w.lab, 0, false);
	gateway(&w.lab, 0, true);
	w.lab.said[0] = '\0';
	TELL(.i = 2, .mask = 3, .weight = 2, .by = ZEBRA);
	TELL(.i = 1, .mask = 1, .by = ZEBRA);
	note(&w.lab, 1, ZNOTE_REMOVED);
	note(&w.lab, 1, ZNOTE_INSTALLED);
	note(&w.lab, 2, ZNOTE_INSTALLED);
	w.lab.said[0] = '\0';
	pass(3000);
	said("");
	assert_int_equal(w.dumps, 0);
}

static void missing_is_confirmed_then_repaired(void **state)
{
	int64_t began;

	(void)state;
	pass(1000);
	TELL(.i = 1, .mask = 1, .by = SOMEBODY, .gone = true);
	began = w.lab.now;
	until_dump();
	said(""); /* not before a reading shows it, too */
	TELL(.i = 2, .mask = 3, .weight = 2);
	read_done();
	said("FOUND missing 1; del 1; ");
	assert_true(w.lab.now - began < 600);
	note(&w.lab, 1, ZNOTE_REMOVED);
	said("add 1 10.0.0.0*1; ");
	TELL(.i = 1, .mask = 1, .by = ZEBRA);
	note(&w.lab, 1, ZNOTE_INSTALLED);
	pass(1000);
	said("REPAIRED missing 1; ");
	assert_int_equal(audit_next(w.a, w.lab.now), -1);
}

static void a_reading_that_shows_it_takes_the_suspicion_back(void **state)
{
	(void)state;
	pass(1000);
	TELL(.i = 1, .mask = 1, .by = 0, .gone = true);
	until_dump();
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .mask = 3, .weight = 2);
	read_done();
	pass(2000);
	said("");
	assert_int_equal(found(AUDIT_MISSING), 0);
}

/* One round: the reading shows route 2 over gateway 1 only; zebra confirms the repair. */
static void still_different(void)
{
	until_dump();
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .mask = 2);
	read_done();
}

static void different_is_sent_again_then_removed_first(void **state)
{
	int64_t began;

	(void)state;
	pass(1000);
	TELL(.i = 2, .mask = 2, .by = SOMEBODY, .replaces = true);
	still_different();
	said("FOUND different 2; add 2 10.0.0.0*4 10.0.0.1*2; ");
	note(&w.lab, 2, ZNOTE_INSTALLED);
	still_different();
	said("del 2; ");
	note(&w.lab, 2, ZNOTE_REMOVED);
	said("add 2 10.0.0.0*6 10.0.0.1*3; ");
	note(&w.lab, 2, ZNOTE_INSTALLED);
	for (int i = 0; i < 2; i++) {
		still_different();
		note(&w.lab, 2, ZNOTE_REMOVED);
		note(&w.lab, 2, ZNOTE_INSTALLED);
	}
	w.lab.said[0] = '\0';
	began = w.lab.now;
	for (int i = 0; i < 100 && w.dumps < 5; i++)
		pass(1000);
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .mask = 2);
	read_done();
	said("del 2; STUCK different 2; ");
	assert_true(w.lab.now - began > 4000); /* slower and slower */
	note(&w.lab, 2, ZNOTE_REMOVED);
	note(&w.lab, 2, ZNOTE_INSTALLED);
	w.lab.said[0] = '\0';
	pass(12000);
	said("");
	assert_int_equal(found(AUDIT_DIFFERENT), 1);
}

static void under_way_is_not_judged(void **state)
{
	(void)state;
	pass(1000);
	want(&w.lab, 1, 2, 1); /* sent, not confirmed */
	TELL(.i = 1, .mask = 1, .by = SOMEBODY, .gone = true);
	w.lab.said[0] = '\0';
	pass(5000);
	said("");
	note(&w.lab, 1, ZNOTE_INSTALLED);
	until_dump();
}

static void strays_are_zebras_first(void **state)
{
	(void)state;
	pass(1000);
	TELL(.i = 9, .mask = 1, .by = SOMEBODY);
	until_dump();
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .mask = 3, .weight = 2);
	TELL(.i = 9, .mask = 1);
	read_done();
	said("del 9; ");
	until_dump();
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .mask = 3, .weight = 2);
	TELL(.i = 9, .mask = 1);
	read_done();
	said("known? 9; ");
	audit_known(w.a,
	    &(struct prefix){
		AF_INET, 32, {192, 0, 2, 9}
        },
	    true, w.lab.now);
	pass(5000);
	said("");
	audit_known(w.a,
	    &(struct prefix){
		AF_INET, 32, {192, 0, 2, 9}
        },
	    false, w.lab.now);
	said("FOUND stray 9; ");
	TELL(.i = 9, .mask = 1, .by = SOMEBODY, .gone = true);
	said("OVER stray 9; ");
	/* Zebra knows it and deletes it: nothing to tell. */
	TELL(.i = 9, .mask = 1, .by = SOMEBODY);
	until_dump();
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .mask = 3, .weight = 2);
	read_done();
	pass(5000);
	said("");
}

static void our_route_of_another_metric_is_a_stray(void **state)
{
	(void)state;
	pass(1000);
	TELL(.i = 1, .mask = 2, .metric = 5, .by = SOMEBODY);
	for (int i = 0; i < 2; i++) {
		until_dump();
		TELL(.i = 1, .mask = 1);
		TELL(.i = 2, .mask = 3, .weight = 2);
		TELL(.i = 1, .mask = 2, .metric = 5);
		read_done();
	}
	said("known? 1; "); /* and nothing is deleted: that would be ours */
	audit_known(w.a,
	    &(struct prefix){
		AF_INET, 32, {192, 0, 2, 1}
        },
	    false, w.lab.now);
	said("FOUND stray 1; ");
}

static void foreign_routes_are_told_and_left_alone(void **state)
{
	(void)state;
	pass(1000);
	TELL(.i = 1, .mask = 2, .protocol = 4, .by = SOMEBODY);
	TELL(.i = 1, .mask = 1, .by = ZEBRA, .gone = true);
	note(&w.lab, 1, ZNOTE_BETTER_ADMIN_WON);
	until_dump();
	TELL(.i = 2, .mask = 3, .weight = 2);
	read_done();
	said("ask 1; FOUND foreign 1; ask 1; ");
	pass(10000);
	said("");
	TELL(.i = 1, .mask = 2, .protocol = 4, .by = SOMEBODY, .gone = true);
	TELL(.i = 1, .mask = 1, .by = ZEBRA);
	note(&w.lab, 1, ZNOTE_INSTALLED);
	pass(1000);
	said("OVER foreign 1; ");
	assert_int_equal(found(AUDIT_MISSING), 0);
}

/* zebra does not look at it, and ours is there too, behind it. */
static void foreign_before_ours_is_told(void **state)
{
	(void)state;
	pass(1000);
	TELL(.i = 1, .mask = 2, .protocol = 2, .by = SOMEBODY);
	until_dump();
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .mask = 3, .weight = 2);
	read_done();
	said("FOUND foreign 1; ask 1; ");
	/* A worse one is in nobody's way. */
	TELL(.i = 2, .mask = 2, .protocol = 2, .metric = 1024, .by = SOMEBODY);
	pass(2000);
	said("");
}

/* It was there before us: the kernel is asked who has the prefix. */
static void foreign_that_nobody_told_is_found(void **state)
{
	(void)state;
	pass(1000);
	w.found = (struct fib_route){
	    .prefix = pfx(1), .table = 254, .protocol = 4, .unicast = true, .n = 1};
	TELL(.i = 1, .mask = 1, .by = ZEBRA, .gone = true);
	until_dump();
	TELL(.i = 2, .mask = 3, .weight = 2);
	read_done();
	said("FOUND foreign 1; ask 1; ");
}

static void in_the_place_of_ours_without_a_deletion(void **state)
{
	(void)state;
	pass(1000);
	TELL(.i = 1, .mask = 2, .protocol = 4, .metric = 20, .replaces = true, .by = SOMEBODY);
	until_dump();
	TELL(.i = 2, .mask = 3, .weight = 2);
	read_done();
	said("FOUND foreign 1; ask 1; ");
}

static void objects_are_resolved(void **state)
{
	static const uint32_t ids[] = {11, 12}, weights[] = {254, 127}, other[] = {127, 254};

	(void)state;
	object(11, 0, true);
	object(12, 1, true);
	group(20, ids, weights, 2);
	TELL(.i = 1, .object = 11, .by = ZEBRA);
	TELL(.i = 2, .object = 20, .by = ZEBRA);
	pass(3000);
	said("");
	assert_int_equal(w.dumps, 0);
	/* The weights change under the route. */
	group(20, ids, other, 2);
	until_dump();
	object(11, 0, true);
	object(12, 1, true);
	group(20, ids, other, 2);
	TELL(.i = 1, .object = 11);
	TELL(.i = 2, .object = 20);
	read_done();
	said("FOUND different 2; add 2 10.0.0.0*4 10.0.0.1*2; ");
}

static void an_object_that_goes_takes_its_routes(void **state)
{
	(void)state;
	object(11, 0, true);
	TELL(.i = 1, .object = 11, .by = ZEBRA);
	pass(1000);
	object(11, 0, false);
	until_dump();
	TELL(.i = 2, .mask = 3, .weight = 2);
	read_done();
	said("FOUND missing 1; del 1; ");
}

/* Links go down without a word about objects: the reading shows that they are gone. */
static void objects_that_a_reading_does_not_show_are_gone(void **state)
{
	(void)state;
	object(11, 0, true);
	object(12, 1, true);
	group(20, (const uint32_t[]){11, 12}, (const uint32_t[]){2, 1}, 2);
	TELL(.i = 2, .object = 20, .by = ZEBRA);
	pass(1000);
	audit_suspect(w.a, w.lab.now);
	until_dump();
	object(12, 1, true);
	group(20, (const uint32_t[]){12}, (const uint32_t[]){1}, 1);
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .object = 20);
	read_done();
	said("");
	until_dump();
	object(12, 1, true);
	group(20, (const uint32_t[]){12}, (const uint32_t[]){1}, 1);
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .object = 20);
	read_done();
	said("FOUND different 2; add 2 10.0.0.0*4 10.0.0.1*2; ");
}

static void withdrawn_routes_are_nobodys(void **state)
{
	(void)state;
	pass(1000);
	want(&w.lab, 1, 0, 0);
	note(&w.lab, 1, ZNOTE_REMOVED); /* before the kernel's news are read */
	TELL(.i = 1, .mask = 1, .by = ZEBRA, .gone = true);
	want(&w.lab, 2, 0, 0);
	TELL(.i = 2, .mask = 3, .by = ZEBRA, .gone = true);
	note(&w.lab, 2, ZNOTE_REMOVED);
	w.lab.said[0] = '\0';
	pass(3000);
	said("");
	assert_int_equal(w.dumps, 0);
}

static void a_route_that_stays_after_its_withdrawal_is_a_stray(void **state)
{
	(void)state;
	pass(1000);
	want(&w.lab, 1, 0, 0);
	note(&w.lab, 1, ZNOTE_REMOVED);
	w.lab.said[0] = '\0';
	until_dump();
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .mask = 3, .weight = 2);
	read_done();
	until_dump();
	TELL(.i = 1, .mask = 1);
	TELL(.i = 2, .mask = 3, .weight = 2);
	read_done();
	said("del 1; ");
}

static void lost_changes_are_read_again_with_rest(void **state)
{
	(void)state;
	pass(2000);
	for (int i = 0; i < 100; i++) {
		audit_overrun(w.a, w.lab.now);
		pass(50);
		if (w.dumps) {
			TELL(.i = 1, .mask = 1);
			TELL(.i = 2, .mask = 3, .weight = 2);
			read_done();
		}
	}
	assert_in_range(w.dumps, 4, 6); /* in 5 s */
	said("");
}

static void down_forgets_and_up_reads(void **state)
{
	struct audit_stats st;

	(void)state;
	pass(1000);
	TELL(.i = 1, .mask = 1, .by = SOMEBODY, .gone = true);
	audit_down(w.a);
	zroutes_down(w.lab.z);
	pass(5000);
	said("");
	audit_stats(w.a, &st);
	assert_int_equal(st.routes, 0);
	assert_int_equal(w.dumps, 0);
	assert_int_equal(audit_next(w.a, w.lab.now), -1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(good_routes_cost_nothing),
	    TEST(deleted_and_put_back_by_zebra_counts),
	    TEST(what_zebra_does_itself_does_not_count),
	    TEST(missing_is_confirmed_then_repaired),
	    TEST(a_reading_that_shows_it_takes_the_suspicion_back),
	    TEST(different_is_sent_again_then_removed_first),
	    TEST(under_way_is_not_judged),
	    TEST(strays_are_zebras_first),
	    TEST(our_route_of_another_metric_is_a_stray),
	    TEST(foreign_routes_are_told_and_left_alone),
	    TEST(foreign_before_ours_is_told),
	    TEST(foreign_that_nobody_told_is_found),
	    TEST(in_the_place_of_ours_without_a_deletion),
	    TEST(objects_are_resolved),
	    TEST(an_object_that_goes_takes_its_routes),
	    TEST(objects_that_a_reading_does_not_show_are_gone),
	    TEST(withdrawn_routes_are_nobodys),
	    TEST(a_route_that_stays_after_its_withdrawal_is_a_stray),
	    TEST(lost_changes_are_read_again_with_rest),
	    TEST(down_forgets_and_up_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
