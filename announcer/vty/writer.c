/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * writer.c - one writer for text and JSON.
 *
 * JSON goes straight into the buffer; a stack of levels knows what to close and whether a
 * comma is due. A level may be THROUGH: something that only text sees (a titled block
 * without a key), whose values belong to the level below; or MUTE: an array without a key,
 * which JSON leaves out with all that is in it.
 *
 * Text waits: values of a block (label and value) or cells of a table are kept until the
 * block or table ends or something else begins, because only then the widths are known. A
 * table waits for its first rows only (WRITER_ROWS, WRITER_BYTES): those that follow are
 * written at once, so that a table of any length costs no more than these.
 */
#include "announcer/vty/writer.h"
#include "announcer/escape.h"
#include "announcer/util.h"
#include "announcer/vty/buf.h"
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define DEPTH_MAX 16
#define GAP       2 /* columns between two columns of a table */

/* Its text stands in writer.cell_text: the label ("" past a table's first row) and the value,
 * escaped, each with a NUL. */
struct cell {
	uint32_t at;
	bool number;
};

struct column {
	size_t wide;
	bool right;
};

enum level_kind { LEVEL_OBJECT, LEVEL_ARRAY, LEVEL_THROUGH, LEVEL_MUTE };

struct level {
	enum level_kind kind;
	bool any;      /* has a value: a comma is due */
	bool indented; /* text: moved to the right */
};

struct writer {
	bool json, in_table, in_list;
	bool gap;   /* text: a table is set off from what stands before it */
	bool begun; /* text: something was written, taken or not */
	struct buf out, list, cell_text;
	struct level level[DEPTH_MAX];
	size_t depth, indent, n_list;
	struct cell *cells;
	size_t n_cells, cap_cells, n_cols, row_start;
	struct column *cols; /* of the table, once its head is written; else NULL */
	const char *none, *list_label;
};

struct writer *writer_new(bool json)
{
	struct writer *w = xcalloc(1, sizeof(*w));

	w->json = json;
	w->level[0].kind = LEVEL_OBJECT;
	buf_str(&w->out, json ? "{" : "");
	return w;
}

static void cells_clear(struct writer *w)
{
	w->n_cells = 0;
	buf_clear(&w->cell_text);
}

/* With the room that many rows needed: of a long table only one at a time is kept from now. */
static void cells_free(struct writer *w)
{
	free(w->cells);
	free(w->cell_text.p);
	w->cells = NULL;
	w->cell_text = (struct buf){0};
	w->n_cells = w->cap_cells = 0;
}

void writer_free(struct writer *w)
{
	if (!w)
		return;
	cells_free(w);
	free(w->cols);
	free(w->list.p);
	free(w->out.p);
	free(w);
}

bool writer_is_json(const struct writer *w)
{
	return w->json;
}

/* ---- JSON ---- */

static struct level *json_level(struct writer *w)
{
	size_t i = w->depth;

	while (w->level[i].kind == LEVEL_THROUGH)
		i--;
	return &w->level[i];
}

static void json_newline(struct writer *w)
{
	size_t n = 0;

	for (size_t i = 0; i <= w->depth; i++)
		n += w->level[i].kind != LEVEL_THROUGH;
	buf_str(&w->out, "\n");
	buf_pad(&w->out, n * 2);
}

/* Comma, line and key of a value. false: JSON leaves it out. */
static bool json_begin(struct writer *w, const char *key)
{
	struct level *l = json_level(w);

	if (l->kind == LEVEL_MUTE || (!key && l->kind == LEVEL_OBJECT))
		return false;
	assert(!key || l->kind == LEVEL_OBJECT);
	buf_str(&w->out, l->any ? "," : "");
	l->any = true;
	json_newline(w);
	if (key) {
		buf_str(&w->out, "\"");
		buf_escaped(&w->out, key, true);
		buf_str(&w->out, "\":");
	}
	return true;
}

static void json_string(struct writer *w, const char *s)
{
	buf_str(&w->out, "\"");
	buf_escaped(&w->out, s, true);
	buf_str(&w->out, "\"");
}

static void json_open(struct writer *w, const char *key, bool array)
{
	enum level_kind kind = array ? LEVEL_MUTE : LEVEL_THROUGH;

	assert(w->depth + 1 < DEPTH_MAX);
	if (json_level(w)->kind == LEVEL_MUTE)
		kind = LEVEL_MUTE;
	else if (json_begin(w, key)) {
		kind = array ? LEVEL_ARRAY : LEVEL_OBJECT;
		buf_str(&w->out, array ? "[" : "{");
	}
	w->level[++w->depth] = (struct level){.kind = kind};
}

static void json_close(struct writer *w)
{
	struct level l = w->level[w->depth--];

	if (l.kind == LEVEL_THROUGH || l.kind == LEVEL_MUTE)
		return;
	if (l.any)
		json_newline(w);
	buf_str(&w->out, l.kind == LEVEL_ARRAY ? "]" : "}");
}

/* ---- text ---- */

static void text_open(struct writer *w, const char *title)
{
	assert(w->depth + 1 < DEPTH_MAX);
	w->level[++w->depth] = (struct level){.kind = LEVEL_THROUGH, .indented = title != NULL};
	w->indent += title ? 2 : 0;
}

static void text_close(struct writer *w)
{
	if (w->level[w->depth--].indented)
		w->indent -= 2;
}

static const char *label_of(const struct writer *w, const struct cell *c)
{
	return w->cell_text.p + c->at;
}

static const char *value_of(const struct writer *w, const struct cell *c)
{
	const char *label = label_of(w, c);

	return label + strlen(label) + 1;
}

static void text_keep(struct writer *w, const char *s)
{
	buf_escaped(&w->cell_text, s, false);
	buf_add(&w->cell_text, "", 1);
}

/* The waiting values of a block: label, colon, values in one column. */
static void text_flush(struct writer *w)
{
	size_t wide = 0;

	if (w->in_table)
		return;
	for (size_t i = 0; i < w->n_cells; i++) {
		size_t n = escape_width(label_of(w, &w->cells[i]));

		wide = n > wide ? n : wide;
	}
	for (size_t i = 0; i < w->n_cells; i++) {
		const char *label = label_of(w, &w->cells[i]);
		const char *value = value_of(w, &w->cells[i]);

		buf_pad(&w->out, w->indent);
		buf_str(&w->out, label);
		buf_str(&w->out, ":");
		buf_pad(&w->out, *value ? wide - escape_width(label) + 1 : 0);
		buf_str(&w->out, value);
		buf_str(&w->out, "\n");
		w->gap = w->begun = true;
	}
	cells_clear(w);
}

static void text_value(struct writer *w, const char *label, const char *value, bool number)
{
	struct cell *c;

	if (!label)
		return;
	if (w->n_cells == w->cap_cells) {
		w->cap_cells = w->cap_cells ? w->cap_cells * 2 : 16;
		w->cells = xrealloc(w->cells, w->cap_cells, sizeof(*w->cells));
	}
	c = &w->cells[w->n_cells++];
	*c = (struct cell){(uint32_t)w->cell_text.len, number};
	text_keep(w, w->in_table && w->n_cols ? "" : label);
	text_keep(w, value ? value : "-");
}

static void text_cell(struct writer *w, const char *s, const struct column *col)
{
	size_t n = escape_width(s);
	size_t pad = col->wide > n ? col->wide - n : 0;

	if (col->right)
		buf_pad(&w->out, pad);
	buf_str(&w->out, s);
	buf_pad(&w->out, col->right ? GAP : pad + GAP);
}

static void text_row(struct writer *w, size_t row, bool head)
{
	size_t start = w->out.len;

	buf_pad(&w->out, w->indent);
	for (size_t c = 0; c < w->n_cols; c++) {
		const struct cell *cell = &w->cells[row * w->n_cols + c];

		text_cell(w, head ? label_of(w, cell) : value_of(w, cell), &w->cols[c]);
	}
	while (w->out.len > start && w->out.p[w->out.len - 1] == ' ')
		w->out.p[--w->out.len] = '\0';
	buf_str(&w->out, "\n");
}

/* The columns' widths, by the rows that wait, and the head: the labels of the first row. */
static void text_head(struct writer *w)
{
	size_t rows = w->n_cells / w->n_cols;

	w->cols = xcalloc(w->n_cols, sizeof(*w->cols));
	for (size_t c = 0; c < w->n_cols; c++) {
		struct column *col = &w->cols[c];

		*col = (struct column){escape_width(label_of(w, &w->cells[c])), true};
		for (size_t r = 0; r < rows; r++) {
			const struct cell *cell = &w->cells[r * w->n_cols + c];
			const char *value = value_of(w, cell);
			size_t n = escape_width(value);

			col->wide = n > col->wide ? n : col->wide;
			col->right = col->right && (cell->number || strcmp(value, "-") == 0);
		}
	}
	if (w->gap)
		buf_str(&w->out, "\n");
	text_row(w, 0, true);
	w->gap = w->begun = true;
}

/* The rows that wait. */
static void text_rows(struct writer *w)
{
	size_t rows = w->n_cols ? w->n_cells / w->n_cols : 0;
	bool first = rows && !w->cols;

	if (first)
		text_head(w);
	for (size_t r = 0; r < rows; r++)
		text_row(w, r, false);
	if (first)
		cells_free(w);
	else
		cells_clear(w);
}

/* ---- values ---- */

void writer_str(struct writer *w, const char *key, const char *label, const char *value)
{
	if (!w->json) {
		text_value(w, label, value, false);
	} else if (json_begin(w, key)) {
		if (value)
			json_string(w, value);
		else
			buf_str(&w->out, "null");
	}
}

void writer_fmt(struct writer *w, const char *key, const char *label, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	writer_str(w, key, label, b.p);
	free(b.p);
}

void writer_num(struct writer *w, const char *key, const char *label, int64_t value)
{
	char s[24];

	snprintf(s, sizeof(s), "%" PRId64, value);
	if (!w->json)
		text_value(w, label, s, true);
	else if (json_begin(w, key))
		buf_str(&w->out, s);
}

void writer_real(struct writer *w, const char *key, double value)
{
	char s[32];

	snprintf(s, sizeof(s), "%.17g", value);
	if (!w->json || !json_begin(w, key))
		return;
	buf_str(&w->out, s);
	if (!strpbrk(s, ".en"))
		buf_str(&w->out, ".0");
}

void writer_bool(struct writer *w, const char *key, const char *label, bool value)
{
	if (!w->json)
		text_value(w, label, value ? "yes" : "no", false);
	else if (json_begin(w, key))
		buf_str(&w->out, value ? "true" : "false");
}

void writer_list_begin(struct writer *w, const char *key, const char *label)
{
	assert(!w->in_list);
	w->in_list = true;
	w->n_list = 0;
	w->list_label = label;
	if (w->json)
		json_open(w, key, true);
}

void writer_list_add(struct writer *w, const char *value)
{
	if (w->json) {
		if (json_begin(w, NULL))
			json_string(w, value);
		return;
	}
	buf_str(&w->list, w->n_list++ ? ", " : "");
	buf_str(&w->list, value);
}

void writer_list_end(struct writer *w)
{
	w->in_list = false;
	if (w->json) {
		json_close(w);
		return;
	}
	text_value(w, w->list_label, w->n_list ? w->list.p : NULL, false);
	buf_clear(&w->list);
}

/* ---- containers ---- */

void writer_object_begin(struct writer *w, const char *key, const char *title)
{
	if (w->json) {
		json_open(w, key, false);
		return;
	}
	if (title)
		writer_line(w, "%s:", title);
	text_open(w, title);
}

void writer_object_end(struct writer *w)
{
	if (w->json) {
		json_close(w);
		return;
	}
	if (w->level[w->depth].indented)
		text_flush(w);
	text_close(w);
}

void writer_array_begin(struct writer *w, const char *key)
{
	if (w->json)
		json_open(w, key, true);
}

void writer_array_end(struct writer *w)
{
	if (w->json)
		json_close(w);
}

void writer_table_begin(struct writer *w, const char *key, const char *none)
{
	assert(!w->in_table);
	if (w->json) {
		json_open(w, key, true);
		return;
	}
	text_flush(w);
	w->in_table = true;
	w->none = none;
	w->n_cols = 0;
}

void writer_row_begin(struct writer *w)
{
	if (w->json)
		json_open(w, NULL, false);
	else
		w->row_start = w->n_cells;
}

void writer_row_end(struct writer *w)
{
	if (w->json) {
		json_close(w);
		return;
	}
	if (!w->n_cols)
		w->n_cols = w->n_cells;
	assert(w->n_cells - w->row_start == w->n_cols);
	if (w->cols || w->n_cells >= WRITER_ROWS * w->n_cols ||
	    w->cell_text.len >= WRITER_BYTES)
		text_rows(w);
}

void writer_table_end(struct writer *w)
{
	if (w->json) {
		json_close(w);
		return;
	}
	text_rows(w);
	free(w->cols);
	w->cols = NULL;
	w->in_table = false;
	if (!w->n_cols && w->none)
		writer_line(w, "%s", w->none);
}

void writer_line(struct writer *w, const char *fmt, ...)
{
	struct buf b = {0};
	va_list ap;

	if (w->json)
		return;
	assert(!w->in_table);
	text_flush(w);
	va_start(ap, fmt);
	buf_vfmt(&b, fmt, ap);
	va_end(ap);
	buf_pad(&w->out, w->indent);
	buf_escaped(&w->out, b.p, false);
	buf_str(&w->out, "\n");
	w->gap = false;
	w->begun = true;
	free(b.p);
}

void writer_blank(struct writer *w)
{
	if (w->json)
		return;
	text_flush(w);
	if (w->begun && !w->in_table)
		buf_str(&w->out, "\n");
	w->gap = false;
}

void writer_raw(struct writer *w, const char *text)
{
	size_t len = strlen(text);

	if (w->json)
		return;
	text_flush(w);
	while (len) {
		size_t n = strcspn(text, "\n");

		writer_line(w, "%.*s", (int)n, text);
		n += text[n] == '\n';
		text += n;
		len -= n;
	}
}

size_t writer_size(const struct writer *w)
{
	return w->out.len;
}

void writer_take(struct writer *w, struct buf *to)
{
	if (!to->p) { /* its room goes along: an answer that nobody reads keeps none */
		*to = w->out;
		w->out = (struct buf){0};
		return;
	}
	if (w->out.len)
		buf_add(to, w->out.p, w->out.len);
	buf_clear(&w->out);
}

const char *writer_finish(struct writer *w, size_t *len)
{
	assert(!w->in_table && !w->in_list && w->depth == 0);
	if (w->json) {
		if (w->level[0].any)
			buf_str(&w->out, "\n");
		buf_str(&w->out, "}\n");
	} else {
		text_flush(w);
	}
	if (len)
		*len = w->out.len;
	return w->out.p;
}
