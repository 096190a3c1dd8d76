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
static struct log_place oldest, end; /* where lines begin and end */

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
	while (end.at + len - oldest.at > LOG_KEPT) {
		oldest.at = line_end(oldest.at);
		oldest.line++;
	}
	at = end.at % LOG_KEPT;
	part = len < LOG_KEPT - at ? len : LOG_KEPT - at;
	memcpy(ring + at, line, part);
	memcpy(ring, line + part, len - part);
	end.at += len;
	end.line++;
	release();
}

bool log_kept(struct log_place *p, char *line, size_t cap)
{
	uint64_t to;
	size_t n = 0;

	take();
	if (p->at < oldest.at) {
		p->lost += oldest.line - p->line;
		p->at = oldest.at;
		p->line = oldest.line;
	}
	if (p->at >= end.at) {
		release();
		return false;
	}
	to = line_end(p->at);
	for (uint64_t i = p->at; i < to - 1 && n + 1 < cap; i++)
		line[n++] = ring[i % LOG_KEPT];
	release();
	line[n] = '\0';
	p->at = to;
	p->line++;
	return true;
}

struct log_place log_kept_end(void)
{
	struct log_place p;

	take();
	p = end;
	release();
	return p;
}
