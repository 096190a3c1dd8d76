/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decode.h - an object from JSON or YAML that must be good. After cmocka's headers. */
#ifndef TESTS_DECODE_H
#define TESTS_DECODE_H
#include "k8s/decode.h"
#include "k8s/yamldoc.h"
#include <cmocka.h>
#include <string.h>

static inline struct k8s_object *decode(const struct json_object *json)
{
	struct k8s_decode_error err = {0};
	struct k8s_object *o = NULL;
	int rc = k8s_object_decode(json, &o, &err);

	if (rc)
		print_error("%s: %s\n", err.field, err.expected);
	assert_int_equal(rc, 0);
	return o;
}

static inline struct k8s_object *decode_text(const char *text)
{
	struct yamldoc doc;
	struct yamldoc_error err;
	struct k8s_object *o;

	assert_int_equal(yamldoc_parse(text, strlen(text), &doc, &err), 0);
	assert_int_equal(doc.n, 1);
	o = decode(doc.docs[0]);
	yamldoc_fini(&doc);
	return o;
}
#endif
