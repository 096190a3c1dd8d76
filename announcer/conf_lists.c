/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_lists.c - the types of lists and mappings in the configuration: sections, lists of
 * mappings, lists of words, labels, address ranges, aliases.
 *
 * Every element of a list gets its place in the result, also one that is wrong, so that
 * later checks find an element's place in the file by its index.
 */
#include "announcer/conf_check.h"
#include "announcer/conf_out.h"
#include "announcer/conf_place.h"
#include "announcer/util.h"
#include <json-c/json.h>

#define LIST_MAX 10000

static bool is_map(struct conf_reader *r, struct json_object *v, const char *key)
{
	if (json_object_is_type(v, json_type_object))
		return true;
	conf_error(r, v, key, "must be a mapping");
	return false;
}

static bool is_list(struct conf_reader *r, struct json_object *v, const char *key)
{
	if (!json_object_is_type(v, json_type_array))
		conf_error(r, v, key, "must be a list");
	else if (json_object_array_length(v) > LIST_MAX)
		conf_error(r, v, key, "must be a list of at most %d", LIST_MAX);
	else
		return true;
	return false;
}

static void section_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const struct conf_section *section = key->arg;

	if (!is_map(r, v, key->name))
		return;
	conf_read_map(r, v, base, section->keys);
	if (section->check)
		section->check(r, v);
}

struct json_object *conf_section_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	return conf_out_section(out, base, ((const struct conf_section *)key->arg)->keys);
}

/* Its keys are fields of the same struct. */
const struct conf_type conf_section_type = {section_parse, conf_section_give, CONF_SECTION};

static void section_off_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	if (json_object_is_type(v, json_type_object))
		section_parse(r, v, base, key);
	else
		conf_off_type.parse(r, v, base, &(struct conf_key){.name = key->name});
}

static void section_text_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	char **field = (char **)((char *)base + key->off);

	section_off_parse(r, v, base, key);
	if (json_object_is_type(v, json_type_object))
		return;
	free(*field);
	*field = xstrdup("");
}

/* A section that is off when its one text is empty: also `no` and the like. */
const struct conf_type conf_section_text_type = {
    section_text_parse, conf_section_give, CONF_SECTION};

/* A section that is off by its defaults: also `no` and the like. */
const struct conf_type conf_section_off_type = {
    section_off_parse, conf_section_give, CONF_SECTION};

/* An element; one of which nothing is said, `-`, is an empty mapping. */
static struct json_object *element_of(struct json_object *list, size_t i)
{
	struct json_object *e = json_object_array_get_idx(list, i);

	if (e)
		return e;
	e = json_object_new_object();
	if (!e || json_object_array_put_idx(list, i, e) < 0)
		abort();
	return e;
}

/* Elements may lack parts after an error: compared only without one. */
static void list_refuse_same(struct conf_reader *r, struct json_object *v, const char *items,
    size_t at, const struct conf_key *key)
{
	const struct conf_list *list = key->arg;
	const char *item = items + at * list->size;

	for (size_t i = 0; list->same && i < at; i++)
		if (list->same(items + i * list->size, item)) {
			conf_error(r, v, key->name, "%s", list->duplicate);
			return;
		}
}

static void list_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const struct conf_list *list = key->arg;
	size_t *count = (size_t *)((char *)base + key->off_n), n;
	size_t errors = r->n_lines;
	char *items;

	if (!is_list(r, v, key->name))
		return;
	n = json_object_array_length(v);
	items = n ? xcalloc(n, list->size) : NULL;
	memcpy((char *)base + key->off, &items, sizeof(items));
	*count = n;
	for (size_t i = 0; i < n; i++) {
		const struct json_object *at = json_object_array_get_idx(v, i);
		struct json_object *e = element_of(v, i);

		if (list->init)
			list->init(items + i * list->size);
		if (!is_map(r, e, key->name))
			continue;
		if (r->dialect == CONF_FILE)
			conf_place_add(r, items + i * list->size, NULL, at ? at : v);
		conf_read_map(r, e, items + i * list->size, list->keys);
		if (list->check)
			list->check(r, e, items + i * list->size);
	}
	for (size_t i = 0; r->n_lines == errors && i < n; i++)
		list_refuse_same(r, json_object_array_get_idx(v, i), items, i, key);
}

size_t conf_list_count(const void *base, const struct conf_key *key)
{
	return *(const size_t *)((const char *)base + key->off_n);
}

struct json_object *conf_list_item(
    const struct conf_out *out, const void *base, const struct conf_key *key, size_t i)
{
	const struct conf_list *list = key->arg;
	const char *items;

	memcpy(&items, (const char *)base + key->off, sizeof(items));
	return conf_out_element(out, items + i * list->size, list);
}

static struct json_object *list_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	size_t n = conf_list_count(base, key);
	struct json_object *all = n ? conf_out_list() : NULL;

	for (size_t i = 0; i < n; i++)
		conf_out_append(all, conf_list_item(out, base, key, i));
	return all;
}

/* The field is a pointer to an array of structs; off_n its count. */
const struct conf_type conf_list_type = {list_parse, list_give, CONF_LIST};

static void words_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	struct strlist *field = (struct strlist *)((char *)base + key->off);
	const struct conf_rule *rule = key->arg;

	if (!is_list(r, v, key->name))
		return;
	for (size_t i = 0; i < json_object_array_length(v); i++) {
		struct json_object *e = json_object_array_get_idx(v, i);
		char *s = e ? conf_read_text(r, e) : NULL;
		const char *expected = s ? rule->check(s) : "must be a list of texts";

		if (expected)
			conf_error(r, e, key->name, "%s", expected);
		else if (!strlist_has(field, s))
			strlist_add(field, s);
		else if (r->dialect != CONF_CUSTOM || !(key->flags & CONF_REPEATS))
			conf_error(r, e, key->name, "%s stands here twice", s);
		free(s);
	}
}

static struct json_object *words_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	const struct strlist *field = (const struct strlist *)((const char *)base + key->off);
	struct json_object *list = field->n ? conf_out_list() : NULL;

	(void)out;
	for (size_t i = 0; i < field->n; i++)
		conf_out_append(list, conf_out_text(field->v[i]));
	return list;
}

/* arg: struct conf_rule of a word. The field is a struct strlist. */
const struct conf_type conf_words_type = {words_parse, words_give, CONF_VALUE};

static int label_cmp(const void *a, const void *b)
{
	return strcmp(
	    ((const struct selector_label *)a)->key, ((const struct selector_label *)b)->key);
}

static void labels_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	struct selector *s = base;

	if (!is_map(r, v, key->name))
		return;
	s->labels = xcalloc((size_t)json_object_object_length(v), sizeof(*s->labels));
	json_object_object_foreach(v, name, value)
	{
		char *text = value ? conf_read_text(r, value) : xstrdup("");
		const char *expected = conf_rule_label_key.check(name);

		if (!expected)
			expected = text ? conf_rule_label_value.check(text) : "must be a text";
		if (expected) {
			conf_error(r, value, name, "%s", expected);
			free(text);
			continue;
		}
		s->labels[s->n_labels++] = (struct selector_label){xstrdup(name), text};
	}
	qsort(s->labels, s->n_labels, sizeof(*s->labels), label_cmp);
}

static struct json_object *labels_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	struct json_object *map = NULL;
	const struct selector *s = base;

	(void)out;
	(void)key;
	for (size_t i = 0; i < s->n_labels; i++) {
		map = map ? map : conf_out_object();
		conf_out_add(map, s->labels[i].key, conf_out_text(s->labels[i].value));
	}
	return map;
}

/* match-labels; base is a struct selector. */
const struct conf_type conf_labels_type = {labels_parse, labels_give, CONF_VALUE};

static void ranges_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	struct pool *pool = base;

	if (!is_list(r, v, key->name))
		return;
	if (!json_object_array_length(v))
		conf_error(r, v, key->name, "must hold at least one prefix or range");
	pool->ranges = xcalloc(json_object_array_length(v), sizeof(*pool->ranges));
	for (size_t i = 0; i < json_object_array_length(v); i++) {
		struct json_object *e = json_object_array_get_idx(v, i);
		char *s = e ? conf_read_text(r, e) : NULL;
		const char *expected = "must be a list of prefixes and ranges";

		if (s)
			expected = iprange_parse(s, &pool->ranges[i]);
		if (expected)
			conf_error(r, e, key->name, "%s", expected);
		strlist_add(&pool->addresses, s ? s : "");
		free(s);
		pool->n_ranges++;
	}
}

/* addresses; base is a struct pool. */
const struct conf_type conf_ranges_type = {ranges_parse, words_give, CONF_VALUE};

static int community_cmp(const void *a, const void *b)
{
	return strcmp(((const struct conf_community *)a)->alias,
	    ((const struct conf_community *)b)->alias);
}

static void communities_parse(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	const struct json_object *outer = r->map;
	struct conf *c = base;

	if (!is_map(r, v, key->name))
		return;
	r->map = v;
	c->communities = xcalloc((size_t)json_object_object_length(v), sizeof(*c->communities));
	json_object_object_foreach(v, alias, value)
	{
		char *text = value ? conf_read_text(r, value) : NULL;
		const char *expected = conf_community_check(r, text ? text : "");

		if (expected) {
			conf_error(r, value, alias, "%s", expected);
			free(text);
			continue;
		}
		c->communities[c->n_communities++] =
		    (struct conf_community){xstrdup(alias), text};
	}
	qsort(c->communities, c->n_communities, sizeof(*c->communities), community_cmp);
	r->map = outer;
}

static struct json_object *communities_give(
    const struct conf_out *out, const void *base, const struct conf_key *key)
{
	struct json_object *map = NULL;
	const struct conf *c = base;

	(void)out;
	(void)key;
	for (size_t i = 0; i < c->n_communities; i++) {
		map = map ? map : conf_out_object();
		conf_out_add(
		    map, c->communities[i].alias, conf_out_text(c->communities[i].value));
	}
	return map;
}

/* bgp-communities; base is a struct conf. */
const struct conf_type conf_communities_type = {
    communities_parse, communities_give, CONF_VALUE};
