/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tree.c - from a typed line to a command, or to help about what may follow.
 *
 * A line is split once and stepped through the table by match.c. Errors say what FRR says:
 * unknown (with a caret under the word that fits nothing), ambiguous (with the candidates of
 * the first word that fits several), incomplete.
 */
#include "announcer/vty/tree.h"
#include "announcer/util.h"
#include "announcer/vty/match.h"
#include <stdint.h>

static char *word_copy(const struct vty_line *l, size_t i)
{
	char *s = xcalloc(l->len[i] + 1, 1);

	memcpy(s, l->text + l->at[i], l->len[i]);
	return s;
}

static enum vty_rc unknown(const struct vty_line *l, size_t i, struct buf *error)
{
	static const char lead[] = "% Unknown command: ";
	size_t from = l->n ? l->at[0] : 0;
	struct buf line = {0};

	buf_escaped(&line, l->text + from, false);
	while (line.len && strchr(" \t", line.p[line.len - 1]))
		line.p[--line.len] = '\0';
	buf_fmt(error, "%s%s\n", lead, line.p ? line.p : "");
	buf_pad(error, sizeof(lead) - 1 + (i < l->n ? l->at[i] - from : 0));
	buf_str(error, "^\n");
	free(line.p);
	return VTY_NO_MATCH;
}

/* Both are the same command, with the same words chosen. */
static bool same(const struct vty_state *a, const struct vty_state *b)
{
	if (a->cmd != b->cmd || a->n_said != b->n_said)
		return false;
	for (size_t i = 0; i < a->n_said; i++)
		if (a->said[i] != b->said[i])
			return false;
	return true;
}

/* The one command that the states complete, or why there is none. */
static enum vty_rc choose(const struct vty_states *s, const struct vty_state **found,
    const char *names, struct buf *error)
{
	*found = NULL;
	for (size_t i = 0; i < s->n; i++) {
		if (!match_complete(&s->v[i]))
			continue;
		if (*found && !same(*found, &s->v[i])) {
			buf_str(error, "% Ambiguous command.\n");
			if (names && *names)
				buf_fmt(error, "  could be: %s\n", names);
			return VTY_AMBIGUOUS;
		}
		*found = *found ? *found : &s->v[i];
	}
	if (*found)
		return VTY_OK;
	buf_str(error, "% Command incomplete.\n");
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
	struct buf names = {0}, first = {0};
	const struct vty_state *st;
	enum vty_rc rc = VTY_OK;

	for (size_t i = 0; i < l->n && rc == VTY_OK; i++) {
		buf_clear(&names);
		if (match_step(t, l, i, s, &names) && !first.len)
			buf_str(&first, names.p);
		if (!s->n)
			rc = unknown(l, i, error);
	}
	if (rc == VTY_OK)
		rc = choose(s, &st, first.p, error);
	if (rc == VTY_OK)
		take(p, st, l);
	free(names.p);
	free(first.p);
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
	if (l.too_long || !l.n)
		return unknown(&l, 0, error);
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

/* ---- help and completion ---- */

struct item {
	char *word;
	const char *help;
};

struct items {
	struct item *v;
	size_t n, cap;
};

struct asking {
	const struct vty_tree *tree;
	const struct vty_context *ctx;
	const char *partial; /* the word that the cursor stands in; "" = a new one */
	bool live;           /* names instead of help */
	bool cr;
	struct items items;
};

static void items_add(struct items *it, const char *word, size_t len, const char *help)
{
	for (size_t i = 0; i < it->n; i++)
		if (strlen(it->v[i].word) == len && memcmp(it->v[i].word, word, len) == 0)
			return;
	if (it->n == it->cap) {
		it->cap = it->cap ? it->cap * 2 : 32;
		it->v = xrealloc(it->v, it->cap, sizeof(*it->v));
	}
	it->v[it->n].word = xcalloc(len + 1, 1);
	memcpy(it->v[it->n].word, word, len);
	it->v[it->n++].help = help;
}

static int item_cmp(const void *a, const void *b)
{
	return strcmp(((const struct item *)a)->word, ((const struct item *)b)->word);
}

static void on_live(const char *word, void *arg)
{
	struct asking *q = arg;

	if (strncmp(word, q->partial, strlen(q->partial)) == 0 && !strpbrk(word, " \t\r\n"))
		items_add(&q->items, word, strlen(word), NULL);
}

static const char *keyword_help(
    const struct vty_tree *t, const struct vty_state *st, const struct vty_token *tok)
{
	if (tok->choice && tok->len == 4 && memcmp(tok->s, "json", 4) == 0)
		return "JavaScript Object Notation";
	for (size_t i = 0; i < t->n_groups; i++)
		if (strlen(t->groups[i].word) == tok->len &&
		    memcmp(t->groups[i].word, tok->s, tok->len) == 0)
			return t->groups[i].help;
	return st->cmd->help;
}

static void on_variable(struct asking *q, const struct vty_token *tok)
{
	const struct vty_kind *k = match_kind(q->tree, tok);

	if (q->live) {
		if (k && k->complete)
			k->complete(q->ctx, on_live, q);
		return;
	}
	if (!*q->partial || !k || !k->match || k->match(q->partial))
		items_add(&q->items, tok->s, tok->len, k ? k->help : "Text");
}

static void on_item(
    const struct vty_state *st, const struct vty_token *tok, size_t pos, void *arg)
{
	struct asking *q = arg;
	size_t len = strlen(q->partial);

	(void)pos;
	if (st->cmd->flags & VTY_HIDDEN || tok->hidden)
		return;
	if (tok->variable)
		on_variable(q, tok);
	else if (len <= tok->len && memcmp(q->partial, tok->s, len) == 0)
		items_add(&q->items, tok->s, tok->len, keyword_help(q->tree, st, tok));
}

static const struct {
	const char *word, *help;
} filters[] = {
    {"begin",   "From the first line that matches"     },
    {"count",   "Count the lines that match"           },
    {"exclude", "Lines that do not match"              },
    {"include", "Lines that match a regular expression"},
};

static void ask_filter(struct asking *q, const char *after)
{
	after += strspn(after, " \t");
	if (strcspn(after, " \t") < strlen(after))
		return;
	for (size_t i = 0; i < ARRAY_LEN(filters); i++)
		if (strncmp(filters[i].word, after, strlen(after)) == 0)
			items_add(&q->items, filters[i].word, strlen(filters[i].word),
			    filters[i].help);
}

/* Gather what may stand where the line ends. */
static void ask(struct asking *q, const char *line, bool enabled)
{
	struct vty_states s = {0};
	struct vty_line l;
	size_t typed, end = strlen(line);
	char *partial = NULL;

	match_split(line, &l);
	if (l.filter) {
		ask_filter(q, l.filter);
		return;
	}
	typed = l.n && l.at[l.n - 1] + l.len[l.n - 1] == end ? l.n - 1 : l.n;
	partial = typed < l.n ? word_copy(&l, typed) : xstrdup("");
	q->partial = partial;
	match_start(q->tree, enabled, &s);
	for (size_t i = 0; i < typed; i++)
		match_step(q->tree, &l, i, &s, NULL);
	match_next(&s, on_item, q);
	for (size_t i = 0; i < s.n && !*partial && l.n; i++)
		q->cr = q->cr || (match_complete(&s.v[i]) && !(s.v[i].cmd->flags & VTY_HIDDEN));
	if (q->items.n)
		qsort(q->items.v, q->items.n, sizeof(*q->items.v), item_cmp);
	q->partial = "";
	free(partial);
	free(s.v);
}

static void items_fini(struct items *it)
{
	for (size_t i = 0; i < it->n; i++)
		free(it->v[i].word);
	free(it->v);
}

void tree_help(const struct vty_tree *t, const char *line, bool enabled, struct buf *out)
{
	struct asking q = {.tree = t, .partial = ""};
	size_t wide = 4;

	ask(&q, line, enabled);
	for (size_t i = 0; i < q.items.n; i++)
		wide = strlen(q.items.v[i].word) > wide ? strlen(q.items.v[i].word) : wide;
	for (size_t i = 0; i < q.items.n; i++)
		buf_fmt(out, "  %-*s  %s\n", (int)wide, q.items.v[i].word, q.items.v[i].help);
	if (q.cr)
		buf_str(out, "  <cr>\n");
	if (!q.items.n && !q.cr)
		buf_str(out, "% There is no matched command.\n");
	items_fini(&q.items);
}

void tree_complete(
    const struct vty_tree *t, const struct vty_context *ctx, const char *line, struct buf *out)
{
	struct asking q = {.tree = t, .ctx = ctx, .partial = "", .live = true};

	ask(&q, line, true);
	for (size_t i = 0; i < q.items.n; i++)
		buf_fmt(out, "%s\n", q.items.v[i].word);
	items_fini(&q.items);
}
