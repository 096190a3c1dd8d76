/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - one line per event on stderr, text or JSON:
 *   2026-01-01T00:00:00Z info zserv: connected to zebra 8.4.4
 * The area (log_area() lists them) filters at run time. May be
 * called from both threads. Whatever a peer can trigger goes through log_allowed().
 */
#ifndef GREVY_LOG_H
#define GREVY_LOG_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum log_level { LOG_LEVEL_ERR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_set_level(enum log_level level);
enum log_level log_get_level(void);
/* "error", "warn", "info", "debug" */
const char *log_level_name(enum log_level level);
/* Return: 0 or -EINVAL; level is written only on success. */
int log_level_parse(const char *name, enum log_level *level);

void log_set_json(bool json);
bool log_is_json(void);

/* The areas that can be debugged, sorted; NULL past the last one. */
const char *log_area(size_t i);
/* debug lines of this area, whatever the level; false: area is unknown */
bool log_set_debug(const char *area, bool on);
bool log_debugs(const char *area);

void log_msg(enum log_level level, const char *area, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define log_err(area, ...)   log_msg(LOG_LEVEL_ERR, area, __VA_ARGS__)
#define log_warn(area, ...)  log_msg(LOG_LEVEL_WARN, area, __VA_ARGS__)
#define log_info(area, ...)  log_msg(LOG_LEVEL_INFO, area, __VA_ARGS__)
#define log_debug(area, ...) log_msg(LOG_LEVEL_DEBUG, area, __VA_ARGS__)

/* Token bucket for lines that a peer can trigger: true = this one may be logged. Ten at
 * once, one more each second; how many were left out is logged before the next one. */
struct log_bucket {
	int64_t last_ms;
	unsigned tokens, suppressed;
};
bool log_allowed(struct log_bucket *b);

/* The same without clock and log. now_ms is monotonic and positive. */
bool log_bucket_take(struct log_bucket *b, int64_t now_ms);

/* One line, as log_msg() writes it. */
struct log_record {
	time_t time;
	enum log_level level;
	bool json;
	const char *area, *message;
};
/* Into buf, cut to cap bytes with the final NUL. Return: its length. */
size_t log_format(char *buf, size_t cap, const struct log_record *r);

/* Also called with every line that passes the filter (terminal monitor), as a record and as
 * log_msg() writes it without its newline, but only for what the thread that called
 * log_set_tap() logs. NULL ends it. */
typedef void log_tap_fn(const struct log_record *r, const char *line, void *arg);
void log_set_tap(log_tap_fn *fn, void *arg);
#endif
