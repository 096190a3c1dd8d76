/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_out.c - a configuration as a tree of values, and what is noted of each: a pointer to its
 * place, whose lowest bit says that it is the default.
 */
#include "announcer/conf_out.h"
#include "announcer/conf_place.h"
#include <json-c/json.h>
#include <stdlib.h>

static struct json_object *made(struct json_object *v)
{
	if (!v)
		abort();
	return v;
}

struct json_object *conf_out_bool(bool value)
{
	return made(json_object_new_boolean(value));
}

struct json_object *conf_out_num(int64_t value)
{
	return made(json_object_new_int64(value));
}

struct json_object *conf_out_u32(uint32_t value, const struct conf_key *key)
{
	return value || !(key->flags & CONF_OMIT_ZERO) ? conf_out_num(value) : NULL;
}

struct json_object *conf_out_text(const char *value)
{
	return made(json_object_new_string(value));
}

struct json_object *conf_out_list(void)
{
	return made(json_object_new_array());
}

struct json_object *conf_out_object(void)
{
	return made(json_object_new_object());
}

void conf_out_append(struct json_object *list, struct json_object *v)
{
	if (json_object_array_add(list, v) < 0)
		abort();
}

void conf_out_add(struct json_object *map, const char *name, struct json_object *v)
{
	if (json_object_object_add(map, name, v) < 0)
		abort();
}

static void note(struct json_object *v, const struct conf_place *place, bool is_default)
{
	json_object_set_userdata(v, (void *)((uintptr_t)place | is_default), NULL);
}

static uintptr_t noted(const struct json_object *v)
{
	return (uintptr_t)json_object_get_userdata((struct json_object *)(uintptr_t)v);
}

const struct conf_place *conf_out_place(const struct json_object *v)
{
	return (const struct conf_place *)(noted(v) & ~(uintptr_t)1);
}

bool conf_out_is_default(const struct json_object *v)
{
	return noted(v) & 1;
}

static bool equals_default(
    const struct conf_out *out, const struct conf_key *key, struct json_object *v)
{
	struct conf_out plain = {.hide = out->hide};
	struct json_object *d;
	bool equal;

	if (key->flags & (CONF_REQUIRED | CONF_IMPLIED))
		return false;
	d = key->type->give(&plain, out->defaults, key);
	equal = d && json_object_equal(v, d);
	json_object_put(d);
	return equal;
}

struct json_object *conf_out_key(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	struct conf_out inner = *out;
	const struct conf_place *place = NULL;
	struct json_object *v;
	bool is_default;

	if (!key->type->give || (out->no_lists && key->type->kind == CONF_LIST))
		return NULL;
	if (out->defaults) {
		place = conf_place(out->conf, base, key);
		place = place ? place : out->outer;
		inner.outer = place;
	}
	v = key->type->give(&inner, base, key);
	if (!v || !out->defaults)
		return v;
	is_default = equals_default(out, key, v);
	/* `kernel: no` says nothing of kernel.table. */
	note(v, place == out->outer && is_default ? NULL : place, is_default);
	return v;
}

struct json_object *conf_out_map(
    const struct conf_out *out, const void *base, const struct conf_key *keys)
{
	struct json_object *map = conf_out_object();

	for (; keys->name; keys++) {
		struct json_object *v = conf_out_key(out, base, keys);

		if (v)
			conf_out_add(map, keys->name, v);
	}
	return map;
}

static bool has_place(const struct conf *c, const void *base, const struct conf_key *keys)
{
	for (; keys->name; keys++)
		if (conf_place(c, base, keys))
			return true;
	return false;
}

struct json_object *conf_out_section(
    const struct conf_out *out, const void *base, const struct conf_key *keys)
{
	struct conf_out inner = *out;
	struct json_object *map;

	if (out->outer && has_place(out->conf, base, keys))
		inner.outer = NULL;
	map = conf_out_map(&inner, base, keys);
	if (json_object_object_length(map))
		return map;
	json_object_put(map);
	return NULL;
}

struct json_object *conf_out_element(
    const struct conf_out *out, const void *base, const struct conf_list *list)
{
	struct conf_out inner = *out;
	void *fresh = calloc(1, list->size);
	struct json_object *map;

	if (!fresh)
		abort();
	if (list->init)
		list->init(fresh);
	inner.outer = NULL;
	inner.no_lists = false;
	inner.defaults = out->defaults ? fresh : NULL;
	map = conf_out_map(&inner, base, list->keys);
	if (out->defaults)
		note(map, conf_place(out->conf, base, NULL), false);
	free(fresh);
	return map;
}
