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

/* <log> is log. */
static void strip_groups(struct buf *b)
{
	char *to = b->p;

	for (const char *p = b->p; *p; p++) {
		size_t n = *p == '<' ? strcspn(p + 1, "|<>[] ") : 0;

		if (n && p[1 + n] == '>') {
			memmove(to, p + 1, n);
			to += n;
			p += n + 1;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
	b->len = (size_t)(to - b->p);
}

/* A row without the words that are hidden: `show <log|~logging>` is show log. */
static void put_words(struct buf *b, const char *words)
{
	for (const char *p = words; *p; p++) {
		size_t n = strcspn(p + (*p == '|'), "|>] ");

		if (*p == '|' && p[1] == '~')
			p += n; /* its last character */
		else if (*p == '~')
			p += n - (p[n] != '|');
		else
			buf_add(b, p, 1);
	}
	strip_groups(b);
}

/* Those that may be said now, one a line; pattern NULL: all. */
static void put_commands(struct vty_request *rq, struct pattern *pattern)
{
	struct buf b = {0};

	for (size_t i = 0; i < vty_commands.n_commands; i++) {
		const struct vty_command *c = &vty_commands.commands[i];

		if (c->flags & VTY_HIDDEN || (c->flags & VTY_VERB && !rq->session->enabled))
			continue;
		buf_clear(&b);
		put_words(&b, c->words);
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
