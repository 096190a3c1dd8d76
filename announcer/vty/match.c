/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * match.c - words against the command table.
 *
 * All commands are followed at once, as a set of states (command, position). A word keeps
 * the states that fit it best: an exact keyword beats a prefix of one, a prefix beats a
 * variable. Words that fit several keywords are not an error yet: later words may decide.
 * An optional word is stepped over by looking past it.
 */
#include "announcer/vty/match.h"
#include "announcer/util.h"
#include <ctype.h>
#include <stdint.h>

static const char json_word[] = "json";

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

size_t match_tokens(const struct vty_command *cmd, struct vty_token *to)
{
	const char *s = cmd->words;
	size_t n = 0;

	while (*s && n < VTY_TOKENS_MAX - 1) {
		struct vty_token *t = &to[n++];
		size_t len = strcspn(s, " ");

		t->optional = *s == '[';
		t->s = s + t->optional;
		t->len = len - (t->optional ? 2 : 0);
		t->variable = isupper((unsigned char)t->s[0]);
		t->choice = memchr(t->s, '|', t->len) != NULL;
		t->rest = t->len == 4 && memcmp(t->s, "LINE", 4) == 0;
		s += len + (s[len] == ' ');
	}
	if (cmd->flags & VTY_JSON)
		to[n++] = (struct vty_token){.s = json_word, .len = 4, .optional = true};
	return n;
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

/* The state after token `pos` took word i. */
static struct vty_state advance(
    const struct vty_state *st, const struct vty_token *tok, size_t pos, size_t i)
{
	struct vty_state next = *st;

	next.pos = pos + 1;
	if (i < VTY_TOKENS_MAX)
		next.took[i] = (struct vty_span){tok->s, tok->len};
	if (tok->rest && next.rest == SIZE_MAX)
		next.rest = i;
	if (tok->rest)
		next.pos = pos; /* takes all that follows */
	else if (tok->variable && next.n_args < VTY_ARGS_MAX)
		next.arg[next.n_args++] = i;
	else if ((tok->optional || tok->choice) && next.n_said < VTY_SAID_MAX)
		next.said[next.n_said++] = tok->s;
	if (tok->s == json_word)
		next.json = true;
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
	struct vty_token tok[VTY_TOKENS_MAX];
	size_t n = match_tokens(st->cmd, tok);

	for (size_t i = st->pos; i < n; i++)
		if (!tok[i].optional && !(tok[i].rest && st->rest != SIZE_MAX))
			return false;
	return true;
}

/* One of the keywords of a choice at a time. */
static void next_of(const struct vty_state *st, const struct vty_token *tok, size_t pos,
    match_next_fn *fn, void *arg)
{
	const char *end = tok->s + tok->len;
	struct vty_token one = *tok;

	for (; one.s < end; one.s += one.len + 1) {
		const char *bar =
		    tok->choice ? memchr(one.s, '|', (size_t)(end - one.s)) : NULL;

		one.len = (size_t)((bar ? bar : end) - one.s);
		fn(st, &one, pos, arg);
	}
}

void match_next(const struct vty_states *s, match_next_fn *fn, void *arg)
{
	struct vty_token tok[VTY_TOKENS_MAX];

	for (size_t i = 0; i < s->n; i++) {
		size_t n = match_tokens(s->v[i].cmd, tok);

		for (size_t pos = s->v[i].pos; pos < n; pos++) {
			next_of(&s->v[i], &tok[pos], pos, fn, arg);
			if (!tok[pos].optional)
				break;
		}
	}
}

const char *match_help(
    const struct vty_tree *t, const struct vty_command *cmd, const struct vty_span *keyword)
{
	if (keyword->s == json_word)
		return "JavaScript Object Notation";
	for (size_t i = 0; i < t->n_groups; i++)
		if (strlen(t->groups[i].word) == keyword->len &&
		    memcmp(t->groups[i].word, keyword->s, keyword->len) == 0)
			return t->groups[i].help;
	return cmd->help;
}
