/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/vty/filter.h"
#include "announcer/util.h"
#include "announcer/vty/pattern.h"

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

struct filter {
	int mode;
	bool begun;
	struct pattern *pattern;
	struct buf line; /* what came of the line that is not whole yet */
	size_t count;
};

static struct pattern *compile(const char *expr, struct buf *error)
{
	struct buf trimmed = {0};
	struct pattern *p;
	const char *why;

	buf_str(&trimmed, expr);
	while (trimmed.len && strchr(" \t\r\n", trimmed.p[trimmed.len - 1]))
		trimmed.p[--trimmed.len] = '\0';
	p = pattern_new(trimmed.p, false, &why);
	free(trimmed.p);
	if (!p)
		buf_fmt(error, "%% Bad regular expression: %s\n", why);
	return p;
}

struct filter *filter_new(const char *text, struct buf *error)
{
	const char *expr;
	int mode = mode_parse(text, &expr);
	struct pattern *pattern;
	struct filter *f;

	if (mode == FILTER_WORDS || !*expr) {
		buf_str(error, "% Expected after the |: include, exclude, begin or count, "
			       "and a regular expression.\n");
		return NULL;
	}
	pattern = compile(expr, error);
	if (!pattern)
		return NULL;
	f = xcalloc(1, sizeof(*f));
	f->mode = mode;
	f->pattern = pattern;
	return f;
}

static void on_line(struct filter *f, struct buf *out)
{
	bool hit = pattern_hits(f->pattern, f->line.p ? f->line.p : ""), keep;

	f->begun = f->begun || hit;
	f->count += hit;
	keep = f->mode == FILTER_BEGIN ? f->begun : hit == (f->mode == FILTER_INCLUDE);
	if (keep && f->mode != FILTER_COUNT) {
		buf_add(out, f->line.p, f->line.len);
		buf_str(out, "\n");
	}
	buf_clear(&f->line);
}

size_t filter_feed(struct filter *f, const char *text, size_t len, struct buf *out)
{
	const char *end = len ? memchr(text, '\n', len) : NULL;
	size_t n = end ? (size_t)(end - text) : len;

	if (n)
		buf_add(&f->line, text, n);
	if (end)
		on_line(f, out);
	return n + (end != NULL);
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
	pattern_free(f->pattern);
	free(f->line.p);
	free(f);
}
