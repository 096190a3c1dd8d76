/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/escape.h"
#include "announcer/log.h"
#include "announcer/log_kept.h"
#include "announcer/util.h"
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINES_MAX 8192

struct capture {
	int saved, pipe[2];
	char text[LINES_MAX];
};

static void capture_start(struct capture *c)
{
	assert_int_equal(pipe(c->pipe), 0);
	c->saved = dup(STDERR_FILENO);
	dup2(c->pipe[1], STDERR_FILENO);
	fcntl(c->pipe[0], F_SETFL, O_NONBLOCK);
}

static const char *capture_end(struct capture *c)
{
	ssize_t n = read(c->pipe[0], c->text, sizeof(c->text) - 1);

	c->text[n > 0 ? n : 0] = '\0';
	dup2(c->saved, STDERR_FILENO);
	close(c->saved);
	close(c->pipe[0]);
	close(c->pipe[1]);
	return c->text;
}

static void a_line_is_golden(void **state)
{
	struct log_record r = {.time = 1767225600,
	    .level = LOG_LEVEL_INFO,
	    .area = "zserv",
	    .message = "a \"b\"\n\x1b[31m"};
	char buf[256];
	size_t n;

	(void)state;
	n = log_format(buf, sizeof(buf), &r);
	assert_string_equal(buf, "2026-01-01T00:00:00Z info zserv: a \"b\"\\n\\u001b[31m\n");
	assert_int_equal(n, strlen(buf));
	r.json = true;
	log_format(buf, sizeof(buf), &r);
	assert_string_equal(buf,
	    "{\"time\":\"2026-01-01T00:00:00Z\",\"level\":\"info\","
	    "\"area\":\"zserv\",\"message\":\"a \\\"b\\\"\\n\\u001b[31m\"}\n");
	assert_int_equal(log_format(buf, 20, &r), 19);
}

static void json_lines_survive_strange_bytes(void **state)
{
	struct log_record r = {.level = LOG_LEVEL_WARN, .json = true, .area = "k8s"};
	char message[300], buf[4096];

	(void)state;
	for (int i = 0; i < 299; i++)
		message[i] = (char)(i % 255 + 1);
	message[299] = '\0';
	r.message = message;
	log_format(buf, sizeof(buf), &r);

	struct json_object *o = json_tokener_parse(buf);

	assert_non_null(o);
	assert_non_null(json_object_object_get(o, "message"));
	json_object_put(o);
}

static void utf8_is_checked(void **state)
{
	static const struct {
		const char *in, *text, *json;
	} rows[] = {
	    {"\xc3\xa9",         "\xc3\xa9",             "\xc3\xa9"                            },
	    {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80",     "\xf0\x9f\x98\x80"                    },
	    {"\xc0\x80",         "\\xc0\\x80",           "\xef\xbf\xbd\xef\xbf\xbd"            },
	    {"\xed\xa0\x80",     "\\xed\\xa0\\x80",      "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80",
             "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"                                },
	    {"\xe2\x82",         "\\xe2\\x82",           "\xef\xbf\xbd\xef\xbf\xbd"            },
	    {"\xc2\x9b",         "\\u009b",              "\\u009b"                             },
	    {"a\\",              "a\\",                  "a\\\\"                               },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int json = 0; json < 2; json++) {
			char out[64] = "", c[ESCAPE_MAX];
			const char *s = rows[i].in;

			while (*s) {
				escape_next(&s, c, json);
				strncat(out, c, sizeof(out) - strlen(out) - 1);
			}
			assert_string_equal(out, json ? rows[i].json : rows[i].text);
		}
	}
	assert_int_equal(escape_width("\xc3\xa9t"), 2);
}

static void levels_and_areas_filter(void **state)
{
	struct capture c;
	const char *text;

	(void)state;
	capture_start(&c);
	log_debug("zserv", "hidden");
	assert_true(log_set_debug("zserv", true));
	assert_true(log_debugs("zserv"));
	errno = ENOENT;
	log_debug("zserv", "shown: %m");
	assert_int_equal(errno, ENOENT);
	log_debug("k8s", "hidden");
	assert_true(log_set_debug("zserv", false));
	log_debug("zserv", "hidden");
	log_set_level(LOG_LEVEL_WARN);
	log_info("rib", "hidden");
	log_err("rib", "shown");
	log_set_level(LOG_LEVEL_INFO);
	text = capture_end(&c);
	assert_null(strstr(text, "hidden"));
	assert_non_null(strstr(text, " debug zserv: shown: No such file or directory\n"));
	assert_non_null(strstr(text, " error rib: shown\n"));
	assert_false(log_set_debug("nonsense", true));
	assert_false(log_debugs("nonsense"));
}

static void names_are_parsed(void **state)
{
	enum log_level level = LOG_LEVEL_INFO;

	(void)state;
	assert_int_equal(log_level_parse("warn", &level), 0);
	assert_int_equal(level, LOG_LEVEL_WARN);
	assert_int_equal(log_level_parse("loud", &level), -EINVAL);
	assert_int_equal(level, LOG_LEVEL_WARN);
	for (size_t i = 1; log_area(i); i++)
		assert_true(strcmp(log_area(i - 1), log_area(i)) < 0);
}

static void long_messages_are_cut(void **state)
{
	struct capture c;
	const char *text;
	char *big = xcalloc(1, 10001);

	(void)state;
	memset(big, '\\', 10000);
	capture_start(&c);
	log_set_json(true);
	log_info("main", "%s", big);
	log_set_json(false);
	text = capture_end(&c);
	assert_true(strlen(text) > 1000 && strlen(text) < 5000);

	struct json_object *o = json_tokener_parse(text);

	assert_non_null(o);
	json_object_put(o);
	free(big);
}

struct tapped {
	unsigned n;
	char last[256];
};

static void on_line(const struct log_record *r, const char *line, void *arg)
{
	struct tapped *t = arg;

	assert_string_equal(r->area, "rib");
	t->n++;
	snprintf(t->last, sizeof(t->last), "%s", line);
	log_info("vty", "a tap that logs");
}

static void *other_thread(void *arg)
{
	log_info("k8s", "from the watcher");
	return arg;
}

static void the_tap_hears_its_own_thread(void **state)
{
	struct capture c;
	struct tapped t = {0};
	pthread_t other;

	(void)state;
	capture_start(&c);
	log_set_tap(on_line, &t);
	log_info("rib", "one");
	pthread_create(&other, NULL, other_thread, NULL);
	pthread_join(other, NULL);
	log_set_tap(NULL, NULL);
	log_info("rib", "two");
	assert_non_null(strstr(capture_end(&c), "from the watcher"));
	assert_int_equal(t.n, 1);
	assert_non_null(strstr(t.last, " info rib: one"));
	assert_null(strchr(t.last, '\n'));
}

static void a_bucket_runs_dry_and_fills(void **state)
{
	struct log_bucket b = {0};
	unsigned n = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		n += log_bucket_take(&b, 5000);
	assert_int_equal(n, 10);
	assert_int_equal(b.suppressed, 90);
	assert_false(log_bucket_take(&b, 5999));
	assert_true(log_bucket_take(&b, 6000));
	assert_false(log_bucket_take(&b, 6001));
	assert_true(log_bucket_take(&b, 7000));
	n = 0;
	for (int i = 0; i < 100; i++)
		n += log_bucket_take(&b, 100000);
	assert_int_equal(n, 10);
}

static void what_was_left_out_is_told(void **state)
{
	struct log_bucket b = {.last_ms = 1, .tokens = 0, .suppressed = 7};
	struct capture c;

	(void)state;
	capture_start(&c);
	assert_true(log_allowed(&b));
	assert_non_null(strstr(capture_end(&c), "7 lines like the next one were left out"));
	assert_int_equal(b.suppressed, 0);
}

/* ---- what is kept ---- */

static void lines_are_kept(void **state)
{
	char line[LOG_LINE_MAX];
	struct log_place at = log_kept_end();
	struct capture c;

	(void)state;
	capture_start(&c);
	log_info("main", "one\ntwo");
	log_debug("main", "not logged, not kept");
	log_warn("vty", "three");
	capture_end(&c);
	assert_true(log_kept(&at, line, sizeof(line)));
	assert_non_null(strstr(line, "Z info main: one\\ntwo"));
	assert_int_equal(line[strlen(line) - 1], 'o');
	assert_true(log_kept(&at, line, 24));
	assert_int_equal(strlen(line), 23); /* cut, and the next one is whole */
	assert_false(log_kept(&at, line, sizeof(line)));
	assert_string_equal(line + 20, " wa");
	log_keep("\n", 1);
	assert_true(log_kept(&at, line, sizeof(line)));
	assert_string_equal(line, "");
}

/* Whole lines go as new ones come; a reader who stood at one that is gone takes the oldest, and
 * is told how many it missed. */
static void the_oldest_lines_go(void **state)
{
	struct log_place at = log_kept_end();
	char line[LOG_LINE_MAX], text[128];
	unsigned lines = 20000, first = 0, n = 0;
	size_t bytes = 0;

	(void)state;
	for (unsigned i = 0; i < lines; i++) {
		int len = snprintf(text, sizeof(text), "%u:%.*s\n", i, (int)(i % 90),
		    "------------------"
		    "------------------------------------------------------------------------");

		log_keep(text, (size_t)len);
	}
	while (log_kept(&at, line, sizeof(line))) {
		unsigned i = (unsigned)strtoul(line, NULL, 10);

		first = n ? first : i;
		assert_int_equal(i, first + n);
		assert_int_equal(strlen(strchr(line, ':')), 1 + i % 90);
		bytes += strlen(line) + 1;
		n++;
	}
	assert_int_equal(first + n, lines);
	assert_int_equal(at.lost, first);
	assert_true(bytes <= LOG_KEPT && bytes > LOG_KEPT - 128);
}

static atomic_int writers;

static void *keep_many(void *arg)
{
	char text[64];

	for (unsigned i = 0; i < 20000; i++) {
		int n = snprintf(text, sizeof(text), "%s %u %s\n", (char *)arg, i, (char *)arg);

		log_keep(text, (size_t)n);
	}
	writers--;
	return NULL;
}

/* Two that write and one that reads: every line is whole, those of one in order. */
static void threads_keep_whole_lines(void **state)
{
	static char names[2][8] = {"first", "second"};
	char line[LOG_LINE_MAX], end[16];
	struct log_place at = log_kept_end();
	unsigned last[2] = {0, 0}, n = 0;
	pthread_t t[2];

	(void)state;
	writers = 2;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&t[i], NULL, keep_many, names[i]), 0);
	for (;;) {
		bool done = !writers;
		unsigned who, i;

		if (!log_kept(&at, line, sizeof(line))) {
			if (done)
				break;
			continue;
		}
		who = line[0] == 's';
		i = (unsigned)strtoul(line + strlen(names[who]), NULL, 10);
		snprintf(end, sizeof(end), " %s", names[who]);
		assert_string_equal(line + strlen(line) - strlen(end), end);
		assert_true(i >= last[who]);
		last[who] = i;
		n++;
	}
	assert_true(n > 100);
	assert_true(last[0] == 19999 || last[1] == 19999);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_line_is_golden),
	    cmocka_unit_test(json_lines_survive_strange_bytes),
	    cmocka_unit_test(utf8_is_checked),
	    cmocka_unit_test(levels_and_areas_filter),
	    cmocka_unit_test(names_are_parsed),
	    cmocka_unit_test(long_messages_are_cut),
	    cmocka_unit_test(the_tap_hears_its_own_thread),
	    cmocka_unit_test(a_bucket_runs_dry_and_fills),
	    cmocka_unit_test(what_was_left_out_is_told),
	    cmocka_unit_test(lines_are_kept),
	    cmocka_unit_test(the_oldest_lines_go),
	    cmocka_unit_test(threads_keep_whole_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
