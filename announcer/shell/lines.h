/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lines.h - the lines that were typed, kept in a file that only its owner can read. Each is
 * added when it is typed, so that none is lost and several shells may share the file.
 */
#ifndef GREVY_SHELL_LINES_H
#define GREVY_SHELL_LINES_H
#include <histedit.h>

#define LINES_MAX 1000 /* that are kept */

struct lines {
	History *history;
	char *path; /* NULL: they are not kept */
};

/* path: of the file, which need not be there; copied; NULL = none.
 * Return: 0 or -ENOMEM. */
int lines_open(struct lines *l, const char *path);
/* One that was typed; nothing if it is the same as the one before. */
void lines_add(struct lines *l, const char *line);
/* All of them on stdout, the oldest first. */
void lines_print(struct lines *l);
void lines_close(struct lines *l);
#endif
