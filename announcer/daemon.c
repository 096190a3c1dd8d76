/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon.c - wires the parts. Everything here runs on the main loop:
 *
 *   queue -> store -> (alloc, eligible) desired -> rib -> outputs
 *                        |
 *                        +-> state file
 *
 * The first change after quiet is acted on at once; in a burst, changes are gathered for at
 * most GATHER_MS. Nothing reaches the RIB before the source was read once: until then the
 * routes of an earlier run stay as they are.
 */
#include "announcer/daemon.h"
#include "announcer/assign.h"
#include "announcer/conf.h"
#include "announcer/desired.h"
#include "announcer/http/metrics.h"
#include "announcer/http/server.h"
#include "announcer/latency.h"
#include "announcer/log.h"
#include "announcer/nodename.h"
#include "announcer/out_zserv.h"
#include "announcer/queue.h"
#include "announcer/util.h"
#include "announcer/vty/server.h"
#include "config.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <time.h>
#ifdef HAVE_MALLOC_TRIM
#include <malloc.h>
#endif

enum { GATHER_MS = 5, SAVE_MS = 100, SAVE_RETRY_S = 5, TRIM_S = 2, TRIM_EVENTS = 1000 };

enum problem { PROBLEM_CONF, PROBLEM_STATE_FILE, PROBLEMS };

struct daemon {
	struct event_base *base;
	struct conf *conf;
	struct conf *rules; /* whose policy is in force: conf, or the one before it */
	struct store *store;
	struct alloc *alloc;
	struct rib *rib;
	struct desired *desired;
	struct out_zserv *zserv;
	struct queue *queue;
	struct vty_server *vty;
	struct http_server *http;
	struct vty_context ctx;
	struct latency latency;

	struct k8s_state *state; /* the newest that the source told */
	struct event *gather_ev, *save_ev, *trim_ev;
	uint64_t last_commit_ns, oldest_ns; /* oldest: of the events not acted on; 0 = none */
	bool synced, whole;
	unsigned events; /* since memory was given back */
	char *problem[PROBLEMS];
	struct vty_problem problems[PROBLEMS]; /* those that there are */
	bool state_unknown; /* the state file cannot be read: do not write over it */

	struct prefix *subnets;
	size_t n_subnets;
	unsigned max_nexthops;
};

/* For alloc_each(). */
struct collect {
	const struct daemon *d;
	struct assign_list list;
};

static void commit(struct daemon *d);

static void commit_soon(struct daemon *d)
{
	static const struct timeval gather = {0, GATHER_MS * 1000};

	if (!d->synced || event_pending(d->gather_ev, EV_TIMEOUT, NULL))
		return;
	if (queue_now_ns() - d->last_commit_ns >= GATHER_MS * 1000000ull)
		commit(d);
	else
		event_add(d->gather_ev, &gather);
}

static void on_gathered(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	commit(arg);
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

/* Assignments are only ours to keep where we make them. */
static void save(struct daemon *d)
{
	static const struct timeval again = {SAVE_RETRY_S, 0};
	struct collect c = {.d = d};
	int rc;

	if (!d->conf->controller || d->state_unknown)
		return;
	alloc_each(d->alloc, collect, &c);
	rc = assign_save(d->conf->state_file, &c.list);
	assign_fini(&c.list);
	if (!rc)
		return;
	log_err("alloc", "%s: cannot write assignments: %s; trying again in %d s",
	    d->conf->state_file, strerror(-rc), SAVE_RETRY_S);
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

static void commit(struct daemon *d)
{
	size_t moved = 0;

	desired_run(d->desired, &moved);
	rib_commit(d->rib);
	d->oldest_ns = 0;
	d->last_commit_ns = queue_now_ns();
	log_notes(d);
	if (moved)
		save_later(d);
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

static void trim_later(struct daemon *d)
{
	static const struct timeval trim = {TRIM_S, 0};

	event_add(d->trim_ev, &trim);
}

/* Nothing can be announced from a node that is not there. */
static void check_node(struct daemon *d)
{
	const char *name = desired_node(d->desired);
	const struct store_node *node = name ? store_node(d->store, name) : NULL;

	if (d->whole && name && (!node || !node->obj))
		log_warn("conf",
		    "the source has no Node named %s: nothing is announced from here "
		    "(node-name)",
		    name);
}

/* Everything there is has been read once: from now on what is not there is not wanted. */
static void sync(struct daemon *d)
{
	if (!d->synced)
		log_info("k8s", "%s: read once: %zu Services, %zu EndpointSlices, %zu Nodes",
		    d->conf->manifests, store_count_kind(d->store, K8S_SERVICE),
		    store_count_kind(d->store, K8S_SLICE),
		    store_count_kind(d->store, K8S_NODE));
	d->synced = true;
	if (d->state->whole && !d->whole) {
		d->whole = true;
		alloc_sweep(d->alloc);
		commit(d);
		check_node(d);
		out_zserv_whole(d->zserv);
	} else {
		commit(d);
	}
	trim_later(d);
}

static bool problem_known(const struct k8s_state *st, const struct k8s_problem *p)
{
	for (size_t i = 0; st && i < st->n_problems; i++)
		if (!strcmp(st->problems[i].where, p->where) &&
		    !strcmp(st->problems[i].what, p->what))
			return true;
	return false;
}

/* What is new in next, and what is over. */
static void log_state(const struct k8s_state *was, const struct k8s_state *next)
{
	for (size_t i = 0; i < next->n_problems; i++)
		if (!problem_known(was, &next->problems[i]))
			log_err(
			    "k8s", "%s: %s", next->problems[i].where, next->problems[i].what);
	for (size_t i = 0; was && i < was->n_problems; i++)
		if (!problem_known(next, &was->problems[i]))
			log_info("k8s", "%s: mended", was->problems[i].where);
	if (next->outage && !(was && was->outage))
		log_warn("k8s", "%s: what was last known stays announced", next->outage);
	if (was && was->outage && !next->outage)
		log_info("k8s", "the source is back");
	if (next->synced && !next->whole && !(was && was->synced))
		log_warn("k8s",
		    "a file is bad: routes of an earlier run are kept until it is mended");
}

/* While the source is away, pools are held as they are: what a new policy leaves out could
 * not be told from what merely cannot be seen. */
static void set_rules(struct daemon *d)
{
	struct alloc_rules rules = {.policy = &d->conf->policy,
	    .lb_class = d->conf->lb_class,
	    .controller = d->conf->controller};

	if (d->rules == d->conf)
		return;
	if (d->rules && d->state && d->state->outage) {
		log_warn(
		    "conf", "the source is away: the pools stay as they were until it is back");
		return;
	}
	desired_set_rules(d->desired, &rules);
	if (d->synced)
		commit(d);
	conf_free(d->rules);
	d->rules = d->conf;
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

/* A change is whole once the state after it has come: only then is it acted on. */
static void on_state(struct daemon *d, struct k8s_state *st)
{
	log_state(d->state, st);
	if (d->events > TRIM_EVENTS)
		trim_later(d);
	k8s_state_free(d->state);
	d->state = st;
	d->ctx.source = st;
	if (!st->outage)
		set_rules(d);
	if (st->synced && (!d->synced || (st->whole && !d->whole)))
		sync(d);
	else
		commit_soon(d);
}

/* A node is likely to be a next hop: zebra is asked before a route needs it. */
static void track(struct daemon *d, const struct k8s_node *node)
{
	if (d->conf->role == CONF_NODE) /* next hops of other routers */
		return;
	for (size_t i = 0; i < node->n_internal; i++)
		out_zserv_track(d->zserv, &node->internal[i]);
}

static void on_event(struct k8s_event *ev, void *arg)
{
	struct daemon *d = arg;
	uint64_t queued_ns = ev->queued_ns;

	if (ev->type == K8S_STATE) {
		struct k8s_state *st = ev->state;

		ev->state = NULL;
		k8s_event_free(ev);
		on_state(d, st);
		return;
	}
	d->events++;
	if (ev->type == K8S_PUT && ev->obj->kind == K8S_NODE)
		track(d, &ev->obj->node);
	if (store_apply(d->store, ev) && !d->oldest_ns)
		d->oldest_ns = queued_ns;
}

static void on_subnets(const struct prefix *p, size_t n, void *arg)
{
	struct daemon *d = arg;

	d->subnets = xrealloc(d->subnets, n, sizeof(*p));
	memcpy(d->subnets, p, n * sizeof(*p));
	d->n_subnets = n;
	set_router(d);
	commit_soon(d);
}

static void on_limit(uint32_t nexthops, void *arg)
{
	struct daemon *d = arg;

	d->max_nexthops = nexthops;
	set_router(d);
	commit_soon(d);
}

static void on_written(bool drained, void *arg)
{
	struct daemon *d = arg;

	if (!drained || !d->oldest_ns)
		return;
	latency_add(&d->latency, queue_now_ns() - d->oldest_ns);
	d->oldest_ns = 0;
}

/* What every `why` should tell, until text is NULL. */
static void set_problem(struct daemon *d, enum problem which, const char *text)
{
	static const struct vty_problem kinds[] = {
	    [PROBLEM_CONF] = {.link = "configuration",
			      .cure = "mend the file and reload; the one before it is in force"},
	    [PROBLEM_STATE_FILE] = {.link = "state file",
			      .cure = "Services without a status may have got other addresses; restore the "
			"file from a backup if that matters"                                   },
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

/* A damaged file is put aside; what was good in it counts. One that cannot be read is left
 * as it is. */
static void restore(struct daemon *d)
{
	struct assign_list list = {0};
	struct assign_error err = {{0}};
	int rc;

	d->state_unknown = false;
	set_problem(d, PROBLEM_STATE_FILE, NULL);
	if (!d->conf->controller)
		return;
	rc = assign_load(d->conf->state_file, (int64_t)time(NULL), &list, &err);
	if (rc && rc != -ENOENT) {
		log_err("alloc", "%s", err.text);
		set_problem(d, PROBLEM_STATE_FILE, err.text);
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

static int vty_start(struct daemon *d)
{
	int rc;

	d->vty = vty_server_new(d->base, &d->ctx);
	rc = vty_server_listen(d->vty, d->conf->vty_dir);
	if (rc)
		log_err("vty", "%s/%s: %s", d->conf->vty_dir, VTY_SOCKET_NAME,
		    rc == -EADDRINUSE ? "another grevyd answers there" : strerror(-rc));
	return rc;
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
	static const struct out_zserv_events zserv_ops = {
	    .on_subnets = on_subnets, .on_limit = on_limit, .on_written = on_written};

	d->store = store_new();
	d->alloc = alloc_new(d->store);
	d->rib = rib_new();
	d->desired = desired_new(d->store, d->alloc, d->rib);
	desired_set_progress(d->desired, on_progress, d);
	set_node(d);
	set_rules(d);
	set_router(d);
	restore(d);
	d->zserv = out_zserv_new(d->base, d->conf, d->rib, &zserv_ops, d);
	d->ctx.conf = d->conf;
	d->ctx.store = d->store;
	d->ctx.alloc = d->alloc;
	d->ctx.desired = d->desired;
	d->ctx.rib = d->rib;
	d->ctx.zserv = d->zserv;
	if (vty_start(d))
		return -EADDRINUSE;
	d->queue = queue_start(d->base, d->conf->manifests, on_event, d);
	if (!d->queue) {
		log_err("queue", "cannot start the watcher: %m");
		return -errno;
	}
	d->ctx.queue = d->queue;
	d->http = http_server_new(d->base, paths, d);
	http_listen(d);
	out_zserv_start(d->zserv);
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
	d->ctx.version = PACKAGE_VERSION;
	d->ctx.started_s = (int64_t)time(NULL);
	d->ctx.latency = &d->latency;
	d->ctx.problems = d->problems;
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
	unsigned changed = conf_reload_diff(old, next);

	set_problem(d, PROBLEM_CONF, NULL);
	log_warnings(next);
	log_set_level(next->log_level);
	log_set_json(next->log_json);
	d->conf = next;
	d->ctx.conf = next;
	if (changed & CONF_CHANGED_SOURCE)
		queue_rescan(d->queue, next->manifests);
	http_listen(d);
	out_zserv_reload(d->zserv, next, changed & CONF_CHANGED_ZEBRA);
	if (old != d->rules)
		conf_free(old);
	if (changed & CONF_CHANGED_NODE) {
		set_node(d);
		check_node(d);
	}
	set_router(d);
	if (changed & CONF_CHANGED_CONTROLLER || d->state_unknown)
		restore(d);
	if (d->whole)
		alloc_sweep(d->alloc);
	set_rules(d);
	if (d->synced)
		save_later(d);
	log_info("conf", "%s: in force%s", next->file, changed ? "" : ", nothing changed");
}

void daemon_refused(struct daemon *d, const char *error)
{
	set_problem(d, PROBLEM_CONF, error);
}

void daemon_rescan(struct daemon *d)
{
	queue_rescan(d->queue, NULL);
}

void daemon_free(struct daemon *d)
{
	if (!d)
		return;
	if (event_pending(d->save_ev, EV_TIMEOUT, NULL))
		save(d);
	queue_stop(d->queue);
	out_zserv_stop(d->zserv, d->conf->hold_on_exit);
	http_server_free(d->http);
	vty_server_free(d->vty);
	desired_free(d->desired);
	alloc_free(d->alloc);
	store_free(d->store);
	rib_free(d->rib);
	k8s_state_free(d->state);
	event_free(d->gather_ev);
	event_free(d->save_ev);
	event_free(d->trim_ev);
	if (d->rules != d->conf)
		conf_free(d->rules);
	conf_free(d->conf);
	for (size_t i = 0; i < PROBLEMS; i++)
		free(d->problem[i]);
	free(d->subnets);
	free(d);
}
