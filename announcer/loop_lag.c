/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/loop_lag.h"

int64_t loop_lag_add(struct loop_lag *l, int64_t late_ns, int64_t waited_ns)
{
	int64_t late = late_ns > 0 ? late_ns : 0;
	int64_t own = waited_ns > 0 ? late - waited_ns : late;

	if (own < 0)
		own = 0;
	l->timers++;
	l->slow += own > LOOP_LAG_MS * 1000000;
	l->late_max_ns = late > l->late_max_ns ? late : l->late_max_ns;
	l->own_max_ns = own > l->own_max_ns ? own : l->own_max_ns;
	return own;
}
