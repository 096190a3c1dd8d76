/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * assign.c - the text of the controller's state file:
 *   {"version": 1, "assignments": {
 *   "default/web": {"pool": "default", "addresses": ["192.0.2.1", "2001:db8::1"]}
 *   }}
 * Read by the YAML reader, which knows lines and columns (JSON is YAML). A wrong entry does
 * not harm the others: all that can be read is given back beside the error. Pure.
 */
#include "announcer/assign.h"
#include "announcer/util.h"
#include "k8s/yamldoc.h"
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>

#define NAME_MAX_LEN 253 /* of a Kubernetes name */

struct reader {
	const char *file;
	struct assign_list *out;
	struct assign_error *err; /* the first fault */
	const struct json_object *map;
	bool bad;
};

static void refuse(struct reader *r, const struct json_object *at, const char *key,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void refuse(
    struct reader *r, const struct json_object *at, const char *key, const char *fmt, ...)
{
	unsigned line, col;
	char what[128];
	va_list ap;

	if (r->bad)
		return;
	r->bad = true;
	yamldoc_mark(at, &line, &col);
	if (!line)
		yamldoc_mark(r->map, &line, &col);
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	snprintf(r->err->text, sizeof(r->err->text), "%.250s:%u:%u: %.100s: %s", r->file, line,
	    col, key, what);
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
		refuse(r, v, key, "addresses must be a list of one or two");
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct json_object *e = json_object_array_get_idx(v, i);

		if (!json_object_is_type(e, json_type_string) ||
		    ipaddr_parse(json_object_get_string(e), &addr[i]) < 0) {
			refuse(r, e, key, "must be an IP address");
			return 0;
		}
	}
	if (n == 2 && addr[0].family == addr[1].family) {
		refuse(r, v, key, "addresses must be of two families");
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
		refuse(r, v, key, "must be namespace/name");
		return;
	}
	if (!json_object_is_type(v, json_type_object)) {
		refuse(r, v, key, "must be a mapping");
		return;
	}
	json_object_object_get_ex(v, "addresses", &addresses);
	json_object_object_get_ex(v, "pool", &pool);
	a.n = addresses_read(r, addresses ? addresses : v, key, a.addr);
	if (pool && !json_object_is_type(pool, json_type_string)) {
		refuse(r, pool, key, "pool must be a name");
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

static void root_read(struct reader *r, struct json_object *root)
{
	struct json_object *version = NULL, *entries = NULL;

	r->map = root;
	json_object_object_get_ex(root, "version", &version);
	json_object_object_get_ex(root, "assignments", &entries);
	if (!json_object_is_type(version, json_type_int) || json_object_get_int(version) != 1)
		refuse(r, version, "version", "must be 1");
	if (!json_object_is_type(entries, json_type_object)) {
		refuse(r, entries, "assignments", "must be a mapping");
		return;
	}
	r->map = entries;
	json_object_object_foreach(entries, key, value)
	{
		entry_read(r, key, value);
	}
}

int assign_parse(const char *text, size_t len, const char *file, struct assign_list *out,
    struct assign_error *err)
{
	struct reader r = {.file = file, .out = out, .err = err};
	struct yamldoc_error at;
	struct yamldoc doc;
	int rc = yamldoc_parse(text, len, &doc, &at);

	if (rc == -ENOMEM)
		abort();
	if (rc < 0) {
		snprintf(err->text, sizeof(err->text), "%.250s:%u:%u: %s", file, at.line,
		    at.col, at.what);
		return -EINVAL;
	}
	if (doc.n == 1 && json_object_is_type(doc.docs[0], json_type_object))
		root_read(&r, doc.docs[0]);
	else
		refuse(&r, doc.n ? doc.docs[0] : NULL, "assignments", "must be one mapping");
	yamldoc_fini(&doc);
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
	fputs("]}", f);
}

static int entry_cmp(const void *x, const void *y)
{
	const struct assignment *const *a = x, *const *b = y;
	int c = strcmp((*a)->ns, (*b)->ns);

	return c ? c : strcmp((*a)->name, (*b)->name);
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
	fputs("{\"version\": 1, \"assignments\": {\n", f);
	for (size_t i = 0; i < l->n; i++) {
		entry_print(f, sorted[i]);
		fputs(i + 1 < l->n ? ",\n" : "\n", f);
	}
	fputs("}}\n", f);
	free(sorted);
	if (fclose(f) != 0)
		abort();
	return text;
}
