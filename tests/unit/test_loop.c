/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loop's priorities, how late timers come, and whose fault it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/loop.h"
#include "announcer/loop_lag.h"
#include "announcer/loop_watch.h"
#include "announcer/util.h"
#include "announcer/vty/procinfo.h"
#include <cmocka.h>
#include <event2/event.h>
#include <time.h>

#define MS INT64_C(1000000)

static void lateness_is_divided(void **state)
{
	static const struct {
		int64_t late, waited, own;
		uint64_t slow;
	} rows[] = {
	    {0,       0,       0,          0},
	    {-3 * MS, 0,       0,          0},
	    {4 * MS,  1 * MS,  3 * MS,     0},
	    {5 * MS,  0,       5 * MS,     0},
	    {6 * MS,  2 * MS,  4 * MS,     0},
	    {9 * MS,  20 * MS, 0,          0},
	    {9 * MS,  -1,      9 * MS,     1},
	    {9 * MS,  1 * MS,  8 * MS,     2},
	    {5 * MS,  -1,      5 * MS,     2},
	    {5 * MS,  0,       5 * MS + 0, 2},
	};
	struct loop_lag l = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(loop_lag_add(&l, rows[i].late, rows[i].waited), rows[i].own);
		assert_int_equal(l.slow, rows[i].slow);
	}
	assert_int_equal(l.timers, ARRAY_LEN(rows));
	assert_int_equal(l.late_max_ns, 9 * MS);
	assert_int_equal(l.own_max_ns, 9 * MS);
}

static void work_for(int64_t ns)
{
	struct timespec from, now;

	clock_gettime(CLOCK_MONOTONIC, &from);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - from.tv_sec) * 1000 * MS + now.tv_nsec - from.tv_nsec < ns);
}

static void on_lazy(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	work_for(80 * MS);
}

/* A callback that takes 80 ms holds the 50 ms timer up for 30 ms at least. */
static void a_slow_callback_is_seen(void **state)
{
	struct event_base *base = loop_new();
	struct loop_watch *w = loop_watch_new(base);
	struct event *lazy = evtimer_new(base, on_lazy, NULL);
	const struct timeval now = {0, 0};

	(void)state;
	assert_null(loop_watch_lag(w));
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	loop_watch_set(w, true);
	event_add(lazy, &now);
	while (!loop_watch_lag(w)->timers)
		event_base_loop(base, EVLOOP_ONCE);
	assert_true(loop_watch_lag(w)->late_max_ns >= 29 * MS);
	loop_watch_set(w, false);
	assert_null(loop_watch_lag(w));
	assert_int_equal(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED), 0);
	event_free(lazy);
	loop_watch_free(w);
	event_base_free(base);
}

struct crowd {
	struct event *busy[200];
	struct event *timer;
	size_t done, done_before;
};

static void on_busy(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	((struct crowd *)arg)->done++;
	work_for(MS / 2);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct crowd *c = arg;

	(void)fd;
	(void)what;
	c->done_before = c->done;
}

/* 200 events of low priority, 100 ms of work, are due: a timer of 10 ms waits for few. */
static void what_is_urgent_goes_first(void **state)
{
	const struct timeval now = {0, 0}, soon = {0, 10000};
	struct event_base *base = loop_new();
	struct crowd c = {.timer = evtimer_new(base, on_timer, &c)};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(c.busy); i++) {
		c.busy[i] = evtimer_new(base, on_busy, &c);
		assert_int_equal(event_priority_set(c.busy[i], LOOP_LOW), 0);
		event_add(c.busy[i], &now);
	}
	event_add(c.timer, &soon);
	event_base_dispatch(base);
	assert_int_equal(c.done, ARRAY_LEN(c.busy));
	assert_in_range(c.done_before, 1, 40);
	for (size_t i = 0; i < ARRAY_LEN(c.busy); i++)
		event_free(c.busy[i]);
	event_free(c.timer);
	event_base_free(base);
}

/* Threads that stand in line are told so, where the system tells at all. */
static void waiting_only_grows(void **state)
{
	int64_t first = procinfo_waited_ns();

	(void)state;
	assert_true(first >= -1);
	assert_true(procinfo_waited_ns() >= first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lateness_is_divided),
	    cmocka_unit_test(a_slow_callback_is_seen),
	    cmocka_unit_test(what_is_urgent_goes_first),
	    cmocka_unit_test(waiting_only_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
