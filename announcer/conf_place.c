/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_place.c - the lines of the file that values came from, in an array that is sorted once
 * everything was read, and what put another value in place of the file's.
 */
#include "announcer/conf_place.h"
#include "announcer/util.h"
#include "k8s/yamldoc.h"
#include <json-c/json.h>
#include <stdarg.h>

struct conf_places {
	struct conf_place *v;
	size_t n, cap;
};

static struct conf_place *place_new(
    struct conf *c, const void *base, const struct conf_key *key)
{
	struct conf_places *l = c->places;

	if (!l)
		l = c->places = xcalloc(1, sizeof(*l));
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->v = xrealloc(l->v, l->cap, sizeof(*l->v));
	}
	l->v[l->n] = (struct conf_place){.base = base, .key = key};
	return &l->v[l->n++];
}

void conf_place_add(struct conf_reader *r, const void *base, const struct conf_key *key,
    const struct json_object *v)
{
	place_new(r->conf, base, key)->line = conf_read_line(r, v, key ? key->name : NULL);
}

static int place_cmp(const void *x, const void *y)
{
	const struct conf_place *a = x, *b = y;
	uintptr_t a1 = (uintptr_t)a->base, b1 = (uintptr_t)b->base;
	uintptr_t a2 = (uintptr_t)a->key, b2 = (uintptr_t)b->key;

	if (a1 != b1)
		return a1 < b1 ? -1 : 1;
	return a2 < b2 ? -1 : a2 > b2;
}

void conf_places_sort(struct conf *c)
{
	if (c->places)
		qsort(c->places->v, c->places->n, sizeof(*c->places->v), place_cmp);
}

void conf_places_free(struct conf_places *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].origin);
	free(l->v);
	free(l);
}

static struct conf_place *place_find(
    const struct conf *c, const void *base, const struct conf_key *key)
{
	struct conf_place wanted = {.base = base, .key = key};

	if (!c->places || !c->places->n)
		return NULL;
	return bsearch(&wanted, c->places->v, c->places->n, sizeof(wanted), place_cmp);
}

const struct conf_place *conf_place(
    const struct conf *c, const void *base, const struct conf_key *key)
{
	return place_find(c, base, key);
}

/* The key of "zebra.socket", whose sections are of the same struct. */
static const struct conf_key *key_of(const char *path)
{
	const struct conf_key *key = conf_root.keys;
	size_t n;

	for (;;) {
		n = strcspn(path, ".");
		while (strncmp(key->name, path, n) != 0 || key->name[n])
			key++;
		if (!path[n])
			return key;
		key = ((const struct conf_section *)key->arg)->keys;
		path += n + 1;
	}
}

void conf_set_origin(struct conf *c, const char *path, const char *fmt, ...)
{
	const struct conf_key *key = key_of(path);
	struct conf_place *p = place_find(c, c, key);
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (p) {
		free(p->origin);
		p->origin = xstrdup(text);
		return;
	}
	place_new(c, c, key)->origin = xstrdup(text);
	conf_places_sort(c);
}
