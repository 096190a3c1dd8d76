/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * json.h - JSON that is trimmed while it is read: members that nobody wants are stepped over
 * without a copy, the rest becomes json-c values. RFC 8259, UTF-8. Pure.
 */
#ifndef K8S_JSON_H
#define K8S_JSON_H
#include "k8s/kind.h"
#include <json-c/json.h>
#include <stddef.h>

/* A member to keep; a table of them ends with a NULL name. Elements of a list are read by the
 * table of the list. With a table of {0} alone a value is checked and nothing is kept. */
struct json_want {
	const char *name;
	const struct json_want *in; /* of its value, when that is an object; NULL = all of it */
};

/* What the decoder of this kind looks at, and what tells a bookmark or a Status that comes in
 * its place: metadata.annotations["k8s.io/initial-events-end"], code, reason, message, details.
 * NULL (all of it) for kinds that are kept raw. */
const struct json_want *k8s_wants(enum k8s_kind kind);

struct json_fault {
	size_t at;        /* offset of the byte */
	const char *what; /* "expected , or }" */
};

/* Read one value and nothing after it but blanks. want = NULL: all of it. *out is NULL for a
 * null. Nesting is limited to 64; the last of members of one name counts; a whole number beyond
 * int64_t is a double. What is not wanted needs only to balance.
 * Return: 0, -EINVAL with fault filled in, or -ENOMEM. */
int json_read(const char *text, size_t len, const struct json_want *want,
    struct json_object **out, struct json_fault *fault);
#endif
