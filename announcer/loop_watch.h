/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loop_watch.h - a timer on the loop that says how late timers come: `debug loop`. */
#ifndef GREVY_LOOP_WATCH_H
#define GREVY_LOOP_WATCH_H
#include "announcer/loop_lag.h"
#include <stdbool.h>

enum { LOOP_WATCH_MS = 50 }; /* between two */

struct event_base;
struct loop_watch;

/* Off at first: then there is no timer. */
struct loop_watch *loop_watch_new(struct event_base *base);
void loop_watch_free(struct loop_watch *w); /* NULL is fine */

/* Each beginning counts anew. */
void loop_watch_set(struct loop_watch *w, bool on);
/* Since it was turned on; NULL = it is off. */
const struct loop_lag *loop_watch_lag(const struct loop_watch *w);
#endif
