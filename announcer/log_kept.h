/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log_kept.h - the newest lines of the log, of both threads, for show log. */
#ifndef GREVY_LOG_KEPT_H
#define GREVY_LOG_KEPT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_KEPT     ((size_t)64 << 10) /* bytes of them all */
#define LOG_LINE_MAX 4352               /* of one, with its newline or a final NUL */

/* A line that ends with its only newline; log_msg() calls this. */
void log_keep(const char *line, size_t len);

/* Where a reader is. All zero: at the first line that there ever was. */
struct log_place {
	uint64_t at;   /* bytes before it */
	uint64_t line; /* lines before it */
	uint64_t lost; /* of them, not kept long enough to be read; the reader may clear it */
};

/**
 * log_kept - the next line
 * @p:    moved behind the line
 * @line: gets it without its newline, cut to cap bytes with the final NUL
 * Return: false when there is none (yet).
 */
bool log_kept(struct log_place *p, char *line, size_t cap);

/* Behind the newest line. */
struct log_place log_kept_end(void);
#endif
