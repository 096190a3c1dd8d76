/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libyaml's events build the tree from the top down: a stack of open collections, at most
 * MAX_DEPTH of them, each with the key that waits for its value. Memory is that of the tree.
 *
 * An alias shares the value of its anchor, so the tree never grows by it; but who walks the
 * tree pays for every visit. Therefore each anchor keeps the height of its value, which
 * counts against the depth (the tree is freed by recursion), and its cost in visits, which
 * counts against MAX_VISITS unless the text is that long itself.
 *
 * A mark is line and column packed into the value's userdata pointer with the lowest bit
 * set, which tells it from the pointer that json-c's own parser leaves there. What does not
 * fit saturates. A null has no object in json-c and so no mark.
 *
 * Refused with a position: a second key of one name, a merge key, a key that is no scalar,
 * an alias of an unknown or still open anchor, tags other than the core ones, NUL characters.
 */
#include "k8s/yamldoc.h"
#include "k8s/scalar.h"
#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define MAX_DEPTH  64
#define MAX_VISITS 1000000
#define COL_BITS   (sizeof(uintptr_t) >= 8 ? 20 : 11)
#define LINE_BITS  (sizeof(uintptr_t) >= 8 ? 32 : 20)

struct anchor {
	struct json_object *value; /* borrowed from the tree */
	unsigned height;           /* levels of collections in it */
	uint64_t cost;             /* visits to walk it */
	bool open;
};

struct frame {
	struct json_object *o;
	char *key; /* waits for its value */
	unsigned height;
	uint64_t cost_before;
	long anchor; /* index or -1 */
	bool items;  /* the list `items` at the top */
};

struct builder {
	yaml_parser_t parser;
	struct yamldoc_error *err;
	const struct yamldoc_user *user;
	struct json_object *root;
	struct json_object *names; /* anchor -> index */
	struct anchor *anchors;
	size_t n_anchors;
	struct frame stack[MAX_DEPTH];
	unsigned depth;
	uint64_t nodes, cost;
};

struct node {
	struct json_object *o; /* consumed */
	unsigned height;
};

static void *mark_pack(const yaml_mark_t *m)
{
	uintptr_t line_max = ((uintptr_t)1 << LINE_BITS) - 1,
		  col_max = ((uintptr_t)1 << COL_BITS) - 1;
	uintptr_t line = m->line < line_max ? m->line + 1 : line_max;
	uintptr_t col = m->column < col_max ? m->column + 1 : col_max;

	return (void *)(((line << COL_BITS | col) << 1) | 1);
}

void yamldoc_mark(const struct json_object *o, unsigned *line, unsigned *col)
{
	uintptr_t v = (uintptr_t)json_object_get_userdata((struct json_object *)(uintptr_t)o);

	*line = *col = 0;
	if (!(v & 1))
		return;
	v >>= 1;
	*line = (unsigned)(v >> COL_BITS);
	*col = (unsigned)(v & (((uintptr_t)1 << COL_BITS) - 1));
}

static int refuse(struct builder *b, const yaml_mark_t *at, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(struct builder *b, const yaml_mark_t *at, const char *fmt, ...)
{
	va_list ap;

	b->err->line = at->line < UINT_MAX ? (unsigned)at->line + 1 : UINT_MAX;
	b->err->col = at->column < UINT_MAX ? (unsigned)at->column + 1 : UINT_MAX;
	va_start(ap, fmt);
	vsnprintf(b->err->what, sizeof(b->err->what), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static yaml_mark_t mark_of_offset(const char *text, size_t offset)
{
	yaml_mark_t m = {0};

	for (size_t i = 0; i < offset; i++) {
		m.column++;
		if (text[i] == '\n') {
			m.line++;
			m.column = 0;
		}
	}
	return m;
}

static int refuse_syntax(struct builder *b, const char *text, size_t len)
{
	const yaml_parser_t *p = &b->parser;
	const char *problem = p->problem ? p->problem : "cannot be read";
	yaml_mark_t at = p->problem_mark;

	if (p->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (p->error == YAML_READER_ERROR) {
		at = mark_of_offset(text, p->problem_offset < len ? p->problem_offset : len);
		return refuse(b, &at, "%s: must be UTF-8 text", problem);
	}
	if (p->context)
		return refuse(b, &at, "%s, %s", p->context, problem);
	return refuse(b, &at, "%s", problem);
}

/* The name without the prefix of the core schema: "int"; NULL when the tag is another's. */
static const char *core_tag(const yaml_char_t *tag)
{
	static const char prefix[] = "tag:yaml.org,2002:";
	const char *t = (const char *)tag;

	if (strcmp(t, "!") == 0)
		return t;
	return strncmp(t, prefix, sizeof(prefix) - 1) == 0 ? t + sizeof(prefix) - 1 : NULL;
}

static bool tag_fits(const char *tag, const struct json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_null:
		return strcmp(tag, "null") == 0;
	case json_type_boolean:
		return strcmp(tag, "bool") == 0;
	case json_type_int:
		return strcmp(tag, "int") == 0 || strcmp(tag, "float") == 0;
	case json_type_double:
		return strcmp(tag, "float") == 0;
	case json_type_array:
		return strcmp(tag, "seq") == 0 || strcmp(tag, "!") == 0;
	case json_type_object:
		return strcmp(tag, "map") == 0 || strcmp(tag, "!") == 0;
	case json_type_string:
		break;
	}
	return false;
}

static int check_tag(struct builder *b, const yaml_event_t *ev, const yaml_char_t *tag,
    const struct json_object *o)
{
	if (!tag || (core_tag(tag) && tag_fits(core_tag(tag), o)))
		return 0;
	return refuse(b, &ev->start_mark, "tag %.60s is not supported here", (const char *)tag);
}

static int scalar_decode(struct builder *b, const yaml_event_t *ev, struct json_object **out)
{
	const char *s = (const char *)ev->data.scalar.value;
	const yaml_char_t *tag = ev->data.scalar.tag;
	const char *core = tag ? core_tag(tag) : NULL;
	bool plain = !tag && ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	int rc;

	if (memchr(s, 0, ev->data.scalar.length))
		return refuse(b, &ev->start_mark, "a text must not hold a NUL character");
	if (!plain &&
	    (!tag || (core && (strcmp(core, "str") == 0 || strcmp(core, "!") == 0)))) {
		*out = json_object_new_string(s);
		return *out ? 0 : -ENOMEM;
	}
	rc = scalar_new(s, out);
	if (!rc)
		rc = check_tag(b, ev, tag, *out);
	if (rc) {
		json_object_put(*out);
		*out = NULL;
	}
	return rc;
}

/* Name the value that is about to be added. Return: the anchor's index, -1 = no name, -errno.
 */
static int anchor_add(
    struct builder *b, const yaml_char_t *name, struct json_object *value, long *index)
{
	struct json_object *number;
	struct anchor *grown;

	*index = -1;
	if (!name)
		return 0;
	if (!b->names && !(b->names = json_object_new_object()))
		return -ENOMEM;
	/* Doubled at each power of two. */
	if (!(b->n_anchors & (b->n_anchors - 1))) {
		size_t cap = b->n_anchors ? 2 * b->n_anchors : 1;

		if (cap > SIZE_MAX / sizeof(*grown))
			return -ENOMEM;
		grown = realloc(b->anchors, cap * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		b->anchors = grown;
	}
	number = json_object_new_int64((int64_t)b->n_anchors);
	if (!number || json_object_object_add(b->names, (const char *)name, number) < 0) {
		json_object_put(number);
		return -ENOMEM;
	}
	*index = (long)b->n_anchors++;
	b->anchors[*index] = (struct anchor){.value = value, .cost = 1};
	return 0;
}

static void anchors_clear(struct builder *b)
{
	json_object_put(b->names);
	free(b->anchors);
	b->names = NULL;
	b->anchors = NULL;
	b->n_anchors = 0;
}

static int alias_resolve(struct builder *b, const yaml_event_t *ev, struct node *out)
{
	const char *name = (const char *)ev->data.alias.anchor;
	struct json_object *number;
	const struct anchor *a;

	if (!b->names || !json_object_object_get_ex(b->names, name, &number))
		return refuse(b, &ev->start_mark, "alias *%.60s: no such anchor", name);
	a = &b->anchors[json_object_get_int64(number)];
	if (a->open)
		return refuse(
		    b, &ev->start_mark, "alias *%.60s: stands inside its own value", name);
	b->cost += a->cost;
	if (b->cost > MAX_VISITS && b->cost / 2 > b->nodes)
		return refuse(b, &ev->start_mark, "aliases make the document too large");
	*out = (struct node){.o = json_object_get(a->value), .height = a->height};
	return 0;
}

/* Take a scalar as the key of the innermost mapping. */
static int key_take(struct builder *b, const yaml_event_t *ev)
{
	struct frame *f = &b->stack[b->depth - 1];
	const char *s = (const char *)ev->data.scalar.value;
	struct json_object *first;
	unsigned line, col;

	if (ev->type != YAML_SCALAR_EVENT)
		return refuse(
		    b, &ev->start_mark, "a key must be a word, not a list, mapping or alias");
	if (memchr(s, 0, ev->data.scalar.length))
		return refuse(b, &ev->start_mark, "a key must not hold a NUL character");
	if (strcmp(s, "<<") == 0 && ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		return refuse(
		    b, &ev->start_mark, "merge key << is not supported: write the keys out");
	if (json_object_object_get_ex(f->o, s, &first)) {
		yamldoc_mark(first, &line, &col);
		if (!line)
			return refuse(b, &ev->start_mark, "duplicate key \"%.60s\"", s);
		return refuse(
		    b, &ev->start_mark, "duplicate key \"%.60s\", first on line %u", s, line);
	}
	f->key = strdup(s);
	return f->key ? 0 : -ENOMEM;
}

/* Put a value where it belongs. Consumes n.o, also on failure. */
static int value_add(struct builder *b, const yaml_event_t *ev, struct node n)
{
	struct frame *f;
	int rc;

	if (!b->depth) {
		b->root = n.o;
		return 0;
	}
	f = &b->stack[b->depth - 1];
	if (b->depth + n.height > MAX_DEPTH) {
		json_object_put(n.o);
		return refuse(b, &ev->start_mark, "nested more than %d levels deep", MAX_DEPTH);
	}
	if (f->height < n.height)
		f->height = n.height;
	if (json_object_is_type(f->o, json_type_array)) {
		rc = json_object_array_add(f->o, n.o);
	} else {
		rc = json_object_object_add_ex(f->o, f->key, n.o, JSON_C_OBJECT_ADD_KEY_IS_NEW);
		free(f->key);
		f->key = NULL;
	}
	if (rc < 0)
		json_object_put(n.o);
	return rc < 0 ? -ENOMEM : 0;
}

/* Open a collection; its parent owns it from now on. */
static int collection_open(struct builder *b, const yaml_event_t *ev)
{
	bool map = ev->type == YAML_MAPPING_START_EVENT;
	const yaml_char_t *name =
	    map ? ev->data.mapping_start.anchor : ev->data.sequence_start.anchor;
	const yaml_char_t *tag = map ? ev->data.mapping_start.tag : ev->data.sequence_start.tag;
	struct frame f = {.cost_before = b->cost, .height = 0};
	int rc;

	if (b->depth == MAX_DEPTH)
		return refuse(b, &ev->start_mark, "nested more than %d levels deep", MAX_DEPTH);
	f.o = map ? json_object_new_object() : json_object_new_array();
	if (!f.o)
		return -ENOMEM;
	json_object_set_userdata(f.o, mark_pack(&ev->start_mark), NULL);
	rc = check_tag(b, ev, tag, f.o);
	if (!rc)
		rc = anchor_add(b, name, f.o, &f.anchor);
	if (rc) {
		json_object_put(f.o);
		return rc;
	}
	f.items =
	    b->depth == 1 && !map && b->stack[0].key && strcmp(b->stack[0].key, "items") == 0;
	rc = value_add(b, ev, (struct node){.o = f.o});
	if (rc)
		return rc;
	if (f.anchor >= 0)
		b->anchors[f.anchor].open = true;
	b->stack[b->depth++] = f;
	return 0;
}

/* Offer the newest item of the list `items`. */
static int item_offer(struct builder *b)
{
	struct json_object *list = b->stack[1].o;
	size_t last = json_object_array_length(list) - 1;
	int rc = b->user->item(json_object_array_get_idx(list, last), b->user->arg);

	if (rc <= 0)
		return rc;
	return json_object_array_del_idx(list, last, 1) < 0 ? -ENOMEM : 0;
}

static int collection_close(struct builder *b)
{
	struct frame *f = &b->stack[--b->depth];
	unsigned height = f->height + 1;

	if (f->anchor >= 0) {
		struct anchor *a = &b->anchors[f->anchor];

		a->height = height;
		a->cost = b->cost - f->cost_before;
		a->open = false;
	}
	if (b->depth && b->stack[b->depth - 1].height < height)
		b->stack[b->depth - 1].height = height;
	if (b->depth == 2 && b->stack[1].items && b->user->item && !b->names)
		return item_offer(b);
	return 0;
}

static int scalar_add(struct builder *b, const yaml_event_t *ev)
{
	struct node n = {0};
	long anchor;
	int rc = scalar_decode(b, ev, &n.o);

	if (rc)
		return rc;
	if (n.o)
		json_object_set_userdata(n.o, mark_pack(&ev->start_mark), NULL);
	rc = anchor_add(b, ev->data.scalar.anchor, n.o, &anchor);
	if (rc) {
		json_object_put(n.o);
		return rc;
	}
	return value_add(b, ev, n);
}

static bool wants_key(const struct builder *b)
{
	const struct frame *f = b->depth ? &b->stack[b->depth - 1] : NULL;

	return f && !f->key && json_object_is_type(f->o, json_type_object);
}

static int node_add(struct builder *b, const yaml_event_t *ev)
{
	struct node n = {0};
	int rc;

	if (wants_key(b))
		return key_take(b, ev);
	b->nodes++;
	b->cost++;
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
		return scalar_add(b, ev);
	case YAML_ALIAS_EVENT:
		rc = alias_resolve(b, ev, &n);
		return rc ? rc : value_add(b, ev, n);
	default:
		return collection_open(b, ev);
	}
}

static int doc_end(struct builder *b)
{
	int rc = b->root ? b->user->doc(b->root, b->user->arg) : 0;

	anchors_clear(b);
	json_object_put(b->root);
	b->root = NULL;
	b->nodes = b->cost = 0;
	return rc;
}

static int event_handle(struct builder *b, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_SCALAR_EVENT:
	case YAML_ALIAS_EVENT:
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return node_add(b, ev);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return collection_close(b);
	case YAML_DOCUMENT_END_EVENT:
		return doc_end(b);
	default:
		return 0;
	}
}

static void builder_fini(struct builder *b)
{
	for (unsigned i = 0; i < b->depth; i++)
		free(b->stack[i].key);
	json_object_put(b->root);
	anchors_clear(b);
	yaml_parser_delete(&b->parser);
}

int yamldoc_each(
    const char *text, size_t len, const struct yamldoc_user *user, struct yamldoc_error *err)
{
	struct builder b = {.err = err, .user = user};
	yaml_event_t ev;
	bool done = false;
	int rc = 0;

	if (!yaml_parser_initialize(&b.parser))
		return -ENOMEM;
	yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, len);
	while (!rc && !done) {
		if (!yaml_parser_parse(&b.parser, &ev)) {
			rc = refuse_syntax(&b, text, len);
			break;
		}
		rc = event_handle(&b, &ev);
		done = ev.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&ev);
	}
	builder_fini(&b);
	return rc;
}

static int doc_keep(struct json_object *o, void *arg)
{
	struct yamldoc *doc = arg;

	/* Doubled at each power of two. */
	if (!(doc->n & (doc->n - 1))) {
		size_t cap = doc->n ? 2 * doc->n : 1;
		struct json_object **grown = NULL;

		if (cap <= SIZE_MAX / sizeof(*grown))
			grown = realloc(doc->docs, cap * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		doc->docs = grown;
	}
	doc->docs[doc->n++] = json_object_get(o);
	return 0;
}

int yamldoc_parse(const char *text, size_t len, struct yamldoc *doc, struct yamldoc_error *err)
{
	struct yamldoc out = {0};
	struct yamldoc_user user = {.doc = doc_keep, .arg = &out};
	int rc = yamldoc_each(text, len, &user, err);

	if (rc)
		yamldoc_fini(&out);
	else
		*doc = out;
	return rc;
}

void yamldoc_fini(struct yamldoc *doc)
{
	for (size_t i = 0; i < doc->n; i++)
		json_object_put(doc->docs[i]);
	free(doc->docs);
	*doc = (struct yamldoc){0};
}
