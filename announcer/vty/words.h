/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * words.h - how a command of the table is written down: which word may follow which. Pure.
 *
 * - word: a keyword, in lower case; ~word: neither helped with nor completed
 * - NAME: a variable, by the name of its kind, in upper case; LINE: the rest of the line
 * - <a|b c>: one of these
 * - [a|b c]: one of these, or nothing
 *
 * Groups hold groups, as in FRR's own tables.
 */
#ifndef GREVY_VTY_WORDS_H
#define GREVY_VTY_WORDS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VTY_TOKENS_MAX 63

struct vty_token {
	const char *s; /* in the description; not terminated */
	size_t len;
	bool variable, rest, hidden;
	bool choice; /* stands in a group: whether it was said tells something */
};

/* From place 0, the beginning, and from place i + 1, behind token i, the tokens that may come
 * next, a bit for each; WORDS_END: nothing must. */
struct vty_words {
	struct vty_token token[VTY_TOKENS_MAX];
	uint64_t next[VTY_TOKENS_MAX + 1];
	size_t n;
};
#define WORDS_END (UINT64_C(1) << 63)

/* A token of a description is this word. */
bool words_is(const char *token, const char *word);

/* The description is ours, not input: a bad one is a bug. json: an optional `json` ends it. */
void words_parse(const char *description, bool json, struct vty_words *to);
#endif
