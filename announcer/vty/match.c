/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match.c - words against the command table.
 *
 * All commands are followed at once, as a set of states (command, position). A word keeps
 * the states that fit it best: an exact keyword beats a prefix of one, a prefix beats a
 * variable. Words that fit several keywords are not an error yet: later words may decide.
 */
#include "announcer/vty/match.h"
#include "announcer/util.h"
#include <ctype.h>
#include <stdint.h>

enum rank { RANK_NONE, RANK_VARIABLE, RANK_PREFIX, RANK_EXACT };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_do(const char *text, size_t i)
{
	while (strncmp(text + i, "do", 2) == 0 && is_blank(text[i + 2])) {
		i += 2;
		while (is_blank(text[i]))
			i++;
	}
	return i;
}

void match_split(const char *text, struct vty_line *l)
{
	size_t i = 0;

	*l = (struct vty_line){.text = text};
	while (is_blank(text[i]))
		i++;
	i = skip_do(text, i);
	while (text[i] && text[i] != '|') {
		size_t start = i;

		while (text[i] && text[i] != '|' && !is_blank(text[i]))
			i++;
		if (l->n == VTY_WORDS_MAX) {
			l->too_long = true;
			return;
		}
		l->at[l->n] = start;
		l->len[l->n++] = i - start;
		while (is_blank(text[i]))
			i++;
	}
	if (text[i] == '|')
		l->filter = text + i + 1;
}

void match_words(const struct vty_command *cmd, struct vty_words *to)
{
	words_parse(cmd->words, cmd->flags & VTY_JSON, to);
}

const struct vty_kind *match_kind(const struct vty_tree *t, const struct vty_token *tok)
{
	for (size_t i = 0; i < t->n_kinds; i++)
		if (strlen(t->kinds[i].name) == tok->len &&
		    memcmp(t->kinds[i].name, tok->s, tok->len) == 0)
			return &t->kinds[i];
	return NULL;
}

static void states_add(struct vty_states *s, const struct vty_state *st)
{
	if (s->n == s->cap) {
		s->cap = s->cap ? s->cap * 2 : 64;
		s->v = xrealloc(s->v, s->cap, sizeof(*s->v));
	}
	s->v[s->n++] = *st;
}

void match_start(const struct vty_tree *t, bool enabled, struct vty_states *s)
{
	for (size_t i = 0; i < t->n_commands; i++)
		if (enabled || !(t->commands[i].flags & VTY_VERB))
			states_add(
			    s, &(struct vty_state){.cmd = &t->commands[i], .rest = SIZE_MAX});
}

static bool kind_matches(
    const struct vty_tree *t, const struct vty_token *tok, const char *w, size_t len)
{
	const struct vty_kind *k = match_kind(t, tok);
	char *word;
	bool ok;

	if (!k || !k->match)
		return true;
	word = xcalloc(len + 1, 1);
	memcpy(word, w, len);
	ok = k->match(word);
	free(word);
	return ok;
}

static enum rank rank_of(
    const struct vty_tree *t, const struct vty_token *tok, const struct vty_line *l, size_t i)
{
	const char *w = l->text + l->at[i];
	size_t len = l->len[i];

	if (tok->variable)
		return tok->rest || kind_matches(t, tok, w, len) ? RANK_VARIABLE : RANK_NONE;
	if (len > tok->len || memcmp(w, tok->s, len) != 0)
		return RANK_NONE;
	return len == tok->len ? RANK_EXACT : RANK_PREFIX;
}

static bool is_json(const char *s, size_t len)
{
	return len == 4 && memcmp(s, "json", 4) == 0;
}

/* The state after token `pos` took word i. */
static struct vty_state advance(
    const struct vty_state *st, const struct vty_token *tok, size_t pos, size_t i)
{
	struct vty_state next = *st;

	next.pos = pos + 1;
	next.took[i] = (struct vty_span){tok->s, tok->len};
	if (tok->rest && next.rest == SIZE_MAX)
		next.rest = i;
	if (tok->variable && !tok->rest && next.n_args < VTY_ARGS_MAX) {
		next.kind[next.n_args] = tok->s;
		next.arg[next.n_args++] = i;
	} else if (!tok->variable && tok->choice && next.n_said < VTY_SAID_MAX) {
		next.said[next.n_said++] = tok->s;
	}
	next.json = next.json || (tok->choice && is_json(tok->s, tok->len));
	return next;
}

struct stepping {
	const struct vty_tree *tree;
	const struct vty_line *line;
	size_t word;
	enum rank best;
	struct vty_states next;
};

static void on_next(
    const struct vty_state *st, const struct vty_token *tok, size_t pos, void *arg)
{
	struct stepping *sp = arg;
	enum rank r = rank_of(sp->tree, tok, sp->line, sp->word);
	struct vty_state next;

	if (r == RANK_NONE || r < sp->best)
		return;
	if (r > sp->best)
		sp->next.n = 0;
	sp->best = r;
	next = advance(st, tok, pos, sp->word);
	states_add(&sp->next, &next);
}

void match_step(
    const struct vty_tree *t, const struct vty_line *l, size_t i, struct vty_states *s)
{
	struct stepping sp = {.tree = t, .line = l, .word = i};

	match_next(s, on_next, &sp);
	free(s->v);
	*s = sp.next;
}

bool match_complete(const struct vty_state *st)
{
	struct vty_words w;

	match_words(st->cmd, &w);
	return w.next[st->pos] & WORDS_END;
}

void match_next(const struct vty_states *s, match_next_fn *fn, void *arg)
{
	struct vty_words w;

	for (size_t i = 0; i < s->n; i++) {
		match_words(s->v[i].cmd, &w);
		for (size_t k = 0; k < w.n; k++)
			if (w.next[s->v[i].pos] >> k & 1)
				fn(&s->v[i], &w.token[k], k, arg);
	}
}

const char *match_help(
    const struct vty_tree *t, const struct vty_command *cmd, const struct vty_span *keyword)
{
	if (is_json(keyword->s, keyword->len))
		return "JavaScript Object Notation";
	for (size_t i = 0; i < t->n_groups; i++)
		if (strlen(t->groups[i].word) == keyword->len &&
		    memcmp(t->groups[i].word, keyword->s, keyword->len) == 0)
			return t->groups[i].help;
	return cmd->help;
}
