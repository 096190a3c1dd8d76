/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * list.c - what fingers that know FRR type beside show: list and find; write and configure,
 * which have nothing to do here and say what has.
 */
#include "announcer/conf.h"
#include "announcer/vty/pattern.h"
#include "announcer/vty/show.h"
#include "announcer/vty/writer.h"
#include <stdlib.h>
#include <string.h>

static size_t put_choice(struct buf *b, const char **p);

/* A word or a group, what is hidden left out. Return: the line can be said without a hidden
 * word here. */
static bool put_item(struct buf *b, const char **p)
{
	const char *s = *p;
	size_t n = strcspn(s, " |>]");
	struct buf in = {0};

	if (*s != '<' && *s != '[') {
		*p += n;
		if (*s != '~')
			buf_add(b, s, n);
		return *s != '~';
	}
	++*p;
	n = put_choice(&in, p);
	++*p;
	if (n == 1 && *s == '<')
		buf_str(b, in.p);
	else if (n)
		buf_fmt(b, "%c%s%c", *s, in.p, *s == '<' ? '>' : ']');
	free(in.p);
	return n || *s == '[';
}

/* Up to the end of an alternative. Return: as put_item(). */
static bool put_sequence(struct buf *b, const char **p)
{
	bool shown = true;

	while (**p && !strchr("|>]", **p)) {
		size_t before = b->len, blank;

		*p += strspn(*p, " ");
		if (before)
			buf_str(b, " ");
		blank = b->len;
		shown = put_item(b, p) && shown;
		if (b->len == blank && before)
			b->p[b->len = before] = '\0';
	}
	return shown;
}

/* Return: how many alternatives are left. */
static size_t put_choice(struct buf *b, const char **p)
{
	size_t n = 0;

	for (;; ++*p) {
		struct buf one = {0};

		if (put_sequence(&one, p) && one.len)
			buf_fmt(b, "%s%s", n++ ? "|" : "", one.p);
		free(one.p);
		if (**p != '|')
			return n;
	}
}

/* Those that may be said now, one a line; pattern NULL: all. */
static void put_commands(struct vty_request *rq, struct pattern *pattern)
{
	struct buf b = {0};

	for (size_t i = 0; i < vty_commands.n_commands; i++) {
		const struct vty_command *c = &vty_commands.commands[i];
		const char *words;

		if (c->flags & VTY_HIDDEN || (c->flags & VTY_VERB && !rq->session->enabled))
			continue;
		words = c->words;
		buf_clear(&b);
		put_sequence(&b, &words);
		if (!pattern || pattern_hits(pattern, b.p))
			writer_line(rq->w, "  %s%s", b.p, c->flags & VTY_JSON ? " [json]" : "");
	}
	free(b.p);
}

enum vty_rc list_commands(struct vty_request *rq)
{
	put_commands(rq, NULL);
	return VTY_OK;
}

enum vty_rc find_commands(struct vty_request *rq)
{
	const char *why;
	struct pattern *pattern = pattern_new(rq->rest, true, &why);

	if (!pattern)
		return vty_fail(rq, "Regex compilation error: %s", why);
	put_commands(rq, pattern);
	pattern_free(pattern);
	return VTY_OK;
}

static const char *conf_file(const struct vty_request *rq)
{
	return rq->ctx->conf ? rq->ctx->conf->file : "its file";
}

enum vty_rc write_nothing(struct vty_request *rq)
{
	return vty_fail(rq, "Nothing to write: the configuration is %s", conf_file(rq));
}

enum vty_rc configure_nothing(struct vty_request *rq)
{
	return vty_fail(rq,
	    "The configuration is %s: edit it, check it by grevyd -t, then reload grevyd",
	    conf_file(rq));
}
