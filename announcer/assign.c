/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * assign.c - the text of the controller's state file:
 *   {"version": 1, "assignments": {
 *   "default/web": {"pool": "default", "addresses": ["192.0.2.1"], "crc32": "6d8a72c1"}
 *   }, "crc32": "1c291ca3"}
 * A checksum is of what stands before it: of its line in an entry, of the whole text at the
 * end. So damage is always seen, and a line that is whole counts where others are not: all
 * that is good is given back beside the error. Earlier ones had no checksums, and "}}" at the
 * end. Pure.
 */
#include "announcer/assign.h"
#include "announcer/crc32.h"
#include "announcer/util.h"
#include "k8s/yamldoc.h"
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#define NAME_MAX_LEN 253 /* of a Kubernetes name */
#define HEAD         "{\"version\": 1, \"assignments\": {"
#define SUM_KEY      ", \"crc32\": \""
#define SUM_END      "\"}"
#define SUM_DIGITS   8

struct reader {
	const char *file;
	struct assign_list *out;
	struct assign_error *err; /* the first fault */
	unsigned line;            /* being read, from 1 */
	bool plain;               /* of a grevyd from before the checksums */
	bool bad;
};

static void refuse(struct reader *r, const char *key, const char *what)
{
	if (r->bad)
		return;
	r->bad = true;
	snprintf(r->err->text, sizeof(r->err->text), "%.250s:%u: %.100s%s%s", r->file, r->line,
	    key, *key ? ": " : "", what);
}

/* Append, with what a owns. */
static void assign_take(struct assign_list *l, const struct assignment *a)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 16;
		l->v = xrealloc(l->v, l->cap, sizeof(*l->v));
	}
	l->v[l->n++] = *a;
}

void assign_add(struct assign_list *l, const struct assignment *a)
{
	struct assignment copy = *a;

	copy.ns = xstrdup(a->ns);
	copy.name = xstrdup(a->name);
	copy.pool = xstrdup(a->pool);
	assign_take(l, &copy);
}

void assign_fini(struct assign_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].ns);
		free(l->v[i].name);
		free(l->v[i].pool);
	}
	free(l->v);
	*l = (struct assign_list){0};
}

/* Return: how many addresses were read, 0 = refused. */
static uint8_t addresses_read(
    struct reader *r, struct json_object *v, const char *key, struct ipaddr addr[2])
{
	size_t n = json_object_is_type(v, json_type_array) ? json_object_array_length(v) : 0;

	if (n < 1 || n > 2) {
		refuse(r, key, "addresses must be a list of one or two");
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct json_object *e = json_object_array_get_idx(v, i);

		if (!json_object_is_type(e, json_type_string) ||
		    ipaddr_parse(json_object_get_string(e), &addr[i]) < 0) {
			refuse(r, key, "must be an IP address");
			return 0;
		}
	}
	if (n == 2 && addr[0].family == addr[1].family) {
		refuse(r, key, "addresses must be of two families");
		return 0;
	}
	return (uint8_t)n;
}

static bool is_name(const char *s, size_t len)
{
	return len && len <= NAME_MAX_LEN && !memchr(s, '/', len);
}

static void entry_read(struct reader *r, const char *key, struct json_object *v)
{
	const char *slash = strchr(key, '/');
	struct json_object *addresses = NULL, *pool = NULL;
	struct assignment a = {0};

	if (!slash || !is_name(key, (size_t)(slash - key)) ||
	    !is_name(slash + 1, strlen(slash + 1))) {
		refuse(r, key, "must be namespace/name");
		return;
	}
	json_object_object_get_ex(v, "addresses", &addresses);
	json_object_object_get_ex(v, "pool", &pool);
	if (r->plain && json_object_object_get_ex(v, "crc32", NULL)) {
		refuse(r, key, "damaged: the file lost its checksum");
		return;
	}
	a.n = addresses_read(r, addresses, key, a.addr);
	if (pool && !json_object_is_type(pool, json_type_string)) {
		refuse(r, key, "pool must be a name");
		pool = NULL;
	}
	if (!a.n)
		return;
	a.ns = strndup(key, (size_t)(slash - key));
	if (!a.ns)
		abort();
	a.name = xstrdup(slash + 1);
	a.pool = xstrdup(json_object_get_string(pool));
	assign_take(r->out, &a);
}

/* ', "crc32": "6d8a72c1"}' */
static void sum_print(const char *text, size_t len, FILE *f)
{
	fprintf(f, SUM_KEY "%08" PRIx32 SUM_END, crc32_of(text, len));
}

/* Does the text end with its checksum? */
static bool sum_good(const char *text, size_t len)
{
	char sum[sizeof(SUM_KEY) + SUM_DIGITS + sizeof(SUM_END)];
	size_t n = strlen(SUM_KEY) + SUM_DIGITS + strlen(SUM_END);

	if (len < n)
		return false;
	snprintf(sum, sizeof(sum), SUM_KEY "%08" PRIx32 SUM_END, crc32_of(text, len - n));
	return memcmp(text + len - n, sum, n) == 0;
}

/* '"default/web": {...}': a mapping of one, for a YAML reader. */
static void line_read(struct reader *r, const char *line, size_t len)
{
	struct yamldoc_error at;
	struct yamldoc doc;
	int rc;

	if (!r->plain && !sum_good(line, len)) {
		refuse(r, "", "damaged: its checksum is wrong");
		return;
	}
	rc = yamldoc_parse(line, len, &doc, &at);
	if (rc == -ENOMEM)
		abort();
	if (rc < 0) {
		refuse(r, "", at.what);
		return;
	}
	if (doc.n == 1 && json_object_is_type(doc.docs[0], json_type_object)) {
		json_object_object_foreach(doc.docs[0], key, value)
		{
			entry_read(r, key, value);
		}
	} else {
		refuse(r, "", "must be a mapping");
	}
	yamldoc_fini(&doc);
}

/* A line without its end. Return: whether it was the last one. */
static bool any_line_read(struct reader *r, const char *line, size_t len)
{
	if (len && *line == '}')
		return true;
	if (r->line > 1)
		line_read(r, line, len - (len && line[len - 1] == ','));
	else if (len != strlen(HEAD) || memcmp(line, HEAD, len) != 0)
		refuse(r, "", "damaged: its first line is another");
	return false;
}

int assign_parse(const char *text, size_t len, const char *file, struct assign_list *out,
    struct assign_error *err)
{
	struct reader r = {.file = file,
	    .out = out,
	    .err = err,
	    .line = 1,
	    .plain = len >= 3 && memcmp(text + len - 3, "}}\n", 3) == 0};
	size_t whole = len && text[len - 1] == '\n' ? len - 1 : 0;
	const char *p = text, *end = text + len;
	bool last = false;

	while (!last && p < end) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));

		eol = eol ? eol : end;
		last = any_line_read(&r, p, (size_t)(eol - p));
		p = eol < end ? eol + 1 : end;
		r.line += !last;
	}
	if (!last)
		refuse(&r, "", "damaged: it ends too early");
	else if (!r.plain && !sum_good(text, whole))
		refuse(&r, "", "damaged: the checksum of the file is wrong");
	return r.bad ? -EINVAL : 0;
}

static void text_print(FILE *f, const char *s)
{
	struct json_object *o = json_object_new_string(s);

	if (!o)
		abort();
	fputs(json_object_to_json_string_ext(
		  o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
	    f);
	json_object_put(o);
}

static void entry_print(FILE *f, const struct assignment *a)
{
	size_t len = strlen(a->ns) + strlen(a->name) + 2;
	char *key = xcalloc(len, 1), buf[PREFIX_STRLEN];

	snprintf(key, len, "%s/%s", a->ns, a->name);
	text_print(f, key);
	free(key);
	fputs(": {", f);
	if (a->pool) {
		fputs("\"pool\": ", f);
		text_print(f, a->pool);
		fputs(", ", f);
	}
	fputs("\"addresses\": [", f);
	for (unsigned i = 0; i < a->n; i++)
		fprintf(f, "%s\"%s\"", i ? ", " : "", ipaddr_str(&a->addr[i], buf));
	fputs("]", f);
}

static int entry_cmp(const void *x, const void *y)
{
	const struct assignment *const *a = x, *const *b = y;
	int c = strcmp((*a)->ns, (*b)->ns);

	return c ? c : strcmp((*a)->name, (*b)->name);
}

/* The checksum of what was written to f from its byte `from` on. */
static void sum_since(FILE *f, char *const *text, const size_t *len, size_t from)
{
	if (fflush(f) != 0)
		abort();
	sum_print(*text + from, *len - from, f);
}

char *assign_print(const struct assign_list *l, size_t *len)
{
	const struct assignment **sorted = xcalloc(l->n, sizeof(void *));
	char *text = NULL;
	FILE *f = open_memstream(&text, len);

	if (!f)
		abort();
	for (size_t i = 0; i < l->n; i++)
		sorted[i] = &l->v[i];
	qsort(sorted, l->n, sizeof(void *), entry_cmp);
	fputs(HEAD "\n", f);
	for (size_t i = 0; i < l->n; i++) {
		if (fflush(f) != 0)
			abort();
		size_t from = *len;

		entry_print(f, sorted[i]);
		sum_since(f, &text, len, from);
		fputs(i + 1 < l->n ? ",\n" : "\n", f);
	}
	fputs("}", f);
	sum_since(f, &text, len, 0);
	fputs("\n", f);
	free(sorted);
	if (fclose(f) != 0)
		abort();
	return text;
}
