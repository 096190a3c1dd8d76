/* SPDX-License-Identifier: GPL-2.0-or-later */
/* match.h - inside of tree.c: the places in the table that the words typed so far reach. */
#ifndef GREVY_VTY_MATCH_H
#define GREVY_VTY_MATCH_H
#include "announcer/vty/tree.h"
#include "announcer/vty/words.h"

/* The words of a line, where each stood. */
struct vty_line {
	size_t n, at[VTY_WORDS_MAX], len[VTY_WORDS_MAX];
	const char *text;
	const char *filter; /* past the first |; NULL = none */
	bool too_long;      /* more than VTY_WORDS_MAX words */
};

/* A piece of a command's words; not terminated. */
struct vty_span {
	const char *s;
	size_t len;
};

/* A command and its place in it, as of struct vty_words. */
struct vty_state {
	const struct vty_command *cmd;
	size_t pos, n_args;
	struct vty_span took[VTY_WORDS_MAX]; /* what each word of the line stands for */
	size_t arg[VTY_ARGS_MAX];            /* index of the word */
	const char *kind[VTY_ARGS_MAX];      /* into the command's words */
	const char *said[VTY_SAID_MAX];      /* into the command's words; not terminated */
	size_t n_said;
	size_t rest; /* index of the first word of LINE; SIZE_MAX = none */
	bool json;
};

struct vty_states {
	struct vty_state *v;
	size_t n, cap;
};

/* Split a line, leading `do` left out. */
void match_split(const char *text, struct vty_line *l);
void match_words(const struct vty_command *cmd, struct vty_words *to);
const struct vty_kind *match_kind(const struct vty_tree *t, const struct vty_token *tok);

void match_start(const struct vty_tree *t, bool enabled, struct vty_states *s);
/* Take word i of the line: s becomes the states after it, none when nothing matches. */
void match_step(
    const struct vty_tree *t, const struct vty_line *l, size_t i, struct vty_states *s);
/* Nothing that must follow is missing. */
bool match_complete(const struct vty_state *st);

/* Each token that may come next, with its command. */
typedef void match_next_fn(
    const struct vty_state *st, const struct vty_token *tok, size_t pos, void *arg);
void match_next(const struct vty_states *s, match_next_fn *fn, void *arg);
/* The help of a keyword of that command. */
const char *match_help(
    const struct vty_tree *t, const struct vty_command *cmd, const struct vty_span *keyword);
#endif
