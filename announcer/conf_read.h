/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_read.h - inside the configuration reader: one reading of a file and its errors. */
#ifndef GREVY_CONF_READ_H
#define GREVY_CONF_READ_H
#include "announcer/conf.h"

struct conf_key; /* conf_key.h */
struct json_object;

/* An error and where it is, to sort by. */
struct conf_line {
	unsigned line, col;
	char *text;
};

/* One reading of a file. */
struct conf_reader {
	struct conf *conf;
	const char *name, *text; /* the file */
	size_t len;
	const struct json_object *map; /* the mapping being read; place of what has none */
	struct conf_line *lines;       /* errors so far */
	size_t n_lines, more;
	unsigned line, col; /* of text[at] */
	size_t at;
	size_t *starts, n_starts; /* of lines; found when first needed */
};

/* The error's place is v's, else that of the mapping being read. key may be NULL. */
void conf_error(struct conf_reader *r, const struct json_object *v, const char *key,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void conf_warn(struct conf_reader *r, const struct json_object *v, const char *key,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Read a mapping's keys. */
void conf_read_map(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *keys);
/* The line where a member of the mapping being read begins, its key included; key NULL: v's. */
unsigned conf_read_line(struct conf_reader *r, const struct json_object *v, const char *key);
/* The text of a scalar as it stands in the file; the caller's. NULL: it is no scalar. */
char *conf_read_text(struct conf_reader *r, struct json_object *v);
struct json_object *conf_member(struct json_object *map, const char *name); /* or NULL */

#endif
