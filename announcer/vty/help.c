/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * help.c - what may follow a line: `?`, and completion.
 *
 * Both look where the words before the last one lead in the table. Keywords are there at
 * once; the names that a variable may stand for are live and may be many: they are walked by
 * steps.
 */
#include "announcer/util.h"
#include "announcer/vty/filter.h"
#include "announcer/vty/items.h"
#include "announcer/vty/match.h"
#include "announcer/vty/names_walk.h"

#define KINDS_MAX 8

struct asking {
	const struct vty_tree *tree;
	const char
	    *partial;   /* the word that the cursor stands in, of the line; "" = a new one */
	bool variables; /* as items, too */
	struct vty_items items;
	const struct vty_kind *kinds[KINDS_MAX];
	size_t n_kinds;
};

static void add_kind(struct asking *q, const struct vty_kind *k)
{
	for (size_t i = 0; i < q->n_kinds; i++)
		if (q->kinds[i] == k)
			return;
	if (q->n_kinds < KINDS_MAX)
		q->kinds[q->n_kinds++] = k;
}

static void on_variable(struct asking *q, const struct vty_token *tok)
{
	const struct vty_kind *k = match_kind(q->tree, tok);

	if (k && k->complete)
		add_kind(q, k);
	if (q->variables && (!*q->partial || !k || !k->match || k->match(q->partial)))
		items_add(&q->items, tok->s, tok->len, k ? k->help : "Text");
}

static void on_item(
    const struct vty_state *st, const struct vty_token *tok, size_t pos, void *arg)
{
	const struct vty_span word = {tok->s, tok->len};
	struct asking *q = arg;
	size_t len = strlen(q->partial);

	(void)pos;
	if (st->cmd->flags & VTY_HIDDEN || tok->hidden)
		return;
	if (tok->variable)
		on_variable(q, tok);
	else if (len <= tok->len && memcmp(q->partial, tok->s, len) == 0)
		items_add(&q->items, tok->s, tok->len, match_help(q->tree, st->cmd, &word));
}

/* Behind a |. */
static void ask_filter(struct asking *q, const char *after)
{
	size_t n;

	after += strspn(after, " \t");
	n = strcspn(after, " \t");
	if (after[n]) {
		if (q->variables)
			items_add(&q->items, "REGEX", 5, "An extended regular expression");
		return;
	}
	for (size_t i = 0; i < FILTER_WORDS; i++)
		if (strncmp(filter_words[i].word, after, n) == 0)
			items_add(&q->items, filter_words[i].word, strlen(filter_words[i].word),
			    filter_words[i].help);
}

/* A line that is whole as it stands may be ended there. */
static bool is_whole(const struct vty_states *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (match_complete(&s->v[i]) && !(s->v[i].cmd->flags & VTY_HIDDEN))
			return true;
	return false;
}

/* Gather what may stand where the line ends. */
static void ask(struct asking *q, const char *line, bool enabled)
{
	struct vty_states s = {0};
	struct vty_line l;
	size_t typed, end = strlen(line);

	match_split(line, &l);
	typed = !l.filter && l.n && l.at[l.n - 1] + l.len[l.n - 1] == end ? l.n - 1 : l.n;
	q->partial = typed < l.n ? line + l.at[typed] : "";
	match_start(q->tree, enabled, &s);
	for (size_t i = 0; i < typed; i++)
		match_step(q->tree, &l, i, &s);
	if (!l.filter)
		match_next(&s, on_item, q);
	else if (is_whole(&s))
		ask_filter(q, l.filter);
	if (q->variables && !l.filter && typed == l.n && l.n && is_whole(&s))
		items_add(&q->items, "<cr>", 4, NULL);
	items_sort(&q->items);
	free(s.v);
}

void tree_help(const struct vty_tree *t, const char *line, bool enabled, struct buf *out)
{
	struct asking q = {.tree = t, .variables = true};

	ask(&q, line, enabled);
	if (!q.items.n)
		buf_str(out, "% There is no matched command.\n");
	items_print(&q.items, out);
	items_fini(&q.items);
}

struct tree_completion {
	char *partial;
	const struct vty_kind *kinds[KINDS_MAX];
	size_t n_kinds, at;
	struct names_walk walk; /* of kinds[at] */
	struct buf *out;
};

struct tree_completion *tree_complete_begin(
    const struct vty_tree *t, const char *line, bool enabled, struct buf *out)
{
	struct tree_completion *c = xcalloc(1, sizeof(*c));
	const char *last = line + strlen(line);
	struct asking q = {.tree = t};

	while (last > line && !strchr(" \t", last[-1]))
		last--;
	ask(&q, line, enabled);
	for (size_t i = 0; i < q.items.n; i++)
		buf_fmt(out, "%s\n", q.items.v[i].word);
	c->partial = xstrdup(last);
	c->n_kinds = q.n_kinds;
	memcpy(c->kinds, q.kinds, sizeof(c->kinds));
	items_fini(&q.items);
	return c;
}

static void on_name(const char *word, void *arg)
{
	struct tree_completion *c = arg;

	if (strncmp(word, c->partial, strlen(c->partial)) == 0 && !strpbrk(word, " \t\r\n"))
		buf_fmt(c->out, "%s\n", word);
}

bool tree_complete_more(
    struct tree_completion *c, const struct vty_context *ctx, struct buf *out)
{
	c->out = out;
	if (c->at < c->n_kinds && !c->kinds[c->at]->complete(ctx, &c->walk, on_name, c)) {
		names_walk_fini(&c->walk);
		c->at++;
	}
	return c->at < c->n_kinds;
}

void tree_complete_end(struct tree_completion *c)
{
	names_walk_fini(&c->walk);
	free(c->partial);
	free(c);
}
