/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log_kept.c - the newest log lines, in a ring of bytes. Places in it are counted from the
 * first byte ever kept, so that a reader who comes too late sees that, and goes on with the
 * oldest line that is left. Both threads write: each holds the ring for one copy of a line, so
 * a lock that spins is enough, and nothing here allocates or fails.
 */
#include "announcer/log_kept.h"
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

static atomic_flag busy = ATOMIC_FLAG_INIT;
static char ring[LOG_KEPT];
static uint64_t oldest, end; /* where lines begin and end */

static void take(void)
{
	while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
		sched_yield();
}

static void release(void)
{
	atomic_flag_clear_explicit(&busy, memory_order_release);
}

/* The place behind the line that begins at `at`. */
static uint64_t line_end(uint64_t at)
{
	while (ring[at++ % LOG_KEPT] != '\n')
		;
	return at;
}

void log_keep(const char *line, size_t len)
{
	size_t at, part;

	if (!len || len > LOG_KEPT)
		return;
	take();
	while (end + len - oldest > LOG_KEPT)
		oldest = line_end(oldest);
	at = end % LOG_KEPT;
	part = len < LOG_KEPT - at ? len : LOG_KEPT - at;
	memcpy(ring + at, line, part);
	memcpy(ring, line + part, len - part);
	end += len;
	release();
}

bool log_kept(uint64_t *at, char *line, size_t cap)
{
	uint64_t from, to;
	size_t n = 0;

	take();
	from = *at < oldest ? oldest : *at;
	if (from >= end) {
		release();
		return false;
	}
	to = line_end(from);
	for (uint64_t i = from; i < to - 1 && n + 1 < cap; i++)
		line[n++] = ring[i % LOG_KEPT];
	release();
	line[n] = '\0';
	*at = to;
	return true;
}
