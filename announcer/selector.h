/* SPDX-License-Identifier: GPL-2.0-or-later */
/* selector.h - Kubernetes label selectors, and lists of words. Pure. */
#ifndef GREVY_SELECTOR_H
#define GREVY_SELECTOR_H
#include "k8s/objects.h"
#include <stdbool.h>
#include <stddef.h>

/* Words, owned. */
struct strlist {
	char **v;
	size_t n;
};

/* In, NotIn, Exists, DoesNotExist */
enum selector_op { SELECTOR_IN, SELECTOR_NOT_IN, SELECTOR_EXISTS, SELECTOR_ABSENT };

/* One match-expressions entry. */
struct selector_expr {
	char *key;
	enum selector_op op;
	struct strlist values; /* of SELECTOR_IN and SELECTOR_NOT_IN: at least one */
};

/* One match-labels entry. */
struct selector_label {
	char *key, *value;
};

/* All labels and expressions must match; none of either matches everything. */
struct selector {
	struct selector_label *labels; /* sorted by key */
	struct selector_expr *exprs;   /* as written */
	size_t n_labels, n_exprs;
};

/* One of them must match; an empty list matches everything. */
struct selectors {
	struct selector *v;
	size_t n;
};

/* labels: n of them, sorted by key, of whatever object. NotIn also matches one without the
 * label, as Kubernetes has it. */
bool selector_match(const struct selector *s, const struct k8s_kv *labels, size_t n);
bool selectors_match(const struct selectors *s, const struct k8s_kv *labels, size_t n);
void selectors_copy(
    struct selectors *to, const struct selectors *from); /* `to` is overwritten */
bool selector_equal(const struct selector *a, const struct selector *b);
/* The order of values means nothing. */
bool selector_expr_equal(const struct selector_expr *a, const struct selector_expr *b);
bool selectors_equal(const struct selectors *a, const struct selectors *b);
void selectors_fini(struct selectors *s); /* frees what it owns, not s */

void strlist_add(struct strlist *l, const char *word);             /* copied */
void strlist_copy(struct strlist *to, const struct strlist *from); /* `to` is overwritten */
bool strlist_has(const struct strlist *l, const char *word);
bool strlist_equal(const struct strlist *a, const struct strlist *b);
void strlist_fini(struct strlist *l); /* frees what it owns, not l */
#endif
