/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vty/filter.h"
#include "announcer/util.h"
#include <regex.h>

#define EXPR_MAX 500

const struct filter_word filter_words[FILTER_WORDS] = {
    [FILTER_INCLUDE] = {"include", "Lines that match a regular expression"},
    [FILTER_EXCLUDE] = {"exclude", "Lines that do not match"              },
    [FILTER_BEGIN] = {"begin",   "From the first line that matches"     },
    [FILTER_COUNT] = {"count",   "Count the lines that match"           },
};

/* The mode by an unambiguous prefix, and the expression behind it. */
static int mode_parse(const char *filter, const char **regex)
{
	size_t n;

	filter += strspn(filter, " \t");
	n = strcspn(filter, " \t\r\n");
	*regex = filter + n + strspn(filter + n, " \t");
	for (int i = 0; i < FILTER_WORDS; i++)
		if (n && strlen(filter_words[i].word) >= n &&
		    memcmp(filter_words[i].word, filter, n) == 0)
			return i;
	return FILTER_WORDS;
}

/* Nested repetitions and back references make memory or time explode: both are refused. */
static bool is_costly(const char *expr)
{
	unsigned bounds = 0;

	for (const char *p = expr; *p; p++) {
		bounds += *p == '{';
		if (*p == '\\' && p[1] >= '1' && p[1] <= '9')
			return true;
	}
	return bounds > 1 || strlen(expr) > EXPR_MAX;
}

struct filter {
	int mode;
	bool begun;
	regex_t re;
	struct buf line; /* what came of the line that is not whole yet */
	size_t count;
};

static bool compile(struct filter *f, const char *expr, struct buf *error)
{
	struct buf trimmed = {0};
	char why[128];
	int rc;

	buf_str(&trimmed, expr);
	while (trimmed.len && strchr(" \t\r\n", trimmed.p[trimmed.len - 1]))
		trimmed.p[--trimmed.len] = '\0';
	rc = regcomp(&f->re, trimmed.p, REG_EXTENDED | REG_NOSUB);
	free(trimmed.p);
	if (rc) {
		regerror(rc, &f->re, why, sizeof(why));
		buf_fmt(error, "%% Bad regular expression: %s\n", why);
	}
	return !rc;
}

struct filter *filter_new(const char *text, struct buf *error)
{
	const char *expr;
	int mode = mode_parse(text, &expr);
	struct filter *f;

	if (mode == FILTER_WORDS || !*expr) {
		buf_str(error, "% Expected after the |: include, exclude, begin or count, "
			       "and a regular expression.\n");
		return NULL;
	}
	if (is_costly(expr)) {
		buf_str(error, "% Regular expression refused: it may cost too much.\n");
		return NULL;
	}
	f = xcalloc(1, sizeof(*f));
	f->mode = mode;
	if (compile(f, expr, error))
		return f;
	free(f);
	return NULL;
}

static void on_line(struct filter *f, struct buf *out)
{
	bool hit = regexec(&f->re, f->line.p, 0, NULL, 0) == 0, keep;

	f->begun = f->begun || hit;
	f->count += hit;
	keep = f->mode == FILTER_BEGIN ? f->begun : hit == (f->mode == FILTER_INCLUDE);
	if (keep && f->mode != FILTER_COUNT) {
		buf_add(out, f->line.p, f->line.len);
		buf_str(out, "\n");
	}
	buf_clear(&f->line);
}

void filter_feed(struct filter *f, const char *text, size_t len, struct buf *out)
{
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		buf_add(&f->line, text, n);
		if (!end)
			return;
		on_line(f, out);
		text += n + 1;
		len -= n + 1;
	}
}

void filter_end(struct filter *f, struct buf *out)
{
	if (f->line.len)
		on_line(f, out);
	if (f->mode == FILTER_COUNT)
		buf_fmt(out, "%zu\n", f->count);
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	regfree(&f->re);
	free(f->line.p);
	free(f);
}
