/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trimming reader, with json-c's own as the oracle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "k8s/json.h"
#include "k8s/json_string.h"
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* From a copy that ends where the text ends, for the address sanitizer. */
static int read_text(const char *text, size_t len, const struct json_want *want,
    struct json_object **out, struct json_fault *fault)
{
	char *copy = malloc(len ? len : 1);
	int rc;

	assert_non_null(copy);
	memcpy(copy, text, len);
	*out = NULL;
	*fault = (struct json_fault){0};
	rc = json_read(copy, len, want, out, fault);
	free(copy);
	return rc;
}

static struct json_object *good(const char *text, const struct json_want *want)
{
	struct json_object *out;
	struct json_fault fault;
	int rc = read_text(text, strlen(text), want, &out, &fault);

	if (rc)
		print_error("%s: %s at %zu\n", text, fault.what, fault.at);
	assert_int_equal(rc, 0);
	return out;
}

static void assert_reads(const char *text, const struct json_want *want, const char *plain)
{
	struct json_object *out = good(text, want);

	assert_string_equal(json_object_to_json_string_ext(
				out, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
	    plain);
	json_object_put(out);
}

static void values(void **state)
{
	static const struct {
		const char *text, *plain;
	} rows[] = {
	    {" null ",			"null"                },
	    {"true",			  "true"                },
	    {"\tfalse\r\n",                   "false"               },
	    {"0",			     "0"                   },
	    {"-0",			    "0"                   },
	    {"9223372036854775807",           "9223372036854775807" },
	    {"-9223372036854775808",          "-9223372036854775808"},
	    {"9223372036854775808",           "9223372036854775808" },
	    {"0.1",			   "0.1"                 },
	    {"1e3",			   "1e3"                 },
	    {"-2.50E-1",                      "-2.50E-1"            },
	    {"\"\"",			  "\"\""                },
	    {"[]",			    "[]"                  },
	    {" [ 1 , null , [ ] ] ",          "[1,null,[]]"         },
	    {"{}",			    "{}"                  },
	    {"{ \"a\" : { } , \"\" : null }", "{\"a\":{},\"\":null}"},
	    {"{\"a\":1,\"b\":2,\"a\":[3]}",   "{\"a\":[3],\"b\":2}" },
	    {"{\"a\\u0062\":1}",              "{\"ab\":1}"          },
	};
	struct json_object *big = good("9223372036854775808", NULL);

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++)
		assert_reads(rows[i].text, NULL, rows[i].plain);
	assert_true(json_object_is_type(big, json_type_double));
	json_object_put(big);
}

static void assert_string(const char *text, const char *bytes, size_t len)
{
	struct json_object *out = good(text, NULL);

	assert_true(json_object_is_type(out, json_type_string));
	assert_int_equal(json_object_get_string_len(out), len);
	assert_memory_equal(json_object_get_string(out), bytes, len);
	json_object_put(out);
}

static void strings(void **state)
{
	static const struct {
		const char *text, *bytes;
	} rows[] = {
	    {"\"plain\"",					"plain"                       },
	    {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"",                   "\"\\/\b\f\n\r\t"             },
	    {"\"a\\u00e9b\"",				    "a\xc3\xa9"
			      "b"				 },
	    {"\"\\u20ac\"",				      "\xe2\x82\xac"                },
	    {"\"\\uD83D\\ude00!\"",                              "\xf0\x9f\x98\x80!"           },
	    {"\"\\ud83d\"",				      "\xef\xbf\xbd"                },
	    {"\"\\ud83dx\"",				     "\xef\xbf\xbdx"               },
	    {"\"\\ude00\\ud83d\"",                               "\xef\xbf\xbd\xef\xbf\xbd"    },
	    {"\"\\ud83d\\ud83d\\ude00\"",                        "\xef\xbf\xbd\xf0\x9f\x98\x80"},
	    {"\"\xf0\x9f\x98\x80\xed\x9f\xbf\xf4\x8f\xbf\xbf\"",
             "\xf0\x9f\x98\x80\xed\x9f\xbf\xf4\x8f\xbf\xbf"                                    },
	    {"\"0123456789abcdef\\n0123456789\"",                "0123456789abcdef\n0123456789"},
	};

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++)
		assert_string(rows[i].text, rows[i].bytes, strlen(rows[i].bytes));
	assert_string("\"a\\u0000b\"", "a\0b", 3);
	assert_string("\"\x7f\"", "\x7f", 1);
}

static const struct json_want one[] = {
    {"a",  NULL},
    {NULL, NULL}
};
static const struct json_want nothing[] = {
    {NULL, NULL}
};

static void faults(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *what;
	} rows[] = {
	    {"",		     0, "not a value"                      },
	    {"  ",		   2, "not a value"                      },
	    {"nul",                  0, "not a value"                      },
	    {"True",                 0, "not a value"                      },
	    {"+1",		   0, "not a value"                      },
	    {"01",		   0, "not a value"                      },
	    {".5",		   0, "not a value"                      },
	    {"1.",		   0, "not a value"                      },
	    {"-",		    0, "not a value"                      },
	    {"1e",		   0, "not a value"                      },
	    {"1e+",                  0, "not a value"                      },
	    {"NaN",                  0, "not a value"                      },
	    {"1 2",                  2, "something after the value"        },
	    {"{}}",                  2, "something after the value"        },
	    {"nullx",                4, "something after the value"        },
	    {"[1 2]",                3, "expected , or ]"                  },
	    {"[1,]",                 3, "not a value"                      },
	    {"[1",		   2, "expected , or ]"                  },
	    {"[",		    1, "not a value"                      },
	    {"{",		    1, "expected the name of a member"    },
	    {"{1:2}",                1, "expected the name of a member"    },
	    {"{\"a\"}",              4, "expected :"                       },
	    {"{\"a\":}",             5, "not a value"                      },
	    {"{\"a\":1,}",           7, "expected the name of a member"    },
	    {"{\"a\":1 \"b\":2}",    7, "expected , or }"                  },
	    {"{\"a\":1]",            6, "expected , or }"                  },
	    {"'a'",                  0, "not a value"                      },
	    {"\"a",                  2, "a string without its end"         },
	    {"\"a\\",                3, "a string without its end"         },
	    {"\"a\\\"",              4, "a string without its end"         },
	    {"\"a\nb\"",             2, "a control character in a string"  },
	    {"\"\\x\"",              1, "an escape that JSON does not have"},
	    {"\"ab\\u12g4\"",        3, "an escape that JSON does not have"},
	    {"\"\\u123\"",           1, "an escape that JSON does not have"},
	    {"\"a\x80\"",            2, "not UTF-8"                        },
	    {"\"\xc0\xaf\"",         1, "not UTF-8"                        },
	    {"\"\xe0\x80\xaf\"",     1, "not UTF-8"                        },
	    {"\"\xed\xa0\x80\"",     1, "not UTF-8"                        },
	    {"\"\xf4\x90\x80\x80\"", 1, "not UTF-8"                        },
	    {"\"\xf5\x80\x80\x80\"", 1, "not UTF-8"                        },
	    {"\"\xe2\x82\"",         1, "not UTF-8"                        },
	    {"{\"\xff\":1}",         2, "not UTF-8"                        },
	    {"{\"a\\u0000\":1}",     2, "a NUL character in a name"        },
	    {"/* no */ 1",           0, "not a value"                      },
	};
	struct json_object *out;
	struct json_fault fault;

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		int rc = read_text(rows[i].text, strlen(rows[i].text), NULL, &out, &fault);

		if (rc != -EINVAL || fault.at != rows[i].at ||
		    strcmp(fault.what, rows[i].what) != 0)
			fail_msg("%s: %d, %s at %zu", rows[i].text, rc, fault.what, fault.at);
		assert_null(out);
	}
	assert_int_equal(read_text("1\0", 2, NULL, &out, &fault), -EINVAL);
	assert_int_equal(fault.at, 1);
}

/* What is not wanted must balance still. */
static void faults_in_what_is_skipped(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *what;
	} rows[] = {
	    {"{\"x\":",              5,  "not a value"                       },
	    {"{\"x\":nil}",          5,  "not a value"                       },
	    {"{\"x\":01}",           5,  "not a value"                       },
	    {"{\"x\":\"ab}",         9,  "a string without its end"          },
	    {"{\"x\":[\"a\tb\"]}",   8,  "a control character in a string"   },
	    {"{\"x\":{\"y\":[1,2}}", 14, "a bracket that closes another kind"},
	    {"{\"x\":[{]}",          7,  "a bracket that closes another kind"},
	    {"{\"x\":[1,2",          9,  "the end in the middle of a value"  },
	    {"{\"x\":{\"y\":[]}",    13, "expected , or }"                   },
	};
	struct json_object *out;
	struct json_fault fault;

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		int rc = read_text(rows[i].text, strlen(rows[i].text), one, &out, &fault);

		if (rc != -EINVAL || fault.at != rows[i].at ||
		    strcmp(fault.what, rows[i].what) != 0)
			fail_msg("%s: %d, %s at %zu", rows[i].text, rc, fault.what, fault.at);
		assert_null(out);
	}
}

static void only_what_is_wanted(void **state)
{
	static const struct json_want inner[] = {
	    {"b",  NULL},
            {"c",  one },
            {NULL, NULL}
        };
	static const struct json_want want[] = {
	    {"a",  inner},
            {"ab", NULL },
            {NULL, NULL }
        };
	static const char text[] =
	    "{\"z\":[1,{\"q\":\"]}\\\"\"}],\"a\":{\"b\":{\"k\":[7]},\"bb\":2,\"c\":[{\"a\":1,"
	    "\"b\":2},3,[{\"b\":4}]]},\"ab\":\"\\u0041\",\"aba\":0,\"A\":-1.5e1,\"\":true}";

	(void)state;
	assert_reads(
	    text, want, "{\"a\":{\"b\":{\"k\":[7]},\"c\":[{\"a\":1},3,[{}]]},\"ab\":\"A\"}");
	assert_reads(text, nothing, "{}");
	assert_reads(text, one,
	    "{\"a\":{\"b\":{\"k\":[7]},\"bb\":2,\"c\":[{\"a\":1,\"b\":2},3,[{\"b\":4}]]}}");
	assert_reads("[{\"a\":1,\"b\":2},{\"b\":3}]", one, "[{\"a\":1},{}]");
	assert_reads("{\"\\u0061\":1,\"\\u0061\\u0000\":2,\"a\\u0062\":3}", one, "{\"a\":1}");
	assert_reads("{\"a\":1,\"b\":{},\"a\":2}", one, "{\"a\":2}");
	assert_reads("\"as it is\"", one, "\"as it is\"");
}

static char *nested(size_t depth, char open, char close)
{
	char *s = malloc(2 * depth + 1);

	assert_non_null(s);
	memset(s, open, depth);
	memset(s + depth, close, depth);
	s[2 * depth] = 0;
	return s;
}

static void depth_is_limited(void **state)
{
	char text[200];
	struct json_object *out;
	struct json_fault fault;

	(void)state;
	for (size_t depth = 60; depth < 70; depth++) {
		char *all = nested(depth, '[', ']'), *in = nested(depth - 1, '[', ']');
		int want = depth > 64 ? -EINVAL : 0;

		assert_int_equal(read_text(all, strlen(all), NULL, &out, &fault), want);
		json_object_put(out);
		assert_int_equal(want ? fault.at : 64, 64);
		snprintf(text, sizeof(text), "{\"x\":%s}", in);
		assert_int_equal(read_text(text, strlen(text), one, &out, &fault), want);
		json_object_put(out);
		free(all);
		free(in);
	}
}

static uint32_t seed;

static uint32_t any(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

struct text {
	char s[65536];
	size_t len;
};

static void say(struct text *t, const char *s)
{
	size_t len = strlen(s);

	assert_true(t->len + len < sizeof(t->s));
	memcpy(t->s + t->len, s, len);
	t->len += len;
}

static void say_blank(struct text *t)
{
	static const char *const blanks[] = {"", "", "", " ", "\n", "\t ", "\r\n"};

	say(t, blanks[any(LEN(blanks))]);
}

static void say_string(struct text *t)
{
	static const char *const parts[] = {"a", "b", "name", "metadata", " ", "/", "{", "]",
	    "\\\"", "\\\\", "\\n", "\\u00e9", "\\u20AC", "\\ud83d\\ude00", "\\ud83d", "\\udc00",
	    "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "a long run of plain letters"};

	say(t, "\"");
	for (uint32_t n = any(5); n; n--)
		say(t, parts[any(LEN(parts))]);
	say(t, "\"");
}

static void say_value(struct text *t, unsigned depth)
{
	static const char *const words[] = {"null", "true", "false", "0", "-1", "12345", "-0",
	    "9223372036854775807", "0.5", "-1.25e3", "1E-2", "100e0"};
	uint32_t what = any(depth ? 6 : 3), n = any(6);

	say_blank(t);
	if (what < 2)
		say(t, words[any(LEN(words))]);
	else if (what == 2)
		say_string(t);
	for (uint32_t i = 0; what > 2 && i < n; i++) {
		say(t, i ? "," : what == 3 ? "[" : "{");
		say_blank(t);
		if (what > 3) {
			say_string(t);
			say_blank(t);
			say(t, ":");
		}
		say_value(t, depth - 1);
		if (i + 1 == n)
			say(t, what == 3 ? "]" : "}");
	}
	if (what > 2 && !n)
		say(t, what == 3 ? "[ ]" : "{}");
	say_blank(t);
}

/* json-c must take all of it. */
static bool oracle(const struct text *t, struct json_object **out)
{
	struct json_tokener *tok = json_tokener_new_ex(80);
	bool ok;

	assert_non_null(tok);
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	*out = json_tokener_parse_ex(tok, t->s, (int)t->len);
	if (json_tokener_get_error(tok) == json_tokener_continue) {
		json_object_put(*out);
		*out = json_tokener_parse_ex(tok, "", 1);
	}
	ok = json_tokener_get_error(tok) == json_tokener_success;
	json_tokener_free(tok);
	return ok;
}

static void random_documents_read_as_json_c_reads_them(void **state)
{
	static struct text t;
	struct json_object *mine, *theirs;
	struct json_fault fault;

	(void)state;
	for (seed = 0; seed < 200000; seed += 41) {
		uint32_t start = seed;

		t.len = 0;
		say_value(&t, 4);
		if (!oracle(&t, &theirs))
			fail_msg("json-c refuses %.*s", (int)t.len, t.s);
		if (read_text(t.s, t.len, NULL, &mine, &fault))
			fail_msg("%.*s: %s at %zu", (int)t.len, t.s, fault.what, fault.at);
		if (!json_object_equal(mine, theirs))
			fail_msg("differs: %.*s", (int)t.len, t.s);
		json_object_put(mine);
		json_object_put(theirs);
		seed = start;
	}
}

/* Whatever we take, json-c takes and reads alike; a name with a NUL it cuts off. */
static void broken_documents(void **state)
{
	static const char bytes[] = "{}[],:\"\\0x-+.e \n\x01\x80\xc3ntf1u";
	static struct text t;
	struct json_object *mine, *theirs;
	struct json_fault fault;
	size_t taken = 0, refused = 0;

	(void)state;
	for (seed = 1; seed < 400000; seed += 97) {
		uint32_t start = seed;

		t.len = 0;
		say_value(&t, 3);
		t.s[any((uint32_t)t.len)] = bytes[any(sizeof(bytes) - 1)];
		if (read_text(t.s, t.len, NULL, &mine, &fault) == 0) {
			taken++;
			assert_true(oracle(&t, &theirs));
			if (!json_object_equal(mine, theirs))
				fail_msg("differs: %.*s", (int)t.len, t.s);
			json_object_put(theirs);
		} else {
			refused++;
			assert_true(fault.at <= t.len);
			assert_non_null(fault.what);
		}
		json_object_put(mine);
		seed = start;
	}
	assert_true(taken > 100 && refused > 100);
}

static void every_truncation_is_refused(void **state)
{
	static struct text t;
	struct json_object *out;
	struct json_fault fault;

	(void)state;
	for (seed = 7; seed < 100; seed += 3) {
		uint32_t start = seed;

		t.len = 0;
		say(&t, "{\"a\":");
		say_value(&t, 3);
		say(&t, ",\"b\":");
		say_value(&t, 3);
		say(&t, "}");
		for (size_t len = 0; len < t.len; len++) {
			assert_int_equal(read_text(t.s, len, NULL, &out, &fault), -EINVAL);
			assert_null(out);
			assert_int_equal(read_text(t.s, len, one, &out, &fault), -EINVAL);
			assert_null(out);
			assert_int_equal(read_text(t.s, len, nothing, &out, &fault), -EINVAL);
			assert_true(fault.at <= len);
		}
		seed = start;
	}
}

static void the_scanner_stops_at_each_byte(void **state)
{
	char s[32];

	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		bool stops = c < ' ' || c == '"' || c == '\\';

		for (size_t at = 0; at < 24; at++) {
			memset(s, c & 1 ? 0xff : '!', sizeof(s));
			s[at] = (char)c;
			assert_ptr_equal(json_string_stop(s, s + 24), s + (stops ? at : 24));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values),
	    cmocka_unit_test(strings),
	    cmocka_unit_test(faults),
	    cmocka_unit_test(faults_in_what_is_skipped),
	    cmocka_unit_test(only_what_is_wanted),
	    cmocka_unit_test(depth_is_limited),
	    cmocka_unit_test(random_documents_read_as_json_c_reads_them),
	    cmocka_unit_test(broken_documents),
	    cmocka_unit_test(every_truncation_is_refused),
	    cmocka_unit_test(the_scanner_stops_at_each_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
