/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/loop.h"
#include <event2/event.h>

/* libevent gives an event the priority in the middle: 1 of 0 to 2. */
enum { PRIORITIES = LOOP_LOW + 1 };

struct event_base *loop_new(void)
{
	static const struct timeval slice = {0, LOOP_SLICE_US};
	struct event_config *cfg = event_config_new();
	struct event_base *base = NULL;

	/* The coarse clock is off by some milliseconds, which is as much as a slice has. */
	if (cfg && event_config_set_flag(cfg, EVENT_BASE_FLAG_PRECISE_TIMER) == 0 &&
	    event_config_set_max_dispatch_interval(cfg, &slice, -1, LOOP_LOW) == 0)
		base = event_base_new_with_config(cfg);
	if (cfg)
		event_config_free(cfg);
	if (base)
		event_base_priority_init(base, PRIORITIES);
	return base;
}
