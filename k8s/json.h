/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.h - JSON that is trimmed while it is read: members that nobody wants are stepped over
 * without a copy, the rest becomes json-c values. RFC 8259, UTF-8. Pure.
 */
#ifndef K8S_JSON_H
#define K8S_JSON_H
#include "k8s/objects.h"
#include <json-c/json.h>

/* A member to keep; a table of them ends with a NULL name. Elements of a list are read by the
 * table of the list. */
struct json_want {
	const char *name;
	const struct json_want *in; /* of its value, when that is an object; NULL = all of it */
};

/* What the decoder of this kind looks at. */
const struct json_want *k8s_wants(enum k8s_kind kind);

struct json_fault {
	size_t at;        /* offset of the byte */
	const char *what; /* "expected , or }" */
};

/* Read one value and nothing after it but blanks. want = NULL: all of it. Nesting is limited to
 * 64. Return: 0, -EINVAL with fault filled in, or -ENOMEM. */
int json_read(const char *text, size_t len, const struct json_want *want,
    struct json_object **out, struct json_fault *fault);
#endif
