/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.c - from a typed line to its command.
 *
 * A line is split once and stepped through the table by match.c. Errors say what vtysh says:
 * unknown (and a caret under the word that fits nothing), ambiguous (and a caret under the
 * word that decides, and what that could be), incomplete.
 */
#include "announcer/vty/tree.h"
#include "announcer/util.h"
#include "announcer/vty/items.h"
#include "announcer/vty/match.h"
#include <stdint.h>

static char *word_copy(const struct vty_line *l, size_t i)
{
	char *s = xcalloc(l->len[i] + 1, 1);

	memcpy(s, l->text + l->at[i], l->len[i]);
	return s;
}

/* Columns that a text takes on a terminal. */
static size_t columns(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80; /* UTF-8: the first byte of each */
	return n;
}

/* `% what: the line`, and a caret under its word i, unless the line has none. */
static void complain(const char *what, const struct vty_line *l, size_t i, struct buf *error)
{
	const char *from = l->text + (l->n ? l->at[0] : 0);
	size_t len = strlen(from), before = i < l->n ? l->at[i] - l->at[0] : 0;
	char *line = xstrdup(from);
	struct buf lead = {0};

	while (len && strchr(" \t\r\n", line[len - 1]))
		line[--len] = '\0';
	buf_fmt(error, "%% %s: ", what);
	buf_escaped(error, line, false);
	buf_str(error, "\n");
	if (i < l->n) {
		line[before] = '\0';
		buf_escaped(&lead, line, false);
		buf_pad(error, strlen(what) + 4 + (lead.p ? columns(lead.p) : 0));
		buf_str(error, "^\n");
	}
	free(lead.p);
	free(line);
}

/* The first word that stands for different things in two states; l->n if none does. */
static size_t difference(
    const struct vty_line *l, const struct vty_state *a, const struct vty_state *b)
{
	size_t i = 0;

	while (i < l->n && a->took[i].len == b->took[i].len &&
	       memcmp(a->took[i].s, b->took[i].s, a->took[i].len) == 0)
		i++;
	return i;
}

/* Say which word it is, and what it could be. */
static enum vty_rc ambiguous(const struct vty_tree *t, const struct vty_line *l,
    const struct vty_states *s, size_t word, struct buf *error)
{
	struct vty_items items = {0};

	complain("Ambiguous command", l, word, error);
	for (size_t i = 0; i < s->n && word < l->n; i++) {
		const struct vty_span *took = &s->v[i].took[word];

		if (match_complete(&s->v[i]))
			items_add(&items, took->s, took->len, match_help(t, s->v[i].cmd, took));
	}
	items_sort(&items);
	items_print(&items, error);
	items_fini(&items);
	return VTY_AMBIGUOUS;
}

/* The one command that the states complete, or why there is none. */
static enum vty_rc choose(const struct vty_tree *t, const struct vty_line *l,
    const struct vty_states *s, const struct vty_state **found, struct buf *error)
{
	*found = NULL;
	for (size_t i = 0; i < s->n; i++) {
		size_t word;

		if (!match_complete(&s->v[i]))
			continue;
		if (!*found)
			*found = &s->v[i];
		word = difference(l, *found, &s->v[i]);
		if (word < l->n || (*found)->cmd != s->v[i].cmd)
			return ambiguous(t, l, s, word, error);
	}
	if (*found)
		return VTY_OK;
	complain("Command incomplete", l, l->n, error);
	return VTY_INCOMPLETE;
}

static void take(struct vty_parsed *p, const struct vty_state *st, const struct vty_line *l)
{
	p->cmd = st->cmd;
	p->json = st->json;
	p->rest = "";
	p->filter = l->filter;
	p->n_said = st->n_said;
	memcpy(p->said, st->said, sizeof(p->said));
	memcpy(p->kinds, st->kind, sizeof(p->kinds));
	for (size_t i = 0; i < st->n_args; i++)
		p->args[p->n_args++] = word_copy(l, st->arg[i]);
	if (st->rest == SIZE_MAX)
		return;
	p->rest = l->text + l->at[st->rest];
	p->filter = NULL; /* a | there is text */
}

static enum vty_rc parse_words(const struct vty_tree *t, const struct vty_line *l,
    struct vty_states *s, struct vty_parsed *p, struct buf *error)
{
	const struct vty_state *st;
	enum vty_rc rc;

	for (size_t i = 0; i < l->n; i++) {
		match_step(t, l, i, s);
		if (s->n)
			continue;
		complain("Unknown command", l, i, error);
		return VTY_NO_MATCH;
	}
	rc = choose(t, l, s, &st, error);
	if (rc == VTY_OK)
		take(p, st, l);
	return rc;
}

enum vty_rc tree_parse(const struct vty_tree *t, const char *line, bool enabled,
    struct vty_parsed *p, struct buf *error)
{
	struct vty_states s = {0};
	struct vty_line l;
	enum vty_rc rc;

	*p = (struct vty_parsed){.rest = ""};
	match_split(line, &l);
	if (l.n && strchr("!#", l.text[l.at[0]]))
		return VTY_OK;
	if (!l.n && !l.filter)
		return VTY_OK;
	if (l.too_long || !l.n) {
		complain("Unknown command", &l, 0, error);
		return VTY_NO_MATCH;
	}
	match_start(t, enabled, &s);
	rc = parse_words(t, &l, &s, p, error);
	free(s.v);
	return rc;
}

void tree_parsed_fini(struct vty_parsed *p)
{
	for (size_t i = 0; i < p->n_args; i++)
		free(p->args[i]);
	*p = (struct vty_parsed){.rest = ""};
}

bool tree_said(const char *const *said, size_t n, const char *keyword)
{
	for (size_t i = 0; i < n; i++)
		if (words_is(said[i], keyword))
			return true;
	return false;
}
