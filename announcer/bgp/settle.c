/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settle.c - after a start: when what peers announce is known again, so that what an earlier
 * run left behind may go and peers may be told that they know all of us (RFC 4724 4.1). That is
 * when each peer that we dial and listen to has told all it has, or after the restart time. Who
 * may come to us is not known before: with a range of peers it is twice that time. A peer that
 * dials again but once, and then waits for our call as long as we asked it to (FRR), or for its
 * own connect retry time (BIRD), is back by then.
 *
 * Until then, but not for that long, no path is chosen, either (RFC 4724 4.1, deferred
 * selection): routes of an earlier run would lose the next hops of peers that are not back yet.
 */
#include "announcer/bgp/bgp_int.h"
#include "announcer/clock.h"
#include "announcer/conf.h"
#include "announcer/log.h"
#include <event2/event.h>
#include <sys/socket.h>
#include <time.h>

enum {
	TICK_MS = 250,
	MOST_S = 120,
	TELL_S = 5, /* for what the last one of a range has to tell */
	/* Within this time after it is up, a peer that will not say that it has told all (or,
	 * as it restarts itself, not soon) has told what it has. */
	QUIET_S = 5,
	DEFER_MS = 10000,      /* no path is chosen for so long at most */
	DEFER_RANGE_MS = 3000, /* and at least, when anybody of a range may come */
};

static bool told_all(const struct bgp_session *s)
{
	const struct bgp_facts *f = bgp_session_facts(s);
	struct speaker *sp = bgp_session_owner(s);
	struct bgp_session_status st;
	struct bgp_in_counts in;

	if (!f)
		return false;
	bgp_in_peer_counts(sp->in, &in);
	if ((in.end_of_rib & f->families) == f->families)
		return true;
	if (f->graceful && !f->peer_restarting)
		return false;
	bgp_session_status(s, &st);
	return (int64_t)time(NULL) - st.up_since_s > QUIET_S;
}

/* There is something that this neighbour may tell us. */
static bool counts(const struct bgp_neighbor *n)
{
	return n->import.prefixes.n || n->import.prefixes.any;
}

/* The neighbours with an address have told all; *ranges: there are others, too. */
static bool all_told(const struct bgp *b, bool *ranges)
{
	bool all = true;

	*ranges = false;
	for (size_t i = 0; i < b->neighbors.n; i++) {
		const struct bgp_neighbor *n = &b->neighbors.v[i];
		const struct bgp_session *s;

		if (!counts(n))
			continue;
		if (!n->address.family) {
			*ranges = true;
			continue;
		}
		s = bgp_session_at(b->sessions, &n->address, n->interface);
		all &= s && told_all(s);
	}
	return all;
}

struct telling {
	bool up, all;
};

static void count_telling(struct bgp_session *s, void *arg)
{
	struct telling *t = arg;

	if (!bgp_session_facts(s))
		return;
	t->up = true;
	t->all &= told_all(s);
}

/* Nobody who is here has more to tell. */
static bool quiet(const struct bgp *b)
{
	struct telling t = {.all = true};

	bgp_sessions_each(b->sessions, count_telling, &t);
	return t.up && t.all;
}

void settle_check(struct bgp *b)
{
	int64_t restart_s = b->conf->bgp.restart_s;
	int64_t restart_ms = (restart_s < MOST_S ? restart_s : MOST_S) * 1000;
	int64_t run_ms = clock_ms() - b->start_ms, most_ms = restart_ms;
	bool told, ranges;

	if (b->settled || !b->settle_ev)
		return;
	told = all_told(b, &ranges);
	if (ranges && restart_s)
		most_ms = (2 * restart_s + TELL_S) * 1000;
	if (b->deferred && ((told && run_ms >= DEFER_RANGE_MS && quiet(b)) ||
			       run_ms >= DEFER_MS || run_ms >= restart_ms)) {
		b->deferred = false;
		bgp_changed(b);
	}
	if (run_ms < most_ms && (!told || ranges))
		return;
	event_del(b->settle_ev);
	/* Not from within a session's callback: event_active() comes back here. */
	b->settled = true;
	b->deferred = false;
	event_active(b->settle_ev, EV_TIMEOUT, 0);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct bgp *b = arg;

	(void)fd;
	(void)what;
	if (!b->settled) {
		settle_check(b);
		return;
	}
	event_del(b->settle_ev);
	if (b->neighbors.n)
		log_info("bgp", "what peers announce is known again");
	bgp_now_settled(b);
}

void settle_start(struct bgp *b)
{
	static const struct timeval tick = {0, TICK_MS * 1000};

	b->start_ms = clock_ms();
	b->deferred = true;
	b->settle_ev = event_new(b->base, -1, EV_PERSIST, on_tick, b);
	event_add(b->settle_ev, &tick);
	settle_check(b);
}

void settle_stop(struct bgp *b)
{
	if (b->settle_ev)
		event_free(b->settle_ev);
	b->settle_ev = NULL;
}
