/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "k8s/pool_counts.h"
#include "k8s/ask.h"
#include <json-c/json.h>
#include <limits.h>
#include <string.h>

static int64_t count(const struct json_object *o, const char *name)
{
	struct json_object *status, *v;

	if (!json_object_object_get_ex(o, "status", &status) ||
	    !json_object_is_type(status, json_type_object) ||
	    !json_object_object_get_ex(status, name, &v) ||
	    !json_object_is_type(v, json_type_int))
		return -1;
	return json_object_get_int64(v);
}

char *k8s_pool_counts_read(const struct k8s_object *o, struct k8s_pool_counts *counts)
{
	struct json_tokener *tok = o->raw.len <= INT_MAX ? json_tokener_new() : NULL;
	struct json_object *json;
	const char *uid;
	char *copy;

	if (!tok)
		return NULL;
	json = json_tokener_parse_ex(tok, o->raw.text, (int)o->raw.len);
	json_tokener_free(tok);
	uid = ask_string(json, "metadata", "uid", NULL);
	copy = uid ? strdup(uid) : NULL;
	if (copy)
		*counts = (struct k8s_pool_counts){.assigned4 = count(json, "assignedIPv4"),
		    .assigned6 = count(json, "assignedIPv6"),
		    .available4 = count(json, "availableIPv4"),
		    .available6 = count(json, "availableIPv6")};
	json_object_put(json);
	return copy;
}
