/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_core [SERVICES NODES LIMIT]... - the pure core alone, without sockets and threads: from
 * decoded objects to the committed RIB. One line each: everything at once; one endpoint change;
 * one node change with all Services externalTrafficPolicy: Cluster, at most LIMIT next hops.
 */
#include "announcer/desired.h"
#include "announcer/util.h"
#include "tests/unit/objects.h"
#include "tests/unit/pools.h"
#include <stdio.h>
#include <time.h>

#define CHANGES 10000
#define FLIPS   20

struct core {
	struct store *st;
	struct alloc *a;
	struct rib *rib;
	struct desired *d;
	struct policy *policy;
};

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void core_init(struct core *c, unsigned limit)
{
	c->st = store_new();
	c->a = alloc_new(c->st);
	c->rib = rib_new();
	c->d = desired_new(c->st, c->a, c->rib);
	c->policy = pools_make("lan:10.0.0.0/12");
	desired_set_rules(c->d,
	    &(struct alloc_rules){.policy = c->policy, .lb_class = "", .controller = true});
	desired_set_router(c->d, &(struct eligible_router){.max_nexthops = limit});
}

static void core_fini(struct core *c)
{
	desired_free(c->d);
	alloc_free(c->a);
	rib_free(c->rib);
	store_free(c->st);
	pools_free(c->policy);
}

static struct k8s_event *make_node(unsigned i, const char *more)
{
	char name[16], spec[96];

	snprintf(name, sizeof(name), "node%u", i);
	snprintf(spec, sizeof(spec), "192.168.%u.%u kubernetes.io/hostname=%s %s",
	    i / 250 % 256, i % 250 + 1, name, more);
	return put_event(node(name, spec));
}

/* Three endpoints on three nodes. */
static struct k8s_event *make_slice(unsigned svc, unsigned on, unsigned nodes)
{
	char path[48], label[24], eps[96];

	snprintf(path, sizeof(path), "default/service-%u-abcde", svc);
	snprintf(label, sizeof(label), "service-%u", svc);
	snprintf(eps, sizeof(eps), "10.1.0.1@node%u 10.1.0.2@node%u 10.1.0.3@node%u",
	    on % nodes, (on + 1) % nodes, (on + 2) % nodes);
	return put_event(slice(path, label, eps));
}

static double settle(struct core *c, struct k8s_event *ev)
{
	struct desired_note *notes;
	double start = now_us(), took;
	size_t n;

	if (ev)
		store_apply(c->st, ev);
	desired_run(c->d, NULL);
	rib_commit(c->rib);
	took = now_us() - start;
	notes = desired_take_notes(c->d, &n);
	desired_notes_free(notes, n);
	return took;
}

static void load(struct core *c, unsigned services, unsigned nodes, bool local)
{
	struct k8s_event **ev = xcalloc(2 * (size_t)services, sizeof(struct k8s_event *));
	char path[32];
	double start;

	for (unsigned i = 0; i < nodes; i++)
		store_apply(c->st, make_node(i, ""));
	for (unsigned i = 0; i < services; i++) {
		snprintf(path, sizeof(path), "default/service-%u", i);
		ev[2 * i] = put_event(service(path, local ? "local tcp=80" : "tcp=80"));
		ev[2 * i + 1] = make_slice(i, i, nodes);
	}
	start = now_us();
	for (size_t i = 0; i < 2 * (size_t)services; i++)
		store_apply(c->st, ev[i]);
	settle(c, NULL);
	printf("%s: all at once %.1f ms, %zu routes", local ? "Local" : "Cluster",
	    (now_us() - start) / 1e3, rib_count(c->rib));
	free(ev);
}

static void print_sorted(const char *what, double *v, size_t n)
{
	qsort(v, n, sizeof(*v), cmp);
	printf("; %s p50 %.1f us, p99 %.1f us", what, v[n / 2], v[n * 99 / 100]);
}

static void run(unsigned services, unsigned nodes, unsigned limit, bool local)
{
	static double took[CHANGES];
	struct core c;

	core_init(&c, limit);
	load(&c, services, nodes, local);
	for (unsigned i = 0; i < CHANGES; i++)
		took[i] = settle(&c, make_slice(i * 7919 % services, i / 3 + 1, nodes));
	print_sorted("endpoint change", took, CHANGES);
	for (unsigned i = 0; i < FLIPS; i++)
		took[i] = settle(&c, make_node(i % nodes, i / nodes % 2 ? "" : "notready"));
	print_sorted("node change", took, FLIPS);
	printf("\n");
	core_fini(&c);
}

int main(int argc, char **argv)
{
	static const char *const usual[] = {
	    "100", "10", "255", "10000", "10", "255", "10000", "5000", "255"};
	int n = argc > 3 ? argc - 1 : (int)ARRAY_LEN(usual);

	for (int i = 0; i + 2 < n; i += 3) {
		const char *const *v = argc > 3 ? (const char *const *)argv + 1 + i : usual + i;
		unsigned services = (unsigned)strtoul(v[0], NULL, 10);
		unsigned nodes = (unsigned)strtoul(v[1], NULL, 10);
		unsigned limit = (unsigned)strtoul(v[2], NULL, 10);

		printf("%u Services, %u nodes, limit %u\n", services, nodes, limit);
		run(services, nodes, limit, true);
		run(services, nodes, limit, false);
	}
	return 0;
}
