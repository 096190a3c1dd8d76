/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_show_text.c - a tree of values as lines that read like FRR's configuration: `name
 * value`, `no name`, blocks that are indented by one and end with `exit`. Whatever has no words
 * of its own is shown by its key, so that no key can be forgotten.
 */
#include "announcer/conf_place.h"
#include "announcer/conf_show.h"
#include "announcer/util.h"
#include "announcer/vty/writer.h"
#include <json-c/json.h>

void config_line(struct config_text *t, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	writer_line(
	    t->w, "%s%*s%s", t->commented && *b.p != '!' ? "! " : "", (int)t->indent, "", b.p);
	t->separated = strcmp(b.p, "!") == 0;
	free(b.p);
}

void config_separate(struct config_text *t)
{
	if (!t->separated)
		config_line(t, "!");
}

const char *config_from(const struct conf *c, const struct conf_place *p, struct buf *b)
{
	buf_clear(b);
	if (p && p->origin)
		buf_str(b, p->origin);
	else if (p)
		buf_fmt(b, "%s:%u", c->file, p->line);
	else
		buf_str(b, "");
	return b->p;
}

void config_put_from(struct config_text *t, const struct conf_place *p)
{
	if (p && p->line)
		config_line(t, "! from %s:%u", t->conf->file, p->line);
}

/* "zebra.route-type" is said as "zebra route-type". */
bool config_put_facts(struct config_text *t, const char *key)
{
	size_t n = strlen(key);
	bool any = false;

	for (size_t i = 0; i < t->facts->n; i++) {
		const struct config_fact *f = &t->facts->v[i];
		const char *rest = f->key + n;

		if (strncmp(f->key, key, n) != 0 || (*rest && *rest != '.'))
			continue;
		config_line(t, "! %s%s%s %s: from %s", key, *rest ? " " : "",
		    *rest ? rest + 1 : "", f->value, f->from);
		any = true;
	}
	return any;
}

static bool given(struct json_object *v)
{
	const struct conf_place *p = conf_out_place(v);
	bool noted = false; /* of labels nothing is */

	if (json_object_is_type(v, json_type_object)) {
		json_object_object_foreach(v, name, member)
		{
			(void)name;
			if (given(member))
				return true;
			noted |= conf_out_place(member) || conf_out_is_default(member);
		}
		if (noted)
			return false;
	}
	if (json_object_is_type(v, json_type_array) && json_object_array_length(v) &&
	    json_object_is_type(json_object_array_get_idx(v, 0), json_type_object))
		return true;
	return p && (p->origin || !conf_out_is_default(v));
}

bool config_shown(const struct config_text *t, struct json_object *v)
{
	return t->all || given(v);
}

const char *config_word(struct json_object *v, struct buf *b)
{
	const char *s = json_object_get_string(v);

	buf_clear(b);
	if (json_object_is_type(v, json_type_boolean))
		buf_str(b, json_object_get_boolean(v) ? "yes" : "no");
	else if (json_object_is_type(v, json_type_string) && (!*s || strpbrk(s, " \t\"")))
		buf_fmt(b, "\"%s\"", s);
	else
		buf_str(b, s);
	return b->p;
}

unsigned long config_seconds(struct json_object *v)
{
	return v ? strtoul(json_object_get_string(v), NULL, 10) : 0;
}

struct json_object *config_member(struct json_object *map, const char *path)
{
	char name[64];

	while (map && *path) {
		size_t n = strcspn(path, ".");
		struct json_object *v = NULL;

		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		json_object_object_get_ex(map, name, &v);
		map = v;
		path += n + (path[n] == '.');
	}
	return map;
}

struct json_object *config_take(struct json_object *map, const char *name)
{
	struct json_object *v = json_object_get(config_member(map, name));

	json_object_object_del(map, name);
	return v;
}

/* ---- selectors ---- */

static void put_values(struct buf *b, struct json_object *list)
{
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		buf_fmt(b, "%s%s", i ? "," : "",
		    json_object_get_string(json_object_array_get_idx(list, i)));
}

static void put_expression(struct buf *b, struct json_object *e)
{
	const char *key = json_object_get_string(config_member(e, "key"));
	const char *op = json_object_get_string(config_member(e, "operator"));
	bool in = strcmp(op, "In") == 0;

	if (!in && strcmp(op, "NotIn") != 0) {
		buf_fmt(b, "%s%s", strcmp(op, "Exists") == 0 ? "" : "!", key);
		return;
	}
	buf_fmt(b, "%s %s (", key, in ? "in" : "notin");
	put_values(b, config_member(e, "values"));
	buf_str(b, ")");
}

/* As kubectl takes it: "rack=a,zone in (b,c),!edge". */
static void put_selector(
    struct config_text *t, const char *before, const char *name, struct json_object *s)
{
	struct json_object *labels = config_member(s, "match-labels");
	struct json_object *exprs = config_member(s, "match-expressions");
	struct buf b = {0};

	buf_str(&b, "");
	if (labels) {
		json_object_object_foreach(labels, key, value) buf_fmt(
		    &b, "%s%s=%s", b.len ? "," : "", key, json_object_get_string(value));
	}
	for (size_t i = 0; exprs && i < json_object_array_length(exprs); i++) {
		buf_str(&b, b.len ? "," : "");
		put_expression(&b, json_object_array_get_idx(exprs, i));
	}
	config_line(t, "%s%s %s", before, name, b.len ? b.p : "all");
	free(b.p);
}

/* Of "node-selectors": "node-selector". NULL: a list of others. */
static const char *selector_name(const char *list)
{
	static const struct {
		const char *list, *name;
	} rows[] = {
	    {"node-selectors",      "node-selector"     },
	    {"service-selectors",   "service-selector"  },
	    {"namespace-selectors", "namespace-selector"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(rows[i].list, list) == 0)
			return rows[i].name;
	return NULL;
}

/* ---- values ---- */

static void put_list(
    struct config_text *t, const char *before, const char *name, struct json_object *v)
{
	const char *selector = selector_name(name);
	struct buf b = {0};

	if (!json_object_array_length(v))
		config_line(t, "no %s%s", before, name);
	for (size_t i = 0; i < json_object_array_length(v); i++) {
		struct json_object *e = json_object_array_get_idx(v, i);

		if (selector)
			put_selector(t, before, selector, e);
		else if (json_object_is_type(e, json_type_object))
			config_put_element(t, name, e, i);
		else
			config_line(t, "%s%s %s", before, name, config_word(e, &b));
	}
	free(b.p);
}

static void put_map(
    struct config_text *t, const char *before, const char *name, struct json_object *v)
{
	struct buf b = {0};

	if (*before) {
		buf_fmt(&b, "%s%s ", before, name);
		config_put_members(t, b.p, v);
		free(b.p);
		return;
	}
	config_line(t, "%s", name);
	t->indent++;
	config_put_members(t, "", v);
	t->indent--;
	config_line(t, "exit");
}

void config_put(
    struct config_text *t, const char *before, const char *name, struct json_object *v)
{
	const struct conf_place *p = conf_out_place(v);
	struct buf b = {0};

	if (p && p->origin)
		config_line(t, "! %s: %s", name, p->origin);
	if (strcmp(name, "preference") == 0)
		put_selector(t, before, name, v);
	else if (json_object_is_type(v, json_type_object))
		put_map(t, before, name, v);
	else if (json_object_is_type(v, json_type_array))
		put_list(t, before, name, v);
	else if (json_object_is_type(v, json_type_boolean))
		config_line(t, "%s%s%s", json_object_get_boolean(v) ? "" : "no ", before, name);
	else if (json_object_is_type(v, json_type_string) && !json_object_get_string_len(v))
		config_line(t, "no %s%s", before, name);
	else
		config_line(t, "%s%s %s", before, name, config_word(v, &b));
	free(b.p);
}

static bool put_those(
    struct config_text *t, const char *before, struct json_object *map, bool wanted)
{
	bool any = false;

	json_object_object_foreach(map, name, value)
	{
		if (given(value) != wanted)
			continue;
		if (!wanted && !any && !t->defaults)
			config_line(t, "! defaults");
		t->defaults |= !wanted;
		any = true;
		config_put(t, before, name, value);
	}
	return any;
}

void config_put_members(struct config_text *t, const char *before, struct json_object *map)
{
	bool outer = t->defaults;

	put_those(t, before, map, true);
	if (t->all)
		put_those(t, before, map, false);
	t->defaults = outer;
}

/* "bgp-advertisements" of which one is "bgp-advertisement 1". */
void config_put_element(
    struct config_text *t, const char *list, struct json_object *map, size_t i)
{
	struct json_object *name = config_take(map, "name");
	int len = (int)strlen(list) - 1;
	struct buf b = {0};

	config_put_from(t, conf_out_place(map));
	if (name)
		config_line(t, "%.*s %s", len, list, config_word(name, &b));
	else
		config_line(t, "%.*s %zu", len, list, i + 1);
	t->indent++;
	config_put_members(t, "", map);
	t->indent--;
	config_line(t, "exit");
	json_object_put(name);
	free(b.p);
}
