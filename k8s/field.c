/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "k8s/field.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int field_refuse(struct k8s_decode_error *err, const struct json_object *at, const char *name,
    const char *fmt, ...)
{
	va_list ap;

	err->at = at;
	snprintf(err->field, sizeof(err->field), "%s", name);
	va_start(ap, fmt);
	vsnprintf(err->expected, sizeof(err->expected), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* Put head before err->field; what does not fit is cut off at the end. */
static void prepend(struct k8s_decode_error *err, const char *head)
{
	char tail[sizeof(err->field)];
	const char *dot = err->field[0] && err->field[0] != '[' ? "." : "";

	memcpy(tail, err->field, sizeof(tail));
	if (snprintf(err->field, sizeof(err->field), "%s%s%s", head, dot, tail) < 0)
		err->field[0] = 0;
}

int field_within(int rc, struct k8s_decode_error *err, const char *name)
{
	if (rc == -EINVAL)
		prepend(err, name);
	return rc;
}

int field_within_item(int rc, struct k8s_decode_error *err, const char *name, size_t i)
{
	char head[64];

	if (rc != -EINVAL)
		return rc;
	snprintf(head, sizeof(head), "%s[%zu]", name, i);
	prepend(err, head);
	return rc;
}

static const char *type_name(enum json_type type)
{
	switch (type) {
	case json_type_boolean:
		return "true or false";
	case json_type_int:
		return "a whole number";
	case json_type_object:
		return "a mapping";
	case json_type_array:
		return "a list";
	case json_type_string:
		return "a string";
	default:
		return "another type";
	}
}

int field_check(const struct json_object *o, enum json_type type, struct k8s_decode_error *err)
{
	if (json_object_is_type(o, type))
		return 0;
	if (type == json_type_string && o && !json_object_is_type(o, json_type_object) &&
	    !json_object_is_type(o, json_type_array))
		return field_refuse(err, o, "", "must be a string: put it in quotes");
	return field_refuse(err, o, "", "must be %s", type_name(type));
}

int field_get(const struct json_object *o, const char *name, enum json_type type,
    struct json_object **out, struct k8s_decode_error *err)
{
	int rc;

	*out = NULL;
	if (!json_object_object_get_ex(o, name, out) || !*out)
		return 0;
	rc = field_check(*out, type, err);
	if (rc)
		*out = NULL;
	return field_within(rc, err, name);
}

int field_as_string(const struct json_object *o, const char **out, struct k8s_decode_error *err)
{
	struct json_object *value = (struct json_object *)(uintptr_t)o;
	int rc = field_check(o, json_type_string, err);

	if (rc)
		return rc;
	*out = json_object_get_string(value);
	if (strlen(*out) != (size_t)json_object_get_string_len(o))
		return field_refuse(err, o, "", "must not hold a NUL character");
	return 0;
}

int field_string(const struct json_object *o, const char *name, const char **out,
    struct k8s_decode_error *err)
{
	struct json_object *value;
	int rc = field_get(o, name, json_type_string, &value, err);

	*out = NULL;
	if (rc || !value)
		return rc;
	rc = field_within(field_as_string(value, out, err), err, name);
	if (rc || !**out)
		*out = NULL;
	return rc;
}

int field_bool(
    const struct json_object *o, const char *name, bool *out, struct k8s_decode_error *err)
{
	struct json_object *value;
	int rc = field_get(o, name, json_type_boolean, &value, err);

	if (value)
		*out = json_object_get_boolean(value);
	return rc;
}

/* "must be A, B or C" */
static int refuse_word(
    struct k8s_decode_error *err, const struct json_object *at, const char *const *words)
{
	char list[100] = "";
	size_t len = 0;

	for (size_t i = 0; words[i]; i++) {
		const char *sep = !i ? "" : words[i + 1] ? ", " : " or ";

		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", sep, words[i]);
		if (len >= sizeof(list))
			break;
	}
	return field_refuse(err, at, "", "must be %s", list);
}

int field_word(const struct json_object *o, const char *name, const char *const *words,
    unsigned *out, struct k8s_decode_error *err)
{
	struct json_object *value;
	const char *s;
	int rc = field_string(o, name, &s, err);

	if (rc || !s)
		return rc;
	for (unsigned i = 0; words[i]; i++) {
		if (strcmp(s, words[i]) == 0) {
			*out = i;
			return 0;
		}
	}
	json_object_object_get_ex(o, name, &value);
	return field_within(refuse_word(err, value, words), err, name);
}

int field_as_addr(const struct json_object *o, struct ipaddr *out, struct k8s_decode_error *err)
{
	const char *s = NULL;
	int rc = field_as_string(o, &s, err);

	if (rc)
		return rc;
	if (ipaddr_parse(s, out) < 0)
		return field_refuse(err, o, "", "must be an IP address");
	return 0;
}

int field_list(const struct json_object *o, const char *name, struct json_object **list,
    size_t *n, struct k8s_decode_error *err)
{
	int rc = field_get(o, name, json_type_array, list, err);

	*n = *list ? json_object_array_length(*list) : 0;
	return rc;
}
