/* SPDX-License-Identifier: GPL-2.0-or-later */
/* buf.h - text that grows; always ends with a NUL once something was added. Start: {0}. */
#ifndef GREVY_VTY_BUF_H
#define GREVY_VTY_BUF_H
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *p; /* NULL until the first call; free() ends it */
	size_t len, cap;
};

void buf_add(struct buf *b, const char *s, size_t n);
void buf_str(struct buf *b, const char *s);
void buf_pad(struct buf *b, size_t n); /* blanks */
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vfmt(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* as escape.h says, for a terminal or for the inside of a JSON string */
void buf_escaped(struct buf *b, const char *s, bool json);
void buf_clear(struct buf *b); /* empty, the room is kept */
#endif
