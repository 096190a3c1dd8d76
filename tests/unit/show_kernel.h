/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show_kernel.h - a kernel that has what a scene of test_show.c wants. */
#ifndef TESTS_SHOW_KERNEL_H
#define TESTS_SHOW_KERNEL_H
#include "fake_outputs.h"
#include "show_lab.h"

static bool kernel_dumps(void *arg)
{
	(void)arg;
	return true;
}

static void kernel_asks(const struct prefix *p, void *arg)
{
	(void)p, (void)arg;
}

static bool kernel_asks_stray(const struct prefix *p, void *arg)
{
	(void)arg;
	audit_known(fake.audit, p, false, NOW_MS - 1000);
	return true;
}

static int kernel_sole(int64_t since_ms, void *arg)
{
	(void)since_ms, (void)arg;
	return 1;
}

static const struct scene *playing;

static int kernel_finds(
    const struct ipaddr *a, struct fib_route *r, struct fib_nexthop *nh, void *arg)
{
	struct prefix p = prefix_of_addr(a);

	(void)arg;
	*nh = (struct fib_nexthop){.gate = *a, .weight = 1};
	nh->gate.addr[3] = 99;
	*r = kernel_route(&p, nh, 1);
	if (playing->elsewhere) {
		prefix_parse("0.0.0.0/0", &r->prefix);
		r->table = 100;
	}
	return 0;
}

static void kernel_tells(const struct audit_view *v, enum audit_event e, void *arg)
{
	(void)v, (void)e, (void)arg;
}

/* What a reading of the kernel's table gives: the RIB, but for what is special. */
static void kernel_reads(struct lab *lab, const struct scene *s, int64_t now_ms)
{
	struct fib_nexthop nh[FIB_NEXTHOPS_MAX];
	struct fib_route r;
	struct prefix p;

	for (size_t i = 0; i < lab->n_routes; i++) {
		const struct rib_route *best = rib_best(lab->rib, &lab->routes[i]);
		size_t n = 0;

		if (!best || is_route(s->missing, &best->prefix))
			continue;
		for (size_t k = 0; k < best->n && n < fake.status.ecmp; k++) {
			const struct rib_nexthop *has = &best->nh[k];
			const struct znh *h = zroutes_nexthop_find(fake.routes, &has->addr);

			if (has->loopback ? !s->lo_down : h && h->state == ZNH_UP)
				nh[n++] = (struct fib_nexthop){.gate = has->addr,
				    .ifindex = has->loopback ? 1 : 3,
				    .weight = has->weight};
		}
		if (is_route(s->different, &best->prefix))
			nh[0].gate.addr[3] = 77;
		r = kernel_route(&best->prefix, nh, n);
		audit_route(fake.audit, &r, true, now_ms);
		if (is_route(s->foreign, &best->prefix)) {
			r.protocol = 4;
			r.metric = 0;
			audit_route(fake.audit, &r, true, now_ms);
		}
	}
	if (s->stray && !prefix_parse(s->stray, &p)) {
		r = kernel_route(&p, nh, 0);
		audit_route(fake.audit, &r, true, now_ms);
	}
	audit_dumped(fake.audit, true, now_ms);
}

/* Read at the start, and again when a difference or a stray is due. */
static void kernel_start(struct lab *lab, const struct scene *s)
{
	static const struct audit_ops ops = {kernel_dumps, kernel_asks, kernel_asks_stray,
	    kernel_sole, kernel_finds, kernel_tells};
	static const struct audit_target target = {.table = 254, .protocol = 197};
	struct prefix p;

	playing = s;
	fake.fib_off = s->fib_off ? s->fib_off : s->state ? "no connection to zebra" : NULL;
	fake.audit = audit_new(fake.routes, &ops, lab);
	if (fake.fib_off)
		return;
	audit_up(fake.audit, &target, NOW_MS - 5000);
	audit_sweep(fake.audit, NOW_MS - 5000);
	for (int64_t ms = 5000; ms >= 1000; ms -= 1000) {
		kernel_reads(lab, s, NOW_MS - ms);
		audit_tick(fake.audit, NOW_MS - ms);
	}
	/* zebra's answer to a repair. */
	if (s->missing && !prefix_parse(s->missing, &p))
		zroutes_note(fake.routes, &p, ZNOTE_REMOVED, NOW_MS);
	for (size_t i = 0; (s->missing || s->different) && i < lab->n_routes; i++)
		zroutes_note(fake.routes, &lab->routes[i], ZNOTE_INSTALLED, NOW_MS);
}
#endif
