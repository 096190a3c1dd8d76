/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands over 20,000 Services, 5,000 Nodes and 120,000 routes that zebra has not answered
 * for: no piece of an answer takes the loop for much longer than LOOP_LAG_MS, and none is
 * large.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/alloc.h"
#include "announcer/audit.h"
#include "announcer/conf.h"
#include "announcer/desired.h"
#include "announcer/loop_lag.h"
#include "announcer/util.h"
#include "announcer/vty/exec.h"
#include "fake_outputs.h"
#include "file_rules.h"
#include "objects.h"
#include "sanitized.h"
#include <cmocka.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

enum { SERVICES = 20000, NODES = 5000, SPACES = 40, ROUTES = 100000 };
enum { NOW_MS = 100000, PIECE_BYTES = 64 << 10 };

struct world {
	struct conf *conf;
	struct rules *rules;
	struct store *store;
	struct alloc *alloc;
	struct rib *rib;
	struct desired *desired;
	struct vty_context ctx;
};

static void on_add(const struct prefix *p, const struct rib_nexthop *nh, size_t n, void *arg)
{
	(void)p;
	(void)nh;
	(void)n;
	(void)arg;
}

static void on_prefix(const struct prefix *p, void *arg)
{
	(void)p;
	(void)arg;
}

static void on_track(const struct ipaddr *nh, bool on, void *arg)
{
	(void)nh;
	(void)on;
	(void)arg;
}

static void announce(const struct rib_route *route, void *arg)
{
	(void)arg;
	zroutes_want(fake.routes, route, NOW_MS);
}

static void put(struct store *st, struct k8s_object *o)
{
	store_apply(st, put_event(o));
}

static void load_cluster(struct world *w)
{
	char path[64], label[32], eps[128];

	for (unsigned i = 0; i < NODES; i++) {
		snprintf(label, sizeof(label), "node%u", i);
		snprintf(eps, sizeof(eps), "192.168.%u.%u kubernetes.io/hostname=%s", i / 250,
		    i % 250 + 1, label);
		put(w->store, node(label, eps));
	}
	for (unsigned i = 0; i < SERVICES; i++) {
		snprintf(path, sizeof(path), "space%u/service-%u", i % SPACES, i);
		snprintf(label, sizeof(label), "service-%u", i);
		put(w->store, service(path, i % 100 ? "local tcp=80" : "tcp=80"));
		snprintf(path, sizeof(path), "space%u/service-%u-abcde", i % SPACES, i);
		snprintf(eps, sizeof(eps), "10.1.0.1@node%u 10.1.0.2@node%u 10.1.0.3@node0",
		    i % NODES, (i + 1) % NODES);
		put(w->store, slice(path, label, eps));
	}
	desired_run(w->desired, NULL);
}

static void load_routes(struct world *w)
{
	const struct rib_nexthop nh = {
	    .addr = {AF_INET, {192, 0, 2, 1}},
              .weight = 1
        };
	struct prefix p = {
	    .family = AF_INET, .plen = 32, .addr = {10, 128}
        };

	for (uint32_t i = 0; i < ROUTES; i++) {
		uint32_t mixed = (uint32_t)(i * UINT64_C(77773) % ROUTES);

		p.addr[1] = (uint8_t)(128 + (mixed >> 16));
		p.addr[2] = (uint8_t)(mixed >> 8);
		p.addr[3] = (uint8_t)mixed;
		rib_set(w->rib, RIB_BGP, &p, &nh, 1);
	}
	rib_commit(w->rib);
}

static int setup(void **state)
{
	static const char text[] = "role: router\ncontroller: {enabled: yes}\n"
				   "kubernetes: {manifests: /nowhere}\naddress-pools:\n"
				   "- {name: lan, protocol: bgp, addresses: [10.0.0.0/12]}\n";
	static const struct zroutes_ops ops = {
	    .add = on_add, .del = on_prefix, .track = on_track, .ask = on_prefix};
	static const struct audit_ops audit_ops = {0};
	static const struct out_ops out = {.name = "zserv", .announce = announce};
	struct world *w = xcalloc(1, sizeof(*w));
	struct conf_errors errors = {0};

	w->conf = conf_parse(text, sizeof(text) - 1, "grevyd.yaml", &errors);
	assert_non_null(w->conf);
	w->rules = file_rules(w->conf);
	w->store = store_new();
	w->alloc = alloc_new(w->store);
	w->rib = rib_new();
	w->desired = desired_new(w->store, w->alloc, w->rib);
	desired_set_rules(
	    w->desired, &(struct alloc_rules){
			    .policy = &w->rules->policy, .lb_class = "", .controller = true});
	desired_set_router(w->desired, &(struct eligible_router){.max_nexthops = 255});
	fake.routes = zroutes_new(w->rib, &ops, w);
	fake.audit = audit_new(fake.routes, &audit_ops, w);
	fake.status = (struct zserv_status){.state = ZSERV_UP, .state_text = "up"};
	zroutes_up(fake.routes, 255, NOW_MS);
	rib_attach(w->rib, &out, w);
	load_cluster(w);
	load_routes(w);
	w->ctx = (struct vty_context){.version = "0.0.1",
	    .conf = w->conf,
	    .rules = w->rules,
	    .store = w->store,
	    .alloc = w->alloc,
	    .desired = w->desired,
	    .rib = w->rib,
	    .queue = (const struct queue *)w,
	    .zserv = (const struct out_zserv *)w};
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	desired_free(w->desired);
	audit_free(fake.audit);
	zroutes_free(fake.routes);
	alloc_free(w->alloc);
	store_free(w->store);
	rib_free(w->rib);
	rules_free(w->rules);
	conf_free(w->conf);
	free(w);
	return 0;
}

/* What this thread worked, not what passed: others may have the processor in between. */
static int64_t worked_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

struct cost {
	int64_t piece_ns, all_ns;
	size_t piece, bytes, lines;
	enum vty_rc rc;
};

static void count(struct cost *c, const struct buf *piece, int64_t ns)
{
	c->piece_ns = ns > c->piece_ns ? ns : c->piece_ns;
	c->all_ns += ns;
	c->piece = piece->len > c->piece ? piece->len : c->piece;
	c->bytes += piece->len;
	for (size_t i = 0; i < piece->len; i++)
		c->lines += piece->p[i] == '\n';
}

static struct cost ask(struct world *w, const char *line)
{
	const struct vty_now now = {.unix_s = 1767229200, .mono_ms = NOW_MS};
	struct vty_session session = {.enabled = true};
	int64_t from = worked_ns();
	struct cost c = {0};
	struct vty_job *job;
	bool more;

	job = vty_begin(&w->ctx, &session, line, &now);
	do {
		struct buf piece = {0};

		more = vty_more(job, &piece);
		count(&c, &piece, worked_ns() - from);
		free(piece.p);
		from = worked_ns();
	} while (more);
	c.rc = vty_end(job);
	return c;
}

static void no_piece_takes_long_or_is_large(void **state)
{
	static const struct {
		const char *line;
		size_t lines; /* at least */
	} rows[] = {
	    {"show rib",                   SERVICES + ROUTES},
	    {"show rib json",              SERVICES + ROUTES},
	    {"show rib | count 10",        1                },
	    {"show rib | include nothing", 0                },
	    {"show rib 10.128.7.0/24",     256              },
	    {"show services",              SERVICES         },
	    {"show services json",         SERVICES         },
	    {"show services service-77",   NODES            },
	    {"show services space3/none",  1                },
	    {"show nodes",                 NODES            },
	    {"show nodes node0",           SERVICES         },
	    {"show nodes node0 json",      SERVICES         },
	    {"show pools",                 2                },
	    {"show zserv",                 1000             },
	    {"show fib",                   5                },
	    {"show memory",                5                },
	    {"show queue",                 3                },
	    {"why node node0",             SERVICES         },
	    {"why node node0 json",        SERVICES         },
	    {"why node nodex",             2                },
	    {"why 10.0.0.5",               5                },
	    {"why 10.200.0.1",             2                },
	    {"why space3/service-43",      5                },
	    {"why space3/servic-43",       2                },
	    {"why service-43",             5                },
	    {"why nowhere/at-all",         2                },
	    {"show running-config",        5                },
	    {"show log",                   2                },
	    {"complete show services ",    SERVICES         },
	    {"complete show nodes ",       NODES            },
	    {"complete show rib ",         ROUTES           },
	    {"complete why 10.0.1",        100              },
	};
	struct world *w = *state;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct cost c = ask(w, rows[i].line);

		print_message("%-30s %7zu lines, %8.2f ms; a piece: %5zu bytes, %5.2f ms\n",
		    rows[i].line, c.lines, (double)c.all_ns / 1e6, c.piece,
		    (double)c.piece_ns / 1e6);
		assert_true(c.lines >= rows[i].lines);
		assert_true(c.piece <= PIECE_BYTES);
		assert_true(SANITIZED || c.piece_ns <= 10 * LOOP_LAG_MS * INT64_C(1000000));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_piece_takes_long_or_is_large),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
