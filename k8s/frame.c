/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One pass over the bytes, whatever pieces they come in; between pieces only the state below is
 * kept, and the value that has begun. Brackets are counted, not told apart: what does not
 * pair up is for json_read() to refuse.
 *
 *   GAP    between values: blanks, in a list's items commas, too
 *   VALUE  in a value that fn gets
 *   TOP    in the object around the items (level 1: its members; deeper: their values)
 *   END    after that object: blanks
 */
#include "k8s/frame.h"
#include "k8s/json_string.h"
#include <errno.h>
#include <stdlib.h>

#define KEEP_MAX ((size_t)64 << 10) /* of an empty buffer */

enum place { GAP, VALUE, TOP, END };

/* What the bytes at level 1 of the list's object mean. */
enum member {
	NAME,  /* a string is a name */
	ITEMS, /* the name was "items": its value is next */
	OTHER, /* the value of another member, or of items that are null */
};

struct buf {
	char *s;
	size_t len, cap;
};

struct frame {
	frame_fn *fn;
	void *arg;
	struct buf value, rest;
	size_t depth; /* in VALUE and TOP: brackets that are open */
	size_t key;   /* at level 1 of TOP: where in rest the last string begins */
	enum frame_mode mode;
	enum place place;
	enum member member;
	bool in_string, escaped; /* escaped: the next byte belongs to a backslash */
	bool line_begins;        /* in VALUE, outside strings: the last byte ended a line */
	bool endless;            /* the next line begins a value, or it ended within a string */
	bool has_items;
	bool item_due; /* GAP in a list: an element, not a comma */
	bool first;    /* GAP in a list: it may end, too */
	int dead;      /* what frame_feed() says from now on */
};

struct frame *frame_new(enum frame_mode mode, frame_fn *fn, void *arg)
{
	struct frame *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->mode = mode;
	f->fn = fn;
	f->arg = arg;
	f->place = mode == FRAME_LIST ? TOP : GAP;
	return f;
}

void frame_free(struct frame *f)
{
	if (!f)
		return;
	free(f->value.s);
	free(f->rest.s);
	free(f);
}

static int append(struct buf *b, const char *p, size_t len, size_t max)
{
	size_t cap = b->cap ? b->cap : 1024;
	char *s;

	if (len > max - b->len)
		return -EFBIG;
	while (cap < b->len + len)
		cap *= 2;
	if (cap != b->cap) {
		s = realloc(b->s, cap);
		if (!s)
			return -ENOMEM;
		b->s = s;
		b->cap = cap;
	}
	memcpy(b->s + b->len, p, len);
	b->len += len;
	return 0;
}

static void empty(struct buf *b)
{
	b->len = 0;
	if (b->cap <= KEEP_MAX)
		return;
	free(b->s);
	*b = (struct buf){0};
}

/* In a string: up to its end, or that of the piece. */
static const char *pass_string(struct frame *f, const char *p, const char *end)
{
	while (f->in_string && p < end) {
		if (f->escaped) {
			f->escaped = false;
			p++;
			continue;
		}
		p = json_string_stop(p, end);
		if (p == end)
			break;
		f->in_string = *p != '"';
		f->escaped = *p == '\\';
		f->endless |= *p == '\n' && f->mode == FRAME_STREAM;
		p++; /* another control character is for json_read() to refuse */
	}
	return p;
}

/* In a value: up to its end, or that of the piece. A stream's event is a line: one that lost
 * its end would else swallow all that follow. */
static const char *pass_value(struct frame *f, const char *p, const char *end)
{
	bool at_line = f->line_begins;

	while (p < end) {
		if (f->in_string) {
			p = pass_string(f, p, end);
			continue;
		}
		f->line_begins = *p == '\n';
		switch (*p++) {
		case '"':
			f->in_string = true;
			break;
		case '{':
			f->endless |= at_line && f->mode == FRAME_STREAM;
			f->depth++;
			break;
		case '[':
			f->depth++;
			break;
		case '}':
		case ']':
			if (--f->depth == 0)
				return p;
			break;
		default:
			break;
		}
		at_line = f->line_begins;
	}
	return p;
}

static int give(struct frame *f, const char *p, size_t len)
{
	int rc;

	if (!f->value.len) {
		if (len > FRAME_VALUE_MAX)
			return -EFBIG;
		return f->fn(p, len, f->arg);
	}
	rc = append(&f->value, p, len, FRAME_VALUE_MAX);
	if (!rc)
		rc = f->fn(f->value.s, f->value.len, f->arg);
	empty(&f->value);
	return rc;
}

static int feed_value(struct frame *f, const char **p, const char *end)
{
	const char *start = *p;

	*p = pass_value(f, start, end);
	if (f->endless)
		return -EINVAL;
	if (f->depth)
		return append(&f->value, start, (size_t)(*p - start), FRAME_VALUE_MAX);
	f->place = GAP;
	return give(f, start, (size_t)(*p - start));
}

/* A byte between the items of a list that neither is a blank nor begins one. */
static int in_items(struct frame *f, char c)
{
	if (c == ',' && !f->item_due) {
		f->item_due = true;
		f->first = false;
		return 0;
	}
	if (c != ']' || (f->item_due && !f->first))
		return -EINVAL;
	f->place = TOP;
	f->member = OTHER;
	f->depth = 1;
	return append(&f->rest, "]", 1, FRAME_REST_MAX);
}

static int feed_gap(struct frame *f, const char **p, const char *end)
{
	*p = json_blanks(*p, end);
	if (*p == end)
		return 0;
	if (**p == '{' && (f->mode == FRAME_STREAM || f->item_due)) {
		f->place = VALUE;
		f->item_due = f->first = false;
		return 0;
	}
	return f->mode == FRAME_LIST ? in_items(f, *(*p)++) : -EINVAL;
}

/* At level 1 a string has ended; rest holds all of it. */
static void end_of_name(struct frame *f)
{
	static const char items[] = "\"items\"";
	size_t len = f->rest.len - f->key;

	if (f->member == NAME && len == sizeof(items) - 1 &&
	    memcmp(f->rest.s + f->key, items, len) == 0)
		f->member = ITEMS;
}

/* A byte at level 1, outside strings, which rest holds already. */
static int at_level_1(struct frame *f, char c)
{
	if (c == ',') {
		f->member = NAME;
		return 0;
	}
	if (f->member == NAME && c == ':')
		f->member = OTHER;
	if (f->member != ITEMS || c == ':')
		return 0;
	f->member = OTHER;
	if (f->has_items || (c != '[' && c != 'n'))
		return -EINVAL;
	f->has_items = true;
	if (c == '[') {
		f->place = GAP;
		f->depth = 0;
		f->item_due = f->first = true;
	}
	return 0;
}

/* Brackets in TOP. A list of items is at_level_1()'s. */
static int top_bracket(struct frame *f, char c)
{
	bool opens = c == '{' || c == '[';

	if (!f->depth && c != '{')
		return -EINVAL;
	if (opens)
		f->depth++;
	else if (--f->depth == 0)
		f->place = END;
	return 0;
}

static int top_byte(struct frame *f, char c)
{
	bool blank = json_blanks(&c, &c + 1) != &c;
	int rc = 0;

	if (f->depth == 1 && !blank)
		rc = at_level_1(f, c);
	if (rc || blank || f->place == GAP)
		return rc;
	if (c == '"') {
		f->in_string = true;
		f->key = f->rest.len - 1;
	} else if (c == '{' || c == '}' || c == '[' || c == ']') {
		return top_bracket(f, c);
	}
	return f->depth ? 0 : -EINVAL;
}

static int feed_top(struct frame *f, const char **p, const char *end)
{
	const char *start = *p;
	int rc;

	if (f->in_string) {
		*p = pass_string(f, start, end);
		rc = append(&f->rest, start, (size_t)(*p - start), FRAME_REST_MAX);
		if (!rc && !f->in_string && f->depth == 1)
			end_of_name(f);
		return rc;
	}
	rc = append(&f->rest, (*p)++, 1, FRAME_REST_MAX);
	return rc ? rc : top_byte(f, *start);
}

static int feed_end(const char **p, const char *end)
{
	*p = json_blanks(*p, end);
	return *p < end ? -EINVAL : 0;
}

int frame_feed(struct frame *f, const char *p, size_t len)
{
	const char *end = p + len;

	while (!f->dead && p < end) {
		switch (f->place) {
		case GAP:
			f->dead = feed_gap(f, &p, end);
			break;
		case VALUE:
			f->dead = feed_value(f, &p, end);
			break;
		case TOP:
			f->dead = feed_top(f, &p, end);
			break;
		case END:
			f->dead = feed_end(&p, end);
			break;
		}
	}
	return f->dead;
}

int frame_end(const struct frame *f)
{
	if (f->dead)
		return f->dead;
	if (f->place != (f->mode == FRAME_LIST ? END : GAP))
		return -EPIPE;
	return f->mode == FRAME_STREAM || f->has_items ? 0 : -EINVAL;
}

const char *frame_rest(const struct frame *f, size_t *len)
{
	*len = f->rest.len;
	return f->rest.s ? f->rest.s : "";
}
