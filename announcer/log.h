/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.h - one line per event on stderr, text or JSON:
 *   2026-01-01T00:00:00Z info zserv: connected to zebra 8.4.4
 * The area ("conf", "k8s", "alloc", "rib", "zserv", "vty") filters at run time. May be
 * called from both threads. Whatever a peer can trigger goes through log_allowed().
 */
#ifndef GREVY_LOG_H
#define GREVY_LOG_H
#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_ERR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

void log_set_level(enum log_level level);
void log_set_json(bool json);
/* debug lines of this area, whatever the level; false: area is unknown or the table is full */
bool log_set_debug(const char *area, bool on);

void log_msg(enum log_level level, const char *area, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

#define log_err(area, ...)   log_msg(LOG_LEVEL_ERR, area, __VA_ARGS__)
#define log_warn(area, ...)  log_msg(LOG_LEVEL_WARN, area, __VA_ARGS__)
#define log_info(area, ...)  log_msg(LOG_LEVEL_INFO, area, __VA_ARGS__)
#define log_debug(area, ...) log_msg(LOG_LEVEL_DEBUG, area, __VA_ARGS__)

/* Token bucket for lines that a peer can trigger: true = this one may be logged. */
struct log_bucket {
	int64_t last_ms;
	unsigned tokens, suppressed;
};
bool log_allowed(struct log_bucket *b);

/* Also called with every line that passes the filter (terminal monitor); main thread only. */
typedef void log_tap_fn(const char *line, void *arg);
void log_set_tap(log_tap_fn *fn, void *arg);
#endif
