/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.h - what follows a | behind a command: a choice of lines, as the text comes. Pure. */
#ifndef GREVY_VTY_FILTER_H
#define GREVY_VTY_FILTER_H
#include "announcer/vty/buf.h"

struct filter;

/* What may be said behind the |. */
enum { FILTER_INCLUDE, FILTER_EXCLUDE, FILTER_BEGIN, FILTER_COUNT, FILTER_WORDS };
struct filter_word {
	const char *word, *help;
};
extern const struct filter_word filter_words[FILTER_WORDS];

/* "include|exclude|begin|count REGEX", extended, by line. NULL: error gets the reason. */
struct filter *filter_new(const char *text, struct buf *error);
void filter_free(struct filter *f); /* NULL is fine */

/* The next piece, of which one line at most is taken; if it passes, it is added to out. Return:
 * bytes taken; the rest is to be given again. */
size_t filter_feed(struct filter *f, const char *text, size_t len, struct buf *out);
/* There is no more: a last line without its end, the count. */
void filter_end(struct filter *f, struct buf *out);
#endif
