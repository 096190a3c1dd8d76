/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page.h - how much of a text fits on a terminal. Pure. */
#ifndef GREVY_SHELL_PAGE_H
#define GREVY_SHELL_PAGE_H
#include <stddef.h>

/* A page that is being filled from its first column. Lines longer than cols go on in the next
 * row; UTF-8 takes one column for each character. */
struct page {
	int rows, cols; /* of it; at least 1 */
	int row, col;   /* where the next character goes */
};

/* Return: how many bytes of the text still fit; less than len: it is full. */
size_t page_fill(struct page *p, const char *text, size_t len);

/* Words in columns as a shell lists completions, filled downwards; one line for each of the
 * rows. cols: of the terminal. */
struct buf;
void page_columns(char *const *words, size_t n, int cols, struct buf *out);
#endif
