/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * l2.c - wires layer 2:
 *
 *   links -> facts -+-> owners -> responder
 *   heartbeat ------+     |  ^
 *       ^                 |  +-- wishes
 *       +---- claims -----+
 *
 * Nothing here is done within the call that tells of it: owners run once the loop has taken all
 * that came together, so that a peer's last words count before it is missed. Interfaces and the
 * heartbeat are opened with the first wish, with a key-file at once: whoever starts should know
 * who has what before it is asked for anything.
 */
#include "announcer/l2/l2.h"
#include "announcer/clock.h"
#include "announcer/conf.h"
#include "announcer/l2/l2_int.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <time.h>

/* Intervals of the heartbeat: in so many everybody was heard and has told what it has. */
enum { LISTEN_INTERVALS = 6 };

static uint64_t wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Before the interfaces were read nothing is decided, either: there would seem to be none. */
static void run(struct l2 *l)
{
	int64_t ms;
	struct timeval tv;

	l->told = false;
	if (!l->decides || !l->links || !l2_links_read(l->links))
		return;
	ms = l2_owners_run(l->owners, clock_ms(), wall_ms());
	if (l->heartbeat)
		heartbeat_kick(l->heartbeat);
	if (ms < 0 || l->told)
		return;
	tv = (struct timeval){(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};
	event_add(l->run_ev, &tv);
}

static void on_run(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	run(arg);
}

/* Owners are to run once the loop is back. */
static void kick(struct l2 *l)
{
	static const struct timeval now = {0, 0};

	if (l->told || !l->started)
		return;
	l->told = true;
	event_add(l->run_ev, &now);
}

/* ---- owners say ---- */

static void on_take(const struct ipaddr *a, const uint32_t *ifindex, size_t n, void *arg)
{
	responder_take(((struct l2 *)arg)->responder, a, ifindex, n);
}

static void on_leave(const struct ipaddr *a, void *arg)
{
	responder_leave(((struct l2 *)arg)->responder, a);
}

static void on_defend(const struct ipaddr *a, void *arg)
{
	responder_defend(((struct l2 *)arg)->responder, a);
}

static void on_probe(const struct ipaddr *a, const uint32_t *ifindex, size_t n, void *arg)
{
	responder_probe(((struct l2 *)arg)->responder, a, ifindex, n);
}

static void on_claim_of_ours(
    const struct ipaddr *a, enum l2_claim what, uint64_t stamp, void *arg)
{
	struct l2 *l = arg;

	if (l->heartbeat)
		l2_peers_claim(heartbeat_peers(l->heartbeat), a, what, stamp);
}

static void on_news(const struct l2_owners_view *now, enum l2_state was, void *arg)
{
	struct l2 *l = arg;

	l->moves += (now->state == L2_OWNER) != (was == L2_OWNER);
	l->ev.on_news(now, was, l->ev.arg);
}

/* ---- the others say ---- */

static void on_conflict(const struct ipaddr *a, const uint8_t foreign[6], const uint8_t mine[6],
    uint32_t ifindex, void *arg)
{
	struct l2_owners_view v;
	struct l2 *l = arg;

	(void)ifindex;
	l2_owners_conflict(l->owners, a, foreign, mine);
	/* A node without a heartbeat may answer for what is another's by Kubernetes. */
	if (l2_owners_look(l->owners, a, &v) && v.state != L2_OTHER)
		l->ev.on_conflict(a, foreign, l->ev.arg);
	kick(l);
}

static void on_peer(const struct l2_peer *p, void *arg)
{
	struct l2 *l = arg;

	l2_owners_set_peer(l->owners, p);
	kick(l);
}

static void on_claim(
    const char *node, const struct ipaddr *a, enum l2_claim what, uint64_t stamp, void *arg)
{
	struct l2 *l = arg;

	l2_owners_claimed(l->owners, node, a, what, stamp);
	kick(l);
}

/* ---- interfaces ---- */

struct l2_rules l2_rules_of(const struct l2 *l)
{
	const struct conf_l2 *c = &l->conf->l2;

	return (struct l2_rules){&c->interfaces, &c->exclude, &l->advertised};
}

/* From the links and what the configuration and advertisements say of them. */
static void set_facts(struct l2 *l)
{
	const struct l2_rules rules = l2_rules_of(l);
	const struct l2_link *v;
	size_t n;

	if (!l->links || !l2_links_read(l->links))
		return;
	v = l2_links_all(l->links, &n);
	l2_facts_fini(&l->facts);
	l2_facts_make(&l->facts, v, n, &rules);
	l2_owners_set_facts(l->owners, &l->facts);
	responder_set_links(l->responder, v, n, &l->facts);
	if (l->heartbeat)
		heartbeat_set_facts(l->heartbeat, &l->facts);
	kick(l);
}

static void on_links(void *arg)
{
	set_facts(arg);
}

static void open_links(struct l2 *l)
{
	static const struct l2_links_ops ops = {.on_change = on_links};

	if (l->links || *l->error)
		return;
	l->links = l2_links_new(l->base, &ops, l);
	if (l->links)
		return;
	snprintf(l->error, sizeof(l->error), "cannot see the interfaces: %s", strerror(errno));
	log_err("l2", "%s: nothing is answered from here", l->error);
}

/* ---- heartbeat ---- */

static struct heartbeat_conf heartbeat_conf(const struct l2 *l)
{
	const struct conf_l2 *c = &l->conf->l2;

	return (struct heartbeat_conf){.self = l->self,
	    .key_file = c->key_file,
	    .port = (uint16_t)c->port,
	    .interval_ms = c->interval_ms};
}

static void open_heartbeat(struct l2 *l)
{
	static const struct l2_peers_ops ops = {.on_peer = on_peer, .on_claim = on_claim};
	const struct heartbeat_conf conf = heartbeat_conf(l);

	l->heartbeat = heartbeat_new(l->base, &conf, &ops, l, l->heartbeat_error);
	if (!l->heartbeat) {
		log_err("l2", "%s: no heartbeat", l->heartbeat_error);
		return;
	}
	*l->heartbeat_error = '\0';
	heartbeat_set_facts(l->heartbeat, &l->facts);
	l2_peers_set_cut_off(heartbeat_peers(l->heartbeat), l->cut_off);
	l2_owners_set_heartbeat(l->owners, true, (int64_t)conf.interval_ms * LISTEN_INTERVALS);
	log_info("l2", "heartbeat every %u ms on port %u", (unsigned)conf.interval_ms,
	    (unsigned)conf.port);
}

/* What cannot be taken over leaves all as it was. */
static void reload_heartbeat(struct l2 *l)
{
	const struct heartbeat_conf conf = heartbeat_conf(l);

	if (!heartbeat_reload(l->heartbeat, &conf, l->heartbeat_error)) {
		log_err("l2", "%s: the heartbeat goes on as before", l->heartbeat_error);
		return;
	}
	*l->heartbeat_error = '\0';
	l2_owners_set_listen(l->owners, (int64_t)conf.interval_ms * LISTEN_INTERVALS);
}

static void warn_no_key(const struct l2 *l)
{
	if (!l->conf->l2.key_file)
		log_warn("l2",
		    "no l2.heartbeat.key-file: a dead node is noticed by Kubernetes alone, "
		    "after most of a minute");
}

static void close_heartbeat(struct l2 *l)
{
	heartbeat_free(l->heartbeat, true);
	l->heartbeat = NULL;
	*l->heartbeat_error = '\0';
	l2_owners_set_heartbeat(l->owners, false, 0);
}

/* As the configuration says; again: it was read again, and the key file is to be. */
static void set_heartbeat(struct l2 *l, bool again)
{
	if (!l->conf->l2.key_file) {
		if (l->heartbeat || *l->heartbeat_error) {
			close_heartbeat(l);
			warn_no_key(l);
		}
	} else if (!l->heartbeat) {
		if (again || !*l->heartbeat_error)
			open_heartbeat(l);
	} else if (again) {
		reload_heartbeat(l);
	}
}

/* Open what is needed. */
static void wake(struct l2 *l)
{
	if (!l->started || !l->self || (!l->wanted && !l->conf->l2.key_file))
		return;
	if (!l->links && !*l->error) {
		open_links(l);
		warn_no_key(l);
	}
	set_heartbeat(l, false);
}

/* ---- from outside ---- */

struct l2 *l2_new(struct event_base *base, const struct conf *conf, const char *self,
    const struct l2_events *ev)
{
	static const struct l2_owners_ops owners_ops = {.take = on_take,
	    .leave = on_leave,
	    .defend = on_defend,
	    .probe = on_probe,
	    .claim = on_claim_of_ours,
	    .news = on_news};
	static const struct responder_ops responder_ops = {.on_conflict = on_conflict};
	struct l2 *l = xcalloc(1, sizeof(*l));

	l->base = base;
	l->conf = conf;
	l->self = self && *self ? xstrdup(self) : NULL;
	l->ev = *ev;
	l->run_ev = event_new(base, -1, 0, on_run, l);
	l->owners = l2_owners_new(l->self ? l->self : "", &owners_ops, l);
	l->responder = responder_new(base, &responder_ops, l);
	return l;
}

void l2_start(struct l2 *l)
{
	l->started = true;
	wake(l);
}

void l2_decide(struct l2 *l)
{
	if (l->decides)
		return;
	l->decides = true;
	kick(l);
}

void l2_stop(struct l2 *l)
{
	if (!l)
		return;
	l2_owners_leave(l->owners);
	run(l);
	heartbeat_free(l->heartbeat, true);
	responder_free(l->responder);
	l2_owners_free(l->owners);
	l2_links_free(l->links);
	l2_facts_fini(&l->facts);
	strlist_fini(&l->advertised);
	event_free(l->run_ev);
	free(l->self);
	free(l);
}

void l2_reload(struct l2 *l, const struct conf *conf)
{
	l->conf = conf;
	*l->error = '\0'; /* to be tried again */
	set_facts(l);
	if (l->links)
		set_heartbeat(l, true);
	wake(l);
}

/* Interfaces that only advertisements choose. Return: whether there is one more. */
static bool advertise(struct l2 *l, const struct l2_wish *w)
{
	const struct strlist *names = NULL;
	size_t before = l->advertised.n;

	for (size_t i = 0; i < w->n && !names; i++)
		if (!strcmp(w->v[i].node, l->self))
			names = w->v[i].interfaces;
	for (size_t i = 0; names && i < names->n; i++)
		if (!strlist_has(&l->advertised, names->v[i]))
			strlist_add(&l->advertised, names->v[i]);
	return l->advertised.n != before;
}

void l2_want(struct l2 *l, const struct l2_wish *w)
{
	if (!l->self)
		return;
	l->wanted |= w->n > 0;
	l->renamed |= advertise(l, w);
	l2_owners_want(l->owners, w);
	kick(l);
}

void l2_recorded(struct l2 *l, const struct ipaddr *a, const char *node)
{
	l2_owners_recorded(l->owners, a, node);
	kick(l);
}

void l2_set_cut_off(struct l2 *l, bool cut_off)
{
	if (l->cut_off == cut_off)
		return;
	l->cut_off = cut_off;
	l2_owners_set_cut_off(l->owners, cut_off);
	if (l->heartbeat) {
		l2_peers_set_cut_off(heartbeat_peers(l->heartbeat), cut_off);
		heartbeat_kick(l->heartbeat);
	}
	kick(l);
}

void l2_retell(struct l2 *l)
{
	strlist_fini(&l->advertised);
	l->advertised = (struct strlist){0};
	l->renamed = true;
}

void l2_commit(struct l2 *l)
{
	wake(l);
	if (l->renamed)
		set_facts(l);
	l->renamed = false;
	if (l->told)
		run(l);
}

const char *l2_ifname(const struct l2 *l, uint32_t ifindex)
{
	const struct l2_link *link = l->links ? l2_links_find(l->links, ifindex) : NULL;

	return link ? link->name : NULL;
}
