/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_yaml.c - prints a configuration as YAML that parses to the same: block style for
 * mappings and lists of mappings, flow style for lists of words. A text is plain only where
 * no reader of YAML 1.1 or 1.2 could take it for anything else; else it is double-quoted.
 */
#include "announcer/conf_key.h"
#include "announcer/conf_out.h"
#include "announcer/util.h"
#include <inttypes.h>
#include <json-c/json.h>
#include <strings.h>

/* Words that some reader takes for a boolean, null or number. */
static bool word_is_special(const char *s)
{
	static const char *const words[] = {
	    "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcasecmp(s, words[i]) == 0)
			return true;
	return false;
}

static bool text_is_plain(const char *s)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	static const char digits[] = "0123456789";
	static const char inner[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./-";
	const char *slash = strchr(s, '/');

	if (!*s || s[strspn(s, inner)])
		return false;
	if (*s == '/')
		return true;
	if (strchr(letters, *s))
		return !word_is_special(s);
	return slash && strchr(digits, *s); /* a prefix: no number has a slash */
}

/* The code point at *p, which is valid UTF-8, and step past it. */
static unsigned long utf8_next(const unsigned char **p)
{
	unsigned c = *(*p)++;
	unsigned more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
	unsigned long v = more ? c & (0x3F >> more) : c;

	for (; more && (**p & 0xC0) == 0x80; more--)
		v = v << 6 | (*(*p)++ & 0x3F);
	return v;
}

static void put_text(FILE *f, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	if (text_is_plain(s)) {
		fputs(s, f);
		return;
	}
	fputc('"', f);
	while (*p) {
		const unsigned char *from = p;
		unsigned long c = utf8_next(&p);

		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", (int)c);
		else if (c < 0x20 || (c >= 0x7F && c <= 0xA0))
			fprintf(f, "\\x%02lX", c);
		else if (c == 0x2028 || c == 0x2029 || (c >= 0xFE00 && c <= 0xFFFF))
			fprintf(f, "\\u%04lX", c);
		else
			fwrite(from, 1, (size_t)(p - from), f);
	}
	fputc('"', f);
}

static void put_scalar(FILE *f, struct json_object *v)
{
	if (json_object_is_type(v, json_type_boolean))
		fputs(json_object_get_boolean(v) ? "yes" : "no", f);
	else if (json_object_is_type(v, json_type_int))
		fprintf(f, "%" PRId64, json_object_get_int64(v));
	else
		put_text(f, json_object_get_string(v));
}

static void put_map(FILE *f, struct json_object *map, int indent, bool dash);

static void put_words(FILE *f, struct json_object *list)
{
	fputs(" [", f);
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		fputs(i ? ", " : "", f);
		put_scalar(f, json_object_array_get_idx(list, i));
	}
	fputs("]\n", f);
}

static void put_value(FILE *f, struct json_object *v, int indent)
{
	bool list = json_object_is_type(v, json_type_array);

	if (json_object_is_type(v, json_type_object) && !json_object_object_length(v)) {
		fputs(" {}\n", f);
	} else if (json_object_is_type(v, json_type_object)) {
		fputc('\n', f);
		put_map(f, v, indent + 2, false);
	} else if (list &&
		   json_object_is_type(json_object_array_get_idx(v, 0), json_type_object)) {
		fputc('\n', f);
		for (size_t i = 0; i < json_object_array_length(v); i++)
			put_map(f, json_object_array_get_idx(v, i), indent + 2, true);
	} else if (list) {
		put_words(f, v);
	} else {
		fputc(' ', f);
		put_scalar(f, v);
		fputc('\n', f);
	}
}

/* dash: the mapping is an element of a list. */
static void put_map(FILE *f, struct json_object *map, int indent, bool dash)
{
	if (dash && !json_object_object_length(map))
		fprintf(f, "%*s- {}\n", indent - 2, "");
	json_object_object_foreach(map, name, value)
	{
		fprintf(f, "%*s%s", dash ? indent - 2 : indent, "", dash ? "- " : "");
		put_text(f, name);
		fputc(':', f);
		put_value(f, value, indent);
		dash = false;
	}
}

void conf_out_yaml(struct json_object *map, FILE *f)
{
	put_map(f, map, 0, false);
}

void conf_print(const struct conf *c, FILE *f)
{
	struct conf_out out = {0};
	struct json_object *map = conf_out_map(&out, c, conf_root.keys);

	conf_out_yaml(map, f);
	json_object_put(map);
}
