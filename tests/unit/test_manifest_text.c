/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "k8s/manifest_text.h"
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SERVICE(name) "{apiVersion: v1, kind: Service, metadata: {name: " name "}, spec: {}}"
#define BAD_SERVICE   "{apiVersion: v1, kind: Service, metadata: {name: bad}}"

/* From a heap copy of exactly len bytes. */
static int parse(
    const char *text, size_t len, struct manifest_text *out, struct manifest_fault *fault)
{
	char *copy = malloc(len ? len : 1);
	int rc;

	assert_non_null(copy);
	memcpy(copy, text, len);
	rc = manifest_text_parse(copy, len, out, fault);
	free(copy);
	return rc;
}

/* The names of the objects in the order of the text. */
static void assert_names(const char *text, const char *names)
{
	struct manifest_text t;
	struct manifest_fault fault;
	char got[256] = "";

	if (parse(text, strlen(text), &t, &fault) != 0)
		fail_msg("%u:%u: %s", fault.line, fault.col, fault.what);
	for (size_t i = 0; i < t.n; i++) {
		size_t len = strlen(got);

		snprintf(got + len, sizeof(got) - len, "%s%s", i ? " " : "", t.v[i].obj->name);
	}
	assert_string_equal(got, names);
	manifest_text_fini(&t);
}

static void assert_fault(const char *text, const char *expected)
{
	struct manifest_text t;
	struct manifest_fault fault;
	char got[640];

	assert_int_equal(parse(text, strlen(text), &t, &fault), -EINVAL);
	snprintf(got, sizeof(got), "%u:%u: %s", fault.line, fault.col, fault.what);
	assert_string_equal(got, expected);
}

static void documents_and_lists(void **state)
{
	(void)state;
	assert_names("", "");
	assert_names("---\n---\n", "");
	assert_names(SERVICE("a") "\n---\n" SERVICE("b"), "a b");
	assert_names("{kind: List, items: [" SERVICE("a") ", " SERVICE("b") "]}", "a b");
	/* As kubectl prints it: the kind comes last. */
	assert_names(
	    "{apiVersion: v1, items: [" SERVICE("a") "], kind: List, metadata: {}}", "a");
	assert_names("{items: [{metadata: {name: a}}, " SERVICE("b") "], kind: NodeList, "
								     "apiVersion: v1}",
	    "b a");
	assert_names("{items: &x [" SERVICE("a") "], kind: List, more: *x}", "a");
	assert_names("{x: &x 1, items: [" SERVICE("a") "], kind: List}", "a");
	assert_names("{items: ~, kind: ServiceList}", "");
	assert_names("{kind: ServiceList}", "");
}

/* A Namespace is of use, and so is a Secret, of a BGP peer; the other raw kinds are read only
 * where they are asked for. */
static void kinds_that_are_left_alone(void **state)
{
	(void)state;
	assert_names(
	    "{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {b: c}}}", "a");
	assert_names("{apiVersion: v1, kind: Secret, metadata: {name: a}, "
		     "stringData: {password: b}}",
	    "a");
	assert_names(
	    "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {b: c}}", "");
	assert_names("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: 7}", "");
	assert_names("{apiVersion: metallb.io/v1beta1, kind: IPAddressPool, metadata: 7}", "");
	assert_fault("{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: [b]}}",
	    "1:63: Namespace a: metadata.labels: must be a mapping");
}

static void what_only_looks_like_a_list(void **state)
{
	(void)state;
	assert_names(SERVICE("a") "\n---\n{apiVersion: x/v1, kind: Bundle, items: [" SERVICE(
			 "b") ", " BAD_SERVICE "]}\n---\n" SERVICE("c"),
	    "a c");
	assert_names(
	    "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {}, items: [" SERVICE(
		"b") "]}",
	    "a");
	/* Only at the top. */
	assert_names("{kind: List, x: {items: [" SERVICE("a") "]}, items: []}", "");
	assert_names(
	    "{kind: List, items: [{items: [" SERVICE("a") "], kind: List, apiVersion: v1}]}",
	    "");
	assert_fault("{items: [" SERVICE("a") "]}", "1:1: kind: must be given");
}

static void faults_have_a_place(void **state)
{
	(void)state;
	assert_fault("[]", "1:1: must be a mapping");
	assert_fault("{items: [" SERVICE("a") ",\n" BAD_SERVICE ",\n{], kind: List}",
	    "3:2: while parsing a flow node, did not find expected node content");
	assert_fault("{items: [" SERVICE("a") ",\n" BAD_SERVICE ",\n" BAD_SERVICE
					      "], kind: List}",
	    "2:1: Service bad: spec: must be given");
	assert_fault("{items: [1], kind: List}", "1:10: List: items: each must be a mapping");
	assert_fault("{items: [~], kind: List}", "1:9: List: items: each must be a mapping");
	assert_fault("{items: 1, kind: List}", "1:9: List: items: must be a list");
	assert_fault(
	    "{items: [\n{metadata: {name: a}}], kind: List}", "2:1: kind: must be given");
	assert_fault("{items: [\n" SERVICE("a") "],\nkind: List}\n---\n" SERVICE("a"),
	    "5:1: Service default/a: is in this file already, on line 2");
	assert_fault(
	    "{items: [\n{metadata: {name: a}},\n" SERVICE("a") "],\nkind: ServiceList, "
							       "apiVersion: v1}",
	    "2:1: Service a: spec: must be given");
	assert_fault("{items: [\n{metadata: {name: a}, spec: {}},\n" SERVICE(
			 "a") "],\n"
			      "kind: ServiceList, apiVersion: v1}",
	    "3:1: Service default/a: is in this file already, on line 2");
}

static void every_truncation_is_survived(void **state)
{
	static char text[16384];
	char path[512];
	struct manifest_text t;
	struct manifest_fault fault;
	size_t len, good = 0;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/k8s/pihole.yaml", getenv("TEST_DATA"));
	f = fopen(path, "r");
	assert_non_null(f);
	len = fread(text, 1, sizeof(text), f);
	fclose(f);
	assert_true(len > 1000 && len < sizeof(text));
	for (size_t n = 0; n < len; n += n < len - 64 ? 7 : 1) {
		int rc = parse(text, n, &t, &fault);

		assert_true(rc == 0 || (rc == -EINVAL && fault.what[0]));
		if (rc == 0)
			manifest_text_fini(&t);
		good += rc == 0;
	}
	/* "kind: List" is in it only at the very end. */
	assert_true(good < 50);
	assert_int_equal(parse(text, len, &t, &fault), 0);
	assert_int_equal(t.n, 4);
	manifest_text_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(documents_and_lists),
	    cmocka_unit_test(kinds_that_are_left_alone),
	    cmocka_unit_test(what_only_looks_like_a_list),
	    cmocka_unit_test(faults_have_a_place),
	    cmocka_unit_test(every_truncation_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
