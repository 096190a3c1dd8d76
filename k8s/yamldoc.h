/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * yamldoc.h - YAML or JSON text into json-c trees that remember where each value stood.
 * The only user of libyaml. Used by manifests, kubeconfig and the daemon's configuration.
 * Plain scalars are typed as kubectl types them (null, bool with yes/no/on/off, int, float),
 * quoted ones are strings. Duplicate keys, unknown aliases, an alias inside itself, nesting
 * past 64 and text that is not UTF-8 are errors.
 */
#ifndef K8S_YAMLDOC_H
#define K8S_YAMLDOC_H
#include <stddef.h>

struct json_object;

struct yamldoc {
	struct json_object **docs; /* one a document; empty documents are left out */
	size_t n;
};

struct yamldoc_error {
	unsigned line, col; /* from 1 */
	char what[160];
};

/* Gets a borrowed value; what it returns below 0 ends the parse. */
typedef int yamldoc_fn(struct json_object *o, void *arg);

struct yamldoc_user {
	yamldoc_fn *doc; /* each document that is not empty */
	/* Each mapping or list in the list `items` at the top of a document, as soon as it is
	 * complete and as long as the document has no anchor; NULL = none. It returns 1 to have
	 * the item taken out of the tree, so that a long list need not fit into memory. */
	yamldoc_fn *item;
	void *arg;
};

/* One document after the other, so that only one tree is in memory.
 * Return: 0, -EINVAL (err is filled in), -ENOMEM, or what user returned. */
int yamldoc_each(
    const char *text, size_t len, const struct yamldoc_user *user, struct yamldoc_error *err);

/* Return: 0, -EINVAL (err is filled in) or -ENOMEM. doc is written only on success. */
int yamldoc_parse(const char *text, size_t len, struct yamldoc *doc, struct yamldoc_error *err);
void yamldoc_fini(struct yamldoc *doc);

/* Where a value of such a tree stood; 0:0 for one that did not come from yamldoc_parse(). */
void yamldoc_mark(const struct json_object *o, unsigned *line, unsigned *col);
#endif
