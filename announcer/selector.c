/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * selector.c - Kubernetes label selectors, as apimachinery's LabelSelector:
 * every match-labels pair and every match-expressions entry must hold. Pure.
 */
#include "announcer/selector.h"
#include "announcer/util.h"

static bool expr_match(const struct selector_expr *e, const struct k8s_kv *labels, size_t n)
{
	const char *value = k8s_label(labels, n, e->key);

	switch (e->op) {
	case SELECTOR_IN:
		return value && strlist_has(&e->values, value);
	case SELECTOR_NOT_IN:
		return !value || !strlist_has(&e->values, value);
	case SELECTOR_EXISTS:
		return value;
	case SELECTOR_ABSENT:
		return !value;
	}
	return false;
}

bool selector_match(const struct selector *s, const struct k8s_kv *labels, size_t n)
{
	for (size_t i = 0; i < s->n_labels; i++) {
		const char *value = k8s_label(labels, n, s->labels[i].key);

		if (!value || strcmp(value, s->labels[i].value) != 0)
			return false;
	}
	for (size_t i = 0; i < s->n_exprs; i++)
		if (!expr_match(&s->exprs[i], labels, n))
			return false;
	return true;
}

bool selectors_match(const struct selectors *s, const struct k8s_kv *labels, size_t n)
{
	for (size_t i = 0; i < s->n; i++)
		if (selector_match(&s->v[i], labels, n))
			return true;
	return s->n == 0;
}

bool selector_equal(const struct selector *a, const struct selector *b)
{
	if (a->n_labels != b->n_labels || a->n_exprs != b->n_exprs)
		return false;
	for (size_t i = 0; i < a->n_labels; i++)
		if (strcmp(a->labels[i].key, b->labels[i].key) != 0 ||
		    strcmp(a->labels[i].value, b->labels[i].value) != 0)
			return false;
	for (size_t i = 0; i < a->n_exprs; i++)
		if (!selector_expr_equal(&a->exprs[i], &b->exprs[i]))
			return false;
	return true;
}

/* None stands twice in either. */
static bool same_words(const struct strlist *a, const struct strlist *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!strlist_has(b, a->v[i]))
			return false;
	return a->n == b->n;
}

bool selector_expr_equal(const struct selector_expr *a, const struct selector_expr *b)
{
	return strcmp(a->key, b->key) == 0 && a->op == b->op &&
	       same_words(&a->values, &b->values);
}

bool selectors_equal(const struct selectors *a, const struct selectors *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!selector_equal(&a->v[i], &b->v[i]))
			return false;
	return true;
}

static void selector_copy(struct selector *to, const struct selector *from)
{
	to->labels = xcalloc(from->n_labels, sizeof(*to->labels));
	to->exprs = xcalloc(from->n_exprs, sizeof(*to->exprs));
	to->n_labels = from->n_labels;
	to->n_exprs = from->n_exprs;
	for (size_t i = 0; i < from->n_labels; i++)
		to->labels[i] = (struct selector_label){
		    xstrdup(from->labels[i].key), xstrdup(from->labels[i].value)};
	for (size_t i = 0; i < from->n_exprs; i++) {
		to->exprs[i].key = xstrdup(from->exprs[i].key);
		to->exprs[i].op = from->exprs[i].op;
		strlist_copy(&to->exprs[i].values, &from->exprs[i].values);
	}
}

void selectors_copy(struct selectors *to, const struct selectors *from)
{
	*to = (struct selectors){.v = xcalloc(from->n, sizeof(*to->v)), .n = from->n};
	for (size_t i = 0; i < from->n; i++)
		selector_copy(&to->v[i], &from->v[i]);
}

static void selector_fini(struct selector *s)
{
	for (size_t i = 0; i < s->n_labels; i++) {
		free(s->labels[i].key);
		free(s->labels[i].value);
	}
	for (size_t i = 0; i < s->n_exprs; i++) {
		free(s->exprs[i].key);
		strlist_fini(&s->exprs[i].values);
	}
	free(s->labels);
	free(s->exprs);
}

void selectors_fini(struct selectors *s)
{
	for (size_t i = 0; i < s->n; i++)
		selector_fini(&s->v[i]);
	free(s->v);
	*s = (struct selectors){0};
}

void strlist_add(struct strlist *l, const char *word)
{
	l->v = xrealloc(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = xstrdup(word);
}

void strlist_copy(struct strlist *to, const struct strlist *from)
{
	*to = (struct strlist){0};
	for (size_t i = 0; i < from->n; i++)
		strlist_add(to, from->v[i]);
}

bool strlist_has(const struct strlist *l, const char *word)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], word) == 0)
			return true;
	return false;
}

bool strlist_equal(const struct strlist *a, const struct strlist *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	return true;
}

void strlist_fini(struct strlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct strlist){0};
}
