/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `why` in a large cluster: no step of an answer takes long, so that the loop goes on. What is
 * measured is processor time, of this thread alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "show_lab.h"
#include <cmocka.h>
#include <time.h>

enum { SERVICES = 10000, NODES = 1000, STEP_MAX_MS = 10 };

static struct buf objects;
static struct lab *lab;

/* Half of them are Local, on one node each; the last asks for an address that it cannot have.
 */
static void add_service(struct buf *b, int i)
{
	buf_fmt(b,
	    "---\napiVersion: v1\nkind: Service\nmetadata: {name: service-%05d, namespace: "
	    "ns%02d, "
	    "creationTimestamp: \"2026-01-01T00:00:01Z\"%s}\n"
	    "spec: {type: LoadBalancer, clusterIP: 10.96.0.1, ports: [{port: 80}]%s}\n"
	    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: "
	    "s%05d, "
	    "namespace: ns%02d, labels: {kubernetes.io/service-name: service-%05d}}\n"
	    "addressType: IPv4\nendpoints:\n"
	    "- {addresses: [\"10.244.0.1\"], nodeName: m%04d, conditions: {ready: true}}\n",
	    i, i % 40,
	    i < SERVICES - 1 ? "" : ", annotations: {metallb.io/loadBalancerIPs: 203.0.113.7}",
	    i % 2 ? ", externalTrafficPolicy: Local" : "", i, i % 40, i, 1 + i % NODES);
}

static int cluster(void **state)
{
	static struct scene s = {.name = "large",
	    .why = "",
	    .api = true,
	    .empty = true,
	    .quiet = true,
	    .fib_off = "not asked",
	    .nodes = NODES,
	    .limit = 16,
	    .config = "role: router\ncontroller: {enabled: yes}\naddress-pools:\n"
		      "- {name: lan, protocol: bgp, addresses: [10.0.0.0/16]}\n"};

	(void)state;
	for (int i = 0; i < SERVICES; i++)
		add_service(&objects, i);
	s.objects = objects.p;
	lab = lab_new(&s);
	return 0;
}

static int end(void **state)
{
	(void)state;
	lab_free(lab);
	free(objects.p);
	return 0;
}

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The longest step of the best of three runs. */
static double longest_step(const char *line, size_t *len)
{
	const struct vty_now now = {NOW_S, NOW_MS};
	double best = 1e9;

	for (int run = 0; run < 3; run++) {
		struct vty_session session = {.enabled = true};
		struct vty_job *job;
		struct buf b = {0};
		double longest = 0, from = cpu_ms(), took;
		bool more = true;

		job = vty_begin(&lab->ctx, &session, line, &now);
		while (more) {
			more = vty_more(job, &b);
			took = cpu_ms() - from;
			longest = took > longest ? took : longest;
			from = cpu_ms();
		}
		vty_end(job);
		*len = b.len;
		free(b.p);
		best = longest < best ? longest : best;
	}
	return best;
}

static void no_step_takes_long(void **state)
{
	static const struct {
		const char *line;
		size_t least; /* bytes of the answer */
	} rows[] = {
	    {"why 10.0.0.17",                 300            },
	    {"why ns11/service-00011",        300            },
	    {"why service-00011",             300            },
	    {"why 203.0.113.7",               100            },
	    {"why 10.0.250.1",                100            },
	    {"why ns11/servce-00011",         100            },
	    {"why nowhere/nothing-like-this", 100            },
	    {"why node m0100",                SERVICES * 30UL},
	    {"why node m0100 json",           SERVICES * 30UL},
	    {"why node m9999",                100            },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len;
		double ms = longest_step(rows[i].line, &len);

		print_message("%-32s %7.2f ms, %zu bytes\n", rows[i].line, ms, len);
		assert_true(len >= rows[i].least);
		if (ms > STEP_MAX_MS)
			fail_msg("%s: a step of %.1f ms", rows[i].line, ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_step_takes_long),
	};

	return cmocka_run_group_tests(tests, cluster, end);
}
