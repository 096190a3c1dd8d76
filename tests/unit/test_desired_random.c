/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A random walk: Services, slices and nodes come, change and go, pools and the router change,
 * some steps at once. After each batch the RIB, and who may answer ARP and NDP, must be what a
 * rebuild from nothing makes of the same objects, the same assignments and the same rules; and
 * nothing may break the rules that hold always. Once as a router, once as a node, which is now
 * this one, now another. The seed is fixed; SEED and STEPS of the environment choose others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/desired.h"
#include "announcer/util.h"
#include "k8s/decode_int.h"
#include "tests/unit/objects.h"
#include "tests/unit/pools.h"
#include "tests/unit/wishes.h"
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>

#define SERVICES 12
#define NODES    6

struct side {
	struct store *st;
	struct alloc *a;
	struct rib *rib;
	struct desired *d;
	struct wishes wishes;
};

struct world {
	struct side live;
	struct policy *policy;
	struct alloc_rules rules;
	struct eligible_router router;
	struct prefix connected[2];
	char node[8]; /* role node: this one */
	uint64_t random;
};

static unsigned pick(struct world *w, unsigned n)
{
	w->random = w->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(w->random >> 33) % n;
}

#define ONE_OF(w, list) (list)[pick(w, ARRAY_LEN(list))]

static void side_init(struct side *s)
{
	*s = (struct side){0};
	s->st = store_new();
	s->a = alloc_new(s->st);
	s->rib = rib_new();
	s->d = desired_new(s->st, s->a, s->rib);
	desired_set_l2(s->d, wishes_hear, &s->wishes);
}

static void side_fini(struct side *s)
{
	desired_free(s->d);
	alloc_free(s->a);
	rib_free(s->rib);
	store_free(s->st);
	free(s->wishes.v);
}

static void step_service(struct world *w)
{
	static const char *const shapes[] = {
	    "", "", "", "", "local", "local", "local", "type=ClusterIP"};
	static const char *const families[] = {
	    "", "", "", "fam=6", "fam=46", "fam=64", "fam=46 policy=require", "policy=require"};
	static const char *const wants[] = {"", "", "", "", "", "", "", "", "",
	    "ips=198.51.100.2", "ips=198.51.100.3", "ip=203.0.113.1", "ips=2001:db8:f::1",
	    "ips=198.51.100.1,2001:db8:f::1", "pool=wan", "pool=hidden", "pool=nope", "ips=bad",
	    "ips=192.88.99.1"};
	static const char *const statuses[] = {"", "", "", "", "status=198.51.100.2",
	    "status=198.51.100.4,2001:db8:f::2", "status=203.0.113.1", "status=192.88.99.1",
	    "status=198.51.100.1,198.51.100.2"};
	static const char *const sharing[] = {"", "share=k", "share=k", "share=x"};
	static const char *const ports[] = {"tcp=53", "udp=53", "tcp=80", "tcp=53 udp=53"};
	static const char *const classes[] = {"", "", "", "", "", "", "", "class=ours"};
	static const char *const selectors[] = {"", "selector=a=b"};
	static const char *const labels[] = {"", "label=app=x", "label=app=y"};
	char path[16], spec[256];

	snprintf(path, sizeof(path), "d/s%u", pick(w, SERVICES));
	if (!pick(w, 10)) {
		store_apply(w->live.st, gone_event(K8S_SERVICE, path));
		return;
	}
	snprintf(spec, sizeof(spec), "%s %s %s %s %s %s %s %s %s created=%u", ONE_OF(w, shapes),
	    ONE_OF(w, families), ONE_OF(w, wants), ONE_OF(w, statuses), ONE_OF(w, sharing),
	    ONE_OF(w, ports), ONE_OF(w, classes), ONE_OF(w, selectors), ONE_OF(w, labels),
	    pick(w, 4));
	store_apply(w->live.st, put_event(service(path, spec)));
}

static void step_slice(struct world *w)
{
	static const char *const how[] = {"", "", "", ":draining", ":unready", ":gone"};
	unsigned svc = pick(w, SERVICES), six = pick(w, 3) == 0, n = pick(w, 5);
	char path[32], label[16], eps[256] = "";
	size_t len = 0;

	snprintf(path, sizeof(path), "d/s%u-%u", svc, six ? 6 : pick(w, 2));
	if (!pick(w, 6)) {
		store_apply(w->live.st, gone_event(K8S_SLICE, path));
		return;
	}
	for (unsigned i = 0; i < n; i++) {
		char on[8] = "";

		if (pick(w, 12))
			snprintf(on, sizeof(on), "n%u", pick(w, NODES + 1));
		len += (size_t)snprintf(eps + len, sizeof(eps) - len, "%s%u@%s%s ",
		    six ? "2001:db8:a::" : "10.0.0.", pick(w, 6) + 1, on, ONE_OF(w, how));
	}
	snprintf(label, sizeof(label), "s%u", pick(w, 10) ? svc : pick(w, SERVICES));
	store_apply(w->live.st, put_event(slice(path, label, eps)));
}

static void step_node(struct world *w)
{
	static const char *const flags[] = {
	    "", "", "", "", "notready", "notready", "netdown", "exclude"};
	static const char *const zones[] = {"", "zone=a", "zone=b"};
	unsigned i = pick(w, NODES);
	char name[8], four[32], six[32], spec[160];

	snprintf(name, sizeof(name), "n%u", i);
	if (!pick(w, 10)) {
		store_apply(w->live.st, gone_event(K8S_NODE, name));
		return;
	}
	snprintf(
	    four, sizeof(four), "192.0.2.%u 203.0.113.%u", pick(w, 8) ? i + 1 : 1, i + 100);
	snprintf(six, sizeof(six), "2001:db8::%u", i + 1);
	snprintf(spec, sizeof(spec), "%s %s %s %s", pick(w, 6) ? four : "",
	    pick(w, 3) ? six : "", ONE_OF(w, flags), ONE_OF(w, zones));
	store_apply(w->live.st, put_event(node(name, spec)));
}

static void step_rules(struct world *w)
{
	static const char *const pools[] = {
	    "lan:198.51.100.1-198.51.100.4,2001:db8:f::1-2001:db8:f::2 wan:203.0.113.0/30 "
	    "hidden:noauto:198.51.100.9-198.51.100.9",
	    "lan:zone=a:198.51.100.1-198.51.100.4 "
	    "wan:203.0.113.0/30,2001:db8:f::1-2001:db8:f::4",
	    "wan:buggy:203.0.113.0/30 lan:198.51.100.0/24,2001:db8:f::/64",
	    "lan:198.51.100.1-198.51.100.2 rest:zone=b:198.51.100.3-198.51.100.9",
	    "six:2001:db8:f::1-2001:db8:f::1 lan:198.51.100.1-198.51.100.1",
	    "lan:198.51.100.1-198.51.100.2 arp:layer2:198.51.100.3-198.51.100.9",
	    "arp:layer2:l2/zone=a/if=e0/prefer=zone=a*7:l2/app=x/"
	    "if=e1:198.51.100.1-198.51.100.3 "
	    "both:bgp:l2/prefer=zone=b*20/if=e0:l2/zone=b/if=e1/prefer=zone=b*5:"
	    "198.51.100.4-198.51.100.9,2001:db8:f::1-2001:db8:f::4",
	    "lan:198.51.100.2-198.51.100.9",
	    "lan:app=x:app=y:zone=a:198.51.100.1-198.51.100.4 "
	    "wan:app=x:203.0.113.0/30,2001:db8:f::1-2001:db8:f::4",
	    "lan:mute:198.51.100.1-198.51.100.2 rest:app=y:198.51.100.3-198.51.100.9",
	    "",
	};
	struct policy *next = pools_make(ONE_OF(w, pools));

	w->rules = (struct alloc_rules){.policy = next,
	    .controller = pick(w, 5) != 0,
	    .share_local = pick(w, 3) == 0,
	    .lb_class = pick(w, 12) ? "" : "ours"};
	desired_set_rules(w->live.d, &w->rules);
	pools_free(w->policy);
	w->policy = next;
}

static void step_router(struct world *w)
{
	if (*w->node && pick(w, 2)) {
		snprintf(w->node, sizeof(w->node), "n%u", pick(w, NODES + 1));
		desired_set_node(w->live.d, w->node);
		return;
	}
	w->router = (struct eligible_router){.connected = w->connected,
	    .n_connected = pick(w, 3),
	    .max_nexthops = pick(w, 4),
	    .v4_over_v6 = pick(w, 2),
	    .equal_weight = pick(w, 4) == 0};
	desired_set_router(w->live.d, &w->router);
}

static void step(struct world *w)
{
	unsigned r = pick(w, 100);

	if (r < 40)
		step_slice(w);
	else if (r < 70)
		step_service(w);
	else if (r < 92)
		step_node(w);
	else if (r < 97)
		step_router(w);
	else
		step_rules(w);
}

static void copy_service(struct store_service *svc, void *arg)
{
	struct side *fresh = arg;

	if (svc->alloc && svc->alloc->n)
		alloc_restore(fresh->a, svc->ns, svc->name, svc->alloc->addr, svc->alloc->n);
	if (svc->obj)
		store_apply(fresh->st, put_event(k8s_object_pack(svc->obj)));
	for (size_t i = 0; i < svc->n_slices; i++)
		store_apply(fresh->st, put_event(k8s_object_pack(svc->slices[i])));
}

/* node: role node, this one; "" = role router. */
static void rebuild(const struct world *w, struct side *fresh, const char *node)
{
	struct store_node *const *nodes;
	size_t n;

	side_init(fresh);
	if (*node)
		desired_set_node(fresh->d, node);
	desired_set_router(fresh->d, &w->router);
	desired_set_rules(fresh->d, &w->rules);
	store_each_service(w->live.st, copy_service, fresh);
	nodes = store_nodes(w->live.st, &n);
	for (size_t i = 0; i < n; i++)
		store_apply(fresh->st, put_event(k8s_object_pack(nodes[i]->obj)));
	desired_run(fresh->d, NULL);
	rib_commit(fresh->rib);
}

struct text {
	char s[8192];
	size_t len;
};

static void say(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(struct text *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	t->len += (size_t)vsnprintf(t->s + t->len, sizeof(t->s) - t->len, fmt, ap);
	va_end(ap);
	assert_true(t->len < sizeof(t->s));
}

static void say_route(const struct rib_route *r, bool best, void *arg)
{
	char buf[PREFIX_STRLEN];

	assert_true(best);
	say(arg, "%s", prefix_str(&r->prefix, buf));
	for (size_t i = 0; i < r->n; i++) {
		say(arg, " %s*%u", r->nh[i].loopback ? "lo" : ipaddr_str(&r->nh[i].addr, buf),
		    r->nh[i].weight);
		assert_true(r->nh[i].loopback ? r->n == 1 && !r->nh[i].addr.family
					      : r->nh[i].addr.family);
		assert_true(r->nh[i].weight >= 1 && r->nh[i].weight <= 255);
		assert_true(!i || ipaddr_cmp(&r->nh[i - 1].addr, &r->nh[i].addr) < 0);
	}
	say(arg, "\n");
}

static void say_service(struct store_service *svc, void *arg)
{
	const struct alloc_service *as = svc->alloc;
	char buf[PREFIX_STRLEN];

	if (!as)
		return;
	say(arg, "%s %s %s", svc->name, alloc_state_name((enum alloc_state)as->state),
	    alloc_text((enum alloc_reason)as->reason)->token);
	for (size_t i = 0; i < as->n; i++)
		say(arg, " %s", ipaddr_str(&as->addr[i], buf));
	say(arg, "\n");
}

static void describe(const struct side *s, struct text *t)
{
	char buf[PREFIX_STRLEN];

	t->len = 0;
	t->s[0] = '\0';
	store_each_service(s->st, say_service, t);
	rib_each(s->rib, say_route, t);
	for (size_t i = 0; i < s->wishes.n; i++)
		if (s->wishes.v[i].n)
			say(t, "%s %s\n", ipaddr_str(&s->wishes.v[i].addr, buf),
			    s->wishes.v[i].text);
}

static void check_service(struct store_service *svc, void *arg)
{
	const struct world *w = arg;
	const struct alloc_service *as = svc->alloc;

	assert_int_equal(svc->dirty, 0);
	assert_true(svc->obj || svc->n_slices);
	if (!as)
		return;
	assert_true(svc->obj && svc->obj->service.load_balancer);
	for (size_t i = 0; i < as->n; i++) {
		const struct alloc_addr *aa = alloc_addr(w->live.a, &as->addr[i]);
		size_t mine = 0;

		assert_non_null(aa);
		assert_non_null(aa->pool);
		assert_ptr_equal(aa->pool, policy_pool_of(w->policy, &as->addr[i]));
		for (size_t j = 0; j < aa->n_users; j++)
			mine += aa->users[j] == as;
		assert_int_equal(mine, 1);
		assert_true(
		    !w->rules.controller || aa->n_users == 1 || svc->obj->service.share_key);
	}
	assert_true(as->n < 2 || as->addr[0].family != as->addr[1].family);
	assert_true(
	    as->n < 2 || !w->rules.controller ||
	    policy_pool_of(w->policy, &as->addr[0]) == policy_pool_of(w->policy, &as->addr[1]));
	assert_int_equal(as->state == ALLOC_ASSIGNED, as->reason == ALLOC_OK);
	assert_true(as->n || as->state == ALLOC_IGNORED || as->state == ALLOC_PENDING);
}

/* A Service with an address that nobody shares: what view says is what the RIB has. */
/* Asked for alone, a Node is judged as among all. */
static void check_verdict(const struct world *w, const struct store_service *svc,
    unsigned which, const struct eligible_verdict *want)
{
	const struct store_node *node = store_node(w->live.st, want->node);
	struct eligible_verdict got;

	if (!node || !node->obj)
		return;
	got = desired_verdict(w->live.d, svc, which, want->node);
	if (want->reason == ELIGIBLE_OVER_LIMIT && got.eligible)
		return; /* by the address that it shares with another */
	assert_int_equal(got.reason, want->reason);
	assert_int_equal(got.weight, want->weight);
	assert_int_equal(got.eligible, want->eligible);
	assert_int_equal(got.draining, want->draining);
}

static bool for_layer2(const struct desired_view *v)
{
	return v->pool && v->pool->protocols == POLICY_LAYER2;
}

static void check_view(struct store_service *svc, void *arg)
{
	const struct world *w = arg;

	for (unsigned i = 0; svc->alloc && i < svc->alloc->n; i++) {
		struct desired_view v = desired_explain(w->live.d, svc, i);
		const struct prefix p = prefix_of_addr(&v.addr);
		const struct rib_route *r = rib_best(w->live.rib, &p);
		size_t eligible = 0, here = 0;

		assert_int_equal(v.n_nexthops, r ? r->n : 0);
		for (size_t j = 0; j < v.n_nodes; j++) {
			check_verdict(w, svc, i, &v.nodes[j]);
			eligible += v.nodes[j].eligible;
			here += v.nodes[j].eligible && !strcmp(v.nodes[j].node, w->node);
		}
		if (*w->node && !v.n_sharers)
			assert_int_equal(r ? r->n : 0, for_layer2(&v) ? 0 : here);
		else if (*w->node)
			assert_true(!r || here <= 1);
		else if (!v.n_sharers && r)
			assert_true(eligible >= r->n);
		else if (!v.n_sharers)
			assert_int_equal(eligible, 0);
		desired_view_fini(&v);
	}
}

/* All nodes tell the same of an address. */
static void check_wishes(const struct side *side, const struct ipaddr *a)
{
	const struct wish *first = wishes_find(&side->wishes, a);

	for (unsigned i = 1; i < NODES; i++) {
		const struct wish *w = wishes_find(&side[i].wishes, a);

		assert_int_equal(w != NULL, first != NULL);
		if (w)
			assert_string_equal(w->text, first->text);
	}
}

/* The nodes agree: as many have a prefix as each of them thinks. */
static void check_nodes(const struct world *w)
{
	struct side side[NODES];
	char name[8];

	for (unsigned i = 0; i < NODES; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		rebuild(w, &side[i], name);
	}
	for (unsigned i = 0; i < SERVICES; i++) {
		struct store_service *svc;

		snprintf(name, sizeof(name), "s%u", i);
		svc = store_service(w->live.st, "d", name);
		for (unsigned k = 0; svc && svc->alloc && k < svc->alloc->n; k++) {
			struct desired_view v = desired_look(w->live.d, svc, k);
			const struct prefix p = prefix_of_addr(&v.addr);
			const struct wish *wish = wishes_find(&w->live.wishes, &v.addr);
			size_t have = 0;

			for (unsigned j = 0; j < NODES; j++)
				have += rib_best(side[j].rib, &p) != NULL;
			if (for_layer2(&v))
				have += wish ? wish->n : 0;
			assert_int_equal(have, v.n_announcing);
			check_wishes(side, &v.addr);
		}
	}
	for (unsigned i = 0; i < NODES; i++)
		side_fini(&side[i]);
}

/* Addresses held of each pool: those of which a Service is the first user. */
struct held {
	const struct world *w;
	size_t n[8][2];
};

static void on_held(struct store_service *svc, void *arg)
{
	struct held *h = arg;

	for (unsigned i = 0; svc->alloc && i < svc->alloc->n; i++) {
		const struct alloc_addr *aa = alloc_addr(h->w->live.a, &svc->alloc->addr[i]);

		assert_non_null(aa);
		if (aa->pool && aa->users[0] == svc->alloc)
			h->n[aa->pool - h->w->policy->pools][aa->addr.family == AF_INET6]++;
	}
}

static void check_used(const struct world *w)
{
	struct held h = {.w = w};

	assert_true(w->policy->n_pools <= ARRAY_LEN(h.n));
	store_each_service(w->live.st, on_held, &h);
	for (size_t i = 0; i < w->policy->n_pools; i++) {
		const struct pool *p = &w->policy->pools[i];

		assert_int_equal(alloc_pool_used(w->live.a, p, AF_INET), h.n[i][0]);
		assert_int_equal(alloc_pool_used(w->live.a, p, AF_INET6), h.n[i][1]);
	}
}

static void check(struct world *w, unsigned long at)
{
	static struct text live, want;
	struct side fresh;

	rebuild(w, &fresh, w->node);
	describe(&w->live, &live);
	describe(&fresh, &want);
	if (strcmp(live.s, want.s) != 0)
		fail_msg("step %lu:\n--- incremental\n%s--- rebuilt\n%s", at, live.s, want.s);
	side_fini(&fresh);
	store_each_service(w->live.st, check_service, w);
	check_used(w);
	if (at % 8 == 0)
		store_each_service(w->live.st, check_view, w);
	if (*w->node && at % 32 == 0)
		check_nodes(w);
}

static unsigned long number(const char *name, unsigned long otherwise)
{
	const char *s = getenv(name);

	return s ? strtoul(s, NULL, 10) : otherwise;
}

static void walk(const char *node)
{
	unsigned long steps = number("STEPS", 20000), at = 0;
	struct world w = {.random = number("SEED", 2)};
	struct desired_note *notes;
	size_t routes = 0, n;

	snprintf(w.node, sizeof(w.node), "%s", node);
	prefix_parse("203.0.113.0/24", &w.connected[0]);
	prefix_parse("2001:db8::/64", &w.connected[1]);
	side_init(&w.live);
	if (*node)
		desired_set_node(w.live.d, node);
	step_rules(&w);
	step_router(&w);
	while (at < steps) {
		for (unsigned batch = 1 + pick(&w, 4) % 3; batch--; at++)
			step(&w);
		desired_run(w.live.d, NULL);
		rib_commit(w.live.rib);
		check(&w, at);
		routes += rib_count(w.live.rib);
		notes = desired_take_notes(w.live.d, &n);
		desired_notes_free(notes, n);
	}
	assert_true(routes > steps / (*node ? 4 : 1)); /* the walk is about something */
	side_fini(&w.live);
	pools_free(w.policy);
}

static void incremental_equals_rebuilt_on_a_router(void **state)
{
	(void)state;
	walk("");
}

static void incremental_equals_rebuilt_on_a_node(void **state)
{
	(void)state;
	walk("n2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(incremental_equals_rebuilt_on_a_router),
	    cmocka_unit_test(incremental_equals_rebuilt_on_a_node),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
