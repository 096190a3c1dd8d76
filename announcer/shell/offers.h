/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offers.h - what completion offers for the word before the cursor. */
#ifndef GREVY_SHELL_OFFERS_H
#define GREVY_SHELL_OFFERS_H
#include <stddef.h>

struct shell;

struct offers {
	char **word; /* sorted, each once; into the text */
	size_t n;
	char *more; /* what can be added to the line: all have it; "" = nothing */
};

/* text: one a line; taken apart, and kept by the caller. len: of the line. */
void offers_init(struct offers *o, char *text, const char *line, size_t len);
void offers_fini(struct offers *o);

/* List them in columns on a new line, by pages; of many only if the user wants it. */
void offers_list(const struct offers *o, struct shell *sh);
#endif
