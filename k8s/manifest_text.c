/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An item of a list is decoded as soon as it was read, for a list of ten thousand objects as
 * one tree takes hundreds of megabytes; whether it is a list shows only at the end.
 *
 * Lists are "kind: List", or ServiceList and the like, whose items need no kind of their own:
 * some tools print them without. A list in a list is not opened.
 */
#include "k8s/manifest_text.h"
#include "k8s/decode.h"
#include "k8s/yamldoc.h"
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	struct manifest_text out;
	size_t cap;
	size_t n_before; /* objects of the documents before this one */
	bool bad_item;   /* of this document; fault says why */
	struct manifest_fault *fault;
};

static int refuse(struct reading *r, const struct json_object *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(struct reading *r, const struct json_object *at, const char *fmt, ...)
{
	va_list ap;

	yamldoc_mark(at, &r->fault->line, &r->fault->col);
	va_start(ap, fmt);
	vsnprintf(r->fault->what, sizeof(r->fault->what), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* A member that is a string, else NULL. */
static const char *text_of(struct json_object *o, const char *name)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, name, &v) ||
	    !json_object_is_type(v, json_type_string))
		return NULL;
	return json_object_get_string(v);
}

static int refuse_object(
    struct reading *r, struct json_object *json, const struct k8s_decode_error *e)
{
	const struct json_object *at = e->at ? e->at : json;
	struct json_object *meta = json_object_object_get(json, "metadata");
	const char *kind = text_of(json, "kind"), *name = text_of(meta, "name");
	const char *ns = text_of(meta, "namespace"), *colon = e->field[0] ? ": " : "";

	if (!kind)
		return refuse(r, at, "%s%s%s", e->field, colon, e->expected);
	if (!name)
		return refuse(r, at, "%.63s: %s%s%s", kind, e->field, colon, e->expected);
	return refuse(r, at, "%.63s %.63s%s%.63s: %s%s%s", kind, ns ? ns : "", ns ? "/" : "",
	    name, e->field, colon, e->expected);
}

static int keep(struct reading *r, struct k8s_object *o, const struct json_object *json)
{
	struct manifest_object *m;

	if (r->out.n == r->cap) {
		size_t cap = r->cap ? 2 * r->cap : 4;

		if (cap > SIZE_MAX / sizeof(*m))
			return -ENOMEM;
		m = realloc(r->out.v, cap * sizeof(*m));
		if (!m)
			return -ENOMEM;
		r->out.v = m;
		r->cap = cap;
	}
	m = &r->out.v[r->out.n++];
	m->obj = o;
	yamldoc_mark(json, &m->line, &m->col);
	return 0;
}

static int take_object(struct reading *r, struct json_object *json)
{
	struct k8s_decode_error e;
	struct k8s_object *o;
	int rc = k8s_object_decode(json, &o, &e);

	if (rc == -EINVAL)
		return refuse_object(r, json, &e);
	if (rc || !o)
		return rc;
	rc = keep(r, o, json);
	if (rc)
		k8s_object_free(o);
	return rc;
}

static int give_member(struct json_object *o, const char *name, const char *text, size_t len)
{
	struct json_object *v;

	if (json_object_object_get(o, name))
		return 0;
	v = json_object_new_string_len(text, (int)len);
	if (!v || json_object_object_add(o, name, v) < 0) {
		json_object_put(v);
		return -ENOMEM;
	}
	return 0;
}

static bool is_list(const char *kind)
{
	size_t len = kind ? strlen(kind) : 0;

	return len >= 4 && len <= 63 && strcmp(kind + len - 4, "List") == 0;
}

/* Items that could not be taken before: those without a kind, and those that are no objects. */
static int take_rest(struct reading *r, struct json_object *list, const char *kind)
{
	const char *api = text_of(list, "apiVersion");
	size_t kind_len = strlen(kind) - strlen("List"), n;
	struct json_object *items = json_object_object_get(list, "items");
	int rc = 0;

	if (items && !json_object_is_type(items, json_type_array))
		return refuse(r, items, "%.63s: items: must be a list", kind);
	n = items ? json_object_array_length(items) : 0;
	for (size_t i = 0; !rc && i < n; i++) {
		struct json_object *item = json_object_array_get_idx(items, i);

		if (!json_object_is_type(item, json_type_object))
			return refuse(r, item ? item : items,
			    "%.63s: items: each must be a mapping", kind);
		if (kind_len)
			rc = give_member(item, "kind", kind, kind_len);
		if (kind_len && api && !rc)
			rc = give_member(item, "apiVersion", api, strlen(api));
		if (!rc)
			rc = take_object(r, item);
	}
	return rc;
}

/* An item of what may turn out to be a list, for its kind often comes last. */
static int on_item(struct json_object *item, void *arg)
{
	struct reading *r = arg;
	int rc;

	if (!text_of(item, "kind") || !text_of(item, "apiVersion"))
		return 0;
	if (r->bad_item)
		return 1;
	rc = take_object(r, item);
	r->bad_item = rc == -EINVAL;
	return rc == -ENOMEM ? rc : 1;
}

/* It was no list: forget what looked like its objects. */
static void forget_items(struct reading *r)
{
	while (r->out.n > r->n_before)
		k8s_object_free(r->out.v[--r->out.n].obj);
	if (r->bad_item)
		*r->fault = (struct manifest_fault){0};
}

static int take_doc(struct reading *r, struct json_object *doc)
{
	const char *kind = text_of(doc, "kind");

	if (is_list(kind))
		return r->bad_item ? -EINVAL : take_rest(r, doc, kind);
	forget_items(r);
	return take_object(r, doc);
}

static int on_doc(struct json_object *doc, void *arg)
{
	struct reading *r = arg;
	int rc = take_doc(r, doc);

	r->bad_item = false;
	r->n_before = r->out.n;
	return rc;
}

static int compare_names(const void *va, const void *vb)
{
	const struct manifest_object *a = *(const struct manifest_object *const *)va;
	const struct manifest_object *b = *(const struct manifest_object *const *)vb;
	int c = (int)a->obj->kind - (int)b->obj->kind;

	if (!c)
		c = strcmp(a->obj->ns, b->obj->ns);
	return c ? c : strcmp(a->obj->name, b->obj->name);
}

static int refuse_twin(
    struct reading *r, const struct manifest_object *a, const struct manifest_object *b)
{
	bool in_order = a->line < b->line || (a->line == b->line && a->col <= b->col);
	const struct manifest_object *first = in_order ? a : b, *second = in_order ? b : a;
	const struct k8s_object *o = second->obj;

	r->fault->line = second->line;
	r->fault->col = second->col;
	snprintf(r->fault->what, sizeof(r->fault->what),
	    "%s %s%s%s: is in this file already, on line %u", k8s_kind_name(o->kind), o->ns,
	    *o->ns ? "/" : "", o->name, first->line);
	return -EINVAL;
}

static int check_twins(struct reading *r)
{
	size_t n = r->out.n;
	const struct manifest_object **by_name;
	int rc = 0;

	if (n < 2)
		return 0;
	by_name = calloc(n, sizeof(*by_name));
	if (!by_name)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		by_name[i] = &r->out.v[i];
	qsort(by_name, n, sizeof(*by_name), compare_names);
	for (size_t i = 1; !rc && i < n; i++)
		if (compare_names(&by_name[i - 1], &by_name[i]) == 0)
			rc = refuse_twin(r, by_name[i - 1], by_name[i]);
	free(by_name);
	return rc;
}

int manifest_text_parse(
    const char *text, size_t len, struct manifest_text *out, struct manifest_fault *fault)
{
	struct reading r = {.fault = fault};
	struct yamldoc_user user = {.doc = on_doc, .item = on_item, .arg = &r};
	struct yamldoc_error err = {0};
	int rc;

	*fault = (struct manifest_fault){0};
	rc = yamldoc_each(text, len, &user, &err);
	if (err.what[0]) {
		fault->line = err.line;
		fault->col = err.col;
		snprintf(fault->what, sizeof(fault->what), "%s", err.what);
	}
	if (!rc)
		rc = check_twins(&r);
	if (rc)
		manifest_text_fini(&r.out);
	else
		*out = r.out;
	return rc;
}

void manifest_text_fini(struct manifest_text *t)
{
	for (size_t i = 0; i < t->n; i++)
		k8s_object_free(t->v[i].obj);
	free(t->v);
	*t = (struct manifest_text){0};
}
