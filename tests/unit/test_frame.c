/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Framing, in pieces of every size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "k8s/frame.h"
#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* What came, each value with a bar after it. */
struct heard {
	char s[512];
	size_t len, n;
	int answer; /* of fn */
};

static int on_value(const char *text, size_t len, void *arg)
{
	struct heard *h = arg;

	assert_true(h->len + len + 2 <= sizeof(h->s));
	memcpy(h->s + h->len, text, len);
	h->len += len;
	h->s[h->len++] = '|';
	h->s[h->len] = 0;
	h->n++;
	return h->answer;
}

/* One piece, from memory of just its length, for the address sanitizer. */
static int feed(struct frame *f, const char *p, size_t len)
{
	char *copy = malloc(len ? len : 1);
	int rc;

	assert_non_null(copy);
	memcpy(copy, p, len);
	rc = frame_feed(f, copy, len);
	free(copy);
	return rc;
}

/* In pieces of this size. Return: of frame_feed(), else of frame_end(). */
static int run(struct frame *f, const char *text, size_t len, size_t piece)
{
	int rc = 0;

	for (size_t at = 0; !rc && at < len; at += piece)
		rc = feed(f, text + at, len - at < piece ? len - at : piece);
	if (rc)
		assert_int_equal(frame_feed(f, "", 0), rc);
	return rc ? rc : frame_end(f);
}

static struct frame *new_frame(enum frame_mode mode, struct heard *h)
{
	struct frame *f = frame_new(mode, on_value, h);

	assert_non_null(f);
	*h = (struct heard){0};
	return f;
}

static const struct {
	enum frame_mode mode;
	int rc;
	const char *text, *heard, *rest;
} rows[] = {
    {FRAME_STREAM, 0,       "",						      "",				""                             },
    {FRAME_STREAM, 0,       " \n",						   "",                                ""                             },
    {FRAME_STREAM, 0,       "{}",						    "{}|",                             ""                             },
    {FRAME_STREAM, 0,       "{\"a\":1}\n{\"b\":{\"c\":[{}]}}\n",                     "{\"a\":1}|{\"b\":{\"c\":[{}]}}|",
     ""																		},
    {FRAME_STREAM, 0,       "{}{}\r\n\t {}",					 "{}|{}|{}|",                       ""                             },
    {FRAME_STREAM, 0,       "{\"}\\\"}\":\"\\\\\",\"x\":\"{[\"}\n",
     "{\"}\\\"}\":\"\\\\\",\"x\":\"{[\"}|",									     ""                             },
    {FRAME_STREAM, -EPIPE,  "{\"a\":1}\n{\"b\"",                                     "{\"a\":1}|",                      ""                             },
    {FRAME_STREAM, -EPIPE,  "{\"a\":\"}",					    "",                                ""                             },
    {FRAME_STREAM, -EINVAL, "{},{}",						 "{}|",                             ""                             },
    {FRAME_STREAM, -EINVAL, "{\"a\":{}\n{}\n",                                       "",                                ""                             },
    {FRAME_STREAM, -EINVAL, "{}\n{\"a\":\"b}\n{}\n",                                 "{}|",                             ""                             },
    {FRAME_STREAM, 0,       "{\n\"a\":\n [\n  {}\n]\n}\n{}\n",                       "{\n\"a\":\n [\n  {}\n]\n}|{}|",   ""                             },
    {FRAME_STREAM, -EINVAL, "[{}]",						  "",                                ""                             },
    {FRAME_STREAM, -EINVAL, "null",						  "",                                ""                             },
    {FRAME_STREAM, -EINVAL, "}",						     "",                                ""                             },
    {FRAME_STREAM, -EINVAL, "<html>",						"",                                ""                             },
    {FRAME_LIST,   0,       "{\"items\":[]}",					"",                                "{\"items\":[]}"               },
    {FRAME_LIST,   0,       " {\"items\" : [ ] } \n",                                "",                                " {\"items\" : [] }"           },
    {FRAME_LIST,   0,       "{\"items\":null,\"a\":1}",                              "",                                "{\"items\":null,\"a\":1}"     },
    {FRAME_LIST,   0,       "{\"items\":[{\"a\":1},\n{\"b\":[2]} , {}]}\n",          "{\"a\":1}|{\"b\":[2]}|{}|",
     "{\"items\":[]}"																  },
    {FRAME_LIST,   0,
     "{\"kind\":\"items\",\"metadata\":{\"items\":[{\"x\":1}],\"a\":\"\\\"items\\\":[\"},"
	"\"items\":[{\"items\":[{}]}],\"apiVersion\":\"v1\"}",		       "{\"items\":[{}]}|",
     "{\"kind\":\"items\",\"metadata\":{\"items\":[{\"x\":1}],\"a\":\"\\\"items\\\":[\"},"
	"\"items\":[],\"apiVersion\":\"v1\"}"													  },
    {FRAME_LIST,   0,       "{\"a\":[\"items\",[1]],\"items \":[2],\"items\":[{}]}", "{}|",
     "{\"a\":[\"items\",[1]],\"items \":[2],\"items\":[]}"											     },
    {FRAME_LIST,   -EINVAL, "{}",						    "",                                "{}"                           },
    {FRAME_LIST,   -EINVAL, "{\"kind\":\"Status\",\"code\":500}",                    "",
     "{\"kind\":\"Status\",\"code\":500}"													      },
    {FRAME_LIST,   -EINVAL, "{\"metadata\":{\"items\":[]}}",                         "",                                "{\"metadata\":{\"items\":[]}}"},
    {FRAME_LIST,   -EINVAL, "{\"items\":{}}",                                        "",                                NULL                           },
    {FRAME_LIST,   -EINVAL, "{\"items\":\"\"}",                                      "",                                NULL                           },
    {FRAME_LIST,   -EINVAL, "{\"items\":7}",                                         "",                                NULL                           },
    {FRAME_LIST,   -EINVAL, "{\"items\"}",					   "",                                NULL                           },
    {FRAME_LIST,   -EINVAL, "{\"items\":[{}],\"items\":[{}]}",                       "{}|",                             NULL                           },
    {FRAME_LIST,   -EINVAL, "{\"items\":[{},]}",                                     "{}|",                             NULL                           },
    {FRAME_LIST,   -EINVAL, "{\"items\":[,{}]}",                                     "",                                NULL                           },
    {FRAME_LIST,   -EINVAL, "{\"items\":[{}{}]}",                                    "{}|",                             NULL                           },
    {FRAME_LIST,   -EINVAL, "{\"items\":[null]}",                                    "",                                NULL                           },
    {FRAME_LIST,   -EINVAL, "{\"items\":[[]]}",                                      "",                                NULL                           },
    {FRAME_LIST,   -EINVAL, "{\"items\":[{}}",                                       "{}|",                             NULL                           },
    {FRAME_LIST,   -EINVAL, "{\"items\":[]} {}",                                     "",                                NULL                           },
    {FRAME_LIST,   -EINVAL, "[{}]",						  "",                                NULL                           },
    {FRAME_LIST,   -EINVAL, "\"items\"",					     "",                                NULL                           },
    {FRAME_LIST,   -EINVAL, "x",						     "",                                NULL                           },
    {FRAME_LIST,   -EPIPE,  "",						      "",                                ""                             },
    {FRAME_LIST,   -EPIPE,  "{\"items\":[",					  "",                                NULL                           },
    {FRAME_LIST,   -EPIPE,  "{\"items\":[{}]",                                       "{}|",                             NULL                           },
    {FRAME_LIST,   -EPIPE,  "{\"items\":[{}],\"a\":\"}",                             "{}|",                             NULL                           },
};

static void assert_row(size_t i, const struct frame *f, const struct heard *h, int rc)
{
	const char *rest;
	size_t len;

	if (rc != rows[i].rc || strcmp(h->s, rows[i].heard) != 0)
		fail_msg("%s: %d, %s", rows[i].text, rc, h->s);
	rest = frame_rest(f, &len);
	if (rows[i].rest &&
	    (len != strlen(rows[i].rest) || memcmp(rest, rows[i].rest, len) != 0))
		fail_msg("%s: the rest is %.*s", rows[i].text, (int)len, rest);
}

static void pieces_of_every_size(void **state)
{
	struct heard h;

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		size_t len = strlen(rows[i].text);

		for (size_t piece = 1; piece <= len + 1; piece++) {
			struct frame *f = new_frame(rows[i].mode, &h);
			int rc = run(f, rows[i].text, len, piece);

			assert_row(i, f, &h, rc);
			frame_free(f);
		}
	}
}

static void split_at_every_two_places(void **state)
{
	struct heard h;

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		const char *text = rows[i].text;
		size_t len = strlen(text);

		for (size_t a = 0; a <= len; a++) {
			for (size_t b = a; b <= len; b++) {
				struct frame *f = new_frame(rows[i].mode, &h);
				int rc = feed(f, text, a);

				rc = rc ? rc : feed(f, text + a, b - a);
				rc = rc ? rc : feed(f, text + b, len - b);
				assert_row(i, f, &h, rc ? rc : frame_end(f));
				frame_free(f);
			}
		}
	}
}

/* Nothing that is cut off looks whole. */
static void every_truncation(void **state)
{
	struct heard h;

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		size_t whole = strlen(rows[i].text);

		while (whole && strchr(" \r\n\t", rows[i].text[whole - 1]))
			whole--;
		for (size_t len = 0; rows[i].rc == 0 && len < whole; len++) {
			struct frame *f = new_frame(rows[i].mode, &h);
			int rc = run(f, rows[i].text, len, 3);
			bool between =
			    rows[i].mode == FRAME_STREAM &&
			    strncmp(h.s, rows[i].heard, h.len) == 0 &&
			    (!len || !h.len || strchr("} \r\n\t", rows[i].text[len - 1]));

			assert_true(rc == -EPIPE || (rc == 0 && between));
			assert_memory_equal(h.s, rows[i].heard, h.len);
			frame_free(f);
		}
	}
}

static void what_the_listener_says_ends_it(void **state)
{
	struct heard h;
	struct frame *f = new_frame(FRAME_STREAM, &h);

	(void)state;
	h.answer = -ECANCELED;
	assert_int_equal(feed(f, "{}{}", 4), -ECANCELED);
	assert_int_equal(h.n, 1);
	h.answer = 0;
	assert_int_equal(feed(f, "{}", 2), -ECANCELED);
	assert_int_equal(frame_end(f), -ECANCELED);
	assert_int_equal(h.n, 1);
	frame_free(f);
	frame_free(NULL);
}

static int count(const char *text, size_t len, void *arg)
{
	size_t *sizes = arg;

	assert_true(text[0] == '{' && text[len - 1] == '}');
	sizes[0]++;
	sizes[1] = len;
	return 0;
}

/* An object of len bytes in pieces; what frame_feed() says, and where it said so. */
static int feed_long(struct frame *f, size_t len, size_t piece, size_t *at)
{
	char *s = malloc(len);
	int rc = 0;

	assert_non_null(s);
	memset(s, 'x', len);
	memcpy(s, "{\"a\":\"", 6);
	memcpy(s + len - 2, "\"}", 2);
	for (*at = 0; !rc && *at < len; *at += piece)
		rc = frame_feed(f, s + *at, len - *at < piece ? len - *at : piece);
	free(s);
	return rc;
}

static void a_value_is_limited(void **state)
{
	static const size_t pieces[] = {FRAME_VALUE_MAX + 2, 1 << 20, 16384, 1000, 1};
	size_t sizes[2] = {0}, at;

	(void)state;
	for (size_t i = 0; i < LEN(pieces); i++) {
		struct frame *f = frame_new(FRAME_STREAM, count, sizes);

		assert_non_null(f);
		assert_int_equal(feed_long(f, FRAME_VALUE_MAX, pieces[i], &at), 0);
		assert_int_equal(sizes[0], i + 1);
		assert_int_equal(sizes[1], FRAME_VALUE_MAX);
		assert_int_equal(feed_long(f, FRAME_VALUE_MAX + 1, pieces[i], &at), -EFBIG);
		assert_int_equal(sizes[0], i + 1);
		assert_true(at <= FRAME_VALUE_MAX + 2 * pieces[i]);
		frame_free(f);
	}
}

static void the_rest_is_limited(void **state)
{
	struct heard h;
	struct frame *f = new_frame(FRAME_LIST, &h);
	size_t at;

	(void)state;
	assert_int_equal(feed_long(f, FRAME_REST_MAX, 777, &at), 0);
	assert_int_equal(frame_end(f), -EINVAL); /* no items */
	assert_int_equal(feed(f, "\n", 1), 0);
	frame_free(f);
	f = new_frame(FRAME_LIST, &h);
	assert_int_equal(feed_long(f, FRAME_REST_MAX + 1, 777, &at), -EFBIG);
	frame_free(f);
}

static int feed_text(struct frame *f, const char *text)
{
	return feed(f, text, strlen(text));
}

/* Items are no part of the rest, however many there are. */
static void many_items(void **state)
{
	static const char rest[] = "{\"items\":[],\"metadata\":{\"continue\":\"x\"}}";
	size_t sizes[2] = {0}, len;
	struct frame *f = frame_new(FRAME_LIST, count, sizes);

	(void)state;
	assert_non_null(f);
	assert_int_equal(feed_text(f, "{\"items\":["), 0);
	for (int i = 0; i < 100000; i++)
		assert_int_equal(feed_text(f, i ? " , {\"a\":1}" : "{\"a\":1}"), 0);
	assert_int_equal(feed_text(f, "],\"metadata\":{\"continue\":\"x\"}}"), 0);
	assert_int_equal(frame_end(f), 0);
	assert_int_equal(sizes[0], 100000);
	assert_memory_equal(frame_rest(f, &len), rest, sizeof(rest) - 1);
	assert_int_equal(len, sizeof(rest) - 1);
	frame_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces_of_every_size),
	    cmocka_unit_test(split_at_every_two_places),
	    cmocka_unit_test(every_truncation),
	    cmocka_unit_test(what_the_listener_says_ends_it),
	    cmocka_unit_test(a_value_is_limited),
	    cmocka_unit_test(the_rest_is_limited),
	    cmocka_unit_test(many_items),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
