/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * out_kernel.c - the loop's side of kroutes.c: when the output is on, the sockets, timers, and
 * what is logged. One socket hears what happens in the kernel (fib.h), another one changes it
 * (out_kernel_port.h); what the latter does is not told on the former. Before anything is sent,
 * what was told up to then is heard.
 */
#include "announcer/out_kernel.h"
#include "announcer/clock.h"
#include "announcer/conf.h"
#include "announcer/kroutes_view.h"
#include "announcer/log.h"
#include "announcer/out_kernel_port.h"
#include "announcer/util.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>

enum {
	RETRY_MS = 1000, /* doubled each time */
	RETRY_MAX_MS = 30000,
	READS_MAX = 64, /* batches of news before routes are sent */
	NEXTHOPS_MAX = FIB_NEXTHOPS_MAX,
};

struct out_kernel {
	struct event_base *base;
	const struct conf *conf;
	struct rib *rib;
	struct out_kernel_events ev;
	void *arg;
	struct kroutes *routes;
	struct kernel_port *port;
	struct fib *fib;
	struct event *run_ev, *retry_ev;
	struct kroute_key key; /* in force */
	enum kernel_state state;
	char reason[200];
	unsigned tries;
	bool started, zebra, whole;
	bool running, unwritten, subnets_due;
	struct log_bucket touched, refused;
};

static void apply(struct out_kernel *k);

static void timer_add(struct event *ev, int64_t ms)
{
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};

	event_add(ev, &tv);
}

static struct kroute_key conf_key(const struct conf *c)
{
	return (struct kroute_key){.table = c->kernel.table,
	    .metric = c->kernel.metric,
	    .protocol = (uint8_t)c->kernel.protocol};
}

/* Why there is nothing to be done; NULL = there is. */
static const char *off_reason(const struct out_kernel *k)
{
	if (k->conf->kernel.enabled == CONF_NO)
		return "off: kernel.enabled is no";
	if (k->conf->kernel.enabled == CONF_YES)
		return NULL;
	if (k->conf->role != CONF_ROUTER)
		return "off: role node";
	return k->zebra && !conf_zebra_off(k->conf) ? "off: zebra is here" : NULL;
}

static void close_all(struct out_kernel *k)
{
	fib_close(k->fib);
	kernel_port_close(k->port);
	k->fib = NULL;
	k->port = NULL;
	k->state = KERNEL_OFF;
}

/* The kernel does not let us: logged when the words are others. */
static void failed(struct out_kernel *k, const char *what, int error)
{
	int64_t ms = RETRY_MS << (k->tries > 5 ? 5 : k->tries);
	const char *cure = kernel_port_cure(error);
	char reason[sizeof(k->reason)];

	snprintf(reason, sizeof(reason), "%s: %s%s%s", what, strerror(-error),
	    *cure ? "; " : "", cure);
	if (k->state != KERNEL_FAILED || strcmp(reason, k->reason) != 0)
		log_err("kernel", "%s; trying again", reason);
	memcpy(k->reason, reason, sizeof(reason));
	close_all(k);
	k->state = KERNEL_FAILED;
	k->tries++;
	timer_add(k->retry_ev, ms > RETRY_MAX_MS ? RETRY_MAX_MS : ms);
}

/* ---- what kroutes asks for ---- */

static int on_object(enum kobject_op op, const struct fib_object *o, void *arg)
{
	return kernel_port_object(((struct out_kernel *)arg)->port, op, o);
}

static void on_send(struct kroute_msg *m, size_t n, void *arg)
{
	kernel_port_send(((struct out_kernel *)arg)->port, m, n);
}

static bool on_dump(uint32_t table, void *arg)
{
	int rc = fib_dump(((struct out_kernel *)arg)->fib, table, 0);

	if (rc)
		log_warn("kernel", "reading the kernel's routes: %s", strerror(-rc));
	return !rc;
}

static void log_note(struct out_kernel *k, const struct kroute_note *n, const char *p)
{
	const char *why;

	switch (n->event) {
	case KROUTE_DELETED:
	case KROUTE_CHANGED:
		log_warn("kernel", "%s: %s by somebody (netlink port %u): put back", p,
		    n->event == KROUTE_DELETED ? "deleted" : "changed", n->by);
		break;
	case KROUTE_STRAY:
		log_warn("kernel",
		    "%s: put in by somebody (netlink port %u) with our protocol number: "
		    "removed",
		    p, n->by);
		break;
	case KOBJECT_TOUCHED:
		log_warn("kernel",
		    "next-hop object %u: deleted or changed by somebody: put back", n->object);
		break;
	case KROUTE_TAKEN:
	case KROUTE_REFUSED:
		kroutes_route(k->routes, &n->prefix, &why);
		log_warn("kernel", "%s: %s%s", p,
		    n->event == KROUTE_TAKEN ? "somebody put another route in its place"
					     : "not installed: ",
		    n->event == KROUTE_TAKEN ? "" : why);
		break;
	}
}

static void on_told(const struct kroute_note *n, void *arg)
{
	struct out_kernel *k = arg;
	char p[PREFIX_STRLEN];
	bool refusal = n->event == KROUTE_REFUSED;

	if (log_allowed(refusal ? &k->refused : &k->touched))
		log_note(k, n, n->prefix.family ? prefix_str(&n->prefix, p) : "");
}

static void on_subnets(void *arg)
{
	((struct out_kernel *)arg)->subnets_due = true;
}

static void tell_subnets(struct out_kernel *k)
{
	size_t n = kroutes_subnets(k->routes, NULL, 0);
	struct prefix *p = xcalloc(n, sizeof(*p));

	k->subnets_due = false;
	kroutes_subnets(k->routes, p, n);
	if (k->ev.on_subnets)
		k->ev.on_subnets(p, n, k->arg);
	free(p);
}

/* ---- the work ---- */

static void up(struct out_kernel *k)
{
	struct kroutes_stats st;

	kroutes_stats(k->routes, &st);
	if (k->state != KERNEL_READING || !st.read)
		return;
	k->state = KERNEL_UP;
	k->tries = 0;
	k->reason[0] = '\0';
	log_info("kernel", "up: table %u, protocol %u, metric %u", k->key.table,
	    k->key.protocol, k->key.metric);
	if (k->ev.on_limit)
		k->ev.on_limit(NEXTHOPS_MAX, k->arg);
}

static void written(struct out_kernel *k, bool drained)
{
	if (!k->unwritten)
		return;
	k->unwritten = !drained;
	if (k->ev.on_written)
		k->ev.on_written(drained, k->arg);
}

/* The kernel's news, then ours. What is told to the daemon may come back here. */
static void run(struct out_kernel *k)
{
	int64_t wait;
	bool more;

	if (k->running || !k->port)
		return;
	k->running = true;
	for (int i = 0; i < READS_MAX && k->fib && !fib_read(k->fib); i++)
		;
	more = kroutes_run(k->routes, clock_ms(), &wait);
	k->running = false;
	if (kroutes_refused(k->routes)) {
		failed(k, "changing the kernel's routes", kroutes_refused(k->routes));
		return;
	}
	if (k->state == KERNEL_OFF && !more && wait < 0) {
		close_all(k); /* everything is removed */
		return;
	}
	if (more || wait >= 0)
		timer_add(k->run_ev, more ? 0 : wait);
	else
		event_del(k->run_ev);
	up(k);
	if (k->state == KERNEL_UP)
		written(k, !more);
	if (k->subnets_due)
		tell_subnets(k);
}

static void on_run(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	run(arg);
}

static void run_soon(struct out_kernel *k)
{
	if (!k->running)
		timer_add(k->run_ev, 0);
}

static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	apply(arg);
}

/* ---- what the kernel tells ---- */

static void on_route(const struct fib_route *r, bool added, void *arg)
{
	kroutes_told_route(((struct out_kernel *)arg)->routes, r, added);
}

static void on_fib_object(const struct fib_object *o, bool added, void *arg)
{
	kroutes_told_object(((struct out_kernel *)arg)->routes, o, added);
}

static void on_link(const struct fib_link *l, bool there, void *arg)
{
	kroutes_told_link(((struct out_kernel *)arg)->routes, l, there);
}

static void on_addr(const struct fib_addr *a, bool added, void *arg)
{
	kroutes_told_addr(((struct out_kernel *)arg)->routes, a, added);
}

static void on_overrun(void *arg)
{
	kroutes_overrun(((struct out_kernel *)arg)->routes);
}

static void on_dumped(bool ok, void *arg)
{
	kroutes_dumped(((struct out_kernel *)arg)->routes, ok);
}

static void on_batch(void *arg)
{
	run_soon(arg);
}

/* ---- on and off ---- */

static void begin(struct out_kernel *k, bool objects)
{
	k->key = conf_key(k->conf);
	if (k->whole)
		kroutes_whole(k->routes);
	kroutes_start(k->routes, &k->key, objects);
	k->state = KERNEL_READING;
	run_soon(k);
}

static void open_all(struct out_kernel *k)
{
	static const struct fib_ops ops = {.on_route = on_route,
	    .on_object = on_fib_object,
	    .on_link = on_link,
	    .on_addr = on_addr,
	    .on_overrun = on_overrun,
	    .on_dumped = on_dumped,
	    .on_batch = on_batch};
	bool objects = false;
	int rc;

	k->port = kernel_port_open();
	if (!k->port) {
		failed(k, "netlink", -errno);
		return;
	}
	rc = kernel_port_probe(k->port, &objects);
	if (rc) {
		failed(k, "changing the kernel's routes", rc);
		return;
	}
	k->fib = fib_open(k->base, &ops, k);
	if (!k->fib) {
		failed(k, "reading the kernel's routes", -errno);
		return;
	}
	fib_ignore(k->fib, kernel_port_id(k->port));
	begin(k, objects);
}

static void leave(struct out_kernel *k)
{
	event_del(k->retry_ev);
	k->reason[0] = '\0';
	if (k->state != KERNEL_OFF && k->port)
		log_info("kernel", "%s: routes are removed", off_reason(k));
	k->state = KERNEL_OFF;
	kroutes_leave(k->routes);
	run(k);
}

static bool key_is(const struct kroute_key *a, const struct kroute_key *b)
{
	return a->table == b->table && a->metric == b->metric && a->protocol == b->protocol;
}

/* Do what the configuration and zebra's presence say. */
static void apply(struct out_kernel *k)
{
	struct kroute_key key = conf_key(k->conf);
	bool objects = true;

	if (!k->started)
		return;
	if (off_reason(k)) {
		leave(k);
		return;
	}
	if (!k->port)
		open_all(k);
	else if (k->state == KERNEL_OFF || !key_is(&key, &k->key))
		if (!kernel_port_probe(k->port, &objects))
			begin(k, objects);
}

/* ---- the RIB ---- */

static void announce(const struct rib_route *r, void *arg)
{
	struct out_kernel *k = arg;

	kroutes_want(k->routes, r);
	k->unwritten = true;
}

static void withdraw(const struct prefix *p, void *arg)
{
	struct out_kernel *k = arg;

	kroutes_withdraw(k->routes, p);
	k->unwritten = true;
}

static void flush(void *arg)
{
	run(arg);
}

static const struct out_ops rib_ops = {
    .name = "kernel", .announce = announce, .withdraw = withdraw, .flush = flush};

/* ---- what the daemon sees ---- */

struct out_kernel *out_kernel_new(struct event_base *base, const struct conf *conf,
    struct rib *rib, const struct out_kernel_events *ev, void *arg)
{
	static const struct kroutes_ops ops = {.object = on_object,
	    .send = on_send,
	    .dump = on_dump,
	    .told = on_told,
	    .subnets = on_subnets};
	struct out_kernel *k = xcalloc(1, sizeof(*k));

	k->base = base;
	k->conf = conf;
	k->rib = rib;
	k->ev = *ev;
	k->arg = arg;
	k->routes = kroutes_new(rib, &ops, k);
	k->run_ev = event_new(base, -1, 0, on_run, k);
	k->retry_ev = event_new(base, -1, 0, on_retry, k);
	rib_attach(rib, &rib_ops, k);
	return k;
}

void out_kernel_start(struct out_kernel *k)
{
	k->started = true;
	apply(k);
}

void out_kernel_reload(struct out_kernel *k, const struct conf *conf)
{
	k->conf = conf;
	apply(k);
}

void out_kernel_zebra(struct out_kernel *k, bool here)
{
	if (k->zebra == here)
		return;
	k->zebra = here;
	apply(k);
}

void out_kernel_whole(struct out_kernel *k)
{
	k->whole = true;
	kroutes_whole(k->routes);
	run_soon(k);
}

/* At the end there is no loop to come back to. */
static void remove_all(struct out_kernel *k)
{
	int64_t wait = -1;

	kroutes_leave(k->routes);
	while (k->port && kroutes_run(k->routes, clock_ms(), &wait))
		;
}

void out_kernel_stop(struct out_kernel *k, bool hold)
{
	if (!k)
		return;
	rib_detach(k->rib, &rib_ops, k);
	if (!hold)
		remove_all(k);
	close_all(k);
	kroutes_free(k->routes);
	event_free(k->run_ev);
	event_free(k->retry_ev);
	free(k);
}

void out_kernel_status(const struct out_kernel *k, struct kernel_status *st)
{
	static const char *const texts[] = {[KERNEL_OFF] = "off",
	    [KERNEL_FAILED] = "failed",
	    [KERNEL_READING] = "reading",
	    [KERNEL_UP] = "up"};
	struct kroute_key key = conf_key(k->conf);
	const char *off = off_reason(k);
	struct kroutes_stats s;

	kroutes_stats(k->routes, &s);
	*st = (struct kernel_status){.state = k->state,
	    .state_text = k->state == KERNEL_OFF && off ? off : texts[k->state],
	    .reason = k->reason,
	    .table = key.table,
	    .protocol = key.protocol,
	    .metric = key.metric,
	    .swept = s.clean,
	    .objects = s.objects,
	    .groups = s.groups,
	    .sent = s.sent,
	    .errors = s.errors,
	    .repaired = s.repaired,
	    .swept_routes = s.swept};
	memcpy(st->routes, s.routes, sizeof(st->routes));
}

enum kroute_state out_kernel_route(
    const struct out_kernel *k, const struct prefix *p, const char **why)
{
	return kroutes_route(k->routes, p, why);
}

const char *out_kernel_rival(const struct out_kernel *k, const struct prefix *p)
{
	return kroutes_rival(k->routes, p);
}

void out_kernel_each(const struct out_kernel *k, out_kernel_fn *fn, void *arg)
{
	kroutes_each(k->routes, fn, arg);
}

bool out_kernel_up(const struct out_kernel *k)
{
	return k->state == KERNEL_UP;
}

bool out_kernel_reaches(const struct out_kernel *k, const struct ipaddr *a)
{
	return kroutes_way(k->routes, a) != 0;
}
