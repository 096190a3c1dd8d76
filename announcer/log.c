/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log.c - one line per event on stderr.
 *
 * A line is made in a buffer on the stack and leaves in one write(2), so that lines of the
 * two threads never mix; the newest are kept (log_kept.h). What a filter needs (level, form,
 * debug areas) is atomic. The tap is told only what the thread that set it logs: a line of the
 * watcher thread does not reach it. Text of strangers may stand in a message, so that control
 * bytes are escaped in both forms. A tap that logs is not told its own lines.
 *
 * Must not allocate (it runs where memory may have run out) and never fails: a line that
 * cannot be written is lost.
 */
#include "announcer/log.h"
#include "announcer/clock.h"
#include "announcer/escape.h"
#include "announcer/log_kept.h"
#include "announcer/util.h"
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_MAX  2048
#define BUCKET_BURST 10
#define BUCKET_MS    1000 /* one more token each */

static const char *const areas[] = {"alloc", "bgp", "conf", "fib", "http", "k8s", "kernel",
    "l2", "log", "loop", "main", "queue", "services", "vty", "zserv"};
static const char *const level_names[] = {"error", "warn", "info", "debug"};

static atomic_int log_level = LOG_LEVEL_INFO;
static atomic_bool log_json;
static atomic_uint log_debug_areas; /* bits, by index in areas[] */

static log_tap_fn *tap_fn;
static void *tap_arg;
static _Thread_local bool tap_here; /* this thread has set the tap */

static int area_index(const char *area)
{
	for (size_t i = 0; i < ARRAY_LEN(areas); i++)
		if (strcmp(areas[i], area) == 0)
			return (int)i;
	return -1;
}

const char *log_area(size_t i)
{
	return i < ARRAY_LEN(areas) ? areas[i] : NULL;
}

const char *log_level_name(enum log_level level)
{
	return level_names[level];
}

int log_level_parse(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (strcmp(level_names[i], name) == 0) {
			*level = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

void log_set_level(enum log_level level)
{
	atomic_store(&log_level, (int)level);
}

enum log_level log_get_level(void)
{
	return (enum log_level)atomic_load(&log_level);
}

void log_set_json(bool json)
{
	atomic_store(&log_json, json);
}

bool log_is_json(void)
{
	return atomic_load(&log_json);
}

bool log_set_debug(const char *area, bool on)
{
	int i = area_index(area);

	if (i < 0)
		return false;
	if (on)
		atomic_fetch_or(&log_debug_areas, 1u << i);
	else
		atomic_fetch_and(&log_debug_areas, ~(1u << i));
	return true;
}

bool log_debugs(const char *area)
{
	int i = area_index(area);

	return i >= 0 && (atomic_load(&log_debug_areas) & 1u << i);
}

void log_set_tap(log_tap_fn *fn, void *arg)
{
	tap_fn = fn;
	tap_arg = arg;
	tap_here = fn != NULL;
}

static void escape(char *dst, size_t cap, const char *s, bool json)
{
	char c[ESCAPE_MAX];
	size_t n = 0;

	while (*s) {
		size_t len = escape_next(&s, c, json);

		if (n + len >= cap)
			break;
		memcpy(dst + n, c, len);
		n += len;
	}
	dst[n] = '\0';
}

size_t log_format(char *buf, size_t cap, const struct log_record *r)
{
	char message[MESSAGE_MAX * 2];
	char stamp[32];
	struct tm tm;
	int n;

	gmtime_r(&r->time, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	escape(message, sizeof(message), r->message, r->json);
	n = snprintf(buf, cap,
	    r->json ? "{\"time\":\"%s\",\"level\":\"%s\",\"area\":\"%s\",\"message\":\"%s\"}\n"
		    : "%s %s %s: %s\n",
	    stamp, level_names[r->level], r->area, message);
	return n < 0 ? 0 : (size_t)n < cap ? (size_t)n : cap - 1;
}

static void tell_tap(const struct log_record *r, char *line, size_t len)
{
	static bool inside;

	if (!tap_here || inside)
		return;
	inside = true;
	line[len - 1] = '\0'; /* the newline */
	tap_fn(r, line, tap_arg);
	inside = false;
}

void log_msg(enum log_level level, const char *area, const char *fmt, ...)
{
	int saved = errno;
	char message[MESSAGE_MAX];
	char line[LOG_LINE_MAX];
	struct log_record r = {.level = level, .area = area, .message = message};
	va_list ap;

	if ((int)level > atomic_load(&log_level) &&
	    !(level == LOG_LEVEL_DEBUG && log_debugs(area)))
		return;
	r.time = time(NULL);
	r.json = atomic_load(&log_json);
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);

	size_t len = log_format(line, sizeof(line), &r);

	while (len && write(STDERR_FILENO, line, len) < 0 && errno == EINTR)
		;
	log_keep(line, len);
	if (len)
		tell_tap(&r, line, len);
	errno = saved;
}

bool log_bucket_take(struct log_bucket *b, int64_t now_ms)
{
	int64_t more = (now_ms - b->last_ms) / BUCKET_MS;

	if (!b->last_ms || more >= BUCKET_BURST) {
		b->tokens = BUCKET_BURST;
		b->last_ms = now_ms;
	} else if (more > 0) {
		b->tokens += (unsigned)more;
		if (b->tokens > BUCKET_BURST)
			b->tokens = BUCKET_BURST;
		b->last_ms += more * BUCKET_MS;
	}
	if (!b->tokens) {
		b->suppressed++;
		return false;
	}
	b->tokens--;
	return true;
}

bool log_allowed(struct log_bucket *b)
{
	unsigned suppressed = b->suppressed;

	if (!log_bucket_take(b, clock_ms()))
		return false;
	if (suppressed) {
		b->suppressed = 0;
		log_warn("log", "%u lines like the next one were left out", suppressed);
	}
	return true;
}
