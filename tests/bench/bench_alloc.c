/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_alloc [IN-USE]... - what one address costs, in nanoseconds (medians), while so many are
 * in use: a Service comes and is given one, and goes again; by the allocator alone, and with
 * the store (which is what an event costs). In three ways:
 *
 * - first: the lowest free address, each time the same
 *
 * - middle: of any Service in use, so that the free one is anywhere
 *
 * - shared: with a sharing key, the address of the one Service that has the same key
 */
#include "announcer/alloc.h"
#include "announcer/util.h"
#include "tests/unit/objects.h"
#include "tests/unit/pools.h"
#include <stdio.h>
#include <time.h>

#define ROUNDS 20000

struct core {
	struct store *st;
	struct alloc *a;
	struct policy *policy;
	unsigned in_use;
};

/* Of each round. */
struct cost {
	double alloc_ns[ROUNDS], all_ns[ROUNDS];
	size_t n;
};

static struct cost given, taken;

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* One event, timed. */
static void settle(struct core *c, struct k8s_event *ev, struct cost *cost)
{
	double start = now_ns(), ran;

	store_apply(c->st, ev);
	ran = now_ns();
	alloc_run(c->a);
	alloc_clear_changed(c->a);
	cost->alloc_ns[cost->n] = now_ns() - ran;
	store_clean(c->st);
	cost->all_ns[cost->n++] = now_ns() - start;
}

static struct k8s_event *come(unsigned i, bool shared, const char *port)
{
	char path[32], spec[64];

	snprintf(path, sizeof(path), "default/s%u", i);
	snprintf(spec, sizeof(spec), shared ? "%s share=k%u" : "%s", port, i);
	return put_event(service(path, spec));
}

static struct k8s_event *go(unsigned i)
{
	char path[32];

	snprintf(path, sizeof(path), "default/s%u", i);
	return gone_event(K8S_SERVICE, path);
}

static void core_init(struct core *c, unsigned in_use, bool shared)
{
	*c = (struct core){.st = store_new(), .in_use = in_use};
	c->a = alloc_new(c->st);
	c->policy = pools_make("lan:10.0.0.0/8,2001:db8::/64");
	alloc_set_rules(c->a,
	    &(struct alloc_rules){.policy = c->policy, .lb_class = "", .controller = true});
	for (unsigned i = 0; i < in_use; i++)
		store_apply(c->st, come(i, shared, "tcp=80"));
	alloc_run(c->a);
	alloc_clear_changed(c->a);
	store_clean(c->st);
}

static void core_fini(struct core *c)
{
	alloc_free(c->a);
	store_free(c->st);
	pools_free(c->policy);
}

static int cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), cmp);
	return v[n / 2];
}

static void say(const char *what)
{
	printf("  %-7s allocate %6.0f ns (event %6.0f)   release %6.0f ns (event %6.0f)\n",
	    what, median(given.alloc_ns, given.n), median(given.all_ns, given.n),
	    median(taken.alloc_ns, taken.n), median(taken.all_ns, taken.n));
	given.n = taken.n = 0;
}

static void first(struct core *c)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		settle(c, come(c->in_use, false, "tcp=80"), &given);
		settle(c, go(c->in_use), &taken);
	}
	say("first");
}

static void middle(struct core *c)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned at = (unsigned)((uint64_t)i * 2654435761u % c->in_use);

		settle(c, go(at), &taken);
		settle(c, come(at, false, "tcp=80"), &given);
	}
	say("middle");
}

/* A second Service with the key of one that is there: its name is that of none. */
static void shared(struct core *c)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned at = (unsigned)((uint64_t)i * 2654435761u % c->in_use);
		char spec[64];

		snprintf(spec, sizeof(spec), "udp=80 share=k%u", at);
		settle(c, put_event(service("default/second", spec)), &given);
		settle(c, gone_event(K8S_SERVICE, "default/second"), &taken);
	}
	say("shared");
}

int main(int argc, char **argv)
{
	static const char *const usual[] = {"10", "10000", "1000000"};
	const char *const *v = argc > 1 ? (const char *const *)argv + 1 : usual;
	int n = argc > 1 ? argc - 1 : (int)ARRAY_LEN(usual);

	for (int i = 0; i < n; i++) {
		unsigned in_use = (unsigned)strtoul(v[i], NULL, 10);
		struct core c;

		if (!in_use)
			continue;
		printf("%u addresses in use\n", in_use);
		core_init(&c, in_use, false);
		first(&c);
		middle(&c);
		core_fini(&c);
		core_init(&c, in_use, true);
		shared(&c);
		core_fini(&c);
	}
	return 0;
}
