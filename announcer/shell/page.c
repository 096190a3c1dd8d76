/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "announcer/shell/page.h"
#include "announcer/vty/buf.h"
#include <string.h>

#define TAB 8
#define GAP 2 /* blanks between two columns */

static int width_of(const struct page *p, char c)
{
	if (c == '\t')
		return TAB - p->col % TAB;
	return ((unsigned char)c & 0xc0) != 0x80; /* UTF-8: the first byte of each */
}

size_t page_fill(struct page *p, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		int width = width_of(p, text[i]);

		if (p->row >= p->rows)
			return i;
		if (text[i] == '\n') {
			p->row++;
			p->col = 0;
			continue;
		}
		if (width && p->col >= p->cols) {
			p->row++;
			p->col = 0;
			if (p->row >= p->rows)
				return i;
		}
		p->col += width;
	}
	return len;
}

void page_columns(char *const *words, size_t n, int cols, struct buf *out)
{
	size_t wide = 1, across, rows;

	for (size_t i = 0; i < n; i++)
		wide = strlen(words[i]) > wide ? strlen(words[i]) : wide;
	across = (size_t)cols / (wide + GAP);
	across = across ? across : 1;
	rows = (n + across - 1) / across;
	for (size_t row = 0; row < rows; row++) {
		for (size_t i = row; i < n; i += rows) {
			buf_str(out, words[i]);
			if (i + rows < n)
				buf_pad(out, wide + GAP - strlen(words[i]));
		}
		buf_str(out, "\n");
	}
}
