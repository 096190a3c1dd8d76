/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts become one: who wins, what is left out, what stays in force. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/part_items.h"
#include "announcer/rules.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>

enum { INPUTS = 8 };

/* The parts of a test, freed at its end. */
struct lab {
	struct part *parts[32];
	size_t n_parts, n;
	struct rules_input in[INPUTS];
	struct rules *rules;
};

static int setup(void **state)
{
	*state = xcalloc(1, sizeof(struct lab));
	return 0;
}

static void forget(struct lab *l)
{
	for (size_t i = 0; i < INPUTS; i++) {
		free(l->in[i].why);
		l->in[i].why = NULL;
		part_free(l->in[i].kept);
		l->in[i].kept = NULL;
	}
	rules_free(l->rules);
	l->rules = NULL;
}

static int teardown(void **state)
{
	struct lab *l = *state;

	forget(l);
	for (size_t i = 0; i < l->n_parts; i++)
		part_free(l->parts[i]);
	free(l);
	return 0;
}

static struct part *part(struct lab *l)
{
	struct part *p = xcalloc(1, sizeof(*p));

	assert_true(l->n_parts < ARRAY_LEN(l->parts));
	l->parts[l->n_parts++] = p;
	return p;
}

/* A configuration's, in grevyd.yaml's words. */
static struct part *file(struct lab *l, const char *text)
{
	struct conf_errors errors = {0};
	struct conf *c = conf_parse(text, strlen(text), "test", &errors);
	struct part *p;

	if (errors.lines.n)
		print_error("%s\n", errors.lines.v[0]);
	assert_non_null(c);
	p = part_of_conf(c);
	conf_free(c);
	assert_true(l->n_parts < ARRAY_LEN(l->parts));
	l->parts[l->n_parts++] = p;
	return p;
}

/* As an IPAddressPool; label "k=v" or NULL. */
static struct part *pool(struct lab *l, const char *name, const char *range, const char *label)
{
	struct part *p = part(l);
	struct pool q = {.name = (char *)(uintptr_t)name, .auto_assign = true, .n_ranges = 1};
	struct iprange r;
	struct k8s_kv kv = {0};
	char *own = xstrdup(label);

	assert_null(iprange_parse(range, &r));
	strlist_add(&q.addresses, range);
	q.ranges = &r;
	if (own) {
		*strchr(own, '=') = '\0';
		kv = (struct k8s_kv){own, own + strlen(own) + 1};
		q.labels = &kv;
		q.n_labels = 1;
	}
	part_add(p, PART_POOL, &q);
	strlist_fini(&q.addresses);
	free(own);
	return p;
}

/* An advertisement of every pool. */
static struct part_ad ad_of(const char *name, unsigned protocol)
{
	return (struct part_ad){
	    .ad = {.name = (char *)(uintptr_t)name,
		   .protocol = protocol,
		   .aggregation4 = 32,
		   .aggregation6 = 128}
        };
}

static struct part *ad(struct lab *l, const struct part_ad *a)
{
	struct part *p = part(l);

	part_add(p, PART_AD, a);
	return p;
}

static struct part *community(struct lab *l, const char *alias, const char *value)
{
	struct conf_community c = {(char *)(uintptr_t)alias, (char *)(uintptr_t)value};
	struct part *p = part(l);

	part_add(p, PART_COMMUNITY, &c);
	return p;
}

static struct part *peer(struct lab *l, const char *name, const char *profile)
{
	struct conf_peer c = {
	    .name = (char *)(uintptr_t)name, .bfd_profile = (char *)(uintptr_t)profile};
	struct part *p = part(l);

	part_add(p, PART_PEER, &c);
	return p;
}

/* An input of that number is said again: what was in force of it is its old form. */
static void say(struct lab *l, size_t i, const char *name, const struct part *p)
{
	struct rules_input *in = &l->in[i];

	if (i >= l->n)
		l->n = i + 1;
	if (in->state == RULES_GOOD && in->part)
		in->old = in->part;
	in->name = name;
	in->part = p;
}

static void make(struct lab *l)
{
	forget(l);
	l->rules = rules_make(l->in, l->n);
	for (size_t i = 0; i < l->n; i++)
		if (l->in[i].state == RULES_GOOD)
			l->in[i].old = l->in[i].part;
}

static void assert_state(const struct rules_input *in, enum rules_state state, const char *why)
{
	if (in->state != state || (why ? !in->why || !strstr(in->why, why) : in->why != NULL))
		fail_msg("%s: %s: %s", in->name, rules_state_name(in->state),
		    in->why ? in->why : "");
}

/* "a 10.0.0.0/24, b 10.0.1.0/24": the pools in force, with their addresses. */
static void assert_pools(const struct lab *l, const char *want)
{
	char got[512] = "";
	size_t len = 0;

	for (size_t i = 0; i < l->rules->policy.n_pools; i++)
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%s %s", i ? ", " : "",
		    l->rules->policy.pools[i].name, l->rules->policy.pools[i].addresses.v[0]);
	assert_string_equal(got, want);
}

static void the_file_alone_is_in_force(void **state)
{
	struct lab *l = *state;
	struct ipaddr a;

	say(l, 0, "grevyd.yaml",
	    file(l,
		"address-pools:\n- {name: b, protocol: bgp, addresses: [10.0.1.0/24]}\n"
		"- {name: a, protocol: layer2, addresses: [10.0.0.0/24]}\n"
		"bgp-communities: {z: 1:2, y: 3:4}\nbfd-profiles:\n- {name: f}\n"
		"peers:\n- {my-asn: 1, peer-asn: 2, peer-address: 192.0.2.1, password: x}"));
	make(l);
	assert_state(&l->in[0], RULES_GOOD, NULL);
	assert_pools(l, "b 10.0.1.0/24, a 10.0.0.0/24");
	assert_int_equal(l->rules->policy.pools[0].protocols, POLICY_BGP);
	assert_int_equal(l->rules->policy.pools[0].n_ads, 0);
	assert_int_equal(ipaddr_parse("10.0.0.9", &a), 0);
	assert_ptr_equal(policy_pool_of(&l->rules->policy, &a), &l->rules->policy.pools[1]);
	assert_string_equal(l->rules->communities[0].alias, "y");
	assert_string_equal(l->rules->peers[0].name, "peer1");
	assert_string_equal(l->rules->peers[0].password, "x");
	assert_int_equal(l->rules->n_bfd, 1);
}

static void nothing_is_in_force_of_nothing(void **state)
{
	struct lab *l = *state;

	make(l);
	assert_int_equal(l->rules->policy.n_pools, 0);
}

static void an_earlier_place_wins(void **state)
{
	struct lab *l = *state;

	say(l, 0, "grevyd.yaml",
	    file(l, "address-pools:\n- {name: a, protocol: bgp, addresses: [10.0.0.0/24]}\n"));
	say(l, 1, "IPAddressPool m/a", pool(l, "a", "10.9.0.0/24", NULL));
	say(l, 2, "IPAddressPool m/b", pool(l, "b", "10.0.0.128/25", NULL));
	say(l, 3, "IPAddressPool m/c", pool(l, "c", "10.0.0.0/8", NULL));
	say(l, 4, "IPAddressPool m/d", pool(l, "d", "10.1.0.0/24", NULL));
	for (size_t i = 1; i < 5; i++)
		l->in[i].place = 1;
	make(l);
	assert_pools(l, "a 10.0.0.0/24, d 10.1.0.0/24");
	assert_state(&l->in[0], RULES_GOOD, NULL);
	assert_state(&l->in[1], RULES_REFUSED, "pool a stands in grevyd.yaml, too");
	assert_state(&l->in[2], RULES_REFUSED,
	    "10.0.0.128/25 overlaps 10.0.0.0/24 of pool a (grevyd.yaml)");
	assert_state(&l->in[3], RULES_REFUSED, "10.0.0.0/8 overlaps");
	/* It does, whatever was in force. */
	say(l, 0, "grevyd.yaml",
	    file(l, "address-pools:\n- {name: a, protocol: bgp, addresses: [10.1.0.0/23]}\n"));
	make(l);
	assert_pools(l, "a 10.1.0.0/23, b 10.0.0.128/25");
	assert_state(&l->in[4], RULES_REFUSED, "overlaps 10.1.0.0/23");
}

static void of_one_place_the_older_object_wins(void **state)
{
	struct lab *l = *state;

	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/24", NULL));
	say(l, 1, "IPAddressPool m/b", pool(l, "b", "10.0.0.0/25", NULL));
	l->in[0].created_s = 200;
	l->in[1].created_s = 100;
	make(l);
	assert_pools(l, "b 10.0.0.0/25");
	assert_state(&l->in[0], RULES_REFUSED, "of pool b (IPAddressPool m/b)");
}

static void the_last_good_form_stays(void **state)
{
	struct lab *l = *state;

	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/24", NULL));
	say(l, 1, "IPAddressPool m/b", pool(l, "b", "10.0.1.0/24", NULL));
	make(l);
	/* Older, but it is the one that was changed. */
	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/23", NULL));
	make(l);
	assert_pools(l, "a 10.0.0.0/24, b 10.0.1.0/24");
	assert_state(&l->in[0], RULES_OLD, "overlaps 10.0.1.0/24 of pool b");
	assert_non_null(l->in[0].kept);
	/* What cannot be read, too. */
	say(l, 0, "IPAddressPool m/a", NULL);
	l->in[0].error = "spec.addresses[0]: must be a prefix";
	make(l);
	assert_pools(l, "a 10.0.0.0/24, b 10.0.1.0/24");
	assert_state(&l->in[0], RULES_OLD, "must be a prefix");
	/* A new one does not take its addresses. */
	say(l, 2, "IPAddressPool m/c", pool(l, "c", "10.0.0.0/25", NULL));
	make(l);
	assert_pools(l, "a 10.0.0.0/24, b 10.0.1.0/24");
	assert_state(&l->in[2], RULES_REFUSED, "of pool a");
}

static void what_was_never_good_is_left_out(void **state)
{
	struct lab *l = *state;

	say(l, 0, "IPAddressPool m/a", NULL);
	l->in[0].error = "no";
	say(l, 1, "IPAddressPool m/b", pool(l, "b", "10.0.1.0/24", NULL));
	make(l);
	assert_pools(l, "b 10.0.1.0/24");
	assert_state(&l->in[0], RULES_REFUSED, "no");
	assert_null(l->in[0].kept);
}

/* Two changes that go together only together. */
static void two_may_change_places(void **state)
{
	struct lab *l = *state;

	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/24", NULL));
	say(l, 1, "IPAddressPool m/b", pool(l, "b", "10.0.1.0/24", NULL));
	make(l);
	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.1.0/24", NULL));
	make(l);
	assert_pools(l, "a 10.0.0.0/24, b 10.0.1.0/24");
	say(l, 1, "IPAddressPool m/b", pool(l, "b", "10.0.0.0/24", NULL));
	make(l);
	assert_pools(l, "a 10.0.1.0/24, b 10.0.0.0/24");
	assert_state(&l->in[0], RULES_GOOD, NULL);
}

static void of_a_list_only_what_clashes_is_left_out(void **state)
{
	struct lab *l = *state;

	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/24", NULL));
	say(l, 1, "ConfigMap m/config",
	    file(l, "address-pools:\n- {name: x, protocol: bgp, addresses: [10.0.0.0/25]}\n"
		    "- {name: y, protocol: bgp, addresses: [10.0.1.0/24]}\n"));
	l->in[1].place = 1;
	make(l);
	assert_pools(l, "a 10.0.0.0/24, y 10.0.1.0/24");
	assert_state(&l->in[1], RULES_PARTLY, "pool x: 10.0.0.0/25 overlaps");
	assert_int_equal(l->in[1].kept->n_pools, 1);
}

static void advertisements_find_their_pools(void **state)
{
	struct lab *l = *state;
	struct part_ad all = ad_of("all", POLICY_BGP), named = ad_of("named", POLICY_LAYER2);
	struct part_ad nobody = ad_of("nobody", POLICY_BGP),
		       labelled = ad_of("l", POLICY_LAYER2);
	struct selector_label label = {(char *)"k", (char *)"v"};
	struct selector s = {.labels = &label, .n_labels = 1};
	const struct pool *p;

	strlist_add(&named.pools, "b");
	strlist_add(&named.pools, "absent");
	strlist_add(&nobody.pools, "absent");
	labelled.pool_selectors = (struct selectors){&s, 1};
	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/24", "k=v"));
	say(l, 1, "IPAddressPool m/b", pool(l, "b", "10.0.1.0/24", "k=w"));
	say(l, 2, "BGPAdvertisement m/nobody", ad(l, &nobody));
	make(l);
	assert_state(&l->in[2], RULES_GOOD, "there is no pool absent");
	/* Trap 16: with a list that names absent pools only it has none; 17: no matter. */
	assert_int_equal(l->rules->policy.pools[0].protocols, 0);
	assert_int_equal(l->rules->policy.pools[0].n_ads, 0);
	say(l, 3, "BGPAdvertisement m/all", ad(l, &all));
	say(l, 4, "L2Advertisement m/named", ad(l, &named));
	say(l, 5, "L2Advertisement m/l", ad(l, &labelled));
	make(l);
	p = l->rules->policy.pools;
	assert_int_equal(p[0].protocols, POLICY_BGP | POLICY_LAYER2);
	assert_int_equal(p[0].n_ads, 2);
	assert_string_equal(p[0].ads[0].name, "all");
	assert_string_equal(p[0].ads[1].name, "l");
	assert_int_equal(p[1].n_ads, 2);
	assert_string_equal(p[1].ads[1].name, "named");
	strlist_fini(&named.pools);
	strlist_fini(&nobody.pools);
}

/* What it has without being told stays beside what objects say. */
static void a_pool_keeps_its_own_advertisement(void **state)
{
	struct lab *l = *state;
	struct part_ad all = ad_of("all", POLICY_LAYER2);
	const struct pool *p;

	say(l, 0, "grevyd.yaml",
	    file(l, "address-pools:\n- {name: a, protocol: bgp, addresses: [10.0.0.0/24]}\n"));
	say(l, 1, "L2Advertisement m/all", ad(l, &all));
	make(l);
	p = l->rules->policy.pools;
	assert_int_equal(p->protocols, POLICY_BGP | POLICY_LAYER2);
	assert_int_equal(p->n_ads, 2);
	assert_null(p->ads[0].name);
	assert_int_equal(p->ads[0].protocol, POLICY_BGP);
	assert_int_equal(p->ads[0].aggregation4, 32);
}

static void an_aggregate_stays_within_the_addresses(void **state)
{
	struct lab *l = *state;
	struct part_ad a = ad_of("agg", POLICY_BGP);

	a.ad.aggregation4 = 24;
	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/24", NULL));
	say(l, 1, "BGPAdvertisement m/agg", ad(l, &a));
	make(l);
	assert_state(&l->in[1], RULES_GOOD, NULL);
	/* Who changed is refused: the pool. */
	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/25", NULL));
	make(l);
	assert_pools(l, "a 10.0.0.0/24");
	assert_state(&l->in[0], RULES_OLD,
	    "the aggregation length of BGPAdvertisement agg must be at least 25 for "
	    "10.0.0.0/25 of pool a");
	/* ... or the advertisement. */
	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/24", NULL));
	make(l);
	a.ad.aggregation4 = 23;
	say(l, 1, "BGPAdvertisement m/agg", ad(l, &a));
	make(l);
	assert_state(&l->in[1], RULES_OLD, "must be at least 24");
	assert_int_equal(l->rules->policy.pools[0].ads[0].aggregation4, 24);
	/* A range: the shortest mask among the prefixes that make it up. */
	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.1-10.0.0.6", NULL));
	make(l);
	assert_state(&l->in[0], RULES_OLD, "must be at least 31");
}

static void local_preferences_must_not_differ(void **state)
{
	struct lab *l = *state;
	struct part_ad a = ad_of("one", POLICY_BGP), b = ad_of("two", POLICY_BGP);

	a.ad.localpref = 100;
	b.ad.localpref = 200;
	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/24", NULL));
	say(l, 1, "BGPAdvertisement m/one", ad(l, &a));
	say(l, 2, "BGPAdvertisement m/two", ad(l, &b));
	say(l, 3, "BGPPeer m/p", peer(l, "p", NULL));
	say(l, 4, "BGPPeer m/q", peer(l, "q", NULL));
	make(l);
	assert_state(&l->in[2], RULES_REFUSED,
	    "its local preference must not differ from that of BGPAdvertisement one");
	assert_int_equal(l->rules->policy.pools[0].n_ads, 1);
	/* Not where they make other prefixes, ... */
	b.ad.aggregation4 = 24;
	say(l, 2, "BGPAdvertisement m/two", ad(l, &b));
	make(l);
	assert_state(&l->in[2], RULES_GOOD, NULL);
	/* ... for other peers, ... */
	b.ad.aggregation4 = 32;
	strlist_add(&b.ad.peers, "q");
	say(l, 2, "BGPAdvertisement m/two", ad(l, &b));
	make(l);
	assert_state(&l->in[2], RULES_OLD, "local preference");
	strlist_add(&a.ad.peers, "p");
	say(l, 1, "BGPAdvertisement m/one", ad(l, &a));
	make(l);
	assert_state(&l->in[2], RULES_GOOD, NULL);
	strlist_fini(&a.ad.peers);
	strlist_fini(&b.ad.peers);
	/* ... or for Services that are judged one by one. */
	b.ad.services = (struct selectors){&(struct selector){0}, 1};
	say(l, 1, "BGPAdvertisement m/one", ad(l, &a));
	say(l, 2, "BGPAdvertisement m/two", ad(l, &b));
	make(l);
	assert_state(&l->in[2], RULES_GOOD, NULL);
}

static void aliases_are_looked_up_everywhere(void **state)
{
	struct lab *l = *state;
	struct part_ad a = ad_of("x", POLICY_BGP);

	strlist_add(&a.ad.communities, "vip");
	strlist_add(&a.ad.communities, "64512:1");
	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/24", NULL));
	say(l, 1, "BGPAdvertisement m/x", ad(l, &a));
	make(l);
	assert_state(&l->in[1], RULES_REFUSED, "waits for the community alias vip");
	say(l, 2, "Community m/c", community(l, "vip", "1:2"));
	say(l, 3, "Community m/d", community(l, "vip", "1:3"));
	l->in[2].place = l->in[3].place = 7;
	make(l);
	assert_state(&l->in[1], RULES_GOOD, NULL);
	assert_state(&l->in[3], RULES_REFUSED, "alias vip stands in Community m/c, too");
	assert_string_equal(l->rules->communities[0].value, "1:2");
	strlist_add(&a.ad.communities, "1:2:3"); /* no alias that may come yet */
	say(l, 1, "BGPAdvertisement m/x", ad(l, &a));
	make(l);
	assert_state(&l->in[1], RULES_OLD, "community 1:2:3 must be a community such as");
	strlist_fini(&a.ad.communities);
}

static void a_peer_does_not_wait_for_its_profile(void **state)
{
	struct lab *l = *state;
	struct conf_bfd f = {.name = (char *)"fast"};
	struct part *bfd;

	say(l, 0, "BGPPeer m/p", peer(l, "p", "fast"));
	say(l, 1, "BGPPeer m/q", peer(l, "p", NULL));
	make(l);
	assert_int_equal(l->rules->n_peers, 1);
	assert_state(&l->in[0], RULES_GOOD, "waits for the BFD profile fast");
	assert_state(&l->in[1], RULES_REFUSED, "peer p stands in BGPPeer m/p, too");
	bfd = part(l);
	part_add(bfd, PART_BFD, &f);
	say(l, 2, "BFDProfile m/fast", bfd);
	make(l);
	assert_state(&l->in[0], RULES_GOOD, NULL);
}

/* The order in which objects are told does not matter. */
static void equal_rules_are_equal(void **state)
{
	struct lab *l = *state;
	struct rules *first;

	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/24", "k=v"));
	say(l, 1, "BGPPeer m/p", peer(l, "p", "fast"));
	make(l);
	first = l->rules;
	l->rules = NULL;
	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/24", "k=v"));
	make(l);
	assert_true(rules_equal(first, l->rules));
	assert_true(first->serial != l->rules->serial);
	say(l, 0, "IPAddressPool m/a", pool(l, "a", "10.0.0.0/24", "k=w"));
	make(l);
	assert_false(rules_equal(first, l->rules));
	rules_free(first);
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(the_file_alone_is_in_force),
	    T(nothing_is_in_force_of_nothing),
	    T(an_earlier_place_wins),
	    T(of_one_place_the_older_object_wins),
	    T(the_last_good_form_stays),
	    T(what_was_never_good_is_left_out),
	    T(two_may_change_places),
	    T(of_a_list_only_what_clashes_is_left_out),
	    T(advertisements_find_their_pools),
	    T(a_pool_keeps_its_own_advertisement),
	    T(an_aggregate_stays_within_the_addresses),
	    T(local_preferences_must_not_differ),
	    T(aliases_are_looked_up_everywhere),
	    T(a_peer_does_not_wait_for_its_profile),
	    T(equal_rules_are_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
