/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/l2/burst.h"

enum { LATE_MS = 1000 }; /* what is later is not caught up */

/* From the step before to this one. The last queue is a ring: its first is told, then goes to
 * its end, at such a pace that each comes once in BURST_PERIOD_MS. */
static const int64_t delay_ms[BURST_STEPS] = {0, 100, 200, 700, 1000, 3000, 0};

void burst_init(struct burst *b)
{
	*b = (struct burst){.window_ms = INT64_MIN};
	for (unsigned i = 0; i < BURST_STEPS; i++)
		b->queues[i].prev = b->queues[i].next = &b->queues[i];
}

static struct burst_item *first(const struct burst *b, unsigned step)
{
	struct burst_item *i = b->queues[step].next;

	return i == &b->queues[step] ? NULL : i;
}

static int64_t gap_us(const struct burst *b)
{
	return (int64_t)BURST_PERIOD_MS * 1000 / (int64_t)b->n_periodic;
}

static void put(struct burst *b, struct burst_item *i, uint8_t step, int64_t now_ms)
{
	struct burst_item *queue = &b->queues[step];

	i->step = step;
	i->due_ms = now_ms + delay_ms[step];
	i->prev = queue->prev;
	i->next = queue;
	queue->prev->next = i;
	queue->prev = i;
	if (step != BURST_PERIODIC)
		return;
	b->n_periodic++;
	if (b->n_periodic == 1 || b->period_us > now_ms * 1000 + gap_us(b))
		b->period_us = now_ms * 1000 + gap_us(b);
}

void burst_stop(struct burst *b, struct burst_item *i)
{
	if (!i->next)
		return;
	i->prev->next = i->next;
	i->next->prev = i->prev;
	i->prev = i->next = NULL;
	b->n_periodic -= i->step == BURST_PERIODIC;
}

void burst_start(struct burst *b, struct burst_item *i, int64_t now_ms)
{
	burst_stop(b, i);
	put(b, i, 0, now_ms);
}

bool burst_is_over(const struct burst_item *i)
{
	return i->next && i->step == BURST_PERIODIC;
}

/* When the first of a queue is due. */
static int64_t due_ms(const struct burst *b, unsigned step)
{
	return step == BURST_PERIODIC ? (b->period_us + 999) / 1000 : first(b, step)->due_ms;
}

struct burst_item *burst_next(struct burst *b, int64_t now_ms)
{
	struct burst_item *i;
	unsigned step = 0;

	if (now_ms - BURST_PACE_MS >= b->window_ms) {
		b->window_ms = now_ms;
		b->given = 0;
	}
	if (b->given == BURST_MAX)
		return NULL;
	while (step < BURST_STEPS && (!first(b, step) || due_ms(b, step) > now_ms))
		step++;
	if (step == BURST_STEPS)
		return NULL;
	b->given++;
	i = first(b, step);
	if (step == BURST_PERIODIC) {
		b->period_us += gap_us(b);
		if (b->period_us < (now_ms - LATE_MS) * 1000)
			b->period_us = now_ms * 1000 + gap_us(b);
	}
	burst_stop(b, i);
	put(b, i, step == BURST_PERIODIC ? BURST_PERIODIC : (uint8_t)(step + 1), now_ms);
	return i;
}

int64_t burst_wait(const struct burst *b, int64_t now_ms)
{
	int64_t due = INT64_MAX, pause = 0;

	for (unsigned step = 0; step < BURST_STEPS; step++)
		if (first(b, step) && due_ms(b, step) < due)
			due = due_ms(b, step);
	if (due == INT64_MAX)
		return -1;
	if (b->given == BURST_MAX)
		pause = b->window_ms + BURST_PACE_MS - now_ms;
	due -= now_ms;
	if (due < pause)
		due = pause;
	return due < 0 ? 0 : due; /* the pause may be over, too: sending takes its time */
}
