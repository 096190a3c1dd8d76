/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_read.h - inside the configuration reader: one reading and its errors. What is read is
 * grevyd.yaml, the text of MetalLB's legacy ConfigMap, or a custom resource of metallb.io: a
 * tree that comes from no text. One set of key tables serves them all.
 */
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

/* Which words are known and what is made of others. */
enum conf_dialect {
	CONF_FILE,   /* every key of the tables; others are errors */
	CONF_LEGACY, /* the ConfigMap of MetalLB up to 0.12: its keys only; others are errors */
	CONF_CUSTOM, /* a custom resource: camelCase; others are ignored, as its server does */
};

struct conf_reader {
	enum conf_dialect dialect;
	struct conf *conf;       /* NULL: a custom resource */
	const char *name, *text; /* the file; text NULL: a custom resource */
	size_t len;
	struct json_object *root;      /* of a custom resource, to find paths in */
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

/* A key of the tables as this dialect spells it: "peer-asn", "peerASN". Into buf, or key. */
#define CONF_NAME_MAX 48
const char *conf_name(const struct conf_reader *r, const char *key, char buf[CONF_NAME_MAX]);
/* As conf_member(), by a key of the tables. */
struct json_object *conf_given(
    const struct conf_reader *r, struct json_object *map, const char *key);
/* "spec.addresses[1]", or what key names in the mapping v; the caller's. key may be NULL. */
char *conf_path(const struct conf_reader *r, const struct json_object *v, const char *key);
/* As conf_parse(), the text of MetalLB's legacy ConfigMap: its four keys. */
struct conf *conf_parse_legacy(
    const char *text, size_t len, const char *name, struct conf_errors *errors);
/* Hand the errors over, in the order of the file. r has none then. */
void conf_errors_give(struct conf_reader *r, struct conf_errors *errors);

#endif
