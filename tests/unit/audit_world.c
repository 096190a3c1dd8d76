/* SPDX-License-Identifier: GPL-2.0-or-later */
/* audit_world.c - see audit_world.h. */
#include "audit_world.h"
#include <errno.h>

struct world w;

static void say(const char *what, const char *more)
{
	size_t len = strlen(w.lab.said);

	snprintf(w.lab.said + len, sizeof(w.lab.said) - len, "%s %s; ", what, more);
}

void world_said(const char *want)
{
	assert_string_equal(w.lab.said, want);
	w.lab.said[0] = '\0';
}

/* ---- zebra ---- */

static void on_add(const struct prefix *p, const struct rib_nexthop *nh, size_t n, void *arg)
{
	char s[PREFIX_STRLEN], line[512];
	size_t len = (size_t)snprintf(line, sizeof(line), "%u", p->addr[3]);

	(void)arg;
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, " %s*%u",
		    ipaddr_str(&nh[i].addr, s), nh[i].weight);
	say("add", line);
}

static void say_last(const char *what, const struct prefix *p)
{
	char s[8];

	snprintf(s, sizeof(s), "%u", p->addr[3]);
	say(what, s);
}

static void on_del(const struct prefix *p, void *arg)
{
	(void)arg;
	say_last("del", p);
}

static void on_track(const struct ipaddr *nh, bool on, void *arg)
{
	(void)nh;
	(void)on;
	(void)arg;
}

static void on_ask(const struct prefix *p, void *arg)
{
	(void)arg;
	say_last("ask", p);
}

static void on_settled(const struct prefix *p, void *arg)
{
	(void)arg;
	if (w.a)
		audit_settled(w.a, p, w.lab.now);
}

static void on_dropped(const struct prefix *p, const struct zroute_mark *m, void *arg)
{
	(void)arg;
	if (w.a)
		audit_dropped(w.a, p, m, w.lab.now);
}

/* ---- the kernel ---- */

static bool on_dump(void *arg)
{
	(void)arg;
	w.dumps++;
	return !w.refuse;
}

static int on_sole(int64_t since_ms, void *arg)
{
	(void)since_ms;
	(void)arg;
	return w.sole;
}

static bool on_ask_stray(const struct prefix *p, void *arg)
{
	(void)arg;
	say_last("known?", p);
	return !w.refuse;
}

static int on_lookup(
    const struct ipaddr *a, struct fib_route *r, struct fib_nexthop *nh, void *arg)
{
	(void)a;
	(void)arg;
	*r = w.found;
	*nh = w.found_nh;
	r->nh = nh;
	return w.found.protocol ? 0 : -ENETUNREACH;
}

static void on_told(const struct audit_view *v, enum audit_event e, void *arg)
{
	static const char *const events[] = {"FOUND", "RESTORED", "REPAIRED", "OVER", "STUCK"};
	char line[64];

	(void)arg;
	snprintf(line, sizeof(line), "%s %u", audit_kind_name(v->kind), v->prefix.addr[3]);
	say(events[e], line);
}

static size_t hops(struct fib_nexthop *nh, unsigned mask, unsigned weight)
{
	size_t n = 0;

	for (unsigned k = 0; k < 8; k++)
		if (mask & 1u << k)
			nh[n++] = (struct fib_nexthop){.gate = gw(k),
			    .ifindex = 10 + k,
			    .weight = !k && weight ? weight : 1};
	return n;
}

void world_tell(const struct told *t)
{
	struct fib_nexthop nh[8];
	struct fib_route r = {.prefix = pfx(t->i),
	    .table = 254,
	    .metric = t->metric     ? t->metric
	              : t->protocol ? 0
	                            : 20,
	    .object = t->object,
	    .by = t->by,
	    .protocol = t->protocol ? t->protocol : 197,
	    .unicast = true,
	    .replaces = t->replaces,
	    .plain = true,
	    .nh = nh,
	    .n = t->object ? 0 : hops(nh, t->mask, t->weight)};

	audit_route(w.a, &r, !t->gone, w.lab.now);
}

void world_object(uint32_t id, unsigned k, bool there)
{
	struct fib_nexthop nh = {.gate = gw(k), .ifindex = 10 + k, .weight = 1};
	struct fib_object o = {.id = id, .nh = &nh, .n = 1};

	audit_object(w.a, &o, there, w.lab.now);
}

void world_group(uint32_t id, const uint32_t *members, const uint32_t *weights, size_t n)
{
	struct fib_nexthop nh[8] = {
	    {{0}, 0, 0, 0}
        };
	struct fib_object o = {.id = id, .nh = nh, .n = n};

	for (size_t i = 0; i < n; i++)
		nh[i] = (struct fib_nexthop){.object = members[i], .weight = weights[i]};
	audit_object(w.a, &o, true, w.lab.now);
}

/* Let the time pass in steps, and act on what is due. */
void world_pass(int64_t ms)
{
	for (; ms > 0; ms -= 50) {
		w.lab.now += 50;
		audit_tick(w.a, w.lab.now);
	}
}

/* A reading ends; the caller told what it has. */
void world_read_done(void)
{
	audit_dumped(w.a, true, w.lab.now);
}

void world_until_dump(void)
{
	unsigned was = w.dumps;

	for (int i = 0; i < 100 && w.dumps == was; i++)
		world_pass(50);
	assert_int_equal(w.dumps, was + 1);
}

uint64_t world_found(enum audit_kind k)
{
	struct audit_stats st;

	audit_stats(w.a, &st);
	return st.found[k];
}

int world_set_up(void **state)
{
	static const struct zroutes_ops zops = {.add = on_add,
	    .del = on_del,
	    .track = on_track,
	    .ask = on_ask,
	    .settled = on_settled,
	    .dropped = on_dropped};
	static const struct audit_ops aops = {.dump = on_dump,
	    .ask = on_ask,
	    .ask_stray = on_ask_stray,
	    .sole = on_sole,
	    .lookup = on_lookup,
	    .told = on_told};
	static const struct audit_target target = {.table = 254, .protocol = 197};

	(void)state;
	memset(&w, 0, sizeof(w));
	w.lab.now = 1000000;
	w.sole = 1;
	w.lab.rib = rib_new();
	w.lab.z = zroutes_new(w.lab.rib, &zops, &w);
	rib_attach(w.lab.rib, &lab_out, &w.lab);
	w.a = audit_new(w.lab.z, &aops, NULL);
	audit_up(w.a, &target, w.lab.now);
	zroutes_up(w.lab.z, 8, w.lab.now);
	audit_sweep(w.a, w.lab.now);
	world_read_done();
	/* Route 1 over gateway 0, route 2 over 0 (twice the weight) and 1. */
	want(&w.lab, 1, 1, 1);
	want(&w.lab, 2, 3, 2);
	gateway(&w.lab, 0, true);
	gateway(&w.lab, 1, true);
	TELL(.i = 1, .mask = 1, .by = ZEBRA);
	TELL(.i = 2, .mask = 3, .weight = 2, .by = ZEBRA);
	note(&w.lab, 1, ZNOTE_INSTALLED);
	note(&w.lab, 2, ZNOTE_INSTALLED);
	w.lab.said[0] = '\0';
	w.dumps = 0;
	return 0;
}

int world_tear_down(void **state)
{
	struct audit *a = w.a;

	(void)state;
	w.a = NULL;
	audit_free(a);
	zroutes_free(w.lab.z);
	rib_free(w.lab.rib);
	return 0;
}
