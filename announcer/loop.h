/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loop.h - grevyd's event loop. Routes and timers go first: what has LOOP_LOW (operators and
 * their questions) is looked at when nothing else is due, for LOOP_SLICE_US at a time.
 */
#ifndef GREVY_LOOP_H
#define GREVY_LOOP_H

/* For event_priority_set(); other events are of a higher one without being told. */
enum { LOOP_LOW = 2 };
enum { LOOP_SLICE_US = 1000 };

struct event_base;

struct event_base *loop_new(void); /* NULL: errno says why */
#endif
