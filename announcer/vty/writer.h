/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * writer.h - everything that we show, as text or JSON by the same calls.
 *
 * A value has a key (JSON) and a label (text); either may be NULL: then it is left out of
 * that form. Text: values of one block stand below each other with their columns aligned, a
 * table's rows likewise, right-aligned where a column holds numbers only. JSON: as FRR
 * prints it, indented by two, no blank after the colon. Strings are escaped (escape.h).
 * Pure: grows a buffer; out of memory aborts.
 */
#ifndef GREVY_VTY_WRITER_H
#define GREVY_VTY_WRITER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A table's columns are as wide as its first WRITER_ROWS rows, or those that have WRITER_BYTES
 * of text, want them; a later row that wants more is out of line. */
#define WRITER_ROWS  128
#define WRITER_BYTES 16384

struct buf;
struct writer;

/* The JSON form starts as one object. */
struct writer *writer_new(bool json);
void writer_free(struct writer *w); /* NULL is fine */
bool writer_is_json(const struct writer *w);

/* Bytes that are finished and were not taken. */
size_t writer_size(const struct writer *w);
/* Append them to `to`; the writer forgets them. */
void writer_take(struct writer *w, struct buf *to);

/* Close what is open. The text (what was not taken) is borrowed until writer_free(), ends with
 * a newline unless it is empty, and holds no NUL but the final one. len may be NULL. */
const char *writer_finish(struct writer *w, size_t *len);

/* A value of the open object, block or row. A NULL string is null, "-" in text. */
void writer_str(struct writer *w, const char *key, const char *label, const char *value);
void writer_fmt(struct writer *w, const char *key, const char *label, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
void writer_num(struct writer *w, const char *key, const char *label, int64_t value);
void writer_real(struct writer *w, const char *key, double value); /* JSON only */
void writer_bool(struct writer *w, const char *key, const char *label, bool value);

/* An array of strings, joined by ", " in text ("-" when it is empty). */
void writer_list_begin(struct writer *w, const char *key, const char *label);
void writer_list_add(struct writer *w, const char *value);
void writer_list_end(struct writer *w);

/* An inner object. Text: `title:` and an indented block; without a title (NULL) its values
 * belong to the outer block or row. key NULL: an element of the open array. */
void writer_object_begin(struct writer *w, const char *key, const char *title);
void writer_object_end(struct writer *w);

/* An array of objects (made with writer_object_begin(w, NULL, ...)), each a block in text. */
void writer_array_begin(struct writer *w, const char *key);
void writer_array_end(struct writer *w);

/* An array of objects, a table in text. Each row gives the same labels in the same order.
 * No tables in tables: objects and lists in a row are cells or have no label. Without rows
 * the text is the line `none` (NULL: nothing). */
void writer_table_begin(struct writer *w, const char *key, const char *none);
void writer_row_begin(struct writer *w);
void writer_row_end(struct writer *w);
void writer_table_end(struct writer *w);

/* Text only: a line of its own, an empty line, or lines as they are (running-config). */
void writer_line(struct writer *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void writer_blank(struct writer *w);
void writer_raw(struct writer *w, const char *text);
#endif
