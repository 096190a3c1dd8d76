/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A random walk: Services, Namespaces and pools come, change and go; two controllers watch one
 * API, each as late as it likes; the one that leads writes statuses, some at once and some
 * later; either may be restarted, and the other may take over at any time. After each run of
 * the allocator alloc_model.h, which knows nothing of how it works, judges: no address twice
 * against the sharing rules, none outside the rules of its pool, none moved or lost without a
 * cause, nobody waiting who could be served, nobody with a later address than the first that he
 * could have; and who only follows has what the statuses say. The seed is fixed; SEED and STEPS
 * of the environment choose others, and GREVY_SOAK=full 10^7 steps.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "tests/unit/alloc_model.h"
#include "tests/unit/objects.h"
#include "tests/unit/pools.h"
#include <cmocka.h>
#include <stdio.h>

enum { SERVICES = 14, SIDES = 2, SPACES = 3 };

static const char *const space_names[SPACES] = {"a", "b", "c"};

/* A Service as the API has it; spec "" = there is none. */
struct api_service {
	char path[16];
	char spec[256];
	struct ipaddr status[2];
	size_t n;
};

struct side {
	struct store *st;
	struct alloc *a;
	bool behind[SERVICES], behind_space[SPACES];
	bool unwritten[SERVICES]; /* it changed, and its status was not written yet */
};

struct world {
	struct side side[SIDES];
	unsigned leader;
	struct api_service api[SERVICES];
	const char *space[SPACES]; /* labels; NULL = there is none */
	struct policy *policy;
	struct alloc_rules rules; /* of the leader */
	int64_t now_ms;
	uint64_t random;
	unsigned long step, served, moved, followed;
};

static unsigned pick(struct world *w, unsigned n)
{
	w->random = w->random * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(w->random >> 33) % n;
}

#define ONE_OF(w, list) (list)[pick(w, ARRAY_LEN(list))]

static bool leads(const struct world *w, const struct side *s)
{
	return s == &w->side[w->leader];
}

static void set_rules(struct world *w, struct side *s)
{
	struct alloc_rules rules = w->rules;

	rules.controller = leads(w, s);
	rules.standby = !rules.controller;
	alloc_set_rules(s->a, &rules);
}

/* As it just started: it sees what the API has. */
static void side_init(struct world *w, struct side *s)
{
	*s = (struct side){.st = store_new()};
	s->a = alloc_new(s->st);
	alloc_set_time(s->a, w->now_ms);
	set_rules(w, s);
	memset(s->behind, true, sizeof(s->behind));
	memset(s->behind_space, true, sizeof(s->behind_space));
}

static void side_fini(struct side *s)
{
	alloc_free(s->a);
	store_free(s->st);
}

/* ---- what happens to the API ---- */

static void changed(struct world *w, unsigned i)
{
	for (unsigned side = 0; side < SIDES; side++)
		w->side[side].behind[i] = true;
}

static void step_service(struct world *w)
{
	static const char *const families[] = {
	    "", "", "", "fam=6", "fam=46", "fam=64", "fam=46 policy=require", "policy=require"};
	static const char *const wants[] = {"", "", "", "", "", "", "", "", "", "",
	    "ips=10.0.1.2", "ips=10.0.1.3", "ip=10.0.2.1", "ips=2001:db8::1",
	    "ips=10.0.1.1,2001:db8::1", "pool=b", "pool=hidden", "pool=nope", "ips=bad",
	    "ips=192.88.99.1"};
	static const char *const sharing[] = {"", "", "share=k", "share=k", "share=x"};
	static const char *const ports[] = {"tcp=53", "udp=53", "tcp=80", "tcp=53 udp=53"};
	static const char *const shapes[] = {"", "", "", "", "", "local selector=a=b",
	    "local selector=a=c", "local", "type=ClusterIP", "class=x"};
	static const char *const labels[] = {"", "label=app=web", "label=app=db"};
	unsigned i = pick(w, SERVICES);
	struct api_service *s = &w->api[i];

	changed(w, i);
	if (pick(w, 5) == 0) {
		*s->spec = '\0';
		s->n = 0;
		return;
	}
	snprintf(s->path, sizeof(s->path), "%s/s%u", space_names[i % SPACES], i);
	snprintf(s->spec, sizeof(s->spec), "created=%u %s %s %s %s %s %s", i * 7 % 5,
	    ONE_OF(w, shapes), ONE_OF(w, families), ONE_OF(w, wants), ONE_OF(w, sharing),
	    ONE_OF(w, ports), ONE_OF(w, labels));
}

static void step_space(struct world *w)
{
	static const char *const labels[] = {NULL, "tier=gold", "tier=tin", "x=y"};
	unsigned i = pick(w, SPACES);

	w->space[i] = ONE_OF(w, labels);
	for (unsigned side = 0; side < SIDES; side++)
		w->side[side].behind_space[i] = true;
}

static void step_rules(struct world *w)
{
	static const char *const pools[] = {"a:10.0.1.0-10.0.1.3 b:10.0.2.0-10.0.2.1",
	    "a:10.0.1.0-10.0.1.5,2001:db8::0-2001:db8::3 b:10.0.2.0-10.0.2.1",
	    "b:10.0.2.0-10.0.2.1 x:10.0.1.0-10.0.1.1 "
	    "y:10.0.1.2-10.0.1.3,2001:db8::-2001:db8::2",
	    "a:10.0.1.0-10.0.1.3 hidden:noauto:10.0.3.0-10.0.3.2",
	    "a:buggy:10.0.0.254-10.0.1.3 b:prio=7:10.0.2.0-10.0.2.1",
	    "a:ns=a:10.0.1.0-10.0.1.3 b:nslabel=tier=gold:prio=2:10.0.2.0-10.0.2.1 "
	    "c:10.0.3.0-10.0.3.3",
	    "a:svclabel=app=web:10.0.1.0-10.0.1.3,2001:db8::-2001:db8::1 "
	    "b:ns=b:svclabel=app=db:10.0.2.0-10.0.2.3 c:10.0.3.0-10.0.3.1",
	    "a:10.0.1.3-10.0.1.4,10.0.1.0-10.0.1.1,2001:db8::-2001:db8::1", ""};
	struct policy *next = pools_make(ONE_OF(w, pools));

	w->rules.policy = next;
	w->rules.share_local = pick(w, 4) == 0;
	w->rules.cool_down_s = pick(w, 4) ? 0 : 3;
	for (unsigned side = 0; side < SIDES; side++)
		set_rules(w, &w->side[side]);
	pools_free(w->policy);
	w->policy = next;
}

/* ---- what a controller sees and does ---- */

static void see_service(struct world *w, struct side *s, unsigned i)
{
	const struct api_service *api = &w->api[i];
	struct k8s_object *o, with;

	s->behind[i] = false;
	if (!*api->path)
		return;
	if (!*api->spec) {
		store_apply(s->st, gone_event(K8S_SERVICE, api->path));
		return;
	}
	o = service(api->path, api->spec);
	with = *o;
	with.service.ingress = (struct ipaddr *)(uintptr_t)api->status;
	with.service.n_ingress = api->n;
	store_apply(s->st, put_event(obj_done(&with)));
	k8s_object_free(o);
}

static void see_space(struct world *w, struct side *s, unsigned i)
{
	s->behind_space[i] = false;
	if (w->space[i])
		store_apply(s->st, put_event(space(space_names[i], w->space[i])));
	else
		store_apply(s->st, gone_event(K8S_NAMESPACE, space_names[i]));
}

/* A part of what there is to see; one in `rest` is left for later; 0: none is. */
static void see(struct world *w, struct side *s, unsigned rest)
{
	for (unsigned i = 0; i < SPACES; i++)
		if (s->behind_space[i] && (!rest || pick(w, rest)))
			see_space(w, s, i);
	for (unsigned i = 0; i < SERVICES; i++)
		if (s->behind[i] && (!rest || pick(w, rest)))
			see_service(w, s, i);
}

static const struct alloc_service *has(const struct world *w, const struct side *s, unsigned i)
{
	char name[8];

	snprintf(name, sizeof(name), "s%u", i);
	return *w->api[i].path ? alloc_service(s->a, space_names[i % SPACES], name) : NULL;
}

static void write_status(struct world *w, struct side *s, unsigned i)
{
	const struct alloc_service *as = has(w, s, i);
	struct api_service *api = &w->api[i];

	s->unwritten[i] = false;
	if (!*api->spec || !as || as->state == ALLOC_IGNORED)
		return;
	memcpy(api->status, as->addr, sizeof(api->status));
	api->n = as->n;
	changed(w, i);
}

static void run(struct world *w, struct side *s)
{
	struct alloc_service *const *v;
	struct alloc_model before;
	size_t n;

	alloc_set_time(s->a, w->now_ms);
	alloc_model_before(&before, s->st, s->a, &w->rules);
	w->moved += alloc_run(s->a);
	if (!alloc_model_holds(&before))
		fail_msg("step %lu, %s: %s", w->step, leads(w, s) ? "leader" : "follower",
		    before.fault);
	v = alloc_changed(s->a, &n);
	for (size_t i = 0; i < n; i++)
		s->unwritten[strtoul(v[i]->svc->name + 1, NULL, 10)] = true;
	alloc_clear_changed(s->a);
	store_clean(s->st);
}

/* Who leads writes what changed; some of it later. Who follows and has seen all has the same.
 */
static void act(struct world *w, struct side *s)
{
	run(w, s);
	for (unsigned i = 0; i < SERVICES; i++) {
		const struct alloc_service *as = has(w, s, i);

		if (leads(w, s) && s->unwritten[i] && pick(w, 4))
			write_status(w, s, i);
		w->served += as && as->n;
	}
}

/* ---- faults ---- */

static void restart(struct world *w, struct side *s)
{
	side_fini(s);
	side_init(w, s);
	see(w, s, 0);
}

/* The other one leads from now on; it has seen what was written. */
static void take_over(struct world *w)
{
	struct side *next = &w->side[1 - w->leader];

	see(w, next, 0);
	run(w, next);
	w->leader = 1 - w->leader;
	for (unsigned side = 0; side < SIDES; side++) {
		memset(w->side[side].unwritten, true, sizeof(w->side[side].unwritten));
		set_rules(w, &w->side[side]);
	}
}

/* All is written and seen: nothing is to be done any more, and both have the same. */
static void come_to_rest(struct world *w)
{
	struct side *lead = &w->side[w->leader], *other = &w->side[1 - w->leader];
	unsigned long moved;

	see(w, lead, 0);
	run(w, lead);
	for (unsigned i = 0; i < SERVICES; i++)
		write_status(w, lead, i);
	see(w, lead, 0);
	moved = w->moved;
	run(w, lead);
	assert_int_equal(w->moved, moved);
	see(w, other, 0);
	run(w, other);
	for (unsigned i = 0; i < SERVICES; i++) {
		const struct alloc_service *x = has(w, lead, i), *y = has(w, other, i);

		if (!x || !x->n)
			continue;
		w->followed++;
		assert_int_equal(x->n, y->n);
		for (size_t j = 0; j < x->n; j++)
			assert_int_equal(ipaddr_cmp(&x->addr[j], &y->addr[j]), 0);
	}
	/* So a restart moves nobody, but to what rested: that is not known any more. */
	if (alloc_cool_ms(lead->a) >= 0)
		return;
	restart(w, lead);
	run(w, lead);
	for (unsigned i = 0; i < SERVICES; i++) {
		const struct alloc_service *as = has(w, lead, i);

		if (!as || as->state == ALLOC_IGNORED)
			continue;
		assert_true(as->n >= w->api[i].n);
		for (size_t j = 0; j < w->api[i].n; j++)
			assert_int_equal(ipaddr_cmp(&as->addr[j], &w->api[i].status[j]), 0);
	}
}

static void step(struct world *w)
{
	unsigned what = pick(w, 200);

	w->now_ms += pick(w, 1000);
	if (what < 150)
		step_service(w);
	else if (what < 165)
		step_space(w);
	else if (what < 175)
		step_rules(w);
	else if (what < 180)
		restart(w, &w->side[pick(w, SIDES)]);
	else if (what < 184)
		take_over(w);
	else if (what < 187)
		come_to_rest(w);
	else
		act(w, &w->side[1 - w->leader]);
	see(w, &w->side[1 - w->leader], 3);
	see(w, &w->side[w->leader], 3);
	if (pick(w, 3))
		act(w, &w->side[w->leader]);
}

static unsigned long number(const char *name, unsigned long otherwise)
{
	const char *s = getenv(name);

	return s ? strtoul(s, NULL, 10) : otherwise;
}

static void two_controllers(void **state)
{
	const char *soak = getenv("GREVY_SOAK");
	unsigned long steps =
	    number("STEPS", soak && strcmp(soak, "full") == 0 ? 10000000 : 60000);
	struct world w = {.random = number("SEED", 1), .rules = {.lb_class = ""}};

	(void)state;
	w.policy = pools_make("a:10.0.1.0-10.0.1.3");
	w.rules.policy = w.policy;
	for (unsigned i = 0; i < SIDES; i++)
		side_init(&w, &w.side[i]);
	for (; w.step < steps; w.step++)
		step(&w);
	/* The walk is about something. */
	assert_true(w.served > steps && w.moved > steps / 8 && w.followed > steps / 200);
	for (unsigned i = 0; i < SIDES; i++)
		side_fini(&w.side[i]);
	pools_free(w.policy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_controllers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
