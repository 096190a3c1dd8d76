/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settle.c - after a start: when what peers announce is known again, so that what an earlier
 * run left behind may go and peers may be told that they know all of us (RFC 4724 4.1). That is
 * when each peer that we dial and listen to has told all it has, or after the restart time. Who
 * may come to us is not known before: with a range of peers it is the whole restart time.
 */
#include "announcer/bgp/bgp_int.h"
#include "announcer/conf.h"
#include "announcer/log.h"
#include <event2/event.h>
#include <sys/socket.h>
#include <time.h>

enum {
	TICK_MS = 250,
	MOST_S = 120,
	/* Within this time after it is up, a peer that will not say that it has told all (or,
	 * as it restarts itself, not soon) has told what it has. */
	QUIET_S = 5,
};

int64_t settle_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

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

static bool all_told(const struct bgp *b)
{
	for (size_t i = 0; i < b->neighbors.n; i++) {
		const struct bgp_neighbor *n = &b->neighbors.v[i];
		const struct bgp_session *s;

		if (!counts(n))
			continue;
		s = n->address.family ? bgp_sessions_find(b->sessions, &n->address) : NULL;
		if (!s || !told_all(s))
			return false;
	}
	return true;
}

void settle_check(struct bgp *b)
{
	int64_t most_s = b->conf->bgp.restart_s < MOST_S ? b->conf->bgp.restart_s : MOST_S;
	bool over = settle_now_ms() - b->start_ms >= most_s * 1000;

	if (b->settled || !b->settle_ev || (!over && !all_told(b)))
		return;
	event_del(b->settle_ev);
	/* Not from within a session's callback: event_active() comes back here. */
	b->settled = true;
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

	b->start_ms = settle_now_ms();
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
