/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sessions.c - all sessions: those of the configuration and those of its ranges, sorted by
 * address; and what no callback of a connection may do itself, since it stands on it: free
 * connections and sessions, run what the owner asked for (todo_ev).
 *
 * Passwords in files of neighbours that are not established are read every TICK_S, so that a
 * passive one notices a new password, too; what waits for one starts as soon as it is there.
 */
#include "announcer/bgp/session_int.h"
#include "announcer/util.h"
#include <event2/event.h>
#include <sys/socket.h>

enum { TICK_S = 5 };

/* Order of sessions: by address, then by interface (link-local addresses). */
static int session_cmp(
    const struct bgp_session *s, const struct ipaddr *a, const char *interface)
{
	int d = ipaddr_cmp(&s->nb.address, a);

	if (d || !ipaddr_is_linklocal(a) || a->family != AF_INET6 || !interface)
		return d;
	return strcmp(s->nb.interface ? s->nb.interface : "", interface);
}

/* Where it is, or would be. */
static size_t place_of(
    const struct bgp_sessions *all, const struct ipaddr *a, const char *interface)
{
	size_t lo = 0, hi = all->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (session_cmp(all->v[mid], a, interface) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct bgp_session *bgp_session_at(
    const struct bgp_sessions *all, const struct ipaddr *a, const char *interface)
{
	size_t i = place_of(all, a, interface);

	if (i == all->n || session_cmp(all->v[i], a, interface))
		return NULL;
	return all->v[i];
}

struct bgp_session *bgp_session_after(
    const struct bgp_sessions *all, const struct ipaddr *a, const char *interface)
{
	size_t i = a->family ? place_of(all, a, interface) : 0;

	if (a->family && i < all->n && !session_cmp(all->v[i], a, interface))
		i++;
	return i < all->n ? all->v[i] : NULL;
}

void bgp_sessions_each(struct bgp_sessions *all, bgp_session_fn *fn, void *arg)
{
	for (size_t i = 0; i < all->n; i++)
		fn(all->v[i], arg);
}

struct bgp_session *bgp_session_add(struct bgp_sessions *all, const struct bgp_neighbor *nb,
    struct bgp_range *range, const struct ipaddr *address, const char *interface)
{
	struct bgp_session *s = xcalloc(1, sizeof(*s));
	char text[PREFIX_STRLEN];
	size_t i;

	bgp_session_init(s, all, nb);
	if (range) {
		s->range = range;
		s->key.text = xstrdup(range->key.text);
		s->nb.address = *address;
		free(s->nb.name);
		s->nb.name = xstrdup(ipaddr_str(address, text));
		if (interface) {
			free(s->nb.interface);
			s->nb.interface = xstrdup(interface);
		}
		range->n++;
	} else {
		bgp_key_refresh(all, &s->nb, &s->key);
	}
	i = place_of(all, &s->nb.address, s->nb.interface ? s->nb.interface : "");
	all->v = xrealloc(all->v, all->n + 1, sizeof(struct bgp_session *));
	memmove(all->v + i + 1, all->v + i, (all->n - i) * sizeof(struct bgp_session *));
	all->v[i] = s;
	all->n++;
	all->ops.on_made(s, all->arg);
	bgp_session_plan(s, true);
	return s;
}

/* Its connections have ended. */
void bgp_session_free(struct bgp_sessions *all, size_t i)
{
	struct bgp_session *s = all->v[i];

	all->ops.on_freed(s, all->arg);
	memmove(all->v + i, all->v + i + 1, (all->n - i - 1) * sizeof(struct bgp_session *));
	all->n--;
	if (s->range)
		s->range->n--;
	bgp_key_fini(s->range ? NULL : all, &s->nb, &s->key);
	bgp_session_fini(s);
}

static void dead_free(struct bgp_sessions *all)
{
	for (struct bgp_conn *c = all->dead, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	all->dead = NULL;
}

/* One of a range stays while it has a connection or stale routes, or may not come back yet. */
static bool over(struct bgp_session *s)
{
	return s->gone ||
	       (s->range && !s->up && !s->taken && !s->stale_at_ms && !bgp_session_limited(s));
}

static void on_todo(evutil_socket_t fd, short what, void *arg)
{
	struct bgp_sessions *all = arg;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < all->n; i++)
		bgp_session_todo(all->v[i]);
	for (size_t i = all->n; i-- > 0;)
		if (over(all->v[i]))
			bgp_session_free(all, i);
	dead_free(all);
}

void bgp_sessions_todo(struct bgp_sessions *all)
{
	event_active(all->todo_ev, EV_TIMEOUT, 1);
}

/* A key that is waited for may be there now, or one that is there may have gone. */
static void key_look(struct bgp_session *s)
{
	bool waited = s->key.error;

	if ((!s->nb.password_file && !waited) || s->range || s->up || s->taken)
		return;
	bgp_key_refresh(s->all, &s->nb, &s->key);
	if (!waited || s->key.error)
		return;
	s->tries = 0;
	bgp_session_plan(s, true);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct bgp_sessions *all = arg;

	(void)fd;
	(void)what;
	bgp_sessions_todo(all);
	for (size_t i = 0; i < all->n_ranges; i++)
		if (all->ranges[i]->nb.password_file || all->ranges[i]->key.error)
			bgp_key_refresh(all, &all->ranges[i]->nb, &all->ranges[i]->key);
	for (size_t i = 0; i < all->n; i++)
		key_look(all->v[i]);
}

struct bgp_sessions *bgp_sessions_new(
    struct event_base *base, const struct bgp_session_ops *ops, void *arg)
{
	struct bgp_sessions *all = xcalloc(1, sizeof(*all));
	struct timeval tick = {TICK_S, 0};

	all->base = base;
	all->ops = *ops;
	all->arg = arg;
	all->todo_ev = event_new(base, -1, 0, on_todo, all);
	all->tick_ev = event_new(base, -1, EV_PERSIST, on_tick, all);
	event_add(all->tick_ev, &tick);
	return all;
}

void bgp_sessions_free(struct bgp_sessions *all, bool hold)
{
	struct bgp_error e;

	if (!all)
		return;
	bgp_error_cease(&e, BGP_CEASE_SHUTDOWN, "grevyd stops");
	bgp_listen_fini(all);
	while (all->n) {
		all->v[all->n - 1]->gone = true;
		bgp_session_end(all->v[all->n - 1], hold ? NULL : &e);
		bgp_session_free(all, all->n - 1);
	}
	dead_free(all);
	bgp_ranges_free(all);
	free(all->v);
	event_free(all->todo_ev);
	event_free(all->tick_ev);
	free(all);
}

void bgp_sessions_self(struct bgp_sessions *all, const struct bgp_self *self)
{
	uint32_t was = all->self.router_id;
	struct bgp_error e;

	all->self = *self;
	if (was == self->router_id)
		return;
	bgp_error_set(&e, BGP_CEASE_CHANGED, NULL, 0);
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i]->nb.router_id)
			continue;
		if (was)
			bgp_session_end(all->v[i], &e);
		bgp_session_plan(all->v[i], !was);
	}
}
