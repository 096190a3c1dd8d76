/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon.c - wires the parts. Everything here runs on the main loop:
 *
 *   queue -> store -> (alloc, eligible) desired -> rib -> outputs
 *     ^                  |                          ^
 *     +---- control -----+-> state file             +--- bgp
 *
 * What comes out of the queue: daemon_source.c; BGP: daemon_bgp.c. Addresses that we assign go
 * into the state file with manifests, by control back into the status of the Services with an
 * API.
 *
 * The first change after quiet is acted on at once; in a burst, changes are gathered for at
 * most GATHER_MS. Nothing of the source reaches the RIB before it was read once: until then the
 * routes of an earlier run stay as they are.
 */
#include "announcer/daemon.h"
#include "announcer/assign.h"
#include "announcer/clock.h"
#include "announcer/conf.h"
#include "announcer/control.h"
#include "announcer/daemon_int.h"
#include "announcer/daemon_l2.h"
#include "announcer/http/metrics.h"
#include "announcer/http/server.h"
#include "announcer/log.h"
#include "announcer/loop_watch.h"
#include "announcer/nodename.h"
#include "announcer/policy_set.h"
#include "announcer/queue.h"
#include "announcer/util.h"
#include "config.h"
#include "k8s/command.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <time.h>
#ifdef HAVE_MALLOC_TRIM
#include <malloc.h>
#endif

enum { GATHER_MS = 5, SAVE_MS = 100, SAVE_RETRY_S = 5, TRIM_S = 2 };

/* For alloc_each(). */
struct collect {
	const struct daemon *d;
	struct assign_list list;
};

void daemon_commit_soon(struct daemon *d)
{
	static const struct timeval gather = {0, GATHER_MS * 1000};

	if (!d->synced || event_pending(d->gather_ev, EV_TIMEOUT, NULL))
		return;
	if (clock_ns() - d->last_commit_ns >= GATHER_MS * 1000000ull)
		daemon_commit(d);
	else
		event_add(d->gather_ev, &gather);
}

static void on_gathered(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	daemon_commit(arg);
}

static void log_notes(struct daemon *d)
{
	size_t n;
	struct desired_note *notes = desired_take_notes(d->desired, &n);

	for (size_t i = 0; i < n; i++)
		log_msg(notes[i].warning ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "services", "%s",
		    notes[i].text);
	desired_notes_free(notes, n);
}

static void collect(const struct alloc_service *as, void *arg)
{
	const struct daemon *d = ((struct collect *)arg)->d;
	const struct pool *pool = policy_pool_of(&d->rules->policy, &as->addr[0]);

	struct assignment one = {.ns = (char *)as->svc->ns,
	    .name = (char *)as->svc->name,
	    .pool = pool ? pool->name : NULL,
	    .n = as->n};

	memcpy(one.addr, as->addr, sizeof(one.addr));
	assign_add(&((struct collect *)arg)->list, &one);
}

#define PROBLEM(p, l, s, c) [p] = {.link = (l), .so = (s), .cure = (c)}

void daemon_problem(struct daemon *d, enum problem which, const char *text)
{
	static const struct vty_problem kinds[] = {
	    PROBLEM(PROBLEM_CONF, "configuration", "what was in force before it still is",
		"mend the file, then: systemctl reload grevyd"),
	    PROBLEM(PROBLEM_HELD, "configuration",
		"its pools and controller are not in force yet, those of before still are",
		"make the source reachable again"),
	    PROBLEM(PROBLEM_STATE_FILE, "state file",
		"Services without a status may have got other addresses",
		"put a backup in its place, then: systemctl restart grevyd"),
	    PROBLEM(PROBLEM_SAVE, "state file", "a restart forgets addresses assigned since",
		"make it writable for grevyd's user; it is tried again"),
	};

	free(d->problem[which]);
	d->problem[which] = xstrdup(text);
	d->ctx.n_problems = 0;
	for (size_t i = 0; i < PROBLEMS; i++) {
		if (!d->problem[i])
			continue;
		d->problems[d->ctx.n_problems] = kinds[i];
		d->problems[d->ctx.n_problems++].what = d->problem[i];
	}
}

/* Assignments are only ours to keep where we make them, and nothing else keeps them. */
static bool keeps_assignments(const struct daemon *d)
{
	return d->conf->controller && d->conf->manifests;
}

static void save(struct daemon *d)
{
	static const struct timeval again = {SAVE_RETRY_S, 0};
	struct collect c = {.d = d};
	char text[512];
	int rc;

	if (!keeps_assignments(d) || d->state_unknown)
		return;
	alloc_each(d->alloc, collect, &c);
	rc = assign_save(d->conf->state_file, &c.list);
	assign_fini(&c.list);
	snprintf(text, sizeof(text), "%s: cannot write assignments: %s", d->conf->state_file,
	    strerror(-rc));
	daemon_problem(d, PROBLEM_SAVE, rc ? text : NULL);
	if (!rc)
		return;
	log_err("alloc", "%s; trying again in %d s", text, SAVE_RETRY_S);
	event_add(d->save_ev, &again);
}

/* Writing takes as long as a disk does: once for a burst of new Services, and not while
 * their routes are on the way. */
static void save_later(struct daemon *d)
{
	static const struct timeval later = {0, SAVE_MS * 1000};

	if (!event_pending(d->save_ev, EV_TIMEOUT, NULL))
		event_add(d->save_ev, &later);
}

static void on_save(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	save(arg);
}

/* zebra may start on the first routes of many while we compute the others. */
static void on_progress(void *arg)
{
	struct daemon *d = arg;

	rib_commit(d->rib);
}

static void on_cool(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	daemon_commit(arg);
}

/* An address that has cooled down may be what somebody waits for. */
static void commit_when_cool(struct daemon *d)
{
	int64_t at_ms = alloc_cool_ms(d->alloc), ms = at_ms - clock_ms();
	struct timeval tv = {0};

	if (at_ms < 0)
		return;
	if (ms > 0)
		tv = (struct timeval){(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};
	event_add(d->cool_ev, &tv);
}

void daemon_commit(struct daemon *d)
{
	size_t moved = 0;

	alloc_set_time(d->alloc, clock_ms());
	if (d->synced)
		desired_run(d->desired, &moved);
	commit_when_cool(d);
	daemon_bgp_run(d);
	rib_commit(d->rib);
	daemon_l2_commit(d);
	if (!d->unwritten)
		d->oldest_ns = 0;
	d->last_commit_ns = clock_ns();
	log_notes(d);
	if (moved)
		save_later(d);
	daemon_control(d);
	daemon_announce_whole(d);
}

/* What reading much took goes back to the system, once nothing is urgent. */
static void on_trim(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	((struct daemon *)arg)->events = 0;
#ifdef HAVE_MALLOC_TRIM
	malloc_trim(0);
#endif
}

void daemon_trim_later(struct daemon *d)
{
	static const struct timeval trim = {TRIM_S, 0};

	event_add(d->trim_ev, &trim);
}

static void set_node(struct daemon *d)
{
	char *name;

	if (d->conf->role != CONF_NODE)
		return;
	name = nodename(d->conf->node_name);
	log_info("conf", "this node is %s", *name ? name : "without a name: set node-name");
	desired_set_node(d->desired, name);
	free(name);
}

static void set_router(struct daemon *d)
{
	struct eligible_router router = {.connected = d->subnets,
	    .n_connected = d->n_subnets,
	    .max_nexthops = d->max_nexthops,
	    .v4_over_v6 = true,
	    .equal_weight = d->conf->weight == CONF_WEIGHT_EQUAL};

	desired_set_router(d->desired, &router);
}

static void on_subnets(const struct prefix *p, size_t n, void *arg)
{
	struct daemon *d = arg;

	d->subnets = xrealloc(d->subnets, n, sizeof(*p));
	memcpy(d->subnets, p, n * sizeof(*p));
	d->n_subnets = n;
	set_router(d);
	daemon_commit_soon(d);
}

static void on_limit(uint32_t nexthops, void *arg)
{
	struct daemon *d = arg;

	d->max_nexthops = nexthops;
	set_router(d);
	daemon_commit_soon(d);
}

/* zebra is there. */
static void on_zebra_limit(uint32_t nexthops, void *arg)
{
	out_kernel_zebra(((struct daemon *)arg)->kernel, true);
	on_limit(nexthops, arg);
}

static void on_kernel_subnets(const struct prefix *p, size_t n, void *arg)
{
	on_subnets(p, n, arg);
	bgp_nexthops_changed(((struct daemon *)arg)->bgp);
}

void daemon_written(struct daemon *d, enum sink by, bool drained)
{
	if (drained)
		d->unwritten &= ~(unsigned)by;
	else
		d->unwritten |= by;
	if (d->unwritten || !d->oldest_ns)
		return;
	latency_add(&d->latency, clock_ns() - d->oldest_ns);
	d->oldest_ns = 0;
}

static void on_written(bool drained, void *arg)
{
	daemon_written(arg, SINK_ROUTES, drained);
}

/* A damaged file is put aside; what was good in it counts. One that cannot be read is left
 * as it is. */
static void restore(struct daemon *d)
{
	struct assign_list list = {0};
	struct assign_error err = {{0}};
	int rc;

	d->state_unknown = false;
	daemon_problem(d, PROBLEM_STATE_FILE, NULL);
	daemon_problem(d, PROBLEM_SAVE, NULL);
	if (!keeps_assignments(d))
		return;
	rc = assign_load(d->conf->state_file, (int64_t)time(NULL), &list, &err);
	if (rc && rc != -ENOENT) {
		log_err("alloc", "%s", err.text);
		daemon_problem(d, PROBLEM_STATE_FILE, err.text);
	}
	d->state_unknown = rc && rc != -ENOENT && rc != -EINVAL;
	for (size_t i = 0; i < list.n; i++) {
		const struct assignment *a = &list.v[i];

		if (alloc_restore(d->alloc, a->ns, a->name, a->addr, a->n))
			log_warn("alloc",
			    "%s: %s/%s: its address is another Service's: ignored",
			    d->conf->state_file, a->ns, a->name);
	}
	assign_fini(&list);
}

static void put_metrics(struct buf *body, void *arg)
{
	metrics_put(body, &((struct daemon *)arg)->ctx);
}

/* grevyd is for routes: where this cannot listen, the rest runs. */
static void http_listen(struct daemon *d)
{
	int rc = http_server_listen(d->http, d->conf->http_listen);

	if (rc)
		log_warn(
		    "http", "%s: %s: no metrics there", d->conf->http_listen, strerror(-rc));
}

static int start(struct daemon *d)
{
	static const struct http_path paths[] = {
	    {"/metrics", "text/plain; version=0.0.4; charset=utf-8", put_metrics},
	    {NULL,       NULL,				       NULL       },
	};
	static const struct out_zserv_events zserv_ops = {.on_subnets = on_subnets,
	    .on_limit = on_zebra_limit,
	    .on_written = on_written,
	    .on_redistributed = daemon_on_redistributed,
	    .on_nexthop = daemon_on_nexthop,
	    .on_router_id = daemon_on_router_id};
	static const struct out_kernel_events kernel_ops = {
	    .on_subnets = on_kernel_subnets, .on_limit = on_limit, .on_written = on_written};
	struct zserv_status zebra;
	int rc;

	d->store = store_new();
	d->alloc = alloc_new(d->store);
	d->rib = rib_new();
	d->ctx.policy = d->policy = policy_set_new();
	d->desired = desired_new(d->store, d->alloc, d->rib);
	desired_set_progress(d->desired, on_progress, d);
	d->control = control_new(d->store, d->alloc);
	daemon_bgp_new(d);
	set_node(d);
	daemon_l2_new(d);
	daemon_set_rules(d);
	set_router(d);
	restore(d);
	d->zserv = out_zserv_new(d->base, d->conf, d->rib, &zserv_ops, d);
	d->kernel = out_kernel_new(d->base, d->conf, d->rib, &kernel_ops, d);
	d->ctx.conf = d->conf;
	d->ctx.store = d->store;
	d->ctx.alloc = d->alloc;
	d->ctx.desired = d->desired;
	d->ctx.rib = d->rib;
	d->ctx.zserv = d->zserv;
	d->ctx.bgp = d->bgp;
	d->ctx.kernel = d->kernel;
	d->ctx.control = d->control;
	d->vty = vty_server_new(d->base, &d->ctx);
	d->places = places_new(d->base, d->vty);
	d->ctx.places = d->places;
	rc = places_start(d->places, d->conf);
	if (rc)
		return rc;
	rc = daemon_source_start(d);
	if (rc)
		return rc;
	d->ctx.queue = d->queue;
	d->http = http_server_new(d->base, paths, d);
	http_listen(d);
	out_zserv_start(d->zserv);
	bgp_start(d->bgp);
	daemon_l2_start(d);
	out_zserv_status(d->zserv, &zebra);
	out_kernel_zebra(d->kernel, zebra.state != ZSERV_OFF && zebra.state != ZSERV_NO_SOCKET);
	out_kernel_start(d->kernel);
	return 0;
}

static void log_warnings(const struct conf *c)
{
	for (size_t i = 0; i < c->warnings.n; i++)
		log_warn("conf", "%s", c->warnings.v[i]);
}

struct daemon *daemon_new(struct event_base *base, struct conf *conf)
{
	struct daemon *d = xcalloc(1, sizeof(*d));

	d->base = base;
	d->conf = conf;
	d->gather_ev = event_new(base, -1, 0, on_gathered, d);
	d->save_ev = event_new(base, -1, 0, on_save, d);
	d->trim_ev = event_new(base, -1, 0, on_trim, d);
	d->cool_ev = event_new(base, -1, 0, on_cool, d);
	d->ctx.version = PACKAGE_VERSION;
	d->ctx.started_s = (int64_t)time(NULL);
	d->ctx.latency = &d->latency;
	d->ctx.problems = d->problems;
	d->loop = loop_watch_new(base);
	d->ctx.loop = d->loop;
	log_warnings(conf);
	if (start(d)) {
		daemon_free(d);
		return NULL;
	}
	return d;
}

void daemon_reload(struct daemon *d, struct conf *next)
{
	struct conf *old = d->conf;
	unsigned changed;

	next->has_peers = old->has_peers;
	changed = conf_reload_diff(old, next);
	daemon_problem(d, PROBLEM_CONF, NULL);
	log_warnings(next);
	log_set_level(next->log_level);
	log_set_json(next->log_json);
	d->conf = next;
	d->ctx.conf = next;
	daemon_source_reload(d, old, changed);
	http_listen(d);
	out_zserv_reload(d->zserv, next, changed & CONF_CHANGED_ZEBRA);
	bgp_reload(d->bgp, next);
	out_kernel_reload(d->kernel, next);
	places_reload(d->places, next);
	conf_free(old);
	if (changed & CONF_CHANGED_NODE) {
		set_node(d);
		daemon_check_node(d);
	}
	daemon_l2_reload(d, changed);
	set_router(d);
	if (changed & (CONF_CHANGED_CONTROLLER | CONF_CHANGED_SOURCE) || d->state_unknown)
		restore(d);
	if (d->whole)
		alloc_sweep(d->alloc);
	daemon_set_rules(d);
	if (d->synced) {
		daemon_commit(d); /* what else it changed, where the rules are as before */
		save_later(d);
	}
	log_info("conf", "%s: in force%s", next->file, changed ? "" : ", nothing changed");
}

void daemon_refused(struct daemon *d, const char *error)
{
	daemon_problem(d, PROBLEM_CONF, error);
}

void daemon_rescan(struct daemon *d)
{
	struct k8s_command *c = k8s_command_new(K8S_RESCAN);

	if (!c)
		abort();
	if (d->queue)
		queue_command(d->queue, c);
	else
		k8s_command_free(c);
}

void daemon_free(struct daemon *d)
{
	if (!d)
		return;
	if (event_pending(d->save_ev, EV_TIMEOUT, NULL))
		save(d);
	daemon_l2_leave(d);
	daemon_source_stop(d);
	bgp_stop(d->bgp, d->conf->hold_on_exit);
	out_zserv_stop(d->zserv, d->conf->hold_on_exit);
	out_kernel_stop(d->kernel, d->conf->hold_on_exit);
	http_server_free(d->http);
	places_free(d->places);
	vty_server_free(d->vty);
	loop_watch_free(d->loop);
	desired_free(d->desired);
	daemon_l2_free(d);
	control_free(d->control);
	alloc_free(d->alloc);
	store_free(d->store);
	rib_free(d->rib);
	event_free(d->gather_ev);
	event_free(d->save_ev);
	event_free(d->trim_ev);
	event_free(d->cool_ev);
	policy_set_free(d->policy);
	rules_free(d->rules);
	free(d->lb_class);
	conf_free(d->conf);
	for (size_t i = 0; i < PROBLEMS; i++)
		free(d->problem[i]);
	free(d->subnets);
	free(d);
}
