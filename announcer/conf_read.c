/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_read.c - walks the tree of a configuration file by key tables and gathers errors with
 * their place. Reading goes on after an error, so that one run shows all of them; what was
 * read is thrown away then.
 *
 * Numbers where a text is wanted (frr-version: 8.10, password: 0123) are taken from the file
 * as written, found again by the place of the value.
 */
#include "announcer/conf_place.h"
#include "announcer/util.h"
#include "k8s/scalar.h"
#include "k8s/yamldoc.h"
#include <json-c/json.h>
#include <stdarg.h>

#define LINES_KEPT 1000
#define KEY_NEAR   4096 /* bytes from a key to its value, comments included */

/* Bytes of a line break at p as libyaml counts lines, or 0. */
static size_t break_len(const char *p, const char *end)
{
	static const char *const breaks[] = {
	    "\r\n", "\n", "\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};

	for (size_t i = 0; i < ARRAY_LEN(breaks); i++) {
		size_t len = strlen(breaks[i]);

		if ((size_t)(end - p) >= len && memcmp(p, breaks[i], len) == 0)
			return len;
	}
	return 0;
}

/* Move r->at past one character. Return: false at the end. */
static bool text_step(struct conf_reader *r)
{
	const char *end = r->text + r->len, *p = r->text + r->at;
	size_t n = break_len(p, end);

	if (p == end)
		return false;
	r->line += n > 0;
	r->col = n ? 1 : r->col + 1;
	p += n ? n : 1;
	while (!n && p < end && ((unsigned char)*p & 0xC0) == 0x80)
		p++;
	r->at = (size_t)(p - r->text);
	return true;
}

/* Find out where each line begins. */
static void lines_find(struct conf_reader *r)
{
	size_t cap = 0;
	unsigned line = 0;

	r->at = r->len >= 3 && memcmp(r->text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	r->line = 1;
	do {
		if (r->line == line)
			continue;
		if (line == cap) {
			cap = cap ? cap * 2 : 256;
			r->starts = xrealloc(r->starts, cap, sizeof(*r->starts));
		}
		r->starts[line] = r->at;
		line = r->line;
	} while (text_step(r));
	r->n_starts = line;
}

/* Move r->at to a place; forward from the last one of that line where that is possible. */
static const char *text_seek(struct conf_reader *r, unsigned line, unsigned col)
{
	if (!r->starts)
		lines_find(r);
	if (line > r->n_starts) {
		r->at = r->len;
		return r->text + r->at;
	}
	if (line != r->line || col < r->col) {
		r->line = line;
		r->col = 1;
		r->at = r->starts[line - 1];
	}
	while (r->line == line && r->col < col && text_step(r))
		;
	return r->text + r->at;
}

static bool key_is_at(const struct conf_reader *r, const char *key)
{
	const char *p = r->text + r->at, *end = r->text + r->len;
	size_t n = strlen(key);

	if (n > (size_t)(end - p) || memcmp(p, key, n) != 0 ||
	    (r->at && !strchr(" \t\r\n{,\"'", p[-1])))
		return false;
	p += n;
	while (p < end && (*p == ' ' || *p == '"' || *p == '\''))
		p++;
	return p < end && *p == ':';
}

/* A null has no place in the tree: look for its key from the start of the mapping on. */
static bool key_place(struct conf_reader *r, const char *key, struct conf_line *line)
{
	yamldoc_mark(r->map, &line->line, &line->col);
	if (!key || !line->line)
		return false;
	text_seek(r, line->line, line->col);
	while (!key_is_at(r, key))
		if (!text_step(r))
			return false;
	line->line = r->line;
	line->col = r->col;
	return true;
}

/* Without lines: by the path, in the order in which they were found. */
static char *path_text(struct conf_reader *r, const struct json_object *v, const char *key,
    struct conf_line *line, const char *what)
{
	char *path = conf_path(r, v, key);
	size_t len = strlen(r->name) + strlen(path) + strlen(what) + 8;
	char *s = xcalloc(len, 1);

	line->line = (unsigned)r->n_lines + 1;
	line->col = 1;
	snprintf(s, len, "%s: %s%s%s", r->name, path, *path ? ": " : "", what);
	free(path);
	return s;
}

static char *place_text(struct conf_reader *r, const struct json_object *v, const char *key,
    struct conf_line *line, const char *what)
{
	size_t len = strlen(r->name) + strlen(what) + (key ? strlen(key) : 0) + 32;
	char *s;

	if (r->dialect == CONF_CUSTOM)
		return path_text(r, v, key, line, what);
	s = xcalloc(len, 1);
	yamldoc_mark(v, &line->line, &line->col);
	if (!line->line && !key_place(r, key, line))
		yamldoc_mark(r->map, &line->line, &line->col);
	if (!line->line)
		line->line = line->col = 1;
	snprintf(s, len, "%s:%u:%u: %s%s%s", r->name, line->line, line->col, key ? key : "",
	    key ? ": " : "", what);
	return s;
}

void conf_error(
    struct conf_reader *r, const struct json_object *v, const char *key, const char *fmt, ...)
{
	struct conf_line line;
	char what[512];
	/* Those of a tree are in order: no more are made than will be told. */
	size_t kept = r->dialect == CONF_CUSTOM ? CONF_ERRORS_MAX : LINES_KEPT;
	va_list ap;

	if (r->n_lines == kept) {
		r->more++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	line.text = place_text(r, v, key, &line, what);
	r->lines = xrealloc(r->lines, r->n_lines + 1, sizeof(*r->lines));
	r->lines[r->n_lines++] = line;
}

void conf_warn(
    struct conf_reader *r, const struct json_object *v, const char *key, const char *fmt, ...)
{
	struct conf_line line;
	char what[512];
	va_list ap;

	if (r->dialect != CONF_FILE)
		return;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	line.text = place_text(r, v, key, &line, what);
	strlist_add(&r->conf->warnings, line.text);
	free(line.text);
}

static int line_cmp(const void *x, const void *y)
{
	const struct conf_line *a = x, *b = y;

	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	if (a->col != b->col)
		return a->col < b->col ? -1 : 1;
	return strcmp(a->text, b->text);
}

void conf_errors_give(struct conf_reader *r, struct conf_errors *errors)
{
	if (r->n_lines)
		qsort(r->lines, r->n_lines, sizeof(*r->lines), line_cmp);
	for (size_t i = 0; i < r->n_lines; i++) {
		if (errors->lines.n < CONF_ERRORS_MAX)
			strlist_add(&errors->lines, r->lines[i].text);
		else
			errors->more++;
		free(r->lines[i].text);
	}
	errors->more += r->more;
	free(r->lines);
	free(r->starts);
	r->lines = NULL;
	r->starts = NULL;
	r->n_lines = 0;
}

/* Lines from the key to its value at r->at; 0 when the key is not found near it. */
static unsigned lines_back(const struct conf_reader *r, const char *key)
{
	struct conf_reader at = *r;
	unsigned lines = 0;

	while (at.at && r->at - at.at < KEY_NEAR && !key_is_at(&at, key)) {
		at.at--;
		lines += r->text[at.at] == '\n';
	}
	return key_is_at(&at, key) ? lines : 0;
}

unsigned conf_read_line(struct conf_reader *r, const struct json_object *v, const char *key)
{
	unsigned line, col;

	yamldoc_mark(v, &line, &col);
	if (!key || !line ||
	    (!json_object_is_type(v, json_type_object) &&
		!json_object_is_type(v, json_type_array)))
		return line;
	text_seek(r, line, col);
	return line - lines_back(r, key);
}

/* Is the key one of what is read? */
static bool key_known(const struct conf_reader *r, const struct conf_key *key)
{
	static const unsigned not_of[] = {
	    [CONF_FILE] = 0,
	    [CONF_LEGACY] = CONF_OURS | CONF_NEWER,
	    [CONF_CUSTOM] = CONF_OURS | CONF_OLDER,
	};

	return !(key->flags & not_of[r->dialect]);
}

static const struct conf_key *key_find(
    const struct conf_reader *r, const struct conf_key *keys, const char *name)
{
	char buf[CONF_NAME_MAX];

	for (; keys->name; keys++)
		if (key_known(r, keys) && strcmp(conf_name(r, keys->name, buf), name) == 0)
			return keys;
	return NULL;
}

struct json_object *conf_member(struct json_object *map, const char *name)
{
	struct json_object *v = NULL;

	if (json_object_is_type(map, json_type_object))
		json_object_object_get_ex(map, name, &v);
	return v;
}

static void key_read(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *key)
{
	if (r->dialect == CONF_FILE)
		conf_place_add(r, base, key, v);
	key->type->parse(r, v, base, key);
}

void conf_read_map(
    struct conf_reader *r, struct json_object *v, void *base, const struct conf_key *keys)
{
	const struct json_object *outer = r->map;

	r->map = v;
	json_object_object_foreach(v, name, value)
	{
		const struct conf_key *key = key_find(r, keys, name);

		if (key && value)
			key_read(r, value, base, key);
		else if (!key && r->dialect != CONF_CUSTOM)
			conf_error(r, value, name, "unknown key");
	}
	for (; keys->name; keys++)
		if (keys->flags & CONF_REQUIRED && key_known(r, keys) &&
		    !conf_given(r, v, keys->name))
			conf_error(r, v, keys->name, "missing");
	r->map = outer;
}

/* The plain scalar that stands at v's place, if it reads as v. */
static char *text_at(struct conf_reader *r, struct json_object *v)
{
	static const char plain[] =
	    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-._~";
	struct json_object *again = NULL;
	unsigned line, col;
	const char *p;
	size_t n = 0;
	char *s;

	yamldoc_mark(v, &line, &col);
	if (!line)
		return NULL;
	p = text_seek(r, line, col);
	while (r->at + n < r->len && p[n] && strchr(plain, p[n]))
		n++;
	s = xcalloc(n + 1, 1);
	memcpy(s, p, n);
	if (scalar_new(s, &again) < 0 || !json_object_equal(again, v)) {
		free(s);
		s = NULL;
	}
	json_object_put(again);
	return s;
}

char *conf_read_text(struct conf_reader *r, struct json_object *v)
{
	char *s;

	switch (json_object_get_type(v)) {
	case json_type_string:
		return xstrdup(json_object_get_string(v));
	case json_type_boolean:
	case json_type_int:
	case json_type_double:
		if (r->dialect == CONF_CUSTOM)
			return NULL;
		s = text_at(r, v);
		return s ? s : xstrdup(json_object_get_string(v));
	default:
		return NULL;
	}
}
