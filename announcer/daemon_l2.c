/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemon_l2.c - layer 2 among the other parts: what desired wants of each address goes there,
 * what becomes of it is logged and told to Kubernetes, which says in turn who had what last.
 */
#include "announcer/daemon_l2.h"
#include "announcer/clock.h"
#include "announcer/conf.h"
#include "announcer/conf_source.h"
#include "announcer/control.h"
#include "announcer/daemon_int.h"
#include "announcer/l2/view.h"
#include "announcer/l2_told.h"
#include "announcer/log.h"
#include "announcer/queue.h"
#include "announcer/util.h"
#include "k8s/event.h"
#include <event2/event.h>

/* Of more changes at once than so many, each has no line of its own. */
enum { LINES_MAX = 16, BURST_MS = 100 };

struct layer2 {
	struct daemon *d;
	struct l2 *l2;
	struct l2_told *told;
	struct event *lines_ev, *told_ev;
	unsigned lines; /* of the log, in this burst */
};

static void on_wish(const struct l2_wish *w, void *arg)
{
	l2_want(((struct layer2 *)arg)->l2, w);
}

/* ---- what becomes of it ---- */

static void log_news(const struct l2_owners_view *v, enum l2_state was)
{
	char a[PREFIX_STRLEN];

	ipaddr_str(&v->addr, a);
	if (v->state == L2_OWNER)
		log_info("l2", "%s: answered from here", a);
	else if (v->state == L2_NO_IFACE)
		log_warn("l2", "%s: no interface here is for it: not answered", a);
	else if (v->state == L2_CONFLICT)
		log_warn("l2",
		    "%s: %02x:%02x:%02x:%02x:%02x:%02x answers for it, too: stepping back", a,
		    v->mac[0], v->mac[1], v->mac[2], v->mac[3], v->mac[4], v->mac[5]);
	else if (was == L2_OWNER)
		log_info("l2", "%s: not answered from here any more, but by %s", a,
		    v->owner ? v->owner : "nobody");
}

static void tell(struct layer2 *l)
{
	int64_t ms = l2_told_run(l->told, clock_ms());
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	if (ms < 0)
		event_del(l->told_ev);
	else
		event_add(l->told_ev, &tv);
}

static void on_tell(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	tell(arg);
}

/* Once the loop is back all that changed together is known. */
static void tell_soon(struct layer2 *l)
{
	static const struct timeval now = {0, 0};

	event_add(l->told_ev, &now);
}

static void on_lines(evutil_socket_t fd, short what, void *arg)
{
	struct layer2 *l = arg;

	(void)fd;
	(void)what;
	if (l->lines > LINES_MAX)
		log_info("l2", "and %u more changes like these", l->lines - LINES_MAX);
	l->lines = 0;
}

static void on_news(const struct l2_owners_view *v, enum l2_state was, void *arg)
{
	static const struct timeval burst = {0, BURST_MS * 1000};
	struct layer2 *l = arg;

	if (!l->lines++)
		event_add(l->lines_ev, &burst);
	if (l->lines <= LINES_MAX)
		log_news(v, was);
	l2_told_news(l->told, v, was);
	tell_soon(l);
}

static void on_conflict(const struct ipaddr *a, const uint8_t mac[6], void *arg)
{
	struct layer2 *l = arg;

	l2_told_conflict(l->told, a, mac, clock_ms());
	tell_soon(l);
}

/* ---- what Kubernetes is told, and tells ---- */

static bool look(const struct ipaddr *a, struct l2_owners_view *v, void *arg)
{
	return l2_look(((struct layer2 *)arg)->l2, a, v);
}

static const char *ifname(uint32_t ifindex, void *arg)
{
	return l2_ifname(((struct layer2 *)arg)->l2, ifindex);
}

static void recorded(const struct ipaddr *a, const char *node, void *arg)
{
	l2_recorded(((struct layer2 *)arg)->l2, a, node);
}

static void on_send(struct k8s_command *c, void *arg)
{
	queue_command(((struct layer2 *)arg)->d->queue, c);
}

static void on_finished(void *arg)
{
	struct layer2 *l = arg;

	control_collect(l->d->control);
	l2_told_collect(l->told);
}

/* ---- among the others ---- */

static void open_l2(struct layer2 *l)
{
	const struct l2_events events = {
	    .arg = l, .on_news = on_news, .on_conflict = on_conflict};
	struct daemon *d = l->d;

	d->ctx.l2 = l->l2 = l2_new(d->base, d->conf, desired_node(d->desired), &events);
}

static void close_l2(struct layer2 *l)
{
	l2_stop(l->l2);
	l->d->ctx.l2 = l->l2 = NULL;
}

void daemon_l2_new(struct daemon *d)
{
	static const struct l2_told_ops ops = {
	    .look = look, .ifname = ifname, .recorded = recorded, .send = on_send};
	struct layer2 *l = xcalloc(1, sizeof(*l));
	const char *self = desired_node(d->desired);

	l->d = d;
	l->lines_ev = event_new(d->base, -1, 0, on_lines, l);
	l->told_ev = event_new(d->base, -1, 0, on_tell, l);
	d->ctx.l2_told = l->told = l2_told_new(d->alloc, self ? self : "", &ops, l);
	d->layer2 = l;
	open_l2(l);
	desired_set_l2(d->desired, on_wish, l);
	desired_set_finished(d->desired, on_finished, l);
}

void daemon_l2_start(struct daemon *d)
{
	l2_start(d->layer2->l2);
}

static void set_ns(struct daemon *d)
{
	l2_told_set_ns(d->layer2->told, conf_l2_ns(d->conf, d->rules));
}

void daemon_l2_rules(struct daemon *d)
{
	set_ns(d);
	l2_retell(d->layer2->l2);
}

void daemon_l2_source(struct daemon *d)
{
	struct layer2 *l = d->layer2;
	const struct k8s_state *st = d->state;

	if (!st)
		return;
	l2_set_cut_off(l->l2, st->cluster && st->outage);
	if (l2_told_state(l->told, st) && !d->waiting)
		l2_decide(l->l2);
	tell_soon(l);
}

bool daemon_l2_object(struct daemon *d, const struct k8s_event *ev)
{
	return l2_told_object(d->layer2->told, ev);
}

void daemon_l2_reload(struct daemon *d, unsigned changed)
{
	struct layer2 *l = d->layer2;

	if (changed & CONF_CHANGED_NODE) { /* what it had by its old name it lets go */
		close_l2(l);
		open_l2(l);
		l2_told_set_self(l->told, desired_node(d->desired));
		l2_start(l->l2);
	} else {
		l2_reload(l->l2, d->conf);
	}
	set_ns(d);
	daemon_l2_source(d);
}

void daemon_l2_commit(struct daemon *d)
{
	l2_commit(d->layer2->l2);
	tell(d->layer2);
}

void daemon_l2_leave(struct daemon *d)
{
	struct layer2 *l = d->layer2;

	if (!l)
		return;
	close_l2(l);
	if (d->queue)
		l2_told_leave(l->told);
	l2_told_free(l->told);
	l->d->ctx.l2_told = l->told = NULL;
}

void daemon_l2_free(struct daemon *d)
{
	struct layer2 *l = d->layer2;

	if (!l)
		return;
	event_free(l->lines_ev);
	event_free(l->told_ev);
	free(l);
}
