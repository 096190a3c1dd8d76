/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A timer is late because the loop was busy, or because the kernel let us stand in line for a
 * CPU. How long we stood there is a sum that only grows, so it is read twice: LEAD_MS before
 * the timer is due, and when it fires. A first reading that is itself late would miss what it
 * is there for: then the one before it counts.
 */
#include "announcer/loop_watch.h"
#include "announcer/clock.h"
#include "announcer/log.h"
#include "announcer/util.h"
#include "announcer/vty/procinfo.h"
#include <event2/event.h>

enum { LEAD_MS = 10, MS = 1000000 };

struct loop_watch {
	struct event *timer;
	bool on, leading;  /* leading: the first reading is next */
	int64_t due_ns;    /* the timer itself; CLOCK_MONOTONIC */
	int64_t waited_ns; /* at the first reading */
	struct loop_lag lag;
	struct log_bucket bucket;
};

static void wait_until(struct loop_watch *w, int64_t at_ns)
{
	int64_t us = (at_ns - clock_ns()) / 1000;
	struct timeval tv = {0, us > 0 ? (suseconds_t)us : 0};

	event_add(w->timer, &tv);
}

static void begin(struct loop_watch *w)
{
	w->due_ns = clock_ns() + (int64_t)LOOP_WATCH_MS * MS;
	w->leading = true;
	wait_until(w, w->due_ns - (int64_t)LEAD_MS * MS);
}

static void judge(struct loop_watch *w, int64_t now, int64_t waited)
{
	int64_t late = now - w->due_ns;
	int64_t own = loop_lag_add(&w->lag, late, waited < 0 ? -1 : waited - w->waited_ns);

	if (own > (int64_t)LOOP_LAG_MS * MS && log_allowed(&w->bucket))
		log_debug("loop", "a timer of %d ms was late by %.1f ms, %.1f of them our own",
		    LOOP_WATCH_MS, (double)late / MS, (double)own / MS);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop_watch *w = arg;
	int64_t waited = procinfo_waited_ns(), now = clock_ns();

	(void)fd;
	(void)what;
	if (!w->leading) {
		judge(w, now, waited);
		w->waited_ns = waited;
		begin(w);
		return;
	}
	if (now - (w->due_ns - (int64_t)LEAD_MS * MS) < MS)
		w->waited_ns = waited;
	w->leading = false;
	wait_until(w, w->due_ns);
}

struct loop_watch *loop_watch_new(struct event_base *base)
{
	struct loop_watch *w = xcalloc(1, sizeof(*w));

	w->timer = evtimer_new(base, on_timer, w);
	if (!w->timer)
		abort();
	return w;
}

void loop_watch_free(struct loop_watch *w)
{
	if (!w)
		return;
	event_free(w->timer);
	free(w);
}

void loop_watch_set(struct loop_watch *w, bool on)
{
	w->on = on;
	if (!on) {
		event_del(w->timer);
		return;
	}
	w->lag = (struct loop_lag){0};
	w->waited_ns = procinfo_waited_ns();
	begin(w);
}

const struct loop_lag *loop_watch_lag(const struct loop_watch *w)
{
	return w->on ? &w->lag : NULL;
}
