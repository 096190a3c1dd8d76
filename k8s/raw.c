/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects that others decode: the text of all but metadata.managedFields, which is longer than
 * the rest and of no use to anybody here. */
#include "k8s/decode_int.h"
#include "k8s/field.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A mapping with the same values, but one; NULL on lack of memory. */
static struct json_object *without(const struct json_object *o, const char *name)
{
	struct json_object *copy = json_object_new_object();

	json_object_object_foreach((struct json_object *)(uintptr_t)o, key, value)
	{
		if (!copy || strcmp(key, name) == 0)
			continue;
		if (json_object_object_add(copy, key, json_object_get(value)) < 0) {
			json_object_put(value);
			json_object_put(copy);
			copy = NULL;
		}
	}
	return copy;
}

static int take_text(struct json_object *copy, struct k8s_raw *out)
{
	size_t len;
	const char *text = json_object_to_json_string_length(
	    copy, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	char *own = text ? malloc(len + 1) : NULL;

	if (!own)
		return -ENOMEM;
	memcpy(own, text, len + 1);
	out->text = own;
	out->len = len;
	return 0;
}

int k8s_raw_decode(
    const struct json_object *json, struct k8s_object *o, struct k8s_decode_error *err)
{
	struct json_object *meta = json_object_object_get(json, "metadata");
	struct json_object *copy = without(json, "metadata");
	struct json_object *slim = copy ? without(meta, "managedFields") : NULL;
	int rc = -ENOMEM;

	(void)err;
	if (slim && json_object_object_add(copy, "metadata", slim) == 0) {
		slim = NULL;
		rc = take_text(copy, &o->raw);
	}
	json_object_put(slim);
	json_object_put(copy);
	return rc;
}
