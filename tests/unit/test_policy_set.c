/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places and objects as they change: which rules follow, what is told of them, what is held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "announcer/policy_set.h"
#include "announcer/util.h"
#include "announcer/vty/buf.h"
#include <cmocka.h>
#include <stdio.h>

struct world {
	struct policy_set *set;
	struct conf *conf;
	struct rules *rules;
	struct buf told;
};

static void set_conf(struct world *w, const char *text, bool held)
{
	struct conf_errors errors = {0};
	struct conf *next = conf_parse(text, strlen(text), "grevyd.yaml", &errors);

	if (errors.lines.n)
		print_error("%s\n", errors.lines.v[0]);
	assert_non_null(next);
	policy_set_file(w->set, next, held);
	conf_free(w->conf);
	w->conf = next;
}

#define POOL(name, range)                                                                      \
	"address-pools: [{name: " name ", protocol: bgp, addresses: [" range "]}]\n"
#define PLACES "policy-from: [file, 'crds:m', 'configmap:m/config']\n"

static int setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->set = policy_set_new();
	set_conf(w, PLACES, false);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	policy_set_free(w->set);
	conf_free(w->conf);
	rules_free(w->rules);
	free(w->told.p);
	free(w);
	return 0;
}

/* Return: whether the rules are others now. */
static bool make(struct world *w)
{
	struct rules *next = policy_set_make(w->set, w->rules);

	if (!next)
		return false;
	rules_free(w->rules);
	w->rules = next;
	return true;
}

static void put_as(struct world *w, const char *ns, const char *name, const char *spec)
{
	struct k8s_object o = {.kind = K8S_CUSTOM, .ns = ns, .name = name};
	char text[512];

	o.raw.resource = "ipaddresspools";
	o.raw.len = (size_t)snprintf(text, sizeof(text), "{\"spec\":%s}", spec);
	o.raw.text = text;
	policy_set_put(w->set, &o);
}

static void put(struct world *w, const char *name, const char *range)
{
	char spec[256];

	snprintf(spec, sizeof(spec), "{\"addresses\":[\"%s\"]}", range);
	put_as(w, "m", name, spec);
}

static void put_configmap(struct world *w, const char *ns, const char *config)
{
	struct k8s_object o = {.kind = K8S_CONFIGMAP, .ns = ns, .name = "config"};
	char text[512];

	o.raw.resource = "";
	o.raw.len =
	    (size_t)snprintf(text, sizeof(text), "{\"data\":{\"config\":\"%s\"}}", config);
	o.raw.text = text;
	policy_set_put(w->set, &o);
}

static void delete (struct world *w, const char *name)
{
	struct k8s_object o = {.kind = K8S_CUSTOM, .ns = "m", .name = name};

	o.raw.resource = "ipaddresspools";
	policy_set_delete(w->set, &o);
}

static void assert_pools(const struct world *w, const char *want)
{
	char got[256] = "";
	size_t len = 0;

	for (size_t i = 0; i < w->rules->policy.n_pools; i++)
		len += (size_t)snprintf(got + len, sizeof(got) - len, "%s%s", i ? " " : "",
		    w->rules->policy.pools[i].name);
	assert_string_equal(got, want);
}

static void on_told(const struct policy_verdict *v, void *arg)
{
	struct world *w = arg;

	buf_fmt(&w->told, "%s %s %s%s%s\n", v->from, v->name, rules_state_name(v->state),
	    v->why ? ": " : "", v->why ? v->why : "");
}

static void assert_told(struct world *w, const char *want)
{
	buf_clear(&w->told);
	buf_str(&w->told, "");
	policy_set_tell(w->set, on_told, w);
	assert_string_equal(w->told.p, want);
}

static void nothing_counts_before_all_was_listed(void **state)
{
	struct world *w = *state;

	assert_true(make(w));
	put(w, "a", "10.0.0.0/24");
	assert_false(make(w));
	policy_set_listed(w->set);
	assert_true(make(w));
	assert_pools(w, "a");
	assert_told(w, "crds:m IPAddressPool m/a good\n");
	assert_told(w, "");
}

static void all_places_in_their_order(void **state)
{
	struct world *w = *state;

	policy_set_listed(w->set);
	put_configmap(
	    w, "m", "address-pools: [{name: a, protocol: bgp, addresses: [10.0.2.0/24]}]");
	put(w, "z", "10.0.0.0/24");
	put(w, "b", "10.0.1.0/24");
	set_conf(w, PLACES POOL("x", "10.0.3.0/24"), false);
	make(w);
	assert_pools(w, "x b z a");
	set_conf(w, "policy-from: ['configmap:m/config', 'crds:m']\n" POOL("x", "10.0.3.0/24"),
	    false);
	make(w);
	assert_pools(w, "a b z");
}

/* Trap 24. */
static void objects_of_other_namespaces_do_not_count(void **state)
{
	struct world *w = *state;

	policy_set_listed(w->set);
	put_as(w, "other", "a", "{\"addresses\":[\"10.0.0.0/24\"]}");
	put_configmap(w, "other", "address-pools: nonsense");
	make(w);
	assert_pools(w, "");
	assert_told(w, "");
	set_conf(w, "policy-from: ['crds:other']\n", false);
	assert_true(make(w));
	assert_pools(w, "a");
}

static void what_says_the_same_changes_nothing(void **state)
{
	struct world *w = *state;

	policy_set_listed(w->set);
	put(w, "a", "10.0.0.0/24");
	assert_true(make(w));
	put_as(w, "m", "a", "{\"addresses\":[\"10.0.0.0/24\"],\"autoAssign\":true}");
	assert_false(make(w));
	set_conf(w, PLACES "log: {level: debug}\n", false);
	assert_false(make(w));
	put(w, "a", "10.0.0.0/25");
	assert_true(make(w));
}

/* Whichever way objects come at first, the rules are the same. */
static void the_order_of_events_does_not_matter(void **state)
{
	struct world *w = *state, *v;
	void *other;

	setup(&other);
	v = other;
	put(w, "a", "10.0.0.0/24");
	put(w, "b", "10.0.0.0/25");
	put(w, "c", "10.0.1.0/24");
	put(v, "c", "10.0.9.0/24");
	put(v, "c", "10.0.1.0/24");
	put(v, "b", "10.0.0.0/25");
	put(v, "a", "10.0.0.0/24");
	policy_set_listed(w->set);
	policy_set_listed(v->set);
	make(w);
	make(v);
	assert_pools(w, "a c");
	assert_true(rules_equal(w->rules, v->rules));
	teardown(&other);
}

static void what_is_wrong_is_refused_alone(void **state)
{
	struct world *w = *state;

	policy_set_listed(w->set);
	put(w, "a", "10.0.0.0/24");
	put(w, "b", "10.0.1.0/24");
	make(w);
	assert_told(w, "crds:m IPAddressPool m/a good\ncrds:m IPAddressPool m/b good\n");
	put_as(w, "m", "a", "{\"addresses\":[\"10.0.0.0/240\"]}");
	put(w, "c", "x");
	assert_false(make(w));
	assert_pools(w, "a b");
	assert_told(w,
	    "crds:m IPAddressPool m/a old: spec.addresses[0]: must be a prefix such as "
	    "192.0.2.0/24 or a range such as 192.0.2.10-192.0.2.20\n"
	    "crds:m IPAddressPool m/c refused: spec.addresses[0]: must be a prefix such "
	    "as 192.0.2.0/24 or a range such as 192.0.2.10-192.0.2.20\n");
	/* The last good form goes with the object. */
	delete (w, "a");
	assert_true(make(w));
	assert_pools(w, "b");
	put_as(w, "m", "a", "{\"addresses\":[\"10.0.0.0/240\"]}");
	assert_false(make(w));
	put(w, "a", "10.0.1.128/25");
	assert_false(make(w));
	assert_told(w,
	    "crds:m IPAddressPool m/a refused: 10.0.1.128/25 overlaps 10.0.1.0/24 of "
	    "pool b (IPAddressPool m/b)\n");
	put(w, "b", "10.0.1.0/25");
	assert_true(make(w));
	assert_pools(w, "a b");
	assert_told(w, "crds:m IPAddressPool m/a good\n");
}

static void while_it_is_held_only_the_files_peers_change(void **state)
{
	static const char peer[] =
	    "peers: [{my-asn: 1, peer-asn: 2, peer-address: 192.0.2.1}]\n";
	struct world *w = *state;
	char text[512];

	policy_set_listed(w->set);
	put(w, "a", "10.0.0.0/24");
	make(w);
	assert_false(policy_set_holds(w->set));
	snprintf(text, sizeof(text), "role: node\n%s%s", POOL("x", "10.0.0.0/8"), peer);
	set_conf(w, text, true);
	put(w, "b", "10.0.1.0/24");
	put(w, "a", "10.7.0.0/24");
	assert_true(make(w));
	assert_true(policy_set_holds(w->set));
	assert_pools(w, "a");
	assert_string_equal(w->rules->policy.pools[0].addresses.v[0], "10.0.0.0/24");
	assert_int_equal(w->rules->n_peers, 1);
	assert_false(make(w));
	policy_set_file(w->set, w->conf, false);
	assert_false(policy_set_holds(w->set));
	assert_true(make(w));
	assert_pools(w, "x"); /* and no crds any more */
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

/* What cannot be read may have pools; what came later never gave an address. */
static void pools_that_cannot_be_read(void **state)
{
	struct world *w = *state;

	put(w, "lan", "nonsense");
	assert_true(policy_set_unsure(w->set));
	policy_set_listed(w->set);
	make(w);
	assert_true(policy_set_unsure(w->set));
	put(w, "lan", "192.0.2.0/24");
	assert_true(make(w));
	assert_false(policy_set_unsure(w->set));
	put(w, "lan", "nonsense"); /* its last good form is in force */
	put(w, "new", "nonsense");
	make(w);
	assert_false(policy_set_unsure(w->set));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(nothing_counts_before_all_was_listed),
	    T(all_places_in_their_order),
	    T(objects_of_other_namespaces_do_not_count),
	    T(what_says_the_same_changes_nothing),
	    T(the_order_of_events_does_not_matter),
	    T(what_is_wrong_is_refused_alone),
	    T(while_it_is_held_only_the_files_peers_change),
	    T(pools_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
