/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_out.h - inside the configuration reader: a configuration as a tree of values, walked by
 * the same key tables that it was read by. grevyd -T prints the tree as YAML, a reload compares
 * two, show running-config shows it. Trees are the caller's.
 */
#ifndef GREVY_CONF_OUT_H
#define GREVY_CONF_OUT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct conf;
struct conf_key;
struct conf_list;
struct conf_place;
struct json_object;

struct conf_out {
	bool hide;     /* secrets */
	bool no_lists; /* of mappings: they are walked by conf_list_item() */
	/* To have values noted (below): the configuration, and a struct like the one whose keys
	 * are given, as it is when a file says nothing of them. NULL: nothing is noted. */
	const struct conf *conf;
	const void *defaults;
	const struct conf_place *outer; /* of the section, for keys that have no place */
};

/* Values. Out of memory aborts. */
struct json_object *conf_out_bool(bool value);
struct json_object *conf_out_num(int64_t value);
/* NULL: 0, which means not given. */
struct json_object *conf_out_u32(uint32_t value, const struct conf_key *key);
struct json_object *conf_out_text(const char *value);
struct json_object *conf_out_list(void);
struct json_object *conf_out_object(void);
void conf_out_append(struct json_object *list, struct json_object *v);
void conf_out_add(struct json_object *map, const char *name, struct json_object *v);

/* Every key of a table that has a value; those of a section, NULL when there is none; of an
 * element of a list. */
struct json_object *conf_out_map(
    const struct conf_out *out, const void *base, const struct conf_key *keys);
struct json_object *conf_out_section(
    const struct conf_out *out, const void *base, const struct conf_key *keys);
struct json_object *conf_out_element(
    const struct conf_out *out, const void *base, const struct conf_list *list);
/* One key of it; NULL: it has no value. */
struct json_object *conf_out_key(
    const struct conf_out *out, const void *base, const struct conf_key *key);

/* Of a list of mappings: how many, and the i-th, with the lists in it. */
size_t conf_list_count(const void *base, const struct conf_key *key);
struct json_object *conf_list_item(
    const struct conf_out *out, const void *base, const struct conf_key *key, size_t i);

/* What is noted of a value: where it came from (NULL: not given), and that it is the one that
 * it would have without. */
const struct conf_place *conf_out_place(const struct json_object *v);
bool conf_out_is_default(const struct json_object *v);

/* How sections are given: conf_type.give. */
struct json_object *conf_section_give(
    const struct conf_out *out, const void *base, const struct conf_key *key);

/* As YAML that reads back to the same. */
void conf_out_yaml(struct json_object *map, FILE *f);
#endif
