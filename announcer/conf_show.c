/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_show.c - the tree of values, as YAML in text.
 */
#include "announcer/conf_show.h"
#include "announcer/conf_key.h"
#include "announcer/conf_out.h"
#include "announcer/util.h"
#include "announcer/vty/writer.h"
#include <json-c/json.h>

#define DEPTH_MAX 12 /* a configuration nests half as deep */

static void value_show(
    const char *key, struct json_object *o, struct writer *w, unsigned depth);

static void object_show(
    const char *key, struct json_object *o, struct writer *w, unsigned depth)
{
	writer_object_begin(w, key, NULL);
	json_object_object_foreach(o, name, value)
	{
		value_show(name, value, w, depth);
	}
	writer_object_end(w);
}

static void array_show(const char *key, struct json_object *o, struct writer *w, unsigned depth)
{
	writer_array_begin(w, key);
	for (size_t i = 0; i < json_object_array_length(o); i++)
		value_show(NULL, json_object_array_get_idx(o, i), w, depth);
	writer_array_end(w);
}

static void value_show(const char *key, struct json_object *o, struct writer *w, unsigned depth)
{
	if (depth == DEPTH_MAX)
		return;
	switch (json_object_get_type(o)) {
	case json_type_object:
		object_show(key, o, w, depth + 1);
		break;
	case json_type_array:
		array_show(key, o, w, depth + 1);
		break;
	case json_type_int:
		writer_num(w, key, NULL, json_object_get_int64(o));
		break;
	case json_type_boolean:
		writer_bool(w, key, NULL, json_object_get_boolean(o));
		break;
	default:
		writer_str(w, key, NULL, json_object_get_string(o));
		break;
	}
}

void conf_show(const struct conf *c, struct writer *w)
{
	struct conf_out out = {.hide = true};
	struct json_object *map = conf_out_map(&out, c, conf_root.keys);
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		abort();
	conf_out_yaml(map, f);
	if (fclose(f) != 0)
		abort();
	writer_str(w, "file", NULL, c->file);
	writer_raw(w, text);
	if (writer_is_json(w))
		value_show("configuration", map, w, 0);
	json_object_put(map);
	free(text);
}
