/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loop_lag.h - how late a timer came, and whose fault that was. Pure. */
#ifndef GREVY_LOOP_LAG_H
#define GREVY_LOOP_LAG_H
#include <stdint.h>

enum { LOOP_LAG_MS = 5 }; /* of our own doing: too late */

struct loop_lag {
	uint64_t timers;
	uint64_t slow; /* of them: too late by our own doing */
	int64_t late_max_ns, own_max_ns;
};

/**
 * loop_lag_add - judge a timer that fired
 * @late_ns:   after it was due; less than 0 = in time
 * @waited_ns: how long the thread stood in line for a CPU until now, counted from when the
 *             timer was nearly due; less than 0 = not known
 * Return: what of late_ns was our own doing, at least 0.
 */
int64_t loop_lag_add(struct loop_lag *l, int64_t late_ns, int64_t waited_ns);
#endif
