/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.c - what follows a | behind a command. */
#include "announcer/util.h"
#include "announcer/vty/tree.h"
#include <regex.h>

#define EXPR_MAX 500

enum mode { MODE_INCLUDE, MODE_EXCLUDE, MODE_BEGIN, MODE_COUNT, MODES };

static const char *const modes[MODES] = {"include", "exclude", "begin", "count"};

/* The mode by an unambiguous prefix, and the expression behind it. */
static enum mode mode_parse(const char *filter, const char **regex)
{
	size_t n;

	filter += strspn(filter, " \t");
	n = strcspn(filter, " \t\r\n");
	*regex = filter + n + strspn(filter + n, " \t");
	for (int i = 0; i < MODES; i++)
		if (n && strlen(modes[i]) >= n && memcmp(modes[i], filter, n) == 0)
			return (enum mode)i;
	return MODES;
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

static void run(enum mode mode, regex_t *re, const char *text, struct buf *out)
{
	struct buf line = {0};
	bool begun = false;
	size_t count = 0;

	while (*text) {
		size_t n = strcspn(text, "\n");
		bool hit, keep;

		buf_clear(&line);
		buf_add(&line, text, n);
		text += n + (text[n] == '\n');
		hit = regexec(re, line.p, 0, NULL, 0) == 0;
		begun = begun || hit;
		count += hit;
		keep = mode == MODE_BEGIN ? begun : hit == (mode == MODE_INCLUDE);
		if (keep && mode != MODE_COUNT) {
			buf_add(out, line.p, line.len);
			buf_str(out, "\n");
		}
	}
	if (mode == MODE_COUNT)
		buf_fmt(out, "%zu\n", count);
	free(line.p);
}

enum vty_rc tree_filter(const char *filter, const char *text, struct buf *out)
{
	const char *expr;
	enum mode mode = mode_parse(filter, &expr);
	struct buf trimmed = {0};
	char why[128];
	regex_t re;
	int rc;

	if (mode == MODES || !*expr) {
		buf_str(out, "% Expected after the |: include, exclude, begin or count, "
			     "and a regular expression.\n");
		return VTY_NO_MATCH;
	}
	if (is_costly(expr)) {
		buf_str(out, "% Regular expression refused: it may cost too much.\n");
		return VTY_NO_MATCH;
	}
	buf_str(&trimmed, expr);
	while (trimmed.len && strchr(" \t\r\n", trimmed.p[trimmed.len - 1]))
		trimmed.p[--trimmed.len] = '\0';
	rc = regcomp(&re, trimmed.p, REG_EXTENDED | REG_NOSUB);
	free(trimmed.p);
	if (rc) {
		regerror(rc, &re, why, sizeof(why));
		buf_fmt(out, "%% Bad regular expression: %s\n", why);
		return VTY_NO_MATCH;
	}
	run(mode, &re, text, out);
	regfree(&re);
	return VTY_OK;
}
