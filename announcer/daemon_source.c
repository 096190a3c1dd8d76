/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon_source.c - what the source tells and what becomes of it: objects go into the store, a
 * state or the end of a batch is where what came is acted on.
 */
#include "announcer/clock.h"
#include "announcer/conf.h"
#include "announcer/conf_source.h"
#include "announcer/control.h"
#include "announcer/daemon_int.h"
#include "announcer/daemon_l2.h"
#include "announcer/identity.h"
#include "announcer/log.h"
#include "announcer/policy_set.h"
#include "announcer/queue.h"
#include "announcer/state_log.h"
#include "announcer/util.h"
#include "k8s/command.h"
#include "k8s/event.h"
#include "k8s/l2_status.h"
#include <errno.h>
#include <event2/event.h>

enum { TRIM_EVENTS = 1000, INSECURE_S = 3600 };

void daemon_check_node(struct daemon *d)
{
	const char *name = desired_node(d->desired);
	const struct store_node *node = name ? store_node(d->store, name) : NULL;

	if (d->whole && name && (!node || !node->obj))
		log_warn("conf",
		    "the source has no Node named %s: nothing is announced from here "
		    "(node-name)",
		    name);
}

void daemon_control(struct daemon *d)
{
	int64_t ms = control_run(d->control, clock_ms());
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	if (ms < 0)
		event_del(d->control_ev);
	else
		event_add(d->control_ev, &tv);
}

static void on_control(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	daemon_control(arg);
}

static void on_send(struct k8s_command *c, void *arg)
{
	queue_command(((struct daemon *)arg)->queue, c);
}

/* Everything there is has been read once: from now on what is not there is not wanted. */
static void sync(struct daemon *d)
{
	d->synced = true;
	bgp_source_read(d->bgp);
	if (d->state->whole && !d->whole) {
		d->whole = true;
		alloc_sweep(d->alloc);
		daemon_commit(d);
		daemon_check_node(d);
	} else {
		daemon_commit(d);
	}
	daemon_trim_later(d);
}

static void log_read(const struct daemon *d, const struct k8s_state *was)
{
	const char *server = state_server(d->state);

	if (!d->state->synced || (was && was->synced))
		return;
	log_info("k8s", "%s: read once: %zu Services, %zu EndpointSlices, %zu Nodes",
	    server               ? server
	    : d->conf->manifests ? d->conf->manifests
				 : "the API",
	    store_count_kind(d->store, K8S_SERVICE), store_count_kind(d->store, K8S_SLICE),
	    store_count_kind(d->store, K8S_NODE));
}

/* Whom addresses are for may depend on it. Peers may come later: their versions are converted
 * by MetalLB's own webhook, which may be gone. */
static bool is_policy(const struct k8s_resource *r)
{
	if (strncmp(r->name, K8S_L2_RESOURCE ".", sizeof(K8S_L2_RESOURCE)) == 0)
		return false;
	if (r->kind == K8S_CUSTOM && r->phase == K8S_BACKOFF)
		return strncmp(r->name, "bgppeers.", 9) != 0;
	return r->kind == K8S_CUSTOM || r->kind == K8S_CONFIGMAP || r->kind == K8S_NAMESPACE;
}

/* Everything that says something of the policy was listed, or cannot be. */
static bool policy_listed(const struct k8s_state *st)
{
	const struct k8s_cluster *c = st->cluster;

	for (size_t i = 0; c && i < c->n_resources; i++) {
		const struct k8s_resource *r = &c->resources[i];

		if (is_policy(r) && !r->listed && r->phase != K8S_FORBIDDEN &&
		    r->phase != K8S_ABSENT)
			return false;
	}
	return true;
}

/* Enough is known of the source to go by it: all was read once, and who assigns is known. A
 * Lease that nobody holds is ours in a moment, unless that fails. */
static bool arrived(const struct daemon *d)
{
	const struct k8s_cluster *c = d->state->cluster;

	if (!d->state->synced || !c != (d->conf->manifests != NULL) || !policy_listed(d->state))
		return false;
	return !c || !d->conf->controller || c->leading || c->leader || c->write_error;
}

static void on_insecure(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval again = {INSECURE_S, 0};
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	if (!d->state || !d->state->cluster || !d->state->cluster->insecure)
		return;
	state_log_insecure(d->state);
	event_add(d->insecure_ev, &again);
}

/* A change is whole once the state after it has come: only then is it acted on. */
static void on_state(struct daemon *d, struct k8s_state *st)
{
	struct k8s_state *was = d->state;

	state_log(was, st, d->synced);
	if (d->events > TRIM_EVENTS)
		daemon_trim_later(d);
	d->state = st;
	d->ctx.source = st;
	log_read(d, was);
	k8s_state_free(was);
	if (!event_pending(d->insecure_ev, EV_TIMEOUT, NULL))
		on_insecure(-1, 0, d);
	if (arrived(d)) {
		d->waiting = false;
		policy_set_listed(d->policy);
		/* What the one before it said may have been under way. */
		d->moving &= st->sources < d->moved;
	}
	control_set_leading(d->control, d->conf->controller && daemon_leading(d));
	if (st->synced)
		control_set_listed(d->control, st->listed);
	daemon_set_rules(d);
	daemon_l2_source(d);
	if (!d->waiting && st->synced && (!d->synced || (st->whole && !d->whole)))
		sync(d);
	else
		daemon_commit_soon(d);
	daemon_control(d);
}

/* A node is likely to be a next hop: zebra is asked before a route needs it. */
static void track(struct daemon *d, const struct k8s_node *node)
{
	if (d->conf->role == CONF_NODE) /* next hops of other routers */
		return;
	for (size_t i = 0; i < node->n_internal; i++)
		out_zserv_track(d->zserv, &node->internal[i]);
}

static void on_object(struct daemon *d, struct k8s_event *ev)
{
	uint64_t came_ns = ev->came_ns ? ev->came_ns : ev->queued_ns;

	enum k8s_kind kind = ev->obj->kind;
	char *name = kind == K8S_NODE ? xstrdup(ev->obj->name) : NULL;

	d->events++;
	if (ev->type == K8S_PUT)
		policy_set_put(d->policy, ev->obj);
	else
		policy_set_delete(d->policy, ev->obj);
	if (ev->type == K8S_PUT && kind == K8S_NODE)
		track(d, &ev->obj->node);
	if (store_apply(d->store, ev)) {
		if (!d->oldest_ns)
			d->oldest_ns = came_ns;
		if (kind == K8S_SECRET)
			bgp_secrets_changed(d->bgp);
	}
	if (name)
		bgp_node_changed(d->bgp, name);
	free(name);
}

static void on_event(struct k8s_event *ev, void *arg)
{
	struct daemon *d = arg;
	struct k8s_state *st = ev->state;

	switch (ev->type) {
	case K8S_PUT:
	case K8S_DELETE:
		if (daemon_l2_object(d, ev))
			break;
		on_object(d, ev);
		return;
	case K8S_STATE:
		ev->state = NULL;
		on_state(d, st);
		break;
	case K8S_BATCH:
		daemon_set_rules(d);
		daemon_commit_soon(d);
		break;
	case K8S_WROTE:
		control_wrote(d->control, ev->wrote, clock_ms());
		daemon_control(d);
		break;
	}
	k8s_event_free(ev);
}

/* ---- start, reload, end ---- */

static char *part(const char *from, size_t n)
{
	char *s = xcalloc(n + 1, 1);

	memcpy(s, from, n);
	return s;
}

/* Take part in the election if the configuration says so, else leave it. */
static void elect(struct daemon *d)
{
	struct k8s_command *c = k8s_command_new(K8S_ELECT);
	const char *lease = d->conf->lease, *slash = strchr(lease, '/');

	if (!c)
		abort();
	c->elect = xcalloc(1, sizeof(*c->elect));
	if (d->conf->controller && !d->conf->manifests) {
		c->elect->ns = part(lease, (size_t)(slash - lease));
		c->elect->name = xstrdup(slash + 1);
		c->elect->identity = xstrdup(d->identity);
	}
	queue_command(d->queue, c);
}

static int source_open(struct daemon *d)
{
	struct k8s_command *c = conf_source(d->conf, d->rules);

	d->synced = d->whole = false;
	d->queue = queue_start(d->base, c->source, on_event, d);
	k8s_command_free(c);
	if (!d->queue) {
		log_err("queue", "cannot start the watcher: %m");
		return -errno;
	}
	d->ctx.queue = d->queue;
	elect(d);
	d->sources = 1;
	d->waiting = true;
	return 0;
}

int daemon_source_start(struct daemon *d)
{
	d->identity = identity_new();
	d->control_ev = event_new(d->base, -1, 0, on_control, d);
	control_set_send(d->control, on_send, d);
	d->insecure_ev = event_new(d->base, -1, 0, on_insecure, d);
	if (conf_wants_source(d->conf))
		return source_open(d);
	d->synced = d->whole = true;
	bgp_source_read(d->bgp);
	return 0;
}

/* From one folder to another is no move: what is told then is told as before. */
static bool moves(const struct conf *old, const struct conf *next)
{
	if (old->manifests || next->manifests)
		return !old->manifests != !next->manifests;
	return !text_equal(old->kubeconfig, next->kubeconfig) ||
	       !text_equal(old->context, next->context);
}

/* A place of policy-from that was not read before: what it says is not known yet. */
static bool reads_more(const struct conf *old, const struct conf *next)
{
	for (size_t i = 0; !next->manifests && i < next->policy_from.n; i++) {
		const char *s = next->policy_from.v[i];

		if (strcmp(s, "file") != 0 && !strlist_has(&old->policy_from, s))
			return true;
	}
	return false;
}

void daemon_source_reload(struct daemon *d, const struct conf *old, unsigned changed)
{
	bool moved = moves(old, d->conf);

	if (!d->queue) {
		if (conf_wants_source(d->conf))
			source_open(d);
		return;
	}
	if (changed & CONF_CHANGED_SOURCE) {
		queue_command(d->queue, conf_source(d->conf, d->rules));
		d->sources++;
	}
	if (moved || reads_more(old, d->conf)) {
		d->moving = true;
		d->moved = d->sources;
	}
	if (moved || changed & CONF_CHANGED_CONTROLLER)
		elect(d);
	if (!(changed & (CONF_CHANGED_POLICY | CONF_CHANGED_CONTROLLER)) ||
	    !daemon_rules_held(d))
		return;
	daemon_problem(d, PROBLEM_HELD, "reloaded while the source is away, or another one");
	log_warn("conf",
	    "the source is away, or another one: the pools stay as they were until it has been "
	    "read");
}

void daemon_source_stop(struct daemon *d)
{
	queue_stop(d->queue);
	if (d->insecure_ev)
		event_free(d->insecure_ev);
	if (d->control_ev)
		event_free(d->control_ev);
	k8s_state_free(d->state);
	free(d->identity);
}
