/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * burst.h - when an address is told to the LAN: at once, after 0.1, 0.3, 1, 2 and 5 seconds,
 * then once a minute, all of them spread out over it. Never more than BURST_MAX addresses in
 * BURST_PACE_MS, those first that were never told: 5,000 in some 80 ms. What comes late is not
 * caught up. Pure: time is told, in ms that only grow.
 */
#ifndef GREVY_L2_BURST_H
#define GREVY_L2_BURST_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BURST_MAX = 128, BURST_PACE_MS = 2, BURST_PERIOD_MS = 60000 };
enum { BURST_STEPS = 7, BURST_PERIODIC = BURST_STEPS - 1 };

/* Stands in a record of the caller's, which does not move. {0} is in no burst. */
struct burst_item {
	struct burst_item *prev, *next;
	int64_t due_ms : 56;
	uint8_t step;
};

struct burst {
	/* Each step takes its time from the one before, so a queue of its own is in order. */
	struct burst_item queues[BURST_STEPS];
	size_t n_periodic;
	int64_t period_us; /* when the next of the last queue is due */
	int64_t window_ms; /* began then, */
	unsigned given;    /* and so many were given in it */
};

void burst_init(struct burst *b); /* b must not move from now on */
/* From the first step on, also if it is under way. */
void burst_start(struct burst *b, struct burst_item *i, int64_t now_ms);
void burst_stop(struct burst *b, struct burst_item *i); /* in none is fine */
/* It was told all that is to be told early. */
bool burst_is_over(const struct burst_item *i);

/* The next to be told now, which is moved to its next step; NULL: none is due or that was
 * enough for now. */
struct burst_item *burst_next(struct burst *b, int64_t now_ms);
/* ms until burst_next() has one, at least; -1 = there is none at all. */
int64_t burst_wait(const struct burst *b, int64_t now_ms);
#endif
