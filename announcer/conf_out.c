/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_out.c - prints a configuration as YAML that parses to the same: block style for
 * mappings and lists of mappings, flow style for lists of words. A text is plain only where
 * no reader of YAML 1.1 or 1.2 could take it for anything else; else it is double-quoted.
 */
#include "announcer/conf_out.h"
#include "announcer/conf_key.h"
#include "announcer/util.h"
#include <strings.h>

void conf_out_section(struct conf_out *out, const char *name)
{
	out->section[out->depth++] = name;
}

void conf_out_section_end(struct conf_out *out)
{
	out->depth--;
	if (out->shown > out->depth) {
		out->shown = out->depth;
		out->indent -= 2;
	}
}

static void key_print(struct conf_out *out, const char *name)
{
	unsigned indent = out->dash ? out->indent - 2 : out->indent;

	fprintf(out->f, "%*s%s", (int)indent, "", out->dash ? "- " : "");
	conf_out_text(out, name);
	fputc(':', out->f);
	out->dash = false;
}

void conf_out_key(struct conf_out *out, const char *name)
{
	for (; out->shown < out->depth; out->shown++) {
		key_print(out, out->section[out->shown]);
		fputc('\n', out->f);
		out->indent += 2;
	}
	key_print(out, name);
}

void conf_out_list(struct conf_out *out, const char *name)
{
	conf_out_key(out, name);
	fputc('\n', out->f);
	out->indent += 2;
}

void conf_out_element(struct conf_out *out)
{
	out->dash = true;
}

void conf_out_element_end(struct conf_out *out)
{
	if (out->dash)
		fprintf(out->f, "%*s- {}\n", (int)out->indent - 2, "");
	out->dash = false;
}

void conf_out_list_end(struct conf_out *out)
{
	out->indent -= 2;
}

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

void conf_out_text(struct conf_out *out, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	if (text_is_plain(s)) {
		fputs(s, out->f);
		return;
	}
	fputc('"', out->f);
	while (*p) {
		const unsigned char *from = p;
		unsigned long c = utf8_next(&p);

		if (c == '"' || c == '\\')
			fprintf(out->f, "\\%c", (int)c);
		else if (c < 0x20 || (c >= 0x7F && c <= 0xA0))
			fprintf(out->f, "\\x%02lX", c);
		else if (c == 0x2028 || c == 0x2029 || (c >= 0xFE00 && c <= 0xFFFF))
			fprintf(out->f, "\\u%04lX", c);
		else
			fwrite(from, 1, (size_t)(p - from), out->f);
	}
	fputc('"', out->f);
}

void conf_out_map(struct conf_out *out, const void *base, const struct conf_key *keys)
{
	for (; keys->name; keys++)
		if (keys->type->print)
			keys->type->print(out, base, keys);
}

void conf_print(const struct conf *c, FILE *f, bool hide_secrets)
{
	struct conf_out out = {.f = f, .hide = hide_secrets};

	conf_out_map(&out, c, conf_root.keys);
}
