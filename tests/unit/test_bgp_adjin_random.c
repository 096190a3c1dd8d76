/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whatever happened before, the outcome is that of telling an empty Adj-RIB-In what each peer
 * stands for now.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "tests/unit/adjin_lab.h"
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>

enum { PEERS = 14, PREFIXES = 20, STEPS = 20000, EVERY = 16, NOTHING = -1 };

static const char *const addresses[PEERS] = {"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4",
    "192.0.2.5", "192.0.2.6", "192.0.2.7", "192.0.2.8", "192.0.2.9", "192.0.2.10", "192.0.2.11",
    "192.0.2.12", "192.0.2.13", "192.0.2.14"};
static const uint32_t asns[] = {65001, 65001, 65002, 65003, LAB_ASN, LAB_ASN};
static const uint32_t some[] = {1, LAB_ID}, more[] = {1, 2};

/* What a peer may say of a prefix; AS paths begin with its own. */
static const struct lab_says ways[] = {
    {.as = NULL            },
    {		       .as = NULL,         .med = U32(5)},
    {		       .as = NULL,         .med = U32(7)},
    {		       .as = NULL,           .origin = 2},
    {		       .as = "1 2"		     },
    {	 .as = "65001 2",		      .med = U32(3)},
    {			      .as = "65002 2",		      .med = U32(2)},
    {			.as = "65001 64512 3"         },
    {       .as = "{5,6}",             .med = U32(1)},
    { .as = NULL,             .local_pref = U32(200)},
    {  .as = NULL,             .local_pref = U32(50)},
    {	.as = NULL,       .originator = U32(77), .clusters = more, .n_clusters = 2},
    {			     .as = NULL, .originator = U32(77), .clusters = more, .n_clusters = 1},
    {       .as = NULL,		      .originator = U32(78), .clusters = some, .n_clusters = 2},
    {			    .as = NULL,      .originator = U32(LAB_ID)},
};
enum { WAYS = ARRAY_LEN(ways), HOPS = 6 };
static const char *const hops4[HOPS] = {
    NULL, "198.51.100.1", "198.51.100.2", "198.51.100.3", "198.51.100.3", "127.0.0.1"};
static const char *const hops6[HOPS] = {
    "2001:db8::a", "2001:db8::1", "2001:db8::2", "2001:db8::3", "fe80::1", "2001:db8::2"};

static const char *const lists[] = {"0.0.0.0/0 le 32;::/0 le 128", "10.0.0.0/30 le 32;::/0",
    "deny 10.0.0.4/30 le 32;0.0.0.0/0 le 32;2001:db8::/32 le 64", ""};

struct model_peer {
	struct bgp_in_peer *p;
	struct bgp_import import;
	struct bgp_prefix_rule rules[4];
	int way[PREFIXES], hop[PREFIXES];
	bool stale[PREFIXES], up;
};

struct model {
	struct model_peer peers[PEERS];
	struct bgp_in_rules rules;
	uint32_t metrics[256]; /* by last octet of the next hop */
	uint32_t random;
	const struct bgp_attrs *told[PREFIXES]; /* attributes when the route was told last */
};

static unsigned any(struct model *m, unsigned below)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 17;
	m->random ^= m->random << 5;
	return m->random % below;
}

static const char *prefix_text(unsigned i, char *buf)
{
	if (i % 4 == 3)
		snprintf(buf, PREFIX_STRLEN, "2001:db8:%x::/%u", i, i % 8 == 3 ? 48 : 64);
	else
		snprintf(buf, PREFIX_STRLEN, "10.0.0.%u/32", i);
	return buf;
}

static bool is_six(unsigned i)
{
	return i % 4 == 3;
}

static bool reach(const struct ipaddr *nexthop, uint32_t *metric, void *arg)
{
	const struct model *m = arg;

	*metric = m->metrics[nexthop->addr[nexthop->family == AF_INET6 ? 15 : 3]];
	return *metric != 9;
}

static void say(struct bgp_in_peer *p, unsigned prefix, int way, int hop, bool bad)
{
	char buf[PREFIX_STRLEN];
	struct lab_says s = {.withdraw = prefix_text(prefix, buf)};

	if (way != NOTHING) {
		s = ways[way];
		s.reach = buf;
		s.nexthop = is_six(prefix) ? hops6[hop] : hops4[hop];
		s.verdict = bad ? BGP_UPDATE_WITHDRAWN : BGP_UPDATE_GOOD;
	}
	lab_says(p, &s);
}

static void say_all(const struct model_peer *q, struct bgp_in_peer *p)
{
	for (unsigned i = 0; i < PREFIXES; i++)
		if (q->way[i] != NOTHING)
			say(p, i, q->way[i], q->hop[i], false);
}

static void announce(struct model *m, struct model_peer *q)
{
	unsigned prefix = any(m, PREFIXES);
	bool bad = any(m, 12) == 0, gone = any(m, 4) == 0;
	int way = gone ? NOTHING : (int)any(m, WAYS), hop = (int)any(m, HOPS);

	if (!q->up)
		return;
	say(q->p, prefix, way, hop, bad);
	q->way[prefix] = bad ? NOTHING : way;
	q->hop[prefix] = hop;
	q->stale[prefix] = false;
}

/* families: bits; forget what is stale of them. */
static void forget(struct model_peer *q, unsigned families, bool fresh)
{
	for (unsigned i = 0; i < PREFIXES; i++)
		if (families >> is_six(i) & 1 && (fresh || q->stale[i])) {
			q->way[i] = NOTHING;
			q->stale[i] = false;
		}
}

static void down(struct model *m, struct model_peer *q)
{
	bool hold = any(m, 3) != 0;

	if (!q->up)
		return;
	bgp_in_peer_down(q->p, hold);
	forget(q, 3, !hold);
	for (unsigned i = 0; i < PREFIXES; i++)
		q->stale[i] = q->way[i] != NOTHING;
	q->up = false;
}

static void up(struct model *m, struct model_peer *q)
{
	unsigned held = any(m, 4);

	if (q->up)
		return;
	if (any(m, 4) == 0) /* another router there */
		lab_source(q->p)->id = any(m, 2) ? any(m, 5) : 0xd0000000 + any(m, 5);
	bgp_in_peer_up(q->p, lab_source(q->p), held);
	forget(q, ~held, false);
	q->up = true;
}

static void sweep(struct model *m, struct model_peer *q)
{
	bool six = any(m, 2);

	if (any(m, 3) == 0) {
		bgp_in_peer_drop_stale(q->p);
		forget(q, 3, false);
	} else if (q->up) {
		lab_says(
		    q->p, &(const struct lab_says){.end_of_rib = six ? AF_INET6 : AF_INET});
		forget(q, 1U << six, false);
	}
}

static void set_import(struct model *m, struct model_peer *q)
{
	/* What a peer said before it went away cannot be asked for. */
	for (unsigned i = 0; i < PREFIXES; i++)
		if (q->stale[i])
			return;
	if (!q->up)
		return;
	q->import = (struct bgp_import){.nexthop = any(m, 4),
	    .allow_own_as = (uint8_t)any(m, 2),
	    .local_pref = any(m, 3) * 60};
	q->import.prefixes = lab_list(q->rules, lists[any(m, ARRAY_LEN(lists))]);
	if (bgp_in_peer_set_import(q->p, &q->import))
		say_all(q, q->p);
}

static void change_world(struct model *m)
{
	struct ipaddr a;
	unsigned octet = any(m, 4);

	if (any(m, 3)) {
		m->metrics[octet] = any(m, 4) ? any(m, 3) : 9;
		for (unsigned i = 0; i < HOPS + PEERS; i++) {
			const char *s = i < HOPS ? hops4[i] : addresses[i - HOPS];

			if (s && !ipaddr_parse(s, &a))
				bgp_in_nexthop_changed(lab.in, &a);
			if (i < HOPS && !ipaddr_parse(hops6[i], &a))
				bgp_in_nexthop_changed(lab.in, &a);
		}
		return;
	}
	m->rules = (struct bgp_in_rules){.max_paths = 1 + any(m, 4),
	    .multipath_relax = any(m, 2),
	    .always_compare_med = any(m, 2)};
	bgp_in_set_rules(lab.in, &m->rules);
}

static void step(struct model *m)
{
	struct model_peer *q = &m->peers[any(m, PEERS)];
	unsigned what = any(m, 100);

	if (what < 75)
		announce(m, q);
	else if (what < 80)
		down(m, q);
	else if (what < 86)
		up(m, q);
	else if (what < 90)
		sweep(m, q);
	else if (what < 93)
		set_import(m, q);
	else if (what < 95)
		change_world(m);
	else
		bgp_in_run(lab.in, 1 + any(m, 5));
	if (what == 99)
		rib_commit(lab.rib);
}

/* Staleness is no part of the decision; a peer that was told all anew has none. */
static char *without_stale(char *s)
{
	char *to = s;

	for (const char *at = s; *at; at++)
		if (*at != '~')
			*to++ = *at;
	*to = '\0';
	return s;
}

static const struct bgp_attrs **told_of(struct model *m, const struct prefix *p)
{
	return &m->told[p->family == AF_INET6 ? p->addr[5] : p->addr[3]];
}

static void on_announce(const struct rib_route *r, void *arg)
{
	const struct bgp_attrs **told = told_of(arg, &r->prefix), *attrs;
	struct ipaddr from;
	bool ibgp;

	bgp_attrs_drop(lab.attrs, *told);
	*told = NULL;
	/* It may have changed again meanwhile; then it will be told again. */
	if (bgp_in_best(lab.in, &r->prefix, &attrs, &ibgp, &from))
		*told = bgp_attrs_again(attrs);
}

static void on_withdraw(const struct prefix *p, void *arg)
{
	const struct bgp_attrs **told = told_of(arg, p);

	bgp_attrs_drop(lab.attrs, *told);
	*told = NULL;
}

static const struct out_ops keen = {
    .name = "keen", .announce = on_announce, .withdraw = on_withdraw, .touched = true};

static void check_best(const struct bgp_in_path *p, void *arg)
{
	const struct bgp_attrs *attrs;
	struct ipaddr from;
	bool ibgp, there = bgp_in_best(lab.in, &p->prefix, &attrs, &ibgp, &from);
	const struct rib_route *r = rib_best(lab.rib, &p->prefix);

	assert_int_equal(there, r != NULL);
	if (!p->best)
		return;
	assert_ptr_equal(*told_of(arg, &p->prefix), p->attrs);
	assert_true(there);
	assert_ptr_equal(attrs, p->attrs);
	assert_int_equal(ibgp, p->source->ibgp);
	assert_int_equal(ipaddr_cmp(&from, &p->source->address), 0);
}

static void compare(struct model *m)
{
	struct adjin_lab live = lab;
	char *rib, *paths, *rib2, *paths2;

	bgp_in_run(lab.in, 0);
	rib_commit(lab.rib);
	lab_each(lab.in, NULL, NULL, check_best, m);
	rib = lab_rib_text(lab.rib);
	paths = without_stale(lab_paths_text(lab.in));
	lab_new(NULL);
	bgp_in_set_rules(lab.in, &m->rules);
	bgp_in_set_reach(lab.in, reach, m);
	for (unsigned i = PEERS; i-- > 0;) {
		const struct model_peer *q = &m->peers[i];
		struct bgp_in_peer *p =
		    lab_peer_with(addresses[i], asns[i % ARRAY_LEN(asns)], &q->import);

		*lab_source(p) = live.peers[i].src;
		bgp_in_peer_up(p, lab_source(p), 0);
		say_all(q, p);
	}
	bgp_in_run(lab.in, 0);
	rib_commit(lab.rib);
	rib2 = lab_rib_text(lab.rib);
	paths2 = without_stale(lab_paths_text(lab.in));
	assert_string_equal(paths, paths2);
	assert_string_equal(rib, rib2);
	lab_free(NULL);
	lab = live;
	free(rib);
	free(rib2);
	free(paths);
	free(paths2);
}

static void run(uint32_t seed)
{
	static struct model m;

	m = (struct model){.random = seed, .rules = {.max_paths = 4}};
	rib_attach(lab.rib, &keen, &m);
	bgp_in_set_rules(lab.in, &m.rules);
	bgp_in_set_reach(lab.in, reach, &m);
	for (unsigned i = 0; i < PEERS; i++) {
		struct model_peer *q = &m.peers[i];

		q->import.prefixes = lab_list(q->rules, lists[0]);
		q->p = lab_peer_with(addresses[i], asns[i % ARRAY_LEN(asns)], &q->import);
		q->up = true;
		for (unsigned j = 0; j < PREFIXES; j++)
			q->way[j] = NOTHING;
	}
	for (unsigned i = 1; i <= STEPS; i++) {
		step(&m);
		if (i % EVERY == 0)
			compare(&m);
	}
	rib_detach(lab.rib, &keen, &m);
	for (unsigned i = 0; i < PREFIXES; i++)
		bgp_attrs_drop(lab.attrs, m.told[i]);
}

static void any_history_comes_to_the_same(void **state)
{
	(void)state;
	run(1);
}

static void another_history_does_too(void **state)
{
	(void)state;
	run(4711);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_new, lab_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(any_history_comes_to_the_same),
	    TEST(another_history_does_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
