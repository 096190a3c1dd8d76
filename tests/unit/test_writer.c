/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "announcer/util.h"
#include "announcer/vty/writer.h"
#include <cmocka.h>
#include <json-c/json.h>
#include <string.h>

typedef void make_fn(struct writer *w);

static void check(make_fn *make, const char *text, const char *json)
{
	struct writer *w = writer_new(false);
	struct json_object *o;
	size_t len;

	make(w);
	assert_string_equal(writer_finish(w, &len), text);
	assert_int_equal(len, strlen(text));
	writer_free(w);
	w = writer_new(true);
	make(w);
	assert_string_equal(writer_finish(w, &len), json);
	assert_int_equal(len, strlen(json));
	o = json_tokener_parse(json);
	assert_non_null(o);
	json_object_put(o);
	writer_free(w);
}

static void nothing(struct writer *w)
{
	assert_non_null(w);
}

static void pairs(struct writer *w)
{
	writer_str(w, "name", "Name", "a\"b\n");
	writer_num(w, "uptimeSeconds", "Up", -3);
	writer_bool(w, "ok", "All is well", true);
	writer_str(w, "none", "None", NULL);
	writer_fmt(w, NULL, "Text only", "%d of %d", 1, 2);
	writer_num(w, "jsonOnly", NULL, INT64_MAX);
}

static void table_rows(struct writer *w)
{
	static const struct {
		const char *name, *nodes[3];
		int n;
	} rows[] = {
	    {"default/dns", {"n1", "n2", NULL}, 2  },
            {"\xc3\xa9",    {NULL},             100}
        };

	writer_table_begin(w, "services", "No Services.");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		writer_row_begin(w);
		writer_str(w, "name", "NAME", rows[i].name);
		writer_num(w, "count", "N", rows[i].n);
		writer_list_begin(w, "nodes", "NODES");
		for (size_t j = 0; rows[i].nodes[j]; j++)
			writer_list_add(w, rows[i].nodes[j]);
		writer_list_end(w);
		writer_str(w, "extra", NULL, "x");
		writer_row_end(w);
	}
	writer_table_end(w);
}

static void no_rows(struct writer *w)
{
	writer_table_begin(w, "services", "No Services.");
	writer_table_end(w);
}

static void nested(struct writer *w)
{
	writer_str(w, "a", "A", "1");
	writer_object_begin(w, "inner", "Inner");
	writer_str(w, "long", "Long label", "2");
	writer_str(w, "b", "B", "3");
	writer_object_end(w);
	writer_object_begin(w, NULL, "Shown in text");
	writer_str(w, "c", "C", "4");
	writer_object_end(w);
	writer_array_begin(w, "list");
	for (int i = 0; i < 2; i++) {
		writer_object_begin(w, NULL, "Element");
		writer_num(w, "i", "I", i);
		writer_object_end(w);
	}
	writer_array_end(w);
	writer_table_begin(w, NULL, NULL);
	writer_row_begin(w);
	writer_str(w, "hidden", "SEEN", "in text");
	writer_row_end(w);
	writer_table_end(w);
	writer_blank(w);
	writer_line(w, "the end %s", "\x01");
	writer_raw(w, "role: router\n  x: 1");
}

static void forms_are_golden(void **state)
{
	(void)state;
	check(nothing, "", "{}\n");
	check(pairs,
	    "Name:        a\"b\\n\n"
	    "Up:          -3\n"
	    "All is well: yes\n"
	    "None:        -\n"
	    "Text only:   1 of 2\n",
	    "{\n  \"name\":\"a\\\"b\\n\",\n  \"uptimeSeconds\":-3,\n  \"ok\":true,\n"
	    "  \"none\":null,\n  \"jsonOnly\":9223372036854775807\n}\n");
	check(table_rows,
	    "NAME           N  NODES\n"
	    "default/dns    2  n1, n2\n"
	    "\xc3\xa9            100  -\n",
	    "{\n  \"services\":[\n"
	    "    {\n      \"name\":\"default/dns\",\n      \"count\":2,\n"
	    "      \"nodes\":[\n        \"n1\",\n        \"n2\"\n      ],\n"
	    "      \"extra\":\"x\"\n    },\n"
	    "    {\n      \"name\":\"\xc3\xa9\",\n      \"count\":100,\n"
	    "      \"nodes\":[],\n      \"extra\":\"x\"\n    }\n  ]\n}\n");
	check(no_rows, "No Services.\n", "{\n  \"services\":[]\n}\n");
	check(nested,
	    "A: 1\n"
	    "Inner:\n  Long label: 2\n  B:          3\n"
	    "Shown in text:\n  C: 4\n"
	    "Element:\n  I: 0\n"
	    "Element:\n  I: 1\n"
	    "\nSEEN\nin text\n"
	    "\nthe end \\u0001\nrole: router\n  x: 1\n",
	    "{\n  \"a\":\"1\",\n"
	    "  \"inner\":{\n    \"long\":\"2\",\n    \"b\":\"3\"\n  },\n"
	    "  \"c\":\"4\",\n"
	    "  \"list\":[\n    {\n      \"i\":0\n    },\n    {\n      \"i\":1\n    }\n  "
	    "]\n}\n");
}

static void a_large_answer_grows(void **state)
{
	struct writer *w = writer_new(true);
	struct json_object *o;
	const char *text;

	(void)state;
	writer_table_begin(w, "rows", NULL);
	for (int i = 0; i < 20000; i++) {
		writer_row_begin(w);
		writer_num(w, "i", "I", i);
		writer_row_end(w);
	}
	writer_table_end(w);
	text = writer_finish(w, NULL);
	o = json_tokener_parse(text);
	assert_int_equal(json_object_array_length(json_object_object_get(o, "rows")), 20000);
	json_object_put(o);
	writer_free(w);
	writer_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forms_are_golden),
	    cmocka_unit_test(a_large_answer_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
