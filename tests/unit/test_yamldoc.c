/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "k8s/yamldoc.h"
#include <cmocka.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Parse from a heap copy of exactly len bytes. */
static int parse(const char *text, size_t len, struct yamldoc *doc, struct yamldoc_error *err)
{
	char *copy = malloc(len ? len : 1);
	int rc;

	assert_non_null(copy);
	if (len)
		memcpy(copy, text, len);
	memset(err, 0, sizeof(*err));
	rc = yamldoc_parse(copy, len, doc, err);
	free(copy);
	return rc;
}

static struct yamldoc parse_good(const char *text)
{
	struct yamldoc doc;
	struct yamldoc_error err;
	int rc = parse(text, strlen(text), &doc, &err);

	if (rc)
		print_error("%u:%u: %s\n", err.line, err.col, err.what);
	assert_int_equal(rc, 0);
	return doc;
}

static void assert_json(const char *yaml, const char *json)
{
	struct yamldoc doc = parse_good(yaml);

	assert_int_equal(doc.n, 1);
	assert_string_equal(json_object_to_json_string_ext(doc.docs[0],
				JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
	    json);
	yamldoc_fini(&doc);
	assert_null(doc.docs);
}

/* Each pair: a plain scalar and what `kubectl annotate --local -o json` prints for it. */
static void scalars_are_typed_as_by_kubectl(void **state)
{
	static const char *const rows[][2] = {
	    {"0123",                 "83"                      },
	    {"089",                  "89"                      },
	    {"1_000",                "1000"                    },
	    {"0x1F",                 "31"                      },
	    {"0o17",                 "15"                      },
	    {"0b11",                 "3"                       },
	    {"-0b11",                "-3"                      },
	    {"+12",                  "12"                      },
	    {"y",		    "true"                    },
	    {"n",		    "false"                   },
	    {"Yes",                  "true"                    },
	    {"no",		   "false"                   },
	    {"on",		   "true"                    },
	    {"Off",                  "false"                   },
	    {"TRUE",                 "true"                    },
	    {"oN",		   "\"oN\""                  },
	    {"~",		    "null"                    },
	    {"",		     "null"                    },
	    {"null",                 "null"                    },
	    {"1e3",                  "1000"                    },
	    {"1e+3",                 "1000"                    },
	    {"1.",		   "1"		       },
	    {".5",		   "0.5"                     },
	    {"1.0",                  "1"		       },
	    {"-2.5",                 "-2.5"                    },
	    {"1.5_0",                "1.5"                     },
	    {"1e400",                "\"1e400\""               },
	    {"1e",		   "\"1e\""                  },
	    {"1.2.3",                "\"1.2.3\""               },
	    {"192.0.2.1",            "\"192.0.2.1\""           },
	    {"2020-01-01",           "\"2020-01-01\""          },
	    {"2020-01-01T00:00:00Z", "\"2020-01-01T00:00:00Z\""},
	    {"1:30",                 "\"1:30\""                },
	    {"0x",		   "\"0x\""                  },
	    {"_1",		   "\"_1\""                  },
	    {"+",		    "\"+\""                   },
	    {".",		    "\".\""                   },
	    {"-0",		   "0"		       },
	    {"00",		   "0"		       },
	    {"0",		    "0"		       },
	    {"NaN",                  "\"NaN\""                 },
	    {".nan",                 "\".nan\""                },
	    {"9223372036854775807",  "9223372036854775807"     },
	    {"-9223372036854775808", "-9223372036854775808"    },
	    {"18446744073709551615", "18446744073709551615"    },
	    {"'12'",                 "\"12\""                  },
	    {"\"no\"",               "\"no\""                  },
	    {"!!str 12",             "\"12\""                  },
	    {"!!int \"12\"",         "12"                      },
	    {"! 12",                 "\"12\""                  },
	    {"!!float 1",            "1"                       },
	    {"!!null ''",            "null"                    },
	};
	char yaml[64], json[64];

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		snprintf(yaml, sizeof(yaml), "a: %s\n", rows[i][0]);
		snprintf(json, sizeof(json), "{\"a\":%s}", rows[i][1]);
		assert_json(yaml, json);
	}
}

static void a_number_too_long_for_any_field_is_a_string(void **state)
{
	char yaml[80] = "";
	struct yamldoc doc;

	(void)state;
	memset(yaml, '1', 65);
	doc = parse_good(yaml);
	assert_true(json_object_is_type(doc.docs[0], json_type_string));
	yamldoc_fini(&doc);
	yaml[64] = 0;
	doc = parse_good(yaml);
	assert_true(json_object_is_type(doc.docs[0], json_type_double));
	yamldoc_fini(&doc);
}

static void documents_are_told_apart_and_empty_ones_left_out(void **state)
{
	struct yamldoc doc =
	    parse_good("---\n# nothing\n---\na: 1\n---\n---\n- b\n...\n---\n{c: [1, x]}\n");

	(void)state;
	assert_int_equal(doc.n, 3);
	assert_true(json_object_is_type(doc.docs[0], json_type_object));
	assert_true(json_object_is_type(doc.docs[1], json_type_array));
	assert_true(json_object_is_type(doc.docs[2], json_type_object));
	yamldoc_fini(&doc);
	doc = parse_good("");
	assert_int_equal(doc.n, 0);
	yamldoc_fini(&doc);
}

static void json_is_yaml(void **state)
{
	(void)state;
	assert_json("{\"a\":{\"b\":[1,-2.5,true,null,\"x\\/\\u003c\\n\"]},\"c\":{},\"d\":[]}",
	    "{\"a\":{\"b\":[1,-2.5,true,null,\"x/<\\n\"]},\"c\":{},\"d\":[]}");
}

static void marks_tell_where_a_value_stood(void **state)
{
	struct yamldoc doc = parse_good("a: 1\nports:\n- port: 53\n  name: dns\n");
	struct json_object *ports, *first, *port, *o = json_object_new_int(1);
	struct json_object *parsed = json_tokener_parse("2.5");
	unsigned line, col;

	(void)state;
	json_object_object_get_ex(doc.docs[0], "ports", &ports);
	first = json_object_array_get_idx(ports, 0);
	json_object_object_get_ex(first, "port", &port);
	yamldoc_mark(port, &line, &col);
	assert_int_equal(line, 3);
	assert_int_equal(col, 9);
	yamldoc_mark(first, &line, &col);
	assert_int_equal(line, 3);
	assert_int_equal(col, 3);
	yamldoc_mark(doc.docs[0], &line, &col);
	assert_int_equal(line, 1);
	assert_int_equal(col, 1);
	yamldoc_mark(o, &line, &col);
	assert_int_equal(line, 0);
	yamldoc_mark(parsed, &line, &col);
	assert_int_equal(line, 0);
	yamldoc_mark(NULL, &line, &col);
	assert_int_equal(line, 0);
	json_object_put(o);
	json_object_put(parsed);
	yamldoc_fini(&doc);
}

static void a_mark_that_does_not_fit_saturates(void **state)
{
	size_t n = (1 << 20) + 10;
	char *yaml = malloc(n + 4);
	struct yamldoc doc;
	unsigned line, col;

	(void)state;
	assert_non_null(yaml);
	memset(yaml, ' ', n);
	memcpy(yaml, "{", 1);
	memcpy(yaml + n - 4, "a: 5", 4);
	memcpy(yaml + n, "}", 2);
	doc = parse_good(yaml);
	yamldoc_mark(json_object_object_get(doc.docs[0], "a"), &line, &col);
	assert_int_equal(line, 1);
	assert_true(col == (1 << 20) - 1 || col == (1 << 11) - 1);
	yamldoc_fini(&doc);
	free(yaml);
}

static void an_alias_shares_its_value(void **state)
{
	struct yamldoc doc = parse_good("a: &x {k: [1]}\nb: *x\nc: &x 2\nd: [*x, *x]\n");

	(void)state;
	assert_ptr_equal(
	    json_object_object_get(doc.docs[0], "a"), json_object_object_get(doc.docs[0], "b"));
	assert_string_equal(json_object_to_json_string_ext(doc.docs[0], JSON_C_TO_STRING_PLAIN),
	    "{\"a\":{\"k\":[1]},\"b\":{\"k\":[1]},\"c\":2,\"d\":[2,2]}");
	yamldoc_fini(&doc);
}

static void faults_have_a_place_and_a_reason(void **state)
{
	static const struct {
		const char *text;
		unsigned line, col;
		const char *what;
	} rows[] = {
	    {"a: 1\nb: 2\na: 3\n",           3, 1, "duplicate key \"a\", first on line 1"               },
	    {"{a: ~, a: 3}",                 1, 8, "duplicate key \"a\""                                },
	    {"a: *b\n",                      1, 4, "alias *b: no such anchor"                           },
	    {"a: &b 1\n---\nc: *b\n",        3, 4, "alias *b: no such anchor"                           },
	    {"a: &b\n- *b\n",                2, 3, "alias *b: stands inside its own value"              },
	    {"a: &b {c: 1}\nd:\n  <<: *b\n", 3, 3,
             "merge key << is not supported: write the keys out"                                        },
	    {"[a]: 1\n",                     1, 1, "a key must be a word, not a list, mapping or alias" },
	    {"x: &a b\n*a : 1\n",            2, 1, "a key must be a word, not a list, mapping or alias" },
	    {"a: \"x\\0y\"\n",               1, 4, "a text must not hold a NUL character"               },
	    {"\"a\\0\": 1\n",                1, 1, "a key must not hold a NUL character"                },
	    {"a: !!binary aGk=\n",           1, 4, "tag tag:yaml.org,2002:binary is not supported here" },
	    {"a: !!int x\n",                 1, 4, "tag tag:yaml.org,2002:int is not supported here"    },
	    {"a: !!map [1]\n",               1, 4, "tag tag:yaml.org,2002:map is not supported here"    },
	    {"a: !mine 1\n",                 1, 4, "tag !mine is not supported here"                    },
	    {"a: 1\nb:\n\tc: 2\n",           3, 1, NULL						 },
	    {"a: [1\nb: 2\n",                2, 2, NULL						 },
	    {"a: 1\nb: \xff\n",              2, 4, "invalid leading UTF-8 octet: must be UTF-8 text"    },
	    {"a: \xc3",                      1, 4, "incomplete UTF-8 octet sequence: must be UTF-8 text"},
	};
	struct yamldoc doc;
	struct yamldoc_error err;

	(void)state;
	for (size_t i = 0; i < LEN(rows); i++) {
		assert_int_equal(
		    parse(rows[i].text, strlen(rows[i].text), &doc, &err), -EINVAL);
		if (rows[i].what)
			assert_string_equal(err.what, rows[i].what);
		assert_int_not_equal(err.what[0], 0);
		if (err.line != rows[i].line || err.col != rows[i].col)
			fail_msg("%s: at %u:%u", rows[i].text, err.line, err.col);
	}
}

static int parse_nested(unsigned n, bool by_alias)
{
	char text[4096] = "";
	size_t at = 0;
	struct yamldoc doc;
	struct yamldoc_error err;
	int rc;

	if (by_alias) {
		at += (size_t)snprintf(text, sizeof(text), "- &a0 []\n");
		for (unsigned i = 1; i < n - 1; i++)
			at += (size_t)snprintf(
			    text + at, sizeof(text) - at, "- &a%u [*a%u]\n", i, i - 1);
	} else {
		memset(text, '[', n);
		memset(text + n, ']', n);
		at = 2 * n;
	}
	rc = parse(text, at, &doc, &err);
	if (rc)
		assert_string_equal(err.what, "nested more than 64 levels deep");
	else
		yamldoc_fini(&doc);
	return rc;
}

static void depth_is_capped_also_through_aliases(void **state)
{
	(void)state;
	assert_int_equal(parse_nested(64, false), 0);
	assert_int_equal(parse_nested(65, false), -EINVAL);
	assert_int_equal(parse_nested(64, true), 0);
	assert_int_equal(parse_nested(65, true), -EINVAL);
}

static void a_billion_laughs_are_refused(void **state)
{
	char text[1024];
	size_t at = (size_t)snprintf(text, sizeof(text), "- &a0 [x,x,x,x,x,x,x,x,x,x]\n");
	struct yamldoc doc;
	struct yamldoc_error err;

	(void)state;
	for (int i = 1; i < 9; i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    "- &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i - 1,
		    i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	assert_int_equal(parse(text, at, &doc, &err), -EINVAL);
	assert_string_equal(err.what, "aliases make the document too large");
}

/* No truncation may crash or leak; a cut inside the structure is an error. */
static void every_truncation_is_survived(void **state)
{
	static const char text[] =
	    "{\"a\": &x [1, {\"b\": \"c\\u00e9\"}], \"d\": *x, \"e\": !!int 5}";
	struct yamldoc doc;
	struct yamldoc_error err;

	(void)state;
	for (size_t len = 1; len < sizeof(text) - 1; len++)
		assert_int_equal(parse(text, len, &doc, &err), -EINVAL);
	assert_int_equal(parse(text, sizeof(text) - 1, &doc, &err), 0);
	yamldoc_fini(&doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(scalars_are_typed_as_by_kubectl),
	    cmocka_unit_test(a_number_too_long_for_any_field_is_a_string),
	    cmocka_unit_test(documents_are_told_apart_and_empty_ones_left_out),
	    cmocka_unit_test(json_is_yaml),
	    cmocka_unit_test(marks_tell_where_a_value_stood),
	    cmocka_unit_test(a_mark_that_does_not_fit_saturates),
	    cmocka_unit_test(an_alias_shares_its_value),
	    cmocka_unit_test(faults_have_a_place_and_a_reason),
	    cmocka_unit_test(depth_is_capped_also_through_aliases),
	    cmocka_unit_test(a_billion_laughs_are_refused),
	    cmocka_unit_test(every_truncation_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
