/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descends along the table of wanted members. What is wanted is read strictly and becomes
 * json-c values; the rest is stepped over and only has to balance: its strings end, each
 * bracket has its partner. Two thirds of what an API server sends is of that kind.
 */
#include "k8s/json.h"
#include "k8s/json_string.h"
#include <errno.h>
#include <stdlib.h>

#define DEPTH_MAX  64  /* levels of objects and lists; bits of a word below */
#define NUMBER_LEN 128 /* of the text of a number */

struct reader {
	const char *p, *end;
	const char *what; /* of a fault, which is at p */
	unsigned depth;
};

/* A string between its quotes. */
struct span {
	const char *s;
	size_t len;
	bool escaped;
};

static int fail(struct reader *r, const char *what)
{
	r->what = what;
	return -EINVAL;
}

static int fail_at(struct reader *r, const char *p, const char *what)
{
	r->p = p;
	return fail(r, what);
}

/* The byte after blanks, not taken; NUL at the end of the text. */
static char next(struct reader *r)
{
	r->p = json_blanks(r->p, r->end);
	return (char)(r->p < r->end ? *r->p : 0);
}

/* At a quote. Escapes are not looked into. */
static int scan_string(struct reader *r, struct span *out)
{
	const char *p = ++r->p;

	out->s = p;
	out->escaped = false;
	while ((p = json_string_stop(p, r->end)) < r->end && *p == '\\') {
		out->escaped = true;
		p += r->end - p > 1 ? 2 : 1;
	}
	if (p >= r->end)
		return fail_at(r, p, "a string without its end");
	if (*p != '"')
		return fail_at(r, p, "a control character in a string");
	out->len = (size_t)(p - out->s);
	r->p = p + 1;
	return 0;
}

static int check_utf8(struct reader *r, const struct span *s)
{
	const char *fault = json_utf8_fault(s->s, s->len);

	return fault ? fail_at(r, fault, "not UTF-8") : 0;
}

/* The text that the span stands for, to be freed, with a NUL after it. */
static int take_text(struct reader *r, const struct span *s, char **out, size_t *len)
{
	const char *fault;
	int rc = check_utf8(r, s);

	*out = NULL;
	if (rc)
		return rc;
	*out = malloc(s->len + 1);
	if (!*out)
		return -ENOMEM;
	fault = json_unescape(s->s, s->len, *out, len);
	if (fault) {
		free(*out);
		*out = NULL;
		return fail_at(r, fault, "an escape that JSON does not have");
	}
	(*out)[*len] = 0;
	return 0;
}

static int give(struct json_object *o, struct json_object **out)
{
	*out = o;
	return o ? 0 : -ENOMEM;
}

static int read_string(struct reader *r, struct json_object **out)
{
	struct span s;
	char *text;
	size_t len;
	int rc = scan_string(r, &s);

	if (rc)
		return rc;
	if (!s.escaped) {
		rc = check_utf8(r, &s);
		return rc ? rc : give(json_object_new_string_len(s.s, (int)s.len), out);
	}
	rc = take_text(r, &s, &text, &len);
	if (!rc)
		rc = give(json_object_new_string_len(text, (int)len), out);
	free(text);
	return rc;
}

static const char *digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

/* Where the number at p ends, NULL when it is none. */
static const char *number_end(const char *p, const char *end, bool *whole)
{
	const char *first;

	*whole = true;
	p += p < end && *p == '-';
	first = p;
	p = digits(p, end);
	if (p == first || (*first == '0' && p - first > 1))
		return NULL;
	if (p < end && *p == '.') {
		*whole = false;
		first = ++p;
		p = digits(p, end);
		if (p == first)
			return NULL;
	}
	if (p < end && (*p | 0x20) == 'e') {
		*whole = false;
		p++;
		p += p < end && (*p == '+' || *p == '-');
		first = p;
		p = digits(p, end);
		if (p == first)
			return NULL;
	}
	return p;
}

static int read_number(struct reader *r, struct json_object **out)
{
	char text[NUMBER_LEN];
	bool whole;
	const char *stop = number_end(r->p, r->end, &whole);
	long long v = 0;
	size_t len;

	if (!stop)
		return fail(r, "not a value");
	len = (size_t)(stop - r->p);
	if (len >= sizeof(text))
		return fail(r, "a number of too many digits");
	memcpy(text, r->p, len);
	text[len] = 0;
	r->p = stop;
	errno = 0;
	if (whole)
		v = strtoll(text, NULL, 10);
	if (whole && !errno)
		return give(json_object_new_int64(v), out);
	return give(json_object_new_double_s(strtod(text, NULL), text), out);
}

static int read_word(struct reader *r, struct json_object **out)
{
	static const char *const words[] = {"null", "true", "false"};
	size_t i = *r->p == 'n' ? 0 : *r->p == 't' ? 1 : 2, len = strlen(words[i]);

	*out = NULL;
	if ((size_t)(r->end - r->p) < len || memcmp(r->p, words[i], len) != 0)
		return fail(r, "not a value");
	r->p += len;
	return i ? give(json_object_new_boolean(i == 1), out) : 0;
}

/* Bytes that matter between strings. */
static bool matters(char c)
{
	return c == '"' || c == '{' || c == '}' || c == '[' || c == ']';
}

/* At a bracket: past its partner. Bit n of lists: what is open at depth n is a list. */
static int skip_nested(struct reader *r)
{
	uint64_t lists = 0;
	unsigned depth = r->depth;
	struct span s;
	bool list;

	do {
		while (r->p < r->end && !matters(*r->p))
			r->p++;
		if (r->p == r->end)
			return fail(r, "the end in the middle of a value");
		list = *r->p == '[' || *r->p == ']';
		if (*r->p == '"') {
			if (scan_string(r, &s))
				return -EINVAL;
			continue;
		}
		if (*r->p == '{' || *r->p == '[') {
			if (depth == DEPTH_MAX)
				return fail(r, "nested too deeply");
			lists = (lists & ~((uint64_t)1 << depth)) | (uint64_t)list << depth;
			depth++;
		} else if ((lists >> --depth & 1) != list) {
			return fail(r, "a bracket that closes another kind");
		}
		r->p++;
	} while (depth > r->depth);
	return 0;
}

static int skip_value(struct reader *r)
{
	struct json_object *o;
	struct span s;
	bool whole;
	const char *stop;
	char c = next(r);

	if (c == '{' || c == '[')
		return skip_nested(r);
	if (c == '"')
		return scan_string(r, &s);
	if (c == 't' || c == 'f' || c == 'n') {
		int rc = read_word(r, &o);

		json_object_put(o);
		return rc;
	}
	stop = number_end(r->p, r->end, &whole);
	if (!stop)
		return fail(r, "not a value");
	r->p = stop;
	return 0;
}

static int read_value(struct reader *r, const struct json_want *want, struct json_object **out);

/* After an item: over the comma, or *done at the closing bracket, which is taken. */
static int after_item(struct reader *r, char close, bool *done)
{
	char c = next(r);

	*done = c == close;
	if (!*done && c != ',')
		return fail(r, close == '}' ? "expected , or }" : "expected , or ]");
	r->p++;
	return 0;
}

/* At the opening bracket. */
static int open_nested(struct reader *r, char close, bool *done)
{
	if (r->depth == DEPTH_MAX)
		return fail(r, "nested too deeply");
	r->depth++;
	r->p++;
	*done = next(r) == close;
	r->p += *done;
	return 0;
}

static int read_list(struct reader *r, const struct json_want *want, struct json_object **out)
{
	struct json_object *list = json_object_new_array(), *item;
	bool done = false;
	int rc = list ? open_nested(r, ']', &done) : -ENOMEM;

	while (!rc && !done) {
		item = NULL;
		rc = read_value(r, want, &item);
		if (!rc && json_object_array_add(list, item) < 0) {
			json_object_put(item);
			rc = -ENOMEM;
		}
		if (!rc)
			rc = after_item(r, ']', &done);
	}
	r->depth--;
	*out = list;
	return rc;
}

static const struct json_want *find_name(
    const struct json_want *want, const char *name, size_t len)
{
	for (; want->name; want++)
		if (want->name[0] == (len ? name[0] : 0) &&
		    strncmp(want->name, name, len) == 0 && !want->name[len])
			return want;
	return NULL;
}

static int find_want(struct reader *r, const struct span *key, const struct json_want *want,
    const struct json_want **out)
{
	char *text;
	size_t len;
	int rc;

	if (!key->escaped) {
		*out = find_name(want, key->s, key->len);
		return 0;
	}
	rc = take_text(r, key, &text, &len);
	if (rc)
		return rc;
	*out = strlen(text) == len ? find_name(want, text, len) : NULL;
	free(text);
	return 0;
}

static int add_member(struct json_object *o, const char *name, struct json_object *value)
{
	if (json_object_object_add(o, name, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

/* A member of an object of which all is wanted; its name has been read. */
static int read_any_member(struct reader *r, const struct span *key, struct json_object *o)
{
	struct json_object *value = NULL;
	const char *at = key->s;
	char *name;
	size_t len;
	int rc = take_text(r, key, &name, &len);

	if (!rc && strlen(name) != len)
		rc = fail_at(r, at, "a NUL character in a name");
	if (!rc)
		rc = read_value(r, NULL, &value);
	if (!rc)
		rc = add_member(o, name, value);
	free(name);
	return rc;
}

static int read_member(struct reader *r, const struct json_want *want, struct json_object *o)
{
	struct json_object *value = NULL;
	const struct json_want *w;
	struct span key;
	int rc =
	    next(r) == '"' ? scan_string(r, &key) : fail(r, "expected the name of a member");

	if (rc)
		return rc;
	if (next(r) != ':')
		return fail(r, "expected :");
	r->p++;
	if (!want)
		return read_any_member(r, &key, o);
	rc = find_want(r, &key, want, &w);
	if (rc)
		return rc;
	if (!w)
		return skip_value(r);
	rc = read_value(r, w->in, &value);
	return rc ? rc : add_member(o, w->name, value);
}

static int read_object(struct reader *r, const struct json_want *want, struct json_object **out)
{
	struct json_object *o = json_object_new_object();
	bool done = false;
	int rc = o ? open_nested(r, '}', &done) : -ENOMEM;

	while (!rc && !done) {
		rc = read_member(r, want, o);
		if (!rc)
			rc = after_item(r, '}', &done);
	}
	r->depth--;
	*out = o;
	return rc;
}

/* *out is set (NULL is a null) only on 0. */
static int read_value(struct reader *r, const struct json_want *want, struct json_object **out)
{
	struct json_object *value = NULL;
	int rc;

	switch (next(r)) {
	case '{':
		rc = read_object(r, want, &value);
		break;
	case '[':
		rc = read_list(r, want, &value);
		break;
	case '"':
		rc = read_string(r, &value);
		break;
	case 't':
	case 'f':
	case 'n':
		rc = read_word(r, &value);
		break;
	default:
		rc = read_number(r, &value);
		break;
	}
	if (rc) {
		json_object_put(value);
		return rc;
	}
	*out = value;
	return 0;
}

int json_read(const char *text, size_t len, const struct json_want *want,
    struct json_object **out, struct json_fault *fault)
{
	struct reader r = {.p = text, .end = text + len};
	struct json_object *value = NULL;
	int rc = len > INT32_MAX ? fail(&r, "too long") : read_value(&r, want, &value);

	if (!rc && (next(&r) || r.p < r.end)) {
		rc = fail(&r, "something after the value");
		json_object_put(value);
	}
	if (!rc)
		*out = value;
	if (rc == -EINVAL)
		*fault = (struct json_fault){.at = (size_t)(r.p - text), .what = r.what};
	return rc;
}
